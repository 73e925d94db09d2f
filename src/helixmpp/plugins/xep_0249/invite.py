"""The plugin ``xep_0249``; see the package's docstring."""

import logging
from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0249.stanza as invite_stanza
from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045 import XEP_0045
from helixmpp.plugins.xep_0045.stanza import MUCInvite, MUCMessage
from helixmpp.plugins.xep_0249.stanza import NAMESPACE, Invite
from helixmpp.stanza import Message

__all__ = ["XEP_0249"]

log = logging.getLogger(__name__)


class XEP_0249(BasePlugin):  # noqa: N801 - the name that programs import
    """Direct invitations: sends them, and tells of those that come."""

    name = "xep_0249"
    description = "Direct invitations to rooms, from one to another"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Invite),)
    features = (NAMESPACE,)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = invite_stanza

    def send_invitation(
        self,
        jid: JID | str,
        roomjid: JID | str,
        password: str | None = None,
        reason: str | None = None,
        *,
        mfrom: JID | str | None = None,
        thread: str | None = None,
    ) -> None:
        """Invite somebody to a room.

        Whether he may come in is the room's to say: who invites to a room for members makes him one before
        (section 4).

        :param roomjid: the room.
        :param password: what it wants to hear.
        :param reason: a text for who is invited.
        :param mfrom: the address to invite from, for components.
        :param thread: the thread of a chat of two that goes on there, or ``""``.
        :raises InvalidJID: an address is none.
        :raises FieldValueError: a text has a character that XML forbids.
        """
        message = self.xmpp.make_message(jid, mfrom=mfrom)
        invite = message[Invite]
        invite.jid = JID(roomjid).bare_jid
        invite.password = password
        invite.reason = reason
        if thread is not None:
            invite.continue_ = True
            invite.thread = thread
        message.send()

    @on(Message, Invite)
    def _came(self, message: Message) -> None:
        # What an occupant of a room says to all of it is for nobody in particular.
        if message.xml.get("type") in ("error", "groupchat"):
            return
        try:
            room = message[Invite].jid
        except BadStanza:
            room = JID("")
        if not room.local or room.resource:
            log.info("an invitation to what is no room is dropped")
            return
        muc = self.xmpp.plugin.get(XEP_0045)
        if muc is not None and message[MUCMessage].get(MUCInvite) is not None:
            # One of a room that says the same in both ways, for old clients; it is the event groupchat_invite.
            return
        own = message["to"] if self.xmpp.is_component else None
        if muc is not None and muc.is_joined(room, own):
            # Section 4: "the client SHOULD silently discard the invitation".
            log.info("an invitation to %s, where we are, is dropped", room)
            return
        self.xmpp.event("groupchat_direct_invite", message)
