"""``<c xmlns='http://jabber.org/protocol/caps'/>``: the hash of what the sender of a presence can do."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Capabilities"]

NAMESPACE = "http://jabber.org/protocol/caps"


class Capabilities(ElementBase):
    """``caps["ver"]`` is the hash, ``caps["hash"]`` its algorithm, ``caps["node"]`` names the software.

    ``caps["ext"]`` is of the form before version 1.4, which has no ``hash``.
    """

    name = "c"
    namespace = NAMESPACE
    plugin_attrib = "caps"

    hash = Attr(str)
    node = Attr(str)
    ver = Attr(str)
    ext = Attr(str)
