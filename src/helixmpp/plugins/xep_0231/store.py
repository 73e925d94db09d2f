"""What the operations of XEP-0231 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.jid import JID
from helixmpp.plugins.xep_0231.stanza import BitsOfBinary
from helixmpp.stanza import Iq

__all__ = ["BobStore"]


class BobStore(Protocol):
    """The operations of the plugin ``xep_0231``; each may be a plain function or a coroutine function.

    A cid may have been chosen by a stranger: never make it the name of a file or a part of a query as it is.
    """

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> Awaitable[None] | None:
        """Keep a blob.

        :param jid: who it comes from: ourselves, or the peer who sent it.
        :param ifrom: who received it; None when it is our own.
        :param args: the blob. One that a peer sent comes only when its bytes are those of its cid, and its
            ``max_age`` is not 0.
        """
        ...

    def get_bob(
        self, jid: JID, node: str, ifrom: JID | None, args: str
    ) -> Awaitable[BitsOfBinary | Iq | None] | BitsOfBinary | Iq | None:
        """Give a blob; None, or ``FileNotFoundError``, when it is not here.

        :param jid: who was asked for it: one of our own addresses.
        :param ifrom: who asks; None when it is this program itself.
        :param args: the cid.
        :raises XMPPError: what the one who asks gets as an answer, such as ``forbidden``.
        """
        ...

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> Awaitable[None] | None:
        """Forget the blob of the cid ``args``; it need not be there."""
        ...
