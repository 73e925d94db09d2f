"""XEP-0107, User Mood: how somebody feels, for all contacts to see.

Use::

    xmpp.register_plugin("xep_0107")
    moods = xmpp.plugin["xep_0107"]
    await moods.publish_mood("happy", "Yay, the mood spec has been approved!")
    xmpp.add_event_handler("user_mood_publish", on_mood)
    await moods.stop()

where ``on_mood(message)`` asks ``moods.published(message)``, or reads
``message["pubsub_event"]["items"]["item"]["mood"]["value"]``; whose it is, ``message["from"]`` says. A single message
can have a mood of its own: ``message["mood"]["value"] = "sarcastic"``.

Events: ``user_mood_publish``, with the message by which a contact's (or our own) account tells it; without a value no
mood is told any more.

Operations: none.

Limits: nothing is kept. A mood that section 3 does not list is none.

Version: XEP-0107 1.2.2.
"""

from helixmpp.plugins.xep_0107.stanza import UserMood
from helixmpp.plugins.xep_0107.user_mood import XEP_0107

__all__ = ["XEP_0107", "UserMood"]
