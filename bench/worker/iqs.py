"""Measured: iq requests and their answers."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from bench import wire
from bench.peer import VersionServer
from bench.worker.library import Library, Session, check
from bench.worker.meter import Meter
from bench.worker.task import Outcome, Task, settle

__all__ = ["round_trips"]

# A program that asks so many lets the loop turn now and then.
_BATCH = 50


async def round_trips(library: Library, task: Task) -> Outcome:
    """Requests one after the other, or ``together``: then the peer answers none before it has all of them."""
    session = await library.open(library.make_client(task.plugins))
    await settle()
    server = VersionServer(session.peer, hold=task.count if task.together else 1)
    session.peer.answer = server
    to = [f"friend{n % 50}@{wire.DOMAIN}/phone" for n in range(task.count)]
    ask = _together if task.together else _one_by_one
    meter = Meter()
    meter.start()
    try:
        async with asyncio.timeout(task.limit):
            answers = await ask(session, to)
    except TimeoutError:
        answers = []
    reading = meter.stop()
    check(len(answers) == task.count, f"{len(answers)} of {task.count} requests were answered")
    check(server.asked == task.count, f"{task.count} requests left as {server.asked}")
    ids: set[str] = set()
    for asked, answer in zip(to, answers, strict=True):
        id_, sender, text = session.answered(answer)
        # The peer writes the id of the request into its answer's text.
        check(text == id_, f"the answer with the id {id_} is the one to {text}")
        check(sender == asked, f"{asked} was asked, and the answer is from {sender}")
        ids.add(id_)
    check(len(ids) == task.count, "one answer was given to two requests")
    await session.close()
    return Outcome(task.count, reading)


async def _one_by_one(session: Session, to: list[str]) -> list[Any]:
    return [await session.ask(one) for one in to]


async def _together(session: Session, to: list[str]) -> list[Any]:
    waiting: list[Awaitable[Any]] = []
    for n, one in enumerate(to):
        waiting.append(session.ask(one))
        if n % _BATCH == _BATCH - 1:
            await asyncio.sleep(0)
    return list(await asyncio.gather(*waiting))
