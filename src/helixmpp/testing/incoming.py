"""A stream that somebody else opened: what streams of clients and of components have in common; no I/O."""

import secrets
from collections import deque
from dataclasses import dataclass
from typing import ClassVar
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import ProtocolError
from helixmpp.jid import JID
from helixmpp.xml import (
    NS_STREAM,
    NS_STREAM_ERRORS,
    STREAM_FOOTER,
    Limits,
    StreamClose,
    StreamOpen,
    StreamParser,
    XMLEvent,
    escape_attribute,
    serialize,
)

__all__ = [
    "BindRequested",
    "ComponentProved",
    "EnableRequested",
    "Ended",
    "IncomingStream",
    "ResumeRequested",
    "StanzaReceived",
    "StartTLS",
    "StreamEvent",
]


@dataclass(frozen=True, slots=True)
class StartTLS:
    """TLS begins once what is to be sent is sent; answered by ``tls_started``."""


@dataclass(frozen=True, slots=True)
class BindRequested:
    """A client wants a resource, by its name or any; answered by ``bind_accepted`` or ``bind_refused``."""

    account: JID
    resource: str


@dataclass(frozen=True, slots=True)
class EnableRequested:
    """A client wants stream management (XEP-0198); answered by ``enabled``."""

    resume: bool
    longest: int | None  # seconds of hibernation that it prefers


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """A client wants its session back; answered by ``resumed`` or ``resumption_refused``."""

    account: JID
    previd: str
    h: int


@dataclass(frozen=True, slots=True)
class ComponentProved:
    """A component knows its secret; answered by ``accepted`` or ``end``."""

    domain: str


@dataclass(frozen=True, slots=True)
class StanzaReceived:
    """A top-level element after the negotiation, in the namespace ``jabber:client``."""

    element: Element


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more is read; the connection is to be closed when the rest is sent."""


StreamEvent = (
    StartTLS | BindRequested | EnableRequested | ResumeRequested | ComponentProved | StanzaReceived | Ended
)


class IncomingStream:
    """The server's end of one stream: bytes in, events out (RFC 6120 section 4)."""

    content_ns: ClassVar[str]

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parser = StreamParser(limits)
        self._output = bytearray()
        self._incoming: deque[XMLEvent] = deque()
        self._events: deque[StreamEvent] = deque()
        self._header_sent = False
        self.id = ""
        self.ended = False

    # -- in ----------------------------------------------------------------------------------------------

    def receive_data(self, data: bytes) -> None:
        """Take bytes of the peer; what comes after the end is dropped."""
        if not self.ended:
            self._incoming.extend(self._parser.feed(data))

    def receive_eof(self) -> None:
        """Take note that the peer sends no more."""
        self.close()

    def next_event(self) -> StreamEvent | None:
        """Give what is to be acted on next, or None.

        What was received is looked at here and not before, so that each element meets the state that the
        answer to the event before it has made.
        """
        while not self._events and self._incoming:
            self._look_at(self._incoming.popleft())
        return self._events.popleft() if self._events else None

    def _look_at(self, event: XMLEvent) -> None:
        match event:
            case StreamOpen():
                self._opened(event)
            case StreamClose():
                self.close()
            case ProtocolError():
                self.end(event.condition, event.text)
            case _:
                self._received(event)

    def _opened(self, header: StreamOpen) -> None:
        raise NotImplementedError

    def _received(self, element: Element) -> None:
        raise NotImplementedError

    # -- out ---------------------------------------------------------------------------------------------

    def data_to_send(self) -> bytes:
        """Take the bytes that are to be written now."""
        data = bytes(self._output)
        self._output.clear()
        return data

    def send(self, element: Element) -> None:
        """Send an element; nothing happens after the end."""
        if not self.ended:
            self._output += serialize(element, stream_ns=self.content_ns).encode()

    def send_stanza(self, stanza: Element) -> None:
        """Send a stanza; nothing happens after the end."""
        self.send(stanza)

    def close(self) -> None:
        """End the stream in peace."""
        self._finish(b"")

    def end(self, condition: str, text: str = "", *, detail: Element | None = None) -> None:
        """End the stream with a stream error (RFC 6120 section 4.9).

        :param detail: an application-specific condition (section 4.9.4).
        """
        error = Element(f"{{{NS_STREAM}}}error")
        SubElement(error, f"{{{NS_STREAM_ERRORS}}}{condition}")
        if text:
            SubElement(error, f"{{{NS_STREAM_ERRORS}}}text").text = text
        if detail is not None:
            error.append(detail)
        self._finish(serialize(error, stream_ns=self.content_ns).encode())

    def _finish(self, last: bytes) -> None:
        if self.ended:
            return
        if last and not self._header_sent:
            self._send_header("", "")  # an error is said within a stream (section 4.9.1.2)
        self._output += last
        if self._header_sent:
            self._output += STREAM_FOOTER.encode()
        self.ended = True
        self._incoming.clear()
        self._events.append(Ended())

    def _send_header(self, from_: str, to: str, *, version: str = "1.0") -> None:
        self.id = secrets.token_hex(8)
        values = {"id": self.id, "from": from_, "to": to, "version": version}
        attributes = "".join(
            f' {name}="{escape_attribute(value)}"' for name, value in values.items() if value
        )
        self._output += (
            f'<?xml version="1.0"?><stream:stream xmlns="{self.content_ns}" xmlns:stream="{NS_STREAM}"'
            f"{attributes}>"
        ).encode()
        self._header_sent = True

    def _restart(self) -> bool:
        """Forget the stream, for the peer opens another (section 4.3.3); False when it did not wait for that.

        What it sent behind the last element of the old stream may be somebody else's text, put in before TLS
        (section 5.4.3.3): it is never looked at, and ends the stream.
        """
        if self._incoming:
            self.end("policy-violation", "data behind the end of the old stream")
            return False
        self._parser = StreamParser(self._limits)
        self._header_sent = False
        return True
