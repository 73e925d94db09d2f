"""A server on 127.0.0.1 that speaks just enough: bytes, STARTTLS, direct TLS."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from helixmpp.transport import Target

STARTTLS = b"<starttls/>"
PROCEED = b"<proceed/>"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk, *, context: ssl.SSLContext | None = None) -> AsyncGenerator[int]:
    """Serve each connection with ``talk``; gives the port. At the end every talk has to have ended, too.

    What the peer does to the connection is no error here.
    """
    tasks: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, EOFError):
                await talk(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(10):
            await asyncio.gather(*tasks)
    finally:
        server.close()
        for task in tasks:
            task.cancel()


@dataclass
class TLSServer:
    """Echoes what comes through TLS, and remembers what it has seen.

    :param direct: TLS from the beginning, or after ``<starttls/>``.
    """

    context: ssl.SSLContext
    direct: bool
    application: bytearray = field(default_factory=bytearray)
    names: list[str | None] = field(default_factory=list[str | None])
    protocols: list[str | None] = field(default_factory=list[str | None])
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[int]:
        # The names that clients ask for (SNI).
        self.context.sni_callback = lambda _object, name, _context: self.names.append(name)
        self.context.set_alpn_protocols(["xmpp-client"])
        async with listening(self._talk, context=self.context if self.direct else None) as port:
            yield port

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.direct:
                await reader.readuntil(STARTTLS)
                writer.write(PROCEED)
                await writer.drain()
                await writer.start_tls(self.context)
            secured = writer.get_extra_info("ssl_object")
            self.protocols.append(secured.selected_alpn_protocol())
            while data := await reader.read(65536):
                self.application += data
                writer.write(data)
                await writer.drain()
        finally:
            self.ended.set()


def refusing(context: ssl.SSLContext, *, direct: bool) -> Talk:
    """A server whose TLS comes to nothing: it sends the alert, which asyncio's servers swallow."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not direct:
            await reader.readuntil(STARTTLS)
            writer.write(PROCEED)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secured = context.wrap_bio(incoming, outgoing, server_side=True)
        while data := await reader.read(65536):
            incoming.write(data)
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
            except ssl.SSLError:
                writer.write(outgoing.read())
                await writer.drain()
                return

    return talk


def target(port: int, domain: str = "example.org", *, direct: bool = False) -> Target:
    return Target("127.0.0.1", port, direct_tls=direct, domain=domain)
