"""XEP-0461, Message Replies: which message one answers.

In a busy chat it can be seen then what an answer is about.

Use::

    xmpp.register_plugin("xep_0461")
    xmpp.plugin["xep_0461"].answer(message, "Great idea!").send()
    print(received["reply"]["id"], received["reply"].strip_fallback_content())

Events: ``message_reply``, with a message that answers another one.

Operations: none.

Limits: nothing is kept. Whether there is such a message, and whether ``to`` wrote it, the program knows.

Version: XEP-0461 0.2.1.
"""

from helixmpp.plugins.xep_0461.reply import XEP_0461
from helixmpp.plugins.xep_0461.stanza import Reply

__all__ = ["XEP_0461", "Reply"]
