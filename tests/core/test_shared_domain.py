"""A component of which several connections share one domain: what it asks itself may be answered to another."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from helixmpp import ComponentXMPP
from helixmpp.core.receipt import Receipt
from tests.core.test_flow import HEADER

DOMAIN = "comp.example.org"


class Dealer:
    """A server that answers a component's questions to itself, or deals them to somebody else."""

    def __init__(self) -> None:
        self.answers = True
        self.port = 0
        self.read = b""
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        await reader.readuntil(b">")
        writer.write(HEADER)
        await reader.readuntil(b"</handshake>")
        writer.write(b"<handshake/>")
        while data := await reader.read(65_536):
            self.read += data
            if data.endswith(b"</stream:stream>"):
                writer.write(b"</stream:stream>")
            for piece in data.split(b"</iq>"):
                # To and from the domain itself: it comes back as it was sent.
                if (self.answers and b"urn:xmpp:ping" in piece) or (
                    self.answers and b'type="error"' in piece
                ):
                    writer.write(piece[piece.rindex(b"<iq") :] + b"</iq>")

    def say(self, text: str) -> None:
        self.writers[-1].write(text.encode())


@pytest.fixture
async def dealer() -> AsyncGenerator[Dealer, None]:
    dealer = Dealer()
    server = await asyncio.start_server(dealer.serve, "127.0.0.1", 0)
    dealer.port = server.sockets[0].getsockname()[1]
    try:
        yield dealer
    finally:
        server.close()
        for writer in dealer.writers:
            writer.transport.abort()


def component(dealer: Dealer, storage: str | None = None) -> ComponentXMPP:
    xmpp = ComponentXMPP(DOMAIN, "secret", "127.0.0.1", dealer.port, storage=storage)
    xmpp.ack_delay = 0.05
    xmpp.response_timeout = 0.2
    return xmpp


def say(xmpp: ComponentXMPP) -> Receipt:
    return xmpp.send(xmpp.make_message("a@b.example", "hello"))


async def outcome(receipt: Receipt) -> str:
    return await asyncio.wait_for(receipt, 3)


async def test_alone_it_is_told_what_arrived(dealer: Dealer) -> None:
    async with component(dealer) as xmpp:
        assert await outcome(say(xmpp)) == "acked"
        assert not xmpp.shares_domain


@pytest.mark.parametrize("durable", [False, True])
async def test_no_answer_is_not_waited_for_for_ever(dealer: Dealer, durable: bool, tmp_path: Path) -> None:
    dealer.answers = False
    xmpp = component(dealer, tmp_path.as_uri())
    xmpp.durable_outbox = durable
    async with xmpp:
        assert await outcome(say(xmpp)) == "sent"
        assert xmpp.shares_domain
        assert await outcome(say(xmpp)) == "sent"


@pytest.mark.parametrize(
    "another",
    [
        f"<iq type='get' id='theirs' from='{DOMAIN}' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>",
        f"<iq type='result' id='theirs' from='{DOMAIN}' to='{DOMAIN}'/>",
    ],
)
async def test_another_workers_words_say_that_the_domain_is_shared(dealer: Dealer, another: str) -> None:
    async with component(dealer) as xmpp:
        assert await outcome(say(xmpp)) == "acked"
        dealer.say(another)
        async with asyncio.timeout(3):
            while not xmpp.shares_domain:  # noqa: ASYNC110 - what is waited for has no event of its own
                await asyncio.sleep(0.01)
        dealer.answers = False
        assert await outcome(say(xmpp)) == "sent"


async def test_a_shared_domain_is_never_given_up_for_silence(dealer: Dealer) -> None:
    xmpp = component(dealer)
    xmpp.keepalive_interval, xmpp.keepalive_timeout = 0.05, 0.05
    ended: list[object] = []
    xmpp.add_event_handler("disconnected", ended.append)
    async with xmpp:
        await asyncio.sleep(0.3)  # its own answers have come back
        dealer.say(f"<iq type='result' id='theirs' from='{DOMAIN}' to='{DOMAIN}'/>")
        await asyncio.sleep(0.1)
        dealer.answers = False
        await asyncio.sleep(0.5)
        assert ended == []
        assert xmpp.is_connected()


async def test_alone_a_silence_ends_the_link(dealer: Dealer) -> None:
    xmpp = component(dealer)
    xmpp.keepalive_interval, xmpp.keepalive_timeout = 0.05, 0.1
    xmpp.response_timeout = 30
    ended = asyncio.Event()
    xmpp.add_event_handler("disconnected", lambda _: ended.set())
    async with xmpp:
        await asyncio.sleep(0.3)
        dealer.answers = False
        await asyncio.wait_for(ended.wait(), 3)
