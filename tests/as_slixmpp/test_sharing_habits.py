"""Files, stickers and links as programs for slixmpp share them: their imports, keys and calls."""

import importlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from helixmpp.stanza import Message, unregister_stanza_plugin
from tests.plugins.offline import OfflineClient

pytestmark = pytest.mark.usefixtures("hook")

URL = "https://example.org/a.jpg"


@pytest.fixture
async def xmpp() -> AsyncIterator[Any]:
    """A client with the plugins that gateways and bots have."""
    client = OfflineClient()
    for name in (
        "xep_0066",
        "xep_0372",
        "xep_0382",
        "xep_0385",
        "xep_0428",
        "xep_0447",
        "xep_0449",
        "xep_0454",
    ):
        client.register_plugin(name)
    client.register_plugin("xep_0080")
    client.register_plugin("xep_0511")
    yield client
    assert client.failures == []
    await client.aclose()


NAMES = [
    ("slixmpp.plugins.xep_0080.stanza", "Geoloc", "geoloc"),
    ("slixmpp.plugins.xep_0264.stanza", "Thumbnail", "thumbnail"),
    ("slixmpp.plugins.xep_0300", "Hash", "hash"),
    ("slixmpp.plugins.xep_0300.stanza", "Hash", "hash"),
    ("slixmpp.plugins.xep_0372.stanza", "Reference", "reference"),
    ("slixmpp.plugins.xep_0382.stanza", "Spoiler", "spoiler"),
    ("slixmpp.plugins.xep_0385.stanza", "Sims", "sims"),
    ("slixmpp.plugins.xep_0385.stanza", "Sources", "sources"),
    ("slixmpp.plugins.xep_0446.stanza", "File", "file"),
    ("slixmpp.plugins.xep_0447.stanza", "StatelessFileSharing", "sfs"),
    ("slixmpp.plugins.xep_0447.stanza", "Sources", "sources"),
    ("slixmpp.plugins.xep_0447.stanza", "UrlData", "url-data"),
    ("slixmpp.plugins.xep_0449.stanza", "Sticker", "sticker"),
    ("slixmpp.plugins.xep_0511.stanza", "LinkMetadata", "link_metadata"),
]


@pytest.mark.parametrize(("module", "name", "key"), NAMES)
def test_classes_and_their_keys(module: str, name: str, key: str) -> None:
    cls: Any = getattr(importlib.import_module(module), name)
    assert cls.plugin_attrib == key
    assert cls.__module__.startswith("helixmpp.plugins.")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("slixmpp.plugins.xep_0080.geoloc", "XEP_0080"),
        ("slixmpp.plugins.xep_0264.thumbnail", "XEP_0264"),
        ("slixmpp.plugins.xep_0300.hash", "XEP_0300"),
        ("slixmpp.plugins.xep_0372.references", "XEP_0372"),
        ("slixmpp.plugins.xep_0382.spoiler", "XEP_0382"),
        ("slixmpp.plugins.xep_0385.sims", "XEP_0385"),
        ("slixmpp.plugins.xep_0446.file_metadata", "XEP_0446"),
        ("slixmpp.plugins.xep_0447.sfs", "XEP_0447"),
        ("slixmpp.plugins.xep_0449.stickers", "XEP_0449"),
        ("slixmpp.plugins.xep_0454", "XEP_0454"),
        ("slixmpp.plugins.xep_0511.link_metadata", "XEP_0511"),
        ("slixmpp.plugins.xep_0447.stanza", "NAMESPACE"),
        ("slixmpp.plugins.xep_0446.stanza", "NS"),
    ],
)
def test_modules(module: str, name: str) -> None:
    assert getattr(importlib.import_module(module), name) is not None


async def test_a_gateway_shares_an_attachment(xmpp: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"a picture")
    message = xmpp.make_message("juliet@example.org")
    reference = xmpp["xep_0385"].get_sims(path, [URL], "image/jpeg", "A picture")
    reference["sims"]["file"]["name"] = "b.jpg"
    thumbnail = reference["sims"]["file"]["thumbnail"]
    thumbnail["width"], thumbnail["height"] = 10, 20
    thumbnail["media-type"] = "image/thumbhash"
    thumbnail["uri"] = "data:image/thumbhash;base64,AAAA"
    kept = str(reference)
    message.append(reference)
    sfs = xmpp["xep_0447"].get_sfs(path, [URL], "image/jpeg", "A picture")
    del sfs["disposition"]
    # The same small picture, which stands in another element already.
    sfs["file"].append(thumbnail)
    kept_sfs = str(sfs)
    message.append(sfs)
    message["oob"]["url"] = message["body"] = URL
    assert message.get_plugin("sfs", check=True)
    message["fallback"].enable("body")
    message["fallback"]["for"] = xmpp.plugin["xep_0447"].stanza.NAMESPACE
    message.send()
    sent = Message(xml=xmpp.sent[-1])
    assert (
        sent["sfs"]["file"]["thumbnail"]["width"]
        == sent["reference"]["sims"]["file"]["thumbnail"]["width"]
        == 10
    )
    assert (sent["sfs"]["disposition"], sent["sfs"]["file"]["size"]) == ("", 9)
    assert [one["target"] for one in sent["sfs"]["sources"]["substanzas"]] == [URL]
    assert sent["fallback"]["for"] == "urn:xmpp:sfs:0"
    # From a database, the next time.
    again = xmpp.make_message("juliet@example.org")
    again.append(xmpp["xep_0372"].stanza.Reference(xml=ET.fromstring(kept)))
    again.append(xmpp["xep_0447"].stanza.StatelessFileSharing(xml=ET.fromstring(kept_sfs)))
    assert again["reference"]["sims"]["file"].get_plugin("thumbnail", check=True) is not None
    assert again["sfs"]["file"]["name"] == "a.jpg"


async def test_a_gateway_shares_what_it_has_not_fetched(xmpp: Any) -> None:
    sims = xmpp.plugin["xep_0385"].stanza.Sims()
    reference = xmpp["xep_0372"].stanza.Reference()
    reference["uri"], reference["type"] = URL, "data"
    sims["sources"].append(reference)
    sims.enable("file")
    stanza = xmpp.plugin["xep_0447"].stanza
    sfs, url = stanza.StatelessFileSharing(), stanza.UrlData()
    url["target"] = URL
    sfs["sources"].append(url)
    sfs.enable("file")
    for one in (sims, sfs):
        one["file"]["media-type"], one["file"]["desc"], one["file"]["name"] = (
            "image/jpeg",
            "A picture",
            "a.jpg",
        )
    sfs["disposition"] = "attachment"
    message = xmpp.make_message("juliet@example.org")
    message.append(sims)
    message.append(sfs)
    message.send()
    sent = Message(xml=xmpp.sent[-1])
    assert sent["sims"]["file"]["name"] == sent["sfs"]["file"]["name"] == "a.jpg"
    assert (sent["sims"]["sources"]["reference"]["uri"], sent["sfs"]["disposition"]) == (URL, "attachment")


async def test_bots(xmpp: Any) -> None:
    message = xmpp.make_message("juliet@example.org", "Look")
    message["sfs"] = xmpp["xep_0447"].get_sfs(data=b"voice", uris=[URL], desc="Voice", disposition="inline")
    made = importlib.import_module("slixmpp.plugins.xep_0300").Hash()
    made["algo"], made["value"] = "sha3-256", "AAAA"
    message["sfs"]["file"].append(made)
    message["link_metadata"]["title"] = "A page"
    message["link_metadata"]["about"] = URL
    message["geoloc"]["lat"] = 1.5
    assert [one["algo"] for one in message["sfs"]["file"]["hashes"]] == ["sha-256", "sha3-256"]
    assert (message["sfs"]["disposition"], message["link_metadata"]["about"], message["geoloc"]["lat"]) == (
        "inline",
        URL,
        1.5,
    )
    plugin = importlib.import_module("slixmpp.plugins.xep_0454").XEP_0454
    content, fragment = plugin.encrypt(io.BytesIO(b"secret"), None)
    assert xmpp["xep_0454"].decrypt(io.BytesIO(content), fragment) == b"secret"
    assert plugin.format_url(URL, fragment) == f"aesgcm://example.org/a.jpg#{fragment}"


async def test_several_references_after_a_program_registered_them_so(xmpp: Any) -> None:
    cls = importlib.import_module("slixmpp.plugins.xep_0372.stanza").Reference
    register: Any = importlib.import_module("slixmpp.xmlstream").register_stanza_plugin
    register(Message, cls, iterable=True)
    try:
        message = xmpp.make_message("juliet@example.org", "a b")
        for uri in ("xmpp:a@b.c", "xmpp:d@e.f"):
            reference = cls()
            reference["uri"], reference["type"] = uri, "mention"
            message.append(reference)
        assert [one["uri"] for one in message["references"]] == ["xmpp:a@b.c", "xmpp:d@e.f"]
        assert [one.jid for one in xmpp["xep_0372"].mentions(message)] == ["a@b.c", "d@e.f"]
    finally:
        unregister_stanza_plugin(Message, cls, iterable=True)
