"""The payloads of XEP-0030."""

from helixmpp.plugins.xep_0030.stanza.info import NS_INFO, DiscoInfo, Identity
from helixmpp.plugins.xep_0030.stanza.items import NS_ITEMS, DiscoItem, DiscoItems, Item

__all__ = ["NS_INFO", "NS_ITEMS", "DiscoInfo", "DiscoItem", "DiscoItems", "Identity", "Item"]
