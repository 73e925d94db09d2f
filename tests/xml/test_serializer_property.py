"""``parse_one(serialize(x))`` is x, with one top-level element, for any tree; or ``ValueError``."""

from typing import Final
from xml.etree.ElementTree import Element

from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import ProtocolError
from helixmpp.xml import Limits, copy_element, parse_one, serialize
from tests.xml.trees import facts

WIDE: Final = Limits(max_attributes=1000)

NASTY = ["<", ">", "&", "'", '"', "]]>", "&lt;", "&#0;", "\r", "\r\n", "\n", "\t", " ", "<!--", "<?x?>", "{", "x" * 300,
         "\u0085", "\u2028", "\ufeff", "\ufffd", "\U0001f600", "xmlns", "stream:"]  # fmt: skip
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs"]).filter(
    lambda char: char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff")
)
TEXTS = st.lists(st.sampled_from(NASTY) | st.text(CHARACTERS, max_size=5), max_size=4).map("".join)

LOCALS = st.sampled_from(
    ["a", "b", "message", "xmlns", "xml", "ns0", "stream", "_", "a-b.c", "\u00e9", "\u6f22\u5b57", "A1"]
)
NAMESPACES = st.sampled_from(
    ["", "jabber:client", "jabber:component:accept", "http://etherx.jabber.org/streams", "u",
     "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns", " ", "{", "ns0", "a b", "&lt;"]
) | TEXTS.filter(lambda text: "}" not in text)  # fmt: skip


def clark(namespace: str, local: str) -> str:
    return f"{{{namespace}}}{local}" if namespace else local


NAMES = st.builds(clark, NAMESPACES, LOCALS)
ATTRIBUTES = st.dictionaries(NAMES.filter(lambda name: name != "xmlns"), TEXTS, max_size=4)


def build(tag: str, attrib: dict[str, str], text: str, children: list[tuple[Element, str]]) -> Element:
    element = Element(tag, attrib)
    element.text = text
    for child, tail in children:
        child.tail = tail
        element.append(child)
    return element


LEAVES = st.builds(build, NAMES, ATTRIBUTES, TEXTS, st.just([]))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(build, NAMES, ATTRIBUTES, TEXTS, st.lists(st.tuples(inner, TEXTS), max_size=3)),
    max_leaves=12,
)


@given(TREES, st.sampled_from(["jabber:client", "jabber:component:accept", "u", ""]))
def test_any_tree_survives(tree: Element, stream_ns: str) -> None:
    if stream_ns and tree.tag == "{http://etherx.jabber.org/streams}stream":
        tree.tag = "a"
    text = serialize(tree, stream_ns=stream_ns)
    again = parse_one(text, stream_ns=stream_ns, limits=WIDE)
    assert facts(again) == facts(tree)
    assert serialize(again, stream_ns=stream_ns) == text
    assert facts(copy_element(tree)) == facts(tree)


ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=8)


@given(tag=ANY_TEXT | NAMES, key=ANY_TEXT | NAMES, value=ANY_TEXT, text=ANY_TEXT, tail=ANY_TEXT)
def test_any_strings_survive_or_are_refused(tag: str, key: str, value: str, text: str, tail: str) -> None:
    child = build(tag, {key: value}, text, [])
    tree = build("a", {}, "", [(child, tail)])
    try:
        written = serialize(tree)
    except ValueError:
        return
    assert facts(parse_one(written)) == facts(tree)


@given(ANY_TEXT | TEXTS)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        element = parse_one(text)
    except ProtocolError:
        return
    assert facts(parse_one(serialize(element))) == facts(element)
