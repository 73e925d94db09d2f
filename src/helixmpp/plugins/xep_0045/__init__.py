"""XEP-0045, Multi-User Chat: rooms where many write to each other, as occupant, moderator, admin and owner.

A room is an address, ``room@service``; whoever is in it has an address there, ``room@service/nick``.

Use::

    xmpp.register_plugin("xep_0045")
    muc = xmpp.plugin["xep_0045"]
    await muc.join_muc_wait("council@rooms.example.org", "Puck", maxstanzas=20)
    xmpp.send_message(mto="council@rooms.example.org", mbody="Good evening!", mtype="groupchat")
    xmpp.add_event_handler("groupchat_message", on_message)

where ``on_message(message)`` finds who said it in ``message["mucnick"]`` and where in ``message["mucroom"]``; our own
messages come back like all others. ``muc.get_roster(room)`` has the nicknames of those who are there,
``muc.rooms[room][nick].role`` what one of them is; ``set_role(room, nick, "none")`` is a kick,
``set_affiliation(room, "outcast", jid=jid)`` a ban. Typed, what a room says in a presence is ``presence[MUCPresence]``,
in a message ``message[MUCMessage]``.

A room is joined again with each new session, with what was said since its last message, until the program leaves it.
A session that is resumed has never left. Who is kicked, banned or finds the room destroyed does not come back by
itself; who was removed by an error or because the service stops (``Left.comes_back``) does with the next session, or
sooner where the plugin ``xep_0410`` is registered.

Events: of each room, ``ROOM`` being its bare address: ``muc::ROOM::message``, ``muc::ROOM::groupchat_subject``,
``muc::ROOM::private_message``, ``muc::ROOM::message_error``, ``muc::ROOM::config_status`` and
``muc::ROOM::affiliation_change`` (of somebody who is not in the room) with the message;
``muc::ROOM::presence``, ``muc::ROOM::got_online``, ``muc::ROOM::got_offline``, ``muc::ROOM::self-presence``
(status code 110), ``muc::ROOM::presence-error`` with the presence; ``muc::ROOM::left`` with a :class:`Left`.
Of all rooms:
``groupchat_message``, ``groupchat_subject``, ``groupchat_private_message``, ``groupchat_message_error``,
``groupchat_config_status`` (codes of section 10.2.1), ``groupchat_presence``, ``groupchat_joined`` (our own presence:
the room has let us in) and ``groupchat_left`` (a :class:`Left`, with the reason). From a room that we need not be in,
with the message: ``groupchat_invite``, ``groupchat_decline``, ``groupchat_affiliation_changed`` (code 101). For
moderators and admins: ``groupchat_voice_request`` and ``groupchat_registration_request``, which
:meth:`XEP_0045.answer_request` answers. For a component that is a room itself: ``groupchat_join`` with the presence of
who wants to come in; it gets the events of messages and invitations from everybody.

Operations: none; who is in a room is true as long as the session is, and nothing to be stored.

Limits: this program is in ``max_rooms`` rooms, of which ``max_occupants`` occupants each are kept; a joined room
gives ``max_history`` messages of its history, with the presences of its occupants ``max_join_size`` bytes. Rooms are
believed about themselves and nobody else is: groupchat messages of rooms that we are not in are dropped
(``joined_only``), and invitations count only from the room's own address. Texts of occupants are kept up to 1,024
characters. Who is behind a nickname, the room alone knows; the same name is no proof of the same person (XEP-0421
helps).

Version: XEP-0045 1.35.5.
"""

from helixmpp.plugins.xep_0045.muc import XEP_0045
from helixmpp.plugins.xep_0045.rooms import JoinResult, Left, LeftReason, Occupant, PresenceArgs, Room
from helixmpp.plugins.xep_0045.stanza import (
    MUCAdminItem,
    MUCAdminQuery,
    MucAffiliation,
    MUCJoin,
    MUCMessage,
    MUCOwnerQuery,
    MUCPresence,
    MucRole,
    MUCUserItem,
)

__all__ = [
    "XEP_0045",
    "JoinResult",
    "Left",
    "LeftReason",
    "MUCAdminItem",
    "MUCAdminQuery",
    "MUCJoin",
    "MUCMessage",
    "MUCOwnerQuery",
    "MUCPresence",
    "MUCUserItem",
    "MucAffiliation",
    "MucRole",
    "Occupant",
    "PresenceArgs",
    "Room",
]
