"""``<reference/>`` of XEP-0372 section 3: what a message, or a part of its text, refers to."""

from typing import Final

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Reference"]

NAMESPACE: Final = "urn:xmpp:reference:0"


class Reference(ElementBase):
    """What is referred to, by its ``uri``; the ``type`` is ``mention`` or ``data``.

    ``begin`` and ``end`` are places in the body, counted in code points, the second behind the last one. ``anchor`` is
    the URI of an earlier message whose body is meant.
    """

    name = "reference"
    namespace = NAMESPACE
    plugin_attrib = "reference"
    plugin_multi_attrib = "references"

    type = Attr(str)
    uri = Attr(str)
    begin = Attr(UNSIGNED)
    end = Attr(UNSIGNED)
    anchor = Attr(str)
