"""What slixmpp's modules have besides: caches, text, handlers that are given elements."""

import importlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from helixmpp import ClientXMPP, MatchXPath
from helixmpp.as_slixmpp import cache
from helixmpp.as_slixmpp.atom import AtomEntry
from helixmpp.as_slixmpp.handlers import XMLCallback, XMLWaiter
from helixmpp.as_slixmpp.names import PLUGIN_REGISTRY, Handshake, load_plugin, unescape_node
from helixmpp.as_slixmpp.text import escape, tostring, tostring_fmt
from helixmpp.core import BasePlugin
from helixmpp.errors import StateError

CACHES = ["memory", "files", "binary"]


def cache_of(kind: str, folder: Path) -> cache.Cache:
    if kind == "memory":
        return cache.MemoryCache()
    if kind == "binary":
        return cache.FileSystemCache(str(folder), "x", binary=True, encode=str.encode, decode=bytes.decode)
    return cache.FileSystemCache(str(folder), "x")


def per_jid(kind: str, folder: Path) -> cache.PerJidCache:
    if kind == "memory":
        return cache.MemoryPerJidCache()
    return cache.FileSystemPerJidCache(str(folder), "x")


@pytest.mark.parametrize("kind", CACHES)
@pytest.mark.parametrize("key", ["a", "../../etc/passwd", "/", "\x00", "x" * 5000, "", "\ud800", "con"])
def test_what_is_kept_comes_back(kind: str, key: str, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    kept = cache_of(kind, inner)
    assert kept.retrieve(key) is None
    assert kept.store(key, "value")
    assert kept.store("other", "another")
    assert kept.store(key, "newer")
    assert kept.retrieve(key) == "newer"
    assert kept.remove(key)
    assert kept.remove(key)
    assert (kept.retrieve(key), kept.retrieve("other")) == (None, "another")
    assert set(tmp_path.iterdir()) <= {inner}


@pytest.mark.parametrize("kind", ["memory", "files"])
def test_what_is_kept_for_an_address(kind: str, tmp_path: Path) -> None:
    kept = per_jid(kind, tmp_path)
    kept.store_by_jid("a@b.example", "key", "one")
    kept.store_by_jid("../a", "key", "two")
    assert kept.retrieve_by_jid("a@b.example", "key") == "one"
    assert kept.retrieve_by_jid("a@b.example", "other") is None
    kept.remove_by_jid("a@b.example", "key")
    assert kept.retrieve_by_jid("a@b.example", "key") is None
    assert kept.retrieve_by_jid("../a", "key") == "two"


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LIMIT", 3)
    kept = cache.MemoryCache()
    for number in range(3):
        kept.store(number, number)
    kept.retrieve(0)
    kept.store(3, 3)
    assert [kept.retrieve(number) for number in range(4)] == [0, None, 2, 3]


def test_files_that_cannot_be_read_or_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(value: Any) -> Any:
        raise RuntimeError("no")

    cache.FileSystemCache(str(tmp_path), "x").store("a", "text")
    assert cache.FileSystemCache(str(tmp_path), "x", decode=refuse).retrieve("a") is None
    assert not cache.FileSystemCache(str(tmp_path), "x", encode=refuse).store("a", "b")
    (tmp_path / "file").write_text("")
    assert not cache.FileSystemCache(str(tmp_path), "file").store("a", "b")
    assert cache.FileSystemCache(str(tmp_path), "x").retrieve("a") == "text"
    assert ["could not be written" in record.getMessage() for record in caplog.records] == [True, True]


@pytest.mark.parametrize(
    ("node", "plain"),
    [
        ("call\\20me\\20\\22ishmael\\22", 'call me "ishmael"'),
        ("d\\27artagnan", "d'artagnan"),
        ("\\2f\\3a\\3c\\3e\\40\\5c\\26", "/:<>@\\&"),
        ("\\5c20", "\\20"),
        ("c\\3a\\5ccool", "c:\\cool"),
        ("\\2", "\\2"),
        ("\\99", "\\99"),
        ("", ""),
    ],
)
def test_escapes_of_a_local_part(node: str, plain: str) -> None:
    assert unescape_node(node) == plain


ELEMENT = "<a xmlns='jabber:client' x='1'><b xmlns='urn:b'>&lt;</b></a>"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, '<a xmlns="jabber:client" x="1"><b xmlns="urn:b">&lt;</b></a>'),
        ({"xmlns": "jabber:client"}, '<a x="1"><b xmlns="urn:b">&lt;</b></a>'),
        ({"outbuffer": "before"}, 'before<a xmlns="jabber:client" x="1"><b xmlns="urn:b">&lt;</b></a>'),
        ({"open_only": True, "xmlns": "jabber:client"}, '<a x="1">'),
    ],
)
def test_text_of_an_element(arguments: dict[str, Any], text: str) -> None:
    assert tostring(ET.fromstring(ELEMENT), **arguments) == text


def test_text_for_people() -> None:
    xmpp = ClientXMPP("a@b.example", "x")
    element = ET.fromstring(ELEMENT)
    assert tostring(element, stream=xmpp) == '<a x="1"><b xmlns="urn:b">&lt;</b></a>'
    assert tostring_fmt(element, stream=xmpp) == '<a x="1">\n  <b xmlns="urn:b">&lt;</b>\n</a>\n'
    mixed = ET.fromstring("<a><d/><c y='2' x='1'/><b>text<z/>and<y/></b></a>")
    lines = ["<a>", "  <b>text<z />and<y /></b>", '  <c x="1" y="2" />', "  <d />", "</a>", ""]
    assert tostring_fmt(mixed) == "\n".join(lines)
    assert (tostring(), tostring_fmt(outbuffer="x")) == ("", "x")
    # It was a copy that was laid out.
    assert element.text is None
    deep = ET.Element("a")
    for _ in range(5000):
        deep, inner = ET.Element("a"), deep
        deep.append(inner)
    assert tostring_fmt(deep).count("<a") == 5001


def test_escaping() -> None:
    assert escape("<&>\"'") == "&lt;&amp;&gt;&quot;&apos;"


async def test_handlers_that_are_given_the_element() -> None:
    xmpp = ClientXMPP("a@b.example", "x")
    seen: list[str] = []

    async def later(xml: ET.Element) -> None:
        seen.append(f"later {xml.tag}")

    path = MatchXPath("{jabber:client}message")
    xmpp.register_handler(XMLCallback("now", path, lambda xml: seen.append(xml.tag), once=True))
    xmpp.register_handler(XMLCallback("later", path, later))
    waiter = XMLWaiter("waiter", path)
    xmpp.register_handler(waiter)
    for _ in range(2):
        xmpp.stanza_received(ET.fromstring("<message xmlns='jabber:client'/>"))
    answer = await waiter.wait(1)
    assert answer is not None
    assert answer.xml.tag == "{jabber:client}message"
    await xmpp.aclose()
    assert seen[0] == "{jabber:client}message"
    assert seen.count("{jabber:client}message") == 1
    given: list[Any] = []

    def give(xml: ET.Element) -> Any:
        given.append(later(xml))
        return given[0]

    with pytest.raises(StateError, match="belongs to no stream"):
        XMLCallback("alone", path, give).run(xmpp.Message())
    await given[0]


def test_the_handshake() -> None:
    handshake = Handshake()
    handshake["value"] = "abc"
    assert str(handshake) == '<handshake xmlns="jabber:component:accept">abc</handshake>'


def test_an_entry_of_atom() -> None:
    entry = AtomEntry()
    entry["title"], entry["id"] = "A & B", "tag:1"
    entry["author"]["name"] = "Juliet"
    assert str(entry) == (
        '<entry xmlns="http://www.w3.org/2005/Atom"><title>A &amp; B</title><id>tag:1</id>'
        "<author><name>Juliet</name></author></entry>"
    )


def test_plugin_classes_by_name() -> None:
    class Mine(BasePlugin):
        name = "mine_by_registry"

    PLUGIN_REGISTRY["mine_by_registry"] = Mine
    assert PLUGIN_REGISTRY["mine_by_registry"] is Mine
    assert "mine_by_registry" in set(PLUGIN_REGISTRY)
    assert len(PLUGIN_REGISTRY) > 10
    assert "nothing_of_the_kind" not in PLUGIN_REGISTRY
    with pytest.raises(TypeError):
        del PLUGIN_REGISTRY["mine_by_registry"]
    load_plugin("nothing_of_the_kind")
    load_plugin("xep_0092")
    assert PLUGIN_REGISTRY["xep_0092"] is importlib.import_module("helixmpp.plugins.xep_0092").XEP_0092
