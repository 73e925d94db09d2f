"""Presence: broadcast, directed, probes, and the management of subscriptions (RFC 6121 sections 3 and 4)."""

import itertools
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.testing.accounts import Account, Resource
from helixmpp.testing.directory import Directory
from helixmpp.testing.messages import MessageRouter
from helixmpp.testing.roster import RosterItem
from helixmpp.testing.stanzas import IQ, PRESENCE, readdressed
from helixmpp.testing.subscriptions import INBOUND, OUTBOUND
from helixmpp.xml import NS_CLIENT

__all__ = ["PresenceRouter"]


class PresenceRouter:
    """What the server does with each presence, for the sender's account and for the receiver's."""

    def __init__(self, directory: Directory, messages: MessageRouter) -> None:
        self._directory = directory
        self._messages = messages
        self._push_ids = itertools.count(1)

    # -- what a client sends -----------------------------------------------------------------------------

    def from_client(self, resource: Resource, stanza: Element, to: JID | None) -> None:
        """Take a presence from a client; ``from`` is its full JID."""
        kind = stanza.get("type")
        if to is None:
            if kind is None:
                self._available(resource, stanza)
            elif kind == "unavailable":
                self._unavailable(resource, stanza)
            elif kind != "error":
                self._directory.bounce(stanza, "bad-request", "this type of presence needs an address")
        elif not (self._directory.is_local(to) or to.domain in self._directory.components):
            self._directory.bounce(stanza, "remote-server-not-found")
        elif kind is not None and kind in OUTBOUND:
            self._outbound(resource, stanza, kind, to)
        else:
            if kind is None:
                self._remember_directed(resource, to)
            elif kind == "unavailable":
                resource.directed.pop(to, None)
            self.route(stanza, to)

    def gone(self, resource: Resource) -> None:
        """Tell everybody who knew that a resource was available that it no longer is (section 4.5)."""
        self._unavailable(resource, Element(PRESENCE, {"from": str(resource.jid), "type": "unavailable"}))

    def _available(self, resource: Resource, stanza: Element) -> None:
        priority = _priority(stanza)
        if priority is None:
            self._directory.bounce(stanza, "bad-request", "a priority is an integer from -128 to 127")
            return
        was_available = resource.available
        took_messages = was_available and resource.priority >= 0
        resource.presence, resource.priority = stanza, priority
        self._broadcast(resource, stanza)
        if not was_available:
            self._first(resource)
        if priority >= 0 and not took_messages:
            self._messages.deliver_offline(resource)

    def _first(self, resource: Resource) -> None:
        """Initial presence (section 4.2.2): show the newcomer who is there, and who asks to subscribe."""
        account = resource.account
        for other in account.available():
            if other is not resource and other.presence is not None:
                resource.link.send(readdressed(other.presence, to=resource.jid))
        for item in account.roster:
            if item.to:
                probe = Element(PRESENCE, {"from": str(resource.jid), "to": str(item.jid), "type": "probe"})
                self.route(probe, item.jid)
            if item.pending_in is not None:
                resource.link.send(item.pending_in)

    def _unavailable(self, resource: Resource, stanza: Element) -> None:
        if resource.available:
            resource.presence = None
            self._broadcast(resource, stanza)
        # Taken out first: a peer that cannot be written to may lead back here.
        told = list(resource.directed)
        resource.directed.clear()
        for jid in told:
            self.route(readdressed(stanza, to=jid), jid)

    def _broadcast(self, resource: Resource, stanza: Element) -> None:
        """To all who are subscribed, and to all available resources of the user, itself included."""
        account = resource.account
        for item in account.roster:
            if item.from_:
                self.route(readdressed(stanza, to=item.jid), item.jid)
        for own in account.available():
            own.link.send(readdressed(stanza, to=own.jid))

    def _remember_directed(self, resource: Resource, to: JID) -> None:
        item = resource.account.roster.get(to)
        if item is not None and item.from_:
            return  # the broadcast reaches it
        if to not in resource.directed and len(resource.directed) >= self._directory.limits.directed:
            resource.directed.pop(next(iter(resource.directed)))
        resource.directed[to] = None

    # -- subscriptions, the user's side --------------------------------------------------------------------

    def _outbound(self, resource: Resource, stanza: Element, kind: str, to: JID) -> None:
        account, contact = resource.account, to.bare_jid
        if contact == account.jid:
            return  # everybody is subscribed to oneself (section 4.2.2)
        item = self._item(account, contact)
        if item is None:
            self._directory.bounce(stanza, "resource-constraint", "the roster is full")
            return
        outcome = OUTBOUND[kind](item)
        if outcome.passed_on:
            self.route(readdressed(stanza, from_=account.jid, to=contact), contact)
        if outcome.changed:
            self.push(account, item)
        if outcome.passed_on and kind == "subscribed":
            self._show(account, contact)
        if outcome.changed and kind == "unsubscribed":
            self._withdraw(account, contact)
        account.roster.tidy(item)

    def remove_contact(self, account: Account, item: RosterItem) -> None:
        """Remove a contact from the roster, which ends both subscriptions (section 2.5)."""
        ends = {
            "unsubscribe": item.to or item.pending_out,
            "unsubscribed": item.from_ or item.pending_in is not None,
        }
        was_subscribed = item.from_
        account.roster.remove(item.jid)
        for kind, due in ends.items():
            if due:
                attributes = {"from": str(account.jid), "to": str(item.jid), "type": kind}
                self.route(Element(PRESENCE, attributes), item.jid)
        if was_subscribed:
            self._withdraw(account, item.jid)
        gone = item.to_xml()
        gone.attrib.pop("ask", None)
        gone.set("subscription", "remove")
        self._push(account, gone)

    def befriend(self, account: Account, contact: JID) -> None:
        """Give an account and a contact both subscriptions, on this account's side."""
        item = account.roster.get_or_add(contact)
        item.to = item.from_ = item.listed = True
        item.pending_out, item.pending_in = False, None
        self.push(account, item)
        self._show(account, item.jid)

    def push(self, account: Account, item: RosterItem) -> None:
        """Tell the account's interested resources about a changed item (section 2.1.6)."""
        if item.listed:
            self._push(account, item.to_xml())

    def _push(self, account: Account, item: Element) -> None:
        query = account.roster.push(item)
        for resource in list(account.resources.values()):
            if resource.interested:
                attributes = {"type": "set", "id": f"push-{next(self._push_ids)}", "to": str(resource.jid)}
                iq = Element(IQ, attributes)
                iq.append(query)
                resource.link.send(iq)

    def _show(self, account: Account, contact: JID) -> None:
        """Show a contact that may see them now which resources are available (section 3.1.5)."""
        for own in account.available():
            if own.presence is not None:
                self.route(readdressed(own.presence, to=contact), contact)

    def _withdraw(self, account: Account, contact: JID) -> None:
        """Show a contact that may no longer see them that all resources are unavailable (section 3.2.1)."""
        for own in account.available():
            gone = {"from": str(own.jid), "to": str(contact), "type": "unavailable"}
            self.route(Element(PRESENCE, gone), contact)

    def _item(self, account: Account, contact: JID) -> RosterItem | None:
        roster = account.roster
        if roster.get(contact) is None and len(roster) >= self._directory.limits.roster:
            return None
        return roster.get_or_add(contact)

    # -- what reaches an address ---------------------------------------------------------------------------

    def route(self, stanza: Element, to: JID) -> None:
        """Take a presence to an address; nobody is told when there is nothing at it (section 8.5.1)."""
        if to.domain in self._directory.components:
            self._directory.deliver(stanza, to)
            return
        account = self._directory.account_of(to)
        if account is None:
            return
        kind = stanza.get("type")
        if kind is not None and kind in INBOUND:
            self._inbound(account, readdressed(stanza, to=account.jid), kind)
        elif kind == "probe":
            self._probed(account, stanza)
        elif to.resource:
            self._directory.deliver(stanza, to)
        elif kind != "error":
            for resource in account.available():
                resource.link.send(stanza)

    def _inbound(self, account: Account, stanza: Element, kind: str) -> None:
        contact = JID.parse(stanza.get("from", "")).bare_jid
        item = self._item(account, contact)
        if item is None or contact == account.jid:
            return
        outcome = INBOUND[kind](item, stanza)
        if outcome.passed_on:
            for resource in list(account.resources.values()):
                if resource.available or (resource.interested and kind != "subscribe"):
                    resource.link.send(stanza)
        if outcome.changed:
            self.push(account, item)
        if outcome.approved:
            attributes = {"from": str(account.jid), "to": str(contact), "type": "subscribed"}
            self.route(Element(PRESENCE, attributes), contact)
        if outcome.changed and kind == "unsubscribe":
            self._withdraw(account, contact)
        account.roster.tidy(item)

    def _probed(self, account: Account, probe: Element) -> None:
        """Answer in the user's name (section 4.3.2)."""
        prober = JID.parse(probe.get("from", ""))
        item = account.roster.get(prober)
        if prober.bare_jid != account.jid and not (item is not None and item.from_):
            attributes = {"from": str(account.jid), "to": str(prober.bare_jid), "type": "unsubscribed"}
            self.route(Element(PRESENCE, attributes), prober.bare_jid)
            return
        shown = [own.presence for own in account.available() if own.presence is not None]
        for presence in shown:
            self.route(readdressed(presence, to=prober), prober)
        if not shown:
            attributes = {"from": str(account.jid), "to": str(prober), "type": "unavailable"}
            self.route(Element(PRESENCE, attributes), prober)


def _priority(stanza: Element) -> int | None:
    """Read the priority (section 4.7.2.3): 0 when it is absent, None when it is wrong."""
    text = stanza.findtext(f"{{{NS_CLIENT}}}priority")
    if text is None or not text.strip():
        return 0
    try:
        number = int(text)
    except ValueError:
        return None
    return number if -128 <= number <= 127 else None
