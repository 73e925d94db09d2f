"""``<retract/>`` and ``<retracted/>`` of XEP-0424."""

from datetime import datetime

from helixmpp.stanza import Attr, ChildText, ElementBase

__all__ = ["NAMESPACE", "NS", "Retract", "Retracted"]

NAMESPACE = "urn:xmpp:message-retract:1"
#: The name that programs import.
NS = NAMESPACE


class Retract(ElementBase):
    """Asks to take back the message of the ``id``: ``message["retract"]["id"]``.

    A room's moderators say a ``reason`` (XEP-0425 section 4).
    """

    name = "retract"
    namespace = NAMESPACE
    plugin_attrib = "retract"

    id = Attr(str)
    reason = ChildText()


class Retracted(ElementBase):
    """What an archive has in the place of a message that was taken back (section 4).

    ``id`` is that of the message that took it back, ``stamp`` when, ``by`` who in a room, ``reason`` why.
    """

    name = "retracted"
    namespace = NAMESPACE
    plugin_attrib = "retracted"

    id = Attr(str)
    stamp = Attr(datetime)
    by = Attr(str)
    reason = ChildText()
