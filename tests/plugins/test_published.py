"""What users tell their contacts of themselves (XEP-0107, 0108, 0118, 0196): made, published, heard."""

from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins._published import Published
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0060 import Event, EventItem, EventItems
from helixmpp.plugins.xep_0107 import XEP_0107, UserMood
from helixmpp.plugins.xep_0108 import XEP_0108, UserActivity
from helixmpp.plugins.xep_0118 import XEP_0118, UserTune
from helixmpp.plugins.xep_0196 import XEP_0196, UserGaming
from helixmpp.stanza import ElementBase, Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, settle
from tests.plugins.test_pep import Account

MOOD, ACTIVITY = "http://jabber.org/protocol/mood", "http://jabber.org/protocol/activity"
TUNE, GAME = "http://jabber.org/protocol/tune", "urn:xmpp:gaming:0"
JULIET = "juliet@capulet.lit"

# The plugin, what is called with what, and what stands in the item then: the examples of the XEPs.
PUBLICATIONS: list[tuple[type[Published[Any]], str, dict[str, Any], str]] = [
    (
        XEP_0107, "publish_mood", {"value": "happy", "text": "Yay!"},
        f"<mood xmlns='{MOOD}'><happy/><text>Yay!</text></mood>",
    ),
    (XEP_0107, "publish_mood", {"value": "in_awe"}, f"<mood xmlns='{MOOD}'><in_awe/></mood>"),
    (XEP_0107, "publish_mood", {}, f"<mood xmlns='{MOOD}'/>"),
    (
        XEP_0108, "publish_activity", {"general": "relaxing", "specific": "partying", "text": "A birthday!"},
        f"<activity xmlns='{ACTIVITY}'><relaxing><partying/></relaxing><text>A birthday!</text></activity>",
    ),
    (XEP_0108, "publish_activity", {"general": "working"}, f"<activity xmlns='{ACTIVITY}'><working/></activity>"),
    (
        XEP_0118, "publish_tune",
        {
            "artist": "Yes", "length": 686, "rating": 8, "source": "Yessongs", "title": "Heart of the Sunrise",
            "track": "3", "uri": "http://www.yesworld.com/lyrics/Fragile.html#9",
        },
        f"<tune xmlns='{TUNE}'><artist>Yes</artist><length>686</length><rating>8</rating><source>Yessongs</source>"
        "<title>Heart of the Sunrise</title><track>3</track>"
        "<uri>http://www.yesworld.com/lyrics/Fragile.html#9</uri></tune>",
    ),
    (
        XEP_0196, "publish_gaming",
        {
            "character_name": "Stentor", "character_profile": "http://wow.example.com/profile.html?12345",
            "name": "World of Warcraft", "level": "66", "server_address": "wow6.example.com", "server_name": "WOW",
            "uri": "http://wow.example.com",
        },
        f"<game xmlns='{GAME}'><character_name>Stentor</character_name>"
        "<character_profile>http://wow.example.com/profile.html?12345</character_profile><level>66</level>"
        "<name>World of Warcraft</name><server_address>wow6.example.com</server_address>"
        "<server_name>WOW</server_name><uri>http://wow.example.com</uri></game>",
    ),
]  # fmt: skip


def in_order(xml: str) -> list[str]:
    """An element's children, in any order."""
    element = parse_one(xml)
    return [element.tag, *sorted(serialize(child) for child in element)]


@pytest.mark.parametrize(("cls", "call", "arguments", "expected"), PUBLICATIONS)
async def test_publishing(
    cls: type[Published[Any]], call: str, arguments: dict[str, Any], expected: str
) -> None:
    xmpp = Account(lambda _: "", cls.name)
    plugin = xmpp.plugin[cls]
    options = {"pubsub#access_model": "open"}
    await getattr(plugin, call)(**arguments, options=options, timeout=5.0)
    (request,) = xmpp.requests
    publish, preconditions = request[0]
    assert (request.get("type"), request.get("to"), publish.get("node")) == (
        "set",
        None,
        parse_one(expected).tag[1:].partition("}")[0],
    )
    assert preconditions.tag.endswith("}publish-options")
    assert in_order(serialize(publish[0][0])) == in_order(expected)
    await plugin.stop()
    stopped = xmpp.requests[-1][0][0]
    assert stopped.get("node") == publish.get("node")
    assert in_order(serialize(stopped[0][0])) == [parse_one(expected).tag]
    assert xmpp.failures == []
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("cls", "call", "arguments"),
    [
        (XEP_0107, "publish_mood", {"value": "hungry for knowledge"}),
        (XEP_0107, "publish_mood", {"text": "no mood"}),
        (XEP_0107, "publish_mood", {"value": "happy", "text": "\0"}),
        (XEP_0108, "publish_activity", {"general": "partying"}),
        (XEP_0108, "publish_activity", {"general": "relaxing", "specific": "relaxing"}),
        (XEP_0108, "publish_activity", {"general": ""}),
        (XEP_0118, "publish_tune", {"rating": 11}),
        (XEP_0118, "publish_tune", {"rating": 0}),
        (XEP_0118, "publish_tune", {"length": 65_536}),
        (XEP_0118, "publish_tune", {"length": -1}),
        (XEP_0196, "publish_gaming", {"level": "1"}),
        (XEP_0196, "publish_gaming", {"name": "\x1b"}),
    ],
)
async def test_what_is_wrong_is_not_published(
    cls: type[Published[Any]], call: str, arguments: dict[str, Any]
) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin(cls.name)
    with pytest.raises(ValueError):
        getattr(xmpp.plugin[cls], call)(**arguments)
    assert xmpp.sent == []
    await xmpp.aclose()


def event(payload: str, node: str, sender: str = JULIET) -> str:
    return (
        f"<message from='{sender}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{node}'>"
        f"<item id='current'>{payload}</item></items></event></message>"
    )


@pytest.mark.parametrize(("cls", "call", "arguments", "payload"), PUBLICATIONS)
async def test_hearing(cls: type[Published[Any]], call: str, arguments: dict[str, Any], payload: str) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin(cls.name)
    plugin = xmpp.plugin[cls]
    node = parse_one(payload).tag[1:].partition("}")[0]
    seen: list[Message] = []
    xmpp.add_event_handler(f"{cls.event_name}_publish", seen.append)
    await xmpp.receive(event(payload, node))
    (message,) = seen
    found = plugin.published(message)
    assert found is not None
    assert in_order(str(found)) == in_order(payload)
    assert message["pubsub_event"]["items"]["item"][found.plugin_attrib].xml is found.xml
    # Another node, another payload, somebody's client: nothing is told.
    for text in (
        event(payload, "urn:other"),
        event("<x xmlns='urn:x'/>", node),
        event(payload, node, f"{JULIET}/x"),
    ):
        await xmpp.receive(text)
    assert len(seen) == 1
    assert (
        plugin.published(Message(xml=parse_one(event(payload, "urn:other"), stream_ns="jabber:client")))
        is None
    )
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    assert {node, f"{node}+notify"} <= set(info["features"])
    xmpp.plugin.disable(cls.name)
    await settle()
    await xmpp.receive(event(payload, node))
    assert len(seen) == 1
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    assert not {node, f"{node}+notify"} & set(info["features"])
    assert xmpp.failures == []
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("kind", "xml", "key", "expected"),
    [
        (UserMood, f"<mood xmlns='{MOOD}'><happy><ecstatic xmlns='urn:x'/></happy></mood>", "value", "happy"),
        (UserMood, f"<mood xmlns='{MOOD}'><text>?</text></mood>", "value", ""),
        (UserMood, f"<mood xmlns='{MOOD}'><elated/></mood>", "value", ""),
        (UserMood, f"<mood xmlns='{MOOD}'><happy xmlns='urn:x'/></mood>", "value", ""),
        (UserMood, f"<mood xmlns='{MOOD}'><grateful/></mood>", "value", "grateful"),
        (
            UserActivity,
            f"<activity xmlns='{ACTIVITY}'><inactive><sleeping><x xmlns='urn:x'/></sleeping></inactive></activity>",
            "value", ("inactive", "sleeping"),
        ),
        (
            UserActivity, f"<activity xmlns='{ACTIVITY}'><relaxing><x xmlns='urn:x'/></relaxing></activity>",
            "value", ("relaxing", None),
        ),
        (UserActivity, f"<activity xmlns='{ACTIVITY}'><sleeping/></activity>", "value", None),
        (UserActivity, f"<activity xmlns='{ACTIVITY}'/>", "value", None),
        (UserTune, f"<tune xmlns='{TUNE}'><length>686</length></tune>", "length", 686),
        (UserTune, f"<tune xmlns='{TUNE}'/>", "length", None),
        (UserTune, f"<tune xmlns='{TUNE}'><length>-1</length></tune>", "length", BadStanza),
        (UserTune, f"<tune xmlns='{TUNE}'><rating>11</rating></tune>", "rating", BadStanza),
        (UserTune, f"<tune xmlns='{TUNE}'><rating>x</rating></tune>", "rating", BadStanza),
        (UserTune, f"<tune xmlns='{TUNE}'><composer>Bach</composer></tune>", "composer", "Bach"),
        (UserGaming, f"<game xmlns='{GAME}'><name>Nethack</name></game>", "name", "Nethack"),
    ],
)  # fmt: skip
def test_reading(kind: type[ElementBase], xml: str, key: str, expected: object) -> None:
    payload = kind(xml=parse_one(xml))
    if expected is BadStanza:
        with pytest.raises(BadStanza):
            assert payload[key]
    else:
        assert payload[key] == expected
    assert str(kind(xml=parse_one(str(payload)))) == str(payload)


def test_changing_an_activity() -> None:
    activity = UserActivity()
    activity["value"] = ("relaxing", "fishing")
    activity["text"] = "gone"
    activity["value"] = "working"
    assert str(activity) == f'<activity xmlns="{ACTIVITY}"><working/><text>gone</text></activity>'
    with pytest.raises(FieldValueError):
        activity["value"] = ("working", "nothing")
    assert activity["value"] == ("working", None)
    activity["value"] = None
    assert activity["value"] is None
    assert len(activity.xml) == 1


async def test_a_message_has_a_mood_of_its_own() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0107")
    message = xmpp.make_message(JULIET, "Great.")
    message["mood"]["value"] = "sarcastic"
    message.send()
    assert Message(xml=xmpp.sent[0])[UserMood].value == "sarcastic"
    await xmpp.aclose()


def test_an_item_can_be_published_and_heard() -> None:
    item = EventItem()
    item[UserTune].title = "x"
    message = Message()
    message[Event][EventItems].append(item)
    assert message["pubsub_event"]["items"]["item"]["tune"]["title"] == "x"
