"""What the operations of XEP-0084 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Protocol, TypedDict

from helixmpp.jid import JID

__all__ = ["AvatarDataArgs", "AvatarDataStore"]


class AvatarDataArgs(TypedDict):
    """A picture: its id, which is the SHA-1 of its bytes in hexadecimal, and the bytes."""

    id: str
    data: bytes


class AvatarDataStore(Protocol):
    """The operations of the plugin ``xep_0084``; each may be a plain function or a coroutine function.

    A picture comes here only if its bytes are those of its id, so that it is the same whoever sent it.
    """

    def get_data(
        self, jid: JID, node: str, ifrom: JID | None, args: str
    ) -> Awaitable[bytes | None] | bytes | None:
        """Give the picture with the id ``args``; None when it is not here.

        :param jid: whose avatar it is.
        """
        ...

    def set_data(
        self, jid: JID, node: str, ifrom: JID | None, args: AvatarDataArgs
    ) -> Awaitable[None] | None:
        """Keep a picture; ``jid`` is whose avatar it is."""
        ...
