"""The one place that connects, and connects again: it finds the targets, tries each, and minds the session.

An attempt goes through all targets of the domain. What ends it is told once, by an event and to whoever awaits
``connect()``; whether another attempt follows is decided by :mod:`helixmpp.core.reconnect` alone.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from helixmpp.core.connection import Connection, ConnectionOwner, Machine, SaltedPasswords
from helixmpp.core.futures import mute
from helixmpp.core.reconnect import Backoff, ends_attempt, stops
from helixmpp.errors import ConnectionFailure, NotConnectedError, StateError, StreamFailure
from helixmpp.transport import LinkSettings, ProxySettings, Target, TLSSettings

__all__ = ["Connector", "ConnectorOwner", "Run"]

log = logging.getLogger(__name__)

# A session that lasts so many seconds was a good one: the next trouble is a new one.
_STABLE_AFTER = 60.0


class ConnectorOwner(ConnectionOwner, Protocol):
    """What the connector asks of the client or component."""

    auto_reconnect: bool
    connect_timeout: float
    max_redirects: int
    reconnect_delay: float
    reconnect_max_delay: float
    link: LinkSettings

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop."""
        ...

    async def prepare_connection(self) -> None:
        """Make ready for connecting; each attempt begins with it."""
        ...

    def preferred_location(self) -> tuple[str, int | None] | None:
        """Where the server would have us come back to, if anywhere."""
        ...

    async def connection_targets(self, host: str, port: int) -> list[Target]:
        """Where to connect to, best first."""
        ...

    def make_machine(self) -> Machine:
        """A fresh protocol machine."""
        ...

    def tls_settings(self) -> TLSSettings:
        """How TLS is to be done."""
        ...

    def proxy_settings(self) -> ProxySettings | None:
        """The proxy to connect through, if any."""
        ...

    def event(self, name: str, data: Any = None) -> None:
        """Raise an event."""
        ...

    def session_ready(self, connection: Connection) -> None:
        """Stanzas can be sent."""
        ...

    def session_over(self, error: Exception | None) -> None:
        """The session has ended."""
        ...

    def attempt_failed(self, error: Exception) -> None:
        """An attempt has gone through all targets in vain."""
        ...

    def connecting_stopped(self, error: Exception | None) -> None:
        """No further attempt is made."""
        ...


class Run:
    """One life of the connector, from a start to an end: what belongs to it ends with it."""

    __slots__ = ("connection", "error", "first", "stopping", "task")

    def __init__(self, first: "asyncio.Future[bool]") -> None:
        self.first = first
        self.task: asyncio.Task[None] | None = None
        self.connection: Connection | None = None
        self.error: Exception | None = None
        self.stopping = False


class Connector:
    """Connects one client or component, for as long as it wants to be connected."""

    def __init__(self, owner: ConnectorOwner) -> None:
        self._owner = owner
        self.backoff = Backoff()
        self._keys = SaltedPasswords()
        self._run: Run | None = None
        # The life that another one is to follow at once.
        self._restarting: Run | None = None
        self._address = ("", 0)
        # Where the server sent us (see-other-host), and how often in a row.
        self._redirect: Target | None = None
        self._redirects = 0
        self._had_session = False
        # Which session was begun and not ended yet.
        self._session: Connection | None = None

    @property
    def running(self) -> bool:
        """Whether there is a session or one is being tried for."""
        return self._run is not None and self._run.task is not None and not self._run.task.done()

    @property
    def ending(self) -> bool:
        """Whether the present session, or attempt, is to be the last one."""
        return self._run is not None and self._run.stopping

    def start(self, host: str, port: int) -> "asyncio.Future[bool]":
        """Begin; the future tells how the first attempt ended. While connecting or connected, nothing changes.

        :raises StateError: it is connected, or connecting, to another place.
        """
        loop = self._owner.loop
        before = self._run
        if before is not None and self.running and not before.stopping:
            if (host, port) != self._address:
                raise StateError("this client is connected, or connecting; disconnect() comes first")
            return _own_view(before.first, loop)
        self._had_session = False
        self._redirect = None
        self._restarting = None
        self._address = (host, port)
        run = self._run = Run(loop.create_future())
        # The events connection_failed and failed_auth tell it too; who does not await is not told twice.
        mute(run.first)
        run.task = task = loop.create_task(self._keep_trying(run, before))
        task.add_done_callback(lambda done: self._stopped(run, done))
        return _own_view(run.first, loop)

    def give_up(self) -> "Run | None":
        """Let nothing follow the present session or attempt; what :meth:`end` is to end."""
        if self._run is not None:
            self._run.stopping = True
        return self._run

    async def end(self, run: "Run | None", wait: float) -> None:
        """End a session, with ``wait`` seconds for the server's part, or an attempt at once."""
        if run is None or run.task is None or run.task.done():
            return
        connection = run.connection
        if connection is not None and connection.is_ready:
            await connection.close(wait)
        elif run.task is not asyncio.current_task():
            run.task.cancel()
        await _ended(run)

    async def stop(self, wait: float) -> None:
        """End everything, and let nothing follow."""
        await self.end(self.give_up(), wait)

    def restart(self, wait: float) -> "Coroutine[Any, Any, None]":
        """End the session and begin again at once, unless somebody wants an end meanwhile.

        Not ``async`` itself: what is wanted last counts, and that is told by the order of the calls.
        """
        run = self.give_up()
        if run is None or not self.running:
            self.start(*self._address)
        else:
            self._restarting = run
        return self.end(run, wait)

    def forget_restart(self) -> None:
        """An end is wanted, whatever was wanted before."""
        self._restarting = None

    def abort(self) -> None:
        """Cut the connection without a word; nothing follows."""
        self.forget_restart()
        run = self.give_up()
        if run is None:
            return
        if run.connection is not None:
            run.connection.abort()
        elif run.task is not None:
            run.task.cancel()

    async def stopped(self) -> None:
        """Wait until no session is tried for any more."""
        while self.running:
            await _ended(self._run)

    def _stopped(self, run: "Run", task: "asyncio.Task[None]") -> None:
        """The task has ended, perhaps cancelled before its first step: nobody may wait for it for ever."""
        error = None if task.cancelled() else task.exception()
        failure = error if isinstance(error, Exception) else run.error
        if not run.first.done():
            run.first.set_exception(failure or _given_up())
        if self._run is not run:
            return
        if self._restarting is run:
            # Nothing has stopped: what waits goes out with the next session.
            self.start(*self._address)
        else:
            self._owner.connecting_stopped(failure)

    async def _keep_trying(self, run: "Run", before: "Run | None") -> None:
        await _ended(before)
        while True:
            run.error = await self._attempt(run)
            if not run.first.done():
                run.first.set_exception(run.error or _given_up())
            if run.stopping or not self._owner.auto_reconnect:
                break
            if stops(run.error, had_session=self._had_session):
                break
            if self._redirect is None:
                delay = self.backoff.next(self._owner.reconnect_delay, self._owner.reconnect_max_delay)
                self._owner.event("reconnect_delay", delay)
                await asyncio.sleep(delay)

    async def _attempt(self, run: "Run") -> Exception | None:
        """Go through all targets; the error that ended the attempt, or the session that came of it."""
        self._owner.event("connecting", None)
        error: Exception = ConnectionFailure("there is no server to connect to", stage="dns")
        try:
            await self._owner.prepare_connection()
            targets = (
                [self._redirect] if self._redirect else await self._owner.connection_targets(*self._address)
            )
            self._redirect = None
            targets[:0] = self._location(targets)
            while targets:
                target = targets.pop(0)
                connection = self._connect_to(target, run)
                try:
                    await connection.open(self._owner.connect_timeout, targets)
                except Exception as failure:  # noqa: BLE001 - each kind is told to the program as it is
                    error = failure
                    self._over(run, connection)
                    elsewhere = self._redirected(run, connection)
                    if elsewhere is not None:
                        targets.insert(0, elsewhere)
                        continue
                    log.warning("no session with %s: %s", connection.target, failure)
                    if run.stopping or ends_attempt(failure):
                        break
                else:
                    return await self._mind(run, connection)
        except Exception as failure:  # noqa: BLE001 - as above: DNS, or a setting that is wrong
            error = failure
        self._redirects = 0
        self._owner.attempt_failed(error)
        return error

    def _location(self, targets: list[Target]) -> list[Target]:
        """Where the server keeps the session that may be resumed, before all others (XEP-0198 section 3).

        The certificate is still to be for the JID's domain.
        """
        place = self._owner.preferred_location()
        if place is None or not targets:
            return []
        host, port = place
        like = targets[0]
        return [
            # It is to be tried before the others, and not in a race with them.
            Target(host, port or like.port, like.direct_tls, like.domain, priority=-1)
        ]

    def _connect_to(self, target: Target, run: "Run") -> Connection:
        owner = self._owner

        def began(connection: Connection) -> None:
            self._had_session = True
            self._session = connection
            owner.session_ready(connection)
            if not run.first.done():
                run.first.set_result(True)

        run.connection = Connection(
            owner.make_machine(),
            owner,
            target,
            owner.tls_settings(),
            self._keys,
            began,
            proxy=owner.proxy_settings(),
            link=owner.link,
        )
        return run.connection

    async def _mind(self, run: "Run", connection: Connection) -> Exception | None:
        """Mind a session until it ends."""
        loop = self._owner.loop
        started = loop.time()
        try:
            await asyncio.shield(connection.closed)
        finally:
            connection.abort()
            stable = loop.time() - started >= _STABLE_AFTER
            if stable or not _sent_away(connection.error):
                self.backoff.reset()
            if stable:
                self._redirects = 0
            self._over(run, connection)
        self._redirect = self._redirected(run, connection)
        return connection.error

    def _over(self, run: "Run", connection: Connection) -> None:
        """Tell the end of a session, if it had begun."""
        run.connection = None
        if self._session is connection:
            self._session = None
            self._owner.session_over(connection.error)

    def _redirected(self, run: "Run", connection: Connection) -> Target | None:
        """Where see-other-host sends us (RFC 6120 section 4.9.3.19); None when nowhere, or once too often.

        The certificate is still to be for the JID's domain.
        """
        redirect, target = connection.redirect, connection.target
        if redirect is None or run.stopping or self._redirects >= self._owner.max_redirects:
            return None
        self._redirects += 1
        return Target(
            host=redirect.host,
            port=redirect.port or target.port,
            direct_tls=target.direct_tls,
            domain=target.domain,
        )


def _sent_away(error: Exception | None) -> bool:
    """Whether the server itself ended a session. A link that broke says nothing against coming back soon."""
    return error is None or isinstance(error, StreamFailure)


async def _ended(run: Run | None) -> None:
    """Wait for the task, whatever becomes of it; nobody can wait for the task he is in."""
    if run is not None and run.task is not None and run.task is not asyncio.current_task():
        await asyncio.wait((run.task,))


def _own_view(first: "asyncio.Future[bool]", loop: asyncio.AbstractEventLoop) -> "asyncio.Future[bool]":
    """A future of the caller's own: one who gives up waiting must not take the outcome from the others."""
    view: asyncio.Future[bool] = loop.create_future()
    mute(view)

    def settle(done: "asyncio.Future[bool]") -> None:
        if view.done():
            return
        error = done.exception()
        if error is not None:
            view.set_exception(error)
        else:
            view.set_result(done.result())

    first.add_done_callback(settle)
    return view


def _given_up() -> NotConnectedError:
    return NotConnectedError("the attempt to connect was given up")
