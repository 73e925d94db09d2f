"""Promise N, as far as it is the transport's: a first target that is no good, in many ways, and a good second one."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from helixmpp.errors import CertificateError, ConnectionFailure, DNSFailure, StageTimeout, TLSFailure
from helixmpp.transport import Target, TLSSettings, Transport, connect_tcp, find_targets
from tests.transport.ca import NOW, Authority, dns_name
from tests.transport.nameserver import nameserver
from tests.transport.recorder import Recorder
from tests.transport.servers import Talk, TLSServer, listening
from tests.transport.stuck import closed_port, stuck_port

ORG = "example.org"
AUTHORITY = Authority("an authority")
TLS = TLSSettings(ca_certs=AUTHORITY.pem)

# Seconds for one target; the handshake with a good one takes a few milliseconds.
DEADLINE = 0.5


def direct(port: int, host: str = "127.0.0.1", priority: int = 0) -> Target:
    return Target(host, port, direct_tls=True, domain=ORG, priority=priority)


@asynccontextmanager
async def good(folder: Path) -> AsyncGenerator[int]:
    server = TLSServer(AUTHORITY.issue([dns_name(ORG)]).server_context(folder), direct=True)
    async with server.running() as port:
        yield port


async def in_use(transport: Transport, recorder: Recorder) -> None:
    """It leads to the good server, and the receiver hears of nothing but it."""
    transport.write(b"at last")
    await recorder.has(b"at last")
    transport.close()
    await recorder.lost()
    assert recorder.log.count("lost") == 1


# -- what is wrong with the first one -----------------------------------------------------------------


async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    while await reader.read(65536):
        pass


async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def closes_after_the_first_words(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)


async def talks_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\xff\x00" * 2000)
    await reader.read()


async def wants_starttls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"<stream:error><not-well-formed/></stream:error></stream:stream>")


async def is_a_web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def stops_in_the_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"\x16\x03\x03\x00\x7a\x02")  # the beginning of a ServerHello
    while await reader.read(65536):
        pass


Bad = Callable[[AsyncExitStack, ExitStack, Path], Awaitable[int]]


def talking(talk: Talk) -> Bad:
    async def begin(servers: AsyncExitStack, sockets: ExitStack, folder: Path) -> int:
        return await servers.enter_async_context(listening(talk))

    return begin


async def refused(servers: AsyncExitStack, sockets: ExitStack, folder: Path) -> int:
    return closed_port(sockets)


async def silent(servers: AsyncExitStack, sockets: ExitStack, folder: Path) -> int:
    return stuck_port(sockets)


def with_certificate(context: Callable[[Path], ssl.SSLContext]) -> Bad:
    async def begin(servers: AsyncExitStack, sockets: ExitStack, folder: Path) -> int:
        return await servers.enter_async_context(TLSServer(context(folder), direct=True).running())

    return begin


def wrong_name(folder: Path) -> ssl.SSLContext:
    return AUTHORITY.issue([dns_name("example.net")]).server_context(folder)


def expired(folder: Path) -> ssl.SSLContext:
    until = NOW - timedelta(days=1)
    return AUTHORITY.issue([dns_name(ORG)], since=until - timedelta(days=9), until=until).server_context(
        folder
    )


def of_a_stranger(folder: Path) -> ssl.SSLContext:
    return Authority("nobody").issue([dns_name(ORG)]).server_context(folder)


CASES: list[tuple[Bad, type[ConnectionFailure], str]] = [
    (refused, ConnectionFailure, "tcp"),
    (silent, StageTimeout, "tcp"),
    (talking(says_nothing), StageTimeout, "tls"),
    (talking(stops_in_the_handshake), StageTimeout, "tls"),
    (talking(closes), TLSFailure, "tls"),
    (talking(resets), TLSFailure, "tls"),
    (talking(closes_after_the_first_words), TLSFailure, "tls"),
    (talking(talks_garbage), TLSFailure, "tls"),
    (talking(wants_starttls), TLSFailure, "tls"),
    (talking(is_a_web_server), TLSFailure, "tls"),
    (with_certificate(wrong_name), CertificateError, "tls"),
    (with_certificate(expired), CertificateError, "tls"),
    (with_certificate(of_a_stranger), CertificateError, "tls"),
]


@pytest.mark.parametrize(("bad", "kind", "stage"), CASES)
async def test_next_target(bad: Bad, kind: type[ConnectionFailure], stage: str, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as servers:
        with ExitStack() as sockets:
            first = await bad(servers, sockets, tmp_path)
            second = await servers.enter_async_context(good(tmp_path))
            # As DNS has it: the bad one is the better one.
            zone = {f"_xmpps-client._tcp.{ORG}": [f"1 0 {first} localhost.", f"2 0 {second} localhost."]}
            _, resolver = await servers.enter_async_context(nameserver(zone))
            targets = await find_targets(ORG, resolver=resolver)
            assert targets == [direct(first, "localhost"), direct(second, "localhost")]
            recorder = Recorder()
            started = loop.time()
            with pytest.raises(kind) as caught:
                await connect_tcp(targets[0], recorder, TLS, timeout=DEADLINE)
            assert loop.time() - started < DEADLINE + 0.4
            assert (caught.value.stage, caught.value.target) == (stage, f"localhost:{first}")
            assert recorder.log == []
            await in_use(await connect_tcp(targets[1], recorder, TLS, timeout=5), recorder)


async def test_host_that_does_not_exist() -> None:
    with pytest.raises(DNSFailure, match=r"nobody\.invalid") as caught:
        await connect_tcp(direct(5223, "nobody.invalid"), Recorder(), TLS, timeout=5)
    assert caught.value.stage == "dns"


# -- targets of one priority are tried side by side (XEP-0495) ------------------------------------------


async def test_silent_target_costs_a_quarter_of_a_second(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    with ExitStack() as sockets:
        first = direct(stuck_port(sockets))
        async with good(tmp_path) as port:
            others = [direct(port), direct(1, "later.invalid", priority=1)]
            recorder = Recorder()
            started = loop.time()
            transport = await connect_tcp(first, recorder, TLS, timeout=15, alternatives=others)
            assert 0.2 < loop.time() - started < 5
            assert transport.target == direct(port)
            await in_use(transport, recorder)
    # The silent one may yet be good, and the other priority was not touched.
    assert others == [first, direct(1, "later.invalid")]


async def test_refusing_and_unknown_targets_cost_nothing(tmp_path: Path) -> None:
    with ExitStack() as sockets:
        first, unknown = direct(closed_port(sockets)), direct(5223, "nobody.invalid")
        async with good(tmp_path) as port:
            others = [unknown, direct(closed_port(sockets)), direct(port), direct(port, "localhost")]
            recorder = Recorder()
            transport = await connect_tcp(first, recorder, TLS, timeout=15, alternatives=others)
            assert transport.target == direct(port)
            await in_use(transport, recorder)
    assert first not in others
    assert direct(port) not in others
    assert direct(port, "localhost") in others


async def test_winner_with_a_wrong_certificate_is_out(tmp_path: Path) -> None:
    with ExitStack() as sockets:
        first = direct(stuck_port(sockets))
        async with TLSServer(wrong_name(tmp_path), direct=True).running() as wrong, good(tmp_path) as port:
            others = [direct(wrong), direct(port)]
            with pytest.raises(CertificateError) as caught:
                await connect_tcp(first, Recorder(), TLS, timeout=15, alternatives=others)
            assert caught.value.target == f"127.0.0.1:{wrong}"
            assert others == [first, direct(port)]


async def test_none_of_them_answers() -> None:
    with ExitStack() as sockets:
        first, second = direct(closed_port(sockets)), direct(closed_port(sockets))
        others = [second, direct(1, priority=1)]
        with pytest.raises(ConnectionFailure, match="refused") as caught:
            await connect_tcp(first, Recorder(), TLS, timeout=15, alternatives=others)
        assert str(second) in str(caught.value)
        assert others == [direct(1)]
        others = [direct(stuck_port(sockets)), direct(1, priority=1)]
        with pytest.raises(StageTimeout) as timed_out:
            await connect_tcp(
                direct(stuck_port(sockets)), Recorder(), TLS, timeout=DEADLINE, alternatives=others
            )
        assert timed_out.value.stage == "tcp"
        assert others == [direct(1)]
