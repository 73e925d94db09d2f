"""Sessions in the storage: for other workers, and for after a restart."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from helixmpp.core.engines import KeyValue
from helixmpp.errors import InvalidJID, StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0050.names import Names
from helixmpp.plugins.xep_0050.refusals import refusal
from helixmpp.plugins.xep_0050.store import Session
from helixmpp.plugins.xep_0050.writing import CannotKeep, Kept, read_kept, write_session

__all__ = ["VALUE_LIMIT", "GoesOn", "Here", "Stored"]

log = logging.getLogger(__name__)

#: The largest session that is kept, in bytes.
VALUE_LIMIT: Final = 262_144

_LONGEST_ID: Final = 256
# Seconds that a session stays behind its end, so that who waited for it finds it and tells its command.
_AFTER: Final = 60.0
_TICK: Final = 1.0  # seconds by which two clocks may differ
_MOST_TOLD: Final = 100


@dataclass(slots=True)
class Here:
    """What this process knows of a session in the storage.

    ``written`` is what it last put there, None while there is nothing of it; ``names`` are those of its command.
    """

    session: Session | None = None
    names: Names | None = None
    written: bytes | None = None


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Another process has gone on with a session: it has so many seconds left."""

    seconds: float


class Stored:
    """The sessions that others have with us, in two collections.

    In ``steps`` stands under the id of a session by which key it is found in ``sessions``: another one at each step. To
    go on is to delete that key, which one process does and no other; one that has looked earlier deletes nothing.

    :param collection: gives the collection of this name and largest value; None where nothing lasts.
    :param names_of: gives the names of the handlers of the command ``(jid, node, asker)``; None: there is none.
    """

    def __init__(
        self,
        collection: Callable[[str, int], KeyValue | None],
        names_of: Callable[[JID, str, JID], Awaitable[Names | None]],
    ) -> None:
        self._collection = collection
        self._names_of = names_of
        self._told: set[str] = set()

    def _both(self) -> tuple[KeyValue, KeyValue] | None:
        steps, sessions = self._collection("steps", 64), self._collection("sessions", VALUE_LIMIT)
        return None if steps is None or sessions is None else (steps, sessions)

    async def ids(self) -> set[str] | None:
        """The ids of those that wait for a step; None where nothing lasts."""
        both = self._both()
        return None if both is None else set(await both[0].keys())

    async def put(self, session: Session, names: Names, seconds: float) -> bytes | None:
        """Keep a session; what was written, or None where it can only stay in memory."""
        both = self._both()
        if both is None:
            return None
        try:
            value = write_session(session, names)
            if len(value) > VALUE_LIMIT:
                raise CannotKeep(f"it has {len(value)} bytes")
        except CannotKeep as error:
            self._tell(session["node"], error)
            return None
        steps, sessions = both
        key = secrets.token_hex(16)
        try:
            await sessions.put(key, value, seconds + _AFTER)
            await steps.put(session["id"], key.encode(), seconds + _AFTER)
        except StorageError as error:
            log.warning("a session of the command %r stays in memory: %s", session["node"], error)
            return None
        return value

    async def take(self, id_: str, pair: tuple[str, str], here: Here, now: float) -> Here | None:
        """Take a session out; None: there is none.

        :param pair: who asks, and whom.
        :param here: what this process knows of it.
        :raises XMPPError: it is somebody else's, or another process is faster.
        :raises StorageError: nobody knows.
        """
        found = await self._find(id_)
        if found is None:
            return None
        key, value, kept = found
        if here.session is None and kept.expires < now - _TICK:
            return None  # whoever waits for it tells its command
        if (kept.asker, kept.asked) != pair:
            raise refusal("bad-sessionid")
        opened = await self._open(value, kept, id_, here)
        if not await self._delete(id_, key):
            raise XMPPError("unexpected-request", "The step before this one has not ended yet.")
        return opened

    async def end(self, id_: str, here: Here, now: float) -> Session | GoesOn | None:
        """Take out a session that nobody has gone on with; None: another process has ended it."""
        found = await self._find(id_)
        if found is None:
            return None
        key, value, kept = found
        if kept.expires > now + _TICK:
            return GoesOn(kept.expires - now)
        opened = await self._open(value, kept, id_, here)
        if not await self._delete(id_, key) or opened is None:
            return None
        return opened.session

    async def forget(self, id_: str) -> None:
        """Delete a session."""
        found = await self._find(id_)
        if found is not None:
            await self._delete(id_, found[0])

    async def _find(self, id_: str) -> tuple[str, bytes, Kept] | None:
        both = self._both()
        if both is None or len(id_) > _LONGEST_ID:
            return None
        steps, sessions = both
        step = await steps.get(id_)
        if step is None:
            return None
        key = step.decode("latin-1")
        value = await sessions.get(key)
        if value is None:
            return None
        try:
            return key, value, read_kept(value)
        except ValueError as error:
            log.warning("the session %s that was kept cannot be read: %s", id_[:8], error)
            return None

    async def _delete(self, id_: str, key: str) -> bool:
        both = self._both()
        if both is None or not await both[1].delete(key):
            return False
        await both[0].delete(id_)
        return True

    async def _open(self, value: bytes, kept: Kept, id_: str, here: Here) -> Here | None:
        if here.session is not None and here.written == value:
            return Here(here.session, here.names)
        try:
            asked, asker = JID(kept.asked), JID(kept.asker)
        except InvalidJID as error:
            log.warning("a session of the command %r that was kept is nobody's: %s", kept.node, error)
            return None
        names = here.names or await self._names_of(asked, kept.node, asker)
        if names is None:
            return None
        try:
            return Here(kept.session(id_, names), names)
        except ValueError as error:
            log.warning("a session of the command %r that was kept is ended: %s", kept.node, error)
            return None

    def _tell(self, node: str, error: CannotKeep) -> None:
        # Once for each command is enough; there may be as many nodes as a program likes.
        if node not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(node)
            log.debug("sessions of the command %r stay in memory: %s", node, error)
