"""Several processes on one place, and one that is killed in the middle of a write."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helixmpp.core.engines import engine_for
from tests.support.storage import SHARED, ServerURL, empty, url_for
from tests.support.storage_worker import ACCOUNT, BATCH, LARGE, SHARED_LIMIT, WRITES

ROOT = Path(__file__).parents[2]
PROCESSES = 4


async def start(what: str, url: str, name: str = "-") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.storage_worker", what, url, name),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdout=subprocess.PIPE,
    )


@pytest.mark.parametrize("name", SHARED)
async def test_several_processes_share_a_place(name: str, tmp_path: Path, server_url: ServerURL) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    names = [f"process-{number}" for number in range(PROCESSES)]
    workers = [await start("share", url, one) for one in names]
    assert [await worker.wait() for worker in workers] == [0] * PROCESSES
    engine = engine_for(url)
    shared = engine.collection(ACCOUNT, "shared", limit=SHARED_LIMIT, value_limit=100)
    keys = await shared.keys()
    assert SHARED_LIMIT * 0.9 <= len(keys) <= SHARED_LIMIT
    assert {await shared.get(key) for key in keys} <= {one.encode() for one in names}
    for one in names:
        mine = engine.collection(ACCOUNT, f"of {one}", limit=WRITES, value_limit=100)
        assert sorted(await mine.keys(), key=int) == [f"{number}" for number in range(WRITES)]
    entries = await engine.log(ACCOUNT, "shared", limit=10_000, value_limit=100).read(0, 10_000)
    assert [number for number, _ in entries] == list(range(1, 2 * PROCESSES * WRITES + 1))
    # Each batch stands together, each process's in the order in which it wrote them.
    assert {value for _, value in entries[1::2]} == {b"+"}
    for one in names:
        own = [value for _, value in entries if value.startswith(one.encode())]
        assert own == [f"{one} {number}".encode() for number in range(WRITES)]
    await engine.close()


@pytest.mark.parametrize("lines", [1, 7, 20])
@pytest.mark.parametrize("name", ["folder", *SHARED])
async def test_who_is_killed_leaves_nothing_half_written(
    name: str, lines: int, tmp_path: Path, server_url: ServerURL
) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    worker = await start("until-killed", url)
    assert worker.stdout is not None
    told = 0
    for _ in range(lines):
        told = int(await worker.stdout.readline())
    worker.kill()
    rest = (await worker.stdout.read()).split(b"\n")[:-1]
    await worker.wait()
    told = int(rest[-1]) if rest else told

    engine = engine_for(url)
    values = engine.collection(ACCOUNT, "killed", limit=10, value_limit=LARGE)
    value = await values.get("key")
    assert value is not None
    assert value == value[:1] * LARGE
    log = engine.log(ACCOUNT, "killed", limit=10_000, value_limit=LARGE)
    entries = await log.read(0, 10_000)
    numbers = [number for number, _ in entries]
    # What was told is there; of what was not, a whole batch or nothing.
    assert numbers[-1] in {told, told + BATCH}
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    batches = [entries[start : start + BATCH] for start in range(0, len(entries), BATCH)]
    assert all(len({value for _, value in batch}) == 1 and len(batch) == BATCH for batch in batches)
    assert await log.size() == len(entries)
    assert await log.append([b"next"]) == numbers[-1] + 1
    await values.put("key", b"next")
    await engine.close()
