"""What a program says of itself by XEP-0030: the part of the plugin that changes its store."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any

from helixmpp.core.api import PluginAPI
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoInfo, Identity, Item
from helixmpp.plugins.xep_0030.static import StaticDisco
from helixmpp.plugins.xep_0030.store import OPERATIONS, DiscoStore
from helixmpp.stanza import Iq

__all__ = ["Saying"]

OptJid = JID | str | None


class Saying(BasePlugin):
    """Identities, features and items of our own, by address and node; without an address, our own.

    Each call goes through the operation of its name, which a program may have replaced. What comes back may be
    awaited; with the default store it is done already.
    """

    api: PluginAPI[DiscoStore]
    static: StaticDisco

    def set_info(
        self, jid: OptJid = None, node: str | None = None, info: DiscoInfo | Iq | None = None
    ) -> Awaitable[None]:
        """Say what an address or node of ours is and can do, in the place of all that was said."""
        if isinstance(info, Iq):
            info = info[DiscoInfo]
        return self.api["set_info"](jid, node, None, info or DiscoInfo())

    def add_identity(
        self,
        category: str = "",
        itype: str = "",
        name: str = "",
        node: str | None = None,
        jid: OptJid = None,
        lang: str | None = None,
    ) -> Awaitable[None]:
        """Add an identity: ``add_identity("client", "bot", "Echo bot")``."""
        identity = {"category": category, "itype": itype, "name": name or None, "lang": lang}
        return self.api["add_identity"](jid, node, None, identity)

    def del_identity(
        self,
        jid: OptJid = None,
        node: str | None = None,
        *,
        category: str = "",
        itype: str = "",
        name: str = "",
        lang: str | None = None,
    ) -> Awaitable[None]:
        """Take an identity back."""
        identity = {"category": category, "itype": itype, "name": name or None, "lang": lang}
        return self.api["del_identity"](jid, node, None, identity)

    def set_identities(
        self,
        jid: OptJid = None,
        node: str | None = None,
        *,
        identities: Iterable[Identity] = (),
        lang: str | None = None,
    ) -> Awaitable[None]:
        """Have these identities, tuples (category, type, language, name), in the place of all or of one language."""
        return self.api["set_identities"](jid, node, None, {"identities": set(identities), "lang": lang})

    def del_identities(
        self, jid: OptJid = None, node: str | None = None, *, lang: str | None = None
    ) -> Awaitable[None]:
        """Take all identities back."""
        return self.api["del_identities"](jid, node, None, {"lang": lang})

    def add_feature(self, feature: str, node: str | None = None, jid: OptJid = None) -> Awaitable[None]:
        """Add a feature: the namespace of a protocol that is supported."""
        return self.api["add_feature"](jid, node, None, {"feature": feature})

    def del_feature(
        self, jid: OptJid = None, node: str | None = None, *, feature: str = ""
    ) -> Awaitable[None]:
        """Take a feature back."""
        return self.api["del_feature"](jid, node, None, {"feature": feature})

    def set_features(
        self, jid: OptJid = None, node: str | None = None, *, features: Collection[str] = ()
    ) -> Awaitable[None]:
        """Have these features, in the place of all."""
        return self.api["set_features"](jid, node, None, {"features": set(features)})

    def del_features(self, jid: OptJid = None, node: str | None = None) -> Awaitable[None]:
        """Take all features back."""
        return self.api["del_features"](jid, node, None, {})

    def set_items(
        self, jid: OptJid = None, node: str | None = None, *, items: Iterable[Item] = ()
    ) -> Awaitable[None]:
        """Have these items, tuples (address, node, name), in the place of all."""
        return self.api["set_items"](jid, node, None, {"items": list(items)})

    def del_items(self, jid: OptJid = None, node: str | None = None) -> Awaitable[None]:
        """Take all items back."""
        return self.api["del_items"](jid, node, None, {})

    def add_item(
        self,
        jid: JID | str = "",
        name: str = "",
        node: str | None = None,
        subnode: str = "",
        ijid: OptJid = None,
    ) -> Awaitable[None]:
        """Add an item.

        :param jid: the item's address; by default our own.
        :param name: its name, for people.
        :param node: the node of ours that it belongs to.
        :param subnode: the item's own node.
        :param ijid: the address of ours that it belongs to.
        """
        item = {"ijid": jid or self.xmpp.boundjid.full, "name": name or None, "inode": subnode or None}
        return self.api["add_item"](ijid, node, None, item)

    def del_item(
        self, jid: OptJid = None, node: str | None = None, *, ijid: JID | str = "", inode: str | None = None
    ) -> Awaitable[None]:
        """Take an item back: the one of address ``ijid`` and node ``inode``."""
        item = {"ijid": ijid or self.xmpp.boundjid.full, "inode": inode}
        return self.api["del_item"](jid, node, None, item)

    # -- node handlers --------------------------------------------------------------------------------------

    def set_node_handler(
        self,
        htype: str,
        jid: OptJid = None,
        node: str | None = None,
        handler: Callable[..., Any] | None = None,
    ) -> None:
        """Have ``handler(jid, node, ifrom, args)`` answer the operation ``htype`` for an address, a node, or both.

        :raises TypeError: the handler cannot be called so.
        :raises ValueError: there is no such operation.
        """
        self._check_operation(htype)
        self.api.register(handler or getattr(self.static, htype), htype, jid, node)

    def del_node_handler(self, htype: str, jid: OptJid = None, node: str | None = None) -> None:
        """Take the handler of exactly this address and node away; a more general one answers then."""
        self._check_operation(htype)
        self.api.unregister(htype, jid, node)

    def restore_defaults(
        self, jid: OptJid = None, node: str | None = None, handlers: Iterable[str] | None = None
    ) -> None:
        """Let the default store answer again for an address, a node, or both; ``handlers`` names the operations."""
        for op in OPERATIONS if handlers is None else handlers:
            self._check_operation(op)
            self.api.restore_default(op, jid, node)

    @staticmethod
    def _check_operation(op: str) -> None:
        if op not in OPERATIONS:
            raise ValueError(f"service discovery has no operation {op!r}; it has: {', '.join(OPERATIONS)}")
