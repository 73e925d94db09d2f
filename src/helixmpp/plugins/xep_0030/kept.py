"""Nodes of service discovery in the storage, for several processes that serve them together."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from helixmpp.errors import StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._kept import from_bytes, to_bytes
from helixmpp.plugins.xep_0030.disco import XEP_0030
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
from helixmpp.stanza import Iq

__all__ = ["KeptNodes"]

log = logging.getLogger(__name__)


class _Node:
    """What is kept of one node."""

    def __init__(self, info: DiscoInfo | None = None, items: DiscoItems | None = None) -> None:
        self.info = DiscoInfo() if info is None else info
        self.items = DiscoItems() if items is None else items


class KeptNodes:
    """A store for the plugin ``xep_0030`` on the engine that ``storage=`` names, for the nodes it is bound to.

    What a program says of itself is in its code, and so the default store says it in memory, anew at each start. What
    is said of a node while the program runs may have to outlive it, or to be known to the other processes of
    one component::

        disco = xmpp.register_plugin(XEP_0030)
        disco.api.bind(KeptNodes(disco), node="library")
        await disco.add_item("shelf@example.org", node="library")

    ``bind(..., jid="room@example.org")`` keeps all nodes of an address. Each query reads the storage. Changes of one
    node by one process are done one after the other; where two processes change one node at the same moment, the later
    one may undo the other, so let one of them write each node, or say all of it at once by ``set_items()``.

    Limits: the settings ``max_nodes`` and ``max_items`` of the plugin, and 1 MiB for one node. What is beyond is
    refused by a ``StorageError``, and nothing is dropped for it.

    :param disco: the plugin.
    """

    def __init__(self, disco: XEP_0030) -> None:
        self._disco = disco
        self._lock = asyncio.Lock()
        # A full collection drops what is least used. It never is full: whoever adds a node counts them first, and
        # the other half is room for those who count at the same moment.
        self._nodes = disco.collection("nodes", limit=2 * disco.max_nodes)

    # -- identities and features ------------------------------------------------------------------------

    async def get_info(self, jid: JID, node: str, ifrom: JID | None, args: Query) -> DiscoInfo:
        """Give identities and features; ``item-not-found`` for a node that nothing was said of."""
        found = await self._read(self._key(jid, node))
        if found is None and node:
            raise XMPPError("item-not-found")
        return DiscoInfo() if found is None else found.info

    async def set_info(self, jid: JID, node: str, ifrom: JID | None, args: DiscoInfo) -> None:
        """Take identities and features in the place of all."""

        def change(kept: _Node) -> None:
            kept.info = args

        await self._change(jid, node, change)

    async def del_info(self, jid: JID | str, node: str | None = None) -> None:
        """Forget a node: identities, features and items."""
        async with self._lock:
            await self._nodes.delete(self._key(JID(jid), node or ""))

    async def add_identity(self, jid: JID, node: str, ifrom: JID | None, args: IdentityArgs) -> None:
        """Add an identity."""
        await self._change(jid, node, lambda kept: kept.info.add_identity(*_identity(args)))

    async def del_identity(self, jid: JID, node: str, ifrom: JID | None, args: IdentityArgs) -> None:
        """Forget an identity."""
        await self._change(jid, node, lambda kept: kept.info.del_identity(*_identity(args)), new=False)

    async def set_identities(self, jid: JID, node: str, ifrom: JID | None, args: IdentitiesArgs) -> None:
        """Take identities in the place of all, or of those of one language."""
        await self._change(
            jid, node, lambda kept: kept.info.set_identities(args["identities"], args.get("lang"))
        )

    async def del_identities(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
        """Forget all identities."""
        await self._change(jid, node, lambda kept: kept.info.del_identities(), new=False)

    async def add_feature(self, jid: JID, node: str, ifrom: JID | None, args: FeatureArgs) -> None:
        """Add a feature."""
        await self._change(jid, node, lambda kept: kept.info.add_feature(args["feature"]))

    async def del_feature(self, jid: JID, node: str, ifrom: JID | None, args: FeatureArgs) -> None:
        """Forget a feature."""
        await self._change(jid, node, lambda kept: kept.info.del_feature(args["feature"]), new=False)

    async def set_features(self, jid: JID, node: str, ifrom: JID | None, args: FeaturesArgs) -> None:
        """Take features in the place of all."""
        await self._change(jid, node, lambda kept: kept.info.set_features(args["features"]))

    async def del_features(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
        """Forget all features."""
        await self._change(jid, node, lambda kept: kept.info.del_features(), new=False)

    # -- items ------------------------------------------------------------------------------------------

    async def get_items(self, jid: JID, node: str, ifrom: JID | None, args: Query) -> DiscoItems:
        """Give the items; ``item-not-found`` for a node that nothing was said of."""
        found = await self._read(self._key(jid, node))
        if found is None and node:
            raise XMPPError("item-not-found")
        return DiscoItems() if found is None else found.items

    async def set_items(self, jid: JID, node: str, ifrom: JID | None, args: ItemsArgs) -> None:
        """Take items in the place of all."""
        await self._change(jid, node, lambda kept: kept.items.set_items(args["items"]))

    async def del_items(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
        """Forget all items."""
        await self._change(jid, node, lambda kept: kept.items.del_items(), new=False)

    async def add_item(self, jid: JID, node: str, ifrom: JID | None, args: ItemArgs) -> None:
        """Add an item."""
        item = (args["ijid"], args.get("inode"), args.get("name"))
        await self._change(jid, node, lambda kept: kept.items.add_item(*item))

    async def del_item(self, jid: JID, node: str, ifrom: JID | None, args: ItemArgs) -> None:
        """Forget an item."""
        await self._change(
            jid, node, lambda kept: kept.items.del_item(args["ijid"], args.get("inode")), new=False
        )

    # -- the same as everywhere ---------------------------------------------------------------------------

    async def cache_info(self, jid: JID, node: str, ifrom: JID | None, args: Iq | DiscoInfo) -> None:
        """Keep the answer of a peer, as the default store does."""
        await self._disco.static.cache_info(jid, node, ifrom, args)

    async def get_cached_info(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoInfo | None:
        """Give the answer of a peer that was kept."""
        return await self._disco.static.get_cached_info(jid, node, ifrom, args)

    async def supports(self, jid: JID, node: str, ifrom: JID | None, args: SupportsArgs) -> bool | None:
        """Ask an entity, and look for the feature in its answer."""
        return await self._disco.static.supports(jid, node, ifrom, args)

    async def has_identity(
        self, jid: JID, node: str, ifrom: JID | None, args: HasIdentityArgs
    ) -> bool | None:
        """Ask an entity, and look for the identity in its answer."""
        return await self._disco.static.has_identity(jid, node, ifrom, args)

    # -- the collection -----------------------------------------------------------------------------------

    def _key(self, jid: JID, node: str) -> str:
        # A client has one address, whose resource may change with each session.
        return json.dumps(["" if self._disco.is_own_account(jid) else jid.full, node])

    async def _read(self, key: str) -> _Node | None:
        value = await self._nodes.get(key)
        if value is None:
            return None
        try:
            record: Any = json.loads(value)
            info, items = (str(record[name]).encode() for name in ("info", "items"))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a kept node of service discovery cannot be read back and is left out: %s", error)
            return None
        return _Node(from_bytes(DiscoInfo, info), from_bytes(DiscoItems, items))

    async def _change(
        self, jid: JID, node: str, change: Callable[[_Node], object], *, new: bool = True
    ) -> None:
        """Read a node, change it, and keep it; ``new``: also where there was none."""
        key = self._key(jid, node)
        async with self._lock:
            kept = await self._read(key)
            if kept is None:
                if not new:
                    return
                if len(await self._nodes.keys()) >= self._disco.max_nodes:
                    raise StorageError(f"{self._disco.max_nodes} nodes are kept already (max_nodes)")
                kept = _Node()
            change(kept)
            if len(kept.items) > self._disco.max_items:
                raise StorageError(f"a node has at most {self._disco.max_items} items (max_items)")
            record = {"info": to_bytes(kept.info).decode(), "items": to_bytes(kept.items).decode()}
            await self._nodes.put(key, json.dumps(record, ensure_ascii=False).encode())


def _identity(args: IdentityArgs) -> tuple[str, str, str | None, str | None]:
    return args.get("category", ""), args.get("itype", ""), args.get("name"), args.get("lang")
