"""The component whose rooms have handlers of their own, as a program of its own."""

import sys

import pytest

from helixmpp import IqError
from helixmpp.plugins.xep_0030 import XEP_0030
from tests.examples.conftest import Start
from tests.plugins.conftest import COMPONENT, SECRET, World


async def test_rooms_answer_for_themselves(any_world: World, start: Start) -> None:
    where = ("--host", any_world.host, "--port", any_world.component_port)
    member = f"bob@{any_world.domain}"
    program = await start("room_disco.py", COMPONENT, SECRET, "--member", member, *where)
    assert await program.line() == f"online as {COMPONENT}"
    alice, bob = [(await any_world.client(name, "xep_0030")).plugin[XEP_0030] for name in ("alice", "bob")]
    rooms = {(str(jid), name) for jid, _, name in (await alice.items_of(COMPONENT)).get_items()}
    assert rooms == {(f"{name.lower()}@{COMPONENT}", name) for name in ("Garden", "Kitchen", "Cellar")}
    for asker in (alice, bob):
        for name, subject in (("garden", "Roses"), ("kitchen", "Soup")):
            info = await asker.info_of(f"{name}@{COMPONENT}", "subject")
            assert info.identities == {("hierarchy", "leaf", None, subject)}
            assert info.node == "subject"
    info = await alice.info_of(f"cellar@{COMPONENT}")
    assert ("conference", "text", None, "Cellar") in info.identities
    with pytest.raises(IqError, match="forbidden"):
        await alice.info_of(f"cellar@{COMPONENT}", "subject")
    assert (await bob.info_of(f"cellar@{COMPONENT}", "subject")).identities == {
        ("hierarchy", "leaf", None, "Secrets")
    }
    with pytest.raises(IqError, match="item-not-found"):
        await alice.info_of(f"garden@{COMPONENT}", "other")
    if sys.platform != "win32":
        assert await program.interrupt() == (0, "", "")
