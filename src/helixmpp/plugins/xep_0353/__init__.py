"""XEP-0353, Jingle Message Initiation: a call is proposed to all devices of somebody before one of them takes it.

The messages only; what is called, and the session itself, is up to the program.

Use::

    xmpp.register_plugin("xep_0353")
    calls = xmpp.plugin["xep_0353"]
    calls.propose("juliet@capulet.example", sid, [("urn:xmpp:jingle:apps:rtp:1", "audio")])
    xmpp.add_event_handler("jingle_message_proceed", lambda m: print(m["jingle_proceed"]["id"], m["from"]))

and who is called::

    xmpp.add_event_handler("jingle_message_propose", on_call)
    calls.ringing(message["from"], message["jingle_propose"]["id"])
    calls.proceed(message["from"], message["jingle_propose"]["id"])

Events: ``jingle_message_propose``, ``jingle_message_ringing``, ``jingle_message_retract``, ``jingle_message_proceed``,
``jingle_message_accept`` (of older clients), ``jingle_message_reject`` and ``jingle_message_finish``, each with the
message. What the other devices of our account answered comes in carbons (``xep_0280``).

Operations: none.

Limits: no session is kept, and nothing is answered by itself: that would show that we are there. Of one without an id,
of a proposal without a description, and of messages of type ``groupchat`` or ``error`` there is no event.
:meth:`XEP_0353.overrules` says which of two proposals counts that crossed each other.

Version: XEP-0353 0.8.0.
"""

from helixmpp.plugins.xep_0353.jingle_message import XEP_0353
from helixmpp.plugins.xep_0353.stanza import (
    Accept,
    Finish,
    JingleMessage,
    Proceed,
    Propose,
    Reason,
    Reject,
    Retract,
    Ringing,
)

__all__ = [
    "XEP_0353",
    "Accept",
    "Finish",
    "JingleMessage",
    "Proceed",
    "Propose",
    "Reason",
    "Reject",
    "Retract",
    "Ringing",
]
