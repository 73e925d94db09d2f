"""A process that writes to a storage engine: ``python -m tests.support.storage_worker share|until-killed URL NAME``."""

import asyncio
import sys

from helixmpp.core.engines import Engine, StorageFull, engine_for

__all__ = ["ACCOUNT", "BATCH", "LARGE", "SHARED_LIMIT", "WRITES"]

ACCOUNT = "alice@example.org"
SHARED_LIMIT = 100
WRITES = 60
BATCH = 3
LARGE = 300_000


async def share(engine: Engine, name: str) -> None:
    """Write to a collection and a log that other processes write to."""
    values = engine.collection(ACCOUNT, "shared", limit=SHARED_LIMIT, value_limit=100)
    mine = engine.collection(ACCOUNT, f"of {name}", limit=WRITES, value_limit=100)
    log = engine.log(ACCOUNT, "shared", limit=10_000, value_limit=100)
    for number in range(WRITES):
        await values.put(f"{name}-{number}", name.encode())
        await mine.put(f"{number}", b"%d" % number)
        await log.append([f"{name} {number}".encode(), b"+"])


async def write_until_killed(engine: Engine) -> None:
    """Write large values and batches, and say of each batch that it is kept."""
    values = engine.collection(ACCOUNT, "killed", limit=10, value_limit=LARGE)
    log = engine.log(ACCOUNT, "killed", limit=600, value_limit=LARGE)
    number = 0
    while True:
        letter = b"abcdefgh"[number % 8 : number % 8 + 1]
        await values.put("key", letter * LARGE)
        try:
            last = await log.append([letter * 20_000] * BATCH)
        except StorageFull:
            await log.drop(number * BATCH - 300)
            continue
        number += 1
        sys.stdout.write(f"{last}\n")
        sys.stdout.flush()


async def main(what: str, url: str, name: str) -> None:
    """Do it."""
    engine = engine_for(url)
    if what == "share":
        await share(engine, name)
        await engine.close()
    else:
        await write_until_killed(engine)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
