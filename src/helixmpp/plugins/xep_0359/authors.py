"""Who wrote which message: what a correction, a retraction or a reaction is compared with.

Messages refer to others by their ids, and ids are chosen by whoever sends. So the first author of an id within a
conversation is remembered, and later ones with the same id change nothing.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from helixmpp.errors import BadStanza, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0359.records import (
    ATTRIBUTES,
    BETWEEN,
    GROUPCHAT,
    MUC_USER,
    NOTHING,
    OCCUPANT_ID,
    ORIGIN_ID,
    STANZA_ID,
    USUAL_LENGTH,
    Record,
    is_possible,
    is_short,
    marks_of,
    may_refer,
    pack,
    record_of,
    room_in,
    unpack,
)
from helixmpp.plugins.xep_0359.stanza import StanzaID
from helixmpp.stanza import Message

__all__ = ["ENCRYPTED", "Author", "Authors", "author_of", "compare", "given_by"]

ENCRYPTED: Final = "{urn:xmpp:eme:0}encryption"
K = TypeVar("K")
V = TypeVar("V")

# A conversation: a room, or two accounts.
Scope = tuple[str, ...]
# A conversation, the kind of reference, and the id.
Key = tuple[Scope, str, str]

# So many of those that wait are taken into the table at a time: each takes some 10 µs, for which the loop stands still.
_SOME: Final = 250


class Author(NamedTuple):
    """Who wrote a message.

    :param bare: the bare address: an account's, or the room's.
    :param full: the full one.
    :param occupant_id: the id of XEP-0421, which rooms give; ``""`` where there is not exactly one.
    :param in_room: whether ``full`` is an occupant of a room, and ``bare`` nobody.
    """

    bare: str
    full: str
    occupant_id: str
    in_room: bool


def compare(one: Author, other: Author) -> bool | None:
    """Whether two messages are of one author; None where that cannot be told.

    In a chat the bare address tells. In a room it is the occupant id; without it another nickname is surely another
    one, and the same nickname may by now be somebody else's (XEP-0308 section 5).
    """
    if one.bare != other.bare:
        return False
    if not (one.in_room or other.in_room):
        return True
    if one.occupant_id or other.occupant_id:
        return one.occupant_id == other.occupant_id
    return None if one.full == other.full else False


def author_of(record: Record, is_room: Callable[[str], bool]) -> Author | None:
    """Who wrote a message; None for a sender that is no address.

    :param is_room: whether a bare address is a room's.
    """
    try:
        address = JID.parse(record[1])
    except InvalidJID:
        return None
    if not address:
        return None
    in_room = record[0] == "groupchat" or MUC_USER in record[4::3] or is_room(address.bare)
    ids = [id_ for tag, id_, _ in marks_of(record) if tag == OCCUPANT_ID]
    return Author(address.bare, address.full, ids[0] if in_room and len(ids) == 1 else "", in_room)


def given_by(message: Message, by: str) -> str:
    """The id that an address gave to a message; ``""`` where there is not exactly one."""
    found = [one.id for one in message.children_of(StanzaID) if _by(one) == by]
    return found[0] if len(found) == 1 else ""


def _by(stanza_id: StanzaID) -> str:
    try:
        return stanza_id.by.full if stanza_id.by is not None else ""
    except BadStanza:
        return ""


class Authors:
    """The authors of the latest messages, by what others refer to them by.

    :param limit: of how many ids.
    :param own: our address.
    :param is_room: whether a bare address is a room's, as far as others know.
    """

    def __init__(
        self, limit: Callable[[], int], own: Callable[[], JID], is_room: Callable[[str], bool]
    ) -> None:
        self._limit = limit
        self._own = own
        self._is_room = is_room
        # Most messages are never referred to. They wait here until one is; the first one first.
        self._pending: list[str] = []
        self._full = 0  # so many may wait before the limit is looked at again
        self._known: dict[Key, Author] = {}
        # The rooms that messages came from; the least recent first.
        self._rooms: dict[str, None] = {}
        self._latest_room = NOTHING  # how the records of the latest begin

    def heard(self, message: Message) -> None:
        """Remember who wrote a message that has content; each one that comes passes here."""
        # One call less than a function of its own would be: nearly all that comes has one child and nothing long.
        xml = message.xml
        try:
            attributes = ATTRIBUTES(xml.attrib)
            packed = BETWEEN.join(attributes) if len(xml) == 1 and attributes[1] else ""
        except KeyError:
            packed = ""
        if not 0 < len(packed) <= USUAL_LENGTH:
            record = self._record_of(message)
            packed = "" if record is None else pack(record)
            if not packed:
                return
            if not is_short(packed):
                # Few such ones wait at any time, whoever sends them.
                self._settle(_SOME)
        # Nearly all that begins so is of type groupchat.
        if packed[0] == "g" and not packed.startswith(self._latest_room):
            self._heard_room(packed)
        self._pending.append(packed)
        if len(self._pending) > self._full:
            self._trim()

    def note(self, message: Message) -> None:
        """Remember who wrote a message, if there is anything in it to refer to, and it may be one at all."""
        if _has_content(message) and is_possible(message.xml):
            self.heard(message)

    def _record_of(self, message: Message) -> Record | None:
        sender = message.xml.get("from", "")
        if not sender:
            # What goes out has no sender yet; what comes without one is from the server, or from our own account
            # (RFC 6120 section 8.1.2.1).
            own = self._own()
            try:
                receiver = message["to"].bare
            except BadStanza:
                return None
            if receiver in ("", own.bare):
                return None
            sender = own.full
        return record_of(message.xml, sender)

    def _trim(self) -> None:
        """Forget the oldest, and some more, so that this is not done for each message."""
        limit = self._limit()
        excess = len(self._pending) + len(self._known) - limit
        if excess > 0:
            excess += limit // 16
            known = min(excess, len(self._known))
            _drop_oldest(self._known, len(self._known) - known)
            del self._pending[: excess - known]
        self._full = max(limit - len(self._known), 0)

    def _settle(self, count: int) -> None:
        """Take so many of those that wait into the table, the first ones first."""
        if not self._pending:
            return
        known = self._known
        settled = self._pending[:count]
        del self._pending[:count]
        for packed in settled:
            for key, author in self._references(packed):
                # Who comes later with the same id changes nothing.
                known.setdefault(key, author)
        limit = self._limit()
        _drop_oldest(known, limit)
        self._full = max(limit - len(known), 0)

    def _references(self, packed: str) -> Iterator[tuple[Key, Author]]:
        """By what a message can be referred to, and who wrote it."""
        record = unpack(packed)
        if len(record) % 3 != 1:
            return  # a program's filter has put into it what no XML has
        # An error repeats what we ourselves wrote.
        author = author_of(record, self.is_room) if record[0] != "error" else None
        if author is not None:
            scope = self._scope(record, author)
            for use, id_ in _ids_of(record, author.bare):
                if id_:
                    yield (scope, use, id_), author

    def _find(self, key: Key) -> Author | None:
        """Who wrote what is referred to so."""
        self._settle(_SOME)
        known = self._known.get(key)
        if known is not None or not key[2]:
            return known
        may = may_refer(key[2])
        for packed in self._pending:
            if may(packed):
                for other, author in self._references(packed):
                    if other == key:
                        return author
        return None

    def is_by_author(self, message: Message, id_: str, *, as_sent: bool = False) -> bool | None:
        """Whether a message is from the author of the one that it refers to; None where that is not known.

        :param as_sent: the id is the attribute ``id``, also in a room (XEP-0308); else in a room it is the one that the
            room gave (XEP-0424, XEP-0444).
        """
        record = self._record_of(message)
        author = None if record is None else author_of(record, self.is_room)
        if record is None or author is None:
            return None
        known = self._find((self._scope(record, author), "id" if as_sent else "reference", id_))
        return None if known is None else compare(author, known)

    def is_same(self, message: Message, original: Message) -> bool | None:
        """Whether two messages that are at hand are of one author; None where that cannot be told."""
        one, other = self.author_of(message), self.author_of(original)
        return None if one is None or other is None else compare(one, other)

    def author_of(self, message: Message) -> Author | None:
        """Who wrote a message; None for one without a sender, or with one that is no address."""
        record = self._record_of(message)
        return None if record is None else author_of(record, self.is_room)

    def is_room(self, bare: str) -> bool:
        """Whether an address is a room's."""
        return bare in self._rooms or self._is_room(bare)

    def note_room(self, bare: str) -> None:
        """Remember that an address is a room's, also when nobody else knows that any more."""
        self._latest_room = NOTHING
        self._rooms.pop(bare, None)
        self._rooms[bare] = None
        limit = self._limit()
        if len(self._rooms) > limit:
            _drop_oldest(self._rooms, limit - limit // 16)

    def _heard_room(self, packed: str) -> None:
        if not packed.startswith(GROUPCHAT):
            return
        spelled, begins = room_in(packed)
        try:
            room = JID.parse(spelled).bare
        except InvalidJID:
            return
        if room:
            self.note_room(room)
            self._latest_room = begins

    @property
    def waiting(self) -> int:
        """How many messages wait until something refers to one."""
        return len(self._pending)

    def __len__(self) -> int:
        self._settle(len(self._pending))
        return len(self._known)

    def _scope(self, record: Record, author: Author) -> Scope:
        if record[0] == "groupchat":
            return (author.bare,)
        try:
            receiver = JID.parse(record[2]).bare
        except InvalidJID:
            receiver = ""
        return tuple(sorted((author.bare, receiver or self._own().bare)))


def _drop_oldest(table: dict[K, V], limit: int) -> None:
    # At once: to find the first one passes over all that were deleted before it.
    for key in list(islice(table, max(len(table) - limit, 0))):
        del table[key]


def _has_content(message: Message) -> bool:
    xml = message.xml
    return xml.find(f"{{{message.namespace}}}body") is not None or xml.find(ENCRYPTED) is not None


def _ids_of(record: Record, room: str) -> Iterator[tuple[str, str]]:
    """What a message is referred to by, and by which kind of reference."""
    id_ = record[3]
    yield "id", id_
    if record[0] == "groupchat":
        given = [id_ for tag, id_, by in marks_of(record) if tag == STANZA_ID and _bare(by) == room]
        if len(given) == 1 and given[0]:
            # What its sender wrote does not count then: it could be the id of somebody else's (XEP-0424 section 5.1).
            yield "reference", given[0]
            return
    yield "reference", id_
    origins = [id_ for tag, id_, _ in marks_of(record) if tag == ORIGIN_ID]
    if len(origins) == 1:
        yield "reference", origins[0]


def _bare(address: str) -> str:
    try:
        return JID.parse(address).full
    except InvalidJID:
        return ""
