"""The small parts of core that need no stream: finished awaitables, timers, the outbox, tasks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from helixmpp.core.done import Done
from helixmpp.core.outbox import Outbox
from helixmpp.core.tasks import Tasks
from helixmpp.core.timers import Timers
from helixmpp.errors import NotConnectedError


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


async def test_the_outbox_keeps_order_and_tells_when_it_is_sent() -> None:
    outbox, sent = Outbox(), list[str]()
    futures = [outbox.keep(f"<a{n}/>", asyncio.get_running_loop()) for n in range(3)]

    def send(text: str) -> Awaitable[None]:
        sent.append(text)
        return Done(None)

    outbox.flush(send)
    assert sent == ["<a0/>", "<a1/>", "<a2/>"]
    await asyncio.gather(*futures)


async def test_the_outbox_is_bounded_and_says_so() -> None:
    outbox = Outbox(limit=2)
    loop = asyncio.get_running_loop()
    outbox.keep("1", loop)
    outbox.keep("2", loop)
    with pytest.raises(NotConnectedError, match="outbox_limit"):
        outbox.keep("3", loop)
    assert len(outbox) == 2


async def test_what_is_never_sent_fails_with_the_reason() -> None:
    outbox = Outbox()
    future = outbox.keep("1", asyncio.get_running_loop())
    assert outbox.fail("the server is gone") == 1
    with pytest.raises(NotConnectedError, match="the server is gone"):
        await future


async def test_a_flush_that_fails_in_the_middle_keeps_the_rest() -> None:
    outbox = Outbox()
    loop = asyncio.get_running_loop()
    for text in ("1", "2", "3"):
        outbox.keep(text, loop)
    sent: list[str] = []

    def send(text: str) -> Awaitable[None]:
        if text == "2" and len(sent) == 1:
            raise NotConnectedError("gone again")
        sent.append(text)
        return Done(None)

    outbox.flush(send)
    assert len(outbox) == 2
    sent.append("another session")
    outbox.flush(send)
    assert sent == ["1", "another session", "2", "3"]


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
