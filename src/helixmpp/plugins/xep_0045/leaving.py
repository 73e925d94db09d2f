"""Out of rooms, whoever wants it (XEP-0045 sections 7.14, 8.2, 9.1, 10.9 and 11)."""

from helixmpp.core.receipt import Receipt
from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.rooms import Left, LeftReason, Room
from helixmpp.plugins.xep_0045.table import OptJid, RoomTable
from helixmpp.stanza import Presence

__all__ = ["Leaving"]

# Nobody wanted us out: these rooms are joined again with the next session.
_TECHNICAL: frozenset[LeftReason] = frozenset({"shutdown", "error"})


class Leaving(RoomTable):
    """Leaves rooms, and notes that we are out of one."""

    def plugin_init(self) -> None:
        """Begin with nothing under way."""
        super().plugin_init()
        # What was to be sent while there was no session, by room: it goes out with the next one.
        self._unsent: dict[tuple[str, str], Receipt] = {}

    def plugin_end(self) -> None:
        """Let nobody wait for what will not come; the rooms themselves are not left."""
        for room in tuple(self._table.values()):
            self._give_up(room, StateError("the plugin xep_0045 was disabled"))
        self._table.clear()
        self._rooms_changed()
        self._unsent.clear()

    def leave_muc(
        self, room: JID | str, nick: str | None = None, msg: str = "", pfrom: OptJid = None
    ) -> None:
        """Leave a room; the event ``groupchat_left`` comes when the room has let us go.

        :param nick: our nickname there; by default the one that is known.
        :param msg: a text for those who stay.
        :param pfrom: the address that is there, for components.
        """
        found = self.room(room, pfrom)
        address = JID(room)
        if found is not None:
            nick, pfrom = nick or found.nick, found.own or None
            self._give_up(found, StateError(f"the program left {found.jid.bare}"))
            if not found.is_in:
                # The room has nobody to let go.
                self._remove(found)
                return
            found.state = "leaving"
        self.xmpp.send_presence(
            pto=JID.from_parts(address.local, address.domain, nick or address.resource, lenient=True),
            ptype="unavailable",
            pstatus=msg or None,
            pfrom=pfrom,
        )

    def _out(self, room: Room, reason: LeftReason, presence: Presence | None, error: Exception) -> None:
        """We are no longer in a room."""
        self._give_up(room, error)
        if room.state == "leaving":
            reason = "left"
        comes_back = reason in _TECHNICAL and self.rejoin
        room.forget_occupants()
        if comes_back:
            room.state = "waiting"
        else:
            self._remove(room)
        left = Left(room.jid, room.nick, reason, presence, comes_back)
        self.xmpp.event("groupchat_left", left)
        self.xmpp.event(f"muc::{room.jid.bare}::left", left)

    def _remove(self, room: Room) -> None:
        key = (room.own.full, room.jid.bare)
        self._unsent.pop(key, None)
        if self._table.get(key) is room:
            del self._table[key]
            self._rooms_changed()

    def _give_up(self, room: Room, error: Exception) -> None:
        """End what is under way with a room."""
        self.xmpp.cancel_schedule(self._timer(room))
        if room.attempt is not None:
            room.attempt.fail(error)
            room.attempt = None
        if room.renaming is not None:
            room.renaming.fail(error)
            room.renaming = None

    def _timer(self, room: Room) -> str:
        return f"{self.name}: {room.own.full} joins {room.jid.bare}"
