"""A client's stream: STARTTLS, SASL and resource binding, in the order that the rows of the table have."""

import logging
from typing import ClassVar, Final
from xml.etree.ElementTree import Element

from helixmpp.errors import (
    AuthenticationFailed,
    ConnectionFailure,
    HelixError,
    ProtocolError,
    StateError,
    TLSFailure,
)
from helixmpp.stream.config import Registration, StreamConfig
from helixmpp.stream.events import (
    Acknowledged,
    AckRequested,
    Bound,
    NeedRegistration,
    NeedSaltedPassword,
    NonzaReceived,
    StanzaReceived,
    StartTLS,
    StreamEvent,
)
from helixmpp.stream.facts import TLSFacts
from helixmpp.stream.features.bind import BIND
from helixmpp.stream.features.management import MANAGE, RESUME, counter
from helixmpp.stream.features.offered import Features
from helixmpp.stream.features.registration import REGISTER, check_request, is_request
from helixmpp.stream.features.row import (
    AUTHENTICATED,
    BOUND,
    MANAGED,
    RESUMED,
    SECURE,
    TLS,
    Answer,
    FeatureRow,
    Negotiation,
    NextElement,
    Said,
    Then,
)
from helixmpp.stream.features.sasl import SASL
from helixmpp.stream.features.session import ESTABLISH_SESSION
from helixmpp.stream.features.starttls import STARTTLS
from helixmpp.stream.ledger import HandledCountTooHigh
from helixmpp.stream.machine import Machine
from helixmpp.stream.management import Management
from helixmpp.stream.states import Happening, Phase
from helixmpp.xml import NS_CLIENT, NS_SM, StreamOpen, stream_header

__all__ = ["ClientStream"]

log = logging.getLogger("helixmpp.stream")

# How many stanzas may arrive between the binding and the end of the negotiation.
_MAX_SET_ASIDE = 256

_ACK_REQUEST: Final = f"{{{NS_SM}}}r"
_ACK: Final = f"{{{NS_SM}}}a"


class ClientStream(Machine):
    """The stream of a client to its server (RFC 6120). See :class:`Machine` for how to drive it.

    Which features are negotiated stands in ``rows``; a subclass may have others. What is offered and is in no
    row is ignored.
    """

    stream_ns = NS_CLIENT
    rows: ClassVar[tuple[FeatureRow, ...]] = (
        STARTTLS,
        REGISTER,
        SASL,
        RESUME,
        BIND,
        ESTABLISH_SESSION,
        MANAGE,
    )

    def __init__(self, config: StreamConfig) -> None:
        super().__init__(
            config.jid, config.password, config.limits, config.negotiation_limits, config.timeouts
        )
        self.config = config
        self._facts: frozenset[str] = frozenset()
        self._row: FeatureRow | None = None
        self._negotiation: Negotiation | None = None
        self._tried: set[str] = set()
        self._set_aside: list[Element] = []

    # -- what a negotiation sees (Link) --------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Send a serialized element in the course of a negotiation."""
        self._write(text)

    def emit(self, event: StreamEvent) -> None:
        """Tell whoever drives the machine."""
        if isinstance(event, Bound) and self.config.management is not None:
            if self._row is not RESUME:
                # Another session than the one of before, whether or not this server counts its stanzas.
                self.config.management.forget()
            self.config.management.jid = event.jid
        self.events.append(event)

    def set_aside(self, element: Element) -> None:
        """Keep an element until the stream is ready.

        Before a resource is bound nobody can have sent it to us: there is no address (RFC 6120 section 7.1).

        :raises ProtocolError: it may not be sent now; or there are too many.
        """
        if BOUND not in self._facts:
            raise ProtocolError(
                "unsupported-stanza-type", f"something else arrived in the stage {self.stage}"
            )
        if len(self._set_aside) >= _MAX_SET_ASIDE:
            raise ProtocolError("policy-violation", "too many stanzas arrived before the session was ready")
        self._set_aside.append(element)

    # -- the negotiation -----------------------------------------------------------------------------------

    def _connected(self) -> None:
        if self.tls is not None:
            self._facts = frozenset({TLS, SECURE})
        elif not self.config.require_tls:
            self._facts = frozenset({SECURE})

    def _is_authenticated(self) -> bool:
        return AUTHENTICATED in self._facts

    def _restart_is_possible(self) -> bool:
        return any(row.then is Then.RESTART and not row.forbids & self._facts for row in self.rows)

    def _header(self) -> str:
        # Section 4.7.1: "from" only where nobody can listen who is not to know who we are.
        named = self.tls is not None and self.config.jid.local
        return stream_header(
            to=self.config.jid.domain,
            from_=self.config.jid.bare if named else None,
            stream_ns=NS_CLIENT,
            lang=self.config.lang or None,
        )

    def _header_received(self, header: StreamOpen) -> None:
        # Section 4.7.5: no version means 0.9, where there are neither features nor SASL.
        major = header.attrib.get("version", "0.9").partition(".")[0]
        if not (major.isascii() and major.isdigit() and len(major) <= 4 and int(major) >= 1):
            raise ProtocolError("unsupported-version", "the server does not speak XMPP 1.0")
        # Section 4.8.2. Without a default namespace each stanza names its own (4.8.5).
        if header.nsmap.get("", NS_CLIENT) != NS_CLIENT:
            raise ProtocolError("invalid-namespace", "this is not a stream for clients")
        if header.attrib.get("from", self.config.jid.domain) != self.config.jid.domain:
            # Section 4.7.1: it proves nothing. Who the server is, its certificate says.
            log.info("the server of %s calls itself by another name", self.config.jid.domain)
        self._enter(Phase.FEATURES, "features")

    def _features_received(self, element: Element) -> None:
        self.features = Features(element)
        self._next_row()

    def _next_row(self) -> None:
        """Begin the first feature that is offered, possible and wanted; without one all is negotiated."""
        for row in sorted(self.rows, key=lambda row: row.order):
            offer = self.features.get(row.tag)
            if offer is None and row.unoffered(self):
                offer = Element(row.tag)
            if (
                offer is not None
                and row.name not in self._tried
                and row.needs <= self._facts
                and not row.forbids & self._facts
                and row.wanted(self, offer)
            ):
                self._tried.add(row.name)
                self._row = row
                self._negotiation = row.negotiate(self, offer)
                self._resume(None)
                return
        self._finish()

    def _answered(self, element: Element) -> None:
        self._resume(element)

    def _answer(self, answer: TLSFacts | bytes | Said) -> None:
        try:
            self._resume(answer)
        except HelixError as error:
            self._fail(error)

    def _resume(self, answer: Answer | None) -> None:
        """Give the negotiation what it waits for, and see what it waits for next."""
        row, negotiation = self._row, self._negotiation
        assert row is not None  # noqa: S101 - the table has answers only where a row asked
        assert negotiation is not None  # noqa: S101 - as above
        try:
            ask = next(negotiation) if answer is None else negotiation.send(answer)
        except StopIteration as done:
            self._facts |= done.value
            self._negotiation = None
            # A feature that turned out not to be had changes nothing, and starts nothing anew.
            self._negotiated(row.then if done.value else Then.CONTINUE)
            return
        match ask:
            case NextElement():
                self._enter(Phase.ANSWER, row.name)
            case StartTLS():
                self._enter(Phase.HANDSHAKE, "tls")
                if not self._unread:
                    self.events.append(ask)
                # Otherwise the rest of what was read is clear text, and the table has no place for it.
            case NeedSaltedPassword():
                # The peer is not waited for, so no time is counted.
                self._enter(Phase.KEY, row.name, timed=False)
                self._request = ask
                self.events.append(ask)
            case NeedRegistration():
                # A person may have to fill in a form; the peer has been asked nothing.
                self._enter(Phase.PROGRAM, row.name, timed=False)
                self.events.append(ask)

    def _negotiated(self, then: Then) -> None:
        match then:
            case Then.CONTINUE:
                self._next_row()
            case Then.RESTART:
                self._tried.clear()
                self._open()
            case Then.FEATURES:
                self._tried.clear()
                self.features = Features()
                self._enter(Phase.FEATURES, "features")

    def _finish(self) -> None:
        """Nothing is left to negotiate: that is all that is needed, or the server does not offer it."""
        if SECURE not in self._facts:
            raise TLSFailure(
                "the server offers no TLS, so nothing was sent to it; somebody may have cut the offer out",
                stage="features",
            )
        if AUTHENTICATED not in self._facts:
            raise AuthenticationFailed(
                "the server offers no authentication by SASL", condition="invalid-mechanism"
            )
        if self.config.bind and BOUND not in self._facts:
            raise ConnectionFailure("the server does not offer to bind a resource", stage="bind")
        self.resumed = RESUMED in self._facts
        self._ready()
        aside, self._set_aside = self._set_aside, []
        for element in aside:
            self._take(element)
        # What stood aside arrived before <enabled/>, where counting begins (XEP-0198 section 4).
        self.managed = MANAGED in self._facts

    # -- registration (XEP-0077) -----------------------------------------------------------------------------

    def _is_trusted(self) -> bool:
        # The certificate says who the server is, and a form for people may have pictures in it.
        registers = self.config.registration is not Registration.NEVER
        return (registers and self.tls is not None) or super()._is_trusted()

    def may_register(self, request: Element) -> bool:
        """Whether a stanza is one that :meth:`register` takes."""
        return is_request(request, self.config.jid)

    def register(self, request: Element) -> None:
        """Send a request for an account: an answer to ``NeedRegistration``, which comes again with the server's.

        :param request: an iq of type get or set to the server, with an id, and a ``<query/>`` of
            ``jabber:iq:register`` as all that is in it. Nothing else is sent before authentication.
        :raises StateError: nobody asked for it, or the request before has not been answered yet.
        :raises ValueError: it is another stanza, or has something that XML 1.0 forbids.
        """
        check_request(request, self.config.jid)
        self._program_says(Said(request))

    def registration_done(self) -> None:
        """Go on to the authentication: the other answer to ``NeedRegistration``.

        :raises StateError: nobody asked for it, or a request has not been answered yet.
        """
        self._program_says(Said(None))

    def _program_says(self, said: Said) -> None:
        self._happens(Happening.REGISTER)
        if self._phase is Phase.PROGRAM:
            self._answer(said)

    # -- stream management (XEP-0198) ------------------------------------------------------------------------

    def _stanza_received(self, element: Element) -> None:
        if self.managed and self._phase is Phase.CLOSING:
            # Our last <a/> does not have it, and so the server keeps it for the next session.
            return
        self.events.append(StanzaReceived(element, self.managed))

    def _nonza_received(self, element: Element) -> None:
        management = self.config.management
        if management is None or not self.managed:
            self.events.append(NonzaReceived(element))
        elif element.tag == _ACK_REQUEST:
            self.events.append(AckRequested())
        elif element.tag == _ACK:
            h = counter(element.get("h"))
            if h is None:
                log.warning("the server sent an acknowledgement without a valid h; it is ignored")
                return
            try:
                acknowledged = management.ledger.acknowledge(h)
            except HandledCountTooHigh:
                # Nobody can say any more who has what.
                management.forget()
                raise
            self.events.append(Acknowledged(acknowledged))
        else:
            self.events.append(NonzaReceived(element))

    def acknowledge(self, handled: int) -> None:
        """Tell the server how many of its stanzas are handled; StateError when they are not counted."""
        self._need_management()
        self.send(f"<a xmlns='{NS_SM}' h='{handled}'/>")

    def stanza_handled(self) -> None:
        """Count a stanza that was received with ``counted``, once it is handled."""
        self._need_management().count_handled()

    def request_ack(self) -> None:
        """Ask the server how many of our stanzas it has handled; StateError when they are not counted."""
        self._need_management()
        self.send(f"<r xmlns='{NS_SM}'/>")

    def _need_management(self) -> Management:
        if self.config.management is None or not self.managed:
            raise StateError("stream management is not on")
        return self.config.management

    def close(self) -> None:
        """End the stream with its footer, and wait for the peer's (RFC 6120 section 4.4)."""
        if self.managed and self._phase is Phase.READY:
            # XEP-0198 section 4: otherwise it may send again what we have.
            self.acknowledge(self._need_management().handled)
        super().close()

    def _end(self) -> None:
        # The conversation has the password in its frames.
        self._negotiation = None
        super()._end()
