"""Many deadlines on one timer: each is told once, in time, and only of what still waits."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from helixmpp.core.deadlines import Deadlines


@dataclass
class Wait:
    """Something that waits."""

    name: str
    deadline: float | None = None


class Timer:
    """A call at some time."""

    def __init__(self, clock: "Clock", when: float, callback: Callable[[], object]) -> None:
        self.clock = clock
        self.when = when
        self.callback = callback

    def cancel(self) -> None:
        self.clock.timers.remove(self)


class Clock:
    """A loop of which there is only the clock, which goes by hand; ``early`` is how much too early it calls."""

    def __init__(self, early: float = 0.0) -> None:
        self.now = 0.0
        self.early = early
        self.timers: list[Timer] = []
        self.armed = 0

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer:
        self.armed += 1
        self.timers.append(Timer(self, when, callback))
        return self.timers[-1]

    def advance(self, to: float) -> None:
        """Let the time pass, and call what is due."""
        while self.timers:
            timer = min(self.timers, key=lambda one: one.when)
            if timer.when > to:
                break
            self.timers.remove(timer)
            self.now = max(self.now, timer.when - self.early)
            timer.callback()
        self.now = to


class Table:
    """What waits, and what its time was over for."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.waiting: dict[str, Wait] = {}
        self.told: list[tuple[str, float]] = []
        self.deadlines = Deadlines(self.waiting, self.over)

    def add(self, name: str, deadline: float) -> None:
        self.waiting[name] = Wait(name, deadline)
        self.deadlines.add(name, deadline, self.clock)

    def over(self, one: Wait) -> None:
        del self.waiting[one.name]
        self.told.append((one.name, self.clock.now))


@pytest.mark.parametrize("early", [0.0, 0.001])
def test_each_is_told_at_its_time_in_order(early: float) -> None:
    table = Table(Clock(early))
    for name, deadline in (("b", 2.0), ("d", 4.0), ("a", 1.0), ("c", 2.0)):
        table.add(name, deadline)
    table.clock.advance(1.5)
    table.add("e", 1.75)
    table.clock.advance(10.0)
    assert table.told == [
        (name, at - early) for name, at in (("a", 1.0), ("e", 1.75), ("b", 2.0), ("c", 2.0), ("d", 4.0))
    ]
    assert table.clock.timers == []


def test_what_is_gone_is_not_told_and_its_id_may_come_again() -> None:
    table = Table(Clock())
    table.add("a", 1.0)
    table.add("b", 1.0)
    table.add("c", 3.0)
    del table.waiting["a"], table.waiting["b"]
    table.add("b", 2.0)
    table.clock.advance(10.0)
    assert table.told == [("b", 2.0), ("c", 3.0)]


def test_nothing_that_waits_leaves_no_timer() -> None:
    table = Table(Clock())
    table.add("a", 1.0)
    table.waiting.clear()
    table.deadlines.clear()
    assert table.clock.timers == []
    table.add("b", 2.0)
    table.clock.advance(3.0)
    assert table.told == [("b", 2.0)]


def test_one_that_is_told_may_add_another() -> None:
    table = Table(Clock())
    told: list[str] = []

    def over(one: Wait) -> None:
        del table.waiting[one.name]
        told.append(one.name)
        if one.name == "a":
            table.add("c", 5.0)

    table.deadlines = Deadlines(table.waiting, over)
    table.add("a", 1.0)
    table.add("b", 3.0)
    table.clock.advance(2.0)
    assert told == ["a"]
    table.clock.advance(4.0)
    assert told == ["a", "b"]
    table.clock.advance(6.0)
    assert told == ["a", "b", "c"]


def test_promise_p_thousands_in_flight_need_few_timers() -> None:
    table = Table(Clock())
    for number in range(5000):
        table.add(str(number), 30.0 + number / 1000)
    assert table.clock.armed == 1
    table.clock.advance(29.0)
    assert table.told == []
    table.clock.advance(40.0)
    assert len(table.told) == 5000


def test_what_was_answered_is_not_kept() -> None:
    """A client that asks all the time, while one request waits for long, keeps nothing of the others."""
    table = Table(Clock())
    table.add("long", 1000.0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(20_000):
            table.add(str(number), 500.0 + number)
            del table.waiting[str(number)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000
    table.clock.advance(999.0)
    assert table.told == []
    table.clock.advance(1000.0)
    assert table.told == [("long", 1000.0)]


def test_another_loop_begins_anew() -> None:
    table = Table(Clock())
    table.add("old", 1.0)
    first, table.clock = table.clock, Clock()
    table.add("new", 2.0)
    assert first.timers == []
    table.clock.advance(5.0)
    assert ("new", 2.0) in table.told
