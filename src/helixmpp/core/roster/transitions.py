"""How the state of a subscription changes, where we keep it ourselves: for a component.

RFC 6121 appendix A describes what a server does; a component stands in for one. The nine states there are
the combinations of four flags: ``from_``, ``to``, ``pending_in``, ``pending_out``.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from helixmpp.core.roster.state import ItemState

__all__ = ["Outcome", "received"]


class Outcome(NamedTuple):
    """What follows from a presence that arrived: an event, and the type of a presence that goes back."""

    event: str = ""
    reply: str = ""


def received(state: ItemState, kind: str) -> Outcome:
    """Change the state by an inbound presence of type ``kind`` (RFC 6121 appendix A.3)."""
    return _TABLE[kind](state)


def _subscribe(state: ItemState) -> Outcome:
    """Section 3.1.3: a contact who is subscribed is told so again; a request that waits is no news."""
    if state.from_:
        return Outcome(reply="subscribed")
    if state.pending_in:
        return Outcome()
    state.pending_in = True
    return Outcome("roster_subscription_request")


def _unsubscribe(state: ItemState) -> Outcome:
    """Section 3.3.3: who no longer wants our presence is told that we are gone; or a request is withdrawn."""
    if state.from_:
        state.from_ = state.pending_in = False
        return Outcome("roster_subscription_remove", "unavailable")
    if state.pending_in:
        state.pending_in = False
        return Outcome("roster_subscription_remove")
    return Outcome()


def _subscribed(state: ItemState) -> Outcome:
    """Section 3.1.6: only what we asked for counts."""
    if state.to or not state.pending_out:
        return Outcome()
    state.to = True
    state.pending_out = False
    return Outcome("roster_subscription_authorized")


def _unsubscribed(state: ItemState) -> Outcome:
    """Section 3.2.3: the contact cancels our subscription, or refuses our request."""
    if not state.to and not state.pending_out:
        return Outcome()
    state.to = state.pending_out = False
    return Outcome("roster_subscription_removed")


_TABLE: Final[dict[str, Callable[[ItemState], Outcome]]] = {
    "subscribe": _subscribe,
    "subscribed": _subscribed,
    "unsubscribe": _unsubscribe,
    "unsubscribed": _unsubscribed,
}
