"""The elements of ``jabber:iq:roster`` (RFC 6121 section 2.1): read from the server, written for it."""

from collections.abc import Iterable
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from helixmpp.core.roster.state import subscription_of
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.xml import NS_ROSTER

__all__ = ["ITEM", "QUERY", "ItemData", "item_query", "read_item"]

QUERY: Final = f"{{{NS_ROSTER}}}query"
ITEM: Final = f"{{{NS_ROSTER}}}item"
_GROUP: Final = f"{{{NS_ROSTER}}}group"


class ItemData(NamedTuple):
    """An ``<item/>`` as the server sends it; without ``directions`` the item is removed."""

    bare: str
    name: str
    groups: tuple[str, ...]
    directions: tuple[bool, bool] | None  # (from, to)
    pending_out: bool
    approved: bool


def read_item(element: Element) -> ItemData | None:
    """Read an ``<item/>`` (RFC 6121 section 2.1.2); None when its address or its subscription is none."""
    try:
        bare = JID.parse(element.get("jid", "")).bare
    except InvalidJID:
        return None
    subscription = element.get("subscription", "none")
    directions = subscription_of(subscription)
    if not bare or (directions is None and subscription != "remove"):
        return None
    groups = tuple(dict.fromkeys(child.text for child in element if child.tag == _GROUP and child.text))
    return ItemData(
        bare,
        element.get("name", ""),
        groups,
        directions,
        element.get("ask") == "subscribe",
        element.get("approved") in ("true", "1"),
    )


def item_query(bare: str, wanted: tuple[str, Iterable[str]] | None) -> Element:
    """The ``<query/>`` that sets an item's name and groups, or without them removes it.

    RFC 6121 section 2.1.2: of the subscription a client may only say ``remove``.
    """
    query = Element(QUERY)
    item = SubElement(query, ITEM, {"jid": bare})
    if wanted is None:
        item.set("subscription", "remove")
        return query
    name, groups = wanted
    if name:
        item.set("name", name)
    for group in groups:
        SubElement(item, _GROUP).text = group
    return query
