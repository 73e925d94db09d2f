"""``nick = ChildText()``: the text of a child; ``body = ChildText(lang=True)``, one for each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, overload

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.stanza.base.checks import checked_text
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.base.texts import delete_texts, find_text, texts_by_lang, write_text
from helixmpp.stanza.codecs import Codec, codec_for
from helixmpp.stanza.fields.defaults import UNSET, default_for
from helixmpp.stanza.fields.field import ChildOfField, G, S, ValueField, wire_name

__all__ = ["ChildText", "ChildTextField", "LangTextField"]

T = TypeVar("T")


class ChildTextField(ChildOfField[G, S], ValueField[G, S]):
    """The text of a child; made by :func:`ChildText`."""

    listed_in: tuple[str, ...] = ("sub_interfaces",)

    def __init__(
        self,
        kind: Any,
        name: str | None,
        default: Any,
        required: bool,
        namespace: str | None,
        key: str | None,
    ) -> None:
        super().__init__(codec_for(kind), default_for(kind, default, required), required, key)
        self.child = name or ""
        self.namespace = namespace

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.child = wire_name(self.child, name)

    def read(self, stanza: ItemAccess) -> G:
        """Return the value of the first such child's text."""
        child = stanza.xml.find(self.tag(stanza))
        value: G = self.absent() if child is None else self.parse(child.text or "")
        return value

    def write(self, stanza: ItemAccess, value: S) -> None:
        """Set the text of the child, which is made when there is none."""
        if value is None or (self.blank_deletes and value == ""):
            self.delete(stanza)
            return
        text = self.format(value)
        xml = stanza.xml
        tag = self.tag(stanza)
        child = xml.find(tag)
        if child is None:
            child = xml.makeelement(tag, {})
            xml.append(child)
        child.text = text
        if stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Take every such child out."""
        delete_texts(stanza.xml, self.tag(stanza), "*", stanza.get_lang)


class LangTextField(ChildTextField[str, str | None]):
    """The text of a child, one for each language.

    ``msg.body`` is the one in the stanza's language, else the first; ``msg["body|de"]`` is the one in German,
    ``msg["body|*"]`` is a dictionary by language. ``Message.body.read(msg, "de")`` and
    ``Message.body.all(msg)`` are the same with types.
    """

    listed_in = ("sub_interfaces", "lang_interfaces")

    def read(self, stanza: ItemAccess, lang: str | None = None) -> str:
        """Return the text in one language; ``""`` or the default if there is none."""
        child = find_text(stanza.xml, self.tag(stanza), lang, stanza.get_lang)
        if child is None:
            absent: str = self.absent() if lang is None else self.default
            return absent
        return child.text or ""

    def all(self, stanza: ItemAccess) -> dict[str, str]:
        """Return the texts by language; ``""`` stands for one that says no language."""
        return texts_by_lang(stanza.xml, self.tag(stanza), stanza.get_lang)

    def write(self, stanza: ItemAccess, value: str | None, lang: str | None = None) -> None:
        """Set the text in one language; None deletes it."""
        if value is None or (self.blank_deletes and value == ""):
            self.delete(stanza, lang)
            return
        text = self.format(value)
        if lang is not None:
            checked_text(lang, self.where)
        write_text(stanza.xml, self.tag(stanza), text, lang, stanza.get_lang)
        if stanza.is_loose:
            stanza.attach()

    def write_all(self, stanza: ItemAccess, values: Mapping[str, str]) -> None:
        """Set the texts by language, in place of all that are there."""
        if not hasattr(values, "items"):
            raise FieldValueError(f"{self.where}: a dictionary of texts by language is needed")
        texts = {checked_text(lang, self.where): self.format(text) for lang, text in values.items()}
        self.delete(stanza, "*")
        for lang, text in texts.items():
            write_text(stanza.xml, self.tag(stanza), text, lang, stanza.get_lang)
            if stanza.is_loose:
                stanza.attach()

    def delete(self, stanza: ItemAccess, lang: str | None = None) -> None:
        """Take the text in one language out; without ``lang``, and with ``*``, all of them."""
        delete_texts(stanza.xml, self.tag(stanza), lang, stanza.get_lang)

    def methods(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
        """Make the three methods, which take the language."""
        field = self
        is_usual = type(self) is LangTextField

        def get(self: ItemAccess, lang: str | None = None) -> str | dict[str, str]:
            return field.all(self) if lang == "*" else field.read(self, lang or None)

        def set_(self: ItemAccess, value: Any, lang: str | None = None) -> None:
            if lang is None and is_usual and value.__class__ is str and value and value.isprintable():
                # A body: the same as write() does, in fewer calls. What is printable, XML allows: check_text().
                write_text(self.xml, field.tag(self), value, None, self.get_lang)
                if self.is_loose:
                    self.attach()
            elif lang != "*" and (lang is not None or not hasattr(value, "items")):
                field.write(self, value, lang or None)
            else:
                field.write_all(self, value)

        def del_(self: ItemAccess, lang: str | None = None) -> None:
            field.delete(self, lang or None)

        return get, set_, del_


@overload
def ChildText(
    kind: type[str] = ...,
    name: str | None = ...,
    *,
    lang: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> LangTextField: ...
@overload
def ChildText(
    kind: type[str] = ...,
    name: str | None = ...,
    *,
    required: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[str, str]: ...
@overload
def ChildText(
    kind: type[str] = ...,
    name: str | None = ...,
    *,
    default: str = ...,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[str, str | None]: ...
@overload
def ChildText(
    kind: type[str] = ...,
    name: str | None = ...,
    *,
    default: None,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[str | None, str | None]: ...
@overload
def ChildText(
    kind: type[JID],
    name: str | None = ...,
    *,
    required: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[JID, JID | str]: ...
@overload
def ChildText(
    kind: type[JID],
    name: str | None = ...,
    *,
    default: JID,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[JID, JID | str | None]: ...
@overload
def ChildText(
    kind: type[JID],
    name: str | None = ...,
    *,
    default: None = ...,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[JID | None, JID | str | None]: ...
@overload
def ChildText(
    kind: type[T] | Codec[T],
    name: str | None = ...,
    *,
    required: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[T, T]: ...
@overload
def ChildText(
    kind: type[T] | Codec[T],
    name: str | None = ...,
    *,
    default: T,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[T, T | None]: ...
@overload
def ChildText(
    kind: type[T] | Codec[T],
    name: str | None = ...,
    *,
    default: None = ...,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildTextField[T | None, T | None]: ...
def ChildText(
    kind: Any = str,
    name: str | None = None,
    *,
    lang: bool = False,
    default: Any = UNSET,
    required: bool = False,
    namespace: str | None = None,
    key: str | None = None,
) -> Any:
    """Declare the text of a child: ``nick = ChildText()``, ``stamp = ChildText(datetime, "utc")``.

    :param kind: the Python type (see :func:`~helixmpp.stanza.codec_for`) or a codec.
    :param name: the child's local name; by default that of the Python attribute with hyphens for underscores.
    :param lang: whether there may be one for each language; the type is ``str`` then.
    :param default: what is read when there is no such child: None, but ``""`` for ``str``.
    :param required: reading it when there is no such child raises ``BadStanza``.
    :param namespace: the child's namespace, if it is not that of the stanza.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    if not lang:
        field: ChildTextField[Any, Any] = ChildTextField(kind, name, default, required, namespace, key)
        return field
    if kind is not str:
        raise TypeError("a text by language is a str")
    return LangTextField(str, name, default, required, namespace, key)
