"""Connecting to a streamhost, and what addresses this machine has."""

import asyncio
import ipaddress
import socket
from typing import Final

from helixmpp.plugins.xep_0065.socks5 import Socks5Failure, request_connect
from helixmpp.plugins.xep_0065.stream import Connection

__all__ = ["connect_to", "local_addresses"]

# Addresses of documentation (RFC 5737, RFC 3849): a UDP socket that is "connected" sends nothing, and tells which
# of our addresses is the one towards the rest of the world.
_FAR_AWAY: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


async def connect_to(host: str, port: int, dstaddr: str, *, timeout: float, private: bool) -> Connection:
    """Connect to a streamhost and ask it for a bytestream.

    :param timeout: seconds for all of it.
    :param private: whether it may be at an address that is not of the public internet.
    :raises Socks5Failure: nobody is there, or it refuses; the message says why.
    """
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout):
            if not private:
                host = await _public_address(host, port)
            reader, writer = await asyncio.open_connection(host, port)
            await request_connect(reader, writer, dstaddr)
    except BaseException as error:
        if writer is not None:
            writer.transport.abort()
        if isinstance(error, TimeoutError):
            raise Socks5Failure(f"no answer within {timeout} seconds") from error
        # A peer chose the host: it may be no name at all (UnicodeError), or more than one call can take (ValueError).
        if isinstance(error, OSError | EOFError | ValueError) and not isinstance(error, Socks5Failure):
            raise Socks5Failure(f"{type(error).__name__}: {error}") from error
        raise
    return reader, writer


async def _public_address(host: str, port: int) -> str:
    # What is connected to is the address that was looked at, not the name: it may be another one a moment later.
    for *_, address in await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM):
        found = str(address[0])
        if ipaddress.ip_address(found.partition("%")[0]).is_global:
            return found
    raise Socks5Failure("the host has no address of the public internet (private_hosts)")


def local_addresses() -> list[str]:
    """The addresses under which others may reach this machine, if nothing stands between."""
    found: list[str] = []
    for family, far in _FAR_AWAY:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))
                address = str(probe.getsockname()[0])
        except OSError:
            continue
        if not ipaddress.ip_address(address.partition("%")[0]).is_link_local:
            found.append(address)
    return found
