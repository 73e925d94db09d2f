"""Into rooms, and into them again (XEP-0045 section 7.2)."""

import asyncio
import logging
import math
import time
from collections import deque
from copy import copy
from datetime import datetime
from typing import Any

from helixmpp.core.declare import listens
from helixmpp.core.futures import mute
from helixmpp.core.receipt import Receipt
from helixmpp.errors import NotConnectedError, StateError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.naming import Naming
from helixmpp.plugins.xep_0045.rooms import Attempt, JoinResult, PresenceArgs, Room
from helixmpp.plugins.xep_0045.stanza import MUCHistory, MUCJoin
from helixmpp.plugins.xep_0045.table import OptJid
from helixmpp.stanza import Message, Presence, PresenceError

__all__ = ["Joining"]

log = logging.getLogger(__name__)

# The first of all sessions is 1.
_BEFORE = 0


class Joining(Naming):
    """Joins rooms, and joins them again with a new session."""

    def plugin_init(self) -> None:
        """Begin before the first session."""
        super().plugin_init()
        self._session = _BEFORE

    def session_bind(self, jid: JID) -> None:
        """There is a new session, in which we are in no room."""
        self._session += 1

    # -- joining ----------------------------------------------------------------------------------------

    def join_muc(
        self,
        room: JID | str,
        nick: str,
        maxhistory: str | int | None = "0",
        password: str = "",
        pstatus: str = "",
        pshow: str = "",
        pfrom: OptJid = None,
    ) -> "asyncio.Future[JoinResult]":
        """Ask a room to let us in, and go on; what comes back may be awaited or ignored.

        :param room: its address.
        :param nick: the nickname that we would like to have there.
        :param maxhistory: how many messages of its history are wanted; ``"0"`` for none, ``""`` for as many as
            the room sends by itself.
        :param password: what the room wants to hear, if anything.
        :param pstatus: the text of our presence there.
        :param pshow: the show value of our presence there.
        :param pfrom: the address to be there from, for components.
        :raises InvalidJID: ``room`` or ``nick`` is none.
        :raises StateError: we are in ``max_rooms`` rooms already.

        The errors of :meth:`join_muc_wait` come when it is awaited. Until the room has answered, events tell of
        what happens: ``groupchat_joined``, or ``muc::ROOM::presence-error``.
        """
        history = MUCHistory()
        if maxhistory in ("0", 0):
            history.maxchars = 0  # section 7.2.14
        elif maxhistory:
            history.maxstanzas = int(maxhistory)
        options = PresenceArgs(pstatus=pstatus or None, pshow=pshow or None, pfrom=pfrom)
        return self._join(room, nick, password, history, options, None)

    async def join_muc_wait(
        self,
        room: JID | str,
        nick: str,
        *,
        password: str | None = None,
        maxchars: int | None = None,
        maxstanzas: int | None = None,
        seconds: int | None = None,
        since: datetime | None = None,
        presence_options: PresenceArgs | None = None,
        timeout: float | None = None,
    ) -> JoinResult:
        """Ask a room to let us in, and wait until it has: ``presence, subject, occupants, history = await ...``

        Of ``maxchars``, ``maxstanzas``, ``seconds`` and ``since`` the first one that is given counts; without
        any, the room sends as much of its history as it likes. Whether the room was made by this (status code
        201), ``presence["muc"]["status_codes"]`` tells. Joining the same room again with the same nickname
        before it has answered waits for the same answer; later it asks the room to send everything anew.

        :param room: its address.
        :param nick: the nickname that we would like to have there.
        :param password: what the room wants to hear, if anything.
        :param maxchars: how many characters of history, counted in whole stanzas.
        :param maxstanzas: how many messages of history.
        :param seconds: how many seconds of history.
        :param since: history since then; with its time zone.
        :param presence_options: what else our presence says: ``pshow``, ``pstatus``, ``pfrom`` ...
        :param timeout: seconds to wait; by default the setting ``join_timeout``.
        :raises PresenceError: the room refuses: ``conflict`` (somebody has that nickname), ``not-authorized``
            (the password), ``registration-required`` (it is for members), ``forbidden`` (we are banned) ...
        :raises TimeoutError: the room did not answer in time.
        :raises NotConnectedError: the session ended before; the room is joined with the next one.
        :raises StateError: we are in ``max_rooms`` rooms already, or the program left the room before it answered.
        :raises InvalidJID: ``room`` or ``nick`` is none.
        """
        history = _history(maxchars, maxstanzas, seconds, since)
        options = PresenceArgs()
        if presence_options is not None:
            options.update(presence_options)
        # Who is cancelled does not take the others along that wait for the same.
        return await asyncio.shield(self._join(room, nick, password or "", history, options, timeout))

    def make_join_stanza(
        self,
        room: JID | str,
        nick: str,
        *,
        password: str | None = None,
        maxchars: int | None = None,
        maxstanzas: int | None = None,
        seconds: int | None = None,
        since: datetime | None = None,
        presence_options: PresenceArgs | None = None,
    ) -> Presence:
        """Make the presence that asks a room to let us in, for a program that sends it by itself.

        The arguments are those of :meth:`join_muc_wait`. Nothing is sent, and a room that is entered so is not one of
        :attr:`rooms`.
        """
        address = JID(room).bare_jid
        options = PresenceArgs()
        options.update(presence_options or {})
        options["pto"] = JID.from_parts(address.local, address.domain, nick)
        return self._request(options, _history(maxchars, maxstanzas, seconds, since), password or "")

    def _request(self, options: PresenceArgs, wanted: MUCHistory, password: str) -> Presence:
        # Section 7.2.1: it has no type.
        options.pop("ptype", None)
        presence = self.xmpp.make_presence(**options)
        join = presence[MUCJoin]
        join.attach()
        if wanted.xml.attrib:
            join.append(copy(wanted))
        if password:
            join.password = password
        return presence

    #: The names that older programs use.
    join_groupchat = join_muc
    join_groupchat_wait = join_muc_wait

    def join_again(self, room: JID | str, pfrom: OptJid = None) -> None:
        """Ask a room anew to let us in, with what was said in between: it seems not to know us any more.

        :raises StateError: it was not joined before.
        """
        found = self.room(room, pfrom)
        if found is None:
            raise StateError(f"{JID(room).bare} was not joined before")
        if found.attempt is None or found.state != "joining":
            self._join_again(found)

    def _join(
        self,
        jid: JID | str,
        nick: str,
        password: str,
        history: MUCHistory,
        options: PresenceArgs,
        timeout: float | None,
    ) -> "asyncio.Future[JoinResult]":
        address = JID(jid).bare_jid
        if not nick:
            raise ValueError("a room is joined with a nickname (XEP-0045 section 7.2.1)")
        # What the program gives is checked here; what a room gives us later may be stranger.
        nick = JID.from_parts(address.local, address.domain, nick).resource
        own = self._own(options.get("pfrom"))
        key = (own.full, address.bare)
        room = self._table.get(key)
        under_way = room.attempt if room is not None and room.state == "joining" else None
        if room is not None and under_way is not None and (room.nick, room.password) == (nick, password):
            return under_way.future
        if room is None and len(self._table) >= self.max_rooms:
            raise StateError(f"this program is in {len(self._table)} rooms; max_rooms is {self.max_rooms}")
        fresh = Room(address, own, nick, password, options, given=jid)
        if room is not None:
            self._give_up(room, StateError(f"{address.bare} is joined anew"))
            fresh.last_message = room.last_message
            fresh.was_left = room.state == "leaving" or room.was_left
        return self._ask(fresh, self._attempt(history, automatic=False), timeout)

    def _attempt(self, wanted: MUCHistory, *, automatic: bool) -> Attempt:
        future: asyncio.Future[JoinResult] = self.xmpp.loop.create_future()
        mute(future)
        return Attempt(future, automatic, deque(maxlen=max(1, self.max_history)), wanted)

    def _ask(
        self, room: Room, attempt: Attempt, timeout: float | None = None
    ) -> "asyncio.Future[JoinResult]":
        """Send a room the request to let us in."""
        options = room.options.copy()
        # Where it goes to is no option.
        options["pto"] = room.address
        presence = self._request(options, attempt.wanted, room.password)
        key = (room.own.full, room.jid.bare)
        connected = self.xmpp.is_connected()
        # A program's own send() may give anything, or nothing.
        sent: Any = self.xmpp.send(presence)
        self._unsent.pop(key, None)
        if not connected and isinstance(sent, Receipt):
            self._unsent[key] = sent
        room.session = self._session if connected else None
        room.state = "joining"
        room.attempt = attempt
        room.forget_occupants()
        self._table[key] = room
        self._rooms_changed()
        self.xmpp.cancel_schedule(self._timer(room))
        seconds = self.join_timeout if timeout is None else timeout
        self.xmpp.schedule(self._timer(room), seconds, self._too_late, (room, attempt))
        return attempt.future

    def _too_late(self, room: Room, attempt: Attempt) -> None:
        """A room has not answered, or not completely."""
        if room.attempt is not attempt:
            return
        room.attempt = None
        if attempt.presence is not None:
            # We are in; what is missing is only the subject, which the room owes us (section 7.2.15).
            attempt.succeed(self.xmpp.make_message(mto=self.xmpp.boundjid, mfrom=room.jid, mtype="groupchat"))
            return
        attempt.fail(TimeoutError(f"{room.jid.bare} did not answer the request to be let in"))
        if attempt.automatic:
            log.warning("%s did not answer the request to be let in again", room.jid.bare)
            room.state = "waiting"
            return
        self._remove(room)
        if self.xmpp.is_connected():
            # It may let us in yet, and nobody here would know.
            self.xmpp.send_presence(pto=room.address, ptype="unavailable", pfrom=room.own or None)

    # -- sessions ---------------------------------------------------------------------------------------

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        """Nobody is in any room for us, until the next session."""
        self.xmpp.cancel_schedule(self._again)
        for key, room in tuple(self._table.items()):
            if key in self._unsent:
                continue  # asked for while there was no session: the next one sends it
            self._give_up(room, NotConnectedError("the session ended before the room answered"))
            room.forget_occupants()
            if room.state == "leaving" or not self.rejoin:
                self._remove(room)
            else:
                room.state = "waiting"

    @listens("session_resumed")
    def _session_resumed(self, _: object) -> None:
        self._written()

    @listens("session_start")
    def _session_started(self, _: object) -> None:
        """Join again, after those handlers of the program that may do so by themselves."""
        self._written()
        self.xmpp.cancel_schedule(self._again)
        self.xmpp.schedule(self._again, 0.0, self._all_again)

    @property
    def _again(self) -> str:
        return f"{self.name}: all rooms again"

    def _written(self) -> None:
        """What was asked for while there was no session was written to this one, unless it was given up."""
        for key, receipt in tuple(self._unsent.items()):
            room = self._table.get(key)
            if room is not None and receipt.on_wire and receipt.outcome != "failed":
                room.session = self._session
        self._unsent.clear()

    def _all_again(self) -> None:
        for room in tuple(self._table.values()):
            if room.session != self._session and room.state != "leaving":
                self._join_again(room)

    def _join_again(self, room: Room) -> None:
        attempt = room.attempt
        if attempt is None or attempt.automatic:
            attempt = self._attempt(self._missed(room), automatic=True)
        # Else the program asks, and its request was lost on the way: whoever waits goes on waiting.
        self._ask(room, attempt)

    @staticmethod
    def _now() -> float:
        # That of the calendar: the other clocks of a machine stand still while it sleeps.
        return time.time()

    def _missed(self, room: Room) -> MUCHistory:
        """The history since the last message."""
        history = MUCHistory()
        if room.last_message is None:
            history.maxchars = 0
        else:
            # By how long ago that was, because the room's clock may be another; what comes twice is known again.
            history.seconds = max(0, math.ceil(self._now() - room.last_message)) + 1
        return history

    # -- what the room says to that ---------------------------------------------------------------------

    def _let_in(self, room: Room, presence: Presence, codes: frozenset[str]) -> bool:
        """The room has told us our own presence there; whether it let us in by that."""
        if room.state == "leaving":
            return False
        room.was_left = False
        self._renamed(room, presence, "210" in codes)
        first = room.state != "joined"
        room.state = "joined"
        if room.attempt is not None and room.attempt.presence is None:
            room.attempt.presence = presence
        if first and room.last_message is None:
            room.last_message = self._now()
        return first

    def _refused(self, room: Room, presence: Presence) -> None:
        """The room has answered a presence of ours with an error."""
        error = PresenceError(presence)
        attempt = room.attempt
        if room.renaming is not None and room.state == "joined":
            renaming, room.renaming = room.renaming, None
            renaming.fail(error)
        elif room.state == "joining":
            if attempt is None or attempt.automatic:
                self._out(room, "refused", presence, error)
            else:
                self._give_up(room, error)
                self._remove(room)
        elif room.state == "leaving":
            self._out(room, "left", presence, error)

    def _complete(self, room: Room, subject: Message) -> None:
        """The subject has come: whoever waits for the room has all of it (section 7.1)."""
        attempt = room.attempt
        if attempt is not None and attempt.presence is not None:
            room.attempt = None
            self.xmpp.cancel_schedule(self._timer(room))
            attempt.succeed(subject)


def _history(
    maxchars: int | None, maxstanzas: int | None, seconds: int | None, since: datetime | None
) -> MUCHistory:
    """How much history is wanted: the first of these that is given counts."""
    history = MUCHistory()
    if maxchars is not None:
        history.maxchars = maxchars
    elif maxstanzas is not None:
        history.maxstanzas = maxstanzas
    elif seconds is not None:
        history.seconds = seconds
    elif since is not None:
        history.since = since
    return history
