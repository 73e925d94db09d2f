"""What the operations of XEP-0054 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.jid import JID
from helixmpp.plugins.xep_0054.stanza import VCardTemp
from helixmpp.stanza import Iq

__all__ = ["VCardStore"]


class VCardStore(Protocol):
    """The operations of the plugin ``xep_0054``; each may be a plain function or a coroutine function."""

    def set_vcard(self, jid: JID, node: str, ifrom: JID | None, args: VCardTemp) -> Awaitable[None] | None:
        """Keep the vCard of ``jid``: one of our own that was published, or one that a peer gave us."""
        ...

    def get_vcard(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[VCardTemp | Iq | None] | VCardTemp | Iq | None:
        """Give the vCard of ``jid``; None when it is not here, which a peer is told as ``item-not-found``.

        :param ifrom: who asks; None when it is this program itself.
        :raises XMPPError: what the one who asks gets as an answer, such as ``forbidden``.
        """
        ...

    def del_vcard(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Forget the vCard of ``jid``; it need not be there."""
        ...
