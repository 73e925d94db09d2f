"""The state machine of presence subscriptions (RFC 6121 appendix A): one function for each of its tables.

``outbound_*`` is what the user sends, ``inbound_*`` what the contact sends; each changes the user's item for
that contact and says what becomes of the stanza. Pre-approval (section 3.4) is optional and not offered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from helixmpp.testing.roster import RosterItem

__all__ = ["INBOUND", "OUTBOUND", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one subscription stanza."""

    passed_on: bool  # routed to the contact, or delivered to the user
    changed: bool = False  # the listed item is different now: the user's clients get a roster push
    approved: bool = False  # inbound only: answered with "subscribed" in the user's name


def outbound_subscribe(item: RosterItem) -> Outcome:
    """Appendix A.2.1: always routed, because the other side may have forgotten."""
    changed = not item.to and not (item.pending_out and item.listed)
    if not item.to:
        item.pending_out = True
    item.listed = True
    return Outcome(True, changed)


def outbound_unsubscribe(item: RosterItem) -> Outcome:
    """Appendix A.2.2: always routed."""
    changed = item.to or item.pending_out
    item.to = item.pending_out = False
    return Outcome(True, changed)


def outbound_subscribed(item: RosterItem) -> Outcome:
    """Appendix A.2.3: routed when it answers a request."""
    if item.pending_in is None:
        return Outcome(False)
    item.pending_in = None
    item.from_ = item.listed = True
    return Outcome(True, changed=True)


def outbound_unsubscribed(item: RosterItem) -> Outcome:
    """Appendix A.2.4: refuses a request or takes an approval back."""
    changed = item.from_
    passed_on = changed or item.pending_in is not None
    item.from_ = False
    item.pending_in = None
    return Outcome(passed_on, changed)


def inbound_subscribe(item: RosterItem, stanza: Element) -> Outcome:
    """Appendix A.3.1: shown to the user once; who is approved already is told so by the server."""
    if item.from_:
        return Outcome(False, approved=True)
    if item.pending_in is not None:
        return Outcome(False)
    item.pending_in = stanza
    return Outcome(True)


def inbound_unsubscribe(item: RosterItem, stanza: Element) -> Outcome:
    """Appendix A.3.2: delivered when there was something to end."""
    changed = item.from_
    passed_on = changed or item.pending_in is not None
    item.from_ = False
    item.pending_in = None
    return Outcome(passed_on, changed)


def inbound_subscribed(item: RosterItem, stanza: Element) -> Outcome:
    """Appendix A.3.3: counts only as the answer to a request of the user's."""
    if not item.pending_out:
        return Outcome(False)
    item.pending_out = False
    item.to = True
    return Outcome(True, changed=True)


def inbound_unsubscribed(item: RosterItem, stanza: Element) -> Outcome:
    """Appendix A.3.4: refuses a request of the user's or takes an approval back."""
    changed = item.to or item.pending_out
    item.to = item.pending_out = False
    return Outcome(changed, changed)


OUTBOUND: Mapping[str, Callable[[RosterItem], Outcome]] = {
    "subscribe": outbound_subscribe,
    "unsubscribe": outbound_unsubscribe,
    "subscribed": outbound_subscribed,
    "unsubscribed": outbound_unsubscribed,
}
INBOUND: Mapping[str, Callable[[RosterItem, Element], Outcome]] = {
    "subscribe": inbound_subscribe,
    "unsubscribe": inbound_unsubscribe,
    "subscribed": inbound_subscribed,
    "unsubscribed": inbound_unsubscribed,
}
