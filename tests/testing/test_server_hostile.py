"""Hostile input ends the stream that it came by, with one error, and nothing else."""

import asyncio
import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.testing import Server, ServerLimits
from helixmpp.testing.component import ComponentSession
from helixmpp.testing.credentials import Credentials
from helixmpp.testing.incoming import BindRequested, Ended, StreamEvent
from helixmpp.testing.management import StreamManagement
from helixmpp.testing.sasl import MECHANISMS
from helixmpp.testing.session import ClientSession, SessionSettings
from helixmpp.xml import NS_BIND, NS_SASL, NS_STREAM, Limits, StreamParser
from tests.testing.rawclient import RawClient

ACCOUNTS = {"alice": "secret", "bob": "secret"}
LIMITS = ServerLimits(
    stream=Limits(max_stanza_size=20_000, max_depth=20, max_attributes=20, max_children=200), unread=200_000
)
HOSTILE = [
    ("not XML", b"hello", None),
    ("zero bytes", bytes(100), "not-well-formed"),
    ("bad UTF-8", b"<message>\xff\xfe</message>", None),
    ("wrong end tag", b"<message></presence>", "not-well-formed"),
    ("unknown entity", b"<message>&x;</message>", "restricted-xml"),
    ("comment", b"<!-- x -->", "restricted-xml"),
    ("processing instruction", b"<?x y?>", "restricted-xml"),
    ("comment inside", b"<message><!-- x --></message>", "restricted-xml"),
    ("unbound prefix", b"<x:message/>", None),
    ("too large", b"<message>" + b"x" * 30_000 + b"</message>", "policy-violation"),
    ("too large, never ending", b"<message to='" + b"x" * 30_000, "policy-violation"),
    ("too deep", b"<a>" * 30, "policy-violation"),
    ("too many attributes", b"<a " + b" ".join(b"a%d=''" % n for n in range(50)) + b"/>", "policy-violation"),
    ("too many children", b"<a>" + b"<b/>" * 300 + b"</a>", "policy-violation"),
    ("a stream in the stream", f"<stream:stream xmlns:stream='{NS_STREAM}'>".encode(), None),
    ("TLS in TLS", b"\x16\x03\x01\x00\x05hello", "not-well-formed"),
]


@pytest.mark.parametrize(
    ("data", "expected"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
@pytest.mark.parametrize("stage", ["clear", "sasl", "bound"])
async def test_hostile_input_ends_only_its_stream(stage: str, data: bytes, expected: str | None) -> None:
    async with (
        Server(ACCOUNTS, limits=LIMITS) as server,
        RawClient(server) as bob,
        RawClient(server) as mallory,
    ):
        await bob.login("bob")
        if stage == "clear":
            await mallory.connect()
            await mallory.open()
        elif stage == "sasl":
            await mallory.secure()
        else:
            await mallory.login("alice")
        mallory.send(data)
        condition = await mallory.ended()
        assert condition == (expected or condition)
        assert condition
        assert await bob.settle() == []
        assert [str(jid) for jid in server.online] == [bob.jid]


async def test_the_reason_arrives_although_much_is_sent_behind_it() -> None:
    async with Server(ACCOUNTS, limits=LIMITS) as server, RawClient(server) as mallory:
        await mallory.login("alice")
        mallory.send(b"<message></presence>" + b"x" * 3_000_000)
        assert await mallory.ended() == "not-well-formed"


DTD = b"<!DOCTYPE x [<!ENTITY a 'b'>]>"


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n\r\n", DTD + b"<x/>", b"<x/>", b"\x16\x03\x01\x02\x00\x01", b"\xff\xff", b"<" * 100],
)
async def test_garbage_instead_of_a_stream(data: bytes) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as mallory:
        await mallory.connect()
        mallory.send(data)
        assert await mallory.ended() != ""


@pytest.mark.parametrize(
    "data", [b"<?xml version='1.0'?>", b"hello" * 20, bytes(300), b"\x16\x03\x01\xff\xff\x01"]
)
async def test_garbage_instead_of_tls(data: bytes) -> None:
    async with (
        Server(ACCOUNTS, limits=ServerLimits(negotiation=0.1)) as server,
        RawClient(server) as bob,
    ):
        await bob.login("bob")
        reader, writer = await asyncio.open_connection(server.host, server.tls_port)
        writer.write(data)
        answer = await reader.read()  # up to the end
        assert b"stream" not in answer
        writer.close()
        assert await bob.settle() == []


async def test_too_many_connections() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(connections=1)) as server:
        async with RawClient(server) as one:
            await one.login("alice")
            async with RawClient(server) as two:
                await two.connect()
                assert await two.ended() == ""
            assert await one.settle() == []
            await server.cut("alice")
        async with RawClient(server) as three:
            await three.login("alice")


async def test_who_does_not_read_is_disconnected() -> None:
    async with (
        Server(ACCOUNTS, limits=LIMITS) as server,
        RawClient(server) as alice,
        RawClient(server) as deaf,
    ):
        await alice.login("alice")
        await deaf.login("bob", resource="deaf")
        deaf.deaf()
        text = f"<message to='{deaf.jid}'><body>{'x' * 15_000}</body></message>"
        # The kernel's buffers take some megabytes first, and how many is its own affair.
        for _ in range(2_000):
            alice.send(text)
            if await alice.settle() and len(server.online) == 1:
                break
        assert [str(jid) for jid in server.online] == [alice.jid]
        assert await alice.settle() == []


# -- without I/O: any bytes, split anywhere ----------------------------------------------------------------


class OneAccount:
    """A site with the account alice@test.example."""

    def __init__(self) -> None:
        self.domains = {"test.example"}
        self._alice = Credentials("secret", 4096)
        self._nobody = Credentials("something else", 4096)

    def credentials_of(self, account: JID) -> Credentials:
        return self._alice if account == "alice@test.example" else self._nobody

    def new_anonymous(self, domain: str) -> JID:
        return JID(f"somebody@{domain}")

    def open_account(self, jid: JID, password: str) -> None:
        raise XMPPError("conflict")


SITE = OneAccount()
SETTINGS = SessionSettings(
    limits=LIMITS.stream, mechanisms=MECHANISMS, server_end_point=bytes(32), logins=3, registration=True
)
REGISTER = "<query xmlns='jabber:iq:register'>"
HEADER = f"<stream:stream xmlns='jabber:client' xmlns:stream='{NS_STREAM}' to='test.example' version='1.0'>".encode()
PLAIN = base64.b64encode(b"\0alice\0secret").decode()
LOGIN = [
    HEADER,
    f"<auth xmlns='{NS_SASL}' mechanism='PLAIN'>{PLAIN}</auth>".encode(),
    HEADER,
    f"<iq type='set' id='b'><bind xmlns='{NS_BIND}'/></iq>".encode(),
]


def drive(session: ClientSession, data: bytes) -> list[StreamEvent]:
    session.receive_data(data)
    events: list[StreamEvent] = []
    while (event := session.next_event()) is not None:
        events.append(event)
        if isinstance(event, BindRequested):
            session.bind_accepted(JID("alice@test.example/x"))
    return events


PIECES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            *LOGIN,
            b"<presence/>",
            b"</stream:stream>",
            f"<auth xmlns='{NS_SASL}' mechanism='SCRAM-SHA-1'>biwsbj1hbGljZSxyPXg=</auth>".encode(),
            f"<response xmlns='{NS_SASL}'>eA==</response>".encode(),
            f"<abort xmlns='{NS_SASL}'/>".encode(),
            b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            b"<iq type='get' id='1'><x xmlns='urn:x'/></iq>",
            f"<iq type='get' id='1'>{REGISTER}</query></iq>".encode(),
            f"<iq type='set' id='1'>{REGISTER}<username>bill</username><password>x</password></query></iq>".encode(),
            f"<iq type='set' id='1'>{REGISTER}<username>@</username><remove/></query></iq>".encode(),
        ]
    ),
)


@given(st.integers(0, 4), st.lists(PIECES, max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_taken_or_end_the_stream(stage: int, pieces: list[bytes], encrypted: bool) -> None:
    session = ClientSession(SITE, SETTINGS, StreamManagement(), encrypted=encrypted)
    events = [event for data in [*LOGIN[:stage], *pieces] for event in drive(session, data)]
    assert events.count(Ended()) == session.ended
    assert Ended() not in events[:-1]  # nothing comes behind it
    out = session.data_to_send()
    if session.ended:
        assert out.endswith(b"</stream:stream>") or b"<stream:stream" not in out.rpartition(b"<proceed")[2]
        assert drive(session, b"<presence/>") == []
        assert session.data_to_send() == b""


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_splits_make_no_difference(data: st.DataObject) -> None:
    session = ClientSession(SITE, SETTINGS, StreamManagement(), encrypted=True)
    for text in LOGIN:
        left = text
        while left:
            size = data.draw(st.integers(1, len(left)))
            drive(session, left[:size])
            left = left[size:]
    assert session.bound
    out = session.data_to_send()
    assert out.count(b"<stream:stream") == 2
    assert b"alice@test.example/x" in out


@given(st.lists(st.binary(max_size=60), max_size=5))
@settings(max_examples=100, deadline=None)
def test_any_bytes_to_a_component_session(pieces: list[bytes]) -> None:
    session = ComponentSession({}, LIMITS.stream)
    for data in pieces:
        session.receive_data(data)
        while session.next_event() is not None:
            pass
    StreamParser().feed(session.data_to_send())


async def test_a_flood_of_connections_that_say_nothing() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(connections=50)) as server, RawClient(server) as bob:
        await bob.login("bob")
        writers = [(await asyncio.open_connection(server.host, server.port))[1] for _ in range(100)]
        assert await bob.settle() == []
        for writer in writers:
            writer.transport.abort()
