"""What was sent survives the process that sent it (promise U); here the process is a client that is left lying."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.core.engines import engine_for
from helixmpp.core.receipt import Receipt
from helixmpp.errors import StanzaNotSent, StorageError
from helixmpp.stanza import Message
from helixmpp.testing import Server, StreamManagement
from tests.support.waiting import until


@pytest.fixture
async def server() -> AsyncGenerator[Server, None]:
    async with Server(accounts={"alice": "a", "bob": "b"}) as server:
        yield server


class Receiver:
    """Bob, who writes down what he hears."""

    def __init__(self, server: Server) -> None:
        self.xmpp = server.client("bob", resource="desk")
        self.bodies: list[str] = []
        self.xmpp.add_event_handler("message", self.heard)
        self.xmpp.add_event_handler("session_start", lambda _: self.xmpp.send_presence() and None)

    def heard(self, message: Message) -> None:
        self.bodies.append(message["body"])


def sender(server: Server, folder: Path) -> ClientXMPP:
    xmpp = server.client("alice", resource="desk", storage=folder.as_uri())
    xmpp.reconnect_delay = 0.01
    return xmpp


def say(xmpp: ClientXMPP, server: Server, text: object) -> Receipt:
    return xmpp.send(xmpp.make_message(str(server.jid("bob")), str(text), mtype="chat"))


def inside(thing: object, name: str) -> Any:
    """What has no public name: the tests play a process that ends in the middle of everything."""
    return getattr(thing, name)


async def left_lying(xmpp: ClientXMPP) -> None:
    """End a client as ``kill -9`` does: nothing more is said, nothing more is written."""
    connection = vars(xmpp)["_session_"]
    outbox = vars(xmpp)["_outbox_"]
    vars(outbox)["durable"] = None
    if connection is not None:
        connection.transport.abort()
    await vars(xmpp)["_tasks_"].cancel_all()
    run = inside(inside(xmpp, "_connector_"), "_run")
    if run is not None and run.task is not None:
        run.task.cancel()
        await asyncio.wait((run.task,))


async def test_what_was_taken_before_a_session_goes_out_with_the_next_process(
    server: Server, tmp_path: Path
) -> None:
    bob = Receiver(server)
    async with bob.xmpp:
        first = sender(server, tmp_path)
        for number in range(20):
            say(first, server, number)
        await first.make_message(str(server.jid("bob")), "20").send()  # taken, though there is no session
        await left_lying(first)
        async with sender(server, tmp_path):
            await until(lambda: len(bob.bodies) == 21)
        assert bob.bodies == [str(number) for number in range(21)]


async def test_a_restarted_process_resumes_and_doubles_nothing(server: Server, tmp_path: Path) -> None:
    bob = Receiver(server)
    async with bob.xmpp:
        first = sender(server, tmp_path)
        await first.connect(*first.address)
        for number in range(30):
            await first.make_message(str(server.jid("bob")), str(number)).send()
        await until(lambda: len(bob.bodies) == 30)
        server.hold(first.boundjid)
        # The server never sees these, and the process that sent them is gone.
        for number in range(30, 40):
            await first.make_message(str(server.jid("bob")), str(number)).send()
        await server.cut(first.boundjid)
        await left_lying(first)
        assert server.hibernating != []

        events: list[str] = []
        second = sender(server, tmp_path)
        second.add_event_handler("session_resumed", lambda _: events.append("resumed"))
        second.add_event_handler("session_start", lambda _: events.append("started"))
        async with second:
            receipt = say(second, server, 40)
            assert await asyncio.wait_for(receipt, 5) == "acked"
            await until(lambda: len(bob.bodies) == 41)
        assert bob.bodies == [str(number) for number in range(41)]
        # What a program does at the start of a session, this process has not done yet.
        assert events == ["resumed", "started"]
        assert second.boundjid.resource == "desk"


async def test_restarts_in_a_row(server: Server, tmp_path: Path) -> None:
    bob = Receiver(server)
    async with bob.xmpp:
        sent = 0
        for round_ in range(6):
            xmpp = sender(server, tmp_path)
            if round_ == 3:
                server.stream_management = StreamManagement(refuse_resumption=1.0)
            await xmpp.connect(*xmpp.address)
            for _ in range(10):
                await xmpp.make_message(str(server.jid("bob")), str(sent)).send()
                sent += 1
                if sent % 4 == 0:
                    await asyncio.sleep(0)
            if round_ % 2:
                await until(lambda: len(bob.bodies) >= sent - 5)  # noqa: B023 - awaited in this round
            await left_lying(xmpp)
        async with sender(server, tmp_path):
            await until(lambda: len(bob.bodies) >= sent)
        assert bob.bodies == [str(number) for number in range(sent)]


async def test_a_clean_end_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    bob = Receiver(server)
    async with bob.xmpp:
        for number in range(3):
            async with sender(server, tmp_path) as xmpp:
                assert await asyncio.wait_for(say(xmpp, server, number), 5) == "acked"
        await until(lambda: len(bob.bodies) == 3)
    assert bob.bodies == ["0", "1", "2"]
    engine = engine_for(tmp_path.as_uri())
    log = engine.log(str(server.jid("alice")), "outbox/desk", limit=100, value_limit=1000)
    assert await log.size() == 0
    await engine.close()


async def test_without_counting_the_server_a_message_is_kept_until_it_answers(
    server: Server, tmp_path: Path
) -> None:
    server.stream_management = StreamManagement(offered=False)
    bob = Receiver(server)
    async with bob.xmpp:
        first = sender(server, tmp_path)
        await first.connect(*first.address)
        assert await asyncio.wait_for(say(first, server, "0"), 5) == "acked"
        server.hold(first.boundjid)
        await first.make_message(str(server.jid("bob")), "1").send()
        await left_lying(first)
        await server.cut(server.jid("alice"))
        async with sender(server, tmp_path):
            await until(lambda: len(bob.bodies) == 2)
        assert bob.bodies == ["0", "1"]


async def test_it_is_bounded(server: Server, tmp_path: Path) -> None:
    xmpp = sender(server, tmp_path)
    xmpp.outbox_limit = 5
    for number in range(5):
        say(xmpp, server, number)
    with pytest.raises(ConnectionError, match="outbox_limit"):
        say(xmpp, server, 5)
    await left_lying(xmpp)


async def test_a_storage_that_fails_is_told_and_sends_nothing(server: Server, tmp_path: Path) -> None:
    xmpp = sender(server, tmp_path)
    async with xmpp:
        durable = inside(vars(xmpp)["_outbox_"], "durable")

        class Broken:
            async def append(self, values: object) -> int:
                raise StorageError("the disk is full")

            async def drop(self, up_to: int) -> None:
                raise StorageError("the disk is full")

        vars(durable)["_entries"] = Broken()
        receipt = say(xmpp, server, "never")
        with pytest.raises(StanzaNotSent, match="the disk is full"):
            await asyncio.wait_for(receipt, 5)
        assert xmpp.is_connected()


async def test_unreadable_records_are_a_clear_error(server: Server, tmp_path: Path) -> None:
    engine = engine_for(tmp_path.as_uri())
    log = engine.log(str(server.jid("alice")), "outbox/desk", limit=10, value_limit=1000)
    await log.append([b"not ours"])
    await engine.close()
    xmpp = sender(server, tmp_path)
    with pytest.raises(StorageError, match="none of its records"):
        await xmpp.connect(*xmpp.address)
    await xmpp.disconnect()
    await xmpp.aclose()
