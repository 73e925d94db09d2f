"""Several children of a kind: iterating, lists, and what programs do by hand."""

from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.stanza import Attr, ElementBase, register_stanza_plugin
from helixmpp.xml import parse_one


class Middle(ElementBase):
    name = "middle"
    namespace = "urn:middle"
    plugin_attrib = "middle"
    size = Attr(int)


class Outer(ElementBase):
    name = "outer"
    namespace = "urn:outer"
    plugin_attrib = "outer"


class Item(ElementBase):
    name = "item"
    namespace = "urn:item"
    plugin_attrib = "item"
    plugin_multi_attrib = "items"
    node = Attr(str)


register_stanza_plugin(Outer, Middle)
register_stanza_plugin(Outer, Item, iterable=True)

EMPTY = '<outer xmlns="urn:outer"/>'


# -- several of a kind ------------------------------------------------------------------------------------


def make_items(*nodes: str) -> Outer:
    outer = Outer()
    for node in nodes:
        item = Item()
        item.node = node
        outer.append(item)
    return outer


def test_iterating() -> None:
    outer = make_items("a", "b")
    outer["middle"]["size"] = 1
    assert [item["node"] for item in outer] == ["a", "b"]
    assert [item["node"] for item in outer["substanzas"]] == ["a", "b"]
    assert [item["node"] for item in outer.iterables] == ["a", "b"]
    assert [item["node"] for item in outer["items"]] == ["a", "b"]
    assert len(outer) == 2
    assert bool(Outer()) is True
    assert next(outer)["node"] == "a"
    assert outer.next()["node"] == "b"
    with pytest.raises(StopIteration):
        next(outer)


def test_pop_and_clear() -> None:
    outer = make_items("a", "b", "c")
    outer.xml.set("size", "3")
    assert outer.pop()["node"] == "a"
    assert outer.pop(1)["node"] == "c"
    assert [item["node"] for item in outer] == ["b"]
    with pytest.raises(IndexError):
        outer.pop(5)
    assert outer.clear() is outer
    assert str(outer) == '<outer xmlns="urn:outer" size="3"/>'
    assert list(outer) == []


def test_setting_and_deleting_the_list() -> None:
    outer = make_items("a", "b")
    kept = outer["items"][1]
    new = Item()
    new.node = "c"
    outer["items"] = [kept, new, kept]
    assert [item["node"] for item in outer] == ["b", "c", "b"]
    assert outer["items"][:2] == [kept, new]
    # The objects stay those of their elements; what stands twice is two elements.
    kept["node"] = "k"
    assert [item["node"] for item in outer] == ["k", "c", "b"]
    outer["substanzas"] = [new]
    assert [item["node"] for item in outer] == ["c"]
    with pytest.raises(FieldValueError):
        outer["items"] = [new, "x"]
    assert [item["node"] for item in outer] == ["c"]
    other = Item()
    with pytest.raises(FieldValueError):
        outer["items"] = [other, Element("bad name")]
    assert other.parent is None
    del outer["items"]
    assert str(outer) == EMPTY


def test_what_is_taken_out_can_be_put_elsewhere() -> None:
    one, other = make_items("a", "b"), Outer()
    item = one.pop()
    other.append(item)
    item["node"] = "moved"
    assert ([item["node"] for item in one], [item["node"] for item in other]) == (["b"], ["moved"])


def test_taking_out_as_programs_do() -> None:
    outer = make_items("a", "b", "c")
    for item in list(outer["substanzas"]):
        if item["node"] == "b":
            outer.iterables.remove(item)
            outer.xml.remove(item.xml)
    assert [item["node"] for item in outer] == ["a", "c"]


def test_what_is_added_by_hand_is_found() -> None:
    outer = make_items("a")
    assert len(outer) == 1
    outer.xml.append(Element("{urn:item}item", {"node": "b"}))
    assert [item["node"] for item in outer] == ["a", "b"]
    assert outer["item"]["node"] == "a"
    assert outer["item"] is outer["items"][0]


def test_ten_thousand_items() -> None:
    items = '<item xmlns="urn:item"/>' * 9_999
    outer = Outer(parse_one(f'<outer xmlns="urn:outer">{items}</outer>'))
    assert len(outer) == 9_999
    outer["items"] = [Item() for _ in range(9_999)]
    assert len(outer) == 9_999
    del outer["items"]
    assert len(outer.xml) == 0
