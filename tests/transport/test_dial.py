"""Happy eyeballs (RFC 8305): which address is tried when, and that no socket is left over."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from helixmpp.errors import ConnectionFailure, DNSFailure
from helixmpp.transport import LinkSettings, Target
from helixmpp.transport.addresses import Address, Candidates
from helixmpp.transport.dial import Dialed, dial
from tests.transport.servers import listening, target
from tests.transport.stuck import closed_port, stuck_port

LINK = LinkSettings()


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def local(*ports: int) -> Candidates:
    """A host with these "addresses"."""

    async def lookup(name: str, port: int, family: int) -> Sequence[Address]:
        if family != socket.AF_INET:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [Address(family, int(socket.SOCK_STREAM), 0, ("127.0.0.1", each)) for each in ports]

    return Candidates([Target("h.example", 5222, direct_tls=False, domain="example.org")], lookup=lookup)


async def dialed(candidates: Candidates, *, delay: float = 60) -> Dialed:
    async with asyncio.timeout(5):
        return await dial(candidates, target(5222), LINK, delay=delay)


async def test_next_address_after_a_refusal() -> None:
    with ExitStack() as stack:
        async with listening(talk) as port:
            # No waiting: a refused address makes way at once.
            found = await dialed(local(closed_port(stack), port))
            with found.connection as connection:
                assert connection.getpeername() == ("127.0.0.1", port)
                assert connection.gettimeout() == 0
                assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_next_address_while_one_is_silent() -> None:
    with ExitStack() as stack:
        stuck = stuck_port(stack)
        async with listening(talk) as port:
            found = await dialed(local(stuck, port), delay=0.01)
            with found.connection as connection:
                assert connection.getpeername() == ("127.0.0.1", port)


async def test_other_target_while_one_is_silent() -> None:
    with ExitStack() as stack:
        first = target(stuck_port(stack))
        async with listening(talk) as port:
            candidates = Candidates([first, target(port), target(closed_port(stack))])
            found = await dialed(candidates, delay=0.01)
            found.connection.close()
            assert found.target == target(port)
            # The first one might yet have answered; the last one was not tried.
            assert first in found.waiting
            assert target(port) not in found.waiting


async def test_cancelled() -> None:
    with ExitStack() as stack:
        stuck = stuck_port(stack)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await dial(local(stuck, stuck, stuck), target(stuck), LINK, delay=0.01)
        # A socket that is not closed would be reported as a ResourceWarning, which is an error here.
        await asyncio.sleep(0)


async def test_second_winner_is_closed() -> None:
    async with listening(talk) as port:
        found = await dialed(local(*[port] * 5), delay=0)
        found.connection.close()
        # Leaving listening() waits for all connections to end.


async def test_reasons_of_all_addresses() -> None:
    with ExitStack() as stack:
        first, second = closed_port(stack), closed_port(stack)
        unknown = Target("nobody.invalid", 1, direct_tls=False, domain="example.org")
        with pytest.raises(ConnectionFailure) as caught:
            await dial(Candidates([target(first), target(second), unknown]), target(first), LINK)
    words = str(caught.value)
    assert words.startswith(f"tcp (127.0.0.1:{first}): ")
    assert f"127.0.0.1:{first} (127.0.0.1): connection refused" in words
    assert f"127.0.0.1:{second} (127.0.0.1): connection refused" in words
    assert "nobody.invalid:1: " in words


async def test_one_reason_for_one_address() -> None:
    with ExitStack() as stack:
        port = closed_port(stack)
        with pytest.raises(ConnectionFailure) as caught:
            await dial(Candidates([target(port)]), target(port), LINK)
    assert str(caught.value) == f"tcp (127.0.0.1:{port}): connection refused, nothing listens on this port"


async def test_no_address() -> None:
    with pytest.raises(DNSFailure, match=r"unknown host h\.example") as caught:
        await dialed(local())
    assert caught.value.stage == "dns"
