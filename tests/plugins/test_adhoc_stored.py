"""XEP-0050: sessions over a lasting storage go on after a restart, and in another process that shares it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from helixmpp.core.engines import Engine, engine_for
from helixmpp.errors import StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0050 import XEP_0050, Command, Session
from helixmpp.plugins.xep_0050.stored import VALUE_LIMIT
from helixmpp.storage import MemoryEngine
from tests.plugins.adhoc import SUBMIT, Process, outcome, request
from tests.plugins.conftest import Clock, LoopClock
from tests.plugins.offline import OfflineComponent, settle

OpenEngine = Callable[[], Engine]


@pytest.fixture(params=["memory", "file", "sqlite"])
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> OpenEngine:
    """Opens the same place again and again, as one process after the other does; memory is one engine for all."""
    if request.param == "memory":
        engine = MemoryEngine()
        return lambda: engine
    url = f"sqlite:///{(tmp_path / 'bot.db').as_posix()}" if request.param == "sqlite" else tmp_path.as_uri()
    return lambda: engine_for(url)


async def test_a_command_goes_on_after_each_restart(open_engine: OpenEngine) -> None:
    clock = Clock()
    seen: list[str] = []

    async def once(*step: str) -> Command:
        """A process that takes one step and ends."""
        process = Process(open_engine(), clock)
        answer = await process.step(*step)
        seen.extend(process.seen)
        await process.stop()
        return answer

    one = await once()
    assert (one.status, one["actions"], one["form"].title) == ("executing", {"next"}, "1")
    id_ = one.sessionid
    clock.now += 3000  # each step begins the time anew
    two = await once(id_, "next", SUBMIT.format("x"))
    assert (two.status, two["actions"], two["form"].title, two.sessionid) == (
        "executing", {"next", "prev"}, "2", id_,
    )  # fmt: skip
    clock.now += 3000
    assert (await once(id_, "prev"))["form"].title == "1"
    await once(id_, "next", SUBMIT.format("y"))
    assert (await once(id_))["actions"] == {"complete"}
    end = await once(id_, "complete")
    assert (end.status, end["notes"]) == ("completed", [("info", "bill@a.lit (1, 2.5) y")])
    assert seen == ["first", "second", "prev", "second", "nested", "last"]
    process = Process(open_engine(), clock)
    assert await process.kept() == []
    assert outcome(await process.ask(request(sessionid=id_))) == ("not-allowed", "session-expired")
    await process.stop()


async def test_each_of_two_processes_takes_a_step(open_engine: OpenEngine) -> None:
    engine = open_engine()
    one, two = Process(engine), Process(engine)
    id_ = (await one.step()).sessionid
    assert (await two.step(id_, inner=SUBMIT.format("x")))["form"].title == "2"
    # What the first one remembers is older: what is kept goes before.
    assert (await one.step(id_, "prev"))["form"].title == "1"
    assert (await two.step(id_, "next", SUBMIT.format("y"))).status == "executing"
    assert (one.seen, two.seen) == (["first", "prev"], ["second", "second"])
    assert (await one.step(id_, "cancel")).status == "canceled"
    assert one.seen[-1] == "canceled"
    for process in (one, two):
        assert outcome(await process.ask(request(sessionid=id_)))[1] == "session-expired"
    assert (await one.kept(), list(one.plugin.sessions), list(two.plugin.sessions)) == ([], [], [])
    await two.stop()
    await one.stop()


@pytest.fixture
def engine() -> MemoryEngine:
    return MemoryEngine()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (request(sessionid="SID", user="bill@a.lit/other"), ("bad-request", "bad-sessionid")),
        (request(sessionid="SID", user="eve@b.lit/x", action="cancel"), ("bad-request", "bad-sessionid")),
        (request(sessionid="SID").replace("to='", "to='x@"), ("bad-request", "bad-sessionid")),
        (request(sessionid="SID", action="prev"), ("bad-request", "bad-action")),
        (request(sessionid="S" * 5000), ("bad-request", "bad-sessionid")),
        (request(sessionid="client:SID"), ("bad-request", "bad-sessionid")),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_refused_leaves_it_there(
    engine: MemoryEngine, text: str, expected: tuple[str, ...], restarted: bool
) -> None:
    process = Process(engine)
    id_ = (await process.step()).sessionid
    again = Process(engine) if restarted else process
    assert outcome(await again.ask(text.replace("SID", id_))) == expected
    assert (await again.kept(), again.seen) == ([id_], ["first"][restarted:])
    assert (await again.step(id_, inner=SUBMIT.format("x")))["form"].title == "2"
    await again.stop()


async def test_a_handler_that_refuses_leaves_it_there_for_all(engine: MemoryEngine) -> None:
    one, two = Process(engine), Process(engine)
    id_ = (await one.step()).sessionid
    two.refuses = True
    assert outcome(await two.ask(request(sessionid=id_))) == ("bad-request", "bad-payload")
    assert (await one.step(id_, inner=SUBMIT.format("x")))["form"].title == "2"


async def test_one_step_at_a_time_in_all_processes(engine: MemoryEngine) -> None:
    one, two = Process(engine), Process(engine)
    id_ = (await one.step()).sessionid
    one.gate = asyncio.Event()
    await one.xmpp.receive(request(sessionid=id_, inner=SUBMIT.format("x")).replace("id='1'", "id='slow'"))
    # Of the step that is under way the other process only sees that the session is not there.
    assert outcome(await two.ask(request(sessionid=id_)))[1] == "session-expired"
    assert outcome(await one.ask(request(sessionid=id_))) == ("unexpected-request",)
    before = len(one.xmpp.sent)
    one.gate.set()
    await settle()
    assert outcome(one.xmpp.sent[before:]) == ("result", "executing")
    assert (await two.step(id_)).status == "executing"
    assert (one.seen, two.seen) == (["first", "second"], ["nested"])


async def test_canceled_while_a_step_is_under_way(engine: MemoryEngine) -> None:
    process = Process(engine)
    id_ = (await process.step()).sessionid
    process.gate = asyncio.Event()
    await process.xmpp.receive(
        request(sessionid=id_, inner=SUBMIT.format("x")).replace("id='1'", "id='slow'")
    )
    assert (await process.step(id_, "cancel")).status == "canceled"
    before = len(process.xmpp.sent)
    process.gate.set()
    await settle()
    assert outcome(process.xmpp.sent[before:]) == ("not-allowed", "session-expired")
    assert (await process.kept(), list(process.plugin.sessions)) == ([], [])


async def test_a_step_that_the_end_of_the_program_breaks_off_may_be_taken_again(engine: MemoryEngine) -> None:
    process = Process(engine)
    id_ = (await process.step()).sessionid
    process.gate = asyncio.Event()
    await process.xmpp.receive(
        request(sessionid=id_, inner=SUBMIT.format("x")).replace("id='1'", "id='slow'")
    )
    assert await process.kept() == []
    await process.stop()
    again = Process(engine)
    assert await again.kept() == [id_]
    assert (await again.step(id_, inner=SUBMIT.format("x")))["form"].title == "2"


async def test_what_has_no_name_stays_in_memory(
    engine: MemoryEngine, caplog: pytest.LogCaptureFixture
) -> None:
    process = Process(engine)

    def first(iq: Any, session: Session) -> Session:
        second: Callable[[Any, Session], None] = lambda _, session: session.update(  # noqa: E731 - a lambda is meant
            next=process.last, answer="z"
        )
        session.update(next=second)
        session["began"] = {"by": JID("u@a.lit"), "at": ()}
        return session

    process.plugin.add_command(node="lambda", handler=first)
    with caplog.at_level(logging.DEBUG, "helixmpp.plugins.xep_0050"):
        ids = [(await process.step(node="lambda")).sessionid for _ in range(3)]
    assert [record.message for record in caplog.records if "memory" in record.message] == [
        "sessions of the command 'lambda' stay in memory: "
        "test_what_has_no_name_stays_in_memory.<locals>.first.<locals>.<lambda> has no name"
    ]
    assert await process.kept() == []
    # It goes on here, and as soon as all of it has a name everywhere; another process only says that it does not know.
    other = Process(engine)
    assert outcome(await other.ask(request("lambda", sessionid=ids[0])))[1] == "session-expired"
    await process.step(ids[0], node="lambda")
    assert await process.kept() == []  # the method is that of another object than the command's
    assert (await process.step(ids[0], node="lambda"))["notes"] == [("info", "u@a.lit () z")]


async def test_a_large_one_stays_in_memory(engine: MemoryEngine) -> None:
    process = Process(engine)
    id_ = (await process.step()).sessionid
    process.plugin.sessions[id_]["answers"] = "x" * VALUE_LIMIT
    assert (await process.step(id_, inner=SUBMIT.format("x"))).status == "executing"
    assert await process.kept() == []
    assert (await process.step(id_)).status == "executing"
    del process.plugin.sessions[id_]["answers"]
    assert (await process.step(id_, "complete")).status == "completed"


async def test_when_the_storage_fails(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(engine)
    collection: Any = process.plugin.collection(
        "sessions", limit=process.plugin.max_sessions, value_limit=VALUE_LIMIT
    )

    def fails(*_: Any) -> Awaitable[None]:
        raise StorageError("it is gone")

    # What cannot be written goes on in memory.
    with monkeypatch.context() as broken:
        broken.setattr(collection, "put", fails)
        id_ = (await process.step()).sessionid
    assert (await process.step(id_, inner=SUBMIT.format("x"))).status == "executing"
    assert await process.kept() == [id_]
    # Of what may stand there newer nobody knows; it may be tried again.
    with monkeypatch.context() as broken:
        broken.setattr(collection, "get", fails)
        assert outcome(await process.ask(request(sessionid=id_))) == ("internal-server-error",)
    assert [str(error) for error in process.xmpp.failures] == ["it is gone"]
    process.xmpp.failures.clear()
    assert (await process.step(id_)).status == "executing"


@pytest.mark.parametrize("which", [0, 1])
async def test_the_command_is_told_once_that_nobody_went_on(
    engine: MemoryEngine, loop_clock: LoopClock, which: int
) -> None:
    clock = Clock()
    processes = [Process(engine, clock), Process(engine, clock)]

    async def pass_(seconds: float) -> None:
        clock.now += seconds
        await loop_clock.pass_(seconds)
        await settle()

    id_ = (await processes[0].step()).sessionid
    await pass_(1800)
    await processes[which].step(id_, inner=SUBMIT.format("x"))
    await pass_(1801)  # the timer of the first one finds that it went on
    assert await processes[0].kept() == [id_]
    await pass_(1801)
    assert processes[0].told + processes[1].told == ["bill@a.lit"]
    assert (await processes[0].kept(), processes[0].plugin.sessions) == ([], {})
    await pass_(3600)
    assert [list(process.plugin.sessions) for process in processes] == [[], []]
    for process in processes:
        assert outcome(await process.ask(request(sessionid=id_)))[1] == "session-expired"
        assert not process.plugin.__dict__["_running"].is_running(id_)


async def test_one_that_was_completed_elsewhere_is_not_told(
    engine: MemoryEngine, loop_clock: LoopClock
) -> None:
    one, two = Process(engine), Process(engine)
    id_ = (await one.step()).sessionid
    await two.step(id_, "cancel")
    assert list(one.plugin.sessions) == [id_]
    await loop_clock.pass_(3601)
    await settle()
    assert (one.told, dict(one.plugin.sessions)) == ([], {})


async def test_one_that_is_too_old_is_not_taken_up(engine: MemoryEngine) -> None:
    clock = Clock()
    id_ = (await Process(engine, clock).step()).sessionid
    clock.now += 3602
    assert outcome(await Process(engine, clock).ask(request(sessionid=id_)))[1] == "session-expired"


async def test_what_others_have_ended_takes_no_place(engine: MemoryEngine) -> None:
    clock = Clock()
    one, two = Process(engine, clock), Process(engine, clock)
    one.plugin.max_sessions_per_jid = 3
    for round_ in range(3):
        ids = [(await one.step()).sessionid for _ in range(3)]
        assert outcome(await one.ask(request())) == ("resource-constraint",)
        for id_ in ids:
            assert (await two.step(id_, "cancel")).status == "canceled"
        # It does not look each time that somebody is refused.
        assert outcome(await one.ask(request())) == ("resource-constraint",), round_
        clock.now += 2
    # And none that is adopted is one too many.
    two.plugin.max_sessions = 1
    ids = [(await one.step()).sessionid for _ in range(2)]
    await two.step(ids[0], inner=SUBMIT.format("x"))
    assert outcome(await two.ask(request(sessionid=ids[1]))) == ("resource-constraint",)
    await one.step(ids[0], "cancel")
    clock.now += 2
    await two.step(ids[1], inner=SUBMIT.format("x"))


async def test_one_whose_step_begins_keeps_its_place(
    engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, gate = Process(engine), asyncio.Event()
    process.plugin.max_sessions_per_jid = 1
    id_ = (await process.step()).sessionid
    steps: Any = process.plugin.collection("steps", limit=process.plugin.max_sessions, value_limit=64)
    delete = steps.delete

    async def slow(key: str) -> bool:
        deleted: bool = await delete(key)
        await gate.wait()
        return deleted

    monkeypatch.setattr(steps, "delete", slow)
    await process.xmpp.receive(
        request(sessionid=id_, inner=SUBMIT.format("x")).replace("id='1'", "id='slow'")
    )
    assert await process.kept() == []  # this process has taken it, and does not know yet
    assert outcome(await process.ask(request())) == ("resource-constraint",)
    before = len(process.xmpp.sent)
    gate.set()
    await settle()
    assert outcome(process.xmpp.sent[before:]) == ("result", "executing")


async def test_a_program_takes_one_out(engine: MemoryEngine) -> None:
    process = Process(engine)
    id_ = (await process.step()).sessionid
    del process.plugin.sessions[id_]
    assert outcome(await process.ask(request(sessionid=id_)))[1] == "session-expired"
    assert await process.kept() == []


async def test_whom_the_command_refuses_now(engine: MemoryEngine) -> None:
    id_ = (await Process(engine).step()).sessionid
    again = Process(engine)

    def get_command(jid: Any, node: str, ifrom: Any, args: None) -> Any:
        raise XMPPError("forbidden")

    again.plugin.api.register(get_command, "get_command")
    assert outcome(await again.ask(request(sessionid=id_, inner=SUBMIT.format("x")))) == ("forbidden",)
    assert await again.kept() == [id_]
    again.plugin.api.restore_default("get_command")
    assert (await again.step(id_, inner=SUBMIT.format("x")))["form"].title == "2"


async def test_a_command_that_is_another_one_now(engine: MemoryEngine) -> None:
    ids = [(await Process(engine).step()).sessionid for _ in range(2)]
    again = Process(engine)
    again.plugin.add_command(node="n", handler=print)
    assert outcome(await again.ask(request(sessionid=ids[0])))[1] == "session-expired"
    again.plugin.del_command(node="n")
    assert outcome(await again.ask(request(sessionid=ids[1])))[1] == "session-expired"
    assert await again.kept() == []


async def test_a_mapping_of_the_program_goes_before_the_storage(engine: MemoryEngine) -> None:
    process, backend = Process(engine), dict[str, Session]()
    process.plugin.set_backend(backend)
    id_ = (await process.step()).sessionid
    assert (list(backend), await process.kept()) == ([id_], [])
    assert (await process.step(id_, inner=SUBMIT.format("x"))).status == "executing"
    assert await process.kept() == []


@pytest.mark.parametrize("storage", [None, "memory://"])
async def test_in_memory_nothing_is_written(storage: str | None) -> None:
    xmpp = OfflineComponent(storage=storage)
    plugin = xmpp.register_plugin(XEP_0050)

    def first(iq: Any, session: Session) -> None:
        session["next"] = print

    plugin.add_command(node="n", handler=first)
    await xmpp.receive(request())
    assert len(plugin.sessions) == 1
    assert b"0050" not in await xmpp.storage.export()
    await xmpp.aclose()
