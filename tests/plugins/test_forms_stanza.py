"""``<x xmlns='jabber:x:data'/>`` of XEP-0004: the examples of the text, values by type, answers checked."""

import asyncio
from collections.abc import Callable
from copy import copy
from typing import Any

import pytest

from helixmpp import ClientXMPP, Message, XMPPError
from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import XEP_0004, FieldOption, Form, FormField
from helixmpp.plugins.xep_0004.stanza import field as field_module
from helixmpp.plugins.xep_0004.stanza import form as form_module
from helixmpp.xml import parse_one, serialize

# Example 2.
BOT = """<x xmlns='jabber:x:data' type='form'>
  <title>Bot Configuration</title>
  <instructions>Fill out this form to configure your new bot!</instructions>
  <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
  <field type='fixed'><value>Section 1: Bot Info</value></field>
  <field type='text-single' label='The name of your bot' var='botname'/>
  <field type='text-multi' label='Helpful description of your bot' var='description'/>
  <field type='boolean' label='Public bot?' var='public'><required/></field>
  <field type='text-private' label='Password for special access' var='password'/>
  <field type='fixed'><value>Section 2: Features</value></field>
  <field type='list-multi' label='What features will the bot support?' var='features'>
    <option label='Contests'><value>contests</value></option>
    <option label='News'><value>news</value></option>
    <option label='Search'><value>search</value></option>
    <value>news</value>
    <value>search</value>
  </field>
  <field type='list-single' label='Maximum number of subscribers' var='maxsubs'>
    <value>20</value>
    <option label='10'><value>10</value></option>
    <option label='20'><value>20</value></option>
    <option label='None'><value>none</value></option>
  </field>
  <field type='jid-multi' label='People to invite' var='invitelist'>
    <desc>Tell all your friends about your new bot!</desc>
  </field>
</x>"""

# Example 3.
ANSWER = """<x xmlns='jabber:x:data' type='submit'>
  <field type='hidden' var='FORM_TYPE'><value>jabber:bot</value></field>
  <field type='text-single' var='botname'><value>The Jabber Google Bot</value></field>
  <field type='text-multi' var='description'><value>one</value><value>two</value></field>
  <field type='boolean' var='public'><value>0</value></field>
  <field type='list-multi' var='features'><value>news</value><value>search</value></field>
  <field type='list-single' var='maxsubs'><value>10</value></field>
  <field type='jid-multi' var='invitelist'>
    <value>juliet@capulet.com</value>
    <value>benvolio@montague.net</value>
    <value>JULIET@capulet.com</value>
  </field>
</x>"""

# Example 8.
RESULTS = """<x xmlns='jabber:x:data' type='result'>
  <title>Joogle Search: verona</title>
  <reported><field var='name'/><field var='url'/></reported>
  <item>
    <field var='name'><value>Comune di Verona</value></field>
    <field var='url'><value>http://www.comune.verona.it/</value></field>
  </item>
  <item><field var='name'><value>benvenuto!</value></field><field var='url'><value/></field></item>
</x>"""


def form_of(text: str) -> Form:
    return Form(xml=parse_one(text))


def field_of(text: str) -> FormField:
    return FormField(xml=parse_one(text.replace("<field", "<field xmlns='jabber:x:data'", 1)))


def test_import_paths_give_the_same_classes() -> None:
    assert form_module.Form is Form
    assert form_module.FormField is field_module.FormField is FormField
    assert form_module.FieldOption is field_module.FieldOption is FieldOption


def test_example_2_asks() -> None:
    form = form_of(BOT)
    assert (form.type, form.title, form.form_type) == ("form", "Bot Configuration", "jabber:bot")
    assert form["instructions"] == form.instructions == "Fill out this form to configure your new bot!"
    assert [field["var"] for field in form["fields"]] == [field.var for field in form.fields]
    fields = form.get_fields()
    assert list(fields)[:3] == ["FORM_TYPE", "", "botname"]
    assert form.field["public"].required is True and form["fields"][2]["required"] is False
    assert [(one["label"], one["value"]) for one in fields["maxsubs"]["options"]] == [
        ("10", "10"),
        ("20", "20"),
        ("None", "none"),
    ]
    assert fields["invitelist"]["desc"] == "Tell all your friends about your new bot!"
    assert form["values"] == {
        "FORM_TYPE": ["jabber:bot"],
        "botname": None,
        "description": None,
        "public": None,
        "password": None,
        "features": ["news", "search"],
        "maxsubs": "20",
        "invitelist": None,
    }


def test_example_3_answers() -> None:
    answer = form_of(ANSWER)
    assert form_of(BOT).validate(answer) == {
        "FORM_TYPE": ["jabber:bot"],
        "botname": "The Jabber Google Bot",
        "description": ["one", "two"],
        "public": False,
        "features": ["news", "search"],
        "maxsubs": "10",
        "invitelist": ["juliet@capulet.com", "benvolio@montague.net"],
    }
    assert answer.field["invitelist"].jids == [JID("juliet@capulet.com"), JID("benvolio@montague.net")]
    assert answer.field["description"].get_value(convert_list=True) == "one\ntwo"
    assert answer.field["public"].get_value(convert=False) == "0"
    assert answer.field["public"]["answer"] is False


def test_example_8_is_a_table() -> None:
    form = form_of(RESULTS)
    assert list(form["reported"]) == ["name", "url"]
    assert form["items"] == [
        {"name": "Comune di Verona", "url": "http://www.comune.verona.it/"},
        {"name": "benvenuto!", "url": ""},
    ]


def test_building_what_was_read() -> None:
    form = Form()
    assert (form["type"], form["values"], form["fields"]) == ("form", {}, [])
    form["title"] = "Bot Configuration"
    form["instructions"] = "Fill out this form to configure your new bot!"
    form.add_field(var="FORM_TYPE", ftype="hidden", value="jabber:bot")
    form.add_field(ftype="fixed", value="Section 1: Bot Info")
    form.add_field("botname", "text-single", "The name of your bot")
    form.add_field("description", type="text-multi", label="Helpful description of your bot")
    form.add_field("public", "boolean", "Public bot?", required=True)
    form.addField("password", "text-private", "Password for special access")
    form.add_field(ftype="fixed", value="Section 2: Features")
    many = form.add_field("features", "list-multi", "What features will the bot support?", value=["news"])
    for word in ("contests", "news", "search"):
        many.add_option(label=word.title(), value=word)
    many["value"] = ("news", "search")
    one = form.add_field("maxsubs", "list-single", "Maximum number of subscribers", value=20)
    one["options"] = [{"label": "10", "value": "10"}, FieldOption(xml=many.options[0].xml), "none"]
    one.set_options([{"value": n, "label": n} for n in ("10", "20")] + [{"label": "None", "value": "none"}])
    form.add_field(
        "invitelist", "jid-multi", "People to invite", desc="Tell all your friends about your new bot!"
    )
    assert form == form_of(serialize(form.xml))
    expected = form_of(BOT)
    assert form["values"] == expected["values"]
    assert [field.options for field in form.fields] == [field.options for field in expected.fields]
    assert [child.tag for child in one.xml][:1] == ["{jabber:x:data}value"]


@pytest.mark.parametrize(
    ("given", "lines"),
    [("one\ntwo", ["one", "two"]), (["one", "two"], ["one", "two"]), ("", []), (None, []), (("x",), ["x"])],
)
def test_instructions(given: Any, lines: list[str]) -> None:
    form = Form()
    form.add_field("a")
    form.instructions = "old"
    form.instructions = given
    assert form["instructions"] == "\n".join(lines)
    assert [child.text for child in form.xml if child.tag.endswith("instructions")] == lines
    del form["instructions"]
    assert form.instructions == ""


@pytest.mark.parametrize(
    ("kind", "value", "texts", "read"),
    [
        ("boolean", True, ["1"], True),
        ("boolean", False, ["0"], False),
        ("boolean", "true", ["1"], True),
        ("boolean", 0, ["0"], False),
        ("text-single", "a\nb", ["a\nb"], "a\nb"),
        ("text-single", 5, ["5"], "5"),
        ("text-single", "", [""], ""),
        ("text-single", None, [], None),
        ("text-private", "secret", ["secret"], "secret"),
        ("fixed", "x", ["x"], "x"),
        ("hidden", "x", ["x"], ["x"]),
        ("hidden", ["x", "y"], ["x", "y"], ["x", "y"]),
        ("text-multi", "a\nb\r\nc\rd", ["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        ("text-multi", ["a\nb", "c"], ["a", "b", "c"], ["a", "b", "c"]),
        ("text-multi", [], [], None),
        ("list-single", "x", ["x"], "x"),
        ("list-multi", "x", ["x"], ["x"]),
        ("list-multi", {"x": 1}, ["x"], ["x"]),
        ("jid-single", JID("A@b.c/r"), ["a@b.c/r"], "a@b.c/r"),
        ("jid-multi", "a@b.c\nd@e.f", ["a@b.c", "d@e.f"], ["a@b.c", "d@e.f"]),
        ("jid-multi", ["a@b.c", JID("A@B.c")], ["a@b.c"], ["a@b.c"]),
        ("", "x", ["x"], "x"),
        ("", "x\ny", ["x\ny"], "x\ny"),
        ("", ["x", "y"], ["x", "y"], ["x", "y"]),
        ("", True, ["1"], "1"),
    ],
)
def test_values_by_type(kind: str, value: object, texts: list[str], read: object) -> None:
    field = FormField()
    field["type"] = kind
    field["value"] = value
    assert (field.texts, field["value"], field.value, field.get_value()) == (texts, read, read, read)
    again = field_of(serialize(field.xml, stream_ns="jabber:x:data"))
    assert (again.texts, again.value) == (texts, read)
    field.value = None
    assert (field.value, len(field.xml)) == (None, 0)


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("boolean", "maybe", FieldValueError),
        ("boolean", 2, FieldValueError),
        ("boolean", [True], FieldValueError),
        ("text-single", ["a"], FieldValueError),
        ("list-single", ("a", "b"), FieldValueError),
        ("text-single", object(), FieldValueError),
        ("text-single", b"x", FieldValueError),
        ("text-single", "\x00", FieldValueError),
        ("text-multi", ["ok", "\ud800"], FieldValueError),
        ("hidden", "\x0b", FieldValueError),
        ("", "￾", FieldValueError),
        ("jid-single", "@b", InvalidJID),
        ("jid-multi", ["a@b.c", "a@@b"], InvalidJID),
    ],
)
def test_wrong_values_of_a_program_change_nothing(kind: str, value: object, error: type[Exception]) -> None:
    form = Form()
    field = form.add_field("v", kind)
    field["value"] = kept = {"boolean": True, "jid-single": "a@b.c", "jid-multi": "a@b.c"}.get(kind, "kept")
    before = serialize(form.xml)
    with pytest.raises(error):
        field["value"] = value
    with pytest.raises(error):
        form["values"] = {"other": "x", "v": value}
    with pytest.raises(error):
        form.add_field("w", kind, value=value)
    assert serialize(form.xml) == before
    assert kept


FORBIDDEN = "\x01"


CHANGES: list[Callable[[Any], object]] = [
    lambda form: form.add_field(FORBIDDEN),
    lambda form: form.add_field("x", label=FORBIDDEN),
    lambda form: form.add_field("x", desc=FORBIDDEN),
    lambda form: form.add_field("x", "no-such-type"),
    lambda form: form.add_field("x", "list-single", options=[FORBIDDEN]),
    lambda form: form.add_field("x", "list-single", options=["a", {"value": "a"}]),
    lambda form: form.add_field("x", "list-single", options=[{"valeu": "a"}]),
    lambda form: form.add_field("x", "text-single", options=["a"]),
    lambda form: form.add_field("x", required="yes"),
    lambda form: form.set_fields([("x", {"value": FORBIDDEN})]),
    lambda form: form.set_instructions(["ok", FORBIDDEN]),
    lambda form: form.set_instructions([5]),
    lambda form: form.__setitem__("title", FORBIDDEN),
    lambda form: form.__setitem__("type", "error"),
    lambda form: form.add_item({"name": FORBIDDEN}),
    lambda form: form.set_items([{"name": "x"}, {"name": FORBIDDEN}]),
    lambda form: form.add_reported(FORBIDDEN),
    lambda form: form.set_reported(["x", FORBIDDEN]),
    lambda form: form.field["kind"].add_option("B", "b"),
    lambda form: form.field["name"].add_option("B", "b"),
    lambda form: form.field["kind"].set_options(["x", "x"]),
]


@pytest.mark.parametrize("change", CHANGES)
def test_wrong_calls_change_nothing(change: Callable[[Any], object]) -> None:
    form = Form()
    form.title = "T"
    form.instructions = "I"
    form.add_field("name", "text-single")
    form.add_field("kind", "list-single", options=["a", "b"])
    form.add_reported("name")
    form.add_item({"name": "x"})
    before = serialize(form.xml)
    with pytest.raises(FieldValueError):
        change(form)
    assert serialize(form.xml) == before
    with pytest.raises(TypeError):
        form.add_field("x", colour="red")
    with pytest.raises(TypeError):
        form.add_reported("x", colour="red")
    assert serialize(form.xml) == before


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<field type='boolean'><value> true </value></field>", True),
        ("<field type='boolean'/>", None),
        ("<field type='boolean'><value/></field>", None),
        ("<field type='color'><value>x</value></field>", "x"),
        ("<field type='color'><value>x</value><value>y</value></field>", BadStanza),
        ("<field type='fixed'><value>x</value><value>y</value></field>", ["x", "y"]),
        ("<field type='boolean'><value>yes</value></field>", BadStanza),
        ("<field type='boolean'><value>1</value><value>0</value></field>", BadStanza),
        ("<field type='text-single'><value>1</value><value>0</value></field>", BadStanza),
        ("<field type='list-single'><value>1</value><value>0</value></field>", BadStanza),
        ("<field type='jid-single'><value>@</value></field>", BadStanza),
        ("<field type='jid-single'><value/></field>", None),
        ("<field type='jid-multi'><value>a@b</value><value/><value>A@b</value></field>", ["a@b"]),
        ("<field type='jid-multi'><value>a@b</value><value>a@@b</value></field>", BadStanza),
    ],
)
def test_what_peers_send(text: str, read: object) -> None:
    field = field_of(text)
    form = Form()
    form.append(field)
    form.fields[0]["var"] = "v"
    if read is BadStanza:
        with pytest.raises(BadStanza) as caught:
            _ = field["value"]
        assert "@" not in caught.value.text
        with pytest.raises(BadStanza):
            _ = form["values"]
    else:
        assert field["value"] == read
        assert form["values"] == {"v": read}


def test_a_type_that_nobody_defined_is_text_single_and_stays_on_the_wire() -> None:
    field = field_of("<field type='color' var='c'/>")
    assert (field.type, field["type"], field.xml.get("type")) == ("text-single", "text-single", "color")
    with pytest.raises(BadStanza):
        _ = form_of("<x xmlns='jabber:x:data' type='error'/>").type


REFUSED = [
    ("<field var='public'/>", "public"),
    ("<field var='public'><value/></field>", "public"),
    ("", "public"),
    ("<field var='public'><value>yes</value></field>", "public"),
    ("<field var='public'><value>1</value><value>1</value></field>", "public"),
    ("<field var='public'><value>1</value></field><field var='public'><value>0</value></field>", "twice"),
    ("<field var='public'><value>1</value></field><field var='maxsubs'><value>50</value></field>", "maxsubs"),
    (
        "<field var='public'><value>1</value></field>"
        "<field var='features'><value>news</value><value>x</value></field>",
        "features",
    ),
    (
        "<field var='public'><value>1</value></field><field var='botname'><value>x</value><value>y</value></field>",
        "botname",
    ),
    (
        "<field var='public'><value>1</value></field><field var='invitelist'><value>@</value></field>",
        "invitelist",
    ),
    ("<field var='FORM_TYPE'><value>urn:other</value></field>", "FORM_TYPE"),
]


@pytest.mark.parametrize(("fields", "named"), REFUSED)
def test_answers_that_are_refused(fields: str, named: str) -> None:
    with pytest.raises(XMPPError) as caught:
        form_of(BOT).validate(form_of(f"<x xmlns='jabber:x:data' type='submit'>{fields}</x>"))
    assert (caught.value.condition, caught.value.etype) == ("not-acceptable", "modify")
    assert named in caught.value.text


@pytest.mark.parametrize("kind", ["form", "cancel", "result"])
def test_only_a_submission_is_an_answer(kind: str) -> None:
    with pytest.raises(XMPPError, match="not-acceptable"):
        form_of(BOT).validate(form_of(ANSWER.replace("'submit'", f"'{kind}'")))


def test_a_short_answer_leaves_the_rest_as_it_is() -> None:
    answer = "<field var='public'><value>true</value></field><field var='maxsubs'/><field var='new'/>"
    given = form_of(f"<x xmlns='jabber:x:data' type='submit'>{answer}</x>")
    assert form_of(BOT).validate(given) == {"public": True, "maxsubs": None}


def test_replying_and_cancelling() -> None:
    form = form_of(BOT)
    form.reply()
    form["values"] = {"botname": "Bot", "public": True, "new": ["a", "b"]}
    assert form["type"] == "submit"
    assert (form["values"]["public"], form["values"]["new"]) == (True, ["a", "b"])
    assert form_of(BOT).validate(form)["botname"] == "Bot"
    assert form.reply()["type"] == form.reply()["type"] == "result"
    assert (form.cancel()["type"], form["fields"], form.title) == ("cancel", [], "Bot Configuration")


def test_merging() -> None:
    form = form_of(BOT)
    other = Form()
    other.add_field("botname", "text-single", value="Bot")
    other.add_field("extra", value="x")
    both = form.merge(other)
    assert (both["values"]["botname"], both["values"]["extra"], form["values"]["botname"]) == (
        "Bot",
        "x",
        None,
    )
    assert form.merge({"botname": "Other"})["values"]["botname"] == "Other"
    assert len(form.fields) == 10
    assert copy(form) == form


def test_a_table_is_built() -> None:
    form = Form()
    form["type"] = "result"
    form.add_item({"free": True})
    form["items"] = []
    form.add_reported("name", ftype="text-single", label="Name")
    form.addReported("on", type="boolean")
    form.add_item({"name": "one", "on": True, "unknown": "x"})
    form.add_item({"on": "false"})
    assert form["items"] == [{"name": "one", "on": "1"}, {"name": None, "on": "0"}]
    assert [child.tag.rpartition("}")[2] for child in form.xml] == ["reported", "item", "item"]
    form["reported"] = {"a": {"type": "boolean"}, "b": form.get_reported()["name"]}
    assert [(field.var, field.type) for field in form["reported"].values()] == [
        ("a", "boolean"),
        ("b", "text-single"),
    ]
    assert form.xml[0].tag == "{jabber:x:data}reported"
    del form["reported"], form["items"]
    assert len(form.xml) == 0


def test_fields_are_replaced() -> None:
    form = Form()
    old = form.add_field("old", value="x")
    form.set_fields([("a", {"type": "boolean", "value": True}), old, "plain"])
    assert form["values"] == {"a": True, "old": "x", "plain": None}
    form.set_fields({"b": {"value": "x", "var": "ignored"}})
    assert form["values"] == {"b": "x"}
    form.del_values()
    assert form["values"] == {"b": None}
    form.del_fields()
    assert form.fields == []


def test_the_form_of_a_message_is_put_in_by_the_first_write() -> None:
    xmpp = ClientXMPP("a@b.c", "x")
    plugin = xmpp.register_plugin(XEP_0004)
    message = Message()
    assert message["form"]["type"] == "form"
    assert len(message.xml) == 0
    message["form"].add_field("x", value="1")
    assert message["form"]["values"] == {"x": "1"}
    assert len(message.xml) == 1
    made = plugin.make_form(ftype="submit", title="T", instructions=["a", "b"])
    assert (made["type"], made["title"], made["instructions"]) == ("submit", "T", "a\nb")
    assert plugin.build_form(parse_one(BOT)).form_type == "jabber:bot"
    with pytest.raises(FieldValueError):
        plugin.build_form(message.xml)
    assert plugin.stanza.Form is Form


def test_a_form_with_very_many_fields_is_read_in_no_time() -> None:
    text = "".join(f"<field var='f{n}' type='list-multi'><value>x</value></field>" for n in range(4000))
    form = form_of(f"<x xmlns='jabber:x:data' type='submit'>{text}</x>")
    loop = asyncio.new_event_loop()
    start = loop.time()
    assert len(form["values"]) == 4000
    assert form_of(BOT).merge(form)["values"]["f1"] == ["x"]
    assert loop.time() - start < 10
    loop.close()


# -- answers and refusals ----------------------------------------------------------------------------------------


def asking() -> Form:
    form = Form()
    form.add_field("FORM_TYPE", "hidden", value="urn:x")
    form.add_field("public", "boolean", "Public?", "Who sees it", required=True, value=True)
    form.add_field("lines", "text-multi", value="a\nb")
    form.add_field("size", "list-single", options=["small", "large"], value="small")
    return form


def test_an_answer_has_names_and_values_only() -> None:
    form = asking()
    form["type"] = "submit"
    form.add_field("nick", "text-single", "Nick", "Your name", required=True, value="Juliet")
    form.set_values({"public": False, "lines": "c\nd", "size": "large", "more": "e\nf"})
    assert serialize(form.xml, stream_ns="jabber:x:data").replace('"', "'") == (
        "<x type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>"
        "<field var='public'><value>0</value></field>"
        "<field var='lines'><value>c</value><value>d</value></field>"
        "<field var='size'><value>large</value></field>"
        "<field var='nick'><value>Juliet</value></field>"
        "<field var='more'><value>e</value><value>f</value></field></x>"
    )
    # What is read from these objects still goes by the types that were left out.
    assert (form["values"]["public"], form.field["lines"].kind) == (False, "text-multi")
    form.set_fields([("public", {"type": "boolean", "label": "Public?", "value": True})])
    assert serialize(form.xml, stream_ns="jabber:x:data").replace('"', "'") == (
        "<x type='submit'><field var='public'><value>1</value></field></x>"
    )


def test_a_refusal_has_no_fields() -> None:
    form = asking()
    form["type"] = "cancel"
    assert serialize(form.xml, stream_ns="jabber:x:data").replace('"', "'") == "<x type='cancel'/>"
    with pytest.raises(FieldValueError):
        form["type"] = "maybe"
    assert form["type"] == "cancel"
