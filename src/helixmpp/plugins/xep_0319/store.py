"""What the operations of XEP-0319 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Protocol

from helixmpp.jid import JID

__all__ = ["IdleStore"]


class IdleStore(Protocol):
    """The operations of the plugin ``xep_0319``; each may be a plain function or a coroutine function.

    ``get_idle`` is asked for each presence that says we are available: it should be quick.
    """

    def set_idle(
        self, jid: JID, node: str, ifrom: JID | None, args: datetime | None
    ) -> Awaitable[None] | None:
        """Keep since when ``jid``, one of our addresses, has been idle; None: it is not."""
        ...

    def get_idle(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[datetime | None] | datetime | None:
        """Give since when ``jid`` has been idle; None: it is not."""
        ...
