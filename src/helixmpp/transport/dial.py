"""From a host's name to a socket that is connected: addresses, and happy eyeballs (RFC 8305).

asyncio can do it inside ``create_connection``, uvloop cannot; and here each address keeps its own error.
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import NamedTuple

from helixmpp.errors import ConnectionFailure
from helixmpp.transport.failures import no_connection, resolution_failure
from helixmpp.transport.interface import Target

__all__ = ["Address", "dial", "find_addresses", "interleave"]

_ATTEMPT_DELAY = 0.25  # seconds, RFC 8305 section 8 ("Connection Attempt Delay")

# A peer that has vanished is noticed also while nobody writes: first probe after a minute of silence, then
# every 20 s, gone after three. Options that a system does not know are left out.
_OPTIONS = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 60),
    (socket.IPPROTO_TCP, "TCP_KEEPALIVE", 60),  # the same on macOS
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 20),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
)


class Address(NamedTuple):
    """One address of a host, as ``getaddrinfo`` gives it."""

    family: int
    kind: int
    protocol: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


async def find_addresses(target: Target) -> list[Address]:
    """Find the addresses of the target's host, in the order in which they are to be tried.

    :raises DNSFailure: there are none.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:
        # UnicodeError: a label that is too long or empty.
        raise resolution_failure(error, target) from error
    return interleave(
        [
            Address(family, kind, protocol, sockaddr)
            for family, kind, protocol, _, sockaddr in found
            # A Python built without IPv6 gives such addresses as bytes, and cannot connect to them.
            if family != socket.AF_INET6 or socket.has_ipv6
        ]
    )


def interleave(addresses: Sequence[Address]) -> list[Address]:
    """Take one address of each family in turn, beginning with the first one's (RFC 8305 section 4)."""
    families: dict[int, list[Address]] = {}
    for address in addresses:
        families.setdefault(address.family, []).append(address)
    turns = chain.from_iterable(zip_longest(*families.values()))
    return [address for address in turns if address is not None]


async def dial(
    addresses: Sequence[Address], target: Target, *, delay: float = _ATTEMPT_DELAY
) -> socket.socket:
    """Connect to the first address that answers (RFC 8305 section 5).

    The next address is tried when the last one has failed or has not answered for ``delay`` seconds; those
    tried before go on. There is no deadline here: the caller cancels.

    :returns: a connected socket that does not block.
    :raises ConnectionFailure: none answered; the text has the reason of each.
    """
    waiting = list(addresses)
    pending: set[asyncio.Task[socket.socket]] = set()
    failed: list[tuple[str, OSError]] = []
    names: dict[asyncio.Task[socket.socket], str] = {}
    try:
        while waiting or pending:
            if waiting:
                address = waiting.pop(0)
                task = asyncio.create_task(_attempt(address))
                names[task] = str(address.sockaddr[0])
                pending.add(task)
            done, _ = await asyncio.wait(
                pending, timeout=delay if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                error = task.exception()
                if error is None:
                    pending.discard(task)
                    return task.result()
                pending.discard(task)
                if not isinstance(error, OSError):
                    raise error
                failed.append((names[task], error))
    finally:
        # Whoever comes second is not needed, also when it gets through at this very moment.
        for task in pending:
            task.add_done_callback(_close_late)
            task.cancel()
    raise (
        no_connection(failed, target)
        if failed
        else ConnectionFailure("the host has no address", stage="tcp", target=str(target))
    )


async def _attempt(address: Address) -> socket.socket:
    connection = socket.socket(address.family, address.kind, address.protocol)
    try:
        connection.setblocking(False)
        for level, name, value in _OPTIONS:
            option = getattr(socket, name, None)
            if option is not None:
                with contextlib.suppress(OSError):
                    connection.setsockopt(level, option, value)
        await asyncio.get_running_loop().sock_connect(connection, address.sockaddr)
    except BaseException:
        connection.close()
        raise
    return connection


def _close_late(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
