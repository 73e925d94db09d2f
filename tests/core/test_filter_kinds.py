"""What is sent passes the kinds of filters in one order, and the last of them may encrypt it."""

from collections.abc import Callable
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.errors import StanzaNotSent
from helixmpp.testing.slixtransport import TestTransport

KINDS = ["out", "out_sync", "out_sce"]


@pytest.fixture
async def xmpp() -> ClientXMPP:
    xmpp = ClientXMPP("me@example.org/desk", "secret")
    xmpp.connection_made(TestTransport(xmpp))
    xmpp.use_message_ids = False
    return xmpp


def note(word: str) -> Callable[[Any], Any]:
    def plain(stanza: Any) -> Any:
        stanza["body"] += f" {word}"
        return stanza

    return plain


def note_later(word: str) -> Callable[[Any], Any]:
    async def later(stanza: Any) -> Any:
        stanza["body"] += f" {word}"
        return stanza

    return later


def sent(xmpp: ClientXMPP) -> list[str]:
    found: list[str] = []
    while (data := xmpp.transport.next_sent()) is not None:
        found.append(data.decode().partition("<body>")[2].partition("<")[0])
    return [body for body in found if body]


@pytest.mark.parametrize("order", [KINDS, KINDS[::-1], ["out_sync", "out_sce", "out"]])
@pytest.mark.parametrize("later", [(), ("out",), ("out_sce",), ("out", "out_sce")], ids=str)
async def test_the_order_of_the_kinds(xmpp: ClientXMPP, order: list[str], later: tuple[str, ...]) -> None:
    for kind in order:
        xmpp.add_filter(kind, (note_later if kind in later else note)(kind))
    for number in range(3):
        await xmpp.make_message("you@example.org", str(number)).send()
    assert sent(xmpp) == [f"{number} out out_sync out_sce" for number in range(3)]


@pytest.mark.parametrize("make", [note, note_later])
async def test_what_is_not_encrypted_does_not_go_out(xmpp: ClientXMPP, make: Any) -> None:
    def refuse(stanza: Any) -> Any:
        raise RuntimeError("no key")

    xmpp.add_filter("out", make("seen"))
    xmpp.add_filter("out_sce", refuse)
    with pytest.raises((RuntimeError, StanzaNotSent), match="no key"):
        await xmpp.make_message("you@example.org", "in clear").send()
    xmpp.add_filter("out_sce", lambda stanza: None, 0)
    xmpp.del_filter("out_sce", refuse)
    with pytest.raises(StanzaNotSent, match="filter dropped it"):
        await xmpp.make_message("you@example.org", "dropped").send()
    assert sent(xmpp) == []


def test_kinds_that_there_are_not(xmpp: ClientXMPP) -> None:
    for call in (xmpp.add_filter, xmpp.del_filter):
        with pytest.raises(ValueError, match="'out_sync' or 'out_sce', not 'out_of'"):
            call("out_of", note("x"))
    for kind in ("in", "out_sync"):
        with pytest.raises(TypeError, match="cannot be a coroutine function"):
            xmpp.add_filter(kind, note_later("x"))
