"""Measures storage in a process of its own: ``python -m bench.storage_worker COUNT ROUNDS``; prints JSON.

Blobs are written and read one after the other, each awaited: through a collection of an engine, which has a limit, ages
and an order of use, and through the bare driver, which puts the same bytes under the same name in the plainest table
there is. Each write is a transaction of its own on both sides. Through the internal API of XEP-0231 a blob becomes
XML, and is parsed again; no bare driver does the same, so that this is shown beside and has no ratio.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from helixmpp import ClientXMPP
from helixmpp.core import engine_for
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary
from tests.support.databases import DatabaseServer, PostgreSQL, Redis

__all__ = ["main"]

SIZE = 1000  # bytes
LOOKUPS = 20_000

#: Writes and reads so many blobs; gives the seconds of both.
Sample = Callable[[int], Coroutine[Any, Any, tuple[float, float]]]


async def timed(
    count: int, write: Callable[[int], Awaitable[object]], read: Callable[[int], Awaitable[object]]
) -> tuple[float, float]:
    """The seconds for all writes, and for all reads."""
    begun = time.perf_counter()
    for number in range(count):
        await write(number)
    between = time.perf_counter()
    for number in range(count):
        if await read(number) is None:
            raise AssertionError(f"the blob {number} is not there")
    return between - begun, time.perf_counter() - between


def name_of(number: int) -> str:
    """The name of a blob, as long as a cid."""
    return f"sha1+{number:040x}@bob.xmpp.org"


def blob_of(number: int) -> bytes:
    """Its bytes, which are another's for each."""
    return number.to_bytes(4, "big") * (SIZE // 4)


def through_collection(url: str) -> Sample:
    """The same by a collection of an engine: what a plugin keeps its state in."""

    async def sample(count: int) -> tuple[float, float]:
        engine = engine_for(url)
        values = engine.collection("bench@example.org", "bare", limit=2 * count, value_limit=SIZE)
        try:
            return await timed(
                count,
                lambda number: values.put(name_of(number), blob_of(number)),
                lambda number: values.get(name_of(number)),
            )
        finally:
            await engine.close()

    return sample


def through_plugin(url: str) -> Sample:
    """The blobs by the operations ``set_bob`` and ``get_bob`` of a client with this ``storage=``, as XML."""

    async def sample(count: int) -> tuple[float, float]:
        xmpp = ClientXMPP("bench@example.org", "secret", storage=url)
        xmpp.register_plugin("xep_0231", {"max_blobs": 2 * count})
        api = xmpp.plugin[XEP_0231].api
        bobs: list[BitsOfBinary] = []
        for number in range(count):
            bob = BitsOfBinary()
            bob.cid, bob.type, bob.data = name_of(number), "image/png", blob_of(number)
            bobs.append(bob)
        try:
            return await timed(
                count,
                lambda number: api["set_bob"](None, None, None, bobs[number]),
                lambda number: api["get_bob"](None, None, None, name_of(number)),
            )
        finally:
            await xmpp.aclose()

    return sample


def bare_sqlite(file: Path) -> Sample:
    """The same by aiosqlite, with the same journal."""

    async def sample(count: int) -> tuple[float, float]:
        aiosqlite: Any = import_module("aiosqlite")  # which may be missing

        async with aiosqlite.connect(file) as db:
            await db.execute("PRAGMA journal_mode=WAL")
            await db.execute("PRAGMA synchronous=NORMAL")
            await db.execute("CREATE TABLE IF NOT EXISTS bare (name TEXT PRIMARY KEY, value BLOB)")
            await db.commit()

            async def write(number: int) -> None:
                row = (name_of(number), blob_of(number))
                await db.execute("INSERT OR REPLACE INTO bare VALUES (?, ?)", row)
                await db.commit()

            async def read(number: int) -> object:
                async with db.execute("SELECT value FROM bare WHERE name = ?", (name_of(number),)) as cursor:
                    return await cursor.fetchone()

            return await timed(count, write, read)

    return sample


def bare_postgresql(url: str) -> Sample:
    """The same by asyncpg."""

    async def sample(count: int) -> tuple[float, float]:
        asyncpg: Any = import_module("asyncpg")  # which may be missing

        db: Any = await asyncpg.connect(url)
        await db.execute("CREATE TABLE IF NOT EXISTS bare (name TEXT PRIMARY KEY, value BYTEA)")
        statement = "INSERT INTO bare VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        try:
            return await timed(
                count,
                lambda number: db.execute(statement, name_of(number), blob_of(number)),
                lambda number: db.fetchrow("SELECT value FROM bare WHERE name = $1", name_of(number)),
            )
        finally:
            await db.close()

    return sample


def bare_redis(url: str) -> Sample:
    """The same by redis-py."""

    async def sample(count: int) -> tuple[float, float]:
        redis: Any = import_module("redis.asyncio")  # which may be missing
        db = redis.Redis.from_url(url)
        try:
            return await timed(
                count,
                lambda number: db.set(name_of(number), blob_of(number)),
                lambda number: db.get(name_of(number)),
            )
        finally:
            await db.aclose()

    return sample


def compare(count: int, rounds: int, url: str, bare: Sample) -> dict[str, Any]:
    """Microseconds for one blob, the median of alternating rounds; the ratio is that of both together."""
    ours, plugin = through_collection(url), through_plugin(url)
    samples = [[asyncio.run(one(count)) for one in (ours, bare, plugin)] for _ in range(rounds)]
    each = 1e6 / count
    found: dict[str, Any] = {"ratio": median(sum(own) / sum(other) for own, other, _ in samples)}
    for place, name in enumerate(("", "bare ", "plugin ")):
        found[f"{name}write"] = median(row[place][0] for row in samples) * each
        found[f"{name}read"] = median(row[place][1] for row in samples) * each
    return found


async def lookup(rounds: int) -> dict[str, Any]:
    """Microseconds of ``get_bob`` through the API in memory, and of a look-up in a dictionary."""
    xmpp = ClientXMPP("bench@example.org", "secret")
    xmpp.register_plugin("xep_0231")
    plugin = xmpp.plugin[XEP_0231]
    api = plugin.api
    cid = await plugin.set_bob(blob_of(1), "image/png")
    table = {cid: blob_of(1)}
    through: list[float] = []
    plain: list[float] = []
    for _ in range(rounds * 5):
        # Nothing is waited for: processor time is the same on a machine that does other things, too.
        begun = time.process_time()
        for _ in range(LOOKUPS):
            await api["get_bob"](None, None, None, cid)
        between = time.process_time()
        for _ in range(LOOKUPS):
            table[cid]
        through.append(between - begun)
        plain.append(time.process_time() - between)
    await xmpp.aclose()
    each = 1e6 / LOOKUPS
    return {"get_bob": median(through) * each, "dict": median(plain) * each}


def on_server(
    kind: type[DatabaseServer], bare: Callable[[str], Sample], count: int, rounds: int
) -> dict[str, Any]:
    """Compare on a server, started for this."""
    if kind.program() is None:
        return {"missing": f"{kind.package} is not installed"}
    with kind() as server:
        return compare(count, rounds, server.url, bare(server.url))


def main(count: int, rounds: int) -> dict[str, Any]:
    """Everything; what cannot be measured says why."""
    found: dict[str, Any] = {"lookup": asyncio.run(lookup(rounds))}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{(Path(folder) / 'own.db').as_posix()}"
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "SQLite": lambda: compare(count, rounds, url, bare_sqlite(Path(folder) / "bare.db")),
            "PostgreSQL": lambda: on_server(PostgreSQL, bare_postgresql, count, rounds),
            "Redis": lambda: on_server(Redis, bare_redis, count, rounds),
        }
        for name, measure in measures.items():
            try:
                found[name] = measure()
            except Exception as error:  # noqa: BLE001 - a database that does not run is a line in the table
                found[name] = {"missing": f"{type(error).__name__}: {error}"[:200]}
    return found


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
