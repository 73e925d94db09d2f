"""Good streams: what comes out of the parser, and when."""

import gc
from xml.etree.ElementTree import Element

import pytest

from helixmpp.xml import Limits, StreamClose, StreamOpen, StreamParser, serialize
from helixmpp.xml.body import Body
from tests.xml.streams import FOOTER, HEADER, bytewise, read

STREAMS = "http://etherx.jabber.org/streams"

HEADERS = [
    pytest.param(HEADER, {"": "jabber:client", "stream": STREAMS}, id="usual"),
    pytest.param(
        b"\xef\xbb\xbf" + HEADER, {"": "jabber:client", "stream": STREAMS}, id="byte order mark at the start"
    ),
    pytest.param(
        b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n " + HEADER.partition(b"?>")[2],
        {"": "jabber:client", "stream": STREAMS},
        id="encoding and standalone named",
    ),
    pytest.param(
        HEADER.partition(b"?>")[2], {"": "jabber:client", "stream": STREAMS}, id="no XML declaration"
    ),
    pytest.param(
        b" \r\n\t" + HEADER.partition(b"?>")[2],
        {"": "jabber:client", "stream": STREAMS},
        id="white space first",
    ),
    pytest.param(
        b'<s:stream xmlns:s="http://etherx.jabber.org/streams" from="example.org" id="1" version="1.0"\n>',
        {"s": STREAMS},
        id="another prefix and no default namespace",
    ),
    pytest.param(
        b"<stream xmlns='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
        b"from='example.org' id='1' version='1.0'>",
        {"": STREAMS, "db": "jabber:server:dialback"},
        id="streams as the default namespace",
    ),
]


@pytest.mark.parametrize(("header", "nsmap"), HEADERS)
def test_stream_header_is_an_event_with_its_attributes_and_namespaces(
    header: bytes, nsmap: dict[str, str]
) -> None:
    expected = StreamOpen(f"{{{STREAMS}}}stream", {"from": "example.org", "id": "1", "version": "1.0"}, nsmap)
    assert StreamParser().feed(header) == [expected]
    parser = StreamParser()
    assert [event for part in bytewise(header) for event in parser.feed(part)] == [expected]


def test_xml_lang_of_the_header_is_in_clark_notation() -> None:
    (opened,) = StreamParser().feed(HEADER.replace(b"id=", b"xml:lang='de' id="))
    assert isinstance(opened, StreamOpen)
    assert opened.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "de"


def test_namespaces_of_the_header_hold_for_stanzas() -> None:
    header = b"<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns:q='urn:\xc3\xa9&amp;\"' xmlns='d'>"
    parser = StreamParser()
    assert len(parser.feed(header)) == 1
    (element,) = parser.feed(b"<a><q:b q:c=''/><s:d/></a>")
    assert isinstance(element, Element)
    assert [(each.tag, dict(each.items())) for each in element.iter()] == [
        ("{d}a", {}),
        ('{urn:é&"}b', {'{urn:é&"}c': ""}),
        (f"{{{STREAMS}}}d", {}),
    ]


ELEMENTS = [
    pytest.param(b"<a/>", '<a xmlns="jabber:client"/>', id="empty"),
    pytest.param(b"<a></a>", '<a xmlns="jabber:client"/>', id="empty with an end tag"),
    pytest.param(b"<a></a >", '<a xmlns="jabber:client"/>', id="space in the end tag"),
    pytest.param(b"<a\n b = 'c'\td=\"e\" />", '<a xmlns="jabber:client" b="c" d="e"/>', id="space in a tag"),
    pytest.param(b"<a b='>'>></a>", '<a xmlns="jabber:client" b="&gt;">&gt;</a>', id="greater than"),
    pytest.param(
        b"""<a b='"' c="'">'"</a>""", '<a xmlns="jabber:client" b="&quot;" c="&apos;">\'"</a>', id="quotes"
    ),
    pytest.param(
        b"<a>&lt;&gt;&amp;&apos;&quot;&#65;&#x1F600;</a>",
        '<a xmlns="jabber:client">&lt;&gt;&amp;\'"A\U0001f600</a>',
        id="references",
    ),
    pytest.param(
        b"<a b='&lt;&#10;'/>", '<a xmlns="jabber:client" b="&lt;&#10;"/>', id="references in a value"
    ),
    pytest.param(b"<a>b\r\nc\rd</a>", '<a xmlns="jabber:client">b\nc\nd</a>', id="line ends"),
    pytest.param(b"<a b='c\r\n\td'/>", '<a xmlns="jabber:client" b="c  d"/>', id="white space in a value"),
    pytest.param(b"<a>&#13;</a>", '<a xmlns="jabber:client">&#13;</a>', id="CR as a reference"),
    pytest.param(
        b"<a><![CDATA[<b>&amp;]]]]><![CDATA[>'\"]]></a>",
        '<a xmlns="jabber:client">&lt;b&gt;&amp;amp;]]&gt;\'"</a>',
        id="CDATA",
    ),
    pytest.param(b"<a><![CDATA[]]></a>", '<a xmlns="jabber:client"/>', id="empty CDATA"),
    pytest.param(
        b"<a><![CDATA[<!-- <?x?> <!DOCTYPE ' < ]]><b/></a>",
        '<a xmlns="jabber:client">&lt;!-- &lt;?x?&gt; &lt;!DOCTYPE \' &lt; <b/></a>',
        id="what is forbidden is text within CDATA",
    ),
    pytest.param(
        b"<a>1<b>2</b>3<c>4</c>5</a>", '<a xmlns="jabber:client">1<b>2</b>3<c>4</c>5</a>', id="text and tails"
    ),
    pytest.param(b"<a xmlns='u'><b xmlns=''/></a>", '<a xmlns="u"><b xmlns=""/></a>', id="no namespace"),
    pytest.param(
        b"<p:a xmlns:p='u' p:b='1' b='2'><p:c/><d/></p:a>",
        '<a xmlns="u" ns0:b="1" b="2" xmlns:ns0="u"><c/><d xmlns="jabber:client"/></a>',
        id="prefixes",
    ),
    pytest.param(
        b"<stream:features><stream:x/></stream:features>",
        '<features xmlns="http://etherx.jabber.org/streams"><x/></features>',
        id="the prefix of the header",
    ),
    pytest.param(
        "<é ü='漢字'>\U0001f600\u0085\u2028\ufeff</é>".encode(),
        '<é xmlns="jabber:client" ü="漢字">\U0001f600\u0085\u2028\ufeff</é>',
        id="not ASCII",
    ),
    pytest.param(b"<a>  \n</a>", '<a xmlns="jabber:client">  \n</a>', id="white space is kept"),
    pytest.param(b"<a xml:lang='de'/>", '<a xmlns="jabber:client" xml:lang="de"/>', id="xml:lang"),
    pytest.param(b"<a>]] > ]</a>", '<a xmlns="jabber:client">]] &gt; ]</a>', id="brackets"),
    pytest.param(
        b"<forwarded xmlns='f'><stream:stream/></forwarded>",
        '<forwarded xmlns="f"><stream xmlns="http://etherx.jabber.org/streams"/></forwarded>',
        id="a stream deep in a stanza is an element like others",
    ),
]


@pytest.mark.parametrize(("data", "expected"), ELEMENTS)
def test_element(data: bytes, expected: str) -> None:
    assert read([HEADER, data])[1:] == [f"element {expected}"]
    assert read([HEADER, *bytewise(data)])[1:] == [f"element {expected}"]


def test_stanza_comes_with_the_byte_that_completes_it() -> None:
    parser = StreamParser()
    parser.feed(HEADER)
    for stanza in (b"<a>b</a>", b"<a/>", b"<a><![CDATA[b]]></a>", b"<a b='c>'/>", b"<a/>"):
        for byte in bytewise(stanza[:-1]):
            assert parser.feed(byte) == []
        assert len(parser.feed(stanza[-1:])) == 1


def test_stanzas_in_one_chunk_come_in_order_without_white_space() -> None:
    events = read([HEADER + b"\n <a/> \r\n<b/>\t<c/>  ", b" ", b"\n", b"<d/>" + FOOTER])
    assert [event.split(" ")[1:2] for event in events[1:]] == [["<a"], ["<b"], ["<c"], ["<d"], []]
    assert events[-1] == "close"


def test_white_space_between_stanzas_is_free() -> None:
    parser = StreamParser(Limits(max_stanza_size=200))
    parser.feed(HEADER)
    for _ in range(100):
        assert parser.feed(b" " * 50) == []
    assert len(parser.feed(b" " * 500 + b"<a/>" + b" " * 500)) == 1


@pytest.mark.parametrize("behind", [b"", b" \n", b"<a/>", b"text", b"\xff", b"<!-- -->", b"</stream:stream>"])
def test_nothing_comes_after_the_end_of_the_stream(behind: bytes) -> None:
    for parts in ([HEADER + b"<a/>" + FOOTER + behind], bytewise(HEADER + b"<a/>" + FOOTER + behind)):
        parser = StreamParser()
        events = [event for part in parts for event in parser.feed(part)]
        assert events[2:] == [StreamClose()]
        assert parser.feed(b"<a/>") == []


def test_empty_element_is_a_stream_that_is_closed_at_once() -> None:
    assert read([HEADER[:-1] + b"/><a/>"])[1:] == ["close"]
    assert read(bytewise(HEADER[:-1] + b"/><a/>"))[1:] == ["close"]


def test_large_chunks_with_many_stanzas() -> None:
    stanzas = [f'<a xmlns="jabber:client" id="{at}">é{"x" * (at % 300)}</a>' for at in range(3000)]
    data = HEADER + "".join(stanzas).encode()
    expected = [f"element {stanza}" for stanza in stanzas]
    for size in (1000, 16_384, 65_536, len(data)):
        assert read(data[at : at + size] for at in range(0, len(data), size))[1:] == expected


def test_elements_belong_to_the_caller() -> None:
    parser = StreamParser()
    parser.feed(HEADER)
    (first,) = parser.feed(b"<a>1<b/>2</a>  ")
    assert isinstance(first, Element)
    first.clear()
    (second,) = parser.feed(b"<c>3</c>")
    assert isinstance(second, Element)
    assert (first.tail, serialize(second)) == (None, "<c>3</c>")


def test_dropped_parser_is_freed_at_once() -> None:
    parser = StreamParser()
    assert len(parser.feed(HEADER + b"<a/><b>text<c")) == 2
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(each, Body) for each in gc.get_objects())
        del parser
        assert sum(isinstance(each, Body) for each in gc.get_objects()) == before - 1
    finally:
        gc.enable()
