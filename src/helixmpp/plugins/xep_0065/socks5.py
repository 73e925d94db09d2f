"""The few messages of SOCKS5 (RFC 1928) that XEP-0065 section 5.3.2 uses, from both sides.

A library for SOCKS5 would do for the side that connects only, not for the one that listens, and it would have to be
installed for every bytestream: these are the messages of one method (no authentication), one command (CONNECT) and
one type of address (a domain name, which is a hash here).
"""

import asyncio
import re
from hashlib import sha1
from hmac import compare_digest
from typing import Final

from helixmpp.errors import HelixError
from helixmpp.jid import JID

__all__ = ["Socks5Failure", "accept_connect", "destination", "is_destination", "request_connect"]

_VERSION: Final = 5
_NO_AUTHENTICATION: Final = 0
_NO_METHOD: Final = 0xFF
_CONNECT: Final = 1
_DOMAIN_NAME: Final = 3
# The bytes of an address by its type: IPv4, IPv6.
_FIXED: Final = {1: 4, 4: 16}
_GRANTED: Final = 0
_NOT_ALLOWED: Final = 2
_NO_SUCH_COMMAND: Final = 7
_NO_SUCH_ADDRESS: Final = 8
_PORT: Final = b"\0\0"
_NO_ADDRESS: Final = b"\1\0\0\0\0" + _PORT  # IPv4 0.0.0.0

_HEX: Final = re.compile(r"[0-9A-Fa-f]{40}")


class Socks5Failure(HelixError, ConnectionError):
    """A SOCKS5 bytestream did not come about, or broke off; the message says where."""


def destination(sid: str, requester: JID | str, target: JID | str) -> str:
    """The DST.ADDR of a bytestream: SHA-1 over sid and both addresses as they were used (section 5.3.2)."""
    text = f"{sid}{JID(requester)}{JID(target)}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def is_destination(text: str) -> bool:
    """Whether a text can be a DST.ADDR."""
    return _HEX.fullmatch(text) is not None


async def request_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dstaddr: str) -> None:
    """Ask a streamhost for the bytestream of that hash.

    :raises Socks5Failure: it does not want to, or speaks something else.
    :raises OSError: the connection broke; as ``EOFError``: it was closed.
    """
    writer.write(bytes((_VERSION, 1, _NO_AUTHENTICATION)))
    version, method = await reader.readexactly(2)
    if version != _VERSION:
        raise Socks5Failure("the streamhost does not speak SOCKS5")
    if method != _NO_AUTHENTICATION:
        raise Socks5Failure("the streamhost wants a password, which XEP-0065 has none for")
    name = dstaddr.encode("ascii")
    writer.write(bytes((_VERSION, _CONNECT, 0, _DOMAIN_NAME, len(name))) + name + _PORT)
    version, reply, _, kind = await reader.readexactly(4)
    if version != _VERSION:
        raise Socks5Failure("the streamhost does not speak SOCKS5")
    if reply != _GRANTED:
        raise Socks5Failure(f"the streamhost refused the connection (SOCKS5 reply {reply})")
    # BND.ADDR and BND.PORT. They ought to be what was asked for; there are proxies that give their own address, and
    # nothing hangs on it.
    await _read_address(reader, kind)


async def accept_connect(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, expected: tuple[str, ...]
) -> str:
    """Answer a target that asks for a bytestream; give the hash that it asked for.

    :param expected: the hashes of the bytestreams that may be asked for.
    :raises Socks5Failure: it asked for something else, and was told so.
    :raises OSError: the connection broke; as ``EOFError``: it was closed.
    """
    version, count = await reader.readexactly(2)
    if version != _VERSION:
        raise Socks5Failure("who connected does not speak SOCKS5")
    methods = await reader.readexactly(count)
    if _NO_AUTHENTICATION not in methods:
        writer.write(bytes((_VERSION, _NO_METHOD)))
        raise Socks5Failure("who connected wants to authenticate")
    writer.write(bytes((_VERSION, _NO_AUTHENTICATION)))
    version, command, _, kind = await reader.readexactly(4)
    if version != _VERSION:
        raise Socks5Failure("who connected does not speak SOCKS5")
    name, port = await _read_address(reader, kind)
    refusal = _NO_SUCH_COMMAND if command != _CONNECT else _NO_SUCH_ADDRESS if kind != _DOMAIN_NAME else None
    asked = name.decode("ascii", "replace").lower()
    # Who guesses is not told by the time it takes how near the guess was.
    found = [known for known in expected if compare_digest(known.lower().encode(), asked.encode())]
    if refusal is None and not found:
        refusal = _NOT_ALLOWED
    # Section 5.3.2: BND.ADDR and BND.PORT are what was asked for.
    asked_for = bytes((_DOMAIN_NAME, len(name))) + name + port
    writer.write(
        bytes((_VERSION, refusal or _GRANTED, 0)) + (asked_for if kind == _DOMAIN_NAME else _NO_ADDRESS)
    )
    await writer.drain()
    if refusal is not None:
        raise Socks5Failure(f"who connected asked for no bytestream of ours (SOCKS5 reply {refusal})")
    return found[0]


async def _read_address(reader: asyncio.StreamReader, kind: int) -> tuple[bytes, bytes]:
    if kind == _DOMAIN_NAME:
        (size,) = await reader.readexactly(1)
    elif kind in _FIXED:
        size = _FIXED[kind]
    else:
        raise Socks5Failure("an address of an unknown type came by SOCKS5")
    return await reader.readexactly(size), await reader.readexactly(2)
