"""What the operations of XEP-0055 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.jid import JID
from helixmpp.stanza import Iq

__all__ = ["SearchStore"]


class SearchStore(Protocol):
    """The operations of the plugin ``xep_0055``; each may be a plain function or a coroutine function.

    ``jid`` is the component's address, ``ifrom`` who asks, ``args`` the request. What they raise as ``XMPPError``
    is what the one who asks gets.
    """

    def search_get_form(
        self, jid: JID, node: str, ifrom: JID | None, args: Iq
    ) -> Awaitable[Iq | None] | Iq | None:
        """Make the answer that says which fields there are; None: there is nothing to search."""
        ...

    def search_query(
        self, jid: JID, node: str, ifrom: JID | None, args: Iq
    ) -> Awaitable[Iq | None] | Iq | None:
        """Make the answer that says who was found; None: nobody."""
        ...
