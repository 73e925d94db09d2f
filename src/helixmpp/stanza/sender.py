"""What a stanza needs of the client or component that it belongs to."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.stanza.base.element import ElementBase

__all__ = ["Sender"]


class Sender(Protocol):
    """Sends stanzas; the ranks above give it to each stanza as its ``stream``.

    An awaitable that it returns may be ignored.
    """

    boundjid: JID
    default_ns: str

    def new_id(self) -> str:
        """Return an id for a stanza that was never used before."""
        ...

    def send(self, data: ElementBase | Element, use_filters: bool = True) -> Awaitable[Any]:
        """Send a stanza; what comes back may have ``handed()``, which waits for room only."""
        ...

    # ``iq`` and the answer are of class Iq, which stands above this module.
    def send_iq(
        self,
        iq: Any,
        *,
        timeout: float | None,
        callback: Callable[[Any], Any] | None,
        timeout_callback: Callable[[Any], Any] | None,
    ) -> Awaitable[Any]:
        """Send a request; done when its answer comes, or raises ``IqError`` or ``IqTimeout``."""
        ...
