"""Hats (XEP-0317): what the room says that people wear, and the commands by which its admins give them."""

import asyncio
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError, XMPPError
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0317 import XEP_0317, Hat, Hats, HatTuple
from helixmpp.plugins.xep_0317.stanza import NS
from helixmpp.stanza import Presence
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineComponent
from tests.plugins.test_muc_rooms import ROOM, SUBJECT, USER, heard, muc, said
from tests.plugins.test_pep import Account, info

HOST, PRESENTER = "http://schemas.example.com/hats#host", "http://schemas.example.com/hats#presenter"
BADGE = "<badge xmlns='urn:example:badges' level='3'/>"
HATS = (
    f"<hats xmlns='{NS}'><hat title='Host' uri='{HOST}' hue='327.255249' xml:lang='en-us'>{BADGE}</hat>"
    f"<hat title='Presenter' uri='{PRESENTER}' hue='171.430664' xml:lang='en-us'>{BADGE}</hat></hats>"
)
WORN = [HatTuple(HOST, "Host", 327.255249), HatTuple(PRESENTER, "Presenter", 171.430664)]
COMMANDS = "http://jabber.org/protocol/commands"


# -- the wire ---------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
async def registered() -> None:
    """The classes know each other once the plugin was enabled."""
    xmpp = OfflineComponent("chat.example")
    xmpp.register_plugin("xep_0317")
    await xmpp.aclose()


def test_the_example_of_the_xep() -> None:
    read = Hats(xml=parse_one(HATS))
    first = read["hats"][0]
    assert (first["uri"], first["title"], first["hue"], first["lang"]) == (HOST, "Host", 327.255249, "en-us")
    assert [part.tag for part in read.hats[1].payload] == ["{urn:example:badges}badge"]
    assert Hats(xml=parse_one(str(read))) == read
    presence = Presence()
    presence["hats"].add_hats([("uri1", "title1"), HatTuple("uri2", "title2", 0), ("uri3", "title3", None)])
    assert presence["hats"] == Hats(
        xml=parse_one(
            f"<hats xmlns='{NS}'><hat uri='uri1' title='title1'/><hat uri='uri2' title='title2' hue='0.0'/>"
            "<hat uri='uri3' title='title3'/></hats>"
        )
    )
    # Somebody has taken all of them off.
    presence = Presence()
    presence.enable("hats")
    assert presence[Hats].hats == []


@pytest.mark.parametrize("hue", ["", "red", "-1", "360.1", "NaN", "INF", "1e99"])
def test_a_wrong_hue(hue: str) -> None:
    hat = Hat(xml=parse_one(f"<hat xmlns='{NS}' hue='{hue}'/>"))
    with pytest.raises(BadStanza):
        _ = hat.hue
    with pytest.raises(FieldValueError):
        hat["hue"] = float("nan") if hue == "" else hue
    made = Hats()
    with pytest.raises(FieldValueError):
        made.add_hats([("a", "b", 1.0), ("a", "b", 361.0)])
    assert len(made.xml) == 0
    hat.hue = 360
    assert hat.hue == 360


# -- who wears which --------------------------------------------------------------------------------------------------


async def enter(xmpp: Account) -> None:
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await asyncio.sleep(0.005)
    for text in (said("thirdwitch", 110), SUBJECT):
        await xmpp.receive(text)
    await task
    await asyncio.sleep(0.005)


def worn(text: str) -> str:
    return f"<presence from='{ROOM}/Harry'>{text}<x xmlns='{USER}'><item affiliation='owner'/></x></presence>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (worn(HATS), WORN),
        (worn(f"<hats xmlns='{NS}'/>"), []),
        (worn(""), []),
        (worn(HATS * 2), []),
        (worn(f"<hats xmlns='{NS}'><hat title='x'/><hat uri='u' hue='red'/></hats>"), [HatTuple("u", "")]),
        (worn(f"<hats xmlns='{NS}'>" + "".join(f"<hat uri='{n}'/>" for n in range(500)) + "</hats>"),
         [HatTuple(str(n), "") for n in range(50)]),
        (worn(HATS).replace(ROOM, "other@chat.shakespeare.lit"), []),
        (worn(HATS).replace(ROOM, "a@b@c"), []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("has_hats", [True, False])
async def test_what_somebody_wears(text: str, expected: list[HatTuple], has_hats: bool) -> None:
    xmpp = Account(lambda request: info(NS) if has_hats else info(), "xep_0317")
    plugin = xmpp.plugin[XEP_0317]
    told = heard(xmpp, "presence")
    await xmpp.receive(worn(HATS))
    assert plugin.hats_of(told.pop()[1]) == []  # we are not there
    await enter(xmpp)
    presence = Presence(xml=parse_one(text, stream_ns="jabber:client"))
    # In a room that does not have them, anybody can put one on.
    assert plugin.hats_of(presence) == (expected if has_hats else [])
    assert await plugin.is_supported(ROOM) is has_hats
    await xmpp.receive(said("thirdwitch", 110, type="unavailable"))
    assert plugin.hats_of(presence) == []
    assert not xmpp.failures
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roominfo</value></field>"
         "<field var='hats#hash' type='text-single'><value>d0f8</value></field>", "d0f8"),
        ("<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roominfo</value></field>", None),
        ("<field var='FORM_TYPE' type='hidden'><value>urn:other</value></field>"
         "<field var='hats#hash'><value>d0f8</value></field>", None),
        ("", None),
    ],
)  # fmt: skip
async def test_the_hash_of_the_list(form: str, expected: str | None) -> None:
    answer = info(NS).replace("</query>", f"<x xmlns='jabber:x:data' type='result'>{form}</x></query>")
    xmpp = Account(lambda request: answer, "xep_0317")
    assert await xmpp.plugin[XEP_0317].list_hash(ROOM) == expected
    await xmpp.aclose()


async def test_a_room_that_does_not_answer() -> None:
    xmpp = Account(lambda request: "forbidden", "xep_0317")
    assert await xmpp.plugin[XEP_0317].is_supported(ROOM) is False
    with pytest.raises(IqError, match="forbidden"):
        await xmpp.plugin[XEP_0317].list_hash(ROOM)
    await xmpp.aclose()


# -- commands ---------------------------------------------------------------------------------------------------------


class Room:
    """A room that does what its admin asks, with a form where one is needed."""

    def __init__(self, *steps: str) -> None:
        self.steps = list(steps)
        self.asked: list[tuple[str | None, str | None, str | None, dict[str, str | None]]] = []

    def __call__(self, request: Element) -> str:
        command = request[0]
        fields = {field.get("var", ""): field[0].text for field in command.iter("{jabber:x:data}field")}
        self.asked.append((command.get("node"), command.get("action"), command.get("sessionid"), fields))
        return self.steps.pop(0)


def step(status: str, inner: str = "") -> str:
    return f"<command xmlns='{COMMANDS}' node='n' sessionid='A971' status='{status}'>{inner}</command>"


FORM = "<x xmlns='jabber:x:data' type='form'><field var='hats#uri' type='text-single'/></x>"
COMPLETE = "<actions execute='complete'><complete/></actions>"
URI = "http://tech.example.edu/hats#TeacherAssistant"
TERRY = "terry.anderson@example.edu"


@pytest.mark.parametrize(
    ("method", "arguments", "node", "values"),
    [
        ("create_hat", (URI, "Assistant", 327.25), "create",
         {"hats#title": "Assistant", "hats#uri": URI, "hats#hue": "327.25"}),
        ("create_hat", (URI, "Assistant"), "create", {"hats#title": "Assistant", "hats#uri": URI}),
        ("destroy_hat", (URI,), "destroy", {"hats#uri": URI}),
        ("assign_hat", (f"{TERRY}/desk", URI), "assign", {"hats#jid": TERRY, "hats#uri": URI}),
        ("unassign_hat", (TERRY, URI), "unassign", {"hats#jid": TERRY, "hats#uri": URI}),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("actions", "action"), [("", "execute"), (COMPLETE, "complete")])
async def test_what_admins_do(
    method: str, arguments: tuple[Any, ...], node: str, values: dict[str, str], actions: str, action: str
) -> None:
    room = Room(step("executing", actions + FORM), step("completed"))
    xmpp = Account(room, "xep_0317")
    await getattr(xmpp.plugin[XEP_0317], method)(f"{ROOM}/nick", *arguments, timeout=5)
    full = f"{NS}:commands:{node}"
    assert room.asked == [
        (full, "execute", None, {}),
        (full, action, "A971", {"FORM_TYPE": f"{NS}:commands", **values}),
    ]
    assert {request.get("to") for request in xmpp.sent} == {ROOM}
    form = xmpp.sent[-1][0][0]
    assert form.get("type") == "submit"
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        (["forbidden"], "forbidden"),
        ([step("executing", FORM), "item-not-found"], "item-not-found"),
        ([step("completed", "<note type='error'>no such hat</note>")], "no such hat"),
        ([step("canceled")], "has not come to its end"),
        ([step("executing", FORM), step("executing", FORM)], "has not come to its end"),
        ([""], "has not come to its end"),
    ],
)
async def test_what_does_not_come_to_its_end(steps: list[str], error: str) -> None:
    xmpp = Account(Room(*steps), "xep_0317")
    with pytest.raises(XMPPError, match=error):
        await xmpp.plugin[XEP_0317].destroy_hat(ROOM, URI)
    await xmpp.aclose()


def table(*rows: dict[str, str]) -> str:
    head = "".join(f"<field var='hats#{name}'/>" for name in ("jid", "uri", "title", "hue"))
    items = "".join(
        "<item>"
        + "".join(f"<field var='hats#{k}'><value>{v}</value></field>" for k, v in row.items())
        + "</item>"
        for row in rows
    )
    return step("completed", f"<x xmlns='jabber:x:data' type='result'><reported>{head}</reported>{items}</x>")


async def test_the_hats_of_a_room() -> None:
    room = Room(
        table(
            {"title": "Host", "uri": HOST, "hue": "327.255249"},
            {"title": "Presenter", "uri": PRESENTER, "hue": "171.430664"},
            {"title": "Plain", "uri": "u"},
            {"title": "Wrong", "uri": "w", "hue": "red"},
            {"title": "None"},
        )
    )
    xmpp = Account(room, "xep_0317")
    found = await xmpp.plugin[XEP_0317].list_hats(ROOM)
    assert found == [*WORN, HatTuple("u", "Plain"), HatTuple("w", "Wrong")]
    assert room.asked == [(f"{NS}:commands:list", "execute", None, {})]
    await xmpp.aclose()


async def test_who_has_which() -> None:
    room = Room(
        table(
            {"jid": TERRY, "uri": URI, "title": "Assistant", "hue": "327.255249"},
            {"jid": TERRY, "uri": HOST, "title": "Host"},
            {"jid": "a@b@c", "uri": HOST},
            {"uri": HOST},
            {"jid": TERRY},
        )
    )
    xmpp = Account(room, "xep_0317")
    found = await xmpp.plugin[XEP_0317].list_assigned(ROOM)
    assert found == {TERRY: [HatTuple(URI, "Assistant", 327.255249), HatTuple(HOST, "Host")]}
    assert room.asked[0][0] == f"{NS}:commands:list-assigned"
    await xmpp.aclose()


@pytest.mark.parametrize("answer", [step("completed"), step("executing", FORM), ""])
async def test_a_list_that_is_none(answer: str) -> None:
    xmpp = Account(Room(answer), "xep_0317")
    with pytest.raises(XMPPError, match="has not come to its end"):
        await xmpp.plugin[XEP_0317].list_hats(ROOM)
    await xmpp.aclose()
