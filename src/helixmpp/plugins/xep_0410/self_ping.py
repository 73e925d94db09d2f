"""The plugin ``xep_0410``; see the package's docstring."""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

from helixmpp.core.declare import Setting, listens
from helixmpp.core.keywords import also_called
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import NotConnectedError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045 import XEP_0045, Left, Room
from helixmpp.plugins.xep_0199 import XEP_0199
from helixmpp.stanza import IqError, IqTimeout, Presence

__all__ = ["XEP_0410", "PingStatus"]

log = logging.getLogger(__name__)

OptJid = JID | str | None

# Section 3.2: who is pinged is there, and does not know pings, or has just changed the nickname.
_JOINED = frozenset({"feature-not-implemented", "item-not-found", "service-unavailable"})
# Section 3.2: "No decision can be made based on this".
_UNDECIDED = frozenset({"remote-server-not-found", "remote-server-timeout"})


class PingStatus(IntEnum):
    """What the last ping to ourselves told."""

    #: None has been answered yet.
    UNSET = 0
    UNTRIED = UNSET
    #: The room knows us.
    JOINED = 1
    #: The room does not know us any more.
    DISCONNECTED = 2
    #: Nobody answers; nobody knows.
    TIMEOUT = 3


@dataclass(slots=True, eq=False)
class _Watched:
    """An address of ours in a room that is pinged."""

    jid: JID
    own: JID
    interval: float
    timeout: float
    #: Whether the plugin began it by itself, for a room that was joined.
    automatic: bool
    status: PingStatus = PingStatus.UNSET
    pinging: bool = False


class XEP_0410(BasePlugin):  # noqa: N801 - the name that programs import
    """Self-ping: finds out that a room has forgotten us, and joins it again."""

    name = "xep_0410"
    description = "Self-ping: finds out that a room has forgotten us, and joins it again"
    xep_version = "1.1.0"
    dependencies: ClassVar[set[str]] = {"xep_0045", "xep_0199"}

    ping_interval = Setting(900.0, "seconds of silence of a room before we ping ourselves there")
    ping_timeout = Setting(30.0, "seconds to wait for the answer")
    automatic = Setting(True, "whether every room that is joined is watched")
    rejoin = Setting(True, "whether a room that has forgotten us is joined again")

    def plugin_init(self) -> None:
        """Begin with nothing to watch."""
        # By our address, and that of the room without the nickname; for rooms, as many as xep_0045 has.
        self._watched: dict[tuple[str, str], _Watched] = {}

    def plugin_end(self) -> None:
        """Ping no more."""
        for watched in tuple(self._watched.values()):
            self._forget(watched)

    # -- for programs -----------------------------------------------------------------------------------

    @also_called(muc_resource="jid", orig_jid="ifrom")
    async def send_self_ping(
        self, jid: JID | str, ifrom: OptJid = None, timeout: float | None = None
    ) -> PingStatus:
        """Ping ourselves in a room once: does it know us?

        :param jid: our address there, ``room@service/nick``.
        :param ifrom: our address elsewhere; clients need not give it.
        :param timeout: seconds to wait; by default the setting ``ping_timeout``.
        :raises NotConnectedError: there is no session any more to hear the answer in.
        """
        seconds = self.ping_timeout if timeout is None else timeout
        try:
            await self.xmpp.plugin[XEP_0199].send_ping(jid, ifrom, timeout=seconds)
        except IqTimeout:
            return PingStatus.TIMEOUT
        except IqError as error:
            if error.condition in _JOINED:
                return PingStatus.JOINED
            return PingStatus.TIMEOUT if error.condition in _UNDECIDED else PingStatus.DISCONNECTED
        return PingStatus.JOINED

    @also_called(muc_resource="jid", orig_jid="ifrom")
    def enable_self_ping(
        self,
        jid: JID | str,
        ifrom: OptJid = None,
        interval: float | None = None,
        timeout: float | None = None,
    ) -> None:
        """Ping ourselves in a room again and again; rooms that are joined here are watched without that.

        :param jid: our address there, ``room@service/nick``.
        :param ifrom: our address elsewhere; clients need not give it.
        :param interval: seconds of silence before each ping; by default the setting ``ping_interval``.
        :param timeout: seconds to wait for each answer; by default the setting ``ping_timeout``.
        """
        self._watch(JID(jid), ifrom, interval, timeout, automatic=False)

    @also_called(muc_resource="jid", orig_jid="ifrom")
    def disable_self_ping(self, jid: JID | str, ifrom: OptJid = None) -> None:
        """Ping ourselves in that room no more; it need not have been so."""
        watched = self._watched.get(self._key(JID(jid), ifrom))
        if watched is not None:
            self._forget(watched)

    @also_called(previous_jid="jid", new_jid="new_nick")
    def update_nick(self, jid: JID | str, new_nick: JID | str, ifrom: OptJid = None) -> None:
        """Go on under another nickname; for rooms that are joined here that happens by itself.

        :param jid: our address there until now.
        :param new_nick: the new nickname, or the whole new address.
        """
        old = JID(jid)
        watched = self._watched.get(self._key(old, ifrom))
        if watched is None:
            return
        text = str(new_nick)
        nick = text.removeprefix(f"{old.bare}/")
        watched.jid = JID.from_parts(old.local, old.domain, nick, lenient=True)

    @also_called(muc_resource="jid", orig_jid="ifrom")
    def get_ping_status(self, jid: JID | str, ifrom: OptJid = None) -> PingStatus:
        """What the last ping to ourselves in that room told; ``UNSET`` where there was none."""
        watched = self._watched.get(self._key(JID(jid), ifrom))
        return PingStatus.UNSET if watched is None else watched.status

    # -- watching ---------------------------------------------------------------------------------------

    def _key(self, jid: JID, ifrom: OptJid) -> tuple[str, str]:
        # A client has one address, whatever is said.
        if not self.xmpp.is_component:
            return "", jid.bare
        return (JID(ifrom) if ifrom else self.xmpp.boundjid).full, jid.bare

    def _watch(
        self, jid: JID, ifrom: OptJid, interval: float | None, timeout: float | None, *, automatic: bool
    ) -> None:
        known = self._watched.get(self._key(jid, ifrom))
        watched = _Watched(
            jid,
            JID(ifrom) if ifrom else JID(""),
            self.ping_interval if interval is None else interval,
            self.ping_timeout if timeout is None else timeout,
            automatic,
        )
        if known is not None:
            watched.status = known.status
            self._forget(known)
        self._watched[self._key(jid, ifrom)] = watched
        self._later(watched, watched.interval)

    def _forget(self, watched: _Watched) -> None:
        key = self._key(watched.jid, watched.own or None)
        if self._watched.get(key) is watched:
            del self._watched[key]
            self.xmpp.cancel_schedule(self._timer(watched))

    def _timer(self, watched: _Watched) -> str:
        return f"{self.name}: {'|'.join(self._key(watched.jid, watched.own or None))}"

    def _later(self, watched: _Watched, seconds: float) -> None:
        timer = self._timer(watched)
        self.xmpp.cancel_schedule(timer)
        self.xmpp.schedule(timer, seconds, self._due, (watched,))

    def _due(self, watched: _Watched) -> Awaitable[Any] | None:
        """There was silence for long enough, or there was not."""
        if watched.pinging:
            return None
        room = self._room(watched)
        if room is not None:
            silent = self.xmpp.loop.time() - room.last_heard
            if room.state == "joined" and silent < watched.interval:
                self._later(watched, watched.interval - silent)
                return None
        # Section 4: not while the nickname changes, and not before the stream is there again. And who is on the way
        # in will be told anyway.
        under_way = room is not None and (room.renaming is not None or room.state in ("joining", "leaving"))
        if under_way or not self.xmpp.session_bind_event.is_set():
            self._later(watched, watched.interval)
            return None
        if room is not None:
            watched.jid = room.address
        return self._ping(watched)

    async def _ping(self, watched: _Watched) -> None:
        watched.pinging = True
        result: PingStatus | None = None
        try:
            result = await self.send_self_ping(watched.jid, watched.own or None, watched.timeout)
        except NotConnectedError:
            log.debug("the session ended before a ping in %s was answered", watched.jid.bare)
        finally:
            watched.pinging = False
            if self._is_watched(watched):
                self._later(watched, watched.interval)
        if result is not None and self._is_watched(watched):
            self._found(watched, result)

    def _is_watched(self, watched: _Watched) -> bool:
        return self._watched.get(self._key(watched.jid, watched.own or None)) is watched

    def _found(self, watched: _Watched, result: PingStatus) -> None:
        """Tell what a ping has found out, if that is new, and do something about it."""
        self._tell(watched, result)
        room = self._room(watched)
        if result is not PingStatus.DISCONNECTED or not self.rejoin or room is None:
            return
        if room.state in ("joined", "waiting") and room.renaming is None:
            log.warning("%s has forgotten us; it is joined again", room.jid)
            self.xmpp.plugin[XEP_0045].join_again(room.jid, room.own or None)

    def _tell(self, watched: _Watched, result: PingStatus) -> None:
        previous, watched.status = watched.status, result
        if previous is not result:
            key = (watched.jid, watched.own or self.xmpp.boundjid)
            self.xmpp.event("muc_ping_changed", {"key": key, "previous": previous, "result": result})

    def _room(self, watched: _Watched) -> Room | None:
        return self.xmpp.plugin[XEP_0045].room(watched.jid.bare, watched.own or None)

    # -- rooms that come and go -------------------------------------------------------------------------

    @listens("groupchat_joined")
    def _joined(self, presence: Presence) -> None:
        own = presence.to if self.xmpp.is_component else None
        known = self._watched.get(self._key(presence.from_, own))
        if known is not None:
            # Being let in says as much as an answer would.
            known.jid = presence.from_
            self._tell(known, PingStatus.JOINED)
        elif self.automatic:
            self._watch(presence.from_, own, None, None, automatic=True)

    @listens("groupchat_left")
    def _left(self, left: Left) -> None:
        for watched in tuple(self._watched.values()):
            if watched.jid.bare == left.room and self._room(watched) is None and watched.automatic:
                self._forget(watched)
