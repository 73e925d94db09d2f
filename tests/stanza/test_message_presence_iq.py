"""The three stanzas: types, answers, and the stream that they belong to."""

from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.stanza import (
    ElementBase,
    Iq,
    IqError,
    IqTimeout,
    Message,
    Presence,
    PresenceError,
    StanzaBase,
    stanza_of,
)
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, parse_one
from tests.stanza.sample_stream import Stream, text

# -- making -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stanza", "xml"),
    [
        (Message(), "<message/>"),
        (Presence(), "<presence/>"),
        (Iq(), "<iq/>"),
        (
            Message(sto="a@b.c", sfrom="d@e.f/g", stype="chat", sid="1"),
            '<message type="chat" to="a@b.c" from="d@e.f/g" id="1"/>',
        ),
        (Message(Stream()), '<message id="id1"/>'),
        (Message(Stream(), sid="x"), '<message id="x"/>'),
        (Presence(Stream()), "<presence/>"),
        (Iq(Stream(), stype="get"), '<iq type="get" id="id1"/>'),
        (Iq(Stream(), xml=parse_one("<iq/>")), "<iq/>"),
        (Message(Stream(), recv=True), "<message/>"),
        (Presence(stype="dnd"), "<presence><show>dnd</show></presence>"),
        (Message(stype="chat").normal(), '<message type="normal"/>'),
        (Message().chat(), '<message type="chat"/>'),
        (Iq().error(), '<iq type="error"/>'),
    ],
)
def test_made(stanza: StanzaBase, xml: str) -> None:
    assert text(stanza) == xml


@pytest.mark.parametrize("kind", [Message, Presence, Iq])
def test_in_the_stream_of_a_component(kind: type[StanzaBase]) -> None:
    stream = Stream(NS_COMPONENT)
    stanza = kind(stream)
    assert stanza.namespace == NS_COMPONENT
    assert stanza.tag == f"{{{NS_COMPONENT}}}{kind.name}"
    late = kind()
    late["error"]["condition"] = "gone"
    late.stream = stream
    assert late.namespace == NS_COMPONENT
    assert [child.tag for child in late.xml] == [f"{{{NS_COMPONENT}}}error"]
    assert late["error"]["condition"] == "gone"
    late.stream = None
    assert late.namespace == NS_COMPONENT


def test_texts_and_errors_in_the_stream_of_a_component() -> None:
    xml = f'<message xmlns="{NS_COMPONENT}" type="error"><body>b</body><error type="wait"/></message>'
    message = stanza_of(parse_one(xml), NS_COMPONENT)
    assert isinstance(message, Message)
    assert (message.body, message["error"]["type"]) == ("b", "wait")
    message["body"] = "c"
    del message["error"]
    message["error"]["condition"] = "gone"
    assert {child.tag for child in message.xml} == {f"{{{NS_COMPONENT}}}body", f"{{{NS_COMPONENT}}}error"}
    assert message.match("message/error@type=cancel")
    assert message.loaded_plugins == {"error"}


def test_a_component_forwards_in_the_namespace_of_clients() -> None:
    class Forwarded(ElementBase):
        name = "forwarded"
        namespace = "urn:xmpp:forward:0"

    received = stanza_of(parse_one(f'<message xmlns="{NS_COMPONENT}"><body>b</body></message>'), NS_COMPONENT)
    forwarded = Forwarded()
    forwarded.append(received)
    assert forwarded[Message].body == "b"
    assert forwarded.xml[0].tag == f"{{{NS_CLIENT}}}message"


# -- types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "type_"),
    [
        ("<message/>", "normal"),
        ('<message type="chat"/>', "chat"),
        ('<message type="error"/>', "error"),
        ('<message type="telegram"/>', "normal"),
        ('<message type=""/>', "normal"),
        ("<presence/>", "available"),
        ('<presence type="unavailable"/>', "unavailable"),
        ('<presence type="subscribe"/>', "subscribe"),
        ("<presence><show>dnd</show></presence>", "dnd"),
        ("<presence><show>busy</show></presence>", "available"),
        ('<presence type="unavailable"><show>dnd</show></presence>', "unavailable"),
        ("<iq/>", ""),
        ('<iq type="get"/>', "get"),
        ("<other/>", ""),
        ('<other type="x"/>', "x"),
    ],
)
def test_types_read(xml: str, type_: str) -> None:
    assert stanza_of(parse_one(xml))["type"] == type_


@pytest.mark.parametrize(
    ("xml", "key"),
    [
        ('<presence type="sleeping"/>', "type"),
        ("<presence><show>busy</show></presence>", "show"),
        ("<presence><priority>high</priority></presence>", "priority"),
        ("<presence><priority>128</priority></presence>", "priority"),
        ("<presence><priority>-129</priority></presence>", "priority"),
        ("<presence><priority/></presence>", "priority"),
        ('<iq type="ask"/>', "type"),
        ('<message from="@"/>', "from"),
        ('<message to="a b@c"/>', "to"),
    ],
)
def test_wrong_on_the_wire(xml: str, key: str) -> None:
    stanza = stanza_of(parse_one(xml))
    with pytest.raises(BadStanza):
        stanza[key]


@pytest.mark.parametrize(
    ("stanza", "key", "value"),
    [
        (Message(), "type", "telegram"),
        (Message(), "type", 5),
        (Presence(), "type", "sleeping"),
        (Presence(), "show", "available"),
        (Presence(), "priority", 128),
        (Presence(), "priority", "high"),
        (Presence(), "priority", True),
        (Iq(), "type", "ask"),
        (Iq(), "to", "@"),
        (Iq(), "query", "bad\x00"),
        (Iq(), "query", "http://www.w3.org/2000/xmlns/"),
    ],
)
def test_wrong_in_code(stanza: StanzaBase, key: str, value: object) -> None:
    before = str(stanza)
    with pytest.raises((FieldValueError, InvalidJID)):
        stanza[key] = value
    assert str(stanza) == before


@pytest.mark.parametrize(
    ("steps", "xml"),
    [
        ([("type", "away")], "<presence><show>away</show></presence>"),
        ([("type", "away"), ("type", "available")], "<presence/>"),
        ([("type", "away"), ("type", "unavailable")], '<presence type="unavailable"/>'),
        ([("type", "unavailable"), ("type", "xa")], "<presence><show>xa</show></presence>"),
        ([("type", "subscribe"), ("type", None)], "<presence/>"),
        ([("show", "chat"), ("show", "")], "<presence/>"),
        ([("priority", -128)], "<presence><priority>-128</priority></presence>"),
        ([("priority", "5")], "<presence><priority>5</priority></presence>"),
        ([("priority", 0)], "<presence><priority>0</priority></presence>"),
        (
            [("status", "here"), ("status|de", "hier")],
            '<presence><status>here</status><status xml:lang="de">hier</status></presence>',
        ),
    ],
)
def test_presence_items(steps: list[tuple[str, object]], xml: str) -> None:
    presence = Presence()
    for key, value in steps:
        presence[key] = value
    assert text(presence) == xml


def test_message_items() -> None:
    message = Message(
        xml=parse_one(
            '<message type="groupchat" from="room@muc.example/Nick"><thread parent="p">t</thread></message>'
        )
    )
    assert (message["mucroom"], message["mucnick"]) == ("room@muc.example", "Nick")
    assert (message.thread, message.parent_thread) == ("t", "p")
    message["mucroom"] = message["mucnick"] = "ignored"
    del message["mucroom"], message["mucnick"]
    assert message.from_ == JID("room@muc.example/Nick")
    message["type"] = "chat"
    assert (message["mucroom"], message["mucnick"]) == ("", "")


def test_absent_addresses_are_the_empty_one() -> None:
    message = Message()
    assert message["to"] == message.to == JID("")
    assert message["from"].bare == ""
    message["to"] = "a@b.c"
    message["to"] = ""
    assert text(message) == "<message/>"


def test_query() -> None:
    iq = Iq()
    assert iq["query"] == ""
    iq["query"] = "urn:a"
    assert text(iq) == '<iq><query xmlns="urn:a"/></iq>'
    iq.xml[0].set("kept", "1")
    iq["query"] = "urn:a"
    assert text(iq) == '<iq><query xmlns="urn:a" kept="1"/></iq>'
    iq["query"] = "urn:b"
    assert iq["query"] == "urn:b"
    assert text(iq) == '<iq><query xmlns="urn:b"/></iq>'
    iq["query"] = ""
    assert text(iq) == "<iq/>"


def test_payload() -> None:
    iq = Iq(stype="set")
    element = Element("{urn:a}a")
    assert iq.set_payload(element) is iq
    element.set("late", "1")
    assert [child.tag for child in iq.get_payload()] == ["{urn:a}a"]
    assert iq.get_payload()[0].attrib == {}
    iq.set_payload([Element("{urn:b}b"), Element("{urn:c}c")])
    assert text(iq) == '<iq type="set"><b xmlns="urn:b"/><c xmlns="urn:c"/></iq>'
    iq.del_payload()
    assert text(iq) == '<iq type="set"/>'
    stanza = StanzaBase()
    stanza["payload"] = Element("{urn:b}b")
    assert [child.tag for child in stanza["payload"]] == ["{urn:b}b"]


# -- wrapping ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xml", "stream_ns", "kind", "name"),
    [
        ("<message/>", NS_CLIENT, Message, "message"),
        ("<presence/>", NS_CLIENT, Presence, "presence"),
        ("<iq/>", NS_CLIENT, Iq, "iq"),
        ("<other/>", NS_CLIENT, StanzaBase, "other"),
        ('<message xmlns="urn:x"/>', NS_CLIENT, StanzaBase, "message"),
        ('<r xmlns="urn:xmpp:sm:3"/>', NS_CLIENT, StanzaBase, "r"),
        (f'<message xmlns="{NS_COMPONENT}"/>', NS_CLIENT, StanzaBase, "message"),
        (f'<message xmlns="{NS_COMPONENT}"/>', NS_COMPONENT, Message, "message"),
        ("<message/>", NS_COMPONENT, StanzaBase, "message"),
        ("<message/>", "jabber:server", StanzaBase, "message"),
    ],
)
def test_stanza_of(xml: str, stream_ns: str, kind: type, name: str) -> None:
    element = parse_one(xml)
    stream = Stream(stream_ns)
    stanza = stanza_of(element, stream_ns, stream)
    assert type(stanza) is kind
    assert stanza.xml is element
    assert stanza.stream is stream
    assert (stanza.name, stanza.tag) == (name, element.tag)
    assert f"{{{stanza.namespace}}}{name}" == element.tag


@pytest.mark.parametrize(
    "xml",
    [
        '<message from="@" to="a b" type="&#9;" id=""><body/><error/></message>',
        '<iq type="?"/>',
        "<presence/>",
    ],
)
def test_wrapping_never_raises(xml: str) -> None:
    for stanza in (
        stanza_of(parse_one(xml)),
        StanzaBase.wrap(parse_one(xml)),
        Message(xml=parse_one(xml), recv=True),
    ):
        assert stanza.xml is not None


# -- exceptions made of stanzas ---------------------------------------------------------------------------

ERROR = (
    '<iq type="error"><error type="wait"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>'
    '<text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">why</text></error></iq>'
)


@pytest.mark.parametrize(
    ("xml", "facts"),
    [
        (ERROR, ("item-not-found", "why", "wait")),
        (ERROR.replace('"wait"', '"soon"'), ("item-not-found", "why", "cancel")),
        ('<iq type="error"/>', ("undefined-condition", "", "cancel")),
        ('<iq type="error"><error/></iq>', ("undefined-condition", "", "cancel")),
        (
            '<iq type="error"><error type="auth"><x xmlns="urn:x"/></error></iq>',
            ("undefined-condition", "", "auth"),
        ),
    ],
)
def test_errors_as_exceptions(xml: str, facts: tuple[str, str, str]) -> None:
    iq = Iq(xml=parse_one(xml))
    before = str(iq)
    error = IqError(iq)
    assert (error.condition, error.text, error.etype) == facts
    assert error.iq is iq
    assert isinstance(error, XMPPError)
    presence = Presence(xml=parse_one(xml.replace("iq", "presence")))
    other = PresenceError(presence)
    assert (other.condition, other.text, other.etype, other.presence) == (*facts, presence)
    assert str(iq) == before


def test_timeout_as_exception() -> None:
    iq = Iq(stype="get")
    error = IqTimeout(iq)
    assert (error.condition, error.etype, error.iq) == ("remote-server-timeout", "cancel", iq)
