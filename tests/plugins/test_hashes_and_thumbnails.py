"""XEP-0300, XEP-0264 and XEP-0446 without a server: hashes of bytes, small pictures, and what is known of a file."""

import base64
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.plugins._data_uris import make_data_uri, read_data_uri
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0264 import XEP_0264, Thumbnail
from helixmpp.plugins.xep_0300 import FUNCTIONS, NAMESPACE, XEP_0300, Hash, function_name, vouches
from helixmpp.plugins.xep_0446 import XEP_0446, File
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, settle

DATA = b"some bytes" * 1000
DIGESTS = {
    "sha-1": hashlib.sha1(DATA, usedforsecurity=False).digest(),
    "sha-256": hashlib.sha256(DATA).digest(),
    "sha3-512": hashlib.sha3_512(DATA).digest(),
    "blake2b-256": hashlib.blake2b(DATA, digest_size=32).digest(),
}


@pytest.fixture
async def xmpp() -> AsyncIterator[OfflineClient]:
    """A client with all of them."""
    client = OfflineClient()
    client.register_plugin("xep_0446")
    yield client
    assert client.failures == []
    await client.aclose()


def hash_of(algo: str, digest: bytes | str) -> Hash:
    made = Hash()
    made.xml.set("algo", algo)
    made.value = digest if isinstance(digest, str) else base64.b64encode(digest).decode()
    return made


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (None, hash_of("sha-256", DIGESTS["sha-256"])),
        ("sha-1", hash_of("sha-1", DIGESTS["sha-1"])),
        ("sha1", hash_of("sha-1", DIGESTS["sha-1"])),
        ("SHA256", hash_of("sha-256", DIGESTS["sha-256"])),
        ("sha3-512", hash_of("sha3-512", DIGESTS["sha3-512"])),
        ("id-blake2b256", hash_of("blake2b-256", DIGESTS["blake2b-256"])),
    ],
)
async def test_making_hashes(
    xmpp: OfflineClient, function: str | None, expected: Hash, tmp_path: Path
) -> None:
    plugin = xmpp.plugin[XEP_0300]
    plugin.block_size = 7
    path = tmp_path / "x"
    path.write_bytes(DATA)
    for found in (
        plugin.compute_hash(path, function),
        plugin.compute_hash(str(path), function),
        plugin.compute_hash(function=function, data=DATA),
        plugin.compute_hash(function=function, file=io.BytesIO(DATA)),
    ):
        assert (found.algo, found.value, found.digest) == (expected.algo, expected.value, expected.digest)
        assert "\n" not in str(found)


@pytest.mark.parametrize("function", ["md5", "md2", "shake128", "", "sha-257", "crc32"])
async def test_no_hash_function(xmpp: OfflineClient, function: str) -> None:
    assert function_name(function) is None
    assert not vouches(function)
    if function:
        with pytest.raises(ValueError, match="hash function"):
            xmpp.plugin[XEP_0300].compute_hash(function=function, data=b"")


async def test_exactly_one_of_the_three(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0300]
    wrong: list[dict[str, Any]] = [{}, {"data": b"", "file": io.BytesIO()}, {"filename": "x", "data": b""}]
    for arguments in wrong:
        with pytest.raises(ValueError, match="one of them"):
            plugin.compute_hash(**arguments)
        with pytest.raises(ValueError, match="one of them"):
            plugin.check([], **arguments)
    with pytest.raises(FileNotFoundError):
        plugin.compute_hash("/there/is/no/such/file")


GOOD, WRONG = hash_of("sha-256", DIGESTS["sha-256"]), hash_of("sha3-512", bytes(64))


@pytest.mark.parametrize(
    ("hashes", "expected"),
    [
        ([], None),
        ([GOOD], True),
        ([GOOD, hash_of("sha3-512", DIGESTS["sha3-512"])], True),
        ([hash_of("id-blake2b256", DIGESTS["blake2b-256"])], True),
        ([WRONG], False),
        ([GOOD, WRONG], False),
        # One function twice: both have to fit.
        ([GOOD, hash_of("sha-256", bytes(32))], False),
        ([hash_of("sha-256", "no base64!")], False),
        ([hash_of("sha-256", "")], False),
        ([hash_of("sha-256", DIGESTS["sha-256"][:16])], False),
        # What vouches for nothing counts neither for nor against.
        ([hash_of("sha-1", DIGESTS["sha-1"])], None),
        ([hash_of("md5", hashlib.md5(DATA, usedforsecurity=False).digest())], None),
        ([hash_of("sha-1", bytes(20)), GOOD], True),
        ([hash_of("unknown", "AAAA"), GOOD], True),
        ([GOOD] * 10_000, True),
    ],
)  # fmt: skip
async def test_checking(
    xmpp: OfflineClient, hashes: list[Hash], expected: bool | None, tmp_path: Path
) -> None:
    plugin = xmpp.plugin[XEP_0300]
    path = tmp_path / "x"
    path.write_bytes(DATA)
    assert plugin.check(hashes, data=DATA) is expected
    assert plugin.check(hashes, path) is expected
    assert plugin.check(hashes, file=io.BytesIO(DATA)) is expected
    if expected:
        assert plugin.check(hashes, data=DATA[:-1]) is False


@given(st.binary(max_size=100), st.sampled_from(sorted(FUNCTIONS)))
def test_hashes_of_anything(data: bytes, name: str) -> None:
    hasher = FUNCTIONS[name]()
    for at in range(0, len(data), 7):
        hasher.update(data[at : at + 7])
    made = Hash()
    made.algo, made.digest = name, hasher.digest()
    again = Hash(xml=parse_one(str(made)))
    assert (again.algo, again.digest) == (name, hasher.digest())


def test_uris_of_hashes() -> None:
    # The digest of RFC 6920 section 8.1: "Hello World!".
    made = hash_of("sha-256", hashlib.sha256(b"Hello World!").digest())
    assert made.ni == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
    assert (hash_of("md5", "AAAA").ni, hash_of("sha-256", "!").ni, Hash().ni) == ("", "", "")
    assert Hash().digest is None


async def test_what_is_supported_is_announced(xmpp: OfflineClient) -> None:
    info = await xmpp.plugin[XEP_0030].info_of(xmpp.boundjid, local=True)
    said = {one for one in info["features"] if "hash" in one}
    start = "urn:xmpp:hash-function-text-names:"
    assert {NAMESPACE, f"{start}sha-256", f"{start}sha3-256", f"{start}id-blake2b512"} <= said
    assert not {f"{start}sha-1", f"{start}md5"} & said
    asking = xmpp.loop.create_task(xmpp.plugin[XEP_0300].functions_of("juliet@capulet.lit/balcony"))
    await settle()
    features = "".join(f"<feature var='{one}'/>" for one in (*sorted(said), f"{start}md5", f"{start}sha-1"))
    await xmpp.receive(
        f"<iq type='result' from='juliet@capulet.lit/balcony' id='{xmpp.sent[-1].get('id')}'>"
        f"<query xmlns='http://jabber.org/protocol/disco#info'>{features}</query></iq>"
    )
    names = {"sha-256", "sha-512", "sha3-256", "sha3-512", "blake2b-256", "blake2b-512", "sha-1"}
    assert await asking == names


# -- thumbnails -------------------------------------------------------------------------------------------


async def test_a_thumbnail_that_others_ask_us_for(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0264]
    made = await plugin.make_thumbnail(b"png", "image/png", 128, 96)
    assert (made.media_type, made.width, made.height) == ("image/png", 128, 96)
    assert made.uri.startswith("cid:sha1+")
    # It is kept here, so that nobody is asked; and given to who asks.
    assert await plugin.fetch("juliet@capulet.lit/balcony", made) == b"png"
    (answer,) = await xmpp.receive(
        f"<iq type='get' id='1' from='juliet@capulet.lit/x'><data xmlns='urn:xmpp:bob' cid='{made.uri[4:]}'/></iq>"
    )
    assert base64.b64decode(answer[0].text or "") == b"png"


async def test_a_thumbnail_of_somebody_else(xmpp: OfflineClient) -> None:
    thumbnail = Thumbnail()
    cid = f"sha1+{hashlib.sha1(b'theirs', usedforsecurity=False).hexdigest()}@bob.xmpp.org"
    thumbnail.uri = f"cid:{cid.replace('+', '%2B')}"
    coming = xmpp.loop.create_task(xmpp.plugin[XEP_0264].fetch("juliet@capulet.lit/balcony", thumbnail))
    await settle()
    request = xmpp.sent[-1]
    assert (request.get("to"), request[0].get("cid")) == ("juliet@capulet.lit/balcony", cid)
    await xmpp.receive(
        f"<iq type='result' id='{request.get('id')}' from='juliet@capulet.lit/balcony'>"
        f"<data xmlns='urn:xmpp:bob' cid='{cid}' type='image/png'>{base64.b64encode(b'theirs').decode()}</data></iq>"
    )
    assert await coming == b"theirs"


async def test_a_thumbnail_in_its_uri(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0264]
    made = await plugin.make_thumbnail(b"png", "image/png", inline=True)
    assert made.uri == "data:image/png;base64,cG5n"
    assert await plugin.fetch("juliet@capulet.lit/balcony", made) == b"png"
    assert xmpp.sent == []


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/x.png",
        "file:///etc/passwd",
        "",
        "data:image/png;base64,!!",
        "data:image/png",
        "data:image/png;base64," + "A" * 400_000,
        "data:," + "x" * 65_537,
    ],
)
async def test_what_is_not_fetched(xmpp: OfflineClient, uri: str) -> None:
    thumbnail = Thumbnail()
    thumbnail.uri = uri
    with pytest.raises(ValueError, match="thumbnail"):
        await xmpp.plugin[XEP_0264].fetch("juliet@capulet.lit/balcony", thumbnail)
    assert xmpp.sent == []


async def test_what_is_no_thumbnail(xmpp: OfflineClient) -> None:
    plugin = xmpp.plugin[XEP_0264]
    for inline in (True, False):
        with pytest.raises(ValueError, match="max_size"):
            await plugin.make_thumbnail(bytes(65_537), "image/png", inline=inline)
        with pytest.raises(ValueError, match="MIME"):
            await plugin.make_thumbnail(b"x", "picture", inline=inline)
    with pytest.raises(ValueError, match="width"):
        await plugin.make_thumbnail(b"x", "image/png", 65_536)


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("data:,A%20brief%20note", ("text/plain", b"A brief note")),
        ("DATA:text/html;charset=x,hi", ("text/html", b"hi")),
        ("data:image/gif;base64,R0lG%4F", ("image/gif", None)),
        ("data:image/gif;base64,R0lG", ("image/gif", b"GIF")),
        ("data:;base64,R0lG", ("text/plain", b"GIF")),
        ("http://x,y", None),
    ],
)
def test_data_uris(uri: str, found: tuple[str, bytes | None] | None) -> None:
    assert read_data_uri(uri) == (found if found is None or found[1] is not None else None)


@given(st.binary(max_size=200))
def test_data_uris_of_anything(data: bytes) -> None:
    assert read_data_uri(make_data_uri(data, "image/png")) == ("image/png", data)


# -- files ------------------------------------------------------------------------------------------------


async def test_what_is_known_of_a_file(xmpp: OfflineClient, tmp_path: Path) -> None:
    plugin = xmpp.plugin[XEP_0446]
    path = tmp_path / "summit.jpg"
    path.write_bytes(DATA)
    file = plugin.make_file(path, "image/jpeg", "From the summit.")
    assert (file.name_, file.size, file.media_type, file.desc) == (
        "summit.jpg",
        len(DATA),
        "image/jpeg",
        "From the summit.",
    )
    assert file.date is not None
    assert abs(file.date.timestamp() - path.stat().st_mtime) < 2
    assert [(one.algo, one.digest) for one in file.hashes] == [("sha-256", DIGESTS["sha-256"])]
    assert str(tmp_path) not in str(file)
    opened = io.BytesIO(b"before" + DATA)
    opened.seek(6)
    for other in (plugin.make_file(data=DATA, name="x"), plugin.make_file(file=opened, name="x")):
        assert (other.name_, other.size, other.date, other.media_type) == ("x", len(DATA), None, "")
        assert other.hashes[0].digest == DIGESTS["sha-256"]
    assert plugin.check(file, path) is True
    assert plugin.check(file, data=DATA) is True
    assert plugin.check(file, file=io.BytesIO(DATA)) is True
    assert plugin.check(file, data=DATA + b"x") is False
    assert plugin.check(file, data=b"x" * len(DATA)) is False


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("", None),
        ("<size>3</size>", None),
        ("<size>4</size>", False),
        ("<size>many</size>", False),
        ("<hash xmlns='urn:xmpp:hashes:2' algo='md5'>x</hash>", None),
        ("<hash xmlns='urn:xmpp:hashes:1' algo='sha-256'>x</hash>", None),
        ("<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>x</hash>", False),
    ],
)
async def test_files_that_tell_little(xmpp: OfflineClient, inner: str, expected: bool | None) -> None:
    file = File(xml=parse_one(f"<file xmlns='urn:xmpp:file:metadata:0'>{inner}</file>"))
    assert xmpp.plugin[XEP_0446].check(file, data=b"abc") is expected
