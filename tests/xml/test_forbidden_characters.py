"""Characters that XML 1.0 forbids are refused at the call, wherever they stand."""

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

import pytest

from helixmpp.xml import (
    check_name,
    check_text,
    escape_attribute,
    escape_text,
    parse_one,
    serialize,
    stream_header,
)

FORBIDDEN = [chr(code) for code in (*range(9), 0xB, 0xC, *range(0xE, 0x20))] + [
    "\ud800", "\udbff", "\udc00", "\udfff", "\ufffe", "\uffff",
]  # fmt: skip
ALLOWED = ["\t", "\n", "\r", " ", "\x7f", "\x80", "\x9f", "\ud7ff", "\ue000", "\ufdd0", "\ufffd", "\U00010000",
           "\U0001fffe", "\U0010ffff"]  # fmt: skip


def in_text(text: str) -> Element:
    element = Element("a")
    element.text = text
    return element


def in_tail(text: str) -> Element:
    element = Element("a")
    SubElement(element, "b").tail = text
    return element


PLACES: dict[str, Callable[[str], Element]] = {
    "text": in_text,
    "tail": in_tail,
    "attribute": lambda text: Element("a", {"b": text}),
    "xml:lang": lambda text: Element("a", {"{http://www.w3.org/XML/1998/namespace}lang": text}),
    "namespace": lambda text: Element(f"{{u{text}}}a"),
    "namespace of an attribute": lambda text: Element("a", {f"{{u{text}}}b": ""}),
}
NAME_PLACES: dict[str, Callable[[str], Element]] = {
    "name": lambda text: Element(f"a{text}"),
    "name of an attribute": lambda text: Element("a", {f"b{text}": ""}),
}


@pytest.mark.parametrize("place", [*PLACES, *NAME_PLACES])
@pytest.mark.parametrize("char", FORBIDDEN, ids=ascii)
def test_refused(char: str, place: str) -> None:
    make = {**PLACES, **NAME_PLACES}[place]
    for text in (char, f"x{char}", f"{char}x", f"<x>{char}\r"):
        with pytest.raises(ValueError) as caught:
            serialize(make(text))
        assert char not in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("char", ALLOWED, ids=ascii)
def test_allowed(char: str, place: str) -> None:
    element = PLACES[place](f"x{char}y")
    again = parse_one(serialize(element))
    assert [(each.tag, each.items(), each.text, each.tail) for each in again.iter()] == [
        (each.tag, each.items(), each.text, each.tail) for each in element.iter()
    ]


@pytest.mark.parametrize("char", FORBIDDEN, ids=ascii)
def test_functions_for_texts_and_names(char: str) -> None:
    for function in (check_text, escape_text, escape_attribute):
        with pytest.raises(ValueError, match=rf"U\+{ord(char):04X} \(at position 2\)"):
            function(f"a<{char}b")
    for name in (f"a{char}", f"{{u{char}}}a", f"{{u}}{char}"):
        with pytest.raises(ValueError):
            check_name(name)
    for values in (
        {"to": char},
        {"to": "", "from_": char},
        {"to": "", "lang": char},
        {"to": "", "id_": char},
        {"to": "", "version": char},
        {"to": "", "stream_ns": char},
    ):
        with pytest.raises(ValueError):
            stream_header(**values)


@pytest.mark.parametrize("char", ALLOWED, ids=ascii)
def test_functions_give_back_what_is_allowed(char: str) -> None:
    assert check_text(f"a{char}b") == f"a{char}b"


@pytest.mark.parametrize(
    "name", ["a", "{u}a", "{jabber:client}message", "{ }a", "{{}a", "\u00e9", "_-.1", "a\u0301"]
)
def test_good_names(name: str) -> None:
    assert check_name(name) == name
