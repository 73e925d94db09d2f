"""Promise M: a server that hangs, at whatever stage, is given up in time, by its name, and the next one is tried."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from helixmpp import ClientXMPP
from helixmpp.errors import ConnectionFailure, StageTimeout
from helixmpp.stanza import IqTimeout
from helixmpp.testing import Server
from helixmpp.transport import Target
from tests.support.scripted import PROCEED, STARTTLS, STREAM, ScriptedServer, Wire, features, mechanisms

DOMAIN = "example.org"
DEADLINE = 0.2  # seconds; 15 by default
SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
MANAGEMENT = "<sm xmlns='urn:xmpp:sm:3'/>"

Script = Callable[[Wire], Awaitable[None]]


async def nothing(wire: Wire) -> None:
    await wire.rest()


async def header(wire: Wire) -> None:
    await wire.expect(b">")
    await wire.say(STREAM)


async def starttls(wire: Wire) -> None:
    await header(wire)
    await wire.say(features(STARTTLS))


async def handshake(wire: Wire) -> None:
    await starttls(wire)
    await wire.expect(b"<starttls")
    await wire.say(PROCEED)


async def within_tls(wire: Wire) -> None:
    await wire.upgrade()


async def features_within_tls(wire: Wire) -> None:
    await wire.upgrade()
    await wire.say(STREAM)


async def sasl(wire: Wire) -> None:
    await wire.upgrade()
    await wire.say(STREAM + features(mechanisms("PLAIN")))
    await wire.expect(b"<auth")


async def restarted(wire: Wire) -> None:
    await sasl(wire)
    await wire.say(SUCCESS)


async def restarted_with_a_header(wire: Wire) -> None:
    await restarted(wire)
    await wire.expect(b"<stream:stream")
    await wire.say(STREAM)


async def bind(wire: Wire) -> None:
    await restarted_with_a_header(wire)
    await wire.say(features(BIND))


async def enable(wire: Wire) -> None:
    await restarted_with_a_header(wire)
    await wire.say(features(BIND, MANAGEMENT))
    asked = await wire.expect(b"</iq>")
    request = re.search(rb"""<iq [^>]*id=['"]([^'"]+)""", asked)
    assert request is not None
    await wire.say(
        f"<iq type='result' id='{request[1].decode()}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
        f"<jid>alice@{DOMAIN}/x</jid></bind></iq>"
    )


HANGING: list[tuple[str, Script]] = [
    ("header", nothing),
    ("features", header),
    ("starttls", starttls),
    ("tls", handshake),
    ("header", within_tls),
    ("features", features_within_tls),
    ("sasl", sasl),
    ("header", restarted),
    ("features", restarted_with_a_header),
    ("bind", bind),
    ("management", enable),
]


class Elsewhere(ClientXMPP):
    """A client whose domain has the targets that a test names."""

    places: list[Target]

    async def connection_targets(self, host: str, port: int) -> list[Target]:
        return list(self.places)


def target(port: int, *, direct_tls: bool = False) -> Target:
    return Target(host="127.0.0.1", port=port, direct_tls=direct_tls, domain=DOMAIN)


def client(folder: Path, *authorities: Path) -> Elsewhere:
    """A client of Alice, in a hurry, that trusts all of these."""
    trusted = folder / "all.pem"
    trusted.write_bytes(b"".join(one.read_bytes() for one in authorities))
    xmpp = Elsewhere(f"alice@{DOMAIN}", "secret")
    xmpp.ca_certs = trusted
    xmpp.stage_timeout = DEADLINE
    xmpp.connect_timeout = DEADLINE
    xmpp.auto_reconnect = False
    return xmpp


@pytest.mark.parametrize(("stage", "script"), HANGING, ids=[script.__name__ for _, script in HANGING])
async def test_the_next_target_is_tried(
    stage: str, script: Script, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        ScriptedServer(script, tmp_path) as hanging,
        Server({"alice": "secret"}, domain=DOMAIN) as server,
    ):
        xmpp = client(tmp_path, hanging.ca_certs, server.ca_certs)
        xmpp.places = [target(hanging.port), target(server.port)]
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await xmpp.connect()
        # No stage before the one that hangs takes long; the deadline is each stage's own.
        assert DEADLINE * 0.9 < loop.time() - begin < DEADLINE + 3
        assert server.online == [xmpp.boundjid]
        told = [one.getMessage() for one in caplog.records if str(hanging.port) in one.getMessage()]
        assert any(f"{stage} (127.0.0.1:{hanging.port})" in one for one in told), told
        await xmpp.disconnect()
        await xmpp.aclose()


async def test_direct_tls_that_hangs(tmp_path: Path) -> None:
    async with (
        ScriptedServer(nothing, tmp_path) as hanging,
        Server({"alice": "secret"}, domain=DOMAIN) as server,
    ):
        xmpp = client(tmp_path, server.ca_certs)
        xmpp.places = [target(hanging.port, direct_tls=True), target(server.tls_port, direct_tls=True)]
        await xmpp.connect()
        assert server.online == [xmpp.boundjid]
        await xmpp.disconnect()
        await xmpp.aclose()


@pytest.mark.parametrize(("stage", "script"), HANGING, ids=[script.__name__ for _, script in HANGING])
async def test_with_no_other_target_the_error_says_where(stage: str, script: Script, tmp_path: Path) -> None:
    async with ScriptedServer(script, tmp_path) as hanging:
        xmpp = client(tmp_path, hanging.ca_certs)
        xmpp.places = [target(hanging.port)]
        with pytest.raises(ConnectionFailure) as caught:
            async with asyncio.timeout(DEADLINE + 5):
                await xmpp.connect()
        await xmpp.aclose()
    assert isinstance(caught.value, StageTimeout)
    assert (caught.value.stage, caught.value.target) == (stage, f"127.0.0.1:{hanging.port}")


async def test_a_roster_that_never_comes() -> None:
    async with Server({"alice": "secret"}, domain=DOMAIN) as server:
        xmpp = server.client("alice")
        xmpp.response_timeout = DEADLINE
        await xmpp.connect(*xmpp.address)
        server.hold("alice")
        with pytest.raises(IqTimeout):
            await xmpp.get_roster()
        server.release("alice")
        await xmpp.get_roster()  # the session is as good as before
        await xmpp.disconnect()
        await xmpp.aclose()
