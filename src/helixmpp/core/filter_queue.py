"""Outgoing filters that take their time: what is sent behind one waits, so that the order is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final
from xml.etree.ElementTree import Element

from helixmpp.core.filters import Filters
from helixmpp.core.receipt import Outcome, Promised, Receipt
from helixmpp.errors import NotConnectedError, StanzaNotSent
from helixmpp.stanza import ElementBase, StanzaBase

__all__ = ["FilterQueue"]

_DROPPED = "an outgoing filter dropped it"

# Which worker runs the filter that this is done by, also in the tasks that a filter starts and waits for.
_RUN_BY: Final[ContextVar[object]] = ContextVar("run_by", default=None)


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
        # What filters have sent themselves, while filters have it; None while that is nothing.
        self._beside: dict[asyncio.Future[Any], Promised] | None = None

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
        return self._put_beside(stanza) if self._in_filter() else self._queue(stanza, None)

    def put_unfiltered(self, data: ElementBase | Element) -> Receipt:
        """Deliver what passes no filter: behind all that waits, unless it is a filter that sends it now."""
        if self._worker is None or self._in_filter():
            return self._deliver(data)
        return self._queue(data, None, filtered=False)

    def _in_filter(self) -> bool:
        # A filter that asks somebody and waits for the answer would wait for itself.
        return _RUN_BY.get() is self._worker

    def _put_beside(self, stanza: StanzaBase) -> Receipt:
        """Have filters look at what a filter sends: they may be those that wait for it."""
        # What is sent by a filter that filters it again would have no end.
        self._check_room(len(self._beside or ()), self._limit // 10)
        result = self._filters.run_out(stanza)
        if result is None or isinstance(result, StanzaBase):
            return self._finish(result)
        receipt = self._promise()
        task = self._start(self._finish_beside(result, receipt))
        self._beside = self._beside or {}
        self._beside[task] = receipt
        task.add_done_callback(self._forget_beside)
        return receipt

    async def _finish_beside(self, running: Awaitable[StanzaBase | None], receipt: Promised) -> None:
        try:
            receipt.fulfil(self._finish(await running))
        except (Exception, asyncio.CancelledError) as error:
            receipt.settle(_failed(error))
            this = asyncio.current_task()
            if this is not None and this.cancelling():
                raise

    def _forget_beside(self, task: "asyncio.Future[Any]") -> None:
        if self._beside is not None:
            self._beside.pop(task, None)
            self._beside = self._beside or None

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
        self._check_room(len(self._waiting), self._limit)
        receipt = self._promise()
        self._waiting.append((stanza, receipt, filtered))
        if running is not None:
            self._worker = self._start(self._work(running))
        return receipt

    def _check_room(self, waiting: int, limit: int) -> None:
        if waiting >= limit:
            raise NotConnectedError(f"{limit} stanzas wait for an outgoing filter already")

    async def _work(self, running: Awaitable[StanzaBase | None]) -> None:
        first: Awaitable[StanzaBase | None] | None = running
        this = asyncio.current_task()
        _RUN_BY.set(this)
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
                    receipt.settle(_failed(error))
        finally:
            if self._worker is this:
                self._worker = None

    def fail(self, reason: str) -> list[Receipt]:
        """Give up all that waits here, and give it back."""
        waiting, self._waiting = self._waiting, []
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()
        beside, self._beside = self._beside or {}, None
        for task in beside:
            task.cancel()
        given_up = [receipt for _, receipt, _ in waiting] + list(beside.values())
        for receipt in given_up:
            receipt.settle(Outcome("failed", reason))
        return list(given_up)

    async def drain(self) -> None:
        """Wait until nothing waits for a filter."""
        while running := (*(self._beside or ()), *((self._worker,) if self._worker is not None else ())):
            await asyncio.wait(running)


def _failed(error: BaseException) -> Outcome:
    if isinstance(error, StanzaNotSent):
        return Outcome("failed", str(error))  # what the filter itself sent says why
    return Outcome("failed", f"an outgoing filter failed: {error!r}")
