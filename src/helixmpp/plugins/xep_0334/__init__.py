"""XEP-0334, Message Processing Hints: what servers are to do with a message, such as to keep it nowhere.

Use::

    xmpp.register_plugin("xep_0334")
    message.enable("no-store")
    kept = message.get(NoStore) is None

Events: none.

Operations: none.

Limits: these are hints; a server need not follow them.

Version: XEP-0334 1.0.0.
"""

from helixmpp.plugins.xep_0334.hints import XEP_0334
from helixmpp.plugins.xep_0334.stanza import NoCopy, NoPermanentStore, NoStore, Store

__all__ = ["XEP_0334", "NoCopy", "NoPermanentStore", "NoStore", "Store"]
