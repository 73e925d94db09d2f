"""``<confirm/>`` of XEP-0070 section 4.5."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Confirm"]

NAMESPACE = "http://jabber.org/protocol/http-auth"


class Confirm(ElementBase):
    """A request on the web: its ``method`` and ``url``, and the ``id`` that the user entered there."""

    name = "confirm"
    namespace = NAMESPACE
    plugin_attrib = "confirm"

    id = Attr(str)
    url = Attr(str)
    method = Attr(str)
