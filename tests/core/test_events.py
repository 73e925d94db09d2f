"""Named events: order, disposable handlers, coroutine handlers, failures."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from helixmpp.core.events import Events


class Recorder:
    """An owner of events that keeps what was started and what failed."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.tasks: list[asyncio.Future[Any]] = []
        self.events = Events(self.start, self.failed)

    def start(self, awaitable: Awaitable[Any], what: str, data: Any) -> None:
        self.tasks.append(asyncio.ensure_future(awaitable))

    def failed(self, error: BaseException, what: str, data: Any) -> None:
        self.failures.append((type(error).__name__, what))


def test_handlers_run_in_order_of_adding() -> None:
    owner, called = Recorder(), list[str]()
    owner.events.add("e", lambda data: called.append(f"first {data}"))
    owner.events.add("e", lambda data: called.append(f"second {data}"))
    owner.events.emit("e", 1)
    owner.events.emit("other", 2)
    assert called == ["first 1", "second 1"]


def test_a_failing_handler_hides_no_other() -> None:
    owner, called = Recorder(), list[int]()

    def fail(data: Any) -> None:
        raise LookupError(data)

    owner.events.add("e", fail)
    owner.events.add("e", called.append)
    owner.events.emit("e", 7)
    assert called == [7]
    assert owner.failures == [("LookupError", "e")]


async def test_coroutine_handlers_start_in_order() -> None:
    owner, called = Recorder(), list[str]()

    async def first(data: str) -> None:
        called.append(f"1{data}")

    async def second(data: str) -> None:
        called.append(f"2{data}")

    owner.events.add("e", first)
    owner.events.add("e", second)
    owner.events.emit("e", "a")
    owner.events.emit("e", "b")
    await asyncio.gather(*owner.tasks)
    assert called == ["1a", "2a", "1b", "2b"]


def test_a_disposable_handler_runs_once_even_when_it_raises_the_event_again() -> None:
    owner, called = Recorder(), list[int]()

    def again(data: int) -> None:
        called.append(data)
        owner.events.emit("e", data + 1)

    owner.events.add("e", again, disposable=True)
    owner.events.emit("e", 1)
    assert called == [1]
    assert owner.events.count("e") == 0
    assert "e" not in owner.events


def test_a_handler_taken_off_while_the_event_is_raised() -> None:
    owner, called = Recorder(), list[str]()

    def second(data: Any) -> None:
        called.append("second")

    def first(data: Any) -> None:
        called.append("first")
        owner.events.remove("e", second)

    owner.events.add("e", first)
    owner.events.add("e", second)
    owner.events.emit("e", None)
    owner.events.emit("e", None)
    assert called == ["first", "second", "first"]


def test_bound_methods_are_found_by_equality() -> None:
    class Program:
        def handler(self, data: Any) -> None:
            raise AssertionError("taken off")

    owner, program = Recorder(), Program()
    owner.events.add("e", program.handler)
    assert owner.events.remove("e", program.handler)
    assert not owner.events.remove("e", program.handler)
    owner.events.emit("e", None)
    assert owner.failures == []


def test_what_is_not_callable_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="not callable"):
        Recorder().events.add("e", "handler")  # type: ignore[arg-type]  # the mistake is what is tested


async def test_waiting_for_an_event() -> None:
    owner = Recorder()
    waiting = asyncio.ensure_future(owner.events.wait("e", 5))
    await asyncio.sleep(0)
    owner.events.emit("e", "data")
    assert await waiting == "data"
    assert owner.events.count("e") == 0


async def test_waiting_ends_with_a_timeout() -> None:
    owner = Recorder()
    with pytest.raises(TimeoutError):
        await owner.events.wait("e", 0.01)
    assert owner.events.count("e") == 0


async def test_emit_and_wait_awaits_coroutines_and_reports_failures() -> None:
    owner, called = Recorder(), list[str]()

    async def slow(data: Any) -> None:
        await asyncio.sleep(0)
        called.append("slow")

    async def fail(data: Any) -> None:
        raise ValueError

    def fail_at_once(data: Any) -> None:
        raise KeyError

    def ends_with_what_nobody_waits_for(data: Any) -> Any:
        return asyncio.get_running_loop().create_future()

    for handler in (slow, fail, fail_at_once, ends_with_what_nobody_waits_for):
        owner.events.add("e", handler)
    failures = await owner.events.emit_and_wait("e", None, (asyncio.Future,))
    assert called == ["slow"]
    assert owner.failures == [("KeyError", "e"), ("ValueError", "e")]
    assert [type(failure) for failure in failures] == [KeyError, ValueError]
