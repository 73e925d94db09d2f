"""The elements of the plugins that share files on the wire: the examples of their XEPs, read, changed, built again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0080 import Geoloc
from helixmpp.plugins.xep_0264 import Thumbnail
from helixmpp.plugins.xep_0300 import Hash, HashUsed
from helixmpp.plugins.xep_0372 import Reference
from helixmpp.plugins.xep_0382 import Spoiler
from helixmpp.plugins.xep_0385 import File as SimsFile
from helixmpp.plugins.xep_0385 import Sims
from helixmpp.plugins.xep_0446 import File
from helixmpp.plugins.xep_0447 import AttachTo, Sources, StatelessFileSharing
from helixmpp.plugins.xep_0449 import Pack, Sticker
from helixmpp.plugins.xep_0511 import LinkMetadata
from helixmpp.stanza import ElementBase, Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient

PLUGINS = [
    *(
        "xep_0080",
        "xep_0264",
        "xep_0300",
        "xep_0372",
        "xep_0382",
        "xep_0385",
        "xep_0446",
        "xep_0447",
        "xep_0449",
    ),
    "xep_0511",
]
THUMB = (
    "<thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' "
    "media-type='image/png' width='128' height='96'/>"
)
HASH = "<hash xmlns='urn:xmpp:hashes:2' algo='{}'>{}</hash>"
SHA256 = "2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU="
TWO_HASHES = HASH.format("sha3-256", SHA256) + HASH.format("id-blake2b256", "2AfMGH8O7UNPTvUVAM9aK13mpCY=")
URL = "https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg"
INNER = (
    "<media-type>image/jpeg</media-type><name>summit.jpg</name><size>3032449</size><width>4096</width>"
    f"<height>2160</height>{TWO_HASHES}<desc>Photo from the summit.</desc>{THUMB}"
)
URL_DATA = f"<url-data xmlns='http://jabber.org/protocol/url-data' target='{URL}'/>"
JINGLEPUB = (
    "<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/resource' "
    "id='9559976B-3FBF-4E7E-B457-2DAA225972BB'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></jinglepub>"
)
SFS = (
    "<file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline' id='file-sharing-id'>"
    f"<file xmlns='urn:xmpp:file:metadata:0'>{INNER}</file><sources>{URL_DATA}{JINGLEPUB}</sources></file-sharing>"
)
REFERENCE = "xmlns='urn:xmpp:reference:0'"
SIMS = (
    f"<reference {REFERENCE} begin='17' end='20' type='data'><media-sharing xmlns='urn:xmpp:sims:1'>"
    f"<file xmlns='urn:xmpp:jingle:apps:file-transfer:5'>{INNER}</file><sources><reference {REFERENCE} type='data' "
    f"uri='{URL}'/><reference {REFERENCE} type='data' uri='xmpp:romeo@montague.lit/resource?jingle;id=9559976B'/>"
    "</sources></media-sharing></reference>"
)
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OG = (
    f"<rdf:Description xmlns:rdf='{RDF}' xmlns:og='https://ogp.me/ns#' xmlns:ogi='https://ogp.me/ns#image:' "
    "rdf:about='https://the.link.example.com/what-was-linked-to'><og:title>The Best Webpage</og:title>"
    "<og:description>This is a great webpage</og:description><og:url>https://example.com/canonical-url</og:url>"
    "<og:image>https://link.to.example.com/image.png</og:image><og:image>data:image/jpeg,...</og:image>"
    "<ogi:alt>Alt text</ogi:alt><og:video>https://videos.example.com/</og:video><og:type>website</og:type>"
    "<og:site_name>Example Website</og:site_name></rdf:Description>"
)
NS_GEOLOC = "http://jabber.org/protocol/geoloc"
GEOLOC = (
    f"<geoloc xmlns='{NS_GEOLOC}' xml:lang='en'><accuracy>20</accuracy><country>Italy</country><lat>45.44</lat>"
    "<locality>Venice</locality><lon>12.33</lon><timestamp>2004-02-19T21:12:00Z</timestamp><tzo>-07:00</tzo></geoloc>"
)

# The element, and by the path of keys what is read there.
WIRE: list[tuple[type[ElementBase], str, dict[str, Any]]] = [
    (Hash, HASH.format("sha-256", SHA256), {"algo": "sha-256", "value": SHA256}),
    (HashUsed, "<hash-used xmlns='urn:xmpp:hashes:2' algo='sha-256'/>", {"algo": "sha-256"}),
    (Thumbnail, THUMB, {"uri": "cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org", "media-type": "image/png",
                        "width": 128, "height": 96}),
    (
        File,
        "<file xmlns='urn:xmpp:file:metadata:0'><media-type>text/plain</media-type><name>test.txt</name>"
        f"<date>2015-07-26T21:46:00+01:00</date><size>6144</size>{HASH.format('sha-1', 'w0mcJylzCn+AfvuGdqkty2+KP48=')}"
        "<length>63000</length></file>",
        {"media-type": "text/plain", "name": "test.txt", "date": datetime(2015, 7, 26, 20, 46, tzinfo=UTC),
         "size": 6144, "hash/algo": "sha-1", "length": 63000, "width": None, "desc": ""},
    ),
    (
        StatelessFileSharing, SFS,
        {"disposition": "inline", "id": "file-sharing-id", "file/name": "summit.jpg", "file/size": 3032449,
         "file/width": 4096, "file/desc": "Photo from the summit.", "file/thumbnail/width": 128,
         "file/hash/value": SHA256, "sources/url-data/target": URL,
         "sources/jinglepub/from": JID("romeo@montague.lit/resource")},
    ),
    (AttachTo, "<attach-to xmlns='urn:xmpp:message-attaching:1' id='sharing-a-file'/>", {"id": "sharing-a-file"}),
    (Sources, f"<sources xmlns='urn:xmpp:sfs:0' id='x'>{URL_DATA}</sources>", {"id": "x", "url-data/target": URL}),
    (
        Reference, SIMS,
        {"type": "data", "begin": 17, "end": 20, "uri": "", "sims/file/name": "summit.jpg",
         "sims/file/media-type": "image/jpeg", "sims/file/thumbnail/height": 96, "sims/sources/reference/uri": URL},
    ),
    (
        Reference, f"<reference {REFERENCE} begin='72' end='78' type='mention' uri='xmpp:juliet@capulet.lit'/>",
        {"begin": 72, "end": 78, "type": "mention", "uri": "xmpp:juliet@capulet.lit", "anchor": ""},
    ),
    (
        Reference, f"<reference {REFERENCE} type='data' anchor='xmpp:a@b.c?;node=messages;item=bnhob' uri='u:v'/>",
        {"begin": None, "anchor": "xmpp:a@b.c?;node=messages;item=bnhob"},
    ),
    (Spoiler, "<spoiler xmlns='urn:xmpp:spoiler:0'>Love story end</spoiler>", {"hint": "Love story end"}),
    (Spoiler, "<spoiler xmlns='urn:xmpp:spoiler:0'/>", {"hint": ""}),
    (
        LinkMetadata, OG,
        {"about": "https://the.link.example.com/what-was-linked-to", "title": "The Best Webpage",
         "description": "This is a great webpage", "url": "https://example.com/canonical-url",
         "image": "https://link.to.example.com/image.png", "video": "https://videos.example.com/",
         "images": ["https://link.to.example.com/image.png", "data:image/jpeg,..."], "image_alt": "Alt text",
         "type": "website", "site_name": "Example Website", "locale": ""},
    ),
    (
        Geoloc, GEOLOC,
        {"accuracy": 20.0, "country": "Italy", "lat": 45.44, "lon": 12.33, "alt": None, "lang": "en",
         "timestamp": datetime(2004, 2, 19, 21, 12, tzinfo=UTC), "tzo": "-07:00", "region": ""},
    ),
    (
        Sticker, "<sticker xmlns='urn:xmpp:stickers:0' pack='EpRv28DHHzFrE4zd+xaNpVb4' jid='p.c' node='n'/>",
        {"pack": "EpRv28DHHzFrE4zd+xaNpVb4", "jid": JID("p.c"), "node": "n"},
    ),
    (
        Pack,
        "<pack xmlns='urn:xmpp:stickers:0'><name>Marsey</name><name xml:lang='de'>Mieze</name>"
        f"<summary>Be cute.</summary><restricted/><item><file xmlns='urn:xmpp:file:metadata:0'><desc>👍</desc></file>"
        f"<sources xmlns='urn:xmpp:sfs:0'>{URL_DATA}</sources><suggest>+1</suggest><suggest>ok</suggest></item>"
        f"{HASH.format('sha-256', SHA256)}</pack>",
        {"name": "Marsey", "name|de": "Mieze", "summary": "Be cute.", "restricted": True, "hash/value": SHA256,
         "item/file/desc": "👍", "item/sources/url-data/target": URL, "item/suggestions": ["+1", "ok"]},
    ),
]  # fmt: skip


@pytest.fixture(autouse=True)
async def registered() -> None:
    """The classes know each other once the plugins were enabled."""
    xmpp = OfflineClient()
    for name in PLUGINS:
        xmpp.register_plugin(name)
    await xmpp.aclose()


def read(stanza: ElementBase, path: str) -> Any:
    """What stands behind a path of keys."""
    found: Any = stanza
    for key in path.split("/"):
        found = found[key]
    return found


@pytest.mark.parametrize(("cls", "xml", "items"), WIRE)
def test_the_wire(cls: type[ElementBase], xml: str, items: dict[str, Any]) -> None:
    given = cls(xml=parse_one(xml))
    assert {path: read(given, path) for path in items} == items
    # What is read changes nothing, and is built anew from its text; what is not known stays.
    assert given == cls(xml=parse_one(xml))
    assert cls(xml=parse_one(str(given))) == given
    more = xml.replace(" xmlns=", " unknown='kept' xmlns=", 1) if " xmlns=" in xml else xml
    stanza = Message()
    stanza.append(cls(xml=parse_one(more)))
    (kept,) = Message(xml=parse_one(str(stanza))).children_of(cls)
    assert kept.xml.get("unknown") == ("kept" if " xmlns=" in xml else None)
    assert {path: read(kept, path) for path in items} == items


@pytest.mark.parametrize(("cls", "xml", "items"), WIRE)
def test_the_same_keys_write(cls: type[ElementBase], xml: str, items: dict[str, Any]) -> None:
    made = cls()
    # The pictures of a link have two keys; what is not said is not written.
    wanted = {path: value for path, value in items.items() if path != "image" and value not in (None, "")}
    for path, value in wanted.items():
        way, _, last = path.rpartition("/")
        (read(made, way) if way else made)[last] = value
    written = cls(xml=parse_one(str(made)))
    assert {path: read(written, path) for path in wanted} == wanted
    for path in wanted:
        way, _, last = path.rpartition("/")
        del (read(made, way) if way else made)[last]
    assert all(read(made, path) in ("", None, False, []) for path in wanted)


@pytest.mark.parametrize(
    ("cls", "xml", "key"),
    [
        (Thumbnail, "<thumbnail xmlns='urn:xmpp:thumbs:1' width='65536'/>", "width"),
        (Thumbnail, "<thumbnail xmlns='urn:xmpp:thumbs:1' height='-1'/>", "height"),
        (File, "<file xmlns='urn:xmpp:file:metadata:0'><size>-1</size></file>", "size"),
        (File, "<file xmlns='urn:xmpp:file:metadata:0'><size>9e99</size></file>", "size"),
        (File, "<file xmlns='urn:xmpp:file:metadata:0'><date>yesterday</date></file>", "date"),
        (File, f"<file xmlns='urn:xmpp:file:metadata:0'><length>{'9' * 70}</length></file>", "length"),
        (Reference, f"<reference {REFERENCE} begin='x'/>", "begin"),
        (Reference, f"<reference {REFERENCE} end='-1'/>", "end"),
        (StatelessFileSharing, "<file-sharing xmlns='urn:xmpp:sfs:0' disposition='run'/>", "disposition"),
        (Geoloc, f"<geoloc xmlns='{NS_GEOLOC}'><lat>90.1</lat></geoloc>", "lat"),
        (Geoloc, f"<geoloc xmlns='{NS_GEOLOC}'><lon>-180.5</lon></geoloc>", "lon"),
        (Geoloc, f"<geoloc xmlns='{NS_GEOLOC}'><alt>1e5</alt></geoloc>", "alt"),
        (Geoloc, f"<geoloc xmlns='{NS_GEOLOC}'><alt>INF</alt></geoloc>", "alt"),
        (Geoloc, f"<geoloc xmlns='{NS_GEOLOC}'><speed>NaN</speed></geoloc>", "speed"),
        (Geoloc, f"<geoloc xmlns='{NS_GEOLOC}'><accuracy/></geoloc>", "accuracy"),
    ],
)
def test_what_a_peer_wrote_wrongly(cls: type[ElementBase], xml: str, key: str) -> None:
    with pytest.raises(BadStanza):
        assert cls(xml=parse_one(xml))[key]


@pytest.mark.parametrize(
    ("cls", "key", "value"),
    [
        (Thumbnail, "width", 65_536),
        (Thumbnail, "uri", "cid:\0"),
        (File, "size", -1),
        (File, "size", 2**64),
        (File, "name", "\x1b"),
        (StatelessFileSharing, "disposition", "run"),
        (Reference, "begin", -1),
        (Geoloc, "lat", 90.5),
        (Geoloc, "lon", "181"),
        (Geoloc, "alt", float("inf")),
        (Geoloc, "alt", float("nan")),
        (Geoloc, "speed", "fast"),
        (Spoiler, "hint", "\ufffe"),
        (LinkMetadata, "about", "\0"),
        (Hash, "value", b"bytes"),
    ],
)
def test_what_a_program_gives_wrongly(cls: type[ElementBase], key: str, value: object) -> None:
    made = cls()
    with pytest.raises(FieldValueError):
        made[key] = value
    assert str(made) == str(cls())


@pytest.mark.parametrize(
    ("number", "text"),
    [(45.44, "45.44"), (20, "20"), (-104.99, "-104.99"), (1e-7, "0.0000001"), (0, "0"), ("12.50", "12.5")],
)
def test_decimals_have_no_exponent(number: float, text: str) -> None:
    made = Geoloc()
    made["lon"] = number
    assert made.xml[0].text == text
    made["alt"] = 10.0**21
    assert made.xml[1].text == "1" + "0" * 21


def test_the_file_of_xep_0385_is_in_the_namespace_of_xep_0234() -> None:
    sims = Sims()
    sims.file.name_ = "x"
    sims["file"]["thumbnail"]["media-type"] = "image/png"
    sims.file.append(Hash())
    assert {child.tag for child in sims.xml.iter()} == {
        "{urn:xmpp:sims:1}media-sharing",
        "{urn:xmpp:jingle:apps:file-transfer:5}file",
        "{urn:xmpp:jingle:apps:file-transfer:5}name",
        "{urn:xmpp:thumbs:1}thumbnail",
        "{urn:xmpp:hashes:2}hash",
    }
    assert isinstance(sims.file, SimsFile)
    assert len(sims.file.hashes) == 1


def test_the_attribute_about_has_a_namespace() -> None:
    made = LinkMetadata()
    made.about = "u:v"
    made.images = ["a:b", "c:d"]
    assert made.xml.attrib == {f"{{{RDF}}}about": "u:v"}
    assert LinkMetadata(xml=parse_one(str(made))).images == ["a:b", "c:d"]


@pytest.mark.parametrize(
    ("inner", "size"),
    [
        ("<width>1</width><height>2</height>", (1, 2)),
        ("<dimensions>512x256</dimensions>", (512, 256)),
        ("<width>1</width>", None),
        ("<dimensions>512</dimensions>", None),
        ("<dimensions>٣x٤</dimensions>", None),
        ("", None),
    ],
)
def test_dimensions(inner: str, size: tuple[int, int] | None) -> None:
    assert File(xml=parse_one(f"<file xmlns='urn:xmpp:file:metadata:0'>{inner}</file>")).dimensions == size


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("summit.jpg", "summit.jpg"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\x.txt", "x.txt"),
        ("CON", "_CON"),
        ("", "file"),
        ("..", "file"),
        ("a\u202egpj.exe", "a_gpj.exe"),
    ],
)
def test_names_of_files_lead_nowhere(name: str, safe: str) -> None:
    file = File()
    file.name_ = name
    assert file.safe_name() == safe
