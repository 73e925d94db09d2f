"""Every storage engine, each empty and with a clock of the test's, for the tests that all of them have to pass."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from key_value.aio.stores.memory import MemoryStore
from redis.asyncio import Redis
from sqlalchemy import delete, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from helixmpp.core.engines import Engine, KeyValue, Log
from helixmpp.storage import FolderEngine, MemoryEngine
from helixmpp.storage.keyvalue import KeyValueEngine
from helixmpp.storage.redis.server import RedisEngine
from helixmpp.storage.sql.database import SQLEngine
from helixmpp.storage.sql.tables import meta
from helixmpp.storage.sql.urls import read_url

__all__ = ["ENGINES", "SHARED", "Clock", "Place", "ServerURL", "empty", "on_server", "open_place", "url_for"]

#: Gives the URL of a running server by its name.
ServerURL = Callable[[str], str]


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """An engine and its clock; ``again`` is a second engine on the same place, where it keeps anything."""

    name: str
    engine: Engine
    clock: Clock
    again: Callable[[], Engine] | None = None

    def values(self, limit: int = 10, value_limit: int = 100) -> KeyValue:
        return self.engine.collection("alice@example.org", "things", limit=limit, value_limit=value_limit)

    def log(self, limit: int = 10, value_limit: int = 100) -> Log:
        return self.engine.log("alice@example.org", "things", limit=limit, value_limit=value_limit)


#: Each engine, as it is tested.
ENGINES = ("memory", "folder", "folder-fsync", "keyvalue", "sqlite", "postgresql", "mariadb", "redis")
#: Those that several processes may share.
SHARED = ("sqlite", "postgresql", "mariadb", "redis")


async def open_place(name: str, folder: Path, server_url: ServerURL) -> Place:
    """An engine on an empty place."""
    clock = Clock()
    if name == "memory":
        return Place(name, MemoryEngine(clock), clock)
    if name not in {"keyvalue", "folder", "folder-fsync"}:
        await empty(url_for(name, folder, server_url))
    store = MemoryStore()

    def make() -> Engine:
        if name == "keyvalue":
            return KeyValueEngine(store, clock=clock)
        if name.startswith("folder"):
            return FolderEngine(folder / "kept", fsync=name.endswith("fsync"), clock=clock)
        url = url_for(name, folder, server_url)
        return RedisEngine(url, clock=clock) if name == "redis" else SQLEngine(url, clock=clock)

    return Place(name, make(), clock, make)


def url_for(name: str, folder: Path, server_url: ServerURL) -> str:
    """The ``storage=`` of an engine that has one."""
    if name == "sqlite":
        return f"sqlite:///{(folder / 'kept.db').as_posix()}"
    if name == "folder":
        return (folder / "kept").as_uri()
    return server_url(name)


async def empty(url: str) -> None:
    """Delete what is in a database on a server."""
    if url.startswith("redis"):
        untyped: Any = Redis
        client = untyped.from_url(url)
        await client.flushdb()
        await client.aclose()
    elif not url.startswith(("sqlite", "file")):
        await on_server(url, _delete_all)


async def on_server(url: str, function: Callable[[Connection], object]) -> None:
    """Do something with a connection of one's own."""
    engine = create_async_engine(read_url(url).url)
    async with engine.begin() as connection:
        await connection.run_sync(function)
    await engine.dispose()


def _delete_all(connection: Connection) -> None:
    known = inspect(connection).get_table_names()
    for table in meta.sorted_tables:
        if table.name in known:
            connection.execute(delete(table))
