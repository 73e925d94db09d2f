"""Measured: what comes in, from the bytes to the handler of a program."""

import asyncio

from bench import wire
from bench.peer import roster_server
from bench.worker.library import Library, Session, check
from bench.worker.meter import Meter, Reading
from bench.worker.task import Counter, Outcome, Task, settle, until

__all__ = ["joining", "messages", "presences", "roster"]


async def messages(library: Library, task: Task) -> Outcome:
    """Chat messages: each runs a handler of the event ``message`` once."""
    talk = wire.chats(task.count, payloads=task.payloads)
    session = await library.open(library.make_client(task.plugins))
    counter = Counter(task.check)
    session.on_message(counter.take)
    states = session.count_chat_states() if task.check and task.payloads else None
    reading = await _feed(session, talk.data, counter, task.count, task.limit)
    check(session.said(counter.last) == talk.said[-1], "the last message is not the last one that was sent")
    if task.check:
        for message, said in zip(counter.kept, talk.said, strict=True):
            found = session.said(message)
            check(found == said, f"a message says {found}, and should say {said}")
    if states is not None:
        check(states() == task.count, f"{states()} of {task.count} chat states reached their plugin")
    await session.close()
    return Outcome(task.count, reading)


async def presences(library: Library, task: Task) -> Outcome:
    """Presences of a room's occupants, some hundred of them in turn."""
    crowd = wire.occupants(task.count)
    session = await library.open(library.make_client(task.plugins))
    session.join(wire.ROOM, "me")
    reading = await _presences(session, task, crowd, b"")
    await session.close()
    return Outcome(task.count, reading)


async def joining(library: Library, task: Task) -> Outcome:
    """A room of so many different occupants is joined."""
    crowd = wire.occupants(task.count, nicks=task.count)
    session = await library.open(library.make_client(task.plugins))
    session.join(wire.ROOM, "me")
    reading = await _presences(session, task, crowd, wire.room_joined("me"))
    inside = session.occupants()
    # Some count ourselves.
    check(inside in (None, task.count, task.count + 1), f"{inside} of {task.count} occupants are known")
    await session.close()
    return Outcome(task.count, reading)


async def _presences(session: Session, task: Task, crowd: wire.Presences, end: bytes) -> Reading:
    counter = Counter(task.check)
    session.on_presence(counter.take)
    senders = [*crowd.senders, f"{wire.ROOM}/me"] if end else crowd.senders
    reading = await _feed(session, crowd.data + end, counter, len(senders), task.limit)
    check(session.sender(counter.last) == senders[-1], "the last presence is not the last one that was sent")
    if task.check:
        found = [session.sender(presence) for presence in counter.kept]
        check(found == senders, "the presences are not from the occupants, in their order")
    return reading


async def _feed(session: Session, data: bytes, counter: Counter, count: int, limit: float) -> Reading:
    """Measure until ``count`` stanzas have run their handler; and no further one has."""
    await settle()
    check(counter.count == 0, "a handler ran before anything was sent")
    meter = Meter()
    meter.start()
    session.peer.say(data)
    await until(lambda: counter.count >= count, lambda: _missing(counter.count, count), limit)
    reading = meter.stop()
    await settle()
    check(counter.count == count, f"{count} stanzas ran a handler {counter.count} times")
    return reading


def _missing(got: int, count: int) -> str:
    return f"{got} of {count} stanzas ran their handler"


async def roster(library: Library, task: Task) -> Outcome:
    """The roster is asked for, and the answer taken over."""
    items = wire.contacts(task.count)
    session = await library.open(library.make_client(task.plugins))
    await settle()
    session.peer.answer = roster_server(session.peer, items)
    meter = Meter()
    meter.start()
    async with asyncio.timeout(task.limit):
        await session.fetch_roster()
    reading = meter.stop()
    found = session.roster()
    check(len(found) == len(items), f"the roster has {len(found)} of {len(items)} items")
    by_jid = {one.jid: one for one in found}
    for one in items:
        check(by_jid.get(one.jid) == one, f"the roster has {by_jid.get(one.jid)}, and should have {one}")
    await session.close()
    return Outcome(task.count, reading)
