"""The engine over any ``AsyncKeyValue`` of py-key-value-aio, given as ``storage=``: MongoDB, DynamoDB, S3 and others.

Such a store has values under keys and nothing else: no list of its keys that all of them have, no transaction. So a
collection has lists of its own, 16 by the first digit of a key's hash, and a log has a document with its numbers,
which is written last and makes an append whole. What this cannot give: **one process at a time** may write to a
collection or log. Two that do may count wrongly, and leave values behind that nobody forgets. Redis, PostgreSQL and
the other databases that have engines of their own here bear any number.
"""

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from helixmpp.core.engines import AsyncStore, Entry, LogEntry, LogState, ValueEntry
from helixmpp.errors import StorageError
from helixmpp.storage.checks import check_entries
from helixmpp.storage.documents import Documents, decode, encode, name_of
from helixmpp.storage.keyvalue_log import KeyValueLog
from helixmpp.storage.keyvalue_values import KeyValueCollection
from helixmpp.storage.ticks import Ticks
from helixmpp.storage.urls import TIMEOUT
from helixmpp.storage.versions import steps_from

__all__ = ["KeyValueEngine", "engine"]

Step = Callable[[Documents], Awaitable[None]]

# What leads from version 1 to 2 will be the first here. A step may be interrupted and is then done again.
STEPS: tuple[Step, ...] = ()
_COLLECTION, _LOG = "values", "log"
_VERSION, _PLACES = "version", "places"
_UNOPENED = 2**62


def engine(store: AsyncStore) -> "KeyValueEngine":
    """The engine over a store object of py-key-value-aio, which stays the program's: it is not closed."""
    return KeyValueEngine(store)


class KeyValueEngine:
    """Collections and logs in a store of py-key-value-aio.

    :param store: an ``AsyncKeyValue``.
    :param timeout: seconds for one operation; None: without end.
    :param clock: gives seconds since 1970; only tests give another one than the default.
    :param steps: from older versions of what is kept to newer ones; only tests give others than ours.
    """

    def __init__(
        self,
        store: AsyncStore,
        *,
        timeout: float | None = TIMEOUT,
        clock: Callable[[], float] = time.time,
        steps: Sequence[Step] = STEPS,
    ) -> None:
        self._documents = Documents(store, timeout)
        self._clock = clock
        self._steps = steps
        self._ticks = Ticks()
        self._ready = False
        self._noted: set[tuple[str, str, str]] = set()
        self._collections: dict[tuple[str, str], KeyValueCollection] = {}
        self._logs: dict[tuple[str, str], KeyValueLog] = {}

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> KeyValueCollection:
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._collections.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = self._collections[account, name] = KeyValueCollection(
                self._documents,
                name_of(_COLLECTION, account, name),
                lambda: self._note(_COLLECTION, account, name),
                self._ticks,
                limit=limit,
                value_limit=value_limit,
                clock=self._clock,
            )
        return found

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> KeyValueLog:
        """The log ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._logs.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = self._logs[account, name] = KeyValueLog(
                self._documents,
                name_of(_LOG, account, name),
                lambda: self._note(_LOG, account, name),
                limit=limit,
                value_limit=value_limit,
            )
        return found

    async def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept and has not expired, of all accounts."""
        await self._check_version()
        for kind, account, name in await self._places():
            if kind == _COLLECTION:
                values = self._collections.get((account, name)) or self._opened(account, name)
                for key, value, left in await values.items():
                    yield ValueEntry(account, name, key, value, left)
                continue
            log = self.log(account, name, limit=_UNOPENED, value_limit=_UNOPENED)
            last = await log.last()
            if last:
                yield LogState(account, name, last)
            number = 0
            while page := await log.read(number):
                for number, value in page:
                    yield LogEntry(account, name, number, value)

    async def restore(self, entries: Iterable[Entry]) -> int:
        """Put what :meth:`entries` of any engine gave; see the protocol. This is no transaction."""
        count = 0
        state: LogState | None = None
        kept: list[bytes] = []

        async def end_log() -> None:
            if state is not None:
                log = self.log(state.account, state.log, limit=_UNOPENED, value_limit=_UNOPENED)
                await log.restore(state.last, kept)

        for entry in check_entries(entries):
            match entry:
                case ValueEntry():
                    place = (entry.account, entry.collection)
                    values = self._collections.get(place) or self._opened(*place)
                    await values.restore(entry.key, entry.value, entry.max_age)
                    count += 1
                case LogState():
                    await end_log()
                    state, kept = entry, []
                case LogEntry():
                    kept.append(entry.value)
                    count += 1
        await end_log()
        return count

    async def close(self) -> None:
        """Write in which order values were used."""
        for values in self._collections.values():
            # A store that is gone has nothing to be told.
            with contextlib.suppress(StorageError):
                await values.flush()

    def _opened(self, account: str, name: str) -> KeyValueCollection:
        return self.collection(account, name, limit=_UNOPENED, value_limit=_UNOPENED)

    async def _note(self, kind: str, account: str, name: str) -> None:
        """Put a collection or log into the list of all of them, before anything is put into it."""
        await self._check_version()
        place = (kind, account, name)
        if place in self._noted:
            return
        async with self._documents.locks.hold(_PLACES):
            known = await self._places()
            if place not in known:
                listed = [[kind, encode(account), encode(name)] for kind, account, name in (*known, place)]
                await self._documents.put(_PLACES, {"places": listed})
        self._noted.add(place)

    async def _places(self) -> list[tuple[str, str, str]]:
        document = await self._documents.get(_PLACES) or {}
        return [
            (
                kind,
                decode(account).decode("utf-8", "surrogatepass"),
                decode(name).decode("utf-8", "surrogatepass"),
            )
            for kind, account, name in document.get("places", [])
        ]

    async def _check_version(self) -> None:
        if self._ready:
            return
        async with self._documents.locks.hold(_VERSION):
            document = await self._documents.get(_VERSION)
            version = int(document["version"]) if document is not None else len(self._steps) + 1
            if document is None:
                await self._documents.put(_VERSION, {"version": version})
            for step in steps_from(version, self._steps, "the store"):
                await step(self._documents)
                version += 1
                await self._documents.put(_VERSION, {"version": version})
            self._ready = True
