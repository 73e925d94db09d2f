"""What happens when things happen at once, or when a program's own functions fail at the worst moment."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, ConnectionFailure, NotConnectedError
from helixmpp.core import BasePlugin, BaseXMPP, Callback
from helixmpp.core.router import Router
from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.stanza import Iq, IqError, StanzaPath
from helixmpp.testing import Server
from helixmpp.xml import parse_one
from tests.core.test_filters_and_requests import Client, conditions
from tests.core.test_flow import component
from tests.support.scripted import ScriptedServer, Wire

CONDITION = b"<policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
STREAM_ERROR = b"<stream:error>" + CONDITION + b"</stream:error></stream:stream>"


def events_of(xmpp: BaseXMPP, *names: str) -> list[str]:
    seen: list[str] = []

    def note(name: str) -> None:
        xmpp.add_event_handler(name, lambda data: seen.append(name))

    for name in names:
        note(name)
    return seen


# -- a session that ends as it begins -----------------------------------------------------------------


async def test_a_session_that_ends_in_its_first_bytes_is_over() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b">")
        writer.write(
            b"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
            b"xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='comp.example.org'>"
        )
        await reader.readuntil(b"</handshake>")
        writer.write(b"<handshake/>" + STREAM_ERROR)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    xmpp = ComponentXMPP("comp.example.org", "secret", "127.0.0.1", server.sockets[0].getsockname()[1])
    xmpp.auto_reconnect = False
    seen = events_of(xmpp, "session_start", "session_end", "disconnected")
    kept = xmpp.send(xmpp.make_message("a@b.example", "kept offline"))
    await xmpp.connect()
    async with asyncio.timeout(5):
        await xmpp.disconnected
    assert not xmpp.is_connected()
    assert seen == ["session_start", "session_end", "disconnected"]
    with pytest.raises(NotConnectedError):
        await kept
    await xmpp.aclose()
    server.close()


async def test_a_plugin_that_fails_at_session_bind_does_not_spoil_the_session() -> None:
    class Failing(BasePlugin):
        name = "test_failing_bind"

        def session_bind(self, jid: JID) -> None:
            raise LookupError("in session_bind")

    async with Server(accounts={"alice": "secret"}) as server:
        xmpp = server.client("alice")
        raised: list[BaseException] = []
        setattr(xmpp, "exception", raised.append)  # noqa: B010 - as programs do
        xmpp.register_plugin(Failing)
        async with xmpp:
            assert xmpp.is_connected()
            assert [str(error) for error in raised] == ["in session_bind"]


@pytest.mark.parametrize("wrong", ["lone \ud800", b"\xff"])
async def test_text_that_cannot_be_sent_is_refused_at_the_call_even_without_a_session(
    wrong: str | bytes,
) -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    with pytest.raises(ValueError):
        xmpp.send_raw(wrong)


async def test_what_is_sent_as_the_session_ends_waits_for_the_next() -> None:
    async with component() as (xmpp, peer):
        sent: list[Any] = []

        def send_too_late(reason: Any) -> None:
            sent.append(xmpp.send(xmpp.make_message("a@b.example", "late")))

        xmpp.add_event_handler("session_end", send_too_late)
        xmpp.auto_reconnect = False
        assert peer.writer is not None
        peer.writer.write(STREAM_ERROR)
        await asyncio.wait_for(xmpp.disconnected, 5)
        with pytest.raises(NotConnectedError):
            await sent[0]


# -- failures of a program's own functions --------------------------------------------------------------


async def test_a_plain_handler_that_raises_cancellederror_is_a_failure_like_another() -> None:
    async with component() as (xmpp, peer):
        raised: list[BaseException] = []
        setattr(xmpp, "exception", raised.append)  # noqa: B010 - as programs do
        got: list[str] = []

        def look_at_a_cancelled_future(message: Any) -> None:
            if message["body"] == "0":
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                future.cancel()
                future.result()
            got.append(message["body"])

        xmpp.add_event_handler("message", look_at_a_cancelled_future)
        xmpp.register_handler(Callback("also", StanzaPath("message"), look_at_a_cancelled_future))
        await peer.flood(3)
        async with asyncio.timeout(5):
            while len(got) < 4:  # noqa: ASYNC110 - a list sets no event
                await asyncio.sleep(0.01)
        assert xmpp.is_connected()
        assert [type(error) for error in raised] == [asyncio.CancelledError, asyncio.CancelledError]
        assert raised[0].__notes__ == ["in message"]


async def test_an_exception_method_that_raises_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    xmpp = Client()

    def again(exception: BaseException) -> None:
        raise exception

    xmpp.exception = again  # type: ignore[method-assign]  # as programs do
    xmpp.add_event_handler("message", lambda message: message.nothing)
    xmpp.receive("<message><body>hi</body></message>")
    assert "exception() raised by itself" in caplog.text


async def test_an_error_that_somebody_else_sent_us_is_seen() -> None:
    xmpp = Client()
    error = IqError(Iq(xml=parse_one("<iq type='error' id='1' from='bob@example.org'/>")))

    async def ask(data: Any) -> None:
        raise error

    xmpp.add_event_handler("session_start", ask)
    xmpp.event("session_start")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert xmpp.raised == [error]


async def test_our_own_failed_request_is_not_the_askers_business() -> None:
    xmpp = Client()

    async def ask(iq: Iq) -> None:
        raise IqError(Iq(xml=parse_one("<iq type='error' id='1' from='bob@example.org'/>")))

    xmpp.register_handler(Callback("h", StanzaPath("iq"), ask))
    xmpp.receive("<iq type='get' id='q' from='eve@example.org/x'><x xmlns='urn:x'/></iq>")
    for _ in range(3):
        await asyncio.sleep(0)
    assert conditions(xmpp) == ["internal-server-error"]
    assert len(xmpp.raised) == 1


async def test_a_cancelled_handler_still_answers() -> None:
    async with component() as (xmpp, peer):

        async def give_up(iq: Iq) -> None:
            raise asyncio.CancelledError

        xmpp.register_handler(Callback("h", StanzaPath("iq@type=get"), give_up))
        assert peer.writer is not None
        assert peer.reader is not None
        peer.writer.write(
            b"<iq type='get' id='q' from='a@b.example/c' to='comp.example.org'><x xmlns='urn:x'/></iq>"
        )
        answer = await asyncio.wait_for(peer.reader.readuntil(b"</iq>"), 5)
        assert b"internal-server-error" in answer


# -- requests that are none ------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", ["", "<a xmlns='urn:a'/><b xmlns='urn:b'/>"], ids=["none", "two"])
async def test_a_request_has_exactly_one_payload(payload: str) -> None:
    xmpp = Client()
    called: list[Any] = []
    xmpp.register_handler(Callback("h", StanzaPath("iq"), called.append))
    xmpp.receive(f"<iq type='get' id='q' from='bob@example.org/x'>{payload}</iq>")
    assert conditions(xmpp) == ["bad-request"]
    assert called == []


@pytest.mark.parametrize("attributes", ["", "id=''", f"id='{'x' * 2000}'"], ids=["no id", "empty", "long"])
async def test_a_request_that_cannot_be_answered_is_dropped(attributes: str) -> None:
    xmpp = Client()
    called: list[Any] = []
    xmpp.register_handler(Callback("h", StanzaPath("iq"), called.append))
    xmpp.receive(f"<iq type='get' {attributes} from='bob@example.org/x'><a xmlns='urn:a'/></iq>")
    assert (xmpp.sent, called) == ([], [])


async def test_two_handlers_that_answer_send_one_answer() -> None:
    xmpp = Client()
    for name in ("first", "second"):
        xmpp.register_handler(Callback(name, StanzaPath("iq@type=get"), lambda iq: iq.reply().send()))
    for _ in range(2):  # the same id again is another request
        xmpp.receive("<iq type='get' id='q' from='bob@example.org/x'><a xmlns='urn:a'/></iq>")
    assert [element.get("type") for element in xmpp.sent] == ["result", "result"]


async def test_the_requests_that_are_watched_are_bounded() -> None:
    xmpp = Client()
    xmpp.max_open_requests = 5
    kept: list[Iq] = []
    xmpp.register_handler(Callback("h", StanzaPath("iq@type=get"), kept.append))
    for number in range(50):
        xmpp.receive(f"<iq type='get' id='{number}' from='bob@example.org/x'><a xmlns='urn:a'/></iq>")
    dispatcher: Any = vars(xmpp)["_dispatcher_"]
    watched: Any = dispatcher._requests
    assert len(watched) == 5
    for iq in kept:
        iq.reply().send()
    assert len(xmpp.sent) == 50


def test_long_names_are_not_kept_by_the_router() -> None:
    router = Router()
    for number in range(2000):
        router.candidates(parse_one(f"<message><x{'y' * 5000}{number}/></message>"))
    shapes: dict[tuple[str, ...], Any] = vars(router)["_shapes"]
    assert sum(len(part) for shape in shapes for part in shape) < 10_000


# -- connecting and disconnecting at once -----------------------------------------------------------------


async def test_a_disconnect_behind_a_reconnect_wins() -> None:
    async with Server(accounts={"alice": "secret"}) as server:
        xmpp = server.client("alice")
        await xmpp.connect(*xmpp.address)
        xmpp.reconnect(wait=0.5)
        await xmpp.disconnect()
        await asyncio.sleep(0.2)
        assert not xmpp.is_connected()
        assert not xmpp.is_connecting()
        await xmpp.aclose()


async def test_a_connect_behind_a_disconnect_wins() -> None:
    async with Server(accounts={"alice": "secret"}) as server:
        xmpp = server.client("alice")
        await xmpp.connect(*xmpp.address)
        xmpp.disconnect()
        assert await xmpp.connect(*xmpp.address) is True
        await asyncio.sleep(0.2)
        assert xmpp.is_connected()
        await xmpp.aclose()


async def test_connecting_elsewhere_while_connected_is_refused() -> None:
    async with Server(accounts={"alice": "secret"}) as server:
        xmpp = server.client("alice")
        await xmpp.connect(*xmpp.address)
        assert await xmpp.connect(*xmpp.address) is True
        with pytest.raises(StateError, match="disconnect"):
            xmpp.connect("127.0.0.1", 1)
        await xmpp.aclose()


async def test_abort_right_behind_connect_leaves_nobody_waiting() -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    attempt = xmpp.connect("127.0.0.1", 1)
    xmpp.abort()
    async with asyncio.timeout(2):
        with pytest.raises(NotConnectedError):
            await attempt
        await xmpp.disconnected
    assert not xmpp.is_connecting()
    await xmpp.aclose()


async def test_one_who_gives_up_waiting_does_not_spoil_it_for_others(tmp_path: Path) -> None:
    async def silent(wire: Wire) -> None:
        await wire.rest()

    async with ScriptedServer(silent, tmp_path) as server:
        xmpp = ClientXMPP("alice@example.org", "secret")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(xmpp.connect(server.host, server.port), 0.05)
        again = xmpp.connect(server.host, server.port)
        await asyncio.sleep(0.02)
        assert not again.done()
        await xmpp.disconnect()
        with pytest.raises(NotConnectedError):
            await again
        await xmpp.aclose()


async def test_abort_during_the_tls_handshake_does_not_wait(tmp_path: Path) -> None:
    async def silent(wire: Wire) -> None:
        await wire.rest()

    async with ScriptedServer(silent, tmp_path) as server:
        xmpp = ClientXMPP("alice@example.org", "secret")
        xmpp.enable_starttls = False
        attempt = xmpp.connect(server.host, server.port)
        while not server.wires:  # noqa: ASYNC110 - the server sets no event
            await asyncio.sleep(0.005)
        xmpp.abort()
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionFailure, match="abort"):
                await attempt
        await xmpp.aclose()


async def test_abort_in_a_handler_ends_the_dispatching() -> None:
    async with component() as (xmpp, peer):
        got: list[str] = []

        def stop_at_the_third(message: Any) -> None:
            got.append(message["body"])
            if len(got) == 3:
                xmpp.abort()

        xmpp.add_event_handler("message", stop_at_the_third)
        await peer.flood(20)
        await asyncio.wait_for(xmpp.disconnected, 5)
        assert got == ["0", "1", "2"]


async def test_the_reason_of_an_earlier_end_is_forgotten() -> None:
    async with Server(accounts={"alice": "secret"}) as server:
        xmpp = server.client("alice")
        reasons: list[Any] = []
        xmpp.add_event_handler("disconnected", reasons.append)
        await xmpp.connect(*xmpp.address)
        started = asyncio.ensure_future(xmpp.wait_until("session_start", 5))
        await asyncio.sleep(0)
        xmpp.reconnect(reason="Reconnecting")
        await started
        xmpp.auto_reconnect = False
        await server.stop()
        await asyncio.wait_for(xmpp.disconnected, 5)
        assert reasons[0] == "Reconnecting"
        assert "system-shutdown" in str(reasons[1])
        await xmpp.aclose()


def test_a_client_started_on_a_loop_that_never_runs_says_so() -> None:
    loop = asyncio.new_event_loop()
    xmpp = ClientXMPP("alice@example.org", "secret")
    xmpp.loop = loop
    attempt = xmpp.connect("127.0.0.1", 1)

    async def main() -> None:
        with pytest.raises(StateError, match=r"asyncio\.run"):
            await xmpp.disconnected

    asyncio.run(main())
    xmpp.abort()
    with pytest.raises(ConnectionError):
        loop.run_until_complete(attempt)
    loop.run_until_complete(xmpp.aclose())
    loop.close()


@pytest.mark.parametrize("port", [-1, 65_536, 70_000])
def test_a_port_that_is_none(port: int) -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    with pytest.raises(ValueError, match=str(port)):
        xmpp.connect("127.0.0.1", port)
    with pytest.raises(TypeError, match="connect"):
        xmpp.connect("127.0.0.1", True)


async def test_a_stream_error_is_the_stanza_that_programs_know() -> None:
    async with component() as (xmpp, peer):
        xmpp.auto_reconnect = False
        errors: list[Any] = []
        xmpp.add_event_handler("stream_error", errors.append)
        assert peer.writer is not None
        peer.writer.write(STREAM_ERROR)
        await asyncio.wait_for(xmpp.disconnected, 5)
        assert [error["condition"] for error in errors] == ["policy-violation"]
