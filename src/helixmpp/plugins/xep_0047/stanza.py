"""``<open/>``, ``<data/>`` and ``<close/>`` of XEP-0047 section 9."""

from typing import Final, Literal

from helixmpp.plugins._unsigned import UNSIGNED_SHORT
from helixmpp.stanza import Attr, ElementBase, OneOf, Text, one_of

__all__ = ["LARGEST_BLOCK", "NAMESPACE", "Close", "Data", "Open", "StanzaKind"]

NAMESPACE = "http://jabber.org/protocol/ibb"

#: The most bytes of one block, and the last number of a block before they begin at 0 again (sections 2.1, 2.2).
LARGEST_BLOCK: Final = 65_535

StanzaKind = Literal["iq", "message"]

_KIND: Final[OneOf[StanzaKind]] = one_of("iq", "message")


class Open(ElementBase):
    """A request for a bytestream: its sid, the most bytes of a block, and what the blocks travel in."""

    name = "open"
    namespace = NAMESPACE
    plugin_attrib = "ibb_open"

    block_size = Attr(UNSIGNED_SHORT, "block-size", required=True)
    sid = Attr(str)
    stanza = Attr(_KIND, default="iq")


class Data(ElementBase):
    """One block: its number and, in base64, its bytes."""

    name = "data"
    namespace = NAMESPACE
    plugin_attrib = "ibb_data"

    seq = Attr(UNSIGNED_SHORT, required=True)
    sid = Attr(str)
    data = Text(bytes, default=b"")

    def set_data(self, value: bytes | str | None) -> None:
        """Set the bytes; a text is those of its UTF-8."""
        Data.data.write(self, value.encode() if isinstance(value, str) else value)


class Close(ElementBase):
    """The end of a bytestream."""

    name = "close"
    namespace = NAMESPACE
    plugin_attrib = "ibb_close"

    sid = Attr(str)
