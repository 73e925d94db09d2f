"""Namespaces that the test server speaks beyond those of the stream."""

from typing import Final

__all__ = [
    "NS_CHAT_STATES",
    "NS_DELAY",
    "NS_DISCO_INFO",
    "NS_DISCO_ITEMS",
    "NS_HINTS",
    "NS_LIMITS",
    "NS_PING",
    "NS_REGISTER",
    "NS_REGISTER_FEATURE",
    "NS_ROSTER_VERSIONING",
    "NS_SASL_CHANNEL_BINDING",
]

NS_CHAT_STATES: Final = "http://jabber.org/protocol/chatstates"
NS_DELAY: Final = "urn:xmpp:delay"
NS_DISCO_INFO: Final = "http://jabber.org/protocol/disco#info"
NS_DISCO_ITEMS: Final = "http://jabber.org/protocol/disco#items"
NS_HINTS: Final = "urn:xmpp:hints"
NS_LIMITS: Final = "urn:xmpp:stream-limits:0"
NS_PING: Final = "urn:xmpp:ping"
NS_REGISTER: Final = "jabber:iq:register"
NS_REGISTER_FEATURE: Final = "http://jabber.org/features/iq-register"
NS_ROSTER_VERSIONING: Final = "urn:xmpp:features:rosterver"
NS_SASL_CHANNEL_BINDING: Final = "urn:xmpp:sasl-cb:0"
