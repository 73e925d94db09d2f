"""The texts of ``<value/>`` elements to a value in Python and back, by the type of the field."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza.types import ANY_TYPE, MULTI_TYPES, FieldValue
from helixmpp.xml import check_text

__all__ = ["is_mapping", "read_value", "texts_of"]

_TRUE = ("1", "true")
_FALSE = ("0", "false")
# Which single ones are believed to have only one value. What a fixed field has is only shown to people.
_ONE_VALUE = frozenset({"boolean", "jid-single", "list-single", "text-private", "text-single"})
_LINES = frozenset({"jid-multi", "text-multi"})
_JIDS = frozenset({"jid-multi", "jid-single"})


def read_value(kind: str, texts: list[str], where: str) -> FieldValue:
    """What a peer sent as the values of a field of type ``kind``; None where there is none.

    :raises BadStanza: it is no value of that type.
    """
    if kind in _JIDS:
        texts = _checked_jids(texts, where)
    if kind == "boolean" and texts in ([""], []):
        # Section 3.6: an empty value and no value mean the same.
        return None
    if kind in _ONE_VALUE and len(texts) > 1:
        raise BadStanza(f"{where} has {len(texts)} values; its type allows one")
    if not texts:
        return None
    if kind in MULTI_TYPES or len(texts) > 1:
        return texts
    if kind == "boolean":
        return _read_bool(texts[0], where)
    return texts[0]


def _read_bool(text: str, where: str) -> bool:
    word = text.strip(" \t\r\n")
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadStanza(f"{where} is no boolean")


def _checked_jids(texts: list[str], where: str) -> list[str]:
    # "duplicate JIDs MUST be ignored" (section 3.3)
    seen: dict[str, str] = {}
    for text in texts:
        if text:
            try:
                seen.setdefault(JID.parse(text).full, text)
            except InvalidJID:
                raise BadStanza(f"{where} is no valid address", "jid-malformed") from None
    return list(seen.values())


def texts_of(kind: str, value: object, where: str) -> list[str]:
    """The texts for a value that a program assigned to a field of type ``kind``.

    :raises FieldValueError: it is no value of that type, or it holds what XML forbids.
    :raises InvalidJID: it is no address, in a field for addresses.
    """
    if value is None:
        return []
    values: list[object] = [value]
    if _is_iterable(value) and not isinstance(value, str):
        values = list(value)
        if kind != ANY_TYPE and kind not in MULTI_TYPES:
            raise FieldValueError(f"{where}: a field of type {kind} has one value, not a list")
    if kind == "boolean":
        return [_bool_text(values[0], where)]
    texts = [text for one in values for text in _split(kind, _text(one, where))]
    if kind in _JIDS:
        texts = list(dict.fromkeys(JID(text).full for text in texts if text))
    return texts


def _split(kind: str, text: str) -> list[str]:
    # "SHOULD NOT contain any newlines ... split the data into multiple strings" (section 3.3)
    if kind in _LINES and ("\n" in text or "\r" in text):
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [text]


def _text(value: object, where: str) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, JID | int | float):
        return str(value)
    if not isinstance(value, str):
        raise FieldValueError(f"{where}: a str is needed, not {type(value).__name__}")
    try:
        return check_text(value)
    except ValueError as error:
        raise FieldValueError(f"{where}: {error}") from None


def _bool_text(value: object, where: str) -> str:
    if value in (True, False):
        return "1" if value else "0"
    if isinstance(value, str) and value in (*_TRUE, *_FALSE):
        return "1" if value in _TRUE else "0"
    raise FieldValueError(f"{where}: a bool is needed, not {value!r:.50}")


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a program gave a dictionary of any kind."""
    return isinstance(value, Mapping)


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable)
