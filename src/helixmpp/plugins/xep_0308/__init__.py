"""XEP-0308, Last Message Correction: a message in the place of another one.

Use::

    xmpp.register_plugin("xep_0308", {"authentic_only": True})
    sent = xmpp.send_message("juliet@example.org", "Helo")
    xmpp.plugin["xep_0308"].correct_message(sent, "Hello")
    xmpp.add_event_handler("message_correction", lambda m: print(m["replace"]["id"], "is now", m["body"]))

Events: ``message_correction``, with the message that corrects another one, besides the event ``message``. With the
setting ``authentic_only`` it is raised only where the correction is surely from the author: from the same bare
address in a chat, with the same occupant id in a room. ``plugin.is_authentic(message, original)`` tells it of each.

Operations: none.

Limits: without ``original``, the authors of the last messages are known, as many as the setting ``max_authors`` of
``xep_0359`` says, in memory: what is older is unknown, and no correction of it is authentic by itself.

Version: XEP-0308 1.2.1.
"""

from helixmpp.plugins.xep_0308.correction import XEP_0308
from helixmpp.plugins.xep_0308.stanza import Replace

__all__ = ["XEP_0308", "Replace"]
