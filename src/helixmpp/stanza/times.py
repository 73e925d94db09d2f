"""Dates and times as XEP-0082 has them; loaded by the first field that holds one.

Each codec is one of :mod:`helixmpp.stanza.codecs`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

__all__ = ["TIMES", "Written"]

# The four characters that XML calls white space (XML 1.0 section 2.3); str.strip() takes many more.
_SPACE: Final = " \t\r\n"

# Patterns are compiled when they are first used: most programs never read a date.
_DATE: Final = r"(\d{4})-(\d\d)-(\d\d)"
_TIME: Final = r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?"
_ZONE: Final = r"(Z|[+-]\d\d:\d\d)"


def _zone(text: str) -> dt.timezone:
    if text == "Z":
        return dt.UTC
    offset = dt.timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return dt.timezone(-offset if text[0] == "-" else offset)


def _microseconds(digits: str | None) -> int:
    return int((digits or "")[:6].ljust(6, "0"))


class Written:
    """How times are written."""

    #: Whether zeros at the end of a fraction of a second are left out; all forms are equal (XEP-0082 section 3.2).
    short = True
    #: Whether a date and time has to have a zone, as it has in XEP-0082; else what is read without one is UTC.
    zone_needed = True


def _fraction(microsecond: int) -> str:
    if not microsecond:
        return ""
    text = f".{microsecond:06}"
    return text.rstrip("0") if Written.short else text


class _DateTime:
    """XEP-0082 section 3.2: ``CCYY-MM-DDThh:mm:ss[.sss]TZD``; read with its zone, written in UTC."""

    _form: Final = f"{_DATE}T{_TIME}{_ZONE}"

    def parse(self, text: str) -> dt.datetime:
        found = re.fullmatch(self._form, text.strip(_SPACE), re.ASCII)
        if found is None and not Written.zone_needed:
            found = re.fullmatch(self._form, f"{text.strip(_SPACE)}Z", re.ASCII)
        if found is None:
            raise ValueError("no date and time with a zone")
        year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
        # A leap second has no place in a datetime; it is the second before the next minute.
        value = dt.datetime(
            year, month, day, hour, minute, min(second, 59), _microseconds(found[7]), tzinfo=_zone(found[8])
        )
        if second > 60:
            raise ValueError("no second of a minute")
        return value

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if not isinstance(value, dt.datetime):
            raise TypeError(f"a datetime is needed, not {type(value).__name__}")
        if value.utcoffset() is None:
            if not Written.zone_needed:
                return value.isoformat()
            raise ValueError("the datetime has no time zone; give it one, such as datetime.now(UTC)")
        try:
            utc = value.astimezone(dt.UTC)
        except OverflowError:
            raise ValueError("the datetime is out of range in UTC") from None
        return f"{utc:%Y-%m-%d}".rjust(10, "0") + f"T{utc:%H:%M:%S}{_fraction(utc.microsecond)}Z"


class _Date:
    """XEP-0082 section 3.1: ``CCYY-MM-DD``."""

    _form: Final = _DATE

    def parse(self, text: str) -> dt.date:
        found = re.fullmatch(self._form, text.strip(_SPACE), re.ASCII)
        if found is None:
            raise ValueError("no date")
        return dt.date(*map(int, found.groups()))

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            raise TypeError(f"a date is needed, not {type(value).__name__}")
        return value.isoformat()


class _Time:
    """XEP-0082 section 3.3: ``hh:mm:ss[.sss][TZD]``; the zone stays as it is, or absent."""

    _form: Final = f"{_TIME}{_ZONE}?"

    def parse(self, text: str) -> dt.time:
        found = re.fullmatch(self._form, text.strip(_SPACE), re.ASCII)
        if found is None:
            raise ValueError("no time of day")
        hour, minute, second = map(int, found.group(1, 2, 3))
        zone = _zone(found[5]) if found[5] else None
        return dt.time(hour, minute, second, _microseconds(found[4]), tzinfo=zone)

    def format(self, value: object) -> str:
        if isinstance(value, str):
            value = self.parse(value)
        if not isinstance(value, dt.time):
            raise TypeError(f"a time is needed, not {type(value).__name__}")
        zone = ""
        offset = value.utcoffset()
        if offset is not None:
            minutes, rest = divmod(offset, dt.timedelta(minutes=1))
            if rest:
                raise ValueError("the zone of the time is not a whole number of minutes")
            sign = "-" if minutes < 0 else "+"
            zone = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "Z"
        return f"{value:%H:%M:%S}{_fraction(value.microsecond)}{zone}"


TIMES: Final[dict[type, Any]] = {dt.datetime: _DateTime(), dt.date: _Date(), dt.time: _Time()}
