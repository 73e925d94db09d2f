"""The service that sends a stanza on to several: XEP-0033 sections 5 and 6."""

from collections import OrderedDict
from collections.abc import Callable

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0033.delivery import copies_of
from helixmpp.plugins.xep_0033.stanza import Addresses
from helixmpp.stanza import Message, Presence

__all__ = ["Told", "sent_on"]


def sent_on(stanza: Message | Presence, most: int) -> list[Message | Presence]:
    """What a service sends for a stanza that it got.

    :param most: how many addresses a stanza may have.
    :raises XMPPError: it has more, or one that cannot be sent to; nothing is sent then.
    """
    headers = stanza[Addresses]
    found = headers.addresses
    if len(found) > most:
        raise XMPPError("not-acceptable", f"no more than {most} addresses")
    for address in found:
        if address.xml.get("type") in ("to", "cc", "bcc") and not address.jid:
            # "A URI attribute was invalid or not understood" (section 8)
            raise XMPPError("jid-malformed", "only addresses of XMPP are known here", etype="modify")
    return list(copies_of(stanza))


class Told:
    """Who was told that somebody is there, to be told when he is gone (section 5.1)."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        # Who is there, the longest ago first; and in the same way who was told.
        self._told: OrderedDict[str, dict[JID, None]] = OrderedDict()
        self._count = 0

    def note(self, sender: JID, receiver: JID) -> None:
        """Somebody was told of a presence."""
        told = self._told.setdefault(sender.full, {})
        self._told.move_to_end(sender.full)
        if receiver not in told:
            told[receiver] = None
            self._count += 1
        while self._count > self._limit():
            oldest = next(iter(self._told))
            self.gone(JID(oldest))

    def gone(self, sender: JID) -> list[JID]:
        """Somebody has gone: who was told of him, and is forgotten."""
        told = self._told.pop(sender.full, {})
        self._count -= len(told)
        return list(told)

    def __len__(self) -> int:
        return self._count
