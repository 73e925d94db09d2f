"""STARTTLS: after it is agreed on, not one clear-text byte is read or written (RFC 6120 section 5.4.3.1)."""

import asyncio
import ssl
from pathlib import Path

import pytest

from helixmpp.errors import CertificateError, InvalidTLSSettings, StateError, TLSFailure
from helixmpp.transport import TLSSettings, connect_tcp
from helixmpp.transport.tcp import TCPTransport
from tests.transport.ca import Authority, dns_name
from tests.transport.recorder import Recorder
from tests.transport.servers import PROCEED, STARTTLS, TLSServer, listening, target

ORG = "example.org"
INJECTED = b"<message from='mallory@example.org'><body>injected</body></message>"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("The test authority")


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return authority.issue([dns_name(ORG)]).server_context(tmp_path)


@pytest.mark.parametrize("paused", [False, True], ids=["reading", "paused"])
@pytest.mark.parametrize("moment", ["before it is awaited", "while it is awaited", "in the handshake"])
@pytest.mark.parametrize("tls_follows", [False, True], ids=["alone", "then TLS"])
async def test_promise_a_injected_clear_text(
    moment: str, paused: bool, tls_follows: bool, context: ssl.SSLContext, authority: Authority
) -> None:
    asked = asyncio.Event()
    sent = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(STARTTLS)
        writer.write(PROCEED)
        await asked.wait()
        if moment == "in the handshake":
            await reader.readexactly(1)
        writer.write(INJECTED)
        await writer.drain()
        sent.set()
        if tls_follows:
            await writer.start_tls(context)
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        transport.write(STARTTLS)
        await receiver.has(PROCEED)
        if paused:
            transport.pause_reading()
        begun = transport.start_tls(settings, ORG)
        asked.set()
        if moment == "before it is awaited":
            await sent.wait()
            for _ in range(5):
                await asyncio.sleep(0)
        with pytest.raises(TLSFailure, match=r"not TLS|clear text came") as caught:
            await begun
        assert await receiver.lost() is caught.value
        assert bytes(receiver.data) == PROCEED
        assert receiver.log.count("lost") == 1
        assert transport.tls is None


async def test_clear_text_that_came_before_and_was_held_back(authority: Authority) -> None:
    """The receiver pauses in the middle, and what lies behind must not pass for TLS afterwards."""
    go_on = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Before the receiver is told anything, both pieces are there.
        writer.write(PROCEED)
        await writer.drain()
        go_on.set()
        writer.write(INJECTED)
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        transport.pause_reading()
        await go_on.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        with pytest.raises(TLSFailure):
            await transport.start_tls(settings, ORG)
        await receiver.lost()
    assert receiver.log == ["lost"]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_promise_a_clear_text_that_the_loop_had_read_ahead(moment: str, authority: Authority) -> None:
    """Windows' loop may have a read under way when it is told to pause, and hand out its bytes later."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(PROCEED)
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        assert isinstance(transport, TCPTransport)
        await receiver.has(PROCEED)
        transport.pause_reading()
        if moment == "before":
            transport.wire().data_received(INJECTED)
        begun = transport.start_tls(settings, ORG)
        if moment == "after":
            transport.wire().data_received(INJECTED)
        with pytest.raises(TLSFailure, match="clear text came after STARTTLS") as caught:
            await begun
        assert await receiver.lost() is caught.value
    assert bytes(receiver.data) == PROCEED


async def test_bytes_read_ahead_wait_while_reading_is_paused() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"one")
        await reader.read()

    receiver = Recorder()
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, TLSSettings(), timeout=10)
        assert isinstance(transport, TCPTransport)
        await receiver.has(b"one")
        transport.pause_reading()
        transport.wire().data_received(b"two")
        transport.wire().data_received(b"three")
        assert bytes(receiver.data) == b"one"
        receiver.on_data = lambda _: transport.pause_reading()
        transport.resume_reading()
        await receiver.has(b"two")
        assert bytes(receiver.data) == b"onetwo"
        transport.resume_reading()
        await receiver.has(b"three")
        transport.abort()
        await receiver.lost()


async def test_no_byte_is_written_in_clear_text(context: ssl.SSLContext, authority: Authority) -> None:
    server = TLSServer(context, direct=False)
    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with server.running() as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        transport.write(STARTTLS)
        await receiver.has(PROCEED)
        begun = transport.start_tls(settings, ORG)
        with pytest.raises(StateError, match="while TLS is being agreed on"):
            transport.write(b"<auth/>")
        with pytest.raises(StateError, match="already"):
            await transport.start_tls(settings, ORG)
        await begun
        with pytest.raises(StateError, match="already"):
            await transport.start_tls(settings, ORG)
        transport.write(b"<auth/>")
        await receiver.has(b"<auth/>")
        transport.close()
        assert await receiver.lost() is None
    assert bytes(server.application) == b"<auth/>"


async def test_what_the_server_says_at_once_waits_for_the_machine(
    context: ssl.SSLContext, authority: Authority
) -> None:
    """Reading is paused by who asks for TLS, and the facts are told before the first byte."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(STARTTLS)
        writer.write(PROCEED)
        await writer.start_tls(context)
        writer.write(b"<hello/>")
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        transport.write(STARTTLS)
        await receiver.has(PROCEED)
        transport.pause_reading()
        await transport.start_tls(settings, ORG)
        for _ in range(20):
            await asyncio.sleep(0)
        assert bytes(receiver.data) == PROCEED
        transport.resume_reading()
        await receiver.has(b"<hello/>")
        transport.abort()
        await receiver.lost()


@pytest.mark.parametrize("end", ["abort", "close"])
async def test_ended_while_tls_is_being_agreed_on(end: str, authority: Authority) -> None:
    begun = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)  # TLS has begun, and nobody answers
        begun.set()
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        task = asyncio.ensure_future(transport.start_tls(settings, ORG))
        await begun.wait()
        getattr(transport, end)()
        with pytest.raises(TLSFailure, match="ended before TLS was there"):
            await task
        await receiver.lost()
    assert receiver.log == ["lost"]


async def test_cancelled_while_tls_is_being_agreed_on(authority: Authority) -> None:
    begun = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        begun.set()
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        task = asyncio.ensure_future(transport.start_tls(settings, ORG))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await receiver.lost()
    assert receiver.log == ["lost"]


@pytest.mark.parametrize("ours", [True, False], ids=["aborted", "hung up"])
async def test_ended_before_anybody_awaits(ours: bool, authority: Authority) -> None:
    asked = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked.wait()
        if not ours:
            writer.transport.abort()
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        begun = transport.start_tls(settings, ORG)
        if ours:
            transport.abort()
            asked.set()
            await receiver.lost()
        asked.set()
        with pytest.raises(TLSFailure):
            await begun
        await receiver.lost()
    assert receiver.log == ["lost"]


async def test_never_awaited(authority: Authority) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        task = asyncio.ensure_future(transport.start_tls(settings, ORG))
        task.cancel()  # before its first step
        transport.abort()
        assert await receiver.lost() is None
        assert task.cancelled()
    assert receiver.log == ["lost"]


async def test_peer_hangs_up_instead(authority: Authority) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        with pytest.raises(TLSFailure, match="closed the connection during the TLS handshake"):
            await transport.start_tls(settings, ORG)
        await receiver.lost()
    assert receiver.log == ["lost"]


async def test_connection_that_is_gone_already(authority: Authority) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pass

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        await receiver.lost()
        with pytest.raises(TLSFailure, match="ended before TLS was there"):
            await transport.start_tls(settings, ORG)
    assert receiver.log == ["eof", "lost"]


async def test_client_certificate(context: ssl.SSLContext, authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue([dns_name("me.example.org")], common="me")
    own, key = tmp_path / "own.pem", tmp_path / "own.key"
    own.write_text(issued.pem)
    key.write_text(issued.key_pem("secret"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority.pem)
    got: list[bytes | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(STARTTLS)
        writer.write(PROCEED)
        await writer.start_tls(context)
        got.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        writer.write(b"<welcome/>")
        await reader.read()

    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem, certfile=own, keyfile=key, password="secret")
    async with listening(talk) as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        transport.write(STARTTLS)
        await receiver.has(PROCEED)
        await transport.start_tls(settings, ORG)
        await receiver.has(b"<welcome/>")
        transport.abort()
        await receiver.lost()
    assert got == [issued.der]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (TLSSettings(keyfile="key.pem"), InvalidTLSSettings),
        (TLSSettings(), CertificateError),
    ],
)
async def test_failure_is_told_twice_and_is_the_same(
    settings: TLSSettings, error: type[Exception], context: ssl.SSLContext
) -> None:
    receiver = Recorder()
    async with TLSServer(context, direct=False).running() as port:
        transport = await connect_tcp(target(port), receiver, settings, timeout=10)
        transport.write(STARTTLS)
        await receiver.has(PROCEED)
        with pytest.raises(error) as caught:
            await transport.start_tls(settings, ORG)
        assert await receiver.lost() is caught.value
    assert receiver.log == ["data", "lost"]
