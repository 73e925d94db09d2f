"""Outgoing filters that take their time: what is sent behind one waits, so that the order is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from helixmpp.core.filters import Filters
from helixmpp.core.receipt import Outcome, Promised, Receipt
from helixmpp.errors import NotConnectedError
from helixmpp.stanza import StanzaBase

__all__ = ["FilterQueue"]

_DROPPED = "an outgoing filter dropped it"


class FilterQueue:
    """Passes stanzas through the outgoing filters; behind one that has to be waited for, all others wait too.

    :param deliver: sends what the filters leave.
    :param start: starts a task of the client.
    :param promise: makes the receipt of a stanza that waits here.
    :param refuse: makes the receipt of one that a filter drops, with the reason.
    :param limit: how many may wait.
    """

    def __init__(
        self,
        filters: Filters,
        deliver: Callable[[StanzaBase], Receipt],
        start: Callable[[Awaitable[Any]], "asyncio.Future[Any]"],
        promise: Callable[[], Promised],
        refuse: Callable[[str], Receipt],
        limit: int = 10_000,
    ) -> None:
        self._filters = filters
        self._deliver = deliver
        self._start = start
        self._promise = promise
        self._refuse = refuse
        self._limit = limit
        # A list, because an empty deque takes half a KiB, and this is empty nearly always.
        self._waiting: list[tuple[StanzaBase, Promised]] = []
        self._worker: asyncio.Future[Any] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, stanza: StanzaBase) -> Receipt:
        """Filter a stanza and deliver what is left of it; a dropped one is delivered nowhere."""
        if self._worker is None:
            result = self._filters.run_out(stanza)
            if not isinstance(result, Awaitable):
                return self._finish(result)
            return self._queue(stanza, result)
        return self._queue(stanza, None)

    def _finish(self, stanza: StanzaBase | None) -> Receipt:
        return self._refuse(_DROPPED) if stanza is None else self._deliver(stanza)

    def _queue(self, stanza: StanzaBase, running: Awaitable[StanzaBase | None] | None) -> Receipt:
        if len(self._waiting) >= self._limit:
            raise NotConnectedError(f"{self._limit} stanzas wait for an outgoing filter already")
        receipt = self._promise()
        self._waiting.append((stanza, receipt))
        if running is not None:
            self._worker = self._start(self._work(running))
        return receipt

    async def _work(self, running: Awaitable[StanzaBase | None]) -> None:
        first: Awaitable[StanzaBase | None] | None = running
        try:
            while self._waiting:
                stanza, receipt = self._waiting[0]
                try:
                    result = first if first is not None else self._filters.run_out(stanza)
                    first = None
                    left = await result if isinstance(result, Awaitable) else result
                    # Not awaited here: without a session that may take long, and those behind have to be kept, too.
                    delivered = self._finish(left)
                    self._waiting.pop(0)
                    receipt.fulfil(delivered)
                except Exception as error:  # noqa: BLE001 - a filter may raise anything; the sender is told
                    if self._waiting and self._waiting[0][1] is receipt:
                        self._waiting.pop(0)
                    receipt.settle(Outcome("failed", f"an outgoing filter failed: {error!r}"))
        finally:
            self._worker = None

    async def drain(self) -> None:
        """Wait until nothing waits for a filter."""
        if self._worker is not None:
            await asyncio.wait((self._worker,))
