"""One account's roster: its items, their versions and how they look on the wire (RFC 6121 section 2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from helixmpp.jid import JID
from helixmpp.xml import NS_ROSTER

__all__ = ["Roster", "RosterItem"]


@dataclass(slots=True, eq=False)
class RosterItem:
    """A contact, and the state of the two subscriptions between it and the user.

    The nine states of RFC 6121 appendix A are the combinations of ``to``, ``from_``, ``pending_out`` and
    ``pending_in``: who has a subscription does not have the request for it pending.
    """

    jid: JID
    name: str = ""
    groups: tuple[str, ...] = ()
    to: bool = False
    from_: bool = False
    pending_out: bool = False
    pending_in: Element | None = None  # the contact's request, shown again at each login until it is answered
    # Somebody who only asked is not in the user's contact list yet (RFC 6121 section 3.1.3).
    listed: bool = False

    @property
    def subscription(self) -> str:
        """The value of the attribute ``subscription``: ``none``, ``to``, ``from`` or ``both``."""
        return {(False, False): "none", (True, False): "to", (False, True): "from", (True, True): "both"}[
            self.to, self.from_
        ]

    def to_xml(self) -> Element:
        """Make the ``<item/>`` (RFC 6121 section 2.1.2)."""
        attributes = {"jid": str(self.jid), "subscription": self.subscription}
        if self.name:
            attributes["name"] = self.name
        if self.pending_out:
            attributes["ask"] = "subscribe"
        item = Element(f"{{{NS_ROSTER}}}item", attributes)
        for group in self.groups:
            SubElement(item, f"{{{NS_ROSTER}}}group").text = group
        return item


class Roster:
    """The items of one account; ``version`` changes with each change that a client may see (section 2.6)."""

    def __init__(self) -> None:
        self._items: dict[JID, RosterItem] = {}
        self.version = 0

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[RosterItem]:
        return iter(list(self._items.values()))

    def get(self, contact: JID) -> RosterItem | None:
        """Give the item of a contact, by its bare JID, whether it is listed or only asks."""
        return self._items.get(contact.bare_jid)

    def get_or_add(self, contact: JID) -> RosterItem:
        """Give the item of a contact and make it when there is none; it is not listed then."""
        jid = contact.bare_jid
        return self._items.setdefault(jid, RosterItem(jid))

    def remove(self, contact: JID) -> None:
        """Forget a contact."""
        self._items.pop(contact.bare_jid, None)

    def tidy(self, item: RosterItem) -> None:
        """Forget an item that is neither listed nor asks for anything."""
        if not (item.listed or item.to or item.from_ or item.pending_out or item.pending_in is not None):
            self.remove(item.jid)

    def query(self) -> Element:
        """Make the answer to a roster get: every listed item, and the version."""
        query = Element(f"{{{NS_ROSTER}}}query", {"ver": str(self.version)})
        query.extend(item.to_xml() for item in self._items.values() if item.listed)
        return query

    def push(self, item: Element) -> Element:
        """Make the content of a roster push of one changed item, under a new version."""
        self.version += 1
        query = Element(f"{{{NS_ROSTER}}}query", {"ver": str(self.version)})
        query.append(item)
        return query
