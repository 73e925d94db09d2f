"""Outgoing filters that take their time: what is sent behind one waits, so that the order is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from helixmpp.core.done import Done
from helixmpp.core.filters import Filters
from helixmpp.core.futures import mute, settle
from helixmpp.errors import NotConnectedError
from helixmpp.stanza import StanzaBase

__all__ = ["FilterQueue"]


class FilterQueue:
    """Passes stanzas through the outgoing filters; behind one that has to be waited for, all others wait too."""

    def __init__(
        self,
        filters: Filters,
        deliver: Callable[[StanzaBase], Awaitable[None]],
        start: Callable[[Awaitable[Any]], "asyncio.Future[Any]"],
        limit: int = 10_000,
    ) -> None:
        self._filters = filters
        self._deliver = deliver
        self._start = start
        self._limit = limit
        # A list, because an empty deque takes half a KiB, and this is empty nearly always.
        self._waiting: list[tuple[StanzaBase, asyncio.Future[None]]] = []
        self._worker: asyncio.Future[Any] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, stanza: StanzaBase, loop: asyncio.AbstractEventLoop) -> Awaitable[None]:
        """Filter a stanza and deliver what is left of it; a dropped one is delivered nowhere."""
        if self._worker is None:
            result = self._filters.run_out(stanza)
            if not isinstance(result, Awaitable):
                return self._finish(result)
            return self._queue(stanza, loop, result)
        return self._queue(stanza, loop, None)

    def _finish(self, stanza: StanzaBase | None) -> Awaitable[None]:
        if stanza is not None:
            stanza = self._filters.run("out_sync", stanza)
        return Done(None) if stanza is None else self._deliver(stanza)

    def _queue(
        self,
        stanza: StanzaBase,
        loop: asyncio.AbstractEventLoop,
        running: Awaitable[StanzaBase | None] | None,
    ) -> Awaitable[None]:
        if len(self._waiting) >= self._limit:
            raise NotConnectedError(f"{self._limit} stanzas wait for an outgoing filter already")
        future: asyncio.Future[None] = loop.create_future()
        mute(future)
        self._waiting.append((stanza, future))
        if running is not None:
            self._worker = self._start(self._work(running))
        return future

    async def _work(self, running: Awaitable[StanzaBase | None]) -> None:
        first: Awaitable[StanzaBase | None] | None = running
        try:
            while self._waiting:
                stanza, future = self._waiting[0]
                try:
                    result = first if first is not None else self._filters.run_out(stanza)
                    first = None
                    left = await result if isinstance(result, Awaitable) else result
                    # Not awaited here: without a session that may take long, and those behind have to be kept, too.
                    delivered = self._finish(left)
                    self._waiting.pop(0)
                    if isinstance(delivered, Done):
                        settle(future, None)
                    else:
                        self._start(_follow(delivered, future))
                except Exception as error:  # noqa: BLE001 - a filter may raise anything; the sender is told
                    if self._waiting and self._waiting[0][1] is future:
                        self._waiting.pop(0)
                    settle(future, error)
        finally:
            self._worker = None

    async def drain(self) -> None:
        """Wait until nothing waits for a filter."""
        if self._worker is not None:
            await asyncio.wait((self._worker,))


async def _follow(delivered: Awaitable[None], future: "asyncio.Future[None]") -> None:
    try:
        await delivered
    except Exception as error:  # noqa: BLE001 - whoever sent it is told
        settle(future, error)
    else:
        settle(future, None)
