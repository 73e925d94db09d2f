"""XEP-0071: what a stranger's XHTML becomes, and what ours is."""

from collections.abc import AsyncIterator
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0071 import XHTML_IM, sanitize
from helixmpp.stanza import Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient, settle

NS = "http://www.w3.org/1999/xhtml"


@pytest.fixture(autouse=True)
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0071")
    yield xmpp
    await xmpp.aclose()


def cleaned(inner: str) -> str:
    body = parse_one(f"<body xmlns='{NS}'>{inner}</body>")
    text = serialize(sanitize(body), stream_ns="").replace('"', "'")
    if text == f"<body xmlns='{NS}'/>":
        return ""
    return text.removeprefix(f"<body xmlns='{NS}'>").removesuffix("</body>")


@pytest.mark.parametrize(
    "inner",
    [
        "plain",
        "<p>a<em>b</em>c<strong>d</strong>e<br/>f</p>tail",
        "<a href='https://example.org/?a=b&amp;c'>link</a>",
        "<a href='xmpp:juliet@example.org'>her</a>",
        "<img src='cid:sha1+x@bob.xmpp.org' alt='a smile'/>",
        "<img src='https://example.org/x.png' alt='x' height='261' width='50%'/>",
        "<ol><li>one</li><li>two<ul><li>three</li></ul></li></ol>",
        "<blockquote style='margin-left: 5%'>x</blockquote>",
        "<span style='color: green; font-size: 12px'>x</span>",
        "<span style='color: #ff0000'>x</span>",
        "<span style='color: rgb(1, 2, 3)'>x</span>",
        "<span style='font-family: Arial, sans-serif'>x</span>",
        "&lt;script&gt;",
    ],
)
def test_what_is_recommended_stays(inner: str) -> None:
    assert sorted(cleaned(inner)) == sorted(inner)
    assert cleaned(cleaned(inner)) == cleaned(inner)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>p{}</style>b", "ab"),
        ("a<head><title>t</title></head>b", "ab"),
        ("a<object data='x'>o</object>b", "ab"),
        ("a<iframe src='x'/>b", "ab"),
        ("a<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>b", "ab"),
        ("a<SCRIPT>x</SCRIPT>b", "axb"),
        ("<h1>a</h1>", "a"),
        ("<div>a<p>b</p></div>c", "a<p>b</p>c"),
        ("<b>a<u>b</u></b>c", "abc"),
        ("<body>a</body>b", "ab"),
        ("<form><input value='x'/>a</form>", "a"),
        ("<x xmlns='urn:x'>a</x>b", "b"),
        ("<p onclick='x()'>a</p>", "<p>a</p>"),
        ("<p class='x' id='y' title='z'>a</p>", "<p>a</p>"),
        ("<em style='color: red'>a</em>", "<em>a</em>"),
        ("<a href='javascript:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href=' java&#10;script:x'>a</a>", "<a>a</a>"),
        ("<a href='JaVaScRiPt:x'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,x'>a</a>", "<a>a</a>"),
        ("<a href='vbscript:x'>a</a>", "<a>a</a>"),
        ("<a href='//example.org'>a</a>", "<a>a</a>"),
        ("<a href='file:///etc/passwd'>a</a>", "<a>a</a>"),
        ("<a href='https:'>a</a>", "<a>a</a>"),
        ("<img src='data:image/png;base64,x' alt='a'/>", "<img alt='a'/>"),
        ("<img src='http://x/y' onerror='z' width='1em'/>", "<img src='http://x/y'/>"),
        ("<span style='background-image: url(x)'>a</span>", "<span>a</span>"),
        ("<span style='color: url(javascript:x)'>a</span>", "<span>a</span>"),
        ("<span style='color: expression(x)'>a</span>", "<span>a</span>"),
        ("<span style='color: red; position: fixed'>a</span>", "<span style='color: red'>a</span>"),
        ("<span style='color: \\65xpression'>a</span>", "<span>a</span>"),
        ("<span style='color: red/**/'>a</span>", "<span>a</span>"),
        ("<span style='COLOR: red'>a</span>", "<span style='color: red'>a</span>"),
        ("<span style='color: @import'>a</span>", "<span>a</span>"),
    ],
)
def test_what_is_not_goes(inner: str, expected: str) -> None:
    assert cleaned(inner) == expected


NAMES = st.sampled_from(["p", "em", "div", "script", "a", "span", "unknown", "br", "ul", "body"])


@given(st.lists(st.tuples(st.integers(0, 6), NAMES, st.text(alphabet="ab<&", max_size=3)), max_size=12))
def test_nothing_but_what_is_recommended_comes_out(parts: list[tuple[int, str, str]]) -> None:
    body = Element(f"{{{NS}}}body")
    line = [body]
    for depth, name, text in parts:
        del line[depth + 1 :]
        child = SubElement(
            line[-1], f"{{{NS}}}{name}", {"onclick": "x", "href": "javascript:x", "style": "color: red"}
        )
        child.text = child.tail = text
        line.append(child)
    out = sanitize(body)
    names = {element.tag.rpartition("}")[2] for element in out.iter()}
    assert names <= {"body", "p", "em", "a", "span", "br", "ul"}
    assert all(set(element.attrib) <= {"style"} for element in out.iter())
    assert sanitize(out).tag == out.tag
    assert serialize(sanitize(out)) == serialize(out)


def test_depth_does_not_matter() -> None:
    body = deepest = Element(f"{{{NS}}}body")
    for number in range(20_000):
        child = Element(f"{{{NS}}}{'em' if number % 2 else 'div'}")
        deepest.append(child)
        deepest = child
    deepest.text = "x"
    assert sum(1 for _ in sanitize(body).iter()) == 10_001


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("hello", "hello"),
        ("<p>h<strong>e</strong>llo</p>", "<p>h<strong>e</strong>llo</p>"),
        (f"<body xmlns='{NS}'><p>x</p></body>", "<p>x</p>"),
        ("<body><p>x</p></body>", "<p>x</p>"),
        (parse_one(f"<p xmlns='{NS}'>x</p>"), "<p>x</p>"),
        (parse_one(f"<body xmlns='{NS}'>x</body>"), "x"),
        ("", ""),
    ],
)  # fmt: skip
async def test_what_we_send(client: OfflineClient, content: str | Element, expected: str) -> None:
    client.send_message("a@b.c", "hello", mhtml=content)
    await settle()
    body = client.sent[-1].find(f"{{http://jabber.org/protocol/xhtml-im}}html/{{{NS}}}body")
    assert body is not None
    inner = serialize(body, stream_ns="").replace('"', "'")
    assert inner == (f"<body xmlns='{NS}'>{expected}</body>" if expected else f"<body xmlns='{NS}'/>")
    assert Message(xml=client.sent[-1])["html"]["body"].replace('"', "'") == inner


@pytest.mark.parametrize(
    "content", ["<br>", "a & b", "<p>", "</body>", "</body><body>", "&nbsp;", "<p></b>", "\0"]
)
def test_what_is_no_xhtml_is_refused(content: str) -> None:
    message = Message()
    with pytest.raises(FieldValueError):
        message["html"]["body"] = content
    assert len(message.xml) == 0


def test_languages() -> None:
    message = Message()
    message["html"]["body"] = "<p>one</p>"
    message["html"]["body|de"] = "<p>eins</p>"
    message["html"]["body|de"] = "<p>zwei</p>"
    html = message[XHTML_IM]
    assert "one" in html.get_body()
    assert "zwei" in message["html"]["body|de"]
    assert html.get_body("fr") == ""
    assert len(html.xml) == 2
    every = html.bodies
    assert html.get_body("*") == every
    assert {lang: ("one" in text, "zwei" in text) for lang, text in every.items()} == {
        "": (True, False),
        "de": (False, True),
    }
    # All items at once, as programs copy stanzas.
    values = message.values["html"]
    assert (values["body"], values["body|de"]) == (every[""], every["de"])
    copied = Message()
    copied.values = message.values
    assert copied[XHTML_IM].bodies == every
    del message["html"]["body|de"]
    assert len(html.xml) == 1
    html.set_content("<p>x</p>", "fr")
    assert "x" in html.get_body("fr")
    del message["html"]["body"]
    assert (len(html.xml), html.get_body()) == (0, "")
