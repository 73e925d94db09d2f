"""SASL in a client's stream (RFC 6120 section 6): which element carries what, and how often one may try."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from typing import Protocol
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.testing.credentials import Credentials
from helixmpp.testing.names import NS_SASL_CHANNEL_BINDING
from helixmpp.testing.sasl import Exchange, Refused, Success, begin, decode_base64
from helixmpp.xml import NS_SASL

__all__ = ["Authentication", "Site"]

AUTH, RESPONSE, ABORT = (f"{{{NS_SASL}}}{name}" for name in ("auth", "response", "abort"))


class Site(Protocol):
    """What a session asks of the server that it belongs to."""

    domains: set[str]  # that accounts may be on

    def credentials_of(self, account: JID) -> Credentials:
        """Give what is known of an account's password; for one that does not exist, something none fits."""
        ...

    def new_anonymous(self, domain: str) -> JID:
        """Make an account for one session."""
        ...

    def open_account(self, jid: JID, password: str) -> None:
        """Make an account for a stranger (XEP-0077); XMPPError when that cannot be."""
        ...


class Authentication:
    """The server's part of one stream's SASL negotiation; it is the mechanisms' Verifier.

    :param mechanisms: in the order in which they are offered.
    :param server_end_point: of the certificate (RFC 5929 section 4).
    :param domain: the one that the stream is for.
    :param attempts: how many may fail.
    """

    def __init__(
        self, site: Site, mechanisms: Sequence[str], server_end_point: bytes, domain: str, attempts: int
    ) -> None:
        self._site = site
        self._mechanisms = mechanisms
        self._domain = domain
        self._attempts = attempts
        self._exchange: Exchange | None = None
        bound = any(name.endswith("-PLUS") for name in mechanisms)
        self.server_end_point = server_end_point if bound else None
        self.account: JID | None = None  # once it is known who it is

    @property
    def exhausted(self) -> bool:
        """Whether there were too many attempts (section 6.4.5)."""
        return self._attempts <= 0

    def offer(self, features: Element) -> None:
        """Add the mechanisms, and the types of channel binding (XEP-0440), to the features."""
        mechanisms = SubElement(features, f"{{{NS_SASL}}}mechanisms")
        for name in self._mechanisms:
            SubElement(mechanisms, f"{{{NS_SASL}}}mechanism").text = name
        if self.server_end_point is not None:
            types = SubElement(features, f"{{{NS_SASL_CHANNEL_BINDING}}}sasl-channel-binding")
            binding = f"{{{NS_SASL_CHANNEL_BINDING}}}channel-binding"
            SubElement(types, binding, {"type": "tls-server-end-point"})

    def take(self, element: Element) -> Element | None:
        """Give the answer to an element of SASL; None when it is not one that a client sends."""
        text = element.text or ""
        if element.tag == ABORT:
            return self._failure("aborted")
        if element.tag == AUTH:
            name = element.get("mechanism", "")
            if name not in self._mechanisms:
                return self._failure("invalid-mechanism")
            self._exchange = begin(name, self)
            if not text:  # no initial response: the client is asked for its first message
                return Element(f"{{{NS_SASL}}}challenge")
        elif element.tag != RESPONSE:
            return None
        return self._respond(text)

    def _respond(self, text: str) -> Element:
        if self._exchange is None:
            return self._failure("malformed-request")
        try:
            challenge = self._exchange.send(decode_base64(text))
        except Refused as refused:
            return self._failure(refused.condition)
        except StopIteration as stop:
            success: Success = stop.value
            self.account = success.account
            return _element("success", success.data)
        return _element("challenge", challenge)

    def _failure(self, condition: str) -> Element:
        self._exchange = None
        self._attempts -= 1
        failure = Element(f"{{{NS_SASL}}}failure")
        SubElement(failure, f"{{{NS_SASL}}}{condition}")
        return failure

    # -- what the mechanisms ask (helixmpp.testing.sasl.Verifier) ----------------------------------------

    def account_of(self, username: str) -> JID | None:
        """The account of that name on the domain that the stream is for."""
        try:
            return JID(local=username, domain=self._domain)
        except InvalidJID:
            return None

    def credentials_of(self, account: JID) -> Credentials:
        """The account's credentials."""
        return self._site.credentials_of(account)

    def new_anonymous(self) -> JID:
        """A new account on the domain that the stream is for."""
        return self._site.new_anonymous(self._domain)

    def nonce(self) -> str:
        """192 bits."""
        return secrets.token_urlsafe(24)


def _element(name: str, data: bytes) -> Element:
    element = Element(f"{{{NS_SASL}}}{name}")
    if data:
        element.text = b64encode(data).decode()
    return element
