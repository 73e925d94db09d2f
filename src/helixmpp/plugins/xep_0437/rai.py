"""The plugin ``xep_0437``; see the package's docstring."""

import logging
from collections.abc import Iterable
from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0437.stanza as rai_stanza
from helixmpp.core.declare import Setting, listens, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0437.stanza import NAMESPACE, RAI, Activity
from helixmpp.stanza import Message, Presence

__all__ = ["XEP_0437"]

log = logging.getLogger(__name__)


class XEP_0437(BasePlugin):  # noqa: N801 - the name that programs import
    """Room activity indicators: hears in which rooms something was said, without joining them."""

    name = "xep_0437"
    description = "Room activity indicators: where something was said, without joining each room"
    xep_version = "0.2.0"
    extends = ((Presence, RAI), (Message, RAI))
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = rai_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    max_rooms = Setting(10_000, "of how many rooms of one message the program is told")

    def plugin_init(self) -> None:
        """Begin with no service that is asked."""
        # By our own address, which only a component has several of; it grows by the program alone.
        self._asked: dict[tuple[str, str], JID | None] = {}

    # -- for programs -------------------------------------------------------------------------------------

    def subscribe(self, service: JID | str, *, pfrom: JID | str | None = None) -> Presence:
        """Ask a service of rooms to tell in which ones something was said; what comes back was sent.

        It is asked anew with each session, until :meth:`unsubscribe`.

        :param service: the address of the service, not of a room.
        :param pfrom: the address to ask from, for components.
        """
        address, own = JID(service), JID(pfrom) if pfrom else None
        self._asked[self._key(own), address.full] = own
        return self._ask(address, own)

    def unsubscribe(self, service: JID | str, *, pfrom: JID | str | None = None) -> Presence:
        """Ask a service to tell no more; what comes back was sent."""
        address, own = JID(service), JID(pfrom) if pfrom else None
        self._asked.pop((self._key(own), address.full), None)
        presence = self.xmpp.make_presence(pto=address, ptype="unavailable", pfrom=own)
        presence.send()
        return presence

    def send_activity(
        self, mto: JID | str, rooms: Iterable[JID | str], *, mfrom: JID | str | None = None
    ) -> Message:
        """Tell somebody who has asked for it in which rooms something was said; what comes back was sent.

        This is for components that are a service of rooms. Each room is told once, until who has asked was in it
        again (section 4).

        :param mto: who has asked, by his full address.
        :param rooms: rooms that he may join.
        :param mfrom: the service; by default this component.
        """
        message = self.xmpp.make_message(mto, mfrom=mfrom)
        message.xml.attrib.pop("type", None)
        message[RAI].activities = list(rooms)
        message.send()
        return message

    # -- what services tell, and others ask ---------------------------------------------------------------

    @on(Message, RAI)
    def _told(self, message: Message) -> None:
        self._heard(message)

    @on(Presence, RAI)
    def _came(self, presence: Presence) -> None:
        kind = presence.xml.get("type")
        if kind == "error":
            self._refused(presence)
        elif self.xmpp.is_component and kind is None and presence[RAI].get(Activity) is None:
            self.xmpp.event("room_activity_bare", presence)
        elif kind is None:
            self._heard(presence)

    def _heard(self, stanza: Message | Presence) -> None:
        service = self._service_of(stanza)
        if service is None or stanza.xml.get("type") == "error":
            return
        # A service tells of its own rooms.
        found = stanza[RAI].activities[: self.max_rooms]
        rooms = [room for room in found if room.local and room.is_bare and room.domain == service.domain]
        if not found:
            self.xmpp.event("room_activity_bare", stanza)
        elif rooms:
            stanza[RAI].activities = rooms
            self.xmpp.event("room_activity", stanza)

    def _refused(self, presence: Presence) -> None:
        service = self._service_of(presence)
        if service is not None:
            log.info("%s does not tell in which of its rooms something was said", service)
            self._asked = {key: own for key, own in self._asked.items() if key != self._where(presence)}
            self.xmpp.event("room_activity_error", presence)

    def _service_of(self, stanza: Message | Presence) -> JID | None:
        """The service that a stanza is from; None where it was not asked."""
        return stanza.from_ if self._where(stanza) in self._asked else None

    def _where(self, stanza: Message | Presence) -> tuple[str, str]:
        try:
            return self._key(stanza.to), stanza.from_.full
        except BadStanza:
            return "", ""

    @listens("session_start")
    def _session_started(self, _: object) -> None:
        # The presence that has asked for it ended with the session before.
        for (_own, service), own in self._asked.items():
            self._ask(JID(service), own)

    def _ask(self, service: JID, own: JID | None) -> Presence:
        presence = self.xmpp.make_presence(pto=service, pfrom=own)
        presence[RAI].attach()
        presence.send()
        return presence

    def _key(self, own: JID | None) -> str:
        if not self.xmpp.is_component:
            return ""
        return (own or self.xmpp.boundjid).full
