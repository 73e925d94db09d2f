"""The words that the protocol has for types, as ``Literal``."""

from __future__ import annotations

from typing import Final, Literal

from helixmpp.stanza.codecs import OneOf, one_of

__all__ = [
    "ERROR_TYPE",
    "IQ_TYPE",
    "MESSAGE_TYPE",
    "PRESENCE_TYPE",
    "SHOW",
    "SUBSCRIPTION",
    "ErrorTypes",
    "ExtPresenceTypes",
    "IqTypes",
    "MessageTypes",
    "PresenceShows",
    "PresenceTypes",
    "Subscriptions",
]

#: RFC 6121 section 5.2.2.
MessageTypes = Literal["chat", "error", "groupchat", "headline", "normal"]
#: RFC 6121 section 4.7.1.
PresenceTypes = Literal[
    "error", "probe", "subscribe", "subscribed", "unavailable", "unsubscribe", "unsubscribed"
]
#: RFC 6121 section 4.7.2.1.
PresenceShows = Literal["away", "chat", "dnd", "xa"]
#: What ``presence["type"]`` gives: the type, else the show value, else ``available``.
ExtPresenceTypes = Literal[
    "available",
    "away",
    "chat",
    "dnd",
    "error",
    "probe",
    "subscribe",
    "subscribed",
    "unavailable",
    "unsubscribe",
    "unsubscribed",
    "xa",
]
#: RFC 6120 section 8.2.3.
IqTypes = Literal["error", "get", "result", "set"]
#: RFC 6120 section 8.3.2.
ErrorTypes = Literal["auth", "cancel", "continue", "modify", "wait"]
#: RFC 6121 section 2.1.2.5.
Subscriptions = Literal["both", "from", "none", "remove", "to"]

# The empty word stands for an absent one; it is not written.
MESSAGE_TYPE: Final[OneOf[MessageTypes]] = one_of("chat", "error", "groupchat", "headline", "normal")
SHOW: Final[OneOf[PresenceShows | Literal[""]]] = one_of("away", "chat", "dnd", "xa")
PRESENCE_TYPE: Final[OneOf[ExtPresenceTypes]] = one_of(
    "available",
    "away",
    "chat",
    "dnd",
    "error",
    "probe",
    "subscribe",
    "subscribed",
    "unavailable",
    "unsubscribe",
    "unsubscribed",
    "xa",
)
IQ_TYPE: Final[OneOf[IqTypes | Literal[""]]] = one_of("error", "get", "result", "set")
ERROR_TYPE: Final[OneOf[ErrorTypes | Literal[""]]] = one_of("auth", "cancel", "continue", "modify", "wait")
SUBSCRIPTION: Final[OneOf[Subscriptions]] = one_of("both", "from", "none", "remove", "to")
