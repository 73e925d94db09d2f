"""``<active/>``, ``<inactive/>`` and the stream feature ``<csi/>`` of XEP-0352."""

from helixmpp.stanza import ElementBase

__all__ = ["NAMESPACE", "Active", "ClientStateIndication", "Inactive"]

NAMESPACE = "urn:xmpp:csi:0"


class Active(ElementBase):
    """The user looks at the program."""

    name = "active"
    namespace = NAMESPACE
    plugin_attrib = "active"


class Inactive(ElementBase):
    """The user does not."""

    name = "inactive"
    namespace = NAMESPACE
    plugin_attrib = "inactive"


class ClientStateIndication(ElementBase):
    """The server can make use of it: ``features["csi"]``."""

    name = "csi"
    namespace = NAMESPACE
    plugin_attrib = "csi"
