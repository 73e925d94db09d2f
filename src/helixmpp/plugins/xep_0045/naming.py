"""Our nickname in rooms (XEP-0045 section 7.6)."""

import asyncio
from collections.abc import Awaitable

from helixmpp.core.futures import Begun, mute
from helixmpp.errors import InvalidJID, StateError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.leaving import Leaving
from helixmpp.plugins.xep_0045.rooms import PresenceArgs, Renaming, Room
from helixmpp.plugins.xep_0045.table import OptJid
from helixmpp.stanza import Presence

__all__ = ["Naming"]


class Naming(Leaving):
    """Changes our nickname."""

    def set_self_nick(
        self,
        room: JID | str,
        new_nick: str,
        timeout: float | None = None,
        presence_options: PresenceArgs | None = None,
        *,
        pfrom: OptJid = None,
    ) -> Awaitable[str]:
        """Change our nickname in a room (section 7.6); what comes back may be awaited, and gives the new one.

        The room may choose another one than was asked for.

        :param timeout: seconds to wait; by default the client's ``response_timeout``.
        :param presence_options: what else the presence says; by default what it said when the room was joined.
        :raises PresenceError: (when awaited) the room refuses: ``conflict``, ``not-acceptable`` ...
        :raises TimeoutError: (when awaited) it did not answer in time.
        :raises NotConnectedError: (when awaited) the session ended before.
        :raises StateError: we are not in it, or another change is under way.
        :raises InvalidJID: ``new_nick`` is none.
        """
        found = self.room(room, pfrom)
        if found is None or found.state != "joined":
            raise StateError(f"{JID(room).bare} is not joined")
        if found.renaming is not None:
            raise StateError(f"the nickname in {found.jid.bare} is being changed already")
        address = JID.from_parts(found.jid.local, found.jid.domain, new_nick)
        options = PresenceArgs(pshow=found.options.get("pshow"), pstatus=found.options.get("pstatus"))
        options.update(presence_options or {})
        # Section 7.6: it has no type, and its addresses are no option.
        options["pto"], options["pfrom"], options["ptype"] = address, found.own or None, None
        presence = self.xmpp.make_presence(**options)
        self.xmpp.send(presence)
        future: asyncio.Future[str] = self.xmpp.loop.create_future()
        mute(future)
        renaming = found.renaming = Renaming(address.resource, future)
        seconds = self.xmpp.response_timeout if timeout is None else timeout
        if seconds is not None:
            handle = self.xmpp.loop.call_later(seconds, self._not_renamed, found, renaming)
            future.add_done_callback(lambda _: handle.cancel())
        return Begun(future)

    def _not_renamed(self, room: Room, renaming: Renaming) -> None:
        if room.renaming is renaming:
            room.renaming = None
        renaming.fail(TimeoutError(f"{room.jid.bare} did not answer the change of the nickname"))

    def _renamed(self, room: Room, presence: Presence, chosen: bool) -> None:
        """The room has told our nickname; ``chosen`` says that it is one of the room's own liking (code 210)."""
        nick = presence.from_.resource
        if room.nick != nick:
            room.occupants.pop(room.nick, None)
            room.nick = nick
        renaming = room.renaming
        if renaming is not None and (nick == renaming.nick or chosen):
            room.renaming = None
            renaming.succeed(nick)

    @staticmethod
    def _announced(room: Room, nick: str) -> None:
        """The room has told which nickname we will have next (code 303)."""
        try:
            room.nick = (
                JID.from_parts(room.jid.local, room.jid.domain, nick, lenient=True).resource or room.nick
            )
        except InvalidJID:
            return  # our own presence tells it at once
