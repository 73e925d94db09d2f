"""XEP-0249, Direct MUC Invitations: somebody invites somebody else to a room, without the room's help.

Use::

    xmpp.register_plugin("xep_0249")
    xmpp.plugin["xep_0249"].send_invitation("puck@example.org", "council@rooms.example.org", reason="Come!")
    xmpp.add_event_handler("groupchat_direct_invite", on_invite)

where ``on_invite(message)`` finds the room in ``message["groupchat_invite"]["jid"]``, or typed in
``message[Invite].jid``, and who invites in ``message["from"]``.

Events: ``groupchat_direct_invite``, with the message, when somebody invites us to a room that we are not in.

Operations: none.

Limits: nothing is kept. Anybody can invite anybody to anything (section 5): a program that joins whatever it is
invited to is led into as many rooms as strangers like, up to ``max_rooms`` of the plugin ``xep_0045``.

Version: XEP-0249 1.2.
"""

from helixmpp.plugins.xep_0249.invite import XEP_0249
from helixmpp.plugins.xep_0249.stanza import Invite

__all__ = ["XEP_0249", "Invite"]
