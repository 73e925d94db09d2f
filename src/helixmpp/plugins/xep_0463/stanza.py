"""``<mav/>`` of XEP-0463 section 5."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "NS", "Mav"]

NAMESPACE = "urn:xmpp:muc:affiliations:1"
#: The name that programs import.
NS = NAMESPACE


class Mav(ElementBase):
    """Versions of the lists of a room: what follows leads from ``since`` to ``until``.

    In a request to be let in, ``presence["muc_join"]["mav"]``, it has ``since`` alone, or nothing where no version is
    known; from the room it is ``presence["muc"]["mav"]`` or ``message["muc"]["mav"]``.
    """

    name = "mav"
    namespace = NAMESPACE
    plugin_attrib = "mav"

    since = Attr(str)
    until = Attr(str)
