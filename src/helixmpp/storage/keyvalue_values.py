"""A collection over documents: one for each value, and 16 that list the keys."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from helixmpp.storage.checks import KEY_LIMIT, check_limits, check_put, expiry
from helixmpp.storage.documents import Documents, decode, encode, name_of
from helixmpp.storage.index import Index
from helixmpp.storage.ticks import Ticks

__all__ = ["KeyValueCollection"]

_SHARDS = "0123456789abcdef"
# Seconds after which nobody asks the store to forget by itself: not all of them can count so far.
_LONG = 10 * 365 * 86_400


@dataclass(slots=True)
class _Known:
    key: str
    used: int  # microseconds since 1970


class KeyValueCollection:
    """One collection of one account, over a store of py-key-value-aio.

    :param start: what the names of its documents begin with.
    :param note: puts the collection into the list of all of them.
    """

    def __init__(
        self,
        documents: Documents,
        start: str,
        note: Callable[[], Awaitable[None]],
        ticks: Ticks,
        *,
        limit: int,
        value_limit: int,
        clock: Callable[[], float],
    ) -> None:
        check_limits(limit, value_limit)
        self.limit = limit
        self.value_limit = value_limit
        self._documents = documents
        self._start = start
        self._note = note
        self._ticks = ticks
        self._clock = clock
        # By the hash of the key; read at the first use.
        self._index: Index[_Known] | None = None
        # The lists in which a time of use is not written yet.
        self._changed: set[str] = set()

    async def get(self, key: str) -> bytes | None:
        """The value of a key, or None when there is none or it has expired."""
        if len(key) > KEY_LIMIT:
            return None
        of = name_of(key)
        found = await self._documents.get(self._value(of))
        now = self._clock()
        if found is None or (found["expires"] is not None and found["expires"] <= now):
            return None
        if self._index is None:
            async with self._documents.locks.hold(self._start):
                await self._known()
        known = None if self._index is None else self._index.get(of, now)
        if known is not None:
            known.used = self._ticks()
            self._changed.add(of[0])
        return decode(found["value"])

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        """Keep a value, for ``max_age`` seconds or without end; StorageError when it is too large."""
        check_put(key, value, self.value_limit)
        await self.restore(key, value, max_age)

    async def delete(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        if len(key) > KEY_LIMIT:
            return False
        of = name_of(key)
        there = await self.get(key) is not None
        async with self._documents.locks.hold(self._start):
            index = await self._known()
            await self._documents.delete([self._value(of)])
            if index.pop(of):
                await self._write({of[0]})
        return there

    async def keys(self) -> list[str]:
        """Every key that has not expired."""
        async with self._documents.locks.hold(self._start):
            self._index = None  # what the store says now
            index = await self._known()
            gone = index.expire(self._clock())
            await self._forget(gone)
            return [known.key for known in index.values()]

    async def flush(self) -> None:
        """Write in which order the values were used."""
        if self._changed and self._index is not None:
            async with self._documents.locks.hold(self._start):
                await self._write(set())

    async def items(self) -> list[tuple[str, bytes, float | None]]:
        """Every key with its value and the seconds left."""
        found: list[tuple[str, bytes, float | None]] = []
        for key in await self.keys():
            document = await self._documents.get(self._value(name_of(key)))
            if document is None:
                continue
            left = None if document["expires"] is None else document["expires"] - self._clock()
            if left is None or left > 0:
                found.append((key, decode(document["value"]), left))
        return found

    async def restore(self, key: str, value: bytes, max_age: float | None) -> None:
        """Put a value of any size."""
        of = name_of(key)
        now = self._clock()
        expires = expiry(max_age, now)
        async with self._documents.locks.hold(self._start):
            await self._note()
            index = await self._known()
            dropped = index.put(of, _Known(key, self._ticks()), expires, now)
            if of not in dropped:
                # The list first: a key without a value is nothing, a value that no list has is never forgotten.
                await self._write({of[0]})
                ttl = max_age if max_age is not None and 0 < max_age < _LONG else None
                await self._documents.put(self._value(of), {"value": encode(value), "expires": expires}, ttl)
            await self._forget(dropped)

    def _value(self, of: str) -> str:
        return f"{self._start}.v.{of}"

    async def _forget(self, gone: list[str]) -> None:
        if gone:
            await self._documents.delete([self._value(of) for of in gone])
            await self._write({of[0] for of in gone})

    async def _known(self) -> Index[_Known]:
        if self._index is None:
            lists = await self._documents.get_many([f"{self._start}.i.{shard}" for shard in _SHARDS])
            rows: list[tuple[int, str, str, float | None]] = []
            for document in lists:
                for of, (key, expires, used) in (document or {}).get("keys", {}).items():
                    rows.append((used, of, decode(key).decode("utf-8", "surrogatepass"), expires))
            # What is there beyond the limit is forgotten at the next put.
            index: Index[_Known] = Index(max(self.limit, len(rows)))
            for used, of, key, expires in sorted(rows):
                index.put(of, _Known(key, used), expires, 0)
            index.limit = self.limit
            self._index = index
        return self._index

    async def _write(self, shards: set[str]) -> None:
        """Write these lists, and those in which a time of use is not written yet."""
        index = await self._known()
        shards = shards | self._changed
        if not shards:
            return
        lists: dict[str, dict[str, Any]] = {f"{self._start}.i.{shard}": {"keys": {}} for shard in shards}
        for of, known, expires in index.items():
            if of[0] in shards:
                row = [encode(known.key), expires, known.used]
                lists[f"{self._start}.i.{of[0]}"]["keys"][of] = row
        await self._documents.put_many(lists)
        self._changed -= shards
