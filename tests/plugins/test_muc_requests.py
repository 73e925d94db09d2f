"""What rooms are asked (XEP-0045 sections 6 and 8 to 10): the requests, and what their answers are read as."""

import asyncio
from typing import Any

import pytest

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.stanza import IqError
from tests.plugins.offline import settle
from tests.plugins.test_muc_rooms import ROOM, Member, muc, said, text_of

ADMIN = "http://jabber.org/protocol/muc#admin"
OWNER = "http://jabber.org/protocol/muc#owner"
CONFIG = "http://jabber.org/protocol/muc#roomconfig"
DATA = "jabber:x:data"
ITEMS = "http://jabber.org/protocol/disco#items"
INFO = "http://jabber.org/protocol/disco#info"


def admin(inner: str) -> str:
    return f"<query xmlns='{ADMIN}'>{inner}</query>"


def owner(inner: str) -> str:
    return f"<query xmlns='{OWNER}'>{inner}</query>" if inner else f"<query xmlns='{OWNER}'/>"


FORM_TYPE = f"<field var='FORM_TYPE' type='hidden'><value>{CONFIG}</value></field>"
QUESTION = (
    f"<x xmlns='{DATA}' type='form'>{FORM_TYPE}"
    "<field var='muc#roomconfig_roomname' type='text-single'><value>A Dark Cave</value></field></x>"
)


async def asked(xmpp: Member, request: Any, answer: str = "", kind: str = "result") -> tuple[str, str, Any]:
    """Send a request and answer it: its type, its payload, and what came of it."""
    task = asyncio.ensure_future(request)
    await settle()
    sent = xmpp.sent[-1]
    await xmpp.receive(f"<iq from='{sent.get('to')}' id='{sent.get('id')}' type='{kind}'>{answer}</iq>")
    result = await task
    assert sent.get("to") == ROOM
    return sent.get("type", ""), text_of(sent[0]), result


@pytest.mark.parametrize(
    ("method", "args", "options", "kind", "payload"),
    [
        (
            "set_role",
            ("pistol", "none"),
            {"reason": "Avaunt, you cullion!"},
            "set",
            admin("<item role='none' nick='pistol'><reason>Avaunt, you cullion!</reason></item>"),
        ),
        ("set_role", ("thirdwitch", "visitor"), {}, "set", admin("<item role='visitor' nick='thirdwitch'/>")),
        (
            "send_role_list",
            ([("thirdwitch", "visitor"), ("second", "participant")],),
            {},
            "set",
            admin("<item role='visitor' nick='thirdwitch'/><item role='participant' nick='second'/>"),
        ),
        (
            "set_affiliation",
            ("outcast",),
            {"jid": "earlofcambridge@shakespeare.lit/somewhere", "reason": "Treason"},
            "set",
            admin(
                "<item affiliation='outcast' jid='earlofcambridge@shakespeare.lit'><reason>Treason</reason></item>"
            ),
        ),
        # By a nickname: the address is known here, or the room is to look for it.
        (
            "set_affiliation",
            ("member",),
            {"nick": "firstwitch"},
            "set",
            admin("<item affiliation='member' jid='crone1@shakespeare.lit'/>"),
        ),
        (
            "set_affiliation",
            ("member",),
            {"nick": "hidden"},
            "set",
            admin("<item affiliation='member' nick='hidden'/>"),
        ),
        (
            "send_affiliation_list",
            ([(JID("a@b.example/c"), "member"), ("d@e.example", "none")],),
            {},
            "set",
            admin(
                "<item affiliation='member' jid='a@b.example'/><item affiliation='none' jid='d@e.example'/>"
            ),
        ),
        (
            "set_room_config",
            ({"muc#roomconfig_roomname": "Cave", "muc#roomconfig_persistentroom": True},),
            {},
            "set",
            owner(
                f"<x xmlns='{DATA}' type='submit'>{FORM_TYPE}"
                "<field var='muc#roomconfig_roomname'><value>Cave</value></field>"
                "<field var='muc#roomconfig_persistentroom'><value>1</value></field></x>"
            ),
        ),
        ("configure_room", (), {}, "set", owner(f"<x xmlns='{DATA}' type='submit'/>")),
        ("cancel_config", (), {}, "set", owner(f"<x xmlns='{DATA}' type='cancel'/>")),
        ("destroy", (), {}, "set", owner("<destroy/>")),
        (
            "destroy",
            ("Macbeth doth come.", "coven@chat.shakespeare.lit"),
            {"password": "p"},
            "set",
            owner(
                "<destroy jid='coven@chat.shakespeare.lit'><reason>Macbeth doth come.</reason>"
                "<password>p</password></destroy>"
            ),
        ),
    ],
)
async def test_changes(
    method: str, args: tuple[Any, ...], options: dict[str, Any], kind: str, payload: str
) -> None:
    xmpp = Member()
    await xmpp.enter()
    await xmpp.receive(said("firstwitch", item="role='moderator' jid='crone1@shakespeare.lit/desktop'"))
    await xmpp.receive(said("hidden"))
    request = getattr(muc(xmpp), method)(ROOM, *args, **options)
    sent_kind, sent_payload, answer = await asked(xmpp, request)
    assert (sent_kind, sent_payload, answer["type"]) == (kind, payload, "result")
    await xmpp.aclose()


async def test_lists() -> None:
    xmpp = Member()
    items = (
        "<item affiliation='outcast' jid='a@b.example'/><item affiliation='outcast' jid='@'/>"
        "<item affiliation='outcast'/><item affiliation='outcast' jid='c.example'><reason>x</reason></item>"
    )
    kind, payload, found = await asked(xmpp, muc(xmpp).get_affiliation_list(ROOM, "outcast"), admin(items))
    assert (kind, payload) == ("get", admin("<item affiliation='outcast'/>"))
    assert found == [JID("a@b.example"), JID("c.example")]
    kind, payload, found = await asked(
        xmpp, muc(xmpp).get_roles_list(ROOM, "visitor"), admin("<item role='visitor' nick='a'/><item/>")
    )
    assert (kind, payload, found) == ("get", admin("<item role='visitor'/>"), ["a"])
    await xmpp.aclose()


async def test_the_form_of_a_room() -> None:
    xmpp = Member()
    kind, payload, form = await asked(xmpp, muc(xmpp).get_room_config(ROOM), owner(QUESTION))
    assert (kind, payload) == ("get", owner(""))
    assert isinstance(form, Form)
    form["values"] = {"muc#roomconfig_roomname": "A Light Cave"}
    _, payload, _ = await asked(xmpp, muc(xmpp).configure_room(ROOM, form))
    assert "type='submit'" in payload
    assert "A Light Cave" in payload
    assert form["type"] == "form"  # the program's own stays as it is
    with pytest.raises(XMPPError, match="no form"):
        await asked(xmpp, muc(xmpp).get_room_config(ROOM), owner(""))
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("method", "args", "options"),
    [
        ("set_affiliation", ("king",), {"jid": "a@b.example"}),
        ("set_affiliation", ("member",), {}),
        ("set_affiliation", ("member",), {"jid": "", "nick": ""}),
        ("set_role", ("nick", "king"), {}),
        ("send_role_list", ([("nick", "")],), {}),
        ("send_affiliation_list", ([("a@b.example", "moderator")],), {}),
        ("set_affiliation", ("member",), {"jid": "a@@b"}),
        ("destroy", ("\x00",), {}),
    ],
)
async def test_what_is_no_request(method: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
    xmpp = Member()
    with pytest.raises(ValueError):
        getattr(muc(xmpp), method)(ROOM, *args, **options)
    assert xmpp.sent == []
    await xmpp.aclose()


async def test_a_refusal() -> None:
    xmpp = Member()
    error = "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
    with pytest.raises(IqError) as refused:
        await asked(xmpp, muc(xmpp).destroy(ROOM), error, "error")
    assert refused.value.condition == "forbidden"
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("answer", "kind", "nick"),
    [
        (
            f"<query xmlns='{INFO}' node='x-roomuser-item'>"
            "<identity category='conference' type='text' name='thirdwitch'/></query>",
            "result",
            "thirdwitch",
        ),
        (f"<query xmlns='{INFO}' node='x-roomuser-item'/>", "result", None),
        (
            "<error type='cancel'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
            "error",
            None,
        ),
    ],
)
async def test_a_nickname_that_is_kept_for_us(answer: str, kind: str, nick: str | None) -> None:
    xmpp = Member()
    _, payload, found = await asked(xmpp, muc(xmpp).get_reserved_nick(ROOM), answer, kind)
    assert (payload, found) == (f"<query xmlns='{INFO}' node='x-roomuser-item'/>", nick)
    await xmpp.aclose()


async def test_rooms_of_a_service() -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).get_rooms("chat.shakespeare.lit"))
    await settle()
    await xmpp.receive(
        f"<iq from='chat.shakespeare.lit' id='{xmpp.sent[-1].get('id')}' type='result'><query xmlns='{ITEMS}'>"
        "<item jid='heath@chat.shakespeare.lit' name='A Lonely Heath'/><item jid='coven@chat.shakespeare.lit'/>"
        "<item jid='other.shakespeare.lit' name='no room'/><item jid='@'/></query></iq>"
    )
    assert await task == {
        JID("heath@chat.shakespeare.lit"): "A Lonely Heath",
        JID("coven@chat.shakespeare.lit"): "",
    }
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("asker", "tell", "subscription", "told"),
    [
        ("me@example.org/phone", False, "none", True),
        ("friend@example.org/x", True, "both", True),
        ("friend@example.org/x", True, "from", True),
        ("friend@example.org/x", True, "to", False),
        ("friend@example.org/x", False, "both", False),
        ("stranger@example.org/x", True, "none", False),
    ],
)
async def test_who_may_know_our_rooms(asker: str, tell: bool, subscription: str, told: bool) -> None:
    """Section 6.7: who may not gets an empty answer."""
    xmpp = Member(tell_rooms=tell)
    await xmpp.enter()
    item = f"<item jid='friend@example.org' subscription='{subscription}'/>"
    await xmpp.receive(f"<iq type='set' id='r1'><query xmlns='jabber:iq:roster'>{item}</query></iq>")
    node = "http://jabber.org/protocol/muc#rooms"
    *_, answer = await xmpp.receive(
        f"<iq from='{asker}' type='get' id='q1'><query xmlns='{ITEMS}' node='{node}'/></iq>"
    )
    assert (answer.get("to"), answer.get("type")) == (asker, "result")
    found = [(child.get("jid"), child.get("name")) for child in answer[0]]
    assert found == ([(ROOM, "thirdwitch")] if told else [])
    assert xmpp.plugin[XEP_0030].name == "xep_0030"
    await xmpp.aclose()
