"""Whether the server has what was written, where it does not count stanzas itself (no XEP-0198).

A server handles what one client sends in order (RFC 6120 section 10.1): its answer to a request says that it has
everything that was written before. It is asked only when somebody still holds the receipt of such a stanza, and not
more often than once in ``delay`` seconds, unless somebody waits.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Collection
from typing import Any, Protocol

from helixmpp.core.receipt import ACKED, SENT, Batch, Outcome, Receipt
from helixmpp.stanza import IqError, IqTimeout

__all__ = ["Confirmation", "is_answer", "is_silence"]

_UNKNOWN = Outcome(
    "failed", "the connection was lost before the server had confirmed it; it may have arrived"
)


def is_answer(done: asyncio.Future[Any]) -> bool:
    """Whether a request was answered; what it was answered with does not matter."""
    return not done.cancelled() and (done.exception() is None or isinstance(done.exception(), IqError))


def is_silence(done: asyncio.Future[Any]) -> bool:
    """Whether a request was not answered in its time, as opposed to: the stream went away before."""
    return not done.cancelled() and isinstance(done.exception(), IqTimeout)


class ConfirmationHost(Protocol):
    """What is asked of the client or component."""

    ack_delay: float
    #: The names of events that somebody wants to know of.
    handled_events: Collection[str]

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop."""
        ...

    def stanza_settled(self, receipt: Receipt, outcome: Outcome) -> None:
        """Told what became of a stanza."""
        ...

    def ask_server(self) -> asyncio.Future[Any]:
        """Ask the server anything at all; its answer."""
        ...

    @property
    def can_confirm(self) -> bool:
        """Whether an answer surely comes to us."""
        ...

    def ask_unanswered(self) -> None:
        """Told that no answer came in time."""
        ...


class Confirmation:
    """The written stanzas between one answer of the server and the next."""

    def __init__(self, host: ConfirmationHost) -> None:
        self._host = host
        self._batch: Batch | None = None
        self._count = 0
        # Those that a question was sent for. Weakly: where nobody holds a receipt, nobody wants to know.
        self._asked: list[weakref.ref[Batch]] = []
        # What the program has handlers for is told of each, whoever holds it.
        self._told: dict[Batch, list[Receipt]] = {}
        self._timer: asyncio.Handle | None = None
        self._soon = False

    def add(self, receipt: Receipt) -> None:
        """Note a stanza that was written."""
        batch = self._batch
        if batch is None:
            batch = self._batch = Batch()
            self._count = 0
            if self._timer is None:
                self._timer = self._host.loop.call_later(self._host.ack_delay, self._close_batch)
        self._count += 1
        receipt.join(batch)
        handled = self._host.handled_events
        if "stanza_acked" in handled or "stanza_not_sent" in handled:
            self._told.setdefault(batch, []).append(receipt)
        if receipt.is_awaited:
            self.ask_soon()

    def ask_soon(self) -> None:
        """Somebody waits: ask at the end of this turn of the event loop."""
        if not self._soon and self._batch is not None:
            self._soon = True
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._host.loop.call_soon(self._close_batch)

    def _close_batch(self) -> None:
        self._soon = False
        self._timer = None
        batch, self._batch = self._batch, None
        if batch is None:
            return
        held = weakref.ref(batch)
        del batch
        self._asked = [ref for ref in self._asked if ref() is not None]
        if held() is None:
            return
        if not self._host.can_confirm:
            self._settle([held], SENT)
            return
        self._asked.append(held)
        self._host.ask_server().add_done_callback(lambda done: self._answered(done, held))

    def _answered(self, done: asyncio.Future[Any], held: weakref.ref[Batch]) -> None:
        if held not in self._asked:
            return  # the end of the stream has said it
        upto = self._asked.index(held) + 1
        asked = self._asked[:upto]
        if is_answer(done):
            del self._asked[:upto]
            self._settle(asked, ACKED)
        elif is_silence(done):
            self._host.ask_unanswered()
            if not self._host.can_confirm:
                del self._asked[:upto]
                self._settle(asked, SENT)
            else:
                self._host.ask_server().add_done_callback(lambda done: self._answered(done, held))

    def _settle(self, refs: list[weakref.ref[Batch]], outcome: Outcome) -> None:
        for ref in refs:
            batch = ref()
            if batch is not None:
                self._settle_one(batch, outcome)

    def _settle_one(self, batch: Batch, outcome: Outcome) -> None:
        batch.settle(outcome)
        for receipt in self._told.pop(batch, ()):
            self._host.stanza_settled(receipt, outcome)

    def stream_lost(self, *, clean: bool) -> int:
        """The stream is gone; how many stanzas nobody can account for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._soon = False
        outcome = ACKED if clean else _UNKNOWN
        count = 0 if clean or self._batch is None else self._count
        asked, self._asked = self._asked, []
        self._settle(asked, outcome)
        batch, self._batch = self._batch, None
        if batch is not None:
            self._settle_one(batch, outcome)
        return count
