"""The tables of RFC 6121 appendix A, line by line."""

from xml.etree.ElementTree import Element

import pytest

from helixmpp.jid import JID
from helixmpp.testing.roster import Roster, RosterItem
from helixmpp.testing.subscriptions import INBOUND, OUTBOUND

# The nine states: to, from, pending out, pending in.
STATES = {
    "none": (False, False, False, False),
    "none+out": (False, False, True, False),
    "none+in": (False, False, False, True),
    "none+out/in": (False, False, True, True),
    "to": (True, False, False, False),
    "to+in": (True, False, False, True),
    "from": (False, True, False, False),
    "from+out": (False, True, True, False),
    "both": (True, True, False, False),
}
# kind: {state before: (passed on, state after)}, in the order of STATES.
TABLES = {
    "out subscribe": (
        (True, "none+out"),
        (True, "none+out"),
        (True, "none+out/in"),
        (True, "none+out/in"),
        (True, "to"),
        (True, "to+in"),
        (True, "from+out"),
        (True, "from+out"),
        (True, "both"),
    ),
    "out unsubscribe": (
        (True, "none"),
        (True, "none"),
        (True, "none+in"),
        (True, "none+in"),
        (True, "none"),
        (True, "none+in"),
        (True, "from"),
        (True, "from"),
        (True, "from"),
    ),
    "out subscribed": (
        (False, "none"),
        (False, "none+out"),
        (True, "from"),
        (True, "from+out"),
        (False, "to"),
        (True, "both"),
        (False, "from"),
        (False, "from+out"),
        (False, "both"),
    ),
    "out unsubscribed": (
        (False, "none"),
        (False, "none+out"),
        (True, "none"),
        (True, "none+out"),
        (False, "to"),
        (True, "to"),
        (True, "none"),
        (True, "none+out"),
        (True, "to"),
    ),
    "in subscribe": (
        (True, "none+in"),
        (True, "none+out/in"),
        (False, "none+in"),
        (False, "none+out/in"),
        (True, "to+in"),
        (False, "to+in"),
        (False, "from"),
        (False, "from+out"),
        (False, "both"),
    ),
    "in unsubscribe": (
        (False, "none"),
        (False, "none+out"),
        (True, "none"),
        (True, "none+out"),
        (False, "to"),
        (True, "to"),
        (True, "none"),
        (True, "none+out"),
        (True, "to"),
    ),
    "in subscribed": (
        (False, "none"),
        (True, "to"),
        (False, "none+in"),
        (True, "to+in"),
        (False, "to"),
        (False, "to+in"),
        (False, "from"),
        (True, "both"),
        (False, "both"),
    ),
    "in unsubscribed": (
        (False, "none"),
        (True, "none"),
        (False, "none+in"),
        (True, "none+in"),
        (True, "none"),
        (True, "none+in"),
        (False, "from"),
        (True, "from"),
        (True, "from"),
    ),
}
CASES = [
    (table, before, *line)
    for table, lines in TABLES.items()
    for before, line in zip(STATES, lines, strict=True)
]
STANZA = Element("{jabber:client}presence", {"type": "subscribe"})


def item_in(state: str) -> RosterItem:
    to, from_, pending_out, pending_in = STATES[state]
    return RosterItem(
        JID("contact@test.example"),
        to=to,
        from_=from_,
        pending_out=pending_out,
        pending_in=STANZA if pending_in else None,
        listed=True,
    )


def state_of(item: RosterItem) -> tuple[bool, bool, bool, bool]:
    return (item.to, item.from_, item.pending_out, item.pending_in is not None)


@pytest.mark.parametrize(("table", "before", "passed_on", "after"), CASES)
def test_appendix_a(table: str, before: str, passed_on: bool, after: str) -> None:
    direction, _, kind = table.partition(" ")
    item = item_in(before)
    shown = item.to_xml()
    outcome = OUTBOUND[kind](item) if direction == "out" else INBOUND[kind](item, STANZA)
    assert outcome.passed_on is passed_on
    assert state_of(item) == STATES[after]
    # A push follows exactly where the item looks different now.
    assert outcome.changed is (shown.attrib != item.to_xml().attrib)
    # Section 3.1.3: who is approved already is told so.
    assert outcome.approved is (table == "in subscribe" and STATES[before][1])


@pytest.mark.parametrize("state", STATES)
def test_item_on_the_wire(state: str) -> None:
    item = item_in(state).to_xml()
    assert item.get("subscription") == state.partition("+")[0]
    assert item.get("ask") == ("subscribe" if "out" in state else None)


def test_who_only_asks_is_not_shown_and_is_forgotten_with_the_request() -> None:
    roster = Roster()
    item = roster.get_or_add(JID("contact@test.example/x"))
    INBOUND["subscribe"](item, STANZA)
    assert len(roster) == 1
    assert len(roster.query()) == 0
    roster.tidy(item)
    assert roster.get(item.jid) is item
    OUTBOUND["unsubscribed"](item)
    roster.tidy(item)
    assert len(roster) == 0
