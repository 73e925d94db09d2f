"""Registering at run time: for a class and its subclasses, counted, and taken back."""

from typing import Any

import pytest

from helixmpp.stanza import (
    Attr,
    ElementBase,
    register_stanza_plugin,
    registry_version,
    unregister_stanza_plugin,
)
from helixmpp.xml import parse_one


class Part(ElementBase):
    name = "part"
    namespace = "urn:part"
    plugin_attrib = "part"
    plugin_multi_attrib = "parts"
    size = Attr(int)


class OtherPart(ElementBase):
    name = "part"
    namespace = "urn:other"
    plugin_attrib = "part"
    size = Attr(int)


class BiggerPart(Part):
    more = Attr(int)


def make(name: str = "Base", *bases: type[Any], **body: Any) -> type[Any]:
    return type(name, bases or (ElementBase,), {"name": "base", "namespace": "urn:base", **body})


def gives(cls: type[Any]) -> object:
    """Which class the key gives: a class, or the empty text."""
    found: object = cls()["part"]
    return found if found == "" else found.__class__


def test_registered_and_taken_back() -> None:
    base = make()
    assert gives(base) == ""
    register_stanza_plugin(base, Part)
    assert gives(base) is Part
    assert base.plugin_tag_map == {"{urn:part}part": Part}
    assert unregister_stanza_plugin(base, Part) is True
    assert gives(base) == ""
    assert base.plugin_tag_map == {}
    assert unregister_stanza_plugin(base, Part) is False
    assert ElementBase.plugin_attrib_map == {}


def test_subclasses_have_it_whenever_they_are_made() -> None:
    base = make()
    before = make("Before", base)
    grandchild = make("Grandchild", before)
    register_stanza_plugin(before, OtherPart)
    register_stanza_plugin(base, Part)
    after = make("After", base)
    assert [gives(cls) for cls in (base, before, grandchild, after)] == [Part, OtherPart, OtherPart, Part]
    unregister_stanza_plugin(before, OtherPart)
    assert [gives(cls) for cls in (base, before, grandchild, after)] == [Part] * 4
    unregister_stanza_plugin(base, Part)
    assert [gives(cls) for cls in (base, before, grandchild, after)] == [""] * 4


def test_a_base_has_nothing_of_its_subclasses() -> None:
    base = make()
    sub, sibling = make("Sub", base), make("Sibling", base)
    register_stanza_plugin(sub, Part, iterable=True)
    assert [gives(cls) for cls in (base, sub, sibling)] == ["", Part, ""]
    assert base.plugin_iterables == set()
    assert sub.plugin_iterables == {Part}


def test_registered_on_a_subclass_first_the_base_still_reaches_it() -> None:
    base = make()
    sub = make("Sub", base)
    register_stanza_plugin(sub, OtherPart, iterable=True)

    class Late(ElementBase):
        name = "late"
        namespace = "urn:late"
        plugin_attrib = "late"
        plugin_multi_attrib = "lates"

    register_stanza_plugin(base, Late, iterable=True)
    assert sub.plugin_iterables == {OtherPart, Late}
    assert isinstance(sub()["late"], Late)
    assert sub()["lates"] == []


def test_the_latest_wins_and_what_was_before_comes_back() -> None:
    base = make()
    register_stanza_plugin(base, Part)
    register_stanza_plugin(base, OtherPart)
    assert gives(base) is OtherPart
    assert base.plugin_tag_map == {"{urn:part}part": Part, "{urn:other}part": OtherPart}
    register_stanza_plugin(base, Part)
    assert gives(base) is Part
    unregister_stanza_plugin(base, Part)
    assert gives(base) is Part
    unregister_stanza_plugin(base, Part)
    assert gives(base) is OtherPart


def test_twice_registered_is_twice_taken_back() -> None:
    base = make()
    version = registry_version()
    register_stanza_plugin(base, Part)
    assert registry_version() > version
    version = registry_version()
    register_stanza_plugin(base, Part)
    assert registry_version() == version
    unregister_stanza_plugin(base, Part)
    assert gives(base) is Part
    unregister_stanza_plugin(base, Part)
    assert gives(base) == ""
    assert registry_version() > version


def test_a_body_with_maps_of_its_own_begins_anew() -> None:
    base = make()
    register_stanza_plugin(base, Part, iterable=True)
    fresh = make("Fresh", base, plugin_attrib_map={}, plugin_tag_map={}, plugin_iterables=set())
    declared = make("Declared", base, plugin_attrib_map={"part": OtherPart})
    assert [gives(cls) for cls in (base, fresh, declared)] == [Part, "", OtherPart]
    register_stanza_plugin(base, BiggerPart)
    assert [gives(cls) for cls in (base, fresh, declared)] == [BiggerPart, "", OtherPart]
    register_stanza_plugin(fresh, Part)
    register_stanza_plugin(declared, Part)
    assert [gives(cls) for cls in (fresh, declared)] == [Part, Part]
    unregister_stanza_plugin(declared, Part)
    assert gives(declared) is OtherPart


def test_two_bases_give_what_both_have() -> None:
    left, right = make("Left"), make("Right")

    class Early(ElementBase):
        name = "early"
        namespace = "urn:early"
        plugin_attrib = "early"

    register_stanza_plugin(right, Early)
    both = make("Both", left, right)
    assert isinstance(both()["early"], Early)
    register_stanza_plugin(right, Part, iterable=True)
    assert gives(both) is Part
    assert both.plugin_iterables == {Part}
    register_stanza_plugin(left, OtherPart)
    assert gives(both) is OtherPart
    assert isinstance(both()["early"], Early)


def test_iterable_and_not_are_two_registrations() -> None:
    base = make()
    register_stanza_plugin(base, Part)

    def seen() -> tuple[int, Any]:
        one = base(parse_one('<base xmlns="urn:base"><part xmlns="urn:part"/></base>'))
        return len(one), one["parts"]

    assert seen() == (0, "")
    register_stanza_plugin(base, Part, iterable=True)
    assert seen() == (1, [Part(parse_one('<part xmlns="urn:part"/>'))])
    unregister_stanza_plugin(base, Part, iterable=True)
    assert seen() == (0, "")
    assert gives(base) is Part


def test_a_registered_subclass_answers_for_its_class() -> None:
    base = make()
    register_stanza_plugin(base, BiggerPart)
    one = base()
    assert type(one[Part]) is BiggerPart
    assert one[Part] is one["part"]


def test_a_class_can_be_asked_for_without_being_registered() -> None:
    one: Any = make()(parse_one('<base xmlns="urn:base"><part xmlns="urn:part" size="3"/></base>'))
    assert one[Part].size == 3
    assert one.get(OtherPart) is None
    one[OtherPart].size = 1
    assert one.get(OtherPart).size == 1


class Shouting(ElementBase):
    """Takes over a method of its parent."""

    name = "loud"
    namespace = "urn:loud"
    plugin_attrib = "loud"
    overrides = ("set_title", "get_title", "del_title")

    def get_title(self) -> str:
        assert self.parent is not None
        title: str = self.parent().get_title()
        return title + "!"

    def set_title(self, value: str) -> None:
        assert self.parent is not None
        self.parent().set_title(value.upper())

    def del_title(self) -> None:
        assert self.parent is not None
        self.parent().set_title("DELETED")


class Titled(ElementBase):
    name = "titled"
    namespace = "urn:titled"
    title = Attr(str)


def test_overrides() -> None:
    titled = Titled()
    register_stanza_plugin(Titled, Shouting)
    titled.title = "quiet"
    assert titled["title"] == "quiet"
    register_stanza_plugin(Titled, Shouting, overrides=True)
    assert Titled.plugin_overrides == dict.fromkeys(Shouting.overrides, "loud")
    titled.title = "a"
    assert (titled.title, titled["title"]) == ("A!", "A!")
    titled["title"] = "b"
    assert (titled.title, titled["title"]) == ("B!", "B!")
    del titled.title
    assert titled["title"] == "DELETED!"
    unregister_stanza_plugin(Titled, Shouting, overrides=True)
    titled.title = "quiet"
    assert (titled.title, titled["title"]) == ("quiet", "quiet")
    assert str(titled) == '<titled xmlns="urn:titled" title="quiet"/>'


@pytest.mark.parametrize("name", ["plugin_attrib_map", "plugin_tag_map", "plugin_overrides"])
def test_no_map_is_shared_after_a_registration(name: str) -> None:
    base = make()
    sub = make("Sub", base)
    register_stanza_plugin(sub, Part)
    assert getattr(sub, name) is not getattr(base, name) or not getattr(sub, name)
    assert getattr(base, name) == {}
