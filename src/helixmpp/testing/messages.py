"""Messages: which of an account's resources get one, and what is kept meanwhile (RFC 6121 section 8.5)."""

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from helixmpp.jid import JID
from helixmpp.testing.accounts import Account, Resource
from helixmpp.testing.directory import Directory
from helixmpp.testing.names import NS_CHAT_STATES, NS_DELAY, NS_HINTS
from helixmpp.testing.stanzas import address, readdressed

__all__ = ["MessageRouter"]

DELAY = f"{{{NS_DELAY}}}delay"
TYPES = frozenset({"normal", "chat", "groupchat", "headline", "error"})


class MessageRouter:
    """Delivery of messages to accounts."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def route(self, stanza: Element, to: JID, at: datetime | None = None) -> None:
        """Deliver a message to an address of the server itself, by the table of section 8.5.4.

        :param at: when it was first tried, if not now.
        """
        account = self._directory.account_of(to)
        kind = stanza.get("type", "normal")
        if kind not in TYPES:
            kind = "normal"  # section 5.2.2
        if account is None:
            self._directory.bounce(stanza, "service-unavailable")
        elif to.resource and self._directory.deliver(stanza, to):
            return
        elif kind == "groupchat":
            self._directory.bounce(stanza, "service-unavailable")
        elif kind == "error" or (kind == "headline" and to.resource):
            return  # nobody waits for these
        else:
            self._to_bare(account, stanza, kind, at)

    def _to_bare(self, account: Account, stanza: Element, kind: str, at: datetime | None) -> None:
        receivers = account.receivers()
        if kind == "normal" and receivers:
            # One is enough; of those with the highest priority the one that came last.
            highest = max(resource.priority for resource in receivers)
            receivers = [resource for resource in receivers if resource.priority == highest][-1:]
        for resource in receivers:
            resource.link.send(stanza)
        if not receivers and kind != "headline" and _is_kept(stanza):
            self._keep(account, stanza, at or self._directory.now())

    def _keep(self, account: Account, stanza: Element, at: datetime) -> None:
        if account.temporary or len(account.offline) >= self._directory.limits.offline:
            self._directory.bounce(stanza, "service-unavailable")
            return
        kept = readdressed(stanza)
        own = {"from": account.jid.domain}
        # What was kept before, handed over and not acknowledged has its time already.
        if not any(delay.get("from") == own["from"] for delay in kept.iterfind(DELAY)):
            SubElement(kept, DELAY, {**own, "stamp": at.strftime("%Y-%m-%dT%H:%M:%SZ")})
        account.offline.append(kept)

    def undelivered(self, resource: Resource, stanza: Element, at: datetime) -> None:
        """Take back a message that an ended session did not acknowledge (XEP-0198 section 4).

        :param at: when it was sent to that session.
        """
        to = address(stanza, "to") or resource.jid
        others = bool(resource.account.receivers())
        if not to.resource and others and stanza.get("type") in {"chat", "headline"}:
            return  # each of the others has got it, too
        self.route(stanza, to, at)

    def deliver_offline(self, resource: Resource) -> None:
        """Hand over what was kept, oldest first, to the first resource that takes messages (XEP-0160)."""
        offline = resource.account.offline
        while offline:
            resource.link.send(offline.popleft())


def _is_kept(stanza: Element) -> bool:
    """Tell whether a message is worth keeping (XEP-0160 section 3, XEP-0334)."""
    if any(stanza.find(f"{{{NS_HINTS}}}{hint}") is not None for hint in ("no-store", "no-permanent-store")):
        return False
    # "Alice is typing" is over when Bob comes back.
    return any(not child.tag.startswith(f"{{{NS_CHAT_STATES}}}") for child in stanza)
