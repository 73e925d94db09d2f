"""``<feature/>`` of XEP-0020 section 2: a form with the options that there are, or with those that were chosen."""

from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.stanza import ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "FeatureNegotiation"]

NAMESPACE = "http://jabber.org/protocol/feature-neg"


class FeatureNegotiation(ElementBase):
    """A form in which each field is an option: ``iq["feature_neg"]["form"]``."""

    name = "feature"
    namespace = NAMESPACE
    plugin_attrib = "feature_neg"


register_stanza_plugin(FeatureNegotiation, Form)
