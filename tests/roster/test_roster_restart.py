"""A client that starts again on a real server: its roster is there, and the server tells only what has changed."""

from pathlib import Path

import pytest

from helixmpp import ClientXMPP
from helixmpp.stanza import Iq
from tests.plugins.conftest import ACCOUNTS, World, any_world, world

__all__ = ["any_world", "world"]

JULIET = "juliet@example.net"
ROMEO = "romeo@example.net"


class Bot(ClientXMPP):
    """Notes what it knows at the start of a session, before it asks."""

    known: list[str] | None = None

    def started(self, _: object) -> None:
        self.known = sorted(self.client_roster)


async def start(world: World, name: str, storage: str) -> tuple[Bot, Iq]:
    xmpp = Bot(f"{name}@{world.domain}", ACCOUNTS[name], storage=storage)
    xmpp.ca_certs = world.ca_file
    xmpp.add_event_handler("session_start", xmpp.started)
    world.stack.push_async_callback(xmpp.aclose)
    await xmpp.connect(world.host, world.port)
    return xmpp, await xmpp.get_roster()


@pytest.mark.parametrize("engine", ["file", "sqlite"])
async def test_only_what_changed_is_told_after_a_restart(
    any_world: World, engine: str, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    storage = folder.as_uri() if engine == "file" else f"sqlite:///{folder.as_posix()}.db"
    first, answer = await start(any_world, "alice", storage)
    for left in (JULIET, ROMEO):  # of another test on the same server
        if left in first.client_roster:
            await first.del_roster_item(left)
    await first.update_roster(JULIET, name="Juliet", groups=["Capulet"])
    await first.aclose()

    again, answer = await start(any_world, "alice", storage)
    assert again.known == [JULIET]
    assert again.client_roster[JULIET].groups == ["Capulet"]
    told = answer.xml.find("{jabber:iq:roster}query")
    if again.roster_versioning:
        assert told is None
    else:
        assert told is not None
    # Another client of the account changes it meanwhile.
    await again.aclose()
    other, _ = await start(any_world, "alice", "memory://")
    await other.update_roster(ROMEO, name="Romeo")
    await other.del_roster_item(JULIET)
    await other.aclose()

    third, _ = await start(any_world, "alice", storage)
    assert third.known == [JULIET]
    # The changes are pushed right behind the answer; a request that comes after them tells that they are here.
    await third.get_roster()
    assert sorted(third.client_roster) == [ROMEO]
    await third.aclose()
