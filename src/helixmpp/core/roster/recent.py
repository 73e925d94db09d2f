"""A table that holds what was used last, and no more than its limit: what strangers send goes here."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Recent"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most ``limit()`` values; what was not used for longest goes first, and ``evicted`` is told of it."""

    __slots__ = ("_evicted", "_limit", "_values")

    def __init__(self, limit: Callable[[], int], evicted: Callable[[V], object] | None = None) -> None:
        self._limit = limit
        self._evicted = evicted
        self._values: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """The value of a key, which counts as a use of it."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def peek(self, key: K) -> V | None:
        """The value of a key, just looked at."""
        return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value as the one used last."""
        self._values[key] = value
        self._values.move_to_end(key)
        self.trim()

    def pop(self, key: K) -> V | None:
        """Take a value out."""
        return self._values.pop(key, None)

    def trim(self) -> None:
        """Drop what is beyond the limit."""
        limit = self._limit()
        while len(self._values) > limit:
            _, value = self._values.popitem(last=False)
            if self._evicted is not None:
                self._evicted(value)

    def items(self) -> list[tuple[K, V]]:
        """Every key with its value, the one used last at the end."""
        return list(self._values.items())
