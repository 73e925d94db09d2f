"""What the operations of XEP-0100 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.errors import HelixError
from helixmpp.jid import JID

__all__ = ["GatewayStore", "LegacyError"]


class LegacyError(HelixError):
    """The legacy service refused; the text is for the log."""


class GatewayStore(Protocol):
    """The operations of the plugin ``xep_0100``; each may be a plain function or a coroutine function.

    ``jid`` is the component's address, ``ifrom`` the bare address of a user.
    """

    def legacy_contact_add(self, jid: JID, node: str, ifrom: JID, args: JID) -> Awaitable[None] | None:
        """Add the contact ``args`` to the list that the user has on the legacy service.

        :raises LegacyError: that is not possible; the user's request is refused.
        """
        ...

    def legacy_contact_remove(self, jid: JID, node: str, ifrom: JID, args: JID) -> Awaitable[None] | None:
        """Take the contact ``args`` off the list that the user has on the legacy service.

        :raises LegacyError: that is not possible; the user is not told.
        """
        ...
