"""Rosters and items as mappings: keys, typed attributes, and what makes an item one of the roster."""

from typing import Any

import pytest

from helixmpp.core.roster.state import ItemState
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from tests.roster.fakes import OWN, FakeClient, FakeComponent, roster_item, roster_push

JULIET = "juliet@example.net"
ROMEO = "romeo@example.net"

# key, attribute, a value, the value of a new item
PARTS: list[tuple[str, str, Any, Any]] = [
    ("name", "name", "Juliet", ""),
    ("groups", "groups", ["A", "B"], []),
    ("from", "from_", True, False),
    ("to", "to", True, False),
    ("pending_in", "pending_in", True, False),
    ("pending_out", "pending_out", True, False),
    ("whitelisted", "whitelisted", True, False),
    ("approved", "approved", True, False),
    ("subscription", "subscription", "both", "none"),
]


@pytest.mark.parametrize(("key", "attribute", "value", "empty"), PARTS)
@pytest.mark.parametrize("by_key", [True, False], ids=["key", "attribute"])
def test_the_key_and_the_attribute_are_the_same(
    key: str, attribute: str, value: object, empty: object, by_key: bool
) -> None:
    xmpp = FakeClient()
    item = xmpp.me[JULIET]
    assert item[key] == getattr(item, attribute) == item.get(key) == empty
    if by_key:
        item[key] = value
    else:
        setattr(item, attribute, value)
    assert item[key] == getattr(item, attribute) == dict(item.state())[key] == value
    assert key in item
    # Anybody can ask for a subscription: that alone makes nobody a contact.
    assert (JULIET in xmpp.me) is (key != "pending_in")
    item[key] = empty
    assert item.is_blank


def test_a_state_by_itself() -> None:
    state = ItemState(JULIET)
    assert (state.kept, state.is_blank, str(state.jid)) == (False, True, JULIET)
    state.restore({"name": "Juliet", "from": True, "to": "1"})
    assert (state.kept, state.subscription, repr(state)) == (True, "both", f"<ItemState {JULIET}: both>")
    state.clear()
    assert state.is_blank


@pytest.mark.parametrize("value", ["true", "1", 1, True])
def test_flags_take_what_programs_give(value: object) -> None:
    item = FakeClient().me[JULIET]
    item["whitelisted"] = value
    assert item.whitelisted is True
    item["whitelisted"] = "false"
    assert item.whitelisted is False


@pytest.mark.parametrize(
    ("from_", "to", "subscription"),
    [(False, False, "none"), (False, True, "to"), (True, False, "from"), (True, True, "both")],
)
def test_the_subscription_is_made_of_its_directions(from_: bool, to: bool, subscription: str) -> None:
    item = FakeClient().me.add(JULIET, afrom=from_, ato=to)
    assert item.subscription == item["subscription"] == subscription
    other = FakeClient().me[JULIET]
    other.subscription = subscription
    assert (other.from_, other.to) == (from_, to)


def test_ask_is_read_only() -> None:
    item = FakeClient().me.add(JULIET, pending_out=True)
    assert item["ask"] == item.ask == "subscribe"
    with pytest.raises(KeyError):
        item["ask"] = "subscribe"


@pytest.mark.parametrize("key", ["", "jid", "subscriptions", "From"])
def test_an_unknown_key(key: str) -> None:
    item = FakeClient().me[JULIET]
    with pytest.raises(KeyError):
        item[key]
    with pytest.raises(KeyError):
        item[key] = True
    assert item.get(key, 5) == 5
    assert key not in item


def test_wrong_values_are_refused() -> None:
    item = FakeClient().me[JULIET]
    with pytest.raises(ValueError, match="none, to, from, both"):
        item.subscription = "remove"
    with pytest.raises(TypeError, match="several"):
        item.groups = "Friends"
    assert item.is_blank


def test_groups_are_given_as_a_copy_and_once_each() -> None:
    item = FakeClient().me.add(JULIET, groups=["A", "B", "A"])
    item.groups.append("C")
    assert item.groups == ["A", "B"]


# -- the roster of one address ----------------------------------------------------------------------------


def test_looking_at_a_stranger_makes_no_contact() -> None:
    xmpp = FakeClient()
    item = xmpp.me[JULIET]
    assert xmpp.me[f"{JULIET}/desk"] is xmpp.me[JID(JULIET.upper())] is item
    assert (len(xmpp.me), JULIET in xmpp.me, xmpp.me.get(JULIET), list(xmpp.me)) == (0, False, None, [])
    assert not item.kept
    item.name = "Juliet"
    assert (len(xmpp.me), xmpp.me.get(JULIET), xmpp.me.keys()) == (1, item, [JULIET])
    assert xmpp.me.items() == [(JULIET, item)]
    assert xmpp.me.values() == [item]


@pytest.mark.parametrize(
    "jid", [JULIET, f"{JULIET}/desk", "JULIET@Example.NET", JID(JULIET), JID(f"{JULIET}/x")]
)
def test_an_item_is_found_however_it_is_named(jid: JID | str) -> None:
    xmpp = FakeClient()
    item = xmpp.me.add(JULIET)
    assert jid in xmpp.me
    assert xmpp.me.has_jid(jid)
    assert xmpp.me[jid] is item
    assert xmpp.me.get(jid) is item


@pytest.mark.parametrize("bad", ["a@b@c", "@", "a b@example.net", 5, None])
def test_what_is_no_address_is_in_no_roster(bad: Any) -> None:
    xmpp = FakeClient()
    assert bad not in xmpp.me
    assert bad not in xmpp.roster
    if isinstance(bad, str):
        assert xmpp.me.get(bad) is None
        with pytest.raises(InvalidJID):
            xmpp.me[bad]
        with pytest.raises(InvalidJID):
            xmpp.roster[bad]


def test_an_address_of_newer_letters_that_the_server_gave_is_found_again() -> None:
    xmpp = FakeClient()
    xmpp.receive(roster_push(roster_item("\N{ROCKET}@example.net", "to")))
    assert [xmpp.me[jid].to for jid in xmpp.me] == [True]


def test_groups() -> None:
    xmpp = FakeClient()
    xmpp.me.add(JULIET, groups=["A", "B"])
    xmpp.me.add(ROMEO, groups=["B"])
    xmpp.me.add("nurse@example.net")
    assert xmpp.me.groups() == {"A": [JULIET], "B": [JULIET, ROMEO]}


def test_adding_again_changes_the_item() -> None:
    xmpp = FakeClient()
    item = xmpp.me.add(JULIET, "Juliet", ["A"], afrom=True, ato=True, whitelisted=True)
    assert xmpp.me.add(JULIET, pending_in=True, pending_out=True) is item
    assert (item.name, item.groups, item.subscription, item.ask) == ("", [], "none", "subscribe")
    assert (item.pending_in, item.whitelisted, len(xmpp.me)) == (True, False, 1)


def test_an_item_that_was_forgotten_does_not_take_the_place_of_another() -> None:
    xmpp = FakeClient()
    xmpp.roster.max_strangers = 1
    old = xmpp.me[JULIET]
    xmpp.me[ROMEO].resources.clear()
    new = xmpp.me.add(JULIET, name="new")
    assert new is not old
    old.name = "old"
    assert xmpp.me[JULIET] is new
    assert len(xmpp.me) == 1


def test_iterating_while_it_changes() -> None:
    xmpp = FakeClient()
    for number in range(10):
        xmpp.me.add(f"a{number}@example.net")
    for jid in xmpp.me:
        del xmpp.me[jid]
    assert len(xmpp.me) == 0
    assert bool(xmpp.me) is bool(xmpp.roster) is True


# -- all rosters ----------------------------------------------------------------------------------------------


def test_our_own_roster_is_that_of_no_address_too() -> None:
    xmpp = FakeClient()
    assert xmpp.roster[OWN] is xmpp.roster[None] is xmpp.roster[""] is xmpp.roster[JID("")]
    assert xmpp.roster.keys() == [OWN]


def test_rosters_of_a_component() -> None:
    xmpp = FakeComponent()
    node = xmpp.roster.add("one@comp.example.org/x")
    assert xmpp.roster["two@comp.example.org"][JULIET].is_blank
    assert list(xmpp.roster) == ["one@comp.example.org"]
    xmpp.roster["two@comp.example.org"].add(JULIET)
    assert len(xmpp.roster) == 2
    assert xmpp.roster.items() == [
        ("one@comp.example.org", node),
        ("two@comp.example.org", xmpp.roster["two@comp.example.org"]),
    ]
    assert "two@comp.example.org" in xmpp.roster
    xmpp.roster.remove("two@comp.example.org")
    xmpp.roster.remove("two@comp.example.org")
    assert xmpp.roster.values() == [node]
    assert len(xmpp.roster["two@comp.example.org"]) == 0


def test_items_are_counted_right_whatever_happens_to_their_rosters() -> None:
    xmpp = FakeComponent()
    xmpp.roster.max_items = 2
    node = xmpp.roster["one@comp.example.org"]
    full: list[bool] = []

    def note() -> None:
        full.append(xmpp.roster.is_full)

    node.add(JULIET)
    note()
    node.add(ROMEO)
    note()
    xmpp.roster.remove("one@comp.example.org")
    note()
    del node[ROMEO]
    node.add("nurse@example.net")
    assert xmpp.roster["one@comp.example.org"] is node
    note()
    del node[JULIET]
    note()
    assert full == [False, True, False, True, False]


def test_what_is_seen_of_them_in_a_log() -> None:
    xmpp = FakeClient()
    item = xmpp.me.add(JULIET, ato=True)
    assert [repr(one) for one in (item, xmpp.me, xmpp.roster)] == [
        f"<RosterItem {JULIET}: to>",
        f"<RosterNode {OWN}: 1 items>",
        "<Roster 1 items of 1 addresses>",
    ]
