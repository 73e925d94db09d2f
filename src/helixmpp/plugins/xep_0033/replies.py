"""Whom the headers of a message ask to answer: XEP-0033 section 7."""

from copy import copy
from dataclasses import dataclass

from helixmpp.jid import JID
from helixmpp.plugins.xep_0033.stanza import Address, Addresses, make_address
from helixmpp.stanza import Message

__all__ = ["ReplyTo", "reply_to"]


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Whom the headers of a message ask to answer.

    :param allowed: False where they ask for no answer.
    :param rooms: to be joined, instead of an answer.
    :param to: who gets an answer each.
    :param addresses: the headers of one answer to everybody, instead.
    :param elsewhere: whether it goes to somebody else than the sender, which a user is to be told (section 9).
    """

    allowed: bool = True
    rooms: tuple[JID, ...] = ()
    to: tuple[JID, ...] = ()
    addresses: tuple[Address, ...] = ()
    elsewhere: bool = False


def reply_to(message: Message, own: JID) -> ReplyTo:
    """Read the headers of a message that came.

    :param own: our address, which gets no answer of ours.
    :raises BadStanza: an address of it is none.
    """
    sender, headers = message["from"], message[Addresses]
    if headers.noreply:
        return ReplyTo(allowed=False)
    rooms = tuple(dict.fromkeys(one.jid for one in headers.replyroom if one.jid))
    if rooms:
        return ReplyTo(rooms=rooms, elsewhere=any(room.bare != sender.bare for room in rooms))
    wanted = tuple(dict.fromkeys(one.jid for one in headers.replyto if one.jid))
    if wanted:
        return ReplyTo(to=wanted, elsewhere=any(jid.bare != sender.bare for jid in wanted))
    others: list[Address] = []
    for address in (*headers.to, *headers.cc):
        if address.jid.bare != own.bare:
            kept = copy(address)
            kept.delivered = False
            others.append(kept)
    if not others:
        return ReplyTo(to=(sender,))
    if sender.bare not in {one.jid.bare for one in others}:
        others.insert(0, make_address("to", sender))
    return ReplyTo(addresses=tuple(others))
