"""The bot that publishes, as a program of its own, and a friend who is told and tells."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from examples.pep_bot import Mood
from helixmpp import Message
from helixmpp.plugins.xep_0084 import XEP_0084
from helixmpp.plugins.xep_0163 import XEP_0163
from helixmpp.plugins.xep_0172 import XEP_0172
from helixmpp.testing.prosody import Prosody
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World

pytestmark = pytest.mark.prosody  # the embedded server has no such service


@pytest.fixture
async def pep_world() -> AsyncIterator[World]:
    """A Prosody of this test's own: what is published stays at the accounts."""
    async with Prosody(accounts=ACCOUNTS) as server:
        world = World(server.domain, server.host, server.port, server.component_port, server.ca_file)
        async with world.stack:
            yield world


async def test_the_bot_and_a_friend(pep_world: World, start: Start) -> None:
    alice = await pep_world.client("alice", "xep_0084", "xep_0172")
    alice.plugin[XEP_0163].register_pep("mood", Mood)
    told: asyncio.Queue[str] = asyncio.Queue()

    def on_mood(message: Message) -> None:
        told.put_nowait(
            f"{message['from']} {message['pubsub_event']['items']['item']['example_mood']['word']}"
        )

    alice.add_event_handler("mood_publish", on_mood)
    alice.auto_authorize = True
    await alice.get_roster()
    alice.send_presence()
    where = ("--host", pep_world.host, "--port", pep_world.port, "--ca-certs", pep_world.ca_file)
    who = f"bob@{pep_world.domain}"
    bot = await start("pep_bot.py", who, ACCOUNTS["bob"], *where, "--mood", "<&> fine", "--nick", "Bot")
    # It is told of its own news as well, and when it comes to say that it published is left to chance.
    lines = [await bot.line()]
    while not lines[-1].startswith(f"published as {who}/"):
        lines.append(await bot.line())
    alice.client_roster.subscribe(who)
    async with asyncio.timeout(20):
        assert await told.get() == f"{who} <&> fine"
    picture = b"\x89PNG\r\n\x1a\n" + bytes(1000)
    wanted = {
        f"{alice.boundjid.bare} is called 'Ishmael'",
        f"{alice.boundjid.bare} has an avatar of 1008 bytes",
    }
    async with asyncio.timeout(20):
        while not wanted <= set(lines):
            await alice.plugin[XEP_0172].publish_nick("Ishmael")
            await alice.plugin[XEP_0084].set_avatar(picture)
            lines.append(await bot.line())
    if sys.platform != "win32":
        status, _, errors = await bot.interrupt()
        assert (status, errors) == (0, "")
