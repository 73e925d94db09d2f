"""What the tree of a stanza costs in memory: many tiny elements cost far more than their bytes."""

from typing import Final
from xml.etree.ElementTree import Element

__all__ = ["MAX_WEIGHT", "SLICE", "Weight"]

# Bytes of memory, measured with tracemalloc on CPython and rounded up. The parser keeps each new name in three
# tables, and so it does with each prefix that is declared.
_ELEMENT: Final = 150  # with what it takes to have children
_TEXT: Final = 56
_ATTRIBUTES: Final = 190
_ATTRIBUTE: Final = 64
_NAME: Final = 210
_PREFIX: Final = 130

MAX_WEIGHT: Final = 80
"""No tag weighs more for each of its bytes; ``<aa bb=''/>`` is the worst."""

SLICE: Final = 16_384
"""Bytes of input that are looked at in one go, so that a large chunk costs little before it is weighed."""


class Weight:
    """Adds up what one stanza weighs, in bytes.

    The length of texts and values is left out: the limit of a stanza's size bounds it.
    """

    __slots__ = ("_names", "total")

    def __init__(self, stanza: Element | None = None) -> None:
        self.total = 0
        self._names: set[str] = set()
        if stanza is not None:
            for element in stanza.iter():
                self.add_element(element.tag, dict(element.items()))
                self.total += _TEXT * ((element.text is not None) + (element.tail is not None))

    def add_element(self, tag: str, attrib: dict[str, str]) -> None:
        """Add an element without its texts and children."""
        names = self._names
        self.total += _ELEMENT
        if tag not in names:
            names.add(tag)
            self.total += _NAME
        if attrib:
            self.total += _ATTRIBUTES + _ATTRIBUTE * len(attrib)
            if not names.issuperset(attrib):
                self.total += _NAME * len(attrib.keys() - names)
                names.update(attrib)

    def add_text(self) -> None:
        """Add a text."""
        self.total += _TEXT

    def add_prefixes(self, number: int) -> None:
        """Add declarations of prefixes."""
        self.total += _PREFIX * number
