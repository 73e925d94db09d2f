"""All that is sent, in one order, from the call to the server's acknowledgement.

There is one ledger for a client's whole life. What was sent while there was no stream stands in it, and so does what
a lost stream may have lost: the next stream begins with that, and anything newer goes behind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from helixmpp.core.confirmation import Confirmation, is_answer, is_silence
from helixmpp.core.receipt import ACKED, RESENT, SENT, Outcome, Promised, Receipt
from helixmpp.core.survivors import stamp_delay, survives
from helixmpp.errors import ConnectionFailure, NotConnectedError
from helixmpp.stream import Entry, Management

if TYPE_CHECKING:
    # These bring the whole protocol with them, which a client needs when it connects.
    from helixmpp.core.connection import Connection
    from helixmpp.core.durable import Durable

__all__ = ["Outbox", "OutboxHost"]

# Above so many bytes that are written and not acknowledged, whoever awaits a send waits.
_HIGH_WATER = 1_048_576

# While the peer does not read, and so many stanzas wait for that, nothing is read of it either: what it asks for
# would have its answers here.
_MOST_WAITING = 500

# What a lost stream had taken is written again in steps of so many bytes, each acknowledged before the next. Servers
# exist that feed a resumed stream to the parser of the connection that broke: where that was inside a stanza,
# nothing more is understood. They read 8 KiB at a time, so no stanza is read in part while less is under way.
_STEP = 7_000


class OutboxHost(Protocol):
    """What the outbox asks of the client or component; the numbers are its settings."""

    outbox_limit: int
    ack_every: int
    ack_delay: float
    ack_timeout: float
    #: The names of events that somebody wants to know of.
    handled_events: Collection[str]

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop."""
        ...

    def ask_server(self) -> asyncio.Future[Any]:
        """Ask the server anything at all, where it does not count stanzas; its answer."""
        ...

    @property
    def can_confirm(self) -> bool:
        """Whether an answer surely comes to us."""
        ...

    def ask_unanswered(self) -> None:
        """Told that no answer came in time."""
        ...

    def make_durable(self) -> Durable | None:
        """The durable outbox, where settings and storage have one."""
        ...

    def driven_write(self, text: str) -> bool:
        """Have a text written by somebody else who drives the stream; False: there is none."""
        ...

    def hold_reading(self, held: bool) -> None:
        """Stop reading, or go on, because of what waits to be written."""
        ...

    def stanza_settled(self, receipt: Receipt, outcome: Outcome) -> None:
        """Told what became of a stanza."""
        ...


class Outbox:
    """Takes what is sent, writes it in order, and learns what became of it."""

    def __init__(self, host: OutboxHost) -> None:
        self.management = Management()
        self.durable: Durable | None = None
        self._opened = False
        self._host = host
        self._ledger = self.management.ledger
        self._connection: Connection | None = None
        self._managed = False
        # Whether a session begins in this moment: then nothing is too much.
        self._opening = False
        # Whether each stanza is followed up to its acknowledgement: by the server's counting, or, where it
        # does not count, by its answers, which a durable outbox has to know.
        self._counting = False
        self._confirmation = Confirmation(host)
        self._flying_bytes = 0
        self._unasked = 0
        # While what a lost stream had taken is written again, see _STEP.
        self._in_steps = False
        self._timer: asyncio.TimerHandle | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._asking = False
        self._asked_meanwhile = False
        self._holding = False
        self._changed: asyncio.Future[None] | None = None
        # What the storage still had in hand when the client stopped, and why it stopped; and those of them that have
        # had their outcome since.
        self._ending: set[Receipt] = set()
        self._why = ""
        self._late: list[Receipt] = []

    def __len__(self) -> int:
        """How many wait to be written."""
        return self._ledger.waiting + (self.durable.pending if self.durable is not None else 0)

    @property
    def unconfirmed(self) -> int:
        """How many stanzas have no outcome yet, as far as they are counted one by one."""
        return len(self._ledger) + (self.durable.pending if self.durable is not None else 0)

    def open_durable(self) -> Durable | None:
        """The durable outbox, where settings and storage have one; settings are looked at by the first call."""
        if not self._opened:
            self.durable = self._host.make_durable()
            self._opened = True
        return self.durable

    # -- taking ----------------------------------------------------------------------------------------------

    def take(self, text: str, stanza: bool = True) -> Receipt:
        """Send a text, now or as soon as there is a session; ``stanza`` says whether it is one.

        :raises NotConnectedError: there is no session, and ``limit`` texts wait for one.
        """
        if not self._opened:
            self.open_durable()
        receipt = Receipt(text, self, stanza)
        connection = self._connection
        if connection is None or not connection.is_open:
            if self._host.driven_write(text):
                return self.unknown()
            if not self._opening and len(self) >= self._host.outbox_limit:
                raise NotConnectedError(
                    f"there is no session, and {self._host.outbox_limit} stanzas wait for one already (outbox_limit)"
                )
            connection = None
        if not stanza:
            self._take_uncounted(receipt, connection)
        elif self.durable is not None:
            receipt.time = time.time()
            self.durable.put(receipt)
        elif connection is None or self._ledger.waiting or connection.writing_paused:
            receipt.time = time.time()
            self._ledger.add(receipt)
        else:
            try:
                connection.send(text)
            except NotConnectedError:
                # It ends in this moment, which nobody has been told yet.
                receipt.time = time.time()
                self._ledger.add(receipt)
            else:
                self._written(receipt)
        if connection is not None and connection.writing_paused:
            self._weigh()
        return receipt

    def _weigh(self) -> None:
        """Stop reading while too much waits for a peer that does not read, or go on."""
        connection = self._connection
        held = connection is not None and connection.writing_paused and len(self) > _MOST_WAITING
        if held is not self._holding:
            self._holding = held
            self._host.hold_reading(held)

    def _written(self, receipt: Receipt) -> None:
        if self._counting:
            receipt.time = time.time()
            self._ledger.fly(receipt)
            self._counted(receipt)
        else:
            receipt.written = True
            receipt.text = ""
            self._confirmation.add(receipt)

    def _take_uncounted(self, receipt: Receipt, connection: Connection | None) -> None:
        """What is no stanza is neither counted nor kept over a session's end."""
        if connection is None:
            self._ledger.add(receipt)
            return
        try:
            connection.send(receipt.text)
        except NotConnectedError:
            self._ledger.add(receipt)
            return
        receipt.written = True
        receipt.settle(SENT)

    def refused(self, reason: str) -> Receipt:
        """The receipt of what is not sent at all."""
        receipt = Receipt("", self)
        # A filter that drops a request may have sent another in its place, whose answer is still to come.
        receipt.written = True
        receipt.settle(Outcome("failed", reason))
        return receipt

    def unknown(self) -> Receipt:
        """The receipt of what a program's own function has sent, or has not."""
        receipt = Receipt("", self, stanza=False)
        receipt.written = True
        receipt.settle(SENT)
        return receipt

    def promised(self) -> Promised:
        """The receipt of what an outgoing filter still has."""
        return Promised(self)

    def written_down(self, receipts: Iterable[Receipt]) -> None:
        """The durable outbox has these: they may go out."""
        for receipt in receipts:
            receipt.taken = True
            self._end(receipt, self._why)
            self._ledger.add(receipt)
        self.pump()
        self.tell_changed()

    def given_up(self, receipts: Iterable[Receipt], outcome: Outcome) -> None:
        """The durable outbox could not keep these."""
        for receipt in receipts:
            self._end(receipt, outcome.reason)
            self._settle(receipt, outcome)
        self.tell_changed()

    def _end(self, receipt: Receipt, reason: str) -> None:
        if receipt in self._ending:
            self._ending.discard(receipt)
            self._late.append(receipt)
            self._settle(receipt, Outcome("failed", reason))

    def ended_late(self) -> list[Receipt]:
        """What had no outcome yet when the client stopped; it has one now, though the storage may hang."""
        for receipt in list(self._ending):
            self._end(receipt, f"{self._why.partition(';')[0]}; whether the storage has it, nobody can say")
        self.tell_changed()
        late, self._late = self._late, []
        return late

    def restore(self, receipts: Iterable[Receipt], *, acked: int | None) -> None:
        """What an earlier process left; with ``acked`` it is all in flight behind so many, else it waits."""
        if acked is not None:
            self._ledger.acked = acked % 2**32
        for receipt in receipts:
            if acked is not None:
                self._ledger.fly(receipt)
            else:
                self._ledger.add(receipt)

    @property
    def position(self) -> int:
        """How the server will count the last stanza that was taken for this session."""
        return self._ledger.acked + len(self._ledger)

    def receipt(self, text: str, when: float, number: int) -> Receipt:
        """A receipt for what an earlier process had sent."""
        receipt = Receipt(text, self)
        receipt.time, receipt.number, receipt.taken = when, number, True
        return receipt

    # -- writing ---------------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Write what waits, in order, for as long as the peer reads."""
        connection, ledger = self._connection, self._ledger
        while connection is not None and not connection.writing_paused:
            receipt = ledger.next_waiting()
            if not isinstance(receipt, Receipt):
                self._in_steps = False
                return
            if self._in_steps and self._flying_bytes and self._flying_bytes + len(receipt.text) > _STEP:
                self._ask_now()
                return
            try:
                connection.send(receipt.text)
            except NotConnectedError:
                return
            ledger.take(counted=self._counting and receipt.stanza)
            if not receipt.stanza:
                receipt.settle(SENT)
            elif self._counting:
                self._counted(receipt)
            else:
                receipt.text = ""
                self._confirmation.add(receipt)

    def _counted(self, receipt: Receipt) -> None:
        self._flying_bytes += len(receipt.text)
        self._unasked += 1
        if self._unasked >= self._host.ack_every or self._flying_bytes > _HIGH_WATER // 2:
            self._ask_now()
        elif receipt.is_awaited:
            self.awaited(receipt)
        elif self._timer is None:
            self._timer = self._host.loop.call_later(self._host.ack_delay, self._ask_now)

    def _ask_now(self) -> None:
        """Ask the server what it has (XEP-0198 section 4)."""
        self._stop_asking()
        connection = self._connection
        if connection is None or not self._unasked:
            return
        self._unasked = 0
        if self._managed:
            connection.request_ack()
            if self._overdue is None:
                self._overdue = self._host.loop.call_later(
                    self._host.ack_timeout, self._not_acknowledged, connection
                )
            return
        count = self._ledger.sent
        if not self._host.can_confirm:
            self.acknowledged(self._ledger.acknowledge(count), SENT)
            return
        self._host.ask_server().add_done_callback(lambda done: self._answered(done, connection, count))

    def _not_acknowledged(self, connection: Connection) -> None:
        """The server says nothing to what it has to answer, though it may say other things: begin another session.

        Resuming this one would come to the same.
        """
        self._overdue = None
        if not connection.reading:
            # We do not listen, because a program does not keep up.
            self._unasked = max(self._unasked, 1)
            self._ask_now()
            return
        self.management.forget()
        connection.give_up(
            ConnectionFailure(
                f"the server acknowledged nothing for {self._host.ack_timeout:g} seconds",
                stage="session",
                target=str(connection.target),
            )
        )

    def _answered(self, done: asyncio.Future[Any], connection: Connection, count: int) -> None:
        """The server has answered a request, and so it has all that was written before."""
        if self._connection is not connection:
            return
        if is_answer(done):
            self.acknowledged(self._ledger.acknowledge(count))
        elif is_silence(done):
            self._host.ask_unanswered()
            self._unasked = max(self._unasked, 1)
            self._ask_now()

    # -- what receipts ask -----------------------------------------------------------------------------------

    @property
    def congested(self) -> bool:
        """Whether so much is under way that whoever can wait should."""
        connection = self._connection
        return (connection is not None and connection.writing_paused) or self._flying_bytes > _HIGH_WATER

    def awaited(self, receipt: Receipt) -> None:
        """Somebody waits for an outcome: the server is asked at the end of this turn of the event loop."""
        if self._connection is None or not receipt.written:
            return
        if not self._counting:
            self._confirmation.ask_soon()
        elif not self._asking and self._unasked:
            self._asking = True
            self._host.loop.call_soon(self._ask_now)

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change of what is under way."""
        if self._changed is None or self._changed.done():
            self._changed = self._host.loop.create_future()
        return self._changed

    def tell_changed(self) -> None:
        """Let go whoever waits for room, or for being written."""
        changed, self._changed = self._changed, None
        if changed is not None and not changed.done():
            changed.set_result(None)

    # -- streams come and go ---------------------------------------------------------------------------------

    def connect(self, connection: Connection) -> list[Receipt]:
        """A stream is ready: begin with what an earlier one had not brought over.

        What belonged to a session that is over is given back as failed.
        """
        self._opening = False
        self._asked_meanwhile = False
        self._ending.clear()
        self._connection = connection
        self._managed = connection.machine.managed
        self._counting = self._managed or self.durable is not None
        self._unasked = 0
        lost: list[Receipt] = []
        if not connection.machine.resumed:
            lost = self._renew()
        self._flying_bytes = 0
        self._in_steps = self._managed and self._ledger.waiting > 0
        connection.on_writable = self._writable
        self.pump()
        self.tell_changed()
        return lost

    def opening(self) -> None:
        """A session begins; :meth:`connect` follows in the same turn of the event loop."""
        self._opening = True

    def _renew(self) -> list[Receipt]:
        def keep(entry: Entry) -> bool:
            if not isinstance(entry, Receipt) or not survives(entry):
                return False
            if entry.written:
                stamp_delay(entry)
            return True

        lost = [entry for entry in self._ledger.renew(keep) if isinstance(entry, Receipt)]
        for receipt in lost:
            if receipt.stanza:
                self._settle(receipt, Outcome("failed", "the session that it belonged to is over"))
            else:
                receipt.settle(SENT)
        if self.durable is not None:
            self.durable.renewed(self._ledger_takes())
        return [receipt for receipt in lost if receipt.stanza]

    def _ledger_takes(self) -> list[Receipt]:
        """Take all that waits out of the ledger: the durable outbox has to number it anew."""
        return [entry for entry in self._ledger.clear() if isinstance(entry, Receipt)]

    def _writable(self) -> None:
        if self._asked_meanwhile:
            self._asked_meanwhile = False
            self.acknowledge()
        self.pump()
        self._weigh()
        self.tell_changed()

    def disconnect(self, *, clean: bool) -> int:
        """The stream is gone; how many written stanzas nobody can account for now.

        :param clean: both sides have ended it, and so the server has taken all that was written before.
        """
        if self._connection is None:
            return 0
        self._connection = None
        self._weigh()
        self._stop_asking()
        if clean and self._counting:
            self.acknowledged(self._ledger.acknowledge(self._ledger.sent))
        self._flying_bytes = 0
        self.tell_changed()
        return self._confirmation.stream_lost(clean=clean)

    def _stop_asking(self) -> None:
        self._asking = False
        if self._overdue is not None and self._connection is None:
            self._overdue.cancel()
            self._overdue = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def acknowledged(self, entries: list[Entry], outcome: Outcome = ACKED) -> None:
        """The server has these; or, with another outcome, nobody will ever say more of them."""
        if self._overdue is not None and (entries or not self._ledger.in_flight):
            # An answer that is no news is none: a server that handles nothing is as good as one that is silent.
            self._overdue.cancel()
            self._overdue = None
        if self._ledger.in_flight and not self._unasked and self._managed and self._connection is not None:
            # It answered before it had handled all that it was asked about (XEP-0198 section 4): ask again.
            self._unasked = 1
            if self._timer is None:
                self._timer = self._host.loop.call_later(self._host.ack_delay, self._ask_now)
        for entry in entries:
            if isinstance(entry, Receipt):
                self._flying_bytes -= len(entry.text)
                self._settle(entry, RESENT if entry.again and outcome is ACKED else outcome)
                # Whoever keeps the receipt does not mean to keep this.
                entry.text = ""
        if self._flying_bytes < 0 or not self._ledger.in_flight:
            self._flying_bytes = 0
        if self._in_steps:
            self.pump()
        last = entries[-1] if entries else None
        if self.durable is not None and isinstance(last, Receipt):
            self.durable.drop(last.number)
        self.tell_changed()

    def acknowledge(self) -> None:
        """The server asks how much of what it sent is handled."""
        connection = self._connection
        if connection is None:
            return
        if connection.writing_paused:
            # A server that asks and does not read gets one answer, when it reads again.
            self._asked_meanwhile = True
            return
        if self.durable is not None:
            self.durable.acknowledge(connection)
            return
        with suppress(NotConnectedError):  # otherwise the next stream says it
            connection.acknowledge(self.management.handled)

    # -- the end ---------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Wait until everything is written and, as far as the server counts, acknowledged."""
        while self._connection is not None and self.unconfirmed:
            self._ask_now()
            await asyncio.shield(self.changed())

    def fail(self, reason: str) -> list[Receipt]:
        """No session follows: give up everything that has no outcome, and give it back.

        What the durable outbox has is kept there, and goes out with the next session all the same.
        """
        self._stop_asking()
        self.management.forget()
        self._flying_bytes = 0
        lost = [entry for entry in self._ledger.clear() if isinstance(entry, Receipt)]
        if self.durable is not None:
            reason = f"{reason}; it is kept in the storage, and goes out with the next session"
            # Of these only the storage can say that.
            self._ending.update(each for each in self.durable.unwritten if each.outcome is None)
            self._why = reason
        for receipt in lost:
            self._settle(receipt, Outcome("failed", reason) if receipt.stanza else SENT)
        lost = [receipt for receipt in lost if receipt.stanza]
        if self.durable is not None:
            for receipt in lost:
                if survives(receipt):
                    self._ledger.add(receipt)
        self.tell_changed()
        return lost

    def _settle(self, receipt: Receipt, outcome: Outcome) -> None:
        if receipt.outcome is None:
            receipt.settle(outcome)
            self._host.stanza_settled(receipt, outcome)
