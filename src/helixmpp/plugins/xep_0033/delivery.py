"""From one stanza with addresses to one for each receiver: XEP-0033 section 6."""

from copy import copy
from typing import TypeVar

from helixmpp.jid import JID
from helixmpp.plugins.xep_0033.stanza import Address, Addresses
from helixmpp.stanza import Message, Presence

__all__ = ["copies_of", "receivers_of"]

S = TypeVar("S", bound=Message | Presence)


def receivers_of(addresses: Addresses) -> dict[JID, list[Address]]:
    """Whom a stanza goes to, with all addresses that name him: those not marked as delivered.

    :raises BadStanza: one of the addresses is none.
    """
    found: dict[JID, list[Address]] = {}
    for address in (*addresses.to, *addresses.cc, *addresses.bcc):
        if address.jid and not address.delivered:
            found.setdefault(address.jid, []).append(address)
    return found


def copies_of(stanza: S) -> list[S]:
    """The stanzas that go to the receivers of one with addresses, one for each (steps 6 to 8).

    Each has all addresses, marked as delivered, but of the blind copies only his own.
    """
    receivers = receivers_of(stanza[Addresses])
    common = copy(stanza)
    kept = [address for address in common[Addresses].addresses if address.xml.get("type") != "bcc"]
    for address in kept:
        if address.xml.get("type") in ("to", "cc"):
            address.delivered = True
    common[Addresses].addresses = kept
    made: list[S] = []
    for jid, named in receivers.items():
        one = copy(common)
        one["to"] = jid
        for address in named:
            if address.xml.get("type") == "bcc":
                one[Addresses].append(copy(address))
        made.append(one)
    return made
