"""Answers to stanzas, unhandled ones, handlers that raise, and sending."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import StateError, XMPPError
from helixmpp.stanza import Iq, Message, Presence, StanzaBase, stanza_of
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, parse_one
from tests.stanza.sample_stream import Stream, is_sender, text


def test_the_stream_of_the_tests_is_a_sender() -> None:
    assert is_sender(Stream()).default_ns == NS_CLIENT


# -- answering --------------------------------------------------------------------------------------------

ASKED = 'from="a@b.c/d" to="me@example.org/x" id="7"'

REPLIES: list[tuple[str, str, str]] = [
    # received, answer of a client, answer of a component
    (
        f'<iq type="get" {ASKED} extra="1"><q xmlns="urn:q"/></iq>',
        '<iq id="7" type="result" to="a@b.c/d"/>',
        '<iq id="7" type="result" to="a@b.c/d" from="me@example.org/x"/>',
    ),
    ('<iq type="set" id="7"/>', '<iq id="7" type="result"/>', '<iq id="7" type="result"/>'),
    (
        f'<message type="chat" {ASKED}><body>b</body><thread parent="p">t</thread></message>',
        '<message type="chat" to="a@b.c/d" id="id1"><thread parent="p">t</thread></message>',
        '<message type="chat" to="a@b.c/d" from="me@example.org/x" id="id1"><thread parent="p">t</thread></message>',
    ),
    (
        f'<message type="groupchat" {ASKED}/>',
        '<message type="groupchat" to="a@b.c" id="id1"/>',
        '<message type="groupchat" to="a@b.c" from="me@example.org/x" id="id1"/>',
    ),
    (
        f'<message type="error" {ASKED}/>',
        '<message to="a@b.c/d" id="id1"/>',
        '<message to="a@b.c/d" from="me@example.org/x" id="id1"/>',
    ),
    (
        f'<presence type="subscribe" {ASKED}><status>s</status></presence>',
        '<presence id="7" type="subscribed" to="a@b.c/d"/>',
        '<presence id="7" type="subscribed" to="a@b.c/d" from="me@example.org/x"/>',
    ),
    (
        f'<presence type="unsubscribe" {ASKED}/>',
        '<presence id="7" type="unsubscribed" to="a@b.c/d"/>',
        '<presence id="7" type="unsubscribed" to="a@b.c/d" from="me@example.org/x"/>',
    ),
    (
        '<iq type="get" from="@bad@" to="me@example.org" id="7"/>',
        '<iq id="7" type="result" to="@bad@"/>',
        '<iq id="7" type="result" to="@bad@" from="me@example.org"/>',
    ),
]


@pytest.mark.parametrize(("received", "client", "component"), REPLIES)
def test_replies(received: str, client: str, component: str) -> None:
    for namespace, expected in ((NS_CLIENT, client), (NS_COMPONENT, component)):
        stream = Stream(namespace)
        stanza = stanza_of(parse_one(received, stream_ns=namespace), namespace, stream)
        before = str(stanza)
        answer = stanza.reply()
        assert text(answer) == expected
        assert answer.stream is stream
        assert type(answer) is type(stanza)
        assert str(stanza) == before


def test_a_reply_with_the_content_is_a_copy() -> None:
    iq = Iq(xml=parse_one(f'<iq type="get" {ASKED}><q xmlns="urn:q"><x/></q></iq>'))
    answer = iq.reply(clear=False)
    assert text(answer) == '<iq type="result" id="7" to="a@b.c/d"><q xmlns="urn:q"><x/></q></iq>'
    answer.xml[0].set("changed", "1")
    assert "changed" not in str(iq)


@pytest.mark.parametrize(
    ("arguments", "options", "xml"),
    [
        (("hello",), {}, "<message><thread>t</thread><body>hello</body></message>"),
        ((), {"body": "hello"}, "<message><thread>t</thread><body>hello</body></message>"),
        ((None,), {}, "<message><thread>t</thread></message>"),
        ((), {}, "<message><thread>t</thread></message>"),
        ((), {"clear": False}, "<message><body>b</body><thread>t</thread></message>"),
        ((False, "new"), {}, "<message><body>new</body><thread>t</thread></message>"),
    ],
)
def test_a_message_is_answered_with_a_body(arguments: Any, options: Any, xml: str) -> None:
    message = Message(xml=parse_one("<message><body>b</body><thread>t</thread></message>"))
    assert text(message.reply(*arguments, **options)) == xml


def test_results() -> None:
    iq = Iq(xml=parse_one('<iq type="get" id="7" from="a@b.c"/>'))
    assert (
        text(iq.result(Element("{urn:x}x"))) == '<iq id="7" type="result" to="a@b.c"><x xmlns="urn:x"/></iq>'
    )
    assert "item-not-found" in text(iq.error_reply(XMPPError("item-not-found")))
    assert iq.result().error_reply(XMPPError("item-not-found")) is None


@pytest.mark.parametrize(
    ("xml", "request_"),
    [
        ('<iq type="get"/>', True),
        ('<iq type="set"/>', True),
        ('<iq type="result"/>', False),
        ("<iq/>", False),
        ('<iq type="?"/>', False),
    ],
)
def test_is_request(xml: str, request_: bool) -> None:
    assert Iq(xml=parse_one(xml)).is_request is request_


UNHANDLED: list[tuple[str, str]] = [
    ('<iq type="get" id="7" from="a@b.c"/>', "service-unavailable"),
    ('<iq type="set" id="7" from="a@b.c"/>', "service-unavailable"),
    ('<iq type="result" id="7"/>', ""),
    ('<iq type="error" id="7"/>', ""),
    ("<message/>", ""),
    ("<presence/>", ""),
    ('<a xmlns="urn:xmpp:sm:3"/>', ""),
]


@pytest.mark.parametrize(
    ("xml", "condition"),
    [*UNHANDLED, ('<iq type="?" id="7"/>', "bad-request"), ('<iq id="7"/>', "bad-request")],
)
def test_unhandled(xml: str, condition: str) -> None:
    stream = Stream()
    stanza_of(parse_one(xml), NS_CLIENT, stream).unhandled()
    assert len(stream.sent) == bool(condition)
    assert condition in "".join(stream.sent)


@pytest.mark.parametrize(("xml", "condition"), [*UNHANDLED, ('<iq type="?" id="7"/>', "")])
@pytest.mark.parametrize(
    ("error", "asked"), [(XMPPError("forbidden"), "forbidden"), (KeyError("secret"), "internal-server-error")]
)
def test_a_handler_that_raises(xml: str, condition: str, error: Exception, asked: str) -> None:
    stream = Stream()
    stanza_of(parse_one(xml), NS_CLIENT, stream).exception(error)
    # Only a request is answered, and nothing is said about our own mistakes.
    assert len(stream.sent) == bool(condition)
    assert all(asked in sent and "secret" not in sent for sent in stream.sent)
    assert (error in stream.reported) == (not condition or isinstance(error, KeyError))


def test_a_handler_that_raises_without_a_stream(caplog: pytest.LogCaptureFixture) -> None:
    Message().exception(KeyError("lost?"))
    assert "lost?" in caplog.text
    Iq(stype="get").exception(XMPPError("forbidden", "nobody can be told"))
    assert "nobody can be told" in caplog.text


# -- sending ----------------------------------------------------------------------------------------------


async def test_sending() -> None:
    stream = Stream()
    sent: object = await Message(stream, sto="a@b.c").send()
    assert sent is None
    assert stream.sent == ['<message xmlns="jabber:client" to="a@b.c" id="id1"/>']


async def test_sending_a_request() -> None:
    stream = Stream()
    answers: list[Iq] = []
    answer = await Iq(stream, stype="get").send(answers.append, timeout=5, timeout_callback=answers.append)
    assert isinstance(answer, Iq)
    ((xml, timeout, callback, timeout_callback),) = stream.requests
    assert 'type="get"' in xml
    assert 'id="id1"' in xml
    assert (timeout, callback, timeout_callback) == (5, answers.append, answers.append)


async def test_sending_an_answer() -> None:
    stream = Stream()
    iq = Iq(stype="result")
    iq.stream = stream
    nothing: object = await iq.send()
    assert nothing is None
    assert 'id="id1"' in stream.sent[0]
    assert stream.requests == []


@pytest.mark.parametrize("stanza", [Message(), Presence(), Iq(stype="get"), Iq(stype="result"), StanzaBase()])
def test_sending_without_a_stream(stanza: StanzaBase) -> None:
    with pytest.raises(StateError, match="belongs to no client"):
        stanza.send()
