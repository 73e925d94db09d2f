"""XEP-0372, XEP-0382 and XEP-0511 without a server: mentions, hidden texts, and what is behind links."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0372 import XEP_0372, Mention, Reference, jid_of, uri_of
from helixmpp.plugins.xep_0382 import XEP_0382
from helixmpp.plugins.xep_0511 import XEP_0511, LinkMetadata
from helixmpp.stanza import Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient

ROMEO = "romeo@montague.lit/orchard"
BODY = "But, soft! what light through yonder window breaks? It is the east, and Juliet is the sun."
NS = "urn:xmpp:reference:0"


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    """A client with all three."""
    client = OfflineClient()
    for name in ("xep_0372", "xep_0382", "xep_0511"):
        client.register_plugin(name)
    yield client
    assert client.failures == []
    await client.aclose()


def message(inner: str, body: str = BODY, attributes: str = "") -> Message:
    text = f"<message from='{ROMEO}' {attributes}><body>{body}</body>{inner}</message>"
    (stanza,) = parse_one(f"<stream xmlns='jabber:client'>{text}</stream>")
    return Message(xml=stanza)


async def test_mentioning_somebody(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0372]
    made = xmpp.make_message("balcony@rooms.example.org", BODY, mtype="groupchat")
    plugin.mention(made, "juliet@capulet.lit", "Juliet")
    made.send()
    received = Message(xml=xmpp.sent[-1])
    reference = received["reference"]
    # Example 3 of the XEP.
    assert (reference["begin"], reference["end"], reference["type"], reference["uri"]) == (
        72,
        78,
        "mention",
        "xmpp:juliet@capulet.lit",
    )
    assert plugin.mentions(received) == [Mention(JID("juliet@capulet.lit"), "Juliet")]
    assert plugin.is_mentioned(received, "juliet@capulet.lit")
    assert plugin.is_mentioned(received, "JULIET@capulet.lit")
    assert not plugin.is_mentioned(received, "juliet@capulet.lit/balcony")
    assert not plugin.is_mentioned(received)
    made = xmpp.make_message(ROMEO, "😀 me, you")
    plugin.mention(made, "me@example.org/desk", "me")
    plugin.mention(made, "you@example.org", begin=6, end=9)
    plugin.mention(made, "all@example.org")
    assert [one.text for one in plugin.mentions(made)] == ["me", "you", ""]
    assert plugin.is_mentioned(made)
    assert plugin.is_mentioned(made, "me@example.org/desk")


async def test_other_references(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0372]
    made = xmpp.make_message(ROMEO, "Form received")
    plugin.add_reference(made, "xmpp:fdp.shakespeare.lit?;node=fdp/x;item=1", "Form")
    (reference,) = plugin.references(made, "data")
    assert (plugin.text_of(made, reference), plugin.mentions(made)) == ("Form", [])
    # Section 3.4: the body is that of an earlier message.
    empty = xmpp.make_message(ROMEO)
    anchored = plugin.add_reference(
        empty, "u:v", begin=72, end=78, anchor="xmpp:a@b?;node=messages;item=bnhob"
    )
    assert (anchored.begin, anchored.anchor, plugin.text_of(empty, anchored)) == (
        72,
        "xmpp:a@b?;node=messages;item=bnhob",
        "",
    )


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("Julia", None, None), ("", None, None), (None, 3, 3), (None, 5, 4), (None, -1, 4), (None, 0, 14),
        (None, None, 4), (None, 4, None),
    ],
)  # fmt: skip
async def test_what_is_no_part_of_the_text(
    xmpp: OfflineClient, text: str | None, begin: int | None, end: int | None
) -> None:
    made = xmpp.make_message(ROMEO, "Form received")
    with pytest.raises(ValueError):
        xmpp.plugin[XEP_0372].add_reference(made, "u:v", text, begin=begin, end=end)
    assert made.get(Reference) is None


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("type='mention' uri='xmpp:a@b.c' begin='0' end='3'", [Mention(JID("a@b.c"), "But")]),
        ("type='mention' uri='XMPP:a@b.c'", [Mention(JID("a@b.c"))]),
        ("type='mention' uri='xmpp:r@rooms.c/The%20Nick'", [Mention(JID("r@rooms.c/The Nick"))]),
        ("type='mention' uri='xmpp://me@x.y/a@b.c?message;body=x#y'", [Mention(JID("a@b.c"))]),
        ("type='mention' uri='xmpp:a@b.c' begin='0' end='900'", [Mention(JID("a@b.c"))]),
        ("type='mention' uri='xmpp:a@b.c' begin='5' end='2'", [Mention(JID("a@b.c"))]),
        ("type='mention' uri='xmpp:a@b.c' begin='x' end='2'", [Mention(JID("a@b.c"))]),
        ("type='mention' uri='xmpp:a@b.c' begin='-3' end='2'", [Mention(JID("a@b.c"))]),
        ("type='mention' uri='xmpp:a@b.c' anchor='xmpp:x@y'", []),
        ("type='mention' uri='https://a@b.c'", []),
        ("type='mention' uri='xmpp:'", []),
        ("type='mention' uri='xmpp:@'", []),
        ("type='mention' uri='xmpp:a@b@c'", []),
        ("type='mention' uri='xmpp:%FF@b.c'", []),
        ("type='mention'", []),
        ("type='data' uri='xmpp:a@b.c'", []),
        ("uri='xmpp:a@b.c'", []),
    ],
)
async def test_mentions_of_a_peer(xmpp: OfflineClient, attributes: str, expected: list[Mention]) -> None:
    assert xmpp.plugin[XEP_0372].mentions(message(f"<reference xmlns='{NS}' {attributes}/>")) == expected


@pytest.mark.parametrize(
    ("inner", "attributes", "count"),
    [
        (f"<reference xmlns='{NS}'/>", "", 1),
        (f"<reference xmlns='{NS}'/>" * 100, "type='groupchat'", 1),
        (f"<reference xmlns='{NS}'/>" * 101, "", 0),
        (f"<reference xmlns='{NS}'/>", "type='error'", 0),
        ("<reference xmlns='urn:xmpp:reference:1'/>", "", 0),
        ("", "", 0),
    ],
)
async def test_the_event(xmpp: OfflineClient, inner: str, attributes: str, count: int) -> None:
    seen: list[Message] = []
    xmpp.add_event_handler("references", seen.append)
    assert await xmpp.receive(f"<message from='{ROMEO}' {attributes}>{inner}</message>") == []
    assert len(seen) == count
    assert len(xmpp.plugin[XEP_0372].references(message(inner))) == min(100, inner.count(f"'{NS}'"))


ADDRESSES = st.sampled_from(
    ["a@b.c", "b.c", "b.c/r", "a@b.c/r", "nasty!#$%()*+,-.;=?[\\]^_`{|}~node@example.com",
     "node@example.com/repulsive !#\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~resource", "jiři@čechy.example/v Praze", "a@[::1]/x"]
)  # fmt: skip


@given(ADDRESSES)
def test_uris_of_addresses(text: str) -> None:
    jid = JID(text)
    uri = uri_of(jid)
    assert uri.startswith("xmpp:")
    assert uri.isascii()
    assert " " not in uri
    assert jid_of(uri) == jid


def test_an_address_of_rfc_5122() -> None:
    # Section 2.7.2.
    assert jid_of("xmpp:nasty!%23$%25()*+,-.;=%3F%5B%5C%5D%5E_%60%7B%7C%7D~node@example.com") == JID(
        "nasty!#$%()*+,-.;=?[\\]^_`{|}~node@example.com"
    )
    assert jid_of(f"xmpp:{'a' * 20_000}@b.c") is None


@given(st.text(max_size=40))
def test_no_uri_raises(text: str) -> None:
    assert jid_of(text) is None or isinstance(jid_of(text), JID)
    assert jid_of(f"xmpp:{text}") is None or isinstance(jid_of(f"xmpp:{text}"), JID)


# -- spoilers ---------------------------------------------------------------------------------------------

SPOILERS = (
    "<spoiler xml:lang='en' xmlns='urn:xmpp:spoiler:0'>Trip to the beach</spoiler>"
    "<spoiler xml:lang='ca' xmlns='urn:xmpp:spoiler:0'>Viatge a la platja</spoiler>"
)


@pytest.mark.parametrize(
    ("inner", "attributes", "lang", "is_spoiler", "hint"),
    [
        ("", "", None, False, ""),
        ("<spoiler xmlns='urn:xmpp:spoiler:0'/>", "", None, True, ""),
        ("<spoiler xmlns='urn:xmpp:spoiler:0'>Love story end</spoiler>", "", None, True, "Love story end"),
        ("<spoiler xmlns='urn:xmpp:spoiler:0'>Love</spoiler>", "xml:lang='en'", "de", True, "Love"),
        (SPOILERS, "", None, True, "Trip to the beach"),
        (SPOILERS, "", "ca", True, "Viatge a la platja"),
        (SPOILERS, "", "de", True, "Trip to the beach"),
        (SPOILERS, "xml:lang='ca'", None, True, "Viatge a la platja"),
        (SPOILERS, "xml:lang='ca'", "de", True, "Viatge a la platja"),
        (SPOILERS, "xml:lang='ca'", "en", True, "Trip to the beach"),
        ("<spoiler xmlns='urn:xmpp:spoiler:1'>x</spoiler>", "", None, False, ""),
    ],
)
async def test_hidden_texts(
    xmpp: OfflineClient, inner: str, attributes: str, lang: str | None, is_spoiler: bool, hint: str
) -> None:
    plugin, received = xmpp.plugin[XEP_0382], message(inner, attributes=attributes)
    assert (plugin.is_spoiler(received), plugin.hint(received, lang)) == (is_spoiler, hint)


async def test_hiding_a_text(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0382]
    sent = plugin.send_spoiler(ROMEO, "Both of them die!", "Love story end", "chat")
    got = Message(xml=xmpp.sent[-1])
    assert (got["body"], got["type"], got["spoiler"]["hint"]) == (
        "Both of them die!",
        "chat",
        "Love story end",
    )
    plugin.set_spoiler(sent, {"en": "Trip to the beach", "ca": "Viatge a la platja"})
    assert [(one.get_lang(), one.hint) for one in sent["spoiler|*"]] == [
        ("en", "Trip to the beach"),
        ("ca", "Viatge a la platja"),
    ]
    assert sent["spoiler|ca"]["hint"] == "Viatge a la platja"
    with pytest.raises(FieldValueError):
        plugin.set_spoiler(sent, "\0")
    assert plugin.hint(sent, "ca") == "Viatge a la platja"
    plugin.set_spoiler(sent)
    assert (plugin.is_spoiler(sent), plugin.hint(sent), len(sent["spoiler|*"])) == (True, "", 1)
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    assert {"urn:xmpp:spoiler:0", NS} <= set(info["features"])


# -- links ------------------------------------------------------------------------------------------------

LINK = "https://the.link.example.com/what-was-linked-to"


async def test_what_is_behind_a_link(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0511]
    made = xmpp.make_message(ROMEO, f"I wanted to mention {LINK}")
    plugin.add_metadata(
        made, LINK, title="The Best Webpage", description="Great", url="https://example.com/", images=["a:b", "c:d"],
        image_alt="Alt", type="website", site_name="Example", video="v:w", lang="en",
    )  # fmt: skip
    plugin.add_metadata(made, "u:v")
    made.send()
    received = Message(xml=xmpp.sent[-1])
    first, second = plugin.metadata(received)
    assert (first.about, first.title, first.images, first.image_alt, first.get_lang()) == (
        LINK, "The Best Webpage", ["a:b", "c:d"], "Alt", "en",
    )  # fmt: skip
    assert (first.type, first.site_name, first.video, first.url) == (
        "website",
        "Example",
        "v:w",
        "https://example.com/",
    )
    assert (second.about, second.title, second.images) == ("u:v", "", [])
    assert plugin.metadata(received, "u:v") == [second]
    # As programs do it that know slixmpp.
    other = xmpp.make_message(ROMEO)
    other["link_metadata"]["title"] = "x"
    other["link_metadata"]["about"] = "u:v"
    assert [one.title for one in plugin.metadata(other)] == ["x"]
    with pytest.raises(ValueError, match="link"):
        plugin.add_metadata(other, "")


@pytest.mark.parametrize(
    ("inner", "count"),
    [
        ("<Description xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#' about='no namespace'/>", 0),
        ("<Description xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", 0),
        ("<r:Description xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' r:about='u:v'/>", 1),
        ("<r:Description xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' r:about='u:v'/>" * 50, 20),
    ],
)
async def test_links_of_a_peer(xmpp: OfflineClient, inner: str, count: int) -> None:
    found = xmpp.plugin[XEP_0511].metadata(message(inner))
    assert len(found) == count
    assert all(isinstance(one, LinkMetadata) for one in found)
