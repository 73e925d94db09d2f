"""What the checkers know: mypy and pyright read this file, and each line fails there if a type is lost."""

import datetime as dt
from collections.abc import Awaitable
from enum import Enum
from typing import Any, Literal, assert_type
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.stanza import (
    Attr,
    Child,
    ChildAttr,
    Children,
    ChildText,
    Choice,
    ElementBase,
    Error,
    Flag,
    Iq,
    Message,
    OneOf,
    Presence,
    Raw,
    Roster,
    RosterItem,
    StanzaBase,
    Text,
    Texts,
    make_error_reply,
    one_of,
    stanza_of,
)
from helixmpp.xml import parse_one

When = Literal["always", "never"]
WHEN: OneOf[When] = one_of("always", "never")


class State(Enum):
    ON = "on"
    OFF = "off"


class Reversed:
    def parse(self, text: str) -> tuple[str, ...]:
        return tuple(reversed(text))

    def format(self, value: tuple[str, ...]) -> str:
        return "".join(reversed(value))


class Leaf(ElementBase):
    name = "leaf"
    namespace = "urn:typed"
    plugin_attrib = "leaf"
    size = Attr(int)


class Tree(ElementBase):
    name = "tree"
    namespace = "urn:typed"
    plugin_attrib = "tree"

    a_text = Attr()
    a_str = Attr(str, "a-str")
    a_str_or_none = Attr(str, default=None)
    a_str_needed = Attr(str, required=True)
    a_int = Attr(int)
    a_int_zero = Attr(int, default=0)
    a_int_needed = Attr(int, required=True)
    a_bool = Attr(bool, default=False)
    a_float = Attr(float)
    a_jid = Attr(JID)
    a_jid_empty = Attr(JID, default=JID(""))
    a_jid_needed = Attr(JID, required=True)
    a_moment = Attr(dt.datetime)
    a_date = Attr(dt.date)
    a_enum = Attr(State)
    a_word = Attr(WHEN)
    a_word_default = Attr(WHEN, default="never")
    a_own = Attr(Reversed())
    own_text = Text(bytes, default=b"")
    own_int = Text(int)
    child_text = ChildText()
    child_int = ChildText(int)
    child_lang = ChildText(lang=True)
    child_jid = ChildText(JID)
    flag = Flag()
    choice = Choice("a", "b")
    choice_enum = Choice(State)
    choice_enum_default = Choice(State, default=State.ON)
    choice_word = Choice(WHEN)
    child_attr = ChildAttr(int, "status", "code")
    child_attr_text = ChildAttr(str, "status", "why")
    leaf = Child(Leaf)
    leaf_or_none = Child(Leaf, optional=True)
    leaves = Children(Leaf)
    groups = Texts(str, "group")
    jids = Texts(JID, "jid")
    payload = Raw()
    payloads = Raw(many=True)


FULL = parse_one('<tree xmlns="urn:typed" a-str-needed="x" a-int-needed="1" a-jid-needed="a@b.c"/>')


def test_what_fields_are_read_as() -> None:
    tree = Tree(FULL)
    assert_type(tree.a_text, str)
    assert_type(tree.a_str, str)
    assert_type(tree.a_str_or_none, str | None)
    assert_type(tree.a_str_needed, str)
    assert_type(tree.a_int, int | None)
    assert_type(tree.a_int_zero, int)
    assert_type(tree.a_int_needed, int)
    assert_type(tree.a_bool, bool)
    assert_type(tree.a_float, float | None)
    assert_type(tree.a_jid, JID | None)
    assert_type(tree.a_jid_empty, JID)
    assert_type(tree.a_jid_needed, JID)
    assert_type(tree.a_moment, dt.datetime | None)
    assert_type(tree.a_date, dt.date | None)
    assert_type(tree.a_enum, State | None)
    assert_type(tree.a_word, When | None)
    assert_type(tree.a_word_default, When)
    assert_type(tree.a_own, tuple[str, ...] | None)
    assert_type(tree.own_text, bytes)
    assert_type(tree.own_int, int | None)
    assert_type(tree.child_text, str)
    assert_type(tree.child_int, int | None)
    assert_type(tree.child_lang, str)
    assert_type(tree.child_jid, JID | None)
    assert_type(tree.flag, bool)
    assert_type(tree.choice, str)
    assert_type(tree.choice_enum, State | None)
    assert_type(tree.choice_enum_default, State)
    assert_type(tree.choice_word, When | None)
    assert_type(tree.child_attr, int | None)
    assert_type(tree.child_attr_text, str)
    assert_type(tree.leaf, Leaf)
    assert_type(tree.leaf_or_none, Leaf | None)
    assert_type(tree.leaves, list[Leaf])
    assert_type(tree.groups, list[str])
    assert_type(tree.jids, list[JID])
    assert_type(tree.payload, Element | None)
    assert_type(tree.payloads, list[Element])


def test_what_fields_take() -> None:
    tree = Tree()
    tree.a_int = 5
    tree.a_int = None
    tree.a_int_zero = None
    tree.a_jid = "a@b.c"
    tree.a_jid = JID("a@b.c")
    tree.a_jid_needed = "a@b.c"
    tree.a_word = "always"
    tree.choice_enum = State.OFF
    tree.choice_word = "never"
    tree.leaf = Leaf()
    tree.leaf = Element("{urn:typed}leaf")
    tree.leaves = (Leaf() for _ in range(2))
    tree.jids = ["a@b.c", JID("d@e.f")]
    tree.payload = Leaf()
    tree.payloads = [Element("{urn:x}x")]
    assert tree.a_int is None
    assert tree.a_jid == "a@b.c"
    assert tree.jids == ["a@b.c", "d@e.f"]


def test_children_by_class() -> None:
    message = Message()
    assert_type(message[Error], Error)
    assert_type(message.get(Error), Error | None)
    assert_type(message.get(Error, 5), Error | int)
    assert_type(message["body"], Any)
    assert_type(message[Error].text, str)
    assert_type(Iq()[Roster].entries, list[RosterItem])
    assert_type(message.find("x"), Element | None)


def test_stanzas() -> None:
    message, presence, iq = Message(), Presence(), Iq()
    assert_type(message.to, JID)
    assert_type(message.from_, JID)
    assert_type(message.id, str)
    assert_type(message.body, str)
    assert_type(message.type, Literal["chat", "error", "groupchat", "headline", "normal"])
    assert_type(presence.show, Literal["away", "chat", "dnd", "xa", ""])
    assert_type(presence.priority, int)
    assert_type(iq.type, Literal["error", "get", "result", "set", ""])
    assert_type(message.reply("x"), Message)
    assert_type(iq.reply(), Iq)
    assert_type(iq.result(), Iq)
    assert_type(stanza_of(message.xml), StanzaBase)
    assert_type(Message.body.read(message, "de"), str)
    assert_type(Message.body.all(message), dict[str, str])
    message.to = "a@b.c"
    assert make_error_reply is not None
    if iq.stream is not None:
        assert_type(iq.send(), Awaitable[Iq])
