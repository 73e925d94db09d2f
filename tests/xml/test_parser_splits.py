"""However the bytes are split, the events are the same, and nothing but events comes out."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helixmpp.xml import Limits
from tests.xml.streams import FOOTER, HEADER, SHORT_HEADER, bytewise, read

# What streams are made of, good and bad; put together at random, most tokens fit behind each other.
USUAL = [
    b"<iq>", b"</iq>", b"<a>", b"</a>", b"<b/>", b"<c d='e>f' />", b"<g h=\"'\" i='2'>", b"text", b"&amp;", b" ",
    "é\U0001f600".encode(), b"<![CDATA[j<k>]]]>", b"<iq>text<a/></iq>", b"x" * 40, b"<iq id='owed'>",
]  # fmt: skip
STRANGE = [
    b"<", b">", b"/>", b"'", b'"', b"=", b"&", b";", b"&#65;", b"&foo;", b"<![CDATA[", b"]]>", b"]", b"<!--", b"-->",
    b"<!", b"<?", b"<?pi?>", b"<?xml version='1.0'?>", b"<!DOCTYPE", b"\n", b"\r", b"\0", b"\xc3", b"\xff",
    b"\xe2\x82",
    b"\xef\xbb\xbf", b"<x:y/>", b"<a xmlns:q='u' q:r='' s='' t=''/>", b"<a xmlns:q='u' q:r='' s='' t='' v=''/>",
    b"<stream:stream>", FOOTER, b"<a b='" + b"z" * 30, b"<a>" * 4, b"</a>" * 4, b"<b/>" * 4, b"<iq", b"</iq",
    b"1" * 300,
]  # fmt: skip

TOKENS = st.one_of(st.sampled_from(USUAL), st.sampled_from(USUAL), st.sampled_from(USUAL + STRANGE))


def join(header: bytes, tokens: list[bytes]) -> bytes:
    return header + b"".join(tokens)


STREAMS = st.builds(
    join,
    st.sampled_from(
        [
            SHORT_HEADER,
            SHORT_HEADER,
            HEADER,
            b"",
            b"<?xml version='1.0'" + b" " * 200 + b"?>" + SHORT_HEADER,
            b"<?xml version='1.0'" + b" " * 2000 + b"?>" + SHORT_HEADER,
            SHORT_HEADER[:-1] + b" a='" + b"x" * 300 + b"'>",
        ]
    ),
    st.lists(TOKENS, max_size=30),
)
LIMITS = st.builds(
    Limits,
    max_stanza_size=st.sampled_from([150, 200, 10_000]),
    max_depth=st.sampled_from([3, 100]),
    max_attributes=st.sampled_from([4, 100]),
    max_children=st.sampled_from([3, 100]),
    max_owed_size=st.sampled_from([300, 20_000]),
    max_tree_size=st.sampled_from([700, 1500, 10_000_000]),
)


def owed(tag: str, attrib: dict[str, str]) -> bool:
    return attrib.get("id") == "owed"


def cut(data: bytes, places: list[int]) -> list[bytes]:
    bounds = sorted(place % (len(data) + 1) for place in places)
    return [data[start:stop] for start, stop in pairwise([0, *bounds, len(data)])]


@given(data=STREAMS, limits=LIMITS, places=st.lists(st.integers(0, 2000), max_size=6))
@example(
    data=SHORT_HEADER + b"<a b='<c d='' e='' f='' g='' h=''/>", limits=Limits(max_attributes=4), places=[]
)
@example(data=SHORT_HEADER + b"text]]><a/>", limits=Limits(), places=[])
@example(data=SHORT_HEADER + b"&<!-- -->", limits=Limits(), places=[])
@example(data=SHORT_HEADER + b"<a>" + b"x" * 147 + b"<?pi?>", limits=Limits(max_stanza_size=150), places=[])
@example(data=SHORT_HEADER + b"<a>&#x263a" + b"A" * 28 + b"&", limits=Limits(), places=[])
@example(data=SHORT_HEADER + b"<a>&#x263a" + b"A" * 28 + b"&\xff", limits=Limits(), places=[])
@example(data=b"\xef\xbb\xbf\0", limits=Limits(), places=[])
def test_the_events_do_not_depend_on_the_split(data: bytes, limits: Limits, places: list[int]) -> None:
    whole = read([data], limits, owed)
    assert read(bytewise(data), limits, owed) == whole
    assert read(cut(data, places), limits, owed) == whole


@given(st.binary(max_size=200), st.sampled_from([b"", SHORT_HEADER, SHORT_HEADER + b"<a>"]))
def test_any_bytes_give_events(data: bytes, before: bytes) -> None:
    events = read([before + data])
    assert read([before, *bytewise(data)]) == events
    assert sum(event.startswith("error ") for event in events[:-1]) == 0


@pytest.mark.parametrize("size", [1, 7, 100, 5000, 16_384, 40_000, 1_000_000])
def test_long_streams(size: int) -> None:
    """So much that the parser below is replaced several times, at places that depend on the split."""
    stanza = "<iq id='{0}'>&lt;<![CDATA[<>]]><a{0} xmlns:p{0}='u{0}' p{0}:b='é'>{1}<p:c/></a{0}>\n</iq> "
    stanzas = [stanza.format(at, "x" * (at * 37 % 500)) for at in range(600)]
    data = SHORT_HEADER[:-1] + b" xmlns:p='urn:p'>" + "".join(stanzas).encode() + FOOTER
    events = read(data[at : at + size] for at in range(0, len(data), size))
    assert (len(events), events[-1]) == (602, "close")
    for at in range(0, 600, 50):
        assert events[at + 1] == (
            f'element <iq xmlns="jabber:client" id="{at}">&lt;&lt;&gt;<a{at} ns0:b="é" xmlns:ns0="u{at}">'
            f'{"x" * (at * 37 % 500)}<c xmlns="urn:p"/></a{at}>\n</iq>'
        )


@pytest.mark.parametrize("kind", ["<iq>{}漢\n</iq>", "<iq><![CDATA[{}漢\n]]></iq>", "<iq>{}&#x6f22;\n</iq>"])
def test_long_texts(kind: str) -> None:
    text = ("x" * 100 + "漢\n\U0001f600") * 500
    data = SHORT_HEADER + kind.format(text).encode()
    for size in (1, 3, 1000, 16_384, len(data)):
        (_, element) = read(data[at : at + size] for at in range(0, len(data), size))
        assert element == f'element <iq xmlns="jabber:client">{text}漢\n</iq>'
