"""Connecting as slixmpp's programs do it: what ``connect()`` gives, and what they read of the connection."""

import socket
import ssl
from collections.abc import Iterator

import pytest

from helixmpp import ClientXMPP, as_slixmpp
from helixmpp.errors import ConnectionFailure, HelixError
from helixmpp.testing import Server

ACCOUNTS = {"juliet": "secret"}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nothing listens; it is held, so that nobody else gets it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_a_failure_is_false(hook: None, closed_port: int) -> None:
    xmpp = ClientXMPP("juliet@localhost", "secret")
    xmpp.auto_reconnect = False
    failures: list[HelixError] = []
    xmpp.add_event_handler("connection_failed", failures.append)
    assert await xmpp.connect("127.0.0.1", closed_port) is False
    assert [type(failure) for failure in failures] == [ConnectionFailure]
    xmpp.address = ("127.0.0.1", closed_port)
    with pytest.raises(ConnectionFailure):
        async with xmpp:
            pass
    await xmpp.aclose()


async def test_without_the_hook_it_raises(closed_port: int) -> None:
    xmpp = ClientXMPP("juliet@localhost", "secret")
    xmpp.auto_reconnect = False
    with pytest.raises(ConnectionFailure):
        await xmpp.connect("127.0.0.1", closed_port)
    await xmpp.aclose()


@pytest.mark.parametrize("hooked", [True, False])
async def test_a_session_is_true(hooked: bool) -> None:
    if hooked:
        as_slixmpp.install_as_slixmpp()
    try:
        async with Server(ACCOUNTS) as server:
            xmpp = server.client("juliet")
            assert await xmpp.connect(*xmpp.address) is True
            assert isinstance(xmpp.socket, ssl.SSLObject)
            assert xmpp.transport.get_extra_info("peername")[1] == xmpp.address[1]
            assert xmpp.transport.get_extra_info("nonsense", 5) == 5
            await xmpp.disconnect()
            await xmpp.aclose()
    finally:
        as_slixmpp.uninstall_as_slixmpp()
