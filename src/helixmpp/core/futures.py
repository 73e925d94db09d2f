"""Futures that somebody may await or not: none is complained about, and none is settled twice."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import wraps
from typing import Any, Concatenate, NoReturn, ParamSpec, Protocol, TypeVar

__all__ = ["Begun", "begun", "mute", "settle"]


class _Plugin(Protocol):
    """What :func:`begun` asks of the object whose method it is."""

    @property
    def xmpp(self) -> Any:
        """The client or component."""
        ...


P = ParamSpec("P")
S = TypeVar("S", bound=_Plugin)
T = TypeVar("T")


def begun(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], "asyncio.Future[T]"]:
    """Have a plugin's coroutine method begin at the call, whether or not somebody awaits it: programs only call it."""

    @wraps(method)
    def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        future: asyncio.Future[T] = self.xmpp.watch_task(method(self, *args, **kwargs), method.__qualname__)
        mute(future)
        return future

    return call


class Begun(Coroutine[Any, Any, T]):
    """What has begun already, to be awaited or not; ``asyncio.create_task()`` takes it like any coroutine.

    It is no future: ``asyncio.ensure_future()`` makes one of it.
    """

    __slots__ = ("_outcome", "_steps")

    def __init__(self, outcome: Awaitable[T]) -> None:
        self._outcome = outcome
        self._steps: Generator[Any, Any, T] | None = None

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait for the outcome."""
        return self._outcome.__await__()

    def send(self, value: Any) -> Any:
        """Do what a task does with a coroutine: get what it waits for, and at last the outcome."""
        if self._steps is None:
            self._steps = self._outcome.__await__()
        return next(self._steps)

    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> NoReturn:
        """Let the task fail."""
        raise kind if value is None else value

    def close(self) -> None:
        """Do nothing: that somebody does not wait any more ends nothing."""


def mute(future: "asyncio.Future[Any]") -> None:
    """Mark the exception of a future as seen once it is there."""
    future.add_done_callback(_look)


def _look(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()


def settle(future: "asyncio.Future[None]", error: Exception | None) -> None:
    """End a future, unless that has happened: its owner may have cancelled it."""
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
