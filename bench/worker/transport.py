"""A transport of asyncio's kind without a socket, for libraries whose entry is an ``asyncio`` protocol."""

import asyncio
from collections import deque
from typing import Any

from bench.peer import Peer
from bench.wire import PIECE

__all__ = ["FakeTransport"]


class FakeTransport(asyncio.Transport):
    """What is written goes to the peer at once; what the peer says arrives in pieces, one a turn of the loop.

    :param extra: what ``get_extra_info`` knows.
    """

    def __init__(self, protocol: Any, peer: Peer, extra: dict[str, Any] | None = None) -> None:
        super().__init__(extra)
        self._protocol = protocol
        self._peer = peer
        self._loop = asyncio.get_running_loop()
        self._pieces: deque[bytes] = deque()
        self._closed = False
        peer.deliver = self.deliver

    def deliver(self, data: bytes) -> None:
        """Take bytes from the peer."""
        if not self._pieces:
            self._loop.call_soon(self._turn)
        self._pieces.extend(data[at : at + PIECE] for at in range(0, len(data), PIECE))

    def _turn(self) -> None:
        if self._closed or not self._pieces:
            return
        piece = self._pieces.popleft()
        if self._pieces:
            self._loop.call_soon(self._turn)
        self._protocol.data_received(piece)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes to the peer."""
        if not self._closed:
            self._peer.data_received(bytes(data))

    def close(self) -> None:
        """End the connection."""
        if not self._closed:
            self._closed = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """End the connection."""
        self.close()

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self._closed

    def can_write_eof(self) -> bool:
        """Nobody can here."""
        return False

    def get_write_buffer_size(self) -> int:
        """Nothing waits here."""
        return 0
