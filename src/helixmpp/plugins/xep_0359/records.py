"""What of a message tells who wrote it, and what it can be referred to by.

One is made of nearly each message that comes, and looked at only when another one refers to something. So it waits in
one short string: nothing of the message is kept then, which would have to be bounded, and could be changed.
"""

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Final
from xml.etree.ElementTree import Element

__all__ = [
    "ATTRIBUTES",
    "BETWEEN",
    "GROUPCHAT",
    "MUC_USER",
    "NOTHING",
    "OCCUPANT_ID",
    "ORIGIN_ID",
    "STANZA_ID",
    "USUAL_LENGTH",
    "Record",
    "is_possible",
    "is_short",
    "marks_of",
    "may_refer",
    "pack",
    "record_of",
    "room_in",
    "unpack",
]

OCCUPANT_ID: Final = "{urn:xmpp:occupant-id:0}occupant-id"
ORIGIN_ID: Final = "{urn:xmpp:sid:0}origin-id"
STANZA_ID: Final = "{urn:xmpp:sid:0}stanza-id"
MUC_USER: Final = "{http://jabber.org/protocol/muc#user}x"

_TELLING: Final = frozenset({OCCUPANT_ID, ORIGIN_ID, STANZA_ID, MUC_USER})
#: What each message says of itself, in this order.
ATTRIBUTES: Final = itemgetter("type", "from", "to", "id")
# An address has at most 3071 bytes (RFC 6122 section 2.1); nobody needs ids as long as this one may be.
_LONGEST_ADDRESS: Final = 3071
_LONGEST_ID: Final = 1024
#: Up to so many characters thousands of records may wait.
USUAL_LENGTH: Final = 512
# Of the children that tell something no message needs more; one that has more is from nobody.
_MOST_MARKS: Final = 8

# The attributes type, from, to and id; and for each child that tells something its tag and its attributes id and by.
Record = list[str]
#: What is between two of them in one string.
BETWEEN: Final = "\0"  # no XML has it; what a program makes may, until it is sent
# How the records of messages of a room begin, and how none begins.
GROUPCHAT: Final = f"groupchat{BETWEEN}"
NOTHING: Final = BETWEEN * 9


def pack(record: Record) -> str:
    """A record in one string; ``""`` where no XML could have what is in it."""
    packed = BETWEEN.join(record)
    return packed if packed.count(BETWEEN) == len(record) - 1 else ""


def is_possible(xml: Element) -> bool:
    """Whether a message could have come in XML; one that a program makes passes here before it is refused."""
    return not any(BETWEEN in value for value in xml.attrib.values())


def is_short(packed: str) -> bool:
    """Whether thousands of such strings may wait."""
    return len(packed) <= USUAL_LENGTH


def room_in(packed: str) -> tuple[str, str]:
    """Which room a message of type ``groupchat`` is from, and how the records of all from there begin."""
    room = packed.split(BETWEEN, 2)[1].partition("/")[0]
    return room, f"{GROUPCHAT}{room}/"


def may_refer(id_: str) -> Callable[[str], bool]:
    """Tells, without a closer look, of which records nothing can be referred to by an id."""
    inner, last = f"{BETWEEN}{id_}{BETWEEN}", f"{BETWEEN}{id_}"
    return lambda packed: inner in packed or packed.endswith(last)


def unpack(packed: str) -> Record:
    """A record again."""
    return packed.split(BETWEEN)


def record_of(xml: Element, sender: str) -> Record | None:
    """What a message tells; None where what it says of itself is too much, or too long.

    :param sender: who wrote it, as its attribute ``from`` says, or as is known where it has none.
    """
    record = [xml.get("type", ""), sender, xml.get("to", ""), _short(xml.get("id", ""))]
    if max(map(len, record)) > _LONGEST_ADDRESS:
        return None
    if len(xml) > 1:
        for child in xml:
            if child.tag in _TELLING:
                by = child.get("by", "")
                if len(by) > _LONGEST_ADDRESS or len(record) >= 4 + 3 * _MOST_MARKS:
                    return None
                record += (child.tag, _short(child.get("id", "")), by)
    return record


def marks_of(record: Record) -> Iterator[tuple[str, str, str]]:
    """The children that tell something: tag, id and by."""
    return zip(record[4::3], record[5::3], record[6::3], strict=True)


def _short(id_: str) -> str:
    return id_ if len(id_) <= _LONGEST_ID else ""
