"""``<storage xmlns='storage:bookmarks'/>`` of XEP-0048 section 2."""

from typing import Final

from helixmpp.jid import JID
from helixmpp.plugins.xep_0049.stanza import PrivateXML
from helixmpp.stanza import Attr, Children, ChildText, ElementBase, register_stanza_plugin

__all__ = ["NS", "URL", "Bookmarks", "Conference"]

NS: Final = "storage:bookmarks"


class Conference(ElementBase):
    """A room: ``jid``, ``name``, ``autojoin``, ``nick``, ``password``."""

    name = "conference"
    namespace = NS
    plugin_attrib = "conference"
    plugin_multi_attrib = "conferences"

    jid = Attr(JID, default=JID(""))
    name_ = Attr(str, "name")
    autojoin = Attr(bool, default=False)
    nick = ChildText()
    password = ChildText()


class URL(ElementBase):
    """A page on the web: ``url`` and ``name``."""

    name = "url"
    namespace = NS
    plugin_attrib = "url"
    plugin_multi_attrib = "urls"

    url = Attr(str)
    name_ = Attr(str, "name")


class Bookmarks(ElementBase):
    """All bookmarks of an account: ``bookmarks["conferences"]`` and ``bookmarks["urls"]``."""

    name = "storage"
    namespace = NS
    plugin_attrib = "bookmarks"

    conferences = Children(Conference)
    urls = Children(URL)

    def add_conference(
        self,
        jid: JID | str,
        nick: str | None = None,
        name: str | None = None,
        autojoin: bool | None = None,
        password: str | None = None,
    ) -> Conference:
        """Add a room, and give it back.

        :raises FieldValueError: something of it is wrong.
        """
        room = Conference()
        room.jid, room.nick, room.name_ = JID(jid), nick, name
        room.autojoin, room.password = autojoin, password
        self.append(room)
        return room

    def add_url(self, url: str, name: str | None = None) -> URL:
        """Add a page on the web, and give it back.

        :raises FieldValueError: something of it is wrong.
        """
        page = URL()
        page.url, page.name_ = url, name
        self.append(page)
        return page


register_stanza_plugin(PrivateXML, Bookmarks)
