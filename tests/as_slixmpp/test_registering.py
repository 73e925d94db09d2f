"""A program written for slixmpp that makes its account as it connects, as a process of its own."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from helixmpp.testing import Server
from tests.as_slixmpp.conftest import ROOT

# Its own method has the name of the event, as in most such programs.
PROGRAM = """
import sys
import slixmpp
from slixmpp.exceptions import IqError, IqTimeout

class Bot(slixmpp.ClientXMPP):
    def __init__(self, jid, password):
        slixmpp.ClientXMPP.__init__(self, jid, password)
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("register", self.register)
        self.add_event_handler("disconnected", lambda reason: print("disconnected"))

    async def start(self, event):
        self.send_presence()
        await self.get_roster()
        print("session", self.boundjid.bare)
        self.disconnect()

    async def register(self, iq):
        print("form", sorted(iq["register"]["fields"]))
        answer = self.Iq()
        answer["type"] = "set"
        answer["register"]["username"] = self.boundjid.user
        answer["register"]["password"] = self.password
        try:
            await answer.send()
            print("made")
        except IqError as error:
            print("refused", error.iq["error"]["condition"])
            self.disconnect()
        except IqTimeout:
            print("no answer")
            self.disconnect()

bot = Bot(sys.argv[1], sys.argv[2])
for plugin in ("xep_0030", "xep_0004", "xep_0066", "xep_0077"):
    bot.register_plugin(plugin)
bot["xep_0077"].force_registration = True
bot.ca_certs = sys.argv[5]
bot.connect(sys.argv[3], int(sys.argv[4]))
bot.loop.run_until_complete(bot.disconnected)
"""


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("bill", ["form ['password', 'username']", "made", "session bill@test.example", "disconnected"]),
        ("alice", ["form ['password', 'username']", "refused conflict", "disconnected"]),
    ],
)
async def test_a_program_that_registers(user: str, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(PROGRAM)
    async with Server({"alice": "secret"}, registration=True) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-X", "utf8", "-m", "helixmpp.as_slixmpp", "bot.py", f"{user}@test.example", "Calliope"),
            *(server.host, str(server.port), str(server.ca_certs)),
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(30):
            out, errors = await process.communicate()
    assert out.decode().splitlines() == said, errors.decode()
    assert process.returncode == 0
