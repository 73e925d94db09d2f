"""What every storage engine promises, checked on each of them."""

import asyncio
import math
from typing import Any

import pytest

from helixmpp.errors import StorageError
from helixmpp.storage import MemoryEngine
from helixmpp.storage.checks import KEY_LIMIT
from tests.support.storage import Place

KEYS = [
    pytest.param(key, id=name)
    for name, key in {
        "plain": "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org",
        "empty": "",
        "parent folder": "../../x",
        "absolute": "/etc/passwd",
        "windows path": "C:\\Windows\\x",
        "nul": "a\0b",
        "newline": "a\nb",
        "device": "CON",
        "dot": ".",
        "two dots": "..",
        "300 characters": "x" * 300,
        "longest": "y" * KEY_LIMIT,
        "unicode": "schlüssel-\N{KEY}",
        "lone surrogate": "\ud800",
        "temporary": "abc.tmp",
    }.items()
]


@pytest.mark.parametrize("key", KEYS)
async def test_any_key_holds_its_value(place: Place, key: str) -> None:
    values = place.values()
    assert await values.get(key) is None
    await values.put(key, b"one")
    await values.put(key + "'", b"other") if len(key) < KEY_LIMIT else None
    assert await values.get(key) == b"one"
    await values.put(key, b"two")
    assert await values.get(key) == b"two"
    assert key in await values.keys()
    assert await values.delete(key)
    assert await values.get(key) is None
    assert key not in await values.keys()
    assert not await values.delete(key)


@pytest.mark.parametrize("value", [b"", b"\0", b"a\nb\n\nc", bytes(range(100)), b"x" * 100])
async def test_any_value_comes_back(place: Place, value: bytes) -> None:
    values = place.values()
    await values.put("key", value)
    assert await values.get("key") == value


@pytest.mark.parametrize(
    ("max_age", "passed", "there"),
    [
        (None, 10.0**9, True),
        (math.inf, 10.0**9, True),
        (10, 0, True),
        (10, 9.9, True),
        (10, 10, False),
        (10, 11, False),
        (0.5, 0.6, False),
        (0, 0, False),
        (-1, 0, False),
    ],
)
async def test_what_has_expired_is_not_served(
    place: Place, max_age: float | None, passed: float, there: bool
) -> None:
    values = place.values()
    await values.put("key", b"value", max_age)
    place.clock.now += passed
    assert (await values.keys() == ["key"]) is there
    assert (await values.get("key") == b"value") is there
    assert await values.delete("key") is there


async def test_an_expired_value_is_not_deleted_a_second_time(place: Place) -> None:
    values = place.values()
    await values.put("key", b"value", 1)
    place.clock.now += 2
    assert not await values.delete("key")


async def test_a_value_put_again_has_the_new_age(place: Place) -> None:
    values = place.values()
    await values.put("key", b"old", 10)
    await values.put("key", b"new", 100)
    place.clock.now += 50
    assert await values.get("key") == b"new"
    await values.put("key", b"newest")
    place.clock.now += 1000
    assert await values.get("key") == b"newest"
    await values.put("key", b"gone", 0)
    assert await values.get("key") is None


async def test_a_full_collection_drops_what_was_used_least_recently(place: Place) -> None:
    values = place.values(limit=3)
    for key in "abc":
        await values.put(key, key.encode())
    assert await values.get("a") == b"a"
    await values.put("d", b"d")
    assert sorted(await values.keys()) == ["a", "c", "d"]
    assert await values.get("b") is None


async def test_what_has_expired_goes_before_what_is_good(place: Place) -> None:
    values = place.values(limit=3)
    await values.put("old", b"")
    await values.put("short", b"", 5)
    await values.put("new", b"")
    place.clock.now += 6
    await values.put("newest", b"")
    assert sorted(await values.keys()) == ["new", "newest", "old"]


async def test_strangers_do_not_make_it_grow(place: Place) -> None:
    values = place.values(limit=5)
    for number in range(60):
        await values.put(f"stranger-{number}", b"x" * 100, 1000 if number % 2 else None)
    assert sorted(await values.keys()) == sorted(f"stranger-{number}" for number in range(55, 60))


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("key", b"x" * 101, StorageError),
        ("k" * (KEY_LIMIT + 1), b"", StorageError),
    ],
)
async def test_what_is_too_large_is_refused(
    place: Place, key: str, value: bytes, error: type[Exception]
) -> None:
    values = place.values()
    with pytest.raises(error, match="at most"):
        await values.put(key, value)
    assert await values.get(key) is None
    assert await values.keys() == []
    assert not await values.delete(key)


async def test_a_refused_value_leaves_the_old_one(place: Place) -> None:
    values = place.values()
    await values.put("key", b"old")
    with pytest.raises(StorageError):
        await values.put("key", b"x" * 101)
    with pytest.raises(ValueError, match="not a number"):
        await values.put("key", b"new", math.nan)
    assert await values.get("key") == b"old"


@pytest.mark.parametrize("value", ["text", None, 5, bytearray(b"x")])
async def test_only_bytes_are_values(place: Place, value: object) -> None:
    untyped: Any = place.values()
    with pytest.raises(TypeError, match="bytes"):
        await untyped.put("key", value)


@pytest.mark.parametrize(("limit", "value_limit"), [(0, 1), (-1, 1), (1, 0)])
async def test_limits_that_hold_nothing_are_refused(place: Place, limit: int, value_limit: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        place.values(limit, value_limit)


async def test_accounts_and_collections_are_apart(place: Place) -> None:
    names = [
        ("alice@example.org", "things"),
        ("alice@example.org", "other"),
        ("bob@example.org", "things"),
        ("ALICE@example.org", "things"),
        ("alice@example.org/things", ""),
        ("", ""),
        ("../bob@example.org", "things"),
        ("alice_example_org", "things"),
    ]
    all_of_them = [place.engine.collection(*name, limit=3, value_limit=100) for name in names]
    for number, values in enumerate(all_of_them):
        await values.put("key", b"%d" % number)
    assert [await values.get("key") for values in all_of_them] == [b"%d" % n for n in range(len(names))]


async def test_the_same_collection_is_the_same_values(place: Place) -> None:
    await place.values().put("key", b"value")
    assert await place.values().get("key") == b"value"


async def test_new_limits_hold_for_what_is_there(place: Place) -> None:
    values = place.values(limit=5)
    for key in "abcde":
        await values.put(key, b"x")
    fewer = place.values(limit=2)
    await fewer.put("f", b"x")
    assert sorted(await fewer.keys()) == ["e", "f"]


async def test_of_puts_at_the_same_time_the_last_stays(place: Place) -> None:
    values = place.values(limit=100)
    await asyncio.gather(
        *(values.put(f"key-{number % 10}", b"%d" % number) for number in range(200)),
        *(values.get(f"key-{number % 10}") for number in range(50)),
    )
    assert [await values.get(f"key-{number}") for number in range(10)] == [
        b"%d" % number for number in range(190, 200)
    ]


async def test_closing_twice_and_using_it_again_is_allowed(place: Place) -> None:
    await place.values().put("key", b"value")
    await place.engine.close()
    await place.engine.close()
    values = place.values()
    await values.put("key", b"again")
    assert await values.get("key") == b"again"


async def test_what_is_kept_is_there_after_a_restart(place: Place) -> None:
    if place.again is None:
        assert await MemoryEngine().collection("a", "b", limit=1, value_limit=1).keys() == []
        return
    values = place.values()
    for key in ("used first", "for ever", "short", "../../x"):
        await values.put(key, key.encode(), 10 if key == "short" else None)
    assert await values.get("used first")
    await place.engine.close()
    place.clock.now += 11
    place.engine = place.again()
    values = place.values(limit=3)
    assert sorted(await values.keys()) == ["../../x", "for ever", "used first"]
    assert await values.get("short") is None
    assert await values.get("../../x") == b"../../x"
    await values.put("one more", b"x")
    assert "for ever" not in await values.keys()


async def test_a_value_of_a_mebibyte(place: Place) -> None:
    values = place.values(limit=3, value_limit=1_048_576)
    value = bytes(range(256)) * 4096
    await values.put("large", value)
    assert await values.get("large") == value
    with pytest.raises(StorageError, match="at most"):
        await values.put("large", value + b"x")
    assert await values.get("large") == value


async def test_a_full_large_collection_keeps_its_limit_and_what_is_new(place: Place) -> None:
    values = place.values(limit=130)
    for number in range(300):
        await values.put(f"{number}", b"x")
    kept = {int(key) for key in await values.keys()}
    # One that is large may make room for a few at once.
    assert 127 <= len(kept) <= 130
    assert kept == set(range(300 - len(kept), 300))
