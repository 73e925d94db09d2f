"""What rooms say by messages (XEP-0045 sections 7.4, 7.5, 7.8, 8.6 and 10.2.1), and what is said to them."""

from typing import Any

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045 import MUCMessage
from helixmpp.stanza import Message
from tests.plugins.test_muc_rooms import ROOM, USER, Member, groupchat, heard, muc, text_of

FORM = "jabber:x:data"
REQUEST = "http://jabber.org/protocol/muc#request"
REGISTER = "http://jabber.org/protocol/muc#register"

EVENTS = (
    "groupchat_message",
    "groupchat_subject",
    "groupchat_private_message",
    "groupchat_message_error",
    "groupchat_config_status",
    "groupchat_invite",
    "groupchat_decline",
    "groupchat_affiliation_changed",
    "groupchat_voice_request",
    "groupchat_registration_request",
    f"muc::{ROOM}::message",
    f"muc::{ROOM}::groupchat_subject",
    f"muc::{ROOM}::private_message",
    f"muc::{ROOM}::message_error",
    f"muc::{ROOM}::config_status",
)


def message(inner: str, sender: str = ROOM, type: str = "") -> str:
    kind = f" type='{type}'" if type else ""
    return f"<message from='{sender}' id='m1'{kind}>{inner}</message>"


def x(inner: str) -> str:
    return f"<x xmlns='{USER}'>{inner}</x>"


def question(form_type: str, kind: str = "form", field: str = "muc#request_allow") -> str:
    return (
        f"<x xmlns='{FORM}' type='{kind}'><field var='FORM_TYPE' type='hidden'><value>{form_type}</value></field>"
        "<field var='muc#role' type='list-single'><value>participant</value></field>"
        "<field var='muc#jid' type='jid-single'><value>hag66@shakespeare.lit/pda</value></field>"
        f"<field var='{field}' type='boolean'><value>false</value></field></x>"
    )


OTHER = "darkcave@chat.shakespeare.lit"
INVITE = x(
    "<invite from='crone1@shakespeare.lit/desktop'><reason>Hey</reason></invite><password>p</password>"
)
DECLINE = x("<decline from='hecate@shakespeare.lit'><reason>busy</reason></decline>")


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (groupchat("firstwitch", "<body>hi</body>"), ["groupchat_message", "message"]),
        (groupchat("", "<body>This room is logged.</body>"), ["groupchat_message", "message"]),
        (groupchat("firstwitch", "<subject>new</subject>"), ["groupchat_subject", "groupchat_subject"]),
        (groupchat("firstwitch", "<subject/>"), ["groupchat_subject", "groupchat_subject"]),
        # Section 7.2.15: with a body it is a message.
        (groupchat("firstwitch", "<subject>a</subject><body>b</body>"), ["groupchat_message", "message"]),
        # Section 8.1: so it is with a thread.
        (groupchat("firstwitch", "<subject>a</subject><thread>t</thread>"), []),
        (groupchat("firstwitch", "<active xmlns='http://jabber.org/protocol/chatstates'/>"), []),
        (groupchat("", x("<status code='170'/>")), ["groupchat_config_status", "config_status"]),
        (groupchat("firstwitch", x("<status code='170'/>")), []),
        # Rooms that we are not in, and people who write the type of a room's message.
        (groupchat("admin", "<body>hi</body>", OTHER), []),
        (groupchat("admin", "<body>hi</body>", "stranger@example.org"), []),
        (groupchat("", "<subject>hi</subject>", "stranger@example.org"), []),
        ("<message type='groupchat'><body>hi</body></message>", []),
        ("<message from='@' type='groupchat'><body>hi</body></message>", []),
        # Private messages, with the element that the service should add, and without it.
        (
            message(f"<body>psst</body>{x('')}", f"{ROOM}/firstwitch", "chat"),
            ["groupchat_private_message", "private_message"],
        ),
        (
            message("<body>psst</body>", f"{ROOM}/firstwitch", "chat"),
            ["groupchat_private_message", "private_message"],
        ),
        (message("<body>psst</body>", f"{OTHER}/firstwitch", "chat"), []),
        (message("<body>psst</body>", ROOM, "chat"), []),
        (message("<error type='auth'/>", ROOM, "error"), ["groupchat_message_error", "message_error"]),
        (message("<error type='auth'/>", OTHER, "error"), []),
        # Invitations: by the room itself, and not where we are.
        (message(INVITE, OTHER), ["groupchat_invite"]),
        (message(INVITE, OTHER, "normal"), ["groupchat_invite"]),
        (message(INVITE, ROOM), []),
        (message(INVITE, f"{OTHER}/evil"), []),
        (message(INVITE, f"{ROOM}/evil", "chat"), ["groupchat_private_message"][:0]),
        (message(INVITE, OTHER, "groupchat"), []),
        (message(INVITE, OTHER, "error"), []),
        (message(INVITE, "chat.shakespeare.lit"), []),
        (message(DECLINE, ROOM), ["groupchat_decline"]),
        (message(DECLINE, f"{ROOM}/evil"), []),
        (
            message(x("<status code='101'/><item affiliation='admin'/>"), OTHER),
            ["groupchat_affiliation_changed"],
        ),
        (message(x("<status code='104'/>"), OTHER), []),
        # What moderators are asked.
        (message(question(REQUEST)), ["groupchat_voice_request"]),
        (message(question(REGISTER)), ["groupchat_registration_request"]),
        (message(question("urn:other")), []),
        (message(question(REQUEST, "submit")), []),
        (message(question(REQUEST, "nonsense")), []),
        (message(question(REQUEST), f"{ROOM}/evil"), []),
        (message(question(REQUEST), OTHER), []),
        (message(question(REQUEST), ROOM, "groupchat"), []),
    ],
)
async def test_what_is_told(text: str, events: list[str]) -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    seen = heard(xmpp, *EVENTS)
    assert await xmpp.receive(text) == []
    assert [name.removeprefix(f"muc::{ROOM}::") for name, _ in seen] == events
    assert all(isinstance(data, Message) for _, data in seen)
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_what_an_invitation_says() -> None:
    xmpp = Member()
    seen = heard(xmpp, "groupchat_invite")
    await xmpp.receive(message(INVITE, OTHER))
    ((_, got),) = seen
    assert got["muc"]["invite"]["from"] == "crone1@shakespeare.lit/desktop"
    assert got[MUCMessage].password == "p"
    assert got["muc"]["invite"]["reason"] == "Hey"
    await xmpp.aclose()


async def test_rooms_that_were_not_joined_here_can_be_heard() -> None:
    """Of a program that joins by presences of its own."""
    xmpp = Member(joined_only=False)
    seen = heard(xmpp, "groupchat_message", "groupchat_subject")
    await xmpp.receive(groupchat("x", "<body>hi</body>", OTHER))
    await xmpp.receive(groupchat("x", "<subject>hi</subject>", OTHER))
    assert [name for name, _ in seen] == ["groupchat_message", "groupchat_subject"]
    await xmpp.aclose()


def invite(plugin: Any) -> None:
    plugin.invite(ROOM, "hecate@shakespeare.lit", "Hey <Hecate>")


def go_on(plugin: Any) -> None:
    plugin.invite(ROOM, "hecate@shakespeare.lit", thread="e0ffe42b")


def go_on_without_thread(plugin: Any) -> None:
    plugin.invite(ROOM, "hecate@shakespeare.lit", thread="")


def decline(plugin: Any) -> None:
    plugin.decline_invite(ROOM, "crone1@shakespeare.lit/desktop", "busy")


def subject(plugin: Any) -> None:
    plugin.set_subject(ROOM, "Fire & Burn")


def no_subject(plugin: Any) -> None:
    plugin.set_subject(f"{ROOM}/ignored", "")


def private(plugin: Any) -> None:
    plugin.send_private_message(ROOM, "firstwitch", "psst")


def voice(plugin: Any) -> None:
    plugin.request_voice(ROOM)


@pytest.mark.parametrize(
    ("act", "to", "kind", "inner"),
    [
        (
            invite,
            ROOM,
            None,
            x("<invite to='hecate@shakespeare.lit'><reason>Hey &lt;Hecate&gt;</reason></invite>"),
        ),
        (
            go_on,
            ROOM,
            None,
            x("<invite to='hecate@shakespeare.lit'><continue thread='e0ffe42b'/></invite>"),
        ),
        (go_on_without_thread, ROOM, None, x("<invite to='hecate@shakespeare.lit'><continue/></invite>")),
        (
            decline,
            ROOM,
            None,
            x("<decline to='crone1@shakespeare.lit/desktop'><reason>busy</reason></decline>"),
        ),
        (subject, ROOM, "groupchat", "<subject>Fire &amp; Burn</subject>"),
        (no_subject, ROOM, "groupchat", "<subject/>"),
        (private, f"{ROOM}/firstwitch", "chat", f"<body>psst</body><x xmlns='{USER}'/>"),
        (
            voice,
            ROOM,
            None,
            f"<x xmlns='{FORM}' type='submit'><field var='FORM_TYPE' type='hidden'><value>{REQUEST}</value></field>"
            "<field var='muc#role'><value>participant</value></field></x>",
        ),
    ],
)
async def test_what_is_said_to_rooms(act: Any, to: str, kind: str | None, inner: str) -> None:
    xmpp = Member()
    act(muc(xmpp))
    (sent,) = xmpp.sent
    assert (sent.get("to"), sent.get("type")) == (to, kind)
    assert "".join(text_of(child) for child in sent) == inner
    await xmpp.aclose()


@pytest.mark.parametrize("allow", [True, False])
@pytest.mark.parametrize(
    ("form_type", "field"), [(REQUEST, "muc#request_allow"), (REGISTER, "muc#register_allow")]
)
async def test_answering_what_a_room_asks(form_type: str, field: str, allow: bool) -> None:
    xmpp = Member()
    await xmpp.enter()
    seen = heard(xmpp, "groupchat_voice_request", "groupchat_registration_request")
    await xmpp.receive(message(question(form_type, field=field)))
    muc(xmpp).answer_request(seen[0][1], allow)
    sent = Message(xml=xmpp.sent[-1])
    assert (sent["to"], sent["id"]) == (JID(ROOM), "m1")
    form = sent["form"]
    assert (form["type"], form.form_type) == ("submit", form_type)
    values = form["values"]
    assert values[field] in (allow, "1" if allow else "0")
    assert values["muc#role"] == "participant"
    with pytest.raises(ValueError, match="no request"):
        muc(xmpp).answer_request(Message(), allow)
    await xmpp.aclose()


async def test_words_that_there_are_not() -> None:
    xmpp = Member()
    plugin: Any = muc(xmpp)
    with pytest.raises(ValueError, match="role is one of"):
        plugin.request_voice(ROOM, "king")
    with pytest.raises(FieldValueError):
        plugin.set_subject(ROOM, "\x00")
    assert xmpp.sent == []
    await xmpp.aclose()
