"""Members of stanzas that programs with classes of their own call, and which steps a path may have."""

from typing import Any, ClassVar
from xml.etree.ElementTree import SubElement

import pytest

from helixmpp.errors import AuthenticationFailed, XMPPError
from helixmpp.jid import JID
from helixmpp.stanza import (
    Attr,
    Choice,
    ElementBase,
    Flag,
    Message,
    Presence,
    StanzaBase,
    laid_out,
    register_stanza_plugin,
    unregister_stanza_plugin,
)
from helixmpp.xml import parse_one, serialize


class ByHand(ElementBase):
    name = "foo"
    namespace = "urn:foo"
    plugin_attrib = "by_hand"
    interfaces: ClassVar[set[str]] = {"attribute", "text", "flag", "made"}
    sub_interfaces: ClassVar[set[str]] = {"text"}
    bool_interfaces: ClassVar[set[str]] = {"flag"}

    def get_made(self) -> str:
        return "of nothing"


class Declared(ElementBase):
    name = "foo"
    namespace = "urn:foo"
    plugin_attrib = "declared"

    attribute = Attr(str)
    flag = Flag()
    color = Choice("red", "green")


def test_an_attribute_is_no_step_of_a_path() -> None:
    by_hand = ByHand()
    by_hand["attribute"], by_hand["text"], by_hand["flag"] = "a", "b", True
    found = {step: by_hand.match(f"foo/{step}") for step in ("attribute", "text", "flag", "made")}
    assert found == {"attribute": False, "text": True, "flag": True, "made": False}
    assert by_hand.match("foo@attribute=a")
    declared = Declared()
    declared.attribute, declared.flag, declared.color = "a", True, "red"
    found = {step: declared.match(f"foo/{step}") for step in ("attribute", "flag", "color")}
    assert found == {"attribute": False, "flag": True, "color": True}


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("<message type='chat' id='1' to='a@b.c'><body>x</body></message>", {"body"}),
        ("<message from='a@b.c/d' type='groupchat'><subject>x</subject></message>", {"subject"}),
    ],
)
def test_the_steps_of_a_message(text: str, steps: set[str]) -> None:
    message = Message(xml=parse_one(text))
    keys = ("type", "id", "to", "from", "body", "subject", "thread", "mucnick", "lang")
    assert {key for key in keys if message.match(f"message/{key}")} == steps


def test_the_steps_of_a_presence() -> None:
    presence = Presence(xml=parse_one("<presence type='unavailable'><show>away</show></presence>"))
    keys = ("type", "show", "status", "priority")
    assert {key for key in keys if presence.match(f"presence/{key}")} == {"show"}


def test_methods_under_their_old_names(capsys: pytest.CaptureFixture[str]) -> None:
    message: Any = Message(xml=parse_one("<message to='a@b.c' x='1'><body>a &lt; b</body></message>"))
    assert (message.get_toplevel_attr("to"), message.get_toplevel_attr("x")) == ("a@b.c", "1")
    assert (message.get_toplevel_attr("y"), message.get_toplevel_attr("y", "z")) == ("", "z")
    assert message._fix_ns("a/{urn:b}c/d") == "{jabber:client}a/{urn:b}c/{urn:b}d"
    assert message._fix_ns("a/b", split=True) == ["{jabber:client}a", "{jabber:client}b"]
    message.pretty_print()
    assert capsys.readouterr().out == (
        '<message xmlns="jabber:client" to="a@b.c" x="1">\n  <body>a &lt; b</body>\n</message>\n'
    )
    register_stanza_plugin(Message, ByHand)
    try:
        assert message._get_plugin("by_hand", check=True) is None
        assert isinstance(message._get_plugin("by_hand"), ByHand)
    finally:
        unregister_stanza_plugin(Message, ByHand)


def test_what_is_laid_out_is_a_copy_of_any_depth() -> None:
    xml = inner = parse_one("<a xmlns='urn:a'>text<b/> tail</a>")
    assert serialize(laid_out(xml)) == '<a xmlns="urn:a">text<b/> tail</a>'
    for _ in range(3000):
        inner = SubElement(inner, "{urn:a}c")
    assert serialize(laid_out(xml, "> ")).count("\n") > 3000
    assert StanzaBase(xml=xml).xml[-1].tail is None


def test_errors_and_addresses_under_their_old_names() -> None:
    failed = AuthenticationFailed("the password is wrong", condition="not-authorized")
    assert (failed["condition"], failed["text"], failed["other"]) == (
        "not-authorized",
        "the password is wrong",
        "",
    )
    assert XMPPError("forbidden", "no entry").format() == "forbidden (auth): no entry"
    assert XMPPError("forbidden").format() == "forbidden (auth)"
    assert JID("A@b.example/c").jid == "a@b.example/c"
