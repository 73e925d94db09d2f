"""Promise C, "the loop is blocked for less than 50 ms": how much work 64 KiB can cause, whatever is in them.

The bytes of a connection are parsed in slices of 64 KiB, and others have their turn on the event loop between any two.
What one slice costs is counted in calls and not timed, because a count is the same on a machine that is slow or busy.
The dearest row makes about 200,000 calls, which take some 10 ms: a factor of several below what is promised.
"""

import pytest

from helixmpp.xml import Limits, StreamParser
from tests.support.work import counted
from tests.xml.streams import HEADER, condition_of, describe

SLICE = 65_536
PER_BYTE = 4  # calls at most for each byte of a slice that is fed at once
POLICY = "policy-violation"
RESTRICTED = "restricted-xml"
ILL_FORMED = "not-well-formed"


def slice_of(unit: bytes, begin: bytes = b"<a>") -> bytes:
    """One slice: a beginning, and a unit as often as it goes in behind it."""
    return begin + unit * ((SLICE - len(begin)) // len(unit))


def attributes(count: int, form: bytes = b" a%d=''") -> bytes:
    """So many attributes of different names."""
    return b"".join(form % number for number in range(count))


# What is legal has to be gone through to its end: at most so many calls a byte.
LEGAL: dict[str, bytes] = {
    "the shortest stanzas": slice_of(b"<a/>", b""),
    "stanzas with a namespace": slice_of(b"<a xmlns='u'/>", b""),
    "white space between stanzas": slice_of(b"\n", b""),
    "text": slice_of(b"x"),
    "line ends": slice_of(b"\r\n"),
    "references to characters": slice_of(b"&#65;"),
    "references by name": slice_of(b"&lt;"),
    "empty CDATA sections": slice_of(b"<![CDATA[]]>"),
    "attributes up to their limit": slice_of(b"<a" + attributes(100) + b"/>", b""),
    "an endless name": slice_of(b"a", b"<"),
    "an endless value": slice_of(b"a", b"<a b='"),
    "attributes without end": (b"<a" + attributes(7_000))[:SLICE],
    "declarations without end": (b"<a" + attributes(5_000, b" xmlns:a%d='u'"))[:SLICE],
}

# What is not: the error, and how many calls it takes to find it. What follows it costs nothing.
REFUSED: dict[str, tuple[bytes, str, int]] = {
    "elements that nest": (slice_of(b"<a>"), POLICY, 1_000),
    "too many attributes": (b"<a" + attributes(7_000) + b"/>", POLICY, 2_000),
    "children beyond their limit": (slice_of(b"<b/>"), POLICY, 80_000),
    "children far inside": (slice_of(b"<b/>", b"<a>" * 90), POLICY, 80_000),
    "a comment": (slice_of(b"-", b"<!--"), RESTRICTED, 200),
    "a processing instruction": (slice_of(b" ", b"<?a"), RESTRICTED, 200),
    "declarations of entities": (slice_of(b"<!ENTITY a 'b'>", b"<!DOCTYPE a ["), RESTRICTED, 200),
    "ampersands": (slice_of(b"&"), ILL_FORMED, 200),
    "brackets": (slice_of(b"<", b""), ILL_FORMED, 200),
    "end tags": (slice_of(b"</a>", b""), ILL_FORMED, 200),
    "bad UTF-8": (slice_of(b"\xff"), "unsupported-encoding", 200),
}


def begun(limits: Limits | None = None) -> StreamParser:
    """A parser within a stream."""
    parser = StreamParser(limits or Limits())
    parser.feed(HEADER)
    return parser


def is_error(event: object) -> bool:
    return isinstance(event, Exception)


@pytest.mark.parametrize("name", LEGAL)
def test_promise_c_a_slice_takes_a_few_calls_a_byte(name: str) -> None:
    parser = begun()
    with counted() as work:
        events = parser.feed(LEGAL[name])
    assert not any(is_error(event) for event in events)
    assert 0 < work.calls <= PER_BYTE * SLICE


@pytest.mark.parametrize("name", REFUSED)
def test_promise_c_a_hostile_slice_is_refused_after_so_many_calls(name: str) -> None:
    data, condition, most = REFUSED[name]
    parser = begun()
    with counted() as work:
        events = parser.feed(data)
    assert condition_of([describe(event) for event in events[-1:]]) == condition
    assert 0 < work.calls <= most
    with counted() as work:
        assert parser.feed(data) == []
    assert work.calls < 20


@pytest.mark.parametrize("piece", [16, 1_000])
@pytest.mark.parametrize("name", LEGAL)
def test_promise_c_small_pieces_cost_no_more_the_later_they_come(name: str, piece: int) -> None:
    """A parser that begins anew with each piece would take ever longer for a stanza that does not end."""
    parser = begun()
    costs: list[int] = []
    for at in range(0, SLICE, piece):
        with counted() as work:
            parser.feed(LEGAL[name][at : at + piece])
        costs.append(work.calls)
    half = len(costs) // 2
    assert sum(costs[half:]) <= 1.5 * sum(costs[:half]) + 1_000
    assert max(costs) <= 200 + 2 * PER_BYTE * piece


@pytest.mark.parametrize(
    "unit",
    [b"<b>" + b"<c/>" * 100 + b"</b>", b"x", b"&lt;", b"<![CDATA[x]]>"],
    ids=["elements", "text", "references", "CDATA"],
)
def test_promise_c_no_slice_of_a_large_stanza_costs_more_than_the_first(unit: bytes) -> None:
    parser = begun(Limits(max_tree_size=100_000_000))
    costs: list[int] = []
    names: list[str] = []
    for data in (slice_of(unit), *[slice_of(unit, b"")] * 14, b"</a>"):
        with counted() as work:
            events = parser.feed(data)
        costs.append(work.calls)
        names.extend(type(event).__name__ for event in events)
    assert names == ["Element"]
    assert max(costs) <= 1.5 * costs[0] + 1_000
