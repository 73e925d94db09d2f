"""What the operations of XEP-0095 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol, TypedDict

from helixmpp.jid import JID

__all__ = ["Pending", "StreamInitiationStore"]


class Pending(TypedDict):
    """An offer that waits to be accepted or declined."""

    #: The id of the request.
    response_id: str
    #: The namespace of the method that will be taken.
    method: str
    #: The namespace of the profile.
    profile: str


class StreamInitiationStore(Protocol):
    """The operations of the plugin ``xep_0095``; each may be a plain function or a coroutine function.

    ``jid`` is our address, ``node`` the sid of the stream, ``ifrom`` the peer.
    """

    def add_pending(self, jid: JID, node: str, ifrom: JID | None, args: Pending) -> Awaitable[None] | None:
        """Keep an offer of the peer.

        :raises XMPPError: what the peer gets as an answer.
        """
        ...

    def get_pending(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[Pending | None] | Pending | None:
        """Give an offer; None when there is none."""
        ...

    def del_pending(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Forget an offer; it need not be there."""
        ...
