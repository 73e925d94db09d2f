"""Pings: answered, sent, and used to find out that a connection is dead."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, IqError, IqTimeout, XMPPError
from helixmpp.core import BaseXMPP
from helixmpp.core import Callback as Handler
from helixmpp.jid import JID
from helixmpp.plugins.xep_0199 import XEP_0199, Ping
from helixmpp.stanza import StanzaPath
from helixmpp.xml import parse_one
from tests.plugins.conftest import LoopClock, World


def pings(xmpp: BaseXMPP) -> XEP_0199:
    return xmpp.plugin[XEP_0199]


async def test_a_peer_and_the_server_answer(any_world: World) -> None:
    alice, bob = await any_world.client("alice", "xep_0199"), await any_world.client("bob", "xep_0199")
    for jid in (alice.boundjid, str(alice.boundjid), any_world.domain, None):
        assert 0 < await pings(bob).ping(jid) < 5
    answer = await pings(bob).send_ping(alice.boundjid)
    assert (answer["type"], answer["from"], len(answer.xml)) == ("result", alice.boundjid, 0)


async def test_a_component_pings_and_is_pinged(any_world: World) -> None:
    comp, bob = await any_world.component("xep_0199"), await any_world.client("bob", "xep_0199")
    assert await pings(bob).ping(f"any@{comp.boundjid.domain}/body") > 0
    assert await pings(comp).ping(bob.boundjid, ifrom=f"one@{comp.boundjid.domain}") > 0
    assert await pings(comp).ping() > 0


@pytest.mark.parametrize("type_", ["set", "result", "error"])
async def test_only_a_get_is_a_ping(any_world: World, type_: str) -> None:
    alice, bob = await any_world.client("alice", "xep_0199"), await any_world.client("bob", "xep_0199")
    seen: list[Any] = []

    def look(stanza: Any) -> Any:
        seen.append(stanza)
        return stanza

    bob.add_filter("in", look)
    iq = bob.make_iq("p1", ito=alice.boundjid, itype=type_)
    iq.append(parse_one("<ping xmlns='urn:xmpp:ping'/>"))
    bob.send(iq)
    await pings(bob).ping(alice.boundjid)
    assert [stanza["type"] for stanza in seen if stanza["id"] == "p1"] == (
        ["error"] if type_ == "set" else []
    )


async def test_somebody_who_is_not_there_is_an_error(any_world: World) -> None:
    bob = await any_world.client("bob", "xep_0199")
    with pytest.raises(IqError) as caught:
        await pings(bob).ping(f"alice@{any_world.domain}/nowhere")
    assert caught.value.condition == "service-unavailable"


def refuses(condition: str) -> Callable[[Iq], None]:
    def handler(iq: Iq) -> None:
        raise XMPPError(condition)

    return handler


@pytest.mark.parametrize(
    ("condition", "alive"),
    [
        ("feature-not-implemented", True),
        ("service-unavailable", True),
        ("not-allowed", True),
        ("remote-server-not-found", False),
        ("remote-server-timeout", False),
    ],
)
async def test_a_server_that_refuses_is_there(world: World, condition: str, alive: bool) -> None:
    comp, bob = await world.component(), await world.client("bob", "xep_0199")
    comp.register_handler(Handler("refuses", StanzaPath("iq"), refuses(condition)))
    domain = comp.boundjid.domain
    if alive:
        assert await pings(bob).ping(domain) > 0
    else:
        with pytest.raises(IqError, match=condition):
            await pings(bob).ping(domain)
    # Of an address at a server, the server may say the same because nobody is there.
    with pytest.raises(IqError, match=condition):
        await pings(bob).ping(f"one@{domain}/desk")


async def test_no_answer_is_a_timeout(world: World) -> None:
    alice, bob = await world.client("alice"), await world.client("bob", "xep_0199")
    alice.register_handler(Handler("silent", StanzaPath("iq"), lambda iq: None))
    missed: list[Iq] = []
    with pytest.raises(IqTimeout):
        await pings(bob).ping(alice.boundjid, timeout=0.05, timeout_callback=missed.append)
    assert [iq["to"] for iq in missed] == [alice.boundjid]


class Counting:
    """Counts the pings that a client sends, and drops them where that is wanted."""

    def __init__(self, xmpp: ClientXMPP, *, drop: bool = False) -> None:
        self.count = 0
        self.drop = drop
        self.each = asyncio.Event()
        xmpp.add_filter("out", self.see)

    def see(self, stanza: Any) -> Any:
        if isinstance(stanza, Iq) and Ping in stanza:
            self.count += 1
            self.each.set()
            if self.drop:
                return None
        return stanza

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(5):
            while self.count < count:
                self.each.clear()
                await self.each.wait()


async def test_keepalive_by_setting_pings_again_and_again(world: World) -> None:
    xmpp = await world.client(
        "alice", "xep_0199", plugin_config={"xep_0199": {"keepalive": True, "interval": 0.01, "timeout": 5.0}}
    )
    counting = Counting(xmpp)
    await counting.wait_for(3)
    assert xmpp.is_connected()


@pytest.mark.parametrize("before", [False, True])
async def test_keepalive_by_call(world: World, loop_clock: LoopClock, before: bool) -> None:
    xmpp = await world.client("alice", "xep_0199")
    counting = Counting(xmpp)
    if before:
        # Another interval takes the place of the first one.
        pings(xmpp).enable_keepalive(interval=1000)
    pings(xmpp).enable_keepalive(interval=0.01, timeout=5)
    assert (pings(xmpp).interval, pings(xmpp).timeout, pings(xmpp).keepalive) == (0.01, 5, True)
    await counting.wait_for(2)
    pings(xmpp).disable_keepalive()
    # One may be on its way; its answer begins no other.
    await pings(xmpp).ping()
    count = counting.count
    await loop_clock.pass_(1)
    assert counting.count == count


@pytest.mark.parametrize(
    "condition", ["service-unavailable", "feature-not-implemented", "remote-server-timeout"]
)
async def test_a_keepalive_that_is_refused_goes_on(world: World, condition: str) -> None:
    xmpp = await world.client("alice", "xep_0199")
    counting = Counting(xmpp)
    ended: list[Any] = []
    xmpp.add_event_handler("session_end", ended.append)

    def as_error(stanza: Any) -> Any:
        if isinstance(stanza, Iq) and stanza["type"] == "result":
            answer = xmpp.make_iq_error(stanza["id"], condition=condition)
            answer["from"] = stanza["from"]
            return answer
        return stanza

    xmpp.add_filter("in", as_error)
    pings(xmpp).enable_keepalive(interval=0.01)
    await counting.wait_for(3)
    assert ended == []


async def test_a_keepalive_without_an_answer_connects_anew(world: World) -> None:
    xmpp = await world.client("alice", "xep_0199")
    counting = Counting(xmpp, drop=True)
    ended: list[Any] = []
    xmpp.add_event_handler("session_end", ended.append)
    again = asyncio.ensure_future(xmpp.wait_until("session_start", 10))
    await asyncio.sleep(0)
    pings(xmpp).enable_keepalive(interval=0.01, timeout=0.05)
    await again
    assert len(ended) == 1
    assert "did not answer a ping within 0.05 seconds" in str(ended[0])
    assert counting.count == 1
    counting.drop = False
    # It goes on in the new session.
    await counting.wait_for(3)
    assert xmpp.is_connected()


async def test_no_pings_without_a_session_or_without_the_plugin(world: World, loop_clock: LoopClock) -> None:
    xmpp = ClientXMPP("me@example.org", "secret")
    xmpp.register_plugin("xep_0199", {"keepalive": True, "interval": 0.001})
    counting = Counting(xmpp)
    pings(xmpp).enable_keepalive()
    connected = await world.client("alice", "xep_0199")
    also = Counting(connected)
    pings(connected).enable_keepalive(interval=0.02)
    connected.plugin.disable("xep_0199")
    await loop_clock.pass_(1)
    assert (counting.count, also.count) == (0, 0)
    assert JID("me@example.org") == xmpp.boundjid
    await xmpp.aclose()
