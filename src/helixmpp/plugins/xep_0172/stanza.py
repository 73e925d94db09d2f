"""``<nick/>`` of XEP-0172 section 3, and the event that tells of one."""

from helixmpp.stanza import ElementBase, Text

__all__ = ["NAMESPACE", "NS_PUBSUB", "PubsubEvent", "UserNick"]

NAMESPACE = "http://jabber.org/protocol/nick"
NS_PUBSUB = "http://jabber.org/protocol/pubsub"


class UserNick(ElementBase):
    """A nickname: the key ``nick``."""

    name = "nick"
    namespace = NAMESPACE
    plugin_attrib = "nick"

    nick = Text()


class PubsubEvent(ElementBase):
    """What an event service sends (XEP-0060 section 7.1.2.1); here only to know such a message."""

    name = "event"
    namespace = f"{NS_PUBSUB}#event"
    plugin_attrib = "nick_event"
