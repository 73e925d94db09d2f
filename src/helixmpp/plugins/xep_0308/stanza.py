"""``<replace/>`` of XEP-0308 section 3: the id of the message that this one corrects."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Replace"]

NAMESPACE = "urn:xmpp:message-correct:0"


class Replace(ElementBase):
    """Which message this one takes the place of: ``message["replace"]["id"]``."""

    name = "replace"
    namespace = NAMESPACE
    plugin_attrib = "replace"

    id = Attr(str)
