"""Who wrote which message: what a correction, a retraction or a reaction is compared with.

Messages refer to others by their ids, and ids are chosen by whoever sends. So the first author of an id within a
conversation is remembered, and later ones with the same id change nothing.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0359.stanza import OriginID, StanzaID
from helixmpp.stanza import Message

__all__ = ["Author", "Authors", "author_of", "compare", "given_by", "room_id"]

_OCCUPANT_ID = "{urn:xmpp:occupant-id:0}occupant-id"
_MUC_USER = "{http://jabber.org/protocol/muc#user}x"
_ENCRYPTED = "{urn:xmpp:eme:0}encryption"
_LONGEST_ID = 1024

K = TypeVar("K")
V = TypeVar("V")

# A conversation: a room, or two accounts.
Scope = tuple[str, ...]


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


def author_of(message: Message, own: JID, is_room: Callable[[str], bool]) -> Author | None:
    """Who wrote a message; None for one without a sender, or with one that is no address.

    :param own: our address: who writes a message that goes out.
    :param is_room: whether a bare address is a room's.
    """
    try:
        sender = message["from"] or (own if message["to"].bare not in ("", own.bare) else JID(""))
    except BadStanza:
        return None
    if not sender:
        return None
    ids = message.xml.findall(_OCCUPANT_ID)
    occupant = ids[0].get("id", "") if len(ids) == 1 else ""
    in_room = (
        message["type"] == "groupchat" or message.xml.find(_MUC_USER) is not None or is_room(sender.bare)
    )
    return Author(sender.bare, sender.full, occupant if in_room else "", in_room)


def room_id(message: Message) -> str:
    """The id that the room gave to a message of type ``groupchat``; ``""`` where there is not exactly one."""
    room = message["from"].bare or message["to"].bare
    return given_by(message, room)


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
        self._known: dict[tuple[Scope, str, str], Author] = {}
        # The rooms that messages came from; the least recent first.
        self._rooms: dict[str, None] = {}

    def note(self, message: Message) -> None:
        """Remember who wrote a message, if there is anything in it to refer to."""
        if message["type"] == "error" or not _has_content(message):
            return
        author = self.author_of(message)
        if author is None:
            return
        if message["type"] == "groupchat":
            self._rooms.pop(author.bare, None)
            self._rooms[author.bare] = None
            _drop_oldest(self._rooms, self._limit())
        scope = self._scope(message, author)
        for use, id_ in _ids_of(message):
            if 0 < len(id_) <= _LONGEST_ID:
                self._known.setdefault((scope, use, id_), author)
        _drop_oldest(self._known, self._limit())

    def is_by_author(self, message: Message, id_: str, *, as_sent: bool = False) -> bool | None:
        """Whether a message is from the author of the one that it refers to; None where that is not known.

        :param as_sent: the id is the attribute ``id``, also in a room (XEP-0308); else in a room it is the one that the
            room gave (XEP-0424, XEP-0444).
        """
        author = self.author_of(message)
        if author is None:
            return None
        known = self._known.get((self._scope(message, author), "id" if as_sent else "reference", id_))
        return None if known is None else compare(author, known)

    def is_same(self, message: Message, original: Message) -> bool | None:
        """Whether two messages that are at hand are of one author; None where that cannot be told."""
        one, other = self.author_of(message), self.author_of(original)
        return None if one is None or other is None else compare(one, other)

    def author_of(self, message: Message) -> Author | None:
        """Who wrote a message; see :func:`author_of`."""
        return author_of(message, self._own(), self.is_room)

    def is_room(self, bare: str) -> bool:
        """Whether an address is a room's."""
        return bare in self._rooms or self._is_room(bare)

    def __len__(self) -> int:
        return len(self._known)

    def _scope(self, message: Message, author: Author) -> Scope:
        if message["type"] == "groupchat":
            return (author.bare,)
        try:
            receiver = message["to"].bare
        except BadStanza:
            receiver = ""
        return tuple(sorted((author.bare, receiver or self._own().bare)))


def _drop_oldest(table: dict[K, V], limit: int) -> None:
    while len(table) > limit:
        del table[next(iter(table))]


def _has_content(message: Message) -> bool:
    xml = message.xml
    return xml.find(f"{{{message.namespace}}}body") is not None or xml.find(_ENCRYPTED) is not None


def _ids_of(message: Message) -> Iterator[tuple[str, str]]:
    """What a message is referred to by, and by which kind of reference."""
    id_ = message.xml.get("id", "")
    yield "id", id_
    if message["type"] == "groupchat":
        given = room_id(message)
        if given:
            # What its sender wrote does not count then: it could be the id of somebody else's (XEP-0424 section 5.1).
            yield "reference", given
            return
    yield "reference", id_
    origins = message.children_of(OriginID)
    if len(origins) == 1:
        yield "reference", origins[0].id
