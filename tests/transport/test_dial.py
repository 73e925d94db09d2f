"""Happy eyeballs (RFC 8305): which address is tried when, and that no socket is left over."""

import asyncio
import socket
from contextlib import ExitStack

import pytest

from helixmpp.errors import ConnectionFailure
from helixmpp.transport.dial import Address, dial, find_addresses, interleave
from tests.transport.servers import listening, target

V4, V6 = int(socket.AF_INET), int(socket.AF_INET6)


def address(host: str, port: int = 5222) -> Address:
    if ":" in host:
        return Address(V6, int(socket.SOCK_STREAM), 0, (host, port, 0, 0))
    return Address(V4, int(socket.SOCK_STREAM), 0, (host, port))


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        ([], []),
        (["::1", "::2", "::3", "1.1.1.1", "2.2.2.2"], ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"]),
        (["1.1.1.1", "2.2.2.2", "::1"], ["1.1.1.1", "::1", "2.2.2.2"]),
        (["1.1.1.1", "2.2.2.2"], ["1.1.1.1", "2.2.2.2"]),
    ],
)
def test_families_take_turns(given: list[str], ordered: list[str]) -> None:
    found = interleave([address(host) for host in given])
    assert [each.sockaddr[0] for each in found] == ordered


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


class Stuck:
    """An address that never answers: its queue of connections is full."""

    def __init__(self, stack: ExitStack) -> None:
        busy = stack.enter_context(socket.socket())
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        self.port = int(busy.getsockname()[1])
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        probe = stack.enter_context(socket.socket())
        probe.settimeout(0.1)
        try:
            probe.connect(("127.0.0.1", self.port))
        except TimeoutError:
            return
        except OSError:
            pass
        pytest.skip("this system answers also where the queue of connections is full")


async def test_next_address_after_a_refusal() -> None:
    async with listening(talk) as port:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # nobody listens there
            closed = taken.getsockname()[1]
            # No waiting: a refused address makes way at once.
            found = await dial(
                [address("127.0.0.1", closed), address("127.0.0.1", port)], target(port), delay=60
            )
        assert found.getpeername() == ("127.0.0.1", port)
        assert found.gettimeout() == 0
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        found.close()


async def test_next_address_while_one_is_silent() -> None:
    with ExitStack() as stack:
        stuck = Stuck(stack)
        async with listening(talk) as port:
            addresses = [address("127.0.0.1", stuck.port), address("127.0.0.1", port)]
            async with asyncio.timeout(5):
                found = await dial(addresses, target(port), delay=0.01)
            assert found.getpeername() == ("127.0.0.1", port)
            found.close()


async def test_cancelled() -> None:
    with ExitStack() as stack:
        stuck = Stuck(stack)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await dial([address("127.0.0.1", stuck.port)] * 3, target(stuck.port), delay=0.01)
        # A socket that is not closed would be reported as a ResourceWarning, which is an error here.
        await asyncio.sleep(0)


async def test_second_winner_is_closed() -> None:
    async with listening(talk) as port:
        addresses = [address("127.0.0.1", port)] * 5
        found = await dial(addresses, target(port), delay=0)
        found.close()
        # Leaving listening() waits for all connections to end.


async def test_reasons_of_all_addresses() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
        with pytest.raises(ConnectionFailure) as caught:
            await dial([address("127.0.0.1", port), address("::1", port)], target(port))
    words = str(caught.value)
    assert words.startswith(f"tcp (127.0.0.1:{port}): ")
    assert "connection refused" in words
    assert "::1" in words


async def test_no_address() -> None:
    with pytest.raises(ConnectionFailure, match="no address"):
        await dial([], target(5222))


async def test_addresses_of_the_machine_itself() -> None:
    found = await find_addresses(target(5222))
    assert [each.sockaddr for each in found] == [("127.0.0.1", 5222)]
