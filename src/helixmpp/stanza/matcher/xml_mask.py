"""``MatchXMLMask("<message type='chat'><body/></message>")``: by a piece of XML that has to be in it."""

from xml.etree.ElementTree import Element

from helixmpp import xml
from helixmpp.stanza.matcher.base import MatcherBase, MatchKey
from helixmpp.stanza.root import StanzaBase
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["MatchXMLMask"]


class MatchXMLMask(MatcherBase):
    """Matches stanzas that have all that the mask has: names, attributes, texts, and children of children.

    A mask in the namespace of the stream, which it need not say, matches in a client's stream and in a
    component's.

    :param criteria: the mask, as an element or as text.
    :param default_ns: the namespace of names in a text that has none.
    :raises ProtocolError: the text is no XML.
    """

    def __init__(self, criteria: str | Element, default_ns: str = NS_CLIENT) -> None:
        super().__init__(criteria)
        self._mask = (
            xml.parse_one(criteria, stream_ns=default_ns)
            if isinstance(criteria, str)
            else _with_ns(criteria, default_ns)
        )

    def match(self, stanza: StanzaBase) -> bool:
        """Whether all of the mask is in the stanza."""
        return _contains(stanza.xml, self._mask)

    def keys(self) -> tuple[MatchKey, ...] | None:
        """Return the kind, the attributes and the first child of the mask."""
        mask = self._mask
        namespace, _, local = mask.tag[1:].rpartition("}")
        kind = local if namespace in (NS_CLIENT, NS_COMPONENT) else mask.tag
        type_ = mask.get("type")
        id_ = mask.get("id")
        # A child in the namespace of the stream has another name in a component's stream.
        child = next((child.tag for child in mask if not _own(child.tag)), None)
        return (MatchKey(kind, type_, child, id_),)


def _with_ns(mask: Element, namespace: str) -> Element:
    """Copy a mask; a name without a namespace gets that of the element around it."""
    tag = mask.tag if mask.tag.startswith("{") else f"{{{namespace}}}{mask.tag}"
    copy = Element(tag, mask.attrib)
    copy.text = mask.text
    inner = tag[1:].partition("}")[0]
    # A mask is as deep as its program made it.
    copy.extend(_with_ns(child, inner) for child in mask)
    return copy


def _own(tag: str) -> bool:
    return tag.startswith((f"{{{NS_CLIENT}}}", f"{{{NS_COMPONENT}}}"))


def _same_name(tag: str, mask: str) -> bool:
    if tag == mask:
        return True
    return _own(tag) and _own(mask) and tag.rpartition("}")[2] == mask.rpartition("}")[2]


def _contains(element: Element, mask: Element) -> bool:
    if not _same_name(element.tag, mask.tag):
        return False
    text = (mask.text or "").strip()
    if text and text != (element.text or "").strip():
        return False
    if any(element.attrib.get(name) != value for name, value in mask.attrib.items()):
        return False
    return all(any(_contains(child, wanted) for child in element) for wanted in mask)
