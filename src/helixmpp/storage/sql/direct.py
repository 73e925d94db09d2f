"""PostgreSQL without a detour: single statements go straight to the driver.

What SQLAlchemy does for a statement costs several times of what asyncpg needs for the whole round trip. So it makes
the statements and the connections, one of which is kept here, and asyncpg runs what is a transaction by itself.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql import ClauseElement

__all__ = ["Direct"]


class _Driver(Protocol):
    """The part of asyncpg's connection that is used here."""

    async def fetchval(self, query: str, *arguments: Any) -> Any: ...

    def is_closed(self) -> bool: ...

    def terminate(self) -> None: ...


class Direct:
    """One connection for single statements, each waiting for the one before."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection | None = None
        self._driver: _Driver | None = None
        # The text of each statement, and the names of its parameters in their order.
        self._texts: dict[Executable, tuple[str, list[str]]] = {}

    async def value(self, statement: Executable, parameters: Mapping[str, Any]) -> Any:
        """Run a statement; the first value of its first row, None where there is none."""
        text, names = self._texts.get(statement) or self._compile(statement)
        arguments = [parameters[name] for name in names]
        async with self._lock:
            driver = self._driver
            if driver is None or driver.is_closed():
                driver = await self._open()
            try:
                return await driver.fetchval(text, *arguments)
            except BaseException:
                # Whatever state it is in, the next one begins anew.
                await self.close()
                raise

    async def close(self) -> None:
        """Let go of the connection; what is run later takes another one."""
        connection, self._connection = self._connection, None
        driver, self._driver = self._driver, None
        if driver is not None and not driver.is_closed():
            driver.terminate()
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def _open(self) -> _Driver:
        await self.close()
        connection = await self._engine.connect()
        self._connection = connection
        untyped: Any = (await connection.get_raw_connection()).driver_connection
        driver: _Driver = untyped
        self._driver = driver
        return driver

    def _compile(self, statement: Executable) -> tuple[str, list[str]]:
        if not isinstance(statement, ClauseElement):
            raise TypeError(f"{statement!r} is no statement of SQLAlchemy's")
        compiled = statement.compile(dialect=self._engine.dialect)
        untyped: Any = compiled
        names: list[str] = list(untyped.positiontup or ())
        made = self._texts[statement] = (str(compiled), names)
        return made
