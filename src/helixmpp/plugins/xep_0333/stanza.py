"""``<markable/>`` and ``<displayed/>`` of XEP-0333 section 4, and the two markers that it once had besides."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Acknowledged", "Displayed", "Markable", "Received"]

NAMESPACE = "urn:xmpp:chat-markers:0"


class Markable(ElementBase):
    """Asks to be told when the message is displayed: ``message.enable("markable")``."""

    name = "markable"
    namespace = NAMESPACE
    plugin_attrib = "markable"


class Received(ElementBase):
    """Messages were received up to that ``id``; XEP-0184 is used for it nowadays (section 11)."""

    name = "received"
    namespace = NAMESPACE
    plugin_attrib = "received"

    id = Attr(str)


class Displayed(ElementBase):
    """Messages were displayed up to that of the ``id``."""

    name = "displayed"
    namespace = NAMESPACE
    plugin_attrib = "displayed"

    id = Attr(str)


class Acknowledged(ElementBase):
    """Messages were acknowledged by a person up to that ``id``; nobody uses it any more (section 11)."""

    name = "acknowledged"
    namespace = NAMESPACE
    plugin_attrib = "acknowledged"

    id = Attr(str)
