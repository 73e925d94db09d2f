"""Promise A on the wire: a whole client against a server, or somebody on the path, that wants its password.

Each row says what the server does and which error the client ends with. In each of them not one credential byte
leaves the client, no session begins, and no stanza is believed.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.core.reconnect import stops
from helixmpp.errors import (
    AuthenticationFailed,
    CertificateError,
    ConnectionFailure,
    HelixError,
    StreamFailure,
    TLSFailure,
)
from tests.support.scripted import PROCEED, STARTTLS, STREAM, ScriptedServer, Wire, features, mechanisms

PASSWORD = "correct horse battery staple"
SECRETS = [
    PASSWORD.encode(),
    base64.b64encode(b"\0alice\0" + PASSWORD.encode()),
    base64.b64encode(PASSWORD.encode()),
]
MESSAGE = "<message from='eve@example.org' to='alice@example.org'><body>injected</body></message>"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"
SEE_OTHER = f"<stream:error><see-other-host xmlns='{STREAM_ERRORS}'>{{}}</see-other-host></stream:error>"


def says(*parts: str) -> Callable[[Wire], Awaitable[None]]:
    """A server that waits for the client's header and then says this, in clear text."""

    async def script(wire: Wire) -> None:
        await wire.expect(b">")
        for part in parts:
            await wire.say(part)

    return script


def after_starttls(*parts: str) -> Callable[[Wire], Awaitable[None]]:
    """A server that offers STARTTLS and answers it so."""

    async def script(wire: Wire) -> None:
        await wire.expect(b">")
        await wire.say(STREAM + features(STARTTLS))
        await wire.expect(b"<starttls")
        for part in parts:
            await wire.say(part)

    return script


def within_tls(*parts: str) -> Callable[[Wire], Awaitable[None]]:
    """A server that agrees on TLS and says this in it."""

    async def script(wire: Wire) -> None:
        await wire.upgrade()
        for part in parts:
            await wire.say(part)

    return script


SASL_NS = "urn:ietf:params:xml:ns:xmpp-sasl"
CASES: dict[str, tuple[Callable[[Wire], Awaitable[None]], type[HelixError]]] = {
    "no starttls, nothing at all": (says(STREAM + features()), TLSFailure),
    "no starttls, PLAIN": (says(STREAM + features(mechanisms("PLAIN"))), TLSFailure),
    "no starttls, SCRAM": (says(STREAM + features(mechanisms("SCRAM-SHA-256"))), TLSFailure),
    "no starttls, only ANONYMOUS": (says(STREAM + features(mechanisms("ANONYMOUS"))), TLSFailure),
    "no starttls, only LOGIN": (says(STREAM + features(mechanisms("LOGIN"))), TLSFailure),
    "no starttls, only bind": (says(STREAM + features(BIND)), TLSFailure),
    "starttls refused": (
        after_starttls("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        TLSFailure,
    ),
    "success instead of proceed": (after_starttls(f"<success xmlns='{SASL_NS}'/>"), TLSFailure),
    "a message instead of proceed": (after_starttls(MESSAGE), HelixError),
    "a message instead of features": (says(STREAM + MESSAGE), HelixError),
    "bytes behind proceed": (after_starttls(PROCEED + MESSAGE), TLSFailure),
    "features behind proceed": (
        after_starttls(PROCEED + STREAM + features(mechanisms("PLAIN"))),
        TLSFailure,
    ),
    "no TLS behind proceed": (after_starttls(PROCEED, "hello"), TLSFailure),
    "success before anything": (says(STREAM + f"<success xmlns='{SASL_NS}'/>"), HelixError),
    "redirected in clear text": (says(STREAM + SEE_OTHER.format("evil.example")), HelixError),
    "a stream error in clear text": (
        says(
            STREAM
            + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
        ),
        StreamFailure,
    ),
    "TLS, then only PLAIN-like mechanisms of others": (
        within_tls(STREAM + features(mechanisms("LOGIN", "X-OTHER"))),
        AuthenticationFailed,
    ),
    "TLS, then only ANONYMOUS": (
        within_tls(STREAM + features(mechanisms("ANONYMOUS"))),
        AuthenticationFailed,
    ),
    "TLS, then no SASL": (within_tls(STREAM + features(BIND)), AuthenticationFailed),
    "TLS, then a message before authentication": (within_tls(STREAM + MESSAGE), HelixError),
    "TLS, then success without SASL": (
        within_tls(STREAM + features(mechanisms("SCRAM-SHA-256")), f"<success xmlns='{SASL_NS}'/>"),
        AuthenticationFailed,
    ),
}


async def attempt(server: ScriptedServer, **settings: Any) -> tuple[Exception, list[str]]:
    """One attempt to connect; its error, and the events that there must be none of."""
    xmpp = ClientXMPP("alice@example.org", PASSWORD)
    xmpp.ca_certs = server.ca_certs
    xmpp.auto_reconnect = False
    for name, value in settings.items():
        setattr(xmpp, name, value)
    seen: list[str] = []
    for name in ("session_bind", "session_start", "message", "presence", "auth_success", "roster_update"):
        xmpp.add_event_handler(name, lambda data, name=name: seen.append(name))  # type: ignore[misc]  # mypy infers no lambda with a default
    try:
        with pytest.raises((HelixError, OSError)) as caught:
            async with asyncio.timeout(10):
                await xmpp.connect(server.host, server.port)
    finally:
        await xmpp.aclose()
    return caught.value, seen


@pytest.mark.parametrize("name", CASES)
async def test_promise_a_nothing_leaves_and_nothing_is_believed(name: str, tmp_path: Path) -> None:
    script, expected = CASES[name]
    async with ScriptedServer(script, tmp_path) as server:
        error, seen = await attempt(server)
        sent = server.sent_by_client()
    assert isinstance(error, expected), error
    assert seen == []
    for secret in SECRETS:
        assert secret not in sent
    if not name.startswith("TLS, then success without"):
        assert b"<auth" not in sent
    assert b"<message" not in sent
    assert b"<iq" not in sent
    if name == "a stream error in clear text":
        assert not stops(error)
    assert PASSWORD not in str(error)
    assert "injected" not in str(error)


async def test_promise_a_the_certificate_is_checked_before_the_stream_begins_again(tmp_path: Path) -> None:
    async with ScriptedServer(
        within_tls(STREAM + features(mechanisms("PLAIN"))), tmp_path, names=("evil.example",)
    ) as server:
        error, seen = await attempt(server)
        assert [wire.secured for wire in server.wires] == [b""]
    assert isinstance(error, CertificateError)
    assert "evil.example" in str(error)
    assert "example.org" in str(error)
    assert seen == []


async def test_promise_a_a_redirect_within_tls_is_followed_at_most_five_times(tmp_path: Path) -> None:
    async with ScriptedServer(within_tls(STREAM), tmp_path) as server:

        async def send_in_circles(wire: Wire) -> None:
            await wire.upgrade()
            await wire.say(STREAM + SEE_OTHER.format(f"127.0.0.1:{server.port}"))

        vars(server)["_script"] = send_in_circles
        error, seen = await attempt(server)
        assert len(server.wires) == 6  # the first, and five more
        sent = server.sent_by_client()
    assert isinstance(error, ConnectionFailure)
    assert seen == []
    assert all(secret not in sent for secret in SECRETS)


async def test_promise_a_a_redirect_does_not_change_whom_the_certificate_is_for(tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "good").mkdir()
    evil_script = within_tls(STREAM + features(mechanisms("PLAIN")))
    async with ScriptedServer(evil_script, tmp_path / "evil", names=("localhost", "evil.example")) as evil:
        async with ScriptedServer(
            within_tls(STREAM + SEE_OTHER.format(f"127.0.0.1:{evil.port}")), tmp_path / "good"
        ) as good:
            both = tmp_path / "both.pem"
            both.write_bytes(good.ca_certs.read_bytes() + evil.ca_certs.read_bytes())
            error, seen = await attempt(good, ca_certs=both)
        assert [wire.secured for wire in evil.wires] == [b""]
    assert isinstance(error, CertificateError)
    assert seen == []
