"""The server with our own clients and components."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from helixmpp import AuthenticationFailed, BaseXMPP, ClientXMPP, ComponentXMPP, IqError
from helixmpp.testing import Server
from helixmpp.testing.sasl import MECHANISMS

ACCOUNTS = {"alice": "secret", "bob@other.example": "other"}
COMPONENT = "comp.test.example"


def next_event(xmpp: BaseXMPP, name: str) -> "asyncio.Future[Any]":
    """A future of the data of the next event."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def take(data: Any) -> None:
        if not future.done():
            future.set_result(data)

    xmpp.add_event_handler(name, take, disposable=True)
    return future


async def within(future: "asyncio.Future[Any]") -> Any:
    async with asyncio.timeout(10):
        return await future


@pytest.mark.parametrize("direct_tls", [True, False], ids=["direct TLS", "STARTTLS"])
@pytest.mark.parametrize("mechanism", [name for name in MECHANISMS if name != "ANONYMOUS"])
async def test_client_connects(mechanism: str, direct_tls: bool) -> None:
    async with Server(ACCOUNTS, mechanisms=[mechanism]) as server:
        client = server.client("alice", resource="desk", direct_tls=direct_tls)
        seen = next_event(client, "auth_success")
        async with client:
            assert isinstance(client, ClientXMPP)
            assert (await within(seen)).mechanism == mechanism
            assert client.boundjid == server.jid("alice").full + "/desk"
            assert server.online == [client.boundjid]
        assert server.online == []


async def test_best_mechanism_is_taken() -> None:
    async with Server(ACCOUNTS) as server:
        client = server.client("bob@other.example")
        seen = next_event(client, "auth_success")
        async with client:
            assert (await within(seen)).mechanism == "SCRAM-SHA-512-PLUS"
            assert client.boundjid.bare == "bob@other.example"


async def test_wrong_password() -> None:
    async with Server(ACCOUNTS) as server:
        with pytest.raises(AuthenticationFailed) as caught:
            async with server.client("alice", password="wrong"):
                pass
        assert caught.value.condition == "not-authorized"


async def test_who_is_not_there() -> None:
    async with Server(ACCOUNTS, components={COMPONENT: "x"}) as server:
        for make in (
            lambda: server.client("bob"),
            lambda: server.component("alice"),
            lambda: server.client(COMPONENT),
        ):
            with pytest.raises(LookupError):
                make()


async def test_client_and_component_talk() -> None:
    async with (
        Server(ACCOUNTS, components={COMPONENT: "hush"}) as server,
        server.component(COMPONENT) as component,
        server.client("alice") as alice,
    ):
        assert isinstance(component, ComponentXMPP)
        asked = next_event(component, "message")
        alice.send_message(f"bot@{COMPONENT}", "hello", mtype="chat")
        message = await within(asked)
        assert (message["from"], message["to"], message["body"]) == (
            alice.boundjid,
            f"bot@{COMPONENT}",
            "hello",
        )
        answered = next_event(alice, "message")
        component.send_message(alice.boundjid, "hi", mfrom=f"bot@{COMPONENT}")
        assert (await within(answered))["body"] == "hi"


async def test_roster_and_presence() -> None:
    async with Server(ACCOUNTS) as server:
        server.befriend("alice", "bob@other.example")
        async with server.client("alice") as alice, server.client("bob@other.example") as bob:
            await alice.get_roster()
            assert alice.client_roster["bob@other.example"]["subscription"] == "both"
            online: asyncio.Queue[Any] = asyncio.Queue()
            alice.add_event_handler("got_online", online.put_nowait)
            alice.send_presence()
            bob.send_presence()
            seen = {str((await within(asyncio.ensure_future(online.get())))["from"]) for _ in range(2)}
            assert seen == {str(alice.boundjid), str(bob.boundjid)}
            offline = next_event(alice, "got_offline")
            bob.auto_reconnect = False
            gone = bob.boundjid
            await server.cut(gone)
            server.expire(gone)
            assert (await within(offline))["from"] == gone


async def test_errors_of_the_server_reach_the_client() -> None:
    async with Server(ACCOUNTS) as server, server.client("alice") as alice:
        for to, condition in (
            ("nobody@test.example", "service-unavailable"),
            ("x@elsewhere.example", "remote-server-not-found"),
        ):
            with pytest.raises(IqError) as caught:
                await alice.make_iq_get("urn:x", ito=to).send()
            assert caught.value.condition == condition


async def test_client_that_was_cut_off_comes_back() -> None:
    async with Server(ACCOUNTS) as server, server.client("alice") as alice:
        again = next_event(alice, "session_resumed")
        await server.cut("alice")
        await within(again)
        assert server.online == [alice.boundjid]


async def test_anonymous_client() -> None:
    async with Server(ACCOUNTS, anonymous=True) as server:
        client = ClientXMPP(server.domain, anonymous=True)
        client.ca_certs = server.ca_certs
        client.address = (server.host, server.port)
        async with client:
            assert client.boundjid.domain == "test.example"
            assert client.boundjid.local.startswith("anonymous-")


ENDS: dict[str, Callable[[Server], Awaitable[None]]] = {
    "stop": lambda server: server.stop(),
    "cut": lambda server: server.cut("alice"),
}


@pytest.mark.parametrize("end", ENDS)
async def test_client_is_told_of_the_end(end: str) -> None:
    async with Server(ACCOUNTS) as server, server.client("alice") as alice:
        alice.auto_reconnect = False
        gone = next_event(alice, "disconnected")
        await ENDS[end](server)
        await within(gone)
