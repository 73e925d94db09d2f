"""``<query xmlns='jabber:iq:private'/>`` of XEP-0049 section 2."""

from helixmpp.stanza import ElementBase

__all__ = ["NAMESPACE", "PrivateXML"]

NAMESPACE = "jabber:iq:private"


class PrivateXML(ElementBase):
    """What only the account itself can read, by the name of the element: ``iq["private"]["bookmarks"]``."""

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "private"
