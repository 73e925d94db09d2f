"""XEP-0082, XMPP Date and Time Profiles: dates and times as texts, and back.

Protocols of XMPP write a moment as ``1969-07-21T02:56:15Z``. Fields of stanzas convert by themselves; this is for
programs that have such a text elsewhere.

Use::

    from helixmpp.plugins import xep_0082
    moment = xep_0082.parse("1969-07-20T21:56:15-05:00")
    text = xep_0082.format_datetime(moment)  # "1969-07-21T02:56:15Z"

The same functions are methods of the plugin: ``xmpp.plugin["xep_0082"].parse(text)``.

Events: none.

Operations: none.

Limits: years from 1 to 9999; fractions of a second up to 30 digits are read, and six are kept. A moment needs a
time zone and is written in UTC, so that it does not tell where somebody is.

Version: XEP-0082 1.1.1.
"""

import datetime as dt
import re
from typing import Any

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError
from helixmpp.stanza import Codec, codec_for

__all__ = [
    "XEP_0082",
    "date",
    "datetime",
    "format_date",
    "format_datetime",
    "format_time",
    "parse",
    "time",
]

# Section 4: what the protocols before this one wrote, always in UTC.
_LEGACY = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d:\d\d:\d\d)", re.ASCII)


def parse(time_str: str | None) -> dt.datetime | dt.date | dt.time:
    """Read a date and time, a date, or a time of day; which one, the text says.

    The older form ``CCYYMMDDThh:mm:ss`` is read as well (section 4).

    :raises ValueError: it is none of these, or there is none.
    """
    text = (time_str or "").strip(" \t\r\n")
    legacy = _LEGACY.fullmatch(text)
    if legacy is not None:
        text = f"{legacy[1]}-{legacy[2]}-{legacy[3]}T{legacy[4]}Z"
    try:
        if "T" in text:
            return codec_for(dt.datetime).parse(text)
        if ":" in text:
            return codec_for(dt.time).parse(text)
        return codec_for(dt.date).parse(text)
    except ValueError:
        raise ValueError("no date or time as XEP-0082 has them") from None


def format_date(time_obj: dt.date) -> str:
    """Write a date, or the date of a datetime: ``1776-07-04``.

    :raises FieldValueError: it is none.
    """
    return _format(dt.date, time_obj.date() if isinstance(time_obj, dt.datetime) else time_obj)


def format_time(time_obj: dt.time | dt.datetime) -> str:
    """Write a time of day, or that of a datetime, with its zone where it has one: ``16:00:00``.

    :raises FieldValueError: it is none.
    """
    return _format(dt.time, time_obj.timetz() if isinstance(time_obj, dt.datetime) else time_obj)


def format_datetime(time_obj: dt.datetime) -> str:
    """Write a date and time, in UTC: ``1969-07-21T02:56:15Z``.

    :raises FieldValueError: it is none, or it has no time zone.
    """
    return _format(dt.datetime, time_obj)


def date(
    year: int | None = None, month: int | None = None, day: int | None = None, obj: bool = False
) -> str | dt.date:
    """Make a date; what is not given is that of today in UTC.

    :param obj: give a :class:`datetime.date` instead of the text.
    :raises ValueError: there is no such day.
    """
    today = dt.datetime.now(dt.UTC).date()
    made = dt.date(
        *(_or(one, other) for one, other in ((year, today.year), (month, today.month), (day, today.day)))
    )
    return made if obj else format_date(made)


def time(
    hour: int | None = None,
    min: int | None = None,
    sec: int | None = None,
    micro: int | None = None,
    offset: dt.tzinfo | int | None = None,
    obj: bool = False,
) -> str | dt.time:
    """Make a time of day; what is not given is that of now in UTC.

    :param micro: microseconds.
    :param offset: the zone: a ``tzinfo``, or seconds ahead of UTC; by default UTC.
    :param obj: give a :class:`datetime.time` instead of the text.
    :raises ValueError: there is no such time.
    """
    now = dt.datetime.now(dt.UTC)
    made = dt.time(
        _or(hour, now.hour),
        _or(min, now.minute),
        _or(sec, now.second),
        _or(micro, now.microsecond),
        tzinfo=_zone(offset),
    )
    return made if obj else format_time(made)


def datetime(
    year: int | None = None,
    month: int | None = None,
    day: int | None = None,
    hour: int | None = None,
    min: int | None = None,
    sec: int | None = None,
    micro: int | None = None,
    offset: dt.tzinfo | int | None = None,
    separators: bool = True,
    obj: bool = False,
) -> str | dt.datetime:
    """Make a date and time; what is not given is that of now in UTC.

    :param micro: microseconds.
    :param offset: the zone of what is given: a ``tzinfo``, or seconds ahead of UTC; by default UTC.
    :param separators: False writes the older form ``CCYYMMDDThh:mm:ss``, which is always in UTC (section 4).
    :param obj: give a :class:`datetime.datetime` instead of the text.
    :raises ValueError: there is no such moment.
    """
    now = dt.datetime.now(dt.UTC)
    made = dt.datetime(
        _or(year, now.year),
        _or(month, now.month),
        _or(day, now.day),
        _or(hour, now.hour),
        _or(min, now.minute),
        _or(sec, now.second),
        _or(micro, now.microsecond),
        tzinfo=_zone(offset),
    )
    if obj:
        return made
    text = format_datetime(made)
    if separators:
        return text
    day_text, _, time_text = text.partition("T")
    return f"{day_text.replace('-', '')}T{time_text[:8]}"


def _format(kind: type[Any], value: object) -> str:
    codec: Codec[Any] = codec_for(kind)
    try:
        return codec.format(value)
    except (TypeError, ValueError) as error:
        raise FieldValueError(str(error)) from None


def _or(given: int | None, default: int) -> int:
    return default if given is None else given


def _zone(offset: dt.tzinfo | int | None) -> dt.tzinfo:
    if offset is None:
        return dt.UTC
    return dt.timezone(dt.timedelta(seconds=offset)) if isinstance(offset, int) else offset


class XEP_0082(BasePlugin):  # noqa: N801 - the name that programs import
    """Dates and times: the functions of the module, for programs that look a plugin up."""

    name = "xep_0082"
    description = "Date and time profiles: dates and times as texts, and back"
    xep_version = "1.1.1"

    parse = staticmethod(parse)
    format_date = staticmethod(format_date)
    format_time = staticmethod(format_time)
    format_datetime = staticmethod(format_datetime)
    date = staticmethod(date)
    time = staticmethod(time)
    datetime = staticmethod(datetime)
