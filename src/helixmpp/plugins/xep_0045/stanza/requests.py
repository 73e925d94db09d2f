"""What a room is asked: to be let in, for its lists (muc#admin), for its configuration (muc#owner)."""

from datetime import datetime

from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0045.stanza.items import MUCAdminItem
from helixmpp.plugins.xep_0045.stanza.words import NS, NS_ADMIN, NS_OWNER
from helixmpp.stanza import Attr, ChildText, ElementBase, register_stanza_plugin

__all__ = ["MUCAdminQuery", "MUCHistory", "MUCJoin", "MUCOwnerDestroy", "MUCOwnerQuery"]


class MUCHistory(ElementBase):
    """How much of what was said before is wanted (section 7.2.14): all that is given has to hold."""

    name = "history"
    namespace = NS
    plugin_attrib = "history"

    maxchars = Attr(int)
    maxstanzas = Attr(int)
    seconds = Attr(int)
    since = Attr(datetime)


class MUCJoin(ElementBase):
    """The request to be let in (section 7.2), in a presence: the key ``muc_join``."""

    name = "x"
    namespace = NS
    plugin_attrib = "muc_join"

    password = ChildText()


class MUCAdminQuery(ElementBase):
    """A list of the room, or changes of one: ``iq["mucadmin_query"]["items"]``."""

    name = "query"
    namespace = NS_ADMIN
    plugin_attrib = "mucadmin_query"


class MUCOwnerDestroy(ElementBase):
    """The request to destroy the room (section 10.9); ``jid`` is where its occupants are to go instead."""

    name = "destroy"
    namespace = NS_OWNER
    plugin_attrib = "destroy"

    jid = Attr(JID, default=JID(""))
    password = ChildText()
    reason = ChildText()


class MUCOwnerQuery(ElementBase):
    """The configuration of the room: ``iq["mucowner_query"]["form"]``, or its end, ``["destroy"]``."""

    name = "query"
    namespace = NS_OWNER
    plugin_attrib = "mucowner_query"


register_stanza_plugin(MUCJoin, MUCHistory)
register_stanza_plugin(MUCAdminQuery, MUCAdminItem, iterable=True)
register_stanza_plugin(MUCOwnerQuery, MUCOwnerDestroy)
register_stanza_plugin(MUCOwnerQuery, Form)
