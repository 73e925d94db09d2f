"""What a stream's bytes turn into."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from helixmpp.errors import ProtocolError

__all__ = ["StreamClose", "StreamOpen", "XMLEvent"]


@dataclass(frozen=True, slots=True)
class StreamOpen:
    """The peer's stream header (RFC 6120 section 4.7): ``stream`` in the namespace of streams.

    :param tag: its name in Clark notation.
    :param attrib: its attributes; names in Clark notation.
    :param nsmap: the namespaces that it declares by prefix; ``""`` is the default namespace.
    """

    tag: str
    attrib: dict[str, str]
    nsmap: dict[str, str]


@dataclass(frozen=True, slots=True)
class StreamClose:
    """The peer's end tag of the stream; nothing comes after it."""


XMLEvent = StreamOpen | Element | StreamClose | ProtocolError
"""A header, a complete top-level element (without a tail), the end tag, or the error that ends it all."""
