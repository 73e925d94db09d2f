"""``<x/>`` of XEP-0027 sections 2 and 3: OpenPGP's armored text without its first and last lines."""

from helixmpp.stanza import ElementBase, Text

__all__ = ["NS_ENCRYPTED", "NS_SIGNED", "Encrypted", "Signed"]

NS_ENCRYPTED = "jabber:x:encrypted"
NS_SIGNED = "jabber:x:signed"


class Signed(ElementBase):
    """The signature of a presence's status, or of a message's body: ``presence["signed"]``."""

    name = "x"
    namespace = NS_SIGNED
    plugin_attrib = "signed"
    is_extension = True

    data = Text(key="signed")


class Encrypted(ElementBase):
    """The encrypted body of a message: ``message["encrypted"]``."""

    name = "x"
    namespace = NS_ENCRYPTED
    plugin_attrib = "encrypted"
    is_extension = True

    data = Text(key="encrypted")
