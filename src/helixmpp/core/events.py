"""Named events: whoever is interested adds a handler, whoever knows something raises the event.

Handlers run in the order in which they were added. One that is a coroutine function is started in that order
as a task. What a handler raises reaches :meth:`Events.failed` and never whoever raised the event.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Collection, Generator
from contextlib import contextmanager
from typing import Any

__all__ = ["Events"]

# What an event carries depends on its name; the events' table in the docs types them.
EventHandler = Callable[[Any], Any]


class Events:
    """The handlers of named events of one stream."""

    def __init__(
        self,
        start: Callable[[Awaitable[Any], str, Any], object],
        failed: Callable[[BaseException, str, Any], None],
    ) -> None:
        # Tuples, replaced and never changed: an event that is being raised goes on over the old one.
        self._handlers: dict[str, tuple[tuple[EventHandler, bool], ...]] = {}
        #: The names of events that have a handler.
        self.handled: Collection[str] = self._handlers
        self._start = start
        self._failed = failed

    def add(self, name: str, handler: EventHandler, *, disposable: bool = False) -> None:
        """Call ``handler(data)`` whenever the event is raised; a disposable one only the first time."""
        if not callable(handler):
            raise TypeError(f"the handler of event {name!r} is not callable: {handler!r}")
        self._handlers[name] = (*self._handlers.get(name, ()), (handler, disposable))

    def remove(self, name: str, handler: EventHandler) -> bool:
        """Take a handler off; whether it was there. Bound methods are found by equality."""
        old = self._handlers.get(name, ())
        new = tuple(entry for entry in old if entry[0] != handler)
        if new:
            self._handlers[name] = new
        else:
            self._handlers.pop(name, None)
        return len(new) != len(old)

    def to_front(self, name: str, handler: EventHandler) -> None:
        """Have the handler that was added last called before the others."""
        entries = self._handlers.get(name, ())
        if entries and entries[-1][0] == handler:
            self._handlers[name] = (entries[-1], *entries[:-1])

    def count(self, name: str) -> int:
        """How many handlers an event has."""
        return len(self._handlers.get(name, ()))

    def __contains__(self, name: str) -> bool:
        return name in self._handlers

    def emit(self, name: str, data: Any) -> None:
        """Raise an event."""
        handlers = self._handlers.get(name)
        if handlers is None:
            return
        for handler, disposable in handlers:
            if disposable and not self._take(name, handler):
                continue
            try:
                result = handler(data)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - passed on, not swallowed
                self._failed(error, name, data)
                continue
            if result is not None and inspect.isawaitable(result):
                self._start(result, f"event {name!r}", data)

    async def emit_and_wait(
        self, name: str, data: Any, not_waited_for: tuple[type, ...] = ()
    ) -> list[BaseException]:
        """Raise an event and wait until the coroutines of its handlers have ended; what they raised.

        :param not_waited_for: what a handler may give back without meaning that it is waited for.
        """
        waiting: list[Awaitable[Any]] = []
        failures: list[BaseException] = []
        for handler, disposable in self._handlers.get(name, ()):
            if disposable and not self._take(name, handler):
                continue
            try:
                result = handler(data)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - as in emit
                self._failed(error, name, data)
                failures.append(error)
                continue
            if inspect.isawaitable(result) and not isinstance(result, not_waited_for):
                waiting.append(result)
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(outcome, BaseException):
                self._failed(outcome, name, data)
                failures.append(outcome)
        return failures

    async def wait(self, name: str, timeout: float | None = None) -> Any:
        """The data of the next event of that name; TimeoutError after ``timeout`` seconds."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def take(data: Any) -> None:
            if not future.done():
                future.set_result(data)

        with self.during(name, take):
            async with asyncio.timeout(timeout):
                return await future

    @contextmanager
    def during(self, name: str, handler: EventHandler) -> Generator[None, None, None]:
        """Have a handler for the time of a ``with`` block."""
        self.add(name, handler)
        try:
            yield
        finally:
            self.remove(name, handler)

    def _take(self, name: str, handler: EventHandler) -> bool:
        # A disposable handler that raises the same event again must not be called twice.
        old = self._handlers.get(name, ())
        for index, entry in enumerate(old):
            if entry[0] == handler and entry[1]:
                new = old[:index] + old[index + 1 :]
                if new:
                    self._handlers[name] = new
                else:
                    del self._handlers[name]
                return True
        return False
