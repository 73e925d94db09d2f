"""Elements to text: how they are written, and what is refused."""

import re
from typing import cast
from xml.etree.ElementTree import XML, Comment, Element, ProcessingInstruction, QName, SubElement

import pytest

from helixmpp.errors import ProtocolError
from helixmpp.xml import STREAM_FOOTER, parse_one, serialize, stream_header
from tests.xml.streams import read
from tests.xml.trees import deep, facts

# In the notation of the standard library, which declares all namespaces; what is written within a stream.
WRITTEN = [
    ("<a/>", '<a xmlns=""/>'),
    ("<a xmlns='jabber:client'/>", "<a/>"),
    ("<a xmlns='jabber:client'><b><c/></b></a>", "<a><b><c/></b></a>"),
    ("<a xmlns='jabber:client'><b xmlns='u'><c/></b><d/></a>", '<a><b xmlns="u"><c/></b><d/></a>'),
    ("<a xmlns='u'><b xmlns='jabber:client'/></a>", '<a xmlns="u"><b xmlns="jabber:client"/></a>'),
    ("<a xmlns='jabber:client'><b xmlns=''><c/></b></a>", '<a><b xmlns=""><c/></b></a>'),
    ("<p:a xmlns:p='u' p:b='1' b='2'/>", '<a xmlns="u" ns0:b="1" b="2" xmlns:ns0="u"/>'),
    ("<a xmlns:p='u' xmlns:q='v' p:b='1' q:b='2' p:c='3'/>",
     '<a xmlns="" ns0:b="1" ns1:b="2" ns0:c="3" xmlns:ns0="u" xmlns:ns1="v"/>'),
    ("<a xmlns='jabber:client' xml:lang='de'/>", '<a xml:lang="de"/>'),
    ("<xml:a/>", "<xml:a/>"),
    ("<s:features xmlns:s='http://etherx.jabber.org/streams'><s:x/><y xmlns='u'/></s:features>",
     '<stream:features><stream:x/><y xmlns="u"/></stream:features>'),
    ("<a xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams' s:b=''/>", '<a stream:b=""/>'),
    ("<a xmlns='jabber:client'>&lt;&gt;&amp;'\"]]&gt;&#13;\n\t</a>", "<a>&lt;&gt;&amp;'\"]]&gt;&#13;\n\t</a>"),
    ("<a xmlns='jabber:client' b='&lt;&gt;&amp;&apos;&quot;&#9;&#10;&#13; '/>",
     '<a b="&lt;&gt;&amp;&apos;&quot;&#9;&#10;&#13; "/>'),
    ("<a xmlns='jabber:client'>1<b>2</b>3<c/>4</a>", "<a>1<b>2</b>3<c/>4</a>"),
    ("<a xmlns='&lt;&quot;&#10;'/>", '<a xmlns="&lt;&quot;&#10;"/>'),
    ("<a xmlns='jabber:client'>\u00e9\u6f22\U0001f600\u0085\u2028\ufffd</a>",
     "<a>\u00e9\u6f22\U0001f600\u0085\u2028\ufffd</a>"),
    ("<\u00e9 xmlns='jabber:client' \u6f22=''/>", '<\u00e9 \u6f22=""/>'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_written_within_a_stream(text: str, expected: str) -> None:
    element = XML(text)
    assert serialize(element) == expected
    assert facts(parse_one(expected)) == facts(element)


@pytest.mark.parametrize("text", [row[0] for row in WRITTEN])
def test_a_document_of_its_own_declares_everything(text: str) -> None:
    element = XML(text)
    document = serialize(element, stream_ns="")
    assert facts(XML(document)) == facts(element)
    assert facts(parse_one(document, stream_ns="")) == facts(element)


def test_the_namespace_of_the_stream_is_not_repeated() -> None:
    element = XML("<handshake xmlns='jabber:component:accept'><a xmlns='jabber:client'/></handshake>")
    written = '<handshake><a xmlns="jabber:client"/></handshake>'
    assert serialize(element, stream_ns="jabber:component:accept") == written
    assert facts(parse_one(written, stream_ns="jabber:component:accept")) == facts(element)


def test_the_tail_belongs_to_the_parent() -> None:
    parent = XML("<a xmlns='jabber:client'><b/>tail</a>")
    assert serialize(parent) == "<a><b/>tail</a>"
    assert serialize(parent[0]) == "<b/>"


def test_nothing_is_changed() -> None:
    element = XML("<a b='&lt;'>c<d/>e</a>")
    before = facts(element)
    serialize(element)
    assert facts(element) == before


@pytest.mark.parametrize(
    "text",
    [
        "</a><b>", "<b/>", "]]>", "--><b/>", "&lt;", "&#0;", "' x='", '" x="', "<![CDATA[", "<?x?>", "\r\n", "/><b",
        "</stream:stream>",
    ],
)  # fmt: skip
def test_nothing_breaks_out(text: str) -> None:
    """Texts, values and namespaces that look like markup stay what they are, and there is one element."""
    element = Element(f"{{{text}}}a", {"b": text, f"{{{text}}}c": text})
    element.text = text
    SubElement(element, "d").tail = text
    assert facts(parse_one(serialize(element))) == facts(element)


BAD_NAMES = [
    "", "a b", "a>", "<a", "a/", "a&", "a'", 'a"', "a=", "1a", "-a", ".a", "a:b", ":a", "a}b", "}", "{u}", "{u", "{}a",
    "{u}a:b", "{u}a b", "{u}a/><b", "{http://www.w3.org/2000/xmlns/}a", "a\n", "\u00d7", "a\u2009", "\U0001f600",
    "a\ufffe", "a\ud800", "{u}v}a", "{u\0}a", "{u\ud800}a", "{\ufffe}a", "\u037e", "a\u0085",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused(name: str) -> None:
    for element in (Element(name), Element("a", {name: ""})):
        with pytest.raises(ValueError):
            serialize(element)
        parent = Element("a")
        parent.append(element)
        with pytest.raises(ValueError):
            serialize(parent)


def test_a_declaration_is_no_attribute() -> None:
    for name in ("xmlns", "xmlns:a"):
        with pytest.raises(ValueError, match=name):
            serialize(Element("a", {name: "u"}))


def named(value: object) -> str:
    """The name of a case, the same in each run: without the address of what has no other representation."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


# What a program may put into a tree by mistake; the types of the standard library do not allow it.
NO_STRINGS: list[object] = [
    1,
    0,
    1.5,
    True,
    False,
    b"bytes",
    b"",
    [],
    QName("u", "a"),
    object(),
    bytearray(b"x"),
    ("a",),
]


@pytest.mark.parametrize("value", NO_STRINGS, ids=named)
def test_what_is_no_string_is_refused(value: object) -> None:
    text = cast(str, value)
    element = Element("{jabber:client}iq")
    element.text = text
    with pytest.raises(ValueError, match=r"text in \{jabber:client\}iq"):
        serialize(element)
    element.text = None
    element.set("id", text)
    with pytest.raises(ValueError, match=r"'id' of \{jabber:client\}iq"):
        serialize(element)
    parent = Element("{jabber:client}iq")
    SubElement(parent, "b").tail = text
    with pytest.raises(ValueError, match="text behind b"):
        serialize(parent)
    with pytest.raises(ValueError):
        serialize(Element(text))


@pytest.mark.parametrize("value", [1, b"b", QName("u", "a"), None], ids=repr)
def test_the_name_of_an_attribute_is_a_string(value: object) -> None:
    element = Element("a")
    element.attrib[cast(str, value)] = "b"
    with pytest.raises(ValueError, match="attribute"):
        serialize(element)


def test_the_value_of_an_attribute_is_not_none() -> None:
    element = Element("a", {"b": cast(str, None)})
    with pytest.raises(ValueError, match="'b' of a"):
        serialize(element)


@pytest.mark.parametrize("node", [Comment("x"), ProcessingInstruction("x"), Comment("--><b/>")], ids=named)
def test_comments_and_processing_instructions_are_refused(node: Element) -> None:
    parent = Element("a")
    parent.append(node)
    for element in (node, parent):
        with pytest.raises(ValueError):
            serialize(element)


def test_a_stream_is_no_stanza() -> None:
    stream = "{http://etherx.jabber.org/streams}stream"
    with pytest.raises(ValueError, match="stream"):
        serialize(Element(stream))
    parent = Element("{jabber:client}a")
    SubElement(parent, stream)
    assert facts(parse_one(serialize(parent))) == facts(parent)


def test_an_element_within_itself_is_refused() -> None:
    element = Element("a")
    child = SubElement(element, "b")
    child.append(element)
    with pytest.raises(ValueError, match="itself"):
        serialize(element)
    child.clear()


def test_the_depth_does_not_matter() -> None:
    element = deep(50_000)
    text = serialize(element)
    assert text.count("<a") + text.count("<b") == 50_000
    assert text.endswith("</a>")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            stream_header(to="example.org"),
            '<?xml version="1.0"?><stream:stream xmlns="jabber:client" '
            'xmlns:stream="http://etherx.jabber.org/streams" to="example.org" version="1.0">',
        ),
        (
            stream_header(to="b\u00fccher.example", from_="me@b\u00fccher.example", lang="de", id_="1"),
            '<?xml version="1.0"?><stream:stream xmlns="jabber:client" '
            'xmlns:stream="http://etherx.jabber.org/streams" to="b\u00fccher.example" from="me@b\u00fccher.example" '
            'id="1" version="1.0" xml:lang="de">',
        ),
        (
            stream_header(to="comp.example.org", stream_ns="jabber:component:accept", version=""),
            '<?xml version="1.0"?><stream:stream xmlns="jabber:component:accept" '
            'xmlns:stream="http://etherx.jabber.org/streams" to="comp.example.org">',
        ),
        (
            stream_header(to="\"'><b/>&\n"),
            '<?xml version="1.0"?><stream:stream xmlns="jabber:client" '
            'xmlns:stream="http://etherx.jabber.org/streams" to="&quot;&apos;&gt;&lt;b/&gt;&amp;&#10;" version="1.0">',
        ),
    ],
)
def test_stream_header(header: str, expected: str) -> None:
    assert header == expected
    events = read([header.encode(), STREAM_FOOTER.encode()])
    assert (events[0].split(" ")[0], events[1:]) == ("open", ["close"])


@pytest.mark.parametrize("text", ["", "<a/><b/>", "<a>", "</a>", "a", "<!-- --><a/>", "<a/></root:stream><b/>",
                                  "</root:stream>", "<stream:stream/>", "\ud800", "<a>\ud800</a>"])  # fmt: skip
def test_parse_one_takes_exactly_one_element(text: str) -> None:
    with pytest.raises(ProtocolError):
        parse_one(text)
