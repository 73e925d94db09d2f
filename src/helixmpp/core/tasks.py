"""The tasks that a client starts by itself: held on to until they end, and never failing unseen."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from helixmpp.core.futures import mute

__all__ = ["Tasks"]

log = logging.getLogger(__name__)


class Tasks:
    """Every task of one client; asyncio itself keeps only weak references to them."""

    def __init__(self, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._loop = loop
        self._tasks: set[asyncio.Future[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(
        self,
        awaitable: Awaitable[Any],
        failed: Callable[[BaseException], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> "asyncio.Future[Any]":
        """Start an awaitable; ``failed`` is told what it raised, ``cancelled`` that it was cancelled.

        Without ``failed`` somebody is expected to await what comes back, and asyncio says so if nobody does.
        """
        task = as_future(awaitable, self._loop())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if failed is not None:
            report = failed

            def ended(done: "asyncio.Future[Any]") -> None:
                if done.cancelled():
                    if cancelled is not None:
                        cancelled()
                elif (error := done.exception()) is not None:
                    report(error)

            task.add_done_callback(ended)
        return task

    async def cancel_all(self) -> None:
        """Cancel every task but the caller's own, and wait until they have ended."""
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
            mute(task)
        if tasks:
            await asyncio.wait(tasks)


def as_future(awaitable: Awaitable[Any], loop: asyncio.AbstractEventLoop) -> "asyncio.Future[Any]":
    """A future for any awaitable, on a loop that need not run yet."""
    if isinstance(awaitable, asyncio.Future):
        future: asyncio.Future[Any] = awaitable
        return future
    if inspect.iscoroutine(awaitable):
        return loop.create_task(awaitable)
    return loop.create_task(_await(awaitable))


async def _await(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
