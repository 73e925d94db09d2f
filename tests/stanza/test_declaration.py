"""What the class statement does: methods, keys, overrides, and clashes that are refused."""

from typing import Any, ClassVar

import pytest

from helixmpp.stanza import Attr, ChildText, ElementBase, Field, Flag, StanzaBase, Text
from helixmpp.xml import parse_one


class Bob(ElementBase):
    name = "data"
    namespace = "urn:xmpp:bob"
    plugin_attrib = "bob"
    cid = Attr(str)
    max_age = Attr(int, "max-age")
    data = Text(bytes, default=b"")


class Loud(Bob):
    """A subclass that overrides the method changes all three spellings."""

    def get_data(self) -> bytes:
        return Bob.data.read(self).upper()

    def set_data(self, value: bytes) -> None:
        Bob.data.write(self, value + b"!")

    def del_data(self) -> None:
        Bob.data.write(self, b"gone")


class Louder(Loud):
    """And so does a subclass of that one."""

    def get_data(self) -> bytes:
        return super().get_data() + b"?"


class InTheBody(ElementBase):
    """A method in the class body itself takes the place of the one that the field would write."""

    name = "x"
    namespace = "urn:test"
    data = Text(bytes, default=b"")

    def get_data(self) -> bytes:
        return b"<" + InTheBody.data.read(self) + b">"


@pytest.mark.parametrize(
    ("cls", "written", "read", "deleted"),
    [
        (Bob, b"a", b"a", b""),
        (Loud, b"a", b"A!", b"GONE"),
        (Louder, b"a", b"A!?", b"GONE?"),
        (InTheBody, b"a", b"<a>", b"<>"),
    ],
)
def test_three_spellings_one_path(cls: type[Any], written: bytes, read: bytes, deleted: bytes) -> None:
    def set_attribute(one: Any) -> None:
        one.data = written

    def set_item(one: Any) -> None:
        one["data"] = written

    def set_method(one: Any) -> None:
        one.set_data(written)

    def del_attribute(one: Any) -> None:
        del one.data

    def del_item(one: Any) -> None:
        del one["data"]

    def del_method(one: Any) -> None:
        one.del_data()

    def none_attribute(one: Any) -> None:
        one.data = None

    def none_item(one: Any) -> None:
        one["data"] = None

    for write in (set_attribute, set_item, set_method):
        one = cls()
        write(one)
        assert (one.data, one["data"], one.get_data(), one.get("data")) == (read, read, read, read)
    for delete in (del_attribute, del_item, del_method, none_attribute, none_item):
        one = cls()
        one.set_data(written)
        delete(one)
        assert (one.data, one["data"], one.get_data()) == (deleted, deleted, deleted)


def test_a_method_that_is_replaced_at_run_time_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_cid(self: Bob) -> str:
        return "replaced"

    bob = Bob()
    monkeypatch.setattr(Bob, "get_cid", get_cid)
    assert (bob.cid, bob["cid"]) == ("replaced", "replaced")


def test_keys() -> None:
    assert Bob.interfaces == {"cid", "max_age", "data"}
    assert Loud.interfaces == {"cid", "max_age", "data"}
    assert ElementBase.interfaces == {"type", "to", "from", "id", "payload"}


class Mixed(ElementBase):
    name = "mixed"
    namespace = "urn:test"
    interfaces: ClassVar[set[str]] = {"old", "sub"}
    sub_interfaces: ClassVar[set[str]] = {"sub"}
    from_ = Attr(str)
    text = ChildText()
    body = ChildText(lang=True)
    flag = Flag()


class MixedMore(Mixed):
    interfaces: ClassVar[set[str]] = {"older"}
    more = Attr(str)


def test_keys_of_fields_are_added_to_those_declared() -> None:
    assert Mixed.interfaces == {"old", "sub", "from", "text", "body", "flag"}
    assert Mixed.sub_interfaces == {"sub", "text", "body"}
    assert Mixed.lang_interfaces == {"body"}
    assert Mixed.bool_interfaces == {"flag"}
    # What a body declares takes the place of what it inherits, but for the fields.
    assert MixedMore.interfaces == {"older", "from", "text", "body", "flag", "more"}
    assert MixedMore.sub_interfaces == {"sub", "text", "body"}
    mixed = Mixed(parse_one('<mixed xmlns="urn:test" old="1" from="2"><sub>3</sub></mixed>'))
    assert (mixed["old"], mixed["from"], mixed["sub"]) == ("1", "2", "3")


def test_a_mixin_may_have_fields() -> None:
    class WithNode:
        node = Attr(str)

    class One(WithNode, ElementBase):
        name = "one"
        namespace = "urn:test"

    class Two(WithNode, ElementBase):
        name = "two"
        namespace = "urn:test"
        node_count = Attr(int)

    one, two = One(), Two()
    one["node"] = "a"
    two["node"] = "b"
    two["node_count"] = 2
    assert (str(one), str(two)) == (
        '<one xmlns="urn:test" node="a"/>',
        '<two xmlns="urn:test" node="b" node-count="2"/>',
    )


def test_a_field_may_be_declared_anew() -> None:
    class Better(Bob):
        max_age = Attr(int, "max-age", default=0)

    assert Better().max_age == 0
    assert Better()["max_age"] == 0
    assert Bob().max_age is None


def test_the_class_gives_the_field() -> None:
    assert isinstance(Bob.max_age, Field)
    assert Bob.max_age.key == "max_age"
    assert "max_age" in str(Bob.max_age.where)


# names of fields, a part of the message
CLASHES: list[tuple[dict[str, Any], str]] = [
    ({"keys": Attr(str)}, "keys_"),
    ({"values": Attr(str)}, "values_"),
    ({"name": Attr(str)}, "name_"),
    ({"namespace": Attr(str)}, "namespace_"),
    ({"parent": Attr(str)}, "parent_"),
    ({"xml": Attr(str)}, "xml_"),
    ({"get": Attr(str)}, "get_"),
    ({"clear": Flag()}, "clear_"),
    ({"match": Attr(str)}, "match_"),
    ({"interfaces": Attr(str)}, "interfaces_"),
    ({"lang": Attr(str)}, "get_lang"),
    ({"lang_": Attr(str)}, "get_lang"),
    ({"plugin": Attr(str)}, "get_plugin"),
    ({"get_lang": Attr(str)}, "get_lang"),
    ({"a": Attr(str), "a_": Attr(str)}, "two fields"),
    ({"a": Attr(str, key="k"), "b": Flag(key="k")}, "two fields"),
]


@pytest.mark.parametrize(("body", "message"), CLASHES)
def test_a_field_that_would_hide_a_member_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type("Clash", (ElementBase,), {"name": "x", "namespace": "urn:test", **body})


def test_with_an_underscore_the_key_is_free() -> None:
    class Contact(ElementBase):
        name = "item"
        namespace = "urn:test"
        name_ = Attr(str)
        keys_ = ChildText()

    contact = Contact()
    contact["name"] = "Juliet"
    contact.keys_ = "k"
    assert str(contact) == '<item xmlns="urn:test" name="Juliet"><keys>k</keys></item>'
    assert (contact.name, contact.name_) == ("item", "Juliet")


def test_a_member_of_a_nearer_base_is_not_hidden_either() -> None:
    with pytest.raises(TypeError, match="StanzaBase"):
        type("Clash", (StanzaBase,), {"reply": Attr(str)})


def test_a_field_of_a_kind_of_its_own() -> None:
    class Doubled(Field[int, int]):
        def read(self, stanza: Any) -> int:
            return 2 * int(stanza.xml.get("half", "0"))

        def write(self, stanza: Any, value: int) -> None:
            stanza.xml.set("half", str(value // 2))

        def delete(self, stanza: Any) -> None:
            stanza.xml.attrib.pop("half", None)

    class Whole(ElementBase):
        name = "whole"
        namespace = "urn:test"
        size = Doubled()

    whole = Whole()
    whole.size = 8
    assert str(whole) == '<whole xmlns="urn:test" half="4"/>'
    assert (whole.size, whole["size"]) == (8, 8)
    del whole["size"]
    assert whole.size == 0
