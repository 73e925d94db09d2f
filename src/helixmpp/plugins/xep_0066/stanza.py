"""``<query/>`` and ``<x/>`` of XEP-0066: a URL, and what is behind it."""

from helixmpp.stanza import Attr, ChildText, ElementBase

__all__ = ["NS_IQ", "NS_X", "OOB", "OOBTransfer"]

NS_IQ = "jabber:iq:oob"
NS_X = "jabber:x:oob"


class OOBTransfer(ElementBase):
    """Asks to fetch a file: ``iq["oob_transfer"]["url"]``, ``desc``; ``sid`` is that of XEP-0095."""

    name = "query"
    namespace = NS_IQ
    plugin_attrib = "oob_transfer"

    url = ChildText()
    desc = ChildText()
    sid = Attr(str)


class OOB(ElementBase):
    """A URL in a message or presence: ``message["oob"]["url"]``, and ``desc``."""

    name = "x"
    namespace = NS_X
    plugin_attrib = "oob"

    url = ChildText()
    desc = ChildText()
