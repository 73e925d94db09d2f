"""``<blocklist/>``, ``<block/>`` and ``<unblock/>`` of XEP-0191."""

from collections.abc import Iterable
from typing import ClassVar
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Block", "BlockItem", "BlockList", "Blocked", "Unblock"]

NAMESPACE = "urn:xmpp:blocking"
_NOBODY = JID("")
_ITEM = f"{{{NAMESPACE}}}item"


class BlockList(ElementBase):
    """Addresses that are blocked: ``iq["blocklist"]["items"]`` is the set of them."""

    name = "blocklist"
    namespace = NAMESPACE
    plugin_attrib = "blocklist"
    interfaces: ClassVar[set[str]] = {"items"}

    @property
    def items(self) -> set[JID]:
        """The addresses; raises ``BadStanza`` where one of them is none."""
        return self.get_items()

    @items.setter
    def items(self, jids: Iterable[JID | str]) -> None:
        self.set_items(jids)

    def get_items(self) -> set[JID]:
        """Return the addresses.

        :raises BadStanza: one of them is none.
        """
        try:
            return {JID.parse(item.get("jid", ""), lenient=True) for item in self._items() if item.get("jid")}
        except InvalidJID:
            raise BadStanza(f"{type(self).__name__}.items has what is no address", "jid-malformed") from None

    def set_items(self, jids: Iterable[JID | str]) -> None:
        """Have these addresses, in the place of all.

        :raises InvalidJID: one is no address; nothing was changed.
        :raises FieldValueError: it is no list; nothing was changed.
        """
        if isinstance(jids, str):
            # A text is a list of letters, too.
            raise FieldValueError(f"{type(self).__name__}.items: a list of addresses is needed, not str")
        given = sorted({JID(jid) for jid in jids})
        self.del_items()
        for jid in given:
            SubElement(self.xml, _ITEM, {"jid": jid.full})
        self.attach()

    def del_items(self) -> None:
        """Take all addresses out."""
        for item in self._items():
            self.xml.remove(item)

    def _items(self) -> list[Element]:
        return self.xml.findall(_ITEM)


class Block(BlockList):
    """Blocks addresses: ``iq["block"]["items"]``."""

    name = "block"
    plugin_attrib = "block"


class Unblock(BlockList):
    """Unblocks addresses, or all of them where there is none: ``iq["unblock"]["items"]``."""

    name = "unblock"
    plugin_attrib = "unblock"


class BlockItem(ElementBase):
    """One of the addresses, as an object to build and read what others add to it (XEP-0377)."""

    name = "item"
    namespace = NAMESPACE
    plugin_attrib = "item"

    jid = Attr(JID, default=_NOBODY)


class Blocked(ElementBase):
    """In the error to a message: we ourselves blocked its receiver (section 3.3)."""

    name = "blocked"
    namespace = "urn:xmpp:blocking:errors"
    plugin_attrib = "blocked"
