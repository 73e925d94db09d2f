"""Nothing is lost when a stream is: what was sent and what is awaited comes to an end (promises I to L, O)."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import pytest

from helixmpp import ClientXMPP
from helixmpp.core import Callback
from helixmpp.core.receipt import Receipt
from helixmpp.errors import NotConnectedError, StanzaNotSent
from helixmpp.stanza import Iq, Message, StanzaPath
from helixmpp.testing import Server, StreamManagement
from tests.support.processes import within
from tests.support.waiting import until


@pytest.fixture
async def server() -> AsyncGenerator[Server, None]:
    async with Server(accounts={"alice": "a", "bob": "b"}) as server:
        yield server


class Person:
    """A client with what it has heard."""

    def __init__(self, server: Server, name: str, **options: Any) -> None:
        self.xmpp = server.client(name, resource="desk", **options)
        # The tests wait for every attempt: the least delay that is still one.
        self.xmpp.reconnect_delay = 0.01
        self.bodies: list[str] = []
        self.events: list[str] = []
        self.xmpp.add_event_handler("message", self.heard)
        for name_ in (
            "session_start",
            "session_resumed",
            "session_end",
            "disconnected",
            "sm_enabled",
            "sm_failed",
        ):
            self.xmpp.add_event_handler(name_, partial(self.note, name_))
        self.xmpp.add_event_handler("session_start", lambda _: self.xmpp.send_presence() and None)

    def note(self, name: str, _: object) -> None:
        self.events.append(name)

    def heard(self, message: Message) -> None:
        self.bodies.append(message["body"])

    def say(self, to: str, text: str) -> Receipt:
        return self.xmpp.send(self.xmpp.make_message(to, text, mtype="chat"))


@pytest.fixture
async def pair(server: Server) -> AsyncGenerator[tuple[Person, Person], None]:
    alice, bob = Person(server, "alice"), Person(server, "bob")
    async with alice.xmpp, bob.xmpp:
        yield alice, bob


def bob_of(server: Server) -> str:
    return str(server.jid("bob"))


async def test_a_receipt_tells_that_the_server_has_it(server: Server, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    receipt = alice.say(bob_of(server), "hello")
    assert not receipt.done()
    assert await within(2, receipt) == "acked"
    assert receipt.outcome == "acked"
    await until(lambda: bob.bodies == ["hello"])
    assert alice.events[:2] == ["sm_enabled", "session_start"]


async def test_a_stanzas_send_waits_for_room_only(server: Server, pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    receipt = await within(1, alice.xmpp.make_message(bob_of(server), "hello").send())
    assert isinstance(receipt, Receipt)
    assert await within(2, receipt) == "acked"


async def test_what_is_sent_while_the_link_is_down_arrives_once_and_in_order(
    server: Server, pair: tuple[Person, Person]
) -> None:
    alice, bob = pair
    receipts: list[Receipt] = []
    for number in range(300):
        receipts.append(alice.say(bob_of(server), str(number)))
        if number % 50 == 25:
            await asyncio.sleep(0.02)
            for person in pair:
                if person.xmpp.is_connected():
                    await server.cut(person.xmpp.boundjid)
    outcomes = [await within(10, receipt) for receipt in receipts]
    assert outcomes == ["acked"] * 300
    await until(lambda: len(bob.bodies) >= 300)
    assert bob.bodies == [str(number) for number in range(300)]
    assert "session_resumed" in alice.events
    assert alice.events.count("session_start") == 1
    assert "session_end" not in alice.events


async def test_each_disconnection_is_told(server: Server, pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    await server.cut(alice.xmpp.boundjid)
    await until(lambda: "session_resumed" in alice.events)
    assert alice.events == ["sm_enabled", "session_start", "disconnected", "session_resumed"]
    assert alice.xmpp.is_connected()


async def test_a_request_survives_the_link(server: Server, pair: tuple[Person, Person]) -> None:
    """Promise O: where resumption is possible it waits, and then ends."""
    alice, bob = pair
    held: list[Iq] = []
    bob.xmpp.register_handler(Callback("held", StanzaPath("iq@type=get"), held.append))
    answer = asyncio.ensure_future(alice.xmpp.make_iq_get("urn:x", ito=bob.xmpp.boundjid).send())
    await until(lambda: held)
    await server.cut(alice.xmpp.boundjid)
    held[0].reply().send()
    await until(lambda: "session_resumed" in alice.events)
    assert (await within(2, answer))["type"] == "result"


async def test_requests_end_where_nothing_is_resumed(server: Server) -> None:
    """Promise O: within 0.1 seconds, with a typed error."""
    server.stream_management = StreamManagement(resumption=False)
    alice, bob = Person(server, "alice"), Person(server, "bob")
    async with alice.xmpp, bob.xmpp:
        # Bob never answers: his client waits for a filter that drops the question.
        bob.xmpp.add_filter("in", lambda stanza: None if stanza.name == "iq" else stanza)
        answers = [
            asyncio.ensure_future(alice.xmpp.make_iq_get("urn:x", ito=bob.xmpp.boundjid).send())
            for _ in range(3)
        ]
        await asyncio.sleep(0.05)
        await server.cut(alice.xmpp.boundjid)
        loop = asyncio.get_running_loop()
        started = loop.time()
        results = await within(2, asyncio.gather(*answers, return_exceptions=True))
        assert loop.time() - started < 0.1
        assert [type(result) for result in results] == [NotConnectedError] * 3


@pytest.mark.parametrize("tell_count", [True, False])
async def test_a_refused_resumption_sends_messages_again(server: Server, tell_count: bool) -> None:
    """Promise K. With ``h`` of ``<failed/>`` nothing is doubled."""
    server.stream_management = StreamManagement(tell_count=tell_count, acknowledge=False)
    alice, bob = Person(server, "alice"), Person(server, "bob")
    async with alice.xmpp, bob.xmpp:
        before = [alice.say(bob_of(server), str(number)) for number in range(5)]
        await until(lambda: len(bob.bodies) == 5)
        server.stream_management = StreamManagement(tell_count=tell_count, refuse_resumption=1.0)
        told: list[Receipt] = []
        alice.xmpp.add_event_handler("stanza_not_sent", told.append)
        await server.cut(alice.xmpp.boundjid)
        behind = alice.say(bob_of(server), "behind")
        outcomes = [await within(5, receipt) for receipt in [*before, behind]]
        await until(lambda: "behind" in bob.bodies)
        if tell_count:
            assert outcomes == ["acked"] * 6
            assert bob.bodies == ["0", "1", "2", "3", "4", "behind"]
            assert told == []
        else:
            # Nobody can say whether the server had them: they come with the time of the first sending.
            assert outcomes == ["resent"] * 5 + ["acked"]
            assert bob.bodies == ["0", "1", "2", "3", "4"] * 2 + ["behind"]
            # The presence belonged to the old session; it is not sent again, and said to be lost.
            assert [receipt.outcome for receipt in told] == ["failed"]
        assert alice.events[-4:] == ["sm_failed", "sm_enabled", "session_end", "session_start"]


async def test_what_is_sent_again_says_when_it_was_sent_first(server: Server) -> None:
    server.stream_management = StreamManagement(tell_count=False, acknowledge=False)
    alice, bob = Person(server, "alice"), Person(server, "bob")
    got: list[Message] = []
    bob.xmpp.add_event_handler("message", got.append)
    async with alice.xmpp, bob.xmpp:
        alice.say(bob_of(server), "once")
        await until(lambda: len(got) == 1)
        server.stream_management = StreamManagement(tell_count=False, refuse_resumption=1.0)
        await server.cut(alice.xmpp.boundjid)
        await until(lambda: len(got) == 2)
        stamps = [message.xml.find("{urn:xmpp:delay}delay") for message in got]
        assert stamps[0] is None
        assert stamps[1] is not None


async def test_without_acknowledgements_an_answer_confirms(server: Server) -> None:
    """Promise L: each message has an outcome."""
    server.stream_management = StreamManagement(offered=False)
    alice, bob = Person(server, "alice"), Person(server, "bob")
    async with alice.xmpp, bob.xmpp:
        assert "sm_enabled" not in alice.events
        receipts = [alice.say(bob_of(server), str(number)) for number in range(10)]
        assert [await within(2, receipt) for receipt in receipts] == ["acked"] * 10
        # Not awaited, but held: the server is asked all the same.
        held = alice.say(bob_of(server), "held")
        await until(lambda: held.outcome == "acked", 3)


async def test_without_acknowledgements_a_lost_link_leaves_nothing_silent(server: Server) -> None:
    server.stream_management = StreamManagement(offered=False)
    alice, bob = Person(server, "alice"), Person(server, "bob")
    async with alice.xmpp, bob.xmpp:
        server.hold(alice.xmpp.boundjid)
        lost = alice.say(bob_of(server), "lost")
        waiting = asyncio.ensure_future(asyncio.wait_for(lost, 5))
        await asyncio.sleep(0.05)
        await server.cut(alice.xmpp.boundjid)
        with pytest.raises(StanzaNotSent, match="may have arrived") as caught:
            await waiting
        assert caught.value.reason == getattr(lost.outcome, "reason", "")
        await until(lambda: alice.events.count("session_start") == 2)
        assert await within(2, alice.say(bob_of(server), "next")) == "acked"


async def test_disconnect_waits_for_the_last_word(server: Server, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    receipts = [alice.say(bob_of(server), str(number)) for number in range(50)]
    assert await within(5, alice.xmpp.disconnect()) == []
    assert {receipt.outcome for receipt in receipts} == {"acked"}
    await until(lambda: len(bob.bodies) == 50)
    assert server.hibernating == []


async def test_disconnect_reports_what_was_not_sent(server: Server, pair: tuple[Person, Person]) -> None:
    alice, _ = pair
    await within(2, alice.say(bob_of(server), "before"))
    server.hold(alice.xmpp.boundjid)
    receipt = alice.say(bob_of(server), "never")
    unsent = await within(5, alice.xmpp.disconnect(timeout=0.2))
    assert unsent == [receipt]
    assert receipt.outcome == "failed"
    with pytest.raises(StanzaNotSent, match="disconnected"):
        await receipt


async def test_a_resumption_that_never_comes_ends_everything(server: Server) -> None:
    alice = Person(server, "alice")
    async with alice.xmpp:
        answer = asyncio.ensure_future(alice.xmpp.make_iq_get("urn:x", ito=bob_of(server)).send())
        server.hold(alice.xmpp.boundjid)
        receipt = alice.say(bob_of(server), "never")
        await asyncio.sleep(0.05)
        alice.xmpp.abort()
        with pytest.raises(NotConnectedError):
            await within(1, answer)
        with pytest.raises(StanzaNotSent):
            await within(1, receipt)


async def test_a_handler_that_raises_is_counted_as_handled(
    server: Server, pair: tuple[Person, Person]
) -> None:
    alice, bob = pair
    raised: list[BaseException] = []

    def fail(message: Message) -> None:
        raise RuntimeError("a mistake")

    bob.xmpp.add_event_handler("message", fail)
    setattr(bob.xmpp, "exception", raised.append)  # noqa: B010 - a program's own, put there at run time
    for number in range(20):
        alice.say(bob_of(server), str(number))
    await until(lambda: len(bob.bodies) == 20)
    await server.cut(bob.xmpp.boundjid)
    await until(lambda: "session_resumed" in bob.events)
    alice.say(bob_of(server), "behind")
    await until(lambda: "behind" in bob.bodies)
    assert bob.bodies == [*(str(number) for number in range(20)), "behind"]
    assert len(raised) == 21


async def test_it_can_be_switched_off(server: Server) -> None:
    alice = Person(server, "alice")
    alice.xmpp.stream_management = False
    async with alice.xmpp:
        assert alice.events == ["session_start"]
        await server.cut(alice.xmpp.boundjid)
        await until(lambda: alice.events.count("session_start") == 2)
        assert alice.events == ["session_start", "session_end", "disconnected", "session_start"]


async def test_raw_stanzas_are_counted_too(server: Server, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    to = bob_of(server)
    raw = f"<message to='{to}' type='chat'><body>%s</body></message>"
    two = alice.xmpp.send_raw((raw % "1") + (raw % "2"))
    one = alice.xmpp.send_raw(raw % "3")
    space = alice.xmpp.send_raw(" ")
    assert [await within(2, each) for each in (two, one, space)] == ["acked", "acked", "sent"]
    await server.cut(alice.xmpp.boundjid)
    last = alice.say(to, "4")
    assert await within(5, last) == "acked"
    await until(lambda: len(bob.bodies) >= 4)
    assert bob.bodies == ["1", "2", "3", "4"]


async def test_a_slow_filter_has_a_receipt_at_once(server: Server, pair: tuple[Person, Person]) -> None:
    alice, bob = pair
    go = asyncio.Event()

    async def slow(stanza: Any) -> Any:
        if stanza["body"] == "first":
            await go.wait()
        return None if stanza["body"] == "dropped" else stanza

    alice.xmpp.add_filter("out", slow)
    receipts = [alice.say(bob_of(server), text) for text in ("first", "dropped", "last")]
    assert [receipt.outcome for receipt in receipts] == [None] * 3
    go.set()
    assert await within(2, receipts[0]) == "acked"
    with pytest.raises(StanzaNotSent, match="filter"):
        await receipts[1]
    assert await within(2, receipts[2]) == "acked"
    await until(lambda: bob.bodies == ["first", "last"])


async def test_a_dead_link_is_found_and_resumed(server: Server, pair: tuple[Person, Person]) -> None:
    """Promise T, with shorter times: nothing is closed, nothing answers."""
    alice, bob = pair
    await alice.xmpp.disconnect()
    quick = Person(server, "alice")
    quick.xmpp.keepalive_interval, quick.xmpp.keepalive_timeout = 0.2, 0.2
    async with quick.xmpp:
        server.hold(quick.xmpp.boundjid)
        receipt = quick.say(bob_of(server), "over there")
        await until(lambda: "session_resumed" in quick.events, 5)
        assert await within(3, receipt) == "acked"
        await until(lambda: "over there" in bob.bodies)


async def test_a_server_that_acknowledges_nothing_loses_the_session(server: Server) -> None:
    """What it says besides is no sign that it handles anything; resuming would come to the same."""
    server.stream_management = StreamManagement(acknowledge=False)
    alice, bob = Person(server, "alice"), Person(server, "bob")
    alice.xmpp.ack_timeout = 0.2
    async with alice.xmpp, bob.xmpp:
        receipt = alice.say(bob_of(server), "once more")
        server.stream_management = StreamManagement()
        assert await within(5, receipt) == "resent"
        assert alice.events.count("session_start") == 2
        assert "session_resumed" not in alice.events


async def test_waiting_for_a_session(server: Server) -> None:
    alice = Person(server, "alice")
    with pytest.raises(NotConnectedError, match="connect"):
        await alice.xmpp.connected()
    alice.xmpp.connect(*alice.xmpp.address)
    await within(5, alice.xmpp.connected())
    assert alice.xmpp.is_connected()
    await alice.xmpp.connected(0)
    await server.cut(alice.xmpp.boundjid)
    await within(5, alice.xmpp.connected())
    await alice.xmpp.disconnect()
    alice.xmpp.connect("127.0.0.1", 9)
    with pytest.raises(TimeoutError):
        await alice.xmpp.connected(0.1)
    waiting = asyncio.ensure_future(alice.xmpp.connected())
    await asyncio.sleep(0)
    await alice.xmpp.disconnect()
    with pytest.raises(NotConnectedError):
        await within(5, waiting)


def test_the_defaults_find_a_dead_link_in_less_than_a_minute() -> None:
    settings = ClientXMPP("a@b.example", "x")
    assert settings.keepalive_interval + settings.keepalive_timeout < 60
