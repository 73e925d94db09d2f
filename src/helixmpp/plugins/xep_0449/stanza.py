"""``<sticker/>`` and ``<pack/>`` of XEP-0449: that a file is a sticker, and many stickers under one name."""

from typing import Final

from helixmpp.jid import JID
from helixmpp.plugins.xep_0300.stanza import Hash
from helixmpp.plugins.xep_0446.stanza import File
from helixmpp.plugins.xep_0447.stanza import Sources
from helixmpp.stanza import (
    Attr,
    Child,
    Children,
    ChildText,
    ElementBase,
    Flag,
    Texts,
    register_stanza_plugin,
)

__all__ = ["NAMESPACE", "Pack", "PackItem", "Sticker"]

NAMESPACE: Final = "urn:xmpp:stickers:0"


class Sticker(ElementBase):
    """Says that the file of a message is a sticker; and of which ``pack`` it is, where that is said.

    The pack is an item of the sender's account, or else of the ``node`` of ``jid``.
    """

    name = "sticker"
    namespace = NAMESPACE
    plugin_attrib = "sticker"

    pack = Attr(str)
    jid = Attr(JID)
    node = Attr(str)


class PackItem(ElementBase):
    """A sticker of a pack: what is known of its ``file``, its ``sources``, and the texts that it may stand for.

    ``file.desc`` is what it says where no picture can be shown, often an emoji.
    """

    name = "item"
    namespace = NAMESPACE
    plugin_attrib = "item"
    plugin_multi_attrib = "items"

    file = Child(File)
    sources = Child(Sources)
    suggestions = Texts(str, "suggest")


class Pack(ElementBase):
    """Stickers under one ``name``, with a ``summary``; both may be there once for each language.

    ``restricted`` says that others may not use them, ``hash`` what the id of the pack is made of.
    """

    name = "pack"
    namespace = NAMESPACE
    plugin_attrib = "pack"

    # ElementBase has a member of that name: the element's.
    name_ = ChildText(str, "name", lang=True, key="name")
    summary = ChildText(lang=True)
    restricted = Flag()
    items = Children(PackItem)
    hash = Child(Hash)


register_stanza_plugin(PackItem, File)
register_stanza_plugin(PackItem, Sources)
register_stanza_plugin(Pack, Hash)
