"""Each limit just under and just over, and tokens that never end."""

import dataclasses
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from helixmpp.errors import ProtocolError
from helixmpp.xml import Limits, StreamParser, XMLEvent
from tests.xml.streams import FOOTER, HEADER, SHORT_HEADER, bytewise, condition_of, read

SMALL = Limits(max_stanza_size=200, max_depth=5, max_attributes=4, max_children=3, max_owed_size=1000)


def filled(template: str, size: int) -> bytes:
    """The template with as many letters for its mark as make it that long."""
    return template.replace("*", "x" * (size - len(template) + 1)).encode()


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def with_children(number: int) -> bytes:
    return b"<a>" + b"<b/>" * number + b"</a>"


def with_attributes(number: int) -> bytes:
    return b"<a " + b" ".join(b"a%d=''" % at for at in range(number)) + b"/>"


def with_prefixes(number: int) -> bytes:
    return b"<a " + b" ".join(b"xmlns:a%d='u'" % at for at in range(number)) + b"></a>"


def with_both(number: int) -> bytes:
    return (
        b"<a b='1' xmlns='>' " + b" ".join(b'xmlns:a%d = "u\'"' % at for at in range(number - 2)) + b">=</a>"
    )


SIZES = [
    "<a>*</a>",
    "<a b='*'/>",
    "<a*/>",
    "<a xmlns='*'/>",
    "<a><![CDATA[*]]></a>",
    "<a>x<b/>*<b/></a>",
    "<a><b>*</b><b/></a>",
    "<*></*>",
]

CASES = [
    *[
        pytest.param(filled(each, 200), filled(each, 201), id=f"size {each}")
        for each in SIZES
        if each.count("*") == 1
    ],
    pytest.param(
        b"<a>" + b"&lt;" * 48 + b"x</a>", b"<a>" + b"&lt;" * 48 + b"xx</a>", id="size of references"
    ),
    pytest.param(
        "<a>é{}</a>".format("漢" * 63).encode() + b" " * 300,
        "<a>éx{}</a>".format("漢" * 64).encode(),
        id="size in bytes",
    ),
    pytest.param(nested(5), nested(6), id="depth"),
    pytest.param(
        b"<a><b/>" + nested(4) + b"</a>", b"<a><b/>" + nested(5) + b"</a>", id="depth of a later child"
    ),
    pytest.param(with_children(3), with_children(4), id="children"),
    pytest.param(
        b"<a>1<b>2" + with_children(3) + b"3</b>4</a>",
        b"<a>1<b>2" + with_children(4) + b"3</b></a>",
        id="children of a child",
    ),
    pytest.param(
        b"<a><b/>" + with_children(3) + with_children(3) + b"</a>",
        b"<a><b/>" + with_children(3) + with_children(4) + b"</a>",
        id="children of a later child",
    ),
    pytest.param(with_attributes(4), with_attributes(5), id="attributes"),
    pytest.param(with_prefixes(4), with_prefixes(5), id="prefixes count as attributes"),
    pytest.param(with_both(4), with_both(5), id="namespaces and attributes together"),
    pytest.param(
        b"<a>" + with_attributes(4) + b"</a>",
        b"<a>" + with_attributes(5) + b"</a>",
        id="attributes of a child",
    ),
]


@pytest.mark.parametrize(("under", "over"), CASES)
def test_just_under_and_just_over(under: bytes, over: bytes) -> None:
    around = b" <x/>\n<y></y>"
    good = read([SHORT_HEADER, around, under, around, FOOTER], SMALL)
    assert (len(good), good[-1]) == (7, "close")
    assert read([SHORT_HEADER + around + under + around + FOOTER], dataclasses.replace(SMALL)) == good
    bad = read([SHORT_HEADER, around, over, around], SMALL)
    assert (len(bad), condition_of(bad)) == (4, "policy-violation")
    for stream, events in ((around + under + around + FOOTER, good), (around + over + around, bad)):
        assert read([SHORT_HEADER, *bytewise(stream)], SMALL) == events
        for cut in range(0, len(stream), 3):
            assert read([SHORT_HEADER, stream[:cut], stream[cut:]], SMALL) == events


@pytest.mark.parametrize(
    ("over", "condition"),
    [
        (b"<a>" + b"x" * 180 + b"<b></c>" + b"x" * 100, "not-well-formed"),
        (b"<a>" + b"x" * 250 + b"<b></c>", "policy-violation"),
        (b"<a b" + b" " * 100 + b"c=''" + b" " * 200 + b"/>", "not-well-formed"),
        (b"<a b" + b" " * 220 + b"c=''/>", "policy-violation"),
        (nested(6)[:20] + b"</b>", "policy-violation"),
        (nested(5)[:15] + b"</b>", "not-well-formed"),
    ],
)
def test_what_is_wrong_first_is_the_error(over: bytes, condition: str) -> None:
    assert condition_of(read([SHORT_HEADER, over], SMALL)) == condition
    assert read([SHORT_HEADER, *bytewise(over)], SMALL) == read([SHORT_HEADER, over], SMALL)


@pytest.mark.parametrize(
    ("header", "condition"),
    [
        (filled(HEADER.decode().partition("?>")[2].replace("'1.0'", "'*'"), 200), None),
        (filled(HEADER.decode().partition("?>")[2].replace("'1.0'", "'*'"), 201), "policy-violation"),
        (HEADER.replace(b"id=", b"a='' b='' c='' id="), "policy-violation"),
    ],
)
def test_the_header_has_limits_too(header: bytes, condition: str | None) -> None:
    limits = Limits(max_stanza_size=200, max_attributes=6)
    for parts in ([header], bytewise(header)):
        events = read(parts, limits)
        assert len(events) == 1
        assert events[0].startswith(f"error {condition}" if condition else "open ")


def test_default_limits_are_met_exactly() -> None:
    megabyte = 1_048_576
    assert read([HEADER, filled("<a>*</a>", megabyte)])[1].startswith("element ")
    assert condition_of(read([HEADER, filled("<a>*</a>", megabyte + 1)])) == "policy-violation"
    assert read([HEADER, nested(100)])[1].startswith("element ")
    assert condition_of(read([HEADER, nested(101)])) == "policy-violation"
    assert read([HEADER, with_attributes(100)])[1].startswith("element ")
    assert condition_of(read([HEADER, with_attributes(101)])) == "policy-violation"
    assert read([HEADER, with_prefixes(100)])[1].startswith("element ")
    assert condition_of(read([HEADER, with_prefixes(101)])) == "policy-violation"
    assert read([HEADER, with_children(10_000)])[1].startswith("element ")
    assert condition_of(read([HEADER, with_children(10_001)])) == "policy-violation"


def test_ten_thousand_items_of_a_list_are_not_too_heavy() -> None:
    item = "<item jid='room{0}@conference.example.org' name='The room with number {0}' node=''/>"
    data = "".join(item.format(at) for at in range(10_000)).encode()
    assert read([HEADER, b"<iq><query>", data, b"</query></iq>"])[1].startswith("element ")


@pytest.mark.parametrize(
    "start",
    [b"<", b"<a", b"<a ", b"<a b='", b"<a>", b"<a>&", b"<a>&#", b"<a><![CDATA[", b"<a></a", b"<a><b c=\">'"],
)
@pytest.mark.parametrize("letter", [b"x", b"1", b" ", b">", b"]", b"="])
def test_a_token_that_never_ends_is_stopped(start: bytes, letter: bytes) -> None:
    parser = StreamParser(SMALL)
    parser.feed(SHORT_HEADER)
    assert parser.feed(start) == []
    taken = len(start)
    events: list[XMLEvent] = []
    for byte in repeat(letter, 300):
        events = parser.feed(byte)
        taken += 1
        if events:
            break
    # Either the token ended or turned out wrong, or the limit stopped it: not one byte later.
    (event,) = events
    assert taken <= 201
    if isinstance(event, ProtocolError) and event.condition == "policy-violation":
        assert taken == 201


def endless(*parts: bytes) -> Iterator[bytes]:
    return chain(parts[:-1], repeat(parts[-1]))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((b"<", b"x" * 4096), id="name"),
        pytest.param((b"<a b='", b"x" * 4096), id="value"),
        pytest.param((b"<a b='", b">" * 4096), id="value of brackets"),
        pytest.param((b"<a ", b" " * 4096), id="space in a tag"),
        pytest.param((b"<a>", b"x" * 4096), id="text"),
        pytest.param((b"<a>", b"\n" * 4096), id="lines"),
        pytest.param((b"<a>&", b"x" * 4096), id="reference"),
        pytest.param((b"<a><![CDATA[", b"]>" * 2048), id="CDATA"),
        pytest.param((b"<a>", b"<b>x</b>" * 512), id="children"),
        pytest.param((b"<a>", b"<b>" * 512), id="depth"),
        pytest.param((b"<a>", b"<b>" * 98 + b"<b/>" * 400 + b"</b>" * 98), id="elements"),
        pytest.param((b"<a>", with_attributes(100) * 5), id="attributes"),
        pytest.param((b"<a>", with_prefixes(100) * 5), id="prefixes"),
    ],
)
def test_an_endless_stanza_ends_at_its_limit(parts: tuple[bytes, ...]) -> None:
    parser = StreamParser()
    parser.feed(HEADER)
    taken = 0
    events: list[XMLEvent] = []
    for part in endless(*parts):
        events = parser.feed(part)
        taken += len(part)
        if events:
            break
        assert taken <= Limits().max_stanza_size
    (error,) = events
    assert isinstance(error, ProtocolError)
    assert error.condition == "policy-violation"


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Limits)])
def test_a_limit_below_one_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Limits(**{name: 0})


@pytest.mark.parametrize("leaf", [b"<a/>", b"<a></a>", b"<a>></a>"])
@pytest.mark.parametrize("before", [b"", b"<x/>", b"<x><y/></x>", b"<x><y>1</y><z/></x>", b"<x>>></x>"])
@pytest.mark.parametrize("behind", [b"", b"<x/>", b"<x><y>1</y></x>", b"<x><y>"])
def test_the_depth_of_one_stanza_among_many(before: bytes, behind: bytes, leaf: bytes) -> None:
    # Much of what comes at once is proved to be flat by counting, and the one that is not has to be found.
    def stream(depth: int) -> bytes:
        deep = b"<a>" * (depth - 1) + leaf + b"</a>" * (depth - 1)
        return SHORT_HEADER + before * 40 + deep + behind * (1 if behind.endswith(b"<y>") else 40)

    # What is before and behind counts for the bound, and so does its parity.
    for most in (20, 21, 50):
        limits = Limits(max_depth=most)
        good = read([stream(most)], limits)
        assert good.count("close") == 0
        assert len(good) == 2 + (40 if before else 0) + (40 if behind and not behind.endswith(b"<y>") else 0)
        bad = read([stream(most + 1)], limits)
        assert condition_of(bad) == "policy-violation"
