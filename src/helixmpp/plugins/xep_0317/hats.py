"""The plugin ``xep_0317``; see the package's docstring."""

import logging
from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0317.stanza as hats_stanza
from helixmpp.core.declare import Setting, listens
from helixmpp.errors import BadStanza, NotConnectedError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import XEP_0045, Left
from helixmpp.plugins.xep_0317.commands import HatCommands
from helixmpp.plugins.xep_0317.stanza import NAMESPACE, Hat, Hats, HatTuple
from helixmpp.stanza import IqError, IqTimeout, Presence

__all__ = ["XEP_0317"]

log = logging.getLogger(__name__)

_ROOM_INFO = "http://jabber.org/protocol/muc#roominfo"


class XEP_0317(HatCommands):  # noqa: N801 - the name that programs import
    """Hats: what people are in a room besides its roles, such as teacher or host."""

    name = "xep_0317"
    description = "Hats: what people are in a room besides its roles, such as teacher or host"
    xep_version = "0.3.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0045", "xep_0050"}
    extends = ((Presence, Hats),)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = hats_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    max_hats = Setting(50, "how many hats of one occupant are given to the program")

    def plugin_init(self) -> None:
        """Begin with no room that has them."""
        # Of the rooms that we are in, those that have said so; it grows no longer than their list.
        self._with_hats: set[str] = set()

    def hats_of(self, presence: Presence) -> list[HatTuple]:
        """Return the hats that somebody in a room wears, as the room says it (section 3.1).

        Only a room that has hats takes care that nobody puts one on by himself; in others there are none. Right
        after a room was joined it may not have said yet that it has them: :meth:`is_supported` waits for it. What is
        in the presence, believed or not, is ``presence["hats"]["hats"]``.
        """
        try:
            room = presence.from_.bare
        except BadStanza:
            return []
        found = presence.children_of(Hats)
        if room not in self._with_hats or len(found) != 1:
            return []
        return [_tuple_of(hat) for hat in found[0].hats[: self.max_hats] if hat.uri]

    async def is_supported(self, room: JID | str, *, ifrom: JID | str | None = None) -> bool:
        """Whether a room has said that it has hats (section 2); asks it, unless that is known."""
        address = JID(room).bare
        if address in self._with_hats:
            return True
        try:
            info = await self.xmpp.plugin[XEP_0030].info_of(address, ifrom=ifrom)
        except (IqError, IqTimeout, NotConnectedError) as error:
            log.info("%s does not say whether it has hats: %s", address, error)
            return False
        if NAMESPACE not in info.get_features():
            return False
        if self.xmpp.plugin[XEP_0045].room(address, ifrom) is not None:
            self._with_hats.add(address)
        return True

    async def list_hash(
        self, room: JID | str, *, ifrom: JID | str | None = None, timeout: float | None = None
    ) -> str | None:
        """Ask for what changes with the list of a room's hats (section 2); None where the room does not say it.

        :raises IqError: the room refuses.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(
            JID(room).bare, local=False, ifrom=ifrom, timeout=timeout
        )
        for form in info.children_of(Form):
            try:
                field = form.get_fields().get("hats#hash") if form.form_type == _ROOM_INFO else None
            except BadStanza:
                continue
            if field is not None and field.texts:
                return field.texts[0]
        return None

    @listens("groupchat_joined")
    async def _joined(self, presence: Presence) -> None:
        # What it said before may have changed meanwhile.
        self._with_hats.discard(presence.from_.bare)
        await self.is_supported(presence.from_, ifrom=presence.to if self.xmpp.is_component else None)

    @listens("groupchat_left")
    def _left(self, left: Left) -> None:
        if self.xmpp.plugin[XEP_0045].room(left.room) is None:
            self._with_hats.discard(left.room.bare)

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        self._with_hats.clear()


def _tuple_of(hat: Hat) -> HatTuple:
    try:
        hue = hat.hue
    except BadStanza:
        hue = None
    return HatTuple(hat.uri, hat.title, hue)
