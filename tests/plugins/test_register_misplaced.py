"""Servers that misbehave while an account is made at connecting (XEP-0077, promises A, B and M)."""

import asyncio
from pathlib import Path

import pytest

from helixmpp import IqTimeout
from helixmpp.errors import (
    ConnectionFailure,
    NotConnectedError,
    StageTimeout,
    StreamFailure,
)
from helixmpp.stanza import Iq
from tests.plugins.signing_up import (
    NS,
    Host,
    Part,
    at,
    request,
)
from tests.support.waiting import until


async def silent(host: Host) -> None:
    await host.offers()


async def silent_after_the_form(host: Host) -> None:
    await host.gives_form()
    await host.asked()


@pytest.mark.parametrize("part", [silent, silent_after_the_form])
async def test_silence(part: Part, tmp_path: Path) -> None:
    async with at(part, tmp_path) as (xmpp, server):
        xmpp.stage_timeout = 0.3
        outcomes: list[BaseException] = []

        async def handler(iq: Iq) -> None:
            try:
                await request(xmpp).send()
            except IqTimeout as error:  # what programs wait for
                outcomes.append(error)

        xmpp.add_event_handler("register", handler)
        with pytest.raises(StageTimeout) as caught:
            await xmpp.connect(*xmpp.address)
        assert (caught.value.stage, caught.value.target) == ("register", f"127.0.0.1:{server.port}")
        await asyncio.sleep(0)
        await until(lambda: len(outcomes) == (part is silent_after_the_form))
        assert xmpp.failures == []


async def test_a_request_that_was_given_up_is_still_waited_for(tmp_path: Path) -> None:
    async def late(host: Host) -> None:
        await host.gives_form()
        await host.asked()
        await asyncio.sleep(0.2)
        await host.answers()
        await host.lets_in()

    async with at(late, tmp_path) as (xmpp, _):

        async def handler(iq: Iq) -> None:
            with pytest.raises(IqTimeout):
                await request(xmpp).send(timeout=0.05)

        xmpp.add_event_handler("register", handler)
        await xmpp.connect(*xmpp.address)
        assert xmpp.failures == []


def says(text: str) -> Part:
    async def part(host: Host) -> None:
        await host.gives_form()
        await host.asked()
        await host.wire.say(text.replace("ID", host.id))

    return part


@pytest.mark.parametrize(
    "text",
    [
        "<iq type='result' id='other'/>",
        "<iq type='result' id='ID' from='mallory@example.net'/>",
        "<iq type='result' id='ID' from='gateway.example.org'/>",
        "<message from='example.org'><body>hello</body></message>",
        "<iq type='result' id='ID'/>" * 2,
        "<iq type='result' id='ID'/>" * 10_000,
        f"<iq type='result' id='ID'><query xmlns='{NS}'>{'x' * 2_000_000}</query></iq>",
    ],
    ids=["another id", "from another", "from a component", "a message", "two", "a flood", "too large"],
)
async def test_what_no_server_says(text: str, tmp_path: Path) -> None:
    async with at(says(text), tmp_path) as (xmpp, server):
        ended: list[BaseException | None] = []

        async def handler(iq: Iq) -> None:
            try:
                await request(xmpp).send()
            except NotConnectedError as error:
                ended.append(error)
            else:
                ended.append(None)

        xmpp.add_event_handler("register", handler)
        with pytest.raises(ConnectionFailure):
            await xmpp.connect(*xmpp.address)
        await until(lambda: bool(ended))
        # Nobody was let in, and nothing after the one request went out.
        assert server.sent_by_client().count(b"secret") == 1
        assert b"<auth" not in server.sent_by_client()
        assert "auth_success" not in xmpp.seen


async def test_the_server_ends_the_stream(tmp_path: Path) -> None:
    text = "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
    async with at(says(text), tmp_path) as (xmpp, _):
        raised: list[str] = []

        async def handler(iq: Iq) -> None:
            try:
                await request(xmpp).send()
            except NotConnectedError as error:
                raised.append(str(error))
                raise

        xmpp.add_event_handler("register", handler)
        with pytest.raises(StreamFailure, match=r"register .*: not-authorized"):
            await xmpp.connect(*xmpp.address)
        await until(lambda: bool(raised))
        assert "not-authorized" in raised[0]
