"""A session's life as a program sees it: connecting, the events on the way, the end.

Where to connect to and with which protocol, the client and the component know; when to try and when to stop, the
connector.
"""

import asyncio
import logging
from types import TracebackType
from typing import Any, Self

from helixmpp.core.confirmation import is_answer
from helixmpp.core.connection import Connection, Machine
from helixmpp.core.connector import Connector, Run
from helixmpp.core.dispatch import ANY_FAILURE
from helixmpp.core.keepalive import Keepalive
from helixmpp.core.receipt import Receipt
from helixmpp.core.xmlstream import XMLStream
from helixmpp.errors import AuthenticationFailed, NotConnectedError
from helixmpp.jid import JID
from helixmpp.stanza import StreamError
from helixmpp.stream import (
    Acknowledged,
    AckRequested,
    Authenticated,
    Bound,
    Managed,
    ResumptionRefused,
    StreamErrorReceived,
    StreamEvent,
    parse_host,
)
from helixmpp.transport import Target

__all__ = ["Lifecycle"]

log = logging.getLogger(__name__)

_LAST_PORT = 65_535


class Lifecycle(XMLStream):
    """A stream that connects, and stays connected."""

    #: Where ``async with`` connects to: host and port; by default what DNS says.
    address: tuple[str, int] = ("", 0)

    def __init__(self, jid: JID | str, default_ns: str) -> None:
        super().__init__(jid, default_ns)
        self.session_bind_event = asyncio.Event()
        self._connector = Connector(self)
        self._disconnected: asyncio.Future[Any] | None = None
        self._reason: str | None = None
        self._told_disconnected = False
        # Whether a session stands without a stream: the next one may resume it.
        self._suspended = False
        self._ever_began = False
        self._lost_reason: str | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._unsent: list[Receipt] = []
        self._keepalive: Keepalive | None = None
        # Whether the server, asked where nothing obliges it to answer, ever did.
        self._answers_pings = False

    def _has_begun(self) -> bool:
        return super()._has_begun() or self._connector.running

    # -- connecting -----------------------------------------------------------------------------------------------

    def connect(self, host: str = "", port: int = 0) -> "asyncio.Future[bool]":
        """Connect, and stay connected until :meth:`disconnect`.

        What comes back may be awaited: True when the first attempt led to a session, or its failure as an
        exception (a :class:`ConnectionFailure`). Where the failure is a passing one and ``auto_reconnect`` is set,
        further attempts follow in the background all the same.

        :param host: connect there instead of where DNS says; certificates are checked for the JID's domain.
        :param port: the port there; by default the usual one.
        :raises TypeError: ``host`` is no string, or ``port`` no number.
        """
        _check_address(host, port)
        self._reason = None
        if not self._connector.running:
            self._told_disconnected = False
            if self._disconnected is not None and self._disconnected.done():
                self._disconnected = None
        return self._connector.start(host, port)

    def disconnect(
        self,
        wait: float = 2.0,
        reason: str | None = None,
        ignore_send_queue: bool = False,
        *,
        timeout: float | None = None,
    ) -> "asyncio.Future[list[Receipt]]":
        """End the session: what was sent goes out, the stream is closed, nothing is tried again.

        What comes back may be awaited: it gives the receipts of the stanzas that were not sent, or of which the
        server has not said that it has them; each says why.

        :param wait: how many seconds there are for what is still to be sent, and again for the server's part of
            the end.
        :param reason: given to the event ``disconnected``.
        :param ignore_send_queue: do not wait for what is still to be sent.
        :param timeout: the same as ``wait``, under the name that other libraries use.
        """
        if timeout is not None:
            wait = timeout
        self._reason = reason
        # At the call: a connect() right behind it means another connection.
        self._connector.forget_restart()
        which = self._connector.give_up()
        return self._tasks.start(self._disconnect(which, wait, ignore_send_queue))

    async def _disconnect(
        self,
        which: Run | None,
        wait: float,
        ignore_send_queue: bool,
    ) -> list[Receipt]:
        session = which.connection if which is not None else None
        if session is not None and not ignore_send_queue:
            try:
                async with asyncio.timeout(wait):
                    await self._filter_queue.drain()
                    await session.drain()
                    await self._outbox.drain()
            except TimeoutError:
                log.warning("disconnect: not everything could be sent within %s seconds", wait)
        await self._connector.end(which, wait)
        await self._settle_storage(wait)
        unsent, self._unsent = self._unsent, []
        return unsent + self._outbox.ended_late()

    async def _settle_storage(self, wait: float) -> None:
        """Let the durable outbox write what it has to write, and wait no longer than that."""
        if self._outbox.durable is not None:
            try:
                async with asyncio.timeout(wait):
                    await self._outbox.durable.settle()
            except TimeoutError:
                log.warning("the storage did not take everything within %s seconds", wait)

    def abort(self) -> None:
        """Cut the connection at once; nothing is sent any more, and nothing is tried again."""
        self._connector.abort()

    def reconnect(self, wait: float = 2.0, reason: str = "Reconnecting") -> None:
        """End the session and begin another."""
        self._reason = reason
        self._tasks.start(self._connector.restart(wait))

    def cancel_connection_attempt(self) -> None:
        """Give up connecting; an established session stays."""
        if self._session is None:
            self._tasks.start(self._connector.stop(0))

    def is_connecting(self) -> bool:
        """Whether a session is being tried for."""
        return not self.is_connected() and self._connector.running

    async def connected(self, timeout: float | None = None) -> None:
        """Wait until there is a session; at once, where there is one.

        :param timeout: for how many seconds; None for as long as it is tried for.
        :raises NotConnectedError: no session is tried for (any more).
        :raises TimeoutError: it takes longer.
        """
        async with asyncio.timeout(timeout):
            while not self.is_connected():
                if not self._connector.running:
                    raise NotConnectedError("no session is tried for: connect() comes first")
                bound = asyncio.ensure_future(self.session_bind_event.wait())
                ended = asyncio.ensure_future(self._connector.stopped())
                try:
                    await asyncio.wait((bound, ended), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    bound.cancel()
                    ended.cancel()

    @property
    def disconnected(self) -> "asyncio.Future[Any]":
        """A future that is done at the end of the present or next session."""
        if self._disconnected is None:
            self._disconnected = self.loop.create_future()
        return self._disconnected

    def process(self, *, forever: bool = True, timeout: float | None = None) -> None:
        """Run the event loop until the connection has ended for good, or for ``timeout`` seconds."""
        self.loop.run_until_complete(self._until_stopped(None if forever and timeout is None else timeout))

    async def _until_stopped(self, timeout: float | None) -> None:
        try:
            async with asyncio.timeout(timeout):
                await self._connector.stopped()
        except TimeoutError:
            pass

    async def __aenter__(self) -> Self:
        """Connect (unless that has begun) and wait for the session; any failure raises and stops."""
        try:
            await self.connect(*self.address)
        except BaseException:
            await self.disconnect(0)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.disconnect()
        await self.aclose()

    async def aclose(self) -> None:
        """Disconnect, and end every task and timer."""
        await self._connector.stop(2.0)
        await self._settle_storage(2.0)
        self._outbox.ended_late()
        self._filter_queue.fail("the client is closed")
        self._timers.cancel_all()
        await self._tasks.cancel_all()

    # -- what the connector and the connection call ----------------------------------------------------------------

    async def targets(self, host: str, port: int) -> list[Target]:
        """Where to connect to."""
        raise NotImplementedError

    def make_machine(self) -> Machine:
        """A fresh protocol machine."""
        raise NotImplementedError

    def stream_event(self, event: StreamEvent) -> None:
        """Tell the program what the negotiation came to."""
        match event:
            case Acknowledged(entries=entries):
                self._outbox.acknowledged(entries)
            case AckRequested():
                self._outbox.acknowledge()
            case Managed():
                self.event("sm_enabled", event)
            case ResumptionRefused(condition=condition):
                log.info("the session cannot be resumed: %s", condition)
                self.event("sm_failed", event)
            case Authenticated():
                self.event("auth_success", event)
            case Bound(jid=jid):
                self.boundjid = jid
            case StreamErrorReceived(element=element):
                self.event("stream_error", StreamError(xml=element))
            case _:
                log.debug("stream event: %s", type(event).__name__)

    def secured(self, connection: Connection) -> None:
        """TLS stands on a connection that is being negotiated."""
        log.debug("TLS with %s", connection.target)

    def session_ready(self, connection: Connection) -> None:
        """There is a session: bind, send what waited, start. Or a lost stream's session goes on."""
        self._stop_expiry()
        resumed = connection.machine.resumed
        if self._suspended and not resumed:
            self._end_session(self._lost_reason)
        self._suspended = False
        self._session = connection
        self._reason = None
        self._flow.connect(connection.set_reading)
        self._told_disconnected = False
        if self._disconnected is not None and self._disconnected.done():
            self._disconnected = None
        self._outbox.opening()
        self.event("connected", None)
        self.session_bind_event.set()
        self._start_keepalive(connection)
        # A process that goes on with the session of one before it has begun nothing yet: its plugins do not know
        # their address, and what a program does at session_start it has not done.
        begins = not resumed or not self._ever_began
        self._ever_began = True
        if begins:
            try:
                self._session_begins()
            except ANY_FAILURE as error:
                self._dispatcher.failed(error, None, "session_bind")
            self.event("session_bind", self.boundjid)
        lost = self._outbox.connect(connection)
        if lost:
            log.warning("%d stanzas belonged to the session before and were not sent again", len(lost))
        if resumed:
            self.event("session_resumed", None)
        if begins:
            self.event("session_start", None)

    def session_over(self, error: Exception | None) -> None:
        """The stream of the session is gone."""
        connection, self._session = self._session, None
        self._flow.connect(None)
        self._timers.cancel("whitespace keepalive")
        if self._keepalive is not None:
            self._keepalive.stop()
            self._keepalive = None
        self.session_bind_event.clear()
        reason = self._reason or (str(error) if error is not None else None)
        ended = connection is None or connection.ended
        unknown = self._outbox.disconnect(clean=connection is not None and connection.ended_by_both)
        if unknown:
            log.warning("the stream was lost; whether the last stanzas arrived, nobody can say (%d)", unknown)
        if ended:
            self._outbox.management.forget()
        if self._outbox.management.resumable:
            self._suspended = True
            self._lost_reason = reason
            seconds = self._outbox.management.seconds
            if seconds is not None:
                # The server has given the session up by then, and nobody will answer.
                self._expiry = self.loop.call_later(
                    seconds, self._fail_requests, "the session was not resumed in time"
                )
        else:
            self._end_session(reason)
        self._tell_disconnected(reason if error is None or self._reason else error)

    def _stop_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def _end_session(self, reason: str | None) -> None:
        """A session is over for good."""
        self._suspended = False
        self._fail_requests(f"the stream ended before the answer came: {reason or 'disconnected'}")
        self._session_ends()
        self.event("session_end", reason)

    def _session_begins(self) -> None:
        """Tell the parts of a client or component that their address is bound."""

    def _session_ends(self) -> None:
        """Tell the parts of a client or component that nothing of the session holds any more."""

    def attempt_failed(self, error: Exception) -> None:
        """Tell the program of an attempt that failed."""
        self.event("connection_failed", error)

    def connecting_stopped(self, error: Exception | None) -> None:
        """No further attempt is made."""
        text = str(error) if error is not None else "disconnected"
        self._stop_expiry()
        if self._suspended:
            self._end_session(self._lost_reason)
        self._iqs.fail_all(text)
        lost = self._unsent = self._outbox.fail(f"no session: {text}") + self._filter_queue.fail(
            f"no session: {text}"
        )
        if lost:
            log.warning("%d stanzas were not sent, or not confirmed: %s", len(lost), text)
        if isinstance(error, AuthenticationFailed):
            self.event("failed_all_auth", error)
        for queue in tuple(self._queues):
            queue.close()
        self._tell_disconnected(self._reason or error)

    def _tell_disconnected(self, reason: object) -> None:
        """Once for each session, and once for an attempt that led to none and is the last."""
        if self._told_disconnected:
            return
        self._told_disconnected = True
        self.event("disconnected", reason)
        if not self.disconnected.done():
            self.disconnected.set_result(reason)

    def _start_keepalive(self, connection: Connection) -> None:
        if self.keepalive_interval:
            self._keepalive = Keepalive(
                connection,
                self.loop,
                interval=self.keepalive_interval,
                timeout=self.keepalive_timeout,
                ask=lambda: self._ask_for_life(connection),
                conclusive=lambda: not self.is_component or (self._answers_pings and self.can_confirm),
            )
        if self.whitespace_keepalive:
            self._timers.schedule(
                "whitespace keepalive",
                self.whitespace_keepalive_interval,
                lambda: self.send_raw(" "),
                (),
                {},
                True,
            )

    def _ask_for_life(self, connection: Connection) -> None:
        """Have the server say something."""
        if connection.machine.managed:
            connection.request_ack()
        else:
            self.ask_server().add_done_callback(self._life_answered)

    def _life_answered(self, done: "asyncio.Future[Any]") -> None:
        if is_answer(done):
            self._answers_pings = True

    async def prepare(self) -> None:
        """Make ready for connecting: settings, and what an earlier process left.

        :raises StorageError: the storage cannot be read.
        """
        durable = self._outbox.open_durable()
        if durable is not None:
            await durable.load()
            self._suspended = self._suspended or self._outbox.management.resumable

    @property
    def is_managed(self) -> bool:
        """Whether the server counts the stanzas of the present stream (XEP-0198)."""
        return self._session is not None and self._session.machine.managed

    @property
    def resumable_session(self) -> str | None:
        """What the server calls the session that can be resumed (SM-ID), or None."""
        return self._outbox.management.id or None

    @property
    def unconfirmed_stanzas(self) -> int:
        """How many stanzas have no outcome yet, as far as they are counted one by one."""
        return self._outbox.unconfirmed

    def request_ack(self) -> None:
        """Ask the server now which stanzas it has; nothing happens while there is no managed stream."""
        if self._session is not None:
            self._session.request_ack()

    def preferred_location(self) -> tuple[str, int | None] | None:
        """Where the server would have us resume (XEP-0198 section 3), if anywhere."""
        management = self._outbox.management
        return parse_host(management.location) if management.resumable and management.location else None


def _check_address(host: object, port: object) -> None:
    # Older programs give connect() one tuple: better a clear word here than a strange one from a socket.
    if not isinstance(host, str) or not isinstance(port, int) or isinstance(port, bool):
        raise TypeError("connect() takes host (a string) and port (a number): connect('127.0.0.1', 5222)")
    if not 0 <= port <= _LAST_PORT:
        raise ValueError(f"a port is a number from 1 to {_LAST_PORT} (0: the usual one), not {port}")
