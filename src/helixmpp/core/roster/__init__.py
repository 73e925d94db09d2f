"""The roster: contacts, their subscriptions and their presence (RFC 6121 sections 2 to 4).

The names are looked up when they are first used, so that a program pays for what it takes.
"""

from typing import TYPE_CHECKING

from helixmpp._faces import face as _face

if TYPE_CHECKING:
    from helixmpp.core.roster.client import ClientRoster
    from helixmpp.core.roster.handling import SubscriptionHandling
    from helixmpp.core.roster.host import RosterHost
    from helixmpp.core.roster.item import RosterItem
    from helixmpp.core.roster.manager import Roster
    from helixmpp.core.roster.node import RosterNode
    from helixmpp.core.roster.types import Backend, ResourceDict, RosterState

_PLACES = {
    "helixmpp.core.roster.client": ("ClientRoster",),
    "helixmpp.core.roster.handling": ("SubscriptionHandling",),
    "helixmpp.core.roster.host": ("RosterHost",),
    "helixmpp.core.roster.item": ("RosterItem",),
    "helixmpp.core.roster.manager": ("Roster",),
    "helixmpp.core.roster.node": ("RosterNode",),
    "helixmpp.core.roster.types": ("Backend", "ResourceDict", "RosterState"),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "Backend",
    "ClientRoster",
    "ResourceDict",
    "Roster",
    "RosterHost",
    "RosterItem",
    "RosterNode",
    "RosterState",
    "SubscriptionHandling",
]

__getattr__, __dir__ = _face(globals(), _MODULE_OF)
