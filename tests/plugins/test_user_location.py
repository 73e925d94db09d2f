"""XEP-0080 without a server: where somebody is, published, heard, and in a message."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0080 import NAMESPACE, XEP_0080, Geoloc
from helixmpp.stanza import Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle
from tests.plugins.test_pep import Account

PORTIA = "portia@merchantofvenice.lit"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# What is called with what, and what stands in the item then; the first is the example of section 4.1.
PUBLICATIONS: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        {"accuracy": 20, "country": "Italy", "lat": 45.44, "locality": "Venice", "lon": 12.33, "lang": "en"},
        {"accuracy": "20", "country": "Italy", "lat": "45.44", "locality": "Venice", "lon": "12.33"},
    ),
    (
        {
            "alt": 1609, "altaccuracy": 10.5, "area": "Central Park", "bearing": 0, "building": "The Empire State",
            "countrycode": "US", "datum": "WGS84", "description": "Bill's house", "error": 290.8882087, "floor": "102",
            "postalcode": "10118", "region": "New York", "regioncode": "FR-HDF", "room": "Observatory",
            "speed": 52.69, "street": "350 Fifth Avenue", "text": "Northwest corner", "tzo": "-07:00",
            "timestamp": datetime(2004, 2, 19, 21, 12, tzinfo=UTC), "uri": "http://www.esbnyc.com/",
        },
        {
            "alt": "1609", "altaccuracy": "10.5", "area": "Central Park", "bearing": "0",
            "building": "The Empire State", "countrycode": "US", "datum": "WGS84", "description": "Bill's house",
            "error": "290.8882087", "floor": "102",
            "postalcode": "10118", "region": "New York", "regioncode": "FR-HDF", "room": "Observatory",
            "speed": "52.69", "street": "350 Fifth Avenue", "text": "Northwest corner", "tzo": "-07:00",
            "timestamp": "2004-02-19T21:12:00Z", "uri": "http://www.esbnyc.com/",
        },
    ),
    ({"lat": -90, "lon": "-180"}, {"lat": "-90", "lon": "-180"}),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "expected"), PUBLICATIONS)
async def test_publishing(arguments: dict[str, Any], expected: dict[str, str]) -> None:
    xmpp = Account(lambda _: "", "xep_0080")
    plugin = xmpp.plugin[XEP_0080]
    await plugin.publish_location(**arguments, options={"pubsub#access_model": "whitelist"}, timeout=5.0)
    (request,) = xmpp.requests
    publish, options = request[0]
    geoloc = publish[0][0]
    assert (publish.get("node"), geoloc.tag, geoloc.get(LANG)) == (
        NAMESPACE,
        f"{{{NAMESPACE}}}geoloc",
        arguments.get("lang"),
    )
    assert {child.tag.rpartition("}")[2]: child.text for child in geoloc} == expected
    assert options.tag.endswith("}publish-options")
    await plugin.stop()
    stopped = xmpp.requests[-1][0][0][0][0]
    assert (stopped.tag, len(stopped), stopped.attrib) == (geoloc.tag, 0, {})
    assert xmpp.failures == []
    await xmpp.aclose()


@pytest.mark.parametrize(
    "arguments",
    [
        {"lat": 91},
        {"lon": 180.1},
        {"lat": float("nan")},
        {"alt": float("inf")},
        {"speed": "fast"},
        {"text": "\0"},
        {"timestamp": "yesterday"},
        {"lang": "\x01"},
    ],
)
async def test_what_is_wrong_is_not_published(arguments: dict[str, Any]) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0080")
    with pytest.raises(FieldValueError):
        xmpp.plugin[XEP_0080].publish_location(**arguments)
    assert xmpp.sent == []
    await xmpp.aclose()


def event(payload: str, node: str = NAMESPACE, sender: str = PORTIA) -> str:
    return (
        f"<message from='{sender}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{node}'>"
        f"<item id='d81a52b8'>{payload}</item></items></event></message>"
    )


async def test_hearing() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0080")
    plugin = xmpp.plugin[XEP_0080]
    seen: list[Message] = []
    xmpp.add_event_handler("user_location_publish", seen.append)
    here = f"<geoloc xmlns='{NAMESPACE}'><lat>45.44</lat><lon>12.33</lon></geoloc>"
    await xmpp.receive(event(here))
    found = plugin.published(seen[-1])
    assert found is not None
    assert (found.lat, found.lon, found.country) == (45.44, 12.33, "")
    read = seen[-1]["pubsub_event"]["items"]["item"]["geoloc"]
    assert (read["lat"], read["alt"], read.values["lon"]) == (45.44, None, 12.33)
    # The end of it; and what cannot be read, which is for the program to find out.
    await xmpp.receive(event(f"<geoloc xmlns='{NAMESPACE}'/>"))
    ended = plugin.published(seen[-1])
    assert ended is not None
    assert len(ended.xml) == 0
    await xmpp.receive(event(f"<geoloc xmlns='{NAMESPACE}'><lat>north</lat></geoloc>"))
    wrong = plugin.published(seen[-1])
    assert wrong is not None
    with pytest.raises(BadStanza):
        assert wrong.lat
    assert len(seen) == 3
    for text in (event(here, "urn:other"), event("<x xmlns='urn:x'/>"), event(here, sender=f"{PORTIA}/x")):
        await xmpp.receive(text)
    assert len(seen) == 3
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    assert {NAMESPACE, f"{NAMESPACE}+notify"} <= set(info["features"])
    xmpp.plugin.disable("xep_0080")
    await settle()
    await xmpp.receive(event(here))
    assert len(seen) == 3
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_a_place_in_a_message() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0080")
    message = xmpp.make_message(PORTIA, "I am here.")
    message["geoloc"]["lat"] = 45.44
    message["geoloc"]["locality"] = "Venice"
    message.send()
    received = Message(xml=xmpp.sent[0])[Geoloc]
    assert (received.lat, received.locality) == (45.44, "Venice")
    assert Geoloc(xml=parse_one(str(received))) == received
    await xmpp.aclose()
