"""The plugin ``xep_0425``; see the package's docstring."""

import logging
from types import ModuleType
from typing import ClassVar, Unpack

import helixmpp.plugins.xep_0425.stanza as moderation_stanza
from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import XEP_0045
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0421.stanza import OccupantID
from helixmpp.plugins.xep_0424.stanza import Retract, Retracted
from helixmpp.plugins.xep_0425.stanza import NAMESPACE, Moderate, Moderated
from helixmpp.stanza import Iq, Message

__all__ = ["XEP_0425"]

log = logging.getLogger(__name__)


class XEP_0425(BasePlugin):  # noqa: N801 - the name that programs import
    """Moderated message retraction: moderators of a room take messages of others back."""

    name = "xep_0425"
    description = "Moderated message retraction: moderators take messages of others back"
    xep_version = "0.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0045", "xep_0359", "xep_0421", "xep_0424"}
    extends = ((Iq, Moderate), (Retract, Moderated), (Retracted, Moderated))
    features = (NAMESPACE,)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = moderation_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    # -- for moderators -----------------------------------------------------------------------------------

    async def moderate(
        self,
        room: JID | str,
        id: str,
        reason: str = "",
        *,
        ifrom: JID | str | None = None,
        **iqkwargs: Unpack[SendOptions],
    ) -> Iq:
        """Take a message of somebody back (section 3).

        :param room: the room.
        :param id: the id that the room gave the message: ``xmpp.plugin["xep_0359"].stanza_id(message)``.
        :param reason: why, for people.
        :param ifrom: the address to ask from, for components.
        :raises ValueError: there is no id.
        :raises IqError: the room refuses: ``forbidden``, we are no moderator there.
        :raises IqTimeout: no answer came in time.
        """
        if not id:
            raise ValueError("a moderation needs the id that the room gave the message")
        iq = self.xmpp.make_iq_set(ito=JID(room).bare_jid, ifrom=ifrom)
        moderate = iq[Moderate]
        moderate.id = id
        moderate[Retract].attach()
        moderate.reason = reason
        return await iq.send(**iqkwargs)

    async def is_supported(self, room: JID | str, *, ifrom: JID | str | None = None) -> bool:
        """Whether a room lets its moderators do that (section 2)."""
        disco = self.xmpp.plugin[XEP_0030]
        return bool(await disco.supports(JID(room).bare_jid, feature=NAMESPACE, ifrom=ifrom))

    # -- for everybody in the room ------------------------------------------------------------------------

    def refers_to(self, message: Message, original: Message) -> bool:
        """Whether a moderation takes that message back: by the id that the room gave it, and no other (section 3.1).

        :param message: that of the event ``moderated_message``.
        """
        if message["from"].bare != original["from"].bare or original["type"] != "groupchat":
            return False
        given = self.xmpp.plugin[XEP_0359].stanza_id(original)
        return bool(given) and given == message[Retract].id

    @on(Message, Retract)
    def _moderated(self, message: Message) -> None:
        retract = message[Retract]
        if message.xml.get("type") != "groupchat" or not retract.id or retract.get(Moderated) is None:
            return
        try:
            sender = message.from_
        except BadStanza:
            return
        # Section 5: only from the room itself; any occupant could write it. A component may be a room by itself.
        room = self.xmpp.plugin[XEP_0045].room(
            sender.bare_jid, message["to"] if self.xmpp.is_component else None
        )
        if sender.resource or not sender.local or (room is None or not room.is_in):
            log.info("a moderation that is not from a room where we are is dropped: %.200s", sender)
            return
        self.xmpp.event("moderated_message", message)

    # -- for components that are a room -------------------------------------------------------------------

    def send_moderated(
        self,
        mto: JID | str,
        room: JID | str,
        id: str,
        *,
        by: JID | str | None = None,
        occupant_id: str | None = None,
        reason: str = "",
    ) -> Message:
        """Tell an occupant of a room that this component is that a message was taken back; what comes back was sent.

        :param mto: the occupant, by his real full address.
        :param room: the room.
        :param id: the id that the room gave the message.
        :param by: the moderator, by his address in the room; None says nobody.
        :param occupant_id: his occupant id (XEP-0421).
        :param reason: why, for people.
        :raises ValueError: there is no id.
        """
        if not id:
            raise ValueError("a moderation needs the id that the room gave the message")
        message = self.xmpp.make_message(mto, mtype="groupchat", mfrom=JID(room).bare_jid)
        retract = message[Retract]
        retract.id = id
        moderated = retract[Moderated]
        moderated.attach()
        moderated.by = by
        if occupant_id:
            moderated[OccupantID].id = occupant_id
        retract.reason = reason
        message.send()
        return message
