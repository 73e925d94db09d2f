"""What came by a bytestream and was not read yet, and the blocks that are acknowledged when there is room.

XEP-0047 section 2.2 recommends that a sender waits for the answer to each block: who does not answer yet slows
the sender down. A block in a message cannot be held up so; there the limit ends the stream.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from helixmpp.stanza import Iq

__all__ = ["MOST_HELD", "Inbox"]

#: Blocks that a sender may have on the way to a full inbox without waiting for their answers.
MOST_HELD: Final = 64


class Inbox:
    """A queue of bytes.

    :param limit: gives how many bytes may be unread before blocks are not acknowledged any more.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._bytes = bytearray()
        # Answers only: the requests themselves would hold every block a second time.
        self._held: deque[Iq] = deque()
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._bytes)

    @property
    def held(self) -> int:
        """How many blocks wait to be acknowledged."""
        return len(self._held)

    def put(self, block: bytes, answer: Iq | None) -> bool:
        """Take a block in; False when there is no room for it.

        :param answer: what acknowledges it; it is sent now, or when enough was read. None for a message.
        """
        full = len(self._bytes) + len(block) > self._limit() and bool(self._bytes)
        if full and (answer is None or len(self._held) >= MOST_HELD):
            return False
        self._bytes += block
        self._news.set()
        if answer is not None:
            if full:
                self._held.append(answer)
            else:
                answer.send()
        return True

    def take(self, size: int = -1) -> bytes:
        """Take out what is there, at most ``size`` bytes unless that is negative."""
        if 0 <= size < len(self._bytes):
            taken = bytes(self._bytes[:size])
            del self._bytes[:size]
        else:
            taken = bytes(self._bytes)
            self._bytes.clear()
        if self._held and len(self._bytes) <= self._limit() // 2:
            self.release()
        return taken

    def release(self) -> None:
        """Acknowledge every block that waits for it."""
        while self._held:
            self._held.popleft().send()

    def drop_held(self) -> None:
        """Acknowledge none of them any more: there is nobody to tell."""
        self._held.clear()

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self._news.set()

    async def wait(self) -> None:
        """Wait until something has come, or :meth:`wake` was called."""
        self._news.clear()
        await self._news.wait()
