"""Being one's own streamhost: a listening socket for the time of one negotiation (XEP-0065 section 5)."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from helixmpp.plugins.xep_0065.socks5 import Socks5Failure, accept_connect
from helixmpp.plugins.xep_0065.stream import Connection

__all__ = ["Listener"]

log = logging.getLogger(__name__)

_SECONDS: Final = 10.0  # that who connects has to say what for
_MOST: Final = 16  # connections that have not said it yet


class Listener:
    """Takes the connection of one bytestream.

    :param dstaddr: its hash.
    :param watch: runs a coroutine as a task that is ended with the client.
    """

    def __init__(self, dstaddr: str, watch: Callable[..., "asyncio.Future[Any]"]) -> None:
        self.dstaddr = dstaddr
        self.port = 0
        self._watch = watch
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Future[Any]] = set()
        self._connection: Connection | None = None
        self._closed = False

    async def start(self, hosts: Iterable[str], port: int) -> None:
        """Listen on these local addresses; the first port that is taken for one is that of all.

        :param port: 0 for any.
        :raises OSError: there is no address that can be listened on.
        """
        failure: OSError | None = None
        for host in hosts:
            try:
                server = await asyncio.start_server(self._connected, host, self.port or port)
            except OSError as error:
                failure = error  # a machine without IPv6, such as
                continue
            self._servers.append(server)
            self.port = self.port or int(server.sockets[0].getsockname()[1])
        if not self._servers:
            raise failure or OSError("there is no address to listen on")

    def take(self) -> Connection | None:
        """The connection of the target, once it was accepted; the caller owns it then."""
        connection, self._connection = self._connection, None
        return connection

    def close(self) -> None:
        """Listen no more, and end what nobody took."""
        self._closed = True
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        connection = self.take()
        if connection is not None:
            connection[1].close()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What was accepted just before the end is told here behind it.
        if self._closed or len(self._tasks) >= _MOST:
            writer.transport.abort()
            return
        task = self._watch(self._greet(reader, writer), "xep_0065 listener")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = False
        try:
            # Section 10.1: only one target may be connected to a bytestream.
            expected = () if self._connection is not None else (self.dstaddr,)
            async with asyncio.timeout(_SECONDS):
                await accept_connect(reader, writer, expected)
            if self._connection is None:
                self._connection = (reader, writer)
                accepted = True
        except (Socks5Failure, OSError, EOFError) as error:
            log.info("a connection to our streamhost was refused: %s", error)
        finally:
            if not accepted:
                with suppress(OSError):
                    writer.close()
