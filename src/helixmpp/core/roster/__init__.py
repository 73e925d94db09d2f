"""The roster: contacts, their subscriptions and their presence (RFC 6121 sections 2 to 4)."""

from helixmpp.core.roster.client import ClientRoster
from helixmpp.core.roster.handling import SubscriptionHandling
from helixmpp.core.roster.host import RosterHost
from helixmpp.core.roster.item import RosterItem
from helixmpp.core.roster.manager import Roster
from helixmpp.core.roster.node import RosterNode
from helixmpp.core.roster.types import Backend, ResourceDict, RosterState

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
