"""Where each stanza goes: checks who it says it is from, and hands it to the rules for its kind."""

import secrets
from datetime import datetime
from xml.etree.ElementTree import Element

from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.testing.accounts import Account, Component, Link, Resource
from helixmpp.testing.directory import Directory
from helixmpp.testing.messages import MessageRouter
from helixmpp.testing.presence import PresenceRouter
from helixmpp.testing.services import Services
from helixmpp.testing.stanzas import IQ, MESSAGE, PRESENCE, address, readdressed

__all__ = ["Router"]

KINDS = frozenset({MESSAGE, PRESENCE, IQ})
REQUESTS = frozenset({"get", "set"})
IQ_TYPES = frozenset({"get", "set", "result", "error"})


class Router:
    """Takes stanzas from connections and gives them to others; it does no I/O of its own."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        messages = MessageRouter(directory)
        self.presence = PresenceRouter(directory, messages)
        self._messages = messages
        self._services = Services(directory, self.presence)

    # -- connections come and go -------------------------------------------------------------------------

    def bind(self, account: Account, wanted: str, link: Link) -> Resource:
        """Bind a resource (RFC 6120 section 7); an older session of that name ends with ``conflict``.

        :raises XMPPError: the name is no resource, or the account has too many.
        """
        try:
            jid = JID.from_parts(account.jid.local, account.jid.domain, wanted or secrets.token_urlsafe(9))
        except InvalidJID:
            raise XMPPError("bad-request", "that is no resource") from None
        older = account.resources.get(jid.resource)
        if older is not None:
            self.gone(older)
            older.link.end("conflict", "replaced by a new session of the same resource")
        elif len(account.resources) >= self.directory.limits.resources:
            raise XMPPError("resource-constraint", "the account has too many sessions")
        resource = account.resources[jid.resource] = Resource(jid, account, link)
        return resource

    def gone(self, resource: Resource) -> None:
        """Forget a session and tell its subscribers; it may be called twice."""
        account = resource.account
        if account.resources.get(resource.jid.resource) is not resource:
            return
        del account.resources[resource.jid.resource]
        self.presence.gone(resource)
        self.directory.drop_anonymous(account.jid)

    def undelivered(self, resource: Resource, stanza: Element, at: datetime) -> None:
        """Do with a stanza that an ended session did not acknowledge as if its resource were not there.

        :param at: when it was sent to that session.
        """
        if stanza.tag == MESSAGE:
            self._messages.undelivered(resource, stanza, at)
        elif stanza.tag == IQ:
            # RFC 6121 section 8.5.3.2.3. A presence is out of date by now.
            self.directory.bounce(stanza, "service-unavailable")

    # -- stanzas come in ---------------------------------------------------------------------------------

    def from_client(self, resource: Resource, stanza: Element) -> None:
        """Take what a client sent after it bound its resource."""
        if stanza.tag not in KINDS:
            resource.link.end("unsupported-stanza-type")
            return
        try:
            claimed = address(stanza, "from")
        except InvalidJID:
            resource.link.end("invalid-from")
            return
        if claimed not in (None, resource.jid, resource.account.jid):
            resource.link.end("invalid-from")  # RFC 6120 section 8.1.2.1
            return
        self._route(readdressed(stanza, from_=resource.jid), resource)

    def from_component(self, component: Component, link: Link, stanza: Element) -> None:
        """Take what a component sent; it may speak for every address of its domain (XEP-0114)."""
        if stanza.tag not in KINDS:
            link.end("unsupported-stanza-type")
            return
        try:
            sender = address(stanza, "from")
        except InvalidJID:
            link.end("invalid-from")
            return
        if sender is None or not stanza.get("to"):
            link.end("improper-addressing", "a component writes both from and to")
        elif sender.domain != component.domain:
            link.end("invalid-from")
        else:
            self._route(readdressed(stanza, from_=sender), None)

    def _route(self, stanza: Element, resource: Resource | None) -> None:
        try:
            to = address(stanza, "to")
        except InvalidJID:
            self.directory.bounce(stanza, "jid-malformed")
            return
        if stanza.tag == IQ:
            self._iq(stanza, to, resource)
        elif stanza.tag == PRESENCE:
            self._presence(stanza, to, resource)
        else:
            self._message(stanza, to, resource)

    def _presence(self, stanza: Element, to: JID | None, resource: Resource | None) -> None:
        if resource is not None:
            self.presence.from_client(resource, stanza, to)
        elif to is not None:
            self.presence.route(stanza, to)

    def _message(self, stanza: Element, to: JID | None, resource: Resource | None) -> None:
        if to is None:
            if resource is None:
                return
            # A message to no address is one to the sender's own account (RFC 6120 section 10.3.1).
            to = resource.account.jid
            stanza = readdressed(stanza, to=to)
        if self._elsewhere(stanza, to):
            return
        self._messages.route(stanza, to)

    def _elsewhere(self, stanza: Element, to: JID) -> bool:
        """Take a stanza to a component, or back, unless its address is one of the server's own."""
        if to.domain in self.directory.components:
            if not self.directory.deliver(stanza, to):
                self.directory.bounce(stanza, "recipient-unavailable", "the component is not connected")
            return True
        if not self.directory.is_local(to):
            self.directory.bounce(stanza, "remote-server-not-found")
            return True
        return False

    def _iq(self, stanza: Element, to: JID | None, resource: Resource | None) -> None:
        kind = stanza.get("type")
        if kind not in IQ_TYPES or not stanza.get("id") or (kind in REQUESTS and len(stanza) != 1):
            self.directory.bounce(stanza, "bad-request", "an iq has a type, an id and one payload")
            return
        if to is not None and self._elsewhere(stanza, to):
            return
        if to is not None and to.resource and to.local:
            if not self.directory.deliver(stanza, to):
                self.directory.bounce(stanza, "service-unavailable")
            return
        if kind not in REQUESTS:
            return  # the answer to a roster push, for example
        try:
            answer = self._served(stanza, to, resource)
        except XMPPError as error:
            self.directory.bounce(stanza, error.condition, error.text)
            return
        sender = address(stanza, "from")
        if sender is not None:
            self.directory.deliver(answer, sender)
        if resource is not None and resource.account.leaving:
            self._remove(resource.account)

    def _remove(self, account: Account) -> None:
        """End an account with its sessions and subscriptions (XEP-0077 section 3.2)."""
        for resource in list(account.resources.values()):
            resource.link.end("not-authorized", "the account is removed")
        for item in list(account.roster):
            self.presence.remove_contact(account, item)
        self.directory.accounts.pop(account.jid, None)

    def _served(self, request: Element, to: JID | None, resource: Resource | None) -> Element:
        if resource is not None and (to is None or to == resource.account.jid):
            return self._services.to_own_account(resource, request)
        if to is None or not to.local:
            return self._services.to_server(request)
        account = self.directory.account_of(to)
        if account is None:
            raise XMPPError("service-unavailable")
        return self._services.to_account(account, request)
