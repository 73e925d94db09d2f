"""The iq requests that wait for their answer, found by id, and believed only from the address that was asked.

RFC 6120 section 8.1.2.1 and 10.3.3: what is sent to no address is answered by the server for our own account,
from no address or from our bare one. Anybody may send us a result with an id that we use; only the one
who was asked ends the request.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helixmpp.core.futures import mute
from helixmpp.errors import HelixError, InvalidJID, NotConnectedError
from helixmpp.jid import JID
from helixmpp.stanza import Iq, IqError, IqTimeout

__all__ = ["PendingIqs"]


@dataclass(slots=True)
class _Pending:
    id: str
    iq: Iq
    future: "asyncio.Future[Iq]"
    accepts: tuple[str, ...]  # full strings of addresses; "" is an answer without one
    callback: Callable[[Any], Any] | None
    timeout_callback: Callable[[Any], Any] | None
    timer: asyncio.TimerHandle | None


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
    ) -> "asyncio.Future[Iq]":
        """Wait for the answer to ``iq`` for ``timeout`` seconds (None: until the stream is gone)."""
        loop = self._loop()
        id_ = iq.xml.get("id", "")
        if id_ in self._pending:
            raise HelixError(f"an iq with the id {id_!r} waits for its answer already; use new_id()")
        future: asyncio.Future[Iq] = loop.create_future()
        timer = loop.call_later(timeout, self._timed_out, id_) if timeout is not None else None
        self._pending[id_] = _Pending(id_, iq, future, self._accepts(iq), callback, timeout_callback, timer)
        future.add_done_callback(lambda done: self._forget(id_, done))
        return future

    def discard(self, id_: str) -> None:
        """Wait no longer for the answer to a request that could not be sent."""
        pending = self._pending.get(id_)
        if pending is not None:
            self._end(pending)
            pending.future.cancel()

    def answer(self, iq: Iq) -> bool:
        """Give an iq of type result or error to the request that it answers; whether there was one."""
        xml = iq.xml
        pending = self._pending.get(xml.get("id", ""))
        if pending is None or not _is_from(xml.get("from", ""), pending.accepts):
            return False
        if pending.future.done():
            return False
        self._end(pending)
        if xml.get("type") == "error":
            error = IqError(iq)
            if pending.callback is not None:
                self._call(pending.callback, iq, "iq callback")
                mute(pending.future)
            pending.future.set_exception(error)
        else:
            if pending.callback is not None:
                self._call(pending.callback, iq, "iq callback")
            pending.future.set_result(iq)
        return True

    def fail_all(self, reason: str) -> None:
        """End every request, because the stream that its answer would come by is gone."""
        for pending in list(self._pending.values()):
            self._end(pending)
            if not pending.future.done():
                # The event ``disconnected`` tells everybody; who did not await need not be told again.
                mute(pending.future)
                pending.future.set_exception(NotConnectedError(reason))

    def _accepts(self, iq: Iq) -> tuple[str, ...]:
        own = self._own_address()
        to = iq.xml.get("to", "")
        if not to:
            return ("", own.bare)
        asked = str(iq["to"])
        if asked == own.bare:
            return (asked, "")
        return (asked,)

    def _timed_out(self, id_: str) -> None:
        pending = self._pending.get(id_)
        if pending is None or pending.future.done():
            return
        self._end(pending)
        if pending.timeout_callback is not None:
            self._call(pending.timeout_callback, pending.iq, "iq timeout callback")
            mute(pending.future)
        elif pending.callback is not None:
            mute(pending.future)
        pending.future.set_exception(IqTimeout(pending.iq))

    def _end(self, pending: _Pending) -> None:
        self._pending.pop(pending.id, None)
        if pending.timer is not None:
            pending.timer.cancel()

    def _forget(self, id_: str, done: "asyncio.Future[Iq]") -> None:
        # A caller that was cancelled leaves nothing behind.
        pending = self._pending.get(id_)
        if pending is not None and pending.future is done:
            self._end(pending)


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
