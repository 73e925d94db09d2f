"""What the operations of XEP-0047 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.jid import JID
from helixmpp.plugins.xep_0047.stream import IBBytestream
from helixmpp.stanza import Iq

__all__ = ["BytestreamStore"]


class BytestreamStore(Protocol):
    """The operations of the plugin ``xep_0047``; each may be a plain function or a coroutine function.

    ``jid`` is our address, ``node`` the sid of the bytestream, ``ifrom`` the peer.
    """

    def authorized(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Awaitable[bool] | bool:
        """Whether the peer may open a bytestream that nobody has agreed on before.

        :param args: the request, ``args["ibb_open"]``.
        :raises XMPPError: what the peer gets as an answer; False answers ``not-acceptable``.
        """
        ...

    def authorized_sid(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Awaitable[bool] | bool:
        """Whether this bytestream was agreed on before; the permission is used up by asking."""
        ...

    def preauthorize_sid(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Let the peer open this bytestream, once."""
        ...

    def get_stream(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[IBBytestream | None] | IBBytestream | None:
        """Give the open bytestream of that sid with that peer; None when there is none."""
        ...

    def set_stream(
        self, jid: JID, node: str, ifrom: JID | None, args: IBBytestream
    ) -> Awaitable[None] | None:
        """Keep an open bytestream."""
        ...

    def del_stream(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Forget a bytestream that has ended; it need not be there."""
        ...
