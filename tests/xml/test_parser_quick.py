"""Small stanzas are read in a quicker way than others: what comes out is the same, and takes no call for each tag."""

from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helixmpp.xml import Limits, StreamParser, serialize
from tests.support.work import counted
from tests.xml.streams import FOOTER, HEADER, SHORT_HEADER, bytewise, describe, read
from tests.xml.test_parser_splits import LIMITS, TOKENS, owed

# A stanza with a CDATA section makes the parser read the careful way for a while, also what follows.
CAREFUL = b"<c><![CDATA[]]></c>"
CHAT = b"<message from='a@b/c' to='d@e/f' type='chat' id='%d'><body>hello &amp; good bye</body></message>"


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(place for place in places if place < len(data))})
    return [data[start:end] for start, end in pairwise(ends)]


@settings(max_examples=300)
@given(st.lists(TOKENS, max_size=30), st.lists(st.integers(0, 600), max_size=6), LIMITS)
@example(
    [b"<a>", b"text", b"<b/>", b"more", b"</a>", b" ", b"<a>", b"x", b"</a>"], [3, 5, 9, 11, 16, 20], Limits()
)
@example([b"<a>" * 4, b"</a>" * 4], [2, 5], Limits(max_depth=3))
@example([b"<a>" * 4, b"</a>" * 3], [], Limits(max_depth=3))
@example([b"]", b"<b/>"], [1], Limits())
@example([b"&", b"&foo;"], [2], Limits())
@example([b"<a>", b"<b/>"], [], Limits(max_tree_size=700))
@example([b"<a>" * 4, b"</a>" * 4, b"<b/>"], [], Limits(max_depth=4))
def test_the_quick_way_gives_the_same_as_the_careful_one(
    tokens: list[bytes], places: list[int], limits: Limits
) -> None:
    data = b"".join(tokens)
    quick = read([SHORT_HEADER, *cut(data, places)], limits, owed)
    careful = read([SHORT_HEADER, CAREFUL, *cut(data, places)], limits, owed)
    assert careful[1] == 'element <c xmlns="jabber:client"/>'
    assert quick[1:] == careful[2:]


# Each is read quickly up to some place, and then not: what was read is read again, and nothing shows of it.
CHANGES = [
    pytest.param(b"<a/><a><b/>1<![CDATA[<2>]]>3<b/></a><a/>", id="CDATA within a stanza"),
    pytest.param(b"<a/><a>" + b"<b/>x" * 10_000 + b"</a><a/>", id="a stanza that is large"),
    pytest.param(b"<a/><a><b>" + b"x" * 70_000 + b"</b></a><a/>", id="a text that is large"),
    pytest.param(b"<a/><a><b/>1<!-- --><b/></a>", id="a comment"),
    pytest.param(b"<a/><a><b/></a>text<a/>", id="text between stanzas"),
    pytest.param(b"<a/><a><b/></a>text", id="text behind the last one"),
    pytest.param(b"<a/>text<a><b/></a>", id="text behind the first one"),
    pytest.param(b"<a/> \n<a><b/> </a>\t\r\n <a/>  ", id="white space between stanzas"),
    pytest.param(b"<a/><a><b/></a></a>", id="an end tag too many"),
    pytest.param(b"<a/><a><b></a>", id="another end tag"),
    pytest.param(b"<a/><b/><stream:stream/><a/>", id="a stream"),
    pytest.param(b"<a/><b/><stream:stream>", id="a stream that does not end"),
    pytest.param(b"<a/><a><stream:stream/></a><a/>", id="a stream within a stanza"),
    pytest.param(b"<a/><a>" * 90 + b"</a>" * 90, id="deep, and no more"),
    pytest.param(b"<a/>" + b"<a>" * 100 + b"</a>" * 100 + b"<a/>", id="as deep as may be"),
    pytest.param(b"<a/>" + b"<a>" * 101 + b"</a>" * 101 + b"<a/>", id="too deep"),
    pytest.param(b"<a/>" + b"<a>" * 101, id="too deep, and not complete"),
    pytest.param(b"<a/>" + b"<a><b/>" * 101 + b"</a>" * 101, id="too deep, with more in between"),
    pytest.param(b"<a/><a" + b"".join(b" a%d=''" % n for n in range(100)) + b"/><a/>", id="attributes"),
    pytest.param(b"<a/><a" + b"".join(b" a%d=''" % n for n in range(101)) + b"/><a/>", id="too many attributes"),
    pytest.param(b"<a/><a" + b"".join(b" xmlns:a%d='u'" % n for n in range(101)) + b"/>", id="declarations"),
    pytest.param(b"<a/>" + FOOTER + b"<a/>", id="the end of the stream"),
    pytest.param(b"<a/><a>" + FOOTER, id="the end of the stream within a stanza"),
    pytest.param(b"<a/>\xff<a/>", id="bad UTF-8"),
    pytest.param(b"<a><b>" + b"x" * 3000 + b"</b>" + b"<c>y</c>" * 300 + b"</a>", id="more than is read twice"),
]  # fmt: skip


@pytest.mark.parametrize("data", CHANGES)
def test_where_the_quick_way_ends_nothing_shows_of_it(data: bytes) -> None:
    careful = read([HEADER, CAREFUL, data])[2:]
    ways = [[data], [data[at : at + 1000] for at in range(0, len(data), 1000)]]
    if len(data) < 5000:
        ways.append(bytewise(data))
    for parts in ways:
        assert read([HEADER, *parts])[1:] == careful


@pytest.mark.parametrize("first", [b"", CAREFUL], ids=["quick", "careful"])
@pytest.mark.parametrize("size", [16, 100, 1000, 10_007, 65_536])
def test_renewing_the_parser_loses_nothing(size: int, first: bytes) -> None:
    data = b"".join(CHAT % number for number in range(3000))
    parser = StreamParser()
    parser.feed(HEADER + first)
    found = [event for at in range(0, len(data), size) for event in parser.feed(data[at : at + size])]
    assert [describe(event)[:8] for event in found] == ["element "] * 3000
    written = b"".join(
        serialize(event).replace('"', "'").encode() for event in found if isinstance(event, Element)
    )
    assert written == data


@pytest.mark.parametrize("piece", [b"<a/>", b"<a><b/>", b"</a> ", b" ", b"\n<b/>"])
def test_what_was_given_away_is_not_changed_by_what_follows(piece: bytes) -> None:
    parser = StreamParser()
    parser.feed(HEADER)
    (first,) = parser.feed(b"<first><x/>text</first>")
    parser.feed(piece)
    parser.feed(b"<b/>  <b/>")
    assert isinstance(first, Element)
    assert first.tail is None
    assert serialize(first) == "<first><x/>text</first>"


def test_small_stanzas_take_no_call_for_each_tag() -> None:
    data = b"".join(CHAT % number for number in range(300))
    calls: list[int] = []
    for first in (b"", CAREFUL):
        parser = StreamParser()
        parser.feed(HEADER + first)
        with counted() as work:
            events = parser.feed(data)
        assert len(events) == 300
        calls.append(work.calls)
    quick, careful = calls
    assert quick < careful / 3
