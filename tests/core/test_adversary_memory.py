"""What grows while the peer does not read, does not answer or does not end what it began (promises R and S)."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncGenerator

import pytest

from helixmpp import ClientXMPP
from helixmpp.core import Callback
from helixmpp.core.receipt import Receipt
from helixmpp.errors import StanzaNotSent
from helixmpp.stanza import Iq, StanzaPath
from tests.support.processes import inside, say, within
from tests.support.rawserver import RawServer
from tests.support.waiting import until

PADDING = "x" * 10_000


@pytest.fixture
async def server() -> AsyncGenerator[RawServer, None]:
    async with RawServer() as server:
        yield server


async def ended(xmpp: ClientXMPP) -> None:
    await within(10, xmpp.disconnect(0.1))
    await within(10, xmpp.aclose())


@pytest.mark.parametrize("managed", [True, False])
@pytest.mark.parametrize("senders", [1, 20])
async def test_promise_r_two_hundred_megabytes_wait_for_a_peer_that_does_not_read(
    server: RawServer, managed: bool, senders: int
) -> None:
    server.offers = managed
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    server.link.pause()
    offered = 0

    async def send_all() -> None:
        nonlocal offered
        for _ in range(20_000 // senders):
            await xmpp.make_message("bob@example.org", PADDING).send()
            offered += 1

    gc.collect()
    tracemalloc.start()
    tasks = [asyncio.ensure_future(send_all()) for _ in range(senders)]
    before = -1
    while offered != before:
        before = offered
        await asyncio.sleep(0.2)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert offered < 2000
    assert held < 5_000_000
    xmpp.auto_reconnect = False
    server.link.cut()
    done, _ = await asyncio.wait(tasks, timeout=0.5)
    assert not done or all(isinstance(task.exception(), StanzaNotSent) for task in done)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await ended(xmpp)


@pytest.mark.parametrize("answer", ["plain", "coroutine"])
async def test_strangers_ask_faster_than_the_link_takes_answers(server: RawServer, answer: str) -> None:
    """What is not read of us, holds up what we read: else each request would leave its answer in our memory."""
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    server.link.pause()
    answered = 0

    def give(iq: Iq) -> None:
        nonlocal answered
        answered += 1
        reply = iq.reply()
        reply.xml.append(xmpp.make_message("x", PADDING).xml[0])
        reply.send()

    async def give_later(iq: Iq) -> None:
        await asyncio.sleep(0)
        give(iq)

    xmpp.register_handler(Callback("x", StanzaPath("iq@type=get"), give if answer == "plain" else give_later))
    gc.collect()
    tracemalloc.start()
    for number in range(4000):
        server.link.say(f"<iq type='get' id='{number}' from='eve@example.org/x'><x xmlns='urn:x'/></iq>")
        if number % 100 == 0:
            await asyncio.sleep(0)
    before = -1
    while answered != before:
        before = answered
        await asyncio.sleep(0.2)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 20_000_000
    server.link.go_on()
    await until(lambda: len(server.link.stanzas) == 4000, 20)
    assert [one.get("id") for one in server.link.stanzas] == [str(number) for number in range(4000)]
    await ended(xmpp)


async def test_requests_for_acknowledgements_that_are_not_read(server: RawServer) -> None:
    """Nor may a server that does not read fill our memory with what it asks for."""
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    server.link.pause()
    connection = inside(xmpp, "_session_")
    while not connection.writing_paused:
        say(xmpp, "x" * 100_000)
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    before = connection.transport.get_write_buffer_size()
    for _ in range(40):
        server.link.say("<r xmlns='urn:xmpp:sm:3'/>" * 1000)
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert connection.transport.get_write_buffer_size() - before < 500_000
    server.link.cut()
    await ended(xmpp)


async def test_a_server_that_never_acknowledges_is_not_sent_without_end(server: RawServer) -> None:
    server.acknowledges = False
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    sent = 0

    async def send_all() -> None:
        nonlocal sent
        while True:
            await xmpp.make_message("bob@example.org", PADDING).send()
            sent += 1

    task = asyncio.ensure_future(send_all())
    await asyncio.sleep(0.5)
    before = sent
    await asyncio.sleep(0.2)
    assert sent == before
    assert sent * len(PADDING) < 2_000_000
    server.acknowledges = True
    server.link.acknowledge()
    await until(lambda: sent > before)
    task.cancel()
    await asyncio.wait((task,))
    await ended(xmpp)


@pytest.mark.parametrize("managed", [True, False])
async def test_nothing_is_kept_of_what_is_done(server: RawServer, managed: bool) -> None:
    server.offers = managed
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))

    async def some() -> None:
        for number in range(1000):
            await xmpp.make_message("bob@example.org", str(number)).send()
        await within(5, say(xmpp, "last"))
        answers = [xmpp.make_iq_get("urn:xmpp:ping", ito="example.org") for _ in range(100)]
        for iq in answers:
            iq.xml[0].tag = "{urn:xmpp:ping}ping"
        await within(5, asyncio.gather(*(iq.send() for iq in answers)))
        server.link.stanzas.clear()
        server.link.nonzas.clear()
        for session in server.sessions.values():
            session.got.clear()

    await some()
    gc.collect()
    tracemalloc.start()
    held: list[int] = []
    for _ in range(6):
        await some()
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    # A thousand receipts and their texts would be half a megabyte.
    assert held[-1] - held[1] < 200_000
    await until(lambda: xmpp.unconfirmed_stanzas == 0, 3)
    confirmation = inside(xmpp, "_outbox_", "_confirmation")
    assert len(inside(confirmation, "_asked")) <= 1
    assert inside(xmpp, "_unwritten_") == {}
    await ended(xmpp)


async def test_a_storm_of_pauses_keeps_the_order(server: RawServer) -> None:
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))

    async def storm() -> None:
        while True:
            server.link.pause()
            await asyncio.sleep(0.005)
            server.link.go_on()
            await asyncio.sleep(0.001)

    storming = asyncio.ensure_future(storm())
    receipts = [say(xmpp, f"{number} {'x' * 5000}") for number in range(1000)]
    assert {str(await within(20, receipt)) for receipt in receipts} == {"acked"}
    storming.cancel()
    server.link.go_on()
    assert [body.split()[0] for body in server.got] == [str(number) for number in range(1000)]
    await ended(xmpp)


async def test_flapping_while_the_peer_does_not_read_keeps_the_order(server: RawServer) -> None:
    server.tells_count = True
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    receipts: list[Receipt] = []
    for number in range(60):
        receipts += [say(xmpp, f"{number}.{part} {'x' * 20_000}") for part in range(10)]
        if number % 3 == 0:
            server.link.pause()
        await asyncio.sleep(0.002)
        if number % 5 == 4:
            server.refuses_resumption = number % 10 == 9
            server.link.cut()
            await until(lambda: server.link.ready and not server.link.closed)
    server.refuses_resumption = False
    server.link.go_on()
    assert {str(await within(30, receipt)) for receipt in receipts} <= {"acked", "resent"}
    assert [body.split()[0] for body in server.got] == [
        f"{one}.{part}" for one in range(60) for part in range(10)
    ]
    await ended(xmpp)
