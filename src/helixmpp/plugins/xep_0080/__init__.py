"""XEP-0080, User Location: where somebody is, for all contacts to see, or in a message.

Use::

    xmpp.register_plugin("xep_0080")
    locations = xmpp.plugin["xep_0080"]
    await locations.publish_location(lat=45.44, lon=12.33, accuracy=20, locality="Venice", lang="en")
    xmpp.add_event_handler("user_location_publish", on_location)
    message["geoloc"]["lat"] = 45.44  # to one alone
    await locations.stop()

where ``on_location(message)`` asks ``locations.published(message)``, or reads
``message["pubsub_event"]["items"]["item"]["geoloc"]["lat"]``; who is there, ``message["from"]`` says.

Events: ``user_location_publish``, with the message by which a contact's (or our own) account tells it; without a
latitude, a place and all the rest it is not told any more.

Operations: none.

Limits: nothing is kept. Who learns where we are, the node's access model decides: look at it before you publish
(section 8). Where others are, they say themselves; a ``uri`` there is nothing to fetch unasked.

Version: XEP-0080 1.10.0.
"""

from helixmpp.plugins.xep_0080.geoloc import XEP_0080
from helixmpp.plugins.xep_0080.stanza import NAMESPACE, Geoloc

__all__ = ["NAMESPACE", "XEP_0080", "Geoloc"]
