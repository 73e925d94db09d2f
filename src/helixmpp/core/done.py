"""An answer that is known already, for callers who may await it or not.

``api[op](...)`` and ``send()`` are called from plain code as often as from coroutines. Where the result is there
at once, a future would need a running loop, and a coroutine would warn when nobody awaits it; this does neither.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

__all__ = ["Done"]

T_co = TypeVar("T_co", covariant=True)


class Done(Awaitable[T_co], Generic[T_co]):
    """A finished future: awaiting it gives its value and never suspends."""

    __slots__ = ("_value",)

    def __init__(self, value: T_co) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, T_co]:
        yield from ()  # what makes this function a generator; it suspends nobody
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
