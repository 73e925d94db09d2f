"""Measured: making clients, in time and in memory. One task needs a process of its own."""

import asyncio
from typing import Any

from bench import wire
from bench.worker.library import Library, check
from bench.worker.meter import Meter, resident
from bench.worker.task import Counter, Outcome, Task, settle, until

__all__ = ["clients"]


async def clients(library: Library, task: Task) -> Outcome:
    """Make clients with the 21 plugins.

    For one it is the first of the process, with all that is imported for it. For more it is what each further
    one takes.
    """
    meter = Meter()
    before = resident()
    meter.start()
    made = [library.make_client(task.plugins)]
    reading = meter.stop()
    after = resident()
    items = 1
    if task.count > 1:
        items = task.count - 1
        before = after
        meter.start()
        for _ in range(items):
            made.append(library.make_client(task.plugins))
            await asyncio.sleep(0)
        reading = meter.stop()
        after = resident()
    check(len({id(client) for client in made}) == task.count, "one client was given out twice")
    if task.plugins:
        for client in made:
            library.check_plugins(client)
    await _check_works(library, made[0], task.limit)
    if task.count > 1:
        await _check_works(library, made[-1], task.limit)
    kib = (after - before) / items if before is not None and after is not None else None
    return Outcome(items, reading, kib)


async def _check_works(library: Library, client: Any, limit: float) -> None:
    """A client that was made cheaply can still negotiate a stream and receive a message."""
    talk = wire.chats(1)
    session = await library.open(client)
    counter = Counter(keep=False)
    session.on_message(counter.take)
    await settle()
    session.peer.say(talk.data)
    await until(lambda: counter.count > 0, lambda: "a client that was made received no message", limit)
    check(session.said(counter.last) == talk.said[0], "a client that was made received another message")
    await session.close()
