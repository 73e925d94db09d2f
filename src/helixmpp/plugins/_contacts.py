"""Who is a contact: whose presence is known to us, and ours to whom."""

from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.core.roster import RosterItem
from helixmpp.jid import JID

__all__ = ["contact", "is_own_account"]


def is_own_account(xmpp: BaseXMPP, sender: JID, receiver: JID) -> bool:
    """Whether a stanza comes from a client of the very account that it came to."""
    own = receiver if xmpp.is_component else xmpp.boundjid
    return sender.bare == own.bare


def contact(xmpp: BaseXMPP, sender: JID, receiver: JID) -> RosterItem | None:
    """What our roster says of who sent a stanza; None for nothing, and nothing is made of it.

    :param receiver: who it came to: a component has a roster for each of its addresses.
    """
    return xmpp.roster[receiver.bare if xmpp.is_component else None].peek(sender)
