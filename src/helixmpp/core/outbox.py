"""What was sent while there was no session: it goes out with the next one, in order, or it is told why not."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from helixmpp.core.futures import mute, settle
from helixmpp.errors import NotConnectedError

__all__ = ["Outbox"]


class Outbox:
    """What was sent while there was no session: it goes out when there is one, in order, or it is told why not.

    :param limit: how many texts are kept; sending one more raises ``NotConnectedError``.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self.limit = limit
        self._kept: deque[tuple[str, asyncio.Future[None]]] | None = None

    def __len__(self) -> int:
        return len(self._kept or ())

    def keep(self, text: str, loop: asyncio.AbstractEventLoop) -> "asyncio.Future[None]":
        """Keep a text; the future is done when it was handed to a stream, or fails with the reason."""
        if self._kept is None:
            self._kept = deque()
        if len(self._kept) >= self.limit:
            raise NotConnectedError(
                f"there is no session, and {self.limit} stanzas wait for one already (outbox_limit)"
            )
        future: asyncio.Future[None] = loop.create_future()
        mute(future)
        self._kept.append((text, future))
        return future

    def flush(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send everything that was kept; what cannot be sent because the session is gone again stays here."""
        while self._kept:
            text, future = self._kept[0]
            try:
                send(text)
            except NotConnectedError:
                return
            self._kept.popleft()
            settle(future, None)

    def fail(self, reason: str) -> int:
        """Give up everything that was kept; how many there were."""
        count = len(self)
        while self._kept:
            _, future = self._kept.popleft()
            settle(future, NotConnectedError(reason))
        return count
