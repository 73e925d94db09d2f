"""Copies of trees."""

from xml.etree.ElementTree import XML, Comment, Element, SubElement, tostring

import pytest

from helixmpp.xml import copy_element
from tests.xml.trees import deep, facts

TREES = [
    "<a/>",
    "<a b='c'>d</a>",
    "<a>1<b>2<c d='e'>3</c>4</b>5<f/>6</a>",
    "<a xmlns='u' xmlns:p='v' p:b='c'><p:d/></a>",
]


@pytest.mark.parametrize("text", TREES)
def test_a_copy_says_the_same_and_shares_nothing(text: str) -> None:
    element = XML(text)
    copied = copy_element(element)
    assert facts(copied) == facts(element)
    assert {id(each) for each in copied.iter()}.isdisjoint(id(each) for each in element.iter())
    before = facts(element)
    for each in copied.iter():
        each.set("changed", "1")
        each.text = each.tail = "changed"
    SubElement(copied, "new")
    assert facts(element) == before


def test_the_tail_of_the_element_is_not_copied() -> None:
    parent = XML("<a><b/>tail</a>")
    assert copy_element(parent[0]).tail is None
    assert parent[0].tail == "tail"


def test_what_is_no_element_is_copied_too() -> None:
    parent = XML("<a/>")
    parent.append(Comment("x"))
    copied = copy_element(parent)
    assert copied[0].text == "x"
    assert tostring(copied) == tostring(parent) == b"<a><!--x--></a>"


def test_the_depth_does_not_matter() -> None:
    element = deep(50_000)
    copied = copy_element(element)
    assert facts(copied) == facts(element)
    assert len(facts(copied)) == 50_000


def test_an_element_within_itself_is_refused() -> None:
    outer = Element("a")
    inner = SubElement(outer, "b")
    SubElement(outer, "c")
    inner.append(outer)
    with pytest.raises(ValueError, match="contains itself"):
        copy_element(outer)
