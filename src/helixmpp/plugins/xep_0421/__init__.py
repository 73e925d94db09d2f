"""XEP-0421, Occupant identifiers: who somebody in a room is, whatever nickname he has today.

A room that hides the addresses of its occupants gives each of them an id that stays the same. Whoever takes the
nickname of another is known by it, and so is the author of a message that is corrected or taken back.

Use::

    xmpp.register_plugin("xep_0421")
    ids = xmpp.plugin["xep_0421"]
    xmpp.add_event_handler("groupchat_message", lambda message: print(ids.occupant_id(message), message["body"]))

What stands in a stanza, believed or not, is ``stanza["occupant-id"]["id"]``, or typed ``stanza[OccupantID].id``.

Events: none.

Operations: none.

Limits: ids count in rooms that say that they have them, which is asked once we are in; in others everybody could
write what he likes (section 4). Of rooms that we are in it is kept which these are, until the session ends. An id is
worth something in its own room only, and has 128 characters at most.

Version: XEP-0421 1.0.1.
"""

from helixmpp.plugins.xep_0421.occupant_id import XEP_0421
from helixmpp.plugins.xep_0421.stanza import OccupantID, OccupantId

__all__ = ["XEP_0421", "OccupantID", "OccupantId"]
