"""XEP-0424, Message Retraction: asks to take a message back.

Use::

    xmpp.register_plugin("xep_0424", {"authentic_only": True})
    sent = xmpp.send_message("juliet@example.org", "not for you")
    xmpp.plugin["xep_0424"].send_retraction("juliet@example.org", sent["id"])
    xmpp.add_event_handler("message_retract", lambda m: print(m["retract"]["id"], "is taken back"))

Events: ``message_retract``, with the message that asks for it. With the setting ``authentic_only`` it is raised only
where the retraction is surely from the author: from the same bare address in a chat, with the same occupant id in a
room. ``plugin.is_authentic(message, original)`` tells it of each. What a room's moderators take back is another
protocol (XEP-0425).

Operations: none.

Limits: without ``original``, the authors of the last messages are known, as many as the setting ``max_authors`` of
``xep_0359`` says, in memory: what is older is unknown, and no retraction of it is authentic by itself.

Version: XEP-0424 0.4.2.
"""

from helixmpp.plugins.xep_0424.retraction import XEP_0424
from helixmpp.plugins.xep_0424.stanza import Retract, Retracted

__all__ = ["XEP_0424", "Retract", "Retracted"]
