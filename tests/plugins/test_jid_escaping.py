"""Names as local parts of addresses, and back (XEP-0106)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0106 import escape_node, unescape_node
from tests.plugins.offline import OfflineClient


@pytest.mark.parametrize(
    ("name", "local"),
    [
        # The examples of XEP-0106 section 5 that need no more than a name.
        ("space cadet", r"space\20cadet"),
        ('call me "ishmael"', r"call\20me\20\22ishmael\22"),
        ("at&t guy", r"at\26t\20guy"),
        ("d'artagnan", r"d\27artagnan"),
        ("/.fanboy", r"\2f.fanboy"),
        ("::foo::", r"\3a\3afoo\3a\3a"),
        ("<foo>", r"\3cfoo\3e"),
        ("user@host", r"user\40host"),
        (r"c:\net", r"c\3a\net"),
        (r"c:\5commas", r"c\3a\5c5commas"),
        (r"\3and\2is\5cool", r"\5c3and\2is\5c5cool"),
        (" plain ", "plain"),
    ],
)
def test_escaping(name: str, local: str) -> None:
    assert escape_node(name) == local
    assert JID(local=local, domain="x.org").local == local
    assert unescape_node(local) == name.strip()


@pytest.mark.parametrize(
    ("local", "name"),
    [
        # Sections 3.1 and 4.3: nothing but the escapes themselves.
        (r"\2plus\2is\4", r"\2plus\2is\4"),
        (r"foo\bar", r"foo\bar"),
        (r"foob\41r", r"foob\41r"),
        (r"a\2Fb", r"a\2Fb"),
        (r"\5c5c", r"\5c"),
        (r"\5c27", r"\27"),
        ("\\", "\\"),
        ("", ""),
        # No name begins or ends so (section 4.1): it would look like another one.
        (r"\20romeo", r"\20romeo"),
        (r"romeo\20", r"romeo\20"),
        (r"\20", r"\20"),
        (r"a\20\20b", "a  b"),
    ],
)
def test_showing(local: str, name: str) -> None:
    assert unescape_node(local) == name


@given(st.text(alphabet="ab \\\"&'/:<>@2567cf0", max_size=20))
@settings(max_examples=300, deadline=None)
def test_there_and_back(name: str) -> None:
    local = escape_node(name)
    assert not set(local) & set(" \"&'/:<>@")
    assert unescape_node(local) == name.strip()


async def test_it_is_announced() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0106")
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    assert r"jid\20escaping" in info["features"]
    xmpp.plugin.disable("xep_0106")
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    assert r"jid\20escaping" not in info["features"]
    await xmpp.aclose()
