"""Outcomes, requests and order when streams end at the worst moment (promises I to L, O and P)."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from helixmpp import ClientXMPP, IqTimeout
from helixmpp.core.receipt import Receipt
from helixmpp.core.survivors import survives
from helixmpp.errors import NotConnectedError
from helixmpp.stanza import IqError
from tests.support.processes import inside, outcome_of, say, within
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


# -- acknowledgements -----------------------------------------------------------------------------------------


async def test_an_acknowledgement_behind_an_abort_leaves_nobody_waiting(
    server: RawServer, xmpp: ClientXMPP
) -> None:
    """What the ledger let go must have its outcome, also when nothing more is dispatched."""
    server.acknowledges = False
    receipt = say(xmpp, "one")
    await until(lambda: server.link.bodies() == ["one"])
    xmpp.add_event_handler("message", lambda _: xmpp.abort())
    server.link.say(f"<message from='eve@example.org'><body>x</body></message><a {SM} h='1'/>")
    assert await outcome_of(receipt) in {"acked", "failed"}


async def test_an_acknowledgement_that_lags_behind_is_asked_for_again(
    server: RawServer, xmpp: ClientXMPP
) -> None:
    """XEP-0198 section 4: h is what is *handled*; a server may answer before it has handled everything."""
    xmpp.ack_delay = 0.05
    server.acknowledges = False
    receipt = say(xmpp, "one")
    waiting = asyncio.ensure_future(outcome_of(receipt))
    await until(lambda: any(one.tag.endswith("}r") for one in server.link.nonzas))
    server.link.acknowledge(less=1)
    server.acknowledges = True
    assert await waiting == "acked"


async def test_a_server_that_answers_and_handles_nothing_is_left(server: RawServer) -> None:
    xmpp = server.client()
    xmpp.ack_timeout, xmpp.ack_delay = 0.3, 0.05
    await within(5, xmpp.connect(*xmpp.address))
    server.acknowledges = False
    receipt = say(xmpp, "one")
    link = server.link
    await until(lambda: link.bodies() == ["one"])

    async def answer() -> None:
        while True:
            link.acknowledge(less=1)
            await asyncio.sleep(0.02)

    answering = asyncio.ensure_future(answer())
    asyncio.get_running_loop().call_later(1, setattr, server, "acknowledges", True)
    try:
        assert await outcome_of(receipt, 3) in {"resent", "failed"}
    finally:
        answering.cancel()
    await within(5, xmpp.disconnect(0.1))
    await within(5, xmpp.aclose())


async def test_an_acknowledgement_right_behind_enabled_is_of_the_new_session(server: RawServer) -> None:
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    assert await within(5, say(xmpp, "one")) == "acked"
    server.acknowledges = False
    two = say(xmpp, "two")
    await until(lambda: server.link.bodies() == ["one", "two"])
    server.refuses_resumption = server.acknowledges = True
    server.behind_enabled = f"<a {SM} h='0'/>"
    failures: list[Any] = []
    xmpp.add_event_handler("connection_failed", failures.append)
    xmpp.add_event_handler("disconnected", failures.append)
    server.link.cut()
    assert await outcome_of(two, 5) == "resent"
    await asyncio.sleep(0.05)
    assert len(failures) == 1
    await within(5, xmpp.disconnect())
    await within(5, xmpp.aclose())


@pytest.mark.parametrize("before", [0, 2**32 - 3, 2**32 - 1])
async def test_the_counters_begin_again_at_zero(server: RawServer, xmpp: ClientXMPP, before: int) -> None:
    management = inside(xmpp, "_outbox_", "management")
    assert server.link.session is not None
    management.ledger.acked = server.link.session.handled = before
    receipts = [say(xmpp, number) for number in range(3)]
    assert [await outcome_of(receipt) for receipt in receipts] == ["acked"] * 3
    server.link.cut()
    last = say(xmpp, 3)
    assert await outcome_of(last) == "acked"
    assert server.got == ["0", "1", "2", "3"]


@pytest.mark.parametrize("h", ["5", "-1", "x", "", "4294967295", "99999999999", "\u0661"])
async def test_a_wrong_count_costs_no_stanza(server: RawServer, xmpp: ClientXMPP, h: str) -> None:
    server.acknowledges = False
    receipt = say(xmpp, "one")
    await until(lambda: server.link.bodies() == ["one"])
    server.acknowledges = True
    server.link.say(f"<a {SM} h='{h}'/>")
    await asyncio.sleep(0.02)
    assert await outcome_of(receipt) in {"acked", "resent"}
    assert await outcome_of(say(xmpp, "two")) == "acked"


async def test_what_comes_behind_our_last_acknowledgement_is_not_taken(
    server: RawServer, xmpp: ClientXMPP
) -> None:
    """The server keeps what it has not been told to be handled, and sends it again to the next session."""
    server.closes = False
    got: list[str] = []
    xmpp.add_event_handler("message", lambda message: got.append(message["body"]))
    server.link.say("<message from='eve@example.org'><body>1</body></message>")
    await until(lambda: got == ["1"])
    ending = xmpp.disconnect(0.5)
    await until(lambda: server.link.ended)
    server.link.say("<message from='eve@example.org'><body>2</body></message></stream:stream>")
    await within(5, ending)
    told = [int(one.get("h", "-1")) for one in server.link.nonzas if one.tag.endswith("}a")]
    assert told[-1] == len(got)


# -- the same receipt, and many of them ----------------------------------------------------------------------------


async def test_one_receipt_is_awaited_by_many(server: RawServer, xmpp: ClientXMPP) -> None:
    server.acknowledges = False
    receipt = say(xmpp, "one")
    tasks = [asyncio.ensure_future(outcome_of(receipt)) for _ in range(5)]
    with pytest.raises(TimeoutError):
        await within(0.05, receipt)
    tasks[0].cancel()
    await asyncio.sleep(0)
    server.acknowledges = True
    server.link.acknowledge()
    assert await asyncio.gather(*tasks[1:]) == ["acked"] * 4
    assert await receipt == "acked"
    assert receipt.done()


@pytest.mark.parametrize("managed", [True, False])
async def test_the_events_tell_what_became_of_each_stanza(server: RawServer, managed: bool) -> None:
    """Promise L: nothing is lost in silence, also for a program that keeps no receipts."""
    server.offers = managed
    xmpp = server.client()
    xmpp.ack_delay = 0.05
    acked: list[Receipt] = []
    lost: list[Receipt] = []
    xmpp.add_event_handler("stanza_acked", acked.append)
    xmpp.add_event_handler("stanza_not_sent", lost.append)
    await within(5, xmpp.connect(*xmpp.address))
    for number in range(3):
        say(xmpp, number)
    await until(lambda: len(acked) == 3, 3)
    server.acknowledges = server.pongs = False
    server.refuses_resumption = True
    server.link.pause()
    for number in range(3):
        xmpp.send_presence(pstatus=str(number))  # not sent again in another session
    await asyncio.sleep(0.02)
    server.link.cut()
    await until(lambda: len(lost) == 3, 3)
    await within(5, xmpp.disconnect(0.1))
    await within(5, xmpp.aclose())


async def test_without_counting_a_ping_that_was_not_answered_is_repeated(server: RawServer) -> None:
    server.offers = server.pongs = False
    xmpp = server.client()
    xmpp.response_timeout, xmpp.ack_delay = 0.1, 0.05
    await within(5, xmpp.connect(*xmpp.address))
    waiting = asyncio.ensure_future(outcome_of(say(xmpp, "one")))
    await asyncio.sleep(0.3)
    server.pongs = True
    assert await waiting == "acked"
    await within(5, xmpp.disconnect())
    await within(5, xmpp.aclose())


async def test_a_receipt_of_what_is_done_keeps_no_text(server: RawServer, xmpp: ClientXMPP) -> None:
    """A program may keep the receipts of all that it ever sent."""
    receipt = say(xmpp, "x" * 100_000)
    assert await outcome_of(receipt) == "acked"
    assert len(receipt.text) < 1000


# -- requests ---------------------------------------------------------------------------------------------------


async def test_without_counting_requests_end_though_an_earlier_session_could_be_resumed(
    server: RawServer,
) -> None:
    """Promise O: the session that is lost is not the one that could be resumed."""
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    server.offers = False
    server.link.cut()
    await until(lambda: len(server.links) == 2 and xmpp.is_connected())
    answer = asyncio.ensure_future(xmpp.make_iq_get("urn:x", ito="bob@example.org/x").send(timeout=60))
    await until(lambda: any(one.get("to") == "bob@example.org/x" for one in server.link.stanzas))
    server.offers = server.refuses = True
    server.link.cut()
    await until(lambda: not xmpp.is_connected())
    with pytest.raises(NotConnectedError):
        await within(0.5, answer)
    server.refuses = False
    assert await outcome_of(say(xmpp, "next"), 5) in {"acked", "resent"}
    assert server.sessions["session-0"].resumed == 0
    await within(5, xmpp.disconnect())
    await within(5, xmpp.aclose())


TO = [
    "room@muc.example.org/my nick",
    "a@b.example/x>y",
    "a@b.example/x'y",
    'a@b.example/"',
    "a@b.example/plain",
]


@pytest.mark.parametrize("to", TO)
async def test_a_request_that_waits_for_a_session_is_sent_whatever_its_attributes(
    server: RawServer, to: str
) -> None:
    xmpp = server.client()
    iq = xmpp.Iq()
    iq["to"] = to
    iq["type"] = "get"
    iq.xml.append(xmpp.make_iq_get("urn:x").xml[0])
    answer = asyncio.ensure_future(iq.send(timeout=60))
    await asyncio.sleep(0)
    await within(5, xmpp.connect(*xmpp.address))
    try:
        await until(lambda: any(one.get("to") == to for one in server.link.stanzas), 1)
    finally:
        answer.cancel()
        await within(5, xmpp.disconnect(0.1))
        await within(5, xmpp.aclose())


#: A stanza, whether it was written to the session that is over, and whether it is worth sending in the next.
SURVIVORS = [
    ("<message to='a@b.example'/>", True, True),
    ("<message/>", True, True),
    ("<presence/>", False, True),
    ("<presence/>", True, False),
    ("<presence id='1' to='a@b.example' type='subscribe'/>", True, True),
    ("<presence to='a@b.example' id='1' type='unsubscribed' x='1'/>", True, True),
    ("<presence type='subscribe' to='a@b.example' id='1'/>", True, True),
    ("<presence to='a@b.example/a type=&apos;subscribe&apos;'/>", True, False),
    ("<presence to=\"a@b.example/a type='subscribe'\"/>", True, False),
    ("<presence to='a@b.example' type='unavailable'/>", True, False),
    ("<presence to='room@b.example/my nick' type = 'subscribe' />", True, True),
    ("<iq id='1' to='a@b.example' type='get'><x xmlns='urn:x'/></iq>", False, True),
    ("<iq id='1 2' to='a@b.example/c d' type='set'><x xmlns='urn:x'/></iq>", False, True),
    ("<iq to='a@b.example/x>y' id='1' type='get'><x xmlns='urn:x'/></iq>", False, True),
    ("<iq id='1' to='a@b.example' type='get'><x xmlns='urn:x'/></iq>", True, False),
    ("<iq id='1' to='a@b.example' type='result'/>", False, False),
    ("<iq id='1' to='a@b.example' type='error'/>", False, False),
    ("<iq\n id='1'\n to='a@b.example'\n type='get'><x xmlns='urn:x' type='result'/></iq>", False, True),
]


@pytest.mark.parametrize(("text", "written", "kept"), SURVIVORS)
def test_what_is_worth_sending_in_another_session(text: str, written: bool, kept: bool) -> None:
    receipt = inside(ClientXMPP("alice@example.org", "secret"), "_outbox_").receipt(text, 1.0, 0)
    receipt.written = written
    assert survives(receipt) is kept


async def test_a_request_that_a_filter_drops_ends_in_its_time(xmpp: ClientXMPP) -> None:
    """Not at once: the filter may have sent another in its place, whose answer is still to come."""
    xmpp.add_filter("out", lambda stanza: None if stanza.name == "iq" else stanza)
    with pytest.raises(IqTimeout):
        await within(2, xmpp.make_iq_get("urn:x", ito="bob@example.org/x").send(timeout=0.1))


async def test_a_request_whose_server_is_gone_for_longer_than_it_keeps_sessions_ends(
    server: RawServer,
) -> None:
    """Promise O: what waits for a resumption ends when there cannot be one any more."""
    xmpp = server.client()
    await within(5, xmpp.connect(*xmpp.address))
    management = inside(xmpp, "_outbox_", "management")
    management.seconds = 1  # as if the server had said max='1'
    answer = asyncio.ensure_future(xmpp.make_iq_get("urn:x", ito="bob@example.org/x").send(timeout=60))
    await until(lambda: server.link.stanzas)
    server.refuses = True
    server.link.cut()
    with pytest.raises(NotConnectedError):
        await within(3, answer)
    await within(5, xmpp.disconnect(0.1))
    await within(5, xmpp.aclose())


BIG = "<item jid='u{n}@example.org' name='{name}'/>"


@pytest.mark.parametrize("when", ["before the session", "resumed"])
async def test_a_large_answer_of_the_own_server_is_taken(server: RawServer, when: str) -> None:
    """Promise C: it is awaited, whichever stream it comes by."""
    xmpp = server.client()
    iq = xmpp.make_iq_get("jabber:iq:roster")
    answer: Any = None
    if when == "before the session":
        answer = asyncio.ensure_future(iq.send(timeout=60))
        await asyncio.sleep(0)
    await within(5, xmpp.connect(*xmpp.address))
    if answer is None:
        answer = asyncio.ensure_future(iq.send(timeout=60))
    await until(lambda: any(one.get("id") == iq["id"] for one in server.link.stanzas))
    items = "".join(BIG.format(n=number, name="x" * 1000) for number in range(1500))
    large = f"<iq type='result' id='{iq['id']}'><query xmlns='jabber:iq:roster'>{items}</query></iq>"
    if when == "resumed":
        server.sessions["session-0"].again = large
        server.link.cut()
    else:
        server.link.say(large)
    result = await within(4, answer)
    assert len(result.xml[0]) == 1500
    assert [link.error for link in server.links] == [None] * len(server.links)
    await within(5, xmpp.disconnect())
    await within(5, xmpp.aclose())


@pytest.mark.parametrize("end", ["abort", "disconnect", "aclose", "no reconnect"])
async def test_promise_o_whoever_waits_for_a_resumption_is_told_that_none_comes(
    server: RawServer, xmpp: ClientXMPP, end: str
) -> None:
    server.acknowledges = False
    answer = asyncio.ensure_future(xmpp.make_iq_get("urn:x", ito="bob@example.org/x").send(timeout=60))
    receipt = say(xmpp, "one")
    await until(lambda: len(server.link.stanzas) == 2)
    server.refuses = True
    if end == "no reconnect":
        xmpp.auto_reconnect = False
    server.link.cut()
    await until(lambda: not xmpp.is_connected())
    # Where nothing follows by itself it would wait for the next connect().
    behind = say(xmpp, "two") if end != "no reconnect" else receipt
    if end == "abort":
        xmpp.abort()
    elif end == "disconnect":
        await within(2, xmpp.disconnect(0.1))
    elif end == "aclose":
        await within(5, xmpp.aclose())
    with pytest.raises(NotConnectedError):
        await within(0.5, answer)
    assert await outcome_of(receipt, 0.5) == "failed"
    assert await outcome_of(behind, 0.5) == "failed"


async def test_an_answer_of_another_session_ends_no_request(server: RawServer, xmpp: ClientXMPP) -> None:
    """Promise F across a resumption: the address is checked as ever."""
    iq = xmpp.make_iq_get("urn:x", ito="bob@example.org/x")
    answer = asyncio.ensure_future(iq.send(timeout=60))
    await until(lambda: server.link.stanzas)
    wrong = "".join(
        f"<iq type='{kind}' id='{iq['id']}'{sender}/>"
        for kind in ("result", "error", "get", "set")
        for sender in (
            "",
            " from='eve@example.org/x'",
            " from='bob@example.org'",
            " from='alice@example.org'",
        )
    )
    server.link.say(wrong)
    server.sessions["session-0"].again = wrong
    server.link.cut()
    await until(lambda: server.sessions["session-0"].resumed == 1)
    assert await outcome_of(say(xmpp, "x")) == "acked"
    assert not answer.done()
    server.link.say(f"<iq type='error' id='{iq['id']}' from='bob@example.org/x'/>")
    with pytest.raises(IqError):
        await within(2, answer)


async def test_promise_p_five_thousand_requests_in_flight(server: RawServer, xmpp: ClientXMPP) -> None:
    loop = asyncio.get_running_loop()
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        last = loop.time()
        while True:
            await asyncio.sleep(0)
            now = loop.time()
            longest, last = max(longest, now - last), now

    iqs = [xmpp.make_iq_get("urn:x", ito="bob@example.org/x") for _ in range(5000)]
    answers = [asyncio.ensure_future(iq.send(timeout=60)) for iq in iqs]
    await until(lambda: len(server.link.stanzas) == 5000)
    data = "".join(f"<iq type='result' id='{iq['id']}' from='bob@example.org/x'/>" for iq in iqs)
    watching = asyncio.ensure_future(watch())
    started = loop.time()
    server.link.say(data)
    results = await within(20, asyncio.gather(*answers))
    took = loop.time() - started
    watching.cancel()
    assert [result["id"] for result in results] == [iq["id"] for iq in iqs]
    # The figures of the promise are for a quiet machine; what a busy one needs is within a few times that.
    assert took < 5
    assert longest < 0.5
