"""XEP-0280, Message Carbons: copies of what the other clients of our account send and receive.

Use::

    xmpp.register_plugin("xep_0280")
    await xmpp.plugin["xep_0280"].enable()  # at each session_start
    xmpp.add_event_handler("carbon_received", lambda message: print(message["carbon_received"]["body"]))

Events: ``carbon_received`` and ``carbon_sent``, with the message of our server in which the copy is:
``message["carbon_received"]`` is a message that another client of ours received, ``message["carbon_sent"]`` one
that it sent. The copy itself raises no event: it is never answered as if it had come to this client.

Operations: none.

Limits: nothing is kept. A copy is believed only from our own bare address (section 11), if it is one of a message to
or from our account; what anybody else sends is dropped, and what is forwarded inside of forwarded messages is not
looked at.

Version: XEP-0280 1.0.1.
"""

from helixmpp.plugins.xep_0280.carbons import XEP_0280
from helixmpp.plugins.xep_0280.stanza import (
    CarbonDisable,
    CarbonEnable,
    PrivateCarbon,
    ReceivedCarbon,
    SentCarbon,
)

__all__ = ["XEP_0280", "CarbonDisable", "CarbonEnable", "PrivateCarbon", "ReceivedCarbon", "SentCarbon"]
