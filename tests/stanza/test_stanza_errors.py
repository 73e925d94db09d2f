"""``<error/>``: read, built, and as the answer to a stanza (RFC 6120 section 8.3)."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import DEFAULT_ERROR_TYPES, FieldValueError, InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.stanza import Error, Iq, Message, Presence, StanzaBase, StreamError, make_error_reply, stanza_of
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, parse_one

E = 'xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"'


@pytest.mark.parametrize(("condition", "etype"), DEFAULT_ERROR_TYPES.items())
@pytest.mark.parametrize("kind", [Message, Presence, Iq])
def test_every_condition(kind: type[StanzaBase], condition: str, etype: str) -> None:
    stanza = kind()
    stanza["error"]["condition"] = condition
    assert str(stanza) == (
        f'<{kind.name} xmlns="jabber:client" type="error">'
        f'<error type="{etype}"><{condition} {E}/></error></{kind.name}>'
    )
    assert stanza_of(parse_one(str(stanza)))["error"]["condition"] == condition


def test_all_parts() -> None:
    iq = Iq(
        xml=parse_one(
            f'<iq type="error"><error type="modify" code="302" by="muc.example"><redirect {E}>xmpp:b@c</redirect>'
            f'<text {E} xml:lang="en">moved</text><x xmlns="urn:app">1</x></error></iq>'
        )
    )
    error = iq[Error]
    assert error is iq["error"]
    assert (error.type, error.code, error.by) == ("modify", "302", JID("muc.example"))
    assert (error.condition, error.redirect, error.gone) == ("redirect", "xmpp:b@c", "")
    assert (error.text, error["text|en"]) == ("moved", "moved")
    assert error.application_condition is not None
    assert error.application_condition.tag == "{urn:app}x"
    built = Iq()
    built["error"]["condition"] = "redirect"
    built["error"]["redirect"] = "xmpp:b@c"
    built["error"]["code"] = "302"
    built["error"]["by"] = "muc.example"
    built["error"]["text|en"] = "moved"
    built[Error].application_condition = parse_one('<x xmlns="urn:app">1</x>')
    assert built == iq


def test_absent_parts() -> None:
    iq = Iq()
    error = iq[Error]
    assert (error.type, error.condition, error.text, error.code, error.gone) == ("", "", "", "", "")
    assert error.by == JID("")
    assert error.application_condition is None
    assert str(iq) == '<iq xmlns="jabber:client"/>'


@pytest.mark.parametrize(
    ("steps", "type_", "condition"),
    [
        ([("text", "x")], "cancel", "feature-not-implemented"),
        ([("type", "wait")], "wait", "feature-not-implemented"),
        ([("type", "wait"), ("condition", "conflict")], "wait", "conflict"),
        ([("condition", "bad-request")], "modify", "bad-request"),
        ([("condition", "bad-request"), ("condition", "gone")], "modify", "gone"),
        ([("gone", "xmpp:x")], "cancel", "gone"),
        ([("redirect", "xmpp:x")], "modify", "redirect"),
    ],
)
def test_an_error_is_always_complete(steps: list[tuple[str, str]], type_: str, condition: str) -> None:
    iq = Iq(stype="get")
    for key, value in steps:
        iq["error"][key] = value
    assert (iq["type"], iq["error"]["type"], iq["error"]["condition"]) == ("error", type_, condition)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("condition", "teapot"),
        ("condition", 5),
        ("type", "soon"),
        ("by", "@"),
        ("text", "\x00"),
        ("gone", 5),
        ("gone", "\x00"),
    ],
)
def test_wrong_parts(key: str, value: object) -> None:
    iq = Iq(stype="get")
    with pytest.raises((FieldValueError, InvalidJID)):
        iq["error"][key] = value
    assert str(iq) == '<iq xmlns="jabber:client" type="get"/>'


def test_a_condition_that_is_not_defined_is_ignored() -> None:
    error = Error(parse_one(f"<error><teapot {E}/></error>"))
    assert error.condition == ""


# -- answers ----------------------------------------------------------------------------------------------

FULL = XMPPError(
    "item-not-found",
    "no such <thing>",
    extension="x",
    extension_ns="urn:x",
    extension_args={"a": "1"},
    by=JID("c.d"),
)
ANSWERS: list[tuple[str, XMPPError, str]] = [
    (
        '<iq type="get" id="7" from="a@b.c/d" to="e@f.g"><q xmlns="urn:q"/></iq>',
        XMPPError("item-not-found"),
        f'<iq id="7" type="error" to="a@b.c/d"><error type="cancel"><item-not-found {E}/></error></iq>',
    ),
    (
        '<iq type="set" id="7" from="a@b.c/d"><q xmlns="urn:q"/></iq>',
        XMPPError("forbidden", clear=False),
        f'<iq type="error" id="7" to="a@b.c/d"><q xmlns="urn:q"/><error type="auth"><forbidden {E}/></error></iq>',
    ),
    (
        '<iq type="get" id="7"/>',
        FULL,
        f'<iq id="7" type="error"><error type="cancel" by="c.d"><item-not-found {E}/>'
        f'<text {E}>no such &lt;thing&gt;</text><x xmlns="urn:x" a="1"/></error></iq>',
    ),
    (
        '<iq type="?" id="7"/>',
        XMPPError("bad-request"),
        f'<iq id="7" type="error"><error type="modify"><bad-request {E}/></error></iq>',
    ),
    (
        '<message type="groupchat" id="7" from="r@m/n"/>',
        XMPPError("gone"),
        f'<message id="7" type="error" to="r@m/n"><error type="cancel"><gone {E}/></error></message>',
    ),
    (
        '<presence id="7" from="r@m/n"/>',
        XMPPError("conflict"),
        f'<presence id="7" to="r@m/n" type="error"><error type="cancel"><conflict {E}/></error></presence>',
    ),
    # What cannot be sent is left out, so that there is always an answer.
    (
        '<iq type="get" id="7" from="@"/>',
        XMPPError("teapot", "\x00", "soon", "bad name", "urn:x", by="@"),
        f'<iq id="7" type="error" to="@"><error type="cancel"><undefined-condition {E}/></error></iq>',
    ),
    (
        '<iq type="get" id="7"/>',
        XMPPError(
            "conflict",
            extension="x",
            extension_ns="urn:x",
            extension_args={"ok": "1", "a b": "2", "c": "\x00"},
        ),
        f'<iq id="7" type="error"><error type="cancel"><conflict {E}/><x xmlns="urn:x" ok="1"/></error></iq>',
    ),
]


@pytest.mark.parametrize(("received", "error", "answer"), ANSWERS)
def test_answers(received: str, error: XMPPError, answer: str) -> None:
    stanza = stanza_of(parse_one(received))
    before = str(stanza)
    reply = make_error_reply(stanza, error)
    assert str(reply).replace(' xmlns="jabber:client"', "") == answer
    assert str(stanza) == before
    # A component answers in the namespace of its stream.
    other = make_error_reply(stanza_of(parse_one(received, stream_ns=NS_COMPONENT), NS_COMPONENT), error)
    assert other is not None
    assert {child.tag for child in other.xml if child.tag.endswith("error")} == {f"{{{NS_COMPONENT}}}error"}


@pytest.mark.parametrize("type_", ["error", "result"])
@pytest.mark.parametrize("name", ["iq", "message", "presence"])
def test_an_error_or_result_is_never_answered(name: str, type_: str) -> None:
    stanza = stanza_of(Element(f"{{{NS_CLIENT}}}{name}", {"type": type_, "id": "7", "from": "a@b.c"}))
    assert make_error_reply(stanza, XMPPError("conflict")) is None


@pytest.mark.parametrize("error", [XMPPError(), XMPPError(text="x" * 5000), FULL, XMPPError(extension="x")])
def test_the_answer_says_what_was_raised(error: XMPPError) -> None:
    reply = make_error_reply(Iq(stype="get", sid="1"), error)
    assert reply is not None
    read = reply["error"]
    assert (read["condition"], read["type"], read["text"]) == (error.condition, error.etype, error.text)


# -- the error of a stream --------------------------------------------------------------------------------


def test_stream_error() -> None:
    s = 'xmlns="urn:ietf:params:xml:ns:xmpp-streams"'
    xml = f"<stream:error><see-other-host {s}>b.c:5222</see-other-host><text {s}>moved</text></stream:error>"
    error = StreamError(xml=parse_one(xml))
    assert (error.condition, error.text, error.see_other_host) == ("see-other-host", "moved", "b.c:5222")
    built: Any = StreamError()
    built["see_other_host"] = "b.c:5222"
    built["text"] = "moved"
    assert built == error
    built["condition"] = "conflict"
    assert built["see_other_host"] == ""
    with pytest.raises(FieldValueError):
        built["condition"] = "teapot"
