"""XEP-0203, Delayed Delivery: when a stanza that arrives late was sent, and who kept it until now.

Servers keep messages for those who are offline, and rooms show what was said before.

Use::

    xmpp.register_plugin("xep_0203")
    xmpp.add_event_handler("message", on_message)

where ``on_message(message)`` finds the moment, a datetime with its zone, in ``message["delay"]["stamp"]`` or typed
in ``message[Delay].stamp``, and who says so in ``message["delay"]["from"]``. ``xmpp.plugin["xep_0203"].sent_at(
message)`` gives the moment, or None where there is none that can be read.

Events: none.

Operations: none.

Limits: nothing is kept. Anybody can write anything here (section 6): who has to be sure compares ``from``
with whom it trusts, such as the own server or the room.

Version: XEP-0203 2.0.
"""

from helixmpp.plugins.xep_0203.delay import XEP_0203
from helixmpp.plugins.xep_0203.stanza import Delay

__all__ = ["XEP_0203", "Delay"]
