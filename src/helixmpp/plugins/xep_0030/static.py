"""The default store of XEP-0030: what the program says of itself, by address and node."""

import json
import logging
from collections.abc import Awaitable, Callable
from copy import copy
from typing import Any, NamedTuple, Protocol

from helixmpp.core.done import Done
from helixmpp.core.engines import KeyValue
from helixmpp.errors import HelixError, StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.nodes import KeptNodes, Key, Node, NodeStorage
from helixmpp.plugins.xep_0030.stanza import DiscoInfo, DiscoItems
from helixmpp.plugins.xep_0030.store import (
    FeatureArgs,
    FeaturesArgs,
    HasIdentityArgs,
    IdentitiesArgs,
    IdentityArgs,
    ItemArgs,
    ItemsArgs,
    Query,
    SupportsArgs,
)
from helixmpp.stanza import Iq, IqTimeout
from helixmpp.xml import parse_one, serialize

__all__ = ["DiscoAsker", "DiscoLimits", "StaticDisco"]

log = logging.getLogger(__name__)


class DiscoLimits(NamedTuple):
    """The settings that the default store keeps to."""

    max_nodes: int
    max_items: int  # of one node
    cache_age: float  # seconds


class DiscoAsker(NodeStorage, Protocol):
    """What the default store asks of the plugin."""

    def own_address(self) -> JID:
        """The address of the program itself."""
        ...

    def is_own_account(self, jid: JID) -> bool:
        """Whether an address is the one account that a client has."""
        ...

    async def info_of(
        self, jid: JID, node: str, *, local: bool | None, cached: bool, ifrom: JID | None
    ) -> DiscoInfo:
        """Identities and features of an entity, asked for where need be."""
        ...


class StaticDisco:
    """The default handlers of all operations, for programs to fall back to: ``plugin.static.get_info(...)``.

    What it gives is a copy: changing it changes nothing here. With a lasting ``storage=`` a node is looked up there,
    where another worker may have changed it, and what is given has to be awaited.
    """

    def __init__(
        self, disco: DiscoAsker, cache: Callable[[], KeyValue], limits: Callable[[], DiscoLimits]
    ) -> None:
        self._disco = disco
        self._limits = limits
        self._cache = cache
        self._nodes: dict[Key, Node] = {}
        #: The same in the storage.
        self.kept = KeptNodes(self._nodes, disco)

    # -- nodes ------------------------------------------------------------------------------------------

    def node_exists(
        self, jid: JID | str | None = None, node: str | None = None, ifrom: JID | None = None
    ) -> bool:
        """Whether anything was said of a node."""
        return self._key(jid, node) in self._nodes

    def add_node(
        self, jid: JID | str | None = None, node: str | None = None, ifrom: JID | None = None
    ) -> Awaitable[Any]:
        """Make a node known, though it has neither identities nor features nor items yet."""
        self._node(jid, node)
        return self._changed(jid, node)

    def _changed(self, jid: JID | str | None, node: str | None) -> Awaitable[Any]:
        return self.kept.changed(self._key(jid, node))

    def _key(self, jid: JID | str | None, node: str | None) -> Key:
        address = JID(jid) if jid else self._disco.own_address()
        # A client has one address, whose resource is known only once it is bound, and may change with each
        # session.
        return ("" if self._disco.is_own_account(address) else address.full, node or "")

    def _node(self, jid: JID | str | None, node: str | None) -> Node:
        key = self._key(jid, node)
        found = self._nodes.get(key)
        if found is None:
            if len(self._nodes) >= self._limits().max_nodes:
                raise StorageError(f"service discovery holds {len(self._nodes)} nodes already (max_nodes)")
            found = self._nodes[key] = Node(node or "")
        return found

    # -- identities and features ------------------------------------------------------------------------

    def get_info(
        self, jid: JID, node: str, ifrom: JID | None, args: Query
    ) -> DiscoInfo | Awaitable[DiscoInfo]:
        """Give identities and features; ``item-not-found`` for a node that nothing was said of."""
        key = self._key(jid, node)
        if self.kept.may_have(key):
            return self._kept_info(key)
        return _info(self._nodes.get(key), node)

    async def _kept_info(self, key: Key) -> DiscoInfo:
        return _info(await self.kept.get(key), key[1])

    def set_info(self, jid: JID, node: str, ifrom: JID | None, args: DiscoInfo) -> Awaitable[Any]:
        """Take identities and features in the place of all."""
        self._node(jid, node).info = copy(args)
        return self._changed(jid, node)

    def del_info(self, jid: JID, node: str, ifrom: JID | None = None, args: Any = None) -> Awaitable[Any]:
        """Forget a node: identities, features and items."""
        self._nodes.pop(self._key(jid, node), None)
        return self._changed(jid, node)

    def add_identity(self, jid: JID, node: str, ifrom: JID | None, args: IdentityArgs) -> Awaitable[Any]:
        """Add an identity."""
        self._node(jid, node).info.add_identity(
            args.get("category", ""), args.get("itype", ""), args.get("name"), args.get("lang")
        )
        return self._changed(jid, node)

    def del_identity(self, jid: JID, node: str, ifrom: JID | None, args: IdentityArgs) -> Awaitable[Any]:
        """Forget an identity."""
        found = self._nodes.get(self._key(jid, node))
        if found is None:
            return Done(None)
        found.info.del_identity(
            args.get("category", ""), args.get("itype", ""), args.get("name"), args.get("lang")
        )
        return self._changed(jid, node)

    def set_identities(self, jid: JID, node: str, ifrom: JID | None, args: IdentitiesArgs) -> Awaitable[Any]:
        """Take identities in the place of all, or of those of one language."""
        self._node(jid, node).info.set_identities(args["identities"], args.get("lang"))
        return self._changed(jid, node)

    def del_identities(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[Any]:
        """Forget all identities."""
        found = self._nodes.get(self._key(jid, node))
        if found is None:
            return Done(None)
        found.info.del_identities()
        return self._changed(jid, node)

    def add_feature(self, jid: JID, node: str, ifrom: JID | None, args: FeatureArgs) -> Awaitable[Any]:
        """Add a feature."""
        self._node(jid, node).add_feature(args["feature"])
        return self._changed(jid, node)

    def del_feature(self, jid: JID, node: str, ifrom: JID | None, args: FeatureArgs) -> Awaitable[Any]:
        """Forget a feature."""
        found = self._nodes.get(self._key(jid, node))
        if found is None:
            return Done(None)
        found.info.del_feature(args["feature"])
        return self._changed(jid, node)

    def set_features(self, jid: JID, node: str, ifrom: JID | None, args: FeaturesArgs) -> Awaitable[Any]:
        """Take features in the place of all."""
        self._node(jid, node).info.set_features(args["features"])
        return self._changed(jid, node)

    def del_features(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[Any]:
        """Forget all features."""
        found = self._nodes.get(self._key(jid, node))
        if found is None:
            return Done(None)
        found.info.del_features()
        return self._changed(jid, node)

    # -- items ------------------------------------------------------------------------------------------

    def get_items(
        self, jid: JID, node: str, ifrom: JID | None, args: Query
    ) -> DiscoItems | Awaitable[DiscoItems]:
        """Give the items; ``item-not-found`` for a node that nothing was said of."""
        key = self._key(jid, node)
        if self.kept.may_have(key):
            return self._kept_items(key)
        return _items(self._nodes.get(key), node)

    async def _kept_items(self, key: Key) -> DiscoItems:
        return _items(await self.kept.get(key), key[1])

    def set_items(self, jid: JID, node: str, ifrom: JID | None, args: ItemsArgs) -> Awaitable[Any]:
        """Take items in the place of all."""
        items = list(args["items"])
        self._check_room(len(items))
        self._node(jid, node).items.set_items(items)
        return self._changed(jid, node)

    def del_items(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> Awaitable[Any]:
        """Forget all items."""
        found = self._nodes.get(self._key(jid, node))
        if found is None:
            return Done(None)
        found.items.del_items()
        return self._changed(jid, node)

    def add_item(self, jid: JID, node: str, ifrom: JID | None, args: ItemArgs) -> Awaitable[Any]:
        """Add an item."""
        items = self._node(jid, node).items
        self._check_room(len(items) + 1)
        items.add_item(args["ijid"], args.get("inode"), args.get("name"))
        return self._changed(jid, node)

    def del_item(self, jid: JID, node: str, ifrom: JID | None, args: ItemArgs) -> Awaitable[Any]:
        """Forget an item."""
        found = self._nodes.get(self._key(jid, node))
        if found is None:
            return Done(None)
        found.items.del_item(args["ijid"], args.get("inode"))
        return self._changed(jid, node)

    def _check_room(self, count: int) -> None:
        if count > self._limits().max_items:
            raise StorageError(f"a node has at most {self._limits().max_items} items (max_items)")

    # -- answers of others --------------------------------------------------------------------------------

    async def cache_info(self, jid: JID, node: str, ifrom: JID | None, args: Iq | DiscoInfo) -> None:
        """Keep the answer of a peer for a while; one that is too large is not kept."""
        info = args[DiscoInfo] if isinstance(args, Iq) else args
        try:
            await self._cache().put(
                _cache_key(jid, node, ifrom), serialize(info.xml).encode(), self._limits().cache_age
            )
        except StorageError as error:
            log.info("the answer of %s is not kept: %s", jid, error)

    async def get_cached_info(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoInfo | None:
        """Give the answer of a peer that was kept."""
        value = await self._cache().get(_cache_key(jid, node, ifrom))
        if value is None:
            return None
        try:
            element = parse_one(value)
            if element.tag != DiscoInfo.tag_name():
                raise ValueError(f"it is no {DiscoInfo.tag_name()}")
            return DiscoInfo(xml=element)
        except (HelixError, ValueError) as error:
            log.warning("the kept answer of %s cannot be read back and is left out: %s", jid, error)
            return None

    async def supports(self, jid: JID, node: str, ifrom: JID | None, args: SupportsArgs) -> bool | None:
        """Ask an entity, and look for the feature in its answer."""
        info = await self._ask(jid, node, ifrom, args)
        return info if info is None else args["feature"] in info.features

    async def has_identity(
        self, jid: JID, node: str, ifrom: JID | None, args: HasIdentityArgs
    ) -> bool | None:
        """Ask an entity, and look for the identity in its answer."""
        info = await self._ask(jid, node, ifrom, args)
        if info is None:
            return None
        wanted = (args["category"], args["itype"], args["lang"] or None)
        return any(identity[:3] == wanted for identity in info.identities)

    async def _ask(
        self, jid: JID, node: str, ifrom: JID | None, args: SupportsArgs | HasIdentityArgs
    ) -> DiscoInfo | None:
        try:
            return await self._disco.info_of(
                jid, node, local=args.get("local") or None, cached=args.get("cached", True), ifrom=ifrom
            )
        except IqTimeout:
            return None
        except XMPPError:
            # An entity that refuses to say supports nothing as far as anybody knows.
            return DiscoInfo()


def _info(found: Node | None, node: str) -> DiscoInfo:
    if found is not None:
        return copy(found.info)
    if node:
        raise XMPPError("item-not-found")
    return DiscoInfo()


def _items(found: Node | None, node: str) -> DiscoItems:
    if found is not None:
        return copy(found.items)
    if node:
        raise XMPPError("item-not-found")
    return DiscoItems()


def _cache_key(jid: JID, node: str, ifrom: JID | None) -> str:
    return json.dumps([jid.full, node, ifrom.full if ifrom else ""])
