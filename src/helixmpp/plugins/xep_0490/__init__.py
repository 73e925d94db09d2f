"""XEP-0490, Message Displayed Synchronization: which messages other clients of the account have shown already.

What was read on one device is not shown as new on another. Nobody else is told.

Use::

    xmpp.register_plugin("xep_0490")
    mds = xmpp.plugin["xep_0490"]
    for chat, stanza_id in (await mds.displayed()).items():
        print(chat, "was displayed up to", stanza_id)
    await mds.flag_message(message)
    xmpp.add_event_handler("message_displayed_synchronization_publish", lambda m: print(mds.displayed_in(m)))

Events: ``message_displayed_synchronization_publish``, with the message, when another client has shown something: the
item is ``message["pubsub_event"]["items"]["item"]``, its ``id`` the chat; ``_retract``, ``_purge``, ``_delete`` and
``_config``, as of any node.

Operations: none; it is the account's server that keeps it.

Limits: a client believes events only from its own account, a component those of every account, ``message["from"]``;
ids that the wrong one is said to have given are left out.
Nothing is stored at a server that might show it to others. Which of two messages is the later one, the program knows:
what is older than what it has shown already, or unknown to it, counts for nothing (section 5.1).

Version: XEP-0490 1.0.1.
"""

from helixmpp.plugins.xep_0490.mds import XEP_0490
from helixmpp.plugins.xep_0490.stanza import Displayed

__all__ = ["XEP_0490", "Displayed"]
