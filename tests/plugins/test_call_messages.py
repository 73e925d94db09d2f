"""Calls that ring on all devices (XEP-0353): what is sent, what raises events, and what does not."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0353 import XEP_0353, Finish, Propose, Reason, Reject, Retract
from helixmpp.stanza import ElementBase, Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, OfflineComponent

SID = "ca3cf894-5325-482f-a412-a6e9f832298d"
NS = f"xmlns='urn:xmpp:jingle-message:0' id='{SID}'"
AUDIO = "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>"
STORE = "<store xmlns='urn:xmpp:hints'/>"
RTP = "urn:xmpp:jingle:apps:rtp:1"
ROMEO = "romeo@montague.example/orchard"
KINDS = ("propose", "ringing", "retract", "accept", "proceed", "reject", "finish")


def reason(condition: str, text: str = "") -> str:
    inner = f"<text>{text}</text>" if text else ""
    return f"<reason xmlns='urn:xmpp:jingle:1'><{condition}/>{inner}</reason>"


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient("juliet@capulet.example/phone")
    xmpp.register_plugin("xep_0353")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


Call = Callable[[XEP_0353], Message]

SENT: list[tuple[Call, str]] = [
    (lambda p: p.propose(ROMEO, SID, [(RTP, "audio")]), f"<propose {NS}>{AUDIO}</propose>"),
    (
        lambda p: p.propose(ROMEO, SID, descriptions=[(RTP, "audio"), ("urn:x", "")]),
        f"<propose {NS}>{AUDIO}<description xmlns='urn:x'/></propose>",
    ),
    (lambda p: p.ringing(ROMEO, SID), f"<ringing {NS}/>"),
    (
        lambda p: p.retract(mto=ROMEO, sid=SID, text="Retracted"),
        f"<retract {NS}>{reason('cancel', 'Retracted')}</retract>",
    ),
    (
        lambda p: p.retract(ROMEO, SID, reason="expired", text="Tie-Break", tie_break=True),
        f"<retract {NS}><tie-break/>{reason('expired', 'Tie-Break')}</retract>",
    ),
    (lambda p: p.retract(ROMEO, SID, reason=""), f"<retract {NS}/>"),
    (lambda p: p.accept(mto=ROMEO, sid=SID), f"<accept {NS}/>"),
    (lambda p: p.proceed(mto=ROMEO, sid=SID), f"<proceed {NS}/>"),
    (lambda p: p.reject(ROMEO, SID, text="Busy"), f"<reject {NS}>{reason('busy', 'Busy')}</reject>"),
    (
        lambda p: p.reject(ROMEO, SID, reason="expired", tie_break=True),
        f"<reject {NS}><tie-break/>{reason('expired')}</reject>",
    ),
    (lambda p: p.finish(ROMEO, SID, text="Success"), f"<finish {NS}>{reason('success', 'Success')}</finish>"),
    (
        lambda p: p.finish(ROMEO, SID, reason="expired", migrated="989a46a6"),
        f"<finish {NS}>{reason('expired')}<migrated to='989a46a6'/></finish>",
    ),
]


@pytest.mark.parametrize(("call", "payload"), SENT)
async def test_what_is_sent(client: OfflineClient, call: Call, payload: str) -> None:
    sent = call(client.plugin[XEP_0353])
    message = client.sent[-1]
    assert (message.get("to"), message.get("type")) == (ROMEO, "chat")
    assert len(message) == 2
    assert ElementBase(xml=message[0]) == ElementBase(xml=parse_one(payload))
    assert ElementBase(xml=message[1]) == ElementBase(xml=parse_one(STORE))
    assert serialize(message[0]) == serialize(sent.xml[0])


REFUSED: list[tuple[Callable[[Any], object], type[Exception]]] = [
    (lambda p: p.propose(ROMEO, "", [(RTP, "audio")]), ValueError),
    (lambda p: p.propose(ROMEO, SID, []), ValueError),
    (lambda p: p.propose(ROMEO, SID, ["audio"]), FieldValueError),
    (lambda p: p.propose(ROMEO, SID, [("", "audio")]), FieldValueError),
    (lambda p: p.propose(ROMEO, SID, [(RTP, "\x00")]), FieldValueError),
    (lambda p: p.propose(ROMEO, SID, [("}<x", "")]), FieldValueError),
    (lambda p: p.retract(ROMEO, SID, reason="bored"), FieldValueError),
    (lambda p: p.reject(ROMEO, SID, text="\x0b"), FieldValueError),
    (lambda p: p.ringing(ROMEO, ""), ValueError),
]


@pytest.mark.parametrize(
    ("call", "error"),
    REFUSED,
)
async def test_what_cannot_be_sent(
    client: OfflineClient, call: Callable[[Any], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        call(client.plugin[XEP_0353])
    assert not client.sent


def note(seen: list[tuple[str, Message]], kind: str, message: Message) -> None:
    seen.append((kind, message))


def listen(xmpp: OfflineClient | OfflineComponent) -> list[tuple[str, Message]]:
    seen: list[tuple[str, Message]] = []
    for kind in KINDS:
        xmpp.add_event_handler(f"jingle_message_{kind}", partial(note, seen, kind))
    return seen


@pytest.mark.parametrize("kind", KINDS)
async def test_each_is_an_event(client: OfflineClient, kind: str) -> None:
    seen = listen(client)
    inner = AUDIO if kind == "propose" else ""
    answer = await client.receive(
        f"<message from='{ROMEO}' type='chat'><{kind} {NS}>{inner}</{kind}>{STORE}</message>"
    )
    assert answer == []
    ((event, message),) = seen
    assert (event, message[f"jingle_{kind}"]["id"], message["from"]) == (kind, SID, ROMEO)


@pytest.mark.parametrize(
    ("attributes", "payload"),
    [
        ("type='error'", f"<proceed {NS}/>"),
        ("type='groupchat'", f"<propose {NS}>{AUDIO}</propose>"),
        ("type='chat'", "<proceed xmlns='urn:xmpp:jingle-message:0'/>"),
        ("type='chat'", "<proceed xmlns='urn:xmpp:jingle-message:0' id=''/>"),
        ("type='chat'", f"<propose {NS}/>"),
        ("type='chat'", f"<propose {NS}><other xmlns='urn:x'/></propose>"),
        (
            "type='chat'",
            f"<forwarded xmlns='urn:xmpp:forward:0'><message><proceed {NS}/></message></forwarded>",
        ),
        ("type='chat'", "<proceed xmlns='urn:xmpp:jingle-message:1' id='1'/>"),
    ],
)
async def test_what_is_no_event(client: OfflineClient, attributes: str, payload: str) -> None:
    seen = listen(client)
    assert await client.receive(f"<message from='{ROMEO}' {attributes}>{payload}</message>") == []
    assert seen == []


async def test_what_is_read() -> None:
    message = Message(
        xml=parse_one(
            f"<message xmlns='jabber:client'><propose {NS}>{AUDIO}<description xmlns='urn:x'/></propose>"
            f"<retract {NS}>{reason('expired', 'Tie-Break')}<tie-break/></retract>"
            f"<reject {NS}><reason xmlns='urn:xmpp:jingle:1'><bored xmlns='urn:x'/></reason></reject>"
            f"<finish {NS}>{reason('success')}<migrated to='9'/></finish></message>"
        )
    )
    assert message[Propose].descriptions == message["jingle_propose"]["descriptions"]
    assert message[Propose].descriptions == [(RTP, "audio"), ("urn:x", "")]
    retract = message[Retract]
    assert (retract[Reason].condition, retract[Reason].text, retract.tie_break) == (
        "expired",
        "Tie-Break",
        True,
    )
    assert (message[Reject][Reason].condition, message[Reject].tie_break) == ("", False)
    assert (message["jingle_finish"]["reason"]["condition"], message[Finish].migrated) == ("success", "9")
    del message[Propose]["descriptions"]
    assert message[Propose].descriptions == []


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (("ca3c", "b@x"), ("fecb", "a@x"), True),
        (("fecb", "a@x"), ("ca3c", "b@x"), False),
        # By bytes: capital letters come first, and what is no ASCII last.
        (("Z", "a@x"), ("a", "a@x"), True),
        (("é", "a@x"), ("z", "a@x"), False),
        (("same", "a@x/1"), ("same", "a@x/2"), True),
        (("same", "b@x"), ("same", "a@x"), False),
    ],
)
def test_proposals_that_cross_each_other(
    first: tuple[str, str], second: tuple[str, str], counts: bool
) -> None:
    assert XEP_0353.overrules(*first, *second) is counts


async def test_a_component_speaks_for_its_users() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0353")
    seen = listen(xmpp)
    xmpp.plugin[XEP_0353].proceed(ROMEO, SID, mfrom="a@comp.example.org/x")
    assert xmpp.sent[-1].get("from") == "a@comp.example.org/x"
    await xmpp.receive(f"<message from='{ROMEO}' to='a@comp.example.org'><ringing {NS}/></message>")
    assert [kind for kind, _ in seen] == ["ringing"]
    features = (await xmpp.plugin["xep_0030"].info_of())["features"]
    assert "urn:xmpp:jingle-message:0" in features
    await xmpp.aclose()
