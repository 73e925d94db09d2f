"""Promise N for a whole client: a first target that is no good, in many ways, and a session on the next one.

DNS names the targets (:mod:`tests.transport.nameserver`), the good one is the server of :mod:`helixmpp.testing`.
What the transport alone makes of bad targets stands in ``tests/transport/test_bad_targets.py``.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

import dns.asyncresolver
import pytest

from helixmpp import ClientXMPP
from helixmpp.errors import (
    CertificateError,
    ConnectionFailure,
    DNSFailure,
    StageTimeout,
    StreamFailure,
    TLSFailure,
)
from helixmpp.testing import Server
from helixmpp.transport import Target, find_targets
from tests.support.scripted import (
    PROCEED,
    STARTTLS,
    STREAM,
    Script,
    ScriptedServer,
    Wire,
    features,
    mechanisms,
)
from tests.transport.ca import DAY, NOW, Authority, dns_name
from tests.transport.nameserver import Zone, nameserver
from tests.transport.servers import Talk, TLSServer, listening
from tests.transport.stuck import closed_port, stuck_port

ORG = "example.org"
AUTHORITY = Authority("an authority")
# Seconds for TCP, and for each stage of the negotiation; with a good server each takes a few milliseconds.
DEADLINE = 0.4
CLEAR, DIRECT = f"_xmpp-client._tcp.{ORG}", f"_xmpps-client._tcp.{ORG}"


class Places:
    """Where targets are set up; at the end every connection to one of them has to have been closed."""

    def __init__(self, servers: AsyncExitStack, sockets: ExitStack, folder: Path) -> None:
        self.servers = servers
        self.sockets = sockets
        self._folder = folder
        self._numbers = count()
        self._trusted = [AUTHORITY.pem.encode()]

    def folder(self) -> Path:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    async def scripted(self, script: Script, name: str = ORG) -> int:
        server = await self.servers.enter_async_context(ScriptedServer(script, self.folder(), names=(name,)))
        self._trusted.append(server.ca_certs.read_bytes())
        return server.port

    async def good(self) -> Server:
        server = await self.servers.enter_async_context(Server(accounts={"alice": "secret"}, domain=ORG))
        self._trusted.append(server.ca_certs.read_bytes())
        return server

    async def client(self, zone: Zone) -> ClientXMPP:
        """A client that trusts all of them, and that learns of them by DNS."""
        _, resolver = await self.servers.enter_async_context(nameserver(zone))
        authorities = self.folder() / "authorities.pem"
        authorities.write_bytes(b"".join(self._trusted))
        xmpp = Aimed(resolver)
        self.servers.push_async_callback(xmpp.aclose)
        xmpp.ca_certs = authorities
        xmpp.connect_timeout = xmpp.stage_timeout = DEADLINE
        xmpp.auto_reconnect = False
        return xmpp


@asynccontextmanager
async def places(folder: Path) -> AsyncGenerator[Places]:
    async with AsyncExitStack() as servers:
        with ExitStack() as sockets:
            yield Places(servers, sockets, folder)


class Draws:
    """What draws by weight (RFC 2782): always the least number that may come, or always the greatest."""

    def __init__(self, greatest: bool) -> None:
        self._greatest = greatest

    def randint(self, a: int, b: int, /) -> int:
        return b if self._greatest else a


class Aimed(ClientXMPP):
    """A client whose questions to DNS go to the test's nameserver."""

    def __init__(self, resolver: dns.asyncresolver.Resolver) -> None:
        super().__init__(f"alice@{ORG}", "secret")
        self._resolver = resolver
        self.draws = Draws(greatest=False)

    async def connection_targets(self, host: str, port: int) -> list[Target]:
        return await find_targets(ORG, resolver=self._resolver, random=self.draws)


async def in_session(xmpp: ClientXMPP) -> None:
    """There is a session, and the server answers in it."""
    assert await xmpp.connect()
    assert (await xmpp.get_roster())["type"] == "result"
    assert xmpp.boundjid.bare == f"alice@{ORG}"


def failed_targets(caplog: pytest.LogCaptureFixture) -> list[ConnectionFailure]:
    """The failures of which the log tells, one for each target that led to no session."""
    found: list[ConnectionFailure] = []
    for record in caplog.records:
        if record.msg == "no session with %s: %s" and isinstance(record.args, tuple):
            failure = record.args[1]
            assert isinstance(failure, ConnectionFailure)
            found.append(failure)
    return found


# -- what is wrong with the first one -----------------------------------------------------------------


async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def closes_after_the_first_words(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)


async def talks_garbage_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\xff\x00" * 2000)
    await reader.read()


async def answers_with_garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"\xff\x00" * 2000)
    await reader.read()


async def is_a_web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def stops_in_the_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"\x16\x03\x03\x00\x7a\x02")  # the beginning of a ServerHello
    await reader.read()


def in_clear_text(*parts: str) -> Script:
    async def script(wire: Wire) -> None:
        await wire.expect(b">")
        for part in parts:
            await wire.say(part)

    return script


def within_tls(*parts: str) -> Script:
    async def script(wire: Wire) -> None:
        await wire.upgrade()
        for part in parts:
            await wire.say(part)

    return script


async def no_handshake(wire: Wire) -> None:
    await in_clear_text(STREAM + features(STARTTLS))(wire)
    await wire.expect(b"<starttls")
    await wire.say(PROCEED)


async def garbage_for_a_handshake(wire: Wire) -> None:
    await no_handshake(wire)
    await wire.expect(b"\x16")
    await wire.say("garbage " * 100)


def stream_error(condition: str, place: str = "") -> str:
    namespace = "urn:ietf:params:xml:ns:xmpp-streams"
    return (
        f"{STREAM}<stream:error><{condition} xmlns='{namespace}'>{place}</{condition}></stream:error>"
        "</stream:stream>"
    )


Begin = Callable[[Places], Awaitable[int]]


async def refuses(where: Places) -> int:
    return closed_port(where.sockets)


async def does_not_accept(where: Places) -> int:
    return stuck_port(where.sockets)


def talking(talk: Talk) -> Begin:
    return lambda where: where.servers.enter_async_context(listening(talk))


def scripted(script: Script, name: str = ORG) -> Begin:
    return lambda where: where.scripted(script, name)


def with_certificate(name: str, *, until: datetime = NOW + DAY) -> Begin:
    """TLS from the start."""

    async def begin(where: Places) -> int:
        issued = AUTHORITY.issue([dns_name(name)], since=NOW - 9 * DAY, until=until)
        server = TLSServer(issued.server_context(where.folder()), direct=True)
        return await where.servers.enter_async_context(server.running())

    return begin


# Name, what it is, whether by direct TLS, and the error with its stage.
CASES: list[tuple[str, Begin, bool, type[ConnectionFailure], str]] = [
    ("refuses", refuses, False, ConnectionFailure, "tcp"),
    ("does not accept", does_not_accept, False, StageTimeout, "tcp"),
    ("says nothing", talking(says_nothing), False, StageTimeout, "header"),
    ("says nothing, direct TLS", talking(says_nothing), True, StageTimeout, "tls"),
    ("sends no features", scripted(within_tls(STREAM)), False, StageTimeout, "features"),
    (
        "leaves SASL unanswered",
        scripted(within_tls(STREAM + features(mechanisms("PLAIN")))),
        False,
        StageTimeout,
        "sasl",
    ),
    ("TLS hangs", scripted(no_handshake), False, StageTimeout, "tls"),
    ("TLS hangs, direct TLS", talking(stops_in_the_handshake), True, StageTimeout, "tls"),
    ("TLS is garbage", scripted(garbage_for_a_handshake), False, TLSFailure, "tls"),
    ("closes at once", talking(closes), False, ConnectionFailure, "header"),
    ("closes at once, direct TLS", talking(closes), True, TLSFailure, "tls"),
    ("closes after the header", talking(closes_after_the_first_words), False, ConnectionFailure, "header"),
    ("resets", talking(resets), False, ConnectionFailure, "header"),
    ("resets, direct TLS", talking(resets), True, TLSFailure, "tls"),
    ("talks garbage at once", talking(talks_garbage_at_once), False, ConnectionFailure, "stream"),
    ("answers with garbage", talking(answers_with_garbage), False, ConnectionFailure, "stream"),
    ("talks garbage, direct TLS", talking(talks_garbage_at_once), True, TLSFailure, "tls"),
    ("is a web server", talking(is_a_web_server), False, ConnectionFailure, "stream"),
    ("is a web server, direct TLS", talking(is_a_web_server), True, TLSFailure, "tls"),
    ("wrong certificate", scripted(within_tls(), "evil.example"), False, CertificateError, "tls"),
    ("wrong certificate, direct TLS", with_certificate("evil.example"), True, CertificateError, "tls"),
    (
        "expired certificate, direct TLS",
        with_certificate(ORG, until=NOW - DAY),
        True,
        CertificateError,
        "tls",
    ),
    ("offers no TLS", scripted(in_clear_text(STREAM + features())), False, TLSFailure, "features"),
    (
        "host-unknown in clear text",
        scripted(in_clear_text(stream_error("host-unknown"))),
        False,
        StreamFailure,
        "features",
    ),
    ("host-unknown", scripted(within_tls(stream_error("host-unknown"))), False, StreamFailure, "features"),
    (
        "system-shutdown",
        scripted(within_tls(stream_error("system-shutdown"))),
        False,
        StreamFailure,
        "features",
    ),
    (
        "see-other-host in clear text",
        scripted(in_clear_text(stream_error("see-other-host", "127.0.0.1:1"))),
        False,
        StreamFailure,
        "features",
    ),
]


@pytest.mark.parametrize(
    ("begin", "direct", "kind", "stage"),
    [pytest.param(*case, id=name) for name, *case in CASES],
)
async def test_the_session_is_on_the_next_target(
    begin: Begin,
    direct: bool,
    kind: type[ConnectionFailure],
    stage: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()
    async with places(tmp_path) as where:
        first = await begin(where)
        second = await where.good()
        xmpp = await where.client(
            {
                DIRECT if direct else CLEAR: [f"1 0 {first} localhost."],
                # The other way to connect: the two kinds of records count as one set (XEP-0368).
                CLEAR if direct else DIRECT: [f"2 0 {second.port if direct else second.tls_port} localhost."],
            }
        )
        started = loop.time()
        await in_session(xmpp)
        assert loop.time() - started < DEADLINE + 2
        (failure,) = failed_targets(caplog)
        assert type(failure) is kind, failure
        assert (failure.stage, failure.target) == (stage, f"localhost:{first}")
        assert str(failure).startswith(f"{stage} (localhost:{first}): ")
    # Whatever it was, nothing of it reached the event loop's handler of exceptions.
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


async def test_a_host_that_does_not_exist(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with places(tmp_path) as where:
        good = await where.good()
        xmpp = await where.client({CLEAR: ["1 0 5222 nobody.invalid.", f"2 0 {good.port} localhost."]})
        xmpp.connect_timeout = 10  # the system's resolver may take its time to say no
        await in_session(xmpp)
    (failure,) = failed_targets(caplog)
    assert isinstance(failure, DNSFailure)
    assert (failure.stage, failure.target) == ("dns", "nobody.invalid:5222")


async def test_a_silent_target_of_the_same_priority_costs_a_quarter_of_a_second(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    async with places(tmp_path) as where:
        silent = stuck_port(where.sockets)
        good = await where.good()
        xmpp = await where.client({CLEAR: [f"1 0 {silent} localhost.", f"1 9 {good.port} localhost."]})
        xmpp.connect_timeout = 15
        started = loop.time()
        await in_session(xmpp)
        assert 0.2 < loop.time() - started < 5
    assert failed_targets(caplog) == []


# -- where the server sends us -------------------------------------------------------------------------


async def test_a_redirect_leads_to_the_session(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with places(tmp_path) as where:
        good = await where.good()
        first = await where.scripted(within_tls(stream_error("see-other-host", f"127.0.0.1:{good.port}")))
        xmpp = await where.client({CLEAR: [f"1 0 {first} localhost."]})
        await in_session(xmpp)
    assert failed_targets(caplog) == []


async def test_a_redirect_to_nowhere_is_followed_by_the_next_target(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with places(tmp_path) as where:
        good = await where.good()
        nowhere = f"127.0.0.1:{closed_port(where.sockets)}"
        first = await where.scripted(within_tls(stream_error("see-other-host", nowhere)))
        xmpp = await where.client({CLEAR: [f"1 0 {first} localhost.", f"2 0 {good.port} localhost."]})
        await in_session(xmpp)
    (failure,) = failed_targets(caplog)
    assert (failure.stage, failure.target) == ("tcp", nowhere)


# -- which one is the next -----------------------------------------------------------------------------

# Priority and weight of each record, and the order in which their servers hear of us when the draw is always the
# least number, or always the greatest. The nameserver shuffles them.
ORDERS: list[tuple[list[str], list[int], list[int]]] = [
    (["30 0", "10 0", "20 0"], [1, 2, 0], [1, 2, 0]),
    (["1 0", "0 65535"], [1, 0], [1, 0]),
    # Of one priority: those of weight 0 are first in the list, and the running sum decides.
    (["5 1", "5 0"], [1, 0], [0, 1]),
    (["7 1", "5 1", "6 0", "5 0", "7 0"], [3, 1, 2, 4, 0], [1, 3, 2, 0, 4]),
]


@pytest.mark.parametrize("greatest", [False, True])
@pytest.mark.parametrize("order", ORDERS)
async def test_srv_order(
    order: tuple[list[str], list[int], list[int]], greatest: bool, tmp_path: Path
) -> None:
    records, *expected = order
    heard: list[int] = []

    def numbered(number: int) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if await reader.read(1000):  # not one that was late in the race for TCP
                heard.append(number)

        return talk

    async with places(tmp_path) as where:
        ports = [await talking(numbered(number))(where) for number in range(len(records))]
        good = await where.good()
        zone = [f"{record} {port} localhost." for record, port in zip(records, ports, strict=True)]
        xmpp = await where.client({CLEAR: [f"99 0 {good.port} localhost.", *zone]})
        vars(xmpp)["draws"] = Draws(greatest)
        await in_session(xmpp)
    assert heard == expected[greatest]


# -- no next one ----------------------------------------------------------------------------------------


async def test_all_are_bad(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with places(tmp_path) as where:
        bad = [
            await talking(closes_after_the_first_words)(where),
            await scripted(within_tls(), "evil.example")(where),
            await refuses(where),
        ]
        xmpp = await where.client({CLEAR: [f"{rank} 0 {port} localhost." for rank, port in enumerate(bad)]})
        told: list[object] = []
        xmpp.add_event_handler("connection_failed", told.append)
        with pytest.raises(ConnectionFailure) as caught:
            await xmpp.connect()
    failures = failed_targets(caplog)
    assert [failure.target for failure in failures] == [f"localhost:{port}" for port in bad]
    assert [failure.stage for failure in failures] == ["header", "tls", "tcp"]
    assert told == [caught.value] == failures[-1:]


@pytest.mark.parametrize(
    "zone", [{CLEAR: ["0 0 0 ."]}, {DIRECT: ["0 0 0 ."]}, {CLEAR: ["0 0 0 ."], DIRECT: ["0 0 0 ."]}]
)
async def test_a_domain_that_has_no_service(
    zone: Zone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with places(tmp_path) as where:
        xmpp = await where.client(zone)
        with pytest.raises(DNSFailure, match="offers no XMPP service") as caught:
            await xmpp.connect()
    assert (caught.value.stage, caught.value.target) == ("dns", ORG)
    assert failed_targets(caplog) == []  # nothing was even tried


async def test_a_domain_that_has_no_direct_tls(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with places(tmp_path) as where:
        good = await where.good()
        xmpp = await where.client({DIRECT: ["0 0 0 ."], CLEAR: [f"5 0 {good.port} localhost."]})
        await in_session(xmpp)
    assert failed_targets(caplog) == []
