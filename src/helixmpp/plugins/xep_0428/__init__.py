"""XEP-0428, Fallback Indication: which text of a message is only for those who do not know a protocol.

A reply quotes what it answers, for clients that cannot show it better; who can leaves the quotation out.

Use::

    xmpp.register_plugin("xep_0428")
    xmpp.plugin["xep_0428"].add_fallback(message, "urn:xmpp:reply:0", 0, 33)
    text = xmpp.plugin["xep_0428"].stripped_body(received, ["urn:xmpp:reply:0"])

Events: none.

Operations: none.

Limits: places are counted in code points; what lies outside of the text, or is no number, leaves nothing out. Anybody
can mark anything as a fallback: leave out only what stands in for a protocol that you know.

Version: XEP-0428 0.2.1.
"""

from helixmpp.plugins.xep_0428.fallback import XEP_0428
from helixmpp.plugins.xep_0428.stanza import Fallback, FallbackBody, FallbackSubject

__all__ = ["XEP_0428", "Fallback", "FallbackBody", "FallbackSubject"]
