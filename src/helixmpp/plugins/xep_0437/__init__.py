"""XEP-0437, Room Activity Indicators: in which rooms something was said, without joining them all.

Use::

    xmpp.register_plugin("xep_0437")
    xmpp.add_event_handler("room_activity", lambda stanza: print("news in", stanza["rai"]["activities"]))
    xmpp.plugin["xep_0437"].subscribe("conference.example.com")

A component that is a service of rooms hears by ``room_activity_bare`` who wants to know it, and tells it by
``send_activity(presence["from"], rooms)``.

Events: ``room_activity``, with the stanza in which a service names rooms; ``room_activity_bare``, with one that names
none: to a component it is the presence of somebody who wants to be told. ``room_activity_error``, with the presence by
which a service refuses: it is not asked again.

Operations: none; which rooms they are, a service says anew to each session.

Limits: only services that were asked are heard, and only about their own rooms; other addresses are taken out of the
stanza. Of one stanza ``max_rooms`` rooms are told. That a room is named twice means nothing (section 4).

Version: XEP-0437 0.2.0.
"""

from helixmpp.plugins.xep_0437.rai import XEP_0437
from helixmpp.plugins.xep_0437.stanza import RAI, Activity

__all__ = ["RAI", "XEP_0437", "Activity"]
