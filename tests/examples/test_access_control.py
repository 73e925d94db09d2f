"""The example that refuses by ``ifrom``, as a program of its own and by its handlers."""

import sys

import pytest

from examples.access_control import FriendsOnly
from helixmpp import IqError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import BitsOfBinary
from tests.examples.conftest import Start
from tests.plugins.conftest import ACCOUNTS, World


@pytest.mark.parametrize("friend", [True, False])
async def test_friends_get_the_blob_and_others_do_not(any_world: World, start: Start, friend: bool) -> None:
    domain = any_world.domain
    where = ("--host", any_world.host, "--port", any_world.port, "--ca-certs", any_world.ca_file)
    name = f"bob@{domain}" if friend else f"carol@{domain}"
    program = await start("access_control.py", f"alice@{domain}", ACCOUNTS["alice"], "--friend", name, *where)
    jid, _, cid = (await program.line()).split()
    bob = await any_world.client("bob", "xep_0231")
    if friend:
        content = await bob.plugin["xep_0231"].get_bob(jid=jid, cid=cid)
        assert content["bob"]["data"] == b"for friends"
    else:
        with pytest.raises(IqError, match="forbidden"):
            await bob.plugin["xep_0231"].get_bob(jid=jid, cid=cid)
        assert await program.line() == f"refused: {bob.boundjid}"
    if sys.platform != "win32":
        assert await program.interrupt() == (0, "", "")


@pytest.mark.parametrize("known", [True, False])
def test_strangers_do_not_learn_what_is_there(known: bool) -> None:
    own, store = JID("alice@a.lit/x"), FriendsOnly(["bob@a.lit/desk"])
    bob = BitsOfBinary()
    bob.cid = "c" if known else "other"
    store.set_bob(own, "", None, bob)
    with pytest.raises(XMPPError, match="forbidden"):
        store.get_bob(own, "", JID("eve@a.lit"), "c")
    for friend in (None, JID("bob@a.lit/phone")):
        assert (store.get_bob(own, "", friend, "c") is bob) is known
    store.del_bob(own, "", None, bob.cid)
    store.set_bob(own, "", JID("eve@a.lit"), bob)
    assert store.blobs == {}
