"""``<x/>`` of XEP-0153 section 3: the hash of the picture that a presence announces."""

import re
from typing import Final

from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "VCardTempUpdate", "hash_of"]

NAMESPACE = "vcard-temp:x:update"

_SHA1: Final = re.compile(r"[0-9a-fA-F]{40}")


class VCardTempUpdate(ElementBase):
    """What a presence tells of the picture.

    ``photo`` is the SHA-1 of its bytes in hexadecimal digits, ``""`` when there is no picture, and None when the
    sender does not know yet (section 4.1).
    """

    name = "x"
    namespace = NAMESPACE
    plugin_attrib = "vcard_temp_update"

    photo = ChildText(str, default=None)


def hash_of(update: VCardTempUpdate) -> str | None:
    """The hash in lower case (section 3.1: both are in use), ``""`` for no picture; None for no such thing."""
    text = (update.photo or "").strip() if update.photo is not None else None
    if not text:
        return text
    return text.lower() if _SHA1.fullmatch(text) else None
