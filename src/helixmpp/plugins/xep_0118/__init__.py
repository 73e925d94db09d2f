"""XEP-0118, User Tune: what somebody listens to, for all contacts to see.

Use::

    xmpp.register_plugin("xep_0118")
    tunes = xmpp.plugin["xep_0118"]
    await tunes.publish_tune(artist="Yes", title="Heart of the Sunrise", length=686)
    xmpp.add_event_handler("user_tune_publish", on_tune)
    await tunes.stop()  # when the music stops

where ``on_tune(message)`` asks ``tunes.published(message)``, or reads
``message["pubsub_event"]["items"]["item"]["tune"]["title"]``; whose it is, ``message["from"]`` says.

Events: ``user_tune_publish``, with the message by which a contact's (or our own) account tells it; without a title, an
artist and all the rest there is no music any more.

Operations: none.

Limits: nothing is kept. Where a tune has a ``uri``, whoever wrote it chose the address.

Version: XEP-0118 1.3.0.
"""

from helixmpp.plugins.xep_0118.stanza import UserTune
from helixmpp.plugins.xep_0118.user_tune import XEP_0118

__all__ = ["XEP_0118", "UserTune"]
