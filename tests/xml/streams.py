"""Streams for the tests of the parser: bytes in, a readable list of events out."""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from helixmpp.errors import ProtocolError
from helixmpp.xml import Limits, StreamClose, StreamOpen, StreamParser, XMLEvent, serialize

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams' from='example.org' id='1' version='1.0'>"
)
SHORT_HEADER = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
FOOTER = b"</stream:stream>"
SECRET = b"SECRET"  # stands in hostile input where it might be repeated

Owed = Callable[[str, dict[str, str]], bool]


def describe(event: XMLEvent) -> str:
    """One line for an event, in which everything that matters shows."""
    match event:
        case StreamOpen():
            return f"open {event.tag} {sorted(event.attrib.items())} {sorted(event.nsmap.items())}"
        case StreamClose():
            return "close"
        case ProtocolError():
            return f"error {event.condition}: {event.text}"
        case Element():
            assert event.tail is None
            return f"element {serialize(event, stream_ns='')}"


def read(parts: Iterable[bytes], limits: Limits | None = None, is_owed: Owed | None = None) -> list[str]:
    """Feed the parts; return all events."""
    parser = StreamParser(limits or Limits(), is_owed=is_owed)
    return [describe(event) for part in parts for event in parser.feed(part)]


def bytewise(data: bytes) -> list[bytes]:
    """Cut it into single bytes."""
    return [data[at : at + 1] for at in range(len(data))]


def condition_of(events: list[str]) -> str:
    """The condition of the last event, which is an error."""
    word, _, rest = events[-1].partition(" ")
    assert word == "error", events
    return rest.partition(":")[0]
