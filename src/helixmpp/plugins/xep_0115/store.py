"""What the operations of XEP-0115 take and give, for whoever replaces them."""

from collections.abc import Awaitable
from typing import Any, Protocol, TypedDict

from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoInfo
from helixmpp.plugins.xep_0030.store import HasIdentityArgs, SupportsArgs

__all__ = ["CacheCapsArgs", "CapsStore", "VerstringArgs"]


class VerstringArgs(TypedDict):
    """A verification string."""

    verstring: str


class CacheCapsArgs(TypedDict):
    """A verification string, and what it stands for."""

    verstring: str
    info: DiscoInfo


class CapsStore(Protocol):
    """The operations of the plugin ``xep_0115``; each may be a plain function or a coroutine function.

    A verification string may have been chosen by a stranger: never make it the name of a file or a part of a
    query as it is. What it stands for is given to ``cache_caps`` only after it was verified.
    """

    def cache_caps(
        self, jid: JID, node: str, ifrom: JID | None, args: CacheCapsArgs
    ) -> Awaitable[None] | None:
        """Keep what a verification string stands for, for all who send it."""
        ...

    def get_caps(
        self, jid: JID, node: str, ifrom: JID | None, args: VerstringArgs
    ) -> Awaitable[DiscoInfo | None] | DiscoInfo | None:
        """Give what a verification string stands for; None where it is not known."""
        ...

    def assign_verstring(
        self, jid: JID, node: str, ifrom: JID | None, args: VerstringArgs
    ) -> Awaitable[None] | None:
        """Keep which verification string the full address ``jid`` sent; it may be one of our own."""
        ...

    def get_verstring(
        self, jid: JID, node: str, ifrom: JID | None, args: Any
    ) -> Awaitable[str | None] | str | None:
        """Give the verification string of the full address ``jid``; None where there is none."""
        ...

    def supports(
        self, jid: JID, node: str, ifrom: JID | None, args: SupportsArgs
    ) -> Awaitable[bool | None] | bool | None:
        """Whether an entity has a feature; None when it did not answer."""
        ...

    def has_identity(
        self, jid: JID, node: str, ifrom: JID | None, args: HasIdentityArgs
    ) -> Awaitable[bool | None] | bool | None:
        """Whether an entity has an identity; None when it did not answer."""
        ...
