"""A gateway and a user who registers, logs in, adds a contact, talks to it and leaves."""

from functools import partial
from typing import Any

import pytest

from helixmpp import ComponentXMPP, IqError, Message
from helixmpp.jid import JID
from helixmpp.plugins.xep_0077 import XEP_0077
from helixmpp.plugins.xep_0100 import XEP_0100, LegacyError
from tests.dialogues.conftest import COMPONENT, Place, until

NURSE = f"nurse@{COMPONENT[0]}"


class Legacy:
    """The other service: who is logged in there, with which contacts, and what was said."""

    def __init__(self, gateway: ComponentXMPP) -> None:
        self.seen: list[str] = []
        gateway.register_plugin(XEP_0100, {"type": "aim"}).api.bind(self)
        for event in ("legacy_login", "legacy_logout"):
            gateway.add_event_handler(event, partial(self.note, event))
        gateway.add_event_handler("legacy_message", self.said)

    def note(self, event: str, stanza: Any) -> None:
        self.seen.append(f"{event} {stanza['from'].local}")

    def said(self, message: Message) -> None:
        self.seen.append(f"{message['from'].local} says {message['body']} to {message['to'].local}")
        message.reply("Anon, anon!").send()

    def legacy_contact_add(self, jid: JID, node: str, ifrom: JID, args: JID) -> None:
        if args.local != "nurse":
            raise LegacyError("no such contact")
        self.seen.append(f"{ifrom.local} adds {args.local}")

    def legacy_contact_remove(self, jid: JID, node: str, ifrom: JID, args: JID) -> None:
        self.seen.append(f"{ifrom.local} removes {args.local}")


async def test_the_life_of_a_user(place: Place) -> None:
    gateway = place.component()
    legacy = Legacy(gateway)
    await gateway.connect(*gateway.address)
    alice = await place.connected("alice", "xep_0077", "xep_0100")
    alice.auto_authorize = alice.auto_subscribe = True
    alice.send_presence()
    await alice.get_roster()
    seen = legacy.seen
    info = await alice.plugin["xep_0030"].info_of(COMPONENT[0])
    assert ("gateway", "aim") in {identity[:2] for identity in info.identities}

    refused: Message = await answer_to(alice, NURSE, "message_error")
    assert refused["error"]["condition"] == "registration-required"
    await alice.plugin[XEP_0077].register({"username": "al", "password": "x"}, COMPONENT[0])
    roster = alice.client_roster
    await until(lambda: roster[COMPONENT[0]].subscription == "both")
    assert seen == ["legacy_login alice"]

    found = await alice.plugin[XEP_0100].get_legacy_jid(COMPONENT[0], "Nurse")
    assert found == NURSE
    alice.send_presence_subscription(found)
    await until(lambda: roster[NURSE].subscription == "both")
    answer = await answer_to(alice, NURSE, "message")
    assert answer["body"] == "Anon, anon!"
    alice.send_presence_subscription(f"nobody@{COMPONENT[0]}")
    await alice.wait_until("roster_subscription_removed", 5)
    await alice.del_roster_item(NURSE)
    await until(lambda: "alice removes nurse" in seen)
    assert seen == [
        "legacy_login alice", "alice adds nurse", "alice says hello to nurse", "alice removes nurse",
    ]  # fmt: skip

    seen.clear()
    alice.send_presence(ptype="unavailable")
    await until(lambda: seen == ["legacy_logout alice"])
    alice.send_presence()
    await until(lambda: seen == ["legacy_logout alice", "legacy_login alice"])
    await alice.plugin[XEP_0077].cancel_registration(COMPONENT[0])
    await until(lambda: roster[COMPONENT[0]].subscription == "none")
    assert seen[2:] == ["legacy_logout alice"]
    with pytest.raises(IqError, match="item-not-found"):
        await alice.plugin[XEP_0077].cancel_registration(COMPONENT[0])


async def answer_to(alice: Any, to: str, event: str) -> Any:
    import asyncio

    coming = asyncio.ensure_future(alice.wait_until(event, 5))
    await asyncio.sleep(0)
    alice.send_message(to, "hello", mtype="chat")
    return await coming
