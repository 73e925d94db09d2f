"""Stream features, binding, and the roster on the wire."""

from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import (
    Bind,
    Iq,
    Mechanisms,
    Roster,
    RosterItem,
    Session,
    StartTLSFeature,
    StreamFeatures,
    StreamLimits,
    stanza_of,
)
from helixmpp.xml import parse_one

FEATURES = (
    "<stream:features>"
    '<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"><required/></starttls>'
    '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl">'
    "<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms>"
    '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>'
    '<session xmlns="urn:ietf:params:xml:ns:xmpp-session"><optional/></session>'
    '<ver xmlns="urn:xmpp:features:rosterver"/>'
    '<sub xmlns="urn:xmpp:features:pre-approval"/>'
    '<limits xmlns="urn:xmpp:stream-limits:0"><max-bytes>262144</max-bytes><idle-seconds>1800</idle-seconds></limits>'
    '<unknown xmlns="urn:unknown"/>'
    "</stream:features>"
)


def test_features() -> None:
    features = StreamFeatures(xml=parse_one(FEATURES))
    assert set(features["features"]) == {
        "starttls",
        "mechanisms",
        "bind",
        "session",
        "rosterver",
        "preapproval",
        "limits",
    }
    assert features[StartTLSFeature].required
    assert features[Mechanisms].mechanisms == ["SCRAM-SHA-1", "PLAIN"]
    assert features["mechanisms"]["mechanisms"] == ["SCRAM-SHA-1", "PLAIN"]
    assert features[Session].optional
    assert (features[StreamLimits].max_bytes, features[StreamLimits].idle_seconds) == (262144, 1800)
    assert [feature.name for feature in features["required"]] == ["starttls"]
    assert "bind" in [feature.name for feature in features["optional"]]
    assert str(features) == str(StreamFeatures(xml=parse_one(str(features))))


def test_no_features() -> None:
    features = StreamFeatures(xml=parse_one("<stream:features/>"))
    assert (features["features"], features["required"], features["optional"]) == ({}, [], [])
    features["features"] = features["required"] = features["optional"] = "ignored"
    del features["features"], features["required"], features["optional"]
    assert features.get(StreamLimits) is None
    assert features[StreamLimits].max_bytes is None
    assert len(features.xml) == 0


def test_bind() -> None:
    iq = Iq(stype="set", sid="1")
    iq[Bind].resource = "balcony"
    assert str(iq) == (
        '<iq xmlns="jabber:client" type="set" id="1">'
        '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>balcony</resource></bind></iq>'
    )
    xml = '<iq type="result"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>a@b.c/d</jid></bind></iq>'
    assert Iq(xml=parse_one(xml))["bind"]["jid"] == JID("a@b.c/d")
    iq = Iq(stype="set")
    iq.enable("bind")
    assert iq[Bind].jid is None
    assert Bind in iq


ROSTER = (
    '<iq type="result"><query xmlns="jabber:iq:roster" ver="7">'
    '<item jid="Romeo@example.net" name="Romeo" subscription="both"><group>Friends</group><group>Family</group></item>'
    '<item jid="bare@example.org" ask="subscribe" approved="true"/>'
    "</query></iq>"
)
ITEMS: dict[Any, Any] = {
    JID("romeo@example.net"): {
        "name": "Romeo",
        "subscription": "both",
        "ask": "",
        "approved": False,
        "groups": ["Friends", "Family"],
    },
    JID("bare@example.org"): {
        "name": "",
        "subscription": "none",
        "ask": "subscribe",
        "approved": True,
        "groups": [],
    },
}


def test_roster_read() -> None:
    iq = stanza_of(parse_one(ROSTER))
    assert iq["roster"]["items"] == ITEMS
    assert iq["roster"]["items"]["romeo@example.net"]["name"] == "Romeo"
    roster = iq[Roster]
    assert roster.ver == "7"
    assert [item.name_ for item in roster.entries] == ["Romeo", ""]
    assert [item["subscription"] for item in roster] == ["both", "none"]
    assert len(roster) == 2
    assert roster["item"]["jid"] == "romeo@example.net"


def test_roster_built() -> None:
    iq = Iq(stype="set")
    iq["roster"]["items"] = {
        "romeo@example.net": {"name": "Romeo", "groups": ["Friends"]},
        JID("gone@example.org"): {"subscription": "remove"},
    }
    assert str(iq) == (
        '<iq xmlns="jabber:client" type="set"><query xmlns="jabber:iq:roster">'
        '<item name="Romeo" jid="romeo@example.net"><group>Friends</group></item>'
        '<item subscription="remove" jid="gone@example.org"/></query></iq>'
    )
    del iq["roster"]["items"]
    assert iq["roster"]["items"] == {}
    again = Iq(stype="result")
    again[Roster]["items"] = ITEMS
    assert again["roster"]["items"] == ITEMS


@pytest.mark.parametrize(("version", "xml"), [(None, ""), ("", ' ver=""'), ("x", ' ver="x"')])
def test_roster_version(version: str | None, xml: str) -> None:
    roster = Roster()
    roster.ver = version
    assert str(roster) == f'<query xmlns="jabber:iq:roster"{xml}/>'
    assert roster["ver"] == version


@pytest.mark.parametrize(
    "items",
    [
        {"@": {}},
        {"a@b.c": {"subscription": "sometimes"}},
        {"a@b.c": {"groups": "Friends"}},
        {"a@b.c": {"name": "\x00"}},
        {"a@b.c": {"approved": "maybe"}},
    ],
)
def test_wrong_roster_items(items: Any) -> None:
    iq = stanza_of(parse_one(ROSTER))
    before = str(iq)
    with pytest.raises((FieldValueError, InvalidJID)):
        iq["roster"]["items"] = items
    assert str(iq) == before


@pytest.mark.parametrize(
    ("xml", "condition"),
    [
        ('<item subscription="x"/>', "bad-request"),
        ('<item approved="x"/>', "bad-request"),
    ],
)
def test_bad_roster_items(xml: str, condition: str) -> None:
    roster = Roster(parse_one(f'<query xmlns="jabber:iq:roster">{xml}</query>'))
    with pytest.raises(BadStanza) as caught:
        roster["items"]
    assert caught.value.condition == condition


def test_an_item_without_an_address_is_left_out() -> None:
    xml = '<query xmlns="jabber:iq:roster"><item jid="@"/><item jid="a@example.org" name="A"/></query>'
    items = Roster(parse_one(xml))["items"]
    assert {str(jid): values["name"] for jid, values in items.items()} == {"a@example.org": "A"}


def test_a_large_roster() -> None:
    roster = Roster()
    items: dict[Any, Any] = {f"contact{number}@example.org": {"name": f"{number}"} for number in range(5_000)}
    roster["items"] = items
    assert len(roster["items"]) == 5_000
    assert all(isinstance(item, RosterItem) for item in roster)
