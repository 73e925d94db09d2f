"""The engine ``memory://``: everything in this process, bounded, gone when the process ends.

Ages are measured by a monotonic clock, so that setting the system's time revives nothing.
"""

import time
from collections.abc import Callable

from helixmpp.errors import StorageError
from helixmpp.storage.checks import check_limits, check_put, expiry
from helixmpp.storage.index import Index

__all__ = ["MemoryEngine", "engine"]


def engine(url: str) -> "MemoryEngine":
    """The engine for ``memory://``.

    :raises StorageError: the URL names a place, as if the values were kept there.
    """
    if url.partition(":")[2].strip("/"):
        raise StorageError(f"{url!r}: memory:// takes nothing behind it; file:///folder keeps values")
    return MemoryEngine()


class MemoryEngine:
    """Collections in memory.

    :param clock: gives seconds; only tests give another one than the default.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._collections: dict[tuple[str, str], MemoryCollection] = {}

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> "MemoryCollection":
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._collections.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = MemoryCollection(limit, value_limit, self._clock, found)
            self._collections[account, name] = found
        return found

    async def close(self) -> None:
        """Forget everything."""
        self._collections.clear()


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

    async def get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none or it has expired."""
        return self._index.get(key, self._clock())

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        check_put(key, value, self.value_limit)
        now = self._clock()
        self._index.put(key, value, expiry(max_age, now), now)

    async def delete(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        self._index.expire(self._clock())
        return self._index.pop(key)

    async def keys(self) -> list[str]:
        """Every key that has not expired."""
        self._index.expire(self._clock())
        return self._index.keys()
