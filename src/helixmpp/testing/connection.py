"""One connection of the server: the glue between a socket, TLS, a stream and the routing."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol, cast
from xml.etree.ElementTree import Element

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.testing.accounts import Component, Resource
from helixmpp.testing.component import ComponentSession
from helixmpp.testing.incoming import (
    BindRequested,
    ComponentProved,
    EnableRequested,
    Ended,
    ResumeRequested,
    StanzaReceived,
    StartTLS,
    StreamEvent,
)
from helixmpp.testing.routing import Router
from helixmpp.testing.session import ClientSession
from helixmpp.testing.sessions import ManagedSession, Sessions
from helixmpp.testing.settings import ServerLimits
from helixmpp.testing.tls import ServerTLS
from helixmpp.testing.transcript import Transcript

__all__ = ["Connection", "Hub"]

# How long a peer may take to close after the end of the stream, in seconds. Until then what it sends is read
# and dropped: closing at once would reset the connection, and the reason for the end could be lost.
LINGER = 1.0


class Hub(Protocol):
    """What a connection needs of its server."""

    router: Router
    sessions: Sessions
    limits: ServerLimits
    sent: Transcript
    received: Transcript

    @property
    def context(self) -> ssl.SSLContext:
        """The settings of TLS."""
        ...

    def admit(self, connection: "Connection") -> bool:
        """Take a new connection, or say that there are too many."""
        ...

    def forget(self, connection: "Connection") -> None:
        """Take note that a connection is closed."""
        ...


class Connection(asyncio.Protocol):
    """A client's or a component's connection; a :class:`helixmpp.testing.accounts.Link` for the routing.

    :param direct_tls: TLS begins with the first byte.
    """

    def __init__(self, hub: Hub, stream: ClientSession | ComponentSession, *, direct_tls: bool) -> None:
        self._hub = hub
        self._stream = stream
        self._tls = ServerTLS(hub.context) if direct_tls else None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._acting = False
        self._held: bytearray | None = None  # what a silent link keeps back
        self._resource: Resource | None = None
        self._component: Component | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def jid(self) -> JID | None:
        """Whom it belongs to, once that is known."""
        if self._resource is not None:
            return self._resource.jid
        return None if self._component is None else JID(self._component.domain)

    # -- asyncio.Protocol --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many connections."""
        # A stream server makes no other kind; uvloop's do not inherit from asyncio's, so it cannot be asked.
        self._transport = cast(asyncio.Transport, transport)
        if not self._hub.admit(self):
            self._transport.abort()
            return
        self._wait(self._hub.limits.negotiation, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the socket."""
        if self._stream.ended:
            return
        if self._tls is not None:
            try:
                data = self._tls.receive(data)
            except ssl.SSLError:
                self._flush()  # the alert
                self.abort()
                return
        self._stream.receive_data(data)
        self._act()
        if self._tls is not None and self._tls.ended:
            self._eof()

    def eof_received(self) -> bool:
        """Take note that the peer sends no more."""
        self._eof()
        return False  # close when all is sent

    def _eof(self) -> None:
        if self._managed is not None and not self._stream.ended:
            # The client closed, but not its stream: it may come back (XEP-0198 section 7).
            self.abort()
            return
        self._stream.receive_eof()
        self._act()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that there is no connection any more."""
        self._leave()
        self._hub.forget(self)
        if not self.closed.done():
            self.closed.set_result(None)

    # -- what routing and the server do with it ------------------------------------------------------------

    def send(self, stanza: Element) -> None:
        """Send a stanza of the namespace ``jabber:client``."""
        jid = self.jid
        if jid is None or not (self._stream.bound or self._managed is not None):
            return
        self._hub.sent.add(jid, stanza)
        self._stream.send_stanza(stanza)
        self._flush()
        if self._managed is not None and self._managed.full:
            self.end("policy-violation", "too many stanzas are not acknowledged")

    def end(self, condition: str, text: str = "") -> None:
        """End the stream with a stream error."""
        self._stream.end(condition, text)
        self._act()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self._leave()
        if self._transport is not None:
            self._transport.abort()

    def displace(self) -> None:
        """End the stream because its session goes on in another one (XEP-0198 section 5)."""
        self._resource = None
        self.end("conflict", "the session was resumed elsewhere")

    def hold(self) -> None:
        """Make the link silent: nothing comes in and nothing goes out, and nobody closes it."""
        if self._held is None and self._transport is not None and not self._transport.is_closing():
            self._held = bytearray()
            self._transport.pause_reading()

    def release(self) -> None:
        """Make a silent link work again; what was kept back goes out."""
        held, self._held = self._held, None
        if held is not None and self._transport is not None and not self._transport.is_closing():
            self._write(bytes(held))
            self._transport.resume_reading()
            if self._stream.ended:
                self._shut()

    # -- the stream's events -------------------------------------------------------------------------------

    def _act(self) -> None:
        if self._acting:
            return  # a stanza of this connection led back to it: the loop below goes on with what that made
        self._acting = True
        try:
            while (event := self._stream.next_event()) is not None:
                self._take(event)
        finally:
            self._acting = False
        self._flush()

    def _take(self, event: StreamEvent) -> None:
        match event:
            case StanzaReceived(element):
                self._stanza(element)
            case StartTLS():
                self._flush()
                self._tls = ServerTLS(self._hub.context)
                if isinstance(self._stream, ClientSession):
                    self._stream.tls_started()
            case BindRequested(account, resource):
                self._bind(account, resource)
            case EnableRequested(resume, longest):
                self._enable(resume=resume, longest=longest)
            case ResumeRequested(account, previd, h):
                self._resume(account, previd, h)
            case ComponentProved(domain):
                self._join(domain)
            case Ended():
                self._shut()

    def _stanza(self, element: Element) -> None:
        jid = self.jid
        if jid is not None:
            self._hub.received.add(jid, element)
        if self._resource is not None:
            self._hub.router.from_client(self._resource, element)
        elif self._component is not None:
            self._hub.router.from_component(self._component, self, element)

    def _bind(self, jid: JID, wanted: str) -> None:
        router = self._hub.router
        account = router.directory.account_of(jid)
        if account is None or not isinstance(self._stream, ClientSession):
            self._stream.end("not-authorized", "the account is gone")
            return
        try:
            self._resource = router.bind(account, wanted, self)
        except XMPPError as error:
            self._stream.bind_refused(error.condition, error.text)
            return
        self._stream.bind_accepted(self._resource.jid)
        self._stop_timer()

    @property
    def _managed(self) -> ManagedSession | None:
        return self._stream.managed if isinstance(self._stream, ClientSession) else None

    def _enable(self, *, resume: bool, longest: int | None) -> None:
        if self._resource is not None and isinstance(self._stream, ClientSession):
            self._stream.enabled(self._hub.sessions.enable(self._resource, resume=resume, longest=longest))

    def _resume(self, account: JID, previd: str, h: int) -> None:
        stream, sessions = self._stream, self._hub.sessions
        if not isinstance(stream, ClientSession):
            return
        session = sessions.find(account, previd)
        if session is None:
            stream.resumption_refused(sessions.handled_of(account, previd))
            return
        if not stream.fits(session, h):
            return
        older = session.resource.link
        self._resource, session.resource.link = session.resource, self
        if isinstance(older, Connection):
            older.displace()
        sessions.wake(session)
        for stanza in stream.resumed(session, h):
            self._hub.sent.add(session.resource.jid, stanza)
        self._stop_timer()

    def _join(self, domain: str) -> None:
        component = self._hub.router.directory.components[domain]
        if component.link is not None or not isinstance(self._stream, ComponentSession):
            self._stream.end("conflict", "the component is connected already")
            return
        component.link = self
        self._component = component
        self._stream.accepted()
        self._stop_timer()

    def _too_slow(self) -> None:
        self.end("connection-timeout", "no session came about in time")

    # -- the socket ----------------------------------------------------------------------------------------

    def _flush(self) -> None:
        data = self._stream.data_to_send()
        if self._tls is not None:
            self._tls.write(data)
            data = self._tls.data_to_send()
        self._write(data)

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if not data or transport is None or transport.is_closing():
            return
        if self._held is not None:
            self._held += data
            if len(self._held) > self._hub.limits.unread:
                self.abort()
            return
        transport.write(data)
        if transport.get_write_buffer_size() > self._hub.limits.unread:
            self.abort()

    def _shut(self) -> None:
        """The stream has ended: say so, and wait a little for the peer to close."""
        self._leave()
        self._flush()
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._held is not None:
            return  # nothing of it arrives before the link works again, not even the end
        if self._tls is not None:
            self._tls.close()
            self._write(self._tls.data_to_send())
        try:
            if transport.can_write_eof():
                transport.write_eof()
        except OSError:  # the peer is gone already
            transport.abort()
        else:
            self._wait(LINGER, transport.abort)

    def _leave(self) -> None:
        """Nobody can reach it any more; it may be called twice."""
        self._stop_timer()
        unfinished = not self._stream.ended
        self._stream.close()
        if self._resource is not None:
            self._forget(self._resource, unfinished=unfinished)
        elif isinstance(self._stream, ClientSession) and self._stream.account is not None:
            self._hub.router.directory.drop_anonymous(self._stream.account)
        if self._component is not None and self._component.link is self:
            self._component.link = None

    def _forget(self, resource: Resource, *, unfinished: bool) -> None:
        managed = self._managed
        if managed is None:
            self._hub.router.gone(resource)
        elif resource.link is not self:
            return  # it hibernates, or another connection has it
        elif unfinished:
            self._hub.sessions.hibernate(managed)
        else:
            self._hub.sessions.end(managed)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
