"""Sending while sessions come and go, slow filters, and what is left at the end (promises I, K and L)."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.core import BasePlugin
from helixmpp.core.receipt import Receipt
from helixmpp.errors import HelixError
from helixmpp.jid import JID
from tests.support.processes import outcome_of, say, within
from tests.support.rawserver import RawServer
from tests.support.waiting import until

SM = "xmlns='urn:xmpp:sm:3'"


@pytest.fixture
async def server() -> AsyncGenerator[RawServer, None]:
    async with RawServer() as server:
        yield server


@pytest.fixture
async def xmpp(server: RawServer) -> AsyncGenerator[ClientXMPP, None]:
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    yield xmpp
    server.closes = True
    await within(10, xmpp.disconnect(0.1))
    await within(10, xmpp.aclose())


# -- sending at the wrong moment -----------------------------------------------------------------------------------


async def test_reconnect_gives_up_nothing(server: RawServer, xmpp: ClientXMPP) -> None:
    server.closes = False
    queue = xmpp.messages()
    before = say(xmpp, "before")
    xmpp.reconnect(0.1)
    await until(lambda: server.link.ended)
    meanwhile = say(xmpp, "meanwhile")
    server.closes = True
    assert await outcome_of(meanwhile, 2) == "acked"
    assert await outcome_of(before) in {"acked", "resent"}
    server.link.say("<message from='eve@example.org'><body>still there</body></message>")
    message = await within(2, anext(queue))
    assert message["body"] == "still there"
    queue.close()


async def test_connecting_behind_a_disconnect_gives_up_nothing(server: RawServer, xmpp: ClientXMPP) -> None:
    receipt = say(xmpp, "before")
    ending = xmpp.disconnect()
    again = xmpp.connect(*xmpp.address)
    behind = say(xmpp, "behind")
    await within(5, ending)
    assert await within(5, again) is True
    assert [await outcome_of(receipt), await outcome_of(behind)] == ["acked", "acked"]
    assert server.got == ["before", "behind"]


EVENTS = [
    "disconnected",
    "connected",
    "session_end",
    "session_bind",
    "session_start",
    "session_resumed",
    "sm_enabled",
]


@pytest.mark.parametrize("refused", [True, False])
async def test_what_handlers_send_as_sessions_come_and_go_arrives_once_and_in_order(
    server: RawServer, xmpp: ClientXMPP, refused: bool
) -> None:
    server.tells_count = True
    server.refuses_resumption = refused
    sent: list[str] = []
    receipts: list[Receipt] = []

    def send(name: str) -> None:
        sent.append(f"{name} {len(sent)}")
        receipts.append(say(xmpp, sent[-1]))

    def on(name: str) -> None:
        xmpp.add_event_handler(name, lambda _: send(name))

    for name in EVENTS:
        on(name)
    for _ in range(3):
        links = len(server.links)
        send("between")
        server.link.cut()
        await until(lambda: len(server.links) > links and xmpp.is_connected())  # noqa: B023 - awaited in this round
        await asyncio.sleep(0.02)
    assert {await outcome_of(receipt) for receipt in receipts} <= {"acked", "resent"}
    assert server.got == sent


async def test_a_full_outbox_does_not_keep_plugins_from_beginning_their_session(server: RawServer) -> None:
    class Asking(BasePlugin):
        name = "test_asking_at_bind"

        def session_bind(self, jid: JID) -> None:
            self.xmpp.send(self.xmpp.make_iq_get("urn:bind"))

    xmpp = server.client()
    raised: list[BaseException] = []
    setattr(xmpp, "exception", raised.append)  # noqa: B010 - a program's own, put there at run time
    xmpp.register_plugin(Asking)
    xmpp.outbox_limit = 3
    for number in range(3):
        say(xmpp, number)
    await within(5, xmpp.connect(*xmpp.address))
    await until(lambda: len(server.link.stanzas) >= 3)
    await asyncio.sleep(0.05)
    assert raised == []
    assert len(server.link.stanzas) == 4
    await within(5, xmpp.disconnect(0.1))
    await within(5, xmpp.aclose())


# -- slow filters ---------------------------------------------------------------------------------------------------


async def test_a_filter_that_meets_a_cancelled_task_spoils_nothing_else(
    server: RawServer, xmpp: ClientXMPP
) -> None:
    async def key() -> None:
        await asyncio.sleep(60)

    async def encrypt(stanza: Any) -> Any:
        await asyncio.sleep(0.01)
        if stanza["body"] == "1":
            task = asyncio.ensure_future(key())
            task.cancel()
            await task
        return stanza

    xmpp.add_filter("out", encrypt)
    receipts = [say(xmpp, number) for number in range(4)]
    await asyncio.sleep(0.1)
    receipts += [say(xmpp, number) for number in range(4, 6)]
    found = [await outcome_of(receipt, 2) for receipt in receipts]
    assert found == ["acked", "failed", "acked", "acked", "acked", "acked"]
    assert server.got == ["0", "2", "3", "4", "5"]


@pytest.mark.parametrize("end", ["disconnect", "aclose", "abort"])
async def test_what_a_slow_filter_has_at_the_end_has_an_outcome(
    server: RawServer, xmpp: ClientXMPP, end: str
) -> None:
    async def forever(stanza: Any) -> Any:
        await asyncio.sleep(60)
        return stanza

    xmpp.add_filter("out", forever)
    receipts = [say(xmpp, number) for number in range(2)]
    await asyncio.sleep(0)
    if end == "disconnect":
        assert await within(5, xmpp.disconnect(0.1)) == receipts
    elif end == "abort":
        xmpp.abort()
        await within(5, xmpp.disconnected)
    else:
        await within(5, xmpp.aclose())
    assert [await outcome_of(receipt, 0.5) for receipt in receipts] == ["failed", "failed"]


# -- the end --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("managed", [True, False])
@pytest.mark.parametrize("end", ["disconnect", "abort", "cut"])
async def test_no_timer_and_no_task_is_left_behind(server: RawServer, managed: bool, end: str) -> None:
    loop: Any = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    server.offers = managed
    server.acknowledges = server.pongs = False
    xmpp = server.client()
    xmpp.auto_reconnect = False
    await within(5, xmpp.connect(*xmpp.address))
    receipts = [say(xmpp, number) for number in range(5)]
    answer = asyncio.ensure_future(xmpp.make_iq_get("urn:x", ito="bob@example.org/x").send(timeout=60))
    waiting = [asyncio.ensure_future(outcome_of(receipt, 5)) for receipt in receipts]
    await until(lambda: len(server.link.stanzas) >= 6)
    if end == "disconnect":
        await within(5, xmpp.disconnect(0.1))
    elif end == "abort":
        xmpp.abort()
    else:
        server.link.cut()
    await until(lambda: not xmpp.is_connecting() and not xmpp.is_connected())
    with pytest.raises(HelixError):
        await within(1, answer)
    assert set(await within(2, asyncio.gather(*waiting))) <= {"failed", "acked"}
    await asyncio.sleep(0.02)
    ours = [
        timer
        for timer in loop._scheduled
        if not timer.cancelled() and "helixmpp" in repr(timer) and "tests" not in repr(timer)
    ]
    assert ours == []
    assert asyncio.all_tasks() - before == set()
    await within(5, xmpp.aclose())
    await within(5, xmpp.aclose())


async def test_two_who_disconnect_are_both_told_what_was_not_sent(
    server: RawServer, xmpp: ClientXMPP
) -> None:
    server.link.pause()
    server.acknowledges = False
    receipt = say(xmpp, "one")
    first, second = xmpp.disconnect(0.1), xmpp.disconnect(0.1)
    unsent = await within(5, asyncio.gather(first, second))
    assert [receipt] in unsent
    assert await outcome_of(receipt, 0.5) == "failed"


async def test_connecting_again_after_the_end(server: RawServer, xmpp: ClientXMPP) -> None:
    for number in range(3):
        assert await outcome_of(say(xmpp, number)) == "acked"
        assert await within(5, xmpp.disconnect()) == []
        kept = say(xmpp, f"kept {number}")
        assert await within(5, xmpp.connect(*xmpp.address)) is True
        assert await outcome_of(kept) == "acked"
    assert server.got == ["0", "kept 0", "1", "kept 1", "2", "kept 2"]
