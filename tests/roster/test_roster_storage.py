"""The roster in the storage: what a restart finds, what is written, and what becomes of a storage that fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest

from helixmpp.core.engines import Engine, Log, StorageFull
from helixmpp.core.roster import RosterState
from helixmpp.core.roster.waiting import MAX_WAITING
from helixmpp.errors import StorageError
from helixmpp.jid import JID
from helixmpp.storage import MemoryEngine
from helixmpp.xml import NS_CLIENT, NS_ROSTER
from tests.roster.fakes import FakeClient, FakeComponent, FakeStream, roster_item, roster_push, roster_result
from tests.support.work import counted

JULIET = "juliet@example.net"
ROMEO = "romeo@example.net"
COMP = "comp.example.org"
Change = Callable[["LogOfTest", Sequence[bytes]], object]


class LogOfTest:
    """A log that notes what is appended; ``before`` may refuse it."""

    def __init__(self, entries: Log, before: list[Change]) -> None:
        self._entries = entries
        self._before = before
        self.appended: list[int] = []

    async def append(self, values: Sequence[bytes]) -> int:
        if values:
            if self._before:
                self._before[0](self, values)
            self.appended.append(len(values))
        await asyncio.sleep(0)
        return await self._entries.append(values)

    def read(self, after: int = 0, limit: int = 1000) -> Awaitable[list[tuple[int, bytes]]]:
        return self._entries.read(after, limit)

    def drop(self, up_to: int) -> Awaitable[None]:
        return self._entries.drop(up_to)

    def size(self) -> Awaitable[int]:
        return self._entries.size()


class EngineOfTest(MemoryEngine):
    """Memory that outlives the clients which have it."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Change] = []
        self._noting: dict[tuple[str, str], LogOfTest] = {}

    def log(self, account: str, name: str, *, limit: int, value_limit: int) -> Any:
        key = (account, name)
        if key not in self._noting:
            entries = super().log(account, name, limit=limit, value_limit=value_limit)
            self._noting[key] = LogOfTest(entries, self.before)
        return self._noting[key]

    @property
    def appended(self) -> list[int]:
        return [count for noting in self._noting.values() for count in noting.appended]

    async def sizes(self) -> list[int]:
        return [await noting.size() for noting in self._noting.values()]


async def settle() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


async def written(xmpp: FakeStream) -> None:
    """Wait until nothing waits to be written, on engines with threads too."""
    keeper = xmpp.roster.keeper
    assert keeper is not None
    async with asyncio.timeout(20):
        while keeper.busy:  # noqa: ASYNC110 - engines with threads end when they end
            await asyncio.sleep(0.001)


@pytest.fixture(params=["engine", "file", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> str | Engine:
    if request.param == "engine":
        return EngineOfTest()
    if request.param == "file":
        return (tmp_path / "kept").as_uri()
    return f"sqlite:///{(tmp_path / 'kept.db').as_posix()}"


async def get_roster(xmpp: FakeClient, *items: str, ver: str | None = None, empty: bool = False) -> str:
    """Ask for the roster, and answer; the version that was asked with."""
    xmpp.roster_versioning = True
    xmpp.take_sent()
    future = xmpp.get_roster()
    async with asyncio.timeout(20):
        while not xmpp.sent:  # noqa: ASYNC110 - what is kept is read first, by a thread
            await asyncio.sleep(0.001)
    (request,) = xmpp.take_sent()
    id_ = request.partition('id="')[2].partition('"')[0]
    xmpp.receive(
        f"<iq type='result' id='{id_}'/>" if empty else roster_result(id_, *items, ver=ver),
    )
    await future
    return request.partition('ver="')[2].partition('"')[0]


def states(xmpp: FakeStream) -> dict[str, dict[str, object]]:
    return {item.bare: item.short_state() for node in xmpp.roster.values() for item in node.values()}


async def test_a_client_starts_again_with_its_roster_and_its_version(storage: str | Engine) -> None:
    first = FakeClient(storage=storage)
    asked = await get_roster(
        first,
        roster_item(JULIET, "both", "Capulet", "Verona", name="Juliet", approved="true"),
        roster_item(ROMEO, "none"),
        roster_item("old@example.net", "to", ask="subscribe"),
        ver="v1",
    )
    assert asked == ""
    first.receive_all(
        roster_push(roster_item(ROMEO, "from", name="&lt;Romeo &amp; co"), ver="v2"),
        roster_push(roster_item("old@example.net", "remove"), ver="v3"),
    )
    await written(first)
    await first.aclose()

    again = FakeClient(storage=storage)
    assert await again.roster.load()
    assert states(again) == states(first) != {}
    assert again.me[JULIET].groups == ["Capulet", "Verona"]
    # The server says that nothing changed, and then what did.
    assert await get_roster(again, empty=True) == "v3"
    assert states(again) == states(first)
    again.receive(roster_push(roster_item(ROMEO, "remove"), ver="v4"))
    await written(again)
    await again.aclose()

    third = FakeClient(storage=storage)
    assert await get_roster(third, roster_item("new@example.net", "to"), ver="v9") == "v4"
    assert list(states(third)) == ["new@example.net"]
    await third.aclose()


async def test_a_component_starts_again_with_the_rosters_of_all_its_addresses(storage: str | Engine) -> None:
    first = FakeComponent(storage=storage)
    await first.roster.load()
    for name in ("one", "two"):
        first.receive(f"<presence type='subscribe' from='{JULIET}' to='{name}@{COMP}'/>")
    first.roster[f"one@{COMP}"].add(ROMEO, name="Romeo", groups=["Montague"], whitelisted=True, save=True)
    first.roster.auto_authorize = None
    first.receive(f"<presence type='subscribe' from='waits@example.net' to='two@{COMP}'/>")
    first.receive(f"<presence type='unsubscribe' from='{JULIET}' to='two@{COMP}'/>")
    first.receive(f"<presence type='unsubscribed' from='{JULIET}' to='two@{COMP}'/>")
    await written(first)
    await first.aclose()

    again = FakeComponent(storage=storage)
    again.roster.auto_authorize = None
    await again.roster.load()
    assert states(again) == {
        JULIET: {"from": True, "pending_out": True},
        ROMEO: {"name": "Romeo", "groups": ["Montague"], "whitelisted": True},
    }
    waits = again.roster[f"two@{COMP}"]["waits@example.net"]
    assert (waits.pending_in, waits.kept) == (True, False)
    assert again.roster.is_full is False
    await again.aclose()


async def test_presences_wait_until_the_rosters_are_read(storage: str | Engine) -> None:
    first = FakeComponent(storage=storage)
    first.receive(f"<presence type='subscribe' from='{JULIET}' to='{COMP}'/>")
    await asyncio.sleep(0)
    await first.roster.load()
    await settle()
    await written(first)
    assert first.me[JULIET].from_ is True
    await first.aclose()

    again = FakeComponent(storage=storage)
    for number in range(300):
        again.receive(f"<presence from='s{number}@example.com/x' to='{COMP}'/>")
    # Before the roster is there, the answer would be that the subscriber is none.
    again.receive(f"<presence type='probe' from='{JULIET}' to='{COMP}'/>")
    assert (again.sent, again.raised) == ([], [])
    await again.roster.load()
    await settle()
    again.receive(f"<presence from='last@example.com/x' to='{COMP}'/>")
    assert again.sent[0] == f'<presence from="{COMP}" to="{JULIET}"/>'
    came = [str(data["from"]) for name, data in again.raised if name == "presence"]
    assert came == [*(f"s{number}@example.com/x" for number in range(300)), JULIET, "last@example.com/x"]
    await again.aclose()


async def test_only_what_changed_is_written() -> None:
    engine = EngineOfTest()
    xmpp = FakeClient(storage=engine)
    some = [roster_item(f"u{number}@example.net", "both", name="x" * 100) for number in range(3_000)]
    await get_roster(xmpp, *some, ver="v1")
    await settle()
    # All of it at once, in as many records as its size makes.
    assert len(engine.appended) == 1
    assert 2 <= engine.appended[0] <= 6
    # A server without versions tells everything at each start.
    await get_roster(xmpp, *some[1:], roster_item("u0@example.net", "none"), ver="v1")
    await settle()
    assert engine.appended[1:] == [1]
    xmpp.receive(roster_push(roster_item("u0@example.net", "none"), ver="v2"))
    await settle()
    assert engine.appended[2:] == [1]
    await xmpp.aclose()


async def test_a_storage_of_memory_keeps_no_second_roster() -> None:
    for storage in (None, "memory://"):
        assert FakeClient(storage=storage).roster.keeper is None


class Shelf:
    """A backend as a program writes one."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], RosterState] = {}

    def load(self, owner_jid: str, jid: str, db_state: dict[str, Any]) -> RosterState | None:
        return self.states.get((owner_jid, jid))

    def save(self, owner_jid: str, jid: str, item_state: RosterState, db_state: dict[str, Any]) -> None:
        self.states[owner_jid, jid] = item_state

    def entries(self, owner_jid: str | None = None, db_state: dict[str, Any] | None = None) -> list[str]:
        return [jid for owner, jid in self.states if owner == owner_jid]


@pytest.mark.parametrize("of_node", [False, True])
async def test_a_backend_has_precedence(of_node: bool) -> None:
    engine, shelf = EngineOfTest(), Shelf()
    xmpp = FakeClient(storage=engine)
    (xmpp.me if of_node else xmpp.roster).set_backend(shelf)
    await get_roster(xmpp, roster_item(JULIET, "both"), ver="v1")
    await settle()
    assert (list(shelf.states), engine.appended) == ([("me@example.org", JULIET)], [])
    # Taken off again, the storage has everything.
    xmpp.roster.set_backend(None)
    await settle()
    await xmpp.aclose()
    again = FakeClient(storage=engine)
    await again.roster.load()
    assert states(again) == {JULIET: {"from": True, "to": True}}
    assert again.me.version == "v1"
    await again.aclose()


async def test_the_roster_of_an_account_that_was_not_asked_for_is_not_kept() -> None:
    """An anonymous client has another account in each session, and no use for the version of one before."""
    engine = EngineOfTest()
    for number in range(2):
        xmpp = FakeClient("example.org", storage=engine, anonymous=True)
        await xmpp.roster.load()
        xmpp.boundjid = JID(f"random{number}@example.org/x")
        assert await get_roster(xmpp, roster_item(JULIET, "both"), ver="v1") == ""
        await settle()
        await xmpp.aclose()
    assert engine.appended == []


async def test_what_the_program_set_before_the_loading_is_newer() -> None:
    engine = EngineOfTest()
    first = FakeComponent(storage=engine)
    first.me.add(JULIET, name="old", save=True)
    first.me.add(ROMEO, name="old", save=True)
    await settle()
    await first.aclose()
    again = FakeComponent(storage=engine)
    again.me.add(JULIET, name="new", save=True)
    await again.roster.load()
    assert {bare: item.name for bare, item in again.me.items()} == {JULIET: "new", ROMEO: "old"}
    await settle()
    await again.aclose()
    third = FakeComponent(storage=engine)
    await third.roster.load()
    assert third.me[JULIET].name == "new"
    await third.aclose()


async def test_changes_without_a_loop_are_written_later() -> None:
    engine = EngineOfTest()

    def without_a_loop() -> FakeComponent:
        xmpp = FakeComponent(storage=engine)
        xmpp.me.add(JULIET, name="J", save=True)
        return xmpp

    xmpp = await asyncio.to_thread(without_a_loop)
    await xmpp.roster.load()
    await settle()
    assert engine.appended == [1]
    await xmpp.aclose()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
async def test_the_end_of_a_client_loses_nothing(turns: int) -> None:
    engine = EngineOfTest()
    xmpp = FakeComponent(storage=engine)
    await xmpp.roster.load()
    xmpp.me.add(JULIET, name="J", save=True)
    for _ in range(turns):
        await asyncio.sleep(0)
    await xmpp.aclose()
    again = FakeComponent(storage=engine)
    await again.roster.load()
    assert JULIET in again.me
    await again.aclose()


def test_the_end_of_the_event_loop_loses_nothing_either() -> None:
    engine = EngineOfTest()

    async def forgets_to_close() -> None:
        xmpp = FakeComponent(storage=engine)
        await xmpp.roster.load()
        xmpp.me.add(JULIET, name="J", save=True)
        await asyncio.sleep(0)

    async def looks() -> list[str]:
        again = FakeComponent(storage=engine)
        await again.roster.load()
        found = list(again.me)
        await again.aclose()
        return found

    asyncio.run(forgets_to_close())
    assert asyncio.run(looks()) == [JULIET]


async def test_what_could_not_be_written_is_written_with_the_next_change(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = EngineOfTest()
    xmpp = FakeComponent(storage=engine)
    await xmpp.roster.load()

    def refuse(_: object, values: Sequence[bytes]) -> None:
        raise StorageError("the disk is full")

    engine.before.append(refuse)
    xmpp.me.add(JULIET, name="J", save=True)
    await settle()
    assert "cannot be kept for now: the disk is full" in caplog.text
    engine.before.clear()
    xmpp.me.add(ROMEO, name="R", save=True)
    await settle()
    await xmpp.aclose()
    again = FakeComponent(storage=engine)
    await again.roster.load()
    assert sorted(again.me) == [JULIET, ROMEO]
    await again.aclose()


async def test_a_storage_that_fails_makes_nothing_grow() -> None:
    engine = EngineOfTest()
    xmpp = FakeComponent(storage=engine)
    xmpp.roster.max_items = xmpp.roster.max_strangers = 50
    await xmpp.roster.load()

    def refuse(_: object, values: Sequence[bytes]) -> None:
        raise StorageError("no")

    engine.before.append(refuse)
    assert xmpp.roster.keeper is not None
    for number in range(1_000):
        for kind in ("subscribe", "unsubscribe", "unsubscribed"):
            xmpp.receive(f"<presence type='{kind}' from='s{number}@example.com' to='{COMP}'/>")
        assert xmpp.roster.keeper.waiting <= 100
        xmpp.raised.clear()
        xmpp.sent.clear()
    engine.before.clear()
    xmpp.me.add(JULIET, name="J", save=True)
    await settle()
    # What was forgotten meanwhile is not there either: all was written anew.
    again = FakeComponent(storage=engine)
    await again.roster.load()
    assert list(again.me) == list(xmpp.me)
    assert again.roster.strangers_known == 0
    await xmpp.aclose()
    await again.aclose()


async def test_a_roster_that_cannot_be_read_is_got_from_the_server(caplog: pytest.LogCaptureFixture) -> None:
    engine = EngineOfTest()
    first = FakeClient(storage=engine)
    await get_roster(first, roster_item(JULIET, "both"), ver="v1")
    await settle()
    await first.aclose()
    again = FakeClient(storage=engine)
    entries = engine.log("me@example.org", "roster", limit=1, value_limit=1)
    read = entries.read

    async def fail(after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        raise StorageError("gone")

    entries.read = fail
    assert await again.roster.load() is False
    assert "cannot be read: gone" in caplog.text
    assert await get_roster(again, roster_item(ROMEO, "to"), ver="v5") == ""
    await settle()
    entries.read = read
    await again.aclose()
    third = FakeClient(storage=engine)
    assert await get_roster(third, empty=True) == "v5"
    assert list(third.me) == [ROMEO]
    await third.aclose()


async def test_presences_wait_while_the_rosters_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    engine = EngineOfTest()
    xmpp = FakeComponent(storage=engine)
    entries = engine.log(COMP, "roster", limit=1, value_limit=1)
    read = entries.read

    async def fail(after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        raise StorageError("gone")

    entries.read = fail
    for number in range(3):
        xmpp.receive(f"<presence type='probe' from='p{number}@example.com' to='{COMP}'/>")
        await settle()
    assert xmpp.sent == []
    entries.read = read
    xmpp.receive(f"<presence type='probe' from='last@example.com' to='{COMP}'/>")
    await settle()
    assert len(xmpp.sent) == 4
    await xmpp.aclose()


async def test_no_more_than_so_many_presences_wait(caplog: pytest.LogCaptureFixture) -> None:
    engine = EngineOfTest()
    xmpp = FakeComponent(storage=engine)
    entries = engine.log(COMP, "roster", limit=1, value_limit=1)
    read, readable = entries.read, asyncio.Event()

    async def wait(after: int = 0, limit: int = 1000) -> list[tuple[int, bytes]]:
        await readable.wait()
        found: list[tuple[int, bytes]] = await read(after, limit)
        return found

    entries.read = wait
    presence = Element(f"{{{xmpp.default_ns}}}presence", {"from": "s@example.com/x", "to": COMP})
    for _ in range(MAX_WAITING + 50):
        xmpp.stanza_received(presence)
    assert caplog.text.count("a presence was dropped") == 50
    assert xmpp.raised == []
    readable.set()
    await settle()
    for _ in range(MAX_WAITING // 100):
        await asyncio.sleep(0)
    assert xmpp.event_names().count("presence") == MAX_WAITING
    await xmpp.aclose()


async def test_the_log_is_put_together(storage: str | Engine) -> None:
    xmpp = FakeComponent(storage=storage)
    await xmpp.roster.load()
    for number in range(1_200):
        xmpp.me.add(f"u{number % 7}@example.net", name=f"{number}", save=True)
        await written(xmpp)
    size = await xmpp.open_log("roster", limit=20_000, value_limit=1_048_576).size()
    assert size < 1_000
    names = {bare: item.name for bare, item in xmpp.me.items()}
    await xmpp.aclose()
    again = FakeComponent(storage=storage)
    await again.roster.load()
    assert {bare: item.name for bare, item in again.me.items()} == names
    await again.aclose()


async def test_two_workers_of_one_component_lose_nothing_of_each_other() -> None:
    engine = EngineOfTest()
    workers = [FakeComponent(storage=engine) for _ in range(2)]
    for worker in workers:
        await worker.roster.load()
    for number in range(1_500):
        for which, worker in enumerate(workers):
            worker.me.add(f"u{which}-{number % 50}@example.net", name=f"{number}", save=True)
        await settle()
    assert await engine.sizes() != [3_000]
    third = FakeComponent(storage=engine)
    await third.roster.load()
    assert {item.bare: item.name for item in third.me.values()} == {
        f"u{which}-{number % 50}@example.net": f"{number}"
        for which in range(2)
        for number in range(1_450, 1_500)
    }
    for xmpp in (*workers, third):
        await xmpp.aclose()


async def test_a_full_log_is_put_together() -> None:
    engine = EngineOfTest()
    xmpp = FakeComponent(storage=engine)
    await xmpp.roster.load()
    for number in range(20):
        xmpp.me.add(f"u{number}@example.net", save=True)
        await settle()
    refused: list[int] = []

    def refuse(_: object, values: Sequence[bytes]) -> None:
        if not refused:
            refused.append(len(values))
            raise StorageFull("full")

    engine.before.append(refuse)
    xmpp.me.add(JULIET, name="J", save=True)
    await settle()
    assert await engine.sizes() == [2]
    await xmpp.aclose()
    again = FakeComponent(storage=engine)
    await again.roster.load()
    assert len(again.me) == 21
    await again.aclose()


async def test_an_item_that_is_too_large_costs_the_version_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = EngineOfTest()
    first = FakeClient(storage=engine)
    large = roster_item("large@example.net", "both", name="x" * 1_020_000)
    await get_roster(first, large, roster_item(JULIET, "both"), ver="v1")
    await settle()
    first.receive(roster_push(roster_item(ROMEO, "both"), ver="v2"))
    await settle()
    assert "too large" in caplog.text
    await first.aclose()
    again = FakeClient(storage=engine)
    # Without the version the server tells everything.
    assert await get_roster(again, large, roster_item(JULIET, "both"), ver="v2") == ""
    assert len(again.me) == 2
    await again.aclose()


# -- large rosters -----------------------------------------------------------------------------------------


def large_result(id_: str, count: int) -> Element:
    element = Element(f"{{{NS_CLIENT}}}iq", {"type": "result", "id": id_})
    query = SubElement(element, f"{{{NS_ROSTER}}}query", {"ver": "v1"})
    for number in range(count):
        attributes = {"jid": f"user{number}@host{number % 50}.example.net", "subscription": "both"}
        item = SubElement(query, f"{{{NS_ROSTER}}}item", {**attributes, "name": f"U{number}"})
        SubElement(item, f"{{{NS_ROSTER}}}group").text = f"group {number % 20}"
    return element


async def calls_of_turns(is_done: Callable[[], bool]) -> list[int]:
    calls: list[int] = []
    while not is_done():
        with counted() as work:
            await asyncio.sleep(0)
        calls.append(work.calls)
    return calls


async def test_promise_q_a_roster_of_50000_is_written_and_read_in_slices() -> None:
    """Work is counted: a time would be that of the machine and of its other load."""
    count, slice_ = 50_000, 500
    engine = EngineOfTest()
    xmpp = FakeClient(storage=engine)
    await xmpp.roster.load()
    xmpp.roster_versioning = True
    future = xmpp.get_roster()
    await asyncio.sleep(0)
    xmpp.receive(large_result("id1", count))
    keeper = xmpp.roster.keeper
    assert keeper is not None
    calls = await calls_of_turns(lambda: future.done() and not keeper.busy)
    # One turn gives all records to the engine: two lists of them are made there.
    assert max(calls) <= 200 * slice_
    assert len(engine.appended) == 1
    await xmpp.aclose()
    again = FakeClient(storage=engine)
    loading = asyncio.ensure_future(again.roster.load())
    assert max(await calls_of_turns(loading.done)) <= 200 * slice_
    assert (len(again.me), again.me.version) == (count, "v1")
    assert len(again.me.groups()["group 7"]) == count / 20
    await again.aclose()
