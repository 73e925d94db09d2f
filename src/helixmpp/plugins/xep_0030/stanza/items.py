"""``<query xmlns='http://jabber.org/protocol/disco#items'/>``: what belongs to an entity."""

from collections.abc import Iterable
from typing import ClassVar

from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase, register_stanza_plugin

__all__ = ["NS_ITEMS", "DiscoItem", "DiscoItems", "Item"]

NS_ITEMS = "http://jabber.org/protocol/disco#items"

#: Address, node and name; the last two may be None.
Item = tuple[JID | str, str | None, str | None]


class DiscoItem(ElementBase):
    """One item: an address, with a node where the address alone does not say which."""

    name = "item"
    namespace = NS_ITEMS
    plugin_attrib = "item"

    jid = Attr(JID, required=True)
    node = Attr(str, default=None)
    # ElementBase has a member of that name: the element's.
    name_ = Attr(str, "name", default=None)


class DiscoItems(ElementBase):
    """The items of an entity, or of one of its nodes (XEP-0030 section 4).

    ``query["items"]`` is a set of tuples (address, node, name); ``for item in query`` gives :class:`DiscoItem`
    objects; ``query["node"]`` is the node.
    """

    name = "query"
    namespace = NS_ITEMS
    plugin_attrib = "disco_items"
    interfaces: ClassVar[set[str]] = {"items"}

    node = Attr(str)

    def get_items(self) -> set[Item]:
        """Every item as a tuple; one without a valid address, which leads nowhere, is left out."""
        items: set[Item] = set()
        for item in self.children_of(DiscoItem):
            try:
                jid = item.jid
            except BadStanza:
                continue
            if jid:
                items.add((jid, item.node, item.name_))
        return items

    def set_items(self, items: Iterable[Item]) -> None:
        """Put in these items, in the place of all.

        :raises FieldValueError: a text holds what XML forbids; nothing was changed.
        :raises InvalidJID: an address is none; nothing was changed.
        """
        new = {(str(jid), node or ""): _item(jid, node, name) for jid, node, name in items}
        self.replace_elements(
            [item.xml for item in self.children_of(DiscoItem)], [new[key] for key in sorted(new)], "items"
        )

    def del_items(self) -> None:
        """Take out every item."""
        self.replace_elements([item.xml for item in self.children_of(DiscoItem)], (), "items")

    def add_item(self, jid: JID | str, node: str | None = None, name: str | None = None) -> bool:
        """Add an item; False when one of that address and node is there already.

        :raises FieldValueError: a text holds what XML forbids.
        :raises InvalidJID: the address is none.
        """
        item = _item(jid, node, name)
        if self._find_item(str(item.jid), node) is not None:
            return False
        self.append(item)
        return True

    def del_item(self, jid: JID | str, node: str | None = None) -> bool:
        """Take out the item of that address and node; whether there was one."""
        found = self._find_item(str(JID(jid)), node)
        if found is None:
            return False
        self.replace_elements([found.xml], (), "items")
        return True

    def _find_item(self, jid: str, node: str | None) -> DiscoItem | None:
        for item in self.children_of(DiscoItem):
            if item.xml.get("jid") == jid and (item.node or None) == (node or None):
                return item
        return None


def _item(jid: JID | str, node: str | None, name: str | None) -> DiscoItem:
    item = DiscoItem()
    item.jid = JID(jid)
    item.node = node or None
    item.name_ = name or None
    return item


register_stanza_plugin(DiscoItems, DiscoItem, iterable=True)
