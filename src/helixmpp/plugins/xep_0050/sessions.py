"""The sessions that go on, ours and those of others, each with an end, and its place among a limited number."""

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0050.names import Names
from helixmpp.plugins.xep_0050.refusals import refusal
from helixmpp.plugins.xep_0050.store import Session
from helixmpp.plugins.xep_0050.stored import GoesOn, Here, Stored

__all__ = ["OURS", "Running", "Timers"]

#: How the keys of sessions begin in which it is we who run a command of somebody else.
OURS = "client:"

_TICK = 1.0  # seconds by which the clock of the loop and that of the wall may differ
_LOOK_AGAIN = 1.0  # seconds between two looks at which sessions other processes have ended


class Timers(Protocol):
    """What is asked of the client or component."""

    def schedule(
        self, name: str, seconds: float, callback: Callable[..., Any], args: tuple[Any, ...] = ()
    ) -> None:
        """Call ``callback`` in ``seconds``."""
        ...

    def cancel_schedule(self, name: str) -> None:
        """Cancel that."""
        ...


@dataclass(slots=True)
class _Place:
    asker: str  # the bare address
    busy: bool = False
    names: Names | None = None
    # What of it stands in the storage; None while a step is under way, and where it is in memory alone.
    written: bytes | None = None


class Running:
    """The sessions that others have with us: in a mapping, and where that lasts in the storage, too.

    A mapping that the program gives takes the place of both.

    :param timers: tells when a session has waited for too long.
    :param limits: gives how many sessions there may be, of all and of one bare address.
    :param expired: called with the session that nobody went on with.
    """

    def __init__(
        self,
        timers: Timers,
        limits: Callable[[], tuple[int, int]],
        expired: Callable[[Session], Any],
        stored: Stored,
    ) -> None:
        self.backend: MutableMapping[str, Session] = {}
        self._timers = timers
        self._limits = limits
        self._expired = expired
        self._stored: Stored | None = stored
        self._places: dict[str, _Place] = {}
        # The ids of sessions that are looked for in the storage at this moment, of which nothing is known here.
        self._sought: set[str] = set()
        self._looked = float("-inf")
        self._adopted = True
        # The clock that tells wall time: a backend may outlive the program.
        self.clock: Callable[[], float] = time.time

    def replace(self, backend: MutableMapping[str, Session]) -> None:
        """Keep sessions there from now on; those that are in it go on."""
        self.close()
        self.backend = backend
        self._stored = None
        self._adopted = False

    # -- places ---------------------------------------------------------------------------------------------

    async def begin(self, session: Session, names: Names) -> None:
        """Take a place for a session that is about to begin.

        :raises XMPPError: ``resource-constraint``: there are too many of them.
        """
        self._adopt()
        asker = session["from"].bare
        if self._is_full(asker):
            await self._look_who_is_gone()
        if self._is_full(asker):
            raise _too_many()
        self._places[session["id"]] = _Place(asker, busy=True, names=names)

    def _is_full(self, asker: str) -> bool:
        most, most_of_one = self._limits()
        theirs = sum(place.asker == asker for place in self._places.values())
        return len(self._places) >= most or theirs >= most_of_one

    async def _look_who_is_gone(self) -> None:
        """Give the places of those free that other processes have ended."""
        now = self.clock()
        if self._stored is None or abs(now - self._looked) < _LOOK_AGAIN:
            return
        self._looked = now
        before = {id_: place.written for id_, place in self._places.items() if place.written is not None}
        there = await self._stored.ids() if before else None
        if there is None:
            return
        for id_ in before.keys() - there:
            place = self._places.get(id_)
            # A step may have begun here, or ended, meanwhile.
            if place is not None and not place.busy and place.written is before[id_]:
                self.end(id_)

    # -- steps ----------------------------------------------------------------------------------------------

    async def take(self, id_: str, asker: object, asked: object, *, even_busy: bool = False) -> Session:
        """Begin a step of the session of that id: nobody else begins one until it is kept, put back or ended.

        It is found by who began it, where he began it (section 3.3).

        :param even_busy: whether it may be one whose step has not ended yet.
        :raises XMPPError: there is none, it is of somebody else, or the step before has not ended.
        """
        self._adopt()
        session = None if id_.startswith(OURS) else self.backend.get(id_)
        pair = (str(asker), str(asked))
        if session is not None and (str(session["from"]), str(session["to"])) != pair:
            raise refusal("bad-sessionid")
        place = self._places.get(id_)
        if place is None and session is not None:
            # Another process that shares the backend began it.
            place = self._adopt_one(id_, session)
        if id_ in self._sought or (place is not None and place.busy):
            if even_busy and session is not None:
                return session
            raise XMPPError("unexpected-request", "The step before this one has not ended yet.")
        if place is None:
            return await self._fetch(id_, pair)
        if session is None:
            # The program has taken it out of the mapping.
            if self._stored is not None and place.written is not None:
                await self._stored.forget(id_)
            self._leave(id_)
            raise _unknown(id_)
        place.busy = True
        if self._stored is None or place.written is None:
            return session
        try:
            found = await self._stored.take(
                id_, pair, Here(session, place.names, place.written), self.clock()
            )
        except BaseException:
            place.busy = False
            raise
        if found is None or found.session is None or id_ not in self._places:
            self.end(id_)
            raise _unknown(id_)
        place.written = None
        self.backend[id_] = found.session
        return found.session

    async def _fetch(self, id_: str, pair: tuple[str, str]) -> Session:
        """Begin a step of a session that another process began."""
        if self._stored is None or id_.startswith(OURS):
            raise _unknown(id_)
        self._sought.add(id_)
        try:
            found = await self._stored.take(id_, pair, Here(), self.clock())
            if found is None or found.session is None:
                raise _unknown(id_)
            session = found.session
            # Each has had its place where it began; here they are counted only so that they come to an end.
            if len(self._places) >= self._limits()[0]:
                await self._look_who_is_gone()
            if len(self._places) >= self._limits()[0]:
                if found.names is not None:
                    await self._stored.put(session, found.names, self._seconds_left(session))
                raise _too_many()
            self._places[id_] = _Place(session["from"].bare, busy=True, names=found.names)
            self.backend[id_] = session
            return session
        finally:
            self._sought.discard(id_)

    def wait(self, id_: str, seconds: float) -> None:
        """Let a session have so many seconds from now on."""
        self._timers.cancel_schedule(_timer(id_))
        self._timers.schedule(_timer(id_), seconds, self._time_is_up, (id_,))

    def leave(self, id_: str) -> None:
        """End a step."""
        place = self._places.get(id_)
        if place is not None:
            place.busy = False

    def is_running(self, id_: str) -> bool:
        """Whether the session is neither over nor canceled."""
        return id_ in self._places

    async def keep(self, session: Session, seconds: float) -> None:
        """Keep a session for so many seconds, until the next step."""
        id_ = session["id"]
        session["expires"] = self.clock() + seconds
        self.backend[id_] = session
        self.wait(id_, seconds)
        await self._store(session, seconds)

    async def put_back(self, session: Session, seconds: float) -> None:
        """Have a session as it was before a step that was refused."""
        if self._stored is not None and self.is_running(session["id"]):
            session["expires"] = self.clock() + seconds
            await self._store(session, seconds)

    async def _store(self, session: Session, seconds: float) -> None:
        place = self._places[session["id"]]
        if self._stored is None or place.names is None:
            return
        place.written = await self._stored.put(session, place.names, seconds)
        if place.written is not None and self._places.get(session["id"]) is not place:
            await self._stored.forget(session["id"])  # it was canceled meanwhile

    # -- ends -----------------------------------------------------------------------------------------------

    def end(self, id_: str) -> None:
        """Forget a session of which nothing is in the storage; it need not be there."""
        self._leave(id_)
        self.backend.pop(id_, None)

    def close(self) -> None:
        """Wait for nothing any more; what is kept stays there."""
        for key in list(self._places):
            self._leave(key)
        self._adopted = False

    def _leave(self, id_: str) -> None:
        self._timers.cancel_schedule(_timer(id_))
        self._places.pop(id_, None)

    def _adopt(self) -> None:
        """Take over what an earlier program left in the backend."""
        if self._adopted:
            return
        self._adopted = True
        for id_ in [key for key in self.backend if not key.startswith(OURS)]:
            self._adopt_one(id_, self.backend[id_])

    def _adopt_one(self, id_: str, session: Session) -> _Place:
        place = self._places[id_] = _Place(session["from"].bare)
        self.wait(id_, self._seconds_left(session))
        return place

    def _seconds_left(self, session: Session) -> float:
        return max(0.0, float(session.get("expires", 0.0)) - self.clock())

    async def _time_is_up(self, id_: str) -> None:
        session: Session | None = self.backend.get(id_)
        place = self._places.get(id_)
        if self._stored is not None and place is not None and place.written is not None:
            here = Here(session, place.names, place.written)
            try:
                found = await self._stored.end(id_, here, self.clock())
            except BaseException:
                self.end(id_)
                raise
            if isinstance(found, GoesOn):
                if id_ in self._places and not place.busy:
                    self.wait(id_, found.seconds)
                return
            if found is None and (place.busy or place.written is not here.written):
                return  # it is gone on with at this moment
            session = found
        elif session is not None and self._seconds_left(session) > _TICK:
            # Another process that shares the backend went on with it.
            self.wait(id_, self._seconds_left(session))
            return
        self.end(id_)
        if session is not None:
            await self._expired(session)


def _timer(id_: str) -> str:
    return f"xep_0050: end of session {id_}"


def _too_many() -> XMPPError:
    return XMPPError("resource-constraint", "Too many commands are running already.")


def _unknown(id_: str) -> XMPPError:
    # Ended ones are not remembered: what looks like an id of ours is taken for one of them.
    is_like_ours = len(id_) == 32 and set(id_) <= set("0123456789abcdef")
    return refusal("session-expired" if is_like_ours else "bad-sessionid")
