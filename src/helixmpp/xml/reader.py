"""One element from a text that is at hand as a whole."""

from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import ProtocolError
from helixmpp.xml.events import StreamClose, StreamOpen
from helixmpp.xml.header import Header
from helixmpp.xml.limits import DEFAULT_LIMITS, Limits
from helixmpp.xml.names import NS_CLIENT, NS_STREAM
from helixmpp.xml.parser import StreamParser
from helixmpp.xml.text import escape_attribute

__all__ = ["parse_one"]

_OPENED: Final = StreamOpen(f"{{{NS_STREAM}}}stream", {}, {})
_HEADER: Final = f'<root:stream xmlns:root="{NS_STREAM}" xmlns:stream="{NS_STREAM}" xmlns="{{}}">'


def parse_one(text: str | bytes, *, limits: Limits = DEFAULT_LIMITS, stream_ns: str = NS_CLIENT) -> Element:
    """Read one element, as it would stand in a stream, from a trusted place; the same limits hold.

    It is the inverse of :func:`serialize`: the default namespace is ``stream_ns`` and the prefix ``stream`` is
    declared. White space around the element is ignored.

    :param stream_ns: the default namespace; ``""`` for none.
    :raises ProtocolError: what a stream would be closed for, or not exactly one element.
    :raises ValueError: ``stream_ns`` has a character that XML forbids.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
    except UnicodeEncodeError:
        raise ProtocolError("not-well-formed", "there is a lone surrogate in the text") from None
    parser = StreamParser(limits)
    parser.enter(Header(_OPENED, _HEADER.format(escape_attribute(stream_ns)).encode(), False))
    events = parser.feed(data)
    closed = any(isinstance(event, StreamClose) for event in events)
    events += parser.feed(b"</root:stream>")
    found: list[Element] = []
    for event in events:
        if isinstance(event, ProtocolError):
            raise event
        if isinstance(event, Element):
            found.append(event)
    if closed:
        raise ProtocolError("not-well-formed", "there is an end tag too many")
    if len(found) != 1:
        raise ProtocolError("bad-format", f"one element is expected, there are {len(found)}")
    return found[0]
