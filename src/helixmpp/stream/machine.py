"""What a client's and a component's stream have in common: bytes in, bytes out, events, phases, the end.

Nothing here reads a socket, a clock or a file. Whoever has those calls in and takes out::

    stream.receive_data(data)
    while (event := stream.next_event()) is not None: ...
    transport.write(stream.data_to_send())

Two kinds of error are kept apart. A call that the phase does not allow raises ``StateError`` at the caller.
What the peer does wrong never raises: it becomes one ``Failed`` and then ``Closed``, and nothing after that.
"""

import logging
from abc import ABC, abstractmethod
from collections import deque
from typing import ClassVar
from xml.etree.ElementTree import Element

from helixmpp.errors import (
    ConnectionFailure,
    HelixError,
    ProtocolError,
    StageTimeout,
    StateError,
    StreamFailure,
    TLSFailure,
)
from helixmpp.jid import JID
from helixmpp.stream.config import StageTimeouts
from helixmpp.stream.errors import STREAM_ERROR, condition_and_text, other_host, stream_error
from helixmpp.stream.events import (
    Closed,
    Failed,
    NeedSaltedPassword,
    NonzaReceived,
    Ready,
    Redirected,
    StageChanged,
    StanzaReceived,
    StreamErrorReceived,
    StreamEvent,
)
from helixmpp.stream.facts import TLSFacts
from helixmpp.stream.features.offered import Features, ServerLimits
from helixmpp.stream.features.row import Said
from helixmpp.stream.states import OURS, TABLE, Happening, Phase
from helixmpp.xml import NS_STREAM, STREAM_FOOTER, Limits, StreamClose, StreamOpen, StreamParser, XMLEvent

__all__ = ["Machine"]

log = logging.getLogger("helixmpp.stream")

FEATURES = f"{{{NS_STREAM}}}features"
_READY = Phase.READY
_STANZAS = ("message", "presence", "iq")


class Machine(ABC):
    """One stream, from the connection to its end. For one connection only; make another for the next."""

    stream_ns: ClassVar[str]

    def __init__(
        self,
        jid: JID,
        secret: str | None,
        limits: Limits,
        negotiation_limits: Limits,
        timeouts: StageTimeouts,
    ) -> None:
        self.features = Features()
        self.tls: TLSFacts | None = None
        #: Whether stanzas are counted and acknowledged (XEP-0198), and whether an earlier session goes on.
        self.managed = False
        self.resumed = False
        self._jid = jid
        self._secret = secret
        self._limits = limits
        self._negotiation_limits = negotiation_limits
        self._timeouts = timeouts
        self._stanza_tags = frozenset(f"{{{self.stream_ns}}}{name}" for name in _STANZAS)
        self._owed: set[str] = set()
        self._owed_from = frozenset({None, "", jid.bare, jid.domain})
        self._out: list[bytes] = []
        #: What :meth:`next_event` takes from; who takes very many may do so without it.
        self.events: deque[StreamEvent] = deque()
        self._parser = StreamParser(negotiation_limits)
        self._phase = Phase.NEW
        self._cause: Happening | None = None
        self._stage: tuple[str, float | None] = ("new", None)
        self._unread = 0
        self._fresh = True
        self._may_restart = False
        self._request: NeedSaltedPassword | None = None
        self._was_ready = False
        self._header_sent = False
        self._footer_sent = False
        self._footer_seen = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._jid} {self.stage}>"

    # -- what the driver calls -------------------------------------------------------------------------------

    @property
    def stage(self) -> str:
        """Where the stream is: ``header``, ``features``, ``starttls``, ``tls``, ``sasl``, ``bind`` …"""
        return self._stage[0]

    @property
    def limits_of_server(self) -> ServerLimits:
        """What the server bears of us (XEP-0478), as it said last."""
        return self.features.limits

    def connection_made(self, tls: TLSFacts | None) -> None:
        """There is a connection: open the stream.

        :param tls: the established TLS; None for clear text, with STARTTLS to come.
        :raises StateError: there was a connection before.
        """
        self._happens(Happening.CONNECT)
        self.tls = tls
        self._connected()
        self._open()

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer; what they come to is told by :meth:`next_event`.

        :raises StateError: before there was a connection.
        """
        if self._phase is Phase.NEW:
            raise StateError("data before connection_made()")
        try:
            if self._phase is _READY:
                self._receive_when_ready(data)
                return
            position = 0
            while position < len(data) and self._phase is not Phase.CLOSED:
                end = self._element_may_end(data, position) if self._may_restart else len(data)
                self._happens(Happening.BYTES)
                self._unread = len(data) - end
                for event in self._parser.feed(self._trimmed(data[position:end])):
                    self._take(event)
                position = end
        except HelixError as error:
            self._fail(error)

    def _receive_when_ready(self, data: bytes) -> None:
        """The same, without what only a negotiation needs: every stanza of a session passes here."""
        stanza_tags = self._stanza_tags
        events = self.events
        for event in self._parser.feed(data):
            if isinstance(event, Element) and event.tag in stanza_tags and self._phase is _READY:
                events.append(StanzaReceived(event, self.managed))
            else:
                self._take(event)

    def tls_started(self, facts: TLSFacts) -> None:
        """TLS is established and its certificate verified: the answer to ``StartTLS``.

        :raises StateError: nobody asked for it.
        """
        self._happens(Happening.TLS_STARTED)
        if self._phase is Phase.HANDSHAKE:
            self.tls = facts
            self._answer(facts)

    def salted_password(self, request: NeedSaltedPassword, value: bytes) -> None:
        """The key is derived: the answer to ``NeedSaltedPassword``.

        :raises StateError: nobody asked for it.
        """
        self._happens(Happening.KEY_DERIVED)
        if self._phase is Phase.KEY:
            if request is not self._request:
                raise StateError("this key was not asked for")
            self._request = None
            self._answer(value)

    def receive_eof(self) -> None:
        """The peer will send no more."""
        self._happens(Happening.EOF)
        if self._phase is not Phase.CLOSED:
            if not self._was_ready and self._phase is not Phase.CLOSING:
                self.events.append(
                    Failed(ConnectionFailure("the server ended the connection", stage=self.stage))
                )
            self._end()

    def data_to_send(self) -> bytes:
        """Take what is to be written now; ``b""`` for nothing."""
        out, self._out = self._out, []
        return b"".join(out)

    def next_event(self) -> StreamEvent | None:
        """Take the next event; None when there is none for now."""
        return self.events.popleft() if self.events else None

    def stage_timed_out(self, stage: str) -> None:
        """The time that ``StageChanged`` gave for this stage is over. Ignored when the stage is over, too."""
        if stage != self.stage:
            return
        self._happens(Happening.TIMEOUT)
        if self._phase is Phase.CLOSED:
            return
        if self._phase is Phase.CLOSING:
            self._end()
        else:
            self._fail(StageTimeout("the server did not answer in time", stage=stage))

    def send(self, text: str) -> None:
        """Send serialized elements.

        :raises StateError: the stream is not ready.
        :raises ValueError: the text has lone surrogates.
        """
        # All that is sent passes here: the table is asked only where it says no.
        if self._phase is not _READY:
            self._happens(Happening.SEND)
        self._out.append(text.encode())

    def close(self) -> None:
        """End the stream with its footer, and wait for the peer's (RFC 6120 section 4.4)."""
        self._happens(Happening.CLOSE)
        if self._phase in {Phase.CLOSING, Phase.CLOSED}:
            return
        if self._phase in {Phase.NEW, Phase.HANDSHAKE}:
            self._end()
        else:
            self._write_footer()
            self._enter(Phase.CLOSING, "closing")

    def stanza_handled(self) -> None:
        """Count a stanza that was received with ``counted``, once it is handled (XEP-0198 section 4)."""
        raise StateError("stream management is not on")

    def acknowledge(self, handled: int) -> None:
        """Tell the peer how many of its stanzas are handled."""
        raise StateError("stream management is not on")

    def request_ack(self) -> None:
        """Ask the peer how many of our stanzas it has handled."""
        raise StateError("stream management is not on")

    def expect_owed(self, id_: str) -> None:
        """The server owes us the answer to the iq of this id; it may have ``Limits.max_owed_size`` bytes."""
        self._owed.add(id_)

    def owed_done(self, id_: str) -> None:
        """That answer is not awaited any more."""
        self._owed.discard(id_)

    # -- what clients and components do each in their way --------------------------------------------------

    @abstractmethod
    def _connected(self) -> None:
        """There is a connection."""

    @abstractmethod
    def _header(self) -> str:
        """Our stream header."""

    @abstractmethod
    def _header_received(self, header: StreamOpen) -> None:
        """The peer's stream header."""

    @abstractmethod
    def _features_received(self, element: Element) -> None:
        """The peer's features."""

    @abstractmethod
    def _answered(self, element: Element) -> None:
        """An element, while one is awaited."""

    @abstractmethod
    def _is_authenticated(self) -> bool:
        """Whether the peer has shown who it is."""

    def _is_trusted(self) -> bool:
        """Whether what the peer says may be as large as in a session."""
        return self._is_authenticated()

    def _restart_is_possible(self) -> bool:
        """Whether the stream may start anew before it is ready."""
        return False

    def _answer(self, answer: TLSFacts | bytes | Said) -> None:
        """The answer to what a negotiation asked of us."""
        raise StateError("there is no negotiation that would ask for anything")

    def _stanza_received(self, element: Element) -> None:
        """A stanza on a stream that is ready."""
        self.events.append(StanzaReceived(element))

    def _nonza_received(self, element: Element) -> None:
        """Another element on a stream that is ready."""
        self.events.append(NonzaReceived(element))

    def _failure_of(self, condition: str, text: str) -> HelixError:
        """The error for a stream error of the peer."""
        return StreamFailure(condition, text, stage=self.stage)

    # -- phases --------------------------------------------------------------------------------------------

    def _happens(self, happening: Happening) -> None:
        """Look it up in the table; what is not there is an error of whoever did it."""
        if happening in TABLE[self._phase]:
            self._cause = happening
            return
        if happening in OURS:
            raise StateError(f"out of place in the stage {self.stage}: {happening.value}")
        if self._phase is Phase.HANDSHAKE:
            raise TLSFailure(
                "clear text arrived after the server had agreed to TLS: somebody may be in between",
                stage="tls",
            )
        if happening is Happening.STANZA and not self._is_authenticated():
            raise ProtocolError("not-authorized", f"a stanza arrived in the stage {self.stage}")
        raise ProtocolError("unsupported-stanza-type", f"{happening.value} arrived in the stage {self.stage}")

    def _enter(self, phase: Phase, stage: str, *, timed: bool = True) -> None:
        """Go to another phase, and tell it where the stage or its deadline is another."""
        if self._cause is None or (
            phase is not Phase.CLOSED and phase not in TABLE[self._phase][self._cause]
        ):
            # TABLE and the code disagree; no peer can bring this about.
            raise RuntimeError(f"no way from {self._phase} to {phase} by {self._cause}")
        self._phase = phase
        changed = (stage, self._timeouts.of(stage) if timed else None)
        if changed != self._stage:
            self._stage = changed
            log.debug("%s: stage %s", self._jid.domain, stage)
            self.events.append(StageChanged(*changed))

    def _open(self) -> None:
        """Begin the stream, or begin it anew: what the peer said is forgotten (RFC 6120 section 4.3.3)."""
        self.features = Features()
        self._parser = StreamParser(
            self._limits if self._is_trusted() else self._negotiation_limits, is_owed=self._is_owed
        )
        self._fresh = True
        self._may_restart = self._restart_is_possible()
        self._write(self._header())
        self._header_sent = True
        self._enter(Phase.HEADER, "header")

    def _ready(self) -> None:
        """Stanzas can be exchanged from now on."""
        self._was_ready = True
        self._enter(Phase.READY, "ready", timed=False)
        self.events.append(Ready(self.features))

    # -- what the peer says --------------------------------------------------------------------------------

    def _take(self, event: XMLEvent) -> None:
        if isinstance(event, Element):
            self._take_element(event, event.tag)
        elif self._phase is Phase.CLOSED:
            pass
        elif isinstance(event, StreamOpen):
            self._happens(Happening.HEADER)
            if self._phase is not Phase.CLOSING:
                self._header_received(event)
        elif isinstance(event, StreamClose):
            self._footer_received()
        else:
            raise event

    def _take_element(self, element: Element, tag: str) -> None:
        if self._phase is Phase.CLOSED:
            return
        if tag == STREAM_ERROR:
            self._stream_error_received(element)
            return
        is_stanza = tag in self._stanza_tags
        if tag == FEATURES:
            self._happens(Happening.FEATURE_LIST)
        else:
            self._happens(Happening.STANZA if is_stanza else Happening.NONZA)
        if self._phase is Phase.FEATURES:
            self._features_received(element)
        elif self._phase is Phase.ANSWER:
            self._answered(element)
        elif self._was_ready:
            (self._stanza_received if is_stanza else self._nonza_received)(element)

    def _element_may_end(self, data: bytes, position: int) -> int:
        """Behind the next byte at which an element can end; at most the length of the data.

        While the stream may start anew behind any element, no byte behind it may get into the parser. An element
        ends at a ">", and between it and the ">" before it there is a "/", be it of an end tag or of an empty
        element. Where the data begin, it may have come before them.
        """
        if position:
            position = data.find(b"/", position)
            if position < 0:
                return len(data)
        return data.find(b">", position) + 1 or len(data)

    def _trimmed(self, data: bytes) -> bytes:
        """The bytes without the white space at the very beginning of a stream, where XML has none.

        A server may send it behind ``<success/>``, to which it belongs (RFC 6120 section 6.3.5); the parser that
        would have taken it is gone.
        """
        if self._fresh:
            data = data.lstrip(b" \t\r\n")
            self._fresh = not data
        return data

    def _stream_error_received(self, element: Element) -> None:
        self._happens(Happening.STREAM_ERROR)
        condition, text = condition_and_text(element, self._secret)
        self.events.append(StreamErrorReceived(condition, text, element))
        failure = self._failure_of(condition, text)
        if condition == "see-other-host":
            host = other_host(element)
            if self.tls is None:
                # Section 4.9.3.19: whoever is on the path could send us anywhere.
                failure = StreamFailure(
                    condition, "a redirection without TLS is not followed", stage=self.stage
                )
            elif host is None:
                failure = StreamFailure(condition, "the redirection names no host", stage=self.stage)
            else:
                self.events.append(Redirected(*host))
        raise failure

    def _footer_received(self) -> None:
        self._happens(Happening.FOOTER)
        self._footer_seen = True
        if not self._was_ready and self._phase is not Phase.CLOSING:
            self.events.append(Failed(ConnectionFailure("the server ended the stream", stage=self.stage)))
        self._write_footer()
        self._end()

    # -- the end -------------------------------------------------------------------------------------------

    def _fail(self, error: HelixError) -> None:
        """End the stream because of an error; if it was the peer's, a stream error tells it so (4.9.1.1)."""
        if self._phase is not Phase.HANDSHAKE:
            if isinstance(error, ProtocolError) and not self._footer_sent:
                self._write(stream_error(error))
            self._write_footer()
        log.debug("%s: failed in the stage %s", self._jid.domain, self.stage)
        if self._phase is not Phase.CLOSING:
            # The frames of a traceback hold what was worked with, the password too: an error is kept and shown.
            error.__context__ = None
            self.events.append(Failed(error.with_traceback(None)))
        self._end()

    def _end(self) -> None:
        self._phase = Phase.CLOSED
        self._stage = ("closed", None)
        self._owed.clear()
        self._request = None
        self.events.append(Closed(clean=self._footer_sent and self._footer_seen))

    def _write(self, text: str) -> None:
        self._out.append(text.encode())

    def _write_footer(self) -> None:
        if self._header_sent and not self._footer_sent:
            self._footer_sent = True
            self._write(STREAM_FOOTER)

    def _is_owed(self, tag: str, attrib: dict[str, str]) -> bool:
        """Whether a stanza above the limits is an answer that the own server owes us."""
        return (
            tag == f"{{{self.stream_ns}}}iq"
            and attrib.get("type") in {"result", "error"}
            and attrib.get("id") in self._owed
            and attrib.get("from") in self._owed_from
        )
