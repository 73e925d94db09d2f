"""What the log of every storage engine promises, checked on each of them."""

import asyncio
from typing import Any

import pytest

from helixmpp.core.engines import StorageFull
from helixmpp.errors import StorageError
from tests.support.storage import Place


async def test_numbers_begin_at_one_and_grow_by_one(place: Place) -> None:
    log = place.log()
    assert await log.size() == 0
    assert await log.read() == []
    assert await log.append([]) == 0
    assert await log.append([b"a"]) == 1
    assert await log.append([b"b", b"", b"d"]) == 4
    assert await log.append([]) == 4
    assert await log.read() == [(1, b"a"), (2, b"b"), (3, b""), (4, b"d")]
    assert await log.size() == 4


@pytest.mark.parametrize(
    ("after", "limit", "numbers"),
    [
        (0, 1000, [3, 4, 5, 6]),
        (-5, 1000, [3, 4, 5, 6]),
        (1, 2, [3, 4]),
        (3, 2, [4, 5]),
        (5, 10, [6]),
        (6, 10, []),
        (100, 10, []),
        (0, 0, []),
        (0, -1, []),
        (2**70, 1, []),
        (0, 2**70, [3, 4, 5, 6]),
    ],
)
async def test_read_gives_what_is_behind_a_number(
    place: Place, after: int, limit: int, numbers: list[int]
) -> None:
    log = place.log()
    await log.append([b"%d" % number for number in range(1, 7)])
    await log.drop(2)
    assert await log.read(after, limit) == [(number, b"%d" % number) for number in numbers]


async def test_numbers_are_never_used_again(place: Place) -> None:
    log = place.log()
    await log.append([b"a", b"b", b"c"])
    await log.drop(2)
    assert await log.read() == [(3, b"c")]
    await log.drop(1)
    assert await log.size() == 1
    await log.drop(2**70)
    assert (await log.size(), await log.read()) == (0, [])
    assert await log.append([b"d"]) == 4
    await log.drop(-1)
    assert await log.read() == [(4, b"d")]


async def test_a_full_log_takes_all_of_what_is_appended_or_nothing(place: Place) -> None:
    log = place.log(limit=3)
    await log.append([b"a", b"b"])
    with pytest.raises(StorageFull, match="no room for 2 more"):
        await log.append([b"c", b"d"])
    assert await log.read() == [(1, b"a"), (2, b"b")]
    assert await log.append([b"c"]) == 3
    with pytest.raises(StorageFull):
        await log.append([b"d"])
    await log.drop(1)
    assert await log.append([b"d"]) == 4


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([b"good", b"x" * 101], StorageError),
        ([b"good", "text"], TypeError),
        ([None], TypeError),
        (b"bytes", TypeError),
    ],
)
async def test_what_is_no_value_is_refused_with_all_beside_it(
    place: Place, values: object, error: type[Exception]
) -> None:
    untyped: Any = place.log()
    with pytest.raises(error):
        await untyped.append(values)
    assert await place.log().size() == 0


@pytest.mark.parametrize(("limit", "value_limit"), [(0, 1), (1, 0)])
async def test_limits_of_a_log_that_hold_nothing_are_refused(
    place: Place, limit: int, value_limit: int
) -> None:
    with pytest.raises(ValueError, match="at least one"):
        place.log(limit, value_limit)


async def test_logs_and_collections_of_one_name_are_apart(place: Place) -> None:
    await place.log().append([b"a"])
    await place.engine.log("bob@example.org", "things", limit=5, value_limit=5).append([b"b"])
    await place.values().put("1", b"value")
    assert await place.log().read() == [(1, b"a")]
    assert await place.values().keys() == ["1"]


async def test_a_log_under_other_limits_is_the_same_log(place: Place) -> None:
    first = place.log(limit=3)
    await first.append([b"a", b"b"])
    second = place.log(limit=5)
    assert await second.append([b"c", b"d"]) == 4
    assert [number for number, _ in await first.read()] == [1, 2, 3, 4]
    await first.drop(2)
    assert await second.append([b"e"]) == 5
    assert [number for number, _ in await second.read()] == [3, 4, 5]


async def test_of_appends_at_the_same_time_each_has_numbers_of_its_own(place: Place) -> None:
    log = place.log(limit=200)
    lasts = await asyncio.gather(*(log.append([b"%d" % number, b"+"]) for number in range(50)))
    assert sorted(lasts) == list(range(2, 102, 2))
    kept = dict(await log.read())
    assert {last: kept[last - 1] for last in lasts} == {
        last: b"%d" % number for number, last in enumerate(lasts)
    }


async def test_a_log_is_there_after_a_restart(place: Place) -> None:
    log = place.log()
    await log.append([b"a", b"b", b"c"])
    await log.drop(1)
    await place.engine.close()
    if place.again is None:
        assert await place.log().read() == []
        return
    place.engine = place.again()
    assert await place.log().read() == [(2, b"b"), (3, b"c")]
    assert await place.log().append([b"d"]) == 4
    await place.log().drop(4)
    await place.engine.close()
    place.engine = place.again()
    assert await place.log().append([b"e"]) == 5


async def test_values_of_a_mebibyte_in_a_log(place: Place) -> None:
    log = place.log(limit=10, value_limit=1_048_576)
    values = [bytes([number]) * 1_048_576 for number in range(3)]
    assert await log.append(values) == 3
    for number in (1, 2):
        await log.drop(number)
        assert await log.append([values[number]]) == number + 3
    assert await log.read() == list(zip((3, 4, 5), (values[2], values[1], values[2]), strict=True))
