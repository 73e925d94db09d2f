"""In-band bytestreams without a network: what is said by whom, and what is refused."""

import asyncio
import io
from base64 import b64encode
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import JID, Iq, IqError, IqTimeout
from helixmpp.errors import NotConnectedError, StateError
from helixmpp.plugins.xep_0047 import BytestreamClosed, Data, IBBytestream, SidTable
from helixmpp.plugins.xep_0047.inbox import MOST_HELD
from helixmpp.xml import parse_one
from tests.plugins.ibb_talk import (
    NS,
    PEER,
    accepted,
    answers,
    closes,
    data,
    ibb,
    make,
    opened,
    opening,
    request,
)
from tests.plugins.offline import settle

# -- opening ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (opening(), "result"),
        (opening(more="stanza='message'"), "result"),
        (opening(size=1), "result"),
        (opening(size=8192), "result"),
        (opening(size=8193), "modify resource-constraint"),
        (opening(size=65536), "modify bad-request"),
        (opening(size=0), "modify bad-request"),
        (opening(size=-1), "modify bad-request"),
        (opening(size="many"), "modify bad-request"),
        (opening(size=""), "modify bad-request"),
        (f"<open xmlns='{NS}' sid='s'/>", "modify bad-request"),
        (f"<open xmlns='{NS}' block-size='10'/>", "modify bad-request"),
        (opening(sid="x" * 1025), "modify bad-request"),
        (opening(sid="../x &amp; y"), "result"),
        (opening(more="stanza='presence'"), "modify bad-request"),
        (f"<close xmlns='{NS}' sid='s'/>", "cancel item-not-found"),
        (data(0), "cancel item-not-found"),
        (data("x", "!"), "cancel item-not-found"),
    ],
)
async def test_what_a_request_is_answered_with(payload: str, answer: str) -> None:
    xmpp = make()
    assert answers(await xmpp.receive(request(payload))) == [answer]
    assert xmpp.failures == []


@pytest.mark.parametrize("type_", ["get", "result", "error"])
async def test_only_what_sets_opens(type_: str) -> None:
    xmpp = make()
    sent = await xmpp.receive(request(opening(), type_=type_))
    assert answers(sent) == (["cancel service-unavailable"] if type_ == "get" else [])
    assert answers(await xmpp.receive(request(data(0)))) == ["cancel item-not-found"]


async def test_nobody_is_accepted_unless_it_was_said_so() -> None:
    xmpp = make(auto_accept=False)
    assert answers(await xmpp.receive(request(opening()))) == ["cancel not-acceptable"]
    api = ibb(xmpp).api
    await api["preauthorize_sid"](xmpp.boundjid, "s", JID(PEER), None)
    assert answers(await xmpp.receive(request(opening("t"), "2"))) == ["cancel not-acceptable"]
    other = "them@example.org/other"
    assert answers(await xmpp.receive(request(opening(), "3", other))) == ["cancel not-acceptable"]
    assert answers(await xmpp.receive(request(opening(), "4"))) == ["result"]
    await xmpp.receive(request(f"<close xmlns='{NS}' sid='s'/>", "5"))
    # The permission was for once.
    assert answers(await xmpp.receive(request(opening(), "6"))) == ["cancel not-acceptable"]


async def test_the_program_decides_by_the_operation() -> None:
    xmpp = make(auto_accept=False)
    asked: list[tuple[Any, ...]] = []

    async def authorized(jid: JID, node: str, ifrom: JID, args: Iq) -> bool:
        asked.append((jid, node, ifrom, args["ibb_open"]["block_size"]))
        return node == "good"

    ibb(xmpp).api.register(authorized, "authorized")
    assert answers(await xmpp.receive(request(opening("bad"), "1"))) == ["cancel not-acceptable"]
    assert answers(await xmpp.receive(request(opening("good"), "2"))) == ["result"]
    assert asked == [(xmpp.boundjid, "bad", JID(PEER), 4096), (xmpp.boundjid, "good", JID(PEER), 4096)]


async def test_there_is_an_end_to_how_many_are_open() -> None:
    xmpp = make(max_streams=3, max_streams_of_peer=2)
    senders = ["a@x.org/1", "a@x.org/2", "a@x.org/3", "b@x.org/1", "c@x.org/1"]
    got = [answers(await xmpp.receive(request(opening(), str(n), who)))[0] for n, who in enumerate(senders)]
    full = "wait resource-constraint"
    assert got == ["result", "result", full, "result", full]
    await xmpp.receive(request(f"<close xmlns='{NS}' sid='s'/>", "9", "a@x.org/1"))
    assert answers(await xmpp.receive(request(opening(), "10", "c@x.org/1"))) == ["result"]


async def test_a_sid_is_open_once_with_each_peer() -> None:
    xmpp = make()
    await accepted(xmpp)
    assert answers(await xmpp.receive(request(opening(), "2"))) == ["cancel not-acceptable"]
    assert answers(await xmpp.receive(request(opening(), "3", "other@example.org/a"))) == ["result"]
    with pytest.raises(StateError, match="already"):
        await ibb(xmpp).open_stream(PEER, sid="s")


def test_the_table_of_sids_forgets_the_oldest() -> None:
    own, peer = JID("me@example.org"), JID(PEER)
    table = SidTable(lambda: 3)
    for number in (0, 1, 2, 0, 3):
        table.add(own, str(number), peer)
    assert len(table) == 3
    assert [table.take(own, str(number), peer) for number in (0, 0, 1, 2, 3)] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert not table.take(own, "0", None)


@pytest.mark.parametrize("bad", [{"block_size": 0}, {"block_size": 65536}, {"sid": ""}, {"sid": "x" * 1025}])
async def test_wrong_arguments_of_open_stream(bad: dict[str, Any]) -> None:
    xmpp = make()
    with pytest.raises(ValueError, match=r"block_size|sid"):
        await ibb(xmpp).open_stream(PEER, **bad)
    assert xmpp.sent == []


async def test_opening_and_what_it_tells() -> None:
    xmpp = make()
    events: list[Any] = []
    xmpp.add_event_handler("ibb_stream_start", events.append)
    xmpp.add_event_handler(f"stream:s:{PEER}", events.append)
    stream = await opened(xmpp, block_size=100, use_messages=True, callback=events.append)
    element = xmpp.sent[0]
    assert element[0].attrib == {"sid": "s", "block-size": "100", "stanza": "message"}
    assert (element.get("to"), element.get("from")) == (PEER, None)
    assert events == [stream, stream, stream]
    assert (stream.sid, stream.block_size, stream.peer_jid, stream.self_jid) == (
        "s",
        100,
        JID(PEER),
        xmpp.boundjid,
    )


async def test_a_refused_opening_leaves_nothing() -> None:
    xmpp = make()
    events: list[Any] = []
    xmpp.add_event_handler("ibb_stream_end", events.append)
    task = asyncio.create_task(ibb(xmpp).open_stream(PEER, sid="s"))
    await settle()
    await xmpp.receive(
        f"<iq type='error' id='{xmpp.sent[-1].get('id')}' from='{PEER}'><error type='cancel'>"
        "<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="not-acceptable"):
        await task
    assert closes(xmpp.sent) == 0
    with pytest.raises(IqTimeout):
        await ibb(xmpp).open_stream(PEER, sid="s", timeout=0.001)
    # It may come to be accepted yet.
    assert closes(xmpp.sent) == 1
    assert await ibb(xmpp).api["get_stream"](xmpp.boundjid, "s", JID(PEER), None) is None
    assert events == []


# -- receiving --------------------------------------------------------------------------------------------------


async def test_blocks_come_in_order_and_are_read() -> None:
    xmpp = make()
    stream = await accepted(xmpp)
    seen: list[bytes] = []

    def on_data(which: IBBytestream) -> None:
        assert which is stream
        seen.append(which.read())

    xmpp.add_event_handler("ibb_stream_data", on_data)
    for number, block in enumerate((b"one", b"", b"three")):
        assert answers(await xmpp.receive(request(data(number, block), str(number)))) == ["result"]
    assert seen == [b"one", b"", b"three"]
    assert stream.read() == stream.recv() == b""


async def test_base64_with_line_breaks_is_read() -> None:
    xmpp = make()
    stream = await accepted(xmpp)
    text = b64encode(bytes(range(100))).decode()
    await xmpp.receive(request(data(0, f"\n   {text[:64]}\n   {text[64:]}\n")))
    assert stream.read(7) == bytes(range(7))
    assert stream.read() == bytes(range(7, 100))


@pytest.mark.parametrize(
    ("block", "answer"),
    [
        (data(1), "cancel unexpected-request"),
        (data(65535), "cancel unexpected-request"),
        (data(65536), "cancel bad-request"),
        (data(-1), "cancel bad-request"),
        (data("x"), "cancel bad-request"),
        (f"<data xmlns='{NS}' sid='s'>eA==</data>", "cancel bad-request"),
        (data(0, "=AAA"), "cancel bad-request"),
        (data(0, "BBBB=CCC"), "cancel bad-request"),
        (data(0, "eA"), "cancel bad-request"),
        (data(0, "eA==!"), "cancel bad-request"),
        (data(0, "ü"), "cancel bad-request"),
        (data(0, b"x" * 4097), "cancel bad-request"),
        (data(0, b"x" * 4096), "result"),
    ],
)
@pytest.mark.parametrize("kind", ["iq", "message"])
async def test_a_wrong_block_ends_the_stream(kind: str, block: str, answer: str) -> None:
    xmpp = make()
    stream = await accepted(xmpp, more=f"stanza='{kind}'")
    if kind == "iq":
        sent = await xmpp.receive(request(block, "d"))
        assert answers(sent) == [answer]
    else:
        sent = await xmpp.receive(f"<message from='{PEER}' to='me@example.org/desk'>{block}</message>")
        assert answers(sent) == []
    ended = answer != "result"
    assert stream.stream_in_closed is ended
    assert closes(sent) == ended
    assert answers(await xmpp.receive(request(data(1), "e"))) == (
        ["result"] if kind == "iq" and not ended else ["cancel item-not-found"]
    )
    if ended:
        with pytest.raises(BytestreamClosed):
            stream.read()
    assert xmpp.failures == []


async def test_a_block_of_somebody_else_is_none() -> None:
    xmpp = make()
    stream = await accepted(xmpp)
    for number, sender in enumerate(("them@example.org/other", "them@example.org", "example.org", "")):
        who = f"from='{sender}'" if sender else ""
        for payload in (data(0, b"evil"), f"<close xmlns='{NS}' sid='s'/>"):
            text = f"<iq type='set' id='{number}{len(payload)}' {who} to='me@example.org/desk'>{payload}</iq>"
            assert answers(await xmpp.receive(text)) == ["cancel item-not-found"]
    # Of the peer itself, but in the wrong kind of stanza.
    assert await xmpp.receive(f"<message from='{PEER}' to='me@example.org/desk'>{data(0)}</message>") == []
    assert not stream.stream_in_closed
    assert stream.read() == b""


async def test_the_number_wraps() -> None:
    xmpp = make(max_unread=65536 * 2)
    stream = await accepted(xmpp)
    for number in range(65536):
        xmpp.stanza_received(parse_one(request(data(number % 65536, b"a"), f"n{number}")))
    assert stream.unread == 65536
    assert answers(await xmpp.receive(request(data(0, b"b"), "wrapped"))) == ["result"]
    assert answers(await xmpp.receive(request(data(2, b"b"), "skipped"))) == ["cancel unexpected-request"]


async def test_unread_bytes_hold_the_answers_up() -> None:
    xmpp = make(max_unread=100)
    stream = await accepted(xmpp)
    got = [answers(await xmpp.receive(request(data(n, b"x" * 60), f"b{n}"))) for n in range(4)]
    assert got == [["result"], [], [], []]
    before = len(xmpp.sent)
    assert len(stream.read(100)) == 100
    assert xmpp.sent[before:] == []
    assert len(stream.read(100)) == 100
    assert [one.get("id") for one in xmpp.sent[before:]] == ["b1", "b2", "b3"]
    assert len(stream.read()) == 40


async def test_who_does_not_wait_for_answers_is_cut_off() -> None:
    xmpp = make(max_unread=10)
    stream = await accepted(xmpp)
    sent: list[Element] = []
    for number in range(MOST_HELD + 2):
        assert not stream.stream_in_closed
        sent = await xmpp.receive(request(data(number, b"x" * 10), f"b{number}"))
    assert answers(sent) == ["cancel resource-constraint"]
    assert closes(sent) == 1
    assert stream.unread == 10 * (MOST_HELD + 1)
    assert len(stream.read()) == 10 * (MOST_HELD + 1)
    with pytest.raises(BytestreamClosed, match="unread"):
        stream.read()


async def test_messages_cannot_be_held_up() -> None:
    xmpp = make(max_unread=100)
    stream = await accepted(xmpp, more="stanza='message'")
    for number in range(2):
        text = f"<message from='{PEER}' to='me@example.org/desk'>{data(number, b'x' * 60)}</message>"
        sent = await xmpp.receive(text)
        assert closes(sent) == number
        assert stream.stream_in_closed is bool(number)
    assert len(stream.read()) == 60


async def test_the_peer_closes() -> None:
    xmpp = make(max_unread=4)
    stream = await accepted(xmpp)
    ends: list[IBBytestream] = []
    xmpp.add_event_handler("ibb_stream_end", ends.append)
    await xmpp.receive(request(data(0, b"1234"), "0"))
    assert answers(await xmpp.receive(request(data(1, b"5678"), "1"))) == []
    reading = asyncio.create_task(stream.gather())
    await settle()
    assert answers(await xmpp.receive(request(f"<close xmlns='{NS}' sid='s'/>", "2"))) == ["result"]
    assert await reading == b"12345678"
    assert ends == [stream]
    assert [block async for block in stream] == []
    with pytest.raises(BytestreamClosed):
        await stream.send(b"x")
    await stream.close()
    await stream.wait_closed()
    assert ends == [stream]


async def test_gathering_has_limits() -> None:
    xmpp = make(max_gather=5)
    stream = await accepted(xmpp)
    await xmpp.receive(request(data(0, b"123456"), "0"))
    assert await stream.gather(2) == b"12"
    assert await stream.gather(0) == b""
    with pytest.raises(TimeoutError):
        await stream.gather(timeout=0.001)
    await xmpp.receive(request(data(1, b"123456"), "1"))
    with pytest.raises(BytestreamClosed, match="max_gather"):
        await stream.gather()


# -- sending ----------------------------------------------------------------------------------------------------


async def test_each_block_waits_for_its_answer() -> None:
    xmpp = make()
    stream = await opened(xmpp, block_size=4)
    before = len(xmpp.sent)
    task = asyncio.create_task(stream.sendall(b"123456789"))
    got: list[tuple[str | None, bytes]] = []
    for number in range(3):
        await settle()
        assert len(xmpp.sent) == before + number + 1
        iq = Iq(xml=xmpp.sent[-1])
        got.append((iq.xml[0].get("seq"), iq[Data].data))
        await xmpp.receive(f"<iq type='result' id='{iq['id']}' from='{PEER}'/>")
    await task
    assert got == [("0", b"1234"), ("1", b"5678"), ("2", b"9")]


async def test_a_window_lets_more_be_on_the_way() -> None:
    xmpp = make(window_size=3)
    stream = await opened(xmpp, block_size=1)
    before = len(xmpp.sent)
    task = asyncio.create_task(stream.sendfile(io.BytesIO(b"12345")))
    async with asyncio.timeout(5):
        while len(xmpp.sent) < before + 3:  # noqa: ASYNC110 - the file is read in a thread
            await asyncio.sleep(0)
    await settle()
    assert len(xmpp.sent) == before + 3
    for number in range(5):
        await xmpp.receive(f"<iq type='result' id='{xmpp.sent[before + number].get('id')}' from='{PEER}'/>")
    assert await task == 5


async def test_send_sends_one_block() -> None:
    xmpp = make()
    stream = await opened(xmpp, block_size=4, use_messages=True)
    assert await stream.send(b"123456") == 4
    assert await stream.send(b"56") == 2
    assert [element[0].text for element in xmpp.sent[-2:]] == ["MTIzNA==", "NTY="]
    assert [element.tag for element in xmpp.sent[-2:]] == ["{jabber:client}message"] * 2
    await stream.sendall(b"")
    assert [element[0].get("seq") for element in xmpp.sent[-2:]] == ["0", "1"]


async def test_what_two_tasks_send_does_not_mix() -> None:
    xmpp = make()
    stream = await opened(xmpp, block_size=1, use_messages=True)
    await asyncio.gather(*(stream.sendall(bytes([letter]) * 20) for letter in b"ab"))
    sent = b"".join(stream_data.data for stream_data in (Data(xml=element[0]) for element in xmpp.sent[-40:]))
    assert sent == b"a" * 20 + b"b" * 20
    assert [element[0].get("seq") for element in xmpp.sent[-40:]] == [str(number) for number in range(40)]


async def test_our_number_wraps() -> None:
    xmpp = make()
    stream = await opened(xmpp, block_size=1, use_messages=True)
    await stream.sendall(bytes(65537))
    assert [element[0].get("seq") for element in xmpp.sent[-3:]] == ["65534", "65535", "0"]


async def test_a_refused_block_ends_the_stream() -> None:
    xmpp = make()
    stream = await opened(xmpp)
    task = asyncio.create_task(stream.sendall(b"x" * 10_000))
    await settle()
    sent = await xmpp.receive(
        f"<iq type='error' id='{xmpp.sent[-1].get('id')}' from='{PEER}'><error type='cancel'>"
        "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="item-not-found"):
        await task
    assert closes(sent) == 1
    with pytest.raises(BytestreamClosed, match="item-not-found"):
        await stream.send(b"x")


async def test_no_answer_ends_the_stream() -> None:
    xmpp = make()
    stream = await opened(xmpp)
    with pytest.raises(IqTimeout):
        await stream.send(b"x", timeout=0.001)
    assert stream.stream_out_closed


@pytest.mark.parametrize(
    ("sender", "id_", "ends"),
    [(PEER, None, True), ("evil@example.org/x", None, False), (PEER, "other", False)],
)
async def test_a_message_that_comes_back_ends_the_stream(sender: str, id_: str | None, ends: bool) -> None:
    xmpp = make()
    stream = await opened(xmpp, use_messages=True)
    await stream.send(b"x")
    error = "<error type='wait'><recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
    id_ = id_ or xmpp.sent[-1].get("id")
    await xmpp.receive(f"<message type='error' id='{id_}' from='{sender}'>{data(0)}{error}</message>")
    assert stream.stream_in_closed is ends


async def test_closing_lets_the_peer_send_the_rest() -> None:
    xmpp = make()
    stream = await opened(xmpp)
    ends: list[IBBytestream] = []
    xmpp.add_event_handler("ibb_stream_end", ends.append)
    sending = asyncio.create_task(stream.send(b"x"))
    await settle()
    closing = asyncio.create_task(stream.close())
    await settle()
    (close,) = [element for element in xmpp.sent if element[0].tag == f"{{{NS}}}close"]
    assert answers(await xmpp.receive(request(data(0, b"rest"), "r"))) == ["result"]
    assert ends == []
    with pytest.raises(BytestreamClosed):
        await stream.send(b"y")
    await xmpp.receive(f"<iq type='result' id='{close.get('id')}' from='{PEER}'/>")
    await closing
    with pytest.raises(BytestreamClosed):
        await sending
    assert ends == [stream]
    assert await stream.gather() == b"rest"


async def test_closing_what_the_peer_does_not_know() -> None:
    xmpp = make()
    async with await opened(xmpp) as stream:
        closing = asyncio.create_task(stream.close())
        await settle()
        await xmpp.receive(
            f"<iq type='error' id='{xmpp.sent[-1].get('id')}' from='{PEER}'><error type='cancel'>"
            "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
        await closing
    stream = await opened(xmpp)
    with pytest.raises(IqTimeout):
        await stream.close(timeout=0.001)
    assert stream.stream_in_closed


@pytest.mark.parametrize("end", ["session", "plugin"])
async def test_the_end_of_the_session_ends_every_stream(end: str) -> None:
    xmpp = make()
    ours, theirs = await opened(xmpp), await accepted(xmpp, sid="t")
    ends: list[IBBytestream] = []
    xmpp.add_event_handler("ibb_stream_end", ends.append)
    await xmpp.receive(request(data(0, b"before", "t"), "d"))
    waiting = [
        asyncio.create_task(ours.sendall(b"x")),
        asyncio.create_task(ours.sendall(b"y")),
        asyncio.create_task(ours.receive()),
        asyncio.create_task(theirs.gather(max_data=100)),
    ]
    await settle()
    if end == "session":
        xmpp.event("session_end", "the cable was cut")
    else:
        xmpp.plugin.disable("xep_0047")
    for task in waiting:
        with pytest.raises(BytestreamClosed, match=r"session is over: the cable was cut|disabled"):
            await task
    assert ends == [ours, theirs]
    assert ours.stream_in_closed and theirs.stream_in_closed


async def test_a_request_that_ends_with_the_stream_of_stanzas() -> None:
    xmpp = make()
    stream = await opened(xmpp)
    task = asyncio.create_task(stream.send(b"x"))
    await settle()
    xmpp.session_over(ConnectionResetError("gone"))
    with pytest.raises((NotConnectedError, BytestreamClosed)):
        await task
    assert stream.stream_in_closed


async def test_cancelling_leaves_the_stream_usable() -> None:
    xmpp = make()
    stream = await opened(xmpp)
    task = asyncio.create_task(stream.send(b"x"))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    task = asyncio.create_task(stream.send(b"y"))
    await settle()
    assert xmpp.sent[-1][0].get("seq") == "1"
    await xmpp.receive(f"<iq type='result' id='{xmpp.sent[-1].get('id')}' from='{PEER}'/>")
    assert await task == 1
