"""``async for message in xmpp.messages()``: messages in order, as fast as the program takes them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Self

from helixmpp.core.flow import FlowControl
from helixmpp.stanza import Message

__all__ = ["MessageQueue"]


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
