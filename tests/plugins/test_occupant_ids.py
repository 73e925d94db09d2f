"""Occupant ids (XEP-0421): where they count, and where anybody could have written them."""

import asyncio

import pytest

from helixmpp.plugins.xep_0421 import XEP_0421, OccupantID, OccupantId
from helixmpp.stanza import Message
from helixmpp.xml import NS_CLIENT, parse_one
from tests.plugins.offline import settle
from tests.plugins.test_muc_rooms import ROOM, SUBJECT, Member, muc, said

NS = "urn:xmpp:occupant-id:0"
ID = "dd72603deec90a38ba552f7c68cbcc61bca202cd"
INFO = "http://jabber.org/protocol/disco#info"
YES = f"<query xmlns='{INFO}'><feature var='{NS}'/></query>"
NO = f"<query xmlns='{INFO}'><feature var='http://jabber.org/protocol/muc'/></query>"
REFUSED = "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"


def message(ids: str, sender: str = f"{ROOM}/thirdwitch") -> Message:
    (xml,) = parse_one(
        f"<stream xmlns='{NS_CLIENT}'><message from='{sender}' type='groupchat'><body>x</body>{ids}</message></stream>"
    )
    return Message(xml=xml)


def element(id: str) -> str:
    return f"<occupant-id xmlns='{NS}' id='{id}'/>"


async def joined(answer: str, kind: str = "result") -> Member:
    """A client in a room that has answered what it can do."""
    xmpp = Member("xep_0421")
    await answered(xmpp, answer, kind)
    return xmpp


async def answered(xmpp: Member, answer: str, kind: str = "result") -> None:
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    await xmpp.receive(said("thirdwitch", 110))
    await xmpp.receive(SUBJECT)
    await task
    asked = xmpp.sent[-1]
    assert (asked.get("to"), asked[0].tag) == (ROOM, f"{{{INFO}}}query")
    await xmpp.receive(f"<iq from='{ROOM}' id='{asked.get('id')}' type='{kind}'>{answer}</iq>")


@pytest.mark.parametrize(
    ("ids", "sender", "found"),
    [
        (element(ID), f"{ROOM}/thirdwitch", ID),
        (element(ID), f"{ROOM}/other", ID),
        (element("x" * 128), f"{ROOM}/x", "x" * 128),
        (element("x" * 129), f"{ROOM}/x", None),
        (element(""), f"{ROOM}/x", None),
        (f"<occupant-id xmlns='{NS}'/>", f"{ROOM}/x", None),
        (element(ID) + element("other"), f"{ROOM}/x", None),
        ("", f"{ROOM}/x", None),
        (element(ID), "evil@example.org/x", None),
        (element(ID), "@", None),
    ],
)
async def test_the_id_of_an_occupant(ids: str, sender: str, found: str | None) -> None:
    xmpp = await joined(YES)
    assert xmpp.plugin[XEP_0421].occupant_id(message(ids, sender)) == found
    assert xmpp.failures == []
    await xmpp.aclose()


@pytest.mark.parametrize(("answer", "kind"), [(NO, "result"), (REFUSED, "error")])
async def test_rooms_without_ids_are_not_believed(answer: str, kind: str) -> None:
    xmpp = await joined(answer, kind)
    forged = message(element(ID))
    assert forged["occupant-id"]["id"] == forged[OccupantID].id == forged[OccupantId].id == ID
    assert xmpp.plugin[XEP_0421].occupant_id(forged) is None
    assert xmpp.plugin[XEP_0421].same_occupant(forged, forged) is None
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (message(element("a")), message(element("a"), f"{ROOM}/renamed"), True),
        (message(element("a")), message(element("b")), False),
        (message(element("a")), message(""), None),
        (message(element("a")), message(element("a"), "other@chat.shakespeare.lit/x"), None),
    ],
)
async def test_whether_two_are_the_same(one: Message, other: Message, same: bool | None) -> None:
    xmpp = await joined(YES)
    assert xmpp.plugin[XEP_0421].same_occupant(one, other) is same
    await xmpp.aclose()


@pytest.mark.parametrize("how", ["left", "session"])
async def test_what_is_known_ends_with_the_stay(how: str) -> None:
    xmpp = await joined(YES)
    plugin = xmpp.plugin[XEP_0421]
    assert await plugin.supports(ROOM)
    if how == "left":
        await xmpp.receive(said("thirdwitch", 110, 307, type="unavailable"))
    else:
        xmpp.end()
    assert plugin.occupant_id(message(element(ID))) is None
    # It may be another room by now.
    if how == "left":
        await answered(xmpp, NO)
        assert plugin.occupant_id(message(element(ID))) is None
    await xmpp.aclose()
