"""Many deadlines and one timer of the event loop: a timer for each costs four objects, and thousands may wait."""

from collections.abc import Callable, Mapping
from heapq import heapify, heappop, heappush
from typing import Generic, Protocol, TypeVar

__all__ = ["Clock", "Deadlines", "Timer", "Waiting"]

# So many entries of what does not wait any more are left where they are.
_FEW = 64


class Timer(Protocol):
    """What a clock will call."""

    def cancel(self) -> None:
        """Do not call it."""
        ...


class Clock(Protocol):
    """What is needed of an event loop."""

    def time(self) -> float:
        """The time now, in seconds."""
        ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer:
        """Call ``callback`` at that time."""
        ...


class Waiting(Protocol):
    """What has a deadline, by the clock of the loop."""

    deadline: float | None


W = TypeVar("W", bound=Waiting)


class Deadlines(Generic[W]):
    """Tells when the time is over for what is in a table.

    :param waiting: what waits, by id; what is taken out of it has no deadline any more.
    :param over: called with what is still in the table when its time is over, and takes it out.
    """

    __slots__ = ("_armed", "_clock", "_heap", "_over", "_timer", "_waiting")

    def __init__(self, waiting: Mapping[str, W], over: Callable[[W], None]) -> None:
        self._waiting = waiting
        self._over = over
        # Not with the object, which would be kept here, but with its deadline: an id may be in use again.
        self._heap: list[tuple[float, str]] = []
        self._clock: Clock | None = None
        self._timer: Timer | None = None
        self._armed = 0.0

    def add(self, key: str, deadline: float, clock: Clock) -> None:
        """Note the deadline of what has just come into the table."""
        if clock is not self._clock:
            # A client may run on another loop than before; what was begun on the old one ended with it.
            self.clear()
            self._clock = clock
        heap = self._heap
        if len(heap) > _FEW + 2 * len(self._waiting):
            heap[:] = [entry for entry in heap if self._find(entry) is not None]
            heapify(heap)
        heappush(heap, (deadline, key))
        if self._timer is None or deadline < self._armed:
            self._arm(clock)

    def clear(self) -> None:
        """Forget all deadlines: nothing waits any more."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, clock: Clock) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed = self._heap[0][0]
        self._timer = clock.call_at(self._armed, self._fire)

    def _fire(self) -> None:
        self._timer = None
        clock = self._clock
        if clock is None:
            return
        # A loop may call a little early, by the resolution of its clock.
        now = max(self._armed, clock.time())
        heap = self._heap
        while heap:
            one = self._find(heap[0])
            if one is not None and heap[0][0] > now:
                break
            heappop(heap)
            if one is not None:
                self._over(one)
        if heap and self._timer is None:
            self._arm(clock)

    def _find(self, entry: tuple[float, str]) -> W | None:
        deadline, key = entry
        one = self._waiting.get(key)
        return one if one is not None and one.deadline == deadline else None
