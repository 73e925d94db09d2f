"""Sessions of commands (XEP-0050) on each engine: one process takes the first step, and others the next ones."""

from collections import Counter
from functools import partial

from helixmpp.xml import NS_COMPONENT, parse_one
from tests.plugins.adhoc import SUBMIT, Process, outcome, request
from tests.support.storage import SHARED, Place
from tests.support.waiting import until


def start(place: Place, count: int) -> list[Process]:
    """So many processes; where several may share a place, each has an engine of its own."""
    again = place.again if place.name in SHARED else None
    engines = [place.engine if again is None or not number else again() for number in range(count)]
    return [Process(engine, place.clock) for engine in engines]


async def stop(processes: list[Process]) -> None:
    """End them; the first engine is the place's."""
    for process in processes:
        await process.xmpp.aclose()
        assert process.xmpp.failures == []
        if process.engine is not processes[0].engine:
            await process.engine.close()


async def test_other_processes_go_on(place: Place) -> None:
    processes = start(place, 3)
    one, two, three = processes
    id_ = (await one.step()).sessionid
    assert (await two.step(id_, inner=SUBMIT.format("x")))["form"].title == "2"
    assert (await three.step(id_, "prev"))["form"].title == "1"
    assert (await one.step(id_, inner=SUBMIT.format("y &amp; z")))["form"].title == "2"
    assert (await three.step(id_)).status == "executing"
    assert (await two.step(id_))["notes"] == [("info", "bill@a.lit (1, 2.5) y & z")]
    canceled = (await two.step()).sessionid
    assert (await one.step(canceled, "cancel")).status == "canceled"
    for process in processes:
        for ended in (id_, canceled):
            assert outcome(await process.ask(request(sessionid=ended)))[1] == "session-expired"
    assert [process.seen for process in processes] == [
        ["first", "second", "canceled"], ["second", "last", "first"], ["prev", "nested"],
    ]  # fmt: skip
    assert await one.kept() == []
    await stop(processes)


async def test_one_that_nobody_goes_on_with_is_gone(place: Place) -> None:
    process = Process(place.engine, place.clock)
    id_ = (await process.step()).sessionid
    place.clock.now += process.plugin.session_timeout + 2
    # Whoever waits for it has a while to tell its command; to go on with it is too late.
    other = Process(place.engine, place.clock)
    assert outcome(await other.ask(request(sessionid=id_)))[1] == "session-expired"
    place.clock.now += 60
    assert await process.kept() == []
    await stop([process, other])


def all_answered(processes: list[Process], wanted: int) -> bool:
    return sum(len(process.xmpp.sent) for process in processes) == wanted


async def test_each_step_is_taken_once(place: Place) -> None:
    # One who asks for the next step many times at once, of whichever process: each step is taken, none twice.
    processes = start(place, 2)
    one, two = processes
    one.plugin.max_sessions_per_jid = 1_000
    for round_ in range(5):
        id_ = (await one.step()).sessionid
        wanted = sum(len(process.xmpp.sent) for process in processes) + 8
        for number in range(8):
            text = request(sessionid=id_, inner=SUBMIT.format("x")).replace("'1'", f"'{round_}.{number}'", 1)
            processes[number % 2].xmpp.stanza_received(parse_one(text, stream_ns=NS_COMPONENT))
        await until(partial(all_answered, processes, wanted))
        taken = Counter(one.seen + two.seen)
        assert taken["second"] == round_ + 1
        assert max(taken.values()) <= round_ + 1, taken
    await stop(processes)
