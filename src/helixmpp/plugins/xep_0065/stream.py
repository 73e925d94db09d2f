"""One SOCKS5 bytestream: a TCP connection that both sides have agreed on."""

import asyncio
from types import TracebackType
from typing import IO, Final, Protocol, Self

from helixmpp.core.futures import settle
from helixmpp.jid import JID
from helixmpp.plugins.xep_0047.gathering import gathered
from helixmpp.plugins.xep_0065.socks5 import Socks5Failure

__all__ = ["Connection", "Socks5Stream"]

_AT_ONCE: Final = 65_536  # bytes that are read from the network or a file in one go

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class StreamOwner(Protocol):
    """What a bytestream asks of the plugin that it belongs to."""

    def gather_limit(self) -> int:
        """Bytes that ``gather()`` takes where it is not told how many."""
        ...

    def forget(self, stream: "Socks5Stream", error: Exception | None) -> None:
        """Called once when a stream has ended."""
        ...


class Socks5Stream:
    """A bytestream; the plugin makes it.

    ``await stream.write(data)`` sends, ``async for data in stream`` receives until the peer ends it, and
    ``async with stream`` closes it. The attributes ``sid``, ``self_jid``, ``peer_jid`` and ``streamhost`` (the address
    of who was connected to) say what was agreed on; ``transport`` is asyncio's.
    """

    def __init__(
        self, owner: StreamOwner, connection: Connection, sid: str, jid: JID, peer: JID, streamhost: JID
    ) -> None:
        self._owner = owner
        self._reader, self._writer = connection
        self.sid = sid
        self.self_jid = jid
        self.peer_jid = peer
        self.streamhost = streamhost
        self.transport = self._writer.transport
        self._closed = False
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def __repr__(self) -> str:
        return f"<Socks5Stream {self.sid!r} with {self.peer_jid}>"

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended, or is about to."""
        return self._closed or self._writer.is_closing()

    # -- sending --------------------------------------------------------------------------------------------

    async def write(self, data: bytes) -> None:
        """Send data, and wait while the peer reads too slowly.

        :raises Socks5Failure: the connection is closed.
        """
        if self.is_closed:
            raise Socks5Failure("the bytestream is closed")
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise Socks5Failure(f"the bytestream broke off: {error}") from error

    async def sendall(self, data: bytes) -> None:
        """The same as :meth:`write`."""
        await self.write(data)

    async def sendfile(self, file: IO[bytes]) -> int:
        """Send a file, from where it stands to its end; give the number of bytes. It is read in a thread.

        :raises Socks5Failure: the connection is closed.
        """
        sent = 0
        while data := await asyncio.to_thread(file.read, _AT_ONCE):
            await self.write(data)
            sent += len(data)
        return sent

    def write_eof(self) -> None:
        """Send nothing more; what the peer sends still comes."""
        if not self.is_closed:
            self._writer.write_eof()

    # -- receiving ------------------------------------------------------------------------------------------

    async def receive(self, size: int = -1) -> bytes:
        """Wait until something has come and give it, at most ``size`` bytes; ``b""`` at the end of the stream.

        :raises Socks5Failure: the connection broke off.
        """
        try:
            return await self._reader.read(_AT_ONCE if size < 0 else size)
        except OSError as error:
            raise Socks5Failure(f"the bytestream broke off: {error}") from error

    async def read(self, size: int = -1) -> bytes:
        """The same as :meth:`receive`."""
        return await self.receive(size)

    async def gather(self, max_data: int | None = None, timeout: float | None = 3600) -> bytes:
        """Give all that comes until the stream ends.

        :param max_data: stop at that many bytes; None means all, of which there may be ``max_gather``.
        :param timeout: seconds for all of it; None waits for ever.
        :raises Socks5Failure: the connection broke off, or there was more than ``max_gather`` bytes.
        :raises TimeoutError: it did not end in time. What has come is lost.
        """
        limit = self._owner.gather_limit()

        def too_much() -> Exception:
            self.abort()
            return Socks5Failure(f"more than {limit} bytes came (max_gather)")

        return await gathered(self.receive, max_data, limit, timeout, too_much)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        data = await self.receive()
        if not data:
            raise StopAsyncIteration
        return data

    # -- the end --------------------------------------------------------------------------------------------

    async def watch(self) -> None:
        """Wait for the end of the connection and tell the plugin; the plugin runs this."""
        error: Exception | None = None
        try:
            await self._writer.wait_closed()
        except OSError as failure:
            error = failure
        finally:
            # Also when the client is closed, which cancels this.
            self._closed = True
            self._writer.close()
            settle(self._over, None)
            self._owner.forget(self, error)

    async def close(self) -> None:
        """Send what is buffered, then end the stream in both directions."""
        if not self._closed:
            self._closed = True
            self._writer.close()
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """Wait until the connection has ended, however that comes."""
        await asyncio.shield(self._over)

    def abort(self) -> None:
        """Cut the connection at once."""
        self._closed = True
        self.transport.abort()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            await self.close()
        else:
            self.abort()
