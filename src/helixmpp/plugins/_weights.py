"""How much memory stanzas take that are kept for a while: a number of them says little, each may be a megabyte."""

from xml.etree.ElementTree import Element

__all__ = ["weight_of"]

# What an element without anything in it takes, and an attribute; a cautious estimate.
_ELEMENT = 300
_ATTRIBUTE = 120


def weight_of(xml: Element) -> int:
    """The bytes that an element takes with all that is in it, roughly."""
    total = 0
    for element in xml.iter():
        total += _ELEMENT + len(element.text or "") + len(element.tail or "")
        for value in element.attrib.values():
            total += _ATTRIBUTE + len(value)
    return total
