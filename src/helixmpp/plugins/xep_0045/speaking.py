"""What this program says to rooms and by them: subject, invitations, requests (XEP-0045 sections 7.5 to 8.6)."""

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0045.stanza import NS, MUCDecline, MUCInvite, MUCMessage, MucRole
from helixmpp.plugins.xep_0045.stanza.words import ROLES
from helixmpp.plugins.xep_0045.table import OptJid
from helixmpp.stanza import Message

__all__ = ["Speaking"]

_REQUEST = f"{NS}#request"
# The field by which a form of the room is answered, by what the form is about.
_ALLOW = {_REQUEST: "muc#request_allow", f"{NS}#register": "muc#register_allow"}


class Speaking(BasePlugin):
    """Speaks to rooms. ``mfrom`` is the address to speak from, for components."""

    def set_subject(self, room: JID | str, subject: str, *, mfrom: OptJid = None) -> None:
        """Set the subject of a room (section 8.1); ``""`` takes it away. A refusal is ``groupchat_message_error``.

        :raises FieldValueError: it has a character that XML forbids.
        """
        message = self.xmpp.make_message(JID(room).bare, mtype="groupchat", mfrom=mfrom)
        message["subject"] = subject
        if not subject:
            # A field without text is none, but here it has to be there.
            message.xml.append(message.xml.makeelement(f"{{{message.namespace}}}subject", {}))
        message.send()

    def send_private_message(
        self, room: JID | str, nick: str, mbody: str, *, mfrom: OptJid = None
    ) -> Message:
        """Write to one occupant of a room alone (section 7.5); what comes back is the message that was sent.

        :raises InvalidJID: ``nick`` is none.
        """
        address = JID(room)
        message = self.xmpp.make_message(
            JID.from_parts(address.local, address.domain, nick, lenient=True),
            mbody,
            mtype="chat",
            mfrom=mfrom,
        )
        # So that the servers of both tell it from a message to somebody's account (XEP-0280 section 6.1).
        message[MUCMessage].attach()
        message.send()
        return message

    # -- invitations ------------------------------------------------------------------------------------

    def invite(
        self,
        room: JID | str,
        jid: JID | str,
        reason: str = "",
        *,
        mfrom: OptJid = None,
        thread: str | None = None,
    ) -> None:
        """Have a room invite somebody (section 7.8.2).

        The plugin ``xep_0249`` invites directly, which needs no room that does it.

        :param thread: the thread of a chat of two that goes on in the room (section 7.9), or ``""``.
        """
        message = self.xmpp.make_message(JID(room).bare, mfrom=mfrom)
        invite = message[MUCMessage][MUCInvite]
        invite.to = JID(jid)
        invite.reason = reason
        if thread is not None:
            invite.continue_ = True
            invite.thread = thread
        message.send()

    def invite_server(
        self, room: JID | str, jid: JID | str, invite_from: JID | str, reason: str = "", *, password: str = ""
    ) -> None:
        """Invite somebody in the name of a room, for a component that is the room.

        :param invite_from: who invites.
        :param password: what the room wants to hear.
        """
        message = self.xmpp.make_message(jid, mfrom=JID(room).bare)
        message[MUCMessage][MUCInvite].from_ = JID(invite_from)
        message[MUCMessage][MUCInvite].reason = reason
        message[MUCMessage].password = password
        message.send()

    def decline_invite(
        self, room: JID | str, jid: JID | str, reason: str = "", *, mfrom: OptJid = None
    ) -> None:
        """Decline an invitation, by the room that passed it on.

        :param jid: who invited.
        """
        message = self.xmpp.make_message(JID(room).bare, mfrom=mfrom)
        decline = message[MUCMessage][MUCDecline]
        decline.to = JID(jid)
        decline.reason = reason
        message.send()

    #: The name that older programs use.
    decline = decline_invite

    # -- voice ------------------------------------------------------------------------------------------

    def request_voice(self, room: JID | str, role: MucRole = "participant", *, mfrom: OptJid = None) -> None:
        """Ask the moderators of a room for a role, to be allowed to speak (section 7.13).

        :raises ValueError: there is no such role.
        """
        if role not in ROLES:
            raise ValueError(f"a role is one of {', '.join(sorted(ROLES))}")
        form = Form()
        form.type = "submit"
        form.add_field(var="FORM_TYPE", ftype="hidden", value=_REQUEST)
        form.add_field(var="muc#role", ftype="list-single", value=role)
        message = self.xmpp.make_message(JID(room).bare, mfrom=mfrom)
        message.append(form)
        message.send()

    def answer_request(self, request: Message, allow: bool) -> None:
        """Answer what a room asks its moderators: ``groupchat_voice_request``, ``groupchat_registration_request``.

        :param request: the message that came with the event.
        :param allow: whether it is granted.
        :raises ValueError: it is no such request.
        """
        try:
            asked = request[Form]
            field = _ALLOW[asked.form_type or ""]
            values = dict(asked.get_values())
        except (KeyError, FieldValueError):
            raise ValueError("the message is no request that a room asks its moderators to grant") from None
        form = Form()
        form.type = "submit"
        form.add_field(var="FORM_TYPE", ftype="hidden", value=asked.form_type)
        values.pop("FORM_TYPE", None)
        values.pop(field, None)
        for var, value in values.items():
            form.add_field(var=var, value=value)
        form.add_field(var=field, ftype="boolean", value=allow)
        message = self.xmpp.make_message(request["from"].bare, mfrom=self._answers_from(request))
        # The example of section 8.6 has the id of the question.
        message["id"] = request["id"] or message["id"]
        message.append(form)
        message.send()

    def _answers_from(self, request: Message) -> OptJid:
        return request["to"] if self.xmpp.is_component else None
