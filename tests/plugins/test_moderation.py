"""Moderators take messages of others back (XEP-0425): asked for, told by the room and nobody else."""

import asyncio

import pytest

from helixmpp import IqError
from helixmpp.plugins.xep_0045 import XEP_0045
from helixmpp.plugins.xep_0421.stanza import OccupantID
from helixmpp.plugins.xep_0424 import Retract, Retracted
from helixmpp.plugins.xep_0425 import XEP_0425, Moderate, Moderated
from helixmpp.plugins.xep_0425.stanza import NS
from helixmpp.stanza import Iq, Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineComponent, settle
from tests.plugins.test_muc_rooms import ROOM, Member, heard, text_of
from tests.plugins.test_pep import Account, info

RETRACT = "urn:xmpp:message-retract:1"
OCCUPANT = "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='dd72603deec90a38ba552f7c68cbcc61bca202cd'/>"
REASON = "This message contains inappropriate content for this forum"
MODERATED = f"<moderated xmlns='{NS}' by='{ROOM}/macbeth'>{OCCUPANT}</moderated>"


def retract(inner: str = MODERATED, id_: str = "stanza-id-1") -> str:
    attributes = f" id='{id_}'" if id_ else ""
    return f"<retract xmlns='{RETRACT}'{attributes}>{inner}<reason>{REASON}</reason></retract>"


def message(inner: str, sender: str = ROOM, kind: str = "groupchat") -> str:
    return f"<message from='{sender}' to='me@example.org/desk' type='{kind}' id='r1'>{inner}</message>"


# -- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "inner"),
    [(REASON, f"<reason>{REASON}</reason>"), ("", "")],
)
async def test_a_moderator_asks(reason: str, inner: str) -> None:
    xmpp = Account(lambda request: "", "xep_0425")
    answer = await xmpp.plugin[XEP_0425].moderate(f"{ROOM}/nick", "stanza-id-1", reason, timeout=5)
    assert answer["type"] == "result"
    (request,) = xmpp.requests
    assert (request.get("to"), request.get("type")) == (ROOM, "set")
    assert text_of(request[0]) == (
        f"<moderate xmlns='{NS}' id='stanza-id-1'><retract xmlns='{RETRACT}'/>{inner}</moderate>"
    )
    with pytest.raises(ValueError, match="needs the id"):
        await xmpp.plugin[XEP_0425].moderate(ROOM, "")
    await xmpp.aclose()


async def test_who_is_no_moderator() -> None:
    xmpp = Account(lambda request: info(NS) if "disco" in request[0].tag else "forbidden", "xep_0425")
    with pytest.raises(IqError, match="forbidden"):
        await xmpp.plugin[XEP_0425].moderate(ROOM, "stanza-id-1")
    assert await xmpp.plugin[XEP_0425].is_supported(f"{ROOM}/nick")
    await xmpp.aclose()


# -- being told -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (message(retract()), True),
        (message(retract(f"<moderated xmlns='{NS}'/>")), True),
        # An occupant, somebody else, another room; a chat; what came back.
        (message(retract(), f"{ROOM}/evil"), False),
        (message(retract(), "evil@evil.lit"), False),
        (message(retract(), "other@chat.shakespeare.lit"), False),
        (message(retract(), "chat.shakespeare.lit"), False),
        (message(retract(), "a@b@c"), False),
        (message(retract(), kind="chat"), False),
        (message(retract(), kind="error"), False),
        # That of the author himself, and what refers to nothing.
        (message(retract(""), f"{ROOM}/firstwitch"), False),
        (message(retract(id_="")), False),
        (message(retract(MODERATED.replace(NS, "urn:xmpp:message-moderate:0"))), False),
        (message(MODERATED), False),
    ],
)
async def test_who_may_say_it(text: str, is_told: bool) -> None:
    xmpp = Member("xep_0425")
    told = heard(xmpp, "moderated_message")
    await xmpp.receive(text)
    assert told == []
    await xmpp.enter("thirdwitch", "firstwitch")
    await xmpp.receive(text)
    assert [event for event, _ in told] == ["moderated_message"] * is_told
    assert not xmpp.failures
    await xmpp.aclose()


async def test_which_message_it_is() -> None:
    xmpp = Member("xep_0425")
    await xmpp.enter("thirdwitch", "oldhag")
    told = heard(xmpp, "moderated_message")
    await xmpp.receive(message(retract()))
    ((_, moderation),) = told
    moderated = moderation["retract"]["moderated"]
    assert (moderation["retract"]["id"], moderation["retract"]["reason"]) == ("stanza-id-1", REASON)
    assert (moderated["by"], moderated["occupant-id"]["id"]) == (
        f"{ROOM}/macbeth",
        "dd72603deec90a38ba552f7c68cbcc61bca202cd",
    )
    assert moderation[Retract][Moderated].by == f"{ROOM}/macbeth"
    plugin = xmpp.plugin[XEP_0425]

    def original(inner: str, sender: str = f"{ROOM}/oldhag", kind: str = "groupchat") -> Message:
        return Message(xml=parse_one(message(inner, sender, kind), stream_ns="jabber:client"))

    given = f"<stanza-id xmlns='urn:xmpp:sid:0' id='stanza-id-1' by='{ROOM}'/>"
    assert plugin.refers_to(moderation, original(given))
    # An id that somebody else gave, or another one, or another room's.
    for wrong in (given.replace(ROOM, "evil.lit"), given.replace("-1", "-2"), given * 2, ""):
        assert not plugin.refers_to(moderation, original(wrong))
    assert not plugin.refers_to(moderation, original(given, "other@chat.shakespeare.lit/oldhag"))
    assert not plugin.refers_to(moderation, original(given, kind="chat"))
    await xmpp.aclose()


async def test_a_tombstone() -> None:
    xmpp = Member("xep_0425")
    inner = (
        f"<retracted xmlns='{RETRACT}' stamp='2019-09-20T23:19:12Z'><moderated by='witch@shakespeare.example' "
        f"xmlns='{NS}'>{OCCUPANT}</moderated><reason>{REASON}</reason></retracted>"
    )
    kept = Message(xml=parse_one(message(inner, f"{ROOM}/oldhag"), stream_ns="jabber:client"))
    retracted = kept["retracted"]
    assert (retracted["moderated"]["by"], retracted["reason"]) == ("witch@shakespeare.example", REASON)
    assert retracted["moderated"]["occupant-id"]["id"].startswith("dd72")
    assert kept[Retracted].get(Moderated) is not None
    await xmpp.aclose()


async def test_a_component_that_is_in_a_room() -> None:
    xmpp = OfflineComponent("comp.example.org")
    xmpp.register_plugin("xep_0425")
    joining = asyncio.ensure_future(xmpp.plugin[XEP_0045].join_muc_wait(ROOM, "bot"))
    await settle()
    told = heard(xmpp, "moderated_message")
    for to in ("other@comp.example.org", "comp.example.org"):
        await xmpp.receive(message(retract()).replace("me@example.org/desk", to))
    assert [data["to"] for _, data in told] == ["comp.example.org"]
    joining.cancel()
    await xmpp.aclose()


# -- a room -----------------------------------------------------------------------------------------------------------


async def test_a_component_that_is_a_room() -> None:
    xmpp = OfflineComponent("chat.shakespeare.lit")
    xmpp.register_plugin("xep_0425")
    plugin = xmpp.plugin[XEP_0425]
    request = Iq(xml=parse_one(f"<iq type='set'><moderate id='s' xmlns='{NS}'><retract xmlns='{RETRACT}'/>"
                               f"<reason>no</reason></moderate></iq>", stream_ns="jabber:client"))  # fmt: skip
    asked = request["moderate"]
    assert (asked["id"], asked["reason"], asked.get(Retract) is not None) == ("s", "no", True)
    assert request[Moderate].id == "s"
    plugin.send_moderated(
        "me@example.org/desk", ROOM, "stanza-id-1", by=f"{ROOM}/macbeth",
        occupant_id="dd72603deec90a38ba552f7c68cbcc61bca202cd", reason=REASON,
    )  # fmt: skip
    sent = Message(xml=xmpp.sent[-1])
    assert (sent["from"], sent["to"], sent["type"]) == (ROOM, "me@example.org/desk", "groupchat")
    assert sent["retract"] == Retract(xml=parse_one(retract()))
    plugin.send_moderated("me@example.org/desk", ROOM, "stanza-id-1")
    moderated = Message(xml=xmpp.sent[-1])["retract"][Moderated]
    assert (moderated.by, moderated.get(OccupantID), len(moderated.xml)) == ("", None, 0)
    with pytest.raises(ValueError, match="needs the id"):
        plugin.send_moderated("me@example.org/desk", ROOM, "")
    await xmpp.aclose()
