"""XEP-0422, Message Fastening: what is added to an earlier message.

Use::

    xmpp.register_plugin("xep_0422")
    xmpp.plugin["xep_0422"].fasten(message, "origin-id-1", Element("{urn:example:like}i-like-this"))
    applied = received[ApplyTo]
    print(applied.id, applied.payloads)

Events: none.

Operations: none.

Limits: nothing is kept. Whether the sender may add what it adds, each payload's own protocol says (section 4).

Version: XEP-0422 0.2.0.
"""

from helixmpp.plugins.xep_0422.fastening import XEP_0422
from helixmpp.plugins.xep_0422.stanza import ApplyTo, External

__all__ = ["XEP_0422", "ApplyTo", "External"]
