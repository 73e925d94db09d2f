"""Back pressure in both directions: a flood waits in the network, not in our memory (promises R and S)."""

import asyncio
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from helixmpp import ComponentXMPP
from helixmpp.core.busy import Busy
from helixmpp.core.flow import FlowControl
from helixmpp.core.message_queue import MessageQueue
from helixmpp.stanza import Message

HEADER = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    b"xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='comp.example.org'>"
)


class Peer:
    """The server's end of one component's stream."""

    def __init__(self) -> None:
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.there = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        await reader.readuntil(b">")
        writer.write(HEADER)
        await reader.readuntil(b"</handshake>")
        writer.write(b"<handshake/>")
        await writer.drain()
        self.there.set()

    async def flood(self, count: int, padding: int = 0) -> None:
        """Send that many messages, as fast as they are taken."""
        extra = b"<x xmlns='urn:x'>%b</x>" % (b"x" * padding)
        assert self.writer is not None
        for number in range(count):
            self.writer.write(b"<message from='a@b.example/c' to='comp.example.org'>" + extra)
            self.writer.write(b"<body>%d</body></message>" % number)
            if number % 100 == 0:
                await self.writer.drain()
        await self.writer.drain()

    async def read_all(self) -> int:
        """Read until the stream ends; how many bytes there were."""
        assert self.reader is not None
        total = 0
        while data := await self.reader.read(1 << 16):
            total += len(data)
            if data.endswith(b"</stream:stream>"):
                assert self.writer is not None
                self.writer.write(b"</stream:stream>")
        return total


@asynccontextmanager
async def component() -> AsyncGenerator[tuple[ComponentXMPP, Peer], None]:
    peer = Peer()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    xmpp = ComponentXMPP("comp.example.org", "secret", "127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        await xmpp.connect()
        await peer.there.wait()
        yield xmpp, peer
    finally:
        if peer.writer is not None:
            peer.writer.transport.abort()
        await xmpp.aclose()
        server.close()


async def quiet(number: "list[int]") -> None:
    """Wait until a counter has begun to move, and stands still."""
    before = 0
    async with asyncio.timeout(50):
        while number[0] == 0 or number[0] != before:
            before = number[0]
            await asyncio.sleep(0.1)


async def test_promise_s_a_flood_at_slow_handlers_stops_the_reading() -> None:
    async with component() as (xmpp, peer):
        xmpp.max_handler_tasks = 100
        go_on = asyncio.Event()
        started = [0]
        done: list[int] = []

        async def slow(message: Message) -> None:
            started[0] += 1
            await go_on.wait()
            done.append(int(message["body"]))

        xmpp.add_event_handler("message", slow)
        tracemalloc.start()
        flood = asyncio.ensure_future(peer.flood(100_000))
        await quiet(started)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert started[0] == 100
        assert not flood.done()
        assert held < 20_000_000
        go_on.set()
        async with asyncio.timeout(50):
            await flood
            await quiet(started)
        assert done == list(range(100_000))


async def test_messages_come_in_order_and_the_queue_is_bounded() -> None:
    async with component() as (xmpp, peer):
        queue = xmpp.messages(limit=10)
        # More than the system's own buffers hold.
        flood = asyncio.ensure_future(peer.flood(20_000, padding=1000))
        await asyncio.sleep(0.3)
        assert not flood.done()
        assert len(queue) == 10
        got: list[int] = []
        async for message in queue:
            got.append(int(message["body"]))
            if len(got) == 20_000:
                break
        queue.close()
        await flood
        assert got == list(range(20_000))


async def test_two_queues_wait_for_the_slower_one() -> None:
    async with component() as (xmpp, peer):
        fast, slow = xmpp.messages(limit=5), xmpp.messages(limit=5)
        await peer.flood(8)
        assert [int((await anext(fast))["body"]) for _ in range(5)] == [0, 1, 2, 3, 4]
        await asyncio.sleep(0.05)
        assert len(slow) == 5
        assert len(fast) == 0
        slow.close()
        assert [int((await anext(fast))["body"]) for _ in range(3)] == [5, 6, 7]
        assert [int((await anext(slow))["body"]) for _ in range(5)] == [0, 1, 2, 3, 4]
        with pytest.raises(StopAsyncIteration):
            await anext(slow)


async def test_the_queue_ends_with_the_client() -> None:
    async with component() as (xmpp, peer):
        queue = xmpp.messages()
        await peer.flood(3)
        await asyncio.sleep(0.05)
        reading = asyncio.ensure_future(peer.read_all())
        await xmpp.disconnect()
        assert [int(message["body"]) async for message in queue] == [0, 1, 2]
        await reading


async def test_promise_r_a_peer_that_does_not_read_holds_the_sender() -> None:
    async with component() as (xmpp, peer):
        body = "x" * 10_000
        sent = [0]

        async def sender() -> None:
            for _ in range(20_000):  # 200 MB
                await xmpp.make_message("a@b.example", body).send()
                sent[0] += 1

        tracemalloc.start()
        sending = asyncio.ensure_future(sender())
        await quiet(sent)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert not sending.done()
        assert peak < 5_000_000
        stuck = sent[0]
        reading = asyncio.ensure_future(peer.read_all())
        async with asyncio.timeout(5):
            while sent[0] < stuck + 500:  # noqa: ASYNC110 - a counter sets no event
                await asyncio.sleep(0.01)
        sending.cancel()
        await xmpp.disconnect()
        assert await reading >= sent[0] * len(body)


async def test_handlers_that_wait_for_an_answer_do_not_stop_the_answer() -> None:
    async with component() as (xmpp, peer):
        xmpp.max_handler_tasks = 2
        answers: list[str] = []

        async def ask(message: Message) -> None:
            iq = xmpp.make_iq_get("urn:x", ito="a@b.example/c")
            iq["id"] = f"ask{message['body']}"
            answers.append((await iq.send(timeout=5))["id"])

        xmpp.add_event_handler("message", ask)
        await peer.flood(10)
        assert peer.reader is not None
        assert peer.writer is not None
        seen = b""
        while seen.count(b"<query") < 10:
            seen += await asyncio.wait_for(peer.reader.read(65536), 5)
        for number in range(10):
            peer.writer.write(
                b"<iq type='result' id='ask%d' from='a@b.example/c' to='comp.example.org'/>" % number
            )
        async with asyncio.timeout(5):
            while len(answers) < 10:  # noqa: ASYNC110 - a list sets no event
                await asyncio.sleep(0.01)
        assert sorted(answers) == [f"ask{number}" for number in range(10)]


def test_the_valve_opens_when_the_last_one_lets_go() -> None:
    flow, moves = FlowControl(), list[bool]()
    flow.connect(moves.append)
    flow.hold("a")
    flow.hold("b")
    flow.release("a")
    assert (moves, flow.held) == ([False], True)
    flow.release("b")
    flow.release("b")
    assert (moves, flow.held) == ([False, True], False)
    flow.hold("a")
    flow.connect(None)
    flow.release("a")
    flow.hold("c")
    again = list[bool]()
    flow.connect(again.append)
    assert again == [False]


async def test_tasks_beyond_ten_times_the_limit_hold_even_if_all_wait() -> None:
    flow = FlowControl()
    busy = Busy(flow, lambda: 2)
    end = asyncio.Event()

    async def wait_for_an_answer() -> None:
        busy.waits(asyncio.get_running_loop().create_future())
        await end.wait()

    tasks: list[asyncio.Future[None]] = []
    for number in range(20):
        assert not flow.held, number
        tasks.append(asyncio.ensure_future(wait_for_an_answer()))
        busy.add(tasks[-1])
        await asyncio.sleep(0)
    assert flow.held
    end.set()
    await asyncio.gather(*tasks)
    await asyncio.sleep(0)
    assert not flow.held


def test_a_queue_holds_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        MessageQueue(FlowControl(), 0, lambda queue: None)
