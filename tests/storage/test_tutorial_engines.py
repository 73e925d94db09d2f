"""The tutorial with each engine by one changed line, over a network: after ``kill -9`` everybody still gets everything.

As a program of its own, ``python tests/storage/test_tutorial_engines.py ORDERS``, it is the process that is killed: a
client and a component, which say what they have to say in the first life only. ``test_survives_kill.py`` has the state
of every plugin, without a network; here others ask for it.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TypedDict

import pytest

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0012 import XEP_0012, LastActivity
from helixmpp.plugins.xep_0030 import DiscoInfo
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp
from helixmpp.plugins.xep_0077 import XEP_0077, Register
from helixmpp.plugins.xep_0115 import XEP_0115
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary, make_cid
from helixmpp.stanza import Iq, Message, StanzaBase
from helixmpp.testing import Server
from tests.support.storage import ServerURL, empty, url_for

ROOT = Path(__file__).parents[2]
COMPONENT = "comp.test.example"
USER = f"juliet@{COMPONENT}"
COUCOU = make_cid(b"coucou")
PHOTO = b"\x89PNG\r\n\x1a\n" + b"x" * 3000
UNKNOWN = "I do not know"
PATIENCE = 20.0  # seconds; a machine may be busy


class Orders(TypedDict):
    """What the process is told."""

    storage: str
    host: str
    port: int
    component_port: int
    ca_certs: str
    first: bool


# -- the process that is killed --------------------------------------------------------------------------


async def tutorial(xmpp: ClientXMPP) -> None:
    """What the design shows, but for the handlers: they are those of the engine."""
    cid = await xmpp.plugin["xep_0231"].set_bob(b"coucou", "text/plain")
    content = await xmpp.plugin["xep_0231"].get_bob(cid=cid)
    assert content["bob"]["data"] == b"coucou"


async def of_component(xmpp: ComponentXMPP) -> None:
    """What it has to say of its user."""
    vcard = xmpp.plugin[XEP_0054].make_vcard()
    vcard["FN"] = "Juliet Capulet"
    vcard["PHOTO"]["TYPE"], vcard["PHOTO"]["BINVAL"] = "image/png", PHOTO
    await xmpp.plugin[XEP_0054].publish_vcard(vcard, USER)
    await xmpp.plugin[XEP_0012].set_last_activity(USER, 1000, "gone")


async def live(orders: Orders) -> None:
    """Serve until killed."""
    client = ClientXMPP("alice@test.example/desk", "secret-of-alice", storage=orders["storage"])
    client.ca_certs = orders["ca_certs"]
    client.address = (orders["host"], orders["port"])
    component = ComponentXMPP(
        COMPONENT, "secret-of-comp", orders["host"], orders["component_port"], storage=orders["storage"]
    )
    for name in ("xep_0231", "xep_0115"):
        client.register_plugin(name)
    for name in ("xep_0012", "xep_0054", "xep_0077"):
        component.register_plugin(name)

    async def tell_capabilities(message: Message) -> None:
        found = await client.plugin[XEP_0115].get_caps(message["from"])
        message.reply("\n".join(sorted(found.features)) if found is not None else UNKNOWN).send()

    client.add_event_handler("message", tell_capabilities)
    async with component, client:
        client.send_presence()
        if orders["first"]:
            await tutorial(client)
            await of_component(component)
        print("ready", flush=True)  # noqa: T201 - the test reads it
        await client.disconnected


# -- the test -----------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def process(server: Server, storage: str, *, first: bool) -> AsyncGenerator[None]:
    """A life of the process, ended by SIGKILL; where there is none by TerminateProcess."""
    orders = Orders(
        storage=storage,
        host=server.host,
        port=server.port,
        component_port=server.component_port,
        ca_certs=str(server.ca_certs),
        first=first,
    )
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", __file__, json.dumps(orders)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    said, errors = b"", b""
    try:
        async with asyncio.timeout(PATIENCE):
            said = await running.stdout.readline()
        if said:
            yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        errors = (await running.communicate())[1]
    assert (said.strip(), errors.decode()) == (b"ready", "")


class Bob:
    """The peer who asks for everything."""

    def __init__(self, server: Server) -> None:
        self.xmpp = server.client("bob", resource="phone")
        self.alice = JID(f"{server.jid('alice')}/desk")
        for name in ("xep_0012", "xep_0054", "xep_0077", "xep_0115", "xep_0231"):
            self.xmpp.register_plugin(name)
        self.asked = 0  # how often he was asked what he can do
        self.xmpp.add_filter("in", self._count)

    def _count(self, stanza: StanzaBase) -> StanzaBase:
        self.asked += isinstance(stanza, Iq) and stanza["type"] == "get" and stanza.get(DiscoInfo) is not None
        return stanza

    async def register(self) -> None:
        """Become a user of the component."""
        await self.xmpp.plugin[XEP_0077].register({"username": "bob", "password": "x"}, JID(COMPONENT))

    async def befriend(self) -> None:
        """Be somebody whom the component's user tells when they were there last (XEP-0012 section 4)."""
        granted = asyncio.Event()
        self.xmpp.add_event_handler("presence_subscribed", lambda presence: granted.set())
        self.xmpp.send_presence()
        self.xmpp.send_presence(pto=USER, ptype="subscribe")
        async with asyncio.timeout(PATIENCE):
            await granted.wait()

    async def capabilities_once_alice_knows(self) -> set[str]:
        """Tell Alice that he is here, and ask her until she has asked him what he can do."""
        self.xmpp.send_presence(pto=self.alice)
        async with asyncio.timeout(PATIENCE):
            while (found := await self.capabilities_that_alice_knows()) == {UNKNOWN}:
                pass  # each question takes its time
        return found

    async def capabilities_that_alice_knows(self) -> set[str]:
        """Ask Alice what he can do."""
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.xmpp.add_event_handler("message", answer.set_result, disposable=True)
        self.xmpp.send_message(self.alice, "what can I do?")
        async with asyncio.timeout(PATIENCE):
            return set((await answer)["body"].split("\n"))

    async def blob(self) -> bytes:
        """The blob of the tutorial, from Alice."""
        iq = await self.xmpp.plugin[XEP_0231].get_bob(self.alice, COUCOU, cached=False)
        return iq[BitsOfBinary].data

    async def vcard(self) -> tuple[str, bytes]:
        """The name and the picture of the component's user."""
        vcard = (await self.xmpp.plugin[XEP_0054].get_vcard(USER, cached=False))[VCardTemp]
        return vcard.full_name, vcard.photo.data

    async def last_activity(self) -> tuple[str, int]:
        """What the user said at last, and the seconds since."""
        activity = (await self.xmpp.plugin[XEP_0012].get_last_activity(JID(USER)))[LastActivity]
        return activity.status, activity.seconds or 0

    async def registration(self) -> tuple[bool, str]:
        """Whether he is a user of the component, and under which name."""
        register = (await self.xmpp.plugin[XEP_0077].get_registration(JID(COMPONENT)))[Register]
        return register.registered, register.username


@pytest.mark.parametrize("name", ["folder", "sqlite", "postgresql", "mariadb", "redis"])
async def test_everybody_still_gets_everything(name: str, tmp_path: Path, server_url: ServerURL) -> None:
    url = url_for(name, tmp_path, server_url)
    await empty(url)
    accounts = {"alice": "secret-of-alice", "bob": "secret-of-bob"}
    async with Server(accounts, components={COMPONENT: "secret-of-comp"}) as server:
        bob = Bob(server)
        async with bob.xmpp:
            async with process(server, url, first=True):
                await bob.register()
                await bob.befriend()
                capabilities = await bob.capabilities_once_alice_knows()
                assert "urn:xmpp:bob" in capabilities
                assert await bob.blob() == b"coucou"
                before = (await bob.last_activity())[1]
            assert bob.asked == 1
            async with process(server, url, first=False):
                assert await bob.capabilities_that_alice_knows() == capabilities
                assert await bob.blob() == b"coucou"
                assert await bob.vcard() == ("Juliet Capulet", PHOTO)
                status, seconds = await bob.last_activity()
                assert status == "gone"
                assert before <= seconds < before + 10 * PATIENCE  # it went on while there was no process
                assert await bob.registration() == (True, "bob")
            assert bob.asked == 1  # and not again: she knew


if __name__ == "__main__":
    asyncio.run(live(json.loads(sys.argv[1])))
