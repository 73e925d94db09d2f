"""Proxies for tests: they note what is asked of them, and connect to a port on 127.0.0.1 whatever it is."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from helixmpp.transport.proxy import ProxyKind

# What they answer, byte by byte, so that no answer comes in one piece.
SOCKS5_DONE = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x12\x34"
SOCKS4_DONE = b"\x00\x5a\x12\x34\x7f\x00\x00\x01"
HTTP_DONE = b"HTTP/1.1 200 Connection established\r\nProxy-Agent: t\r\nContent-Length: 5\r\n\r\n"
# And where they cannot reach the server.
_FAILED: Mapping[ProxyKind, bytes] = {
    "socks5": b"\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00",
    "socks4a": b"\x00\x5b\x00\x00\x00\x00\x00\x00",
    "http": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
}


@dataclass
class Proxy:
    """A proxy that speaks one protocol.

    :param port: where it really connects to.
    :param done: its answer when it has.
    :param login: what SOCKS5 wants of a client: the user name and the password.
    :param unreachable: whoever asks for a host with this in its name is told that it cannot be reached.
    """

    kind: ProxyKind
    port: int
    done: bytes
    login: tuple[bytes, bytes] | None = None
    unreachable: bytes | None = None
    asked: list[bytes] = field(default_factory=list[bytes])

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self.kind:
            case "socks5":
                if not await self._socks5(reader, writer):
                    return
            case "socks4a":
                head = await reader.readexactly(8)
                user = await reader.readuntil(b"\0")
                name = await reader.readuntil(b"\0") if head[4:] == b"\0\0\0\1" else b""
                self.asked.append(head + user + name)
            case "http":
                self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        if self.unreachable is not None and self.unreachable in self.asked[-1]:
            await drip(writer, _FAILED[self.kind])
            return
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
        await drip(writer, self.done)
        await asyncio.gather(_pipe(reader, server_writer), _pipe(server_reader, writer))

    async def _socks5(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        version, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        assert version == 5
        if self.login is None:
            await drip(writer, b"\x05\x00")
        elif 2 not in methods:
            await drip(writer, b"\x05\xff")
            return False
        else:
            await drip(writer, b"\x05\x02")
            version, size = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = version == 1 and (user, password) == self.login
            await drip(writer, b"\x01" + bytes([not good]))
            if not good:
                return False
        head = await reader.readexactly(4)
        if head[3] == 3:
            length = await reader.readexactly(1)
            self.asked.append(head + length + await reader.readexactly(length[0] + 2))
        else:
            self.asked.append(head + await reader.readexactly((4 if head[3] == 1 else 16) + 2))
        return True


async def drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
