"""A TCP proxy on 127.0.0.1 that breaks links on purpose: at a byte, or when it is told to.

::

    faults = iter([Fault("rst", "up", 4000), Fault("stall", "down", 100, seconds=0.5)])
    async with FaultProxy("127.0.0.1", server.port, plan=lambda: next(faults, None)) as proxy:
        await xmpp.connect("127.0.0.1", proxy.port)
        ...
        proxy.cut()

What breaks is decided by the plan and by bytes, so that the same seed breaks the same links.
"""

import asyncio
import os
import random
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

__all__ = ["Direction", "Fault", "FaultProxy", "Kind", "random_plan"]

Direction = Literal["up", "down"]  # up: from the client to the server
Kind = Literal["rst", "fin", "swallow", "stall"]

HOST = "127.0.0.1"
CHUNK = 65536
# SO_LINGER with a time of zero: closing sends RST instead of FIN, and forgets what was not sent.
RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one link.

    * ``rst``: both ends are told that the connection was reset, at once; what was under way is lost.
    * ``fin``: both ends are closed in peace, behind what was under way.
    * ``swallow``: half-open: from now on everything is read and dropped, and nobody is told anything.
    * ``stall``: for ``seconds`` nothing goes on, then all goes on.

    :param direction: whose bytes are counted.
    :param after: how many of them pass before it happens.
    """

    kind: Kind
    direction: Direction
    after: int
    seconds: float = 0.0


Plan = Callable[[], Fault | None]


class _Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, proxy: "FaultProxy", fault: Fault | None, client: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._fault = fault
        self._client = client
        self._server: asyncio.StreamWriter | None = None
        self.swallowing = False
        self.cut_off = False
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Carry bytes until both ends are closed."""
        try:
            server_reader, self._server = await asyncio.open_connection(
                self._proxy.to_host, self._proxy.to_port
            )
        except OSError:
            self.cut(rst=True)
            return
        if self.cut_off:
            self._close(self._server, rst=True)
            return
        await asyncio.gather(
            self._pump(reader, self._server, "up"), self._pump(server_reader, self._client, "down")
        )
        self._close(self._client, rst=False)
        self._close(self._server, rst=False)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction) -> None:
        left = self._fault.after if self._fault is not None and self._fault.direction == way else None
        with suppress(OSError):
            while not self.cut_off:
                if left == 0 and self._fault is not None:
                    left = None
                    await self._break(self._fault)
                data = await reader.read(CHUNK if left is None else min(left, CHUNK))
                if not data:
                    break
                if left is not None:
                    left -= len(data)
                if self._proxy.delay:
                    await asyncio.sleep(self._proxy.delay)
                await self.flowing.wait()
                if not self.swallowing and not self.cut_off:
                    self._proxy.carried[way] += len(data)
                    writer.write(data)
                    await writer.drain()
            if not self.swallowing and not self.cut_off and writer.can_write_eof():
                writer.write_eof()
        if self.swallowing and not self.cut_off:
            # One end has closed; the other one is not to learn of it.
            await self._proxy.closing.wait()

    async def _break(self, fault: Fault) -> None:
        self._proxy.broken += 1
        if fault.kind == "swallow":
            self.swallowing = True
        elif fault.kind == "stall":
            self.flowing.clear()
            await asyncio.sleep(fault.seconds)
            self.flowing.set()
        else:
            self.cut(rst=fault.kind == "rst")

    def cut(self, *, rst: bool) -> None:
        """End it now, also one that swallows."""
        self.cut_off = True
        self.flowing.set()
        for writer in (self._client, self._server):
            if writer is not None:
                self._close(writer, rst=rst)

    @staticmethod
    def _close(writer: asyncio.StreamWriter, *, rst: bool) -> None:
        transport = writer.transport
        if not rst:
            writer.close()
            return
        sock: socket.socket | None = transport.get_extra_info("socket")
        if sock is not None and sock.fileno() >= 0:
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        transport.abort()


class FaultProxy:
    """Carries connections from ``port`` to a server; ``async with FaultProxy(host, port) as proxy``.

    :param plan: gives the fault of each new link, or None for one that works.
    """

    host = HOST

    def __init__(self, to_host: str, to_port: int, *, plan: Plan = lambda: None) -> None:
        self.to_host = to_host
        self.to_port = to_port
        self.plan = plan
        self.port = 0
        #: Seconds that each piece of data is on its way.
        self.delay = 0.0
        #: While this is false, a new connection is reset at once.
        self.open = True
        #: How many links there were, how many faults happened, and the bytes that arrived.
        self.count = self.broken = 0
        self.carried: dict[Direction, int] = {"up": 0, "down": 0}
        self.closing = asyncio.Event()
        self._links: dict[_Link, asyncio.Task[None]] = {}
        self._listener: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()
        self.closing.set()
        self.cut()
        await asyncio.gather(*self._links.values(), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if not self.open:
            _Link(self, None, writer).cut(rst=True)
            return
        self.count += 1
        link = _Link(self, self.plan(), writer)
        self._links[link] = task
        try:
            await link.run(reader)
        finally:
            del self._links[link]

    @property
    def links(self) -> int:
        """How many connections there are now."""
        return len(self._links)

    def cut(self, *, rst: bool = True) -> int:
        """End all links now; how many there were."""
        links = list(self._links)
        for link in links:
            link.cut(rst=rst)
        self.broken += len(links)
        return len(links)

    def swallow(self) -> int:
        """Make all links half-open: nothing arrives any more, and nobody is told; how many there were."""
        for link in self._links:
            link.swallowing = True
        self.broken += len(self._links)
        return len(self._links)

    def stall(self, *, going: bool = False) -> None:
        """Stop what flows through all links, or let it go on."""
        for link in self._links:
            if going:
                link.flowing.set()
            else:
                link.flowing.clear()


def random_plan(
    seed: int,
    count: int,
    *,
    kinds: tuple[Kind, ...] = ("rst", "fin"),
    least: int = 100,
    most: int = 30_000,
) -> Plan:
    """Break the first ``count`` links after so many bytes, and none after that; the same for the same seed.

    :param least: bytes of one direction that pass at least, and ``most`` at most.
    """
    chance = random.Random(seed)
    faults = iter(
        [
            Fault(chance.choice(kinds), chance.choice(("up", "down")), chance.randint(least, most), 0.2)
            for _ in range(count)
        ]
    )
    return lambda: next(faults, None)
