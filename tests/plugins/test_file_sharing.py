"""XEP-0447 and XEP-0385 without a server: files in messages, where they are, and who is believed about that."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from helixmpp.plugins.xep_0363.files import base_name
from helixmpp.plugins.xep_0372 import Reference
from helixmpp.plugins.xep_0385 import XEP_0385, Sims
from helixmpp.plugins.xep_0446 import XEP_0446
from helixmpp.plugins.xep_0447 import XEP_0447, Sources, StatelessFileSharing
from helixmpp.stanza import Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent

ROMEO, JULIET = "romeo@montague.lit/resource", "juliet@capulet.lit/balcony"
URL, OTHER = "https://download.montague.lit/summit.jpg", "https://cache.example/1"
HASH = "<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>"
WEAK = "<hash xmlns='urn:xmpp:hashes:2' algo='sha-1'>w0mcJylzCn+AfvuGdqkty2+KP48=</hash>"


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    """A client with both."""
    client = OfflineClient()
    client.register_plugin("xep_0385")
    client.register_plugin("xep_0447")
    yield client
    assert client.failures == []
    await client.aclose()


def url_data(url: str) -> str:
    return f"<url-data xmlns='http://jabber.org/protocol/url-data' target='{url}'/>"


def sharing(inner: str, *urls: str, attributes: str = "") -> str:
    sources = f"<sources>{''.join(map(url_data, urls))}</sources>" if urls else ""
    return (
        f"<file-sharing xmlns='urn:xmpp:sfs:0' {attributes}><file xmlns='urn:xmpp:file:metadata:0'>{inner}</file>"
        f"{sources}</file-sharing>"
    )


def attaching(to: str, *urls: str, attributes: str = "") -> str:
    return (
        f"<attach-to xmlns='urn:xmpp:message-attaching:1' id='{to}'/><sources xmlns='urn:xmpp:sfs:0' {attributes}>"
        f"{''.join(map(url_data, urls))}</sources>"
    )


def message(inner: str, sender: str = ROMEO, attributes: str = "id='1'") -> str:
    return f"<message from='{sender}' to='me@example.org/desk' {attributes}>{inner}</message>"


def read(text: str) -> Message:
    (stanza,) = parse_one(f"<stream xmlns='jabber:client'>{text}</stream>")
    return Message(xml=stanza)


async def test_what_is_said_of_a_file(xmpp: OfflineClient, tmp_path: Path) -> None:
    path = tmp_path / "summit.jpg"
    path.write_bytes(b"a picture")
    plugin = xmpp.plugin[XEP_0447]
    made = plugin.get_sfs(path, [URL], "image/jpeg", "From the summit.")
    assert (made.disposition, made["disposition"], made.file.name_, made.file.size) == (
        "inline",
        "inline",
        "summit.jpg",
        9,
    )
    assert (made.file.media_type, made.file.desc, made.sources.urls) == (
        "image/jpeg",
        "From the summit.",
        [URL],
    )
    assert xmpp.plugin[XEP_0446].check(made.file, data=b"a picture") is True
    # As programs do it that know slixmpp.
    positional = plugin.get_sfs(path, [URL], None, None)
    positional["file"]["name"] = "other.jpg"
    del positional["disposition"]
    assert (positional["file"]["name"], positional.disposition, positional["file"]["media-type"]) == (
        "other.jpg",
        None,
        "",
    )
    later = plugin.get_sfs(data=b"a picture", name="x", disposition="attachment")
    assert (later.get(Sources), later.disposition, later.file.size) == (None, "attachment", 9)
    opened = plugin.get_sfs(file=io.BytesIO(b"a picture"), disposition=None)
    assert (opened.disposition, opened.file.name_) == (None, "")
    with pytest.raises(TypeError):
        plugin.get_sfs(path, URL)
    with pytest.raises(ValueError, match="one of them"):
        plugin.get_sfs()


async def test_a_shared_file_with_and_without_a_text(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0447]
    plugin.make_share(JULIET, plugin.get_sfs(data=b"x", uris=[URL], name="x"), mtype="chat").send()
    plain = Message(xml=xmpp.sent[-1])
    assert (plain["body"], plain["oob"]["url"], plain["type"]) == (URL, URL, "chat")
    assert plain["fallback"]["for"] == "urn:xmpp:sfs:0"
    assert plain["fallback"].get_stripped_body() == ""
    assert plain["sfs"]["sources"]["url-data"]["target"] == URL
    plugin.make_share(JULIET, plugin.get_sfs(data=b"x", uris=[URL]), "Look at this").send()
    beside = Message(xml=xmpp.sent[-1])
    assert (beside["body"], "oob" in beside, "fallback" in beside, "store" in beside) == (
        "Look at this",
        False,
        False,
        False,
    )
    plugin.make_share(JULIET, plugin.get_sfs(data=b"x")).send()
    pending = Message(xml=xmpp.sent[-1])
    assert (pending["body"], "oob" in pending, "store" in pending) == ("", False, True)


async def test_several_files_have_different_ids(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0447]
    files = [plugin.get_sfs(data=bytes([one]), uris=[URL]) for one in range(3)]
    files[1].id = "mine"
    made = plugin.make_share(JULIET, files)
    ids = [one.id for one in plugin.files(made)]
    assert ids[1] == "mine"
    assert len(set(ids)) == 3
    assert all(ids)
    assert (made["body"], "oob" in made, "store" in made) == ("", False, True)


async def test_saying_later_where_a_file_is(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0447]
    plugin.make_sources(JULIET, "sharing-a-file", [OTHER, URL], "file-sharing-id", "chat").send()
    sent = Message(xml=xmpp.sent[-1])
    assert (sent["attach_to"]["id"], sent["sources"]["id"], sent["body"], sent["oob"]["url"]) == (
        "sharing-a-file",
        "file-sharing-id",
        OTHER,
        OTHER,
    )
    found = plugin.sources_for(sent)
    assert found is not None
    assert (found[0], found[1].urls) == ("sharing-a-file", [OTHER, URL])
    quiet = plugin.make_sources(JULIET, "1", [URL], fallback=False)
    assert (quiet["body"], "store" in quiet, "fallback" in quiet) == ("", True, False)
    with pytest.raises(ValueError, match="id"):
        plugin.make_sources(JULIET, "", [URL])


async def test_components_choose_the_sender() -> None:
    component = OfflineComponent()
    component.register_plugin("xep_0447")
    plugin = component.plugin[XEP_0447]
    made = plugin.make_share(JULIET, plugin.get_sfs(data=b"x"), mfrom="a@comp.example.org")
    made.send()
    plugin.make_sources(JULIET, "1", [URL], mfrom="a@comp.example.org").send()
    assert [one.get("from") for one in component.sent] == ["a@comp.example.org"] * 2
    await component.aclose()


EVENTS: list[tuple[str, list[str]]] = [
    (message(sharing("")), ["file_shared"]),
    (message(sharing("") + sharing("")), ["file_shared"]),
    (message(sharing(""), attributes="type='groupchat'"), ["file_shared"]),
    (message(sharing(""), attributes="type='error'"), []),
    (message(attaching("1", URL)), ["file_sources"]),
    (message(sharing("") + attaching("1", URL)), ["file_shared", "file_sources"]),
    (message(attaching("", URL)), []),
    (message(attaching("1", URL) + attaching("2", URL)), []),
    (message("<attach-to xmlns='urn:xmpp:message-attaching:1' id='1'/>"), []),
    (message("<sources xmlns='urn:xmpp:sfs:0'/>"), []),
    (message(attaching("1", URL), attributes="type='error'"), []),
    (message("<media-sharing xmlns='urn:xmpp:sims:1'/>"), ["media_shared"]),
    (message("<media-sharing xmlns='urn:xmpp:sims:1'/>", attributes="type='error'"), []),
    (
        message("<reference xmlns='urn:xmpp:reference:0'><media-sharing xmlns='urn:xmpp:sims:1'/></reference>"),
        ["media_shared"],
    ),
    (
        message(
            "<reference xmlns='urn:xmpp:reference:0'><media-sharing xmlns='urn:xmpp:sims:1'/></reference>"
            "<media-sharing xmlns='urn:xmpp:sims:1'/>"
        ),
        ["media_shared"],
    ),
    (message("<reference xmlns='urn:xmpp:reference:0' uri='xmpp:a@b'/>"), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "events"), EVENTS)
async def test_events(xmpp: OfflineClient, text: str, events: list[str]) -> None:
    seen: list[tuple[str, Any]] = []

    def listen(name: str) -> None:
        xmpp.add_event_handler(name, lambda data: seen.append((name, data)))

    for name in ("file_shared", "file_sources", "media_shared"):
        listen(name)
    assert await xmpp.receive(text) == []
    assert [name for name, _ in seen] == events
    # Disabled, they raise nothing.
    xmpp.plugin.disable("xep_0385")
    xmpp.plugin.disable("xep_0447")
    await xmpp.receive(text)
    assert len(seen) == len(events)


# The file, what was said later of where it is, by whom, and what is believed.
BELIEVED: list[tuple[str, list[tuple[str, str]], list[str]]] = [
    (sharing(HASH, URL), [], [URL]),
    (sharing("", URL), [], [URL]),
    # Who gets something else finds that out by the hash, whoever said where it is.
    (sharing(HASH, URL), [(JULIET, attaching("1", OTHER))], [URL, OTHER]),
    (sharing(HASH), [(JULIET, attaching("1", "http://x.example/")), (ROMEO, attaching("1", OTHER))],
     [OTHER, "http://x.example/"]),
    # Without a hash that counts, only its sender is believed; any of his clients.
    (sharing("", URL), [(JULIET, attaching("1", OTHER))], [URL]),
    (sharing(WEAK, URL), [(JULIET, attaching("1", OTHER))], [URL]),
    (sharing("<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>!</hash>", URL), [(JULIET, attaching("1", OTHER))], [URL]),
    (sharing(WEAK), [("romeo@montague.lit/other", attaching("1", OTHER))], [OTHER]),
    # ... and only with TLS.
    (sharing("", "http://x.example/", URL), [(ROMEO, attaching("1", "http://y.example/"))], [URL]),
    # Another message, another file of the message.
    (sharing(HASH), [(ROMEO, attaching("2", OTHER)), (ROMEO, attaching("", OTHER))], []),
    (sharing(HASH, attributes="id='a'"),
     [(ROMEO, attaching("1", OTHER)), (ROMEO, attaching("1", URL, attributes="id='a'"))], [URL]),
    (sharing(HASH), [(ROMEO, attaching("1", OTHER, attributes="id='a'"))], []),
    (sharing(HASH), [(ROMEO, sharing(HASH, URL))], []),
    # What is no URL of the web.
    (sharing(HASH, "file:///etc/passwd", "javascript:alert(1)", "https://", "http://[", "data:,x", "HTTPS://a.b/", ""),
     [], ["HTTPS://a.b/"]),
    (sharing(HASH, URL, URL), [(ROMEO, attaching("1", URL))], [URL]),
]  # fmt: skip


@pytest.mark.parametrize(("shared", "later", "expected"), BELIEVED)
async def test_who_is_believed(
    xmpp: OfflineClient, shared: str, later: list[tuple[str, str]], expected: list[str]
) -> None:
    original = read(message(shared))
    attached = [read(message(inner, sender, "id='9'")) for sender, inner in later]
    assert xmpp.plugin[XEP_0447].usable_urls(original, attached=attached) == expected


async def test_in_a_room_the_occupant_id_tells_who_it_is(xmpp: OfflineClient) -> None:
    def said(inner: str, nick: str, occupant: str, id_: str) -> Message:
        mark = f"<occupant-id xmlns='urn:xmpp:occupant-id:0' id='{occupant}'/>" if occupant else ""
        stanza = f"<stanza-id xmlns='urn:xmpp:sid:0' id='room-{id_}' by='r@rooms.example'/>"
        return read(message(inner + mark + stanza, f"r@rooms.example/{nick}", f"type='groupchat' id='{id_}'"))

    plugin = xmpp.plugin[XEP_0447]
    shared = said(sharing(""), "Romeo", "o1", "1")
    for nick, occupant, expected in (
        ("Romeo", "o1", [OTHER]),
        ("Changed", "o1", [OTHER]),
        # The nickname is somebody else's by now.
        ("Romeo", "o2", []),
        ("Romeo", "", []),
    ):
        for id_ in ("1", "room-1"):
            later = said(attaching(id_, OTHER), nick, occupant, "2")
            assert plugin.usable_urls(shared, attached=[later]) == expected


async def test_the_second_of_two_files(xmpp: OfflineClient) -> None:
    text = sharing(HASH, URL, attributes="id='a'") + sharing(HASH, OTHER, attributes="id='b'")
    original = read(message(text))
    plugin = xmpp.plugin[XEP_0447]
    first, second = plugin.files(original)
    assert plugin.usable_urls(original) == plugin.usable_urls(original, first) == [URL]
    assert plugin.usable_urls(original, second) == [OTHER]


# -- XEP-0385 ---------------------------------------------------------------------------------------------


async def test_media_as_programs_share_it(xmpp: OfflineClient, tmp_path: Path) -> None:
    path = tmp_path / "summit.jpg"
    path.write_bytes(b"a picture")
    plugin = xmpp.plugin[XEP_0385]
    made = plugin.get_sims(path, [URL, OTHER], "image/jpeg", "From the summit.")
    made["begin"], made["end"] = 17, 20
    made["sims"]["file"]["name"] = "view.jpg"
    made["sims"]["file"]["thumbnail"]["uri"] = "data:,x"
    assert made["type"] == "data"
    outgoing = xmpp.make_message(JULIET, "Look at the nice view from the summit.")
    outgoing.append(made)
    outgoing.send()
    received = Message(xml=xmpp.sent[-1])
    (media,) = plugin.media(received)
    assert (media.file.name_, media.file.size, media.file.media_type) == ("view.jpg", 9, "image/jpeg")
    assert (media.sources.uris, media.file.thumbnails[0].uri) == ([URL, OTHER], "data:,x")
    assert {one.type for one in media.sources.references} == {"data"}
    assert xmpp.plugin[XEP_0446].check(media.file, data=b"a picture") is True
    assert media.file.hashes[0].ni.startswith("ni:///sha-256;")
    assert media.file.xml.tag == "{urn:xmpp:jingle:apps:file-transfer:5}file"
    assert base_name(str(path)) == media.file.safe_name().replace("view", "summit")
    # Gateways put it in without a reference, and keep references as texts.
    sims = Sims()
    sims["sources"].append(Reference(xml=parse_one(str(made))))
    sims.enable("file")
    other = xmpp.make_message(JULIET)
    other.append(sims)
    assert len(plugin.media(other)) == 1
    assert Reference(xml=parse_one(str(made)))["sims"]["file"]["name"] == "view.jpg"
    with pytest.raises(TypeError):
        plugin.get_sims(path, URL)


async def test_many_references_are_not_all_looked_at(xmpp: OfflineClient) -> None:
    inner = (
        "<reference xmlns='urn:xmpp:reference:0'><media-sharing xmlns='urn:xmpp:sims:1'/></reference>" * 300
    )
    assert len(xmpp.plugin[XEP_0385].media(read(message(inner)))) == 100


async def test_a_shared_file_is_no_other_payload(xmpp: OfflineClient) -> None:
    stanza = read(message("<file-sharing xmlns='urn:xmpp:sfs:1'/><file-sharing xmlns='urn:xmpp:sims:1'/>"))
    assert (stanza.get(StatelessFileSharing), stanza.get(Sims)) == (None, None)
    assert xmpp.plugin[XEP_0447].usable_urls(stanza) == []
