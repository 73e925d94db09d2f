"""What stands in texts: emojis, fallbacks, encryption, what is fastened, markup."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0380 import XEP_0380
from helixmpp.plugins.xep_0394 import XEP_0394
from helixmpp.plugins.xep_0422 import XEP_0422, ApplyTo
from helixmpp.plugins.xep_0428 import XEP_0428
from helixmpp.plugins.xep_0444.emoji import is_emoji
from helixmpp.stanza import Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.chat_talk import received, with_all_plugins
from tests.plugins.offline import OfflineClient


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    async with with_all_plugins() as xmpp:
        yield xmpp


@pytest.mark.parametrize(
    "text", ["👋", "❤️", "❤", "👍🏽", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇫🇷", "1️⃣", "#⃣", "☺️", "➕", "🫨", "ℹ️"]
)
def test_emojis(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize(
    "text", ["", "a", "ok", "1", "#", " ", "👋 ", "👋a", "é", "\u200d", "\ufe0f", "<", "👋" * 21, "+1"]
)
def test_what_is_no_emoji(text: str) -> None:
    assert not is_emoji(text)


@pytest.mark.parametrize(
    ("regions", "stripped", "body"),
    [
        ("<body start='0' end='3'/>", "defgh", "abc"),
        ("<body start='3'/>", "abc", "defgh"),
        ("<body end='3'/>", "defgh", "abc"),
        ("<body/>", "", "abcdefgh"),
        ("", "", "abcdefgh"),
        ("<body start='0' end='3'/><body start='2' end='5'/>", "fgh", "abcde"),
        ("<body start='6' end='8'/><body start='0' end='1'/>", "bcdef", "agh"),
        ("<body start='5' end='2'/>", "abcdefgh", ""),
        ("<body start='6' end='900'/>", "abcdef", "gh"),
        ("<body start='900' end='901'/>", "abcdefgh", ""),
        ("<body start='-1' end='2'/>", "abcdefgh", ""),
        ("<body start='x'/>", "abcdefgh", ""),
        ("<subject start='0' end='1'/>", "abcdefgh", ""),
    ],
)
def test_fallbacks(client: OfflineClient, regions: str, stripped: str, body: str) -> None:
    message = received(
        f"<body>abcdefgh</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:x'>{regions}</fallback>"
    )
    fallback = client.plugin[XEP_0428].fallbacks(message, "urn:x")[0]
    assert (fallback.get_stripped_body(), fallback.get_fallback_body()) == (stripped, body)
    assert client.plugin[XEP_0428].stripped_body(message, {"urn:x"}) == stripped
    assert client.plugin[XEP_0428].fallbacks(message, "urn:y") == []
    assert fallback.get_stripped_subject() == ""


@given(st.text(max_size=20), st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=6))
def test_what_is_left_out_and_what_stays_are_all(text: str, regions: list[tuple[int, int]]) -> None:
    message = Message()
    text = "".join(char for char in text if char.isprintable())
    message["body"] = text
    for start, end in regions:
        XEP_0428.add_fallback(message, "urn:x", start, end)
    removed = {place for start, end in regions for place in range(start, min(end, len(text)))}
    expected = "".join(char for place, char in enumerate(text) if place not in removed)
    assert XEP_0428.stripped_body(_plugin_of(message), message, ["urn:x"]) == expected


def _plugin_of(_: Message) -> XEP_0428:
    return XEP_0428(OfflineClient())


# -- encryption, fastening, markup ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ("<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2' name='Evil'/>", "OMEMO 2"),
        ("<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x' name='X'/>", "X"),
        ("<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x'/>", "urn:x"),
        (f"<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x' name='{'n' * 300}'/>", "n" * 100),
        ("<encryption xmlns='urn:xmpp:eme:0'/>", ""),
        ("", ""),
    ],
)
def test_encryption(client: OfflineClient, element: str, name: str) -> None:
    plugin = client.plugin[XEP_0380]
    message = received(f"<body>?OTR</body>{element}")
    assert (plugin.has_eme(message), plugin.name_of(message)) == (bool(name), name)
    plugin.replace_body_with_eme(message)
    assert (message["body"] == "?OTR") is not bool(name)
    assert name in message["body"]
    made = plugin.add_eme(Message(), "urn:xmpp:omemo:2", "OMEMO")
    assert (made["eme"]["namespace"], made["eme"]["name"]) == ("urn:xmpp:omemo:2", "")


def test_fastening(client: OfflineClient) -> None:
    like = parse_one("<like xmlns='urn:like'/>")
    message = Message()
    client.plugin[XEP_0422].fasten(message, "o", like, externals=[("body", None), ("x", "urn:x")], clear=True)
    applied = Message(xml=parse_one(str(message)))[ApplyTo]
    assert (applied.id, applied.clear_, [one.tag for one in applied.payloads]) == (
        "o",
        True,
        ["{urn:like}like"],
    )
    assert [(one.name_, one.element_namespace) for one in applied.externals] == [("body", ""), ("x", "urn:x")]
    other = parse_one("<other xmlns='urn:like'/>")
    for id_, payloads in (("", (like,)), ("o", ()), ("o", (like, other))):
        with pytest.raises(FieldValueError):
            client.plugin[XEP_0422].fasten(message, id_, *payloads)
    applied.xml.append(other)
    assert [one.tag for one in applied.payloads] == ["{urn:like}like"]


XHTML = "<body xmlns='http://www.w3.org/1999/xhtml'>{}</body>"


@pytest.mark.parametrize(
    ("body", "markup", "expected"),
    [
        ("no reason", "<span start='3' end='9'><emphasis/></span>", "no <em>reason</em>"),
        ("abc", "<span start='0' end='3'><strong/><deleted/></span>",
         "<strong><span style='text-decoration: line-through'>abc</span></strong>"),
        ("abc", "<span start='1' end='2'><code/></span>", "a<span style='font-family: monospace'>b</span>c"),
        ("abc", "<span start='0' end='3'><emphasis/></span><span start='1' end='2'><strong/></span>",
         "<em>a<strong>b</strong>c</em>"),
        ("abc", "<span start='0' end='2'><emphasis/></span><span start='1' end='3'><strong/></span>", "<em>ab</em>c"),
        ("abc", "<span start='0' end='9'><emphasis/></span>", "abc"),
        ("abc", "<span start='x' end='2'><emphasis/></span>", "abc"),
        ("abc", "<span start='0' end='2'><unknown/></span>", "abc"),
        ("abc", "<span start='2' end='2'><emphasis/></span>", "abc"),
        ("a<b>", "<span start='1' end='4'><strong/></span>", "a<strong>&lt;b&gt;</strong>"),
        ("a\nb", "", "a<br/>b"),
        ("😀b", "<span start='0' end='1'><strong/></span>", "<strong>😀</strong>b"),
        ("a\n$ ls", "<bcode start='2' end='6' language='sh'/>", "a<br/><p style='font-family: monospace'>$ ls</p>"),
        ("* a\n* b", "<list start='0' end='7'><li start='0'/><li start='4'/></list>",
         "<ul><li>* a<br/></li><li>* b</li></ul>"),
        ("* a\n* b", "<list start='0' end='7' ordered='true'><li start='0'/></list>", "<ol><li>* a<br/>* b</li></ol>"),
        ("* a\n* b", "<list start='0' end='7'><li start='4'/></list>", "* a<br/>* b"),
        ("* a\n* b", "<list start='0' end='7'><li start='0'/><li start='0'/></list>", "* a<br/>* b"),
        ("> a\n>> b", "<bquote start='0' end='8'/><bquote start='5' end='8'/>",
         "<blockquote>&gt; a<br/>&gt;<blockquote>&gt; b</blockquote></blockquote>"),
        ("abc", "<span start='0' end='3'><emphasis/></span><bquote start='1' end='2'/>", "<em>abc</em>"),
        ("abc", "<bquote start='0' end='2'/><span start='1' end='3'><emphasis/></span>",
         "<blockquote>ab</blockquote>c"),
        ("abc", "<bquote start='0' end='3'/><span start='0' end='3'><emphasis/></span>",
         "<blockquote><em>abc</em></blockquote>"),
    ],
)  # fmt: skip
def test_markup_as_xhtml(client: OfflineClient, body: str, markup: str, expected: str) -> None:
    message = Message(
        xml=parse_one(
            f"<message xmlns='jabber:client'><markup xmlns='urn:xmpp:markup:0'>{markup}</markup></message>"
        )
    )
    message["body"] = body
    text = client.plugin[XEP_0394].to_xhtml_im(message["body"], message["markup"])
    assert text.replace('"', "'") == XHTML.format(expected)


@given(
    st.text(alphabet="ab\n<😀", max_size=12),
    st.lists(
        st.tuples(
            st.sampled_from(["span", "bquote", "bcode", "list"]), st.integers(0, 13), st.integers(0, 13)
        ),
        max_size=8,
    ),
)
def test_whatever_the_markup_the_text_is_all_there(text: str, parts: list[tuple[str, int, int]]) -> None:
    inner = {"span": "<strong/>", "list": "<li start='{0}'/>"}
    markup = "".join(
        f"<{tag} start='{start}' end='{end}'>{inner.get(tag, '').format(start)}</{tag}>"
        for tag, start, end in parts
    )
    message = Message(
        xml=parse_one(
            f"<message xmlns='jabber:client'><markup xmlns='urn:xmpp:markup:0'>{markup}</markup></message>"
        )
    )
    message["body"] = text
    shown = XEP_0394(OfflineClient()).to_xhtml(message)
    found = "".join(
        piece
        for element in shown.iter()
        for piece in (("\n" if element.tag.endswith("}br") else ""), element.text or "")
    )
    tails = sum(len(element.tail or "") for element in shown.iter())
    assert len(found) + tails == len(text)


def test_markup_that_is_made(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0394]
    message = client.make_message("a@b.c", "one\ntwo\nthree")
    plugin.add_span(message, 0, 3, "strong", "emphasis")
    plugin.add_list(message, [4, 8], 13, ordered=True)
    plugin.add_code(message, 4, 7, "sh")
    plugin.add_quote(message, 0, 3)
    assert serialize(message["markup"].xml, stream_ns="").replace('"', "'") == (
        "<markup xmlns='urn:xmpp:markup:0'><span start='0' end='3'><strong/><emphasis/></span>"
        "<list start='4' end='13' ordered='true'><li start='4'/><li start='8'/></list>"
        "<bcode start='4' end='7' language='sh'/><bquote start='0' end='3'/></markup>"
    )
    for start, end in ((0, 14), (-1, 2), (2, 2)):
        with pytest.raises(FieldValueError):
            plugin.add_span(message, start, end, "strong")
    for starts in ([], [4, 4], [8, 4], [13]):
        with pytest.raises(FieldValueError):
            plugin.add_list(message, starts, 13)
