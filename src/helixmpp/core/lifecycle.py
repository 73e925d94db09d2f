"""A session's life as a program sees it: connecting, the events on the way, the end.

Where to connect to and with which protocol, the client and the component know; when to try and when to stop, the
connector.
"""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from xml.etree.ElementTree import Element

from helixmpp import stanza
from helixmpp import stream as protocol
from helixmpp.core.confirmation import is_answer
from helixmpp.core.dispatch import ANY_FAILURE
from helixmpp.core.late_members import Lazy
from helixmpp.core.receipt import Receipt
from helixmpp.core.xmlstream import XMLStream
from helixmpp.errors import AuthenticationFailed, HelixError, NotConnectedError
from helixmpp.jid import JID

if TYPE_CHECKING:
    # These bring the whole protocol with them, which a client needs when it connects.
    from helixmpp.core.connection import Connection, Machine
    from helixmpp.core.connector import Connector, Run
    from helixmpp.core.keepalive import Keepalive
    from helixmpp.transport import Target

__all__ = ["Lifecycle"]

log = logging.getLogger(__name__)

_LAST_PORT = 65_535


def _connector_of(owner: Lifecycle) -> Connector:
    from helixmpp.core.connector import Connector  # noqa: PLC0415 - for who connects; it brings the whole protocol

    return Connector(owner)


class Lifecycle(XMLStream):
    """A stream that connects, and stays connected."""

    #: Where ``async with`` connects to: host and port; by default what DNS says.
    address: tuple[str, int] = ("", 0)
    #: Whether awaiting :meth:`connect` raises the failure of the first attempt, or gives False.
    connect_raises: bool = True

    _connector_: Connector
    if not TYPE_CHECKING:
        _connector_ = Lazy(_connector_of)

    def __init__(self, jid: JID | str, default_ns: str) -> None:
        super().__init__(jid, default_ns)
        self.session_bind_event = asyncio.Event()
        self._disconnected_: asyncio.Future[Any] | None = None
        self._reason_: str | None = None
        self._told_disconnected_ = False
        # Whether a session stands without a stream: the next one may resume it.
        self._suspended_ = False
        self._ever_began_ = False
        self._lost_reason_: str | None = None
        self._expiry_: asyncio.TimerHandle | None = None
        self._unsent_: list[Receipt] = []
        self._keepalive_: Keepalive | None = None
        # Whether the server, asked where nothing obliges it to answer, ever did.
        self._answers_pings_ = False

    def _has_begun_(self) -> bool:
        return super()._has_begun_() or self._connector_.running

    # -- connecting -----------------------------------------------------------------------------------------------

    def connect(self, host: str = "", port: int = 0) -> asyncio.Future[bool]:
        """Connect, and stay connected until :meth:`disconnect`.

        What comes back may be awaited: True when the first attempt led to a session, or its failure as an
        exception (a :class:`ConnectionFailure`). Where the failure is a passing one and ``auto_reconnect`` is set,
        further attempts follow in the background all the same. Unless ``connect_raises`` is set, as it is, a failure
        is False.

        :param host: connect there instead of where DNS says; certificates are checked for the JID's domain.
        :param port: the port there; by default the usual one.
        :raises TypeError: ``host`` is no string, or ``port`` no number.
        """
        _check_address(host, port)
        started = self._begin_connecting_(host, port)
        return started if self.connect_raises else self._tasks_.start(_whether(started))

    def _begin_connecting_(self, host: str, port: int) -> asyncio.Future[bool]:
        self._reason_ = None
        if not self._connector_.running:
            self._told_disconnected_ = False
            if self._disconnected_ is not None and self._disconnected_.done():
                self._disconnected_ = None
        return self._connector_.start(host, port)

    def disconnect(
        self,
        wait: float = 2.0,
        reason: str | None = None,
        ignore_send_queue: bool = False,
        *,
        timeout: float | None = None,
    ) -> asyncio.Future[list[Receipt]]:
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
        self._reason_ = reason
        # At the call: a connect() right behind it means another connection.
        self._connector_.forget_restart()
        which = self._connector_.give_up()
        return self._tasks_.start(self._disconnect_(which, wait, ignore_send_queue))

    async def _disconnect_(
        self,
        which: Run | None,
        wait: float,
        ignore_send_queue: bool,
    ) -> list[Receipt]:
        session = which.connection if which is not None else None
        if session is not None and not ignore_send_queue:
            try:
                async with asyncio.timeout(wait):
                    await self._filter_queue_.drain()
                    await session.drain()
                    await self._outbox_.drain()
            except TimeoutError:
                log.warning("disconnect: not everything could be sent within %s seconds", wait)
        await self._connector_.end(which, wait)
        await self._settle_storage_(wait)
        unsent, self._unsent_ = self._unsent_, []
        return unsent + self._outbox_.ended_late()

    async def _settle_storage_(self, wait: float) -> None:
        """Let the durable outbox write what it has to write, and wait no longer than that."""
        if self._outbox_.durable is not None:
            try:
                async with asyncio.timeout(wait):
                    await self._outbox_.durable.settle()
            except TimeoutError:
                log.warning("the storage did not take everything within %s seconds", wait)

    def abort(self) -> None:
        """Cut the connection at once; nothing is sent any more, and nothing is tried again."""
        self._connector_.abort()

    def reconnect(self, wait: float = 2.0, reason: str = "Reconnecting") -> None:
        """End the session and begin another."""
        self._reason_ = reason
        self._tasks_.start(self._connector_.restart(wait))

    def cancel_connection_attempt(self) -> None:
        """Give up connecting; an established session stays."""
        if self._session_ is None:
            self._tasks_.start(self._connector_.stop(0))

    def is_connecting(self) -> bool:
        """Whether a session is being tried for."""
        return not self.is_connected() and self._connector_.running

    async def connected(self, timeout: float | None = None) -> None:
        """Wait until there is a session; at once, where there is one.

        :param timeout: for how many seconds; None for as long as it is tried for.
        :raises NotConnectedError: no session is tried for (any more).
        :raises TimeoutError: it takes longer.
        """
        async with asyncio.timeout(timeout):
            while not self.is_connected():
                if not self._connector_.running:
                    raise NotConnectedError("no session is tried for: connect() comes first")
                bound = asyncio.ensure_future(self.session_bind_event.wait())
                ended = asyncio.ensure_future(self._connector_.stopped())
                try:
                    await asyncio.wait((bound, ended), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    bound.cancel()
                    ended.cancel()

    @property
    def disconnected(self) -> asyncio.Future[Any]:
        """A future that is done at the end of the present or next session."""
        if self._disconnected_ is None:
            self._disconnected_ = self.loop.create_future()
        return self._disconnected_

    def process(self, *, forever: bool = True, timeout: float | None = None) -> None:
        """Run the event loop until the connection has ended for good, or for ``timeout`` seconds."""
        self.loop.run_until_complete(self._until_stopped_(None if forever and timeout is None else timeout))

    async def _until_stopped_(self, timeout: float | None) -> None:
        try:
            async with asyncio.timeout(timeout):
                await self._connector_.stopped()
        except TimeoutError:
            pass

    async def __aenter__(self) -> Self:
        """Connect (unless that has begun) and wait for the session; any failure raises and stops."""
        try:
            _check_address(*self.address)
            await self._begin_connecting_(*self.address)
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
        await self._connector_.stop(2.0)
        await self._settle_storage_(2.0)
        self._outbox_.ended_late()
        self._filter_queue_.fail("the client is closed")
        self._timers_.cancel_all()
        await self._tasks_.cancel_all()

    # -- what the connector and the connection call ----------------------------------------------------------------

    async def connection_targets(self, host: str, port: int) -> list[Target]:
        """Where to connect to."""
        raise NotImplementedError

    def make_machine(self) -> Machine:
        """A fresh protocol machine."""
        raise NotImplementedError

    def stream_event(self, event: protocol.StreamEvent) -> None:
        """Tell the program what the negotiation came to."""
        match event:
            case protocol.Acknowledged(entries=entries):
                self._outbox_.acknowledged(entries)
            case protocol.AckRequested():
                self._outbox_.acknowledge()
            case protocol.Managed():
                self.event("sm_enabled", event)
            case protocol.ResumptionRefused(condition=condition):
                log.info("the session cannot be resumed: %s", condition)
                self.event("sm_failed", event)
            case protocol.Authenticated():
                self.event("auth_success", event)
            case protocol.Bound(jid=jid):
                self.boundjid = jid
            case protocol.StreamErrorReceived(element=element):
                self.event("stream_error", stanza.StreamError(xml=element))
            case _:
                log.debug("stream event: %s", type(event).__name__)

    def connection_secured(self, connection: Connection) -> None:
        """TLS stands on a connection that is being negotiated."""
        log.debug("TLS with %s", connection.target)

    async def account_wanted(self, connection: Connection) -> None:
        """Make the account of a client; nothing where nobody asked for it."""

    def account_answered(self, answer: Element) -> None:
        """Take what the server answered to a request for an account."""

    def session_ready(self, connection: Connection) -> None:
        """There is a session: bind, send what waited, start. Or a lost stream's session goes on."""
        self._stop_expiry_()
        resumed = connection.machine.resumed
        if self._suspended_ and not resumed:
            self._end_session_(self._lost_reason_)
        self._suspended_ = False
        self._session_ = connection
        self._reason_ = None
        self._flow_.connect(connection.set_reading)
        self._told_disconnected_ = False
        if self._disconnected_ is not None and self._disconnected_.done():
            self._disconnected_ = None
        self._outbox_.opening()
        self.event("connected", None)
        self.session_bind_event.set()
        self._start_keepalive(connection)
        # A process that goes on with the session of one before it has begun nothing yet: its plugins do not know
        # their address, and what a program does at session_start it has not done.
        begins = not resumed or not self._ever_began_
        self._ever_began_ = True
        if begins:
            try:
                self._session_begins_()
            except ANY_FAILURE as error:
                self._dispatcher_.failed(error, None, "session_bind")
            self.event("session_bind", self.boundjid)
        lost = self._outbox_.connect(connection)
        if lost:
            log.warning("%d stanzas belonged to the session before and were not sent again", len(lost))
        if resumed:
            self.event("session_resumed", None)
        if begins:
            self.event("session_start", None)

    def session_over(self, error: Exception | None) -> None:
        """The stream of the session is gone."""
        connection, self._session_ = self._session_, None
        self._flow_.connect(None)
        self._timers_.cancel("whitespace keepalive")
        if self._keepalive_ is not None:
            self._keepalive_.stop()
            self._keepalive_ = None
        self.session_bind_event.clear()
        reason = self._reason_ or (str(error) if error is not None else None)
        ended = connection is None or connection.ended
        unknown = self._outbox_.disconnect(clean=connection is not None and connection.ended_by_both)
        if unknown:
            log.warning("the stream was lost; whether the last stanzas arrived, nobody can say (%d)", unknown)
        if ended:
            self._outbox_.management.forget()
        if self._outbox_.management.resumable:
            self._suspended_ = True
            self._lost_reason_ = reason
            seconds = self._outbox_.management.seconds
            if seconds is not None:
                # The server has given the session up by then, and nobody will answer.
                self._expiry_ = self.loop.call_later(
                    seconds, self._fail_requests_, "the session was not resumed in time"
                )
        else:
            self._end_session_(reason)
        self._tell_disconnected_(reason if error is None or self._reason_ else error)

    def _stop_expiry_(self) -> None:
        if self._expiry_ is not None:
            self._expiry_.cancel()
            self._expiry_ = None

    def _end_session_(self, reason: str | None) -> None:
        """A session is over for good."""
        self._suspended_ = False
        self._fail_requests_(f"the stream ended before the answer came: {reason or 'disconnected'}")
        self._session_ends_()
        self.event("session_end", reason)

    def _session_begins_(self) -> None:
        """Tell the parts of a client or component that their address is bound."""

    def _session_ends_(self) -> None:
        """Tell the parts of a client or component that nothing of the session holds any more."""

    def attempt_failed(self, error: Exception) -> None:
        """Tell the program of an attempt that failed."""
        self.event("connection_failed", error)

    def connecting_stopped(self, error: Exception | None) -> None:
        """No further attempt is made."""
        text = str(error) if error is not None else "disconnected"
        self._stop_expiry_()
        if self._suspended_:
            self._end_session_(self._lost_reason_)
        self._iqs_.fail_all(text)
        lost = self._unsent_ = self._outbox_.fail(f"no session: {text}") + self._filter_queue_.fail(
            f"no session: {text}"
        )
        if lost:
            log.warning("%d stanzas were not sent, or not confirmed: %s", len(lost), text)
        if isinstance(error, AuthenticationFailed):
            self.event("failed_all_auth", error)
        for queue in tuple(self._queues_):
            queue.close()
        self._tell_disconnected_(self._reason_ or error)

    def _tell_disconnected_(self, reason: object) -> None:
        """Once for each session, and once for an attempt that led to none and is the last."""
        if self._told_disconnected_:
            return
        self._told_disconnected_ = True
        self.event("disconnected", reason)
        if not self.disconnected.done():
            self.disconnected.set_result(reason)

    def _start_keepalive(self, connection: Connection) -> None:
        if self.keepalive_interval:
            from helixmpp.core.keepalive import Keepalive  # noqa: PLC0415 - for who is connected

            self._keepalive_ = Keepalive(
                connection,
                self.loop,
                interval=self.keepalive_interval,
                timeout=self.keepalive_timeout,
                ask=lambda: self._ask_for_life_(connection),
                conclusive=lambda: not self.is_component or (self._answers_pings_ and self.can_confirm),
            )
        if self.whitespace_keepalive:
            self._timers_.schedule(
                "whitespace keepalive",
                self.whitespace_keepalive_interval,
                lambda: self.send_raw(" "),
                (),
                {},
                True,
            )

    def _ask_for_life_(self, connection: Connection) -> None:
        """Have the server say something."""
        if connection.machine.managed:
            connection.request_ack()
        else:
            self.ask_server().add_done_callback(self._life_answered_)

    def _life_answered_(self, done: asyncio.Future[Any]) -> None:
        if is_answer(done):
            self._answers_pings_ = True

    async def prepare_connection(self) -> None:
        """Make ready for connecting: settings, and what an earlier process left.

        :raises StorageError: the storage cannot be read.
        """
        durable = self._outbox_.open_durable()
        if durable is not None:
            await durable.load()
            self._suspended_ = self._suspended_ or self._outbox_.management.resumable

    @property
    def is_managed(self) -> bool:
        """Whether the server counts the stanzas of the present stream (XEP-0198)."""
        return self._session_ is not None and self._session_.machine.managed

    @property
    def resumable_session(self) -> str | None:
        """What the server calls the session that can be resumed (SM-ID), or None."""
        return self._outbox_.management.id or None

    @property
    def unconfirmed_stanzas(self) -> int:
        """How many stanzas have no outcome yet, as far as they are counted one by one."""
        return self._outbox_.unconfirmed

    def request_ack(self) -> None:
        """Ask the server now which stanzas it has; nothing happens while there is no managed stream."""
        if self._session_ is not None:
            self._session_.request_ack()

    def preferred_location(self) -> tuple[str, int | None] | None:
        """Where the server would have us resume (XEP-0198 section 3), if anywhere."""
        management = self._outbox_.management
        return (
            protocol.parse_host(management.location) if management.resumable and management.location else None
        )


async def _whether(started: asyncio.Future[bool]) -> bool:
    """Whether the first attempt led to a session; why it did not, the event ``connection_failed`` has told."""
    try:
        return await started
    except HelixError:
        return False


def _check_address(host: object, port: object) -> None:
    # Older programs give connect() one tuple: better a clear word here than a strange one from a socket.
    if not isinstance(host, str) or not isinstance(port, int) or isinstance(port, bool):
        raise TypeError("connect() takes host (a string) and port (a number): connect('127.0.0.1', 5222)")
    if not 0 <= port <= _LAST_PORT:
        raise ValueError(f"a port is a number from 1 to {_LAST_PORT} (0: the usual one), not {port}")
