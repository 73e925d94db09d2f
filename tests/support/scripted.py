"""A server on 127.0.0.1 that says what a test tells it to say, right or wrong, and keeps what it was sent."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from helixmpp.testing.certificates import Authority, server_context

__all__ = ["Script", "ScriptedServer", "Wire"]

DOMAIN = "example.org"
STREAM = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='example.org' version='1.0'>"
)
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"


def features(*inner: str) -> str:
    """The features of a stream."""
    return f"<stream:features>{''.join(inner)}</stream:features>"


def mechanisms(*names: str) -> str:
    """The offer of SASL mechanisms."""
    listed = "".join(f"<mechanism>{name}</mechanism>" for name in names)
    return f"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{listed}</mechanisms>"


class Wire:
    """One connection as the script sees it."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._context = context
        #: What the client sent, before TLS and within it.
        self.clear = b""
        self.secured = b""
        self.tls = False

    async def expect(self, what: bytes) -> bytes:
        """Read until ``what`` has come; what was read."""
        got = b""
        while what not in got:
            data = await self._reader.read(65536)
            if not data:
                raise EOFError(f"the client closed before it sent {what!r}")
            got += data
            self._keep(data)
        return got

    async def rest(self) -> None:
        """Read until the client closes."""
        while data := await self._reader.read(65536):
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        if self.tls:
            self.secured += data
        else:
            self.clear += data

    async def say(self, text: str) -> None:
        """Send text."""
        self._writer.write(text.encode())
        await self._writer.drain()

    async def start_tls(self) -> None:
        """Do the TLS handshake."""
        await self._writer.start_tls(self._context)
        self.tls = True

    async def upgrade(self) -> None:
        """Open the stream, agree on STARTTLS, and open it again within TLS."""
        await self.expect(b">")
        await self.say(STREAM + features(STARTTLS))
        await self.expect(b"<starttls")
        await self.say(PROCEED)
        await self.start_tls()
        await self.expect(b"<stream:stream")


Script = Callable[[Wire], Awaitable[None]]


class ScriptedServer:
    """Runs a script for each connection; ``async with ScriptedServer(script, folder) as server``."""

    def __init__(self, script: Script, folder: Path, *, names: tuple[str, ...] = (DOMAIN,)) -> None:
        self._script = script
        authority = Authority()
        self.ca_certs = folder / "ca.pem"
        self.ca_certs.write_bytes(authority.certificate)
        self._context = server_context(authority.issue(names), folder)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.wires: list[Wire] = []
        self.host = "127.0.0.1"
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        wire = Wire(reader, writer, self._context)
        self.wires.append(wire)
        try:
            await self._script(wire)
            await wire.rest()
        except (OSError, EOFError, ssl.SSLError, asyncio.CancelledError):
            pass  # the client left, which is what many tests want
        finally:
            writer.close()

    def sent_by_client(self) -> bytes:
        """Everything that clients sent, before TLS and within it."""
        return b"".join(wire.clear + wire.secured for wire in self.wires)
