"""Texts by language (RFC 6121 section 5.2.3), and the language that is inherited (RFC 6120 section 8.1.5)."""

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.stanza import (
    Attr,
    ChildText,
    ElementBase,
    Message,
    register_stanza_plugin,
    unregister_stanza_plugin,
)
from helixmpp.xml import parse_one

TWO = '<message xml:lang="en"><body>hello</body><body xml:lang="de">hallo</body></message>'
NONE = '<message><body xml:lang="cs">ahoj</body><body>hello</body><body xml:lang="de">hallo</body></message>'
FOREIGN = '<message xml:lang="en"><body xml:lang="de">hallo</body><body xml:lang="cs">ahoj</body></message>'
EMPTY = "<message/>"
BLANK = "<message><body/></message>"

# message, language asked for, text
READ: list[tuple[str, str | None, str]] = [
    (TWO, None, "hello"),
    (TWO, "en", "hello"),
    (TWO, "EN", "hello"),
    (TWO, "de", "hallo"),
    (TWO, "fr", ""),
    (NONE, None, "hello"),
    (NONE, "cs", "ahoj"),
    (NONE, "de", "hallo"),
    (NONE, "en", ""),
    (FOREIGN, None, "hallo"),
    (FOREIGN, "en", ""),
    (FOREIGN, "cs", "ahoj"),
    (EMPTY, None, ""),
    (EMPTY, "en", ""),
    (BLANK, None, ""),
]

ALL: list[tuple[str, dict[str, str]]] = [
    (TWO, {"en": "hello", "de": "hallo"}),
    (NONE, {"cs": "ahoj", "": "hello", "de": "hallo"}),
    (FOREIGN, {"de": "hallo", "cs": "ahoj"}),
    (EMPTY, {}),
    (BLANK, {"": ""}),
    ("<message><body>1</body><body>2</body></message>", {"": "1"}),
]


@pytest.mark.parametrize(("xml", "lang", "text"), READ)
def test_read(xml: str, lang: str | None, text: str) -> None:
    message = Message(xml=parse_one(xml))
    assert Message.body.read(message, lang) == text
    assert message[f"body|{lang}" if lang else "body"] == text
    if lang is None:
        assert message.body == text


@pytest.mark.parametrize(("xml", "texts"), ALL)
def test_read_all(xml: str, texts: dict[str, str]) -> None:
    message = Message(xml=parse_one(xml))
    assert message["body|*"] == texts
    assert Message.body.all(message) == texts


# message, key, value, message then
WRITTEN: list[tuple[str, str, object, str]] = [
    (EMPTY, "body", "x", "<message><body>x</body></message>"),
    (EMPTY, "body|de", "x", '<message><body xml:lang="de">x</body></message>'),
    (TWO, "body", "x", TWO.replace("hello", "x")),
    (TWO, "body|en", "x", TWO.replace("hello", "x")),
    (TWO, "body|de", "x", TWO.replace("hallo", "x")),
    (TWO, "body|cs", "x", TWO.replace("</message>", '<body xml:lang="cs">x</body></message>')),
    (NONE, "body", "x", NONE.replace("hello", "x")),
    (FOREIGN, "body", "x", FOREIGN.replace("</message>", "<body>x</body></message>")),
    (TWO, "body", None, '<message xml:lang="en"/>'),
    (TWO, "body|*", None, '<message xml:lang="en"/>'),
    (TWO, "body|de", None, '<message xml:lang="en"><body>hello</body></message>'),
    (TWO, "body|fr", None, TWO),
    (TWO, "body|*", {"fr": "x"}, '<message xml:lang="en"><body xml:lang="fr">x</body></message>'),
    (EMPTY, "body|*", {"": "x", "fr": "y"}, '<message><body>x</body><body xml:lang="fr">y</body></message>'),
]


@pytest.mark.parametrize(("before", "key", "value", "after"), WRITTEN)
def test_write(before: str, key: str, value: object, after: str) -> None:
    message = Message(xml=parse_one(before))
    message[key] = value
    assert str(message) == after.replace("<message", '<message xmlns="jabber:client"')


@pytest.mark.parametrize("value", ["text", {"de": 5}, {"\x00": "x"}, {"de": "\x00"}])
def test_wrong_texts_by_language(value: object) -> None:
    message = Message(xml=parse_one(TWO))
    with pytest.raises(FieldValueError):
        message["body|*"] = value
    assert message["body|*"] == {"en": "hello", "de": "hallo"}


class Note(ElementBase):
    name = "note"
    namespace = "urn:note"
    plugin_attrib = "note"
    size = Attr(int)
    text = ChildText(lang=True)


def test_the_language_is_inherited() -> None:
    register_stanza_plugin(Message, Note)
    try:
        message = Message(
            xml=parse_one('<message xml:lang="de"><note xmlns="urn:note"><text>t</text></note></message>')
        )
        assert message["note"]["lang"] == "de"
        assert message["note"]["text|de"] == "t"
        message["note"]["lang"] = "cs"
        assert message["note"]["text|*"] == {"cs": "t"}
        del message["note"]["lang"]
        message["lang"] = ""
        assert message["note"]["text|*"] == {"": "t"}
        with pytest.raises(FieldValueError):
            message["lang"] = "\x00"
    finally:
        unregister_stanza_plugin(Message, Note)
