"""The rooms of one client or component, and what is known of those who are in them."""

from collections.abc import Mapping
from typing import Any

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.rooms import Occupant, Room, RoomsView
from helixmpp.plugins.xep_0045.said import sender_of
from helixmpp.stanza import Message, Presence

__all__ = ["OptJid", "RoomTable"]

OptJid = JID | str | None

_NOBODY = JID("")


class RoomTable(BasePlugin):
    """Knows which rooms we are in. Where a component is in a room from several addresses, ``pfrom`` says which."""

    max_rooms = Setting(1_000, "in how many rooms this program can be at once")
    max_occupants = Setting(20_000, "how many occupants of a room are kept; the others only raise events")
    max_history = Setting(1_000, "how many messages of its history the result of joining a room holds")
    max_join_size = Setting(
        33_554_432, "how many bytes of memory the presences and history in that result take, about"
    )
    join_timeout = Setting(300.0, "seconds to wait until a room has let us in, where a call says nothing")
    rejoin = Setting(True, "whether rooms are joined again with a new session")
    joined_only = Setting(
        True, "whether a client drops groupchat messages of rooms that it is not in; a component gets all"
    )
    rooms_as_given = Setting(
        False, "whether get_joined_rooms() has the addresses as the program gave them: text as text"
    )
    tell_rooms = Setting(False, "whether contacts who may see our presence may ask which rooms we are in")

    def plugin_init(self) -> None:
        """Begin in no room."""
        # By our own address, which only a component has several of, and that of the room.
        self._table: dict[tuple[str, str], Room] = {}

    # -- for programs -----------------------------------------------------------------------------------

    @property
    def rooms(self) -> Mapping[JID, Mapping[str, Occupant]]:
        """Every room that we are in or on the way to, with its occupants by nickname."""
        return RoomsView(self._table)

    @property
    def our_nicks(self) -> dict[JID, str]:
        """Our nickname in each of these rooms; a new dictionary each time."""
        return {room.jid: room.nick for room in self._table.values() if room.state != "leaving"}

    @property
    def ourNicks(self) -> dict[JID, str]:
        """The same as :attr:`our_nicks`."""
        return self.our_nicks

    def get_joined_rooms(self, pfrom: OptJid = None) -> list[JID]:
        """The rooms that have let us in; with ``pfrom``, by that address of a component."""
        own = None if pfrom is None else self._own(pfrom)
        rooms = {
            room.jid: room.given
            for room in self._table.values()
            if room.state == "joined" and own in (None, room.own)
        }
        return list(rooms.values() if self.rooms_as_given else rooms)

    def room(self, room: JID | str, pfrom: OptJid = None) -> Room | None:
        """All that is known of a room; None where we are not in it, nor on the way to it."""
        wanted = JID(room).bare
        found = self._table.get(self._key(wanted, pfrom))
        if found is None and pfrom is None and self.xmpp.is_component:
            found = next((one for one in self._table.values() if one.jid == wanted), None)
        return found if found is None or found.state != "leaving" else None

    def is_joined(self, room: JID | str, pfrom: OptJid = None) -> bool:
        """Whether a room has let us in."""
        found = self.room(room, pfrom)
        return found is not None and found.state == "joined"

    def occupant(self, room: JID | str, nick: str, pfrom: OptJid = None) -> Occupant | None:
        """What is known of an occupant; None where there is none of that nickname."""
        found = self.room(room, pfrom)
        return None if found is None else found.occupants.get(nick)

    def get_roster(self, room: JID | str, pfrom: OptJid = None) -> list[str] | None:
        """The nicknames of all who are in a room; None where we are not in it."""
        found = self.room(room, pfrom)
        return None if found is None else list(found.occupants)

    def jid_in_room(self, room: JID | str, jid: JID | str, pfrom: OptJid = None) -> bool:
        """Whether somebody of that real address is in a room, which shows only where it hides none."""
        return self.get_nick(room, jid, pfrom) is not None

    def get_nick(self, room: JID | str, jid: JID | str, pfrom: OptJid = None) -> str | None:
        """The nickname of a real address, full or bare, in a room; None where it is not seen there."""
        found = self.room(room, pfrom)
        return None if found is None else found.nick_of(jid)

    def get_jid_property(
        self, room: JID | str, nick: str, jid_property: str, pfrom: OptJid = None
    ) -> Any | None:
        """One thing that is known of an occupant: ``jid``, ``affiliation``, ``role``, ``show``, ``status`` ...

        The others are ``nick``, ``alt_nick`` and ``room``. None where there is no such occupant, or no such thing.
        """
        found = self.occupant(room, nick, pfrom)
        return None if found is None else found.get(jid_property)

    def get_our_jid_in_room(self, room_jid: JID | str, pfrom: OptJid = None) -> str:
        """Our address in a room, ``room@service/nick``; ``""`` where we are not in it."""
        found = self.room(room_jid, pfrom)
        return "" if found is None else found.address.full

    def is_private_message(self, message: Message) -> bool:
        """Whether a message is a private one of another occupant of a room that we are in (section 7.5)."""
        sender = sender_of(message)
        if message.xml.get("type") in ("error", "groupchat") or not sender.resource:
            return False
        room = self._room_of(message, sender)
        return room is not None and room.is_in

    # -- for the other parts ----------------------------------------------------------------------------

    def _rooms_changed(self) -> None:
        """Told when there is another room, or one less."""

    def _own(self, pfrom: OptJid) -> JID:
        """From which address we are in a room: a client has but one, which may be another in each session."""
        if not self.xmpp.is_component:
            return _NOBODY
        return JID(pfrom) if pfrom else self.xmpp.boundjid

    def _key(self, room: str, pfrom: OptJid) -> tuple[str, str]:
        return self._own(pfrom).full, room

    def _room_of(self, stanza: Message | Presence, sender: JID) -> Room | None:
        """The room that a stanza came from: what it is from says so, and nothing that is in it."""
        table = self._table
        if not table or not sender:
            return None
        if not self.xmpp.is_component:
            return table.get(("", sender.bare))
        # It is written to the address that is in the room.
        return table.get((stanza.xml.get("to", ""), sender.bare))
