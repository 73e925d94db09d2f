"""The roster on the wire (RFC 6121 section 2.1): ``iq["roster"]["items"]``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar

from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.registry import register_stanza_plugin
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.fields.child import Children
from helixmpp.stanza.fields.texts import Texts
from helixmpp.stanza.iq import Iq
from helixmpp.stanza.types import SUBSCRIPTION
from helixmpp.xml import NS_ROSTER

__all__ = ["Roster", "RosterItem"]

log = logging.getLogger(__name__)


class RosterItem(ElementBase):
    """One contact."""

    name = "item"
    namespace = NS_ROSTER
    plugin_attrib = "item"

    jid = Attr(JID, default=JID(""))
    name_ = Attr(str)
    subscription = Attr(SUBSCRIPTION, default="none")
    #: ``subscribe`` while a request of ours is not answered.
    ask = Attr(str)
    approved = Attr(bool, default=False)
    groups = Texts(str, "group")


class Roster(ElementBase):
    """The contacts: ``entries`` as objects, the item ``items`` as a dictionary of dictionaries by JID.

    ``ver`` is the version (section 2.6): None for none, and ``""`` asks for versions while none is known.
    """

    name = "query"
    namespace = NS_ROSTER
    plugin_attrib = "roster"
    interfaces: ClassVar[set[str]] = {"items"}

    ver = Attr(str, default=None)
    entries = Children(RosterItem)

    def get_items(self) -> dict[JID, dict[str, Any]]:
        """Return ``name``, ``subscription``, ``ask``, ``approved`` and ``groups`` of each contact.

        An item whose address is none is left out: the others are there all the same.

        :raises BadStanza: an item has another value that does not parse.
        """
        found: dict[JID, dict[str, Any]] = {}
        for item in self.entries:
            try:
                jid = item.jid
            except BadStanza:
                log.info("a roster item without a valid address is left out")
                continue
            found[jid] = {
                "name": item.name_,
                "subscription": item.subscription,
                "ask": item.ask,
                "approved": item["approved"],
                "groups": item.groups,
            }
        return found

    def set_items(self, items: Mapping[JID | str, Mapping[str, Any]]) -> None:
        """Set all contacts, in the form of :meth:`get_items`; what is left out of one is not sent.

        :raises FieldValueError: a value is wrong; nothing was changed.
        """
        made: list[RosterItem] = []
        for jid, values in items.items():
            item = RosterItem()
            item.values = {key: value for key, value in values.items() if key != "jid"}
            item.jid = jid
            made.append(item)
        self["entries"] = made

    def del_items(self) -> None:
        """Take all contacts out."""
        del self["entries"]


register_stanza_plugin(Iq, Roster)
