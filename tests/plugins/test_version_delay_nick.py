"""XEP-0092, XEP-0203 and XEP-0172 without a network."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

import helixmpp
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0092 import XEP_0092, Version
from helixmpp.plugins.xep_0172 import XEP_0172, UserNick
from helixmpp.plugins.xep_0203 import XEP_0203, Delay
from helixmpp.stanza import Message, Presence
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, settle


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    for plugin in ("xep_0092", "xep_0172", "xep_0203"):
        xmpp.register_plugin(plugin)
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


# -- XEP-0092 -------------------------------------------------------------------------------------------------

QUERY = "<query xmlns='jabber:iq:version'/>"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ("helixmpp", helixmpp.__version__, "")),
        ({"software_name": "Bot", "version": "1.2", "os": "Plan 9"}, ("Bot", "1.2", "Plan 9")),
        ({"software_name": "<&>", "version": "0"}, ("<&>", "0", "")),
    ],
)
async def test_our_version_is_told(settings: dict[str, str], expected: tuple[str, str, str]) -> None:
    xmpp = OfflineClient(plugin_config={"xep_0092": settings})
    xmpp.register_plugin("xep_0092")
    (answer,) = await xmpp.receive(f"<iq type='get' id='1' from='a@b.c/d'>{QUERY}</iq>")
    software = Version(xml=answer[0])
    assert (software.name_, software["version"], software.os) == expected
    assert (software["name"], answer.get("to")) == (expected[0], "a@b.c/d")
    assert Version(xml=parse_one(str(software))) == software
    # Section 5: the system is told only by who wants to.
    assert ("<os>" in serialize(answer)) is bool(expected[2])
    xmpp.plugin[XEP_0092].answer = False
    (answer,) = await xmpp.receive(f"<iq type='get' id='1' from='a@b.c/d'>{QUERY}</iq>")
    assert "service-unavailable" in serialize(answer)
    (answer,) = await xmpp.receive(f"<iq type='set' id='1' from='a@b.c/d'>{QUERY}</iq>")
    assert "service-unavailable" in serialize(answer)
    await xmpp.aclose()


@pytest.mark.parametrize(("jid", "to"), [(None, "example.org"), ("a@b.c/d", "a@b.c/d")])
async def test_asking_for_a_version(client: OfflineClient, jid: str | None, to: str) -> None:
    waiting = client.plugin[XEP_0092].get_version(jid)
    request = client.sent[-1]
    assert (request.get("to"), request.get("type"), request[0].tag) == (to, "get", "{jabber:iq:version}query")
    await client.receive(
        f"<iq type='result' id='{request.get('id')}' from='{to}'><query xmlns='jabber:iq:version'>"
        "<name>Exodus</name><version>0.7.0.4</version><os>Windows-XP 5.01.2600</os></query></iq>"
    )
    answer = await waiting
    assert answer["software_version"]["name"] == "Exodus"
    assert (answer[Version].version, answer["software_version"]["os"]) == ("0.7.0.4", "Windows-XP 5.01.2600")


# -- XEP-0203 -------------------------------------------------------------------------------------------------

MOMENT = datetime(2002, 9, 10, 23, 8, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("inner", "stamp", "by", "text"),
    [
        (
            "<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='2002-09-10T23:08:25Z'>Offline Storage</delay>",
            MOMENT, "capulet.com", "Offline Storage",
        ),
        ("<delay xmlns='urn:xmpp:delay' from='a@b.c/d' stamp='2002-09-10T23:08:25Z'/>", MOMENT, "a@b.c/d", ""),
        ("<delay xmlns='urn:xmpp:delay' stamp='2002-09-11T01:08:25+02:00'/>", MOMENT, None, ""),
        ("<delay xmlns='urn:xmpp:delay'/>", None, None, ""),
        ("", None, None, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [Message, Presence])
def test_a_delay(
    client: OfflineClient,
    kind: type[Message | Presence],
    inner: str,
    stamp: datetime | None,
    by: str | None,
    text: str,
) -> None:
    stanza = kind(xml=parse_one(f"<{kind.name} xmlns='jabber:client'>{inner}</{kind.name}>"))
    delay = stanza[Delay]
    assert (delay.stamp, delay.from_, delay.text) == (stamp, by and JID(by), text)
    assert (stanza["delay"]["stamp"], stanza["delay"]["from"]) == (stamp, by and JID(by))
    plugin = client.plugin[XEP_0203]
    assert plugin.sent_at(stanza) == stamp
    assert plugin.sent_at(stanza, by="capulet.com") == (stamp if by == "capulet.com" else None)
    assert kind(xml=parse_one(str(stanza))) == stanza


@pytest.mark.parametrize(
    "attributes",
    ["stamp='yesterday'", "stamp='2002-09-10T23:08:25'", "stamp='2002-09-10T23:08:25Z' from='@'"],
)
def test_a_delay_that_makes_no_sense(client: OfflineClient, attributes: str) -> None:
    good = "<delay xmlns='urn:xmpp:delay' from='b.c' stamp='2002-09-10T23:08:25Z'/>"
    message = Message(
        xml=parse_one(
            f"<message xmlns='jabber:client'><delay xmlns='urn:xmpp:delay' {attributes}/>{good}</message>"
        )
    )
    with pytest.raises(BadStanza):
        _ = message[Delay].stamp, message[Delay].from_
    assert client.plugin[XEP_0203].sent_at(message, by="b.c") == MOMENT


def test_a_delay_is_marked_once(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0203]
    message = client.make_message("a@b.c", "hello")
    plugin.mark(message)
    plugin.mark(message, MOMENT, "room@b.c", "history")
    (delay,) = message.children_of(Delay)
    assert (delay.stamp, delay.from_, delay.text) == (MOMENT, JID("room@b.c"), "history")
    assert 'stamp="2002-09-10T23:08:25Z"' in str(message) or "stamp='2002-09-10T23:08:25Z'" in str(message)
    with pytest.raises(FieldValueError):
        plugin.mark(message, datetime(2002, 9, 10))
    assert plugin.sent_at(message) == MOMENT
    plugin.mark(message)
    sent_at = plugin.sent_at(message)
    assert sent_at is not None
    assert abs((datetime.now(UTC) - sent_at).total_seconds()) < 60
    assert message[Delay].from_ == JID("me@example.org/desk")


# -- XEP-0172 -------------------------------------------------------------------------------------------------

NICK = "{http://jabber.org/protocol/nick}nick"


async def test_a_nickname_in_a_stanza(client: OfflineClient) -> None:
    client.send_presence_subscription(pto="starbuck@example.org", pnick="Ishmael")
    client.send_message("starbuck@example.org", "Call me Ishmael", mnick="Ishmael")
    assert [sent.findtext(NICK) for sent in client.sent] == ["Ishmael", "Ishmael"]
    message = Message(xml=client.sent[1])
    assert message["nick"]["nick"] == message[UserNick].nick == "Ishmael"


@pytest.mark.parametrize("nick", ["CallMeIshmael", "<&>", None])
async def test_a_nickname_is_published(client: OfflineClient, nick: str | None) -> None:
    plugin = client.plugin[XEP_0172]
    options = UserNick()
    waiting = plugin.stop() if nick is None else plugin.publish_nick(nick, options)
    (request,) = client.sent
    (pubsub,) = request
    assert (request.get("type"), request.get("to"), pubsub.tag) == (
        "set",
        None,
        "{http://jabber.org/protocol/pubsub}pubsub",
    )
    assert pubsub[0].get("node") == "http://jabber.org/protocol/nick"
    assert [nick.text for nick in pubsub[0].iter(NICK)] == [nick]
    assert (len(pubsub) == 2) is (nick is not None)
    await client.receive(f"<iq type='result' id='{request.get('id')}'/>")
    await waiting


async def test_a_nickname_that_cannot_be_sent(client: OfflineClient) -> None:
    with pytest.raises(FieldValueError):
        client.plugin[XEP_0172].publish_nick("a\0b")
    assert client.sent == []


def event(inner: str, node: str = "http://jabber.org/protocol/nick") -> str:
    return (
        f"<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='{node}'>{inner}</items></event>"
    )


PUBLISHED = "<item id='1'><nick xmlns='http://jabber.org/protocol/nick'>CallMeIshmael</nick></item>"


@pytest.mark.parametrize(
    ("attributes", "inner", "told"),
    [
        ("from='narrator@moby-dick.lit' type='headline'", event(PUBLISHED), ["CallMeIshmael"]),
        ("", event(PUBLISHED), ["CallMeIshmael"]),
        ("from='a@b.c'", event("<item><nick xmlns='http://jabber.org/protocol/nick'/></item>"), [""]),
        ("from='a@b.c/fake'", event(PUBLISHED), []),
        ("from='a@b.c' type='error'", event(PUBLISHED), []),
        ("from='a@b.c'", event(PUBLISHED, "other"), []),
        ("from='a@b.c'", event("<item/>"), []),
        ("from='a@b.c'", "<event xmlns='http://jabber.org/protocol/pubsub#event'/>", []),
        ("from='a@b.c'", "<nick xmlns='http://jabber.org/protocol/nick'>x</nick>", []),
    ],
)
async def test_a_contact_has_a_new_nickname(
    client: OfflineClient, attributes: str, inner: str, told: list[str]
) -> None:
    seen: list[Any] = []
    plugin = client.plugin[XEP_0172]
    client.add_event_handler("user_nick_publish", lambda message: seen.append(plugin.published_nick(message)))
    assert await client.receive(f"<message {attributes}>{inner}</message>") == []
    assert seen == told


async def test_notifications_are_asked_for(client: OfflineClient) -> None:
    info = await client.plugin["xep_0030"].info_of()
    await settle()
    assert {"http://jabber.org/protocol/nick", "http://jabber.org/protocol/nick+notify"} <= set(
        info["features"]
    )
    assert {"jabber:iq:version", "urn:xmpp:delay"} <= set(info["features"])
