"""The bot for a room, as a program of its own, and people in its room."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from helixmpp import ClientXMPP, Message
from helixmpp.plugins.xep_0045 import XEP_0045
from helixmpp.plugins.xep_0249 import XEP_0249
from helixmpp.testing.prosody import Prosody
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World

pytestmark = pytest.mark.prosody  # the embedded server has no rooms

SERVICE = "rooms.test.example"
ROOM = f"council@{SERVICE}"
CONFIG = f"""
Component "{SERVICE}" "muc"
    admins = {{ "alice@test.example" }}
"""


@pytest.fixture
async def room_world() -> AsyncIterator[World]:
    """A Prosody with rooms, whose service belongs to alice."""
    async with Prosody(accounts=ACCOUNTS, extra_config=CONFIG) as server:
        world = World(server.domain, server.host, server.port, server.component_port, server.ca_file)
        async with world.stack:
            yield world


class Told:
    """What the bot tells somebody."""

    def __init__(self, xmpp: ClientXMPP) -> None:
        self._texts: asyncio.Queue[str] = asyncio.Queue()
        for event in ("groupchat_message", "groupchat_private_message", "message"):
            xmpp.add_event_handler(event, self._note if event != "message" else self._note_chat)

    def _note(self, message: Message) -> None:
        if message["from"].resource == "Scribe":
            self._texts.put_nowait(f"{message['type']}: {message['body']}")

    def _note_chat(self, message: Message) -> None:
        if message["from"].domain != SERVICE:
            self._texts.put_nowait(f"from outside: {message['body']}")

    async def next(self) -> str:
        async with asyncio.timeout(20):
            return await self._texts.get()


async def test_a_room_with_the_bot(room_world: World, start: Start) -> None:
    alice = await room_world.client("alice", "xep_0045", "xep_0249")
    alice.send_presence()
    muc, told = alice.plugin[XEP_0045], Told(alice)
    where = ("--host", room_world.host, "--port", room_world.port, "--ca-certs", room_world.ca_file)
    bot = await start("room_bot.py", f"bob@{room_world.domain}", ACCOUNTS["bob"], ROOM, *where)
    assert await bot.line() == f"in {ROOM} as Scribe"

    await muc.join_muc_wait(ROOM, "Alice", maxchars=0)
    assert await told.next() == "groupchat: Welcome, Alice!"
    for asked, answered in (
        ("!note buy newts", "Alice: noted (1)"),
        ("!note <b>eyes & ears</b>", "Alice: noted (2)"),
        ("!notes", "Alice: buy newts; <b>eyes & ears</b>"),
    ):
        alice.send_message(ROOM, asked, mtype="groupchat")
        assert await told.next() == f"groupchat: {answered}"
    muc.send_private_message(ROOM, "Scribe", "!notes")
    assert await told.next() == "chat: buy newts; <b>eyes & ears</b>"

    # The service's admin owns each of its rooms, but what counts there is the role.
    alice.send_message(ROOM, "!forget", mtype="groupchat")
    role = muc.get_jid_property(ROOM, "Alice", "role")
    expected = "forgotten" if role == "moderator" else "only a moderator may ask me that"
    assert await told.next() == f"groupchat: Alice: {expected}"

    alice.plugin[XEP_0249].send_invitation(f"bob@{room_world.domain}", f"other@{SERVICE}")
    assert await bot.line() == f"{alice.boundjid.bare} invites to other@{SERVICE}"
    assert await told.next() == f"from outside: Thank you, but I stay in {ROOM}."

    await muc.destroy(ROOM)
    assert await bot.line() == f"out of {ROOM}: destroyed"
    status, out, errors = await bot.end()
    assert (status, out.strip(), errors) == (0, "disconnected: destroyed", "")
