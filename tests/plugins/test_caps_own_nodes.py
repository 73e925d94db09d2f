"""The nodes in which a component answers for the hashes of its addresses: strangers choose how many there are."""

from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0115 import XEP_0115
from tests.plugins.offline import OfflineComponent


async def test_addresses_of_ours_that_strangers_chose_leave_room_for_nodes_of_the_program() -> None:
    xmpp = OfflineComponent()
    caps, disco = xmpp.register_plugin(XEP_0115), xmpp.plugin[XEP_0030]
    caps.max_own, disco.max_nodes = 5, 20
    for number in range(40):
        await xmpp.receive(
            f"<presence type='subscribe' from='s{number}@b.c' to='a{number}@comp.example.org'/>"
        )
    asked = [await caps.get_verstring(f"a{number}@comp.example.org") for number in range(40)]
    assert [verstring is not None for verstring in asked] == [False] * 35 + [True] * 5
    for number in range(10):
        disco.add_item("i@b.c", node=f"n{number}")
    node = f"{caps.caps_node}#{asked[-1]}"
    assert disco.static.node_exists("a39@comp.example.org", node)
    assert not disco.static.node_exists("a0@comp.example.org", node)
    caps.session_bind(xmpp.boundjid)
    assert not disco.static.node_exists("a39@comp.example.org", node)
    assert xmpp.failures == []
    await xmpp.aclose()
