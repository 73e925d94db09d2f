"""The plugin ``xep_0421``; see the package's docstring."""

import logging
from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0421.stanza as occupant_stanza
from helixmpp.core.declare import listens
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, NotConnectedError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import XEP_0045, Left
from helixmpp.plugins.xep_0421.stanza import NAMESPACE, OccupantID
from helixmpp.stanza import IqError, IqTimeout, Message, Presence

__all__ = ["XEP_0421"]

log = logging.getLogger(__name__)

# Section 4.1: "The occupant identifier MUST have a maximum length of 128 characters."
_LONGEST = 128


class XEP_0421(BasePlugin):  # noqa: N801 - the name that programs import
    """Occupant ids: who somebody in a room is, under whatever nickname."""

    name = "xep_0421"
    description = "Occupant ids: who somebody in a room is, under whatever nickname"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0045"}
    extends = ((Message, OccupantID), (Presence, OccupantID))
    #: The namespace, as programs reach it.
    namespace: ClassVar[str] = NAMESPACE
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = occupant_stanza

    def plugin_init(self) -> None:
        """Begin with no room that has them."""
        # Of the rooms that we are in, those that have said so; it grows no longer than their list.
        self._with_ids: set[str] = set()

    def occupant_id(self, stanza: Message | Presence) -> str | None:
        """The id of the occupant that a message or presence of a room is from.

        None where there is none that counts: in a room that does not have them, anybody could write one
        (section 4), and a stanza has but one. Right after a room was joined, it may not have said yet that it has
        them: :meth:`supports` waits for it.
        """
        try:
            room = stanza.from_.bare
        except BadStanza:
            return None
        if room not in self._with_ids:
            return None
        found = stanza.children_of(OccupantID)
        if len(found) != 1 or not 0 < len(found[0].id) <= _LONGEST:
            return None
        return found[0].id

    def same_occupant(self, one: Message | Presence, other: Message | Presence) -> bool | None:
        """Whether two stanzas of one room are from the same occupant; None where that cannot be told."""
        first, second = self.occupant_id(one), self.occupant_id(other)
        if first is None or second is None or one.from_.bare != other.from_.bare:
            return None
        return first == second

    async def supports(self, room: JID | str, *, ifrom: JID | str | None = None) -> bool:
        """Whether a room has said that it has occupant ids; asks it, unless that is known (section 2)."""
        address = JID(room).bare
        if address in self._with_ids:
            return True
        try:
            info = await self.xmpp.plugin[XEP_0030].info_of(address, ifrom=ifrom)
        except (IqError, IqTimeout, NotConnectedError) as error:
            log.info("%s does not say whether it has occupant ids: %s", address, error)
            return False
        if NAMESPACE not in info.get_features():
            return False
        if self.xmpp.plugin[XEP_0045].room(address, ifrom) is not None:
            self._with_ids.add(address)
        return True

    @listens("groupchat_joined")
    async def _joined(self, presence: Presence) -> None:
        # What it said before may have changed meanwhile.
        self._with_ids.discard(presence.from_.bare)
        await self.supports(presence.from_, ifrom=presence.to if self.xmpp.is_component else None)

    @listens("groupchat_left")
    def _left(self, left: Left) -> None:
        if self.xmpp.plugin[XEP_0045].room(left.room) is None:
            self._with_ids.discard(left.room.bare)

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        self._with_ids.clear()
