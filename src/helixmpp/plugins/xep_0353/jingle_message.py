"""The plugin ``xep_0353``; see the package's docstring."""

from collections.abc import Iterable
from typing import ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0334.stanza import Store
from helixmpp.plugins.xep_0353.stanza import (
    NAMESPACE,
    Accept,
    Finish,
    JingleMessage,
    Proceed,
    Propose,
    Reason,
    Reject,
    Retract,
    Ringing,
)
from helixmpp.stanza import Message

__all__ = ["XEP_0353"]

OptJid = JID | str | None


class XEP_0353(BasePlugin):  # noqa: N801 - the name that programs import
    """Jingle message initiation: proposes calls to all devices of somebody, and tells of those of others."""

    name = "xep_0353"
    description = "Jingle message initiation: a call rings on all devices"
    xep_version = "0.8.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0334"}
    extends = (
        (Message, Propose),
        (Message, Ringing),
        (Message, Retract),
        (Message, Accept),
        (Message, Proceed),
        (Message, Reject),
        (Message, Finish),
    )
    features = (NAMESPACE,)

    # -- for programs -------------------------------------------------------------------------------------

    def propose(
        self, mto: JID | str, sid: str, descriptions: Iterable[tuple[str, str]], *, mfrom: OptJid = None
    ) -> Message:
        """Propose a session (section 3.1); what comes back was sent.

        :param mto: the bare address of whom: all devices ring.
        :param sid: its id, which nobody can guess; the session has it, too.
        :param descriptions: what is proposed, as pairs of a namespace and a medium, such as
            ``("urn:xmpp:jingle:apps:rtp:1", "audio")``.
        :param mfrom: the address to send from, for components.
        :raises ValueError: there is no id, or nothing is proposed.
        :raises FieldValueError: something of it cannot be sent.
        """
        payload = Propose()
        payload.descriptions = descriptions
        if not payload.descriptions:
            raise ValueError("a proposal needs a description of what is proposed")
        return self._send(payload, mto, sid, mfrom)

    def ringing(self, mto: JID | str, sid: str, *, mfrom: OptJid = None) -> Message:
        """Say that this device rings (section 3.2), to the full address of the initiator; what comes back was sent."""
        return self._send(Ringing(), mto, sid, mfrom)

    def retract(
        self,
        mto: JID | str,
        sid: str,
        *,
        mfrom: OptJid = None,
        reason: str = "cancel",
        text: str = "",
        tie_break: bool = False,
    ) -> Message:
        """Take a proposal back (section 3.3); what comes back was sent.

        :param reason: one of the conditions of XEP-0166 section 7.4; ``""`` for none.
        :param text: says more, for people.
        :param tie_break: because another proposal counts, see :meth:`overrules`.
        :raises FieldValueError: there is no such reason.
        """
        payload = Retract()
        payload.tie_break = tie_break
        _give_reason(payload[Reason], reason, text)
        return self._send(payload, mto, sid, mfrom)

    def accept(self, mto: JID | str, sid: str, *, mfrom: OptJid = None) -> Message:
        """Say that this device took the call, as older clients expect it; what comes back was sent."""
        return self._send(Accept(), mto, sid, mfrom)

    def proceed(self, mto: JID | str, sid: str, *, mfrom: OptJid = None) -> Message:
        """Take a call on this device (section 3.4), to the full address of the initiator; what comes back was sent."""
        return self._send(Proceed(), mto, sid, mfrom)

    def reject(
        self,
        mto: JID | str,
        sid: str,
        *,
        mfrom: OptJid = None,
        reason: str = "busy",
        text: str = "",
        tie_break: bool = False,
    ) -> Message:
        """Reject a call (section 3.5); the parameters are those of :meth:`retract`."""
        payload = Reject()
        payload.tie_break = tie_break
        _give_reason(payload[Reason], reason, text)
        return self._send(payload, mto, sid, mfrom)

    def finish(
        self,
        mto: JID | str,
        sid: str,
        *,
        mfrom: OptJid = None,
        reason: str = "success",
        text: str = "",
        migrated: str = "",
    ) -> Message:
        """Say that a session is over (section 3.7), to the full address of the other; what comes back was sent.

        :param reason: as with :meth:`retract`.
        :param migrated: the id of the session that it goes on in.
        """
        payload = Finish()
        _give_reason(payload[Reason], reason, text)
        payload.migrated = migrated
        return self._send(payload, mto, sid, mfrom)

    @staticmethod
    def overrules(sid: str, sender: JID | str, other_sid: str, other_sender: JID | str) -> bool:
        """Whether of two proposals that crossed each other the first one counts (section 4.1).

        Who gets the one that counts retracts his own; who gets the other one rejects that.
        """
        # "sorted first using i;octet collation"; the addresses decide between two that are the same.
        mine = (sid.encode(), str(JID(sender)).encode())
        return mine < (other_sid.encode(), str(JID(other_sender)).encode())

    def _send(self, payload: JingleMessage, mto: JID | str, sid: str, mfrom: OptJid) -> Message:
        if not sid:
            raise ValueError("a session needs an id")
        payload.id = sid
        # "of type='chat' and contain <store/> hints" (section 3)
        message = self.xmpp.make_message(mto, mtype="chat", mfrom=mfrom)
        message.append(payload)
        message.enable(Store.plugin_attrib)
        message.send()
        return message

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Propose)
    def _proposed(self, message: Message) -> None:
        if message[Propose].descriptions:
            self._told(message, Propose)

    @on(Message, Ringing)
    def _rings(self, message: Message) -> None:
        self._told(message, Ringing)

    @on(Message, Retract)
    def _retracted(self, message: Message) -> None:
        self._told(message, Retract)

    @on(Message, Accept)
    def _accepted(self, message: Message) -> None:
        self._told(message, Accept)

    @on(Message, Proceed)
    def _proceeded(self, message: Message) -> None:
        self._told(message, Proceed)

    @on(Message, Reject)
    def _rejected(self, message: Message) -> None:
        self._told(message, Reject)

    @on(Message, Finish)
    def _finished(self, message: Message) -> None:
        self._told(message, Finish)

    def _told(self, message: Message, kind: type[JingleMessage]) -> None:
        if message.xml.get("type") not in ("error", "groupchat") and message[kind].id:
            self.xmpp.event(f"jingle_message_{kind.name}", message)


def _give_reason(reason: Reason, condition: str, text: str) -> None:
    if condition:
        reason.condition = condition
        reason.text = text
