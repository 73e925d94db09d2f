"""The small parts of core that need no stream: finished awaitables, timers, the outbox, tasks."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from helixmpp.core.done import Done
from helixmpp.core.tasks import Tasks
from helixmpp.core.timers import Timers


def call(function: Callable[..., Any], data: Any, what: str) -> None:
    function(data)


async def test_done_is_awaitable_and_looks_like_a_future() -> None:
    done = Done(5)
    assert await done == 5
    assert (done.result(), done.done(), done.cancelled()) == (5, True, False)
    seen: list[int] = []
    done.add_done_callback(lambda value: seen.append(value.result()))
    assert seen == [5]


async def test_a_timer_runs_once_and_a_repeating_one_again() -> None:
    timers = Timers(asyncio.get_running_loop, call)
    once: list[str] = []
    often: list[str] = []
    enough = asyncio.Event()

    def repeat() -> None:
        often.append("x")
        if len(often) == 3:
            timers.cancel("often")
            enough.set()

    timers.schedule("once", 0.001, once.append, ("hello",))
    timers.schedule("often", 0.001, repeat, repeat=True)
    await asyncio.wait_for(enough.wait(), 5)
    await asyncio.sleep(0.01)
    assert once == ["hello"]
    assert often == ["x", "x", "x"]
    assert "once" not in timers
    assert "often" not in timers


async def test_a_timers_name_is_taken_only_once() -> None:
    timers = Timers(asyncio.get_running_loop, call)
    timers.schedule("name", 60, print)
    with pytest.raises(ValueError, match="scheduled already"):
        timers.schedule("name", 60, print)
    timers.cancel_all()
    assert "name" not in timers


async def test_a_failing_task_is_reported_and_a_cancelled_one_is_not() -> None:
    tasks = Tasks(asyncio.get_running_loop)
    failures: list[BaseException] = []

    async def fail() -> None:
        raise LookupError("gone")

    async def wait() -> None:
        await asyncio.Event().wait()

    tasks.start(fail(), failures.append)
    tasks.start(wait(), failures.append)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [type(failure) for failure in failures] == [LookupError]
    assert len(tasks) == 1
    await tasks.cancel_all()
    assert len(tasks) == 0
    assert len(failures) == 1
