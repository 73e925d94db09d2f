"""What is asked of services and accounts, element by element, and what comes back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError
from helixmpp.errors import FieldValueError, InvalidJID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0060 import XEP_0060
from helixmpp.stanza import Iq
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

S = "pubsub.example.net"
NS = "http://jabber.org/protocol/pubsub"
ITEMS = "{http://jabber.org/protocol/disco#items}query"


def form(kind: str, *fields: tuple[str, str]) -> str:
    inner = "".join(f"<field var='{var}'><value>{value}</value></field>" for var, value in fields)
    return (
        f"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>{NS}#{kind}</value>"
        f"</field>{inner}</x>"
    )


def filled(**values: object) -> Form:
    made = Form()
    for name, value in values.items():
        made.add_field(var=f"pubsub#{name}", value=value)
    return made


PAYLOAD = parse_one("<entry xmlns='http://www.w3.org/2005/Atom'><title>Soliloquy</title></entry>")
ENTRY = "<entry xmlns='http://www.w3.org/2005/Atom'><title>Soliloquy</title></entry>"

Call = Callable[[XEP_0060], Awaitable[Any]]

# What is called, and what is sent: the type, whether to the owner's namespace, and what is in it.
REQUESTS: list[tuple[Call, str, str, str]] = [
    # section 5
    (lambda p: p.get_subscriptions(S), "get", "", "<subscriptions/>"),
    (lambda p: p.get_subscriptions(S, "n"), "get", "", "<subscriptions node='n'/>"),
    (lambda p: p.get_affiliations(S), "get", "", "<affiliations/>"),
    (lambda p: p.get_affiliations(S, "n"), "get", "", "<affiliations node='n'/>"),
    # section 6
    (lambda p: p.subscribe(S, "n"), "set", "", "<subscribe node='n' jid='me@example.org'/>"),
    (lambda p: p.subscribe(S, "n", bare=False), "set", "", "<subscribe node='n' jid='me@example.org/desk'/>"),
    (lambda p: p.subscribe(S, "n", subscribee="a@b.c/d"), "set", "", "<subscribe node='n' jid='a@b.c/d'/>"),
    (
        lambda p: p.subscribe(S, "n", options={"pubsub#digest": True}),
        "set",
        "",
        "<subscribe node='n' jid='me@example.org'/><options>"
        + form("subscribe_options", ("pubsub#digest", "1"))
        + "</options>",
    ),
    (lambda p: p.unsubscribe(S, "n"), "set", "", "<unsubscribe node='n' jid='me@example.org'/>"),
    (
        lambda p: p.unsubscribe(S, "n", subid="1", bare=False),
        "set",
        "",
        "<unsubscribe node='n' jid='me@example.org/desk' subid='1'/>",
    ),
    (lambda p: p.get_subscription_options(S), "get", "", "<default/>"),
    (lambda p: p.get_subscription_options(S, "n"), "get", "", "<default node='n'/>"),
    (
        lambda p: p.get_subscription_options(S, "n", "a@b.c", subid="1"),
        "get",
        "",
        "<options node='n' jid='a@b.c' subid='1'/>",
    ),
    (
        lambda p: p.set_subscription_options(S, "n", "a@b.c", filled(deliver="1")),
        "set",
        "",
        "<options node='n' jid='a@b.c'>" + form("subscribe_options", ("pubsub#deliver", "1")) + "</options>",
    ),
    (lambda p: p.get_items(S, "n"), "get", "", "<items node='n'/>"),
    (lambda p: p.get_items(S, "n", max_items=2), "get", "", "<items node='n' max_items='2'/>"),
    (lambda p: p.get_items(S, "n", subid="1"), "get", "", "<items node='n' subid='1'/>"),
    (
        lambda p: p.get_items(S, "n", ["1", "<&>"]),
        "get",
        "",
        "<items node='n'><item id='1'/><item id='&lt;&amp;>'/></items>",
    ),
    (lambda p: p.get_item(S, "n", "1"), "get", "", "<items node='n'><item id='1'/></items>"),
    # section 7
    (
        lambda p: p.publish(S, "n", "1", PAYLOAD),
        "set",
        "",
        f"<publish node='n'><item id='1'>{ENTRY}</item></publish>",
    ),
    (
        lambda p: p.publish(S, "n", None, PAYLOAD),
        "set",
        "",
        f"<publish node='n'><item>{ENTRY}</item></publish>",
    ),
    (lambda p: p.publish(S, "n", "1"), "set", "", "<publish node='n'><item id='1'/></publish>"),
    (lambda p: p.publish(S, "n"), "set", "", "<publish node='n'/>"),
    (
        lambda p: p.publish(S, "n", "1", options={"pubsub#access_model": "open", "pubsub#max_items": 5}),
        "set",
        "",
        "<publish node='n'><item id='1'/></publish><publish-options>"
        + form("publish-options", ("pubsub#access_model", "open"), ("pubsub#max_items", "5"))
        + "</publish-options>",
    ),
    (lambda p: p.retract(S, "n", "1"), "set", "", "<retract node='n'><item id='1'/></retract>"),
    (
        lambda p: p.retract(S, "n", "1", notify=True),
        "set",
        "",
        "<retract node='n' notify='true'><item id='1'/></retract>",
    ),
    # section 8
    (lambda p: p.create_node(S, "n"), "set", "", "<create node='n'/>"),
    (lambda p: p.create_node(S, None), "set", "", "<create/>"),
    (
        lambda p: p.create_node(S, "n", filled(title="T")),
        "set",
        "",
        "<create node='n'/><configure>" + form("node_config", ("pubsub#title", "T")) + "</configure>",
    ),
    (
        lambda p: p.create_node(S, "n", ntype="collection"),
        "set",
        "",
        "<create node='n'/><configure>"
        + form("node_config", ("pubsub#node_type", "collection"))
        + "</configure>",
    ),
    (lambda p: p.get_node_config(S, "n"), "get", "#owner", "<configure node='n'/>"),
    (lambda p: p.get_node_config(S), "get", "#owner", "<default/>"),
    (lambda p: p.get_node_config(S, ntype="leaf"), "get", "#owner", "<default type='leaf'/>"),
    (
        lambda p: p.set_node_config(S, "n", {"pubsub#title": "T"}),
        "set",
        "#owner",
        "<configure node='n'>" + form("node_config", ("pubsub#title", "T")) + "</configure>",
    ),
    (lambda p: p.delete_node(S, "n"), "set", "#owner", "<delete node='n'/>"),
    (
        lambda p: p.delete_node(S, "n", redirect="xmpp:a@b.c?;node=m"),
        "set",
        "#owner",
        "<delete node='n'><redirect uri='xmpp:a@b.c?;node=m'/></delete>",
    ),
    (lambda p: p.purge(S, "n"), "set", "#owner", "<purge node='n'/>"),
    (lambda p: p.get_node_subscriptions(S, "n"), "get", "#owner", "<subscriptions node='n'/>"),
    (lambda p: p.get_node_affiliations(S, "n"), "get", "#owner", "<affiliations node='n'/>"),
    (
        lambda p: p.modify_affiliations(S, "n", [("a@b.c", "owner"), ("d@e.f", "none")]),
        "set",
        "#owner",
        "<affiliations node='n'><affiliation jid='a@b.c' affiliation='owner'/>"
        "<affiliation jid='d@e.f' affiliation='none'/></affiliations>",
    ),
    (
        lambda p: p.modify_subscriptions(S, "n", [("a@b.c", "subscribed")]),
        "set",
        "#owner",
        "<subscriptions node='n'><subscription jid='a@b.c' subscription='subscribed'/></subscriptions>",
    ),
]


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0060")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def canonical(element: Element) -> str:
    """An element with its attributes in one order."""
    for one in element.iter():
        ordered = sorted(one.attrib.items())
        one.attrib.clear()
        one.attrib.update(ordered)
    return serialize(element)


@pytest.mark.parametrize(("call", "kind", "namespace", "inner"), REQUESTS)
async def test_each_request(client: OfflineClient, call: Call, kind: str, namespace: str, inner: str) -> None:
    waiting = call(client.plugin[XEP_0060])
    (request,) = client.sent
    assert (request.get("type"), request.get("to"), request.get("from"), len(request)) == (kind, S, None, 1)
    expected = parse_one(f"<pubsub xmlns='{NS}{namespace}'>{inner}</pubsub>")
    assert canonical(request[0]) == canonical(expected)
    await client.receive(f"<iq type='result' id='{request.get('id')}' from='{S}'/>")
    assert (await waiting)["type"] == "result"


async def test_a_component_asks_for_its_users() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0060")
    user = "user@comp.example.org/x"
    xmpp.plugin[XEP_0060].subscribe(S, "n", ifrom=user)
    xmpp.plugin[XEP_0060].unsubscribe(S, "n", bare=False, ifrom=user)
    xmpp.plugin[XEP_0060].subscribe(S, "n")
    assert [(sent.get("from"), sent[0][0].get("jid")) for sent in xmpp.sent] == [
        (user, "user@comp.example.org"),
        (user, user),
        ("comp.example.org", "comp.example.org"),
    ]
    await xmpp.aclose()


async def test_our_own_account_is_nobody(client: OfflineClient) -> None:
    client.plugin[XEP_0060].get_items(None, "n")
    assert client.sent[0].get("to") is None


WRONG: list[Callable[[Any], Any]] = [
    lambda p: p.publish(S, "a\0b"),
    lambda p: p.publish(S, "n", "\ud800"),
    lambda p: p.publish(S, "n", payload="text"),
    lambda p: p.modify_affiliations(S, "n", [("a@b.c", "king")]),
    lambda p: p.modify_affiliations(S, "n", [("", "owner")]),
    lambda p: p.modify_subscriptions(S, "n", [("a@b.c", "yes")]),
    lambda p: p.create_node(S, "n", {"pubsub#title": "a\0b"}),
    lambda p: p.subscribe(S, "n", subscribee="a@b@c"),
    lambda p: p.get_items("a@b@c", "n"),
]


@pytest.mark.parametrize("call", WRONG)
async def test_what_cannot_be_sent_is_refused_at_the_call(
    client: OfflineClient, call: Callable[[Any], Any]
) -> None:
    with pytest.raises((FieldValueError, InvalidJID)):
        call(client.plugin[XEP_0060])
    assert client.sent == []


async def test_a_form_is_sent_as_an_answer_and_stays_as_it_was(client: OfflineClient) -> None:
    given = Form()
    given.type = "form"
    given.add_field(var="FORM_TYPE", ftype="hidden", value=f"{NS}#node_config")
    given.add_field(var="pubsub#title", ftype="text-single", value="T", label="Title")
    before = str(given)
    client.plugin[XEP_0060].set_node_config(S, "n", given)
    sent = Form(xml=client.sent[0][0][0][0])
    assert (sent.type, sent.form_type, sent["values"]["pubsub#title"]) == ("submit", f"{NS}#node_config", "T")
    assert str(given) == before


async def test_the_answers(client: OfflineClient) -> None:
    waiting = client.plugin[XEP_0060].subscribe(S, "n")
    answer = (
        f"<iq type='result' id='{client.sent[0].get('id')}' from='{S}'><pubsub xmlns='{NS}'>"
        "<subscription node='n' jid='me@example.org' subid='s' subscription='unconfigured'>"
        "<subscribe-options><required/></subscribe-options></subscription></pubsub></iq>"
    )
    await client.receive(answer)
    subscription = (await waiting)["pubsub"]["subscription"]
    assert (subscription["subid"], subscription["subscription"]) == ("s", "unconfigured")
    assert subscription["suboptions"]["required"] is True

    refused = client.plugin[XEP_0060].subscribe(S, "n")
    await client.receive(
        f"<iq type='error' id='{client.sent[1].get('id')}' from='{S}'><error type='cancel'>"
        "<feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        f"<unsupported xmlns='{NS}#errors' feature='subscribe'/></error></iq>"
    )
    with pytest.raises(IqError) as error:
        await refused
    assert error.value.iq["error"]["pubsub"]["condition"] == "unsupported"
    assert error.value.iq["error"]["pubsub"]["unsupported"] == "subscribe"


async def test_the_pages_of_a_node(client: OfflineClient) -> None:
    pages = client.plugin[XEP_0060].get_items(S, "n", max_items=2, iterator=True)
    found: list[str] = []
    waiting = anext(pages)
    for number in range(3):
        task = client.loop.create_task(collect(waiting, found))
        before = len(client.sent)
        await settle_until(client, before)
        request = client.sent[-1]
        (items, rsm) = request[0]
        assert items.attrib == {"node": "n"}
        assert rsm.findtext("{http://jabber.org/protocol/rsm}max") == "2"
        after = rsm.findtext("{http://jabber.org/protocol/rsm}after")
        assert after == (None if number == 0 else f"i{number}b")
        last = number + 1
        inner = f"<item id='i{last}a'/><item id='i{last}b'/>" if number < 2 else ""
        rest = (
            f"<first>i{last}a</first><last>i{last}b</last><count>4</count>"
            if number < 2
            else "<count>4</count>"
        )
        await client.receive(
            f"<iq type='result' id='{request.get('id')}' from='{S}'><pubsub xmlns='{NS}'><items node='n'>{inner}"
            f"</items><set xmlns='http://jabber.org/protocol/rsm'>{rest}</set></pubsub></iq>"
        )
        await task
        waiting = anext(pages)
    waiting.close()
    assert found == ["i1a", "i1b", "i2a", "i2b"]


async def collect(waiting: Awaitable[Iq], found: list[str]) -> None:
    try:
        page = await waiting
    except StopAsyncIteration:
        return
    found.extend(item["id"] for item in page["pubsub"]["items"])


async def settle_until(client: OfflineClient, before: int) -> None:
    await settle(5)
    assert len(client.sent) == before + 1


BY_DISCO: list[tuple[Call, str | None]] = [
    (lambda p: p.get_nodes(None), None),
    (lambda p: p.get_item_ids(S, "n"), "n"),
]


@pytest.mark.parametrize(("call", "node"), BY_DISCO)
async def test_nodes_and_ids_are_asked_by_service_discovery(
    client: OfflineClient, call: Call, node: str | None
) -> None:
    task = client.loop.create_task(wait_for(call(client.plugin[XEP_0060])))
    await settle_until(client, 0)
    request = client.sent[0]
    to = S if node else "me@example.org"
    assert (request.get("to"), request[0].tag, request[0].get("node")) == (to, ITEMS, node)
    await client.receive(
        f"<iq type='result' id='{request.get('id')}' from='{to}'><query xmlns='http://jabber.org/protocol/disco#items'>"
        f"<item jid='{to}' name='x'/></query></iq>"
    )
    answer = await task
    assert {name for _, _, name in answer["disco_items"]["items"]} == {"x"}


async def wait_for(waiting: Awaitable[Any]) -> Any:
    return await waiting
