"""Presences that come to a component before its rosters are read: they wait, for they would be judged wrongly."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from helixmpp.core.roster.manager import Roster
from helixmpp.stanza import Presence

__all__ = ["MAX_WAITING", "Waiting"]

log = logging.getLogger(__name__)

#: How many presences wait; further ones are dropped, as the log says.
MAX_WAITING: Final = 10_000
# After so many of them others get their turn (50 ms at most).
_SLICE: Final = 100


class Waiting:
    """Presences in the order in which they came.

    To answer a probe of a subscriber who is not known yet would end the subscription (RFC 6121 section 4.3.2).

    :param handle: told of each, once the rosters are there.
    """

    def __init__(self, roster: Roster, handle: Callable[[Presence], object]) -> None:
        self._roster = roster
        self._handle = handle
        self._presences: list[Presence] = []
        self._worker: asyncio.Future[Any] | None = None

    def __len__(self) -> int:
        return len(self._presences)

    def takes(self, presence: Presence) -> bool:
        """Whether the presence has to wait; if so, it does."""
        if self._roster.is_loaded and not self._presences:
            return False
        if len(self._presences) >= MAX_WAITING:
            log.warning("a presence was dropped: %d wait for the roster", MAX_WAITING)
            return True
        self._presences.append(presence)
        if self._worker is None:
            self._worker = self._roster.xmpp.watch_task(self._work(), "presences that wait for the roster")
        return True

    async def _work(self) -> None:
        try:
            # Where it cannot be read, they wait on; it is tried again with the next one.
            if await self._roster.load():
                await self._handle_all()
        finally:
            self._worker = None

    async def _handle_all(self) -> None:
        waiting = self._presences
        while waiting:
            some = waiting[:_SLICE]
            for presence in some:
                try:
                    self._handle(presence)
                except Exception as error:  # noqa: BLE001 - a program's function may raise anything; it is told
                    self._roster.xmpp.exception(error)
            del waiting[: len(some)]
            await asyncio.sleep(0)
