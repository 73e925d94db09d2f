"""``<occupant-id/>`` of XEP-0421 section 3."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "NS", "OccupantID", "OccupantId"]

NAMESPACE = "urn:xmpp:occupant-id:0"
NS = NAMESPACE


class OccupantID(ElementBase):
    """Who an occupant of a room is, whatever his nickname: the key ``occupant-id``."""

    name = "occupant-id"
    namespace = NAMESPACE
    plugin_attrib = "occupant-id"

    id = Attr()


# The name that slixmpp gives it.
OccupantId = OccupantID
