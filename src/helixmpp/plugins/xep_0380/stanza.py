"""``<encryption/>`` of XEP-0380 section 3: how a message is encrypted."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Encryption"]

NAMESPACE = "urn:xmpp:eme:0"


class Encryption(ElementBase):
    """By which protocol a message is encrypted: ``message["eme"]["namespace"]``.

    ``name`` is what the sender calls a protocol that is not well known.
    """

    name = "encryption"
    namespace = NAMESPACE
    plugin_attrib = "eme"

    # ElementBase has members of these names: the element's.
    namespace_ = Attr(str, "namespace", key="namespace")
    name_ = Attr(str, "name", key="name")
