"""An answer that is known already, for callers who may await it or not.

``api[op](...)`` and ``send()`` are called from plain code as often as from coroutines. Where the result is there
at once, a future would need a running loop, and a coroutine would warn when nobody awaits it; this does neither.
:func:`then` and :func:`chain` go on with an answer without a task where it is there, and with one where it is not.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

__all__ = ["Done", "chain", "then"]

A = TypeVar("A")
B = TypeVar("B")
T_co = TypeVar("T_co", covariant=True)

_NEVER: bool = False


class Done(Awaitable[T_co], Generic[T_co]):
    """A finished future: awaiting it gives its value and never suspends."""

    __slots__ = ("_value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, T_co]:
        if _NEVER:  # what makes this function a generator; it suspends nobody
            yield
        return self._value

    def done(self) -> bool:
        """Always true: the value is there."""
        return True

    def cancelled(self) -> bool:
        """Always false."""
        return False

    def result(self) -> T_co:
        """The value."""
        return self._value

    def exception(self) -> None:
        """Always None: what fails at once raises at once."""

    def add_done_callback(self, callback: Callable[["Done[T_co]"], object]) -> None:
        """Call ``callback`` with this object, now."""
        callback(self)

    def __repr__(self) -> str:
        return f"Done({self._value!r})"


def then(answer: Awaitable[A], function: Callable[[A], B]) -> Awaitable[B]:
    """What ``function`` makes of an answer: at once where the answer is there, else when it comes.

    What ``function`` raises at once is raised here.
    """
    if isinstance(answer, Done):
        return Done(function(answer.result()))
    return _then(answer, function)


def chain(answer: Awaitable[A], function: Callable[[A], Awaitable[B]]) -> Awaitable[B]:
    """The answer that ``function`` gives to an answer; the same as :func:`then` for functions that give awaitables."""
    if isinstance(answer, Done):
        return function(answer.result())
    return _chain(answer, function)


async def _then(answer: Awaitable[A], function: Callable[[A], B]) -> B:
    return function(await answer)


async def _chain(answer: Awaitable[A], function: Callable[[A], Awaitable[B]]) -> B:
    return await function(await answer)
