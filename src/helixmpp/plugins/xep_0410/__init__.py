"""XEP-0410, MUC Self-Ping: finds out that a room has forgotten us, without our being told.

When a server between us and a room stops, or the link to it breaks, the room may let us go and be unable to say so:
it just seems quiet. After some silence this program pings its own address in the room, which only answers while it is
in it.

Use::

    xmpp.register_plugin("xep_0410", {"ping_interval": 300})
    await xmpp.plugin["xep_0045"].join_muc_wait("council@rooms.example.org", "Puck")  # it is watched from now on
    status = await xmpp.plugin["xep_0410"].send_self_ping("council@rooms.example.org/Puck")

A room that has forgotten us is joined again, with what was said in between.

Events: ``muc_ping_changed``, when a ping tells something else than the one before, with a dictionary: ``key`` is our
address in the room and our own one, ``previous`` and ``result`` are each a :class:`PingStatus`.

Operations: none.

Limits: one ping to each room is on its way at a time; none while the room speaks, while there is no stream, or while
our nickname there is being changed. As many rooms are watched as the plugin ``xep_0045`` joins, and those that the
program adds. Settings: ``automatic`` watches every room that is joined, ``rejoin`` joins again.

Version: XEP-0410 1.1.0.
"""

from helixmpp.plugins.xep_0410.self_ping import XEP_0410, PingStatus

__all__ = ["XEP_0410", "PingStatus"]
