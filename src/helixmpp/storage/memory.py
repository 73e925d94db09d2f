"""The engine ``memory://``: everything in this process, bounded, gone when the process ends.

Ages are measured by a monotonic clock, so that setting the system's time revives nothing. Every answer is there
at once: its methods give a :class:`~helixmpp.core.Done`, which costs no task.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from helixmpp.core.done import Done
from helixmpp.core.engines import Entry, LogEntry, LogState, ValueEntry
from helixmpp.errors import StorageError
from helixmpp.storage.checks import check_append, check_entries, check_limits, check_put, check_room, expiry
from helixmpp.storage.index import Index

__all__ = ["MemoryEngine", "engine"]

# Nobody opened these yet: whoever does gives the limit that holds.
_UNOPENED = 2**62


def engine(url: str) -> "MemoryEngine":
    """The engine for ``memory://``.

    :raises StorageError: the URL names a place, as if the values were kept there.
    """
    if url.partition(":")[2].strip("/"):
        raise StorageError(f"{url!r}: memory:// takes nothing behind it; file:///folder keeps values")
    return MemoryEngine()


class MemoryEngine:
    """Collections and logs in memory.

    :param clock: gives seconds; only tests give another one than the default.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._collections: dict[tuple[str, str], MemoryCollection] = {}
        self._logs: dict[tuple[str, str], MemoryLog] = {}

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> "MemoryCollection":
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._collections.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = MemoryCollection(limit, value_limit, self._clock, found)
            self._collections[account, name] = found
        return found

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> "MemoryLog":
        """The log ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._logs.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = MemoryLog(limit, value_limit, found)
            self._logs[account, name] = found
        return found

    async def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept and has not expired, of all accounts."""
        for (account, name), values in list(self._collections.items()):
            for key, value, max_age in values.items():
                yield ValueEntry(account, name, key, value, max_age)
        for (account, name), log in list(self._logs.items()):
            last, kept = log.content()
            if last:
                yield LogState(account, name, last)
            for number, value in enumerate(kept, last - len(kept) + 1):
                yield LogEntry(account, name, number, value)

    async def restore(self, entries: Iterable[Entry]) -> int:
        """Put what :meth:`entries` of any engine gave, all or nothing; see the protocol."""
        count = 0
        logs: dict[tuple[str, str], tuple[int, list[bytes]]] = {}
        values: list[ValueEntry] = []
        for entry in check_entries(entries):
            match entry:
                case ValueEntry():
                    values.append(entry)
                    count += 1
                case LogState():
                    logs[entry.account, entry.log] = (entry.last, [])
                case LogEntry():
                    logs[entry.account, entry.log][1].append(entry.value)
                    count += 1
        for entry in values:
            place = (entry.account, entry.collection)
            if place not in self._collections:
                self.collection(*place, limit=_UNOPENED, value_limit=_UNOPENED)
            self._collections[place].restore(entry.key, entry.value, entry.max_age)
        for place, (last, kept) in logs.items():
            if place not in self._logs:
                self.log(*place, limit=_UNOPENED, value_limit=_UNOPENED)
            self._logs[place].restore(last, kept)
        return count

    async def close(self) -> None:
        """Forget everything."""
        self._collections.clear()
        self._logs.clear()


class MemoryCollection:
    """One collection of one account, in memory."""

    def __init__(
        self,
        limit: int,
        value_limit: int,
        clock: Callable[[], float],
        before: "MemoryCollection | None" = None,
    ) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._clock = clock
        # The same values under new limits, for whoever asks for the collection with other ones.
        self._index: Index[bytes] = before._index if before is not None else Index(limit)
        self._index.limit = limit

    def get(self, key: str) -> Awaitable[bytes | None]:
        """The value of a key, or None when there is none or it has expired."""
        return Done(self._index.get(key, self._clock()))

    def put(self, key: str, value: bytes, max_age: float | None = None) -> Awaitable[None]:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        check_put(key, value, self.value_limit)
        now = self._clock()
        self._index.put(key, value, expiry(max_age, now), now)
        return Done(None)

    def delete(self, key: str) -> Awaitable[bool]:
        """Forget a key; whether there was one."""
        self._index.expire(self._clock())
        return Done(self._index.pop(key))

    def keys(self) -> Awaitable[list[str]]:
        """Every key that has not expired."""
        self._index.expire(self._clock())
        return Done(self._index.keys())

    def items(self) -> list[tuple[str, bytes, float | None]]:
        """Every key that has not expired, the one used least recently first, with its value and the seconds left."""
        now = self._clock()
        self._index.expire(now)
        return [
            (key, value, None if expires is None else expires - now)
            for key, value, expires in self._index.items()
        ]

    def restore(self, key: str, value: bytes, max_age: float | None) -> None:
        """Put a value from elsewhere."""
        now = self._clock()
        self._index.put(key, value, expiry(max_age, now), now)


class MemoryLog:
    """One log of one account, in memory."""

    def __init__(self, limit: int, value_limit: int, before: "MemoryLog | None" = None) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        # The same values under new limits; a larger log keeps what is in it until it is dropped.
        self._content: _Content = before._content if before is not None else _Content()

    def append(self, values: Sequence[bytes]) -> Awaitable[int]:
        """Put values at the end, all of them or none, and give the number of the last one."""
        checked = check_append(values, self.value_limit)
        content = self._content
        check_room(len(content.values), len(checked), self.limit)
        content.last += len(checked)
        content.values.update(enumerate(checked, content.last - len(checked) + 1))
        return Done(content.last)

    def read(self, after: int = 0, limit: int = 1000) -> Awaitable[list[tuple[int, bytes]]]:
        """At most ``limit`` values behind the number ``after``, with their numbers, in order."""
        content = self._content
        first = max(after, content.last - len(content.values)) + 1
        last = min(first + limit - 1, content.last)
        return Done([(number, content.values[number]) for number in range(first, last + 1)])

    def drop(self, up_to: int) -> Awaitable[None]:
        """Forget every value up to this number."""
        content = self._content
        first = content.last - len(content.values) + 1
        for number in range(first, min(up_to, content.last) + 1):
            del content.values[number]
        return Done(None)

    def size(self) -> Awaitable[int]:
        """How many values it holds."""
        return Done(len(self._content.values))

    def content(self) -> tuple[int, list[bytes]]:
        """The last number that was given out, and the values up to it."""
        return self._content.last, list(self._content.values.values())

    def restore(self, last: int, values: list[bytes]) -> None:
        """Hold these values and no others; they end at the number ``last``."""
        content = self._content
        content.values = dict(enumerate(values, last - len(values) + 1))
        content.last = last


class _Content:
    """What a log has: values whose numbers are consecutive and end with the last one given out."""

    __slots__ = ("last", "values")

    def __init__(self) -> None:
        self.last = 0
        self.values: dict[int, bytes] = {}
