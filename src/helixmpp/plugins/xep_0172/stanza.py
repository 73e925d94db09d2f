"""``<nick/>`` of XEP-0172 section 3."""

from helixmpp.stanza import ElementBase, Text

__all__ = ["NAMESPACE", "UserNick"]

NAMESPACE = "http://jabber.org/protocol/nick"


class UserNick(ElementBase):
    """A nickname: the key ``nick``."""

    name = "nick"
    namespace = NAMESPACE
    plugin_attrib = "nick"

    nick = Text()
