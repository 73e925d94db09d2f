"""XEP-0454 without a server: what is encrypted comes back, what was changed does not, and who learns what."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import HelixError
from helixmpp.plugins.xep_0363 import XEP_0363, FileUploadError, Place, PutSettings
from helixmpp.plugins.xep_0454 import XEP_0454, AesgcmUrl, MediaRefused, format_url, parse_text, parse_url
from tests.plugins.offline import OfflineClient
from tests.plugins.test_http_upload import Server

# The example of section 3.
GET = "https://download.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg"
IV = "8c3d050e9386ec173861778f"
KEY = "68e9af38a97aaf82faa4063b4d0878a61261534410c8a84331eaac851759f587"
URL = f"aesgcm{GET[5:]}#{IV}{KEY}"


def test_the_example_of_the_xep() -> None:
    assert format_url(GET, IV + KEY) == XEP_0454.format_url(GET, IV + KEY) == URL
    found = parse_url(URL)
    assert (found.url, found.iv.hex(), found.key.hex(), found.fragment) == (GET, IV, KEY, IV + KEY)
    assert XEP_0454.parse_url(URL) == found
    # Neither the key nor the IV comes into a log.
    assert KEY not in repr(found)
    assert IV not in repr(found)


@pytest.mark.parametrize(
    ("url", "fragment"),
    [
        (GET.replace("https", "http"), IV + KEY),
        (GET.replace("https", "aesgcm"), IV + KEY),
        (f"{GET}#x", IV + KEY),
        ("https://", IV + KEY),
        ("/x", IV + KEY),
        ("", IV + KEY),
        (GET, ""),
        (GET, IV),
        (GET, IV + KEY[:-1]),
        (GET, IV + KEY + "00"),
        (GET, "g" * 88),
        (GET, "٣" * 88),
        (GET, " " + (IV + KEY)[1:]),
    ],
)
def test_what_no_url_is_made_of(url: str, fragment: str) -> None:
    with pytest.raises(ValueError):
        format_url(url, fragment)


@pytest.mark.parametrize(
    "url",
    [
        GET,
        f"{GET}#{IV}{KEY}",
        URL[:-1],
        URL + "0",
        URL.replace("#", ""),
        "aesgcm://",
        f"aesgcm://#{IV}{KEY}",
        f"aesgcm:///path#{IV}{KEY}",
        f"aesgcm://user:password@host/x#{IV}{KEY}",
        f"aesgcm://host:port/x#{IV}{KEY}",
        f"aesgcm://[/x#{IV}{KEY}",
        f"aesgcm://host/with space#{IV}{KEY}",
        f"aesgcm://host/x\r\nHost: evil#{IV}{KEY}",
        f"aesgcm://höst/x#{IV}{KEY}",
        f"aesgcm://host/{'x' * 9_000}#{IV}{KEY}",
        "",
    ],
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ValueError):
        parse_url(url)
    assert parse_text(url) is None


@pytest.mark.parametrize(
    ("text", "thumbnail"),
    [
        (URL, None),
        (f"{URL}\ndata:image/jpeg,R0lG", ("image/jpeg", b"GIF")),
        (f"{URL}\ndata:image/jpeg;base64,R0lG", ("image/jpeg", b"GIF")),
        (f"{URL}\ndata:IMAGE/webp,", ("image/webp", b"")),
    ],
)
def test_what_a_text_shares(text: str, thumbnail: tuple[str, bytes] | None) -> None:
    found = XEP_0454.shared_in(text)
    assert found is not None
    assert found.url == GET
    assert (found.thumbnail_type, found.thumbnail) == (thumbnail or ("", None))


@pytest.mark.parametrize(
    "text",
    [
        f"Look: {URL}", f" {URL}", f"{URL} ", f"{URL}\n", f"{URL}\nand more", f"{URL}\n\ndata:image/jpeg,R0lG",
        f"{URL}\r\ndata:image/jpeg,R0lG", f"{URL}\ndata:image/jpeg,R0lG\n", f"{URL}\ndata:image/jpeg,R0lG more",
        f"{URL}\ndata:text/html,R0lG", f"{URL}\ndata:,R0lG", f"{URL}\ndata:image/jpeg,!", f"{URL}\nhttps://x.y/",
        f"{URL}\ndata:image/jpeg,é", f"{URL}\ndata:image/jpeg," + "A" * 90_000, f"{URL}\n{URL}", "", "\n",
    ],
)  # fmt: skip
def test_any_other_text_shares_nothing(text: str) -> None:
    assert XEP_0454.shared_in(text) is None


def test_a_small_picture_beside_it() -> None:
    text = XEP_0454.with_thumbnail(URL, b"\xff\xd8jpeg")
    assert parse_text(text) == AesgcmUrl(
        GET, bytes.fromhex(IV), bytes.fromhex(KEY), b"\xff\xd8jpeg", "image/jpeg"
    )


@given(st.binary(max_size=300))
def test_what_is_encrypted_comes_back(plain: bytes) -> None:
    encrypted, fragment = XEP_0454.encrypt(io.BytesIO(plain))
    assert len(encrypted) == len(plain) + 16
    assert XEP_0454.decrypt(io.BytesIO(encrypted), fragment) == plain
    # Another implementation reads it, and writes what is read here.
    iv, key = bytes.fromhex(fragment[:24]), bytes.fromhex(fragment[24:])
    assert AESGCM(key).decrypt(iv, encrypted, None) == plain
    assert XEP_0454.decrypt(io.BytesIO(AESGCM(key).encrypt(iv, plain, None)), fragment) == plain
    # Older clients took an IV of 16 bytes.
    older = bytes(16)
    assert XEP_0454.decrypt(io.BytesIO(AESGCM(key).encrypt(older, plain, None)), (older + key).hex()) == plain


def test_files_are_encrypted_by_their_paths_too(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * 200_000)
    encrypted, fragment = XEP_0454.encrypt(filename=path)
    assert XEP_0454.decrypt(io.BytesIO(encrypted), fragment.upper()) == b"a" * 200_000
    other, another = XEP_0454.encrypt(None, path)
    # Never the same key twice.
    assert fragment != another
    assert other != encrypted
    with pytest.raises(ValueError, match="no file"):
        XEP_0454.encrypt()


@pytest.mark.parametrize("at", [0, 5, -17, -16, -1])
def test_what_was_changed_is_refused(at: int) -> None:
    encrypted, fragment = XEP_0454.encrypt(io.BytesIO(b"a secret of some length"))
    changed = bytearray(encrypted)
    changed[at] ^= 1
    with pytest.raises(MediaRefused):
        XEP_0454.decrypt(io.BytesIO(bytes(changed)), fragment)


@pytest.mark.parametrize("content", [b"", b"x" * 15, b"x" * 16, b"x" * 100])
def test_what_was_never_encrypted_is_refused(content: bytes) -> None:
    with pytest.raises(MediaRefused):
        XEP_0454.decrypt(io.BytesIO(content), IV + KEY)
    assert issubclass(MediaRefused, HelixError)
    with pytest.raises(ValueError, match="hexadecimal"):
        XEP_0454.decrypt(io.BytesIO(content), "x")


class Uploads:
    """A client with a service for uploads, and what came there."""

    def __init__(self) -> None:
        self.xmpp = OfflineClient()
        self.xmpp.register_plugin("xep_0454")
        self.server = Server(self.xmpp)
        self.put: list[tuple[bytes, int, str]] = []
        self.xmpp.plugin[XEP_0363].http_put = self.take

    async def take(
        self, place: Place, content: AsyncIterator[bytes], size: int, content_type: str, settings: PutSettings
    ) -> None:
        self.put.append((b"".join([chunk async for chunk in content]), size, content_type))

    async def upload(self, *arguments: Any, **more: Any) -> str:
        task = self.xmpp.loop.create_task(self.xmpp.plugin[XEP_0454].upload_file(*arguments, **more))
        url: str = await self.server.serve(task)
        return url

    def asked(self) -> str:
        (request,) = [one for one in self.server.requests if "filename" in one]
        return request


@pytest.mark.parametrize("by_path", [True, False])
@pytest.mark.parametrize("size", [0, 1, 65_536, 65_520, 200_001])
async def test_uploading(tmp_path: Path, by_path: bool, size: int) -> None:
    uploads = Uploads()
    plain = bytes(range(256)) * (size // 256) + bytes(size % 256)
    if by_path:
        path = tmp_path / "My holidays.JPG"
        path.write_bytes(plain)
        url = await uploads.upload(path)
    else:
        opened = io.BytesIO(b"before" + plain)
        opened.seek(6)
        url = await uploads.upload("My holidays.JPG", input_file=opened)
        assert not opened.closed
    ((content, announced, content_type),) = uploads.put
    assert (len(content), announced, content_type) == (size + 16, size + 16, "application/octet-stream")
    assert len(plain) < 10 or plain not in content
    found = parse_url(url)
    assert found.url == "https://down.example/f"
    assert XEP_0454.decrypt(io.BytesIO(content), found.fragment) == plain
    # The service does not learn the name, nor the key.
    assert "holidays" not in uploads.asked()
    assert ".JPG" in uploads.asked()
    assert not any(found.key.hex() in one for one in uploads.server.requests)
    assert uploads.xmpp.failures == []
    await uploads.xmpp.aclose()


async def test_what_the_service_is_told_on_purpose() -> None:
    uploads = Uploads()
    uploads.xmpp.plugin[XEP_0454].keep_names = True
    await uploads.upload("cat.jpg", 3, "image/jpeg", input_file=io.BytesIO(b"cat"))
    assert "cat.jpg" in uploads.asked()
    assert "image/jpeg" in uploads.asked()
    await uploads.xmpp.aclose()


@pytest.mark.parametrize("name", ["README", "archive.tar.gz", ".hidden", "x.verylongending", "x.t xt", "x.ü"])
async def test_endings_that_tell_too_much_are_left_out(name: str) -> None:
    uploads = Uploads()
    await uploads.upload(name, input_file=io.BytesIO(b"x"))
    assert (".gz" in uploads.asked()) == name.endswith(".gz")
    assert not any(
        part in uploads.asked() for part in ("README", "archive", "hidden", "verylong", "t xt", "ü")
    )
    await uploads.xmpp.aclose()


async def test_a_file_that_changes_meanwhile_is_not_shared() -> None:
    for size in (2, 4):
        uploads = Uploads()
        with pytest.raises(FileUploadError, match="changed"):
            await uploads.upload("x", size, input_file=io.BytesIO(b"abc"))
        await uploads.xmpp.aclose()


async def test_no_url_without_tls() -> None:
    uploads = Uploads()
    uploads.server.slot = uploads.server.slot.replace("https://down", "http://down")
    with pytest.raises(FileUploadError):
        await uploads.upload("x", input_file=io.BytesIO(b"abc"))
    assert uploads.put == []
    await uploads.xmpp.aclose()
    allowed = Uploads()
    allowed.xmpp.plugin[XEP_0363].allow_http = True
    allowed.server.slot = allowed.server.slot.replace("https://down", "http://down")
    with pytest.raises(FileUploadError, match="HTTPS"):
        await allowed.upload("x", input_file=io.BytesIO(b"abc"))
    await allowed.xmpp.aclose()


async def test_files_that_cannot_be_read() -> None:
    uploads = Uploads()
    with pytest.raises(FileNotFoundError):
        await uploads.upload("/there/is/no/such.file")
    with pytest.raises(FileUploadError, match="name"):
        await uploads.upload("..", input_file=io.BytesIO(b"x"))
    assert uploads.server.requests == []
    await uploads.xmpp.aclose()
