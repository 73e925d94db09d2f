"""XEP-0108, User Activity: what somebody does, for all contacts to see.

Use::

    xmpp.register_plugin("xep_0108")
    activities = xmpp.plugin["xep_0108"]
    await activities.publish_activity("relaxing", "partying", "My nurse's birthday!")
    xmpp.add_event_handler("user_activity_publish", on_activity)
    await activities.stop()

where ``on_activity(message)`` asks ``activities.published(message)``, or reads
``message["pubsub_event"]["items"]["item"]["activity"]["value"]``, a tuple of what is done in general and in particular;
who does it, ``message["from"]`` says.

Events: ``user_activity_publish``, with the message by which a contact's (or our own) account tells it; without a value
nothing is told any more.

Operations: none.

Limits: nothing is kept. An activity that section 3 does not list is none.

Version: XEP-0108 1.3.
"""

from helixmpp.plugins.xep_0108.stanza import UserActivity
from helixmpp.plugins.xep_0108.user_activity import XEP_0108

__all__ = ["XEP_0108", "UserActivity"]
