"""XEP-0363 without a server of XMPP: finding the service, slots, what of them is used, and the bytes on their way."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helixmpp.plugins.xep_0363 import (
    XEP_0363,
    FileTooBig,
    FileUploadError,
    HTTPError,
    Place,
    PurposeNotSupported,
    PutSettings,
    Retry,
    Slot,
    UploadServiceNotFound,
)
from helixmpp.plugins.xep_0363.files import base_name
from helixmpp.plugins.xep_0363.slots import place_of
from helixmpp.stanza import IqError
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient

NS = "urn:xmpp:http:upload:0"
PURPOSE = "urn:xmpp:http:upload:purpose:0"
INFO = "http://jabber.org/protocol/disco#info"
ITEMS = "http://jabber.org/protocol/disco#items"
SLOT = (
    f"<slot xmlns='{NS}'><put url='https://up.example/f?sig=%2Fa'><header name='Authorization'>Basic x</header></put>"
    "<get url='https://down.example/f'/></slot>"
)


@dataclass
class Server:
    """Answers as a server with a service for uploads would."""

    xmpp: OfflineClient
    services: dict[str, str] = field(default_factory=lambda: {"upload.example.org": f"<feature var='{NS}'/>"})
    slot: str = SLOT
    requests: list[str] = field(default_factory=list[str])
    done: int = 0

    async def serve(self, task: "asyncio.Future[Any]") -> Any:
        """Answer what is sent, until the task is done; what comes of it."""
        while not task.done():
            # Files are read in threads: nothing says when they are.
            await asyncio.sleep(0.001)
            while self.done < len(self.xmpp.sent):
                request = self.xmpp.sent[self.done]
                self.done += 1
                to, id_ = request.get("to", ""), request.get("id")
                content = self.answer(to, request[0].tag, serialize(request[0], stream_ns=""))
                kind = "error" if "<error" in content else "result"
                await self.xmpp.receive(f"<iq type='{kind}' id='{id_}' from='{to}'>{content}</iq>")
        return task.result()

    def answer(self, to: str, tag: str, text: str) -> str:
        """The content of one answer."""
        if tag == f"{{{ITEMS}}}query":
            items = "".join(f"<item jid='{jid}'/>" for jid in self.services)
            return f"<query xmlns='{ITEMS}'>{items}</query>"
        if tag == f"{{{INFO}}}query":
            return f"<query xmlns='{INFO}'>{self.services.get(to, '')}</query>"
        self.requests.append(text.replace('"', "'"))
        return self.slot


@dataclass
class Putting:
    """What puts files, in the place of aiohttp: it writes down what it is given."""

    places: list[Place] = field(default_factory=list[Place])
    content: bytes = b""
    size: int = 0
    kind: str = ""

    async def __call__(
        self, place: Place, content: AsyncIterator[bytes], size: int, content_type: str, settings: PutSettings
    ) -> None:
        self.places.append(place)
        self.size, self.kind = size, content_type
        self.content = b"".join([chunk async for chunk in content])


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    xmpp = OfflineClient("juliet@example.org/balcony")
    xmpp.register_plugin("xep_0363")
    yield Server(xmpp)
    assert not xmpp.failures
    await xmpp.aclose()


def plugin_of(server: Server) -> tuple[XEP_0363, Putting]:
    plugin, putting = server.xmpp.plugin[XEP_0363], Putting()
    plugin.http_put = putting
    return plugin, putting


async def upload(server: Server, *args: Any, **options: Any) -> str:
    url: str = await server.serve(
        asyncio.ensure_future(server.xmpp.plugin[XEP_0363].upload_file(*args, **options))
    )
    return url


# -- the file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_000])
async def test_a_file_by_its_path(server: Server, tmp_path: Path, size: int) -> None:
    _, putting = plugin_of(server)
    path = tmp_path / "très cool.jpg"
    path.write_bytes(bytes(number % 251 for number in range(size)))
    assert await upload(server, path) == "https://down.example/f"
    assert putting.content == path.read_bytes()
    assert (putting.size, putting.kind) == (size, "image/jpeg")
    assert putting.places == [
        Place("https://up.example/f?sig=%2Fa", "https://down.example/f", (("Authorization", "Basic x"),))
    ]
    assert server.requests == [
        f"<request xmlns='{NS}' filename='très cool.jpg' size='{size}' content-type='image/jpeg'/>"
    ]
    # The headers are secrets.
    assert "Basic" not in repr(putting.places)


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("x.png", {}, ("x.png", 5, "image/png", b"cdefg")),
        ("/srv/pictures/x.png", {"size": 5}, ("x.png", 5, "image/png", b"cdefg")),
        ("C:\\me\\x", {}, ("x", 5, "application/octet-stream", b"cdefg")),
        ("x.png", {"content_type": "a/b"}, ("x.png", 5, "a/b", b"cdefg")),
    ],
)
async def test_an_open_file(
    server: Server, name: str, options: dict[str, Any], expected: tuple[str, int, str, bytes]
) -> None:
    _, putting = plugin_of(server)
    file = io.BytesIO(b"abcdefg")
    file.seek(2)
    await upload(server, name, input_file=file, **options)
    assert f"filename='{expected[0]}'" in server.requests[0]
    assert (putting.size, putting.kind, putting.content) == expected[1:]
    assert not file.closed


@pytest.mark.parametrize(("size", "reason"), [(3, "more than 3"), (9, "2 bytes too early")])
async def test_a_file_of_another_size(server: Server, size: int, reason: str) -> None:
    plugin_of(server)
    with pytest.raises(FileUploadError, match=reason):
        await upload(server, "x", size, input_file=io.BytesIO(b"abcdefg"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/", "/"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(FileUploadError):
        base_name(name)


async def test_a_file_that_is_not_there(server: Server, tmp_path: Path) -> None:
    plugin_of(server)
    with pytest.raises(FileNotFoundError):
        await upload(server, tmp_path / "x")
    assert server.requests == []


# -- the service ----------------------------------------------------------------------------------------------


def limited(value: str) -> str:
    return (
        f"<feature var='{NS}'/><x type='result' xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'>"
        f"<value>{NS}</value></field><field var='max-file-size'><value>{value}</value></field></x>"
    )


@pytest.mark.parametrize(
    ("limit", "fits"),
    [("7", True), ("6", False), ("0", False), ("many", True), ("-1", True), ("9" * 40, True), ("", True)],
)
async def test_no_more_than_the_service_takes(server: Server, limit: str, fits: bool) -> None:
    plugin_of(server)
    server.services = {"other.example.org": "", "upload.example.org": limited(limit)}
    if fits:
        await upload(server, "x", input_file=io.BytesIO(b"abcdefg"))
        return
    with pytest.raises(FileTooBig, match=f"7 bytes: at most {limit}") as caught:
        await upload(server, "x", input_file=io.BytesIO(b"abcdefg"))
    assert caught.value.args == (7, int(limit))
    assert server.requests == []


async def test_no_more_than_the_setting(server: Server) -> None:
    plugin, _ = plugin_of(server)
    plugin.max_size = 3
    with pytest.raises(FileTooBig):
        await upload(server, "x", input_file=io.BytesIO(b"abcdefg"))
    assert server.xmpp.sent == []


@pytest.mark.parametrize("services", [{}, {"a.example.org": ""}, {"a.example.org": "<feature var='urn:x'/>"}])
async def test_no_service(server: Server, services: dict[str, str]) -> None:
    plugin_of(server)
    server.services = services
    with pytest.raises(UploadServiceNotFound):
        await upload(server, "x", input_file=io.BytesIO(b""))


async def test_a_service_that_is_named(server: Server) -> None:
    plugin, putting = plugin_of(server)
    plugin.upload_service = "mine.example.org"
    server.services = {"mine.example.org": limited("100")}
    await upload(server, "x", input_file=io.BytesIO(b"abc"))
    assert putting.content == b"abc"
    assert [sent.get("to") for sent in server.xmpp.sent] == ["mine.example.org"] * 2
    found = await server.serve(asyncio.ensure_future(plugin.find_upload_service("example.net")))
    assert (found["from"], NS in found["disco_info"]["features"]) == ("mine.example.org", True)


TOO_LARGE = f"<file-too-large xmlns='{NS}'><max-file-size>{{}}</max-file-size></file-too-large>"
ERROR = "<error type='{}'><{} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{}</error>"


@pytest.mark.parametrize(
    ("answer", "error", "details"),
    [
        (ERROR.format("modify", "not-acceptable",
                      TOO_LARGE.format("2")), FileTooBig, 2),
        (ERROR.format("modify", "not-acceptable", f"<file-too-large xmlns='{NS}'/>"), FileTooBig, None),
        (ERROR.format("modify", "not-acceptable",
                      TOO_LARGE.format("x")), FileTooBig, None),
        (ERROR.format("auth", "forbidden", ""), IqError, None),
        (ERROR.format("wait", "resource-constraint", f"<retry xmlns='{NS}' stamp='2017-12-03T23:42:05Z'/>"), IqError,
         datetime(2017, 12, 3, 23, 42, 5, tzinfo=UTC)),
        ("", FileUploadError, None),
        (f"<slot xmlns='{NS}'/>", FileUploadError, None),
    ],
)  # fmt: skip
async def test_a_service_that_refuses(
    server: Server, answer: str, error: type[Exception], details: Any
) -> None:
    _, putting = plugin_of(server)
    server.slot = answer
    with pytest.raises(error) as caught:
        await upload(server, "x", input_file=io.BytesIO(b"abc"))
    assert putting.places == []
    raised = caught.value
    if isinstance(raised, FileTooBig):
        assert (raised.size, raised.max_size) == (3, details)
    elif isinstance(raised, IqError) and details is not None:
        assert raised.iq["error"][Retry].stamp == raised.iq["error"]["retry"]["stamp"] == details


@pytest.mark.parametrize(
    ("options", "content"),
    [
        ({"purpose": "message"}, "<message xmlns='urn:xmpp:http:upload:purpose:0'/>"),
        ({"purpose": "profile"}, "<profile xmlns='urn:xmpp:http:upload:purpose:0'/>"),
        ({"purpose": "permanent"}, "<permanent xmlns='urn:xmpp:http:upload:purpose:0'/>"),
        ({"purpose": "ephemeral", "expire_before": datetime(2025, 9, 10, tzinfo=UTC)},
         "<ephemeral xmlns='urn:xmpp:http:upload:purpose:0' expire-before='2025-09-10T00:00:00Z'/>"),
    ],
)  # fmt: skip
async def test_purposes(server: Server, options: dict[str, Any], content: str) -> None:
    plugin_of(server)
    kinds = ("message", "profile", "permanent", "ephemeral")
    server.services["upload.example.org"] += "".join(f"<feature var='{PURPOSE}#{kind}'/>" for kind in kinds)
    await upload(server, "x", input_file=io.BytesIO(b""), **options)
    assert server.requests[0].removesuffix("</request>").endswith(f">{content}")


async def test_a_purpose_that_the_service_does_not_know(server: Server) -> None:
    _, putting = plugin_of(server)
    with pytest.raises(PurposeNotSupported):
        await upload(server, "x", input_file=io.BytesIO(b""), purpose="profile")
    assert (server.requests, putting.places) == ([], [])
    # What no purpose says, too.
    await upload(server, "x", input_file=io.BytesIO(b""), purpose="message")


@pytest.mark.parametrize("options", [{"purpose": "fun"}, {"purpose": "ephemeral"}])
async def test_what_is_no_purpose(server: Server, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        server.xmpp.plugin[XEP_0363].request_slot("a.b", "x", 1, **options)


# -- what of a slot is used -----------------------------------------------------------------------------------


def slot(put: str = "https://p/x", get: str = "https://g/x", headers: str = "") -> Slot:
    text = f"<slot xmlns='{NS}'><put url='{put}'>{headers}</put><get url='{get}'/></slot>"
    return Slot(xml=parse_one(text))


@pytest.mark.parametrize(
    "url",
    [
        "https://up.example/f",
        "https://up.example:8443/f/tr%C3%A8s%20cool.jpg?a=b&amp;c#d",
        "https://[2001:db8::1]/f",
        "https://127.0.0.1/f",
    ],
)
def test_urls_that_are_used(url: str) -> None:
    assert place_of(slot(put=url)).put == place_of(slot(get=url)).get == url.replace("&amp;", "&")


@pytest.mark.parametrize(
    "url",
    [
        *("", "up.example/f", "http://up.example/f", "ftp://up.example/f", "file:///etc/passwd", "javascript:x"),
        *("https://", "https:///f", "https://a b/", "https://up.example/très", "https://up.example/a&#10;b"),
        *("https://up.example:99999/", "https://user:secret@up.example/", "https://[::1/", "https://x/" + "a" * 9000),
    ],
)  # fmt: skip
def test_urls_that_are_not(url: str) -> None:
    for one in (slot(put=url), slot(get=url)):
        with pytest.raises(FileUploadError):
            place_of(one)


def test_urls_without_tls_where_a_setting_says_so() -> None:
    assert place_of(slot("http://p/x", "http://g/x"), allow_http=True).put == "http://p/x"
    with pytest.raises(FileUploadError):
        place_of(slot("ftp://p/x"), allow_http=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("<header name='Authorization'>Basic x</header><header name='Cookie'>a=b</header>"
         "<header name='Expires'>0</header>",
         [("Authorization", "Basic x"), ("Cookie", "a=b"), ("Expires", "0")]),
        ("<header name='eXpires'>0</header><header name='EXPIRES'>1</header>", [("Expires", "0"), ("Expires", "1")]),
        ("<header name='Host'>evil</header><header name='Content-Length'>0</header><header name='X-Y'>z</header>", []),
        ("<header name='Transfer-Encoding'>chunked</header><header name='Set-Cookie'>a</header><header>a</header>", []),
        ("<header name='Cook&#10;ie'>a&#13;&#10;Host: evil</header>", [("Cookie", "aHost: evil")]),
        ("<header name=' Cookie '> a </header>", [("Cookie", "a")]),
        ("<header name='Cookie'/>", [("Cookie", "")]),
        ("<header name='Cookie2'>a</header><header name='Cookie:'>a</header>", []),
    ],
)  # fmt: skip
def test_headers(headers: str, expected: list[tuple[str, str]]) -> None:
    assert list(place_of(slot(headers=headers)).headers) == expected


@pytest.mark.parametrize(
    "headers",
    [
        f"<header name='Cookie'>{'a' * 9000}</header>",
        "<header name='Cookie'>a</header>" * 21,
        "<header name='Cookie'>a\x7f</header>",
    ],
)
def test_headers_that_no_request_can_have(headers: str) -> None:
    with pytest.raises(FileUploadError):
        place_of(slot(headers=headers))


# -- HTTP -----------------------------------------------------------------------------------------------------


@dataclass
class HTTP:
    """A server of HTTP/1.1 that takes one request and gives one answer."""

    answer: bytes
    request: bytes = b""
    port: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: ")),
            0,
        )
        self.request = head
        if self.answer:
            self.request += await reader.readexactly(length)
            writer.write(self.answer)
            await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None),
        (b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", 413),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", 500),
        (b"HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 307),
        (b"garbage\r\n\r\n", 0),
        (b"", 0),
    ],
)
async def test_the_request_that_goes_out(server: Server, answer: bytes, status: int | None) -> None:
    pytest.importorskip("aiohttp", reason="the extra 'http' is not installed")
    http = HTTP(answer)
    listening = await asyncio.start_server(http.handle, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}/f%2Fg?sig=%2Fa%20b"
        headers = "<header name='Cookie'>a=b</header><header name='Host'>evil</header>"
        server.slot = serialize(slot(base, base, headers).xml, stream_ns="")
        plugin = server.xmpp.plugin[XEP_0363]
        plugin.allow_http = True
        uploading = upload(server, "x.png", input_file=io.BytesIO(b"abc" * 50_000))
        if status is None:
            assert await uploading == base
            head, _, content = http.request.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            sent = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            assert first == "PUT /f%2Fg?sig=%2Fa%20b HTTP/1.1"
            assert (sent["cookie"], sent["content-length"], sent["content-type"]) == (
                "a=b",
                "150000",
                "image/png",
            )
            assert (sent["host"], "transfer-encoding" in sent) == (f"127.0.0.1:{port}", False)
            assert content == b"abc" * 50_000
        else:
            with pytest.raises(HTTPError) as caught:
                await uploading
            assert caught.value.status == status
            assert str(status or "no answer") in str(caught.value)


async def test_a_file_that_changes_while_it_is_sent(server: Server) -> None:
    pytest.importorskip("aiohttp", reason="the extra 'http' is not installed")
    http = HTTP(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    listening = await asyncio.start_server(http.handle, "127.0.0.1", 0)
    async with listening:
        base = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        server.slot = serialize(slot(base, base).xml, stream_ns="")
        server.xmpp.plugin[XEP_0363].allow_http = True
        with pytest.raises(FileUploadError, match="too early"):
            await upload(server, "x", 100, input_file=io.BytesIO(b"abc"))


async def test_without_aiohttp(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(FileUploadError, match=r"helixmpp\[http\]"):
        await upload(server, "x", input_file=io.BytesIO(b"abc"))
