"""``<moderate/>`` and ``<moderated/>`` of XEP-0425."""

from helixmpp.jid import JID
from helixmpp.plugins.xep_0421.stanza import OccupantID
from helixmpp.plugins.xep_0424.stanza import Retract
from helixmpp.stanza import Attr, ChildText, ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "NS", "Moderate", "Moderated"]

NAMESPACE = "urn:xmpp:message-moderate:1"
#: The name that programs import.
NS = NAMESPACE


class Moderate(ElementBase):
    """Asks a room to take back the message to which it gave the ``id``, for a ``reason`` (section 3)."""

    name = "moderate"
    namespace = NAMESPACE
    plugin_attrib = "moderate"

    id = Attr(str)
    reason = ChildText()


class Moderated(ElementBase):
    """Says that a moderator took a message back: ``by`` whom, and his ``["occupant-id"]["id"]`` (section 3.1)."""

    name = "moderated"
    namespace = NAMESPACE
    plugin_attrib = "moderated"

    by = Attr(JID, default=JID(""))


register_stanza_plugin(Moderate, Retract)
register_stanza_plugin(Moderated, OccupantID)
