"""The types that programs rely on; both type checkers read this file, and it runs as well."""

from typing import assert_type

from helixmpp import ClientXMPP, Iq, Message
from helixmpp.core import PluginAPI
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo, DiscoItem, DiscoStore
from helixmpp.plugins.xep_0199 import XEP_0199
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary, BobStore
from helixmpp.plugins.xep_0231.stanza import BitsOfBinary as SameClass


async def test_types_of_the_plugins() -> None:
    xmpp = ClientXMPP("me@example.org", "secret")
    for plugin in (XEP_0030, XEP_0199, XEP_0231):
        xmpp.register_plugin(plugin)
    bobs = assert_type(xmpp.plugin[XEP_0231], XEP_0231)
    disco = assert_type(xmpp.plugin[XEP_0030], XEP_0030)
    assert_type(bobs.api, PluginAPI[BobStore])
    assert_type(disco.api, PluginAPI[DiscoStore])
    assert_type(bobs.max_size, int)
    assert_type(xmpp.plugin[XEP_0199].interval, float)
    cid = assert_type(await bobs.set_bob(b"x", "text/plain"), str)
    content = assert_type(await bobs.get_bob(cid=cid), Iq)
    bob = assert_type(content[BitsOfBinary], BitsOfBinary)
    assert_type(bob.data, bytes)
    assert_type(bob.cid, str)
    assert_type(bob.max_age, int | None)
    assert_type(Message().get(BitsOfBinary), BitsOfBinary | None)
    info = assert_type(await disco.info_of(), DiscoInfo)
    assert_type(info.features, set[str])
    assert_type(await disco.supports(feature="urn:x"), bool | None)
    item = DiscoItem()
    item.jid = "a@b.c"
    assert_type(item.jid, JID)
    assert_type(item.node, str | None)
    assert SameClass is BitsOfBinary
    assert isinstance(bob.data, bytes)
    await xmpp.aclose()
