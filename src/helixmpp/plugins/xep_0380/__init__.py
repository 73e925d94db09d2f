"""XEP-0380, Explicit Message Encryption: by which protocol a message is encrypted.

Who cannot decrypt a message can tell then what it was, in the place of its unreadable text.

Use::

    xmpp.register_plugin("xep_0380")
    if xmpp.plugin["xep_0380"].has_eme(message):
        xmpp.plugin["xep_0380"].replace_body_with_eme(message)
    xmpp.plugin["xep_0380"].add_eme(sending, "urn:xmpp:omemo:2")

Events: none.

Operations: none.

Limits: of a name or namespace that a stranger wrote, 100 characters are shown.

Version: XEP-0380 0.4.0.
"""

from helixmpp.plugins.xep_0380.eme import XEP_0380
from helixmpp.plugins.xep_0380.stanza import Encryption

__all__ = ["XEP_0380", "Encryption"]
