"""Text that a program sends as it is: which stanzas it holds, so that they are counted like others."""

from functools import lru_cache
from xml.etree.ElementTree import Element

from helixmpp import xml

__all__ = ["split_stanzas", "stanza_tags"]

_STANZAS = ("message", "presence", "iq")


@lru_cache(maxsize=1)
def _limits() -> "xml.Limits":
    # The program's own text: its size is the program's business.
    return xml.Limits(max_stanza_size=2**30, max_children=2**30, max_attributes=2**20, max_tree_size=2**40)


@lru_cache(maxsize=8)
def stanza_tags(default_ns: str) -> frozenset[str]:
    """The tags of the stanzas of a stream, in Clark notation."""
    return frozenset(f"{{{default_ns}}}{name}" for name in _STANZAS)


def split_stanzas(text: str, default_ns: str) -> list[tuple[str, bool]]:
    """The texts to send for ``text``, and whether each is a stanza.

    A text that is one element goes out as it is. Of several, each is written anew, because each is counted and
    may have to be sent again alone. What is no whole XML, such as a space, is sent as it is and is no stanza.
    """
    if "<" not in text:
        return [(text, False)]
    parser = xml.StreamParser(_limits())
    events = parser.feed(xml.stream_header(to="x", stream_ns=default_ns).encode() + text.strip().encode())
    elements = [event for event in events if isinstance(event, Element)]
    if any(not isinstance(event, xml.StreamOpen | Element) for event in events):
        return [(text, False)]
    tags = stanza_tags(default_ns)
    if len(elements) == 1:
        return [(text, elements[0].tag in tags)]
    return [(xml.serialize(each, stream_ns=default_ns), each.tag in tags) for each in elements]
