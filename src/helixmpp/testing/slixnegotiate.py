"""A client's negotiation with a test that is the server: the real machine and its real connection, no network."""

import asyncio
from collections.abc import Callable
from typing import Any

from helixmpp.core.connection import Connection, SaltedPasswords
from helixmpp.stream import TLSFacts
from helixmpp.testing.slixtransport import TestTransport
from helixmpp.transport import Target, TLSSettings

__all__ = ["Negotiation"]

_FACTS = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", bytes(32))


class NegotiatingTransport(TestTransport):
    """What a connection asks of a transport, with TLS that counts as there."""

    def __init__(self, xmpp: Any, target: Target) -> None:
        super().__init__(xmpp)
        self.target = target
        self.tls: TLSFacts | None = _FACTS
        self.is_reading = True

    def pause_reading(self) -> None:
        """Note it; the test decides what is received when."""
        self.is_reading = False

    def resume_reading(self) -> None:
        """Note it."""
        self.is_reading = True

    async def start_tls(self, settings: TLSSettings, domain: str) -> TLSFacts:
        """Begin TLS at once."""
        return _FACTS

    def get_write_buffer_size(self) -> int:
        """Count nothing: what was written has arrived."""
        return 0


class Negotiation:
    """Begins a client's connection, and gives what the test receives to it."""

    def __init__(self, xmpp: Any) -> None:
        self._xmpp = xmpp
        self._connection: Connection | None = None

    def start(self) -> None:
        """Send the stream header."""
        loop: asyncio.AbstractEventLoop = self._xmpp.loop
        loop.run_until_complete(self._start())

    async def _start(self) -> None:
        xmpp = self._xmpp
        target = Target("localhost", 5222, direct_tls=True, domain=xmpp.requested_jid.domain)
        transport = NegotiatingTransport(xmpp, target)
        xmpp.transport = xmpp.socket = transport
        connection = self._connection = Connection(
            xmpp.make_machine(), xmpp, target, xmpp.tls_settings(), SaltedPasswords(), xmpp.session_ready
        )
        connection.start(transport)

        def data_received(data: str | bytes) -> None:
            raw = data.encode() if isinstance(data, str) else data
            # A test indents what it receives; between a stream's first bytes nothing may stand.
            self._in_loop(lambda: connection.data_received(raw.strip()))

        xmpp.data_received = data_received

    def _in_loop(self, function: Callable[[], object]) -> None:
        """Call a function as the event loop calls it."""
        loop: asyncio.AbstractEventLoop = self._xmpp.loop
        if loop.is_running():
            function()
            return

        async def call() -> None:
            function()

        loop.run_until_complete(call())

    def stop(self) -> None:
        """Let go of the connection, and end its session if there is one."""
        connection = self._connection
        if connection is None:
            return
        ended = connection.is_ready
        self._in_loop(connection.abort)
        if ended:
            self._in_loop(lambda: self._xmpp.session_over(None))
