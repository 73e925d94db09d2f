"""What the operations of XEP-0030 take and give, for whoever replaces them."""

from collections.abc import Awaitable, Collection, Iterable, Mapping
from typing import Any, NotRequired, Protocol, TypedDict

from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoInfo, DiscoItems, Identity, Item
from helixmpp.stanza import Iq

__all__ = [
    "OPERATIONS",
    "DiscoStore",
    "FeatureArgs",
    "FeaturesArgs",
    "HasIdentityArgs",
    "IdentitiesArgs",
    "IdentityArgs",
    "ItemArgs",
    "ItemsArgs",
    "Query",
    "SupportsArgs",
]

#: A peer's request; or, when the program itself asks, what it gave beside address and node.
Query = Iq | Mapping[str, Any]


class FeatureArgs(TypedDict):
    """One feature."""

    feature: str


class FeaturesArgs(TypedDict):
    """Several features."""

    features: Collection[str]


class IdentityArgs(TypedDict):
    """One identity."""

    category: str
    itype: str
    name: NotRequired[str | None]
    lang: NotRequired[str | None]


class IdentitiesArgs(TypedDict):
    """Several identities, all of one language where that is given."""

    identities: Iterable[Identity]
    lang: NotRequired[str | None]


class ItemArgs(TypedDict):
    """One item: its address, its node, its name."""

    ijid: JID | str
    inode: NotRequired[str | None]
    name: NotRequired[str | None]


class ItemsArgs(TypedDict):
    """Several items: tuples of address, node, name."""

    items: Iterable[Item]


class SupportsArgs(TypedDict):
    """A question about a feature."""

    feature: str
    local: bool
    cached: bool


class HasIdentityArgs(TypedDict):
    """A question about an identity."""

    category: str
    itype: str
    lang: str | None
    local: bool
    cached: bool


class DiscoStore(Protocol):
    """The operations of the plugin ``xep_0030``; each may be a plain function or a coroutine function.

    ``jid`` is whose information it is, ``node`` the node or ``""``. ``ifrom`` is who asks: a peer, or None
    when it is this program itself.
    """

    def get_info(
        self, jid: JID, node: str, ifrom: JID | None, args: Query
    ) -> Awaitable[DiscoInfo | Iq | None] | DiscoInfo | Iq | None:
        """Give identities and features; an ``Iq`` is sent as it is.

        :raises XMPPError: ``item-not-found`` for an unknown node, or any other refusal.
        """
        ...

    def set_info(self, jid: JID, node: str, ifrom: JID | None, args: DiscoInfo) -> Awaitable[None] | None:
        """Take identities and features in the place of all."""
        ...

    def get_items(
        self, jid: JID, node: str, ifrom: JID | None, args: Query
    ) -> Awaitable[DiscoItems | Iq | None] | DiscoItems | Iq | None:
        """Give the items; an ``Iq`` is sent as it is.

        :raises XMPPError: ``item-not-found`` for an unknown node, or any other refusal.
        """
        ...

    def set_items(self, jid: JID, node: str, ifrom: JID | None, args: ItemsArgs) -> Awaitable[None] | None:
        """Take items in the place of all."""
        ...

    def del_items(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[None] | None:
        """Forget all items."""
        ...

    def add_identity(
        self, jid: JID, node: str, ifrom: JID | None, args: IdentityArgs
    ) -> Awaitable[None] | None:
        """Add an identity; one that is there already stays as it is."""
        ...

    def del_identity(
        self, jid: JID, node: str, ifrom: JID | None, args: IdentityArgs
    ) -> Awaitable[None] | None:
        """Forget an identity."""
        ...

    def set_identities(
        self, jid: JID, node: str, ifrom: JID | None, args: IdentitiesArgs
    ) -> Awaitable[None] | None:
        """Take identities in the place of all, or of those of one language."""
        ...

    def del_identities(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[None] | None:
        """Forget all identities."""
        ...

    def add_feature(
        self, jid: JID, node: str, ifrom: JID | None, args: FeatureArgs
    ) -> Awaitable[None] | None:
        """Add a feature."""
        ...

    def del_feature(
        self, jid: JID, node: str, ifrom: JID | None, args: FeatureArgs
    ) -> Awaitable[None] | None:
        """Forget a feature."""
        ...

    def set_features(
        self, jid: JID, node: str, ifrom: JID | None, args: FeaturesArgs
    ) -> Awaitable[None] | None:
        """Take features in the place of all."""
        ...

    def del_features(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[None] | None:
        """Forget all features."""
        ...

    def add_item(self, jid: JID, node: str, ifrom: JID | None, args: ItemArgs) -> Awaitable[None] | None:
        """Add an item."""
        ...

    def del_item(self, jid: JID, node: str, ifrom: JID | None, args: ItemArgs) -> Awaitable[None] | None:
        """Forget an item."""
        ...

    def cache_info(
        self, jid: JID, node: str, ifrom: JID | None, args: Iq | DiscoInfo
    ) -> Awaitable[None] | None:
        """Keep the answer of the peer ``jid``; ``ifrom`` is our own address at a component."""
        ...

    def get_cached_info(
        self, jid: JID, node: str, ifrom: JID | None, args: Any
    ) -> Awaitable[DiscoInfo | None] | DiscoInfo | None:
        """Give the answer of the peer ``jid`` that was kept."""
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


#: The names of all operations.
OPERATIONS = (
    "get_info",
    "set_info",
    "get_items",
    "set_items",
    "del_items",
    "add_identity",
    "del_identity",
    "set_identities",
    "del_identities",
    "add_feature",
    "del_feature",
    "set_features",
    "del_features",
    "add_item",
    "del_item",
    "cache_info",
    "get_cached_info",
    "supports",
    "has_identity",
)
