"""The running part of the server: its certificate, its listeners and the connections that they made."""

import asyncio
import ssl
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from helixmpp.errors import StateError
from helixmpp.testing.certificates import Authority, server_context
from helixmpp.testing.component import ComponentSession
from helixmpp.testing.connection import Connection
from helixmpp.testing.directory import Directory
from helixmpp.testing.management import StreamManagement
from helixmpp.testing.routing import Router
from helixmpp.testing.session import ClientSession, SessionSettings
from helixmpp.testing.sessions import Sessions
from helixmpp.testing.transcript import Transcript

__all__ = ["HOST", "Listening"]

HOST = "127.0.0.1"

# How long clients may take to say goodbye when the server ends, in seconds.
GOODBYE = 0.5


class Listening:
    """What connections belong to: the :class:`helixmpp.testing.connection.Hub` of them all."""

    def __init__(self, directory: Directory, mechanisms: Sequence[str], management: StreamManagement) -> None:
        self.directory = directory
        self.limits = directory.limits
        self.router = Router(directory)
        self.sessions = Sessions(self.router, management)
        self.sent = Transcript(self.limits.transcript)
        self.received = Transcript(self.limits.transcript)
        self.connections: dict[Connection, None] = {}  # in the order in which they came
        self._mechanisms = mechanisms
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._context: ssl.SSLContext | None = None
        self._settings: SessionSettings | None = None
        self._listeners: dict[str, asyncio.Server] = {}

    @property
    def started(self) -> bool:
        """Whether the certificate is made, so that there can be no further domain."""
        return self._folder is not None

    async def start(self) -> None:
        """Make the certificate and listen on free ports.

        :raises StateError: it was started before.
        """
        if self.started:
            raise StateError("a test server is started once; make a new one")
        self._make_certificate()
        loop = asyncio.get_running_loop()
        factories: dict[str, Callable[[], Connection]] = {
            "starttls": lambda: self._client(direct_tls=False),
            "direct TLS": lambda: self._client(direct_tls=True),
        }
        if self.directory.components:
            factories["component"] = self._component
        try:
            for kind, factory in factories.items():
                self._listeners[kind] = await loop.create_server(factory, HOST, 0)
        except BaseException:
            await self.stop()
            raise

    def _make_certificate(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="helixmpp-test-server-")
        authority = Authority()
        identity = authority.issue(sorted(self.directory.domains))
        self.ca_certs.write_bytes(authority.certificate)
        self._context = server_context(identity, self.ca_certs.parent)
        self._settings = SessionSettings(
            limits=self.limits.stream,
            mechanisms=self._mechanisms,
            server_end_point=identity.server_end_point,
            logins=self.limits.logins,
            registration=self.directory.registration,
        )

    async def stop(self) -> None:
        """End all connections with ``system-shutdown``, stop listening and remove the folder."""
        listeners = list(self._listeners.values())
        self._listeners.clear()  # nobody is admitted from here on
        self.sessions.close()
        for listener in listeners:
            listener.close()
        try:
            for connection in list(self.connections):
                connection.end("system-shutdown")
            await self._all_closed(GOODBYE)
        finally:
            for connection in list(self.connections):
                connection.abort()
            if self._folder is not None:
                self._folder.cleanup()
        await self._all_closed(None)
        for listener in listeners:
            await listener.wait_closed()

    async def _all_closed(self, seconds: float | None) -> None:
        if self.connections:
            await asyncio.wait([connection.closed for connection in self.connections], timeout=seconds)

    def port(self, kind: str) -> int:
        """Give the port for ``starttls``, ``direct TLS`` or ``component`` connections.

        :raises StateError: it does not listen for these.
        """
        listener = self._listeners.get(kind)
        if listener is None:
            raise StateError(f"the test server does not listen for {kind} connections now")
        port: int = listener.sockets[0].getsockname()[1]
        return port

    @property
    def ca_certs(self) -> Path:
        """Where the certificate of the authority is."""
        if self._folder is None:
            raise StateError("the test server was not started")
        return Path(self._folder.name, "ca.pem")

    # -- what connections ask (helixmpp.testing.connection.Hub) ------------------------------------------

    @property
    def context(self) -> ssl.SSLContext:
        """The settings of TLS."""
        if self._context is None:
            raise StateError("the test server was not started")
        return self._context

    def admit(self, connection: Connection) -> bool:
        """Take a new connection, unless there are too many or the server ends."""
        if not self._listeners or len(self.connections) >= self.limits.connections:
            return False
        self.connections[connection] = None
        return True

    def forget(self, connection: Connection) -> None:
        """Take note that a connection is closed."""
        self.connections.pop(connection, None)

    def _client(self, *, direct_tls: bool) -> Connection:
        if self._settings is None:
            raise StateError("the test server was not started")
        session = ClientSession(self.directory, self._settings, self.sessions.settings, encrypted=direct_tls)
        return Connection(self, session, direct_tls=direct_tls)

    def _component(self) -> Connection:
        session = ComponentSession(self.directory.components, self.limits.stream)
        return Connection(self, session, direct_tls=False)
