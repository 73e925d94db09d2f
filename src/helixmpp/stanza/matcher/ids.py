"""``MatcherId("42")`` and ``MatchIDSender(...)``: by the id, and by who answers."""

from typing import Any

from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza.matcher.base import MatcherBase, MatchKey
from helixmpp.stanza.root import StanzaBase

__all__ = ["MatchIDSender", "MatcherId"]


class MatcherId(MatcherBase):
    """Matches stanzas with one id.

    :param criteria: the id.
    """

    def match(self, stanza: StanzaBase) -> bool:
        """Whether the stanza has the id."""
        return bool(stanza.xml.get("id", "") == self._criteria)

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return the id."""
        return (MatchKey(id=self._criteria),)

    @property
    def is_exact(self) -> bool:
        """The id is all that counts."""
        return True


class MatchIDSender(MatcherBase):
    """Matches the answers to a request: those with its id from who was asked.

    What was sent to no address, or to the own account, is answered by the server for that account: from no
    address, from the bare or from the full one (RFC 6120 sections 8.1.2.1 and 10.3.3).

    :param criteria: a dictionary with ``id``, ``self`` (the own address) and ``peer`` (who was asked).
    """

    def __init__(self, criteria: dict[str, Any]) -> None:
        super().__init__(criteria)
        own = JID.parse(criteria["self"] or "")
        peer = JID.parse(criteria["peer"] or "")
        self._accepts = {peer.full}
        if peer.full in ("", own.bare):
            self._accepts = {"", own.bare, own.full}

    def match(self, stanza: StanzaBase) -> bool:
        """Whether the stanza has the id and is from who was asked."""
        xml = stanza.xml
        if xml.get("id") != self._criteria["id"]:
            return False
        sender = xml.get("from", "")
        if sender in self._accepts:
            return True
        try:
            return bool(sender) and JID.parse(sender).full in self._accepts
        except InvalidJID:
            return False

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return the id."""
        return (MatchKey(id=self._criteria["id"]),)
