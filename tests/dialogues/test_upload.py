"""Uploads: the service of a component, and Prosody's own with its HTTP server."""

import asyncio
import contextlib
import io
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from helixmpp import XMPPError
from helixmpp.core.handlers import Callback
from helixmpp.plugins.xep_0363 import (
    XEP_0363,
    FileTooBig,
    FileUploadError,
    HTTPError,
    PutSettings,
    Slot,
)
from helixmpp.plugins.xep_0363 import (
    Place as UploadPlace,
)
from helixmpp.stanza import Iq, StanzaPath
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, COMPONENT, Place

NS = "urn:xmpp:http:upload:0"


async def test_a_service_that_is_a_component(place: Place) -> None:
    component = place.component()
    component.register_plugin("xep_0363")
    component.plugin["xep_0030"].add_feature(NS)
    asked: list[Any] = []

    def give(iq: Iq) -> None:
        request = iq["http_upload_request"]
        asked.append((request["filename"], request["size"], request["content-type"]))
        if request["size"] > 10:
            raise XMPPError("not-acceptable", extension="file-too-large", extension_ns=NS)
        answer = iq.reply()
        slot = answer[Slot]
        slot.put_.url = "https://up.example/x"
        slot.get_.url = "https://down.example/x"
        answer.send()

    component.register_handler(Callback("give", StanzaPath("iq@type=get/http_upload_request"), give))
    await component.connect(*component.address)
    bob = await place.connected("bob", "xep_0363")
    put: list[bytes] = []

    async def take(
        place: UploadPlace, content: AsyncIterator[bytes], size: int, content_type: str, settings: PutSettings
    ) -> None:
        put.append(b"".join([chunk async for chunk in content]))

    plugin = bob.plugin[XEP_0363]
    plugin.http_put = take
    assert await plugin.upload_file("x.png", input_file=io.BytesIO(b"abc")) == "https://down.example/x"
    assert (asked, put) == ([("x.png", 3, "image/png")], [b"abc"])
    found = await plugin.find_upload_service()
    assert found is not None
    assert found["from"] == COMPONENT[0]
    with pytest.raises(FileTooBig) as caught:
        await plugin.upload_file("x", input_file=io.BytesIO(b"x" * 11))
    assert caught.value.max_size is None


@pytest.fixture
async def sharing() -> AsyncIterator[Place]:
    """A Prosody that shares files over HTTP, without TLS."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = (
        'disco_items = { { "upload.test.example" } }\n'
        'Component "upload.test.example" "http_file_share"\n'
        f'    http_external_url = "http://127.0.0.1:{port}/"\n'
        '    http_host = "127.0.0.1"\n'
        "    http_file_share_size_limit = 100000\n"
        '    http_file_share_access = { "test.example" }\n'
        # What follows is for the server as a whole again.
        'Host "*"\n'
        f'    http_ports = {{ {port} }}\n    https_ports = {{}}\n    http_interfaces = {{ "127.0.0.1" }}\n'
    )
    async with contextlib.AsyncExitStack() as stack:
        real = await stack.enter_async_context(Prosody(accounts=ACCOUNTS, extra_config=config))
        place = Place("prosody", real.domain, real.host, real.port, real.tls_port, 0, real.ca_file)
        async with place.stack:
            yield place


@pytest.mark.prosody
async def test_a_real_upload(sharing: Place) -> None:
    pytest.importorskip("aiohttp", reason="the extra 'http' is not installed")
    alice = await sharing.connected("alice", "xep_0363")
    plugin = alice.plugin[XEP_0363]
    content = bytes(range(256)) * 300
    with pytest.raises(FileUploadError, match="https"):
        await plugin.upload_file("cat.jpg", input_file=io.BytesIO(content))
    plugin.allow_http = True
    url = await plugin.upload_file("très cool.jpg", input_file=io.BytesIO(content))
    assert await fetched(url) == content
    with pytest.raises(FileTooBig) as caught:
        await plugin.upload_file("x", input_file=io.BytesIO(b"x" * 100_001))
    assert caught.value.max_size == 100_000
    with pytest.raises((HTTPError, FileUploadError)):
        await plugin.upload_file("x", 5, input_file=io.BytesIO(b"abc"))


async def fetched(url: str) -> bytes:
    """The content behind a URL of this machine."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    content = await reader.readexactly(length)
    writer.close()
    return content
