"""Last activity, idle presences, vCards, avatars, versions and nicknames, with a real peer and a real server."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.plugins.xep_0012 import XEP_0012, LastActivity
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp
from helixmpp.plugins.xep_0092 import XEP_0092, Version
from helixmpp.plugins.xep_0153 import XEP_0153
from helixmpp.plugins.xep_0172 import XEP_0172, UserNick
from helixmpp.plugins.xep_0203 import XEP_0203
from helixmpp.plugins.xep_0319 import XEP_0319, Idle
from helixmpp.xml import parse_one
from tests.dialogues.conftest import COMPONENT, Place, until

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
HASH = sha1(PNG).hexdigest()


async def friends(place: Place, *plugins: str) -> tuple[ClientXMPP, ClientXMPP]:
    """Alice and bob, who see each other's presence."""
    alice = await place.connected("alice", *plugins)
    bob = await place.connected("bob", *plugins)
    for one in (alice, bob):
        await one.get_roster()
        one.send_presence()
    alice.client_roster.subscribe(bob.boundjid.bare)
    await until(lambda: alice.client_roster[bob.boundjid.bare].subscription == "both")
    await until(lambda: bob.client_roster[alice.boundjid.bare].subscription == "both")
    await until(lambda: bool(alice.client_roster.presence(bob.boundjid.bare)))
    return alice, bob


def presences_of(xmpp: ClientXMPP, event: str) -> list[Any]:
    seen: list[Any] = []
    xmpp.add_event_handler(event, seen.append)
    return seen


async def until_hash(xmpp: ClientXMPP, wanted: str) -> None:
    """Wait until a client knows that hash as its own picture's."""
    get_hash = xmpp.plugin[XEP_0153].api["get_hash"]
    async with asyncio.timeout(5):
        while await get_hash() != wanted:  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)


async def test_last_activity(place: Place) -> None:
    alice, bob = await friends(place, "xep_0012")
    with pytest.raises(IqError, match="service-unavailable"):
        await bob.plugin[XEP_0012].get_last_activity(alice.boundjid)
    await alice.plugin[XEP_0012].set_last_activity(seconds=100, status="at lunch")
    answer = await bob.plugin[XEP_0012].get_last_activity(alice.boundjid)
    assert 100 <= (answer[LastActivity].seconds or 0) < 200
    assert answer["last_activity"]["status"] == "at lunch"


async def test_last_activity_is_for_friends(place: Place) -> None:
    alice, bob = await place.connected("alice", "xep_0012"), await place.connected("bob", "xep_0012")
    await alice.plugin[XEP_0012].begin_idle()
    with pytest.raises(IqError, match="forbidden"):
        await bob.plugin[XEP_0012].get_last_activity(alice.boundjid)


async def test_the_uptime_of_a_component(place: Place) -> None:
    component = place.component()
    component.register_plugin("xep_0012")
    component.register_plugin("xep_0092")
    component.register_plugin("xep_0054")
    await component.connect(*component.address)
    await component.plugin[XEP_0012].start_uptime()
    bob = await place.connected("bob", "xep_0012", "xep_0092", "xep_0054")
    answer = await bob.plugin[XEP_0012].get_last_activity(COMPONENT[0])
    assert 0 <= (answer[LastActivity].seconds or 0) < 100
    assert (await bob.plugin[XEP_0092].get_version(COMPONENT[0]))[Version].name_ == "helixmpp"
    with pytest.raises(IqError, match="item-not-found"):
        await bob.plugin[XEP_0054].get_vcard(f"user@{COMPONENT[0]}")
    vcard = component.plugin[XEP_0054].make_vcard()
    vcard["FN"] = "User"
    await component.plugin[XEP_0054].publish_vcard(vcard, f"user@{COMPONENT[0]}")
    found = await bob.plugin[XEP_0054].get_vcard(f"user@{COMPONENT[0]}")
    assert found["vcard_temp"]["FN"] == "User"
    with pytest.raises(IqError, match="forbidden"):
        await bob.plugin[XEP_0054].publish_vcard(vcard, f"user@{COMPONENT[0]}")


async def test_idle_and_back(place: Place) -> None:
    alice, bob = await friends(place, "xep_0319", "xep_0203")
    seen = presences_of(bob, "presence_idle")
    since = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    await alice.plugin[XEP_0319].idle(since=since)
    alice.send_presence(pshow="away", pstatus="at lunch")
    await until(lambda: bool(seen))
    assert (seen[0][Idle].since, seen[0]["show"]) == (since, "away")
    assert bob.plugin[XEP_0203].sent_at(seen[0]) is None
    back = presences_of(bob, "presence_available")
    await alice.plugin[XEP_0319].active()
    alice.send_presence()
    await until(lambda: bool(back))
    assert back[0].get(Idle) is None
    assert len(seen) == 1


async def test_software_versions(place: Place) -> None:
    alice = await place.connected("alice", "xep_0092")
    bob = await place.connected("bob", "xep_0092")
    alice.plugin[XEP_0092].os = "Plan 9"
    answer = await bob.plugin[XEP_0092].get_version(alice.boundjid)
    assert (answer["software_version"]["name"], answer[Version].os) == ("helixmpp", "Plan 9")
    if place.kind == "prosody":
        assert (await bob.plugin[XEP_0092].get_version())[Version].name_ == "Prosody"


async def test_a_nickname_travels(place: Place) -> None:
    alice, bob = await place.connected("alice", "xep_0172"), await place.connected("bob", "xep_0172")
    seen = presences_of(bob, "message")
    alice.send_message(bob.boundjid, "Call me Ishmael", mnick="Ishmael")
    await until(lambda: bool(seen))
    assert seen[0][UserNick].nick == "Ishmael"


async def test_a_vcard_and_an_avatar_at_the_server(place: Place) -> None:
    if place.kind != "prosody":
        # The embedded server keeps no vCards: it says so, and then we know that there is no picture.
        alice = await place.connected("alice", "xep_0153")
        with pytest.raises(IqError, match="service-unavailable"):
            await alice.plugin[XEP_0054].get_vcard()
        await until_hash(alice, "")
        return
    alice, bob = await friends(place, "xep_0153")
    vcard = alice.plugin[XEP_0054].make_vcard()
    vcard["FN"] = "Alice"
    vcard["N"]["GIVEN"] = "Alice"
    await alice.plugin[XEP_0054].publish_vcard(vcard)
    found = await bob.plugin[XEP_0054].get_vcard(alice.boundjid.bare)
    assert (found["vcard_temp"]["FN"], found[VCardTemp].names.given) == ("Alice", "Alice")
    seen = presences_of(bob, "vcard_avatar_update")
    await alice.plugin[XEP_0153].set_avatar(avatar=PNG)
    await until(lambda: any(presence["vcard_temp_update"]["photo"] == HASH for presence in seen))
    assert await bob.plugin[XEP_0153].api["get_hash"](alice.boundjid.bare) == HASH
    found = await bob.plugin[XEP_0054].get_vcard(alice.boundjid.bare)
    assert (found[VCardTemp].photo.data, found[VCardTemp].photo.type) == (PNG, "image/png")
    assert found["vcard_temp"]["FN"] == "Alice"
    # Another client of the same account comes, sees the picture, and nobody begins to quarrel.
    other = await place.connected("alice/other", "xep_0153")
    other.send_presence()
    await until_hash(other, HASH)
    seen.clear()
    await alice.plugin[XEP_0153].set_avatar()
    await until(lambda: any(presence["vcard_temp_update"]["photo"] == "" for presence in seen))
    await until_hash(other, "")


async def test_a_published_nickname_reaches_contacts(place: Place) -> None:
    if place.kind != "prosody":
        alice = await place.connected("alice", "xep_0172")
        with pytest.raises(IqError, match="service-unavailable"):
            await alice.plugin[XEP_0172].publish_nick("Ishmael")
        return
    alice, bob = await friends(place, "xep_0172")
    plugin, told = bob.plugin[XEP_0172], list[tuple[str, str | None]]()
    bob.add_event_handler(
        "user_nick_publish",
        lambda message: told.append((message["from"].full, plugin.published_nick(message))),
    )
    await alice.plugin[XEP_0172].publish_nick("before")
    # Who announces no capabilities (XEP-0115) has to subscribe.
    subscribe = parse_one(
        "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"
        f"<subscribe node='http://jabber.org/protocol/nick' jid='{bob.boundjid.bare}'/></pubsub>"
    )
    await bob.make_iq_set(subscribe, ito=alice.boundjid.bare).send()
    await alice.plugin[XEP_0172].publish_nick("Ishmael")
    await alice.plugin[XEP_0172].stop()
    await until(lambda: any(nick == "" for _, nick in told))
    assert (alice.boundjid.bare, "Ishmael") in told
