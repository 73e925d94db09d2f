"""Reading stops while a program does not keep up, so that a flood fills neither memory nor the event loop.

Whoever has too much takes hold; reading goes on when the last one lets go. What is not read stays with the peer:
TCP slows it down.
"""

from collections.abc import Callable

__all__ = ["FlowControl"]


class FlowControl:
    """Who wants reading to stop, and who is told."""

    def __init__(self) -> None:
        self._holders: set[object] = set()
        self._valve: Callable[[bool], None] | None = None

    @property
    def held(self) -> bool:
        """Whether reading has stopped."""
        return bool(self._holders)

    def connect(self, valve: Callable[[bool], None] | None) -> None:
        """Have ``valve(open)`` called at each change, for the connection there is now."""
        self._valve = valve
        if valve is not None and self._holders:
            valve(False)

    def hold(self, holder: object) -> None:
        """Stop reading for this one."""
        before = bool(self._holders)
        self._holders.add(holder)
        if not before and self._valve is not None:
            self._valve(False)

    def release(self, holder: object) -> None:
        """Let this one go; the last one opens the valve."""
        if holder in self._holders:
            self._holders.discard(holder)
            if not self._holders and self._valve is not None:
                self._valve(True)
