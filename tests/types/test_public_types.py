"""What programs write has the types that they expect: run here, and read by mypy and pyright."""

from typing import Any, assert_type

import pytest

from helixmpp import ClientXMPP, Iq, Message, Receipt
from helixmpp.core import Engine, PluginAPI
from helixmpp.core.message_queue import MessageQueue
from helixmpp.errors import StorageError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0199 import XEP_0199
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary
from helixmpp.plugins.xep_0231.store import BobStore


class KeepAll:
    """A store of a program's own; that it is a ``BobStore`` is checked where it is bound."""

    def __init__(self) -> None:
        self.kept: dict[str, BitsOfBinary] = {}

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        self.kept[args["cid"]] = args

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary | None:
        return self.kept.get(args)

    async def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        self.kept.pop(args, None)


async def test_plugins_are_typed_by_their_class() -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    assert_type(xmpp.register_plugin(XEP_0231), XEP_0231)
    assert_type(xmpp.plugin[XEP_0231], XEP_0231)
    assert_type(xmpp.plugin.get(XEP_0199), XEP_0199 | None)
    assert_type(xmpp.plugin[XEP_0231].api, PluginAPI[BobStore])
    assert xmpp.plugin.get(XEP_0199) is None
    assert xmpp.plugin["xep_0231"] is xmpp.plugin[XEP_0231]
    assert xmpp.plugin[XEP_0030].name == "xep_0030"


async def test_the_tutorial_by_a_typed_store() -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    plugin = xmpp.register_plugin(XEP_0231)
    store = KeepAll()
    plugin.api.bind(store)
    cid = await plugin.set_bob(b"coucou", "text/plain")
    assert_type(cid, str)
    content = await plugin.get_bob(cid=cid)
    assert_type(content, Iq)
    bob = content[BitsOfBinary]
    assert_type(bob, BitsOfBinary)
    assert_type(bob.data, bytes)
    assert_type(bob.max_age, int | None)
    assert bob.data == content["bob"]["data"] == b"coucou"
    await plugin.del_bob(cid)
    assert store.kept == {}


async def test_stanzas_and_sending_are_typed() -> None:
    xmpp = ClientXMPP("alice@example.org", "secret")
    message = xmpp.make_message("bob@example.org", "hello")
    assert_type(message, Message)
    assert_type(xmpp.send(message), Receipt)
    assert_type(xmpp.boundjid, JID)
    assert_type(xmpp.messages(), MessageQueue)
    assert_type(message.get(BitsOfBinary), BitsOfBinary | None)
    anything: Any = message["body"]
    assert anything == "hello"


def test_storage_is_a_url_or_an_engine() -> None:
    storage: str | Engine | None = "nothing://here"
    with pytest.raises(StorageError, match="no storage engine for the scheme 'nothing'"):
        ClientXMPP("alice@example.org", "secret", storage=storage)
