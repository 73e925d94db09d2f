"""``<event xmlns='http://jabber.org/protocol/pubsub#event'/>``: what a service tells (section 17.3)."""

from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.plugins.xep_0060.stanza.base import EXPIRY, NS_EVENT, SUBSCRIPTION, ConfigHolder
from helixmpp.stanza import Attr, Children, ElementBase, Raw, register_stanza_plugin

__all__ = [
    "Event",
    "EventAssociate",
    "EventCollection",
    "EventConfiguration",
    "EventDelete",
    "EventDisassociate",
    "EventItem",
    "EventItems",
    "EventPurge",
    "EventRedirect",
    "EventRetract",
    "EventSubscription",
]

_NONE = JID("")


class Event(ElementBase):
    """The payload of a message: ``message["pubsub_event"]["items"]``, or typed ``message[Event][EventItems]``."""

    name = "event"
    namespace = NS_EVENT
    plugin_attrib = "pubsub_event"


class EventItem(ElementBase):
    """An item that was published: ``id``, ``publisher``, ``node``, and the ``payload``, an element or None."""

    name = "item"
    namespace = NS_EVENT
    plugin_attrib = "item"

    id = Attr(str)
    publisher = Attr(str)
    # Where the item is from a node below a collection (XEP-0248).
    node = Attr(str)
    payload = Raw()


class EventRetract(ElementBase):
    """An item that was deleted: ``id``."""

    name = "retract"
    namespace = NS_EVENT
    plugin_attrib = "retract"

    id = Attr(str)


class EventItems(ElementBase):
    """What was published and deleted: ``for item in message["pubsub_event"]["items"]``."""

    name = "items"
    namespace = NS_EVENT
    plugin_attrib = "items"

    node = Attr(str)
    items = Children(EventItem)
    retracts = Children(EventRetract)


class EventAssociate(ElementBase):
    """A node that came below a collection (XEP-0248)."""

    name = "associate"
    namespace = NS_EVENT
    plugin_attrib = "associate"

    node = Attr(str)


class EventDisassociate(ElementBase):
    """A node that is no more below a collection (XEP-0248)."""

    name = "disassociate"
    namespace = NS_EVENT
    plugin_attrib = "disassociate"

    node = Attr(str)


class EventCollection(ElementBase):
    """A change of a collection (XEP-0248)."""

    name = "collection"
    namespace = NS_EVENT
    plugin_attrib = "collection"

    node = Attr(str)


class EventConfiguration(ConfigHolder):
    """The configuration of a node changed; the new one, if the service tells it, is the ``form``."""

    name = "configuration"
    namespace = NS_EVENT
    plugin_attrib = "configuration"

    node = Attr(str)


class EventPurge(ElementBase):
    """Every item of a node was deleted."""

    name = "purge"
    namespace = NS_EVENT
    plugin_attrib = "purge"

    node = Attr(str)


class EventRedirect(ElementBase):
    """Where a deleted node went: ``uri``."""

    name = "redirect"
    namespace = NS_EVENT
    plugin_attrib = "redirect"

    uri = Attr(str)


class EventDelete(ElementBase):
    """A node was deleted."""

    name = "delete"
    namespace = NS_EVENT
    plugin_attrib = "delete"

    node = Attr(str)


class EventSubscription(ElementBase):
    """The state of a subscription changed (section 12.14).

    The keys are ``node``, ``jid``, ``subid``, ``subscription`` (the new state) and ``expiry``, a datetime or
    ``presence``.
    """

    name = "subscription"
    namespace = NS_EVENT
    plugin_attrib = "subscription"

    node = Attr(str)
    jid = Attr(JID, default=_NONE)
    subid = Attr(str)
    subscription = Attr(SUBSCRIPTION, default="")
    expiry = Attr(EXPIRY)


for _payload in (EventCollection, EventConfiguration, EventDelete, EventItems, EventPurge, EventSubscription):
    register_stanza_plugin(Event, _payload)
for _change in (EventAssociate, EventDisassociate):
    register_stanza_plugin(EventCollection, _change)
register_stanza_plugin(EventConfiguration, Form)
register_stanza_plugin(EventDelete, EventRedirect)
