"""``<query/>`` of XEP-0100 section 6.3: how the address of a legacy contact is found."""

from helixmpp.jid import JID
from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "GatewayQuery"]

NAMESPACE = "jabber:iq:gateway"


class GatewayQuery(ElementBase):
    """What people are asked for (``desc`` and ``prompt``), what they answered (``prompt``), the address (``jid``)."""

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "gateway"

    desc = ChildText()
    prompt = ChildText()
    jid = ChildText(JID)
