"""``<file/>`` of XEP-0446 section 2: what is known of a file."""

import re
from datetime import datetime
from typing import Final

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.plugins.xep_0096.names import safe_name
from helixmpp.plugins.xep_0264.stanza import Thumbnail
from helixmpp.plugins.xep_0300.stanza import Hash
from helixmpp.stanza import Children, ChildText, ElementBase

__all__ = ["NAMESPACE", "NS", "File"]

NAMESPACE: Final = "urn:xmpp:file:metadata:0"
NS: Final = NAMESPACE

_DIMENSIONS: Final = re.compile(r"\s*([0-9]{1,9})x([0-9]{1,9})\s*", re.ASCII)


class File(ElementBase):
    """What is known of a file; all of it may be missing, and all of it is what the sender says.

    ``name``, ``media-type`` and ``desc`` (one for each language) are texts, ``size`` is in bytes, ``date`` when it was
    changed last, ``width`` and ``height`` in pixels, ``length`` in milliseconds; ``hashes`` and ``thumbnails`` are
    lists.
    """

    name = "file"
    namespace = NAMESPACE
    plugin_attrib = "file"

    media_type = ChildText(str, "media-type", key="media-type")
    # ElementBase has a member of that name: the element's.
    name_ = ChildText(str, "name", key="name")
    date = ChildText(datetime)
    size = ChildText(UNSIGNED)
    desc = ChildText(lang=True)
    width = ChildText(UNSIGNED)
    height = ChildText(UNSIGNED)
    length = ChildText(UNSIGNED)
    hashes = Children(Hash)
    thumbnails = Children(Thumbnail)

    def safe_name(self, default: str = "file") -> str:
        """The name, fit to be that of a file in a folder of ours: it leads nowhere else, on no system (section 3).

        :param default: what to call it when nothing is left.
        """
        return safe_name(self.name_, default)

    @property
    def dimensions(self) -> tuple[int, int] | None:
        """Width and height in pixels, where both are said; also as XEP-0446 0.1 said them, ``512x512``.

        :raises BadStanza: one of them is no number.
        """
        if self.width is not None and self.height is not None:
            return self.width, self.height
        found = _DIMENSIONS.fullmatch(self.xml.findtext(f"{{{self.namespace}}}dimensions") or "")
        return (int(found[1]), int(found[2])) if found is not None else None
