"""Whole sessions through a proxy that the setting ``proxy`` names, and what is told where it is of no help."""

import asyncio
import logging
import sys
from contextlib import ExitStack

import pytest

from helixmpp import ClientXMPP
from helixmpp.errors import ConnectionFailure, StageTimeout
from helixmpp.testing import Server
from helixmpp.transport import ProxySettings, Target
from helixmpp.transport.proxy import ProxyKind
from tests.transport.proxies import HTTP_DONE, SOCKS4_DONE, SOCKS5_DONE, Proxy
from tests.transport.servers import listening
from tests.transport.stuck import closed_port

DONE: dict[ProxyKind, bytes] = {"socks5": SOCKS5_DONE, "socks4a": SOCKS4_DONE, "http": HTTP_DONE}
# Of the JID, and known to no DNS (RFC 6761 section 6.4): whoever finds the server has it from the proxy.
DOMAIN = "xmpp.invalid"
ACCOUNTS = {"alice": "secret"}


def client(server: Server, proxy: str, *, direct_tls: bool = False) -> ClientXMPP:
    xmpp = server.client("alice", direct_tls=direct_tls)
    xmpp.address = ("", 0)  # where the domain is, and not where the server is known to listen
    xmpp.proxy = proxy
    return xmpp


@pytest.mark.parametrize("direct_tls", [False, True])
@pytest.mark.parametrize(
    ("kind", "login"),
    [
        ("socks5", ""),
        ("socks5", "me:open%20sesame@"),
        ("socks5", "me:%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C@"),
        ("socks4a", "me@"),
        ("http", ""),
        ("http", "me:open%20sesame@"),
    ],
)
async def test_a_session(
    kind: ProxyKind, login: str, direct_tls: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Server(accounts=ACCOUNTS, domain=DOMAIN) as server:
        proxy = Proxy(kind, server.tls_port if direct_tls else server.port, DONE[kind])
        async with listening(proxy.talk) as port:
            url = f"{kind}://{login}127.0.0.1:{port}"
            settings = ProxySettings.from_url(url)
            if kind == "socks5" and settings.username is not None:
                proxy.login = (settings.username.encode(), (settings.password or "").encode())
            async with client(server, url, direct_tls=direct_tls) as alice:
                assert (await alice.get_roster())["type"] == "result"
                got = asyncio.create_task(alice.wait_until("message", 5))
                alice.send_message(alice.boundjid, "hello " * 10_000)  # more than one piece
                assert (await got)["body"] == "hello " * 10_000
                # And again by the same way.
                again = asyncio.create_task(alice.wait_until("connected", 5))
                alice.reconnect()
                await again
                assert (await alice.get_roster())["type"] == "result"
    assert len(proxy.asked) == 2
    place = DOMAIN.encode()
    assert all(place in request for request in proxy.asked)
    if settings.password:
        assert settings.password not in caplog.text


@pytest.mark.parametrize("kind", DONE)
async def test_the_next_target(kind: ProxyKind, caplog: pytest.LogCaptureFixture) -> None:
    """Where the proxy cannot reach the first one."""

    class Aimed(ClientXMPP):
        async def connection_targets(self, host: str, port: int) -> list[Target]:
            return [
                Target(f"{name}.invalid", 5222, direct_tls=False, domain=DOMAIN)
                for name in ("first", "second")
            ]

    async with Server(accounts=ACCOUNTS, domain=DOMAIN) as server:
        proxy = Proxy(kind, server.port, DONE[kind], unreachable=b"first")
        async with listening(proxy.talk) as port:
            alice = Aimed(server.jid("alice"), ACCOUNTS["alice"])
            alice.ca_certs = server.ca_certs
            alice.proxy = f"{kind}://127.0.0.1:{port}"
            async with alice:
                assert (await alice.get_roster())["type"] == "result"
    assert len(proxy.asked) == 2
    assert b"first.invalid" in proxy.asked[0]
    assert b"second.invalid" in proxy.asked[1]
    (warning,) = [record.getMessage() for record in caplog.records if "no session with" in record.msg]
    assert f"proxy (first.invalid:5222): the proxy {kind}://127.0.0.1:{port}: " in warning


async def test_a_proxy_that_is_not_there() -> None:
    async with Server(accounts=ACCOUNTS, domain=DOMAIN) as server:
        with ExitStack() as sockets:
            alice = client(server, f"socks5://me:secret@127.0.0.1:{closed_port(sockets)}")
            alice.auto_reconnect = False
            with pytest.raises(ConnectionFailure, match=r"the proxy .* connection refused") as caught:
                await alice.connect()
            await alice.aclose()
    assert (caught.value.stage, caught.value.target) == ("proxy", f"{DOMAIN}:5222")


@pytest.mark.parametrize("kind", DONE)
async def test_a_silent_proxy(kind: ProxyKind) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with Server(accounts=ACCOUNTS, domain=DOMAIN) as server, listening(talk) as port:
        alice = client(server, f"{kind}://127.0.0.1:{port}")
        alice.auto_reconnect = False
        alice.connect_timeout = 0.2
        with pytest.raises(StageTimeout) as caught:
            await alice.connect()
        await alice.aclose()
    assert (caught.value.stage, caught.value.target) == ("proxy", f"{DOMAIN}:5222")


async def test_giving_up_while_the_proxy_is_silent() -> None:
    asked = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        asked.set()
        await reader.read()

    # That listening() ends says that the connection to the proxy has been closed.
    async with Server(accounts=ACCOUNTS, domain=DOMAIN) as server, listening(talk) as port:
        alice = client(server, f"socks5://127.0.0.1:{port}")
        attempt = alice.connect()
        await asyncio.wait_for(asked.wait(), 5)
        await asyncio.wait_for(alice.disconnect(), 2)
        with pytest.raises(ConnectionError):
            await attempt
        await alice.aclose()


async def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told at once, and not tried again: nothing changes by that."""
    # Python's own way to say that there is no such module.
    monkeypatch.setitem(sys.modules, "python_socks", None)
    monkeypatch.delitem(sys.modules, "helixmpp.transport.tunnel", raising=False)
    async with Server(accounts=ACCOUNTS, domain=DOMAIN) as server:
        alice = client(server, "socks5://127.0.0.1:1")
        ended = asyncio.create_task(alice.wait_until("disconnected", 5))
        with pytest.raises(ImportError, match=r"pip install 'helixmpp\[proxy\]'"):
            await alice.connect()
        await ended
        assert not alice.is_connecting()
        await alice.aclose()
