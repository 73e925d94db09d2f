"""A component's stream (XEP-0114), without I/O: the handshake, and the other namespace of its stanzas."""

import hashlib
import hmac
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.testing.accounts import Component
from helixmpp.testing.incoming import ComponentProved, IncomingStream, StanzaReceived
from helixmpp.testing.stanzas import renamed
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, Limits, StreamOpen

__all__ = ["ComponentSession"]

HANDSHAKE = f"{{{NS_COMPONENT}}}handshake"


class ComponentSession(IncomingStream):
    """The server's end of one component's stream; outside of it all stanzas are in ``jabber:client``."""

    content_ns = NS_COMPONENT

    def __init__(self, components: Mapping[str, Component], limits: Limits) -> None:
        super().__init__(limits)
        self._components = components
        self._component: Component | None = None
        self._proved = False
        self.bound = False

    def _opened(self, header: StreamOpen) -> None:
        try:
            domain = str(JID.parse(header.attrib.get("to", "")))
        except InvalidJID:
            domain = ""
        self._component = self._components.get(domain)
        if header.nsmap.get("") != NS_COMPONENT:
            self.end("invalid-namespace")
        elif self._component is None:
            self.end("host-unknown")
        else:
            self._send_header(domain, "", version="")

    def _received(self, element: Element) -> None:
        if self.bound:
            self._events.append(StanzaReceived(renamed(element, NS_COMPONENT, NS_CLIENT)))
            return
        if self._component is None or self._proved or element.tag != HANDSHAKE:
            self.end("not-authorized")
            return
        # SHA-1 over id and secret is what the protocol has.
        expected = hashlib.sha1(
            f"{self.id}{self._component.secret}".encode(), usedforsecurity=False
        ).hexdigest()
        if not hmac.compare_digest(expected.encode(), (element.text or "").strip().encode()):
            self.end("not-authorized")
            return
        self._proved = True
        self._events.append(ComponentProved(self._component.domain))

    def accepted(self) -> None:
        """Tell the component that it is connected."""
        self.bound = True
        super().send(Element(HANDSHAKE))

    def send(self, element: Element) -> None:
        """Send a stanza of the namespace ``jabber:client`` in the component's own."""
        super().send(renamed(element, NS_CLIENT, NS_COMPONENT))
