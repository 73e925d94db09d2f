"""``<conference xmlns='urn:xmpp:bookmarks:1'/>`` of XEP-0402 section 2."""

from typing import Final

from helixmpp.stanza import Attr, ChildText, ElementBase, Raw, register_stanza_plugin

__all__ = ["NS", "Conference", "Extensions"]

NS: Final = "urn:xmpp:bookmarks:1"


class Extensions(ElementBase):
    """What other programs keep with a bookmark; it stays there when the bookmark is edited."""

    name = "extensions"
    namespace = NS
    plugin_attrib = "extensions"

    payload = Raw(many=True)


class Conference(ElementBase):
    """A bookmark: ``name``, ``autojoin``, ``nick``, ``password``, ``extensions``. The room is the id of the item."""

    name = "conference"
    namespace = NS
    plugin_attrib = "conference"

    name_ = Attr(str, "name")
    autojoin = Attr(bool, default=False)
    nick = ChildText()
    password = ChildText()


register_stanza_plugin(Conference, Extensions)
