"""Two ends of a connection that is none: for tests of everything above the network.

What one end writes reaches the other by ``loop.call_soon``, in order, one piece a turn of the loop. There is
no socket and no clock, so that the same test does the same each time.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

from helixmpp.errors import StateError, TLSFailure
from helixmpp.stream.facts import TLSFacts
from helixmpp.transport.interface import Receiver, Target
from helixmpp.transport.tls import TLSSettings

__all__ = ["MemoryTransport", "memory_pair"]

_TARGET = Target("memory.invalid", 5222, direct_tls=False, domain="example.org")
_FACTS = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", bytes(range(32)))


def memory_pair(
    receiver_a: Receiver,
    receiver_b: Receiver,
    *,
    target: Target = _TARGET,
    tls: TLSFacts | TLSFailure = _FACTS,
    split: int | None = None,
    high_water: int = 65_536,
) -> "tuple[MemoryTransport, MemoryTransport]":
    """Connect two receivers; the first transport is the client's, the second the server's.

    :param target: what the client connected to; with ``direct_tls`` both ends have TLS from the beginning.
    :param tls: how TLS turns out: what both ends learn of it, or why the client's ``start_tls`` fails.
    :param split: deliver at most so many bytes at a time.
    :param high_water: bytes on their way to the other end above which a writer is paused; it may go on when
        a quarter is left.
    """
    loop = asyncio.get_running_loop()
    a = MemoryTransport(loop, receiver_a, target, tls, split, high_water)
    b = MemoryTransport(loop, receiver_b, target, tls, split, high_water)
    a.join(b)
    b.join(a)
    return a, b


class MemoryTransport:
    """One end of :func:`memory_pair`; a :class:`~helixmpp.transport.Transport`.

    The two ends begin TLS as in STARTTLS: the server's with :meth:`accept_tls` right after its
    ``<proceed/>``, the client's with :meth:`start_tls`, which waits for that. What was written before is
    clear text, and where it has not been delivered by then, ``start_tls`` fails as it does on a network.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receiver: Receiver,
        target: Target,
        outcome: TLSFacts | TLSFailure,
        split: int | None,
        high_water: int,
    ) -> None:
        self._loop = loop
        self._receiver = receiver
        self._target = target
        self._outcome = outcome
        self._split = split
        self._high_water = high_water
        self._tls = outcome if target.direct_tls and isinstance(outcome, TLSFacts) else None
        self._peer = self
        # Bytes on their way to this end, each with whether it went through TLS.
        self._inbox: deque[tuple[bytes, bool]] = deque()
        self._inbox_size = 0
        self._scheduled = False
        self._peer_closed = False
        self._reading_paused = False
        self._writing_paused = False
        self._securing: asyncio.Future[None] | None = None
        self._writes_tls = self._tls is not None
        self._closing = False
        self._reset: Exception | None = None
        self._lost = False

    def join(self, peer: "MemoryTransport") -> None:
        """Make ``peer`` the other end."""
        self._peer = peer

    @property
    def target(self) -> Target:
        """What the client connected to."""
        return self._target

    @property
    def tls(self) -> TLSFacts | None:
        """What TLS there is; None in clear text."""
        return self._tls

    @property
    def is_lost(self) -> bool:
        """Whether ``connection_lost`` has been told."""
        return self._lost

    # -- writing -------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send bytes to the other end."""
        if self._securing is not None:
            raise StateError("nothing may be sent while TLS is being agreed on")
        if not data or self._closing:
            return
        self._peer.take(data, self._writes_tls)
        if not self._writing_paused and self.get_write_buffer_size() > self._high_water:
            self._writing_paused = True
            self._receiver.pause_writing()

    def get_write_buffer_size(self) -> int:
        """Count the bytes that the other end has not been given yet."""
        return self._peer.unread()

    def close(self) -> None:
        """Let the other end have what is on its way, then end the connection."""
        if not self._closing:
            self._closing = True
            self._drop_inbox()
            self._check_securing()
            self._peer.peer_closed()
            self._schedule()

    def abort(self) -> None:
        """End the connection at once; the other end finds it reset."""
        if not self._lost:
            self._closing = True
            self._drop_inbox()
            self._check_securing()
            self._peer.peer_aborted()
            self._schedule()

    # -- reading -------------------------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Stop ``data_received``."""
        self._reading_paused = True

    def resume_reading(self) -> None:
        """Undo :meth:`pause_reading`."""
        self._reading_paused = False
        self._schedule()

    # -- TLS -----------------------------------------------------------------------------------------

    def start_tls(self, settings: TLSSettings, domain: str) -> Coroutine[Any, Any, TLSFacts]:
        """Begin TLS as the client; reading stops at the call."""
        if self._tls is not None or self._securing is not None:
            raise StateError("there is TLS on this connection already")
        self._securing = self._loop.create_future()
        self._check_securing()
        return self._start_tls(self._securing)

    def accept_tls(self) -> None:
        """Begin TLS as the server: what is written from now on goes through it.

        :raises StateError: there is TLS already.
        """
        if self._writes_tls:
            raise StateError("there is TLS on this connection already")
        self._writes_tls = True
        if isinstance(self._outcome, TLSFacts):
            self._tls = self._outcome
        self._peer.peer_accepted()

    async def _start_tls(self, securing: "asyncio.Future[None]") -> TLSFacts:
        try:
            await securing
            if isinstance(self._outcome, TLSFailure):
                raise self._outcome
        except BaseException:
            self._securing = None
            self.abort()
            raise
        self._tls = self._outcome
        self._writes_tls = True
        self._securing = None
        self._schedule()
        return self._outcome

    def _check_securing(self) -> None:
        """Let the client's ``start_tls`` go on, once it is clear how it ends."""
        securing = self._securing
        if securing is None or securing.done():
            return
        if self._closing or self._peer_closed:
            securing.set_exception(self._tls_failure("the connection ended before TLS was there"))
        elif any(not secured for _, secured in self._inbox):
            securing.set_exception(self._tls_failure("clear text came after STARTTLS was agreed on"))
        elif self._peer.writes_tls():
            securing.set_result(None)

    def _tls_failure(self, reason: str) -> TLSFailure:
        return TLSFailure(reason, stage="tls", target=str(self._target))

    # -- what the other end says ---------------------------------------------------------------------

    def take(self, data: bytes, secured: bool) -> None:
        """Take bytes from the other end."""
        if self._closing:
            return
        step = self._split or len(data)
        self._inbox.extend((data[at : at + step], secured) for at in range(0, len(data), step))
        self._inbox_size += len(data)
        self._check_securing()
        self._schedule()

    def unread(self) -> int:
        """Count the bytes on their way to this end."""
        return self._inbox_size

    def writes_tls(self) -> bool:
        """Whether what this end writes now goes through TLS."""
        return self._writes_tls

    def peer_accepted(self) -> None:
        """Learn that the other end is ready for TLS."""
        self._check_securing()

    def peer_closed(self) -> None:
        """Learn that nothing more comes."""
        self._peer_closed = True
        self._check_securing()
        self._schedule()

    def peer_aborted(self) -> None:
        """Learn that the other end is gone, and what it had sent with it."""
        if not self._lost:
            self._closing = True
            self._drop_inbox()
            self._check_securing()
            self._reset = ConnectionResetError("the other end aborted the connection")
            self._schedule()

    def peer_has_read(self) -> None:
        """Learn that the other end has taken some of what was written."""
        if self._writing_paused and self.get_write_buffer_size() <= self._high_water // 4:
            self._writing_paused = False
            self._receiver.resume_writing()
        self._schedule()

    # -- the loop's turns ----------------------------------------------------------------------------

    def _schedule(self) -> None:
        if not self._scheduled and not self._lost:
            self._scheduled = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Deliver one piece, or the end."""
        self._scheduled = False
        if self._lost:
            return
        if self._closing:
            # Ours is the first close, or the answer to theirs: over once the other end has all we sent.
            if self._peer.unread() == 0:
                self._lost = True
                self._receiver.connection_lost(self._reset)
        elif self._reading_paused or self._securing is not None:
            return
        elif self._inbox:
            if self._inbox[0][1] and self._tls is None:
                return  # it waits for start_tls; over TCP it would be noise
            data, _ = self._inbox.popleft()
            self._inbox_size -= len(data)
            self._schedule()
            self._peer.peer_has_read()
            self._receive(data)
        elif self._peer_closed:
            self._peer_closed = False
            self._receive(None)
            # As asyncio does it: the end of one direction is the end of both.
            self.close()

    def _receive(self, data: bytes | None) -> None:
        try:
            if data is None:
                self._receiver.eof_received()
            else:
                self._receiver.data_received(data)
        except BaseException:
            # The loop reports the exception, and the connection ends.
            self.abort()
            raise

    def _drop_inbox(self) -> None:
        self._inbox.clear()
        self._inbox_size = 0
        self._loop.call_soon(self._peer.peer_has_read)
