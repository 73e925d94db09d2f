"""XEP-0060, Publish-Subscribe: nodes that some publish at and others are told of.

A blog, a feed of a sensor, the songs that a friend listens to, one's own settings: each is a node at a service,
with items, and whoever is subscribed gets a message for each new one. This program uses such nodes, as a reader,
publisher and owner. Accounts are services, too: see ``xep_0163``.

Use::

    xmpp.register_plugin("xep_0060")
    pubsub = xmpp.plugin["xep_0060"]
    await pubsub.create_node("pubsub.example.org", "news", {"pubsub#max_items": 10})
    await pubsub.subscribe("pubsub.example.org", "news")
    await pubsub.publish("pubsub.example.org", "news", id="1", payload=element)
    for item in (await pubsub.get_items("pubsub.example.org", "news"))["pubsub"]["items"]:
        print(item["id"], item["payload"])

``pubsub.map_node_event("news", "news")`` gives a node's events a name of their own; then
``xmpp.add_event_handler("news_publish", on_news)``, where ``on_news(message)`` finds the item in
``message["pubsub_event"]["items"]["item"]``. Instead of a dictionary, every configuration may be a form
(``xep_0004``). An ``IqError`` says in ``iq["error"]["pubsub"]["condition"]`` what was wrong.

Events: ``pubsub_publish`` and ``pubsub_retract``, once for each item, with a message that has only this one;
``pubsub_purge``, ``pubsub_delete``, ``pubsub_config`` and ``pubsub_subscription``, each with the message; and for
nodes that :meth:`XEP_0060.map_node_event` gave a name, ``NAME_publish``, ``NAME_retract`` and so on.
``pubsub_authorization``, with the message, when somebody waits for a subscription to our node:
:meth:`XEP_0060.authorize` answers.

Operations: none; what is published is kept by the service.

Limits: nothing is kept here. Of one message, events of ``max_event_items`` items are raised. Events from an
address with a resource (anybody's client, an occupant of a room) are dropped, unless the setting
``events_from_resources`` is on; those of private nodes (:meth:`XEP_0060.add_private_node`) are believed only
from our own account. Anybody else can send an event of any node: ``message["from"]`` says whose it is, and
what it holds is to be checked. Pending requests as a list (section 8.7) are an ad-hoc command of the service.

Version: XEP-0060 1.30.0.
"""

from helixmpp.plugins.xep_0060.pubsub import XEP_0060
from helixmpp.plugins.xep_0060.requests import FormLike, SendOptions
from helixmpp.plugins.xep_0060.stanza import (
    Event,
    EventItem,
    EventItems,
    EventRetract,
    Item,
    Items,
    Pubsub,
    PubsubErrorCondition,
    PubsubOwner,
)

__all__ = [
    "XEP_0060",
    "Event",
    "EventItem",
    "EventItems",
    "EventRetract",
    "FormLike",
    "Item",
    "Items",
    "Pubsub",
    "PubsubErrorCondition",
    "PubsubOwner",
    "SendOptions",
]
