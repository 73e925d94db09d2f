"""Where the statements run: for a server on SQLAlchemy's asyncio engine, for SQLite in one thread.

An operation is a plain function of a connection. It goes to the other side as a whole: one change of thread, or of
greenlet, for all of its statements. (SQLite's asyncio driver changes threads four times for each.)
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Executable, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from helixmpp.errors import StorageError
from helixmpp.storage.sql.urls import Place
from helixmpp.storage.worker import Worker

if TYPE_CHECKING:
    from helixmpp.storage.sql.direct import Direct

__all__ = ["Runner", "runner_for"]

T = TypeVar("T")
Operation = Callable[[Connection], T]

_TRIES = 8
# What the other transaction's victory is called: PostgreSQL's SQLSTATE, MySQL's numbers.
_TRY_AGAIN = {"40001", "40P01", "1205", "1213", "1020"}


class Runner(Protocol):
    """Runs operations on a database."""

    async def run(self, operation: Operation[T], *, repeat: bool = True) -> T:
        """Run an operation.

        :param repeat: it may be run again where the connection was lost and nobody knows whether it was done.
        :raises StorageError: it failed, or took too long.
        """
        ...

    async def value(self, statement: Executable, parameters: Mapping[str, Any]) -> Any:
        """Run one statement, which may be repeated; the first value of its first row, None where there is none."""
        ...

    async def run_long(self, operation: Operation[T]) -> T:
        """Run an operation that may take as long as it wants, and is not repeated."""
        ...

    async def close(self) -> None:
        """Let go of the connections; what is run later opens new ones."""
        ...


def runner_for(place: Place, prepare: Operation[None]) -> Runner:
    """What runs operations on this database.

    :param prepare: is run before the first of them.
    """
    return FileRunner(place, prepare) if place.file is not None else ServerRunner(place, prepare)


def _options(place: Place) -> dict[str, Any]:
    # A message with the values in it would carry what peers sent into logs.
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "hide_parameters": True}
    if place.file is None:
        # Nothing is open outside of our own transactions: there is nothing to roll back.
        options |= {"pool_reset_on_return": None, "skip_autocommit_rollback": True, "pool_recycle": 1800}
    if place.url.get_backend_name() in {"mysql", "mariadb"}:
        # Its own default locks the gaps between rows, too, so that writers of different keys wait for each other.
        level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
        options["connect_args"] = {"init_command": level}
    return options


class FileRunner:
    """SQLite, in one thread with one connection."""

    def __init__(self, place: Place, prepare: Operation[None]) -> None:
        self._place = place
        self._prepare = prepare
        self._worker = Worker(place.timeout)
        # The thread ends by itself before whoever waits for it gives up, so that it is free for the next one.
        wait = max(place.timeout * 0.9, 0.001) if place.timeout is not None else 1e6
        self._engine: Engine = create_engine(place.url, connect_args={"timeout": wait}, **_options(place))
        event.listen(self._engine, "connect", _set_up)
        self._connection: Connection | None = None

    async def run(self, operation: Operation[T], *, repeat: bool = True) -> T:
        """Run an operation; see :class:`Runner`."""
        return await self._worker.run(self._run, operation)

    async def value(self, statement: Executable, parameters: Mapping[str, Any]) -> Any:
        """Run one statement; see :class:`Runner`."""
        return await self._worker.run(self._run, _value_of(statement, parameters))

    async def run_long(self, operation: Operation[T]) -> T:
        """Run an operation that may take as long as it wants."""
        return await self._worker.run_long(self._run, operation)

    async def close(self) -> None:
        """Close the file and end the thread."""
        await self._worker.run_long(self._close)
        await self._worker.close()

    def _run(self, operation: Operation[T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._open()
            return operation(self._connection)
        except (SQLAlchemyError, OSError) as error:
            self._close()
            raise failure(self._place, error) from error

    def _open(self) -> Connection:
        if self._place.file is not None:
            # For its owner alone; SQLite gives the files beside it the same rights.
            os.close(os.open(self._place.file, os.O_RDWR | os.O_CREAT, 0o600))
        connection = self._engine.connect()
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        self._engine.dispose()


class ServerRunner:
    """A database server, on SQLAlchemy's asyncio engine with its pool of connections."""

    def __init__(self, place: Place, prepare: Operation[None]) -> None:
        self._place = place
        self._prepare = prepare
        # Now, so that a driver that is not installed is told at once; it opens nothing.
        self._engine: AsyncEngine = create_async_engine(place.url, **_options(place))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._preparing: asyncio.Lock | None = None
        self._ready = False
        self._direct: Direct | None = None

    async def run(self, operation: Operation[T], *, repeat: bool = True) -> T:
        """Run an operation; see :class:`Runner`."""
        return await self._in_time(self._run(operation, repeat=repeat))

    async def value(self, statement: Executable, parameters: Mapping[str, Any]) -> Any:
        """Run one statement; see :class:`Runner`."""
        if self._direct is None or not self._ready or self._loop is not asyncio.get_running_loop():
            return await self.run(_value_of(statement, parameters))
        try:
            return await self._in_time(self._direct.value(statement, parameters))
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - the driver has its own; the long way translates them
            return await self.run(_value_of(statement, parameters))

    async def _in_time(self, doing: Awaitable[T]) -> T:
        limit = asyncio.timeout(self._place.timeout)
        try:
            async with limit:
                return await doing
        except TimeoutError as error:
            if not limit.expired():
                raise failure(self._place, error) from error
            raise StorageError(
                f"{self._place} did not answer within {self._place.timeout:g} seconds"
            ) from error

    async def run_long(self, operation: Operation[T]) -> T:
        """Run an operation that may take as long as it wants."""
        return await self._run(operation, repeat=False)

    async def close(self) -> None:
        """Close the connections."""
        if self._direct is not None and self._loop is asyncio.get_running_loop():
            await self._direct.close()
        await self._engine.dispose()

    async def _run(self, operation: Operation[T], *, repeat: bool) -> T:
        for attempt in range(_TRIES):
            try:
                await self._get_ready()
                async with self._engine.connect() as connection:
                    return await connection.run_sync(operation)
            except DBAPIError as error:
                again = _may_be_repeated(error) or (repeat and error.connection_invalidated)
                if not again or attempt == _TRIES - 1:
                    raise failure(self._place, error) from error
                # Those who were in each other's way do not begin again at the same moment.
                await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - no secret
            except (SQLAlchemyError, OSError) as error:
                raise failure(self._place, error) from error
        raise StorageError(f"{self._place}: the operation was tried {_TRIES} times")

    async def _get_ready(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:
                # The connections belong to a loop that has ended, and went with it.
                self._engine.sync_engine.dispose(close=False)
            self._loop, self._preparing = loop, asyncio.Lock()
            if self._place.url.get_backend_name() == "postgresql":
                from helixmpp.storage.sql.direct import Direct  # noqa: PLC0415 - for this driver alone

                self._direct = Direct(self._engine)
        if self._ready or self._preparing is None:
            return
        async with self._preparing:
            if not self._ready:
                async with self._engine.connect() as connection:
                    await connection.run_sync(self._prepare)
                self._ready = True


def _value_of(statement: Executable, parameters: Mapping[str, Any]) -> Operation[Any]:
    def operation(connection: Connection) -> Any:
        found = connection.execute(statement, parameters)
        return found.scalar() if found.returns_rows else None

    return operation


def failure(place: Place, error: Exception) -> StorageError:
    """What is told of an error of the database: what it says itself, without statements and values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(cause).strip().partition("\n")[0][:300]
    return StorageError(f"{place}: {text or type(cause).__name__}")


def _may_be_repeated(error: DBAPIError) -> bool:
    """Whether the database undid everything because of another transaction."""
    cause = error.orig
    code = getattr(cause, "sqlstate", None) or (cause.args[0] if cause is not None and cause.args else None)
    return str(code) in _TRY_AGAIN


def _set_up(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # Readers and a writer do not wait for each other, and a process that dies leaves nothing half-written.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
