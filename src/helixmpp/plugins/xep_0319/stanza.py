"""``<idle/>`` of XEP-0319 section 2: since when somebody has not touched the device."""

from datetime import datetime

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Idle"]

NAMESPACE = "urn:xmpp:idle:1"


class Idle(ElementBase):
    """Since when somebody has been idle: ``since``, a datetime with its zone; None where it is not said."""

    name = "idle"
    namespace = NAMESPACE
    plugin_attrib = "idle"

    since = Attr(datetime)
