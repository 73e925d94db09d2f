"""``<spoiler/>`` of XEP-0382 section 3: the body is not to be shown before somebody wants to see it."""

from typing import Final

from helixmpp.stanza import ElementBase, Text

__all__ = ["NAMESPACE", "Spoiler"]

NAMESPACE: Final = "urn:xmpp:spoiler:0"


class Spoiler(ElementBase):
    """Says that the body gives something away; ``hint`` says what of. There may be one for each language."""

    name = "spoiler"
    namespace = NAMESPACE
    plugin_attrib = "spoiler"

    hint = Text()
