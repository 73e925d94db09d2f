"""What XML 1.0 forbids is refused at the call (section 2.2), and the stanza stays as it was and can be sent."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Comment, Element, ProcessingInstruction

import pytest

from helixmpp.stanza import (
    Attr,
    ChildAttr,
    ChildText,
    Choice,
    ElementBase,
    Error,
    Flag,
    Iq,
    Message,
    Presence,
    Roster,
    RosterItem,
    StanzaBase,
    Text,
    Texts,
    register_stanza_plugin,
    unregister_stanza_plugin,
)
from helixmpp.xml import parse_one

FORBIDDEN = ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\ud800", "\udfff", "\ufffe", "\uffff"]
IDS = [f"U+{ord(char):04X}" for char in FORBIDDEN]


class Form(ElementBase):
    """All kinds of field that take a text."""

    name = "form"
    namespace = "urn:form"
    plugin_attrib = "test_form"
    title = Attr(str)
    own = Text()
    label = ChildText()
    desc = ChildText(lang=True)
    why = ChildAttr(str, "status", "why")
    values_ = Texts(str, "value")
    kind = Choice("text", "list")
    interfaces = {"old", "old_text", "old_lang"}  # noqa: RUF012 - as programs write it
    sub_interfaces = {"old_text", "old_lang"}  # noqa: RUF012 - as programs write it
    lang_interfaces = {"old_lang"}  # noqa: RUF012 - as programs write it


def set_(key: str) -> Callable[[Message, str], object]:
    def act(message: Message, text: str) -> object:
        message[key] = text
        return None

    return act


def set_in(child: str, key: str) -> Callable[[Message, str], object]:
    def act(message: Message, text: str) -> object:
        message[child][key] = text
        return None

    return act


def body_attribute(message: Message, text: str) -> None:
    message.body = text


def body_by_language(message: Message, text: str) -> None:
    message["body|*"] = {"de": text}


def body_in_a_language(message: Message, text: str) -> None:
    message[f"body|{text}"] = "x"


def list_of_texts(message: Message, text: str) -> None:
    message[Form].values_ = ["fine", text]


def choice(message: Message, text: str) -> None:
    message[Form].kind = text


def values(message: Message, text: str) -> None:
    message.values = {"body": text}


def reply(message: Message, text: str) -> None:
    message.reply(text)


def made(message: Message, text: str) -> None:
    Message(sid=text)


def made_to(message: Message, text: str) -> None:
    Message(sto=f"a@b.c/{text}")


def made_from(message: Message, text: str) -> None:
    Message(sfrom=f"{text}@b.c")


def query(message: Message, text: str) -> None:
    Iq()["query"] = f"urn:{text}"


def status(message: Message, text: str) -> None:
    Presence()["status"] = text


def roster_name(message: Message, text: str) -> None:
    RosterItem().name_ = text


def roster_groups(message: Message, text: str) -> None:
    Roster()["items"] = {"a@b.c": {"groups": [text]}}


def error_text(message: Message, text: str) -> None:
    Error()["text"] = text


def element_name(message: Message, text: str) -> None:
    message.append(Element(f"{{urn:x}}x{text}"))


def element_namespace(message: Message, text: str) -> None:
    message.append(Element(f"{{urn:{text}}}x"))


def element_text(message: Message, text: str) -> None:
    element = Element("{urn:x}x")
    element.text = text
    message.append(element)


def element_attribute(message: Message, text: str) -> None:
    message.append(Element("{urn:x}x", {"a": text}))


def element_attribute_name(message: Message, text: str) -> None:
    message.append(Element("{urn:x}x", {f"a{text}": "x"}))


def element_deep_inside(message: Message, text: str) -> None:
    element = Element("{urn:x}x")
    inside = Element("{urn:x}y")
    inside.tail = text
    element.append(inside)
    message.appendxml(element)


def stanza_with_it(message: Message, text: str) -> None:
    form = Form()
    form.xml.set("title", text)
    message.append(form)


def child_with_it(message: Message, text: str) -> None:
    form = Form()
    form.xml.text = text
    message[Form] = form


def payload(message: Message, text: str) -> None:
    message.set_payload([Element("{urn:x}x"), Element(f"x{text}")])


def class_name(message: Message, text: str) -> None:
    type("Bad", (ElementBase,), {"name": f"x{text}", "namespace": "urn:x"})


def class_namespace(message: Message, text: str) -> None:
    type("Bad", (ElementBase,), {"name": "x", "namespace": f"urn:{text}"})


def field_name(message: Message, text: str) -> None:
    type("Bad", (ElementBase,), {"name": "x", "namespace": "urn:x", "a": Attr(str, f"a{text}")})


def field_namespace(message: Message, text: str) -> None:
    type("Bad", (ElementBase,), {"name": "x", "namespace": "urn:x", "a": Flag(namespace=f"urn:{text}")})


CALLS: list[Callable[[Message, str], object]] = [
    set_("body"),
    set_("subject"),
    set_("thread"),
    set_("parent_thread"),
    set_("id"),
    set_("type"),
    set_("to"),
    set_("from"),
    set_("lang"),
    set_in("test_form", "title"),
    set_in("test_form", "own"),
    set_in("test_form", "label"),
    set_in("test_form", "desc"),
    set_in("test_form", "desc|de"),
    set_in("test_form", "why"),
    set_in("test_form", "lang"),
    set_in("test_form", "old"),
    set_in("test_form", "old_text"),
    set_in("test_form", "old_lang|de"),
    set_in("error", "text"),
    set_in("error", "gone"),
    set_in("error", "condition"),
    set_in("error", "by"),
    body_attribute,
    body_by_language,
    body_in_a_language,
    list_of_texts,
    choice,
    values,
    reply,
    made,
    made_to,
    made_from,
    query,
    status,
    roster_name,
    roster_groups,
    error_text,
    element_name,
    element_namespace,
    element_text,
    element_attribute,
    element_attribute_name,
    element_deep_inside,
    stanza_with_it,
    child_with_it,
    payload,
    class_name,
    class_namespace,
    field_name,
    field_namespace,
]
NAMES = [f"{call.__name__}-{index}" for index, call in enumerate(CALLS)]


@pytest.fixture(autouse=True)
def registered() -> Any:
    register_stanza_plugin(Message, Form)
    yield
    unregister_stanza_plugin(Message, Form)


@pytest.mark.parametrize("char", FORBIDDEN, ids=IDS)
@pytest.mark.parametrize("call", CALLS, ids=NAMES)
def test_refused_at_the_call(call: Callable[[Message, str], object], char: str) -> None:
    message = Message(sto="a@b.c", stype="chat")
    message.body = "before"
    before = str(message)
    with pytest.raises(ValueError):
        call(message, f"some {char} text")
    # Nothing was changed, and what is there can be sent.
    assert str(message) == before
    message.body = "after"
    assert str(StanzaBase(xml=parse_one(str(message)))) == before.replace("before", "after")


@pytest.mark.parametrize(
    "char", ["\t", "\n", "\r", " ", "\x7f", "\x85", "\ud7ff", "\ue000", "\ufffd", "\U00010000"]
)
def test_what_xml_allows_is_kept(char: str) -> None:
    message = Message()
    message.body = message.id = f"a{char}b"
    read = Message(xml=parse_one(str(message)))
    assert (read.body, read.id) == (f"a{char}b", f"a{char}b")


@pytest.mark.parametrize("element", [Comment("x"), ProcessingInstruction("x")])
def test_only_elements(element: Element) -> None:
    holder = Element("{urn:x}x")
    holder.append(element)
    message = Message()
    for one in (element, holder):
        with pytest.raises(ValueError):
            message.append(one)
    assert str(message) == '<message xmlns="jabber:client"/>'
