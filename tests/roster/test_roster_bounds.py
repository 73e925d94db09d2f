"""Promise V: what strangers send never makes the roster grow beyond its limits; and large rosters are fine."""

import asyncio
from xml.etree.ElementTree import Element, SubElement

import pytest

from helixmpp.core.roster import Roster
from helixmpp.core.roster.recent import Recent
from helixmpp.stanza import Iq, IqTimeout
from helixmpp.xml import NS_CLIENT, NS_ROSTER
from tests.roster.fakes import FakeClient, FakeComponent, FakeStream, roster_item, roster_push, roster_result
from tests.support.work import counted

STRANGERS = 20_000
COMP = "comp.example.org"


def presence(xmpp: FakeStream, sender: str, to: str = "", kind: str = "", status: str = "") -> Element:
    """Built without a parser, as there are many."""
    attributes = {"from": sender, "type": kind, "to": to or str(xmpp.boundjid)}
    element = Element(
        f"{{{xmpp.default_ns}}}presence", {name: value for name, value in attributes.items() if value}
    )
    if status:
        SubElement(element, f"{{{xmpp.default_ns}}}status").text = status
    return element


def stored(roster: Roster) -> tuple[int, int]:
    """How many strangers and how many passing addresses of ours there are."""
    return roster.strangers_known, roster.passing_nodes


def test_the_limits_are_settings_with_these_defaults() -> None:
    roster = FakeClient().roster
    assert (roster.max_strangers, roster.max_resources, roster.max_items) == (1_000, 100, 100_000)


def test_presences_of_20000_strangers() -> None:
    xmpp = FakeClient()
    xmpp.me.add("friend@example.net", ato=True)
    xmpp.receive(presence(xmpp, "friend@example.net/desk"))
    for number in range(STRANGERS):
        xmpp.receive(presence(xmpp, f"stranger{number}@example.com/x"))
    assert stored(xmpp.roster) == (1_000, 0)
    assert xmpp.me.keys() == ["friend@example.net"]
    assert list(xmpp.me.presence("friend@example.net")) == ["desk"]
    assert xmpp.me.presence(f"stranger{STRANGERS - 1}@example.com") != {}
    assert xmpp.me.presence("stranger0@example.com") == {}


@pytest.mark.parametrize("kind", ["", "probe", "subscribed"])
def test_20000_strangers_write_to_20000_addresses_of_a_component(kind: str) -> None:
    xmpp = FakeComponent()
    for number in range(STRANGERS):
        xmpp.receive(presence(xmpp, f"s{number}@example.com/x", f"a{number}@{COMP}", kind))
        xmpp.raised.clear()
        xmpp.sent.clear()
    strangers, nodes = stored(xmpp.roster)
    assert strangers <= 1_000
    assert nodes <= 1_000
    # A probe of who is not subscribed is answered, which is no presence of ours.
    assert len(xmpp.roster) <= 1
    assert sum(len(node) for node in xmpp.roster.values()) == 0


def test_strangers_who_come_and_go_are_none_of_the_roster() -> None:
    xmpp = FakeComponent()
    for number in range(3_000):
        for kind in ("subscribe", "unsubscribe", "unsubscribed"):
            xmpp.receive(presence(xmpp, f"s{number}@example.com", COMP, kind))
        xmpp.raised.clear()
        xmpp.sent.clear()
    assert len(xmpp.me) == 0
    assert xmpp.roster.strangers_known <= 1_000


@pytest.mark.parametrize("to_many", [False, True], ids=["one address", "many addresses"])
def test_a_component_grants_no_more_than_its_roster_may_hold(
    to_many: bool, caplog: pytest.LogCaptureFixture
) -> None:
    xmpp = FakeComponent()
    xmpp.roster.max_items = 50
    for number in range(200):
        to = f"a{number}@{COMP}" if to_many else COMP
        xmpp.receive(presence(xmpp, f"s{number}@example.com", to, "subscribe"))
    assert sum(len(node) for node in xmpp.roster.values()) == 50
    assert sum('type="subscribed"' in text for text in xmpp.sent) == 50
    assert xmpp.event_names().count("roster_subscription_request") == 200
    assert "max_items" in caplog.text
    whitelisted = xmpp.me.add("boss@example.net", whitelisted=True)
    xmpp.receive(presence(xmpp, "boss@example.net", COMP, "subscribe"))
    assert whitelisted.from_ is True


def test_a_client_grants_no_more_either() -> None:
    xmpp = FakeClient()
    xmpp.roster.max_items = 50
    for number in range(200):
        sender = f"s{number}@example.com"
        xmpp.receive(presence(xmpp, sender, kind="subscribe"))
        if any(f'to="{sender}"' in text and 'type="subscribed"' in text for text in xmpp.take_sent()):
            xmpp.receive(roster_push(roster_item(sender, "from")))
    assert len(xmpp.me) == 50


def test_requests_that_wait_are_bounded_too() -> None:
    xmpp = FakeComponent()
    xmpp.roster.auto_authorize = None
    xmpp.roster.max_strangers = 10
    for number in range(100):
        xmpp.receive(presence(xmpp, f"s{number}@example.com", COMP, "subscribe"))
    waiting = [
        number
        for number in range(100)
        if (item := xmpp.me.peek(f"s{number}@example.com")) and item.pending_in
    ]
    assert waiting == list(range(90, 100))


@pytest.mark.parametrize("in_roster", [False, True])
def test_resources_of_one_address(in_roster: bool) -> None:
    xmpp = FakeClient()
    if in_roster:
        xmpp.me.add("room@example.com", ato=True)
    for number in range(5_000):
        xmpp.receive(presence(xmpp, f"room@example.com/{number}"))
    assert list(xmpp.me.presence("room@example.com")) == [str(number) for number in range(4_900, 5_000)]
    assert xmpp.event_names().count("got_online") == 1


def test_who_is_heard_of_again_is_not_the_one_to_go() -> None:
    xmpp = FakeClient()
    xmpp.roster.max_strangers = xmpp.roster.max_resources = 3
    for sender in ("a", "b", "c", "a", "d"):
        xmpp.receive(presence(xmpp, f"{sender}@example.com/x"))
        xmpp.receive(presence(xmpp, f"room@example.net/{sender}"))
    assert list(xmpp.me.presence("room@example.net")) == ["c", "a", "d"]
    assert [bool(xmpp.me.presence(f"{name}@example.com")) for name in "abcd"] == [True, False, False, True]


def test_a_long_status_is_kept_in_part() -> None:
    xmpp = FakeClient()
    stanza = xmpp.receive(presence(xmpp, "a@example.com/x", status="x" * 100_000))
    assert len(xmpp.me.presence("a@example.com", "x")["status"]) == 1024
    assert len(stanza["status"]) == 100_000


def test_presences_to_single_addresses_are_bounded() -> None:
    xmpp = FakeClient()
    for number in range(3_000):
        xmpp.send_presence(pto=f"room{number}@example.com/me")
    kept = [
        number for number in range(3_000) if xmpp.me.sent.directed(f"room{number}@example.com") is not None
    ]
    assert kept == list(range(2_000, 3_000))
    assert xmpp.roster.strangers_known == 0


def test_own_addresses_that_a_program_writes_from_are_bounded_too() -> None:
    xmpp = FakeComponent()
    xmpp.roster.max_items = 20
    for number in range(100):
        xmpp.send_presence(pto="a@example.com", pfrom=f"a{number}@{COMP}")
    assert len(xmpp.roster) == 20
    assert xmpp.roster.passing_nodes <= 1_000


# -- large rosters ------------------------------------------------------------------------------------------


def large_result(count: int) -> Element:
    element = Element(f"{{{NS_CLIENT}}}iq", {"type": "result", "id": "id1"})
    query = SubElement(element, f"{{{NS_ROSTER}}}query")
    for number in range(count):
        item = SubElement(
            query,
            f"{{{NS_ROSTER}}}item",
            {
                "jid": f"user{number}@host{number % 50}.example.net",
                "subscription": "both",
                "name": f"U{number}",
            },
        )
        SubElement(item, f"{{{NS_ROSTER}}}group").text = f"group {number % 20}"
    return element


async def turns(xmpp: FakeClient, future: "asyncio.Future[Iq]") -> tuple[list[int], list[int]]:
    """How many items came or went, and how many calls were made, in each turn until the future is done."""
    items: list[int] = []
    calls: list[int] = []
    while not future.done():
        before = len(xmpp.me)
        with counted() as work:
            await asyncio.sleep(0)
        items.append(len(xmpp.me) - before)
        calls.append(work.calls)
    return items, calls


async def test_promise_q_a_roster_of_50000() -> None:
    """No turn takes on more than its slice, so that none is longer for a longer roster.

    Work is counted: a time would be that of the machine, of its other load and of the garbage collector.
    """
    slice_ = 500
    xmpp = FakeClient()
    future = xmpp.get_roster()
    await asyncio.sleep(0)
    xmpp.receive(large_result(50_000))
    items, calls = await turns(xmpp, future)
    assert len(xmpp.me) == 50_000
    assert len(xmpp.me.groups()["group 7"]) == 2_500
    assert max(items) <= slice_
    # Some 70 calls for each item, in the last turn as in the first.
    assert max(calls) <= 200 * slice_
    assert max(calls) <= 1.5 * calls[0]
    again = xmpp.get_roster()
    await asyncio.sleep(0)
    xmpp.receive(roster_result("id2", roster_item("user1@host1.example.net", "both")))
    items, calls = await turns(xmpp, again)
    assert xmpp.me.keys() == ["user1@host1.example.net"]
    assert min(items) >= -slice_
    assert max(calls) <= 200 * slice_


async def test_contacts_whose_presence_comes_before_the_roster_are_not_lost() -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster()
    for number in range(5_000):
        xmpp.receive(presence(xmpp, f"user{number}@host{number % 50}.example.net/x"))
    for number in range(2_000):
        xmpp.receive(presence(xmpp, f"stranger{number}@example.com/x"))
    xmpp.receive(large_result(5_000))
    await future
    assert all(list(item.resources) == ["x"] for item in xmpp.me.values())
    await asyncio.sleep(0)
    assert xmpp.roster.strangers_known == 1_000


async def test_who_never_gets_the_roster_has_the_usual_limit_again() -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster(timeout=0.01)
    for number in range(2_000):
        xmpp.receive(presence(xmpp, f"stranger{number}@example.com/x"))
    assert xmpp.roster.strangers_known == 2_000
    with pytest.raises(IqTimeout):
        await future
    await asyncio.sleep(0)
    assert xmpp.roster.strangers_known == 1_000


# -- the table ------------------------------------------------------------------------------------------------


def test_recent_drops_what_was_not_used_for_longest() -> None:
    limit = 3
    dropped: list[str] = []
    recent: Recent[int, str] = Recent(lambda: limit, dropped.append)
    for number in range(3):
        recent.put(number, str(number))
    assert recent.get(0) == "0"
    assert recent.peek(1) == "1"
    recent.put(3, "3")
    assert dropped == ["1"]
    assert [key for key, _ in recent.items()] == [2, 0, 3]
    limit = 1
    recent.trim()
    assert (dropped, len(recent)) == (["1", "2", "0"], 1)
    assert (recent.pop(3), recent.pop(3), recent.get(3), len(recent)) == ("3", None, None, 0)
