"""Chats between two people and their clients: states, receipts, markers, carbons, corrections, blocking, clocks."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.plugins.xep_0066 import XEP_0066
from helixmpp.plugins.xep_0085 import XEP_0085
from helixmpp.plugins.xep_0184 import XEP_0184
from helixmpp.plugins.xep_0191 import XEP_0191
from helixmpp.plugins.xep_0199 import XEP_0199
from helixmpp.plugins.xep_0202 import XEP_0202
from helixmpp.plugins.xep_0280 import XEP_0280
from helixmpp.plugins.xep_0308 import XEP_0308
from helixmpp.plugins.xep_0333 import XEP_0333
from helixmpp.plugins.xep_0352 import XEP_0352
from helixmpp.plugins.xep_0424 import XEP_0424
from helixmpp.plugins.xep_0444 import XEP_0444
from helixmpp.plugins.xep_0461 import XEP_0461
from tests.dialogues.conftest import COMPONENT, Place, until

CHAT = [
    *("xep_0085", "xep_0184", "xep_0199", "xep_0202", "xep_0280", "xep_0308"),
    *("xep_0333", "xep_0424", "xep_0444", "xep_0461"),
]


async def next_event(xmpp: ClientXMPP, name: str, action: Any) -> Any:
    """The data of an event that an action brings about."""
    coming = asyncio.ensure_future(xmpp.wait_until(name, 10))
    await asyncio.sleep(0)
    action()
    return await coming


async def test_a_chat(place: Place) -> None:
    alice, bob = await place.connected("alice", *CHAT), await place.connected("bob", *CHAT)
    alice.plugin[XEP_0184].auto_request = True
    bob.plugin[XEP_0184].ack_strangers = True
    for xmpp in (alice, bob):
        xmpp.plugin[XEP_0308].authentic_only = xmpp.plugin[XEP_0424].authentic_only = True
    to = bob.boundjid
    states = alice.plugin[XEP_0085]
    message = await next_event(bob, "chatstate_composing", lambda: states.send_state(to, "composing"))
    assert (message["chat_state"], message["from"]) == ("composing", alice.boundjid)
    sent: list[Any] = []
    receipt = await next_event(
        alice, "receipt_received", lambda: sent.append(alice.send_message(to, "Helo", mtype="chat"))
    )
    assert receipt["receipt"] == sent[0]["id"]
    assert alice.plugin[XEP_0184].is_expected(receipt)
    asking = alice.make_message(to, "Helo", mtype="chat")
    asking.enable("markable")
    sent.append(asking)
    got = await next_event(bob, "message", asking.send)
    marker = await next_event(alice, "marker_displayed", lambda: bob.plugin[XEP_0333].mark(got))
    assert marker["displayed"]["id"] == sent[1]["id"]
    corrected = alice.plugin[XEP_0308].build_corrected(sent[1], "Hello")
    message = await next_event(bob, "message_correction", corrected.send)
    assert (message["replace"]["id"], message["body"]) == (got["id"], "Hello")
    assert bob.plugin[XEP_0308].is_authentic(message, got) is True
    reactions = bob.plugin[XEP_0444]
    message = await next_event(
        alice, "reactions", lambda: reactions.send_reactions(alice.boundjid, got["id"], {"👋", "🐢"})
    )
    assert (message["reactions"]["id"], message["reactions"]["values"]) == (got["id"], {"👋", "🐢"})
    message = await next_event(alice, "message", bob.plugin[XEP_0461].answer(got, "Hi").send)
    assert (message["reply"]["id"], message["reply"].strip_fallback_content()) == (got["id"], "Hi")
    retract = alice.plugin[XEP_0424]
    message = await next_event(bob, "message_retract", lambda: retract.send_retraction(to, got["id"]))
    assert message["retract"]["id"] == got["id"]
    # Bob cannot correct or take back what alice wrote: the ping comes behind both.
    told: list[Any] = []
    for event in ("message_correction", "message_retract"):
        alice.add_event_handler(event, told.append)
    bob.plugin[XEP_0308].build_correction(sent[1]["id"], alice.boundjid, mbody="evil").send()
    bob.plugin[XEP_0424].send_retraction(alice.boundjid, sent[1]["id"])
    await bob.plugin[XEP_0199].ping(alice.boundjid)
    assert told == []


async def test_carbons(place: Place) -> None:
    bob = await place.connected("bob", *CHAT)
    if place.kind != "prosody":
        # The embedded server copies nothing, and says so.
        with pytest.raises(IqError, match="service-unavailable"):
            await bob.plugin[XEP_0280].enable()
        return
    desk, phone = await place.connected("alice", *CHAT), await place.connected("alice", *CHAT)
    for xmpp in (desk, phone, bob):
        xmpp.send_presence()
    await desk.plugin[XEP_0280].enable()
    await phone.plugin[XEP_0280].enable()
    message = await next_event(
        desk, "carbon_received", lambda: bob.send_message(phone.boundjid, "psst", mtype="chat")
    )
    assert (message["carbon_received"]["body"], message["carbon_received"]["from"]) == ("psst", bob.boundjid)
    message = await next_event(
        desk, "carbon_sent", lambda: phone.send_message(bob.boundjid, "what?", mtype="chat")
    )
    assert (message["carbon_sent"]["body"], message["carbon_sent"]["to"]) == ("what?", bob.boundjid)
    seen: list[Any] = []
    desk.add_event_handler("carbon_sent", seen.append)
    private = phone.make_message(bob.boundjid, "for you alone", mtype="chat")
    phone.plugin[XEP_0280].make_private(private)
    private.send()
    await desk.plugin[XEP_0280].disable()
    phone.send_message(bob.boundjid, "nobody copies this", mtype="chat")
    await phone.plugin[XEP_0199].ping(desk.boundjid)
    assert seen == []


async def test_a_forged_carbon(place: Place) -> None:
    alice, bob = await place.connected("alice", *CHAT), await place.connected("bob", *CHAT)
    seen: list[Any] = []
    for event in ("carbon_received", "carbon_sent", "message"):
        alice.add_event_handler(event, seen.append)
    secret = bob.make_message(alice.boundjid, "from your mother", mtype="chat")
    secret["from"] = "mother@elsewhere.example"
    forged = bob.make_message(alice.boundjid, mtype="chat")
    forged["carbon_received"] = secret
    forged.send()
    await bob.plugin[XEP_0199].ping(alice.boundjid)
    assert seen == []


async def test_blocking(place: Place) -> None:
    alice = await place.connected("alice", "xep_0191", "xep_0199")
    plugin = alice.plugin[XEP_0191]
    if place.kind != "prosody":
        with pytest.raises(IqError, match="service-unavailable"):
            await plugin.block("bob@test.example")
        return
    bob = await place.connected("bob", "xep_0191", "xep_0199")
    assert await plugin.get_blocked_jids() == set()
    pushed: list[Any] = []
    alice.add_event_handler("blocked", pushed.append)
    alice.add_event_handler("unblocked", pushed.append)
    await plugin.block(bob.boundjid.bare)
    assert await plugin.get_blocked_jids() == {bob.boundjid.bare_jid}
    with pytest.raises(IqError, match="service-unavailable"):
        await bob.plugin[XEP_0199].ping(alice.boundjid)
    refused: list[Any] = []
    alice.add_event_handler("message_error", refused.append)
    alice.send_message(bob.boundjid, "can you hear me?")
    await until(lambda: bool(refused))
    assert "blocked" in refused[0]["error"]
    await plugin.unblock([bob.boundjid.bare])
    await plugin.block("tybalt@elsewhere.example")
    await plugin.unblock_all()
    assert await plugin.get_blocked_jids() == set()
    await until(lambda: len(pushed) == 4)
    assert [iq["block"]["items"] or iq["unblock"]["items"] for iq in pushed][:2] == [
        {bob.boundjid.bare_jid}
    ] * 2


async def test_clocks(place: Place) -> None:
    alice, bob = await place.connected("alice", "xep_0202"), await place.connected("bob", "xep_0202")
    alice.plugin[XEP_0202].tz_offset = 3600.0 * 2
    answer = await bob.plugin[XEP_0202].get_entity_time(alice.boundjid)
    told = answer["entity_time"]["time"]
    assert told.utcoffset() == timedelta(hours=2)
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)
    if place.kind == "prosody":
        told = (await bob.plugin[XEP_0202].get_entity_time())["entity_time"]["utc"]
        assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)


async def test_files_to_fetch(place: Place) -> None:
    alice, bob = await place.connected("alice", "xep_0066"), await place.connected("bob", "xep_0066")
    with pytest.raises(IqError, match="service-unavailable"):
        await alice.plugin[XEP_0066].send_oob(bob.boundjid, "https://example.org/cat.jpg")
    urls: list[str] = []

    async def fetch(iq: Any) -> None:
        urls.append(iq["oob_transfer"]["url"])

    bob.plugin[XEP_0066].register_url_handler(handler=fetch)
    await alice.plugin[XEP_0066].send_oob(bob.boundjid, "https://example.org/cat.jpg", "a cat")
    assert urls == ["https://example.org/cat.jpg"]


async def test_client_state(place: Place) -> None:
    alice = await place.connected("alice", "xep_0352", "xep_0199")
    plugin = alice.plugin[XEP_0352]
    # Neither of these servers offers it by itself; what is said changes nothing there.
    assert plugin.enabled is ("csi" in getattr(alice, "features"))  # noqa: B009 - made when it is first asked for
    plugin.send_inactive()
    plugin.send_active()
    assert await alice.plugin[XEP_0199].ping() > 0


async def test_a_component_gives_receipts(place: Place) -> None:
    component = place.component()
    component.register_plugin("xep_0184", {"ack_strangers": True})
    await component.connect(*component.address)
    bob = await place.connected("bob", "xep_0184")
    bob.plugin[XEP_0184].auto_request = True
    to = f"user@{COMPONENT[0]}"
    receipt = await next_event(bob, "receipt_received", lambda: bob.send_message(to, "x", mtype="chat"))
    assert receipt["from"] == to
