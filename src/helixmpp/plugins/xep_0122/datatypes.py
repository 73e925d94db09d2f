"""The datatypes of XEP-0122 section 7.2.2: which texts they have, and which of two values is less."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from helixmpp.stanza import codec_for

__all__ = ["DATATYPES", "parse_value"]

# Decimal() and float() take underscores, other digits and words that XML Schema does not have.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,64}(?:\.[0-9]{0,64})?|\.[0-9]{1,64})", re.ASCII)
# RFC 5646 section 2.1, as XML Schema part 2 section 3.3.3 writes it.
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8}){0,32}", re.ASCII)
# RFC 3986 section 2 and RFC 3987: neither white space nor what URIs never have; a % begins two hexadecimal digits.
_URI = re.compile(r"(?:[^\s<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})*")
_SPACE = " \t\r\n"


def _integer(least: int | None = None, most: int | None = None) -> Callable[[str], Any]:
    def parse(text: str) -> int:
        number = codec_for(int).parse(text)
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(f"a whole number from {least} to {most} is needed")
        return number

    return parse


def _bits(count: int) -> Callable[[str], Any]:
    return _integer(-(2 ** (count - 1)), 2 ** (count - 1) - 1)


def _decimal(text: str) -> Decimal:
    stripped = text.strip(_SPACE)
    if not _DECIMAL.fullmatch(stripped):
        raise ValueError("no decimal number")
    return Decimal(stripped)


def _matching(form: "re.Pattern[str]", what: str) -> Callable[[str], Any]:
    def parse(text: str) -> str:
        stripped = text.strip(_SPACE)
        if not form.fullmatch(stripped):
            raise ValueError(what)
        return stripped

    return parse


def _time(text: str) -> dt.time:
    time = codec_for(dt.time).parse(text)
    # To be compared: a time without a zone counts as one in UTC (XML Schema part 2 section 3.2.7.4 leaves it open).
    return time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)


DATATYPES: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "xs:anyURI": _matching(_URI, "no URI"),
        "xs:boolean": codec_for(bool).parse,
        "xs:byte": _bits(8),
        "xs:date": codec_for(dt.date).parse,
        "xs:dateTime": codec_for(dt.datetime).parse,
        "xs:decimal": _decimal,
        "xs:double": codec_for(float).parse,
        "xs:int": _bits(32),
        "xs:integer": _integer(),
        "xs:language": _matching(_LANGUAGE, "no language"),
        "xs:long": _bits(64),
        "xs:negativeInteger": _integer(most=-1),
        "xs:nonNegativeInteger": _integer(least=0),
        "xs:nonPositiveInteger": _integer(most=0),
        "xs:positiveInteger": _integer(least=1),
        "xs:short": _bits(16),
        "xs:string": str,
        "xs:time": _time,
        "xs:unsignedByte": _integer(0, 2**8 - 1),
        "xs:unsignedInt": _integer(0, 2**32 - 1),
        "xs:unsignedLong": _integer(0, 2**64 - 1),
        "xs:unsignedShort": _integer(0, 2**16 - 1),
    }
)


def parse_value(datatype: str, text: str) -> Any:
    """The value of a text of that datatype; of one that is unknown here it is the text (section 4.1).

    :raises ValueError: it is none; the message says what is needed.
    """
    parse = DATATYPES.get(datatype, str)
    try:
        return parse(text)
    except ValueError:
        raise ValueError(f"a value of type {datatype} is needed") from None
