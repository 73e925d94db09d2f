"""A room that this program is in, or wants to be in, and who else is there. Nothing is sent or received here."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypedDict
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.plugins._weights import weight_of
from helixmpp.plugins.xep_0045.stanza import MucAffiliation, MUCHistory, MucRole
from helixmpp.stanza import Message, Presence

__all__ = [
    "Attempt",
    "JoinResult",
    "Left",
    "LeftReason",
    "Occupant",
    "PresenceArgs",
    "Renaming",
    "Room",
    "RoomState",
    "RoomsView",
    "key_of",
]

#: ``joining``: asked to be let in; ``joined``; ``waiting``: to be joined with the next session; ``leaving``: has
#: said so.
RoomState = Literal["joining", "joined", "leaving", "waiting"]

#: Why we are no longer in a room; each has its status code (section 16.6.2) or says so in another way.
LeftReason = Literal[
    "left",  # we left it, or another client of ours did for us
    "banned",  # 301
    "kicked",  # 307
    "affiliation",  # 321
    "members-only",  # 322
    "shutdown",  # 332
    "error",  # 333
    "destroyed",
    "refused",  # it did not let us in again
]

#: How many of the last messages are known again when they come back as history.
_REMEMBERED = 100


class PresenceArgs(TypedDict, total=False):
    """What the presence that joins a room says besides: keyword arguments of ``make_presence()``."""

    pfrom: JID | str | None
    pto: JID | str | None
    pshow: str | None
    ptype: str | None
    pstatus: str | None
    ppriority: int | None
    pnick: str | None


class JoinResult(NamedTuple):
    """What came of joining a room: our own presence there, the subject, and what was sent in between."""

    presence: Presence
    subject: Message
    occupants: list[Presence]
    history: list[Message]


@dataclass(frozen=True, slots=True)
class Left:
    """The data of the event ``groupchat_left``: which room we are out of, and why."""

    room: JID
    nick: str
    reason: LeftReason
    #: What the room said; None where it said nothing.
    presence: Presence | None
    #: Whether it is joined again with the next session.
    comes_back: bool


@dataclass(slots=True)
class Occupant:
    """Somebody in a room, as its presences say; also read by keys, ``occupant["role"]``."""

    nick: str
    #: The real address, full; the empty one where the room hides it.
    jid: JID
    affiliation: MucAffiliation | Literal[""]
    role: MucRole | Literal[""]
    show: str = ""
    status: str = ""
    #: The nickname of XEP-0172, if the presence has one: no proof of anything.
    alt_nick: str = ""
    #: The address of the room, bare.
    room: str = ""

    def __getitem__(self, key: str) -> Any:
        if key not in _KEYS:
            raise KeyError(key)
        return getattr(self, key)

    def __contains__(self, key: object) -> bool:
        return key in _KEYS

    def __iter__(self) -> Iterator[str]:
        return iter(_KEYS)

    def get(self, key: str, default: Any = None) -> Any:
        """What stands under a key, or ``default`` where there is no such key."""
        return getattr(self, key) if key in _KEYS else default

    def keys(self) -> tuple[str, ...]:
        """The keys."""
        return _KEYS


_KEYS = ("nick", "jid", "affiliation", "role", "show", "status", "alt_nick", "room")


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt to be let in, and whoever waits for it."""

    future: "asyncio.Future[JoinResult]"
    #: Whether it is ours, because the session or the room's memory of us was lost.
    automatic: bool
    history: deque[Message]
    #: How much of its history the room is asked for.
    wanted: MUCHistory
    occupants: list[Presence] = field(default_factory=list[Presence])
    presence: Presence | None = None
    #: About how many bytes the occupants and the history take.
    weight: int = 0

    def take_occupant(self, presence: Presence, limit: int, most_bytes: int) -> None:
        """Keep the presence of one who was there before us (section 7.1), unless there are too many."""
        if self.presence is None and len(self.occupants) < limit and self._has_room(presence, most_bytes):
            self.occupants.append(presence)

    def take_history(self, message: Message, most_bytes: int) -> None:
        """Keep a message that was said before us, unless those that are kept take too much."""
        if self.presence is not None and self._has_room(message, most_bytes):
            self.history.append(message)

    def _has_room(self, stanza: Message | Presence, most_bytes: int) -> bool:
        weight = weight_of(stanza.xml)
        if self.weight + weight > most_bytes:
            return False
        self.weight += weight
        return True

    def fail(self, error: Exception) -> None:
        """End it in failure, unless it has ended."""
        if not self.future.done():
            self.future.set_exception(error)

    def succeed(self, subject: Message) -> None:
        """End it in success, unless it has ended."""
        if self.presence is not None and not self.future.done():
            self.future.set_result(JoinResult(self.presence, subject, self.occupants, list(self.history)))


@dataclass(slots=True, eq=False)
class Renaming:
    """A change of our nickname that is under way."""

    nick: str
    future: "asyncio.Future[str]"

    def succeed(self, nick: str) -> None:
        """End it in success, unless it has ended."""
        if not self.future.done():
            self.future.set_result(nick)

    def fail(self, error: Exception) -> None:
        """End it in failure, unless it has ended."""
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(slots=True, eq=False)
class Room:
    """A room, with what is needed to join it again."""

    jid: JID
    #: From which of its addresses a component is in it; the empty one for a client.
    own: JID
    #: Our nickname there; the one that was asked for until the room has said which it is.
    nick: str
    # It is nothing for a log, and the occupants are too many for one.
    password: str = field(default="", repr=False)
    options: PresenceArgs = field(default_factory=PresenceArgs, repr=False)
    state: RoomState = "joining"
    occupants: dict[str, Occupant] = field(default_factory=dict[str, Occupant], repr=False)
    subject: str = ""
    #: The session in which the request to be let in was written; None where it was not yet.
    session: int | None = None
    attempt: Attempt | None = None
    renaming: Renaming | None = None
    #: When the last message came, in seconds since 1970; None before the first time that we were in.
    last_message: float | None = None
    #: When anything came from the room, by the clock of the event loop.
    last_heard: float = 0.0
    #: Whether it was left right before, which the room is still to confirm.
    was_left: bool = False
    #: Whether the log says that there are more occupants than are kept.
    overflows: bool = False
    #: Its address as the program gave it, a JID or text.
    given: Any = field(default=None, repr=False)
    _seen: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED), repr=False)

    @property
    def address(self) -> JID:
        """Our address in the room."""
        return JID.from_parts(self.jid.local, self.jid.domain, self.nick, lenient=True)

    @property
    def is_in(self) -> bool:
        """Whether what the room says concerns us: we are in, or on our way."""
        return self.state in ("joining", "joined")

    def forget_occupants(self) -> None:
        """Nobody is known to be there any more."""
        # A new one: whoever goes over the old one goes on with it.
        self.occupants = {}
        self.overflows = False

    def nick_of(self, jid: JID | str) -> str | None:
        """The nickname of a real address; of a bare one, the first of its clients."""
        wanted = JID(jid)
        for nick, occupant in self.occupants.items():
            if occupant.jid and (occupant.jid == wanted or (wanted.is_bare and occupant.jid.bare == wanted)):
                return nick
        return None

    def remember(self, key: tuple[str, str, str]) -> None:
        """Note a message, so that it is known again."""
        self._seen.append(key)

    def knows(self, key: tuple[str, str, str]) -> bool:
        """Whether a message was noted before."""
        return key in self._seen


def key_of(nick: str, message: Element, body: str) -> tuple[str, str, str]:
    """What a message is known again by: who said it, its id, and the beginning of what was said."""
    # An id and a text are as long as a stranger likes.
    return nick, message.get("id", "")[:128], body[:128]


class RoomsView(Mapping[JID, Mapping[str, Occupant]]):
    """The occupants of each room, by nickname; looked up by its address, as a JID or text."""

    def __init__(self, table: Mapping[tuple[str, str], Room]) -> None:
        self._table = table

    def _listed(self) -> Iterator[Room]:
        return (room for room in self._table.values() if room.state != "leaving")

    def __getitem__(self, key: JID | str) -> Mapping[str, Occupant]:
        for room in self._listed():
            if room.jid == key:
                return room.occupants
        raise KeyError(key)

    def __iter__(self) -> Iterator[JID]:
        # A component may be in one room from several of its addresses.
        return iter(dict.fromkeys(room.jid for room in self._listed()))

    def __len__(self) -> int:
        return len({room.jid for room in self._listed()})
