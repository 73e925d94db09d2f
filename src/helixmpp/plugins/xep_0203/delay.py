"""The plugin ``xep_0203``; see the package's docstring."""

from datetime import UTC, datetime
from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0203.stanza import NAMESPACE, Delay
from helixmpp.stanza import Message, Presence

__all__ = ["XEP_0203"]


class XEP_0203(BasePlugin):  # noqa: N801 - the name that programs import
    """Delayed delivery: reads when a stanza was sent, and says it of those that are passed on."""

    name = "xep_0203"
    description = "Delayed delivery: when a stanza that arrives late was sent"
    xep_version = "2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Delay), (Presence, Delay))
    features = (NAMESPACE,)

    def sent_at(self, stanza: Message | Presence, by: JID | str | None = None) -> datetime | None:
        """When a stanza was sent; None where it does not say, or says what is no date and time.

        :param by: believe only this address (the server's, the room's) as the one that kept the stanza.
        """
        for delay in stanza.children_of(Delay):
            try:
                if delay.stamp is not None and (by is None or delay.from_ == JID(by)):
                    return delay.stamp
            except BadStanza:
                continue
        return None

    def mark(
        self,
        stanza: Message | Presence,
        stamp: datetime | None = None,
        by: JID | str | None = None,
        text: str = "",
    ) -> None:
        """Say in a stanza that is passed on late when it was sent, in the place of what was said.

        :param stamp: when, with its zone; by default now.
        :param by: who kept it; by default our own address.
        :param text: why, for people.
        :raises FieldValueError: the datetime has no zone.
        """
        delay = Delay()
        delay.from_ = by or self.xmpp.boundjid
        delay.stamp = stamp or datetime.now(UTC)
        delay.text = text
        # Section 2: "one and only one <delay/> child".
        for old in stanza.children_of(Delay):
            stanza.xml.remove(old.xml)
        stanza.append(delay)
