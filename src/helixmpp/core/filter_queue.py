"""Outgoing filters that take their time: what is sent behind one waits, so that the order is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp.core.filters import Filters
from helixmpp.core.receipt import Outcome, Promised, Receipt
from helixmpp.errors import NotConnectedError
from helixmpp.stanza import ElementBase, StanzaBase

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
        deliver: Callable[[ElementBase | Element], Receipt],
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
        # The last of each says whether it is to pass the filters.
        self._waiting: list[tuple[ElementBase | Element, Promised, bool]] = []
        self._worker: asyncio.Future[Any] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, stanza: StanzaBase) -> Receipt:
        """Filter a stanza and deliver what is left of it; a dropped one is delivered nowhere."""
        if self._worker is None:
            result = self._filters.run_out(stanza)
            # To ask whether it can be awaited takes longer.
            if result is None or isinstance(result, StanzaBase):
                return self._finish(result)
            return self._queue(stanza, result)
        return self._queue(stanza, None)

    def put_unfiltered(self, data: ElementBase | Element) -> Receipt:
        """Deliver what passes no filter: behind all that waits, unless it is a filter that sends it now."""
        if self._worker is None or self._in_filter():
            return self._deliver(data)
        return self._queue(data, None, filtered=False)

    def _in_filter(self) -> bool:
        # A filter that asks somebody and waits for the answer would wait for itself.
        try:
            return asyncio.current_task() is self._worker
        except RuntimeError:
            return False  # the loop stands still for a moment

    def _finish(self, stanza: ElementBase | Element | None) -> Receipt:
        return self._refuse(_DROPPED) if stanza is None else self._deliver(stanza)

    def _run(
        self, data: ElementBase | Element, filtered: bool
    ) -> ElementBase | Element | Awaitable[StanzaBase | None] | None:
        """What the filters leave of what waited, or an awaitable that tells."""
        return self._filters.run_out(data) if filtered and isinstance(data, StanzaBase) else data

    def _queue(
        self,
        stanza: ElementBase | Element,
        running: Awaitable[StanzaBase | None] | None,
        filtered: bool = True,
    ) -> Receipt:
        if len(self._waiting) >= self._limit:
            raise NotConnectedError(f"{self._limit} stanzas wait for an outgoing filter already")
        receipt = self._promise()
        self._waiting.append((stanza, receipt, filtered))
        if running is not None:
            self._worker = self._start(self._work(running))
        return receipt

    async def _work(self, running: Awaitable[StanzaBase | None]) -> None:
        first: Awaitable[StanzaBase | None] | None = running
        this = asyncio.current_task()
        try:
            while self._waiting:
                stanza, receipt, filtered = self._waiting[0]
                try:
                    result = first if first is not None else self._run(stanza, filtered)
                    first = None
                    left = await result if isinstance(result, Awaitable) else result
                    # Not awaited here: without a session that may take long, and those behind have to be kept, too.
                    delivered = self._finish(left)
                    self._waiting.pop(0)
                    receipt.fulfil(delivered)
                except (Exception, asyncio.CancelledError) as error:
                    # Whatever it is, the sender is told.
                    if this is not None and this.cancelling():
                        raise  # it is not the filter that was cancelled, but its caller
                    if self._waiting and self._waiting[0][1] is receipt:
                        self._waiting.pop(0)
                    receipt.settle(Outcome("failed", f"an outgoing filter failed: {error!r}"))
        finally:
            if self._worker is this:
                self._worker = None

    def fail(self, reason: str) -> list[Receipt]:
        """Give up all that waits here, and give it back."""
        waiting, self._waiting = self._waiting, []
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()
        for _, receipt, _ in waiting:
            receipt.settle(Outcome("failed", reason))
        return [receipt for _, receipt, _ in waiting]

    async def drain(self) -> None:
        """Wait until nothing waits for a filter."""
        if self._worker is not None:
            await asyncio.wait((self._worker,))
