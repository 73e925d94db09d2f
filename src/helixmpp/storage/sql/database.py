"""The engine for SQL databases: SQLite in a file, PostgreSQL, MySQL and MariaDB."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from sqlalchemy import Connection

from helixmpp.core.engines import Entry
from helixmpp.errors import StorageError
from helixmpp.storage.sql.entries import read_entries, write_entries
from helixmpp.storage.sql.log import SQLLog
from helixmpp.storage.sql.place import PlaceRow
from helixmpp.storage.sql.runner import runner_for
from helixmpp.storage.sql.schema import STEPS, Step, prepare
from helixmpp.storage.sql.tables import COLLECTION, LOG
from helixmpp.storage.sql.urls import read_url
from helixmpp.storage.sql.values import SQLCollection, put_statement
from helixmpp.storage.ticks import Ticks

__all__ = ["SQLEngine"]


class SQLEngine:
    """Collections and logs in a database, which any number of processes may share.

    Ages are measured by this machine's clock, so that those of machines that share a database have to agree.

    :param url: such as ``sqlite:///bot.db`` or ``postgresql://user:password@host/name``; see
        :func:`helixmpp.storage.sql.database`.
    :param clock: gives seconds since 1970; only tests give another one than the default.
    :param steps: from older versions of the tables to newer ones; only tests give others than ours.
    :raises StorageError: the URL names no database.
    """

    def __init__(
        self, url: str, *, clock: Callable[[], float] = time.time, steps: Sequence[Step] = STEPS
    ) -> None:
        self.place = read_url(url)
        self._clock = clock
        self._ticks = Ticks()
        self._runner = runner_for(self.place, lambda connection: prepare(connection, steps))
        self._put = put_statement(self.place.url.get_backend_name())
        self._collections: dict[tuple[str, str], SQLCollection] = {}
        self._logs: dict[tuple[str, str], SQLLog] = {}

    def collection(self, account: str, name: str, *, limit: int, value_limit: int) -> SQLCollection:
        """The collection ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._collections.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            found = self._collections[account, name] = SQLCollection(
                self._runner,
                PlaceRow(COLLECTION, account, name),
                self._put,
                self._ticks,
                limit=limit,
                value_limit=value_limit,
                clock=self._clock,
            )
        return found

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> SQLLog:
        """The log ``name`` of an account: at most ``limit`` values of ``value_limit`` bytes each."""
        found = self._logs.get((account, name))
        if found is None or (found.limit, found.value_limit) != (limit, value_limit):
            row = PlaceRow(LOG, account, name)
            found = SQLLog(self._runner, row, limit=limit, value_limit=value_limit)
            self._logs[account, name] = found
        return found

    def entries(self) -> AsyncIterator[Entry]:
        """Everything that is kept and has not expired, of all accounts."""
        return read_entries(self._runner, self._clock)

    async def restore(self, entries: Iterable[Entry]) -> int:
        """Put what :meth:`entries` of any engine gave, in one transaction; see the protocol."""

        def operation(connection: Connection) -> int:
            return write_entries(connection, entries, self._put, self._ticks, self._clock)

        return await self._runner.run_long(operation)

    async def close(self) -> None:
        """Write when values were last read, and close the connections; what is used later opens new ones."""
        for values in self._collections.values():
            # A database that is gone has nothing to be told.
            with contextlib.suppress(StorageError):
                await values.flush()
        await self._runner.close()
