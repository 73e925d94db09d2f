"""XEP-0352, Client State Indication: whether the user looks at the program.

A server holds back what is not important, such as presences, while nobody looks: that saves a phone's battery.

Use::

    xmpp.register_plugin("xep_0352")
    xmpp.plugin["xep_0352"].send_inactive()  # the screen goes dark
    xmpp.plugin["xep_0352"].send_active()

Events: none.

Operations: none.

Limits: nothing is sent to a server that does not offer it (``plugin.enabled``), nor without a session. The state is
said again on each new stream, until it changes.

Version: XEP-0352 1.0.0.
"""

from helixmpp.plugins.xep_0352.csi import XEP_0352
from helixmpp.plugins.xep_0352.stanza import Active, ClientStateIndication, Inactive

__all__ = ["XEP_0352", "Active", "ClientStateIndication", "Inactive"]
