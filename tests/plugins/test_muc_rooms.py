"""Rooms (XEP-0045): into them and out of them, and what they say, without a network."""

import asyncio
from typing import Any

import pytest

from helixmpp.core import BaseXMPP
from helixmpp.errors import InvalidJID, StateError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045 import XEP_0045, JoinResult
from helixmpp.stanza import PresenceError
from helixmpp.xml import serialize
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

ROOM = "coven@chat.shakespeare.lit"
USER = "http://jabber.org/protocol/muc#user"
MUC = "http://jabber.org/protocol/muc"


def said(
    nick: str,
    *codes: int,
    type: str = "",
    item: str = "role='participant' affiliation='none'",
    more: str = "",
) -> str:
    """A presence of the room."""
    kind = f" type='{type}'" if type else ""
    inner = f"<item {item}/>" + "".join(f"<status code='{code}'/>" for code in codes)
    return f"<presence from='{ROOM}/{nick}'{kind}>{more}<x xmlns='{USER}'>{inner}</x></presence>"


def refusal(condition: str, sender: str = f"{ROOM}/thirdwitch") -> str:
    return (
        f"<presence from='{sender}' type='error'><x xmlns='{MUC}'/><error type='cancel'>"
        f"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"
    )


def groupchat(nick: str, inner: str, sender: str = ROOM, id: str = "m1") -> str:
    address = f"{sender}/{nick}" if nick else sender
    return f"<message from='{address}' id='{id}' type='groupchat'>{inner}</message>"


SUBJECT = groupchat("firstwitch", "<subject>Fire Burn and Cauldron Bubble!</subject>")


def muc(xmpp: BaseXMPP) -> XEP_0045:
    return xmpp.plugin[XEP_0045]


def heard(xmpp: BaseXMPP, *events: str) -> list[tuple[str, Any]]:
    """The events of these names that are raised from now on."""
    seen: list[tuple[str, Any]] = []

    def note(event: str) -> None:
        xmpp.add_event_handler(event, lambda data: seen.append((event, data)))

    for event in events:
        note(event)
    return seen


class Member(OfflineClient):
    """A client with a session, which is a list."""

    def __init__(self, *plugins: str, **settings: Any) -> None:
        super().__init__()
        self.session = True
        self.register_plugin("xep_0045", settings)
        for plugin in plugins:
            self.register_plugin(plugin)
        self.begin()

    def is_connected(self) -> bool:
        return self.session

    def begin(self) -> None:
        """A new session."""
        self.session = True
        self.session_bind_event.set()
        self.plugin.session_bind(self.boundjid)
        self.event("session_start")

    def end(self) -> None:
        """The end of a session that will not be resumed."""
        self.session = False
        self.session_bind_event.clear()
        self.event("session_end", None)

    async def enter(self, nick: str = "thirdwitch", *others: str) -> JoinResult:
        """Join the room, where these others are."""
        task = asyncio.ensure_future(muc(self).join_muc_wait(ROOM, nick))
        await settle()
        for text in (*[said(other) for other in others], said(nick, 110), SUBJECT):
            await self.receive(text)
        return await task


def text_of(element: Any) -> str:
    return serialize(element).replace('"', "'")


# -- joining ----------------------------------------------------------------------------------------------


async def test_joining_in_the_order_of_section_7_1() -> None:
    xmpp = Member()
    seen = heard(
        xmpp,
        f"muc::{ROOM}::got_online",
        f"muc::{ROOM}::self-presence",
        "groupchat_joined",
        "groupchat_message",
        "groupchat_subject",
    )
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch", password="x", maxstanzas=3))
    await settle()
    (sent,) = xmpp.sent
    assert sent.get("to") == f"{ROOM}/thirdwitch"
    assert sent.get("type") is None
    assert text_of(sent[0]) == (f"<x xmlns='{MUC}'><history maxstanzas='3'/><password>x</password></x>")
    assert muc(xmpp).get_joined_rooms() == []
    assert muc(xmpp).our_nicks == {JID(ROOM): "thirdwitch"}
    for text in (
        said("firstwitch", item="role='moderator' affiliation='owner' jid='crone1@shakespeare.lit/desktop'"),
        said("secondwitch", more="<show>xa</show><status>gone</status>"),
        said("thirdwitch", 110, 201),
        groupchat(
            "firstwitch", "<body>one</body><delay xmlns='urn:xmpp:delay' stamp='2002-10-13T23:58:37Z'/>"
        ),
    ):
        assert not task.done()
        await xmpp.receive(text)
    assert muc(xmpp).get_joined_rooms() == [ROOM]
    assert not task.done()
    await xmpp.receive(SUBJECT)
    presence, subject, occupants, history = await task
    assert presence["muc"]["status_codes"] == {110, 201}
    assert [one["muc"]["nick"] for one in occupants] == ["firstwitch", "secondwitch"]
    assert [one["body"] for one in history] == ["one"]
    assert subject["subject"] == "Fire Burn and Cauldron Bubble!"
    assert [name for name, _ in seen] == [
        f"muc::{ROOM}::got_online",
        f"muc::{ROOM}::got_online",
        f"muc::{ROOM}::got_online",
        f"muc::{ROOM}::self-presence",
        "groupchat_joined",
        "groupchat_message",
        "groupchat_subject",
    ]
    plugin = muc(xmpp)
    first = plugin.occupant(ROOM, "firstwitch")
    assert first is not None
    assert (first.affiliation, first.role, str(first.jid)) == (
        "owner",
        "moderator",
        "crone1@shakespeare.lit/desktop",
    )
    second = plugin.rooms[JID(ROOM)]["secondwitch"]
    assert (second["show"], second["status"], second["role"]) == ("xa", "gone", "participant")
    assert dict(second)["nick"] == "secondwitch"
    assert (second["room"], second.get("house", "none")) == (ROOM, "none")
    with pytest.raises(KeyError):
        second["get"]
    assert plugin.get_nick(ROOM, "crone1@shakespeare.lit") == "firstwitch"
    assert plugin.get_nick(ROOM, "crone1@shakespeare.lit/other") is None
    assert plugin.jid_in_room(ROOM, "crone1@shakespeare.lit/desktop")
    assert plugin.get_roster("elsewhere@chat.shakespeare.lit") is None
    assert plugin.get_jid_property(ROOM, "nobody", "jid") is None
    room = plugin.room(ROOM)
    assert room is not None
    assert room.subject == "Fire Burn and Cauldron Bubble!"
    assert ROOM in plugin.rooms
    assert plugin.ourNicks == {ROOM: "thirdwitch"}
    assert plugin.get_our_jid_in_room(ROOM) == f"{ROOM}/thirdwitch"
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("wanted", "history"),
    [
        ({}, ""),
        ({"maxchars": 0}, "<history maxchars='0'/>"),
        ({"maxchars": 5, "maxstanzas": 6, "seconds": 7}, "<history maxchars='5'/>"),
        ({"seconds": 180}, "<history seconds='180'/>"),
        ({"since": "1970-01-01T00:00:00Z"}, "<history since='1970-01-01T00:00:00Z'/>"),
    ],
)
async def test_which_history_is_asked_for(wanted: dict[str, Any], history: str) -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "n", **wanted))
    await settle()
    expected = f"<x xmlns='{MUC}'>{history}</x>" if history else f"<x xmlns='{MUC}'/>"
    assert text_of(xmpp.sent[0][0]) == expected
    task.cancel()
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("maxhistory", "history"),
    [("0", "maxchars='0'"), (0, "maxchars='0'"), ("10", "maxstanzas='10'"), ("", ""), (None, "")],
)
async def test_the_older_way_of_joining(maxhistory: Any, history: str) -> None:
    xmpp = Member()
    future = muc(xmpp).join_muc(ROOM, "n", maxhistory, pshow="away", pstatus="hm")
    inner = f"<history {history}/>" if history else ""
    assert inner in text_of(xmpp.sent[0])
    assert "<show>away</show><status>hm</status>" in text_of(xmpp.sent[0])
    await xmpp.receive(said("n", 110))
    await xmpp.receive(SUBJECT)
    assert (await future).presence["from"] == f"{ROOM}/n"
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("sender", "condition"),
    [
        (f"{ROOM}/thirdwitch", "conflict"),
        (f"{ROOM}/thirdwitch", "not-authorized"),
        (f"{ROOM}/thirdwitch", "registration-required"),
        (f"{ROOM}/thirdwitch", "forbidden"),
        (f"{ROOM}/thirdwitch", "item-not-found"),
        (f"{ROOM}/thirdwitch", "service-unavailable"),
        (ROOM, "jid-malformed"),
    ],
)
async def test_a_refusal_is_one_exception(sender: str, condition: str) -> None:
    xmpp = Member()
    seen = heard(xmpp, f"muc::{ROOM}::presence-error", "groupchat_left")
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    await xmpp.receive(refusal(condition, sender))
    with pytest.raises(PresenceError) as refused:
        await task
    assert refused.value.condition == condition
    assert [name for name, _ in seen] == [f"muc::{ROOM}::presence-error"]
    assert dict(muc(xmpp).rooms) == {}
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("room", "nick", "error"),
    [
        ("", "n", InvalidJID),
        ("a@b@c", "n", InvalidJID),
        (ROOM, "", ValueError),
        (ROOM, "\N{ROBOT FACE}", InvalidJID),
        (ROOM, "x" * 1024, InvalidJID),
    ],
)
async def test_what_is_no_room_or_nickname(room: str, nick: str, error: type[Exception]) -> None:
    xmpp = Member()
    with pytest.raises(error):
        muc(xmpp).join_muc(room, nick)
    assert xmpp.sent == []
    assert dict(muc(xmpp).rooms) == {}
    await xmpp.aclose()


async def test_no_answer_in_time() -> None:
    xmpp = Member()
    with pytest.raises(TimeoutError):
        await muc(xmpp).join_muc_wait(ROOM, "n", timeout=0.01)
    # If it lets us in yet, it is told that we do not want to be there.
    assert [stanza.get("type") for stanza in xmpp.sent] == [None, "unavailable"]
    assert dict(muc(xmpp).rooms) == {}
    await xmpp.aclose()


async def test_a_room_that_never_says_its_subject() -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "n", timeout=0.02))
    await settle()
    await xmpp.receive(said("n", 110))
    result = await task
    assert result.presence["from"] == f"{ROOM}/n"
    assert result.subject["subject"] == ""
    assert muc(xmpp).is_joined(ROOM)
    await xmpp.aclose()


async def test_joining_twice_at_once_asks_once() -> None:
    xmpp = Member()
    tasks = [asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "n")) for _ in range(3)]
    await settle()
    tasks[0].cancel()
    await xmpp.receive(said("n", 110))
    await xmpp.receive(SUBJECT)
    results = [await task for task in tasks[1:]]
    assert results[0] is results[1]
    assert len(xmpp.sent) == 1
    # One that has let us in is asked to say everything anew.
    again = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "n"))
    await settle()
    assert len(xmpp.sent) == 2
    assert muc(xmpp).get_roster(ROOM) == []
    await xmpp.receive(said("n", 110))
    await xmpp.receive(SUBJECT)
    await again
    await xmpp.aclose()


async def test_the_nickname_that_the_room_chose() -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "OldHag"))
    await settle()
    await xmpp.receive(said("oldhag", 110, 210))
    await xmpp.receive(SUBJECT)
    await task
    assert muc(xmpp).our_nicks == {ROOM: "oldhag"}
    await xmpp.aclose()


async def test_no_more_rooms_than_the_limit() -> None:
    xmpp = Member(max_rooms=2)
    for number in range(2):
        muc(xmpp).join_muc(f"room{number}@chat.shakespeare.lit", "n")
    with pytest.raises(StateError, match="max_rooms"):
        muc(xmpp).join_muc("room2@chat.shakespeare.lit", "n")
    muc(xmpp).join_muc("room1@chat.shakespeare.lit", "other")
    assert len(muc(xmpp).rooms) == 2
    await xmpp.aclose()


# -- who is there -----------------------------------------------------------------------------------------


async def test_who_comes_and_goes() -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    names = (f"muc::{ROOM}::got_online", f"muc::{ROOM}::got_offline", "groupchat_presence")
    seen = heard(xmpp, *names)
    await xmpp.receive(said("secondwitch"))
    await xmpp.receive(said("secondwitch", item="role='visitor' affiliation='member'"))
    assert muc(xmpp).get_jid_property(ROOM, "secondwitch", "role") == "visitor"
    await xmpp.receive(said("secondwitch", type="unavailable"))
    short = [name.rpartition("::")[2] for name, _ in seen]
    assert short == [
        "groupchat_presence",
        "got_online",
        "groupchat_presence",
        "groupchat_presence",
        "got_offline",
    ]
    assert muc(xmpp).get_roster(ROOM) == ["firstwitch", "thirdwitch"]
    await xmpp.aclose()


@pytest.mark.parametrize(
    "text",
    [
        f"<presence from='stranger@example.org/x'><x xmlns='{USER}'><item role='moderator'/></x></presence>",
        f"<presence from='other@chat.shakespeare.lit/x'><x xmlns='{USER}'><item/></x></presence>",
        f"<presence from='{ROOM}'><x xmlns='vcard-temp:x:update'/></presence>",
        f"<presence><x xmlns='{USER}'><item/></x></presence>",
        f"<presence from='@'><x xmlns='{USER}'><item/></x></presence>",
        f"<presence from='{ROOM}/thirdwitch' type='nonsense'><x xmlns='{USER}'><status code='110'/></x></presence>",
        f"<presence from='{ROOM}/x' type='subscribed'><x xmlns='{USER}'><status code='110'/></x></presence>",
        f"<presence from='evil@example.org/thirdwitch' type='unavailable'><x xmlns='{USER}'>"
        "<status code='110'/><status code='307'/></x></presence>",
    ],
)
async def test_what_is_not_said_by_the_room_changes_nothing(text: str) -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    seen = heard(xmpp, "groupchat_presence", "groupchat_left", f"muc::{ROOM}::self-presence")
    await xmpp.receive(text)
    assert seen == []
    assert muc(xmpp).get_roster(ROOM) == ["firstwitch", "thirdwitch"]
    assert muc(xmpp).is_joined(ROOM)
    assert xmpp.failures == []
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("", ("", "", "")),
        (f"<x xmlns='{USER}'/>", ("", "", "")),
        (f"<x xmlns='{USER}'><item role='king' affiliation='god' jid='@@'/></x>", ("", "", "")),
        (f"<x xmlns='{USER}'><status/><status code='x'/><item role='visitor'/></x>", ("visitor", "", "")),
        ("<show>here</show><status/>", ("", "", "")),
    ],
)
async def test_wrong_parts_of_a_presence(inner: str, expected: tuple[str, str, str]) -> None:
    xmpp = Member()
    await xmpp.enter()
    await xmpp.receive(f"<presence from='{ROOM}/x'>{inner}</presence>")
    occupant = muc(xmpp).occupant(ROOM, "x")
    assert occupant is not None
    assert (occupant.role, occupant.affiliation, occupant.show) == expected
    assert occupant.jid == ""
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_no_more_occupants_than_the_limit() -> None:
    xmpp = Member(max_occupants=3)
    await xmpp.enter("me")
    seen = heard(xmpp, f"muc::{ROOM}::got_online")
    for number in range(10):
        await xmpp.receive(said(f"n{number}", more=f"<status>{'x' * 5000}</status>"))
    assert muc(xmpp).get_roster(ROOM) == ["me", "n0", "n1"]
    assert len(muc(xmpp).get_jid_property(ROOM, "n0", "status") or "") == 1024
    assert len(seen) == 10
    await xmpp.aclose()


# -- of a component ---------------------------------------------------------------------------------------


async def test_what_joining_gives_is_bounded_by_its_size() -> None:
    xmpp = Member()
    muc(xmpp).max_join_size = 100_000
    came = heard(xmpp, "groupchat_presence", "groupchat_message")
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    large = "x" * 40_000
    for number in range(5):
        await xmpp.receive(
            f"<presence from='{ROOM}/{number}'><status>{large}</status><x xmlns='{MUC}#user'/></presence>"
        )
    await xmpp.receive(said("thirdwitch", 110))
    for number in range(5):
        await xmpp.receive(groupchat(str(number), f"<body>{large if number else 'x'}</body>"))
    await xmpp.receive(SUBJECT)
    _, _, occupants, history = await task
    # Two large ones and a small one; all of them were told as events.
    assert (len(occupants), [one["body"] for one in history]) == (2, ["x"])
    assert len(came) == 11
    await xmpp.aclose()


async def test_a_component_in_one_room_from_two_addresses() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0045")
    plugin = muc(xmpp)
    for own in ("one@comp.example.org/x", "two@comp.example.org/x"):
        plugin.join_muc(ROOM, own[:3], pfrom=own)
        assert xmpp.sent[-1].get("from") == own
        await xmpp.receive(said(own[:3], 110).replace("<presence ", f"<presence to='{own}' "))
    assert plugin.get_roster(ROOM, "one@comp.example.org/x") == ["one"]
    assert plugin.get_our_jid_in_room(ROOM, "two@comp.example.org/x") == f"{ROOM}/two"
    assert plugin.get_joined_rooms() == [ROOM]
    assert len(plugin.rooms) == 1
    await xmpp.receive(
        said("one", 110, type="unavailable").replace(" from", " to='one@comp.example.org/x' from")
    )
    assert plugin.room(ROOM, "one@comp.example.org/x") is None
    assert plugin.is_joined(ROOM, "two@comp.example.org/x")
    await xmpp.aclose()


async def test_a_component_that_is_a_room() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0045")
    seen = heard(
        xmpp,
        "groupchat_join",
        "groupchat_message",
        "groupchat_subject",
        "groupchat_message_error",
        "groupchat_invite",
    )
    who = "from='romeo@example.org/orchard' to='room@comp.example.org'"
    for text in (
        f"<presence {who}><x xmlns='{MUC}'><password>x</password></x></presence>",
        f"<presence {who} type='unavailable'><x xmlns='{MUC}'/></presence>",
        f"<message {who} type='groupchat'><body>hi</body></message>",
        f"<message {who} type='groupchat'><subject>new</subject></message>",
        f"<message {who} type='error'><error type='cancel'/></message>",
        f"<message {who}><x xmlns='{USER}'><invite to='juliet@example.org'/></x></message>",
    ):
        await xmpp.receive(text)
    assert [name for name, _ in seen] == [
        "groupchat_join",
        "groupchat_message",
        "groupchat_subject",
        "groupchat_message_error",
        "groupchat_invite",
    ]
    assert seen[0][1]["muc_join"]["password"] == "x"
    muc(xmpp).invite_server(
        "room@comp.example.org", "juliet@example.org", "romeo@example.org", "come", password="p"
    )
    assert text_of(xmpp.sent[-1][0]) == (
        f"<x xmlns='{USER}'><invite from='romeo@example.org'><reason>come</reason></invite><password>p</password></x>"
    )
    await xmpp.aclose()
