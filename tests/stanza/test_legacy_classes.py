"""Classes as programs wrote them for slixmpp: interfaces and methods, without any field."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Message, register_stanza_plugin, unregister_stanza_plugin
from helixmpp.xml import parse_one


class Person(ElementBase):
    """The interfaces are in all the forms that programs use."""

    name = "person"
    namespace = "urn:person"
    plugin_attrib = "person"
    plugin_multi_attrib = "people"
    interfaces = {"id", "nick", "bio", "born", "alive", "Upper", "dashed-key"}  # noqa: RUF012 - as programs write it
    sub_interfaces = {"nick", "bio", "Upper"}  # noqa: RUF012 - as programs write it
    lang_interfaces = {"bio"}  # noqa: RUF012 - as programs write it
    bool_interfaces = {"alive"}  # noqa: RUF012 - as programs write it

    def get_born(self) -> int:
        return int(self._get_attr("born", "0"))

    def set_born(self, value: int) -> None:
        self._set_attr("born", str(value))

    def del_born(self) -> None:
        self._del_attr("born")


NS = 'xmlns="urn:person"'

# key, value, element
ITEMS: list[tuple[str, Any, str]] = [
    ("id", "5", f'<person {NS} id="5"/>'),
    ("nick", "J", f"<person {NS}><nick>J</nick></person>"),
    ("bio", "b", f"<person {NS}><bio>b</bio></person>"),
    ("bio|de", "b", f'<person {NS}><bio xml:lang="de">b</bio></person>'),
    ("born", 1597, f'<person {NS} born="1597"/>'),
    ("alive", True, f"<person {NS}><alive/></person>"),
    ("Upper", "U", f"<person {NS}><Upper>U</Upper></person>"),
    ("dashed-key", "x", f'<person {NS} dashed-key="x"/>'),
    ("lang", "de", f'<person {NS} xml:lang="de"/>'),
]


@pytest.mark.parametrize(("key", "value", "xml"), ITEMS)
def test_items(key: str, value: Any, xml: str) -> None:
    person = Person()
    absent = {"born": 0, "alive": False}.get(key, "")
    assert person[key] == absent
    person[key] = value
    assert str(person) == xml
    assert person[key] == value
    assert Person(parse_one(xml))[key] == value
    del person[key]
    assert str(person) == f"<person {NS}/>"
    person[key] = value
    person[key] = None
    assert person[key] == absent


@pytest.mark.parametrize(("key", "value", "xml"), ITEMS)
def test_items_put_the_child_in(key: str, value: Any, xml: str) -> None:
    register_stanza_plugin(Message, Person)
    try:
        message = Message()
        assert message["person"][key] != value
        assert len(message.xml) == 0
        message["person"][key] = value
        assert [str(Person(child)) for child in message.xml] == [xml]
    finally:
        unregister_stanza_plugin(Message, Person)


def test_setting_empty_deletes() -> None:
    person = Person()
    for key in ("id", "nick"):
        person[key] = "x"
        person[key] = ""
    person["alive"] = True
    person["alive"] = False
    assert str(person) == f"<person {NS}/>"


def test_numbers_and_addresses_become_text() -> None:
    person = Person()
    person["id"] = 5
    person["nick"] = JID("a@b.c")
    assert str(person) == f'<person {NS} id="5"><nick>a@b.c</nick></person>'


@pytest.mark.parametrize(
    ("key", "value"), [("id", "\x00"), ("nick", "\x0b"), ("id", b"x"), ("nick", ["x"]), ("bio|\x00", "x")]
)
def test_what_xml_cannot_hold_is_refused(key: str, value: object) -> None:
    person = Person()
    with pytest.raises(FieldValueError):
        person[key] = value
    assert str(person) == f"<person {NS}/>"


def test_all_languages() -> None:
    person = Person()
    person["bio|*"] = {"de": "d", "en": "e", "": "none"}
    assert person["bio|*"] == {"de": "d", "en": "e", "": "none"}
    assert person["bio"] == "none"
    assert person["bio|de"] == "d"
    assert person["bio|fr"] == ""
    del person["bio|de"]
    assert person["bio|*"] == {"en": "e", "": "none"}


@pytest.mark.parametrize("keys", [("node",), ["node"], frozenset({"node"}), {"node": 1}.keys()])
def test_any_collection_of_keys_will_do(keys: object) -> None:
    body = {"name": "query", "namespace": "urn:query", "interfaces": keys}
    query: Any = type("Query", (ElementBase,), body)()
    query["node"] = "x"
    assert str(query) == '<query xmlns="urn:query" node="x"/>'


def test_keys_added_at_run_time() -> None:
    class Open(ElementBase):
        name = "open"
        namespace = "urn:open"
        interfaces = {"a"}  # noqa: RUF012 - as programs write it

    Open.interfaces.add("b")
    one = Open()
    one["b"] = "x"
    assert str(one) == '<open xmlns="urn:open" b="x"/>'


class Helpers(ElementBase):
    name = "helpers"
    namespace = "urn:h"
    interfaces = {"deep"}  # noqa: RUF012 - as programs write it

    def set_deep(self, value: str) -> None:
        self._set_sub_text("a/b", value)

    def get_deep(self) -> str:
        return self._get_sub_text("a/b", "nothing")

    def del_deep(self) -> None:
        self._del_sub("a/b", all=True)

    def all_deep(self) -> dict[str, str]:
        return self._get_all_sub_text("a/b")

    def keep(self, name: str) -> Element | None:
        return self._set_sub_text(name, "", keep=True)


def test_paths_in_helpers() -> None:
    one = Helpers()
    assert (one["deep"], one.all_deep()) == ("nothing", {})
    one["deep"] = "x"
    assert str(one) == '<helpers xmlns="urn:h"><a><b>x</b></a></helpers>'
    assert (one["deep"], one.all_deep()) == ("x", {"": "x"})
    one["deep"] = "y"
    assert str(one) == '<helpers xmlns="urn:h"><a><b>y</b></a></helpers>'
    del one["deep"]
    assert str(one) == '<helpers xmlns="urn:h"/>'


def test_deleting_a_path_leaves_what_else_is_there() -> None:
    one = Helpers(parse_one('<helpers xmlns="urn:h"><a><b>x</b><c/></a></helpers>'))
    del one["deep"]
    assert str(one) == '<helpers xmlns="urn:h"><a><c/></a></helpers>'


def test_names_with_a_namespace_in_helpers() -> None:
    one = Helpers()
    element = one.keep("{urn:other/with/slashes}x")
    assert element is not None
    assert str(one) == '<helpers xmlns="urn:h"><x xmlns="urn:other/with/slashes"/></helpers>'


class OwnInit(ElementBase):
    """Programs override ``__init__`` and set attributes of their own."""

    name = "own"
    namespace = "urn:own"
    interfaces = {"size"}  # noqa: RUF012 - as programs write it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remembered = "yes"


class OwnSetup(ElementBase):
    name = "set-up"
    namespace = "urn:own"
    plugin_attrib = "set_up"
    interfaces = {"kind"}  # noqa: RUF012 - as programs write it
    seen: list[bool] = []  # noqa: RUF012 - as programs write it

    def setup(self, xml: Element | None = None) -> bool:
        made = ElementBase.setup(self, xml)
        self.seen.append(made)
        if made:
            SubElement(self.xml, f"{{{self.namespace}}}inside")
        return made


def test_own_init_and_own_setup() -> None:
    own = OwnInit(parse_one('<own xmlns="urn:own" size="1"/>'))
    assert (own.remembered, own["size"]) == ("yes", "1")
    OwnSetup.seen.clear()
    assert str(OwnSetup()) == '<set-up xmlns="urn:own"><inside/></set-up>'
    assert str(OwnSetup(parse_one('<set-up xmlns="urn:own"/>'))) == '<set-up xmlns="urn:own"/>'
    assert OwnSetup.seen == [True, False]


class NoElement(ElementBase):
    """A setup that makes nothing at all."""

    name = "none"
    namespace = "urn:none"

    def setup(self, xml: Element | None = None) -> bool:
        return True


def test_a_setup_that_makes_nothing() -> None:
    assert NoElement().xml.tag == "{urn:none}none"
    assert NoElement(xml=Element("{urn:none}none", {"a": "1"})).xml.get("a") == "1"


class Writes(ElementBase):
    """A method that writes to the element itself puts the child in as well."""

    name = "writes"
    namespace = "urn:writes"
    plugin_attrib = "writes"
    interfaces = {"direct"}  # noqa: RUF012 - as programs write it

    def set_direct(self, value: str) -> None:
        self.xml.attrib["direct"] = value


def test_a_method_that_writes_to_the_element() -> None:
    class Holder(ElementBase):
        name = "holder"
        namespace = "urn:holder"

    register_stanza_plugin(Holder, Writes)
    by_item, by_method = Holder(), Holder()
    by_item["writes"]["direct"] = "x"
    by_method[Writes].set_direct("x")
    assert (
        str(by_item)
        == str(by_method)
        == '<holder xmlns="urn:holder"><writes xmlns="urn:writes" direct="x"/></holder>'
    )


def test_the_element_can_be_exchanged() -> None:
    person = Person()
    person.xml = parse_one(f'<person {NS} id="7"/>')
    assert person["id"] == "7"
    assert person.tag == "{urn:person}person"
    assert Person.tag_name() == "{urn:person}person"
    assert person.find("nick") is None
    assert person.findall("*") == []
