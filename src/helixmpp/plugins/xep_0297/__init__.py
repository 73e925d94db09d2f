"""XEP-0297, Stanza Forwarding: a message inside another one, with the moment at which it came.

Carbons and archives deliver messages so, and people pass them on to each other.

Use::

    xmpp.register_plugin("xep_0297")
    xmpp.plugin["xep_0297"].forward(message, "mercutio@example.org", "A most courteous exposition!")
    inner = received["forwarded"]["stanza"]  # a Message; received[Forwarded].message has it typed

Events: none. A message that is forwarded as it is comes as the event ``message`` of the one who forwards it, and is
never treated as if it had come by itself: everybody can write anything into it (section 6).

Operations: none.

Limits: those of the parser. Where there are several stanzas in one ``<forwarded/>``, none is given.

Version: XEP-0297 1.0.
"""

from helixmpp.plugins.xep_0297.forwarded import XEP_0297
from helixmpp.plugins.xep_0297.stanza import Forwarded

__all__ = ["XEP_0297", "Forwarded"]
