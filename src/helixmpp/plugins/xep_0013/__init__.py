"""XEP-0013, Flexible Offline Message Retrieval: the messages that wait for us, one by one.

A server that knows it does not send all of them at the first presence once it was asked how many there are.

Use::

    xmpp.register_plugin("xep_0013")
    offline = xmpp.plugin["xep_0013"]
    if await offline.count():
        for node, sender in (await offline.headers()).items():
            print(node, sender)
        iq = await offline.view([node])
        print(iq["offline"]["results"][0]["body"])
        await offline.remove([node])

Ask before the first presence is sent.

Events: none of its own; the messages raise those that every message raises, too.

Operations: none; it is the account's server that keeps the messages.

Limits: no more than ``max_results`` messages are collected for one request; no two requests are collected for at the
same time. A message says by itself that it was waiting: a sender who knows the node of one, a moment of time, can have
another one in its place. The XEP is deprecated in favour of archives (``xep_0313``).

Version: XEP-0013 1.3.
"""

from helixmpp.plugins.xep_0013.offline import XEP_0013
from helixmpp.plugins.xep_0013.stanza import Item, Offline

__all__ = ["XEP_0013", "Item", "Offline"]
