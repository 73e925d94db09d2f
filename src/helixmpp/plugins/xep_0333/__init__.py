"""XEP-0333, Displayed Markers: up to which message somebody has read.

Use::

    xmpp.register_plugin("xep_0333")
    message.enable("markable")  # asks for a marker; message.send() follows
    xmpp.plugin["xep_0333"].mark(received)  # says that we read it, to who asks
    xmpp.add_event_handler("marker_displayed", lambda m: print(m["from"], "read", m["displayed"]["id"]))

Events: ``marker``, with each message that has one, and ``marker_displayed``; ``marker_received`` and
``marker_acknowledged`` for the markers of older versions of the protocol.

Operations: none.

Limits: nothing is kept: which of two markers is the later one, and whether there is such a message, the program
knows (section 5). No marker is sent by itself.

Version: XEP-0333 1.0.0.
"""

from helixmpp.plugins.xep_0333.markers import XEP_0333
from helixmpp.plugins.xep_0333.stanza import Acknowledged, Displayed, Markable, Received

__all__ = ["XEP_0333", "Acknowledged", "Displayed", "Markable", "Received"]
