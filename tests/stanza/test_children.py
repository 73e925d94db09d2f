"""Children: a read never changes the XML, the first write puts them in, what is another's is copied."""

import copy
import gc
import weakref
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.stanza import (
    Attr,
    ElementBase,
    Iq,
    Message,
    Text,
    register_stanza_plugin,
)
from helixmpp.xml import parse_one, serialize


class Inner(ElementBase):
    name = "inner"
    namespace = "urn:inner"
    plugin_attrib = "inner"
    size = Attr(int)
    text = Text()


class Middle(ElementBase):
    name = "middle"
    namespace = "urn:middle"
    plugin_attrib = "middle"
    size = Attr(int)


class Outer(ElementBase):
    name = "outer"
    namespace = "urn:outer"
    plugin_attrib = "outer"
    size = Attr(int)


class Item(ElementBase):
    name = "item"
    namespace = "urn:item"
    plugin_attrib = "item"
    plugin_multi_attrib = "items"
    node = Attr(str)


class Prefilled(ElementBase):
    name = "form"
    namespace = "urn:form"
    plugin_attrib = "form"
    type = Attr(str)

    def setup(self, xml: Element | None = None) -> bool:
        made = super().setup(xml)
        if made:
            self["type"] = "form"
        return made


class Nested(ElementBase):
    name = "a/b"
    namespace = "urn:nested"
    plugin_attrib = "nested"
    size = Attr(int)


register_stanza_plugin(Middle, Inner)
register_stanza_plugin(Outer, Middle)
register_stanza_plugin(Outer, Item, iterable=True)
register_stanza_plugin(Outer, Prefilled)
register_stanza_plugin(Outer, Nested)

EMPTY = '<outer xmlns="urn:outer"/>'


def test_reading_changes_nothing() -> None:
    outer = Outer()
    before = str(outer)
    middle = outer["middle"]
    assert middle["size"] is None
    assert middle["inner"]["size"] is None
    assert middle["inner"]["text"] == ""
    assert outer["form"]["type"] == "form"
    assert outer["nested"]["size"] is None
    assert outer[Middle] is middle
    assert outer.get_plugin("middle") is middle
    assert "middle" not in outer
    assert Middle not in outer
    assert outer.get(Middle) is None
    assert outer.get("item") is not None
    assert outer["items"] == []
    assert len(outer) == 0
    assert list(outer) == []
    assert outer.match("outer/middle") is False
    assert repr(outer)
    assert copy.copy(outer) == outer
    assert str(outer) == before == EMPTY
    assert outer.values.keys() >= {"size", "lang"}


def test_the_same_object_each_time() -> None:
    outer = Outer()
    middle = outer["middle"]
    assert outer["middle"] is middle
    middle["size"] = 1
    assert outer["middle"] is middle
    assert outer[Middle] is middle
    assert outer.get(Middle) is middle


def test_the_first_write_puts_it_in() -> None:
    outer = Outer()
    outer["middle"]["size"] = 1
    assert str(outer) == '<outer xmlns="urn:outer"><middle xmlns="urn:middle" size="1"/></outer>'
    outer["middle"]["size"] = 2
    assert str(outer) == '<outer xmlns="urn:outer"><middle xmlns="urn:middle" size="2"/></outer>'


def test_the_whole_line_is_put_in() -> None:
    outer = Outer()
    inner = outer["middle"]["inner"]
    inner["size"] = 1
    middle = '<middle xmlns="urn:middle"><inner xmlns="urn:inner" size="1"/></middle>'
    assert str(outer) == f'<outer xmlns="urn:outer">{middle}</outer>'
    assert outer["middle"]["inner"] is inner


@pytest.mark.parametrize("by", ["attribute", "item", "method", "lang", "values"])
def test_every_way_to_write_puts_it_in(by: str) -> None:
    outer = Outer()
    middle = outer[Middle]
    match by:
        case "attribute":
            middle.size = 1
        case "item":
            middle["size"] = 1
        case "method":
            getattr(middle, "set_size")(1)  # noqa: B009 - written by the field, so that no checker knows it
        case "lang":
            middle["lang"] = "de"
        case _:
            middle.values = {"size": 1}
    assert len(outer.xml) == 1
    assert outer.xml[0] is middle.xml


def test_deleting_what_is_not_there_puts_nothing_in() -> None:
    outer = Outer()
    middle = outer["middle"]
    del middle["size"]
    middle["size"] = None
    del middle["inner"]
    del outer["middle"]
    del outer["items"]
    assert str(outer) == EMPTY


def test_a_failed_write_puts_nothing_in() -> None:
    outer = Outer()
    with pytest.raises(FieldValueError):
        outer["middle"]["size"] = "x"
    assert str(outer) == EMPTY


@pytest.mark.parametrize("change", ["attribute", "child", "text"])
@pytest.mark.parametrize("look", ["str", "in", "get", "xml"])
def test_changed_by_hand_it_is_put_in_when_the_parent_is_looked_at(change: str, look: str) -> None:
    outer = Outer()
    middle = outer["middle"]
    match change:
        case "attribute":
            middle.xml.set("by", "hand")
        case "child":
            middle.xml.append(Element("{urn:x}x"))
        case _:
            middle.xml.text = "by hand"
    match look:
        case "str":
            assert "middle" in str(outer)
        case "in":
            assert "middle" in outer
        case "get":
            assert outer.get(Middle) is middle
        case _:
            assert len(outer.xml) == 1
    assert outer.xml[0] is middle.xml
    assert outer["middle"] is middle


def test_a_grandchild_changed_by_hand_brings_the_line_in() -> None:
    outer = Outer()
    SubElement(outer["middle"]["inner"].xml, "{urn:x}x")
    assert outer.xml.find("{urn:middle}middle/{urn:inner}inner/{urn:x}x") is not None


def test_what_setup_prepares_is_no_change() -> None:
    outer = Outer()
    form = outer["form"]
    assert str(outer) == EMPTY
    form.xml.append(Element("{urn:x}x"))
    assert (
        str(outer)
        == '<outer xmlns="urn:outer"><form xmlns="urn:form" type="form"><x xmlns="urn:x"/></form></outer>'
    )


def test_a_change_deep_in_what_setup_prepared() -> None:
    outer = Outer()
    nested = outer["nested"]
    assert str(outer) == EMPTY
    nested.xml[0].text = "deep"
    assert str(outer) == '<outer xmlns="urn:outer"><a xmlns="urn:nested"><b>deep</b></a></outer>'


def test_enable_puts_it_in_empty() -> None:
    outer = Outer()
    middle = outer.enable("middle")
    assert str(outer) == '<outer xmlns="urn:outer"><middle xmlns="urn:middle"/></outer>'
    assert outer.enable("middle") is middle
    assert outer["middle"] is middle
    assert len(outer.xml) == 1
    with pytest.raises(KeyError):
        outer.enable("nothing")


def test_init_plugin() -> None:
    outer = Outer()
    first = outer.init_plugin("item")
    second = outer.init_plugin("item", reuse=False)
    assert first is not second
    assert outer["items"] == [first, second]
    assert outer.init_plugin("item", existing_xml=second.xml) is second


def test_get_plugin_with_check() -> None:
    outer = Outer()
    assert outer.get_plugin("middle", check=True) is None
    assert outer.get_plugin("nothing", check=True) is None
    with pytest.raises(KeyError):
        outer.get_plugin("nothing")
    outer["middle"]["size"] = 1
    assert outer.get_plugin("middle", check=True) is outer["middle"]


def test_built_with_a_parent_it_is_in_at_once() -> None:
    outer = Outer()
    item = Item(parent=outer)
    assert list(outer) == [item]
    item.node = "x"
    assert outer["items"][0].node == "x"
    assert item.parent is not None
    assert item.parent() is outer


def test_deleting_takes_the_element_out() -> None:
    outer = Outer()
    outer["middle"]["size"] = 1
    middle = outer["middle"]
    del outer["middle"]
    assert str(outer) == EMPTY
    assert outer["middle"] is not middle
    outer["middle"]["size"] = 2
    del outer[Middle]
    assert str(outer) == EMPTY


@pytest.mark.parametrize("how", ["del", "replace", "clear"])
def test_what_was_taken_out_does_not_come_back(how: str) -> None:
    outer = Outer()
    loose = outer["middle"]
    match how:
        case "del":
            del outer["middle"]
        case "replace":
            outer["middle"] = Element("{urn:middle}middle")
        case _:
            outer.clear()
    before = str(outer)
    loose["size"] = 1
    assert str(outer) == before
    assert loose["size"] == 1


def test_the_parent_is_not_kept_alive_by_the_child() -> None:
    outer = Outer()
    inner = outer["middle"]["inner"]
    gone = weakref.ref(outer)
    del outer
    gc.collect()
    assert gone() is None
    inner["size"] = 1
    assert inner["size"] == 1
    assert inner["lang"] == ""


# -- assigning --------------------------------------------------------------------------------------------


def test_assigning_an_object_of_our_own_takes_it_as_it_is() -> None:
    outer, middle = Outer(), Middle()
    middle.size = 1
    outer["middle"] = middle
    assert outer["middle"] is middle
    middle.size = 2
    assert outer.xml[0].get("size") == "2"


def test_assigning_takes_the_place_of_the_old_one() -> None:
    outer = Outer(
        parse_one('<outer xmlns="urn:outer"><middle xmlns="urn:middle" size="1"/><z xmlns="urn:z"/></outer>')
    )
    outer[Middle] = parse_one('<middle xmlns="urn:middle" size="2"/>')
    assert (
        str(outer)
        == '<outer xmlns="urn:outer"><middle xmlns="urn:middle" size="2"/><z xmlns="urn:z"/></outer>'
    )
    assert outer[Middle].size == 2
    outer["middle"] = outer["middle"]
    assert len(outer.xml) == 2


def test_assigning_the_loose_child_itself_puts_it_in() -> None:
    outer = Outer()
    middle = outer["middle"]
    outer["middle"] = middle
    assert outer.xml[0] is middle.xml


def test_assigning_another_value_gives_it_to_the_item_of_the_child() -> None:
    class Nick(ElementBase):
        name = "nick"
        namespace = "urn:nick"
        plugin_attrib = "nick"
        nick = Text()

    class Holder(ElementBase):
        name = "holder"
        namespace = "urn:holder"

    register_stanza_plugin(Holder, Nick)
    holder = Holder()
    holder["nick"] = "Juliet"
    assert str(holder) == '<holder xmlns="urn:holder"><nick xmlns="urn:nick">Juliet</nick></holder>'
    assert holder["nick"]["nick"] == "Juliet"


@pytest.mark.parametrize("value", ["text", 5, Inner(), Element("{urn:other}middle")])
def test_assigning_what_is_no_such_child_is_refused(value: object) -> None:
    outer = Outer()
    with pytest.raises(FieldValueError):
        outer["middle"] = value
    assert str(outer) == EMPTY


def test_a_key_that_nobody_has(caplog: pytest.LogCaptureFixture) -> None:
    outer = Outer()
    assert outer["nothing"] == ""
    assert outer.get("nothing") is None
    assert "nothing" not in outer
    del outer["nothing"]
    outer["nothing"] = "x"
    assert str(outer) == EMPTY
    assert "nothing" in caplog.text


# -- whose element it is ----------------------------------------------------------------------------------


def make_items(*nodes: str) -> Outer:
    outer = Outer()
    for node in nodes:
        item = Item()
        item.node = node
        outer.append(item)
    return outer


def test_a_received_stanza_is_put_in_as_a_copy() -> None:
    received = Message(parent=None, xml=parse_one("<message><body>hi</body></message>"), recv=True)
    iq = Iq(stype="set")
    iq.append(received)
    received["body"] = "changed"
    assert str(iq) == '<iq xmlns="jabber:client" type="set"><message><body>hi</body></message></iq>'


def test_a_child_of_another_stanza_is_put_in_as_a_copy() -> None:
    one, other = make_items("a"), Outer()
    item = one["items"][0]
    other.append(item)
    item["node"] = "changed"
    assert [item["node"] for item in one] == ["changed"]
    assert [item["node"] for item in other] == ["a"]


def test_an_element_is_put_in_as_a_copy() -> None:
    element = Element("{urn:item}item", {"node": "a"})
    outer = Outer()
    assert outer.append(element) is outer
    assert outer.appendxml(element) is outer
    element.set("node", "b")
    assert [item["node"] for item in outer] == ["a", "a"]


def test_a_wrapped_element_is_put_in_as_a_copy() -> None:
    item = Item(parse_one('<item xmlns="urn:item" node="a"/>'))
    outer = Outer()
    outer.append(item)
    item.node = "b"
    assert outer["item"]["node"] == "a"


def test_an_object_of_our_own_is_taken_as_it_is() -> None:
    outer, item = Outer(), Item()
    outer.append(item)
    item.node = "late"
    assert outer["item"] is item
    assert outer["item"]["node"] == "late"
    assert item["lang"] == ""
    outer["lang"] = "de"
    assert item["lang"] == "de"


def test_no_element_gets_into_itself() -> None:
    outer = Outer()
    middle = outer.enable("middle")
    middle.append(outer)
    outer.append(outer)
    text = serialize(outer.xml)
    assert text.count("<outer") == 4


@pytest.mark.parametrize("value", ["text", 5, None, ["x"]])
def test_what_is_neither_element_nor_stanza_is_refused(value: Any) -> None:
    outer = Outer()
    with pytest.raises(FieldValueError):
        outer.append(value)
    assert str(outer) == EMPTY


DEPTH = 5_000


def deep() -> Element:
    root = element = Element("{urn:item}item")
    for _ in range(DEPTH):
        element = SubElement(element, "{urn:x}x")
    return root


def test_depth_needs_no_recursion() -> None:
    outer = Outer()
    outer.append(deep())
    twin = copy.copy(outer)
    assert twin == outer
    assert str(twin).count("<x") == DEPTH
    iq = Iq(stype="get", xml=None)
    iq.append(deep())
    assert str(iq.reply(clear=False)).count("<x") == DEPTH
    iq["payload"] = ""
    assert outer.match("outer/item")
    SubElement(outer["middle"].xml, "{urn:x}x").append(deep())
    assert str(outer).count("<x") == 2 * DEPTH + 1


class Extension(ElementBase):
    """What has no element of its own and works on its parent."""

    name = "ext"
    namespace = "urn:ext"
    plugin_attrib = "ext"
    is_extension = True
    interfaces: ClassVar[set[str]] = {"ext"}

    def setup(self, xml: Element | None = None) -> bool:
        self.xml = Element("")
        return True

    def get_ext(self) -> bool:
        assert self.parent is not None
        return self.parent().xml.find("{urn:ext}ext") is not None

    def set_ext(self, value: bool) -> None:
        self.del_ext()
        if value:
            assert self.parent is not None
            self.parent()._set_sub_text("{urn:ext}ext", keep=True)

    def del_ext(self) -> None:
        assert self.parent is not None
        self.parent()._del_sub("{urn:ext}ext")


def test_an_extension_is_read_and_written_through() -> None:
    register_stanza_plugin(Outer, Extension)
    outer = Outer()
    assert not outer["ext"]
    assert str(outer) == EMPTY
    outer["ext"] = True
    assert str(outer) == '<outer xmlns="urn:outer"><ext xmlns="urn:ext"/></outer>'
    assert outer["ext"] is True
    outer["ext"] = True
    assert len(outer.xml) == 1
    assert "ext" in outer
    assert outer.match("outer/ext")
    del outer["ext"]
    assert "ext" not in outer
    assert str(outer) == EMPTY
