"""The tables of RFC 6121 appendix A, for a component: it keeps the state of its subscriptions itself."""

import pytest

from helixmpp.core.roster import RosterItem
from tests.roster.fakes import FakeComponent, normal

JULIET = "juliet@example.net"
BOT = "bot@comp.example.org"

# The nine states of appendix A.1: from, to, pending out, pending in.
STATES = {
    "None": (False, False, False, False),
    "None + Pending Out": (False, False, True, False),
    "None + Pending In": (False, False, False, True),
    "None + Pending Out+In": (False, False, True, True),
    "To": (False, True, False, False),
    "To + Pending In": (False, True, False, True),
    "From": (True, False, False, False),
    "From + Pending Out": (True, False, True, False),
    "Both": (True, True, False, False),
}

# Appendix A.3: what arrives -> the states that it changes; to all others it makes no difference.
INBOUND = {
    "subscribe": {
        "None": "None + Pending In",
        "None + Pending Out": "None + Pending Out+In",
        "To": "To + Pending In",
    },
    "unsubscribe": {
        "None + Pending In": "None",
        "None + Pending Out+In": "None + Pending Out",
        "To + Pending In": "To",
        "From": "None",
        "From + Pending Out": "None + Pending Out",
        "Both": "To",
    },
    "subscribed": {
        "None + Pending Out": "To",
        "None + Pending Out+In": "To + Pending In",
        "From + Pending Out": "Both",
    },
    "unsubscribed": {
        "None + Pending Out": "None",
        "None + Pending Out+In": "None + Pending In",
        "To": "None",
        "To + Pending In": "None + Pending In",
        "From + Pending Out": "From",
        "Both": "From",
    },
}
EVENTS = {
    "subscribe": "roster_subscription_request",
    "unsubscribe": "roster_subscription_remove",
    "subscribed": "roster_subscription_authorized",
    "unsubscribed": "roster_subscription_removed",
}
# What goes back by itself (sections 3.1.3 and 3.3.3).
REPLIES = {
    ("subscribe", "From"): "subscribed",
    ("subscribe", "From + Pending Out"): "subscribed",
    ("subscribe", "Both"): "subscribed",
    ("unsubscribe", "From"): "unavailable",
    ("unsubscribe", "From + Pending Out"): "unavailable",
    ("unsubscribe", "Both"): "unavailable",
}

# Appendix A.2: what we do -> the states that it changes.
OUTBOUND = {
    "subscribe": {
        "None": "None + Pending Out",
        "None + Pending In": "None + Pending Out+In",
        "From": "From + Pending Out",
    },
    "unsubscribe": {
        "None + Pending Out": "None",
        "None + Pending Out+In": "None + Pending In",
        "To": "None",
        "To + Pending In": "None + Pending In",
        "From + Pending Out": "From",
        "Both": "From",
    },
    "authorize": {
        "None + Pending In": "From",
        "None + Pending Out+In": "From + Pending Out",
        "To + Pending In": "Both",
        # Granted without being asked: a gateway's contacts do (XEP-0100 section 4.1), and RFC 6121 section 3.4.
        "None": "From",
        "None + Pending Out": "From + Pending Out",
        "To": "Both",
    },
    "unauthorize": {
        "None + Pending In": "None",
        "None + Pending Out+In": "None + Pending Out",
        "To + Pending In": "To",
        "From": "None",
        "From + Pending Out": "None + Pending Out",
        "Both": "To",
    },
}


def in_state(xmpp: FakeComponent, state: str) -> RosterItem:
    from_, to, pending_out, pending_in = STATES[state]
    return xmpp.roster[BOT].add(
        JULIET, afrom=from_, ato=to, pending_out=pending_out, pending_in=pending_in, whitelisted=False
    )


def state_of(xmpp: FakeComponent) -> str:
    item = xmpp.roster[BOT][JULIET]
    flags = (item.from_, item.to, item.pending_out, item.pending_in)
    return next(name for name, values in STATES.items() if values == flags)


def stanza(kind: str) -> str:
    return normal(f"<presence type='{kind}' to='{JULIET}' from='{BOT}'/>", "jabber:component:accept")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", INBOUND)
def test_inbound(kind: str, state: str) -> None:
    xmpp = FakeComponent()
    xmpp.roster.auto_authorize = None
    in_state(xmpp, state)
    events = xmpp.receive_all(f"<presence type='{kind}' from='{JULIET}' to='{BOT}'/>")
    assert state_of(xmpp) == INBOUND[kind].get(state, state)
    news = [EVENTS[kind]] if state in INBOUND[kind] else []
    assert events == ["presence", f"presence_{kind}", *news, "changed_subscription"]
    reply = REPLIES.get((kind, state))
    assert xmpp.sent == ([stanza(reply)] if reply else [])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("method", OUTBOUND)
def test_outbound(method: str, state: str) -> None:
    xmpp = FakeComponent()
    item = in_state(xmpp, state)
    had_from = item.from_
    getattr(item, method)()
    assert state_of(xmpp) == OUTBOUND[method].get(state, state)
    kinds = {"authorize": "subscribed", "unauthorize": "unsubscribed"}
    sent = [stanza(kinds.get(method, method))]
    if method == "authorize":
        sent.append(normal(f"<presence to='{JULIET}' from='{BOT}'/>", "jabber:component:accept"))
    if method == "unauthorize" and had_from:
        sent.append(stanza("unavailable"))
    assert xmpp.sent == sent


@pytest.mark.parametrize("kind", ["unsubscribe", "unsubscribed"])
def test_who_leaves_nothing_behind_is_no_item_any_more(kind: str) -> None:
    xmpp = FakeComponent()
    in_state(xmpp, "From" if kind == "unsubscribe" else "To")
    xmpp.receive(f"<presence type='{kind}' from='{JULIET}' to='{BOT}'/>")
    assert JULIET not in xmpp.roster[BOT]
    assert len(xmpp.roster[BOT]) == 0


@pytest.mark.parametrize("kind", ["unsubscribe", "unsubscribed"])
def test_who_has_a_name_stays_one(kind: str) -> None:
    xmpp = FakeComponent()
    in_state(xmpp, "Both").name = "Juliet"
    xmpp.receive_all(*[f"<presence type='{kind}' from='{JULIET}' to='{BOT}'/>"] * 2)
    assert JULIET in xmpp.roster[BOT]
