"""Rooms with a real Prosody: its component ``muc``."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.core import BaseXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import XEP_0045, JoinResult, Left, MUCMessage, MUCPresence
from helixmpp.plugins.xep_0249 import XEP_0249, Invite
from helixmpp.plugins.xep_0410 import XEP_0410, PingStatus
from helixmpp.plugins.xep_0421 import XEP_0421
from helixmpp.stanza import Message, Presence, PresenceError
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place, until
from tests.support.faultproxy import FaultProxy

pytestmark = pytest.mark.prosody

SERVICE = "rooms.test.example"
ROOM = f"council@{SERVICE}"
PEOPLE = {**ACCOUNTS, "carol": "secret of carol"}
CONFIG = f"""
Component "{SERVICE}" "muc"
    name = "Rooms"
    muc_room_default_public = true
"""


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A fresh Prosody with a service for rooms."""
    async with Prosody(accounts=PEOPLE, extra_config=CONFIG) as real:
        place = Place(
            "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
        )
        async with place.stack:
            yield place


async def person(place: Place, name: str, *plugins: str, **options: Any) -> ClientXMPP:
    return await place.connected(name, "xep_0045", *plugins, password=PEOPLE[name], **options)


def muc(xmpp: BaseXMPP) -> XEP_0045:
    return xmpp.plugin[XEP_0045]


def heard(xmpp: BaseXMPP, event: str) -> list[Any]:
    """The data of each event of that name from now on."""
    seen: list[Any] = []
    xmpp.add_event_handler(event, seen.append)
    return seen


def bodies(messages: list[Message]) -> list[str]:
    return [str(message["body"]) for message in messages]


async def opened(xmpp: ClientXMPP, nick: str, config: dict[str, object] | None = None) -> JoinResult:
    """Make the room, and open it to others."""
    joined = await muc(xmpp).join_muc_wait(ROOM, nick)
    assert 201 in joined.presence[MUCPresence].status_codes
    await muc(xmpp).configure_room(ROOM, config)
    return joined


async def two(place: Place, config: dict[str, object] | None = None) -> tuple[ClientXMPP, ClientXMPP]:
    """Alice, whose room it is, and bob in it."""
    alice, bob = await person(place, "alice"), await person(place, "bob")
    await opened(alice, "Alice", config)
    await muc(bob).join_muc_wait(ROOM, "Bob")
    await until(lambda: "Bob" in (muc(alice).get_roster(ROOM) or []))
    return alice, bob


async def test_a_room_from_the_first_to_the_last(place: Place) -> None:
    alice, bob = await person(place, "alice"), await person(place, "bob")
    joined = await opened(alice, "Alice", {"muc#roomconfig_whois": "anyone"})
    presence, subject, occupants, history = joined
    assert {110, 201} <= presence["muc"]["status_codes"]
    assert (presence["muc"]["nick"], presence["muc"]["role"]) == ("Alice", "moderator")
    assert (subject["subject"], occupants, history) == ("", [], [])
    assert await muc(bob).get_rooms(SERVICE) == {JID(ROOM): ""}

    for text in ("one", "two"):
        alice.send_message(ROOM, text, mtype="groupchat")
    muc(alice).set_subject(ROOM, "Great things")
    await until(lambda: (room := muc(alice).room(ROOM)) is not None and room.subject == "Great things")
    online, messages = heard(alice, f"muc::{ROOM}::got_online"), heard(bob, "groupchat_message")
    joined = await muc(bob).join_muc_wait(ROOM, "Bob", maxstanzas=1)
    assert joined.presence["muc"]["status_codes"] >= {100, 110}
    assert [one["muc"]["nick"] for one in joined.occupants] == ["Alice"]
    assert bodies(joined.history) == ["two"] == bodies(messages)
    assert joined.subject["subject"] == "Great things"
    assert muc(bob).get_joined_rooms() == [JID(ROOM)]
    assert sorted(muc(bob).get_roster(ROOM) or []) == ["Alice", "Bob"]
    assert muc(bob).get_jid_property(ROOM, "Alice", "jid") == alice.boundjid
    assert muc(bob).jid_in_room(ROOM, alice.boundjid)
    assert muc(bob).get_nick(ROOM, alice.boundjid.bare) == "Alice"
    assert muc(bob).get_our_jid_in_room(ROOM) == f"{ROOM}/Bob"
    assert muc(bob).rooms[JID(ROOM)]["Alice"]["affiliation"] == "owner"
    await until(lambda: len(online) == 1)

    bob.send_message(ROOM, "hello", mtype="groupchat")
    await until(lambda: len(messages) == 2)
    assert (messages[1]["mucnick"], messages[1]["mucroom"]) == ("Bob", ROOM)

    offline, left = heard(alice, f"muc::{ROOM}::got_offline"), heard(bob, "groupchat_left")
    muc(bob).leave_muc(ROOM, "Bob", "good night")
    assert muc(bob).get_joined_rooms() == []
    await until(lambda: bool(left) and bool(offline))
    assert (left[0].room, left[0].nick, left[0].reason, left[0].comes_back) == (ROOM, "Bob", "left", False)
    assert offline[0]["status"] == "good night"
    assert muc(alice).get_roster(ROOM) == ["Alice"]
    assert dict(muc(bob).rooms) == {}


async def test_history_as_it_is_asked_for(place: Place) -> None:
    alice, bob = await person(place, "alice"), await person(place, "bob")
    await opened(alice, "Alice")
    own = heard(alice, "groupchat_message")
    for number in range(5):
        alice.send_message(ROOM, str(number), mtype="groupchat")
    await until(lambda: len(own) == 5)

    async def history(**wanted: Any) -> list[str]:
        joined = await muc(bob).join_muc_wait(ROOM, "Bob", **wanted)
        left = heard(bob, "groupchat_left")
        muc(bob).leave_muc(ROOM)
        await until(lambda: bool(left))
        return bodies(joined.history)

    assert await history() == ["0", "1", "2", "3", "4"]
    assert await history(maxchars=0) == []
    assert await history(maxstanzas=2) == ["3", "4"]
    assert await history(seconds=100) == ["0", "1", "2", "3", "4"]
    messages = heard(bob, f"muc::{ROOM}::message")
    result = await muc(bob).join_muc(ROOM, "Bob")
    assert (result.history, messages) == ([], [])
    assert result.presence["from"] == f"{ROOM}/Bob"


@pytest.mark.parametrize(
    ("config", "nick", "password", "condition"),
    [
        ({}, "Alice", None, "conflict"),
        ({"muc#roomconfig_passwordprotectedroom": True, "muc#roomconfig_roomsecret": "x"}, "Bob", "y", ""),
        ({"muc#roomconfig_membersonly": True}, "Bob", None, "registration-required"),
    ],
)
async def test_who_is_not_let_in(
    place: Place, config: dict[str, object], nick: str, password: str | None, condition: str
) -> None:
    alice, bob = await person(place, "alice"), await person(place, "bob")
    await opened(alice, "Alice", config)
    errors = heard(bob, f"muc::{ROOM}::presence-error")
    with pytest.raises(PresenceError) as refused:
        await muc(bob).join_muc_wait(ROOM, nick, password=password)
    assert refused.value.condition == (condition or "not-authorized")
    assert [error["error"]["condition"] for error in errors] == [refused.value.condition]
    assert dict(muc(bob).rooms) == {}
    if not condition:
        await muc(bob).join_muc_wait(ROOM, nick, password="x")
        assert muc(bob).is_joined(ROOM)


async def test_nicknames(place: Place) -> None:
    alice, bob = await two(place)
    online = heard(alice, f"muc::{ROOM}::got_online")
    assert await muc(bob).set_self_nick(ROOM, "Robert") == "Robert"
    assert muc(bob).our_nicks == {JID(ROOM): "Robert"}
    assert sorted(muc(bob).get_roster(ROOM) or []) == ["Alice", "Robert"]
    await until(lambda: bool(online))
    assert sorted(muc(alice).get_roster(ROOM) or []) == ["Alice", "Robert"]
    with pytest.raises(PresenceError) as refused:
        await muc(bob).set_self_nick(ROOM, "Alice")
    assert refused.value.condition == "conflict"
    assert muc(bob).our_nicks == {JID(ROOM): "Robert"}
    assert muc(bob).is_joined(ROOM)


async def test_private_messages(place: Place) -> None:
    alice, bob = await two(place)
    private, public = heard(bob, "groupchat_private_message"), heard(bob, "groupchat_message")
    muc(alice).send_private_message(ROOM, "Bob", "psst")
    await until(lambda: bool(private))
    assert (private[0]["from"], private[0]["body"], private[0]["type"]) == (f"{ROOM}/Alice", "psst", "chat")
    assert muc(bob).is_private_message(private[0])
    assert public == []
    errors = heard(alice, f"muc::{ROOM}::message_error")
    muc(alice).send_private_message(ROOM, "Nobody", "psst")
    await until(lambda: bool(errors))
    assert errors[0]["error"]["condition"] == "item-not-found"


async def test_roles_and_affiliations(place: Place) -> None:
    alice, bob = await two(place, {"muc#roomconfig_moderatedroom": True})
    carol = await person(place, "carol")
    await muc(alice).set_role(ROOM, "Bob", "visitor")
    await until(lambda: muc(bob).get_jid_property(ROOM, "Bob", "role") == "visitor")
    assert await muc(alice).get_roles_list(ROOM, "visitor") == ["Bob"]
    assert await muc(alice).get_roles_list(ROOM, "moderator") == ["Alice"]

    errors = heard(bob, "groupchat_message_error")
    bob.send_message(ROOM, "may I?", mtype="groupchat")
    await until(lambda: bool(errors))
    assert errors[0]["error"]["condition"] == "forbidden"
    asked = heard(alice, "groupchat_voice_request")
    muc(bob).request_voice(ROOM, "participant")
    await until(lambda: bool(asked))
    assert asked[0][Form].get_values()["muc#roomnick"] == "Bob"
    muc(alice).answer_request(asked[0], allow=True)
    await until(lambda: muc(bob).get_jid_property(ROOM, "Bob", "role") == "participant")

    with pytest.raises(IqError) as refused:
        await muc(bob).set_affiliation(ROOM, "member", jid=carol.boundjid)
    assert refused.value.condition in ("forbidden", "not-allowed")
    # This service heeds only the first of each list.
    await muc(alice).send_affiliation_list(ROOM, [(carol.boundjid, "member")])
    await muc(alice).send_affiliation_list(ROOM, [("dave@test.example", "outcast")])
    assert await muc(alice).get_affiliation_list(ROOM, "member") == [JID(carol.boundjid.bare)]
    assert await muc(alice).get_affiliation_list(ROOM, "outcast") == [JID("dave@test.example")]
    await muc(alice).set_affiliation(ROOM, "admin", nick="Bob")
    await until(lambda: muc(bob).get_jid_property(ROOM, "Bob", "affiliation") == "admin")
    await muc(alice).send_role_list(ROOM, [("Bob", "participant")])
    with pytest.raises(ValueError, match="affiliation"):
        await muc(alice).set_affiliation(ROOM, cast(Any, "king"), jid=carol.boundjid)


def kick(alice: ClientXMPP, bob: ClientXMPP) -> Any:
    return muc(alice).set_role(ROOM, "Bob", "none", reason="enough")


def ban(alice: ClientXMPP, bob: ClientXMPP) -> Any:
    return muc(alice).set_affiliation(ROOM, "outcast", jid=bob.boundjid, reason="enough")


def close(alice: ClientXMPP, bob: ClientXMPP) -> Any:
    return muc(alice).set_room_config(ROOM, {"muc#roomconfig_membersonly": True})


def destroy(alice: ClientXMPP, bob: ClientXMPP) -> Any:
    return muc(alice).destroy(ROOM, "enough", f"other@{SERVICE}")


@pytest.mark.parametrize(
    ("act", "reason", "text"),
    [
        (kick, "kicked", "enough"),
        (ban, "banned", "enough"),
        (close, "members-only", ""),
        (destroy, "destroyed", "enough"),
    ],
)
async def test_who_is_out(
    place: Place, act: Callable[[ClientXMPP, ClientXMPP], Any], reason: str, text: str
) -> None:
    alice, bob = await two(place)
    left = heard(bob, "groupchat_left")
    await act(alice, bob)
    await until(lambda: bool(left))
    one: Left = left[0]
    assert (str(one.room), one.nick, one.reason, one.comes_back) == (ROOM, "Bob", reason, False)
    assert one.presence is not None
    said = one.presence["muc"]
    if reason == "destroyed":
        assert (said["destroy"]["reason"], said["destroy"]["jid"]) == (text, f"other@{SERVICE}")
    else:
        assert said["item"]["reason"] == text
    assert dict(muc(bob).rooms) == {}
    assert not muc(bob).is_joined(ROOM)
    assert [one.reason for one in left] == [reason]


async def test_invitations(place: Place) -> None:
    alice = await person(place, "alice", "xep_0249")
    bob, carol = await person(place, "bob", "xep_0249"), await person(place, "carol", "xep_0249")
    for one in (alice, bob, carol):
        one.send_presence()
    await opened(alice, "Alice")
    mediated, direct = heard(bob, "groupchat_invite"), heard(bob, "groupchat_direct_invite")
    declined = heard(alice, "groupchat_decline")
    muc(alice).invite(ROOM, bob.boundjid.bare, "Come!", thread="t1")
    await until(lambda: bool(mediated))
    invite = mediated[0][MUCMessage]["invite"]
    # The service says who it was by her address in the room.
    assert (mediated[0]["from"], invite["from"]) == (ROOM, f"{ROOM}/Alice")
    assert invite["reason"] == "Come!"
    muc(bob).decline_invite(mediated[0]["from"], invite["from"], "no time")
    await until(lambda: bool(declined))
    assert declined[0]["muc"]["decline"]["reason"] == "no time"
    assert declined[0]["muc"]["decline"]["from"].bare == bob.boundjid.bare

    alice.plugin[XEP_0249].send_invitation(bob.boundjid.bare, ROOM, "pass", "Do come!", thread="t1")
    await until(lambda: bool(direct))
    asked = direct[0][Invite]
    assert (asked.jid, asked.password, asked.reason) == (ROOM, "pass", "Do come!")
    assert (asked.continue_, asked.thread) == (True, "t1")
    await muc(bob).join_muc_wait(asked.jid, "Bob")

    # Who is there is not told again (XEP-0249 section 4).
    came: list[Message] = []

    def see(stanza: Any) -> Any:
        came.extend([stanza] if isinstance(stanza, Message) else [])
        return stanza

    bob.add_filter("in", see)
    alice.plugin[XEP_0249].send_invitation(bob.boundjid, ROOM)
    await until(lambda: bool(came))
    assert len(direct) == 1


async def test_configuration(place: Place) -> None:
    alice, bob = await two(place)
    told = heard(bob, "groupchat_config_status")
    form = await muc(alice).get_room_config(ROOM)
    assert form["values"]["muc#roomconfig_publicroom"] is True
    assert not form["values"]["muc#roomconfig_moderatedroom"]
    form["values"] = {"muc#roomconfig_roomname": "The council"}
    await muc(alice).set_room_config(ROOM, form)
    await until(lambda: bool(told))
    assert 104 in told[0]["muc"]["status_codes"]
    assert (await muc(alice).get_room_config(ROOM))["values"]["muc#roomconfig_roomname"] == "The council"
    await muc(alice).cancel_config(ROOM)
    with pytest.raises(IqError) as refused:
        await muc(bob).get_room_config(ROOM)
    assert refused.value.condition == "forbidden"
    assert await muc(bob).get_reserved_nick(ROOM) is None


async def test_a_new_session_joins_again_with_what_was_said(place: Place) -> None:
    alice, bob = await two(place)
    got, told = heard(bob, "groupchat_message"), heard(bob, "groupchat_joined")
    own = heard(alice, "groupchat_message")
    for text in ("one", "two"):
        alice.send_message(ROOM, text, mtype="groupchat")
    await until(lambda: bodies(got) == ["one", "two"])
    ended = asyncio.ensure_future(bob.wait_until("session_end"))
    bob.reconnect()
    await ended
    assert muc(bob).get_roster(ROOM) == []
    assert muc(bob).get_joined_rooms() == []
    for text in ("three", "four"):
        alice.send_message(ROOM, text, mtype="groupchat")
    await until(lambda: bodies(own)[-1:] == ["four"])
    await until(lambda: len(got) >= 4 and bool(told))
    alice.send_message(ROOM, "five", mtype="groupchat")
    await until(lambda: bodies(got)[-1:] == ["five"])
    assert bodies(got) == ["one", "two", "three", "four", "five"]
    assert sorted(muc(bob).get_roster(ROOM) or []) == ["Alice", "Bob"]


async def test_asked_for_before_there_is_a_session(place: Place) -> None:
    alice = await person(place, "alice")
    await opened(alice, "Alice")
    bob = place.client("bob")
    bob.register_plugin("xep_0045")
    asked: list[Presence] = []

    def count(stanza: Any) -> Any:
        if isinstance(stanza, Presence) and stanza["to"].bare == ROOM:
            asked.append(stanza)
        return stanza

    bob.add_filter("out", count)
    waiting = asyncio.ensure_future(muc(bob).join_muc_wait(ROOM, "Bob"))
    await asyncio.sleep(0)
    async with bob:
        result = await waiting
        assert [one["muc"]["nick"] for one in result.occupants] == ["Alice"]
        await bob.plugin[XEP_0030].info_of(ROOM)  # whatever was on its way has come
    assert len(asked) == 1


async def test_a_resumed_session_never_left(place: Place) -> None:
    alice = await person(place, "alice")
    await opened(alice, "Alice")
    async with FaultProxy(place.host, place.port) as proxy:
        bob = place.client("bob")
        bob.register_plugin("xep_0045")
        bob.address = (proxy.host, proxy.port)
        got, told = heard(bob, "groupchat_message"), heard(bob, "groupchat_joined")
        async with bob:
            await muc(bob).join_muc_wait(ROOM, "Bob")
            resumed = asyncio.ensure_future(bob.wait_until("session_resumed"))
            proxy.cut()
            alice.send_message(ROOM, "meanwhile", mtype="groupchat")
            await resumed
            await until(lambda: bool(got))
            assert (bodies(got), len(told)) == (["meanwhile"], 1)
            assert sorted(muc(bob).get_roster(ROOM) or []) == ["Alice", "Bob"]


async def test_a_room_that_has_forgotten_us(place: Place) -> None:
    alice, bob = await person(place, "alice"), await person(place, "bob", "xep_0410")
    await opened(alice, "Alice")
    bob.plugin[XEP_0410].ping_interval = 0.05
    changed = heard(bob, "muc_ping_changed")
    await muc(bob).join_muc_wait(ROOM, "Bob")
    own = f"{ROOM}/Bob"
    await until(lambda: bob.plugin[XEP_0410].get_ping_status(own) is PingStatus.JOINED)
    assert await bob.plugin[XEP_0410].send_self_ping(own) is PingStatus.JOINED
    assert await bob.plugin[XEP_0410].send_self_ping(f"{ROOM}/Alice") is not PingStatus.UNSET
    assert [one["result"] for one in changed] == [PingStatus.JOINED]

    # The room lets bob go, and he does not hear of it.
    def deaf(stanza: Any) -> Any:
        return None if isinstance(stanza, Presence) and stanza["type"] == "unavailable" else stanza

    bob.add_filter("in", deaf)
    bob.send_presence(pto=own, ptype="unavailable")
    await until(lambda: len(changed) == 3)
    assert [one["result"] for one in changed[1:]] == [PingStatus.DISCONNECTED, PingStatus.JOINED]
    assert changed[1]["key"] == (JID(own), bob.boundjid)
    await until(lambda: "Bob" in (muc(alice).get_roster(ROOM) or []))
    assert sorted(muc(bob).get_roster(ROOM) or []) == ["Alice", "Bob"]


async def test_occupant_ids(place: Place) -> None:
    alice, bob = await person(place, "alice"), await person(place, "bob", "xep_0421")
    await opened(alice, "Alice")
    got = heard(bob, "groupchat_message")
    await muc(bob).join_muc_wait(ROOM, "Bob")
    ids = bob.plugin[XEP_0421]
    assert await ids.supports(ROOM)
    alice.send_message(ROOM, "as alice", mtype="groupchat")
    await until(lambda: len(got) == 1)
    await muc(alice).set_self_nick(ROOM, "Queen")
    alice.send_message(ROOM, "as queen", mtype="groupchat")
    await until(lambda: len(got) == 2)
    bob.send_message(ROOM, "as bob", mtype="groupchat")
    await until(lambda: len(got) == 3)
    assert ids.occupant_id(got[0]) == got[0]["occupant-id"]["id"] != ""
    assert ids.same_occupant(got[0], got[1]) is True
    assert ids.same_occupant(got[0], got[2]) is False


async def test_who_may_know_our_rooms(place: Place) -> None:
    alice, bob = await two(place)
    node = "http://jabber.org/protocol/muc#rooms"
    assert not await bob.plugin[XEP_0030].supports(alice.boundjid, feature="no such feature")
    items = await bob.plugin[XEP_0030].items_of(alice.boundjid, node)
    assert items.get_items() == set()
    own = await alice.plugin[XEP_0030].items_of(None, node)
    assert own.get_items() == {(JID(ROOM), None, "Alice")}
