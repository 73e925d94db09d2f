"""Several processes of one component, and a client that tells them things and asks who knows what."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from helixmpp import ClientXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0050 import XEP_0050, Command
from helixmpp.plugins.xep_0077 import XEP_0077, Register
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary
from helixmpp.stanza import ElementBase, Message
from tests.support.ejabberd import Ejabberd
from tests.support.waiting import until
from tests.support.worker_component import LIBRARY, Orders

__all__ = ["DOMAIN", "MOST", "SECRET", "WORKERS", "Alice", "Team", "answers", "team_of"]

ROOT = Path(__file__).parents[2]
DOMAIN = "comp.test.example"
SECRET = "secret-of-comp"
WORKERS = 4
# Whom the server asks is chance: that one of five was never asked in so many questions has a chance of one in 10^9.
MOST = 100
PATIENCE = 40.0  # seconds; a machine may be busy

T = TypeVar("T")


class Team:
    """The processes that are alive, by their numbers."""

    def __init__(self, server: Ejabberd, storage: str) -> None:
        self._server = server
        self._storage = storage
        self._count = 0
        self.alive: dict[int, asyncio.subprocess.Process] = {}

    async def start(self, count: int) -> None:
        """Start more of them, and wait until they serve."""
        new = range(self._count + 1, self._count + 1 + count)
        self._count += count
        for number in new:
            self.alive[number] = await self._start(number)
        for number in new:
            stdout = self.alive[number].stdout
            assert stdout is not None
            async with asyncio.timeout(PATIENCE):
                line = await stdout.readline()
            assert line.strip() == b"ready", await self.kill(number)

    async def _start(self, number: int) -> asyncio.subprocess.Process:
        orders = Orders(
            number=number,
            domain=DOMAIN,
            secret=SECRET,
            host=self._server.host,
            port=self._server.component_port,
            storage=self._storage,
        )
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-m", "tests.support.worker_component", json.dumps(orders)),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    async def kill(self, number: int) -> str:
        """SIGKILL, and where there is none TerminateProcess; what it had complained of."""
        process = self.alive.pop(number)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return (await process.communicate())[1].decode()


@contextlib.asynccontextmanager
async def team_of(server: Ejabberd, storage: str, count: int) -> AsyncGenerator[Team]:
    """So many processes; none of them complains of anything until the end."""
    team = Team(server, storage)
    try:
        await team.start(count)
        yield team
        assert {number: one.returncode for number, one in team.alive.items()} == dict.fromkeys(team.alive)
    finally:
        complaints = {number: await team.kill(number) for number in tuple(team.alive)}
    assert set(complaints.values()) <= {""}, complaints


class Alice:
    """Tells the component things, and asks it; each answer comes with the number of the process that gave it."""

    def __init__(self, xmpp: ClientXMPP) -> None:
        self.xmpp = xmpp
        self.bobs = xmpp.register_plugin(XEP_0231)
        self.disco = xmpp.register_plugin(XEP_0030)
        self.registration = xmpp.register_plugin(XEP_0077)
        self.commands = xmpp.register_plugin(XEP_0050)
        self.heard: list[tuple[int, str]] = []
        xmpp.add_event_handler("message", self._heard)

    def _heard(self, message: Message) -> None:
        number, _, text = message["body"].partition(" ")
        self.heard.append((int(number), text))

    def say(self, text: str) -> None:
        """Tell the component something."""
        self.xmpp.send_message(DOMAIN, text, mtype="chat")

    async def tell(self, text: str) -> tuple[int, str]:
        """Tell the component something: who did it, and what they said."""
        before = len(self.heard)
        self.say(text)
        return await self.hears(before)

    async def hears(self, before: int) -> tuple[int, str]:
        """The message that comes after so many."""
        await until(lambda: len(self.heard) > before)
        return self.heard[before]

    async def blob(self, cid: str) -> tuple[int, bytes]:
        """The blob of that cid."""
        bob = (await self.bobs.get_bob(DOMAIN, cid, cached=False))[BitsOfBinary]
        return _worker(bob), bob.data

    async def is_registered(self) -> tuple[int, bool]:
        """Whether she is registered."""
        register = (await self.registration.get_registration(JID(DOMAIN)))[Register]
        return _worker(register), register.registered

    async def shelf(self, node: str) -> tuple[int, set[str]]:
        """The names of what belongs to a node."""
        items = await self.disco.items_of(f"{LIBRARY}@{DOMAIN}", node)
        return _worker(items), {name or "" for _, _, name in items.get_items()}

    async def story(self, session: str = "", word: str = "") -> tuple[int, Command]:
        """Begin the command of the story, or go on with it by a word."""
        form = None
        if word:
            form = Form()
            form.type = "submit"
            form.add_field(var="word", value=word)
        answer = await self.commands.send_command(
            DOMAIN, "story", action="next" if session else "execute", payload=form, sessionid=session or None
        )
        return _worker(answer[Command]), answer[Command]


def _worker(payload: ElementBase) -> int:
    return int(payload.xml.attrib["worker"])


async def answers(ask: Callable[[], Awaitable[tuple[int, T]]], team: Team) -> list[T]:
    """Ask until each process has answered: what they said, each once."""
    said: dict[int, T] = {}
    for _ in range(MOST):
        number, answer = await ask()
        assert said.setdefault(number, answer) == answer
        if said.keys() == team.alive.keys():
            return list(said.values())
    raise AssertionError(f"of {sorted(team.alive)} these answered: {said}")
