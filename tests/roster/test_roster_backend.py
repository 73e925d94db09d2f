"""A backend of the program's keeps the items: what it is told, and what it gives back."""

import copy
from collections.abc import Iterable
from typing import Any

import pytest

from helixmpp.core.roster import Roster, RosterState
from tests.roster.fakes import FakeClient, FakeComponent, roster_item, roster_push, roster_result

JULIET = "juliet@example.net"
ROMEO = "romeo@example.net"
COMP = "comp.example.org"


class Shelf:
    """A backend as a program writes one: it forgets what is removed."""

    def __init__(self, states: dict[tuple[str, str], RosterState] | None = None) -> None:
        self.states = states or {}
        self.notes: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def load(self, owner_jid: str, jid: str, db_state: dict[str, Any]) -> RosterState | None:
        db_state["loaded"] = True
        return self.states.get((owner_jid, jid))

    def save(self, owner_jid: str, jid: str, item_state: RosterState, db_state: dict[str, Any]) -> None:
        seen = self.notes.setdefault((owner_jid, jid), [])
        if not any(known is db_state for known in seen):
            seen.append(db_state)
        if item_state.get("removed"):
            self.states.pop((owner_jid, jid), None)
        else:
            self.states[owner_jid, jid] = copy.deepcopy(item_state)

    def entries(self, owner_jid: str | None = None, db_state: dict[str, Any] | None = None) -> Iterable[str]:
        if owner_jid is None:
            return {owner for owner, _ in self.states}
        return [jid for owner, jid in self.states if owner == owner_jid]


JULIETS: RosterState = {
    "name": "Juliet",
    "groups": ["Capulet"],
    "from": True,
    "to": True,
    "pending_in": False,
    "pending_out": False,
    "whitelisted": True,
    "approved": False,
    "subscription": "both",
}


def test_what_is_in_it_is_taken_over() -> None:
    xmpp = FakeComponent()
    shelf = Shelf(
        {
            (COMP, JULIET): JULIETS,
            (f"bot@{COMP}", ROMEO): {"from": True},
            (f"bot@{COMP}", JULIET): {"subscription": "both", "pending_in": True},
        }
    )
    xmpp.roster.set_backend(shelf)
    assert sorted(xmpp.roster.keys()) == [f"bot@{COMP}", COMP]
    assert xmpp.me[JULIET].state() == JULIETS
    assert xmpp.roster[f"bot@{COMP}"][ROMEO].subscription == "from"
    assert xmpp.roster[f"bot@{COMP}"].keys() == [ROMEO]
    assert xmpp.roster[f"bot@{COMP}"][JULIET].pending_in is True


def test_a_roster_can_begin_with_one() -> None:
    xmpp = FakeComponent()
    assert Roster(xmpp, Shelf({(COMP, JULIET): JULIETS}))[COMP].keys() == [JULIET]


def test_what_is_here_is_written_to_it() -> None:
    xmpp = FakeComponent()
    xmpp.me.add(JULIET, name="J.", ato=True)
    shelf = Shelf({(COMP, JULIET): JULIETS, (COMP, ROMEO): {"to": True}})
    xmpp.roster.set_backend(shelf)
    assert shelf.states[COMP, JULIET].get("name") == "J."
    assert xmpp.me[ROMEO].to is True


def test_a_request_that_waited_before_there_was_one_is_written_too() -> None:
    xmpp = FakeComponent()
    xmpp.roster.auto_authorize = None
    xmpp.receive(f"<presence type='subscribe' from='{JULIET}' to='bot@{COMP}'/>")
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    assert [(key, state.get("pending_in")) for key, state in shelf.states.items()] == [
        ((f"bot@{COMP}", JULIET), True)
    ]


def test_or_it_is_read_instead() -> None:
    xmpp = FakeComponent()
    xmpp.me.add(JULIET, name="J.", ato=True)
    xmpp.roster.set_backend(Shelf({(COMP, JULIET): JULIETS}), save=False)
    assert xmpp.me[JULIET].name == "Juliet"
    xmpp.me.set_backend(None)
    xmpp.me[JULIET].name = "J."
    xmpp.me[JULIET].save()
    assert JULIETS.get("name") == "Juliet"


def test_one_address_may_have_its_own() -> None:
    xmpp = FakeComponent()
    shelf = Shelf()
    xmpp.roster["one@comp.example.org"].set_backend(shelf)
    for to in ("one@comp.example.org", "two@comp.example.org"):
        xmpp.receive(f"<presence type='subscribe' from='{JULIET}' to='{to}'/>")
    assert list(shelf.states) == [("one@comp.example.org", JULIET)]


def test_each_change_of_a_component_is_written() -> None:
    xmpp = FakeComponent()
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    flags: list[tuple[object, ...] | None] = []
    for kind in ("subscribe", "subscribed", "unsubscribe", "unsubscribed"):
        xmpp.receive(f"<presence type='{kind}' from='{JULIET}/x' to='{COMP}'/>")
        state = shelf.states.get((COMP, JULIET))
        flags.append((state.get("from"), state.get("to"), state.get("pending_out")) if state else None)
    assert flags == [(True, False, True), (True, True, False), (False, True, False), None]


def test_a_request_that_waits_is_written_and_comes_back() -> None:
    shelf = Shelf()
    for is_news in (True, False):
        xmpp = FakeComponent()
        xmpp.roster.auto_authorize = None
        xmpp.roster.set_backend(shelf)
        events = xmpp.receive_all(f"<presence type='subscribe' from='{JULIET}' to='{COMP}'/>")
        assert ("roster_subscription_request" in events) is is_news
        assert xmpp.me[JULIET].pending_in is True
        assert JULIET not in xmpp.me


def test_who_is_forgotten_here_is_forgotten_there() -> None:
    xmpp = FakeComponent()
    shelf = Shelf()
    xmpp.roster.auto_authorize = None
    xmpp.roster.max_strangers = 10
    xmpp.roster.set_backend(shelf)
    for number in range(100):
        xmpp.receive(f"<presence type='subscribe' from='s{number}@example.com' to='{COMP}'/>")
    assert [jid for _, jid in shelf.states] == [f"s{number}@example.com" for number in range(90, 100)]


async def test_what_the_server_says_to_a_client_is_written() -> None:
    xmpp = FakeClient()
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    future = xmpp.get_roster()
    xmpp.receive(roster_result("id1", roster_item(JULIET, "both", name="Juliet"), roster_item(ROMEO, "to")))
    await future
    assert [state.get("subscription") for state in shelf.states.values()] == ["both", "to"]
    xmpp.receive_all(roster_push(roster_item(JULIET, "remove")), roster_push(roster_item(ROMEO, "from")))
    assert [(jid, state.get("subscription")) for (_, jid), state in shelf.states.items()] == [(ROMEO, "from")]


def test_presence_alone_is_not_written() -> None:
    xmpp = FakeClient()
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    xmpp.receive(f"<presence from='{JULIET}/x'><status>hi</status></presence>")
    assert shelf.states == {}


def test_the_backends_own_dictionary_is_the_same_at_each_call() -> None:
    xmpp = FakeComponent()
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    item = xmpp.me[JULIET]
    item.subscribe()
    item.authorize()
    item.name = "Juliet"
    item.save()
    assert shelf.notes[COMP, JULIET] == [{"loaded": True}]
    other = Shelf()
    xmpp.roster.set_backend(other)
    assert other.notes[COMP, JULIET] == [{}]
    assert len(shelf.notes[COMP, JULIET]) == 1


def test_without_a_backend_again() -> None:
    xmpp = FakeComponent()
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    xmpp.roster.set_backend(None)
    xmpp.me.add(JULIET, ato=True, save=True)
    assert shelf.states == {}
    assert xmpp.me[JULIET].load() is None


def test_add_tells_it_only_if_asked_to() -> None:
    xmpp = FakeComponent()
    shelf = Shelf()
    xmpp.roster.set_backend(shelf)
    xmpp.me.add(JULIET)
    assert shelf.states == {}
    xmpp.me.add(JULIET, save=True)
    assert list(shelf.states) == [(COMP, JULIET)]
    del xmpp.me[JULIET]
    assert (shelf.states, JULIET in xmpp.me) == ({}, False)
    with pytest.raises(KeyError):
        del xmpp.me[JULIET]
