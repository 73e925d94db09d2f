"""Engines that are slow, that went away, and that come back: a clear error in time, and no password in it."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from key_value.aio.stores.memory import MemoryStore
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from helixmpp.core.engines import Engine, engine_for
from helixmpp.errors import StorageError
from helixmpp.storage.keyvalue import KeyValueEngine
from helixmpp.storage.sql.urls import read_url
from helixmpp.storage.worker import Worker
from tests.support.databases import free_port
from tests.support.storage import SHARED, ServerURL, empty, url_for

LOCKS = {
    "postgresql": ("BEGIN", "LOCK TABLE helixmpp_values, helixmpp_log IN ACCESS EXCLUSIVE MODE"),
    "mariadb": ("LOCK TABLES helixmpp_values WRITE, helixmpp_log WRITE",),
}
ENDS = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'",
    "mariadb": "KILL {}",
}


@asynccontextmanager
async def busy(name: str, url: str) -> AsyncGenerator[None]:
    """Somebody else who lets nobody write, nor read."""
    if name == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
    elif name == "redis":
        untyped: Any = Redis
        client = untyped.from_url(url)
        await client.execute_command("CLIENT", "PAUSE", 1500, "ALL")
        yield
        await client.ping()
        await client.aclose()
    else:
        engine = create_async_engine(read_url(url).url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in LOCKS[name]:
                await connection.execute(text(statement))
            yield
            await connection.invalidate()
        await engine.dispose()


async def write(engine: Engine) -> None:
    await engine.collection("a", "b", limit=10, value_limit=10).put("key", b"value")
    await engine.log("a", "b", limit=1000, value_limit=10).append([b"value"])


@pytest.mark.parametrize("name", SHARED)
async def test_a_slow_engine_is_an_error_in_time(name: str, tmp_path: Path, server_url: ServerURL) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    engine = engine_for(f"{url}?timeout=0.3")
    await write(engine)
    begun = asyncio.get_running_loop().time()
    async with busy(name, url):
        with pytest.raises(StorageError, match=r"within 0\.3 seconds|locked"):
            await engine.collection("a", "b", limit=10, value_limit=10).put("key", b"late")
        with pytest.raises(StorageError, match=r"within 0\.3 seconds|locked"):
            await engine.log("a", "b", limit=10, value_limit=10).append([b"late"])
    assert asyncio.get_running_loop().time() - begun < 5
    await write(engine)
    assert await engine.log("a", "b", limit=1000, value_limit=10).read() == [(1, b"value"), (2, b"value")]
    await engine.close()


@pytest.mark.parametrize("name", ["postgresql", "mariadb", "redis"])
async def test_a_connection_that_was_cut_is_made_anew(
    name: str, tmp_path: Path, server_url: ServerURL
) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    engine = engine_for(url)
    await write(engine)
    await cut_all(name, url)
    values = engine.collection("a", "b", limit=10, value_limit=10)
    assert await values.get("key") == b"value"
    await cut_all(name, url)
    await values.put("key", b"after")
    assert await values.get("key") == b"after"
    await engine.close()


async def cut_all(name: str, url: str) -> None:
    """End every connection but our own."""
    if name == "redis":
        untyped: Any = Redis
        client = untyped.from_url(url)
        await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await client.aclose()
        return
    engine = create_async_engine(read_url(url).url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        if name == "postgresql":
            await connection.execute(text(ENDS[name]))
        else:
            ids = await connection.execute(
                text(
                    "SELECT id FROM information_schema.processlist WHERE user = 'root' AND id <> CONNECTION_ID()"
                )
            )
            for (number,) in ids.all():
                await connection.execute(text(ENDS[name].format(int(number))))
    await engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mariadb", "redis", "valkey"])
async def test_a_server_that_is_not_there_is_an_error_without_the_password(scheme: str) -> None:
    engine = engine_for(f"{scheme}://bot:se%20cret@127.0.0.1:{free_port()}/0?timeout=5")
    with pytest.raises(StorageError, match=r"127\.0\.0\.1") as caught:
        await write(engine)
    assert "cret" not in str(caught.value)
    await engine.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:", "no URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "memory://"),
        ("sqlite://host/bot.db", "names no file"),
        ("sqlite:///bot.db?mode=ro", "the only option"),
        ("sqlite:///bot.db?timeout=soon", "no number of seconds"),
        ("sqlite:///bot.db?timeout=-1", "no number of seconds"),
        ("postgresql://bot:secret@host", "names no database"),
        ("postgresql://bot:secret@host:port/name", "no URL"),
        ("mysql://bot:secret@host/", "names no database"),
        ("redis://bot:secret@host:port/0", "no URL"),
        ("redis://bot:secret@host/0?timeout=x", "no number of seconds"),
        ("oracle://bot:secret@host/name", "no storage engine"),
    ],
)
def test_urls_of_databases_that_are_wrong(url: str, message: str) -> None:
    with pytest.raises(StorageError, match=message) as caught:
        engine_for(url)
    assert "secret" not in str(caught.value)


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"something else, and long enough to be looked at as a database" * 100)
    engine = engine_for(f"sqlite:///{tmp_path / 'bot.db'}")
    with pytest.raises(StorageError, match="not a database"):
        await write(engine)
    await engine.close()
    engine = engine_for(f"sqlite:///{tmp_path / 'none' / 'bot.db'}")
    with pytest.raises(StorageError, match="No such file"):
        await write(engine)
    await engine.close()


async def test_a_database_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'bot.db'}")
    await write(engine)
    files = os.listdir(tmp_path)
    assert "bot.db" in files
    if os.name != "nt":  # Windows has no such bits
        assert {(tmp_path / name).stat().st_mode & 0o077 for name in files} == {0}
    await engine.close()


class SlowStore(MemoryStore):
    """A store that never answers."""

    async def get_many(self, keys: Sequence[str], *, collection: str | None = None) -> Any:
        await asyncio.Event().wait()


class BrokenStore(MemoryStore):
    """A store that fails in its own way."""

    async def get_many(self, keys: Sequence[str], *, collection: str | None = None) -> Any:
        raise LookupError("the bucket is gone")


@pytest.mark.parametrize(
    ("kind", "message"), [(SlowStore, "within 0.1"), (BrokenStore, "the bucket is gone")]
)
async def test_a_store_of_others_that_is_slow_or_broken(kind: type[MemoryStore], message: str) -> None:
    engine = KeyValueEngine(kind(), timeout=0.1)
    with pytest.raises(StorageError, match=message):
        await write(engine)


async def test_a_store_object_is_taken_as_storage() -> None:
    store = MemoryStore()
    await write(engine_for(store))
    assert await engine_for(store).collection("a", "b", limit=10, value_limit=10).get("key") == b"value"
    with pytest.raises(TypeError, match="AsyncKeyValue"):
        engine_for(object())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - what is tested


async def test_a_disk_that_does_not_answer_is_an_error_in_time() -> None:
    worker = Worker(0.05)
    release = threading.Event()
    with pytest.raises(StorageError, match=r"within 0\.05 seconds"):
        await worker.run(release.wait)
    release.set()
    assert await worker.run(lambda: 5) == 5
    await worker.close()
