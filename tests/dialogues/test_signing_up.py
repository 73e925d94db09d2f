"""An account that is made at connecting, with the embedded server and with real ones (XEP-0077 section 3.1.1)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.errors import AuthenticationFailed, NotConnectedError, RegistrationFailed
from helixmpp.plugins.xep_0077 import XEP_0077, Register
from helixmpp.stanza import Iq
from helixmpp.testing import Server
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place, until
from tests.support.ejabberd import Ejabberd, needs_ejabberd


@pytest.fixture(params=["embedded", pytest.param("prosody", marks=pytest.mark.prosody)])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """A server where alice has an account and everybody may make one."""
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "prosody":
            # Clients have to be encrypted there in any case (c2s_require_encryption).
            real = await stack.enter_async_context(
                Prosody(accounts=ACCOUNTS, extra_config="    allow_registration = true")
            )
            place = Place("prosody", real.domain, real.host, real.port, real.tls_port, 0, real.ca_file)
        else:
            own = await stack.enter_async_context(Server(accounts=ACCOUNTS, registration=True))
            place = Place("embedded", own.domain, own.host, own.port, own.tls_port, 0, own.ca_certs)
        async with place.stack:
            yield place


def bill(place: Place, password: str = "Calliope", *, direct: bool = False) -> ClientXMPP:
    xmpp = place.client("bill", password, direct=direct)
    xmpp.register_plugin("xep_0077")
    xmpp.auto_reconnect = False
    return xmpp


@pytest.mark.parametrize("direct", [False, True], ids=["starttls", "direct TLS"])
async def test_signing_up(place: Place, direct: bool) -> None:
    xmpp = bill(place, direct=direct)
    await xmpp.plugin[XEP_0077].sign_up()
    assert xmpp.boundjid.bare == f"bill@{place.domain}"
    assert (await xmpp.plugin[XEP_0077].get_registration())[Register].registered
    await xmpp.disconnect()
    # It is there to stay, and nobody else's.
    again = bill(place)
    await again.connect(*again.address)
    await again.disconnect()
    for exist_ok, kind in ((False, RegistrationFailed), (True, AuthenticationFailed)):
        other = bill(place, "guessed")
        with pytest.raises(kind) as caught:
            await other.plugin[XEP_0077].sign_up(exist_ok=exist_ok)
        if isinstance(caught.value, RegistrationFailed):
            assert (caught.value.condition, caught.value.stage) == ("conflict", "register")
    mine = bill(place)
    assert await mine.plugin[XEP_0077].sign_up(exist_ok=True)


async def test_a_handler_in_slixmpps_style(place: Place) -> None:
    xmpp = bill(place)
    said: list[str] = []

    async def register(iq: Iq) -> None:
        assert {"username", "password"} <= iq["register"]["fields"]
        answer = xmpp.Iq()
        answer["type"] = "set"
        answer["register"]["username"] = xmpp.boundjid.user
        answer["register"]["password"] = xmpp.password
        try:
            await answer.send()
            said.append("made")
        except IqError as error:
            said.append(error.condition)
            xmpp.disconnect()

    async def start(_: object) -> None:
        said.append("started")

    xmpp.add_event_handler("register", register)
    xmpp.add_event_handler("session_start", start)
    await xmpp.connect(*xmpp.address)
    await until(lambda: "started" in said)
    await xmpp.disconnect()
    # One who has been in does not register again, in this process.
    await xmpp.connect(*xmpp.address)
    await until(lambda: said.count("started") == 2)
    assert said == ["made", "started", "started"]


async def test_a_handler_that_answers_the_data_form(place: Place) -> None:
    if place.kind != "prosody":
        pytest.skip("it sends no data form")
    xmpp = bill(place)

    async def register(iq: Iq) -> None:
        form = iq["register"]["form"]
        form["values"] = {"username": "bill", "password": "Calliope"}
        await xmpp.plugin[XEP_0077].register(form.reply())

    xmpp.add_event_handler("register", register)
    await xmpp.connect(*xmpp.address)
    assert xmpp.is_connected()


async def test_an_account_from_its_first_day_to_its_last(place: Place) -> None:
    xmpp = bill(place)
    plugin = xmpp.plugin[XEP_0077]
    await plugin.sign_up()
    await plugin.change_password("another secret")
    await plugin.cancel_registration()
    await until(lambda: not xmpp.is_connected())
    await xmpp.disconnect()
    with pytest.raises(AuthenticationFailed):
        await xmpp.connect(*xmpp.address)
    await xmpp.disconnect()
    assert await plugin.sign_up()


async def test_a_name_that_is_taken(place: Place) -> None:
    alice = place.client("alice")
    alice.register_plugin("xep_0077")
    alice.auto_reconnect = False
    with pytest.raises(RegistrationFailed, match="conflict"):
        await alice.plugin[XEP_0077].sign_up()


@pytest.mark.parametrize("kind", ["embedded", pytest.param("prosody", marks=pytest.mark.prosody)])
async def test_a_server_where_nobody_makes_accounts(kind: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        if kind == "prosody":
            real = await stack.enter_async_context(Prosody())
            xmpp = ClientXMPP(f"bill@{real.domain}", "Calliope")
            xmpp.ca_certs, xmpp.address = real.ca_file, (real.host, real.port)
        else:
            own = await stack.enter_async_context(Server())
            xmpp = ClientXMPP(f"bill@{own.domain}", "Calliope")
            xmpp.ca_certs, xmpp.address = own.ca_certs, (own.host, own.port)
        xmpp.enable_direct_tls = xmpp.auto_reconnect = False
        with pytest.raises(RegistrationFailed, match=r"^register \(.*\): service-unavailable$"):
            await xmpp.register_plugin(XEP_0077).sign_up()
        await xmpp.aclose()


async def removed(place: Place) -> None:
    """Take the account of bill away."""
    xmpp = bill(place)
    await xmpp.connect(*xmpp.address)
    with contextlib.suppress(NotConnectedError):
        # An ejabberd ends the stream and does not answer.
        await xmpp.plugin[XEP_0077].cancel_registration()
    await until(lambda: not xmpp.is_connected())


@needs_ejabberd
async def test_with_ejabberd() -> None:
    """It calls itself by its name in its answers, and takes a while to start: once for all."""
    async with contextlib.AsyncExitStack() as stack:
        real = Ejabberd(accounts=ACCOUNTS, registration=True)
        stack.callback(real.stop)
        await asyncio.to_thread(real.start)
        place = Place("ejabberd", real.domain, real.host, real.port, real.tls_port, 0, real.ca_file)
        async with place.stack:
            await test_signing_up(place, direct=False)
            await test_a_name_that_is_taken(place)
            await removed(place)
            await test_a_handler_in_slixmpps_style(place)
