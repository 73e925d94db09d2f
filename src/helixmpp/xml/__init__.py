"""Bytes to elements and back: the incremental parser with its limits, the serializer, names.

The names are looked up when they are first used, so that who only makes a client pays for nothing of it.
"""

from typing import TYPE_CHECKING

from helixmpp._faces import face as _face
from helixmpp.xml.names import (
    NS_BIND,
    NS_CLIENT,
    NS_COMPONENT,
    NS_FRAMING,
    NS_ROSTER,
    NS_SASL,
    NS_SERVER,
    NS_SESSION,
    NS_SM,
    NS_STANZA_ERRORS,
    NS_STREAM,
    NS_STREAM_ERRORS,
    NS_TLS,
    NS_XML,
    NS_XMLNS,
    check_name,
    split_name,
)
from helixmpp.xml.serializer import STREAM_FOOTER, serialize, stream_header
from helixmpp.xml.text import check_text, escape_attribute, escape_text
from helixmpp.xml.tree import copy_element

if TYPE_CHECKING:
    from helixmpp.xml.events import StreamClose, StreamOpen, XMLEvent
    from helixmpp.xml.limits import Limits
    from helixmpp.xml.parser import StreamParser
    from helixmpp.xml.reader import parse_one

_PLACES = {
    "helixmpp.xml.events": ("StreamClose", "StreamOpen", "XMLEvent"),
    "helixmpp.xml.limits": ("Limits",),
    "helixmpp.xml.parser": ("StreamParser",),
    "helixmpp.xml.reader": ("parse_one",),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "NS_BIND",
    "NS_CLIENT",
    "NS_COMPONENT",
    "NS_FRAMING",
    "NS_ROSTER",
    "NS_SASL",
    "NS_SERVER",
    "NS_SESSION",
    "NS_SM",
    "NS_STANZA_ERRORS",
    "NS_STREAM",
    "NS_STREAM_ERRORS",
    "NS_TLS",
    "NS_XML",
    "NS_XMLNS",
    "STREAM_FOOTER",
    "Limits",
    "StreamClose",
    "StreamOpen",
    "StreamParser",
    "XMLEvent",
    "check_name",
    "check_text",
    "copy_element",
    "escape_attribute",
    "escape_text",
    "parse_one",
    "serialize",
    "split_name",
    "stream_header",
]

__getattr__, __dir__ = _face(globals(), _MODULE_OF)
