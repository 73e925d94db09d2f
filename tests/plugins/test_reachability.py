"""Reachability addresses (XEP-0152): published, heard, and in presences."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0152 import XEP_0152, Reachability
from helixmpp.stanza import ElementBase, Message, Presence
from helixmpp.xml import parse_one
from tests.plugins.test_pep import Account, well

NS = "urn:xmpp:reach:0"
TEL, SIP = "tel:+1-303-555-1212", "sip:room123@example.com"
PLAIN = f"<reach xmlns='{NS}'><addr uri='{TEL}'/><addr uri='{SIP}'/></reach>"
DESCRIBED = (
    f"<reach xmlns='{NS}'><addr uri='{TEL}'><desc xml:lang='en'>Conference room phone</desc></addr>"
    f"<addr uri='{SIP}'><desc xml:lang='en'>In-room video system</desc>"
    "<desc xml:lang='de'>Bildtelefon</desc></addr></reach>"
)


@pytest.fixture
async def client() -> AsyncIterator[Account]:
    xmpp = Account(well, "xep_0152")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([TEL, SIP], PLAIN),
        ([{"uri": TEL}, SIP], PLAIN),
        (
            [
                {"uri": TEL, "desc": {"en": "Conference room phone"}},
                {"uri": SIP, "desc": {"en": "In-room video system", "de": "Bildtelefon"}},
            ],
            DESCRIBED,
        ),
        (
            [{"uri": TEL, "desc": "A & B"}],
            f"<reach xmlns='{NS}'><addr uri='{TEL}'><desc>A &amp; B</desc></addr></reach>",
        ),
    ],
)
async def test_publishing(client: Account, addresses: list[Any], expected: str) -> None:
    await client.plugin[XEP_0152].publish_reachability(addresses)
    publish = client.requests[-1][0][0]
    assert publish.get("node") == NS
    assert ElementBase(xml=publish[0][0]) == ElementBase(xml=parse_one(expected))
    presence = client.make_presence()
    presence.append(client.plugin[XEP_0152].make_reachability(addresses))
    assert len(presence["reach"]["addresses"]) == len(addresses)


@pytest.mark.parametrize(
    "addresses",
    [[], TEL, {"uri": TEL}, [{"desc": "x"}], [{"uri": ""}], [""], ["\x00"], [{"uri": TEL, "desc": "\x00"}]],
)
async def test_what_is_not_published(client: Account, addresses: Any) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        await client.plugin[XEP_0152].publish_reachability(addresses)
    assert isinstance(caught.value, FieldValueError) or not addresses
    assert not client.requests


async def test_there_is_none_any_more(client: Account) -> None:
    await client.plugin[XEP_0152].stop()
    assert ElementBase(xml=client.requests[-1][0][0][0][0]) == Reachability()
    features = set((await client.plugin["xep_0030"].info_of())["features"])
    assert {NS, f"{NS}+notify"} <= features


def event(inner: str, node: str = NS) -> str:
    return (
        "<event xmlns='http://jabber.org/protocol/pubsub#event'>"
        f"<items node='{node}'><item id='a1'>{inner}</item></items></event>"
    )


@pytest.mark.parametrize(
    ("inner", "node", "uris"),
    [
        (DESCRIBED, NS, [TEL, SIP]),
        (f"<reach xmlns='{NS}'/>", NS, []),
        (f"<reach xmlns='{NS}'><other xmlns='urn:x'/><addr/></reach>", NS, [""]),
        ("", NS, None),
        ("<x xmlns='urn:x'/>", NS, None),
        (PLAIN, "urn:x", None),
    ],
)
async def test_events(client: Account, inner: str, node: str, uris: list[str] | None) -> None:
    told: list[Message] = []
    client.add_event_handler("reachability_publish", told.append)
    await client.receive(f"<message from='juliet@capulet.com'>{event(inner, node)}</message>")
    assert len(told) == (uris is not None)
    for message in told:
        found = client.plugin[XEP_0152].published(message)
        assert found is not None
        assert [one.uri for one in found.addresses] == uris
        item = message["pubsub_event"]["items"]["item"]["reach"]
        assert [one["uri"] for one in item["addresses"]] == uris
    if inner == DESCRIBED:
        address = told[0]["pubsub_event"]["items"]["item"]["reach"]["addresses"][1]
        assert (address["desc|en"], address["desc|de"]) == ("In-room video system", "Bildtelefon")


async def test_in_a_presence(client: Account) -> None:
    seen: list[Presence] = []
    client.add_event_handler("presence_available", seen.append)
    await client.receive(f"<presence from='romeo@montague.net/mobile'>{PLAIN}</presence>")
    assert [one["uri"] for one in seen[0]["reach"]["addresses"]] == [TEL, SIP]
    await client.receive("<presence from='romeo@montague.net/mobile'/>")
    assert seen[1].get(Reachability) is None
