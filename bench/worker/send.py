"""Measured: what goes out, from a program's call to the bytes at the peer."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from bench import wire
from bench.worker.library import CheckFailed, Library, Session, check
from bench.worker.meter import Meter, Reading
from bench.worker.task import Outcome, Task, settle, until

__all__ = ["echoes", "messages"]

# A program that sends much lets the loop turn now and then: so often here.
_BATCH = 50

_CLIENT = "{jabber:client}"
_REPLACE = "{urn:xmpp:message-correct:0}replace"
_ORIGIN = "{urn:xmpp:sid:0}origin-id"
_MARKABLE = "{urn:xmpp:chat-markers:0}markable"


class _Sent:
    """How many messages have left, found out only while nothing else is left to do."""

    def __init__(self, session: Session) -> None:
        self._received = session.peer.received
        self._seen = 0
        self._count = 0

    def count(self) -> int:
        while self._seen < len(self._received):
            self._count += self._received[self._seen].count(b"</message>")
            self._seen += 1
        return self._count


async def messages(library: Library, task: Task) -> Outcome:
    """Chat messages are built and sent; with ``payloads`` each has three."""
    texts = wire.texts(task.count)
    to = [f"friend{n % 50}@{wire.DOMAIN}" for n in range(task.count)]
    ids = [f"id-{n}" for n in range(task.count)]
    session = await library.open(library.make_client(task.plugins))

    def send(n: int) -> None:
        if task.payloads:
            session.send_payloads(to[n], texts[n], ids[n])
        else:
            session.send_chat(to[n], texts[n])

    async def send_all() -> None:
        for n in range(task.count):
            send(n)
            if n % _BATCH == _BATCH - 1:
                await asyncio.sleep(0)

    await settle()
    reading, left = await _measure(session, task.count, send_all, task.limit)
    for n, message in enumerate(left):
        _check_message(message, to[n], texts[n])
        if task.payloads:
            for name in (_REPLACE, _ORIGIN):
                payload = message.find(name)
                check(payload is not None and payload.get("id") == ids[n], f"{name} of message {n} is wrong")
            check(message.find(_MARKABLE) is not None, f"message {n} left without <markable/>")
    # Each has an id of its own, or none of the two libraries' users could find its receipt.
    own = {message.get("id") for message in left}
    check(None not in own and len(own) == task.count, "messages left without an id of their own")
    await session.close()
    return Outcome(task.count, reading)


async def echoes(library: Library, task: Task) -> Outcome:
    """Each message that comes in is answered with its own text, as the first bot of everybody does."""
    talk = wire.chats(task.count)
    session = await library.open(library.make_client(task.plugins))
    runs = 0

    def answer(message: Any) -> None:
        nonlocal runs
        runs += 1
        session.echo(message)

    async def receive() -> None:
        session.peer.say(talk.data)

    session.on_message(answer)
    await settle()
    reading, left = await _measure(session, task.count, receive, task.limit)
    check(runs == task.count, f"{task.count} messages ran the handler {runs} times")
    for message, said in zip(left, talk.said, strict=True):
        _check_message(message, said.sender, said.body)
    await session.close()
    return Outcome(task.count, reading)


async def _measure(
    session: Session, count: int, act: Callable[[], Any], limit: float
) -> tuple[Reading, Sequence[Element]]:
    session.peer.keep()
    sent = _Sent(session)
    meter = Meter()
    meter.start()
    await act()
    await until(lambda: sent.count() >= count, lambda: f"{sent.count()} of {count} messages left", limit)
    reading = meter.stop()
    await settle()
    left = _parsed(session.peer.taken())
    check(len(left) == count, f"{len(left)} stanzas left, and should be {count}")
    return reading, left


def _parsed(data: bytes) -> list[Element]:
    """The elements that left, read by a parser that knows nothing of the library."""
    try:
        stream = fromstring(wire.HEADER + data + b"</stream:stream>")
    except ParseError as error:
        raise CheckFailed(f"what left is no XML: {error}") from error
    return list(stream)


def _check_message(message: Element, to: str, body: str) -> None:
    check(message.tag == f"{_CLIENT}message", f"{message.tag} left instead of a message")
    check(message.get("type") == "chat", f"a message left with the type {message.get('type')}")
    check(message.get("to") == to, f"a message left to {message.get('to')} instead of {to}")
    text = message.findtext(f"{_CLIENT}body")
    check(text == body, f"a message left with the text {text!r} instead of {body!r}")
