"""The runs of our own commands: each has an owner, an end, and its place among a limited number."""

import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0050.refusals import refusal
from helixmpp.plugins.xep_0050.store import Session

__all__ = ["OURS", "Running", "Timers"]

#: How the keys of sessions begin in which it is we who run a command of somebody else.
OURS = "client:"

_TICK = 1.0  # seconds by which the clock of the loop and that of the wall may differ


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


class Running:
    """The sessions that others have with us, kept in a mapping that a program may replace.

    :param timers: tells when a session has waited for too long.
    :param limits: gives how many sessions there may be, of all and of one bare address.
    :param expired: called with the session that nobody went on with.
    """

    def __init__(
        self, timers: Timers, limits: Callable[[], tuple[int, int]], expired: Callable[[Session], Any]
    ) -> None:
        self.backend: MutableMapping[str, Session] = {}
        self._timers = timers
        self._limits = limits
        self._expired = expired
        self._places: dict[str, _Place] = {}
        self._adopted = True
        # The clock that tells wall time: a backend may outlive the program.
        self.clock: Callable[[], float] = time.time

    def replace(self, backend: MutableMapping[str, Session]) -> None:
        """Keep sessions there from now on; those that are in it go on."""
        for key in list(self._places):
            self._leave(key)
        self.backend = backend
        self._adopted = False

    def begin(self, session: Session) -> None:
        """Take a place for a session that is about to begin.

        :raises XMPPError: ``resource-constraint``: there are too many of them.
        """
        self._adopt()
        asker = session["from"].bare
        most, most_of_one = self._limits()
        theirs = sum(place.asker == asker for place in self._places.values())
        if len(self._places) >= most or theirs >= most_of_one:
            raise XMPPError("resource-constraint", "Too many commands are running already.")
        self._places[session["id"]] = _Place(asker, busy=True)

    def find(self, id_: str, asker: object, asked: object, node: str) -> Session:
        """The session of that id; it is found by who began it, where he began it (section 3.3), and one step a time.

        :raises XMPPError: there is none, or it is of somebody else.
        """
        self._adopt()
        session = None if id_.startswith(OURS) else self.backend.get(id_)
        if session is None:
            raise refusal("session-expired" if _is_like_ours(id_) else "bad-sessionid")
        if (str(session["from"]), str(session["to"]), session["node"]) != (str(asker), str(asked), node):
            raise refusal("bad-sessionid")
        if id_ not in self._places:
            # Another process that shares the backend began it.
            self._adopt_one(id_, session)
        return session

    def enter(self, id_: str, seconds: float) -> None:
        """Begin a step, which may take so many seconds.

        :raises XMPPError: ``unexpected-request``: the step before it has not ended yet.
        """
        place = self._places[id_]
        if place.busy:
            raise XMPPError("unexpected-request", "The step before this one has not ended yet.")
        place.busy = True
        self._wait(id_, seconds)

    def leave(self, id_: str) -> None:
        """End a step."""
        place = self._places.get(id_)
        if place is not None:
            place.busy = False

    def is_running(self, id_: str) -> bool:
        """Whether the session is neither over nor canceled."""
        return id_ in self._places

    def keep(self, session: Session, seconds: float) -> None:
        """Keep a session for so many seconds, until the next step."""
        id_ = session["id"]
        session["expires"] = self.clock() + seconds
        self.backend[id_] = session
        self._wait(id_, seconds)

    def end(self, id_: str) -> None:
        """Forget a session; it need not be there."""
        self._leave(id_)
        self.backend.pop(id_, None)

    def close(self) -> None:
        """Wait for nothing any more; what the backend has stays there."""
        self.replace(self.backend)

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

    def _adopt_one(self, id_: str, session: Session) -> None:
        self._places[id_] = _Place(session["from"].bare)
        self._wait(id_, self._seconds_left(session))

    def _seconds_left(self, session: Session) -> float:
        return max(0.0, float(session.get("expires", 0.0)) - self.clock())

    def _wait(self, id_: str, seconds: float) -> None:
        self._timers.cancel_schedule(_timer(id_))
        self._timers.schedule(_timer(id_), seconds, self._time_is_up, (id_,))

    def _time_is_up(self, id_: str) -> Any:
        session = self.backend.get(id_)
        if session is not None and self._seconds_left(session) > _TICK:
            # Another process that shares the backend went on with it.
            self._wait(id_, self._seconds_left(session))
            return None
        self.end(id_)
        return None if session is None else self._expired(session)


def _timer(id_: str) -> str:
    return f"xep_0050: end of session {id_}"


def _is_like_ours(id_: str) -> bool:
    # Ended ones are not remembered: what looks like an id of ours is taken for one of them.
    return len(id_) == 32 and set(id_) <= set("0123456789abcdef")
