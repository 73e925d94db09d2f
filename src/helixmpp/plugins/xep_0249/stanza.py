"""``<x xmlns="jabber:x:conference"/>`` of XEP-0249 section 2."""

from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Invite"]

NAMESPACE = "jabber:x:conference"


class Invite(ElementBase):
    """An invitation to a room: the key ``groupchat_invite``.

    ``jid`` is the room, which may want to hear the ``password``; a chat of two goes on there where ``continue`` is
    true, that of ``thread``.
    """

    name = "x"
    namespace = NAMESPACE
    plugin_attrib = "groupchat_invite"

    jid = Attr(JID, default=JID(""))
    password = Attr()
    reason = Attr()
    continue_ = Attr(bool, default=False)
    thread = Attr()
