"""Reading a file for a peer, and writing what a peer sends; the disk is waited for in threads."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO, Final

from helixmpp.errors import HelixError
from helixmpp.plugins.xep_0095 import Bytestream

__all__ = ["FileTransferFailed", "Look", "look_at", "parts_of", "write_from"]

_AT_ONCE: Final = 65_536  # bytes


class FileTransferFailed(HelixError):
    """A file did not come through whole; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an offer says of a file: its size in bytes, and the MD5 hash that XEP-0096 has for it."""

    size: int
    hash: str


async def look_at(file: IO[bytes]) -> Look:
    """Read a file from its beginning to its end."""

    def read() -> Look:
        file.seek(0)
        # MD5 proves nothing about who wrote the file; it finds what broke on the way.
        md5, size = hashlib.md5(usedforsecurity=False), 0
        while data := file.read(_AT_ONCE):
            md5.update(data)
            size += len(data)
        return Look(size, md5.hexdigest())

    return await asyncio.to_thread(read)


async def parts_of(file: IO[bytes], offset: int, length: int) -> AsyncIterator[bytes]:
    """Read a part of a file, piece by piece."""
    await asyncio.to_thread(file.seek, offset)
    while length > 0:
        data = await asyncio.to_thread(file.read, min(_AT_ONCE, length))
        if not data:
            raise FileTransferFailed("the file has become shorter than it was when it was offered")
        length -= len(data)
        yield data


async def write_from(stream: Bytestream, file: IO[bytes], length: int, *, timeout: float, md5: str) -> None:
    """Write what comes by a stream.

    :param length: how many bytes are to come; no more are read.
    :param timeout: seconds between two of them.
    :param md5: the hash of them all; ``""`` when it is not known.
    :raises FileTransferFailed: there were fewer, none came in time, or they have another hash.
    :raises ConnectionError: the stream broke off.
    """
    digest = hashlib.md5(usedforsecurity=False)
    left = length
    while left > 0:
        try:
            async with asyncio.timeout(timeout):
                data = await stream.receive(min(left, _AT_ONCE))
        except TimeoutError:
            raise FileTransferFailed(
                f"nothing came for {timeout} seconds, {left} bytes are missing"
            ) from None
        if not data:
            raise FileTransferFailed(f"the stream ended, {left} bytes are missing")
        digest.update(data)
        left -= len(data)
        await asyncio.to_thread(file.write, data)
    if md5 and digest.hexdigest() != md5.lower():
        raise FileTransferFailed("the bytes that came are not those of the hash in the offer")
