"""What comes back from ``send()``: where a stanza is, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Final, Protocol

from helixmpp.core.done import Done
from helixmpp.errors import StanzaNotSent
from helixmpp.stream import Entry

__all__ = ["ACKED", "RESENT", "SENT", "Batch", "Handed", "Outcome", "Promised", "Receipt", "ReceiptOwner"]


class Outcome(str):
    """How the sending of a stanza ended: a string, and for ``"failed"`` a reason.

    * ``"acked"``: the server has it (XEP-0198, or where that is off, by an answer to something sent later);
    * ``"resent"``: the same, after it was sent to a second session, so that the receiver may have it twice;
    * ``"failed"``: it was given up, or nobody can say whether the server has it; ``reason`` says why;
    * ``"sent"``: it is written, and nobody says more: it is no stanza (``send_raw(" ")``), or it is one of a
      component that shares its domain with others, or whose server gives no answers.
    """

    __slots__ = ("reason",)

    reason: str

    def __new__(cls, name: str, reason: str = "") -> Outcome:
        """Make one of the four."""
        outcome = super().__new__(cls, name)
        outcome.reason = reason
        return outcome

    def __repr__(self) -> str:
        return f"Outcome({str(self)!r}, {self.reason!r})" if self.reason else f"Outcome({str(self)!r})"


ACKED: Final = Outcome("acked")
RESENT: Final = Outcome("resent")
SENT: Final = Outcome("sent")


class ReceiptOwner(Protocol):
    """What a receipt asks of the outbox that it came from."""

    @property
    def congested(self) -> bool:
        """Whether so much is under way that whoever can wait should."""
        ...

    def awaited(self, receipt: Receipt) -> None:
        """Somebody waits for the outcome: the server is to be asked soon."""
        ...

    def changed(self) -> asyncio.Future[None]:
        """Done when something was written, taken, acknowledged or given up."""
        ...


class Receipt(Entry, Awaitable[Outcome]):
    """A stanza on its way, from the call to its one outcome.

    ``await receipt`` gives the :class:`Outcome`, or raises :class:`~helixmpp.errors.StanzaNotSent` with the
    reason. It may also be ignored: nothing is complained about.
    ``await receipt.handed()`` only waits until it is on its way, which is what a sender in a loop wants.
    """

    __slots__ = (
        "__weakref__",
        "_batch",
        "_failed",
        "_future",
        "_outcome",
        "_owner",
        "number",
        "stanza",
        "taken",
        "time",
    )

    def __init__(self, text: str, owner: ReceiptOwner, stanza: bool = True) -> None:
        # Not by super(): one is made for each stanza that is sent.
        self.text = text
        self.written = False
        self.again = False
        #: Whether it is a stanza, and so counted.
        self.stanza = stanza
        #: Its number in the durable outbox; 0 where there is none.
        self.number = 0
        #: Whether the durable outbox has it.
        self.taken = False
        #: When it was sent first, in seconds since 1970; 0.0 where that is not needed.
        self.time = 0.0
        self._owner = owner
        self._outcome: Outcome | None = None
        self._batch: Batch | None = None
        self._future: asyncio.Future[None] | None = None
        self._failed: Callable[[str], None] | None = None

    @property
    def outcome(self) -> Outcome | None:
        """What became of it; None while that is open."""
        if self._outcome is None and self._batch is not None:
            return self._batch.outcome
        return self._outcome

    @property
    def on_wire(self) -> bool:
        """Whether it was handed to a stream."""
        return self.written

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for the outcome."""
        return self._future is not None

    def done(self) -> bool:
        """Whether the outcome is known."""
        return self.outcome is not None

    def handed(self) -> Awaitable[Receipt]:
        """Wait until it was written to a stream, or taken by the durable outbox, and there is room for more.

        :raises StanzaNotSent: it was given up before.
        """
        if self.written and not self._owner.congested and self._outcome is None:
            return Done(self)
        return Handed(self)

    async def wait_handed(self) -> Receipt:
        """Do what :meth:`handed` says."""
        owner = self._owner
        while True:
            outcome = self.outcome
            if outcome == "failed":
                raise StanzaNotSent(outcome.reason)
            if outcome is not None or ((self.written or self.taken) and not owner.congested):
                return self
            await asyncio.shield(owner.changed())

    async def _settled(self) -> Outcome:
        while (outcome := self.outcome) is None:
            if self._future is None or self._future.done():
                self._future = asyncio.get_running_loop().create_future()
                if self._batch is not None:
                    self._batch.waiters.append(self)
            self._owner.awaited(self)
            await asyncio.shield(self._future)
        if outcome == "failed":
            raise StanzaNotSent(outcome.reason)
        return outcome

    def __await__(self) -> Generator[Any, None, Outcome]:
        return self._settled().__await__()

    def settle(self, outcome: Outcome) -> None:
        """Say what became of it; only the first word counts."""
        if self._outcome is None:
            self._outcome = outcome
            self._batch = None
            failed, self._failed = self._failed, None
            if failed is not None and outcome == "failed":
                failed(outcome.reason)
            self.wake()

    def when_failed(self, function: Callable[[str], None]) -> None:
        """Call a function with the reason, now or later, if it is given up before it was written."""
        outcome = self.outcome
        if outcome is None:
            self._failed = function
        elif outcome == "failed":
            function(outcome.reason)

    def join(self, batch: Batch) -> None:
        """Share the outcome of others that were written at the same time."""
        self._batch = batch
        if self._future is not None:
            batch.waiters.append(self)

    def wake(self) -> None:
        """Let go whoever waits for the outcome."""
        future, self._future = self._future, None
        if future is not None and not future.done():
            future.set_result(None)

    def __repr__(self) -> str:
        return f"<Receipt {self.outcome or ('written' if self.written else 'waiting')}>"


class Promised(Receipt):
    """The receipt of a stanza that a slow outgoing filter still has."""

    __slots__ = ("_real",)

    def __init__(self, owner: ReceiptOwner) -> None:
        super().__init__("", owner)
        self._real: Receipt | None = None

    @property
    def outcome(self) -> Outcome | None:
        """What became of it; None while that is open."""
        return self._outcome if self._real is None else self._real.outcome

    @property
    def on_wire(self) -> bool:
        """Whether it was handed to a stream."""
        return self._real is not None and self._real.written

    def fulfil(self, real: Receipt) -> None:
        """The filter has let it go: from now on this is as good as that receipt."""
        self._real = real
        failed, self._failed = self._failed, None
        if failed is not None and not real.on_wire:
            real.when_failed(failed)
        self.wake()

    async def wait_handed(self) -> Receipt:
        """Do what :meth:`Receipt.handed` says."""
        await self._filtered()
        if self._real is None:
            return await super().wait_handed()
        return await self._real.wait_handed()

    async def _filtered(self) -> None:
        while self._real is None and self._outcome is None:
            if self._future is None or self._future.done():
                self._future = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._future)

    async def _settled(self) -> Outcome:
        await self._filtered()
        return await (super()._settled() if self._real is None else self._real)


class Handed(Awaitable[Receipt]):
    """What is awaited until a stanza is on its way; it does nothing unless it is awaited."""

    __slots__ = ("_receipt",)

    def __init__(self, receipt: Receipt) -> None:
        self._receipt = receipt

    def __await__(self) -> Generator[Any, None, Receipt]:
        return self._receipt.wait_handed().__await__()


class Batch:
    """The stanzas that were written between two questions to the server, where it counts nothing itself."""

    __slots__ = ("__weakref__", "outcome", "waiters")

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.waiters: list[Receipt] = []

    def settle(self, outcome: Outcome) -> None:
        """Say what became of all of them."""
        if self.outcome is None:
            self.outcome = outcome
            waiters, self.waiters = self.waiters, []
            for receipt in waiters:
                receipt.wake()
