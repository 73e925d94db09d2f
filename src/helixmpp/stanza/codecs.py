"""Text on the wire to a value in Python and back, chosen by the Python type.

A codec has two small functions. ``parse`` takes what a peer sent and raises ``ValueError`` when it is no such
value; ``format`` takes what a program assigned and raises ``ValueError`` or ``TypeError`` when it is not. The
fields turn the first into :exc:`~helixmpp.errors.BadStanza` and the second into
:exc:`~helixmpp.errors.FieldValueError`. White space around a value is no part of it (XML Schema part 2,
section 4.3.6), except in ``str``.

Where a value has one text form, that text may be assigned as well (``"5"`` for an ``int``, ``"a@b.c"`` for a
``JID``), as programs are used to; it is checked in the same way.
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Generic, Protocol, TypeVar, overload

from helixmpp.jid import JID
from helixmpp.xml import check_text

__all__ = ["Codec", "OneOf", "checked_address", "codec_for", "one_of"]

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=Enum)
StrT = TypeVar("StrT", bound=str)

# The four characters that XML calls white space (XML 1.0 section 2.3); str.strip() takes many more.
_SPACE: Final = " \t\r\n"
_NO_SPACE: Final = {ord(char): None for char in _SPACE}


class Codec(Protocol[T]):
    """Both directions of one kind of value; a field takes one of your own for a kind that is not here."""

    def parse(self, text: str) -> T:
        """Return the value that a peer wrote; ``ValueError`` if it is none."""
        ...

    def format(self, value: T) -> str:
        """Return the text of a value from a program; ``ValueError`` or ``TypeError`` if it is none."""
        ...


class _Str:
    def parse(self, text: str) -> str:
        return text

    def format(self, value: object) -> str:
        if not isinstance(value, str):
            if isinstance(value, JID):
                return value.full  # programs give the ids of items so
            raise TypeError(f"a str is needed, not {type(value).__name__}")
        # check_text() knows this, too; the usual text is spared the call.
        return value if str.isprintable(value) else check_text(value)


class _Bool:
    """``true``, ``1``, ``false`` or ``0`` (XML Schema part 2 section 3.2.2); the words are written."""

    def parse(self, text: str) -> bool:
        match text.strip(_SPACE):
            case "true" | "1":
                return True
            case "false" | "0":
                return False
            case _:
                raise ValueError("no boolean")

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if not isinstance(value, bool):
            raise TypeError(f"a bool is needed, not {type(value).__name__}")
        return "true" if value else "false"


class _Int:
    # int() takes underscores and the digits of every script, and needs quadratic time for many.
    _form: Final = r"[+-]?[0-9]{1,64}"

    def parse(self, text: str) -> int:
        stripped = text.strip(_SPACE)
        if re.fullmatch(self._form, stripped) is None:
            raise ValueError("no whole number")
        return int(stripped)

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"an int is needed, not {type(value).__name__}")
        return str(int(value))


class _Float:
    _form: Final = r"[+-]?(?:[0-9]{1,64}(?:\.[0-9]{0,64})?|\.[0-9]{1,64})(?:[eE][+-]?[0-9]{1,4})?"
    _names: Final = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}

    def parse(self, text: str) -> float:
        stripped = text.strip(_SPACE)
        if stripped in self._names:
            return self._names[stripped]
        if re.fullmatch(self._form, stripped) is None:
            raise ValueError("no number")
        return float(stripped)

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TypeError(f"a float is needed, not {type(value).__name__}")
        number = float(value)
        if number != number:  # noqa: PLR0124 - only NaN differs from itself
            return "NaN"
        if number in (float("inf"), float("-inf")):
            return "INF" if number > 0 else "-INF"
        return repr(number)


class _Bytes:
    """Base64 (RFC 4648 section 4): white space may stand anywhere, padding and alphabet must be right."""

    def parse(self, text: str) -> bytes:
        try:
            return binascii.a2b_base64(text.translate(_NO_SPACE), strict_mode=True)
        except binascii.Error:
            raise ValueError("no base64") from None

    def format(self, value: object) -> str:
        if not isinstance(value, bytes | bytearray):
            raise TypeError(f"bytes are needed, not {type(value).__name__}")
        return base64.b64encode(value).decode("ascii")


@lru_cache(maxsize=512)
def checked_address(text: str) -> str:
    """The prepared form of an address; programs write to the same few again and again."""
    return JID(text).full


class _JID:
    """An address: strict when a program gives it, lenient when a peer sent it."""

    def parse(self, text: str) -> JID:
        return JID.parse(text, lenient=True)

    def format(self, value: object) -> str:
        if isinstance(value, JID):
            return value.full
        if not isinstance(value, str):
            raise TypeError(f"a JID or str is needed, not {type(value).__name__}")
        return checked_address(value)


class _EnumCodec(Generic[EnumT]):
    """One of the members of an enumeration, by its value."""

    def __init__(self, kind: type[EnumT]) -> None:
        self.kind = kind
        self._by_text = {str(member.value): member for member in kind}

    def parse(self, text: str) -> EnumT:
        member = self._by_text.get(text) or self._by_text.get(text.strip(_SPACE))
        if member is None:
            raise ValueError(f"no value of {self.kind.__name__}")
        return member

    def format(self, value: object) -> str:
        member = value if isinstance(value, self.kind) else self._by_text.get(str(value))
        if member is None or not isinstance(value, self.kind | str | int):
            raise ValueError(f"no value of {self.kind.__name__}: {', '.join(self._by_text)}")
        return str(member.value)


class OneOf(Generic[StrT]):
    """One of a few words; made by :func:`one_of`."""

    def __init__(self, values: tuple[StrT, ...]) -> None:
        self.values = values
        self._by_text: dict[str, StrT] = {str(value): value for value in values}

    def parse(self, text: str) -> StrT:
        """Return the word that was sent; ``ValueError`` for another."""
        value = self._by_text.get(text.strip(_SPACE))
        if value is None:
            raise ValueError("none of the words that are defined here")
        return value

    def format(self, value: object) -> str:
        """Return the word; ``ValueError`` for another."""
        if not isinstance(value, str) or value not in self._by_text:
            raise ValueError(f"one of {', '.join(self._by_text)} is needed")
        return str(value)


def one_of(*values: StrT) -> OneOf[StrT]:
    """Make a codec for one of a few words.

    Annotate the result for the checkers: ``WHEN: OneOf[Literal["all", "none"]] = one_of("all", "none")``.
    """
    return OneOf(values)


_CODECS: Final[dict[type, Any]] = {
    str: _Str(),
    bool: _Bool(),
    int: _Int(),
    float: _Float(),
    bytes: _Bytes(),
    JID: _JID(),
}


@overload
def codec_for(kind: type[T]) -> Codec[T]: ...
@overload
def codec_for(kind: Codec[T]) -> Codec[T]: ...
def codec_for(kind: type[Any] | Codec[Any]) -> Codec[Any]:
    """Return the codec for a Python type: ``str``, ``bool``, ``int``, ``float``, ``bytes``, ``JID``,
    ``datetime``, ``date``, ``time`` or an ``Enum``; an object that is a codec already is returned as it is.

    :raises TypeError: there is none for this type.
    """
    if not isinstance(kind, type):
        return kind
    codec: Codec[Any] | None = _CODECS.get(kind)
    if codec is None and kind.__module__ == "datetime":
        from helixmpp.stanza.times import TIMES  # noqa: PLC0415 - most stanzas have none

        codec = TIMES.get(kind)
    if codec is not None:
        return codec
    if issubclass(kind, Enum):
        return _EnumCodec(kind)
    raise TypeError(f"there is no codec for {kind.__name__}; give an object with parse() and format()")
