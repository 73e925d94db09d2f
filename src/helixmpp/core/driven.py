"""A stream that somebody else drives: ``connection_made(transport)``, then ``data_received(text)`` for what arrives.

Programs in slixmpp's style test themselves so: a transport that is a list, a stream header, and stanzas as if the
negotiation were over. Nothing here connects, negotiates or waits; what is sent is written at once, each stanza by
a call of its own.
"""

from typing import Protocol
from xml.etree.ElementTree import Element

from helixmpp.errors import ProtocolError
from helixmpp.jid import JID
from helixmpp.xml import NS_COMPONENT, NS_STREAM, Limits, StreamClose, StreamOpen, StreamParser

__all__ = ["DrivenOwner", "DrivenStream", "DrivenTransport"]

_HANDSHAKE = f"{{{NS_COMPONENT}}}handshake"
_SUBSCRIPTIONS = frozenset({"subscribe", "subscribed", "unsubscribe", "unsubscribed"})
_STREAM_ERROR = f"{{{NS_STREAM}}}error"


class DrivenTransport(Protocol):
    """Where a driven stream writes to; ``asyncio.WriteTransport`` has these, too."""

    def write(self, data: bytes, /) -> object:
        """Take what is sent."""
        ...

    def close(self) -> object:
        """Learn that nothing more is sent."""
        ...


class DrivenOwner(Protocol):
    """Who is told what arrives."""

    @property
    def stream_header(self) -> str:
        """The header that stands in front of stanzas when no other was received."""
        ...

    @property
    def boundjid(self) -> JID:
        """Our address."""
        ...

    @property
    def is_component(self) -> bool:
        """Whether the address is a component's."""
        ...

    def new_id(self) -> str:
        """A new id for a stanza."""
        ...

    def stanza_received(self, element: Element) -> None:
        """A stanza."""
        ...

    def driven_asked(self, id_: str) -> str:
        """Whom the request of ours with that id asks, or ``""``."""
        ...

    def driven_header(self, attributes: dict[str, str]) -> None:
        """The header of the stream, with its attributes."""
        ...

    def driven_handshake(self) -> None:
        """The server of a component believes it (XEP-0114 section 3)."""
        ...

    def driven_error(self, element: Element) -> None:
        """A stream error."""
        ...

    def driven_end(self, error: ProtocolError | None) -> None:
        """The stream has ended, or cannot go on."""
        ...


class DrivenStream:
    """Reads what it is given, and writes to a transport."""

    def __init__(self, owner: DrivenOwner, transport: DrivenTransport, limits: Limits) -> None:
        self.transport = transport
        self._owner = owner
        self._limits = limits
        self._parser: StreamParser | None = None
        # How many requests came without an id, and what they were given for one until they are answered.
        self._count = 0
        self._nameless: set[str] = set()

    def write(self, text: str) -> None:
        """Send text."""
        self.transport.write(text.encode())

    def was_nameless(self, id_: str) -> bool:
        """Whether a request came without an id, and was given this one; said once."""
        found = id_ in self._nameless
        self._nameless.discard(id_)
        return found

    def feed(self, data: str | bytes) -> None:
        """Dispatch what arrived; a header begins the stream anew."""
        raw = data.encode() if isinstance(data, str) else data
        starts = raw.lstrip().startswith((b"<?xml", b"<stream:stream"))
        if starts or self._parser is None:
            self._parser = StreamParser(self._limits)
            raw = raw.lstrip()  # an XML declaration stands at the very beginning or nowhere
            if not starts:
                self._parser.feed(self._owner.stream_header.encode())
        for event in self._parser.feed(raw):
            match event:
                case StreamOpen(attrib=attributes):
                    self._owner.driven_header(attributes)
                case StreamClose():
                    self._owner.driven_end(None)
                case ProtocolError():
                    self._owner.driven_end(event)
                case Element(tag=tag) if tag == _HANDSHAKE:
                    self._owner.driven_handshake()
                case Element(tag=tag) if tag == _STREAM_ERROR:
                    self._owner.driven_error(event)
                case _:
                    if event.tag.endswith("}iq"):
                        self._complete(event)
                    elif event.tag.endswith("}presence") and event.get("type", "") in _SUBSCRIPTIONS:
                        # Without a sender it would be our own account, which is never asked: somebody it has to be.
                        event.attrib.setdefault("from", self._owner.boundjid.domain)
                    self._owner.stanza_received(event)

    def _complete(self, iq: Element) -> None:
        """Add what a server would have put in: tests leave out what they do not care for."""
        id_ = iq.get("id", "")
        if not id_:
            # Over a network it would be dropped (RFC 6120 section 8.2.3); it is found in the answer.
            self._count += 1
            given = f"without-id-{self._count}"
            iq.set("id", given)
            self._nameless.add(given)
        elif iq.get("type") in ("result", "error") and iq.get("from", "") in self._nobody():
            # Over a network it would be the answer of our own account (RFC 6120 section 8.1.2.1).
            asked = self._owner.driven_asked(id_)
            if asked:
                iq.set("from", asked)

    def _nobody(self) -> tuple[str, ...]:
        """What says nothing about who answers; the server would not let anybody answer as a component itself."""
        return ("", self._owner.boundjid.full) if self._owner.is_component else ("",)
