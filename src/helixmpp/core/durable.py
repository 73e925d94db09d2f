"""The durable outbox: what is sent is written down first, so that a process that is killed loses nothing.

Every stanza goes into a log before it goes out, in the same order, and so the place of a stanza in the log says how
the server counted it (XEP-0198): ``number = base + count``. A process that starts again resumes the stream, hears how
far the server came, and goes on behind that. Where the session is gone, what is worth it is put behind
all else under new numbers, and each copy says which it replaces, for whoever is killed in between.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from helixmpp.core.connection import Connection
from helixmpp.core.engines import KeyValue, Log
from helixmpp.core.receipt import Outcome, Receipt
from helixmpp.errors import InvalidJID, NotConnectedError, StorageError
from helixmpp.jid import JID
from helixmpp.stream import Management

__all__ = ["Durable", "DurableOwner"]

log = logging.getLogger(__name__)

_STATE = "session"
_PAGE = 1000


class DurableOwner(Protocol):
    """What the durable outbox asks of the outbox that it belongs to."""

    management: Management

    @property
    def position(self) -> int:
        """How the server will count the last stanza that was taken for this session."""
        ...

    def written_down(self, receipts: list[Receipt]) -> None:
        """These are kept: they may go out."""
        ...

    def given_up(self, receipts: list[Receipt], outcome: Outcome) -> None:
        """These could not be kept, and do not go out."""
        ...

    def restore(self, receipts: list[Receipt], *, acked: int | None) -> None:
        """What an earlier process left; with ``acked`` it is all in flight behind so many, else it waits."""
        ...

    def receipt(self, text: str, when: float, number: int) -> Receipt:
        """A receipt for what an earlier process had sent."""
        ...


class Durable:
    """The log of what is sent, and the state that the next process resumes with.

    :param start: starts a task of the client.
    :param longest: how many bytes the log takes of one stanza.
    """

    def __init__(
        self,
        owner: DurableOwner,
        entries: Log,
        states: KeyValue,
        start: Callable[[Awaitable[Any]], "asyncio.Future[Any]"],
        longest: int,
    ) -> None:
        self._owner = owner
        self._entries = entries
        self._states = states
        self._start = start
        self._longest = longest
        # Whose acknowledgement waits for the storage.
        self._asking: Connection | None = None
        self._pending: list[Receipt] = []
        self._appending: list[Receipt] = []
        # Set while what was in flight has to be numbered anew, before anything else.
        self._renewed = False
        self._base: int | None = None
        self._worker: asyncio.Future[Any] | None = None
        self._lock = asyncio.Lock()
        self._drop_to = 0
        self._dropper: asyncio.Future[Any] | None = None
        self._loaded = False

    @property
    def pending(self) -> int:
        """How many stanzas are not written down yet."""
        return len(self._pending) + len(self._appending)

    # -- sending ---------------------------------------------------------------------------------------------

    def put(self, receipt: Receipt) -> None:
        """Write a stanza down, and then let it go out."""
        self._pending.append(receipt)
        self._work_on()

    def renewed(self, receipts: list[Receipt]) -> None:
        """Another session begins: these come first in it, under new numbers."""
        self._base = None
        self._renewed = True
        self._pending[:0] = receipts
        self._work_on()

    @property
    def unwritten(self) -> list[Receipt]:
        """What is not written down yet, in order."""
        return [*self._appending, *self._pending]

    def give_back(self) -> list[Receipt]:
        """Take back what is not written down yet."""
        pending, self._pending = self._pending, []
        return pending

    def _work_on(self) -> None:
        if self._worker is None and (self._pending or self._renewed):
            self._worker = self._start(self._work())

    async def _work(self) -> None:
        try:
            # Behind all that an earlier process left.
            await self.load()
            while self._pending or self._renewed:
                await self._append()
        except Exception as error:  # noqa: BLE001 - as in _append()
            self._give_up(self.give_back(), error)
        finally:
            self._worker = None

    async def _append(self) -> None:
        # All that was sent in the meantime goes down at once: one transaction for many.
        renewing, self._renewed = self._renewed, False
        # What is numbered anew goes down in one piece: a process killed between two would leave some of it without
        # a number in this session, and what is dropped behind it is all that stood there before.
        size = max(_PAGE, sum(receipt.number > 0 for receipt in self._pending)) if renewing else _PAGE
        batch, self._pending = self._pending[:size], self._pending[size:]
        batch = self._without_large(batch)
        self._appending = batch
        replaced = max((receipt.number for receipt in batch), default=0) if renewing else 0
        try:
            if renewing:
                if self._drop_to:
                    # What the server had of the session before, it said when it was asked for that session: once
                    # its id is forgotten here, nobody can ask again.
                    await self._entries.drop(self._drop_to)
                async with self._lock:
                    await self._states.delete(_STATE)
            last = await self._entries.append([_encode(receipt) for receipt in batch])
        except Exception as error:  # noqa: BLE001 - engines of other packages raise what they like
            self._give_up(batch, error)
            return
        finally:
            self._appending = []
        for number, receipt in enumerate(batch, last - len(batch) + 1):
            receipt.number = number
        if self._base is None and not self._renewed:
            self._base = last - len(batch) - self._owner.position
            self._appending = batch  # still under way
            await self.save()
            self._appending = []
        if self._renewed:
            # Yet another session began meanwhile: these stand behind what that one has to repeat.
            repeated = [receipt for receipt in self._pending if receipt.number]
            self._pending = [*repeated, *batch, *(each for each in self._pending if not each.number)]
            return
        self._owner.written_down(batch)
        if renewing:
            self.drop(max(replaced, last - len(batch)))

    def _without_large(self, batch: list[Receipt]) -> list[Receipt]:
        """Leave out what the log does not take, which would keep it from taking the others."""
        large = [receipt for receipt in batch if len(_encode(receipt)) > self._longest]
        if large:
            self._give_up(large, StorageError(f"at most {self._longest} bytes are kept of one stanza"))
            batch = [receipt for receipt in batch if receipt not in large]
        return batch

    def _give_up(self, receipts: list[Receipt], error: Exception) -> None:
        log.error("%d stanzas could not be kept, and are not sent: %s", len(receipts), error)
        self._owner.given_up(receipts, Outcome("failed", f"the storage failed: {error}"))

    def drop(self, number: int) -> None:
        """Everything up to this number is with the server, or replaced."""
        if number > self._drop_to:
            self._drop_to = number
            if self._dropper is None:
                self._dropper = self._start(self._drop())

    async def _drop(self) -> None:
        try:
            dropped = 0
            while dropped < self._drop_to:
                dropped = self._drop_to
                await self._entries.drop(dropped)
        except Exception as error:  # noqa: BLE001 - as in _append()
            # It stays, and would be sent once more by another process.
            log.error("the durable outbox cannot forget what was sent: %s", error)
        finally:
            self._dropper = None

    # -- the session that may be resumed ---------------------------------------------------------------------

    async def save(self) -> None:
        """Keep what the next process resumes with."""
        management = self._owner.management
        async with self._lock:
            try:
                if management.resumable:
                    await self._states.put(_STATE, _encode_state(management, self._base))
                else:
                    await self._states.delete(_STATE)
            except Exception as error:  # noqa: BLE001 - as in _append()
                log.error("the state of the session cannot be kept: %s", error)

    async def settle(self) -> None:
        """Wait until everything is where it belongs, so that the storage can be closed."""
        while (task := self._worker or self._dropper) is not None and not task.done():
            await asyncio.wait((task,))
        if self._loaded:
            await self.save()

    def acknowledge(self, connection: Connection) -> None:
        """Keep how much is handled, and only then tell the server, which forgets it thereupon."""
        running, self._asking = self._asking is not None, connection
        if not running:
            self._start(self._acknowledge())

    async def _acknowledge(self) -> None:
        # A server may ask behind each stanza: what it asks while the storage is busy has one answer.
        told: tuple[Connection, int] | None = None
        try:
            while (connection := self._asking) is not None:
                handled = self._owner.management.handled
                if told == (connection, handled):
                    break
                await self.save()
                with suppress(NotConnectedError):  # otherwise the next stream says it
                    connection.acknowledge(handled)
                told = connection, handled
        finally:
            self._asking = None

    async def load(self) -> None:
        """Take over what an earlier process left; once.

        :raises StorageError: the storage cannot be read.
        """
        async with self._lock:
            if not self._loaded:
                await self._load()
                self._loaded = True

    async def _load(self) -> None:
        found = await self._read()
        last = await self._entries.append([])
        state = _decode_state(await self._states.get(_STATE))
        receipts = [self._owner.receipt(text, when, number) for number, text, when in found]
        acked: int | None = None
        if state is not None:
            management, base = state
            ours = self._owner.management
            ours.id, ours.jid = management.id, management.jid
            ours.seconds, ours.location, ours.handled = (
                management.seconds,
                management.location,
                management.handled,
            )
            if base is not None:
                self._base = base
                # What stands before was replaced when this session began, or was not worth sending again.
                receipts = [receipt for receipt in receipts if receipt.number > base]
                acked = (receipts[0].number - 1 if receipts else last) - base
            elif not receipts:
                acked = 0
        for receipt in receipts if acked is None else ():
            # Whether it was written to a session that is gone, nobody can say.
            receipt.written = True
        self._owner.restore(receipts, acked=acked)

    async def _read(self) -> list[tuple[int, str, float]]:
        found: list[tuple[int, str, float]] = []
        replaced: set[int] = set()
        after = 0
        while page := await self._entries.read(after, _PAGE):
            after = page[-1][0]
            for number, value in page:
                text, when, was = _decode(value)
                if was:
                    replaced.add(was)
                if text:
                    found.append((number, text, when))
        return [entry for entry in found if entry[0] not in replaced]


def _encode(receipt: Receipt) -> bytes:
    record: dict[str, Any] = {"text": receipt.text, "time": receipt.time}
    if receipt.number:
        record["was"] = receipt.number
    return json.dumps(record, ensure_ascii=False).encode()


def _decode(value: bytes) -> tuple[str, float, int]:
    try:
        record = json.loads(value)
        return str(record["text"]), float(record["time"]), int(record.get("was", 0))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(f"the durable outbox holds what is none of its records: {error}") from error


def _encode_state(management: Management, base: int | None) -> bytes:
    return json.dumps(
        {
            "id": management.id,
            "jid": str(management.jid),
            "seconds": management.seconds,
            "location": management.location,
            "handled": management.handled,
            "base": base,
        },
        ensure_ascii=False,
    ).encode()


def _decode_state(value: bytes | None) -> tuple[Management, int | None] | None:
    """The session of before; None where there is none, or nothing that could be resumed with."""
    if value is None:
        return None
    try:
        record = json.loads(value)
        base = record["base"]
        management = Management(
            jid=JID(str(record["jid"])),
            id=str(record["id"]),
            seconds=None if record["seconds"] is None else int(record["seconds"]),
            location=str(record["location"]),
            handled=int(record["handled"]),
        )
        return management, None if base is None else int(base)
    except (ValueError, KeyError, TypeError, InvalidJID) as error:
        log.warning("the state of the session before is unreadable, and a new one begins: %s", error)
        return None
