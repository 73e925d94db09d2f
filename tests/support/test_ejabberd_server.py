"""The starter of the real ejabberd: what it starts speaks XMPP, and it leaves nothing behind."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from helixmpp import AuthenticationFailed, ClientXMPP, ComponentXMPP
from helixmpp.stanza import Message
from helixmpp.stream import Authenticated
from tests.support.ejabberd import Ejabberd, needs_ejabberd

COMPONENT = "comp.test.example"


@pytest.fixture(scope="module")
def ejabberd() -> Iterator[Ejabberd]:
    with Ejabberd(
        {"alice": "secret ü \"'\\", "bob": "secret"}, {COMPONENT: "x"}, balancing={COMPONENT: ("random", 2)}
    ) as server:
        yield server


def client(server: Ejabberd, name: str, password: str | None = None) -> ClientXMPP:
    xmpp = ClientXMPP(f"{name}@{server.domain}", server.accounts[name] if password is None else password)
    xmpp.ca_certs = server.ca_file
    xmpp.address = (server.host, server.port)
    return xmpp


@needs_ejabberd
async def test_two_clients_talk(ejabberd: Ejabberd) -> None:
    async with client(ejabberd, "alice") as alice, client(ejabberd, "bob") as bob:
        came: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        bob.add_event_handler("message", came.set_result)
        alice.send_message(bob.boundjid, "hello")
        async with asyncio.timeout(10):
            assert (await came)["body"] == "hello"


@needs_ejabberd
async def test_channel_binding_of_a_type_that_it_does_not_tell(ejabberd: Ejabberd) -> None:
    xmpp = client(ejabberd, "alice")
    by: asyncio.Future[Authenticated] = asyncio.get_running_loop().create_future()
    xmpp.add_event_handler("auth_success", by.set_result)
    async with xmpp:
        offered = xmpp.plugin["feature_mechanisms"].mech_list
        assert any(name.endswith("-PLUS") for name in offered)
        # Once more: what was used the first time is not undercut.
        xmpp.reconnect()
        async with asyncio.timeout(10):
            await xmpp.disconnected
            await xmpp.session_bind_event.wait()
        assert by.result().mechanism in offered


@needs_ejabberd
async def test_a_wrong_password(ejabberd: Ejabberd) -> None:
    xmpp = client(ejabberd, "bob", "wrong")
    xmpp.auto_reconnect = False
    with pytest.raises(AuthenticationFailed):
        await xmpp.connect(ejabberd.host, ejabberd.port)
    await xmpp.aclose()


@needs_ejabberd
async def test_several_connections_share_the_domain_of_a_component(ejabberd: Ejabberd) -> None:
    got = [0, 0]
    enough = asyncio.Event()

    def counter(index: int) -> Callable[[Message], None]:
        def count(message: Message) -> None:
            got[index] += 1
            if sum(got) == 40:
                enough.set()

        return count

    async with client(ejabberd, "alice") as alice, AsyncExitStack() as stack:
        for index in range(2):
            component = ComponentXMPP(COMPONENT, "x", ejabberd.host, ejabberd.component_port)
            component.add_event_handler("message", counter(index))
            await stack.enter_async_context(component)
        for number in range(40):
            alice.send_message(f"x@{COMPONENT}", str(number))
        async with asyncio.timeout(10):
            await enough.wait()
    assert min(got) > 0


@needs_ejabberd
def test_nothing_is_left_behind() -> None:
    server = Ejabberd({"alice": "secret"})
    with server:
        folder, port = server.folder, server.port
        assert folder.exists()
        socket.create_connection((server.host, port)).close()
    assert not folder.exists()
    with pytest.raises(OSError):
        socket.create_connection((server.host, port)).close()
