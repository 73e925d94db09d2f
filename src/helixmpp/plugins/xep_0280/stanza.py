"""The elements of XEP-0280: copies of messages, and switching them on and off."""

from typing import ClassVar

from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.stanza import ElementBase, StanzaBase, register_stanza_plugin

__all__ = ["NAMESPACE", "CarbonDisable", "CarbonEnable", "PrivateCarbon", "ReceivedCarbon", "SentCarbon"]

NAMESPACE = "urn:xmpp:carbons:2"


class ReceivedCarbon(ElementBase):
    """A copy of a message that another client of our account received: ``message["carbon_received"]``.

    Only the message of an event ``carbon_received`` was looked at: anybody can send such an element.
    """

    name = "received"
    namespace = NAMESPACE
    plugin_attrib = "carbon_received"
    interfaces: ClassVar[set[str]] = {"carbon_received"}
    is_extension = True

    def get_carbon_received(self) -> StanzaBase | None:
        """Return the message that is copied."""
        return self[Forwarded].stanza

    def set_carbon_received(self, stanza: StanzaBase | None) -> None:
        """Put a copy of a message in."""
        self[Forwarded].stanza = stanza

    def del_carbon_received(self) -> None:
        """Take the message out."""
        del self[Forwarded]


class SentCarbon(ElementBase):
    """A copy of a message that another client of our account sent: ``message["carbon_sent"]``.

    Only the message of an event ``carbon_sent`` was looked at: anybody can send such an element.
    """

    name = "sent"
    namespace = NAMESPACE
    plugin_attrib = "carbon_sent"
    interfaces: ClassVar[set[str]] = {"carbon_sent"}
    is_extension = True

    def get_carbon_sent(self) -> StanzaBase | None:
        """Return the message that is copied."""
        return self[Forwarded].stanza

    def set_carbon_sent(self, stanza: StanzaBase | None) -> None:
        """Put a copy of a message in."""
        self[Forwarded].stanza = stanza

    def del_carbon_sent(self) -> None:
        """Take the message out."""
        del self[Forwarded]


class PrivateCarbon(ElementBase):
    """``<private/>``: the message is not to be copied (section 9): ``message.enable("carbon_private")``."""

    name = "private"
    namespace = NAMESPACE
    plugin_attrib = "carbon_private"


class CarbonEnable(ElementBase):
    """``<enable/>``: copies are wanted (section 4)."""

    name = "enable"
    namespace = NAMESPACE
    plugin_attrib = "carbon_enable"


class CarbonDisable(ElementBase):
    """``<disable/>``: they are not (section 5)."""

    name = "disable"
    namespace = NAMESPACE
    plugin_attrib = "carbon_disable"


register_stanza_plugin(ReceivedCarbon, Forwarded)
register_stanza_plugin(SentCarbon, Forwarded)
