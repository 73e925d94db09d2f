"""The hints of XEP-0334 section 4, each an empty element."""

from helixmpp.stanza import ElementBase

__all__ = ["NAMESPACE", "NoCopy", "NoPermanentStore", "NoStore", "Store"]

NAMESPACE = "urn:xmpp:hints"


class Store(ElementBase):
    """``<store/>``: keep the message, although it may not look like it."""

    name = "store"
    namespace = NAMESPACE
    plugin_attrib = "store"


class NoPermanentStore(ElementBase):
    """``<no-permanent-store/>``: put it into no archive; it may wait for who is offline."""

    name = "no-permanent-store"
    namespace = NAMESPACE
    plugin_attrib = "no-permanent-store"


class NoStore(ElementBase):
    """``<no-store/>``: keep it nowhere."""

    name = "no-store"
    namespace = NAMESPACE
    plugin_attrib = "no-store"


class NoCopy(ElementBase):
    """``<no-copy/>``: give it to the address it has alone."""

    name = "no-copy"
    namespace = NAMESPACE
    plugin_attrib = "no-copy"
