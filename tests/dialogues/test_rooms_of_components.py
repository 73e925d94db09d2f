"""A component that is a room, and people in it: versions of its lists, hats, moderation, activity, quick responses."""

from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, IqError, Message, Presence
from helixmpp.core.handlers import Callback
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import XEP_0045, MUCJoin, MUCMessage, MUCPresence
from helixmpp.plugins.xep_0317 import XEP_0317, HatTuple
from helixmpp.plugins.xep_0425 import XEP_0425, Moderate
from helixmpp.plugins.xep_0437 import XEP_0437
from helixmpp.plugins.xep_0439 import XEP_0439, ActionSelected
from helixmpp.plugins.xep_0463 import XEP_0463, Mav
from helixmpp.stanza import Iq, StanzaPath
from tests.dialogues.conftest import COMPONENT, Place, until
from tests.dialogues.test_rooms import heard

ROOM = f"news@{COMPONENT[0]}"
PLUGINS = ("xep_0045", "xep_0317", "xep_0425", "xep_0437", "xep_0439", "xep_0463")
HOST = HatTuple("http://schemas.example.com/hats#host", "Host", 327.25)


class OneRoom:
    """A room of one: whoever joins is its owner, and wears a hat."""

    def __init__(self, xmpp: ComponentXMPP) -> None:
        self.xmpp = xmpp
        #: Which versions were known to those who joined.
        self.asked: list[str] = []
        #: By version, who is what since then.
        self.versions: dict[str, dict[str, str]] = {"": {}}
        self.latest = ""
        for plugin in PLUGINS:
            xmpp.register_plugin(plugin)
        disco = xmpp.plugin[XEP_0030]
        for feature in (
            "http://jabber.org/protocol/muc",
            XEP_0317.namespace,
            XEP_0425.namespace,
            Mav.namespace,
        ):
            disco.add_feature(feature, jid=ROOM)
        xmpp.add_event_handler("groupchat_join", self.joined)
        xmpp.register_handler(Callback("moderate", StanzaPath("iq@type=set/moderate"), self.moderated))

    def changed(self, version: str, members: dict[str, str]) -> None:
        """Somebody is something else now."""
        self.versions = {known: {**since, **members} for known, since in self.versions.items()} | {
            version: {}
        }
        self.latest = version

    def joined(self, presence: Presence) -> None:
        to = presence["from"]
        since = presence[MUCJoin][Mav].since
        self.asked.append(since)
        if since not in self.versions:
            since = ""
        if since != self.latest:
            message = self.xmpp.make_message(to, mfrom=ROOM)
            del message["type"]
            said = message[MUCMessage]
            said[Mav].since, said[Mav].until = since or None, self.latest
            for jid, affiliation in self.versions[since].items():
                item = self.xmpp.make_message(to)["muc"]["item"]
                item["jid"], item["affiliation"] = jid, affiliation
                said.append(item)
            message.send()
        own = self.xmpp.make_presence(pto=to, pfrom=presence["to"])
        own[MUCPresence]["item"]["affiliation"] = "owner"
        own[MUCPresence]["item"]["role"] = "moderator"
        own[MUCPresence].status_codes = {110}
        own[MUCPresence][Mav].until = self.latest
        own["hats"].add_hats([HOST])
        own.send()
        subject = self.xmpp.make_message(to, mfrom=ROOM, mtype="groupchat")
        subject["subject"] = "News"
        subject.send()

    def moderated(self, iq: Iq) -> None:
        asked = iq[Moderate]
        self.xmpp.plugin[XEP_0425].send_moderated(
            iq["from"], ROOM, asked.id, by=f"{ROOM}/louise", reason=asked.reason
        )
        iq.reply().send()


async def room_and_alice(place: Place) -> tuple[OneRoom, ClientXMPP]:
    room = OneRoom(place.component())
    await room.xmpp.connect(*room.xmpp.address)
    return room, await place.connected("alice", *PLUGINS)


async def test_the_lists_of_a_room_and_what_people_wear(place: Place) -> None:
    room, alice = await room_and_alice(place)
    room.changed("v1", {"alice@test.example": "owner", "bob@test.example": "owner"})
    changes, plugin = heard(alice, "muc_affiliations"), alice.plugin[XEP_0463]
    presence = (await alice.plugin[XEP_0045].join_muc_wait(ROOM, "louise")).presence
    await until(lambda: len(changes) == 1)
    assert {str(jid): word for jid, word in (plugin.affiliations(ROOM) or {}).items()} == {
        "alice@test.example": "owner",
        "bob@test.example": "owner",
    }
    assert await plugin.is_supported(ROOM)
    assert await alice.plugin[XEP_0317].is_supported(ROOM)
    assert alice.plugin[XEP_0317].hats_of(presence) == [HOST]
    # While she is not there something changes; when she comes back, only that is sent.
    alice.plugin[XEP_0045].leave_muc(ROOM, "louise")
    room.changed("v2", {"bob@test.example": "none"})
    await alice.plugin[XEP_0045].join_muc_wait(ROOM, "louise")
    await until(lambda: len(changes) == 2)
    assert room.asked == ["", "v1"]
    assert plugin.version(ROOM) == "v2"
    assert [str(jid) for jid in plugin.affiliations(ROOM) or ()] == ["alice@test.example"]
    assert dict(changes[1].changed) == {"bob@test.example": "none"}


async def test_a_message_is_taken_back_by_a_moderator(place: Place) -> None:
    _, alice = await room_and_alice(place)
    told: list[Message] = heard(alice, "moderated_message")
    await alice.plugin[XEP_0045].join_muc_wait(ROOM, "louise")
    assert await alice.plugin[XEP_0425].is_supported(ROOM)
    await alice.plugin[XEP_0425].moderate(ROOM, "stanza-id-1", "spam")
    await until(lambda: len(told) == 1)
    retract = told[0]["retract"]
    assert (retract["id"], retract["reason"], retract["moderated"]["by"]) == (
        "stanza-id-1",
        "spam",
        f"{ROOM}/louise",
    )


async def test_in_which_rooms_something_was_said(place: Place) -> None:
    room, alice = await room_and_alice(place)
    asked: list[Presence] = heard(room.xmpp, "room_activity_bare")
    told: list[Any] = heard(alice, "room_activity")
    alice.plugin[XEP_0437].subscribe(COMPONENT[0])
    await until(lambda: len(asked) == 1)
    room.xmpp.plugin[XEP_0437].send_activity(asked[0]["from"], [ROOM])
    await until(lambda: len(told) == 1)
    assert told[0]["rai"]["activities"] == [ROOM]


async def test_a_bot_offers_and_a_person_chooses(place: Place) -> None:
    room, alice = await room_and_alice(place)
    bot, quick = room.xmpp.plugin[XEP_0439], alice.plugin[XEP_0439]
    offered: list[Message] = heard(alice, "responses_received")
    actions: list[Message] = heard(alice, "action_received")
    said: list[Message] = heard(room.xmpp, "message")
    asked = bot.ask_for_responses(
        alice.boundjid, "Execute? (yes/no)", [("yes", "Sure!"), ("no", "Uh...")], lang="en"
    )
    bot.ask_for_actions(alice.boundjid, "New merge request", [("merge-1", "Merge Now")])
    await until(lambda: len(offered) == len(actions) == 1)
    quick.respond(offered[0], quick.responses_in(offered[0])[1])
    quick.select_action(actions[0], "merge-1")
    await until(lambda: len(said) == 1)
    assert bot.chosen(said[0], asked) == "no"
    chosen: list[Message] = heard(room.xmpp, "action_selected")
    quick.select_action(actions[0], "merge-1")
    await until(lambda: len(chosen) == 1)
    assert chosen[0][ActionSelected].id == "merge-1"


async def test_a_room_without_commands_refuses_hats(place: Place) -> None:
    _, alice = await room_and_alice(place)
    with pytest.raises(IqError) as raised:
        await alice.plugin[XEP_0317].list_hats(ROOM, timeout=5)
    assert raised.value.condition == "item-not-found"
