"""Messages that wait for us (XEP-0013): how many, whose, fetched and taken away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from helixmpp import IqError, Message
from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0013 import XEP_0013, Offline
from helixmpp.stanza import ElementBase, Iq
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle
from tests.plugins.test_pep import Account

NS = "http://jabber.org/protocol/offline"
NODE = "2003-02-27T22:52:37.225Z"
LATER = "2003-02-27T22:52:51.270Z"
JULIET = "juliet@capulet.com/balcony"


def counted(*values: str) -> str:
    form = "".join(f"<field var='number_of_messages'><value>{value}</value></field>" for value in values)
    return (
        f"<query xmlns='http://jabber.org/protocol/disco#info' node='{NS}'>"
        "<identity category='automation' type='message-list'/><x xmlns='jabber:x:data' type='result'>"
        f"<field var='FORM_TYPE' type='hidden'><value>{NS}</value></field>{form}</x></query>"
    )


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (counted("66"), 66),
        (counted(" 0 "), 0),
        *[(counted(bad), None) for bad in ("-1", "٣", "many", "", "9" * 30)],
        (counted(), None),
        ("", None),
    ],
)
async def test_how_many(answer: str, number: int | None) -> None:
    xmpp = Account(lambda request: answer, "xep_0013")
    plugin = xmpp.plugin[XEP_0013]
    if number is None:
        with pytest.raises(BadStanza):
            await plugin.count()
    else:
        assert await plugin.count() == number
    request = xmpp.sent[-1]
    assert (request.get("type"), request.get("to"), request[0].get("node")) == ("get", None, NS)
    await xmpp.aclose()


async def test_whose() -> None:
    items = "".join(
        f"<item jid='me@example.org' node='{node}' name='{name}'/>"
        for node, name in ((LATER, JULIET), (NODE, "mercutio@shakespeare.lit/pda"))
    )
    answer = (
        f"<query xmlns='http://jabber.org/protocol/disco#items' node='{NS}'>{items}<item jid='x@y'/></query>"
    )
    xmpp = Account(lambda request: answer, "xep_0013")
    found = await xmpp.plugin[XEP_0013].headers()
    assert list(found.items()) == [(NODE, "mercutio@shakespeare.lit/pda"), (LATER, JULIET)]
    iq = await xmpp.plugin[XEP_0013].get_headers()
    assert len(iq["disco_items"]["items"]) == 3
    await xmpp.aclose()
    refused = Account(lambda request: "item-not-found", "xep_0013")
    for ask in (refused.plugin[XEP_0013].headers, refused.plugin[XEP_0013].count):
        with pytest.raises(IqError, match="item-not-found"):
            await ask()
    await refused.aclose()


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0013")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def asked(*nodes: str, action: str) -> str:
    inner = "".join(f"<item action='{action}' node='{node}'/>" for node in nodes)
    return f"<offline xmlns='{NS}'>{inner}</offline>"


Call = Callable[[XEP_0013], Any]


REQUESTS: list[tuple[Call, str, str]] = [
    (lambda p: p.view(NODE), "get", asked(NODE, action="view")),
    (lambda p: p.view([NODE, LATER, NODE]), "get", asked(NODE, LATER, action="view")),
    (lambda p: p.remove([NODE, LATER]), "set", asked(NODE, LATER, action="remove")),
    (lambda p: p.fetch(), "get", f"<offline xmlns='{NS}'><fetch/></offline>"),
    (lambda p: p.purge(), "set", f"<offline xmlns='{NS}'><purge/></offline>"),
]


@pytest.mark.parametrize(
    ("call", "kind", "payload"),
    REQUESTS,
)
async def test_requests(client: OfflineClient, call: Call, kind: str, payload: str) -> None:
    asking = asyncio.ensure_future(call(client.plugin[XEP_0013]))
    await settle()
    request = client.sent[-1]
    assert (request.get("type"), request.get("to"), len(request)) == (kind, None, 1)
    assert ElementBase(xml=request[0]) == ElementBase(xml=parse_one(payload))
    await client.receive(f"<iq type='result' id='{request.get('id')}'/>")
    assert (await asking)["offline"]["results"] == []


@pytest.mark.parametrize("nodes", ["", [], [""], [NODE, ""]])
async def test_without_a_node(client: OfflineClient, nodes: Any) -> None:
    plugin = client.plugin[XEP_0013]
    with pytest.raises(ValueError, match="nodes"):
        plugin.view(nodes)
    with pytest.raises(ValueError, match="nodes"):
        plugin.remove(nodes)
    assert not client.sent


def waiting(body: str, *nodes: str, attributes: str = "") -> str:
    items = "".join(f"<item node='{node}'/>" for node in nodes)
    return (
        f"<message from='{JULIET}' to='me@example.org' {attributes}><body>{body}</body>"
        f"<offline xmlns='{NS}'>{items}</offline></message>"
    )


CAME = [
    waiting("first", NODE),
    waiting("another one as that", NODE),
    waiting("second", LATER),
    waiting("not asked for", "x"),
    waiting("two at once", "y", "z"),
    waiting("none"),
    waiting("an error", "e", attributes="type='error'"),
    f"<message from='{JULIET}'><body>no waiting message</body></message>",
]


COLLECTED: list[tuple[Call, list[str]]] = [
    (lambda p: p.view([NODE, LATER]), ["first", "second"]),
    (lambda p: p.view(LATER), ["second"]),
    (lambda p: p.fetch(), ["first", "second", "not asked for"]),
]


@pytest.mark.parametrize(
    ("call", "bodies"),
    COLLECTED,
)
async def test_what_comes_for_a_request(client: OfflineClient, call: Call, bodies: list[str]) -> None:
    plugin, heard = client.plugin[XEP_0013], list[Message]()
    client.add_event_handler("message", heard.append)
    # Before a request nothing is collected.
    await client.receive(waiting("too early", NODE))
    asking = asyncio.ensure_future(call(plugin))
    # Another one waits for its turn.
    other = asyncio.ensure_future(plugin.view("x"))
    await settle()
    (request,) = client.sent
    for one in CAME:
        assert await client.receive(one) == []
    await client.receive(f"<iq type='result' id='{request.get('id')}'/>")
    answer = await asking
    assert [message["body"] for message in answer["offline"]["results"]] == bodies
    assert [message["body"] for message in answer[Offline].results] == bodies
    assert answer["offline"]["results"][0]["offline"]["items"][0]["node"] in (NODE, LATER)
    await settle()
    await client.receive(
        f"<iq type='error' id='{client.sent[-1].get('id')}'><error type='cancel'>"
        "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="item-not-found"):
        await other
    # Everybody else hears of them, too.
    assert len(heard) == len(CAME)


async def test_a_function_is_told(client: OfflineClient) -> None:
    told: list[list[str]] = []

    def answered(iq: Iq) -> None:
        told.append([message["body"] for message in iq["offline"]["results"]])

    # It is sent though nobody waits for it.
    client.plugin[XEP_0013].fetch(callback=answered)
    await settle()
    await client.receive(waiting("first", NODE))
    await client.receive(f"<iq type='result' id='{client.sent[-1].get('id')}'/>")
    assert told == [["first"]]


async def test_how_many_are_collected(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0013]
    plugin.max_results = 3
    asking = asyncio.ensure_future(plugin.fetch())
    await settle()
    for n in range(9):
        await client.receive(waiting("x", str(n)))
    await client.receive(f"<iq type='result' id='{client.sent[-1].get('id')}'/>")
    answer = await asking
    assert len(answer["offline"]["results"]) == 3
    del answer["offline"]["results"]
    assert answer["offline"]["results"] == []
