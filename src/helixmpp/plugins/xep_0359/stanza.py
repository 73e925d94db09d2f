"""``<stanza-id/>``, ``<origin-id/>`` and ``<referenced-stanza/>`` of XEP-0359."""

from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "OriginID", "ReferencedStanza", "StanzaID"]

NAMESPACE = "urn:xmpp:sid:0"


class StanzaID(ElementBase):
    """The id that an archive or a room gave to a message: ``message["stanza_id"]["id"]``, and ``by`` whom.

    There may be several, and anybody can write one: ``xmpp.plugin["xep_0359"].stanza_id(message)`` gives the one to
    believe.
    """

    name = "stanza-id"
    namespace = NAMESPACE
    plugin_attrib = "stanza_id"

    id = Attr(str)
    by = Attr(JID)


class OriginID(ElementBase):
    """The id that the sender gave to a message: ``message["origin_id"]["id"]``; it proves nothing (section 6)."""

    name = "origin-id"
    namespace = NAMESPACE
    plugin_attrib = "origin_id"

    id = Attr(str)


class ReferencedStanza(ElementBase):
    """Another stanza, by the id that somebody gave to it (section 4): ``message["referenced_stanza"]``."""

    name = "referenced-stanza"
    namespace = NAMESPACE
    plugin_attrib = "referenced_stanza"

    id = Attr(str)
    by = Attr(JID)
