"""What DNS said of SRV records, kept for as long as DNS allows (RFC 1035 section 3.2.1, RFC 2308)."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import NamedTuple

from helixmpp.transport.srv import SRVRecord

__all__ = ["SRVCache", "shared_cache"]


class _Kept(NamedTuple):
    records: tuple[SRVRecord, ...]
    until: float


class SRVCache:
    """Answers to questions for SRV records, also that there are none; any thread may use it.

    A failure of DNS is no answer and is not kept: the next attempt asks again.

    :param limit: how many answers are kept; beyond it the one goes that was asked for least recently.
    :param max_ttl: seconds that an answer is kept at most, whatever DNS says; RFC 8767 section 4 takes
        anything beyond some days for a mistake.
    :param max_negative_ttl: the same for "there are none", which a domain that is being set up soon changes.
    :param clock: gives seconds; it never goes back.
    """

    def __init__(
        self,
        *,
        limit: int = 1_000,
        max_ttl: float = 86_400.0,
        max_negative_ttl: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._max_ttl = max_ttl
        self._max_negative_ttl = max_negative_ttl
        self._clock = clock
        self._answers: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Count the answers that are kept."""
        return len(self._answers)

    def get(self, question: Hashable) -> tuple[SRVRecord, ...] | None:
        """Give the records, none where DNS said so; None where nothing is known, or not any more."""
        with self._lock:
            kept = self._answers.get(question)
            if kept is None:
                return None
            if kept.until <= self._clock():
                del self._answers[question]
                return None
            self._answers.move_to_end(question)
            return kept.records

    def put(self, question: Hashable, records: Sequence[SRVRecord], ttl: float) -> None:
        """Keep an answer for ``ttl`` seconds; with 0 it is good for this once and not kept."""
        ttl = min(ttl, self._max_ttl if records else self._max_negative_ttl)
        with self._lock:
            self._answers.pop(question, None)
            if ttl <= 0 or self._limit <= 0:
                return
            self._answers[question] = _Kept(tuple(records), self._clock() + ttl)
            while len(self._answers) > self._limit:
                self._answers.popitem(last=False)

    def clear(self) -> None:
        """Forget everything, such as after the machine has changed its network."""
        with self._lock:
            self._answers.clear()


_shared = SRVCache()


def shared_cache() -> SRVCache:
    """Give the cache of all connections that ask the machine's own DNS servers."""
    return _shared
