"""A storage engine whose every operation a test may hold up, slow down or let fail, and that can be killed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from helixmpp.core.engines import Engine, Entry, KeyValue, Log
from helixmpp.errors import StorageError
from helixmpp.storage import MemoryEngine

__all__ = ["GatedEngine"]

T = TypeVar("T")


class GatedEngine:
    """An engine over another one; ``again()`` gives what the next process would open, and kills this one.

    The names of operations are ``append``, ``read``, ``drop`` and ``size`` of logs, ``get``, ``put``, ``delete`` and
    ``keys`` of collections.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine or MemoryEngine()
        #: Seconds that each operation takes: a function, so that it may be another each time.
        self.delay: Callable[[], float] = lambda: 0.0
        #: The names of operations that fail, and with what.
        self.failing: set[str] = set()
        self.error: Exception = StorageError("the disk is broken")
        #: How often each operation was begun.
        self.begun: dict[str, int] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._from: dict[str, int] = {}
        self._dead = False

    def hold(self, *names: str, after: int = 0) -> None:
        """Let these operations begin and not go on, until :meth:`release`.

        :param after: how many more may still go on.
        """
        for name in names:
            self._held[name] = asyncio.Event()
            self._from[name] = self.begun.get(name, 0) + after

    def holds(self, name: str) -> bool:
        """Whether such an operation waits now."""
        return name in self._held and self.begun.get(name, 0) > self._from[name]

    def release(self, *names: str) -> None:
        """Let these operations go on, and those that come."""
        for name in names:
            self._held.pop(name).set()

    def again(self) -> "GatedEngine":
        """What the next process finds: from now on nothing gets through to the storage by this one."""
        self._dead = True
        return GatedEngine(self._engine)

    async def run(self, name: str, operation: Callable[[], Awaitable[T]]) -> T:
        """Do an operation once it may be done."""
        self.begun[name] = self.begun.get(name, 0) + 1
        if name in self.failing:
            raise self.error
        delay = self.delay()
        if delay:
            await asyncio.sleep(delay)
        while self.holds(name):
            await self._held[name].wait()
        if self._dead:
            await asyncio.Event().wait()  # a process that is gone does nothing more
        return await operation()

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> KeyValue:
        """A collection."""
        return _Values(self, self._engine.collection(account, name, limit=limit, value_limit=value_limit))

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> Log:
        """A log."""
        return _Log(self, self._engine.log(account, name, limit=limit, value_limit=value_limit))

    def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept."""
        return self._engine.entries()

    async def restore(self, entries: Iterable[Entry]) -> int:
        """Put what was kept elsewhere."""
        return await self._engine.restore(entries)

    async def close(self) -> None:
        """Let go."""


class _Values:
    def __init__(self, engine: GatedEngine, real: KeyValue) -> None:
        self._engine, self._real = engine, real

    async def get(self, key: str) -> bytes | None:
        return await self._engine.run("get", lambda: self._real.get(key))

    async def put(self, key: str, value: bytes, max_age: float | None = None) -> None:
        await self._engine.run("put", lambda: self._real.put(key, value, max_age))

    async def delete(self, key: str) -> bool:
        return await self._engine.run("delete", lambda: self._real.delete(key))

    async def keys(self) -> list[str]:
        return await self._engine.run("keys", self._real.keys)


class _Log:
    def __init__(self, engine: GatedEngine, real: Log) -> None:
        self._engine, self._real = engine, real

    async def append(self, values: Sequence[bytes]) -> int:
        return await self._engine.run("append", lambda: self._real.append(values))

    async def read(self, after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        return await self._engine.run("read", lambda: self._real.read(after, limit))

    async def drop(self, up_to: int) -> None:
        await self._engine.run("drop", lambda: self._real.drop(up_to))

    async def size(self) -> int:
        return await self._engine.run("size", self._real.size)
