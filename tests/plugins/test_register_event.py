"""The event ``register``: a program makes its account at connecting (XEP-0077 section 3.1.1)."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helixmpp import IqError, IqTimeout
from helixmpp.errors import (
    NotConnectedError,
    RegistrationFailed,
    StateError,
)
from helixmpp.plugins.xep_0077 import XEP_0077
from helixmpp.stanza import Iq
from tests.plugins.signing_up import (
    FORM,
    OFFER,
    Client,
    Host,
    Part,
    accepts,
    answers_form,
    at,
    request,
    script,
)
from tests.support.scripted import ScriptedServer
from tests.support.waiting import until


async def by_hand(xmpp: Client, iq: Iq) -> None:
    assert iq["register"]["fields"] == {"username", "password"}
    assert iq["register"]["instructions"] == "Choose."
    result = await request(xmpp).send()
    assert (result["type"], str(result["from"])) == ("result", "")


async def to_the_server(xmpp: Client, iq: Iq) -> None:
    answer = request(xmpp)
    answer["to"] = xmpp.boundjid.host
    assert str((await answer.send())["from"]) == "example.org"


async def by_the_plugin(xmpp: Client, iq: Iq) -> None:
    await xmpp.plugin[XEP_0077].register({"username": "bill", "password": "secret"})


def by_callback(xmpp: Client, iq: Iq) -> None:
    request(xmpp).send(callback=lambda answer: xmpp.seen.append(answer["type"]))


@pytest.mark.parametrize("how", [by_hand, to_the_server, by_the_plugin, by_callback])
async def test_a_handler_makes_the_account(how: Callable[[Client, Iq], Any], tmp_path: Path) -> None:
    async with at(accepts, tmp_path) as (xmpp, server):
        xmpp.add_event_handler("register", lambda iq: how(xmpp, iq))
        assert await xmpp.connect(*xmpp.address)
        assert xmpp.failures == []
        assert [name for name in xmpp.seen if name != "result"] == ["auth_success", "session_start"]
        assert ("result" in xmpp.seen) is (how is by_callback)
        # Nothing before TLS says who we are, or what we want.
        assert b"register" not in server.wires[0].clear
        assert b"bill" not in server.wires[0].clear


async def test_a_handler_that_does_nothing(tmp_path: Path) -> None:
    async with at(answers_form, tmp_path) as (xmpp, _):
        forms: list[Iq] = []
        xmpp.add_event_handler("register", forms.append)
        await xmpp.connect(*xmpp.address)
        assert len(forms) == 1
        assert xmpp.seen == ["auth_success", "session_start"]


async def logs_in(host: Host) -> None:
    await host.offers(OFFER)
    await host.lets_in(OFFER)


async def logs_in_only(host: Host) -> None:
    await host.offers("<x xmlns='urn:example'/>")
    await host.lets_in(OFFER)


@pytest.mark.parametrize(
    ("part", "config", "handled"),
    [
        (logs_in, {}, False),
        (logs_in, {"force_registration": True}, False),
        (logs_in, {"create_account": False}, True),
        (logs_in_only, {}, True),
    ],
    ids=["no handler", "no handler, forced", "switched off", "offered behind the login"],
)
async def test_nobody_registers_unasked(
    part: Part, config: dict[str, bool], handled: bool, tmp_path: Path
) -> None:
    async with at(part, tmp_path) as (xmpp, server):
        xmpp.register_plugin("xep_0077", config)
        if handled:
            xmpp.add_event_handler("register", lambda iq: pytest.fail("not offered"))
        await xmpp.connect(*xmpp.address)
        assert xmpp.failures == []
        assert b"jabber:iq:register" not in server.sent_by_client()
        xmpp.plugin.disable("xep_0077")
        assert xmpp.account_registrar is None


async def test_nobody_registers_without_the_plugin(tmp_path: Path) -> None:
    async with ScriptedServer(script(logs_in), tmp_path) as server:
        xmpp = Client(server)
        xmpp.add_event_handler("register", lambda iq: pytest.fail("not asked for"))
        await xmpp.connect(*xmpp.address)
        assert b"jabber:iq:register" not in server.sent_by_client()
        xmpp.abort()
        await xmpp.aclose()


async def test_a_server_that_does_not_say_so_can_be_asked(tmp_path: Path) -> None:
    async def part(host: Host) -> None:
        await host.offers("<x xmlns='urn:example'/>")
        await host.asked()
        await host.answers(FORM)
        await host.asked()
        await host.answers()
        await host.lets_in()

    async with at(part, tmp_path) as (xmpp, _):
        # What programs write.
        xmpp["xep_0077"].force_registration = True
        xmpp.add_event_handler("register", lambda iq: by_hand(xmpp, iq))
        await xmpp.connect(*xmpp.address)
        assert xmpp.failures == []


async def refused(host: Host) -> None:
    await host.gives_form()
    await host.asked()
    await host.refuses("conflict", text="The name is taken.")
    await host.lets_in()


async def test_a_refusal_that_a_handler_lets_through(tmp_path: Path) -> None:
    async with at(refused, tmp_path) as (xmpp, server):
        xmpp.auto_reconnect = True
        xmpp.add_event_handler("register", lambda iq: request(xmpp).send())
        with pytest.raises(RegistrationFailed) as caught:
            await xmpp.connect(*xmpp.address)
        error = caught.value
        where = f"127.0.0.1:{server.port}"
        assert (error.condition, error.etype, error.stage, error.target) == (
            "conflict",
            "cancel",
            "register",
            where,
        )
        assert str(error) == f"register ({where}): conflict: The name is taken."
        assert isinstance(error.__cause__, IqError)
        # It would only come again.
        await xmpp.disconnected
        assert (len(server.wires), xmpp.is_connecting()) == (1, False)
        assert xmpp.seen == ["connection_failed", "disconnected"]


async def test_a_refusal_that_a_handler_takes(tmp_path: Path) -> None:
    async with at(refused, tmp_path) as (xmpp, _):

        async def handler(iq: Iq) -> None:
            try:
                await request(xmpp).send()
            except IqError as error:
                xmpp.seen.append(error.iq["error"]["text"])

        xmpp.add_event_handler("register", handler)
        await xmpp.connect(*xmpp.address)
        assert xmpp.seen == ["The name is taken.", "auth_success", "session_start"]


async def test_a_handler_that_gives_up(tmp_path: Path) -> None:
    async with at(refused, tmp_path) as (xmpp, server):

        async def handler(iq: Iq) -> None:
            try:
                await request(xmpp).send()
            except IqError:
                xmpp.disconnect()
                # It is not cut off: what it still has to do it does.
                await asyncio.sleep(0.05)
                xmpp.seen.append("ended")

        xmpp.add_event_handler("register", handler)
        with pytest.raises(NotConnectedError):
            await xmpp.connect(*xmpp.address)
        await until(lambda: "ended" in xmpp.seen)
        assert xmpp.seen == ["disconnected", "ended"]
        assert b"<auth" not in server.sent_by_client()


async def test_a_handler_with_a_mistake(tmp_path: Path) -> None:
    async with at(answers_form, tmp_path) as (xmpp, server):

        def handler(iq: Iq) -> None:
            raise KeyError("missing")

        xmpp.add_event_handler("register", handler)
        with pytest.raises(RegistrationFailed, match="a handler of the event 'register' raised KeyError"):
            await xmpp.connect(*xmpp.address)
        assert [type(failure) for failure in xmpp.failures] == [KeyError]
        assert b"<auth" not in server.sent_by_client()


async def test_only_requests_for_an_account_go_out_before_the_login(tmp_path: Path) -> None:
    async with at(accepts, tmp_path) as (xmpp, server):
        filtered: list[str] = []

        async def handler(iq: Iq) -> None:
            xmpp.send_message("juliet@capulet.lit", "not yet")
            version = xmpp.make_iq_get("jabber:iq:version", ito="example.org")
            elsewhere = xmpp.plugin[XEP_0077].get_registration("gateway.example.org")
            with contextlib.suppress(IqTimeout):
                await version.send(timeout=0.05)
            assert isinstance(elsewhere, asyncio.Future)
            elsewhere.cancel()
            first = request(xmpp).send()
            with pytest.raises(StateError, match="one request at a time"):
                request(xmpp).send()
            await first

        def see(stanza: Any) -> Any:
            filtered.append(f"{stanza.name} {stanza['type']}")
            return stanza

        xmpp.add_filter("out", see)
        xmpp.add_event_handler("register", handler)
        await xmpp.connect(*xmpp.address)
        assert xmpp.failures == []
        wire = server.wires[0]
        await until(lambda: b"not yet" in wire.secured)
        before, _, after = wire.secured.partition(b"<auth")
        assert (before.count(b"<iq"), before.count(b"jabber:iq:register")) == (2, 2)
        assert b"not yet" in after
        assert filtered[:2] == ["iq get", "message normal"]
