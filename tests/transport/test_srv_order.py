"""The order of SRV records is that of RFC 2782."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.transport.srv import SRVRecord, in_order


def record(priority: int, weight: int, name: str) -> SRVRecord:
    return SRVRecord(priority, weight, 5222, name, direct_tls=False)


class Drawn:
    """A source that gives what the test wants, and notes the range that it was asked for."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.ranges: list[tuple[int, int]] = []

    def randint(self, a: int, b: int, /) -> int:
        self.ranges.append((a, b))
        return self.numbers.pop(0)


A, B, C = record(10, 60, "a"), record(10, 20, "b"), record(10, 0, "c")


@pytest.mark.parametrize(
    ("drawn", "order", "ranges"),
    [
        # Of weight 0 first, so the running sums are c 0, a 60, b 80.
        ((0, 0, 0), "cab", [(0, 80), (0, 80), (0, 20)]),
        ((1, 0, 0), "acb", [(0, 80), (0, 20), (0, 20)]),
        ((60, 1, 0), "abc", [(0, 80), (0, 20), (0, 0)]),
        ((61, 61, 0), "bac", [(0, 80), (0, 60), (0, 0)]),
        ((80, 60, 0), "bac", [(0, 80), (0, 60), (0, 0)]),
    ],
)
def test_draw_by_weight(drawn: tuple[int, ...], order: str, ranges: list[tuple[int, int]]) -> None:
    source = Drawn(*drawn[:1], *(min(number, 60) for number in drawn[1:]))
    assert "".join(found.target for found in in_order([A, B, C], source)) == order
    assert source.ranges == ranges


def test_lower_priority_number_first() -> None:
    records = [record(30, 65535, "last"), record(0, 0, "first"), record(20, 1, "middle")]
    assert [found.target for found in in_order(records, Random(1))] == ["first", "middle", "last"]


def test_distribution_follows_the_weights() -> None:
    source = Random(2782)
    records = [record(5, 10, "ten"), record(5, 30, "thirty"), record(5, 60, "sixty")]
    firsts = Counter(in_order(records, source)[0].target for _ in range(20_000))
    # Both ends of the range are included (RFC 2782), so with a sum of 100 there are 101 numbers; 0 goes to
    # the first. The standard deviation of these counts is below 70.
    for name, share in (("ten", 11 / 101), ("thirty", 30 / 101), ("sixty", 60 / 101)):
        assert abs(firsts[name] - 20_000 * share) < 350


def test_only_as_many_as_are_wanted() -> None:
    source = Random(2782)
    records = [record(5, number % 7, str(number)) for number in range(10_000)]
    ordered = in_order(records, source, limit=32)
    assert len({found.target for found in ordered}) == 32
    # The draw is the same one, and merely ends earlier.
    few = records[:40]
    assert in_order(few, Random(7), limit=5) == in_order(few, Random(7))[:5]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 65535)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_each_record_once_and_by_priority(numbers: list[tuple[int, int]], source: Random) -> None:
    records = [record(priority, weight, str(at)) for at, (priority, weight) in enumerate(numbers)]
    ordered = in_order(records, source)
    assert sorted(ordered, key=lambda found: found.target) == sorted(records, key=lambda found: found.target)
    assert [found.priority for found in ordered] == sorted(found.priority for found in records)
