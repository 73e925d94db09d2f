"""How many handlers may run as tasks before reading stops."""

import asyncio
from collections.abc import Callable
from typing import Any

from helixmpp.core.flow import FlowControl

__all__ = ["Busy"]


class Busy:
    """Counts the handlers that run as tasks, and holds the flow when they are too many.

    A handler that waits for the answer to an iq does not count: the answer can only come if reading goes on. It
    does count against ten times the limit, so that there is an end to it all the same.

    :param limit: how many may run; reading goes on at half of it.
    """

    def __init__(self, flow: FlowControl, limit: Callable[[], int]) -> None:
        self._flow = flow
        self._limit = limit
        self._running: set[asyncio.Future[Any]] = set()
        self._waiting: dict[asyncio.Future[Any], int] = {}

    def __len__(self) -> int:
        return len(self._running)

    def add(self, task: "asyncio.Future[Any]") -> None:
        """Count a task until it ends."""
        self._running.add(task)
        task.add_done_callback(self._ended)
        self._weigh()

    def waits(self, answer: "asyncio.Future[Any]") -> None:
        """The task that runs now, if it is one of ours, waits for this answer."""
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return
        if task is None or task not in self._running:
            return
        waiting: asyncio.Future[Any] = task
        self._waiting[waiting] = self._waiting.get(waiting, 0) + 1
        answer.add_done_callback(lambda _: self._answered(waiting))
        self._weigh()

    def _answered(self, task: "asyncio.Future[Any]") -> None:
        count = self._waiting.get(task, 0) - 1
        if count > 0:
            self._waiting[task] = count
        else:
            self._waiting.pop(task, None)
        self._weigh()

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self._running.discard(task)
        self._waiting.pop(task, None)
        self._weigh()

    def _weigh(self) -> None:
        limit = max(1, self._limit())
        running = len(self._running)
        working = running - len(self._waiting)
        if working >= limit or running >= 10 * limit:
            self._flow.hold(self)
        elif working <= limit // 2 and running <= 5 * limit:
            self._flow.release(self)
