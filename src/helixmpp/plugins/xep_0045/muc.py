"""The plugin ``xep_0045``; see the package's docstring."""

from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0045.stanza as muc_stanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoItems
from helixmpp.plugins.xep_0045.hearing import Hearing
from helixmpp.plugins.xep_0045.lists import Lists
from helixmpp.plugins.xep_0045.owning import Owning
from helixmpp.plugins.xep_0045.speaking import Speaking
from helixmpp.plugins.xep_0045.stanza import (
    NS,
    MUCAdminQuery,
    MUCJoin,
    MUCMessage,
    MUCOwnerQuery,
    MUCPresence,
)
from helixmpp.stanza import Iq, Message, Presence

__all__ = ["XEP_0045"]

# Section 6.7: what somebody asks who wants to know which rooms we are in.
_ROOMS = f"{NS}#rooms"


class XEP_0045(Hearing, Lists, Owning, Speaking):  # noqa: N801 - the name that programs import
    """Multi-user chat: rooms, as their occupant, moderator, admin and owner."""

    name = "xep_0045"
    description = "Multi-user chat: rooms, who is in them and what is said there"
    xep_version = "1.35.5"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0203"}
    extends = (
        (Presence, MUCJoin),
        (Presence, MUCPresence),
        (Message, MUCMessage),
        (Iq, MUCAdminQuery),
        (Iq, MUCOwnerQuery),
    )
    features = (NS,)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = muc_stanza

    def plugin_init(self) -> None:
        """Answer who asks a client for its rooms."""
        super().plugin_init()
        if not self.xmpp.is_component:
            disco = self.xmpp.plugin[XEP_0030]
            disco.set_node_handler("get_items", node=_ROOMS, handler=self._our_rooms)
            self._undo.append((disco.del_node_handler, ("get_items", None, _ROOMS)))

    def _our_rooms(self, jid: JID, node: str, ifrom: JID | None, args: object) -> DiscoItems:
        """Section 6.7: "If this information is private, the user MUST return an empty <query/>"."""
        items = DiscoItems()
        items.node = _ROOMS
        if ifrom is None or self._may_know(ifrom):
            for room, nick in self.our_nicks.items():
                items.add_item(room, name=nick)
        return items

    def _may_know(self, asker: JID) -> bool:
        if asker.bare == self.xmpp.boundjid.bare:
            return True
        roster = self.xmpp.client_roster
        # Who sees our presence sees as much of us already.
        seen = asker.bare in roster and roster[asker.bare].subscription in ("both", "from")
        return self.tell_rooms and seen
