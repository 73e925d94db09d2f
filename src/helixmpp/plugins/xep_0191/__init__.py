"""XEP-0191, Blocking Command: addresses that our server is to keep away from us.

Use::

    xmpp.register_plugin("xep_0191")
    await xmpp.plugin["xep_0191"].block("tybalt@capulet.example")
    print(await xmpp.plugin["xep_0191"].get_blocked_jids())
    xmpp.add_event_handler("blocked", lambda iq: print(iq["block"]["items"]))

Events: ``blocked`` and ``unblocked``, with the iq in which our server says that another client of ours (or this one)
did so; it says it to those who asked for the list. An ``unblocked`` without addresses means everybody.

Operations: none; it is the server that keeps the list.

Limits: those of the server. The list is believed only from our own account (section 3.3). ``unblock([])`` raises, so
that an empty list unblocks nobody; :meth:`XEP_0191.unblock_all` unblocks everybody.

Version: XEP-0191 1.3.
"""

from helixmpp.plugins.xep_0191.blocking import XEP_0191
from helixmpp.plugins.xep_0191.stanza import Block, Blocked, BlockItem, BlockList, Unblock

__all__ = ["XEP_0191", "Block", "BlockItem", "BlockList", "Blocked", "Unblock"]
