"""The thread in which an engine does what blocks."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from helixmpp.errors import StorageError

__all__ = ["Worker"]

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """One thread that does one thing after the other, so that of two writes the later one stays.

    :param timeout: seconds after which who waits is told that the place is too slow; None: never.
    """

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._thread: ThreadPoolExecutor | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function.

        :raises StorageError: it took too long; a write may still be done later.
        """
        limit = asyncio.timeout(self._timeout)
        try:
            async with limit:
                return await self.run_long(function, *args, **kwargs)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise StorageError(f"the storage did not answer within {self._timeout:g} seconds") from error

    async def run_long(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function that may take as long as it wants."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "helixmpp-storage")
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: function(*args, **kwargs)
        )

    async def close(self) -> None:
        """Wait until everything is done and end the thread; what is run later starts it again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.to_thread(thread.shutdown)
