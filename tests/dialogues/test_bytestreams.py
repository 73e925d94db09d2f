"""Bytes from one client to another: in-band, directly by TCP, and over the proxy of a real Prosody."""

import asyncio
import contextlib
import hashlib
import io
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, IqError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0047 import XEP_0047, BytestreamClosed, IBBytestream
from helixmpp.plugins.xep_0065 import XEP_0065, Socks5Stream
from helixmpp.plugins.xep_0095 import IBB, XEP_0095
from helixmpp.plugins.xep_0096 import XEP_0096, FileTransferFailed
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place, until

DATA = bytes(range(256)) * 1024  # 256 KiB
LOCAL = {"direct": True, "hosts": ("127.0.0.1",), "listen_hosts": ("127.0.0.1",)}


async def pair(place: Place, plugin: str, **config: Any) -> tuple[ClientXMPP, ClientXMPP]:
    alice, bob = place.client("alice/a"), place.client("bob/b")
    for xmpp in (alice, bob):
        xmpp.register_plugin(plugin, {"auto_accept": True, **config})
        await xmpp.connect(*xmpp.address)
    return alice, bob


# -- in-band ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use_messages", [False, True], ids=["iq", "message"])
async def test_in_band_in_both_directions(place: Place, use_messages: bool) -> None:
    alice, bob = await pair(place, "xep_0047", window_size=8)
    streams: asyncio.Queue[IBBytestream] = asyncio.Queue()
    bob.add_event_handler("ibb_stream_start", streams.put_nowait)
    async with asyncio.timeout(60):
        ours = await alice.plugin[XEP_0047].open_stream(bob.boundjid, use_messages=use_messages)
        theirs = await streams.get()
        assert (theirs.sid, theirs.peer_jid, theirs.use_messages) == (ours.sid, alice.boundjid, use_messages)
        back = asyncio.create_task(ours.gather(5))
        taking = asyncio.create_task(theirs.gather())
        await theirs.sendall(b"hello")
        assert await back == b"hello"
        await ours.sendall(DATA)
        await ours.close()
        assert await taking == DATA
        await theirs.wait_closed()


async def test_in_band_a_slow_reader_slows_the_sender_down(place: Place) -> None:
    alice, bob = await pair(place, "xep_0047", max_unread=16_384)
    streams: asyncio.Queue[IBBytestream] = asyncio.Queue()
    bob.add_event_handler("ibb_stream_start", streams.put_nowait)
    most = 0
    async with asyncio.timeout(60):
        ours = await alice.plugin[XEP_0047].open_stream(bob.boundjid)
        theirs = await streams.get()
        sending = asyncio.create_task(ours.sendall(DATA))
        await until(lambda: theirs.unread > 16_384)
        assert not sending.done()
        got = bytearray()
        while len(got) < len(DATA):
            most = max(most, theirs.unread)
            got += await theirs.receive(3000)
        await sending
        await ours.close()
    assert bytes(got) == DATA
    assert most <= 16_384 + 4096


async def test_in_band_ends_with_the_session(place: Place) -> None:
    alice, bob = await pair(place, "xep_0047", max_unread=1)
    streams: asyncio.Queue[IBBytestream] = asyncio.Queue()
    bob.add_event_handler("ibb_stream_start", streams.put_nowait)
    async with asyncio.timeout(30):
        ours = await alice.plugin[XEP_0047].open_stream(bob.boundjid)
        theirs = await streams.get()
        sending = asyncio.create_task(ours.sendall(DATA))
        await until(lambda: theirs.unread > 0)
        await alice.disconnect(0)
        with pytest.raises(ConnectionError):
            await sending
        await ours.wait_closed()
        with pytest.raises(BytestreamClosed):
            await ours.send(b"x")


async def test_nobody_else_can_write_into_a_stream(place: Place) -> None:
    alice, bob = await pair(place, "xep_0047")
    other = await place.connected("alice/other", "xep_0047")
    streams: asyncio.Queue[IBBytestream] = asyncio.Queue()
    bob.add_event_handler("ibb_stream_start", streams.put_nowait)
    async with asyncio.timeout(30):
        ours = await alice.plugin[XEP_0047].open_stream(bob.boundjid, sid="known")
        theirs = await streams.get()
        for payload in ("ibb_data", "ibb_close"):
            evil = other.make_iq_set(ito=bob.boundjid)
            evil[payload]["sid"] = "known"
            if payload == "ibb_data":
                evil[payload]["seq"], evil[payload]["data"] = 0, b"evil"
            with pytest.raises(IqError, match="item-not-found"):
                await evil.send()
        await ours.sendall(b"good")
        await ours.close()
        assert await theirs.gather() == b"good"


# -- by TCP -------------------------------------------------------------------------------------------------------


async def exchange(alice: ClientXMPP, bob: ClientXMPP, streamhost: JID, sent: bytes = DATA) -> None:
    streams: asyncio.Queue[Socks5Stream] = asyncio.Queue()
    bob.add_event_handler("socks5_stream", streams.put_nowait)
    async with asyncio.timeout(30):
        ours = await alice.plugin[XEP_0065].handshake(bob.boundjid)
        theirs = await streams.get()
        assert ours.streamhost == theirs.streamhost == streamhost
        assert alice.plugin[XEP_0065].get_socket(ours.sid) is ours
        async with theirs, ours:
            await theirs.write(b"hello")
            assert await ours.gather(5) == b"hello"
            await asyncio.gather(ours.sendall(sent), taken := asyncio.ensure_future(theirs.gather(len(sent))))
            assert taken.result() == sent
            ours.write_eof()
            assert await theirs.gather() == b""
        assert ours.is_closed
        await until(lambda: alice.plugin[XEP_0065].get_socket(ours.sid) is None)
        await until(lambda: bob.plugin[XEP_0065].get_socket(ours.sid) is None)


async def test_directly(place: Place) -> None:
    alice, bob = await pair(place, "xep_0065", **LOCAL)
    await exchange(alice, bob, alice.boundjid)


async def test_a_program_in_the_older_style(place: Place) -> None:
    """Everything by events, and the end by the transport."""
    alice, bob = await pair(place, "xep_0065", **LOCAL)
    events: list[tuple[str, Any]] = []

    def noting(name: str) -> Callable[[Any], None]:
        return lambda data: events.append((name, data))

    for name in ("socks5_connected", "socks5_data", "socks5_closed"):
        bob.add_event_handler(name, noting(name))
    async with asyncio.timeout(30):
        proxy = await alice["xep_0065"].handshake(bob.boundjid, sid="mine")
        await proxy.write(DATA)
        proxy.transport.write_eof()
        await until(lambda: bool(events) and events[-1][0] == "socks5_closed")
    assert events[0] == ("socks5_connected", "mine")
    assert b"".join(data for name, data in events if name == "socks5_data") == DATA


# On a busy machine Prosody's proxy keeps the last 4 KiB of much that comes at once until there is more: all queues of
# the system are empty then, and our buffers, too.
LITTLE = DATA[:4096]


@dataclass
class Proxied:
    place: Place
    address: JID


@pytest.fixture
async def proxied() -> AsyncIterator[Proxied]:
    """A Prosody with its module proxy65 on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = (
        f'VirtualHost "*"\nproxy65_ports = {{ {port} }}\nproxy65_interfaces = {{ "127.0.0.1" }}\n'
        'Component "proxy.test.example" "proxy65"\nproxy65_address = "127.0.0.1"\n'
    )
    async with contextlib.AsyncExitStack() as stack:
        real = await stack.enter_async_context(Prosody(accounts=ACCOUNTS, extra_config=config))
        place = Place("prosody", real.domain, real.host, real.port, real.tls_port, 0, real.ca_file)
        async with place.stack:
            yield Proxied(place, JID("proxy.test.example"))


@pytest.mark.prosody
async def test_over_a_real_proxy(proxied: Proxied) -> None:
    alice, bob = await pair(proxied.place, "xep_0065")
    assert list(await alice.plugin[XEP_0065].discover_proxies()) == [proxied.address]
    await exchange(alice, bob, proxied.address, LITTLE)


@pytest.mark.prosody
async def test_over_a_real_proxy_where_the_direct_way_fails(proxied: Proxied) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        alice, bob = await pair(
            proxied.place, "xep_0065", **{**LOCAL, "external_port": closed.getsockname()[1]}
        )
        await exchange(alice, bob, proxied.address, LITTLE)


@pytest.mark.prosody
async def test_a_real_proxy_starts_nothing_that_nobody_is_connected_to(proxied: Proxied) -> None:
    alice, bob = await pair(proxied.place, "xep_0065")
    with pytest.raises(IqError):
        await alice.plugin[XEP_0065].activate(proxied.address, "sid", bob.boundjid)


# -- files --------------------------------------------------------------------------------------------------------


class Takes:
    """A client that accepts every file, from an offset on where the sender can do that."""

    def __init__(self, xmpp: ClientXMPP, offset: int = 0, length: int | None = None) -> None:
        self.xmpp = xmpp
        self.part = {"offset": offset, "length": length}
        self.offers: list[Iq] = []
        self.outcomes: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        xmpp.add_event_handler("file_transfer_request", self.offered)

    async def offered(self, iq: Iq) -> None:
        self.offers.append(iq)
        file = io.BytesIO()
        offset, length = self.part["offset"] or 0, self.part["length"]
        try:
            count = await self.xmpp.plugin[XEP_0096].receive_file(iq, file, offset=offset, length=length)
        except (FileTransferFailed, ConnectionError) as error:
            self.outcomes.put_nowait(error)
        else:
            assert count == len(file.getvalue())
            self.outcomes.put_nowait(file.getvalue())


async def two_with_files(place: Place, *, direct: bool) -> tuple[ClientXMPP, ClientXMPP]:
    alice, bob = place.client("alice/a"), place.client("bob/b")
    for xmpp in (alice, bob):
        xmpp.register_plugin("xep_0065", LOCAL)
        xmpp.register_plugin("xep_0096")
        if not direct:
            xmpp.plugin.disable("xep_0065")
        await xmpp.connect(*xmpp.address)
    return alice, bob


@pytest.mark.parametrize("direct", [True, False], ids=["SOCKS5", "in-band"])
@pytest.mark.parametrize(
    ("data", "offset", "length"),
    [(DATA, 0, None), (b"", 0, None), (DATA, 1000, None), (DATA, 1000, 5), (DATA, len(DATA), None)],
    ids=["all", "empty", "the rest", "a part", "nothing left"],
)
async def test_a_file(place: Place, direct: bool, data: bytes, offset: int, length: int | None) -> None:
    alice, bob = await two_with_files(place, direct=direct)
    takes = Takes(bob, offset, length)
    async with asyncio.timeout(60):
        sent = await alice.plugin[XEP_0096].send_file(
            bob.boundjid, io.BytesIO(data), "data.bin", "some bytes"
        )
        outcome = await takes.outcomes.get()
    expected = data[offset:] if length is None else data[offset : offset + length]
    assert outcome == expected
    assert sent == len(expected)
    (offer,) = takes.offers
    file = offer["si"]["file"]
    assert (file["name"], file["size"], file["desc"]) == ("data.bin", len(data), "some bytes")
    assert file["hash"] == hashlib.md5(data).hexdigest()


@pytest.mark.prosody
async def test_a_file_over_a_real_proxy(proxied: Proxied) -> None:
    alice = await proxied.place.connected("alice/a", "xep_0096")
    bob = await proxied.place.connected("bob/b", "xep_0096")
    takes = Takes(bob)
    async with asyncio.timeout(60):
        assert await alice.plugin[XEP_0096].send_file(bob.boundjid, io.BytesIO(DATA), "x") == len(DATA)
        assert await takes.outcomes.get() == DATA


async def test_a_file_that_nobody_wants(place: Place) -> None:
    alice, bob = await two_with_files(place, direct=True)
    with pytest.raises(IqError, match="forbidden"):
        await alice.plugin[XEP_0096].send_file(bob.boundjid, io.BytesIO(b"x"), "x")

    async def decline(iq: Iq) -> None:
        await bob.plugin[XEP_0095].decline(iq["from"], iq["si"]["id"])

    bob.add_event_handler("file_transfer_request", decline)
    with pytest.raises(IqError, match="Offer Declined"):
        await alice.plugin[XEP_0096].send_file(bob.boundjid, io.BytesIO(b"x"), "x")


@pytest.mark.parametrize(
    ("size", "hash_", "sent", "outcome"),
    [
        (4, hashlib.md5(b"good").hexdigest(), b"good", b"good"),
        (4, hashlib.md5(b"good").hexdigest().upper(), b"good", b"good"),
        (4, None, b"good and more than that", b"good"),
        (4, hashlib.md5(b"good").hexdigest(), b"evil", "hash"),
        (10, None, b"too short", "1 bytes are missing"),
    ],
)
async def test_a_sender_that_lies(
    place: Place, size: int, hash_: str | None, sent: bytes, outcome: bytes | str
) -> None:
    alice, bob = await two_with_files(place, direct=False)
    takes = Takes(bob)
    async with asyncio.timeout(30):
        answer = await alice.plugin[XEP_0096].request_file_transfer(
            bob.boundjid, "s", name="../../x", size=size, hash=hash_
        )
        stream = await alice.plugin[XEP_0047].open_stream(bob.boundjid, sid="s")
        await stream.sendall(sent)
        await stream.close()
        got = await takes.outcomes.get()
    assert answer["si"].chosen == IBB
    if isinstance(outcome, bytes):
        assert got == outcome
    else:
        assert isinstance(got, FileTransferFailed)
        assert outcome in str(got)
