"""XEP-0425, Moderated Message Retraction: the moderators of a room take messages of others back.

Use::

    xmpp.register_plugin("xep_0425")
    moderation = xmpp.plugin["xep_0425"]
    await moderation.moderate(message["from"].bare, message["stanza_id"]["id"], "spam")
    xmpp.add_event_handler("moderated_message", lambda m: print(m["retract"]["id"], m["retract"]["moderated"]["by"]))

In an archive such a message is ``message["retracted"]["moderated"]``. A component that is a room handles the requests
of its moderators by itself (``iq["moderate"]``, ``StanzaPath("iq@type=set/moderate")``) and tells its occupants by
``send_moderated``.

Events: ``moderated_message``, with the message by which a room says that one was taken back;
``plugin.refers_to(message, original)`` tells whether it is that one. It is also ``message_retract`` of ``xep_0424``.

Operations: none.

Limits: a room is believed about its own messages while we are in it, and nobody else is. Nothing is kept: which
messages there are, the program knows. Who has read a message has read it.

Version: XEP-0425 0.3.0.
"""

from helixmpp.plugins.xep_0425.moderation import XEP_0425
from helixmpp.plugins.xep_0425.stanza import Moderate, Moderated

__all__ = ["XEP_0425", "Moderate", "Moderated"]
