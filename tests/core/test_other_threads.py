"""Sending from a thread that is not the event loop's: one order, one copy, and errors to whoever is to blame."""

import asyncio
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest

from helixmpp.errors import NotConnectedError
from helixmpp.stanza import IqError, IqTimeout, Message
from tests.plugins.offline import OfflineClient, settle


def elsewhere(function: Callable[[], object]) -> asyncio.Future[Any]:
    """What a function gives, or raises, in a thread of its own."""
    return asyncio.ensure_future(asyncio.to_thread(function))


def connected() -> OfflineClient:
    xmpp = OfflineClient()
    assert xmpp.loop is asyncio.get_running_loop()
    return xmpp


def waiting(xmpp: OfflineClient) -> int:
    """How many requests wait for an answer."""
    return len(xmpp._iqs_)  # pyright: ignore[reportPrivateUsage] - nothing else tells


async def until(true: Callable[[], bool]) -> None:
    """Wait for another thread."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - another thread sets no event of this loop
            await asyncio.sleep(0.001)


def bodies(xmpp: OfflineClient) -> list[str | None]:
    return [each.findtext("{jabber:client}body") for each in xmpp.sent]


@pytest.mark.parametrize("kind", ["", "out", "out_sync"])
async def test_the_order_of_each_thread_is_kept(kind: str) -> None:
    xmpp = connected()
    if kind == "out":

        async def later(stanza: Any) -> Any:
            await asyncio.sleep(0)
            return stanza

        xmpp.add_filter(kind, later)
    elif kind:
        xmpp.add_filter(kind, lambda stanza: stanza)

    def send(name: str) -> None:
        for number in range(50):
            xmpp.send_message("you@example.org", f"{name}{number}")

    await asyncio.gather(*(elsewhere(partial(send, name)) for name in "abc"))
    await settle(400)
    for name in "abc":
        assert [body for body in bodies(xmpp) if body and body[0] == name] == [
            f"{name}{n}" for n in range(50)
        ]


async def test_later_changes_are_not_sent() -> None:
    xmpp = connected()

    def send() -> None:
        message = xmpp.make_message("you@example.org", "as it was")
        xmpp.send(message)
        message["body"] = "changed"

    await elsewhere(send)
    await settle()
    assert bodies(xmpp) == ["as it was"]


async def test_an_override_of_send_is_called_once() -> None:
    class Counting(OfflineClient):
        calls = 0

        def send(self, data: Any, use_filters: bool = True) -> Any:
            self.calls += 1
            return super().send(data, use_filters)

    xmpp = Counting()
    assert xmpp.loop is asyncio.get_running_loop()
    await elsewhere(lambda: xmpp.send_message("you@example.org", "once"))
    await settle()
    assert (xmpp.calls, bodies(xmpp)) == (1, ["once"])


async def test_what_cannot_be_written_is_told_to_the_caller() -> None:
    xmpp = connected()
    bad = Element("{jabber:client}message", {"to": "you@example.org"})
    SubElement(bad, "{jabber:client}body").text = "\x00"
    with pytest.raises(ValueError, match="0"):
        await elsewhere(lambda: xmpp.send(bad))
    await settle()
    assert (xmpp.sent, xmpp.failures) == ([], [])


async def test_what_goes_wrong_later_is_told_to_the_program() -> None:
    xmpp = connected()

    def refuse(stanza: Any) -> Any:
        raise RuntimeError("no")

    xmpp.add_filter("out_sync", refuse)
    await elsewhere(lambda: xmpp.send_message("you@example.org", "hello"))
    await settle()
    assert [str(each) for each in xmpp.failures] == ["no"]


async def test_a_deep_element_is_no_danger() -> None:
    """Nothing walks down an element by recursion (promise D)."""
    xmpp = connected()
    root = deepest = Element("{jabber:client}message", {"to": "you@example.org"})
    for _ in range(50_000):
        deepest = SubElement(deepest, "{urn:x}deeper")
    passed: list[int] = []
    xmpp.add_filter("out", lambda stanza: passed.append(1))
    await elsewhere(lambda: xmpp.send(Message(xml=root)))
    await settle()
    assert passed == [1]


async def test_a_loop_that_has_just_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put on a loop that does not run, as if it were sent."""
    xmpp = connected()
    ended = asyncio.new_event_loop()
    ended.close()
    monkeypatch.setattr(ended, "is_running", lambda: True)  # as in the moment before it ended
    xmpp.loop = ended

    def send() -> None:
        with pytest.raises(NotConnectedError):
            xmpp.send_message("you@example.org", "hello")

    await elsewhere(send)
    monkeypatch.undo()
    assert ended.is_closed()


async def test_awaiting_from_another_loop() -> None:
    xmpp = connected()

    async def send() -> str:
        receipt = await xmpp.make_message("you@example.org", "hello").send()
        return str(await receipt)

    assert await elsewhere(lambda: asyncio.run(send())) == "sent"
    await settle()
    assert bodies(xmpp) == ["hello"]


ANSWERS = [
    ("<iq type='result' from='you@example.org/x' id='{}'/>", None),
    ("<iq type='error' from='you@example.org/x' id='{}'><error type='cancel'/></iq>", IqError),
    ("", IqTimeout),
]


@pytest.mark.parametrize(("text", "error"), ANSWERS)
@pytest.mark.parametrize("debug", [False, True])
async def test_a_request_of_another_loop(text: str, error: type[Exception] | None, debug: bool) -> None:
    xmpp = connected()
    xmpp.loop.set_debug(debug)

    async def ask() -> str:
        answer = await xmpp.make_iq_get("jabber:iq:version", ito="you@example.org/x").send(
            timeout=0.05 if not text else 5
        )
        return str(answer["type"])

    asked = elsewhere(lambda: asyncio.run(ask()))
    await until(lambda: bool(xmpp.sent))
    if text:
        await xmpp.receive(text.format(xmpp.sent[0].get("id")))
    if error is None:
        assert await asked == "result"
    else:
        with pytest.raises(error):
            await asked
    assert waiting(xmpp) == 0


@pytest.mark.parametrize(("text", "error"), ANSWERS)
async def test_a_request_with_a_callback(text: str, error: type[Exception] | None) -> None:
    """A thread without a loop; the functions are called where all others are."""
    xmpp = connected()
    called: list[tuple[str, bool]] = []

    def note(iq: Any) -> None:
        called.append((iq["type"], asyncio.get_running_loop() is xmpp.loop))

    def ask() -> None:
        iq = xmpp.make_iq_get("jabber:iq:version", ito="you@example.org/x")
        iq.send(callback=note, timeout=0.02 if not text else 5, timeout_callback=note)

    thread = Thread(target=ask)
    thread.start()
    await until(lambda: bool(xmpp.sent))
    thread.join()
    if text:
        await xmpp.receive(text.format(xmpp.sent[0].get("id")))
    await until(lambda: bool(called))
    assert called == [("get" if not text else "error" if error else "result", True)]
    assert xmpp.failures == []


async def test_a_request_that_cannot_be_sent_leaves_nothing_behind() -> None:
    xmpp = connected()
    iq = xmpp.make_iq_get("jabber:iq:version", ito="you@example.org/x")
    iq.xml[0].text = "\x00"
    with pytest.raises(ValueError, match="0"):
        await elsewhere(iq.send)
    await settle()
    assert waiting(xmpp) == 0


async def test_who_waits_no_longer_leaves_nothing_behind() -> None:
    xmpp = connected()

    async def ask() -> None:
        async with asyncio.timeout(0.02):
            await xmpp.make_iq_get("jabber:iq:version", ito="you@example.org/x").send()

    with pytest.raises(TimeoutError):
        await elsewhere(lambda: asyncio.run(ask()))
    await until(lambda: not waiting(xmpp))


def test_before_the_loop_runs() -> None:
    """In the older style there is a client before there is a loop that runs."""
    xmpp = OfflineClient()
    loop = xmpp.loop
    try:
        xmpp.send_message("you@example.org", "at once")
        assert bodies(xmpp) == ["at once"]

        async def other() -> None:
            xmpp.send_message("you@example.org", "by another")

        asyncio.run(other())
        assert bodies(xmpp) == ["at once", "by another"]
    finally:
        loop.close()
        asyncio.set_event_loop(None)
