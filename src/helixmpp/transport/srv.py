"""SRV records and the order in which they are tried (RFC 2782)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

__all__ = ["RandomSource", "SRVRecord", "in_order"]


class RandomSource(Protocol):
    """What picks among records of one priority; ``random.Random`` is one."""

    def randint(self, a: int, b: int, /) -> int:
        """Give a number from ``a`` to ``b``, both included."""
        ...


@dataclass(frozen=True, slots=True)
class SRVRecord:
    """One SRV record of a domain.

    :param target: the host in A-labels without the dot at the end; empty where the record has ``.``, which
        says that the service is decidedly not available (RFC 2782).
    :param direct_tls: whether it stood under ``_xmpps-client`` (XEP-0368).
    """

    priority: int
    weight: int
    port: int
    target: str
    direct_tls: bool


def in_order(
    records: Iterable[SRVRecord], random: RandomSource, *, limit: int | None = None
) -> list[SRVRecord]:
    """Sort records by priority, and those of one priority by chance according to their weights.

    The procedure is that of RFC 2782 ("Weight"): those of weight 0 first, then again and again a random
    number from 0 to the sum of the weights left, both included, picks the first record whose running sum is
    at least that number.

    :param limit: how many are wanted. Each is drawn from all that are left, so that ten thousand records
        cost more than they are worth.
    """
    groups: dict[int, list[SRVRecord]] = {}
    for record in records:
        groups.setdefault(record.priority, []).append(record)
    ordered: list[SRVRecord] = []
    for priority in sorted(groups):
        # A stable sort: among equal weights the order of the answer stays, and the draw decides anyway.
        left = sorted(groups[priority], key=lambda record: record.weight > 0)
        while left:
            if len(ordered) == limit:
                return ordered
            ordered.append(left.pop(_pick(left, random)))
    return ordered


def _pick(records: list[SRVRecord], random: RandomSource) -> int:
    drawn = random.randint(0, sum(record.weight for record in records))
    running = 0
    for index, record in enumerate(records):
        running += record.weight
        if running >= drawn:
            return index
    return len(records) - 1  # a random source that gives more than it was asked for
