"""Timers with names, as ``schedule()`` gives them to programs."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Timers"]

Call = Callable[[Callable[..., Any], Any, str], None]


class Timers:
    """The timers of one client."""

    def __init__(self, loop: Callable[[], asyncio.AbstractEventLoop], call: Call) -> None:
        self._loop = loop
        self._call = call
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._timers

    def schedule(
        self,
        name: str,
        seconds: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        repeat: bool = False,
    ) -> None:
        """Call ``callback(*args, **kwargs)`` in ``seconds``; ValueError when the name is taken."""
        if name in self._timers:
            raise ValueError(f"a timer {name!r} is scheduled already; cancel it first")
        keywords = dict(kwargs or {})

        def call(_: None) -> Any:
            return callback(*args, **keywords)

        def due() -> None:
            # The next turn is set first, so that the callback may cancel it.
            if repeat:
                self._timers[name] = self._loop().call_later(seconds, due)
            else:
                del self._timers[name]
            self._call(call, None, f"timer {name!r}")

        self._timers[name] = self._loop().call_later(seconds, due)

    def cancel(self, name: str) -> None:
        """Cancel a timer; it need not exist."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def cancel_all(self) -> None:
        """Cancel every timer."""
        while self._timers:
            self._timers.popitem()[1].cancel()
