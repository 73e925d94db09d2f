"""``<thumbnail/>`` of XEP-0264 section 4: a small picture of what is offered, and where it is."""

from typing import Final

from helixmpp.plugins._unsigned import UNSIGNED_SHORT
from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Thumbnail"]

NAMESPACE: Final = "urn:xmpp:thumbs:1"


class Thumbnail(ElementBase):
    """A small picture: its ``uri``, ``media-type``, and how large it is meant to be shown, in pixels.

    ``width`` and ``height`` are what the sender says: "MUST NOT" tell how much memory is taken for it (section 5).
    """

    name = "thumbnail"
    namespace = NAMESPACE
    plugin_attrib = "thumbnail"
    plugin_multi_attrib = "thumbnails"

    uri = Attr(str)
    media_type = Attr(str, "media-type", key="media-type")
    width = Attr(UNSIGNED_SHORT)
    height = Attr(UNSIGNED_SHORT)
