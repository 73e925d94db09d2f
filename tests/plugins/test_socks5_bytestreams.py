"""SOCKS5 bytestreams: the messages byte by byte, streamhosts that misbehave, and what a request is answered with."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import JID, IqError
from helixmpp.core import BaseXMPP
from helixmpp.errors import FieldValueError, StateError
from helixmpp.plugins.xep_0065 import XEP_0065, Socks5, Socks5Failure, Socks5Stream, StreamHost, destination
from helixmpp.plugins.xep_0065.dialing import connect_to, local_addresses
from helixmpp.plugins.xep_0065.listener import Listener
from helixmpp.plugins.xep_0065.socks5 import is_destination
from tests.plugins.conftest import World
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

NS = "http://jabber.org/protocol/bytestreams"
PEER = "them@example.org/couch"
HOST = "127.0.0.1"
HASH = destination("sid", PEER, "me@example.org/desk")
NAME = bytes((len(HASH),)) + HASH.encode()
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def make(**config: Any) -> OfflineClient:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0065", {"auto_accept": True, **config})
    return xmpp


def s5b(xmpp: OfflineClient | OfflineComponent) -> XEP_0065:
    return xmpp.plugin[XEP_0065]


def request(payload: str, id_: str = "1", sender: str = PEER) -> str:
    return f"<iq type='set' id='{id_}' from='{sender}' to='me@example.org/desk'>{payload}</iq>"


def query(*ports: object, sid: str = "sid", more: str = "", jid: str = PEER) -> str:
    hosts = "".join(f"<streamhost jid='{jid}' host='{HOST}' port='{port}'/>" for port in ports)
    return f"<query xmlns='{NS}' sid='{sid}' {more}>{hosts}</query>"


def condition(answer: Element) -> str:
    if answer.get("type") != "error":
        return str(answer.get("type"))
    (error,) = [child for child in answer if child.tag.endswith("}error")]
    return f"{error.get('type')} {error[0].tag.removeprefix(STANZAS)}"


async def answered(xmpp: OfflineClient, text: str) -> Element:
    """Receive a request and wait for its answer; real connections are made meanwhile."""
    before = len(xmpp.sent)
    await xmpp.receive(text)
    async with asyncio.timeout(10):
        while len(xmpp.sent) == before:  # noqa: ASYNC110 - a list sets no event
            await asyncio.sleep(0.001)
    return xmpp.sent[before]


@contextlib.asynccontextmanager
async def streamhost(script: Script) -> AsyncGenerator[int]:
    """A streamhost on 127.0.0.1 that does what it is told; its port."""
    done: list[asyncio.Task[None]] = []

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        done.append(asyncio.create_task(run(reader, writer)))

    server = await asyncio.start_server(connected, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in done:
            task.cancel()
        await asyncio.gather(*done, return_exceptions=True)


def saying(*parts: bytes) -> Script:
    """A streamhost that says these bytes, each after something has come, and then waits."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await reader.read(1000)
            writer.write(part)
            await writer.drain()
        while await reader.read(1000):
            pass

    return script


GOOD = (b"\5\0", b"\5\0\0\3" + NAME + b"\0\0")


# -- the hash -----------------------------------------------------------------------------------------------------


def test_the_hash_of_the_xep() -> None:
    # Section 7: of the requester's own address and the target's in the room.
    own, target = "requester@example.com/foo", "room@conference.example.net/Tget"
    assert destination("yia72g3v49j7", own, target) == "416781edf1ae50bad01cb8509ba35b43952bc345"
    # Section 5.3.2: of the addresses as stringprep leaves them.
    assert destination("yia72g3v49j7", "Requester@EXAMPLE.com/foo", JID(target)) == destination(
        "yia72g3v49j7", own, target
    )
    assert is_destination(destination("", "a@b.c", "d@e.f"))
    assert not is_destination("g" * 40)
    assert not is_destination("a" * 41)


# -- connecting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [b"\5\0\0\3" + NAME + b"\0\0", b"\5\0\0\1\x7f\0\0\1\0\0", b"\5\0\0\4" + bytes(16) + b"\0\0"],
    ids=["hash", "IPv4", "IPv6"],
)
async def test_connecting_says_what_rfc_1928_says(reply: bytes) -> None:
    came = bytearray()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.extend(await reader.readexactly(3))
        writer.write(b"\5\0")
        came.extend(await reader.readexactly(47))
        writer.write(reply + b"data")
        await reader.read()

    async with streamhost(script) as port:
        reader, writer = await connect_to(HOST, port, HASH, timeout=5, private=True)
        assert await reader.readexactly(4) == b"data"
        writer.close()
        await writer.wait_closed()
    assert bytes(came) == b"\5\1\0" + b"\5\1\0\3" + NAME + b"\0\0"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak SOCKS5"),
        (saying(b"\4\0"), "does not speak SOCKS5"),
        (saying(b"\5\2"), "wants a password"),
        (saying(b"\5\xff"), "wants a password"),
        (saying(b"\5\0", b"\5\1\0\1\0\0\0\0\0\0"), "SOCKS5 reply 1"),
        (saying(b"\5\0", b"\5\2\0\3" + NAME + b"\0\0"), "SOCKS5 reply 2"),
        (saying(b"\5\0", b"\6\0\0\3" + NAME + b"\0\0"), "does not speak SOCKS5"),
        (saying(b"\5\0", b"\5\0\0\7" + NAME + b"\0\0"), "unknown type"),
        (saying(b"\5"), "no answer within"),
        (saying(), "no answer within"),
    ],
)
async def test_a_streamhost_that_does_not_want_to(script: Script, reason: str) -> None:
    async with streamhost(script) as port:
        with pytest.raises(Socks5Failure, match=reason):
            await connect_to(HOST, port, HASH, timeout=0.3, private=True)


async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(3)


async def test_a_streamhost_that_is_not_there() -> None:
    async with streamhost(closes) as port:
        with pytest.raises(Socks5Failure, match=r"IncompleteReadError|ConnectionResetError"):
            await connect_to(HOST, port, HASH, timeout=5, private=True)
    for host in (HOST, "x" * 300, "a\0b", "", "nobody.invalid"):
        with pytest.raises(Socks5Failure):
            await connect_to(host, port, HASH, timeout=5, private=True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "169.254.169.254", "localhost"]
)
async def test_only_the_public_internet_if_it_is_so_set(host: str) -> None:
    with pytest.raises(Socks5Failure, match="public internet"):
        await connect_to(host, 9, HASH, timeout=5, private=False)


def test_the_addresses_of_this_machine() -> None:
    for address in local_addresses():
        assert not address.startswith(("fe80", "169.254"))


# -- listening ----------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def listening() -> AsyncGenerator[Listener]:
    xmpp = make()
    listener = Listener(HASH, xmpp.watch_task)
    await listener.start((HOST,), 0)
    try:
        yield listener
    finally:
        listener.close()
        await xmpp.aclose()


async def said(port: int, *parts: bytes) -> bytes:
    """What a listener says to who sends these bytes, each after an answer, until it closes."""
    reader, writer = await asyncio.open_connection(HOST, port)
    got = bytearray()
    try:
        async with asyncio.timeout(5):
            for part in parts:
                writer.write(part)
                piece = await reader.read(1000)
                got += piece
                if not piece:
                    break
            else:
                writer.write_eof()
                got += await reader.read()
    except ConnectionError:
        pass
    finally:
        writer.close()
    return bytes(got)


OTHER = bytes((40,)) + b"0" * 40


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ((b"\4\1\0",), b""),
        ((b"GET / HTTP/1.1\r\n\r\n",), b""),
        ((b"\5\1\2",), b"\5\xff"),
        ((b"\5\0",), b"\5\xff"),
        ((b"\5\1\0", b"\5\1\0\3" + OTHER + b"\0\0"), b"\5\0" + b"\5\2\0\3" + OTHER + b"\0\0"),
        ((b"\5\1\0", b"\5\3\0\3" + NAME + b"\0\0"), b"\5\0" + b"\5\7\0\3" + NAME + b"\0\0"),
        ((b"\5\1\0", b"\5\1\0\1\x7f\0\0\1\0\0"), b"\5\0" + b"\5\x08\0\1\0\0\0\0\0\0"),
        ((b"\5\1\0", b"\5\1\0\7"), b"\5\0"),
        ((b"\5\1\0", b"\4\1\0\3"), b"\5\0"),
        ((b"\5\1\0", b"\5\1\0\3\0\0\0"), b"\5\0" + b"\5\2\0\3\0\0\0"),
    ],
)
async def test_who_connects_for_something_else_is_refused(parts: tuple[bytes, ...], answer: bytes) -> None:
    async with listening() as listener:
        assert await said(listener.port, *parts) == answer
        assert listener.take() is None
        # The right one still can.
        reader, writer = await connect_to(HOST, listener.port, HASH.upper(), timeout=5, private=True)
        taken = listener.take()
        assert taken is not None
        taken[1].write(b"from us")
        assert await reader.readexactly(7) == b"from us"
        taken[1].close()
        writer.close()


async def test_a_bytestream_has_one_target() -> None:
    async with listening() as listener:
        _, writer = await connect_to(HOST, listener.port, HASH, timeout=5, private=True)
        with pytest.raises(Socks5Failure, match="reply 2"):
            await connect_to(HOST, listener.port, HASH, timeout=5, private=True)
        writer.close()


async def test_the_silent_take_no_places_for_ever() -> None:
    async with listening() as listener, contextlib.AsyncExitStack() as stack:
        for _ in range(20):
            _, writer = await asyncio.open_connection(HOST, listener.port)
            stack.callback(writer.close)
        with pytest.raises(Socks5Failure):
            await connect_to(HOST, listener.port, HASH, timeout=0.3, private=True)
    with pytest.raises(Socks5Failure):
        await connect_to(HOST, listener.port, HASH, timeout=1, private=True)


async def test_where_nothing_can_be_listened_on() -> None:
    with pytest.raises(OSError, match=r".+"):
        await Listener(HASH, make().watch_task).start(("192.0.2.1",), 0)
    with pytest.raises(OSError, match="no address"):
        await Listener(HASH, make().watch_task).start((), 0)


# -- requests of peers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (query(1, sid=""), "modify bad-request"),
        (query(1, sid="x" * 1025), "modify bad-request"),
        (query(), "modify bad-request"),
        (query(0), "modify bad-request"),
        (query(65536), "modify bad-request"),
        (query("http"), "modify bad-request"),
        (query(1, jid="@"), "modify jid-malformed"),
        (f"<query xmlns='{NS}' sid='sid'><streamhost host='{HOST}' port='1'/></query>", "modify bad-request"),
        (f"<query xmlns='{NS}' sid='sid'><streamhost jid='{PEER}' port='1'/></query>", "modify bad-request"),
        (query(1, more="mode='udp'"), "modify not-acceptable"),
        (query(1, more="mode='pigeon'"), "modify bad-request"),
        (query(1, more="dstaddr='short'"), "modify bad-request"),
        (f"<query xmlns='{NS}' sid='sid'><activate>a@b.c</activate></query>", "modify bad-request"),
        (query(1), "cancel item-not-found"),
    ],
)
async def test_what_a_request_is_answered_with(payload: str, answer: str) -> None:
    xmpp = make()
    assert condition(await answered(xmpp, request(payload))) == answer
    assert xmpp.failures == []
    assert s5b(xmpp).get_socket("sid") is None


async def test_nobody_is_accepted_unless_it_was_said_so() -> None:
    xmpp = make(auto_accept=False)
    assert condition(await answered(xmpp, request(query(1)))) == "modify not-acceptable"
    await s5b(xmpp).api["preauthorize_sid"](None, "sid", JID(PEER), None)
    got = [
        condition(await answered(xmpp, request(query(1, sid=sid), str(number), sender)))
        for number, (sid, sender) in enumerate(
            [("other", PEER), ("sid", "evil@example.org/x"), ("sid", PEER), ("sid", PEER)]
        )
    ]
    assert got == [*["modify not-acceptable"] * 2, "cancel item-not-found", "modify not-acceptable"]


async def test_the_first_that_works_is_taken() -> None:
    xmpp = make(connect_timeout=0.3, max_streamhosts=3)
    streams: list[Socks5Stream] = []
    xmpp.add_event_handler("socks5_stream", streams.append)
    async with streamhost(saying()) as silent, streamhost(saying(*GOOD)) as good:
        answer = await answered(xmpp, request(query(1, silent, good)))
        assert condition(answer) == "result"
        (used,) = answer[0]
        assert (answer[0].get("sid"), used.tag, used.get("jid")) == ("sid", f"{{{NS}}}streamhost-used", PEER)
        (stream,) = streams
        assert s5b(xmpp).get_socket("sid") is stream
        assert condition(await answered(xmpp, request(query(good), "2"))) == "modify not-acceptable"
        # The good one stands behind the last that is tried.
        assert (
            condition(await answered(xmpp, request(query(1, 2, 3, good, sid="other"), "3")))
            == "cancel item-not-found"
        )
        closed: list[Any] = []
        xmpp.add_event_handler("socks5_closed", closed.append)
        s5b(xmpp).deactivate("sid")
        s5b(xmpp).deactivate("sid")
        await stream.wait_closed()
        assert len(closed) == 1
        assert s5b(xmpp).get_socket("sid") is None
        with pytest.raises(Socks5Failure, match="closed"):
            await stream.write(b"x")


async def test_there_is_an_end_to_how_many_are_open() -> None:
    xmpp = make(max_streams=3, max_streams_of_peer=2)
    names = ["a@x.org/1", "a@x.org/2", "a@x.org/3", "b@x.org/1", "c@x.org/1"]
    async with streamhost(saying(*GOOD)) as port:
        got = [
            condition(await answered(xmpp, request(query(port, more=f"dstaddr='{HASH}'"), str(number), name)))
            for number, name in enumerate(names)
        ]
        full = "wait resource-constraint"
        assert got == ["result", "result", full, "result", full]
        xmpp.plugin.disable("xep_0065")
        await xmpp.aclose()


@pytest.mark.parametrize("how", ["session_end", "disabled"])
async def test_what_comes_about_after_the_end_is_no_stream(how: str) -> None:
    xmpp = make()
    seen: list[Any] = []
    xmpp.add_event_handler("socks5_stream", seen.append)
    go_on = asyncio.Event()

    async def waiting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        await saying(*GOOD)(reader, writer)

    async with streamhost(waiting) as port:
        asking = asyncio.ensure_future(answered(xmpp, request(query(port))))
        await asyncio.sleep(0.05)
        plugin = s5b(xmpp)
        if how == "disabled":
            xmpp.plugin.disable("xep_0065")
        else:
            xmpp.event("session_end", "")
        go_on.set()
        assert condition(await asking) == "modify not-acceptable"
        assert (seen, plugin.get_socket("sid"), xmpp.failures) == ([], None, [])
    await xmpp.aclose()


async def test_all_of_them_together_have_a_time() -> None:
    xmpp = make(connect_timeout=5.0, negotiation_timeout=0.2)
    async with streamhost(saying()) as silent:
        assert condition(await answered(xmpp, request(query(silent, silent)))) == "cancel item-not-found"


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for part in GOOD:
        await reader.read(1000)
        writer.write(part)
        await writer.drain()
    writer.write(b"some")
    await writer.drain()
    await reader.read(1000)
    writer.transport.abort()


@pytest.mark.parametrize("by_events", [False, True])
async def test_a_connection_that_breaks_off(by_events: bool) -> None:
    xmpp = make()
    streams: list[Socks5Stream] = []
    data: list[bytes] = []
    closed: list[Any] = []
    xmpp.add_event_handler("socks5_stream", streams.append)
    xmpp.add_event_handler("socks5_closed", closed.append)
    if by_events:
        xmpp.add_event_handler("socks5_data", data.append)
    async with streamhost(resets) as port:
        await answered(xmpp, request(query(port)))
        stream = streams[0]
        if not by_events:
            assert await stream.read(4) == b"some"
        await stream.sendall(b"go")
        if not by_events:
            with contextlib.suppress(Socks5Failure):
                assert await stream.receive() == b""
            stream.abort()
        await stream.wait_closed()
    await settle()
    assert len(closed) == 1
    assert data == ([b"some"] if by_events else [])


async def test_too_much_to_gather() -> None:
    xmpp = make(max_gather=3)
    streams: list[Socks5Stream] = []
    xmpp.add_event_handler("socks5_stream", streams.append)
    async with streamhost(saying(GOOD[0], GOOD[1] + b"four")) as port:
        await answered(xmpp, request(query(port)))
        with pytest.raises(Socks5Failure, match="max_gather"):
            await streams[0].gather()
        await streams[0].wait_closed()


# -- our requests -------------------------------------------------------------------------------------------------


async def test_without_a_streamhost_there_is_nothing_to_offer(world: World) -> None:
    alice = await world.client("alice", "xep_0065")
    bob = await world.client("bob", "xep_0065")
    with pytest.raises(Socks5Failure, match="no proxy"):
        await s5b_of(alice).handshake(bob.boundjid)
    with pytest.raises(ValueError, match="sid"):
        await s5b_of(alice).handshake(bob.boundjid, sid="")


def s5b_of(xmpp: BaseXMPP) -> XEP_0065:
    return xmpp.plugin[XEP_0065]


async def direct_client(world: World, name: str, **config: Any) -> BaseXMPP:
    xmpp = await world.client(name)
    xmpp.register_plugin(
        "xep_0065",
        {"auto_accept": True, "direct": True, "hosts": (HOST,), "listen_hosts": (HOST,), **config},
    )
    return xmpp


async def test_who_is_refused_is_told_and_nothing_listens(world: World) -> None:
    alice, bob = await direct_client(world, "alice"), await direct_client(world, "bob", auto_accept=False)
    with pytest.raises(IqError, match="not-acceptable"):
        await s5b_of(alice).handshake(bob.boundjid)
    s5b_of(bob).auto_accept = True
    stream = await s5b_of(alice).handshake(bob.boundjid, sid="one")
    with pytest.raises(StateError, match="already"):
        await s5b_of(alice).handshake(bob.boundjid, sid="one")
    await stream.close()


@pytest.mark.parametrize(
    ("used", "error"),
    [
        ("nobody@example.org", "not offered"),
        ("OWN", "which it is not"),
        (None, "does not say"),
        ("", "not offered"),
    ],
)
async def test_a_target_that_lies(used: str | None, error: str) -> None:
    xmpp = make(direct=True, hosts=(HOST,), listen_hosts=(HOST,))
    s5b(xmpp).proxies[JID("proxy.example.org")] = (HOST, 1)
    task = asyncio.create_task(s5b(xmpp).handshake(PEER, sid="sid"))
    async with asyncio.timeout(5):
        while not xmpp.sent:  # noqa: ASYNC110 - a list has no event of its own
            await asyncio.sleep(0.001)
    sent = xmpp.sent[-1]
    assert sent[0].get("dstaddr") == destination("sid", xmpp.boundjid, PEER)
    assert [host.get("jid") for host in sent[0]] == ["me@example.org/desk", "proxy.example.org"]
    who = "me@example.org/desk" if used == "OWN" else used
    content = "" if used is None else f"<streamhost-used jid='{who}'/>"
    answer = f"<query xmlns='{NS}'>{content}</query>"
    await xmpp.receive(f"<iq type='result' id='{sent.get('id')}' from='{PEER}'>{answer}</iq>")
    with pytest.raises(Socks5Failure, match=error):
        await task


# -- stanzas ------------------------------------------------------------------------------------------------------


def test_streamhosts_as_items_and_typed() -> None:
    stanza = Socks5()
    stanza.add_streamhost("proxy.example.org", "10.0.0.1", 7777)
    stanza.add_streamhost(JID("me@example.org/x"), "host.example.org", 1)
    assert [(host.jid, host.host, host.port) for host in stanza.streamhosts] == [
        (JID("proxy.example.org"), "10.0.0.1", 7777),
        (JID("me@example.org/x"), "host.example.org", 1),
    ]
    assert [host["port"] for host in stanza["streamhosts"]] == [7777, 1]
    stanza["streamhost_used"]["jid"] = "proxy.example.org"
    assert stanza["streamhost_used"]["jid"] == JID("proxy.example.org")
    assert StreamHost().port == 1080


@pytest.mark.parametrize(("key", "value"), [("port", 0), ("port", 65536), ("port", "x"), ("host", 5)])
def test_wrong_values_are_refused_at_once(key: str, value: object) -> None:
    with pytest.raises(FieldValueError):
        StreamHost()[key] = value
