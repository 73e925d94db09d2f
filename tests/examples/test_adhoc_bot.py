"""The bot with commands, as a program of its own."""

import sys

import pytest

from helixmpp import Iq, IqError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0050 import XEP_0050, Command
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World


def fill(answer: Iq, **values: str) -> Form:
    form: Form = answer["command"]["form"].reply()
    form["values"] = values
    return form


async def test_its_commands(any_world: World, start: Start) -> None:
    where = ("--host", any_world.host, "--port", any_world.port, "--ca-certs", any_world.ca_file)
    owner = f"alice@{any_world.domain}"
    bot = await start("adhoc_bot.py", f"bob@{any_world.domain}", ACCOUNTS["bob"], "--owner", owner, *where)
    jid = (await bot.line()).removeprefix("online as ")
    alice = await any_world.client("alice", "xep_0050")
    plugin = alice.plugin[XEP_0050]
    assert await plugin.list_commands(jid) == {"greet": "Be greeted", "status": "Set the status"}
    greeting = (await plugin.send_command(jid, "greet"))[Command]
    assert (greeting.status, greeting["notes"]) == ("completed", [("info", "Hello, alice!")])
    one = await plugin.send_command(jid, "status")
    session = one[Command].sessionid
    # Nothing was chosen: the bot refuses, and the session goes on.
    with pytest.raises(IqError, match="bad-request"):
        await plugin.send_command(jid, "status", action="next", sessionid=session)
    payload = fill(one, show="away")
    two = await plugin.send_command(jid, "status", action="next", sessionid=session, payload=payload)
    payload = fill(two, text="at lunch")
    end = await plugin.send_command(jid, "status", action="complete", sessionid=session, payload=payload)
    assert end["command"]["notes"] == [("info", "The status is away: at lunch")]


async def test_only_the_owner_sets_the_status(any_world: World, start: Start) -> None:
    where = ("--host", any_world.host, "--port", any_world.port, "--ca-certs", any_world.ca_file)
    owner = f"carol@{any_world.domain}"
    bot = await start("adhoc_bot.py", f"bob@{any_world.domain}", ACCOUNTS["bob"], "--owner", owner, *where)
    jid = (await bot.line()).removeprefix("online as ")
    alice = await any_world.client("alice", "xep_0050")
    with pytest.raises(IqError, match="forbidden"):
        await alice.plugin[XEP_0050].send_command(jid, "status")
    if sys.platform != "win32":
        assert await bot.interrupt() == (0, "", "")
