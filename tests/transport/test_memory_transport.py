"""The pair in memory behaves as a connection over TCP does."""

import asyncio

import pytest

from helixmpp.errors import CertificateError, StateError, TLSFailure
from helixmpp.stream.facts import TLSFacts
from helixmpp.transport import MemoryTransport, Target, TLSSettings, Transport, memory_pair
from tests.transport.recorder import Recorder

SETTINGS = TLSSettings()
FACTS = TLSFacts("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", b"end point", b"exporter")


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_it_is_a_transport() -> None:
    a, b = memory_pair(Recorder(), Recorder())
    ends: list[Transport] = [a, b]
    assert [end.tls for end in ends] == [None, None]
    assert [end.target.domain for end in ends] == ["example.org", "example.org"]


async def test_bytes_in_order_and_never_at_once() -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right)
    a.write(b"one")
    a.write(b"")
    a.write(b"two")
    b.write(b"three")
    assert left.log == right.log == []
    assert a.get_write_buffer_size() == 6
    await turns()
    assert (right.pieces, left.pieces) == ([b"one", b"two"], [b"three"])
    assert a.get_write_buffer_size() == 0


@pytest.mark.parametrize("split", [1, 2, 3, 7, 100])
async def test_split(split: int) -> None:
    right = Recorder()
    a, _ = memory_pair(Recorder(), right, split=split)
    text = b"<stream:stream><presence/>"
    a.write(text)
    await turns(40)
    assert b"".join(right.pieces) == text
    assert {len(piece) for piece in right.pieces[:-1]} <= {split}


async def test_paused_from_within_a_delivery() -> None:
    right = Recorder()
    a, b = memory_pair(Recorder(), right, split=1)
    right.on_data = lambda _: b.pause_reading()
    a.write(b"abc")
    await turns()
    assert bytes(right.data) == b"a"
    b.resume_reading()
    await turns()
    assert bytes(right.data) == b"ab"


async def test_writer_is_paused_while_the_peer_does_not_read() -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right, high_water=100, split=10)
    b.pause_reading()
    a.write(bytes(100))
    assert left.log == []
    a.write(bytes(1))
    a.write(bytes(1))
    assert left.log == ["pause"]
    await turns()
    assert (len(right.data), a.get_write_buffer_size()) == (0, 102)
    right.on_data = lambda _: None if "resume" in left.log else sizes.append(a.get_write_buffer_size())
    sizes: list[int] = []
    b.resume_reading()
    await turns(30)
    assert left.log == ["pause", "resume"]
    assert len(right.data) == 102
    assert min(sizes) > 25


@pytest.mark.parametrize("paused", [False, True])
async def test_close_sends_what_is_buffered(paused: bool) -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right, split=1)
    if paused:
        b.pause_reading()
    a.write(b"farewell")
    b.write(b"nobody reads it")
    a.close()
    a.close()
    a.write(b"dropped")
    await turns(30)
    if paused:
        assert (left.losses, right.losses, right.log) == ([], [], [])
        b.resume_reading()
        await turns(30)
    assert bytes(right.data) == b"farewell"
    assert right.log == ["data"] * 8 + ["eof", "lost"]
    assert left.log == ["lost"]
    assert left.losses == right.losses == [None]
    assert a.is_lost
    assert b.is_lost


async def test_abort_drops_what_is_buffered() -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right)
    a.write(b"never read")
    a.abort()
    a.abort()
    b.write(b"into the void")
    await turns()
    assert (left.log, right.log) == (["lost"], ["lost"])
    assert left.losses == [None]
    assert isinstance(right.losses[0], ConnectionResetError)


async def test_both_close_at_once() -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right)
    a.write(b"x")
    a.close()
    b.close()
    await turns()
    assert (left.log, right.log) == (["lost"], ["lost"])


async def test_exception_in_the_receiver_ends_the_connection() -> None:
    reports: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, report: reports.append(report.get("exception"))
    )

    def fail(_: bytes) -> None:
        raise LookupError("of the receiver")

    left, right = Recorder(), Recorder()
    right.on_data = fail
    a, _ = memory_pair(left, right)
    a.write(b"x")
    await turns()
    assert [type(report) for report in reports] == [LookupError]
    assert (left.log, right.log) == (["lost"], ["data", "lost"])


# -- TLS -----------------------------------------------------------------------------------------------------


class STARTTLSServer(Recorder):
    """Answers the request, begins TLS, and says something at once."""

    end: MemoryTransport

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if data == b"<starttls/>":
            self.end.write(b"<proceed/>")
            self.end.accept_tls()
            self.end.write(b"<hello/>")


async def test_starttls() -> None:
    left, server = Recorder(), STARTTLSServer()
    a, server.end = memory_pair(left, server, tls=FACTS)
    a.write(b"<starttls/>")
    await left.has(b"<proceed/>")
    begun = a.start_tls(SETTINGS, "example.org")
    with pytest.raises(StateError, match="while TLS is being agreed on"):
        a.write(b"<auth/>")
    with pytest.raises(StateError, match="already"):
        await a.start_tls(SETTINGS, "example.org")
    await turns()
    assert bytes(left.data) == b"<proceed/>"
    assert await begun is FACTS
    assert (a.tls, server.end.tls) == (FACTS, FACTS)
    await left.has(b"<proceed/><hello/>")
    a.write(b"<auth/>")
    await server.has(b"<auth/>")
    with pytest.raises(StateError, match="already"):
        await a.start_tls(SETTINGS, "example.org")
    with pytest.raises(StateError, match="already"):
        server.end.accept_tls()


async def test_client_waits_for_the_server() -> None:
    a, b = memory_pair(Recorder(), Recorder())
    task = asyncio.ensure_future(a.start_tls(SETTINGS, "example.org"))
    await turns()
    assert not task.done()
    b.accept_tls()
    assert (await task).version == "TLSv1.3"


@pytest.mark.parametrize("moment", ["before", "while"])
async def test_promise_a_injected_clear_text(moment: str) -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right)
    if moment == "before":
        a.pause_reading()
        b.write(b"<message>injected</message>")
    begun = a.start_tls(SETTINGS, "example.org")
    if moment == "while":
        b.write(b"<message>injected</message>")
    b.accept_tls()
    await turns()
    assert left.log == []
    with pytest.raises(TLSFailure, match="clear text came"):
        await begun
    await left.lost()
    await right.lost()
    assert (left.log, right.log) == (["lost"], ["lost"])


async def test_certificate_that_is_refused() -> None:
    refused = CertificateError("not for example.org", stage="tls")
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right, tls=refused)
    b.accept_tls()
    with pytest.raises(CertificateError) as caught:
        await a.start_tls(SETTINGS, "example.org")
    assert caught.value is refused
    await left.lost()
    assert (a.tls, b.tls) == (None, None)
    assert isinstance(await right.lost(), ConnectionResetError)


@pytest.mark.parametrize("end", ["close", "abort", "the peer closes", "the peer aborts"])
async def test_ended_while_tls_is_being_agreed_on(end: str) -> None:
    left, right = Recorder(), Recorder()
    a, b = memory_pair(left, right)
    task = asyncio.ensure_future(a.start_tls(SETTINGS, "example.org"))
    await turns()
    {"close": a.close, "abort": a.abort, "the peer closes": b.close, "the peer aborts": b.abort}[end]()
    with pytest.raises(TLSFailure, match="ended before TLS was there"):
        await task
    await left.lost()
    assert left.log == ["lost"]


async def test_cancelled_while_tls_is_being_agreed_on() -> None:
    left, right = Recorder(), Recorder()
    a, _ = memory_pair(left, right)
    task = asyncio.ensure_future(a.start_tls(SETTINGS, "example.org"))
    await turns()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await left.lost()
    await right.lost()


async def test_direct_tls() -> None:
    wanted = Target("host.example", 443, direct_tls=True, domain="example.org")
    a, b = memory_pair(Recorder(), Recorder(), target=wanted, tls=FACTS)
    assert (a.tls, b.tls, a.target) == (FACTS, FACTS, wanted)
    with pytest.raises(StateError, match="already"):
        await a.start_tls(SETTINGS, "example.org")


@pytest.mark.parametrize(
    ("host", "text"), [("h.example", "h.example:5222"), ("2001:db8::1", "[2001:db8::1]:5222")]
)
def test_target_as_text(host: str, text: str) -> None:
    assert str(Target(host, 5222, direct_tls=False, domain="example.org")) == text
