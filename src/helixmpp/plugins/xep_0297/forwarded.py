"""The plugin ``xep_0297``; see the package's docstring."""

from datetime import UTC, datetime
from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0203.stanza import Delay
from helixmpp.plugins.xep_0297.stanza import NAMESPACE, Forwarded
from helixmpp.stanza import Message, MessageTypes, StanzaBase

__all__ = ["XEP_0297"]


class XEP_0297(BasePlugin):  # noqa: N801 - the name that programs import
    """Stanza forwarding: passes messages on, and reads those that are passed on."""

    name = "xep_0297"
    description = "Stanza forwarding: a message inside another one"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0203"}
    extends = ((Message, Forwarded),)
    features = (NAMESPACE,)

    def make_forward(
        self,
        stanza: StanzaBase,
        mto: JID | str,
        mbody: str | None = None,
        mfrom: JID | str | None = None,
        delay: datetime | None = None,
        mtype: MessageTypes = "chat",
    ) -> Message:
        """Make a message that passes a stanza on; see :meth:`forward`."""
        message = self.xmpp.make_message(mto, mbody=mbody, mtype=mtype, mfrom=mfrom)
        forwarded = message[Forwarded]
        mark = Delay()
        mark.stamp = delay or datetime.now(UTC)
        forwarded.append(mark)
        forwarded.stanza = stanza
        return message

    def forward(
        self,
        stanza: StanzaBase,
        mto: JID | str,
        mbody: str | None = None,
        mfrom: JID | str | None = None,
        delay: datetime | None = None,
        mtype: MessageTypes = "chat",
    ) -> Message:
        """Pass a stanza on to somebody, who learns with it what was in it; what comes back was sent.

        :param stanza: a copy of it is sent.
        :param mbody: our own words to it; people see them and the forwarded message (section 3.2).
        :param mfrom: the address to send from, for components.
        :param delay: when it came, with its zone; by default now.
        :raises FieldValueError: it is no stanza, or the datetime has no zone.
        """
        message = self.make_forward(stanza, mto, mbody, mfrom, delay, mtype)
        message.send()
        return message
