"""The bare socket that python-socks speaks with a proxy over, before it becomes a plain connection.

Not one byte more is read than belongs to the proxy's answer: what comes behind it is the server's.
"""

import asyncio
import re
import socket

__all__ = ["Conversation", "ProxyRefusal"]

_HEAD_END = b"\r\n\r\n"
_MAX_HEAD = 8_192  # bytes of an HTTP answer's head
_MAX_HEADS = 4
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([1-5][0-9]{2})[ \r]")


class ProxyRefusal(Exception):
    """The proxy does not connect us; the text says why, in our words."""


class Conversation:
    """Reads and writes a connected socket that does not block; there is no deadline but the caller's.

    It has the methods of the streams of python-socks, and takes their place.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()

    async def write(self, data: bytes) -> None:
        """Send everything."""
        await self._loop.sock_sendall(self._connection, data)

    async def read_exactly(self, size: int) -> bytes:
        """Read so many bytes.

        :raises ProxyRefusal: the proxy closed the connection before.
        """
        heard = bytearray()
        while len(heard) < size:
            data = await self._loop.sock_recv(self._connection, size - len(heard))
            if not data:
                raise ProxyRefusal("it closed the connection")
            heard += data
        return bytes(heard)

    async def read(self) -> bytes:
        """Read the head of the answer to an HTTP request, to the empty line and not beyond; at most 8 KiB.

        For this python-socks takes whatever one read of its own streams gives: of an answer in pieces the rest,
        and of one with the server's first bytes behind it these, would be taken for the other. Nor does it know
        interim answers, behind which there is the real one (RFC 9110 section 15.2).

        :raises ProxyRefusal: it is no HTTP, it is too long, or the proxy closed the connection.
        """
        for _ in range(_MAX_HEADS):
            head = await self._head()
            found = _STATUS.match(head)
            if found is None:
                raise ProxyRefusal("it speaks no HTTP on this port")
            status = int(found[1])
            if status == 101 or status >= 200:
                return head
        raise ProxyRefusal("it sends interim answers and no end of them")

    async def _head(self) -> bytes:
        heard = bytearray()
        while not heard.endswith(_HEAD_END):
            if len(heard) >= _MAX_HEAD:
                raise ProxyRefusal("it speaks no HTTP, or too much of it")
            # As many bytes as the end needs at least: of "...\r\n" that is two.
            begun = next(size for size in (3, 2, 1, 0) if heard.endswith(_HEAD_END[:size]))
            heard += await self.read_exactly(len(_HEAD_END) - begun)
        return bytes(heard)

    async def close(self) -> None:
        """Leave the socket to whoever connected it, who closes it whatever goes wrong."""
