"""The starter of the real Prosody: what it starts speaks XMPP, and it leaves nothing behind."""

import asyncio
import base64
import socket
import ssl
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Self

import pytest

from helixmpp.testing.prosody import Prosody, ProsodyFailed, ProsodyMissing

HEADER = (
    "<stream:stream xmlns='{ns}' xmlns:stream='http://etherx.jabber.org/streams' to='{to}' version='1.0'>"
)
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
SASL = "{urn:ietf:params:xml:ns:xmpp-sasl}"


class Wire:
    """A bare socket that speaks just enough to look at a server's stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, text: str, until: bytes) -> str:
        self.writer.write(text.encode())
        await self.writer.drain()
        async with asyncio.timeout(10):
            return (await self.reader.readuntil(until)).decode()

    async def features(self, domain: str) -> ET.Element:
        answer = await self.ask(HEADER.format(ns="jabber:client", to=domain), b"</stream:features>")
        return ET.fromstring(answer + "</stream:stream>")[0]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *unused: object) -> None:
        self.writer.close()
        await self.writer.wait_closed()


def trusting(server: Prosody) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(server.ca_file))


async def secured(server: Prosody, *, direct: bool) -> Wire:
    if direct:
        return Wire(
            *await asyncio.open_connection(
                server.host, server.tls_port, ssl=trusting(server), server_hostname=server.domain
            )
        )
    wire = Wire(*await asyncio.open_connection(server.host, server.port))
    features = await wire.features(server.domain)
    assert [child.tag for child in features] == ["{urn:ietf:params:xml:ns:xmpp-tls}starttls"]
    await wire.ask(STARTTLS, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    await wire.writer.start_tls(trusting(server), server_hostname=server.domain)
    return wire


def plain(user: str, password: str) -> str:
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    return f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"


@pytest.mark.parametrize("direct", [False, True], ids=["starttls", "direct-tls"])
async def test_it_offers_sasl_within_tls(prosody: Prosody, direct: bool) -> None:
    async with await secured(prosody, direct=direct) as wire:
        features = await wire.features(prosody.domain)
    mechanisms = {one.text for one in features.iter(f"{SASL}mechanism")}
    assert {"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"} <= mechanisms


@pytest.mark.parametrize(
    ("user", "password", "answer"),
    [
        ("alice", "secret-of-alice", b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"),
        ("alice", "secret-of-bob", b"</failure>"),
        ("nobody", "secret-of-alice", b"</failure>"),
    ],
)
async def test_accounts(prosody: Prosody, user: str, password: str, answer: bytes) -> None:
    async with await secured(prosody, direct=True) as wire:
        await wire.features(prosody.domain)
        assert await wire.ask(plain(user, password), answer)


async def test_an_account_made_while_it_runs_with_a_password_of_any_letters(prosody: Prosody) -> None:
    password = 'quote" back\\slash [[ü]] Ω %d'
    prosody.add_account("carol.o-1_é", password)
    async with await secured(prosody, direct=True) as wire:
        await wire.features(prosody.domain)
        assert await wire.ask(
            plain("carol.o-1_é", password), b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
        )


@pytest.mark.parametrize("user", ["", "Alice", "a b", "a@b", "a/b", "a\0b", "a\nb", "a:b"])
def test_an_account_name_that_would_never_be_found_is_refused(user: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="local part"):
        Prosody(folder=tmp_path).add_account(user, "secret")
    assert list(tmp_path.iterdir()) == []


async def test_the_port_for_components_answers(prosody: Prosody) -> None:
    header = HEADER.format(ns="jabber:component:accept", to="comp.test.example")
    async with Wire(*await asyncio.open_connection(prosody.host, prosody.component_port)) as wire:
        declaration = await wire.ask(header, b"?>")
        answer = await wire.ask("", b">")
    assert declaration == "<?xml version='1.0'?>"
    assert "from='comp.test.example'" in answer
    assert "jabber:component:accept" in answer


@pytest.mark.prosody
async def test_two_at_once_and_nothing_left_behind() -> None:
    async with Prosody() as one, Prosody(domain="other.example") as two:
        assert len({one.port, one.tls_port, two.port, two.tls_port}) == 4
        assert one.folder != two.folder
        for server in (one, two):
            assert server.is_running
            async with Wire(*await asyncio.open_connection(server.host, server.port)) as wire:
                assert len(await wire.features(server.domain)) == 1
    for server in (one, two):
        assert_nothing_is_left(server)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((server.host, server.port), timeout=1).close()


@pytest.mark.prosody
def test_without_a_loop_and_with_a_folder_that_stays(tmp_path: Path) -> None:
    server = Prosody(accounts={"alice": "secret"}, folder=tmp_path)
    with server:
        with pytest.raises(ProsodyFailed, match="runs already"):
            server.start()
        assert server.is_running
    server.stop()
    assert (server.data_folder / "test%2eexample" / "accounts" / "alice.dat").exists()
    assert "Activated service 'c2s'" in server.log_text()


@pytest.mark.prosody
async def test_a_bad_configuration_shows_its_log() -> None:
    server = Prosody(extra_config="this is not Lua")
    with pytest.raises(ProsodyFailed, match=r"exit code [1-9](?s:.)*prosody\.cfg\.lua"):
        async with server:
            pytest.fail("it started")
    assert not server.folder.exists()


@pytest.mark.prosody
async def test_not_ready_in_time() -> None:
    server = Prosody(timeout=0)
    with pytest.raises(ProsodyFailed, match="not ready in 0 s"):
        await server.__aenter__()
    assert_nothing_is_left(server)


@pytest.mark.prosody
async def test_cancelled_while_it_starts() -> None:
    server = Prosody()
    starting = asyncio.create_task(server.__aenter__())
    await asyncio.sleep(0)
    assert server.is_running
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert_nothing_is_left(server)


@pytest.mark.prosody
async def test_a_port_that_somebody_takes_first_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()
        taken = thief.getsockname()[1]
        first: list[list[int]] = []

        def ports(count: int) -> list[int]:
            first.append([taken, *free(count - 1)] if not first else free(count))
            return first[-1]

        monkeypatch.setattr("helixmpp.testing.prosody.free_ports", ports)
        async with Prosody() as server:
            assert len(first) == 2
            assert server.port == first[1][0] != taken


def assert_nothing_is_left(server: Prosody) -> None:
    assert not server.is_running
    assert not server.folder.exists()


def free(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    numbers = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return numbers


def test_a_missing_program_says_what_to_install() -> None:
    with pytest.raises(ProsodyMissing, match=r"no-such-prosody.*apt-get install prosody"):
        Prosody(program="no-such-prosody").start()
