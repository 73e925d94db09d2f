"""The bytes that every library gets, the same for all, and what has to be found in them.

Nothing here is random: a round feeds what the last one fed, and what a library makes of it can be compared.
"""

from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

__all__ = [
    "ACCOUNT",
    "DOMAIN",
    "FULL_JID",
    "HEADER",
    "PASSWORD",
    "PIECE",
    "RESOURCE",
    "ROOM",
    "Contact",
    "Presences",
    "Said",
    "Talk",
    "chats",
    "contacts",
    "occupants",
    "room_joined",
    "roster_result",
    "texts",
]

DOMAIN = "bench.example"
ACCOUNT = f"me@{DOMAIN}"
RESOURCE = "desk"
FULL_JID = f"{ACCOUNT}/{RESOURCE}"
PASSWORD = "correct horse"
ROOM = f"hall@rooms.{DOMAIN}"

# What a socket gives at once: asyncio reads up to 256 KiB, TLS records and slow links make it less.
PIECE = 65_536  # bytes

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
    f"id='s1' from='{DOMAIN}' version='1.0' xml:lang='en'>"
).encode()

_PEERS = 50  # who writes to us
_NICKS = 200  # who is in the room while presences come
_SENTENCES = (
    "See you at the station at nine, platform {}.",
    "I think it's fine: {} of them passed & the rest will <surely> follow.",
    "Grüße aus Köln, {} mal ☕",
    "The build of revision {} is green again, thanks to everybody who had a look at it in the last hour.",
    "ok {}",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message as its handler has to find it."""

    id: str
    sender: str
    body: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Messages: their bytes, and what they say."""

    data: bytes
    said: list[Said]


@dataclass(frozen=True, slots=True)
class Presences:
    """Presences: their bytes, and who they are from, in order."""

    data: bytes
    senders: list[str]


@dataclass(frozen=True, slots=True)
class Contact:
    """A roster item."""

    jid: str
    name: str
    group: str
    subscription: str


def texts(count: int) -> list[str]:
    """Bodies of messages: short and long, with letters that need escaping and some beyond ASCII."""
    return [_SENTENCES[n % len(_SENTENCES)].format(n) for n in range(count)]


@lru_cache(maxsize=2)
def chats(count: int, *, payloads: bool = False) -> Talk:
    """Chat messages from a few dozen people.

    :param payloads: with what a phone sends beside the body: chat state, marker, origin and stanza id.
    """
    said: list[Said] = []
    parts: list[str] = []
    for n, body in enumerate(texts(count)):
        sender = f"friend{n % _PEERS}@{DOMAIN}/phone{n % _PEERS}"
        id_ = f"m{n:06}"
        more = ""
        if payloads:
            more = (
                "<active xmlns='http://jabber.org/protocol/chatstates'/>"
                "<markable xmlns='urn:xmpp:chat-markers:0'/>"
                f"<origin-id xmlns='urn:xmpp:sid:0' id='{id_}'/>"
                f"<stanza-id xmlns='urn:xmpp:sid:0' id='archived-{n}' by='{ACCOUNT}'/>"
            )
        parts.append(
            f"<message from='{sender}' to='{FULL_JID}' type='chat' id='{id_}'>"
            f"<body>{escape(body)}</body>{more}</message>"
        )
        said.append(Said(id_, sender, body))
    return Talk("".join(parts).encode(), said)


@lru_cache(maxsize=2)
def occupants(count: int, nicks: int = _NICKS) -> Presences:
    """Presences of a room's occupants (XEP-0045 section 7.2.3), ``nicks`` different ones in turn."""
    senders: list[str] = []
    parts: list[str] = []
    for n in range(count):
        sender = f"{ROOM}/nick{n % nicks}"
        show = "<show>away</show>" if n % 4 == 3 else ""
        parts.append(
            f"<presence from='{sender}' to='{FULL_JID}' id='p{n:06}'>{show}"
            "<x xmlns='http://jabber.org/protocol/muc#user'>"
            "<item affiliation='member' role='participant'/></x></presence>"
        )
        senders.append(sender)
    return Presences("".join(parts).encode(), senders)


def room_joined(nick: str) -> bytes:
    """What ends a join: our own presence, and the subject (XEP-0045 sections 7.2.2 and 7.2.15)."""
    return (
        f"<presence from='{ROOM}/{nick}' to='{FULL_JID}'><x xmlns='http://jabber.org/protocol/muc#user'>"
        "<item affiliation='member' role='participant'/><status code='110'/></x></presence>"
        f"<message from='{ROOM}' to='{FULL_JID}' type='groupchat'><subject/></message>"
    ).encode()


@lru_cache(maxsize=2)
def contacts(count: int) -> list[Contact]:
    """Items of a roster."""
    kinds = ("both", "to", "from", "none")
    return [
        Contact(f"contact{n}@{DOMAIN}", f"Contact № {n}", f"Group {n % 12}", kinds[n % 4])
        for n in range(count)
    ]


def roster_result(id_: str, items: list[Contact]) -> bytes:
    """The server's answer to a request for the roster (RFC 6121 section 2.1.4)."""
    parts = [
        f"<item jid='{one.jid}' name='{one.name}' subscription='{one.subscription}'>"
        f"<group>{one.group}</group></item>"
        for one in items
    ]
    return (
        f"<iq type='result' id='{id_}' to='{FULL_JID}'><query xmlns='jabber:iq:roster'>"
        f"{''.join(parts)}</query></iq>"
    ).encode()
