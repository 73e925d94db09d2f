"""``<invisible/>`` and ``<visible/>`` of XEP-0186 section 3."""

from helixmpp.stanza import Attr, ElementBase

__all__ = ["NAMESPACE", "Invisible", "Visible"]

NAMESPACE = "urn:xmpp:invisible:1"


class Invisible(ElementBase):
    """Asks the server to hide us; ``probe`` says whether it asks contacts for their presence all the same."""

    name = "invisible"
    namespace = NAMESPACE
    plugin_attrib = "invisible"

    probe = Attr(bool, default=False)


class Visible(ElementBase):
    """Asks the server to hide us no more."""

    name = "visible"
    namespace = NAMESPACE
    plugin_attrib = "visible"
