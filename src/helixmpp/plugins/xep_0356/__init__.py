"""XEP-0356, Privileged Entity: a component that acts for the users of a server, where the server allows it.

A gateway puts contacts into the roster of its user, sends what the user wrote with another client in the user's name,
and sees when the user comes online. The administrator of the server says what it may do.

Use::

    xmpp.register_plugin("xep_0356")
    privilege = xmpp.plugin["xep_0356"]
    xmpp.add_event_handler("privileges_advertised", lambda message: print(privilege.granted_privileges))
    await privilege.set_roster("juliet@capulet.lit", {"nurse@gateway.capulet.lit": {"name": "Nurse"}})
    privilege.send_privileged_message(xmpp.make_message("romeo@montague.lit", "Ay me!", mfrom="juliet@capulet.lit"))
    answer = await privilege.send_privileged_iq(request)  # an Iq from juliet@capulet.lit

Events: ``privileges_advertised``, with the message by which a server says what it allows; ``privileged_roster_update``,
with the iq that has the changed contact of the user ``iq["from"]``; ``privileged_message_error``, with the message by
which a server refuses one in the name of a user. Presences of users come as those of everybody else do.

Operations: none; what is allowed, each server says anew to each session.

Limits: what is not allowed raises ``PermissionError`` before anything is sent. A server is believed about its own
users only, and a client's own server alone. The permissions of ``max_servers`` servers are kept until the session
ends, with 256 namespaces each.

Version: XEP-0356 0.4.1.
"""

from helixmpp.plugins.xep_0356.permissions import (
    IqPermission,
    MessagePermission,
    Permissions,
    PresencePermission,
    RosterAccess,
)
from helixmpp.plugins.xep_0356.privilege import XEP_0356, PrivilegedIqError
from helixmpp.plugins.xep_0356.stanza import NameSpace, Perm, Privilege, PrivilegedIq

__all__ = [
    "XEP_0356",
    "IqPermission",
    "MessagePermission",
    "NameSpace",
    "Perm",
    "Permissions",
    "PresencePermission",
    "Privilege",
    "PrivilegedIq",
    "PrivilegedIqError",
    "RosterAccess",
]
