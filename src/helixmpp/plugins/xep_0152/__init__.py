"""XEP-0152, Reachability Addresses: by what other means somebody can be reached right now.

The telephone of the room one is in, say: told to all contacts, and taken back when one leaves.

Use::

    xmpp.register_plugin("xep_0152")
    reach = xmpp.plugin["xep_0152"]
    await reach.publish_reachability([{"uri": "tel:+1-303-555-1212", "desc": "Conference room"}])
    xmpp.add_event_handler("reachability_publish", on_addresses)
    await reach.stop()

where ``on_addresses(message)`` asks ``reach.published(message)``, or reads
``message["pubsub_event"]["items"]["item"]["reach"]["addresses"]``, in the order in which they are to be tried. In a
presence they are ``presence["reach"]["addresses"]``.

Events: ``reachability_publish``, with the message by which a contact's (or our own) account tells it; without
addresses there are none any more.

Operations: none.

Limits: nothing is kept. Whoever wrote an address chose it; one from a contact may cost money to call.

Version: XEP-0152 1.0.
"""

from helixmpp.plugins.xep_0152.reachability import XEP_0152
from helixmpp.plugins.xep_0152.stanza import Address, Reachability

__all__ = ["XEP_0152", "Address", "Reachability"]
