"""A stanza as a dictionary, as a copy, compared, as text."""

import copy
from typing import Any

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.stanza import (
    Attr,
    Child,
    Children,
    ChildText,
    ElementBase,
    Message,
    register_stanza_plugin,
    unregister_stanza_plugin,
)
from helixmpp.xml import parse_one, serialize


class Leaf(ElementBase):
    name = "leaf"
    namespace = "urn:t"
    plugin_attrib = "leaf"
    size = Attr(int)


class Own(ElementBase):
    name = "own"
    namespace = "urn:t"
    plugin_attrib = "own"
    size = Attr(int)


class Fruit(ElementBase):
    name = "fruit"
    namespace = "urn:t"
    plugin_attrib = "fruit"
    plugin_multi_attrib = "fruits"
    kind = Attr(str)


class Nut(ElementBase):
    name = "nut"
    namespace = "urn:t"
    plugin_attrib = "nut"
    weight = Attr(int)


class Tree(ElementBase):
    name = "tree"
    namespace = "urn:t"
    plugin_attrib = "tree"
    height = Attr(int)
    title = ChildText(lang=True)
    own = Child(Own)
    fruits = Children(Fruit)


register_stanza_plugin(Tree, Leaf)
register_stanza_plugin(Tree, Nut, iterable=True)

FULL = (
    '<tree xmlns="urn:t" height="3"><title>oak</title><title xml:lang="de">Eiche</title><leaf size="1"/><own size="2"/>'
    '<fruit kind="acorn"/><nut weight="4"/><fruit kind="gall"/></tree>'
)


def test_values() -> None:
    assert Tree(parse_one(FULL)).values == {
        "lang": "",
        "height": 3,
        "title": "oak",
        "title|de": "Eiche",
        "own": {"lang": "", "size": 2},
        "leaf": {"lang": "", "size": 1},
        "fruit": {"lang": "", "kind": "acorn"},
        "nut": {"lang": "", "weight": 4},
        "substanzas": [
            {"__childtag__": "{urn:t}fruit", "lang": "", "kind": "acorn"},
            {"__childtag__": "{urn:t}nut", "lang": "", "weight": 4},
            {"__childtag__": "{urn:t}fruit", "lang": "", "kind": "gall"},
        ],
    }


def test_values_and_back() -> None:
    tree = Tree(parse_one(FULL))
    built = Tree()
    built.values = tree.values
    assert built == tree
    assert built.values == tree.values
    assert Tree().set_stanza_values(tree.get_stanza_values()) == tree


@pytest.mark.parametrize(
    ("values", "xml"),
    [
        ({}, '<tree xmlns="urn:t"/>'),
        ({"height": 1, "unknown": "x"}, '<tree xmlns="urn:t" height="1"/>'),
        (
            {"lang": "de", "title|en": "oak"},
            '<tree xmlns="urn:t" xml:lang="de"><title xml:lang="en">oak</title></tree>',
        ),
        ({"leaf": {"size": 1}}, '<tree xmlns="urn:t"><leaf size="1"/></tree>'),
        ({"leaf": {}}, '<tree xmlns="urn:t"><leaf/></tree>'),
        (
            {"substanzas": [{"__childtag__": "{urn:t}nut", "weight": 1}]},
            '<tree xmlns="urn:t"><nut weight="1"/></tree>',
        ),
        ({"substanzas": [{"__childtag__": "{urn:t}unknown"}, {}]}, '<tree xmlns="urn:t"/>'),
        ({"title|*": {"de": "Eiche"}}, '<tree xmlns="urn:t"><title xml:lang="de">Eiche</title></tree>'),
    ],
)
def test_setting_values(values: dict[str, Any], xml: str) -> None:
    tree = Tree()
    tree.values = values
    assert str(tree) == xml


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(FieldValueError):
        Tree().values = {"height": "tall"}


def test_keys_and_plugins() -> None:
    tree = Tree(parse_one(FULL))
    assert set(tree.keys()) == {
        "height",
        "title",
        "own",
        "fruits",
        "leaf",
        "fruit",
        "nut",
        "lang",
        "substanzas",
    }
    assert set(Tree().keys()) == {"height", "title", "own", "fruits", "lang"}
    assert tree.loaded_plugins == {"leaf", "fruit", "nut"}
    assert tree.plugins["leaf", None] is tree["leaf"]
    assert ElementBase().plugins == {}


def test_a_copy_shares_nothing() -> None:
    tree = Tree(parse_one(FULL))
    for twin in (copy.copy(tree), copy.deepcopy(tree)):
        assert type(twin) is Tree
        assert twin == tree
        twin["leaf"]["size"] = 9
        twin.fruits[0].kind = "changed"
        assert str(tree) == FULL
        assert twin != tree


def test_a_copy_of_a_child_stands_nowhere() -> None:
    tree = Tree(parse_one(FULL))
    twin = copy.copy(tree["leaf"])
    assert twin.parent is None
    twin["size"] = 9
    assert str(tree) == FULL
    tree.append(twin)
    twin["size"] = 10
    assert [child.get("size") for child in tree.findall("{urn:t}leaf")] == ["1", "10"]


class Stream:
    default_ns = "jabber:client"
    boundjid = JID("")

    def new_id(self) -> str:
        return "1"


def test_a_copy_of_a_stanza_keeps_its_stream() -> None:
    stream: Any = Stream()
    message = Message(stream, sto="a@b.c")
    assert copy.copy(message).stream is stream
    assert copy.copy(message) == message


SAME = [
    ('<a xmlns="urn:t" b="1" c="2"/>', '<a c="2" b="1" xmlns="urn:t"/>'),
    ('<a xmlns="urn:t"><b/><c/></a>', '<a xmlns="urn:t"><c/><b/></a>'),
    ('<a xmlns="urn:t"></a>', '<x:a xmlns:x="urn:t"/>'),
]
DIFFERENT = [
    ('<a xmlns="urn:t"/>', '<a xmlns="urn:u"/>'),
    ('<a xmlns="urn:t"/>', '<b xmlns="urn:t"/>'),
    ('<a xmlns="urn:t"/>', '<a xmlns="urn:t" b="1"/>'),
    ('<a xmlns="urn:t">x</a>', '<a xmlns="urn:t">y</a>'),
    ('<a xmlns="urn:t"><b/></a>', '<a xmlns="urn:t"><b/><b/></a>'),
    ('<a xmlns="urn:t"><b>1</b><b>2</b></a>', '<a xmlns="urn:t"><b>2</b><b>1</b></a>'),
    ('<a xmlns="urn:t"><b><c d="1"/></b></a>', '<a xmlns="urn:t"><b><c d="2"/></b></a>'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal(one: str, other: str) -> None:
    assert ElementBase(parse_one(one)) == ElementBase(parse_one(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_not_equal(one: str, other: str) -> None:
    assert ElementBase(parse_one(one)) != ElementBase(parse_one(other))


def test_equal_to_nothing_else() -> None:
    assert Tree() != "tree"
    assert Tree() != Tree().xml
    with pytest.raises(TypeError):
        hash(Tree())


def test_text() -> None:
    tree = Tree(parse_one(FULL))
    assert str(tree) == FULL
    assert serialize(parse_one(str(tree))) == serialize(tree.xml)
    assert repr(tree) == "<Tree {urn:t}tree, 7 children>"
    tree.xml.set("bad", "\x00")
    with pytest.raises(ValueError, match="forbids"):
        str(tree)
    assert repr(tree)


def test_children_by_language() -> None:
    class Html(ElementBase):
        name = "html"
        namespace = "urn:html"
        plugin_attrib = "test_html"
        body = ChildText()

    register_stanza_plugin(Message, Html)
    try:
        message = Message()
        message["lang"] = "en"
        message["test_html"]["body"] = "hello"
        message["test_html|de"]["body"] = "hallo"
        assert message["test_html|en"]["body"] == "hello"
        assert message["test_html|de"] is message["test_html|de"]
        assert message["test_html"]["body"] == "hello"
        assert [child["body"] for child in message["test_html|*"]] == ["hello", "hallo"]
        assert message.values["test_html|de"]["body"] == "hallo"
        del message["test_html|de"]
        assert [child["lang"] for child in message["test_html|*"]] == ["en"]
        del message["test_html|*"]
        assert len(message.xml) == 0
    finally:
        unregister_stanza_plugin(Message, Html)
