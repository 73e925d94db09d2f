"""The benchmark's table about storage says what was measured, what was missed and what was not there."""

import asyncio
from pathlib import Path

import pytest

from bench.storage import table_of
from bench.storage_worker import compare, lookup, timed

ROW = {
    "write": 10.0,
    "read": 20.0,
    "bare write": 5.0,
    "bare read": 15.0,
    "plugin write": 30.0,
    "plugin read": 40.0,
}


@pytest.mark.parametrize(
    ("ratio", "get_bob", "verdicts"),
    [
        (1.9, 2.5, ("2 ok", "2.48 ok")),
        (2.1, 2.5, ("2 MISSED", "2.48 ok")),
        (1.0, 9.0, ("2 ok", "8.98 MISSED")),
    ],
)
def test_the_verdicts(ratio: float, get_bob: float, verdicts: tuple[str, str]) -> None:
    found = {"lookup": {"get_bob": get_bob, "dict": 0.02}, "SQLite": {**ROW, "ratio": ratio}}
    text = table_of(found, 10_000)
    assert text.startswith("## Storage\n\n10,000 blobs")
    assert all(verdict in text for verdict in verdicts)


def test_what_is_not_there_is_told() -> None:
    found = {"lookup": {"get_bob": 2, "dict": 0.02}, "Redis": {"missing": "redis-server is not installed"}}
    assert "| Redis      | NOT MEASURED: redis-server is not installed |" in table_of(found, 5)


async def test_a_blob_that_is_lost_is_no_measurement() -> None:
    async def nothing(_: int) -> None:
        await asyncio.sleep(0)

    with pytest.raises(AssertionError, match="the blob 0 is not there"):
        await timed(3, nothing, nothing)


def test_what_is_measured_is_there(tmp_path: Path) -> None:
    async def bare(count: int) -> tuple[float, float]:
        return count * 1e-6, count * 3e-6

    found = compare(20, 1, f"sqlite:///{tmp_path / 'own.db'}", bare)
    assert found["bare write"] == pytest.approx(1)
    assert found["bare read"] == pytest.approx(3)
    assert found["ratio"] == pytest.approx((found["write"] + found["read"]) / 4)
    assert min(found["write"], found["read"], found["plugin write"], found["plugin read"]) > 0


async def test_a_look_up_is_compared_with_a_dictionary() -> None:
    found = await lookup(1)
    assert 0 < found["dict"] < found["get_bob"]
