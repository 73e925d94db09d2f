"""A connection over TCP: what is delivered when, what ends how, and what happens when the peer is slow."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from helixmpp.errors import ConnectionFailure, DNSFailure, InvalidCABundle, StageTimeout, TLSFailure
from helixmpp.transport import Target, TLSSettings, Transport, connect_tcp
from tests.transport.ca import Authority, dns_name
from tests.transport.recorder import Recorder
from tests.transport.servers import Talk, listening, target

BIG = bytes(range(256)) * 16_384  # 4 MiB, more than the system's buffers and ours take


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("The test authority")


class Peer:
    """The server's side of a connection, for a test to play."""

    def __init__(self, authority: Authority, folder: Path, *, direct: bool) -> None:
        self.direct = direct
        self.settings = TLSSettings(cadata=authority.pem)
        self.context = authority.issue([dns_name("example.org")]).server_context(folder) if direct else None
        self.over = asyncio.Event()

    @asynccontextmanager
    async def connected(self, receiver: Recorder, talk: Talk) -> AsyncGenerator[Transport]:
        async with listening(talk, context=self.context) as port:
            transport = await connect_tcp(
                target(port, direct=self.direct), receiver, self.settings, timeout=10
            )
            try:
                yield transport
            finally:
                transport.abort()
                self.over.set()
                await receiver.lost()


@pytest.fixture(params=[False, True], ids=["clear text", "TLS"])
def peer(request: pytest.FixtureRequest, authority: Authority, tmp_path: Path) -> Peer:
    return Peer(authority, tmp_path, direct=request.param is True)


async def test_bytes_both_ways_and_the_peers_end(peer: Peer) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"you said " + await reader.readexactly(5))

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        assert (transport.tls is not None) is peer.direct
        transport.write(b"")
        transport.write(b"hello")
        assert await receiver.lost() is None
    assert bytes(receiver.data) == b"you said hello"
    assert receiver.log[-2:] == ["eof", "lost"]
    assert receiver.log.count("lost") == 1


async def test_nothing_reaches_the_receiver_before_the_transport_is_there(peer: Peer) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"early")

    receiver = Recorder()
    async with peer.connected(receiver, talk):
        assert receiver.log == []
        await receiver.has(b"early")
        assert await receiver.lost() is None


async def test_close_sends_what_is_buffered(peer: Peer) -> None:
    got = bytearray()
    go_on = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        while data := await reader.read(65536):
            got.extend(data)

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        transport.write(BIG)
        assert transport.get_write_buffer_size() > 0
        transport.close()
        transport.close()
        transport.write(b"after close() it is dropped")
        go_on.set()
        assert await receiver.lost() is None
    assert bytes(got) == BIG
    assert receiver.log.count("lost") == 1


async def test_abort_drops_what_is_buffered(peer: Peer) -> None:
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await peer.over.wait()
        while data := await reader.read(65536):
            got.extend(data)

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        transport.write(BIG)
        transport.abort()
        transport.abort()
        assert await receiver.lost() is None
    assert len(got) < len(BIG)
    assert receiver.log.count("lost") == 1


async def test_writer_is_paused_while_the_peer_does_not_read(peer: Peer) -> None:
    go_on = asyncio.Event()
    total = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal total
        await go_on.wait()
        while data := await reader.read(65536):
            total += len(data)

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        written = 0
        while "pause" not in receiver.log:
            transport.write(bytes(65536))
            written += 65536
            assert written < 64 * 1024 * 1024
            await asyncio.sleep(0)
        # All that is not yet with the system is counted, in whichever layer it lies.
        assert transport.get_write_buffer_size() >= 65536
        go_on.set()
        await receiver.until(lambda: "resume" in receiver.log)
        transport.close()
        await receiver.lost()
    assert total == written


async def test_paused_reading_slows_the_peer_down(peer: Peer) -> None:
    total = 32 * 1024 * 1024  # more than the system's buffers take
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while sent < total:
            writer.write(bytes(65536))
            await writer.drain()
            sent += 65536

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        transport.pause_reading()
        transport.pause_reading()
        before = -1
        async with asyncio.timeout(10):
            while sent == 0 or sent != before:
                before = sent
                await asyncio.sleep(0.02)
        assert sent < total
        assert len(receiver.data) == 0
        transport.resume_reading()
        transport.resume_reading()
        await receiver.lost()
    assert len(receiver.data) == total


async def test_paused_from_within_a_delivery(peer: Peer) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"one")
        await reader.readexactly(1)
        writer.write(b"two")
        await reader.readexactly(1)
        writer.write(b"three")

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        receiver.on_data = lambda _: transport.pause_reading()
        await receiver.has(b"one")
        transport.write(b"x")
        transport.resume_reading()
        await receiver.has(b"two")
        receiver.on_data = lambda _: None
        transport.write(b"x")
        transport.resume_reading()
        await receiver.lost()
    assert bytes(receiver.data) == b"onetwothree"


async def test_close_while_reading_is_paused(peer: Peer) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"nobody reads it")
        assert await reader.read(1) == b""

    receiver = Recorder()
    async with peer.connected(receiver, talk) as transport:
        transport.pause_reading()
        transport.close()
        assert await receiver.lost() is None
    assert bytes(receiver.data) == b""


async def test_exception_in_the_receiver_ends_the_connection(peer: Peer) -> None:
    reports: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, report: reports.append(report.get("exception"))
    )

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"first")
        await reader.read()

    def fail(_: bytes) -> None:
        raise LookupError("of the receiver")

    receiver = Recorder()
    receiver.on_data = fail
    async with peer.connected(receiver, talk):
        await receiver.lost()
    assert [type(report) for report in reports] == [LookupError]


async def test_reset_by_the_peer() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    receiver = Recorder()
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, TLSSettings(), timeout=10)
        transport.write(b"x")
        assert isinstance(await receiver.lost(), ConnectionResetError)
    assert receiver.log == ["lost"]


# -- what goes wrong before there is a connection ----------------------------------------------------------


def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert isinstance(port, int)
        return port


async def test_nothing_listens() -> None:
    receiver = Recorder()
    with pytest.raises(ConnectionFailure, match="connection refused, nothing listens") as caught:
        await connect_tcp(target(unused_port()), receiver, TLSSettings(), timeout=10)
    assert caught.value.stage == "tcp"
    assert receiver.log == []


@pytest.mark.parametrize(
    ("host", "domain", "words"),
    [
        ("nobody.invalid", "nobody.invalid", "check the JID's domain|no DNS server answers"),
        ("nobody.invalid", "example.org", "server for example.org|no DNS server answers"),
        ("a" * 64 + ".invalid", "example.org", "server for example.org"),
    ],
)
async def test_unknown_host(host: str, domain: str, words: str) -> None:
    wanted = Target(host, 5222, direct_tls=False, domain=domain)
    with pytest.raises(DNSFailure, match=words) as caught:
        await connect_tcp(wanted, Recorder(), TLSSettings(), timeout=10)
    assert (caught.value.stage, caught.value.target) == ("dns", f"{host}:5222")


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    await reader.read()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)
    writer.transport.abort()


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.org ESMTP\r\n")
    await reader.read()


async def speak_xml(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)
    writer.write(b"<?xml version='1.0'?><stream:stream><stream:error><not-well-formed/></stream:error>")
    await reader.read()


async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await reader.read()


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (hang_up, "closed the connection during the TLS handshake"),
        (greet, "does not speak TLS on this port"),
        (speak_xml, "does not speak TLS on this port"),
        (speak_http, "does not speak TLS on this port"),
    ],
)
async def test_direct_tls_with_a_server_that_has_none(talk: Talk, words: str) -> None:
    receiver = Recorder()
    async with listening(talk) as port:
        with pytest.raises(TLSFailure, match=words) as caught:
            await connect_tcp(target(port, direct=True), receiver, TLSSettings(), timeout=10)
    assert (caught.value.stage, caught.value.target) == ("tls", f"127.0.0.1:{port}")
    assert receiver.log == []


async def test_server_that_hangs_in_tls() -> None:
    receiver = Recorder()
    async with listening(silent) as port:
        with pytest.raises(StageTimeout, match=r"no answer within 0\.2 s") as caught:
            await connect_tcp(target(port, direct=True), receiver, TLSSettings(), timeout=0.2)
    assert caught.value.stage == "tls"
    assert receiver.log == []


async def test_server_that_hangs_in_tcp() -> None:
    # A full queue of connections that nobody accepts: on Linux the next one gets no answer at all.
    with contextlib.ExitStack() as stack:
        busy = stack.enter_context(socket.socket())
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        port = busy.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        try:
            transport = await connect_tcp(target(port), Recorder(), TLSSettings(), timeout=0.3)
        except StageTimeout as error:
            assert error.stage == "tcp"
        except ConnectionFailure:
            pytest.skip("this system refuses connections beyond the queue")
        else:
            transport.abort()
            pytest.skip("this system takes connections beyond the queue")


async def test_settings_that_cannot_be_used_are_told_as_they_are(tmp_path: Path) -> None:
    settings = TLSSettings(ca_certs=tmp_path / "absent.pem")
    receiver = Recorder()
    async with listening(silent) as port:
        with pytest.raises(InvalidCABundle, match=r"absent\.pem"):
            await connect_tcp(target(port, direct=True), receiver, settings, timeout=10)
    assert receiver.log == []


async def test_cancelled_while_connecting(authority: Authority) -> None:
    receiver = Recorder()
    arrived = asyncio.Event()
    gone = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await reader.read()
        gone.set()

    async with listening(talk) as port:
        settings = TLSSettings(cadata=authority.pem)
        task = asyncio.create_task(connect_tcp(target(port, direct=True), receiver, settings, timeout=10))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            await gone.wait()
    assert receiver.log == []
