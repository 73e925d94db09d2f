"""Work that the end of a client waits for and does not cancel: what is being written is written."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

__all__ = ["start_unbroken", "write_all"]


class _End(asyncio.Future[None]):
    """The end of some work, which nobody can have come early."""

    # asyncio itself keeps only a weak reference to it.
    task: "asyncio.Task[None]"

    def cancel(self, msg: Any = None) -> bool:
        """Refuse: whoever ends a client then waits."""
        return False


async def write_all(write: Callable[[], Awaitable[None]]) -> None:
    """Write; and where the event loop ends, with nobody to end the client, write what would be lost."""
    try:
        await write()
    except asyncio.CancelledError:
        await write()
        raise


def start_unbroken(
    start: Callable[[Awaitable[Any], str], object], work: Coroutine[Any, Any, None], what: str
) -> "asyncio.Future[None]":
    """Start a coroutine on the running loop; what comes back is done when it has ended.

    A task that is cancelled before its first step would do nothing at all.

    :param start: ``watch_task`` of the client, whose end waits for it.
    :param what: the name of the task.
    """
    loop = asyncio.get_running_loop()
    end = _End(loop=loop)
    end.task = loop.create_task(work, name=what)

    def ended(task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            end.set_exception(error)
        else:
            end.set_result(None)

    end.task.add_done_callback(ended)
    start(end, what)
    return end
