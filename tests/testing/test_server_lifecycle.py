"""The server's start and end, several at a time, and what a test can ask it."""

import asyncio
import gc
import ssl
import subprocess
import sys
import time
from contextlib import AsyncExitStack

import pytest

from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.stanza import Message
from helixmpp.testing import Exchanged, Server, ServerLimits
from tests.testing.rawclient import RawClient

ACCOUNTS = {"alice": "secret", "bob": "secret"}


async def test_start_is_fast() -> None:
    begin = time.perf_counter()
    async with Server(ACCOUNTS):
        assert time.perf_counter() - begin < 0.3


async def test_end_with_open_clients_at_every_stage() -> None:
    tasks = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        server = Server(ACCOUNTS, components={"comp.test.example": "x"})
        await server.start()
        folder = server.ca_certs.parent
        clients = [await stack.enter_async_context(RawClient(server)) for _ in range(6)]
        await clients[0].connect()
        await clients[1].connect(port=server.tls_port)  # TLS is expected and nothing comes
        await clients[2].connect(port=server.component_port)
        await clients[3].connect()
        await clients[3].open()
        await clients[4].secure()
        await clients[5].login("alice")
        ends = [asyncio.create_task(client.ended()) for client in (clients[3], clients[4], clients[5])]
        begin = time.perf_counter()
        await server.stop()
        assert time.perf_counter() - begin < 2
        assert await asyncio.gather(*ends) == ["system-shutdown"] * 3
        assert not folder.exists()
        assert server.online == []
    assert asyncio.all_tasks() == tasks
    del server, clients
    gc.collect()  # a socket or transport that was forgotten would warn here


async def test_end_while_clients_connect() -> None:
    server = Server(ACCOUNTS)
    await server.start()
    port = server.port
    attempts = [asyncio.create_task(asyncio.open_connection(server.host, port)) for _ in range(20)]
    await asyncio.sleep(0)
    await server.stop()
    for result in await asyncio.gather(*attempts, return_exceptions=True):
        if not isinstance(result, BaseException):
            reader, writer = result
            data = await asyncio.wait_for(reader.read(), 5)
            assert b"stream:features" not in data
            writer.close()
        else:
            assert isinstance(result, OSError)
    with pytest.raises(OSError):
        await asyncio.open_connection(server.host, port)


async def test_a_server_is_started_once() -> None:
    server = Server(ACCOUNTS)
    for ask in (lambda: server.port, lambda: server.tls_port, lambda: server.ca_certs):
        with pytest.raises(StateError):
            ask()
    async with server:
        with pytest.raises(StateError, match="once"):
            await server.start()
        with pytest.raises(StateError, match="component"):
            server.component_port  # noqa: B018 - it raises
    with pytest.raises(StateError):
        server.port  # noqa: B018 - it raises
    with pytest.raises(StateError):
        await server.start()
    await server.stop()  # a second time: nothing happens


async def test_a_start_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(ACCOUNTS, components={"comp.test.example": "x"})
    monkeypatch.setattr("helixmpp.testing.listening.HOST", "192.0.2.1")  # nobody's (RFC 5737)
    with pytest.raises(OSError):
        await server.start()
    assert not server.ca_certs.exists()


async def test_two_servers_at_a_time_know_nothing_of_each_other() -> None:
    async with Server(ACCOUNTS) as one, Server({"alice": "other"}) as two:
        assert len({one.port, one.tls_port, two.port, two.tls_port}) == 4
        async with RawClient(one) as first, RawClient(two) as second, RawClient(two) as third:
            await first.login("alice", "secret")
            await second.login("alice", "other")
            assert [str(jid) for jid in one.online] == [first.jid]
            assert [str(jid) for jid in two.online] == [second.jid]
            await third.connect()
            await third.open()
            third.server = one  # trusts the other authority
            with pytest.raises(ssl.SSLCertVerificationError):
                await third.starttls()


async def test_many_clients() -> None:
    names = [f"user{number}" for number in range(100)]
    async with Server(dict.fromkeys(names, "secret")) as server, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(RawClient(server)) for _ in names]
        for client, name in zip(clients, names, strict=True):
            await client.login(name, resource="x")
        assert len(server.online) == 100
        for client, name in zip(clients, [*names[1:], names[0]], strict=True):
            client.send(f"<message to='{name}@test.example/x'><body>{client.jid}</body></message>")
        for client in clients:
            await client.settle()
        assert len(server.received) == 200
        lines = [line.stanza for line in server.received if line.element.tag.endswith("message")]
        assert sorted(str(m["body"]) for m in lines if isinstance(m, Message)) == sorted(
            c.jid for c in clients
        )


# -- what a test can ask ----------------------------------------------------------------------------------------


async def test_addresses() -> None:
    accounts = {"Alice": "x", "bob@Other.Example": "y"}
    async with Server(accounts, domain="Bücher.Example", components={"comp.example": "z"}) as server:
        assert server.domain == "bücher.example"
        assert server.jid("alice") == JID("alice@bücher.example")
        assert server.jid("bob@other.example") == JID("bob@other.example")
        assert server.jid("comp.example") == JID("comp.example")
        with pytest.raises(LookupError, match=r"alice@bücher.example, bob@other.example, comp.example"):
            server.jid("bob")
        async with RawClient(server) as client:
            await client.login("alice", "x")
            assert client.jid.startswith("alice@bücher.example/")


async def test_accounts_that_come_later() -> None:
    async with Server(ACCOUNTS) as server:
        assert server.add_account("carol", "secret") == "carol@test.example"
        async with RawClient(server) as carol:
            await carol.login("carol")
            assert await carol.settle() == []
        with pytest.raises(ValueError, match="certificate"):
            server.add_account("dave@other.example", "secret")


async def test_transcript() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(transcript=3)) as server, RawClient(server) as alice:
        await alice.login("alice")
        assert len(server.sent) == len(server.received) == 0  # the negotiation, and passwords, are not in it
        alice.send("<message to='bob@test.example' type='chat' id='1'><body>hi</body></message>")
        line = await server.wait_received(lambda line: line.element.get("id") == "1")
        assert (str(line.jid), line.xml) == (
            alice.jid,
            '<message to="bob@test.example" type="chat" id="1"><body>hi</body></message>',
        )
        assert line.stanza["body"] == "hi"
        assert "hi" in repr(server.received)
        for _ in range(5):
            await alice.settle()
        assert len(server.sent) == len(server.received) == 3
        assert server.sent[-1].element.get("type") == "result"
        assert str(server.sent[-1].jid) == alice.jid
        server.sent.clear()
        assert list(server.sent) == []


async def test_waiting_for_a_stanza() -> None:
    def is_two(line: Exchanged) -> bool:
        return line.element.get("id") == "2"

    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        with pytest.raises(TimeoutError):
            await server.wait_received(is_two, timeout=0.01)
        waiting = asyncio.create_task(server.wait_received(is_two))
        for number in (1, 2, 2, 3):
            alice.send(f"<presence id='{number}'/>")
        assert (await waiting).element.get("id") == "2"
        assert (await server.wait_received(is_two)) is next(filter(is_two, server.received))


async def test_cut() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(RawClient(server)) for _ in range(3)]
        for client, resource in zip(clients, "abc", strict=True):
            await client.login("alice", resource=resource)
        await server.cut(JID("alice@test.example/b"))
        assert await clients[1].ended() == ""  # no footer, no error
        assert list(map(str, server.online)) == ["alice@test.example/a", "alice@test.example/c"]
        await server.cut("alice@test.example/a")
        await server.cut("alice")
        assert server.online == []
        for nobody in ("alice", "bob", "alice@test.example/a", JID("x@y.z"), "unheard-of"):
            with pytest.raises(StateError, match="no connection"):
                await server.cut(nobody)
        assert await clients[0].ended() == await clients[2].ended() == ""


def test_importing_the_package_costs_nothing() -> None:
    code = (
        "import sys, helixmpp.testing, helixmpp.testing.pytest_plugin as p; "
        "print([m for m in ('cryptography', 'helixmpp.core', 'helixmpp.xml', 'helixmpp.jid', 'ssl_') "
        "if m in sys.modules], p.MARKER[:11], sorted(set(dir(helixmpp.testing)) & {'Server', 'Exchanged'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[] xmpp_server ['Exchanged', 'Server']"


def test_unknown_name_of_the_package() -> None:
    import helixmpp.testing

    with pytest.raises(AttributeError, match="Sever"):
        helixmpp.testing.Sever  # noqa: B018 - it raises
