"""A stanza of type error as an exception."""

from helixmpp.errors import BadStanza, XMPPError
from helixmpp.stanza.error import Error
from helixmpp.stanza.iq import Iq
from helixmpp.stanza.presence import Presence
from helixmpp.stanza.root import StanzaBase

__all__ = ["IqError", "IqTimeout", "PresenceError"]


def _facts(stanza: StanzaBase) -> tuple[str, str, str | None]:
    """Return condition, text and type of an error, whatever the peer made of it."""
    error = stanza[Error]
    try:
        etype = error.type or None
    except BadStanza:
        etype = None
    return error.condition or "undefined-condition", error.text, etype


class IqError(XMPPError):
    """The answer to a request is an error; ``iq`` is that answer."""

    def __init__(self, iq: Iq) -> None:
        super().__init__(*_facts(iq))
        self.iq = iq


class IqTimeout(XMPPError):
    """No answer to a request came in time; ``iq`` is the request."""

    def __init__(self, iq: Iq) -> None:
        super().__init__("remote-server-timeout", "no answer came in time", "cancel")
        self.iq = iq


class PresenceError(XMPPError):
    """A presence was refused, such as one that joins a room; ``presence`` is the answer."""

    def __init__(self, presence: Presence) -> None:
        super().__init__(*_facts(presence))
        self.presence = presence
