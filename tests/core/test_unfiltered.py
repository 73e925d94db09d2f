"""What passes no filter keeps its place behind what waits for one."""

import asyncio
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.errors import StanzaNotSent
from helixmpp.testing.slixtransport import TestTransport
from tests.plugins.offline import settle


@pytest.fixture
async def xmpp() -> ClientXMPP:
    xmpp = ClientXMPP("me@example.org/desk", "secret")
    xmpp.connection_made(TestTransport(xmpp))
    xmpp.use_message_ids = False
    return xmpp


def sent(xmpp: ClientXMPP) -> list[str]:
    found: list[str] = []
    while (data := xmpp.transport.next_sent()) is not None:
        found.append(data.decode().partition("<body>")[2].partition("<")[0])
    return [body for body in found if body]


@pytest.mark.parametrize("as_element", [False, True])
@pytest.mark.parametrize("filtered", ["0123", "013", "0", "", "12"])
async def test_the_order_is_kept(xmpp: ClientXMPP, filtered: str, as_element: bool) -> None:
    async def later(stanza: Any) -> Any:
        await asyncio.sleep(0)
        stanza["body"] += " filtered"
        return stanza

    xmpp.add_filter("out", later)
    for number in "0123":
        message = xmpp.make_message("you@example.org", number)
        if number in filtered:
            xmpp.send(message)
        else:
            xmpp.send(message.xml if as_element else message, use_filters=False)
    await settle()
    assert sent(xmpp) == [f"{number} filtered" if number in filtered else number for number in "0123"]


async def test_a_filter_sends_without_waiting_for_itself(xmpp: ClientXMPP) -> None:
    async def ask(stanza: Any) -> Any:
        await asyncio.sleep(0)
        xmpp.send(xmpp.make_message("key@example.org", "which key?"), use_filters=False)
        return stanza

    xmpp.add_filter("out", ask)
    await xmpp.make_message("you@example.org", "hello").send()
    assert sent(xmpp) == ["which key?", "hello"]


async def test_it_is_given_up_with_the_others(xmpp: ClientXMPP) -> None:
    async def never(stanza: Any) -> Any:
        await asyncio.Event().wait()

    xmpp.add_filter("out", never)
    xmpp.send(xmpp.make_message("you@example.org", "one"))
    receipt = xmpp.send(xmpp.make_message("you@example.org", "two"), use_filters=False)
    await asyncio.sleep(0)
    await xmpp.aclose()
    with pytest.raises(StanzaNotSent, match="closed"):
        await receipt
    assert sent(xmpp) == []


def test_while_the_loop_stands_still() -> None:
    loop = asyncio.new_event_loop()

    async def later(stanza: Any) -> Any:
        await asyncio.sleep(0)
        return stanza

    async def begin() -> ClientXMPP:
        xmpp = ClientXMPP("me@example.org/desk", "secret")
        xmpp.connection_made(TestTransport(xmpp))
        xmpp.add_filter("out", later)
        xmpp.send(xmpp.make_message("you@example.org", "one"))
        return xmpp

    xmpp = loop.run_until_complete(begin())
    xmpp.send(xmpp.make_message("you@example.org", "two"), use_filters=False)
    loop.run_until_complete(settle())
    assert sent(xmpp) == ["one", "two"]
    loop.close()


@pytest.mark.parametrize("kind", ["out", "out_sce"])
@pytest.mark.parametrize("in_tasks", [False, True])
@pytest.mark.parametrize("use_filters", [False, True])
async def test_a_filter_asks_and_waits_for_the_answer(
    xmpp: ClientXMPP, kind: str, in_tasks: bool, use_filters: bool
) -> None:
    """What a filter sends itself passes the filters, too, and not behind what waits for that filter."""
    seen: list[str] = []

    async def ask(number: int) -> None:
        await xmpp.send(xmpp.make_message("key@example.org", f"which key? {number}"), use_filters=use_filters)

    async def encrypt(stanza: Any) -> Any:
        seen.append(stanza["body"])
        if stanza["to"] == "you@example.org":
            await (asyncio.gather(ask(1), ask(2)) if in_tasks else ask(1))
        return stanza

    xmpp.add_filter(kind, encrypt)
    async with asyncio.timeout(5):
        first = xmpp.send(xmpp.make_message("you@example.org", "hello"))
        second = xmpp.send(xmpp.make_message("other@example.org", "behind"))
        await asyncio.gather(first, second)
    asked = ["which key? 1", "which key? 2"] if in_tasks else ["which key? 1"]
    assert sent(xmpp) == [*asked, "hello", "behind"]
    assert seen == ["hello", *(asked if use_filters else []), "behind"]


async def test_a_filter_that_asks_itself_without_an_end(xmpp: ClientXMPP) -> None:
    seen: list[str] = []

    async def again(stanza: Any) -> Any:
        seen.append(stanza["body"])
        await xmpp.make_message("you@example.org", "again").send()
        return stanza

    xmpp.add_filter("out", again)
    with pytest.raises(StanzaNotSent, match="wait for an outgoing filter already"):
        await xmpp.make_message("you@example.org", "hello").send()
    assert len(seen) == 1001
    assert sent(xmpp) == []


async def test_what_a_filter_sends_is_given_up_with_the_others(xmpp: ClientXMPP) -> None:
    asked: list[Any] = []

    async def ask(stanza: Any) -> Any:
        if stanza["to"] == "you@example.org":
            asked.append(xmpp.send(xmpp.make_message("key@example.org", "which key?")))
        await asyncio.Event().wait()

    xmpp.add_filter("out", ask)
    receipt = xmpp.send(xmpp.make_message("you@example.org", "hello"))
    await settle()
    await xmpp.aclose()
    for each in (receipt, *asked):
        assert each.outcome == "failed"
    assert len(asked) == 1
