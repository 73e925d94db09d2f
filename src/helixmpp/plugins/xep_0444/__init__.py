"""XEP-0444, Message Reactions: emojis to a message.

People say with a thumb what they think of what somebody wrote, and may take it back.

Use::

    xmpp.register_plugin("xep_0444")
    xmpp.plugin["xep_0444"].send_reactions("juliet@example.org", message["id"], {"👋"})
    xmpp.add_event_handler("reactions", lambda m: print(m["reactions"]["id"], m["reactions"]["values"]))

Events: ``reactions``, with the message that has all reactions of its sender to one message; none takes them back.
``plugin.is_from_participant(message)`` tells whether in a room the sender is known for sure, for which ``xep_0421`` has
to be registered.

Operations: none.

Limits: a message with more than ``max_reactions`` reactions, or none to refer to, raises no event. What is surely no
emoji is left out of the values. Nothing is kept: which reactions a message has, the program knows.

Version: XEP-0444 0.2.1.
"""

from helixmpp.plugins.xep_0444.reactions import XEP_0444, Restrictions
from helixmpp.plugins.xep_0444.stanza import Reaction, Reactions

__all__ = ["XEP_0444", "Reaction", "Reactions", "Restrictions"]
