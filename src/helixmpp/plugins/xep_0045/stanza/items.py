"""``<item/>``: what somebody is in a room, as the room says it and as its admins change it."""

from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.stanza.words import AFFILIATION, NS_ADMIN, NS_USER, ROLE
from helixmpp.stanza import Attr, ChildText, ElementBase, register_stanza_plugin

__all__ = ["MUCActor", "MUCAdminActor", "MUCAdminItem", "MUCUserItem"]

_NOBODY = JID("")


class MUCActor(ElementBase):
    """Who did it, such as a moderator who kicked somebody: ``jid`` or ``nick``."""

    name = "actor"
    namespace = NS_USER
    plugin_attrib = "actor"

    jid = Attr(JID, default=_NOBODY)
    nick = Attr()


class MUCUserItem(ElementBase):
    """What an occupant is: ``affiliation``, ``role``, and where the room tells it the ``jid``.

    ``nick`` is a new nickname (status code 303); ``item["actor"]`` did it, for a ``reason``.
    """

    name = "item"
    namespace = NS_USER
    plugin_attrib = "item"

    affiliation = Attr(AFFILIATION, default="")
    role = Attr(ROLE, default="")
    jid = Attr(JID, default=_NOBODY)
    nick = Attr()
    reason = ChildText()


class MUCAdminActor(MUCActor):
    """The same in a list of the room."""

    namespace = NS_ADMIN


class MUCAdminItem(ElementBase):
    """Somebody on a list of the room, or what he is to become: by ``jid`` for an affiliation, ``nick`` for a role."""

    name = "item"
    namespace = NS_ADMIN
    plugin_attrib = "item"
    plugin_multi_attrib = "items"

    affiliation = Attr(AFFILIATION, default="")
    role = Attr(ROLE, default="")
    jid = Attr(JID, default=_NOBODY)
    nick = Attr()
    reason = ChildText()


register_stanza_plugin(MUCUserItem, MUCActor)
register_stanza_plugin(MUCAdminItem, MUCAdminActor)
