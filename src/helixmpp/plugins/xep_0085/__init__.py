"""XEP-0085, Chat State Notifications: whether the other writes, pauses, looks elsewhere or is gone.

Use::

    xmpp.register_plugin("xep_0085")
    xmpp.plugin["xep_0085"].send_state("juliet@example.org", "composing")
    xmpp.add_event_handler("chatstate_composing", lambda message: print(message["from"], "is writing"))

A message with a text says its state, too: ``message["chat_state"] = "active"`` before it is sent.

Events: ``chatstate``, with each message that has a state, and ``chatstate_active``, ``chatstate_composing``,
``chatstate_paused``, ``chatstate_inactive``, ``chatstate_gone``.

Operations: none.

Limits: nothing is kept. Messages of type ``error`` raise no event. Who has not said a state is not to be sent any
(section 5.2); that is left to the program.

Version: XEP-0085 2.1.
"""

from helixmpp.plugins.xep_0085.chat_states import XEP_0085
from helixmpp.plugins.xep_0085.stanza import Active, ChatState, Composing, Gone, Inactive, Paused

__all__ = ["XEP_0085", "Active", "ChatState", "Composing", "Gone", "Inactive", "Paused"]
