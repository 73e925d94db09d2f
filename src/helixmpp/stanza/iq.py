"""``<iq/>`` (RFC 6120 section 8.2.3): requests and their answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Self
from xml.etree.ElementTree import Element

from helixmpp.errors import XMPPError
from helixmpp.stanza.base.checks import checked_name
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.replies import make_error_reply
from helixmpp.stanza.root import StanzaBase, handed
from helixmpp.stanza.types import IQ_TYPE

__all__ = ["Iq"]


class Iq(StanzaBase):
    """A request (``get`` or ``set``) or its answer (``result`` or ``error``)."""

    name = "iq"
    plugin_attrib = "iq"
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "query"}
    types: ClassVar[set[str]] = {"error", "get", "result", "set"}

    type = Attr(IQ_TYPE, default="")

    def _wants_id(self, stream: object) -> bool:
        # RFC 6120 section 8.2.3: the id is required.
        return True

    @property
    def is_request(self) -> bool:
        """Whether it has to be answered: a type other than ``get`` and ``set`` is no request."""
        return self.xml.get("type") in ("get", "set")

    # -- the namespace of <query/> ------------------------------------------------------------------------

    def get_query(self) -> str:
        """Return the namespace of the child ``<query/>``; ``""`` where there is none."""
        found = self._query()
        return "" if found is None else found.tag[1:].partition("}")[0]

    def set_query(self, value: str) -> None:
        """Have a child ``<query/>`` of that namespace, in the place of one of another namespace.

        :raises FieldValueError: no namespace that XML can have.
        """
        if not value:
            self.del_query()
            return
        tag = checked_name(f"{{{value}}}query", "Iq.query")
        found = self._query()
        if found is None or found.tag != tag:
            self.del_query()
            self.xml.append(Element(tag))

    def del_query(self) -> None:
        """Take the child ``<query/>`` out."""
        found = self._query()
        if found is not None:
            self._drop([found])

    def _query(self) -> Element | None:
        for child in self.xml:
            if child.tag.endswith("}query"):
                return child
        return None

    # -- answering ----------------------------------------------------------------------------------------

    def reply(self, clear: bool = True) -> Self:
        """Make the answer of type ``result``.

        :param clear: leave out the payload; else it is copied.
        """
        answer = self.answer(clear=clear)
        answer["type"] = "result"
        return answer

    def result(self, *payload: ElementBase | Element) -> Self:
        """Make the answer of type ``result`` with this payload: ``iq.result(item).send()``."""
        answer = self.reply()
        for one in payload:
            answer.append(one)
        return answer

    def error_reply(self, error: XMPPError) -> Iq | None:
        """Make the answer of type ``error``; None if this is no request, which is never answered so."""
        answer = make_error_reply(self, error)
        return answer if isinstance(answer, Iq) else None

    def unhandled(self) -> None:
        """Refuse a request that nobody handled (RFC 6120 section 8.4), and an iq of no known type (8.2.3)."""
        self._refuse(XMPPError("service-unavailable" if self.is_request else "bad-request"))

    def exception(self, e: BaseException) -> None:
        """Refuse a request whose handler raised; what it raised other than ``XMPPError`` stays among us."""
        refusal = e if isinstance(e, XMPPError) else XMPPError("internal-server-error")
        if not (self.is_request and self._refuse(refusal) and refusal is e):
            super().exception(e)

    def _refuse(self, error: XMPPError) -> bool:
        """Send an error to who asked; whether that was possible: an answer is never answered."""
        answer = make_error_reply(self, error)
        if answer is None or self._stream is None:
            return False
        answer.send()
        return True

    # -- sending ------------------------------------------------------------------------------------------

    def send(
        self,
        callback: Callable[[Iq], Any] | None = None,
        timeout: float | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Send the iq. A request gives its answer when awaited; what is no request gives None.

        :param callback: called with the answer.
        :param timeout: how many seconds to wait for the answer.
        :param timeout_callback: called with this iq when no answer came in time.
        :raises IqError: (when awaited) the answer is an error.
        :raises IqTimeout: (when awaited) no answer came in time.
        :raises StateError: it belongs to no client or component.
        """
        stream = self._need_stream()
        if not self.xml.get("id"):
            self["id"] = stream.new_id()
        if self.is_request:
            return stream.send_iq(self, timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        # Whoever awaits an answer has sent a request: that the others give None is left out of the type.
        sent: Any = handed(stream.send(self))
        awaitable: Awaitable[Iq] = sent
        return awaitable
