"""XEP-0224, Attention: asks somebody to look here at once.

A client shakes its window or plays a sound; a bot may page who is on duty.

Use::

    xmpp.register_plugin("xep_0224")
    xmpp.plugin["xep_0224"].request_attention("juliet@example.org/balcony", mbody="Why don't you answer?")
    xmpp.add_event_handler("attention", lambda message: print(message["from"], "wants your attention"))

Events: ``attention``, with the message that asks for it.

Operations: none.

Limits: requests are told of those who are in our roster, and with the setting ``from_strangers`` of everybody
(section 7). Those that come late, from an archive or after a break, from a room, or as errors are none. How often
somebody may ask is the program's to say.

Version: XEP-0224 1.0.
"""

from helixmpp.plugins.xep_0224.attention import XEP_0224
from helixmpp.plugins.xep_0224.stanza import Attention

__all__ = ["XEP_0224", "Attention"]
