"""What stands in forms beside fields: meanings (XEP-0068), layouts (XEP-0141) and media (XEP-0221)."""

from collections.abc import Callable

import pytest

from helixmpp import ClientXMPP
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0004 import Form, FormField
from helixmpp.plugins.xep_0068 import XEP_0068, FieldDefinition
from helixmpp.plugins.xep_0141 import XEP_0141, LayoutPart, Page
from helixmpp.plugins.xep_0221 import XEP_0221, Media
from helixmpp.xml import parse_one, serialize


def form_of(kind: str, inner: str) -> Form:
    return Form(xml=parse_one(f"<x xmlns='jabber:x:data' type='{kind}'>{inner}</x>"))


# -- XEP-0068 -------------------------------------------------------------------------------------------------

TYPED = "<field var='FORM_TYPE' type='{kind}'><value>urn:t</value></field>"


@pytest.mark.parametrize(
    ("kind", "field", "form_type"),
    [
        ("form", "<field var='FORM_TYPE' type='hidden'><value>urn:t</value></field>", "urn:t"),
        ("form", "<field var='FORM_TYPE' type='text-single'><value>urn:t</value></field>", None),
        ("form", "<field var='FORM_TYPE'><value>urn:t</value></field>", None),
        ("result", "<field var='FORM_TYPE'><value>urn:t</value></field>", None),
        ("submit", "<field var='FORM_TYPE'><value>urn:t</value></field>", "urn:t"),
        ("submit", "<field var='FORM_TYPE' type='hidden'><value>urn:t</value></field>", "urn:t"),
        ("submit", "<field var='FORM_TYPE' type='text-single'><value>urn:t</value></field>", None),
        ("submit", "<field var='FORM_TYPE'/>", None),
        ("submit", "<field var='form_type'><value>urn:t</value></field>", None),
    ],
)
def test_where_a_form_type_counts(kind: str, field: str, form_type: str | None) -> None:
    meanings = ClientXMPP("a@b.c", "x").register_plugin(XEP_0068)
    form = form_of(kind, field)
    assert (form.form_type, meanings.form_type(form)) == (form_type, form_type)


@pytest.fixture
def meanings() -> XEP_0068:
    found = ClientXMPP("a@b.c", "x").register_plugin(XEP_0068)
    found.define("urn:order", [FieldDefinition("size", "list-single", "Size", ("small", "large"))])
    found.define(
        "urn:order", [FieldDefinition("gift", "boolean"), FieldDefinition("{urn:order}notes", "text-multi")]
    )
    return found


def test_values_are_read_by_what_was_defined(meanings: XEP_0068) -> None:
    form = form_of(
        "submit",
        "<field var='FORM_TYPE'><value>urn:order</value></field>"
        "<field var='{urn:order}size'><value>small</value></field>"
        "<field var='gift'><value>true</value></field>"
        "<field var='notes'><value>one</value></field>"
        "<field var='other'><value>x</value></field>",
    )
    assert meanings.read(form) == {"size": "small", "gift": True, "{urn:order}notes": ["one"]}
    assert meanings.read(form, "urn:order", "urn:x") == meanings.read(form)
    with pytest.raises(BadStanza):
        meanings.read(form, "urn:x")
    form.field["gift"].value = "maybe"
    with pytest.raises(BadStanza):
        meanings.read(form)
    form.field["gift"].xml.set("type", "text-single")
    assert "gift" not in meanings.read(form)
    meanings.forget("urn:order")
    with pytest.raises(BadStanza):
        meanings.read(form)


def test_forms_are_made_by_what_was_defined(meanings: XEP_0068) -> None:
    answer = meanings.make_form("urn:order", {"gift": False, "new": "x"})
    assert (answer.type, answer.form_type) == ("submit", "urn:order")
    assert answer["values"] == {"FORM_TYPE": ["urn:order"], "gift": False, "new": "x"}
    asking = meanings.make_form("urn:order", {"size": "small"}, "form", "Order")
    assert [(field.var, field.type) for field in asking.fields] == [
        ("FORM_TYPE", "hidden"),
        ("size", "list-single"),
        ("gift", "boolean"),
        ("{urn:order}notes", "text-multi"),
    ]
    assert (asking.title, asking["values"]["size"], asking.field["size"].label) == ("Order", "small", "Size")
    assert [option.value for option in asking.field["size"].options] == ["small", "large"]
    with pytest.raises(FieldValueError):
        meanings.make_form("urn:order", {"gift": "maybe"})
    for wrong in (("", [FieldDefinition("a")]), ("urn:t", [FieldDefinition("")])):
        with pytest.raises(ValueError, match=r"a (F|f)"):
            meanings.define(*wrong)
    assert meanings.field_type("urn:order", "gift") == "boolean"
    assert (meanings.field_type("urn:order", "x"), meanings.definitions("urn:none")) == ("", {})


# -- XEP-0141 -------------------------------------------------------------------------------------------------

FIELDS = """
  <title>XSF Application</title>
  <field var='name.first' type='text-single' label='First Name'><required/></field>
  <field var='name.last' type='text-single' label='Last Name'><required/></field>
  <field var='email' type='text-single' label='E-mail Address'/>
  <field var='secret' type='hidden'/>
  <field var='future' type='text-multi' label='Jabber Plans'/>"""

# Example 4, shortened, with references that lead nowhere.
PAGES = """
  <page xmlns='http://jabber.org/protocol/xdata-layout' label='One'>
    <text> This is page one. </text>
    <section label='Personal Information'>
      <section label='Name'><text>Who are you?</text><fieldref var='name.first'/><fieldref var='name.last'/></section>
      <fieldref var='email'/>
    </section>
    <fieldref var='name.first'/>
    <fieldref var='no.such'/>
    <fieldref/>
    <reportedref/>
    <unknown/>
  </page>
  <page xmlns='http://jabber.org/protocol/xdata-layout'><reportedref/></page>"""


def outline(parts: list[LayoutPart]) -> list[object]:
    shown: list[object] = []
    for part in parts:
        if part.kind in ("page", "section"):
            shown.append((part.kind, part.label, outline(part.parts)))
        elif part.field is not None:
            shown.append(part.field.var)
        else:
            shown.append(part.text or part.kind)
    return shown


@pytest.mark.parametrize(
    ("table", "first", "second"), [("", [], []), ("<reported><field var='a'/></reported>", ["table"], [])]
)
def test_a_layout_is_read_as_it_is_meant(table: str, first: list[object], second: list[object]) -> None:
    layouts = ClientXMPP("a@b.c", "x").register_plugin(XEP_0141)
    form = form_of("form", PAGES + FIELDS + table)
    name = ("section", "Name", ["Who are you?", "name.first", "name.last"])
    assert outline(layouts.layout(form)) == [
        ("page", "One", ["This is page one.", ("section", "Personal Information", [name, "email"]), *first]),
        ("page", "", second),
    ]
    assert [field.var for field in layouts.unplaced(form)] == ["future"]
    assert [page["label"] for page in form["pages"]] == ["One", ""]
    assert len(form["fields"]) == 5


def test_a_layout_is_built() -> None:
    layouts = ClientXMPP("a@b.c", "x").register_plugin(XEP_0141)
    form = form_of("form", FIELDS)
    assert layouts.layout(form) == []
    page = layouts.add_page(form, "One").add_text("first").add_field("email").add_text("second").add_table()
    page.add_section("Deep").add_section().add_field("future")
    again = Form(xml=parse_one(serialize(form.xml)))
    deep = ("section", "Deep", [("section", "", ["future"])])
    assert outline(layouts.layout(again)) == [("page", "One", ["first", "email", "second", deep])]
    assert (page.texts, [ref.var for ref in page.fieldrefs], len(page.sections)) == (
        ["first", "second"],
        ["email"],
        1,
    )
    wrong: list[Callable[[], object]] = [
        lambda: layouts.add_page(form, "\x00"),
        lambda: page.add_text("\x00"),
        lambda: page.add_field("\x00"),
        lambda: page.add_section("\x00"),
    ]
    for change in wrong:
        with pytest.raises(FieldValueError):
            change()
    assert serialize(form.xml) == serialize(again.xml)


def test_sections_as_deep_as_the_parser_lets_them() -> None:
    layouts = ClientXMPP("a@b.c", "x").register_plugin(XEP_0141)
    deep = "<section>" * 95 + "<fieldref var='email'/>" + "</section>" * 95
    form = form_of("form", f"<page xmlns='{Page.namespace}'>{deep}</page>{FIELDS}")
    part = layouts.layout(form)[0]
    depth = 0
    while part.kind != "field":
        part, depth = part.parts[0], depth + 1
    assert (depth, part.label) == (96, "E-mail Address")


# -- XEP-0221 -------------------------------------------------------------------------------------------------

# Example 2.
OCR = """<field xmlns='jabber:x:data' var='ocr'>
    <media xmlns='urn:xmpp:media-element' height='80' width='290'>
      <uri type='image/jpeg'>
        http://www.victim.com/challenges/ocr.jpeg?F3A6292C
      </uri>
      <uri type='audio/ogg; codecs=speex'>cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org</uri>
    </media>
  </field>"""


def test_media_are_read_and_built() -> None:
    ClientXMPP("a@b.c", "x").register_plugin(XEP_0221)
    media = FormField(xml=parse_one(OCR))["media"]
    assert (media["height"], media["width"]) == (80, 290)
    places = [(uri["type"], uri["value"]) for uri in media["uris"]]
    assert places == [
        ("image/jpeg", "http://www.victim.com/challenges/ocr.jpeg?F3A6292C"),
        ("audio/ogg; codecs=speex", "cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org"),
    ]
    field = FormField()
    field["media"]["height"] = 80
    field[Media].width = 290
    for kind, value in places:
        field["media"].add_uri(value, kind)
    again = FormField(xml=parse_one(serialize(field.xml)))[Media]
    assert (again.height, again.width) == (80, 290)
    assert [(uri.type, uri.value) for uri in again.uris] == places


@pytest.mark.parametrize("pixels", [-1, 65_536, "x", 1.5])
def test_pixels_that_are_none(pixels: object) -> None:
    media = Media()
    with pytest.raises(FieldValueError):
        media["width"] = pixels
    assert serialize(media.xml) == serialize(Media().xml)
    with pytest.raises(BadStanza):
        _ = Media(xml=parse_one(f"<media xmlns='urn:xmpp:media-element' width='{pixels}'/>")).width


@pytest.mark.parametrize(
    "kind", ["", "image", "image/", "/png", "image/png\n", "im age/png", " image/png", "\x00/x"]
)
def test_mime_types_that_are_none(kind: str) -> None:
    media = Media()
    with pytest.raises(FieldValueError):
        media.add_uri("cid:a@b", kind)
    assert len(media.xml) == 0
    with pytest.raises(FieldValueError):
        media.add_uri("\x00", "image/png")
    media.add_uri("cid:a@b", "image/png").xml.attrib.pop("type")
    with pytest.raises(BadStanza):
        _ = media.uris[0].type
