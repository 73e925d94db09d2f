"""``<file/>`` of XEP-0096 section 3, with ``<range/>``."""

import datetime as dt

from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, ChildText, ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "File", "Range"]

NAMESPACE = "http://jabber.org/protocol/si/profile/file-transfer"


class Range(ElementBase):
    """In an offer, that a part may be asked for; in its acceptance, which part."""

    name = "range"
    namespace = NAMESPACE
    plugin_attrib = "range"

    offset = Attr(UNSIGNED, default=0)
    length = Attr(UNSIGNED)


class File(ElementBase):
    """What is said of a file that is offered; in an acceptance only ``file["range"]``."""

    name = "file"
    namespace = NAMESPACE
    plugin_attrib = "file"

    # "name" is the name of the element.
    name_ = Attr(str, "name")
    size = Attr(UNSIGNED, required=True)
    date = Attr(dt.datetime)
    hash = Attr(str)
    desc = ChildText()


register_stanza_plugin(File, Range)
