"""What the operations of XEP-0065 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol

from helixmpp.jid import JID
from helixmpp.stanza import Iq

__all__ = ["Socks5Store"]


class Socks5Store(Protocol):
    """The operations of the plugin ``xep_0065``; each may be a plain function or a coroutine function.

    ``jid`` is our address, ``node`` the sid of the bytestream, ``ifrom`` the peer.
    """

    def authorized(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Awaitable[bool] | bool:
        """Whether the peer may start a bytestream that nobody has agreed on before.

        :param args: the request, ``args["socks"]``.
        :raises XMPPError: what the peer gets as an answer; False answers ``not-acceptable``.
        """
        ...

    def authorized_sid(self, jid: JID, node: str, ifrom: JID | None, args: Iq) -> Awaitable[bool] | bool:
        """Whether this bytestream was agreed on before; the permission is used up by asking."""
        ...

    def preauthorize_sid(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Let the peer start this bytestream, once."""
        ...
