"""From an element of the stream to the handlers that want it.

The order is fixed: incoming filters, then the request that an iq answers, then the handlers in order of
registration. A request that nobody handles is answered with ``service-unavailable`` (RFC 6120 section 8.4); one
whose handler raised, with an error that says no more than it has to. Nothing else is ever answered by itself.
"""

import asyncio
import logging
from functools import lru_cache
from typing import Any, Protocol, TypeGuard
from xml.etree.ElementTree import Element

from helixmpp.core.filters import Filters
from helixmpp.core.iqs import PendingIqs
from helixmpp.core.router import Router
from helixmpp.errors import BadStanza, HelixError, XMPPError
from helixmpp.stanza import (
    Iq,
    IqError,
    IqTimeout,
    Message,
    Presence,
    PresenceError,
    Sender,
    StanzaBase,
    make_error_reply,
    stanza_of,
)

__all__ = ["ANY_FAILURE", "DispatchHost", "Dispatcher"]

log = logging.getLogger(__name__)

# What a program's function may raise. A plain function raises CancelledError when it looks at a future that was
# cancelled; that must not look like the end of the task that reads from the network.
ANY_FAILURE = (Exception, asyncio.CancelledError)

# An id is copied into the answer and kept until then; RFC 6120 gives no limit, everybody sends some 40 characters.
_LONGEST_ID = 1024


@lru_cache(maxsize=4)
def _kinds(namespace: str) -> dict[str, type[StanzaBase]]:
    """The classes of stanzas by their name in a namespace; one dictionary for all clients."""
    return {f"{{{namespace}}}{kind.name}": kind for kind in (Message, Presence, Iq)}


class DispatchHost(Sender, Protocol):
    """What dispatching asks of the client or component."""

    max_open_requests: int
    #: Whether a request without ``from`` is from nobody, and not from our own account.
    needs_sender: bool
    #: Whether an XMPPError that a handler raises is sent to whoever sent the message or presence.
    refusals_are_sent: bool

    def exception(self, exception: BaseException) -> None:
        """Told of what a handler raised."""
        ...


class Dispatcher:
    """Hands each stanza to whoever it is for."""

    def __init__(self, host: DispatchHost, filters: Filters, pending: PendingIqs, router: Router) -> None:
        self._host = host
        self._filters = filters
        self._pending = pending
        self._router = router
        # The latest requests, by sender and id: whether they wait for our answer.
        self._requests: dict[tuple[str, str], bool] = {}
        self._namespace = ""
        self._kinds: dict[str, type[StanzaBase]] = {}

    def receive(self, element: Element) -> None:
        """Dispatch one element; whatever goes wrong stays with this one."""
        try:
            host = self._host
            namespace = host.default_ns
            if namespace != self._namespace:
                self._namespace = namespace
                self._kinds = _kinds(namespace)
            kind = self._kinds.get(element.tag)
            # The usual case is the same as stanza_of(), in fewer calls: each stanza comes through here.
            stanza = (
                kind.from_stream(element, namespace, host)
                if kind is not None
                else stanza_of(element, namespace, host)
            )
            request = False
            if kind is Iq or kind is None or self._filters.incoming:
                # Nearly all that comes is a message or a presence, and there are no filters.
                request = isinstance(stanza, Iq) and element.get("type") in ("get", "set")
                left = self._admitted(stanza, element, request)
                if left is None:
                    return
                stanza, element = left, left.xml
            handled = False
            for handler, surely, plain in self._router.candidates(element):
                try:
                    if plain is not None:
                        # Nearly all are such, and each call counts here.
                        handled = True
                        result = plain.pointer(stanza)
                        if result is not None:
                            plain.returned(result, stanza)
                        continue
                    if surely or handler.match(stanza):
                        handled = True
                        handler.run(stanza)
                except ANY_FAILURE as error:
                    handled = True
                    self.failed(error, stanza, handler.name)
                if handler.check_delete():
                    self._router.remove(handler)
            if request and not handled:
                self.refuse(stanza, XMPPError("service-unavailable"))
        except ANY_FAILURE as error:
            # One bad stanza never ends the stream (promise H).
            self.failed(error, None, "dispatching")

    def _admitted(self, stanza: StanzaBase, element: Element, request: bool) -> StanzaBase | None:
        """What of it the handlers are to see, after the filters; None for what they are not."""
        if request and not self._opened(stanza, element):
            return None
        left = self._filtered(stanza)
        if left is None or (isinstance(stanza, Iq) and not request and self._answered(left)):
            return None
        return left

    def _filtered(self, stanza: StanzaBase) -> StanzaBase | None:
        """What the incoming filters leave of it."""
        if not self._filters.incoming:
            return stanza
        try:
            return self._filters.run_in(stanza)
        except ANY_FAILURE as error:
            self.failed(error, stanza, "incoming filter")
            return None

    def _answered(self, stanza: StanzaBase) -> bool:
        """Whether it is the answer to a request of ours."""
        try:
            return isinstance(stanza, Iq) and self._pending.answer(stanza)
        except ANY_FAILURE as error:
            self.failed(error, stanza, "iq answer")
            return True

    def failed(self, error: BaseException, data: Any, what: str) -> None:
        """A handler raised: answer if it was a request that waits for an answer, and tell the program.

        An :class:`XMPPError` is a refusal, which is no mistake: a request is refused by it, a message or presence
        only in the log. That somebody else refused what we asked (:class:`IqError`), or was silent, is neither the
        asker's business nor a refusal.
        """
        request = data if isinstance(data, Iq) and self.is_open(data) else None
        if request is not None and _refuses(error):
            log.info("%s refused a request: %s", what, error)
            self.refuse(request, error)
            return
        if _refuses(error) and isinstance(data, Message | Presence | Iq):
            if self._host.refusals_are_sent and _may_be_refused(data, error):
                log.info("%s refused a %s: %s", what, data.name, error)
                self.refuse(data, error)
                return
            # On purpose, and no mistake of the program; but who only wrote is not told that somebody is there, and a
            # request that has an answer gets no other.
            log.warning("%s refused a %s, and its sender is not told: %s", what, data.name, error)
            return
        if request is not None:
            # The text of our own mistakes is none of a stranger's business.
            self.refuse(request, XMPPError("internal-server-error"))
        error.add_note(f"in {what}")
        try:
            self._host.exception(error)
        except ANY_FAILURE:
            log.exception("exception() raised by itself")

    def cancelled(self, data: Any) -> None:
        """A handler's task was cancelled: nobody else will answer the request."""
        if isinstance(data, Iq) and self.is_open(data):
            self.refuse(data, XMPPError("internal-server-error"))

    def refuse(self, stanza: StanzaBase, error: XMPPError) -> None:
        """Answer a request with an error."""
        try:
            reply = make_error_reply(stanza, error)
            if reply is not None:
                self._host.send(reply)
        except (HelixError, ValueError) as failure:
            log.info("a request could not be refused: %s", failure)

    # -- requests that wait for our answer -----------------------------------------------------------

    def _opened(self, iq: StanzaBase, element: Element) -> bool:
        """Note a request; False when it is none that a handler could be given (RFC 6120 section 8.2.3)."""
        id_ = element.get("id", "")
        if not id_:
            log.info("a request without an id is dropped: no answer to it could be told")
            return False
        if self._host.needs_sender and not element.get("from"):
            # XEP-0114 section 3: a component has no server whose account could have asked.
            log.info("a request from nobody is dropped: an answer would have nobody to go to")
            return False
        if len(id_) > _LONGEST_ID:
            log.info("a request with an id of %d characters is dropped", len(id_))
            return False
        requests = self._requests
        while len(requests) >= self._host.max_open_requests:
            del requests[next(iter(requests))]
        # Taken out first, so that a repeated id counts as the latest.
        key = (element.get("from", ""), id_)
        requests.pop(key, None)
        requests[key] = True
        if len(element) != 1:
            self.refuse(iq, XMPPError("bad-request", "a request has exactly one payload"))
            return False
        return True

    def is_open(self, iq: Iq) -> bool:
        """Whether a received request has had no answer yet."""
        xml = iq.xml
        return self._requests.get((xml.get("from", ""), xml.get("id", "")), False)

    def may_answer(self, xml: Element) -> bool:
        """Note that something goes out; False when it is the second answer to one request."""
        if self._requests and xml.get("type") in ("result", "error") and xml.tag.endswith("}iq"):
            key = (xml.get("to", ""), xml.get("id", ""))
            is_open = self._requests.get(key)
            if is_open is False:
                log.warning("a request is answered a second time; the answer is dropped")
                return False
            if is_open:
                self._requests[key] = False
        return True


def _refuses(error: BaseException) -> TypeGuard[XMPPError]:
    """Whether an error is what the program, or we, say of a stanza, and not what somebody else said to us."""
    return isinstance(error, XMPPError) and not isinstance(error, IqError | IqTimeout | PresenceError)


def _may_be_refused(stanza: StanzaBase, error: XMPPError) -> bool:
    """Whether a message or presence may be answered by an error that the program itself raised.

    One that says that something ended needs no answer, nor does a headline (RFC 6121 section 8.5.2.1); and that a
    value does not parse (:class:`BadStanza`) is not what the program said.
    """
    if isinstance(error, BadStanza):
        return False
    kind = stanza.xml.get("type", "")
    if isinstance(stanza, Message):
        return kind not in ("error", "headline")
    return isinstance(stanza, Presence) and kind in ("", "probe", "subscribe")
