"""Reading stops while a program does not keep up, so that a flood fills neither memory nor the event loop.

Whoever has too much takes hold; reading goes on when the last one lets go. What is not read stays with the peer:
TCP slows it down.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

from helixmpp.stanza import Message

__all__ = ["Busy", "FlowControl", "MessageQueue"]


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


class MessageQueue(AsyncIterator[Message]):
    """Messages in their order, for ``async for``; reading from the network stops while it is full.

    It ends when the client has stopped for good, or with :meth:`close`.
    """

    def __init__(self, flow: FlowControl, limit: int, closed: Callable[["MessageQueue"], None]) -> None:
        if limit < 1:
            raise ValueError("a queue of messages holds at least one")
        self._flow = flow
        self._limit = limit
        self._closed = closed
        self._messages: deque[Message] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._over = False

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Add a message; the flow is held once the queue is full."""
        if self._over:
            return
        self._messages.append(message)
        if len(self._messages) >= self._limit:
            self._flow.hold(self)
        self._wake()

    def close(self) -> None:
        """Take no more messages; those that are here can still be taken."""
        if not self._over:
            self._over = True
            self._flow.release(self)
            self._closed(self)
            self._wake()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._messages:
            if self._over:
                raise StopAsyncIteration
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        message = self._messages.popleft()
        if len(self._messages) <= self._limit // 2:
            self._flow.release(self)
        return message

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
