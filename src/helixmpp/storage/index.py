"""Keys in the order of their use, each with the moment it expires, and never more of them than a limit."""

import heapq
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Index"]

T = TypeVar("T")

# Stale entries that the heap of expiries may hold beside the live ones before it is made anew.
_SLACK = 64


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T
    expires: float | None


class Index(Generic[T]):
    """A bounded table that forgets first what has expired, then what was used least recently.

    Times are numbers of any clock that the caller uses throughout.

    :param limit: how many keys it holds, at least one.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()
        # (expires, key); entries of keys that were put anew stay behind until they are met.
        self._expiries: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def get(self, key: str, now: float) -> T | None:
        """The value of a key that has not expired; it counts as used now."""
        entry = self._entries.get(key)
        if entry is None or (entry.expires is not None and entry.expires <= now):
            return None
        self._entries.move_to_end(key)
        return entry.value

    def put(self, key: str, value: T, expires: float | None, now: float) -> list[str]:
        """Hold a value; gives the keys that were forgotten to make room."""
        self._entries[key] = _Entry(value, expires)
        self._entries.move_to_end(key)
        if expires is not None:
            heapq.heappush(self._expiries, (expires, key))
            if len(self._expiries) > 2 * len(self._entries) + _SLACK:
                self._expiries = [
                    (entry.expires, name)
                    for name, entry in self._entries.items()
                    if entry.expires is not None
                ]
                heapq.heapify(self._expiries)
        dropped = self.expire(now)
        while len(self._entries) > self.limit:
            dropped.append(self._entries.popitem(last=False)[0])
        return dropped

    def pop(self, key: str) -> bool:
        """Forget a key; whether there was one."""
        return self._entries.pop(key, None) is not None

    def expire(self, now: float) -> list[str]:
        """Forget what has expired; gives the keys."""
        gone: list[str] = []
        while self._expiries and self._expiries[0][0] <= now:
            expires, key = heapq.heappop(self._expiries)
            entry = self._entries.get(key)
            if entry is not None and entry.expires == expires:
                del self._entries[key]
                gone.append(key)
        return gone

    def keys(self) -> list[str]:
        """Every key, the one used least recently first."""
        return list(self._entries)

    def values(self) -> list[T]:
        """Every value, the one used least recently first."""
        return [entry.value for entry in self._entries.values()]

    def items(self) -> list[tuple[str, T, float | None]]:
        """Every key, the one used least recently first, with its value and when it expires."""
        return [(key, entry.value, entry.expires) for key, entry in self._entries.items()]
