"""Text and value, both ways: one table for what is right, one for each direction for what is wrong."""

import datetime as dt
import math
import string
from enum import Enum, IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import codec_for, one_of


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark-blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Reversed:
    """A codec of a program's own."""

    def parse(self, text: str) -> str:
        return text[::-1]

    def format(self, value: str) -> str:
        return value[::-1]


UTC = dt.UTC
EAST = dt.timezone(dt.timedelta(hours=5, minutes=30))
WEST = dt.timezone(-dt.timedelta(hours=6))
SIZES = one_of("small", "large")

# kind, value, the text that is written for it
BOTH_WAYS: list[tuple[Any, object, str]] = [
    (str, "", ""),
    (str, " as it is\n", " as it is\n"),
    (str, "<&>'\"", "<&>'\""),
    (str, "\N{PILE OF POO}", "\N{PILE OF POO}"),
    (bool, True, "true"),
    (bool, False, "false"),
    (int, 0, "0"),
    (int, -128, "-128"),
    (int, 2**64, "18446744073709551616"),
    (int, 86400, "86400"),
    (float, 0.5, "0.5"),
    (float, -1e300, "-1e+300"),
    (float, 1.0, "1.0"),
    (float, float("inf"), "INF"),
    (float, float("-inf"), "-INF"),
    (bytes, b"", ""),
    (bytes, b"c", "Yw=="),
    (bytes, b"co", "Y28="),
    (bytes, b"cou", "Y291"),
    (bytes, b"coucou", "Y291Y291"),
    (bytes, bytes(range(256))[250:], "+vv8/f7/"),
    (JID, JID("me@example.org/x"), "me@example.org/x"),
    (JID, JID(""), ""),
    (dt.datetime, dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=UTC), "2002-09-10T23:08:25Z"),
    (dt.datetime, dt.datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    (dt.datetime, dt.datetime(2020, 2, 29, 12, 0, 0, 500000, tzinfo=UTC), "2020-02-29T12:00:00.5Z"),
    (dt.datetime, dt.datetime(2020, 2, 29, 12, 0, 0, 1, tzinfo=UTC), "2020-02-29T12:00:00.000001Z"),
    (dt.date, dt.date(1969, 7, 20), "1969-07-20"),
    (dt.date, dt.date(7, 1, 2), "0007-01-02"),
    (dt.time, dt.time(4, 0, 0), "04:00:00"),
    (dt.time, dt.time(4, 0, 0, 120000), "04:00:00.12"),
    (dt.time, dt.time(16, 20, 0, tzinfo=UTC), "16:20:00Z"),
    (dt.time, dt.time(16, 20, 0, tzinfo=EAST), "16:20:00+05:30"),
    (dt.time, dt.time(16, 20, 0, tzinfo=WEST), "16:20:00-06:00"),
    (Colour, Colour.DARK_BLUE, "dark-blue"),
    (Level, Level.HIGH, "2"),
    (SIZES, "large", "large"),
    (Reversed(), "abc", "cba"),
]

# kind, a text that a peer may write, its value
READ: list[tuple[Any, str, object]] = [
    (bool, "1", True),
    (bool, "0", False),
    (bool, "\n true\t", True),
    (int, " 5 ", 5),
    (int, "+5", 5),
    (int, "-0", 0),
    (int, "007", 7),
    (float, " 1 ", 1.0),
    (float, "1.", 1.0),
    (float, ".5", 0.5),
    (float, "1E3", 1000.0),
    (float, "-INF", float("-inf")),
    (bytes, " Y29\n1Y2\t91 ", b"coucou"),
    (bytes, "Yx==", b"c"),
    (JID, "Me@Example.ORG/X", JID("me@example.org/X")),
    (JID, "me@example.org/\N{THINKING FACE}", JID.parse("me@example.org/\N{THINKING FACE}")),
    (dt.datetime, "2002-09-10T23:08:25+05:30", dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=EAST)),
    (dt.datetime, "2002-09-10T23:08:25-06:00", dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=WEST)),
    (dt.datetime, "2002-09-10T23:08:25-00:00", dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=UTC)),
    (dt.datetime, " 2002-09-10T23:08:25Z\n", dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=UTC)),
    (dt.datetime, "2002-09-10T23:08:25.1234567Z", dt.datetime(2002, 9, 10, 23, 8, 25, 123456, tzinfo=UTC)),
    (dt.datetime, "2016-12-31T23:59:60Z", dt.datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    (dt.date, " 1969-07-20 ", dt.date(1969, 7, 20)),
    (dt.time, "\t04:00:00Z", dt.time(4, tzinfo=UTC)),
    (Colour, " red ", Colour.RED),
    (Level, "1", Level.LOW),
    (SIZES, " small ", "small"),
]

# kind, a text that is no such value
NOT_READ: list[tuple[Any, str]] = [
    (bool, ""),
    (bool, "TRUE"),
    (bool, "yes"),
    (bool, "2"),
    (int, ""),
    (int, " "),
    (int, "1_000"),
    (int, "0x10"),
    (int, "1.0"),
    (int, "1 2"),
    (int, "\N{ARABIC-INDIC DIGIT FIVE}"),
    (int, "\N{NO-BREAK SPACE}5"),
    (int, "9" * 65),
    (int, "--5"),
    (float, ""),
    (float, "inf"),
    (float, "nan"),
    (float, "1,5"),
    (float, "1_0.0"),
    (float, "0x1p3"),
    (float, "."),
    (bytes, "Y"),
    (bytes, "Yw"),
    (bytes, "Yw="),
    (bytes, "Yw==="),
    (bytes, "Y=w="),
    (bytes, "Y29*"),
    (bytes, "Y28-"),
    (bytes, "="),
    (bytes, "Yw==Yw=="),
    (bytes, "\N{LATIN SMALL LETTER E WITH ACUTE}AAA"),
    (JID, "@example.org"),
    (JID, "me@"),
    (JID, "a b@example.org"),
    (JID, "me@example.org/\ud800"),
    (dt.datetime, ""),
    (dt.datetime, "2002-09-10"),
    (dt.datetime, "2002-09-10T23:08:25"),
    (dt.datetime, "2002-09-10 23:08:25Z"),
    (dt.datetime, "20020910T23:08:25"),
    (dt.datetime, "2002-09-10T23:08Z"),
    (dt.datetime, "2002-09-10T23:08:25.Z"),
    (dt.datetime, "2002-09-10T23:08:25z"),
    (dt.datetime, "2002-02-30T23:08:25Z"),
    (dt.datetime, "2002-09-10T24:08:25Z"),
    (dt.datetime, "2002-09-10T23:08:61Z"),
    (dt.datetime, "2002-09-10T23:08:25+24:00"),
    (dt.datetime, "0000-09-10T23:08:25Z"),
    (dt.datetime, "\N{ARABIC-INDIC DIGIT TWO}002-09-10T23:08:25Z"),
    (dt.date, "1969-7-20"),
    (dt.date, "1969-13-20"),
    (dt.date, "69-07-20"),
    (dt.time, "4:00:00"),
    (dt.time, "04:00"),
    (dt.time, "25:00:00"),
    (Colour, "green"),
    (Colour, "RED"),
    (Colour, ""),
    (Level, "3"),
    (SIZES, "medium"),
    (SIZES, ""),
]

# kind, what a program may not assign
NOT_WRITTEN: list[tuple[Any, object]] = [
    (str, 5),
    (str, b"bytes"),
    (str, None),
    (str, "\x00"),
    (str, "\ud800"),
    (bool, 1),
    (bool, "yes"),
    (int, True),
    (int, 5.0),
    (int, "five"),
    (int, b"5"),
    (float, "five"),
    (float, True),
    (bytes, "text"),
    (bytes, 5),
    (JID, 5),
    (JID, "@example.org"),
    (JID, "me@example.org/\N{THINKING FACE}"),
    (dt.datetime, dt.datetime(2002, 9, 10)),
    (dt.datetime, dt.date(2002, 9, 10)),
    (dt.datetime, "yesterday"),
    (dt.datetime, dt.datetime(1, 1, 1, tzinfo=EAST)),
    (dt.date, dt.datetime(2002, 9, 10, tzinfo=UTC)),
    (dt.date, "yesterday"),
    (dt.time, dt.datetime(2002, 9, 10, tzinfo=UTC)),
    (dt.time, dt.time(4, tzinfo=dt.timezone(dt.timedelta(seconds=30)))),
    (Colour, "green"),
    (Colour, 1.5),
    (Level, 3),
    (SIZES, "medium"),
    (SIZES, 1),
]

# kind, a text that may be assigned for the value, what is written
WRITTEN_AS_TEXT: list[tuple[Any, object, str]] = [
    (bool, "1", "true"),
    (int, "+5", "5"),
    (float, 5, "5.0"),
    (float, "5", "5.0"),
    (bytes, bytearray(b"c"), "Yw=="),
    (JID, "Me@example.org", "me@example.org"),
    (dt.datetime, "2002-09-10T23:08:25-06:00", "2002-09-11T05:08:25Z"),
    (dt.datetime, dt.datetime(2002, 9, 10, 23, 8, 25, tzinfo=WEST), "2002-09-11T05:08:25Z"),
    (dt.date, "2002-09-10", "2002-09-10"),
    (dt.time, "04:00:00-00:00", "04:00:00Z"),
    (Colour, "red", "red"),
    (Level, 2, "2"),
]


@pytest.mark.parametrize(("kind", "value", "text"), BOTH_WAYS)
def test_both_ways(kind: Any, value: object, text: str) -> None:
    codec = codec_for(kind)
    assert codec.format(value) == text
    assert codec.parse(text) == value
    assert type(codec.parse(text)) is type(value)


@pytest.mark.parametrize(("kind", "text", "value"), READ)
def test_read(kind: Any, text: str, value: object) -> None:
    assert codec_for(kind).parse(text) == value


@pytest.mark.parametrize(("kind", "text"), NOT_READ)
def test_not_read(kind: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        codec_for(kind).parse(text)
    if not isinstance(caught.value, InvalidJID):
        assert len(text) < 3 or text not in str(caught.value)


@pytest.mark.parametrize(("kind", "value"), NOT_WRITTEN)
def test_not_written(kind: Any, value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        codec_for(kind).format(value)


@pytest.mark.parametrize(("kind", "value", "text"), WRITTEN_AS_TEXT)
def test_written_as_text(kind: Any, value: object, text: str) -> None:
    assert codec_for(kind).format(value) == text


def test_not_a_number() -> None:
    codec = codec_for(float)
    assert codec.format(float("nan")) == "NaN"
    number = codec.parse("NaN")
    assert math.isnan(number)


def test_a_datetime_is_aware() -> None:
    assert codec_for(dt.datetime).parse("2002-09-10T23:08:25Z").tzinfo is UTC


def test_no_codec_for_the_type() -> None:
    with pytest.raises(TypeError, match="no codec for list"):
        codec_for(list)


@given(st.binary(max_size=64), st.text(alphabet=" \t\r\n", max_size=3))
def test_any_bytes_with_white_space_anywhere(data: bytes, space: str) -> None:
    codec = codec_for(bytes)
    text = codec.format(data)
    assert codec.parse(text) == data
    assert codec.parse(space.join(text)) == data


@given(
    st.datetimes(min_value=dt.datetime(2, 1, 1), max_value=dt.datetime(9998, 1, 1), timezones=st.timezones())
)
def test_any_moment(moment: dt.datetime) -> None:
    codec = codec_for(dt.datetime)
    assert codec.parse(codec.format(moment)) == moment.astimezone(UTC)


@given(st.integers(min_value=-(10**60), max_value=10**60))
def test_any_whole_number(number: int) -> None:
    assert codec_for(int).parse(codec_for(int).format(number)) == number


@given(st.floats(allow_nan=False))
def test_any_number(number: float) -> None:
    assert codec_for(float).parse(codec_for(float).format(number)) == number


@pytest.mark.parametrize("kind", [bool, int, float, bytes, dt.datetime, dt.date, dt.time, Colour, SIZES])
@given(text=st.text(alphabet=string.printable + "\u0660\ud800", max_size=30))
def test_any_text_is_a_value_or_a_value_error(kind: Any, text: str) -> None:
    codec = codec_for(kind)
    try:
        value = codec.parse(text)
    except ValueError:
        return
    assert isinstance(codec.format(value), str)
