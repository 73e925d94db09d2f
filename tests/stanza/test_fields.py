"""Each kind of field: read, write, delete, by attribute, item and method."""

import datetime as dt
from enum import Enum
from typing import Any, Literal
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import (
    Attr,
    Child,
    ChildAttr,
    Children,
    ChildText,
    Choice,
    ElementBase,
    Flag,
    OneOf,
    Raw,
    Text,
    Texts,
    one_of,
)
from helixmpp.xml import parse_one, serialize

When = Literal["always", "never"]
WHEN: OneOf[When] = one_of("always", "never")


class State(Enum):
    ON = "on"
    OFF = "off"


class Leaf(ElementBase):
    name = "leaf"
    namespace = "urn:test"
    plugin_attrib = "leaf"
    size = Attr(int)


class Other(ElementBase):
    name = "other"
    namespace = "urn:other"
    plugin_attrib = "other"
    size = Attr(int)


class Tree(ElementBase):
    name = "tree"
    namespace = "urn:test"
    plugin_attrib = "tree"

    attr = Attr()
    optional = Attr(str, default=None)
    max_age = Attr(int)
    limit = Attr(int, "max", default=10)
    from_ = Attr(JID)
    needed = Attr(str, required=True)
    stamp = Attr(dt.datetime)
    when = Attr(WHEN)
    on = Attr(bool, default=False)
    odd = Attr(str, "odd", key="the-odd")
    data = Text(bytes, default=b"")
    nick = ChildText()
    count = ChildText(int)
    far = ChildText(str, "far", namespace="urn:far")
    body = ChildText(lang=True)
    required = Flag()
    state = Choice("active", "gone-away")
    switch = Choice(State, namespace="urn:switch")
    code = ChildAttr(int, "status")
    reason = ChildAttr(str, "status", "why")
    leaf = Child(Leaf)
    other = Child(Other, optional=True)
    groups = Texts(str, "group")
    numbers = Texts(int, "number")
    payload = Raw()


class Branch(ElementBase):
    name = "branch"
    namespace = "urn:test"
    plugin_attrib = "branch"
    size = Attr(int)


class Forest(ElementBase):
    name = "forest"
    namespace = "urn:test"
    plugin_attrib = "forest"
    branches = Children(Branch)
    rest = Raw(many=True)


NS = 'xmlns="urn:test"'
MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5, tzinfo=dt.UTC)

# attribute, key, value, what the element is then; and what an absent one is read as
KINDS: list[tuple[str, str, Any, str, Any]] = [
    ("attr", "attr", "x", f'<tree {NS} attr="x"/>', ""),
    ("optional", "optional", "x", f'<tree {NS} optional="x"/>', None),
    ("optional", "optional", "", f'<tree {NS} optional=""/>', None),
    ("max_age", "max_age", 5, f'<tree {NS} max-age="5"/>', None),
    ("limit", "limit", 10, f'<tree {NS} max="10"/>', 10),
    ("from_", "from", JID("a@b.c"), f'<tree {NS} from="a@b.c"/>', None),
    ("stamp", "stamp", MOMENT, f'<tree {NS} stamp="2020-01-02T03:04:05Z"/>', None),
    ("when", "when", "never", f'<tree {NS} when="never"/>', None),
    ("on", "on", True, f'<tree {NS} on="true"/>', False),
    ("odd", "the-odd", "x", f'<tree {NS} odd="x"/>', ""),
    ("data", "data", b"coucou", f"<tree {NS}>Y291Y291</tree>", b""),
    ("nick", "nick", "x", f"<tree {NS}><nick>x</nick></tree>", ""),
    ("count", "count", 0, f"<tree {NS}><count>0</count></tree>", None),
    ("far", "far", "x", f'<tree {NS}><far xmlns="urn:far">x</far></tree>', ""),
    ("body", "body", "x", f"<tree {NS}><body>x</body></tree>", ""),
    ("required", "required", True, f"<tree {NS}><required/></tree>", False),
    ("state", "state", "gone-away", f"<tree {NS}><gone-away/></tree>", ""),
    ("switch", "switch", State.OFF, f'<tree {NS}><off xmlns="urn:switch"/></tree>', None),
    ("code", "code", 110, f'<tree {NS}><status code="110"/></tree>', None),
    ("reason", "reason", "x", f'<tree {NS}><status why="x"/></tree>', ""),
    ("groups", "groups", ["a", "b"], f"<tree {NS}><group>a</group><group>b</group></tree>", []),
    ("numbers", "numbers", [1, 2], f"<tree {NS}><number>1</number><number>2</number></tree>", []),
]
IDS = [f"{row[0]}-{index}" for index, row in enumerate(KINDS)]


@pytest.mark.parametrize(("attribute", "key", "value", "xml", "absent"), KINDS, ids=IDS)
def test_by_attribute(attribute: str, key: str, value: Any, xml: str, absent: Any) -> None:
    tree = Tree()
    assert getattr(tree, attribute) == absent
    setattr(tree, attribute, value)
    assert str(tree) == xml
    assert getattr(tree, attribute) == value
    delattr(tree, attribute)
    assert str(tree) == f"<tree {NS}/>"
    delattr(tree, attribute)
    setattr(tree, attribute, value)
    setattr(tree, attribute, None)
    assert str(tree) == f"<tree {NS}/>"


@pytest.mark.parametrize(("attribute", "key", "value", "xml", "absent"), KINDS, ids=IDS)
def test_by_item(attribute: str, key: str, value: Any, xml: str, absent: Any) -> None:
    tree = Tree()
    assert tree[key] == absent
    assert (key in tree) == (absent not in (None, "", False, []) and absent is not False)
    tree[key] = value
    assert str(tree) == xml
    assert tree[key] == value
    assert (key in tree) == (value != "")
    del tree[key]
    assert str(tree) == f"<tree {NS}/>"
    tree[key] = value
    tree[key] = None
    assert str(tree) == f"<tree {NS}/>"


@pytest.mark.parametrize(("attribute", "key", "value", "xml", "absent"), KINDS, ids=IDS)
def test_by_method(attribute: str, key: str, value: Any, xml: str, absent: Any) -> None:
    tree = Tree()
    method = key.replace("-", "_")
    assert getattr(tree, f"get_{method}")() == absent
    getattr(tree, f"set_{method}")(value)
    assert str(tree) == xml
    assert getattr(tree, f"get_{method}")() == value
    getattr(tree, f"del_{method}")()
    assert str(tree) == f"<tree {NS}/>"


@pytest.mark.parametrize(("attribute", "key", "value", "xml", "absent"), KINDS, ids=IDS)
def test_parse_build_parse(attribute: str, key: str, value: Any, xml: str, absent: Any) -> None:
    read = Tree(parse_one(xml))
    built = Tree()
    built[key] = read[key]
    assert serialize(built.xml) == serialize(parse_one(xml))
    assert Tree(parse_one(serialize(built.xml)))[key] == value


@pytest.mark.parametrize(("attribute", "key", "value", "xml", "absent"), KINDS, ids=IDS)
def test_what_is_not_known_stays(attribute: str, key: str, value: Any, xml: str, absent: Any) -> None:
    strange = '<tree xmlns="urn:test" strange="1"><x xmlns="urn:x" y="z">t</x></tree>'
    tree = Tree(parse_one(strange))
    assert getattr(tree, attribute) == absent
    tree[key] = value
    assert tree.xml.get("strange") == "1"
    assert serialize(tree.xml.findall("{urn:x}x")[0]) == '<x xmlns="urn:x" y="z">t</x>'
    del tree[key]
    assert str(tree) == strange


# key, element, the error's condition
WRONG_ON_THE_WIRE: list[tuple[str, str, str]] = [
    ("max_age", f'<tree {NS} max-age="1h"/>', "bad-request"),
    ("max_age", f'<tree {NS} max-age=""/>', "bad-request"),
    ("limit", f'<tree {NS} max="many"/>', "bad-request"),
    ("from", f'<tree {NS} from="@"/>', "jid-malformed"),
    ("needed", f"<tree {NS}/>", "bad-request"),
    ("stamp", f'<tree {NS} stamp="noon"/>', "bad-request"),
    ("when", f'<tree {NS} when="sometimes"/>', "bad-request"),
    ("on", f'<tree {NS} on="maybe"/>', "bad-request"),
    ("data", f"<tree {NS}>Y29</tree>", "bad-request"),
    ("count", f"<tree {NS}><count>many</count></tree>", "bad-request"),
    ("count", f"<tree {NS}><count/></tree>", "bad-request"),
    ("code", f'<tree {NS}><status code="x"/></tree>', "bad-request"),
    ("numbers", f"<tree {NS}><number>1</number><number>x</number></tree>", "bad-request"),
]


@pytest.mark.parametrize(("key", "xml", "condition"), WRONG_ON_THE_WIRE)
def test_wrong_on_the_wire(key: str, xml: str, condition: str) -> None:
    tree = Tree(parse_one(xml))
    with pytest.raises(BadStanza) as caught:
        tree[key]
    assert caught.value.condition == condition
    assert caught.value.etype == "modify"
    # The text names the field; what the stranger wrote is not repeated.
    assert caught.value.text.startswith("Tree.")
    for word in ("1h", "many", "noon", "sometimes", "maybe", "Y29"):
        assert word not in caught.value.text
    assert str(tree) == xml


# attribute, what may not be assigned to it
WRONG_IN_CODE: list[tuple[str, object]] = [
    ("attr", 5),
    ("attr", b"x"),
    ("max_age", "x"),
    ("max_age", True),
    ("max_age", 1.5),
    ("from_", "@"),
    ("from_", 5),
    ("stamp", dt.datetime(2020, 1, 1)),
    ("when", "sometimes"),
    ("on", "maybe"),
    ("data", "text"),
    ("nick", 5),
    ("count", "many"),
    ("body", 5),
    ("required", "yes"),
    ("state", "sleeping"),
    ("switch", "sideways"),
    ("code", "x"),
    ("groups", "abc"),
    ("groups", 5),
    ("groups", ["a", 5]),
    ("numbers", [1, "x"]),
    ("leaf", "leaf"),
    ("leaf", Other()),
    ("other", Element("{urn:test}other")),
    ("payload", "text"),
    ("payload", [Element("x")]),
]


@pytest.mark.parametrize(("attribute", "value"), WRONG_IN_CODE)
def test_wrong_in_code_changes_nothing(attribute: str, value: object) -> None:
    before = (
        f'<tree {NS} attr="a" max-age="1" from="a@b.c" stamp="2020-01-01T00:00:00Z" when="never" on="true">'
        '<nick>n</nick><count>1</count><body>b</body><active/><on xmlns="urn:switch"/><status code="1"/>'
        "<group>g</group><number>1</number></tree>"
    )
    tree = Tree(parse_one(before))
    with pytest.raises((FieldValueError, InvalidJID)) as caught:
        setattr(tree, attribute, value)
    assert isinstance(caught.value, ValueError)
    assert str(tree) == before


# -- what is particular to a kind -------------------------------------------------------------------------


def test_an_empty_text_deletes_where_the_two_are_read_alike() -> None:
    tree = Tree(parse_one(f'<tree {NS} attr="x" optional="x"><nick>n</nick></tree>'))
    tree.attr = ""
    tree.optional = ""
    tree.nick = ""
    assert str(tree) == f'<tree {NS} optional=""/>'


def test_a_text_is_written_into_the_child_that_is_there() -> None:
    tree = Tree(parse_one(f'<tree {NS}><nick x="y">n</nick><z/></tree>'))
    tree.nick = "m"
    assert str(tree) == f'<tree {NS}><nick x="y">m</nick><z/></tree>'


def test_a_choice_takes_the_place_of_the_other() -> None:
    tree = Tree(parse_one(f"<tree {NS}><z/><active/></tree>"))
    tree.state = "gone-away"
    assert str(tree) == f"<tree {NS}><z/><gone-away/></tree>"
    assert tree.state == "gone-away"


def test_a_choice_that_stands_keeps_its_content() -> None:
    tree = Tree(parse_one(f"<tree {NS}><active>why</active></tree>"))
    tree.state = "active"
    assert str(tree) == f"<tree {NS}><active>why</active></tree>"


def test_deleting_a_child_attribute_leaves_what_else_is_there() -> None:
    tree = Tree(parse_one(f'<tree {NS}><status code="1" why="x"/></tree>'))
    del tree.code
    assert str(tree) == f'<tree {NS}><status why="x"/></tree>'
    del tree.reason
    assert str(tree) == f"<tree {NS}/>"


def test_flags_are_not_doubled() -> None:
    tree = Tree()
    tree.required = True
    tree.required = True
    assert str(tree) == f"<tree {NS}><required/></tree>"
    tree.required = False
    assert str(tree) == f"<tree {NS}/>"


def test_the_child_is_put_in_by_its_first_write() -> None:
    tree = Tree()
    assert tree.leaf.size is None
    assert str(tree) == f"<tree {NS}/>"
    leaf = tree.leaf
    assert tree.leaf is leaf
    leaf.size = 3
    assert str(tree) == f'<tree {NS}><leaf size="3"/></tree>'
    assert tree.leaf is leaf
    assert tree["leaf"] is leaf
    assert tree[Leaf] is leaf


def test_an_optional_child_is_none() -> None:
    tree = Tree()
    assert tree.other is None
    tree.other = Other(parse_one('<other xmlns="urn:other" size="1"/>'))
    other = tree.other
    assert other is not None
    assert other.size == 1
    del tree.other
    assert tree.other is None


def test_a_child_is_assigned_as_object_or_element() -> None:
    tree = Tree()
    leaf = Leaf()
    leaf.size = 1
    tree.leaf = leaf
    assert tree.leaf is leaf
    tree.leaf = Element("{urn:test}leaf", {"size": "2"})
    assert str(tree) == f'<tree {NS}><leaf size="2"/></tree>'


def test_children_are_assigned_as_a_list() -> None:
    forest = Forest()
    assert forest.branches == []
    first, second = Branch(), Branch()
    first.size, second.size = 1, 2
    forest.branches = [first, second]
    assert str(forest) == f'<forest {NS}><branch size="1"/><branch size="2"/></forest>'
    assert [branch.size for branch in forest.branches] == [1, 2]
    assert list(forest) == [first, second]
    assert len(forest) == 2
    forest.branches = [second]
    assert [branch.size for branch in forest.branches] == [2]
    mixed: list[Any] = [first, Leaf()]
    with pytest.raises(FieldValueError):
        forest.branches = mixed
    assert [branch.size for branch in forest.branches] == [2]
    del forest.branches
    assert str(forest) == f"<forest {NS}/>"


def test_raw_is_what_no_field_claims() -> None:
    tree = Tree(parse_one(f'<tree {NS}><nick>n</nick><leaf/><x xmlns="urn:x"/><y xmlns="urn:y"/></tree>'))
    payload = tree.payload
    assert payload is not None
    assert payload.tag == "{urn:x}x"
    element = Element("{urn:z}z")
    tree.payload = element
    assert str(tree) == f'<tree {NS}><nick>n</nick><leaf/><z xmlns="urn:z"/></tree>'
    # It was copied: what becomes of the element later is the program's own.
    element.set("late", "1")
    assert 'late="1"' not in str(tree)
    del tree.payload
    assert str(tree) == f"<tree {NS}><nick>n</nick><leaf/></tree>"


def test_raw_of_many() -> None:
    forest = Forest(parse_one(f'<forest {NS}><branch/><x xmlns="urn:x"/><y xmlns="urn:y"/></forest>'))
    assert [element.tag for element in forest.rest] == ["{urn:x}x", "{urn:y}y"]
    forest.rest = [Element("{urn:z}z"), Leaf()]
    assert [element.tag for element in forest.rest] == ["{urn:z}z", "{urn:test}leaf"]
    forest.rest = Element("{urn:z}z")
    assert [element.tag for element in forest.rest] == ["{urn:z}z"]
    assert len(forest.branches) == 1


def test_required_reads_what_is_there() -> None:
    tree = Tree()
    tree.needed = ""
    assert str(tree) == f'<tree {NS} needed=""/>'
    assert tree.needed == ""


@pytest.mark.parametrize(
    ("declare", "kind", "options"),
    [
        (Attr, str, {"required": True, "default": "x"}),
        (ChildText, int, {"lang": True}),
        (Attr, list, {}),
    ],
)
def test_declarations_that_make_no_sense(declare: Any, kind: type, options: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        declare(kind, **options)
