"""Which stanzas a matcher matches, and what it tells the router of them."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import ProtocolError
from helixmpp.jid import JID
from helixmpp.stanza import (
    Attr,
    ChildText,
    ElementBase,
    Flag,
    Iq,
    MatcherBase,
    MatcherId,
    MatchIDSender,
    MatchKey,
    MatchMany,
    MatchXMLMask,
    MatchXPath,
    Message,
    StanzaBase,
    StanzaPath,
    fix_ns,
    register_stanza_plugin,
    stanza_of,
    unregister_stanza_plugin,
)
from helixmpp.xml import NS_COMPONENT, parse_one


class Probe(ElementBase):
    name = "probe"
    namespace = "urn:probe"
    plugin_attrib = "test_probe"
    node = Attr(str)
    count = Attr(int)
    on = Attr(bool)
    title = ChildText()
    empty = Flag()


class Part(ElementBase):
    name = "part"
    namespace = "urn:probe"
    plugin_attrib = "test_part"
    plugin_multi_attrib = "test_parts"
    node = Attr(str)


class Extension(ElementBase):
    name = "ext"
    namespace = "urn:ext"
    plugin_attrib = "test_ext"
    is_extension = True
    interfaces = {"test_ext"}  # noqa: RUF012 - as programs write it

    def get_test_ext(self) -> bool:
        return self.parent is not None and self.parent().xml.get("extended") is not None


@pytest.fixture(autouse=True)
def registered() -> Any:
    pairs = [(Message, Probe, False), (Iq, Probe, False), (Probe, Part, True), (Message, Extension, False)]
    for stanza, plugin, iterable in pairs:
        register_stanza_plugin(stanza, plugin, iterable=iterable)
    yield
    for stanza, plugin, iterable in pairs:
        unregister_stanza_plugin(stanza, plugin, iterable=iterable)


MESSAGE = (
    '<message type="chat" id="7" from="a@b.c/d" to="e@f.g"><body>hi</body>'
    '<probe xmlns="urn:probe" node="n" count="3" on="1"><title>t</title><part node="p"/><part node="q"/></probe>'
    '<plain xmlns="urn:plain" a="1"><inside/></plain></message>'
)
BARE = '<message><probe xmlns="urn:probe"/></message>'
GET = '<iq type="get" id="8"><probe xmlns="urn:probe" count="x"/></iq>'
AWAY = "<presence><show>away</show></presence>"

PATHS: list[tuple[str, str, bool]] = [
    (MESSAGE, "message", True),
    (MESSAGE, "*", True),
    (MESSAGE, "{jabber:client}message", True),
    (MESSAGE, "iq", False),
    (MESSAGE, "{urn:x}message", False),
    (MESSAGE, "message@type=chat", True),
    (MESSAGE, "message@type=normal", False),
    (MESSAGE, "message@type", True),
    (MESSAGE, "message@thread", False),
    (MESSAGE, "message@id=7", True),
    (MESSAGE, "message@id=8", False),
    (MESSAGE, "message@type=chat@id=7", True),
    (MESSAGE, "message@type=chat@id=8", False),
    (MESSAGE, "message@from=a@b.c/d", False),  # an @ always begins a condition
    (MESSAGE, "message@unknown=1", False),
    (MESSAGE, "message/body", True),
    (MESSAGE, "message/subject", False),
    (MESSAGE, "message/nothing", False),
    (MESSAGE, "message/test_probe", True),
    (MESSAGE, "message@type=chat/test_probe", True),
    (MESSAGE, "message@type=error/test_probe", False),
    (MESSAGE, "message/test_probe@node=n", True),
    (MESSAGE, "message/test_probe@node=m", False),
    (MESSAGE, "message/test_probe@count=3", True),
    (MESSAGE, "message/test_probe@on=true", True),
    (MESSAGE, "message/test_probe@on=false", False),
    (MESSAGE, "message/test_probe@node=n@count=3", True),
    (MESSAGE, "message/test_probe/title", True),
    (MESSAGE, "message/test_probe/empty", False),
    (MESSAGE, "message/test_probe/part", True),
    (MESSAGE, "message/test_probe/test_part", True),
    (MESSAGE, "message/test_probe/part@node=q", True),
    (MESSAGE, "message/test_probe/test_part@node=q", True),
    (MESSAGE, "message/test_probe/part@node=r", False),
    (MESSAGE, "message/probe", False),
    (MESSAGE, "message/{urn:probe}probe", True),
    (MESSAGE, "message/{urn:probe}probe@count=3", True),
    (MESSAGE, "message/{urn:probe}probe/{urn:probe}part@node=q", True),
    (MESSAGE, "message/{urn:plain}plain", True),
    (MESSAGE, "message/{urn:plain}plain@a=1", True),
    (MESSAGE, "message/{urn:plain}plain@a", True),
    (MESSAGE, "message/{urn:plain}plain@a=2", False),
    (MESSAGE, "message/{urn:plain}plain@b", False),
    (MESSAGE, "message/{urn:plain}plain/inside", True),
    (MESSAGE, "message/{urn:plain}plain/{urn:plain}inside", True),
    (MESSAGE, "message/{urn:plain}plain/*", True),
    (MESSAGE, "message/{urn:plain}plain/outside", False),
    (MESSAGE, "message/{urn:with/slash}plain", False),
    (MESSAGE, "message/test_ext", False),
    ('<message extended="1"/>', "message/test_ext", True),
    (BARE, "message@type=normal", True),
    (BARE, "message/test_probe", True),
    (BARE, "message/test_probe@node", False),
    (BARE, "message/body", False),
    (GET, "iq@type=get/test_probe", True),
    (GET, "iq@type=set/test_probe", False),
    (GET, "iq/test_probe@count=3", False),  # what the peer wrote is no number
    (GET, "iq@id=8", True),
    (AWAY, "presence", True),
    (AWAY, "presence@type=away", True),
    (AWAY, "presence@show=away@priority=0", True),
    (AWAY, "presence@type=available", False),
    ('<presence type="what"/>', "presence@type=available", False),
    ("<stream:features/>", "features", True),
    ("<stream:features/>", "{http://etherx.jabber.org/streams}features", True),
]


@pytest.mark.parametrize(("xml", "path", "expected"), PATHS)
def test_stanza_path(xml: str, path: str, expected: bool) -> None:
    stanza = stanza_of(parse_one(xml))
    matcher = StanzaPath(path)
    assert matcher.match(stanza) is expected
    assert stanza.match(path) is expected
    if expected:
        assert fits(matcher, stanza)
    assert str(stanza) == str(stanza_of(parse_one(xml)))


def has_key(stanza: StanzaBase, key: MatchKey) -> bool:
    """What a router does with a key."""
    xml = stanza.xml
    return (
        key.kind in (None, xml.tag, xml.tag.rpartition("}")[2])
        and key.type in (None, xml.get("type", ""))
        and key.id in (None, xml.get("id", ""))
        and key.child in (None, *(child.tag for child in xml))
    )


def fits(matcher: MatcherBase, stanza: StanzaBase) -> bool:
    keys = matcher.keys()
    return keys is None or any(has_key(stanza, key) for key in keys)


@pytest.mark.parametrize("path", sorted({path for _, path, _ in PATHS}))
@pytest.mark.parametrize(
    "xml", [MESSAGE, BARE, GET, AWAY, '<message type="chat"/>', '<iq type="get"/>', "<message/>"]
)
def test_keys_are_true_of_what_matches(path: str, xml: str) -> None:
    for stream_ns in ("jabber:client", NS_COMPONENT):
        stanza = stanza_of(parse_one(xml, stream_ns=stream_ns), stream_ns)
        matcher = StanzaPath(path)
        if matcher.match(stanza):
            assert fits(matcher, stanza)
        elif matcher.is_exact:
            assert not fits(matcher, stanza)


def key(
    kind: str | None = None, type: str | None = None, child: str | None = None, id: str | None = None
) -> MatchKey:
    return MatchKey(kind, type, child, id)


PROBE = "{urn:probe}probe"
ERRORS = ("{jabber:client}error", "{jabber:component:accept}error")

# matcher, its keys, whether they say it all
KEYS: list[tuple[MatcherBase, tuple[MatchKey, ...] | None, bool]] = [
    (StanzaPath("message"), (key("message"),), True),
    (StanzaPath("message@type=chat"), (key("message", "chat"),), True),
    (StanzaPath("message@type=normal"), (key("message"),), False),
    (StanzaPath("message@type"), (key("message"),), False),
    (StanzaPath("message@id=7"), (key("message", id="7"),), True),
    (StanzaPath("message/body"), (key("message"),), False),
    (StanzaPath("message/not_yet_registered"), (key("message"),), False),
    (StanzaPath("message/test_ext"), (key("message"),), False),
    (StanzaPath("presence@type=away"), (key("presence"),), False),
    (StanzaPath("presence@type=subscribe"), (key("presence", "subscribe"),), True),
    (StanzaPath("{jabber:client}iq@type=set"), (key("iq", "set"),), False),
    (StanzaPath("iq/{urn:q}query"), (key("iq", child="{urn:q}query"),), True),
    (StanzaPath("iq/{urn:q}query@a=1"), (key("iq", child="{urn:q}query"),), False),
    (StanzaPath("message/error"), tuple(key("message", child=error) for error in ERRORS), False),
    (StanzaPath("features"), None, False),
    (StanzaPath("*"), None, False),
    (MatchXPath("{jabber:client}message"), (key("message"),), False),
    (MatchXPath("{jabber:client}iq/{urn:q}query/x"), (key("iq", child="{urn:q}query"),), False),
    (MatchXPath("{urn:sm}r"), (key("{urn:sm}r"),), False),
    (MatchXPath("{jabber:client}iq[@type='get']"), None, False),
    (MatchXPath("*"), None, False),
    (MatchXPath("{*}iq"), None, False),
    (MatchXPath("{jabber:client}iq/*"), (key("iq"),), False),
    (
        MatchXMLMask("<message type='chat' id='1'><x xmlns='urn:x'/></message>"),
        (key("message", "chat", "{urn:x}x", "1"),),
        False,
    ),
    (MatchXMLMask("<iq><body/></iq>"), (key("iq"),), False),
    (MatchXMLMask("<r xmlns='urn:sm'/>"), (key("{urn:sm}r"),), False),
    (MatcherId("7"), (key(id="7"),), True),
    (MatchIDSender({"id": "7", "self": JID("a@b.c/d"), "peer": ""}), (key(id="7"),), False),
    (MatchMany([MatcherId("7"), MatcherId("8")]), (key(id="7"), key(id="8")), True),
    (MatchMany([MatcherId("7"), StanzaPath("*")]), None, False),
    (MatchMany([MatcherId("7"), StanzaPath("message/body")]), (key(id="7"), key("message")), False),
    (MatchMany([]), (), True),
    (MatcherBase("x"), None, False),
]


@pytest.mark.parametrize(("matcher", "keys", "exact"), KEYS, ids=[repr(row[0])[:60] for row in KEYS])
def test_keys(matcher: MatcherBase, keys: tuple[MatchKey, ...] | None, exact: bool) -> None:
    assert matcher.keys() == keys
    assert matcher.is_exact is exact


def test_keys_of_registered_children() -> None:
    path = StanzaPath("iq@type=get/test_probe")
    assert path.keys() == (key("iq", "get", PROBE),)
    assert path.is_exact
    assert not StanzaPath("iq@type=get/test_probe@node=x").is_exact
    assert not StanzaPath("iq@type=get/test_probe/part").is_exact

    class OwnMessage(Message):
        pass

    class OtherProbe(Probe):
        namespace = "urn:other"

    register_stanza_plugin(OwnMessage, OtherProbe)
    own = StanzaPath("message/test_probe")
    assert own.keys() == (key("message", child="{urn:other}probe"), key("message", child=PROBE))
    assert not own.is_exact
    unregister_stanza_plugin(OwnMessage, OtherProbe)


@pytest.mark.parametrize(
    "path", ["", "/", "message//body", "message@", "@type=chat", "message/@a", "message@=x"]
)
def test_no_path(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        StanzaPath(path)


XPATHS: list[tuple[str, str, bool]] = [
    (MESSAGE, "{jabber:client}message", True),
    (MESSAGE, "{jabber:client}message/body", True),
    (MESSAGE, "{jabber:client}message/{urn:probe}probe/part", True),
    (MESSAGE, "{jabber:client}message/{urn:plain}plain", True),
    (MESSAGE, "{jabber:client}message/subject", False),
    (MESSAGE, "{jabber:client}iq", False),
    (MESSAGE, "message", False),
    (MESSAGE, "{jabber:client}message[@type='chat']", True),
    (MESSAGE, "{jabber:client}message[@type='error']", False),
    (MESSAGE, "{jabber:client}message/*", True),
    (MESSAGE, "{jabber:client}message//{urn:probe}part", True),
    (MESSAGE, "{*}message", True),
    ("<message/>", "{jabber:client}message/*", False),
]


@pytest.mark.parametrize(("xml", "path", "expected"), XPATHS)
def test_xpath(xml: str, path: str, expected: bool) -> None:
    stanza = stanza_of(parse_one(xml))
    matcher = MatchXPath(path)
    assert matcher.match(stanza) is expected
    assert not expected or fits(matcher, stanza)


MASKS: list[tuple[str, str | Element, bool]] = [
    (MESSAGE, "<message/>", True),
    (MESSAGE, "<message xmlns='jabber:client'/>", True),
    (MESSAGE, "<message type='chat'/>", True),
    (MESSAGE, "<message type='chat'><body/></message>", True),
    (MESSAGE, "<message type='error'/>", False),
    (MESSAGE, "<message><subject/></message>", False),
    (MESSAGE, "<message><body>hi</body></message>", True),
    (MESSAGE, "<message><body>ho</body></message>", False),
    (MESSAGE, "<message><probe xmlns='urn:probe' node='n'><part node='q'/></probe></message>", True),
    (MESSAGE, "<message><probe xmlns='urn:probe'><part node='q'/><part node='p'/></probe></message>", True),
    (MESSAGE, "<message><probe xmlns='urn:probe'><part node='r'/></probe></message>", False),
    (MESSAGE, "<message><probe/></message>", False),
    (MESSAGE, "<message a='1'/>", False),
    (MESSAGE, "<iq/>", False),
    (MESSAGE, Element("message", {"type": "chat"}), True),
    (MESSAGE, Element("{jabber:client}message"), True),
    (MESSAGE, Element("iq"), False),
    (MESSAGE, parse_one("<message><plain xmlns='urn:plain'><inside/></plain></message>"), True),
]


@pytest.mark.parametrize(("xml", "mask", "expected"), MASKS)
def test_xml_mask(xml: str, mask: str | Element, expected: bool) -> None:
    for stream_ns in ("jabber:client", NS_COMPONENT):
        stanza = stanza_of(parse_one(xml, stream_ns=stream_ns), stream_ns)
        matcher = MatchXMLMask(mask)
        assert matcher.match(stanza) is expected
        assert not expected or fits(matcher, stanza)


def test_a_mask_of_elements_without_namespaces() -> None:
    mask = Element("message")
    mask.append(Element("body"))
    assert MatchXMLMask(mask).match(stanza_of(parse_one(MESSAGE)))
    assert mask[0].tag == "body"


def test_a_mask_that_is_no_xml() -> None:
    with pytest.raises(ProtocolError):
        MatchXMLMask("<message>")


SENDERS: list[tuple[str, str, bool]] = [
    # who was asked, who answers
    ("", "", True),
    ("", "me@example.org", True),
    ("", "me@example.org/here", True),
    ("", "ME@example.org", True),
    ("", "example.org", False),
    ("", "you@example.org", False),
    ("me@example.org", "", True),
    ("me@example.org", "me@example.org", True),
    ("you@example.org/x", "you@example.org/x", True),
    ("you@example.org/x", "You@Example.org/x", True),
    ("you@example.org/x", "you@example.org", False),
    ("you@example.org/x", "you@example.org/y", False),
    ("you@example.org/x", "", False),
    ("you@example.org/x", "@", False),
    ("example.org", "example.org", True),
    ("example.org", "", False),
]


@pytest.mark.parametrize(("peer", "sender", "expected"), SENDERS)
def test_id_and_sender(peer: str, sender: str, expected: bool) -> None:
    matcher = MatchIDSender({"id": "7", "self": JID("me@example.org/here"), "peer": JID(peer)})
    attributes = {"id": "7", "type": "result"} | ({"from": sender} if sender else {})
    assert matcher.match(stanza_of(Element("{jabber:client}iq", attributes))) is expected
    assert not matcher.match(stanza_of(Element("{jabber:client}iq", {**attributes, "id": "8"})))


def test_id() -> None:
    assert MatcherId("7").match(stanza_of(parse_one(MESSAGE)))
    assert not MatcherId("8").match(stanza_of(parse_one(MESSAGE)))
    assert MatcherId("7").criteria == "7"


def test_many() -> None:
    many = MatchMany([MatcherId("8"), StanzaPath("message/body")])
    assert many.match(stanza_of(parse_one(MESSAGE)))
    assert not many.match(stanza_of(parse_one(BARE)))


def test_a_matcher_of_a_program() -> None:
    class LongBody(MatcherBase):
        def match(self, stanza: StanzaBase) -> bool:
            return len(stanza["body"]) > 1

    assert LongBody(None).match(stanza_of(parse_one(MESSAGE)))
    assert LongBody(None).keys() is None
    assert not MatcherBase("x").match(stanza_of(parse_one(MESSAGE)))


@pytest.mark.parametrize(
    ("path", "options", "fixed"),
    [
        ("{ns}a/b", {}, "{ns}a/{ns}b"),
        ("a/b", {}, "a/b"),
        ("a/b", {"default_ns": "d"}, "{d}a/{d}b"),
        ("{ns}a/b", {"propagate_ns": False, "default_ns": "d"}, "{ns}a/{d}b"),
        ("{ns}a/{n/s}b/c", {}, "{ns}a/{n/s}b/{n/s}c"),
        ("{ns}a/*/b", {}, "{ns}a/*/{ns}b"),
        ("{ns}a//b", {}, "{ns}a//{ns}b"),
        ("{ns}a/b", {"split": True}, ["{ns}a", "{ns}b"]),
    ],
)
def test_fix_ns(path: str, options: Any, fixed: str | list[str]) -> None:
    assert fix_ns(path, **options) == fixed
