"""The durable outbox at its worst moments: killed, slow, broken or too small a storage (promises I, K and U)."""

import asyncio
import random
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.core.durable import Durable
from helixmpp.core.receipt import Receipt
from helixmpp.errors import HelixError, StanzaNotSent, StorageError
from tests.support.gates import GatedEngine
from tests.support.processes import inside, left_lying, say, within
from tests.support.rawserver import RawServer
from tests.support.waiting import until


@pytest.fixture
async def server() -> AsyncGenerator[RawServer, None]:
    async with RawServer() as server:
        yield server


async def outcomes(receipts: list[Receipt], seconds: float = 10) -> list[str]:
    """What became of each; "open" where that is not known in time."""
    found: list[str] = []
    async with asyncio.timeout(seconds):
        for receipt in receipts:
            try:
                found.append(str(await receipt))
            except StanzaNotSent as error:
                found.append(f"failed: {error.reason}")
    return found


async def connected(xmpp: ClientXMPP) -> None:
    await within(5, xmpp.connect(*xmpp.address))


async def ended(xmpp: ClientXMPP) -> None:
    await within(10, xmpp.disconnect())
    await within(10, xmpp.aclose())


# -- another session has to number everything anew -------------------------------------------------------------


async def test_killed_between_two_pages_of_a_new_numbering_nothing_is_lost(server: RawServer) -> None:
    engine = GatedEngine()
    first = server.client(storage=engine)
    receipts = [say(first, number) for number in range(1500)]
    await within(5, receipts[-1].handed())
    # A page is a thousand stanzas: the first one is numbered anew, and then the process is killed.
    engine.hold("append", after=1)
    server.acknowledges = False
    first.connect(*first.address)
    await until(lambda: engine.holds("append") or len(server.got) == 1500)
    await asyncio.sleep(0.05)
    after = engine.again()
    await left_lying(first)
    server.acknowledges = True
    second = server.client(storage=after)
    await connected(second)
    assert await within(5, say(second, "last")) == "acked"
    assert server.got == [*map(str, range(1500)), "last"]
    await ended(second)


@pytest.mark.parametrize(("limit", "waiting"), [(10, 8), (2000, 1900)])
async def test_what_waited_within_the_limit_is_sent_with_a_new_session(
    server: RawServer, limit: int, waiting: int
) -> None:
    """A copy of each is put behind the old ones, and so the log needs room for both."""
    xmpp = server.client(storage=GatedEngine())
    xmpp.outbox_limit = limit
    receipts = [say(xmpp, number) for number in range(waiting)]
    await within(5, receipts[-1].handed())
    await connected(xmpp)
    assert set(await outcomes(receipts)) == {"acked"}
    assert server.got == [*map(str, range(waiting))]
    await ended(xmpp)


async def test_the_limit_of_what_waits_without_a_session_is_none_of_a_session(server: RawServer) -> None:
    xmpp = server.client(storage=GatedEngine())
    xmpp.outbox_limit = 50
    await connected(xmpp)
    receipts = [say(xmpp, number) for number in range(500)]
    assert set(await outcomes(receipts)) == {"acked"}
    assert server.got == [*map(str, range(500))]
    await ended(xmpp)


async def test_killed_before_what_another_session_replaced_is_dropped(server: RawServer) -> None:
    """A presence of the old session is not sent again, and leaves a gap in the numbers."""
    engine = GatedEngine()
    first = server.client(storage=engine)
    server.acknowledges = False
    await connected(first)
    say(first, 0)
    first.send_presence()
    say(first, 1)
    say(first, 2)
    await until(lambda: len(server.link.stanzas) == 4)
    engine.hold("drop")
    server.refuses_resumption = True
    server.link.cut()
    await until(lambda: len(server.sessions) == 2 and len(server.link.bodies()) == 3)
    await until(lambda: engine.holds("drop"))
    server.refuses_resumption = False
    after = engine.again()
    await left_lying(first)
    # Of these three the server has handled one only.
    session = server.sessions["session-1"]
    session.handled = 1
    del session.got[1:]
    server.acknowledges = True
    second = server.client(storage=after)
    await connected(second)
    assert session.resumed == 1
    assert await within(5, say(second, 3)) == "acked"
    bodies = [one.findtext("{jabber:client}body") for one in session.got]
    assert bodies == ["0", "1", "2", "3"]
    await ended(second)


async def test_a_second_new_session_while_the_first_one_is_written_down(server: RawServer) -> None:
    engine = GatedEngine()
    first = server.client(storage=engine)
    receipts = [say(first, number) for number in range(3)]
    await within(5, receipts[-1].handed())
    engine.hold("append")
    server.acknowledges = False
    server.refuses_resumption = True
    first.connect(*first.address)
    await until(lambda: engine.holds("append"))
    server.stalls = True
    server.link.cut()
    await until(lambda: len(server.links) == 2)
    # The first session's numbers are there, and while it is noted where they begin, another session begins.
    engine.hold("put")
    engine.release("append")
    await until(lambda: engine.holds("put"))
    server.stalls = False
    server.link.proceed()
    await until(lambda: len(server.sessions) == 2 and inside(first, "_session_") is not None)
    engine.release("put")
    await until(lambda: len(server.link.bodies()) >= 3)
    await asyncio.sleep(0.05)
    server.refuses_resumption = False
    after = engine.again()
    await left_lying(first)
    # The server has handled none of them.
    session = server.sessions["session-1"]
    session.handled = 0
    session.got.clear()
    server.acknowledges = True
    second = server.client(storage=after)
    await connected(second)
    assert await within(5, say(second, 3)) == "acked"
    bodies = [one.findtext("{jabber:client}body") for each in server.sessions.values() for one in each.got]
    assert bodies == ["0", "1", "2", "3"]
    await ended(second)


async def test_killed_before_what_the_server_has_is_dropped_nothing_is_doubled(server: RawServer) -> None:
    """How much it had of a session that is gone, the server says once the session is asked for: by its id."""
    engine = GatedEngine()
    first = server.client(storage=engine)
    server.acknowledges = False
    await connected(first)
    for number in range(3):
        say(first, number)
    await until(lambda: len(server.link.bodies()) == 3)
    engine.hold("drop", "append")
    server.refuses_resumption = server.tells_count = True
    server.link.cut()
    await until(lambda: engine.holds("drop") and len(server.sessions) == 2)
    await asyncio.sleep(0.05)
    after = engine.again()
    await left_lying(first)
    server.acknowledges = True
    second = server.client(storage=after)
    await connected(second)
    assert await within(5, say(second, 3)) == "acked"
    assert server.got == ["0", "1", "2", "3"]
    await ended(second)


async def test_a_process_that_resumes_says_of_itself_what_the_one_before_said(server: RawServer) -> None:
    """For the server it is one session; for plugins it is one that begins: they know nothing of the other process."""

    async def features(xmpp: ClientXMPP, id_: str) -> list[str]:
        query = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
        server.link.say(
            f"<iq type='get' id='{id_}' from='eve@example.net/x' to='{xmpp.boundjid}'>{query}</iq>"
        )
        await until(lambda: any(one.get("id") == id_ for one in server.link.stanzas))
        (answer,) = (one for one in server.link.stanzas if one.get("id") == id_)
        return sorted(each.get("var", "") for each in answer[0] if each.tag.endswith("}feature"))

    def process(engine: GatedEngine) -> ClientXMPP:
        xmpp = server.client(storage=engine)
        for name in ("xep_0030", "xep_0050", "xep_0131", "xep_0199", "xep_0231"):
            xmpp.register_plugin(name)
        return xmpp

    engine = GatedEngine()
    first = process(engine)
    await connected(first)
    assert await within(5, say(first, 0)) == "acked"
    before = await features(first, "q1")
    assert before
    await asyncio.sleep(0.05)
    after = engine.again()
    await left_lying(first)
    second = process(after)
    await connected(second)
    assert server.sessions["session-0"].resumed == 1
    assert await features(second, "q2") == before
    await ended(second)


async def test_two_cuts_before_a_new_numbering_is_done(server: RawServer) -> None:
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    server.acknowledges = False
    receipts = [say(xmpp, number) for number in range(3)]
    await until(lambda: len(server.link.bodies()) == 3)
    engine.hold("append")
    server.refuses_resumption = server.tells_count = True
    for session in (2, 3, 4):
        server.link.cut()
        await until(lambda: len(server.sessions) == session and inside(xmpp, "_session_") is not None)  # noqa: B023 - awaited in the same round
        receipts.append(say(xmpp, session + 1))
    server.acknowledges = True
    engine.release("append")
    assert set(await outcomes(receipts)) <= {"acked", "resent"}
    assert server.got == ["0", "1", "2", "3", "4", "5"]
    await ended(xmpp)


# -- a storage that is slow ------------------------------------------------------------------------------------


async def test_a_reason_that_names_the_storage_is_true(server: RawServer) -> None:
    engine = GatedEngine()
    first = server.client(storage=engine)
    await connected(first)
    engine.hold("append")
    one = say(first, "one")
    await until(lambda: engine.holds("append"))
    two = say(first, "two")  # not given to the storage yet
    first.abort()
    await within(5, first.disconnected)
    engine.release("append")
    with pytest.raises(StanzaNotSent) as caught:
        await within(2, two)
    await asyncio.sleep(0.05)
    after = engine.again()
    await left_lying(first)
    second = server.client(storage=after)
    await connected(second)
    assert await within(5, say(second, "three")) == "acked"
    kept = "kept in the storage" in caught.value.reason
    assert ("two" in server.got) is kept
    assert one.outcome == "failed"
    await ended(second)


async def test_what_was_being_written_down_at_the_end_has_an_outcome(server: RawServer) -> None:
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    engine.hold("append")
    receipt = say(xmpp, "one")
    await until(lambda: engine.holds("append"))
    ending = xmpp.disconnect(timeout=0.1)
    await until(lambda: not xmpp.is_connected())
    await asyncio.sleep(0.05)
    engine.release("append")
    unsent = await within(5, ending)
    with pytest.raises(StanzaNotSent):
        await within(2, receipt)
    assert unsent == [receipt]
    await xmpp.aclose()


async def test_disconnecting_does_not_wait_for_a_storage_that_hangs(server: RawServer) -> None:
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    engine.hold("append", "put", "drop", "delete")
    receipt = say(xmpp, "one")
    await until(lambda: engine.holds("append"))
    ending = asyncio.ensure_future(xmpp.disconnect(timeout=0.1))
    done, _ = await asyncio.wait((ending,), timeout=2)
    engine.release("append", "put", "drop", "delete")
    await within(5, ending)
    assert done == {ending}
    assert not receipt.done() or receipt.outcome == "failed"
    await xmpp.aclose()


async def test_requests_for_acknowledgements_do_not_pile_up(server: RawServer) -> None:
    """A server may ask behind each stanza; a storage that is slower must not be asked for each one."""
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    assert await within(5, say(xmpp, "one")) == "acked"
    engine.hold("put")
    before = len(inside(xmpp, "_tasks_"))
    message = "<message from='eve@example.org'><body>x</body></message><r xmlns='urn:xmpp:sm:3'/>"
    server.link.say(message * 500)
    await until(lambda: inside(xmpp, "_outbox_", "management", "handled") == 500)
    await asyncio.sleep(0.05)
    waiting = len(inside(xmpp, "_tasks_")) - before
    writes = engine.begun["put"]
    engine.release("put")
    await until(lambda: any(one.get("h") == "500" for one in server.link.nonzas))
    assert waiting <= 10
    assert engine.begun["put"] - writes <= 10
    await ended(xmpp)


# -- a storage that fails ---------------------------------------------------------------------------------------


async def test_a_stanza_that_is_too_large_for_the_storage_spoils_no_other(server: RawServer) -> None:
    xmpp = server.client(storage=GatedEngine())
    await connected(xmpp)
    small = say(xmpp, "before")
    large = say(xmpp, "x" * 17_000_000)
    behind = say(xmpp, "behind")
    found = await outcomes([small, large, behind])
    assert [found[0], found[2]] == ["acked", "acked"]
    assert found[1].startswith("failed: ")
    await ended(xmpp)


async def test_a_failure_that_is_no_storage_error_leaves_nobody_waiting(server: RawServer) -> None:
    """Engines of other packages raise what they like."""
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    engine.error = OSError("the disk went away")
    engine.failing = {"append"}
    receipt = say(xmpp, "one")
    with pytest.raises(StanzaNotSent):
        await within(2, receipt)
    engine.failing = set()
    assert await within(2, say(xmpp, "two")) == "acked"
    await ended(xmpp)


async def test_a_request_that_the_storage_did_not_take_ends(server: RawServer) -> None:
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    engine.failing = {"append"}
    with pytest.raises(HelixError):
        await within(2, xmpp.make_iq_get("urn:x", ito="bob@example.org/x").send(timeout=60))
    engine.failing = set()
    await ended(xmpp)


async def test_a_durable_outbox_that_cannot_be_had_is_not_left_out_in_silence(server: RawServer) -> None:
    class Unlucky(ClientXMPP):
        def make_durable(self) -> Durable | None:
            raise StorageError("no driver for this storage")

    like = server.client()
    xmpp = Unlucky("alice@example.org/desk", "secret", storage=GatedEngine())
    for name in ("enable_plaintext", "unsafe_plain_without_tls", "enable_direct_tls", "enable_starttls"):
        setattr(xmpp, name, getattr(like, name))
    for _ in range(2):
        with pytest.raises(StorageError):
            xmpp.send_message("bob@example.org", "not kept")
    xmpp.auto_reconnect = False
    with pytest.raises(StorageError):
        await within(5, xmpp.connect(*like.address))
    assert server.got == []
    await xmpp.aclose()


async def test_a_storage_that_fails_for_a_while_doubles_nothing(server: RawServer) -> None:
    engine = GatedEngine()
    xmpp = server.client(storage=engine)
    await connected(xmpp)
    assert await within(5, say(xmpp, 0)) == "acked"
    for failing in ({"append"}, {"drop"}, {"put"}, {"delete"}, {"append", "drop", "put", "delete"}):
        engine.failing = failing
        receipt = say(xmpp, f"while {sorted(failing)} fails")
        assert (await outcomes([receipt], 3))[0].startswith("failed" if "append" in failing else "acked")
        server.link.cut()
        await until(lambda: inside(xmpp, "_session_") is not None and not server.link.closed)
        engine.failing = set()
        assert await within(5, say(xmpp, f"behind {sorted(failing)}")) == "acked"
    assert len(set(server.got)) == len(server.got)
    await ended(xmpp)


# -- the end, and after it ---------------------------------------------------------------------------------------


async def test_closing_twice_and_connecting_again(server: RawServer, tmp_path: Any) -> None:
    xmpp = server.client(storage=tmp_path.as_uri())
    await connected(xmpp)
    assert await within(5, say(xmpp, 0)) == "acked"
    await within(5, xmpp.aclose())
    await within(5, xmpp.aclose())
    await connected(xmpp)
    assert await within(5, say(xmpp, 1)) == "acked"
    await ended(xmpp)
    assert server.got == ["0", "1"]


async def test_connecting_again_sends_what_was_kept(server: RawServer) -> None:
    xmpp = server.client(storage=GatedEngine())
    await connected(xmpp)
    server.link.pause()
    server.acknowledges = False
    receipt = say(xmpp, 0)
    await within(2, receipt.handed())
    unsent = await within(5, xmpp.disconnect(timeout=0.1))
    assert unsent == [receipt]
    server.acknowledges = True
    await connected(xmpp)
    assert await within(5, say(xmpp, 1)) == "acked"
    assert server.link.bodies() == ["0", "1"]
    await ended(xmpp)


# -- everything at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_of_cuts_refusals_and_a_slow_storage(server: RawServer, seed: int) -> None:
    """As the server says how much it had, each message arrives once and in order."""
    chance = random.Random(seed)
    engine = GatedEngine()
    engine.delay = lambda: chance.choice([0, 0, 0.001, 0.01])
    server.tells_count = True
    xmpp = server.client(storage=engine)
    xmpp.connect(*xmpp.address)
    receipts: list[Receipt] = []
    for number in range(200):
        receipts.append(say(xmpp, number))
        if number % 3 == 0:
            xmpp.send_presence()
        if chance.random() < 0.3:
            await asyncio.sleep(chance.choice([0, 0.001, 0.005]))
        if chance.random() < 0.1 and server.links:
            server.refuses_resumption = chance.random() < 0.5
            server.acknowledges = chance.random() < 0.7
            server.link.cut()
    server.acknowledges = True
    if inside(xmpp, "_session_") is not None:
        server.link.cut()
    assert set(await outcomes(receipts, 20)) <= {"acked", "resent"}
    assert server.got == [*map(str, range(200))]
    await ended(xmpp)


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_of_cuts_refusals_and_kills(server: RawServer, seed: int) -> None:
    """Promise U: what was taken arrives once and in order, whoever was killed when."""
    chance = random.Random(seed)
    engine = GatedEngine()
    server.tells_count = True
    number = 0
    for _ in range(8):
        engine.delay = lambda: chance.choice([0, 0, 0.001, 0.005])
        xmpp = server.client(storage=engine)
        xmpp.connect(*xmpp.address)
        for _ in range(chance.randrange(30)):
            await within(5, (say(xmpp, number)).handed())
            number += 1
            if chance.random() < 0.3:
                xmpp.send_presence()
            if chance.random() < 0.1 and server.links:
                server.refuses_resumption = chance.random() < 0.5
                server.acknowledges = chance.random() < 0.7
                server.link.cut()
            if chance.random() < 0.3:
                await asyncio.sleep(chance.choice([0, 0.001, 0.01]))
        await asyncio.sleep(chance.choice([0, 0, 0.002, 0.02]))
        engine = engine.again()
        await left_lying(xmpp)
    server.acknowledges = True
    last = server.client(storage=engine)
    await connected(last)
    assert await within(5, say(last, number)) in {"acked", "resent"}
    assert server.got == [*map(str, range(number + 1))]
    await ended(last)
