"""What services tell, whose word counts, and what a stranger can do with it."""

import logging
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from helixmpp import Message
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0060 import XEP_0060, Event, EventItem, EventItems, PubsubErrorCondition
from helixmpp.plugins.xep_0060.stanza import EventSubscription
from helixmpp.stanza import Error, Iq
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent

NS = "http://jabber.org/protocol/pubsub#event"
KINDS = ("publish", "retract", "purge", "delete", "config", "subscription")
NAMES = [f"{start}_{kind}" for start in ("pubsub", "news", "own") for kind in KINDS]


def event(inner: str) -> str:
    return f"<event xmlns='{NS}'>{inner}</event>"


def note_down(seen: list[tuple[str, Message]], name: str, message: Message) -> None:
    seen.append((name, message))


def watch(xmpp: Any) -> list[tuple[str, Message]]:
    seen: list[tuple[str, Message]] = []
    for name in NAMES:
        xmpp.add_event_handler(name, partial(note_down, seen, name))
    return seen


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0060")
    pubsub = xmpp.plugin[XEP_0060]
    pubsub.map_node_event("news", "news")
    pubsub.map_node_event("own", "own")
    pubsub.add_private_node("own")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


FROM = "from='pubsub.example.net'"


@pytest.mark.parametrize(
    ("attributes", "inner", "names"),
    [
        (FROM, event("<items node='x'><item id='1'/></items>"), ["pubsub_publish"]),
        (FROM, event("<items node='news'><item id='1'/></items>"), ["pubsub_publish", "news_publish"]),
        (FROM, event("<items node='news'><retract id='1'/></items>"), ["pubsub_retract", "news_retract"]),
        (
            FROM,
            event("<items node='news'><item id='1'/><retract id='2'/><item/></items>"),
            [f"{start}_{kind}" for kind in ("publish", "retract", "publish") for start in ("pubsub", "news")],
        ),
        (FROM, event("<purge node='news'/>"), ["pubsub_purge", "news_purge"]),
        (FROM, event("<delete node='news'/>"), ["pubsub_delete", "news_delete"]),
        (FROM, event("<configuration node='news'/>"), ["pubsub_config", "news_config"]),
        (
            FROM,
            event("<subscription node='news' jid='a@b.c'/>"),
            ["pubsub_subscription", "news_subscription"],
        ),
        (FROM, event("<configuration/>"), ["pubsub_config"]),
        # Another type of message is as good.
        (f"{FROM} type='headline'", event("<purge node='news'/>"), ["pubsub_purge", "news_purge"]),
        ("from='friend@example.net'", event("<purge node='news'/>"), ["pubsub_purge", "news_purge"]),
        ("", event("<purge node='news'/>"), ["pubsub_purge", "news_purge"]),
        # What is no event, or nobody's.
        (f"{FROM} type='error'", event("<purge node='news'/>"), []),
        (FROM, event(""), []),
        (FROM, event("<items node='news'/>"), []),
        (FROM, event("<items node='news'><other/></items>"), []),
        (FROM, event("<other node='news'/>"), []),
        (FROM, event("<items xmlns='other' node='news'><item/></items>"), []),
        (FROM, event("<collection node='news'/>"), []),
        # Who has a resource is no service, whatever kind of message it is.
        ("from='room@rooms.example.net/nick' type='groupchat'", event("<purge node='news'/>"), []),
        ("from='friend@example.net/phone'", event("<items node='news'><item/></items>"), []),
        # Only the first part counts: a second one is none that the schema has.
        (FROM, event("<purge node='x'/><delete node='news'/>"), ["pubsub_purge"]),
        # Private nodes.
        ("from='me@example.org'", event("<purge node='own'/>"), ["pubsub_purge", "own_purge"]),
        ("", event("<purge node='own'/>"), ["pubsub_purge", "own_purge"]),
        (FROM, event("<purge node='own'/>"), []),
        (FROM, event("<items node='own'><item id='1'/></items>"), []),
        ("from='friend@example.net'", event("<items node='own'><item id='1'/></items>"), []),
        ("from='example.org'", event("<items node='own'><item id='1'/></items>"), []),
        ("from='me@example.org/desk'", event("<purge node='own'/>"), []),
        ("from='me@example.org/phone'", event("<purge node='own'/>"), []),
        ("from='ME@example.org'", event("<purge node='own'/>"), ["pubsub_purge", "own_purge"]),
        ("from='me@example.org.evil'", event("<purge node='own'/>"), []),
    ],
)
async def test_which_events_are_raised(
    client: OfflineClient, attributes: str, inner: str, names: list[str]
) -> None:
    seen = watch(client)
    assert await client.receive(f"<message {attributes}>{inner}</message>") == []
    assert [name for name, _ in seen] == names


async def test_a_refused_event_is_in_the_log(client: OfflineClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await client.receive(f"<message {FROM}>{event('<purge node=' + repr('own') + '/>')}</message>")
    assert "private node" in caplog.text
    assert "pubsub.example.net" in caplog.text


async def test_an_event_from_a_resource_if_the_program_wants_it(client: OfflineClient) -> None:
    client.plugin[XEP_0060].events_from_resources = True
    seen = watch(client)
    await client.receive(
        f"<message from='s@example.net/pubsub'>{event('<purge node=' + repr('x') + '/>')}</message>"
    )
    assert [name for name, _ in seen] == ["pubsub_purge"]


async def test_each_item_has_a_message_of_its_own(client: OfflineClient) -> None:
    seen = watch(client)
    items = (
        "<items node='news'><item id='1' publisher='p@b.c'><a xmlns='urn:a'/></item><retract id='2'/>"
        "<item id='3'><b xmlns='urn:b'/></item></items>"
    )
    headers = "<headers xmlns='http://jabber.org/protocol/shim'><header name='SubID'>s</header></headers>"
    await client.receive(f"<message {FROM} to='me@example.org/desk' id='m'>{event(items)}{headers}</message>")
    told = [message for name, message in seen if name.startswith("news")]
    assert [one["pubsub_event"]["items"].substanzas[0]["id"] for one in told] == ["1", "2", "3"]
    for message in told:
        assert len(message["pubsub_event"]["items"]) == 1
        assert message["pubsub_event"]["items"]["node"] == "news"
        assert (message["from"], message["to"], message["id"]) == (
            "pubsub.example.net",
            "me@example.org/desk",
            "m",
        )
        assert message["headers"]["SubID"] == "s"
    assert told[0]["pubsub_event"]["items"]["item"]["payload"].tag == "{urn:a}a"
    assert told[0][Event][EventItems][EventItem].publisher == "p@b.c"
    assert told[2][Event][EventItems].items[0].payload is not None
    assert "item" not in told[1]["pubsub_event"]["items"]


async def test_items_without_the_payload_of_a_node(client: OfflineClient) -> None:
    client.plugin[XEP_0060].map_node_event("news", "news", payload=PubsubErrorCondition)
    seen = watch(client)
    inner = "<items node='news'><item id='1'/><retract id='1'/></items>"
    await client.receive(f"<message {FROM}>{event(inner)}</message>")
    assert [name for name, _ in seen] == ["pubsub_publish", "pubsub_retract", "news_retract"]


async def test_names_and_private_nodes_are_taken_back(client: OfflineClient) -> None:
    pubsub = client.plugin[XEP_0060]
    pubsub.add_private_node("own")
    pubsub.remove_private_node("own")
    assert pubsub.private_nodes == {"own"}
    pubsub.remove_private_node("own")
    pubsub.remove_private_node("own")
    assert pubsub.private_nodes == frozenset()
    pubsub.unmap_node_event("own", "other")
    pubsub.unmap_node_event("news", "news")
    pubsub.unmap_node_event("news", "news")
    assert pubsub.node_event_map == {"own": "own"}
    seen = watch(client)
    await client.receive(f"<message {FROM}>{event('<purge node=' + repr('own') + '/>')}</message>")
    await client.receive(f"<message {FROM}>{event('<purge node=' + repr('news') + '/>')}</message>")
    assert [name for name, _ in seen] == ["pubsub_purge", "own_purge", "pubsub_purge"]


async def test_a_handler_that_raises_ends_nothing() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0060")
    seen: list[Message] = []

    def wrong(message: Message) -> None:
        raise ValueError(message["id"])

    xmpp.add_event_handler("pubsub_publish", wrong)
    xmpp.add_event_handler("pubsub_publish", seen.append)
    inner = event("<items node='x'><item/><item/></items>")
    assert await xmpp.receive(f"<message {FROM}>{inner}</message>") == []
    assert (len(seen), len(xmpp.failures)) == (2, 2)
    await xmpp.aclose()


async def test_a_message_with_too_many_items_costs_little(
    client: OfflineClient, caplog: pytest.LogCaptureFixture
) -> None:
    seen = watch(client)
    others = f"<x xmlns='urn:x'>{'y' * 100_000}</x>" + "<z xmlns='urn:z'/>" * 9_000
    inner = event(f"<items node='news'>{'<item/>' * 9_000}</items>")
    started = time.perf_counter()
    await client.receive(f"<message {FROM}>{inner}{others}</message>")
    # A copy of all the rest for each item would take minutes.
    assert time.perf_counter() - started < 5
    assert len(seen) == 2 * client.plugin[XEP_0060].max_event_items
    assert "9000 items came at once" in caplog.text
    assert len(seen[-1][1].xml) <= 21


async def test_private_nodes_of_a_component() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0060")
    xmpp.plugin[XEP_0060].add_private_node("own")
    seen = watch(xmpp)
    inner = event("<purge node='own'/>")
    for sender, receiver in (
        ("a@comp.example.org", "a@comp.example.org"),
        ("b@comp.example.org", "a@comp.example.org"),
        ("a@example.net", "a@comp.example.org"),
    ):
        await xmpp.receive(f"<message from='{sender}' to='{receiver}'>{inner}</message>")
    await xmpp.receive(f"<message to='a@comp.example.org'>{inner}</message>")
    assert [(name, message["from"].full) for name, message in seen] == [
        ("pubsub_purge", "a@comp.example.org")
    ]
    await xmpp.aclose()


# -- requests that wait for an owner ----------------------------------------------------------------------------

REQUEST = """<message from='pubsub.shakespeare.lit' id='approve1' type='{type}'>
  <x xmlns='jabber:x:data' type='{form}'>
    <field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#{kind}</value></field>
    <field var='pubsub#subid' type='hidden'><value>123-abc</value></field>
    <field var='pubsub#node' type='text-single'><value>princely_musings</value></field>
    <field var='pubsub#subscriber_jid' type='jid-single'><value>horatio@denmark.lit</value></field>
    <field var='pubsub#allow' type='boolean'><value>false</value></field>
  </x></message>"""


@pytest.mark.parametrize(
    ("type_", "form", "kind", "told"),
    [
        ("normal", "form", "subscribe_authorization", 1),
        ("error", "form", "subscribe_authorization", 0),
        ("normal", "submit", "subscribe_authorization", 0),
        ("normal", "form", "node_config", 0),
    ],
)
@pytest.mark.parametrize(
    ("allow", "values"),
    [
        (True, {"pubsub#allow": "true"}),
        (False, {"pubsub#allow": "false"}),
        (None, {}),
    ],
)
async def test_somebody_wants_to_subscribe(
    client: OfflineClient,
    type_: str,
    form: str,
    kind: str,
    told: int,
    allow: bool | None,
    values: dict[str, str],
) -> None:
    seen: list[Message] = []
    client.add_event_handler("pubsub_authorization", seen.append)
    assert await client.receive(REQUEST.format(type=type_, form=form, kind=kind)) == []
    assert len(seen) == told
    for message in seen:
        assert message["form"]["values"]["pubsub#subscriber_jid"] == "horatio@denmark.lit"
        client.plugin[XEP_0060].authorize(message, allow)
        answer = Message(xml=client.sent[0])
        assert (answer["to"], answer["id"]) == ("pubsub.shakespeare.lit", "approve1")
        assert answer["form"]["type"] == ("cancel" if allow is None else "submit")
        expected = {"FORM_TYPE": "http://jabber.org/protocol/pubsub#subscribe_authorization", **values}
        if allow is not None:
            expected |= {
                "pubsub#subid": "123-abc",
                "pubsub#node": "princely_musings",
                "pubsub#subscriber_jid": "horatio@denmark.lit",
            }
        found = answer["form"]["values"]
        found["FORM_TYPE"] = answer["form"].form_type or found["FORM_TYPE"]
        assert {name: one[0] if isinstance(one, list) else one for name, one in found.items()} == expected
    if not seen and kind != "subscribe_authorization":
        with pytest.raises(FieldValueError):
            client.plugin[XEP_0060].authorize(Message(), True)


# -- elements ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", sorted(PubsubErrorCondition.conditions))
def test_every_error_condition(condition: str) -> None:
    iq = Iq()
    iq["error"]["condition"] = "bad-request"
    iq["error"]["pubsub"]["condition"] = condition
    again = Iq(xml=parse_one(str(iq)))
    assert (again["error"]["condition"], again["error"]["pubsub"]["condition"]) == ("bad-request", condition)
    iq["error"]["pubsub"]["condition"] = "closed-node"
    assert again[Error]["pubsub"]["condition"] == condition
    del iq["error"]["pubsub"]["condition"]
    assert (iq["error"]["pubsub"]["condition"], len(iq["error"].xml)) == ("", 1)


def test_a_missing_feature() -> None:
    iq = Iq()
    iq["error"]["pubsub"]["unsupported"] = "publish-options"
    assert iq["type"] == "error"
    again = Iq(xml=parse_one(str(iq)))["error"]["pubsub"]
    assert (again["condition"], again["unsupported"]) == ("unsupported", "publish-options")
    again["condition"] = "closed-node"
    assert again["unsupported"] == ""
    del again["unsupported"]
    assert again["condition"] == "closed-node"
    again["unsupported"] = "x"
    del again["unsupported"]
    assert again["condition"] == ""
    with pytest.raises(FieldValueError):
        again["condition"] = "made-up"


@pytest.mark.parametrize(
    ("expiry", "expected"),
    [("presence", "presence"), ("2006-02-28T23:59:59Z", "2006-02-28 23:59:59+00:00"), (None, "None")],
)
def test_when_a_subscription_ends(expiry: str | None, expected: str) -> None:
    subscription = EventSubscription()
    subscription.expiry = expiry
    assert str(subscription.expiry) == expected
    assert EventSubscription(xml=parse_one(str(subscription))).expiry == subscription.expiry


async def test_a_form_that_cannot_be_read_is_nobodys_mistake_here(client: OfflineClient) -> None:
    seen: list[Message] = []
    client.add_event_handler("pubsub_authorization", seen.append)
    kind = "http://jabber.org/protocol/pubsub#subscribe_authorization"
    field = f"<field var='FORM_TYPE' type='hidden'><value>{kind}</value></field>"
    form = f"<x xmlns='jabber:x:data' type='nonsense'>{field}</x>"
    assert await client.receive(f"<message from='pubsub.shakespeare.lit'>{form}</message>") == []
    assert (seen, client.failures) == ([], [])
