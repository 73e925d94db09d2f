"""``<displayed xmlns='urn:xmpp:mds:displayed:0'/>`` of XEP-0490 section 4."""

from helixmpp.plugins.xep_0359.stanza import StanzaID
from helixmpp.stanza import ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "NS", "NS_ASSIST", "Displayed"]

NAMESPACE = "urn:xmpp:mds:displayed:0"
#: The name that programs import.
NS = NAMESPACE
NS_ASSIST = "urn:xmpp:mds:server-assist:0"


class Displayed(ElementBase):
    """Up to which message a chat was displayed: ``item["displayed"]["stanza_id"]["id"]``, and ``by`` whom it is."""

    name = "displayed"
    namespace = NAMESPACE
    plugin_attrib = "displayed"


register_stanza_plugin(Displayed, StanzaID)
