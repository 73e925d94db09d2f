"""``<delay/>`` of XEP-0203 section 2."""

from datetime import datetime

from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase, Text

__all__ = ["NAMESPACE", "Delay"]

NAMESPACE = "urn:xmpp:delay"


class Delay(ElementBase):
    """When a stanza was sent (``stamp``), who kept it (``from``), and why (``text``); None where it is not said."""

    name = "delay"
    namespace = NAMESPACE
    plugin_attrib = "delay"

    from_ = Attr(JID)
    stamp = Attr(datetime)
    text = Text()
