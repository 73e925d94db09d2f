"""``<query/>`` of XEP-0092 section 2."""

from helixmpp.stanza import ChildText, ElementBase

__all__ = ["NAMESPACE", "Version"]

NAMESPACE = "jabber:iq:version"


class Version(ElementBase):
    """Name and version of a program, and its operating system: the keys ``name``, ``version`` and ``os``."""

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "software_version"

    # "name" is the name of the element.
    name_ = ChildText()
    version = ChildText()
    os = ChildText()
