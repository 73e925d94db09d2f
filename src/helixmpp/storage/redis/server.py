"""The engine for Redis, Valkey and other servers that speak like one."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from helixmpp.core.engines import Entry
from helixmpp.storage.redis.connection import Connection, Step
from helixmpp.storage.redis.entries import read_entries, write_entries
from helixmpp.storage.redis.log import RedisLog
from helixmpp.storage.redis.place import COLLECTION, LOG, Place
from helixmpp.storage.redis.values import RedisCollection
from helixmpp.storage.ticks import Ticks

__all__ = ["RedisEngine"]

# What leads from version 1 to 2 will be the first here. A step may be interrupted and is then done again.
STEPS: tuple[Step, ...] = ()


class RedisEngine:
    """Collections and logs in a Redis, which any number of processes may share.

    Ages are measured by this machine's clock, so that those of machines that share a Redis have to agree.

    :param url: such as ``redis://user:password@host:6379/0``.
    :param clock: gives seconds since 1970; only tests give another one than the default.
    :param steps: from older versions of what is kept to newer ones; only tests give others than ours.
    :raises StorageError: the URL is wrong.
    """

    def __init__(
        self, url: str, *, clock: Callable[[], float] = time.time, steps: Sequence[Step] = STEPS
    ) -> None:
        self._connection = Connection(url, steps)
        self._clock = clock
        self._ticks = Ticks()
        self._collections: dict[tuple[str, str], RedisCollection] = {}
        self._logs: dict[tuple[str, str], RedisLog] = {}

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> RedisCollection:
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._collections.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = self._collections[account, name] = RedisCollection(
                self._connection,
                Place(COLLECTION, account, name),
                self._ticks,
                limit=limit,
                value_limit=value_limit,
                clock=self._clock,
            )
        return found

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> RedisLog:
        """The log ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._logs.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            place = Place(LOG, account, name)
            found = RedisLog(self._connection, place, limit=limit, value_limit=value_limit)
            self._logs[account, name] = found
        return found

    def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept and has not expired, of all accounts."""
        return read_entries(self._connection, self._clock)

    async def restore(self, entries: Iterable[Entry]) -> int:
        """Put what :meth:`entries` of any engine gave, in one transaction; see the protocol."""
        return await write_entries(self._connection, entries, self._ticks, self._clock)

    async def close(self) -> None:
        """Close the connections; what is used later opens new ones."""
        await self._connection.close()
