"""The iq requests that wait for their answer, found by id, and believed only from the address that was asked.

RFC 6120 section 8.1.2.1 and 10.3.3: what is sent to no address is answered by the server for our own account,
from no address or from our bare one. Anybody may send us a result with an id that we use; only the one
who was asked ends the request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from helixmpp.core.deadlines import Deadlines
from helixmpp.core.futures import mute
from helixmpp.errors import HelixError, InvalidJID, NotConnectedError
from helixmpp.jid import JID
from helixmpp.stanza import Iq, IqError, IqTimeout

__all__ = ["PendingIqs"]


class _Pending(asyncio.Future[Iq]):
    """The answer to one request.

    Thousands of requests may wait at once, and the garbage collector looks at all their objects in one go: that
    this is the future, the entry in the table and what learns of a cancellation keeps them few.
    """

    __slots__ = ("accepts", "callback", "deadline", "forget", "id", "iq", "timeout_callback")

    id: str
    iq: Iq
    #: By the clock of the loop; None for never.
    deadline: float | None
    #: Full strings of addresses; "" is an answer without one.
    accepts: tuple[str, ...]
    callback: Callable[[Any], Any] | None
    timeout_callback: Callable[[Any], Any] | None
    forget: Callable[[_Pending], None]

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel it; a caller that was cancelled leaves nothing behind."""
        self.forget(self)
        return super().cancel(msg)


class PendingIqs:
    """Every iq of type get or set that was sent and not answered."""

    def __init__(
        self,
        loop: Callable[[], asyncio.AbstractEventLoop],
        own_address: Callable[[], JID],
        call: Callable[[Callable[[Any], Any], Any, str], None],
    ) -> None:
        self._loop = loop
        self._own_address = own_address
        self._call = call
        self._pending: dict[str, _Pending] = {}
        self._deadlines = Deadlines(self._pending, self._timed_out)
        # Bound once: else each request had a bound method of its own.
        self._forget = self._end

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._pending

    def add(
        self,
        iq: Iq,
        *,
        timeout: float | None,
        callback: Callable[[Any], Any] | None,
        timeout_callback: Callable[[Any], Any] | None,
    ) -> asyncio.Future[Iq]:
        """Wait for the answer to ``iq`` for ``timeout`` seconds (None: until the stream is gone)."""
        loop = self._loop()
        id_ = iq.xml.get("id", "")
        if id_ in self._pending:
            raise HelixError(f"an iq with the id {id_!r} waits for its answer already; use new_id()")
        pending = _Pending(loop=loop)
        pending.id = id_
        pending.iq = iq
        pending.accepts = self._accepts(iq)
        pending.callback = callback
        pending.timeout_callback = timeout_callback
        pending.forget = self._forget
        pending.deadline = None
        self._pending[id_] = pending
        if timeout is not None:
            pending.deadline = loop.time() + timeout
            self._deadlines.add(id_, pending.deadline, loop)
        return pending

    def asked(self, id_: str) -> str:
        """Whom the request with that id asks; ``""`` for our own server, or where nothing waits."""
        pending = self._pending.get(id_)
        return pending.iq.xml.get("to", "") if pending is not None else ""

    def discard(self, id_: str) -> None:
        """Wait no longer for the answer to a request that could not be sent."""
        pending = self._pending.get(id_)
        if pending is not None:
            pending.cancel()

    def discard_all(self) -> None:
        """Cancel every request, and so whoever awaits one: there is nobody left to whom a failure is of use."""
        for id_ in tuple(self._pending):
            self.discard(id_)

    def answer(self, iq: Iq) -> bool:
        """Give an iq of type result or error to the request that it answers; whether there was one."""
        xml = iq.xml
        pending = self._pending.get(xml.get("id", ""))
        if pending is None or not _is_from(xml.get("from", ""), pending.accepts):
            return False
        self._end(pending)
        if pending.done():
            return False
        is_error = xml.get("type") == "error"
        if pending.callback is not None:
            self._call(pending.callback, iq, "iq callback")
            if is_error:
                mute(pending)
        if is_error:
            pending.set_exception(IqError(iq))
        else:
            pending.set_result(iq)
        return True

    def time_out(self, id_: str) -> None:
        """End a request whose answer did not come in the time that the stream gives for it."""
        pending = self._pending.get(id_)
        if pending is not None:
            self._timed_out(pending)

    def fail(self, id_: str, reason: str) -> None:
        """End a request that does not go out."""
        pending = self._pending.get(id_)
        if pending is not None:
            self._end(pending)
            if not pending.done():
                mute(pending)
                pending.set_exception(NotConnectedError(reason))

    def fail_all(self, reason: str, spare: Collection[str] = ()) -> None:
        """End every request, because the stream that its answer would come by is gone.

        :param spare: the ids of those that were not written to it, and so wait for the next.
        """
        for pending in [each for id_, each in self._pending.items() if id_ not in spare]:
            self._end(pending)
            if not pending.done():
                # The event ``disconnected`` tells everybody; who did not await need not be told again.
                mute(pending)
                pending.set_exception(NotConnectedError(reason))

    def _accepts(self, iq: Iq) -> tuple[str, ...]:
        own = self._own_address()
        to = iq.xml.get("to", "")
        if not to:
            return ("", own.bare)
        asked = str(iq["to"])
        if asked == own.bare:
            return (asked, "")
        return (asked,)

    def _timed_out(self, pending: _Pending) -> None:
        self._end(pending)
        if pending.done():
            return
        if pending.timeout_callback is not None:
            self._call(pending.timeout_callback, pending.iq, "iq timeout callback")
            mute(pending)
        elif pending.callback is not None:
            mute(pending)
        pending.set_exception(IqTimeout(pending.iq))

    def _end(self, pending: _Pending) -> None:
        if self._pending.get(pending.id) is pending:
            del self._pending[pending.id]
            if not self._pending:
                self._deadlines.clear()


def _is_from(sender: str, accepts: tuple[str, ...]) -> bool:
    if sender in accepts:
        return True
    if not sender:
        return False
    try:
        # A server may spell an address another way; prepared they are the same.
        return str(JID.parse(sender, lenient=True)) in accepts
    except InvalidJID:
        return False
