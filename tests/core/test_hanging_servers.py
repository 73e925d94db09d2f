"""A server that goes silent is given up at the stage's deadline, with an error that names stage and target."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from helixmpp import ClientXMPP, ConnectionFailure
from helixmpp.errors import StageTimeout
from helixmpp.testing import Server
from tests.support.processes import inside
from tests.support.scripted import PROCEED, STARTTLS, STREAM, ScriptedServer, Wire, features, mechanisms


async def nothing(wire: Wire) -> None:
    await wire.rest()


async def header_only(wire: Wire) -> None:
    await wire.expect(b">")
    await wire.say(STREAM)


async def starttls_unanswered(wire: Wire) -> None:
    await wire.expect(b">")
    await wire.say(STREAM + features(STARTTLS))


async def no_handshake(wire: Wire) -> None:
    await starttls_unanswered(wire)
    await wire.expect(b"<starttls")
    await wire.say(PROCEED)


async def silent_within_tls(wire: Wire) -> None:
    await wire.upgrade()


async def sasl_unanswered(wire: Wire) -> None:
    await wire.upgrade()
    await wire.say(STREAM + features(mechanisms("SCRAM-SHA-256")))


STAGES: list[tuple[str, Callable[[Wire], Awaitable[None]]]] = [
    ("header", nothing),
    ("features", header_only),
    ("starttls", starttls_unanswered),
    ("tls", no_handshake),
    ("header", silent_within_tls),
    ("sasl", sasl_unanswered),
]


@pytest.mark.parametrize(("stage", "script"), STAGES, ids=lambda value: getattr(value, "__name__", value))
async def test_the_error_names_stage_and_target(
    stage: str, script: Callable[[Wire], Awaitable[None]], tmp_path: Path
) -> None:
    async with ScriptedServer(script, tmp_path) as server:
        xmpp = ClientXMPP("alice@example.org", "secret")
        xmpp.ca_certs = server.ca_certs
        xmpp.stage_timeout = 0.15
        xmpp.auto_reconnect = False
        with pytest.raises(StageTimeout) as caught:
            async with asyncio.timeout(5):
                await xmpp.connect(server.host, server.port)
        await xmpp.aclose()
    assert caught.value.stage == stage
    assert caught.value.target == f"127.0.0.1:{server.port}"
    assert str(caught.value).startswith(f"{stage} (127.0.0.1:{server.port}): ")


async def test_an_attempt_can_be_given_up(tmp_path: Path) -> None:
    async with ScriptedServer(nothing, tmp_path) as server:
        xmpp = ClientXMPP("alice@example.org", "secret")
        attempt = asyncio.ensure_future(xmpp.connect(server.host, server.port))
        while not server.wires:  # noqa: ASYNC110 - the server sets no event
            await asyncio.sleep(0.005)
        assert xmpp.is_connecting()
        await asyncio.wait_for(xmpp.disconnect(), 2)
        assert not xmpp.is_connecting()
        with pytest.raises(ConnectionError):
            await attempt
        await xmpp.aclose()


async def test_a_failing_attempt_is_repeated_until_it_succeeds(unused_tcp_port: int) -> None:
    async with Server(accounts={"alice": "secret"}) as server:
        xmpp = server.client("alice")
        delays: list[float] = []

        def redirect_the_next_attempt(delay: float) -> None:
            delays.append(delay)
            # As if the server had come up on the port in the meantime.
            vars(inside(xmpp, "_connector_"))["_address"] = (server.host, server.port)

        xmpp.add_event_handler("reconnect_delay", redirect_the_next_attempt)
        xmpp.reconnect_delay = 0.01
        started = asyncio.ensure_future(xmpp.wait_until("session_start", 5))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionFailure):
            await xmpp.connect("127.0.0.1", unused_tcp_port)
        await started
        assert len(delays) == 1
        await xmpp.aclose()


async def test_a_program_in_the_older_style(tmp_path: Path) -> None:
    """The client is made and told to connect before its loop runs."""

    def program(host: str, port: int, ca_certs: Path) -> list[str]:
        loop = asyncio.new_event_loop()
        xmpp = ClientXMPP("alice@test.example", "secret")
        xmpp.loop = loop
        xmpp.ca_certs = ca_certs
        seen: list[str] = []

        async def start(data: object) -> None:
            seen.append("started")
            await xmpp.get_roster()
            xmpp.disconnect()

        xmpp.add_event_handler("session_start", start)
        xmpp.add_event_handler("disconnected", lambda reason: seen.append("disconnected"))
        xmpp.connect(host, port)
        xmpp.process()
        loop.run_until_complete(xmpp.aclose())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        return seen

    async with Server(accounts={"alice": "secret"}) as server:
        assert await asyncio.to_thread(program, server.host, server.port, server.ca_certs) == [
            "started",
            "disconnected",
        ]
