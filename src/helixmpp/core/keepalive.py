"""Finds out that a link has died: where nothing comes for a while, the server is asked, and has to answer.

What it is asked does not matter: an acknowledgement where stanzas are counted (XEP-0198), else a ping (XEP-0199).
Anything that comes is a sign of life, and nothing is asked while there are others.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from helixmpp.errors import ConnectionFailure

if TYPE_CHECKING:
    from helixmpp.core.connection import Connection

__all__ = ["Keepalive"]


class Keepalive:
    """Watches one connection.

    :param interval: seconds of silence after which the server is asked.
    :param timeout: seconds that it then has to say anything.
    :param ask: asks it.
    :param conclusive: whether a silence means that the link is dead.
    """

    __slots__ = (
        "_asked_at",
        "_asks",
        "_conclusive",
        "_connection",
        "_interval",
        "_loop",
        "_timeout",
        "_timer",
        "_unsent",
    )

    def __init__(
        self,
        connection: "Connection",
        loop: asyncio.AbstractEventLoop,
        *,
        interval: float,
        timeout: float,
        ask: Callable[[], None],
        conclusive: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._interval = interval
        self._timeout = timeout
        self._asks = ask
        self._conclusive = conclusive
        self._asked_at: float | None = None
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = loop.call_later(interval, self._look)

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        connection, now = self._connection, self._loop.time()
        if not connection.reading:
            # We do not listen, because a program does not keep up, or the peer does not: its silence says nothing,
            # but that it takes nothing does.
            unsent, before, self._unsent = connection.unsent, self._unsent, connection.unsent
            if unsent and unsent == before:
                self._give_up(f"the server read nothing for {self._interval:g} seconds")
                return
            self._asked_at = None
            self._next(self._interval)
            return
        self._unsent = 0
        if self._asked_at is not None and connection.last_heard < self._asked_at:
            if self._conclusive():
                self._give_up(
                    f"the server was silent for {now - connection.last_heard:.0f} seconds, and did not answer "
                    f"for {now - self._asked_at:.0f}"
                )
                return
            self._asked_at = None
            self._next(self._interval)
            return
        self._asked_at = None
        silent = now - connection.last_heard
        if silent < self._interval:
            self._next(self._interval - silent)
            return
        self._asked_at = now
        self._asks()
        self._next(self._timeout)

    def _give_up(self, why: str) -> None:
        self._timer = None
        self._connection.give_up(
            ConnectionFailure(
                f"{why}: the link is dead", stage="session", target=str(self._connection.target)
            )
        )

    def _next(self, seconds: float) -> None:
        # Never at once: clocks of event loops are coarse, and what is due a moment early would be due again.
        self._timer = self._loop.call_later(max(seconds, 0.01), self._look)
