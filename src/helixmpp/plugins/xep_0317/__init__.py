"""XEP-0317, Hats: what people are in a room besides its roles: host, teacher, presenter ...

A room tells in the presence of an occupant which hats he wears; its admins make hats and give them to people.

Use::

    xmpp.register_plugin("xep_0317")
    hats = xmpp.plugin["xep_0317"]
    xmpp.add_event_handler("groupchat_presence", lambda p: print(p["from"].resource, hats.hats_of(p)))
    await hats.create_hat("physics@courses.example.edu", "http://tech.example.edu/hats#Assistant", "Assistant", 327.25)
    await hats.assign_hat("physics@courses.example.edu", "terry@example.edu", "http://tech.example.edu/hats#Assistant")

A component that is a room says it by ``presence["hats"].add_hats([(uri, title)])``.

Events: none of its own; hats come with the presences of ``xep_0045``, and status code 104 (``groupchat_config_status``)
tells that those of a room have changed.

Operations: none.

Limits: hats count in rooms that say that they have them, which is asked once we are in; in others everybody could put
one on. Which rooms these are is kept until the session ends. Of one occupant ``max_hats`` hats are given. A component
that is a room answers the commands of its admins by itself (``xep_0050``).

Version: XEP-0317 0.3.1.
"""

from helixmpp.plugins.xep_0317.hats import XEP_0317
from helixmpp.plugins.xep_0317.stanza import Hat, Hats, HatTuple

__all__ = ["XEP_0317", "Hat", "HatTuple", "Hats"]
