"""A client asks for its roster and changes it: what is sent, and what follows from the answers."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from helixmpp.errors import NotConnectedError
from helixmpp.stanza import Iq, IqError, IqTimeout
from tests.roster.fakes import FakeClient, normal, roster_item, roster_push, roster_result

JULIET = "juliet@example.net"
ROMEO = "romeo@example.net"
REFUSED = (
    "<iq type='error' id='id1'><error type='cancel'>"
    "<not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
)


def query(inner: str = "", ver: str | None = None) -> str:
    version = "" if ver is None else f" ver='{ver}'"
    return f"<query xmlns='jabber:iq:roster'{version}>{inner}</query>"


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


REMOVE = f"<item jid='{JULIET}' subscription='remove'/>"


# -- getting it --------------------------------------------------------------------------------------------


async def test_get_roster() -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster()
    assert xmpp.sent == [normal(f"<iq type='get' id='id1'>{query()}</iq>")]
    answer = xmpp.receive(
        roster_result("id1", roster_item(JULIET, "both", "A", name="Juliet"), roster_item(ROMEO, "none"))
    )
    assert await future is answer
    assert xmpp.me.keys() == [JULIET, ROMEO]
    assert (xmpp.me[JULIET].name, xmpp.me[JULIET].groups) == ("Juliet", ["A"])
    assert xmpp.raised == [("roster_update", answer)]


async def test_nobody_need_await() -> None:
    xmpp = FakeClient()
    xmpp.get_roster()
    xmpp.receive(roster_result("id1", roster_item(JULIET)))
    await turns()
    assert xmpp.event_names() == ["roster_update"]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_the_callback_is_called_when_all_is_taken_over(asynchronous: bool) -> None:
    xmpp = FakeClient()
    seen: list[tuple[Iq, list[str], list[str]]] = []

    def note(iq: Iq) -> None:
        seen.append((iq, xmpp.me.keys(), xmpp.event_names()))

    async def note_later(iq: Iq) -> None:
        await asyncio.sleep(0)
        note(iq)

    callback: Callable[[Iq], Any] = note_later if asynchronous else note
    future = xmpp.get_roster(callback=callback)
    answer = xmpp.receive(roster_result("id1", roster_item(JULIET)))
    await future
    assert seen == [(answer, [JULIET], ["roster_update"])]


async def test_what_a_callback_raises_is_told_and_does_no_harm() -> None:
    xmpp = FakeClient()

    def fail(iq: Iq) -> None:
        raise ZeroDivisionError

    future = xmpp.get_roster(callback=fail)
    xmpp.receive(roster_result("id1", roster_item(JULIET)))
    await future
    assert [type(error) for error in xmpp.errors] == [ZeroDivisionError]
    assert xmpp.me.keys() == [JULIET]


async def test_a_refusal_is_raised_and_told_to_the_callback() -> None:
    xmpp = FakeClient()
    told: list[str] = []
    future = xmpp.get_roster(callback=lambda iq: told.append(iq["type"]))
    xmpp.receive(REFUSED)
    with pytest.raises(IqError) as caught:
        await future
    assert caught.value.condition == "not-allowed"
    assert told == ["error"]
    assert xmpp.event_names() == []


async def test_a_server_that_is_silent() -> None:
    xmpp = FakeClient()
    told: list[str] = []
    future = xmpp.get_roster(timeout=0.001, timeout_callback=lambda iq: told.append(iq["type"]))
    with pytest.raises(IqTimeout):
        await future
    assert told == ["get"]


async def test_who_gave_a_callback_need_not_look_for_the_error(caplog: pytest.LogCaptureFixture) -> None:
    xmpp = FakeClient()
    xmpp.get_roster(callback=lambda iq: None)
    xmpp.receive(REFUSED)
    await turns()
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_a_lost_connection_ends_it_and_who_did_not_await_is_not_told_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster()
    xmpp.update_roster(JULIET, name="Juliet")
    await turns()
    xmpp.lose_connection()
    with pytest.raises(NotConnectedError):
        await future
    await turns()
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_an_error_that_nobody_awaits_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    xmpp = FakeClient()
    xmpp.get_roster()
    xmpp.receive(REFUSED)
    await turns()
    gc.collect()
    assert "never retrieved" in caplog.text


async def test_who_gave_up_leaves_nothing_behind() -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster()
    await turns()
    future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future
    xmpp.receive(roster_result("id1", roster_item(JULIET)))
    await turns()
    assert (len(xmpp.me), xmpp.event_names()) == (0, [])


async def load(xmpp: FakeClient, *items: str, ver: str | None = None) -> None:
    future = xmpp.get_roster()
    xmpp.receive(roster_result(f"id{len(xmpp.sent)}", *items, ver=ver))
    await future


async def test_what_a_result_does_not_list_is_not_in_the_roster_any_more() -> None:
    xmpp = FakeClient()
    await load(xmpp, roster_item(JULIET, "both"), roster_item(ROMEO, "to"))
    xmpp.me.add("boss@example.net", name="Boss", ato=True, whitelisted=True)
    await load(xmpp, roster_item(ROMEO, "from"))
    assert xmpp.me.keys() == [ROMEO, "boss@example.net"]
    boss = xmpp.me["boss@example.net"]
    assert (boss.name, boss.to, boss.whitelisted) == ("", False, True)


async def test_of_two_results_at_once_the_later_holds() -> None:
    xmpp = FakeClient()
    old, new = xmpp.get_roster(), xmpp.get_roster()
    many = [roster_item(f"a{number}@example.net") for number in range(1500)]
    xmpp.receive(roster_result("id1", *many, ver="1"))
    await turns(2)
    assert 0 < len(xmpp.me) < 1500
    xmpp.receive(roster_result("id2", roster_item(JULIET), ver="2"))
    await asyncio.gather(old, new)
    assert xmpp.me.keys() == [JULIET]
    assert xmpp.me.version == "2"


async def test_a_push_that_comes_while_a_large_result_is_read_is_the_newer() -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster()
    many = [roster_item(f"a{number}@example.net", "to") for number in range(1500)]
    xmpp.receive(roster_result("id1", *many, ver="1"))
    await turns(2)
    assert 0 < len(xmpp.me) < 1500
    xmpp.receive_all(
        roster_push(roster_item("a1499@example.net", "remove")),
        roster_push(roster_item("a1498@example.net", "both")),
        roster_push(roster_item(JULIET, "both"), ver="4"),
    )
    await future
    assert "a1499@example.net" not in xmpp.me
    assert xmpp.me["a1498@example.net"].subscription == "both"
    assert xmpp.me[JULIET].subscription == "both"
    assert (len(xmpp.me), xmpp.me.version) == (1500, "4")
    assert xmpp.me.loading is None


# -- versions (RFC 6121 section 2.6) -------------------------------------------------------------------------


async def test_versions_are_asked_for_where_the_server_has_them() -> None:
    xmpp = FakeClient()
    await load(xmpp, roster_item(JULIET))
    xmpp.roster_versioning = True
    await load(xmpp, roster_item(JULIET, "to"), ver="ver1")
    xmpp.receive(roster_push(roster_item(ROMEO, "to"), ver="ver2"))
    xmpp.get_roster()
    assert xmpp.sent == [
        normal(f"<iq type='get' id='id1'>{query()}</iq>"),
        normal(f"<iq type='get' id='id2'>{query(ver='')}</iq>"),
        normal("<iq type='result' id='push'/>"),
        normal(f"<iq type='get' id='id3'>{query(ver='ver2')}</iq>"),
    ]


async def test_an_empty_result_says_that_nothing_changed() -> None:
    xmpp = FakeClient()
    xmpp.roster_versioning = True
    await load(xmpp, roster_item(JULIET, "both"), ver="ver1")
    xmpp.roster.reset()
    future = xmpp.get_roster()
    xmpp.receive("<iq type='result' id='id2'/>")
    await future
    assert (xmpp.me.keys(), xmpp.me[JULIET].subscription, xmpp.me.version) == ([JULIET], "both", "ver1")
    assert xmpp.event_names() == ["roster_update"] * 2


async def test_a_result_with_an_empty_query_says_that_the_roster_is_empty() -> None:
    xmpp = FakeClient()
    await load(xmpp, roster_item(JULIET, "both"), ver="ver1")
    await load(xmpp, ver="ver2")
    assert (len(xmpp.me), xmpp.me.version) == (0, "ver2")


async def test_a_result_without_a_version_has_none() -> None:
    xmpp = FakeClient()
    await load(xmpp, roster_item(JULIET), ver="ver1")
    await load(xmpp, roster_item(JULIET))
    assert xmpp.me.version == ""


# -- changing it ------------------------------------------------------------------------------------------------

Change = Callable[[FakeClient], Awaitable[Iq | None]]


def rename(xmpp: FakeClient) -> Awaitable[Iq | None]:
    return xmpp.update_roster(JULIET, name="J.")


def regroup(xmpp: FakeClient) -> Awaitable[Iq | None]:
    return xmpp.update_roster(JULIET, groups=["B", "C", "B"])


def empty(xmpp: FakeClient) -> Awaitable[Iq | None]:
    return xmpp.update_roster(JULIET, name="", groups=[])


def with_subscription(xmpp: FakeClient) -> Awaitable[Iq | None]:
    return xmpp.update_roster(JULIET, subscription="both")


def of_the_item(xmpp: FakeClient) -> Awaitable[Iq | None]:
    return xmpp.me[JULIET].update(name="J.", groups=[])


CHANGES: list[tuple[Change, str, str, list[str]]] = [
    (rename, f"<item jid='{JULIET}' name='J.'><group>A</group></item>", "J.", ["A"]),
    (
        regroup,
        f"<item jid='{JULIET}' name='Juliet'><group>B</group><group>C</group></item>",
        "Juliet",
        ["B", "C"],
    ),
    (empty, f"<item jid='{JULIET}'/>", "", []),
    (with_subscription, f"<item jid='{JULIET}' name='Juliet'><group>A</group></item>", "Juliet", ["A"]),
    (of_the_item, f"<item jid='{JULIET}' name='J.'/>", "J.", []),
]


@pytest.mark.parametrize(("change", "item", "name", "groups"), CHANGES)
async def test_a_change_is_the_servers_to_make(
    change: Change, item: str, name: str, groups: list[str]
) -> None:
    xmpp = FakeClient()
    xmpp.receive(roster_push(roster_item(JULIET, "to", "A", name="Juliet")))
    xmpp.take_sent()
    future = change(xmpp)
    assert xmpp.sent == [normal(f"<iq type='set' id='id1'>{query(item)}</iq>")]
    assert (xmpp.me[JULIET].name, xmpp.me[JULIET].groups) == ("Juliet", ["A"])
    answer = xmpp.receive("<iq type='result' id='id1'/>")
    assert await future is answer
    assert (xmpp.me[JULIET].name, xmpp.me[JULIET].groups) == (name, groups)
    assert xmpp.me[JULIET].subscription == "to"


async def test_a_refused_change_changes_nothing() -> None:
    xmpp = FakeClient()
    future = xmpp.update_roster(ROMEO, name="Romeo")
    xmpp.receive(REFUSED)
    with pytest.raises(IqError):
        await future
    assert (len(xmpp.me), xmpp.me[ROMEO].name) == (0, "")


def of_the_roster(xmpp: FakeClient, jid: str) -> Awaitable[Iq | None]:
    return xmpp.me.remove(jid)


@pytest.mark.parametrize("remove", [FakeClient.del_roster_item, of_the_roster])
async def test_removing(remove: Callable[[FakeClient, str], Awaitable[Iq | None]]) -> None:
    xmpp = FakeClient()
    xmpp.receive(roster_push(roster_item(JULIET, "both")))
    xmpp.take_sent()
    future = remove(xmpp, f"{JULIET}/desk")
    assert xmpp.sent == [normal(f"<iq type='set' id='id1'>{query(REMOVE)}</iq>")]
    assert JULIET in xmpp.me
    xmpp.receive("<iq type='result' id='id1'/>")
    await future
    assert JULIET not in xmpp.me


async def test_promise_f_a_result_from_somebody_else_is_no_answer() -> None:
    xmpp = FakeClient()
    future = xmpp.get_roster()
    forged = roster_result("id1", roster_item("mallory@example.com", "both"))
    for sender in ("mallory@example.com", "example.com", "example.org", "me@example.org/phone"):
        xmpp.receive(forged.replace("<iq ", f"<iq from='{sender}' ", 1))
    await turns()
    assert (len(xmpp.me), future.done(), xmpp.event_names()) == (0, False, [])
    xmpp.receive(roster_result("id1", roster_item(JULIET)).replace("<iq ", "<iq from='me@example.org' ", 1))
    await future
    assert xmpp.me.keys() == [JULIET]


@pytest.mark.parametrize("bad", ["a@b@c", "@", "a b@example.net"])
async def test_an_address_that_is_none_is_refused_at_the_call(bad: str) -> None:
    xmpp = FakeClient()
    for call in (xmpp.update_roster, xmpp.del_roster_item, xmpp.me.subscribe, xmpp.me.add):
        with pytest.raises(ValueError, match=r".+"):
            call(bad)
    assert xmpp.sent == []
