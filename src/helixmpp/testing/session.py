"""A client's stream up to its bound resource, without I/O: STARTTLS, SASL, binding (RFC 6120)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.testing.authentication import Authentication, Site
from helixmpp.testing.incoming import (
    BindRequested,
    IncomingStream,
    ResumeRequested,
    StanzaReceived,
    StartTLS,
)
from helixmpp.testing.managed import ManagedStream, is_nonza
from helixmpp.testing.management import StreamManagement, failed
from helixmpp.testing.names import NS_LIMITS, NS_REGISTER_FEATURE, NS_ROSTER_VERSIONING
from helixmpp.testing.registration import is_request, registration, sign_up
from helixmpp.testing.sessions import ManagedSession
from helixmpp.testing.stanzas import IQ, error_reply, result_of
from helixmpp.xml import NS_BIND, NS_CLIENT, NS_SESSION, NS_STREAM, NS_TLS, Limits, StreamOpen

__all__ = ["ClientSession", "SessionSettings"]

STARTTLS = f"{{{NS_TLS}}}starttls"


class State(Enum):
    """Where a client's stream stands; what an element means depends on nothing else."""

    OPENING = auto()  # its header is awaited: at the start and after each restart
    CLEAR = auto()  # nothing but STARTTLS
    SASL = auto()
    BINDING = auto()  # authenticated
    WAITING = auto()  # the server is choosing the resource
    BOUND = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """What the streams of one server have in common."""

    limits: Limits
    mechanisms: Sequence[str]  # in the order in which they are offered
    server_end_point: bytes  # of the certificate (RFC 5929 section 4)
    logins: int  # attempts to authenticate
    registration: bool = False  # whether people make accounts by themselves (XEP-0077)


class ClientSession(IncomingStream):
    """The server's end of one client's stream.

    :param management: how stream management is done.
    :param encrypted: whether TLS is there from the first byte (XEP-0368).
    """

    content_ns = NS_CLIENT

    def __init__(
        self, site: Site, settings: SessionSettings, management: StreamManagement, *, encrypted: bool
    ) -> None:
        super().__init__(settings.limits)
        self._site = site
        self._settings = settings
        self._encrypted = encrypted
        self._state = State.OPENING
        self._authentication: Authentication | None = None
        self._bind_request: Element | None = None
        self._domain = ""
        self._signed_up = False
        self._managed = ManagedStream(self, management)
        self.account: JID | None = None

    @property
    def managed(self) -> ManagedSession | None:
        """The session under stream management, if it is."""
        return self._managed.session

    @property
    def bound(self) -> bool:
        """Whether stanzas can be exchanged."""
        return self._state is State.BOUND and not self.ended

    # -- the stream's header and its features ------------------------------------------------------------

    def _opened(self, header: StreamOpen) -> None:
        try:
            domain = str(JID.parse(header.attrib.get("to", "")))
        except InvalidJID:
            domain = ""
        if header.nsmap.get("") != NS_CLIENT:
            self.end("invalid-namespace")
        elif domain not in self._site.domains or (self.account and domain != self.account.domain):
            self.end("host-unknown")
        elif not header.attrib.get("version", "").startswith("1."):
            self.end("unsupported-version")
        else:
            self._domain = domain
            self._send_header(domain, header.attrib.get("from", ""))
            features = Element(f"{{{NS_STREAM}}}features")
            self._state = self._offer(features, domain)
            limits = SubElement(features, f"{{{NS_LIMITS}}}limits")
            SubElement(limits, f"{{{NS_LIMITS}}}max-bytes").text = str(self._settings.limits.max_stanza_size)
            self.send(features)

    def _offer(self, features: Element, domain: str) -> State:
        if not self._encrypted:
            starttls = SubElement(features, STARTTLS)
            SubElement(starttls, f"{{{NS_TLS}}}required")
            return State.CLEAR
        if self.account is None:
            common = self._settings
            self._authentication = Authentication(
                self._site, common.mechanisms, common.server_end_point, domain, common.logins
            )
            self._authentication.offer(features)
            if common.registration:
                SubElement(features, f"{{{NS_REGISTER_FEATURE}}}register")
            return State.SASL
        SubElement(features, f"{{{NS_BIND}}}bind")
        session = SubElement(features, f"{{{NS_SESSION}}}session")
        SubElement(session, f"{{{NS_SESSION}}}optional")
        SubElement(features, f"{{{NS_ROSTER_VERSIONING}}}ver")
        self._managed.offer(features)
        return State.BINDING

    def _received(self, element: Element) -> None:
        match self._state:
            case State.BINDING | State.BOUND if is_nonza(element):
                self._manage(element)
            case State.BOUND:
                self._managed.received()
                self._events.append(StanzaReceived(element))
            case State.CLEAR if element.tag == STARTTLS:
                self._starttls()
            case State.SASL if is_request(element, self._domain):
                self._register(element)
            case State.SASL if self._authentication is not None:
                self._authenticate(self._authentication, element)
            case State.BINDING if element.tag == IQ:
                self._bind(element)
            case _:
                # A client may not say anything before it is somebody (RFC 6120 section 4.9.3.12).
                self.end("not-authorized")

    # -- STARTTLS (section 5), SASL (section 6) ----------------------------------------------------------

    def _starttls(self) -> None:
        if self._restart():
            self.send(Element(f"{{{NS_TLS}}}proceed"))
            self._state = State.OPENING
            self._events.append(StartTLS())

    def tls_started(self) -> None:
        """Go on in the encrypted channel."""
        self._encrypted = True

    def _authenticate(self, authentication: Authentication, element: Element) -> None:
        reply = authentication.take(element)
        if reply is None:
            self.end("not-authorized")
        elif authentication.account is None:
            self.send(reply)
            if authentication.exhausted:
                self.end("policy-violation", "too many attempts to authenticate")
        else:
            self.account = authentication.account
            if self._restart():
                self.send(reply)
                self._state = State.OPENING

    # -- registration (XEP-0077 section 3.1.1) -----------------------------------------------------------

    def _register(self, iq: Element) -> None:
        reply: Element | None
        try:
            if not self._settings.registration:
                raise XMPPError("service-unavailable")
            if iq.get("type") == "get":
                reply = result_of(iq, registration(None))
            elif self._signed_up:
                raise XMPPError("not-acceptable", "one stream makes one account")
            else:
                sign_up(self._site, self._domain, iq[0])
                self._signed_up = True
                reply = result_of(iq)
        except XMPPError as error:
            reply = error_reply(iq, error.condition, error.text)
        if reply is not None:
            self.send(reply)

    # -- resource binding (section 7) --------------------------------------------------------------------

    def _bind(self, iq: Element) -> None:
        bind = iq.find(f"{{{NS_BIND}}}bind")
        if bind is None or self.account is None or iq.get("type") != "set" or not iq.get("id"):
            self.end("not-authorized", "the stream has no resource yet")
            return
        self._bind_request = iq
        self._state = State.WAITING
        self._events.append(BindRequested(self.account, bind.findtext(f"{{{NS_BIND}}}resource") or ""))

    def bind_accepted(self, jid: JID) -> None:
        """Tell the client its full JID."""
        if self._bind_request is not None:
            bind = Element(f"{{{NS_BIND}}}bind")
            SubElement(bind, f"{{{NS_BIND}}}jid").text = str(jid)
            self._state = State.BOUND
            self.send(result_of(self._bind_request, bind))

    def bind_refused(self, condition: str, text: str) -> None:
        """Tell the client that it has to ask for something else."""
        reply = None if self._bind_request is None else error_reply(self._bind_request, condition, text)
        if reply is not None:
            self._state = State.BINDING
            self.send(reply)

    # -- stream management (XEP-0198) --------------------------------------------------------------------

    def _manage(self, element: Element) -> None:
        event = self._managed.take(element, self.account, bound=self._state is State.BOUND)
        if isinstance(event, ResumeRequested):
            self._state = State.WAITING
        if event is not None:
            self._events.append(event)

    def send_stanza(self, stanza: Element) -> None:
        """Send a stanza; a managed one is kept until it is acknowledged, also behind the end of the stream."""
        self.send(stanza)
        self._managed.sent(stanza)

    def enabled(self, session: ManagedSession) -> None:
        """Tell the client that its session is managed."""
        self._managed.enabled(session)

    def resumed(self, session: ManagedSession, h: int) -> list[Element]:
        """Give the client its session back; gives the stanzas that it was sent again.

        The caller has asked :meth:`fits` before.
        """
        self._state = State.BOUND
        return self._managed.resumed(session, h)

    def fits(self, session: ManagedSession, h: int) -> bool:
        """Tell whether a client that resumes can have handled so much; where it cannot, the stream ends."""
        return self._managed.fits(session, h)

    def resumption_refused(self, h: int | None) -> None:
        """Tell the client that it has to bind a resource instead.

        :param h: how many of its stanzas had been handled, where that is known.
        """
        self._state = State.BINDING
        self.send(failed("item-not-found", h))
