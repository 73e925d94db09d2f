"""``<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'/>``: what owners ask (section 17.4)."""

from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0060.stanza.base import AFFILIATION, NODE_TYPE, NS_OWNER, SUBSCRIPTION, ConfigHolder
from helixmpp.stanza import Attr, Children, ElementBase, register_stanza_plugin

__all__ = [
    "OwnerAffiliation",
    "OwnerAffiliations",
    "OwnerConfigure",
    "OwnerDefault",
    "OwnerDelete",
    "OwnerPurge",
    "OwnerRedirect",
    "OwnerSubscription",
    "OwnerSubscriptions",
    "PubsubOwner",
]

_NONE = JID("")


class PubsubOwner(ElementBase):
    """The payload of an iq: ``iq["pubsub_owner"]["configure"]["form"]``."""

    name = "pubsub"
    namespace = NS_OWNER
    plugin_attrib = "pubsub_owner"


class OwnerAffiliation(ElementBase):
    """What somebody may do at our node: the keys ``jid`` and ``affiliation``."""

    name = "affiliation"
    namespace = NS_OWNER
    plugin_attrib = "affiliation"

    jid = Attr(JID, default=_NONE)
    affiliation = Attr(AFFILIATION, default="")


class OwnerAffiliations(ElementBase):
    """Who may do what at our node: ``for affiliation in iq["pubsub_owner"]["affiliations"]``."""

    name = "affiliations"
    namespace = NS_OWNER
    plugin_attrib = "affiliations"

    node = Attr(str)
    affiliations = Children(OwnerAffiliation)


class OwnerSubscription(ElementBase):
    """Somebody's subscription to our node: the keys ``jid``, ``subid`` and ``subscription``."""

    name = "subscription"
    namespace = NS_OWNER
    plugin_attrib = "subscription"

    jid = Attr(JID, default=_NONE)
    subid = Attr(str)
    subscription = Attr(SUBSCRIPTION, default="")


class OwnerSubscriptions(ElementBase):
    """Who is subscribed to our node: ``for subscription in iq["pubsub_owner"]["subscriptions"]``."""

    name = "subscriptions"
    namespace = NS_OWNER
    plugin_attrib = "subscriptions"

    node = Attr(str)
    subscriptions = Children(OwnerSubscription)


class OwnerConfigure(ConfigHolder):
    """The configuration of our node."""

    name = "configure"
    namespace = NS_OWNER
    plugin_attrib = "configure"

    node = Attr(str)


class OwnerDefault(ConfigHolder):
    """The configuration that new nodes have, of a ``type``."""

    name = "default"
    namespace = NS_OWNER
    plugin_attrib = "default"

    node = Attr(str)
    type = Attr(NODE_TYPE, default="")


class OwnerRedirect(ElementBase):
    """Where those go who look for a node that is deleted: the key ``uri``."""

    name = "redirect"
    namespace = NS_OWNER
    plugin_attrib = "redirect"

    uri = Attr(str)
    # Of before version 1.13; some services still say it so.
    node = Attr(str)
    jid = Attr(JID, default=_NONE)


class OwnerDelete(ElementBase):
    """The node to delete."""

    name = "delete"
    namespace = NS_OWNER
    plugin_attrib = "delete"

    node = Attr(str)


class OwnerPurge(ElementBase):
    """The node of which every item is to be deleted."""

    name = "purge"
    namespace = NS_OWNER
    plugin_attrib = "purge"

    node = Attr(str)


for _payload in (
    OwnerAffiliations,
    OwnerConfigure,
    OwnerDefault,
    OwnerDelete,
    OwnerPurge,
    OwnerSubscriptions,
):
    register_stanza_plugin(PubsubOwner, _payload)
for _holder in (OwnerConfigure, OwnerDefault):
    register_stanza_plugin(_holder, Form)
register_stanza_plugin(OwnerDelete, OwnerRedirect)
