"""What a program says of itself by XEP-0030, without a connection: the default store and its operations."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, Iq, XMPPError
from helixmpp.core import BasePlugin, BaseXMPP
from helixmpp.errors import PluginNotFound, StorageError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo, DiscoItems, DiscoStore, StaticDisco
from helixmpp.plugins.xep_0030.stanza import NS_INFO
from helixmpp.plugins.xep_0030.store import OPERATIONS

OWN = {NS_INFO}


@pytest.fixture
async def xmpp() -> AsyncIterator[ClientXMPP]:
    xmpp = ClientXMPP("me@example.org/desk", "secret")
    xmpp.register_plugin("xep_0030")
    yield xmpp
    await xmpp.aclose()


@pytest.fixture
def disco(xmpp: ClientXMPP) -> XEP_0030:
    return xmpp.plugin[XEP_0030]


@pytest.fixture
async def component() -> AsyncIterator[XEP_0030]:
    xmpp = ComponentXMPP("comp.example.org", "secret")
    xmpp.register_plugin("xep_0030")
    yield xmpp.plugin[XEP_0030]
    await xmpp.aclose()


async def test_a_client_says_that_it_is_a_bot(disco: XEP_0030) -> None:
    info = await disco.get_info()
    assert isinstance(info, DiscoInfo)
    assert info.identities == {("client", "bot", None, None)}
    assert info.features == OWN
    assert (await disco.items_of()).get_items() == set()


async def test_a_component_says_that_it_is_one(component: XEP_0030) -> None:
    assert (await component.info_of()).identities == {("component", "generic", None, None)}
    assert (await component.info_of()).features == OWN
    other = await component.info_of("user@comp.example.org")
    assert (other.identities, other.features) == ({("component", "generic", None, None)}, {NS_INFO})


async def test_own_identities_take_the_place_of_the_default(disco: XEP_0030) -> None:
    disco.add_identity("client", "pc", "Mine", lang="en")
    disco.add_identity(category="automation", itype="command-list")
    assert (await disco.info_of()).identities == {
        ("client", "pc", "en", "Mine"),
        ("automation", "command-list", None, None),
    }
    await disco.del_identity(category="client", itype="pc", lang="en")
    await disco.set_identities(identities={("a", "b", None, "x")})
    assert (await disco.info_of()).identities == {("a", "b", None, "x")}
    await disco.del_identities()
    assert (await disco.info_of()).identities == {("client", "bot", None, None)}


async def test_features(disco: XEP_0030) -> None:
    disco.add_feature("urn:a")
    disco.add_feature("urn:b")
    disco.del_feature(feature="urn:a")
    assert (await disco.info_of()).features == {*OWN, "urn:b"}
    await disco.set_features(features={"urn:c"})
    assert (await disco.info_of()).features == {NS_INFO, "urn:c"}
    await disco.del_features()
    # "every entity MUST support at least the disco#info feature" (XEP-0030 section 3.1)
    assert (await disco.info_of()).features == {NS_INFO}


async def test_items(disco: XEP_0030) -> None:
    await disco.add_item("a@b.c", "A")
    await disco.add_item(name="Ours", subnode="sub")
    assert (await disco.items_of())["items"] == {("a@b.c", None, "A"), ("me@example.org/desk", "sub", "Ours")}
    await disco.del_item(ijid="a@b.c")
    assert (await disco.items_of())["items"] == {("me@example.org/desk", "sub", "Ours")}
    await disco.set_items(items=[("x@y.z", None, None)])
    assert (await disco.items_of())["items"] == {("x@y.z", None, None)}
    await disco.del_items()
    assert (await disco.items_of())["items"] == set()


async def test_nodes_are_apart_and_an_unknown_one_is_not_found(disco: XEP_0030) -> None:
    await disco.add_feature("urn:a", node="books")
    await disco.add_item("a@b.c", node="books")
    info = await disco.info_of(node="books")
    # Of a node nothing is made up.
    assert (info.features, info.identities, info.node) == ({"urn:a"}, set(), "books")
    items = await disco.items_of(node="books")
    assert (items["items"], items["node"]) == ({("a@b.c", None, None)}, "books")
    assert "urn:a" not in (await disco.info_of()).features
    for asking in (disco.get_info, disco.get_items):
        with pytest.raises(XMPPError) as caught:
            await asking(node="unknown")
        assert caught.value.condition == "item-not-found"
    assert disco.static.node_exists("me@example.org", "books")
    assert not disco.static.node_exists("me@example.org", "unknown")
    disco.static.add_node("me@example.org", "unknown")
    assert (await disco.info_of(node="unknown")).features == set()
    disco.static.add_node(node="of mine")
    assert disco.static.node_exists(node="of mine")
    assert (await disco.info_of(node="of mine")).features == set()


async def test_a_whole_info_is_set(disco: XEP_0030) -> None:
    info = DiscoInfo()
    info.features, info.identities = {"urn:x"}, {("a", "b", None, None)}
    await disco.set_info(node="n", info=info)
    info.features = {"changed"}
    given = await disco.info_of(node="n")
    assert (given.features, given.identities) == ({"urn:x"}, {("a", "b", None, None)})
    given.features = {"changed"}
    assert (await disco.info_of(node="n")).features == {"urn:x"}
    iq = Iq()
    iq.append(info)
    await disco.set_info(info=iq)
    assert (await disco.info_of()).features == {"changed", NS_INFO}


async def test_addresses_of_a_component_are_apart(component: XEP_0030) -> None:
    await component.add_feature("urn:a", jid="one@comp.example.org")
    await component.add_feature("urn:b", jid="two@comp.example.org/desk")
    features = {
        jid: (await component.info_of(jid)).features - {NS_INFO}
        for jid in (
            "one@comp.example.org",
            "two@comp.example.org/desk",
            "two@comp.example.org",
            "x@comp.example.org",
        )
    }
    assert list(features.values()) == [{"urn:a"}, {"urn:b"}, set(), set()]


async def test_a_clients_own_address_is_one_whatever_its_resource(xmpp: ClientXMPP, disco: XEP_0030) -> None:
    await disco.add_feature("urn:before")
    xmpp.boundjid = JID("me@example.org/given-by-the-server")
    await disco.add_feature("urn:after", jid=xmpp.boundjid)
    assert (await disco.info_of()).features == {*OWN, "urn:before", "urn:after"}


@pytest.mark.parametrize("wrap", [False, True])
async def test_results_are_wrapped_where_that_is_wanted(disco: XEP_0030, wrap: bool) -> None:
    disco.wrap_results = wrap
    info, items = await disco.get_info(), await disco.get_items()
    assert isinstance(info, Iq) is isinstance(items, Iq) is wrap
    assert isinstance(await disco.info_of(), DiscoInfo)
    assert isinstance(await disco.items_of(), DiscoItems)
    if isinstance(info, Iq):
        assert info["disco_info"]["features"] == OWN


async def test_supports_and_has_identity_of_ourselves(disco: XEP_0030) -> None:
    await disco.add_identity("client", "pc", lang="de")
    assert await disco.supports(feature=NS_INFO) is True
    assert await disco.supports(feature="urn:x") is False
    assert await disco.supports("me@example.org/desk", feature=NS_INFO) is True
    assert await disco.supports(node="unknown", feature=NS_INFO) is False
    assert await disco.has_identity(category="client", itype="pc", lang="de") is True
    assert await disco.has_identity(category="client", itype="pc") is False


@pytest.mark.parametrize("op", OPERATIONS)
async def test_every_operation_can_be_replaced(disco: XEP_0030, op: str) -> None:
    calls: list[tuple[Any, ...]] = []
    info = DiscoInfo()
    info.features = {"urn:replaced"}
    answers: dict[str, Any] = {
        "get_info": info,
        "supports": True,
        "has_identity": True,
        "get_items": DiscoItems(),
    }

    async def handler(jid: JID, node: str, ifrom: JID | None, args: Any) -> Any:
        calls.append((jid, node, ifrom))
        return answers.get(op)

    disco.api.register(handler, op)
    doing: dict[str, Any] = {
        "get_info": lambda: disco.get_info(node="n"),
        "set_info": lambda: disco.set_info(node="n"),
        "get_items": lambda: disco.get_items(node="n"),
        "set_items": lambda: disco.set_items(node="n"),
        "del_items": lambda: disco.del_items(node="n"),
        "add_identity": lambda: disco.add_identity(node="n"),
        "del_identity": lambda: disco.del_identity(node="n"),
        "set_identities": lambda: disco.set_identities(node="n"),
        "del_identities": lambda: disco.del_identities(node="n"),
        "add_feature": lambda: disco.add_feature("urn:x", node="n"),
        "del_feature": lambda: disco.del_feature(node="n", feature="urn:x"),
        "set_features": lambda: disco.set_features(node="n"),
        "del_features": lambda: disco.del_features(node="n"),
        "add_item": lambda: disco.add_item(node="n"),
        "del_item": lambda: disco.del_item(node="n"),
        "cache_info": lambda: disco.api["cache_info"](None, "n", None, info),
        "get_cached_info": lambda: disco.api["get_cached_info"](None, "n"),
        "supports": lambda: disco.supports(node="n", feature="urn:x"),
        "has_identity": lambda: disco.has_identity(node="n"),
    }
    await doing[op]()
    assert calls == [(JID("me@example.org/desk"), "n", None)]


async def test_a_store_of_ones_own_is_bound_as_a_whole(disco: XEP_0030) -> None:
    class Mine(StaticDisco):
        def get_info(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoInfo:
            info = super().get_info(jid, "", ifrom, args)
            assert isinstance(
                info, DiscoInfo
            )  # nothing of it is in a lasting storage, which would be waited for
            info.add_feature(f"urn:{node}")
            return info

    store = Mine(disco, lambda: disco.collection("cache", limit=5), disco.limits)
    typed: DiscoStore = store
    disco.api.bind(typed)
    await disco.add_feature("urn:mine")
    assert (await disco.info_of(node="n")).features == {"urn:mine", "urn:n"}


async def test_node_handlers(disco: XEP_0030) -> None:
    def of_node(jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoItems:
        items = DiscoItems()
        items.add_item("a@b.c", f"{node}/1")
        return items

    def of_all(jid: JID, node: str, args: Any) -> DiscoItems:
        return DiscoItems()

    disco.set_node_handler("get_items", node="books", handler=of_node)
    disco.set_node_handler("get_items", handler=of_all)
    assert (await disco.items_of(node="books"))["items"] == {("a@b.c", "books/1", None)}
    assert (await disco.items_of(node="music"))["items"] == set()
    disco.del_node_handler("get_items", node="books")
    assert (await disco.items_of(node="books"))["items"] == set()
    disco.restore_defaults(handlers=["get_items"])
    with pytest.raises(XMPPError, match="item-not-found"):
        await disco.items_of(node="music")
    disco.set_node_handler("get_items", handler=of_all)
    disco.set_node_handler("get_info", handler=of_all)
    disco.restore_defaults()
    assert (await disco.info_of()).features == OWN
    # Without a handler of its own, a node gets the default one back.
    disco.set_node_handler("get_items", handler=of_all)
    disco.set_node_handler("get_items", node="books")
    with pytest.raises(XMPPError, match="item-not-found"):
        await disco.items_of(node="books")


@pytest.mark.parametrize("name", ["get_inf", "", "disco_info"])
def test_a_node_handler_of_no_operation_is_refused(disco: XEP_0030, name: str) -> None:
    with pytest.raises(ValueError, match="get_info"):
        disco.set_node_handler(name, handler=print)
    with pytest.raises(ValueError, match="get_info"):
        disco.restore_defaults(handlers=[name])


class Feature(BasePlugin):
    """A plugin with features."""

    name = "with_features"
    features = ("urn:one", "urn:shared")


class Other(BasePlugin):
    """Another one."""

    name = "with_other_features"
    features = ("urn:two", "urn:shared")


async def test_the_features_of_plugins_come_and_go_with_them() -> None:
    xmpp = ClientXMPP("me@example.org", "secret")
    xmpp.register_plugin(Feature)
    xmpp.register_plugin("xep_0030")
    disco = xmpp.plugin[XEP_0030]
    assert (await disco.info_of()).features == {*OWN, "urn:one", "urn:shared"}
    xmpp.register_plugin(Other)
    assert (await disco.info_of()).features == {*OWN, "urn:one", "urn:two", "urn:shared"}
    xmpp.plugin.disable("with_features")
    assert (await disco.info_of()).features == {*OWN, "urn:two", "urn:shared"}
    xmpp.plugin.disable("with_other_features")
    assert (await disco.info_of()).features == OWN
    xmpp.plugin.disable("xep_0030")
    xmpp.register_plugin(Feature)
    await xmpp.aclose()


async def test_a_store_of_ones_own_hears_of_the_features(xmpp: BaseXMPP, disco: XEP_0030) -> None:
    heard: list[tuple[JID, str]] = []

    def add_feature(jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
        heard.append((jid, args["feature"]))

    disco.api.register(add_feature, "add_feature")
    xmpp.register_plugin(Feature)
    assert heard == [(xmpp.boundjid, "urn:one"), (xmpp.boundjid, "urn:shared")]
    heard.clear()
    xmpp.boundjid = JID("me@example.org/bound")
    xmpp.plugin.session_bind(xmpp.boundjid)
    assert set(heard) == {(xmpp.boundjid, feature) for feature in (*OWN, "urn:one", "urn:shared")}


async def test_the_store_is_bounded(disco: XEP_0030) -> None:
    disco.max_nodes, disco.max_items = 3, 2
    await disco.add_feature("urn:a", node="1")
    await disco.add_feature("urn:a", node="2")
    with pytest.raises(StorageError, match="max_nodes"):
        await disco.add_feature("urn:a", node="3")
    await disco.add_item("a@b.c", node="1")
    await disco.add_item("a@b.d", node="1")
    with pytest.raises(StorageError, match="max_items"):
        await disco.add_item("a@b.e", node="1")
    with pytest.raises(StorageError, match="max_items"):
        await disco.set_items(node="1", items=[("a@b.c", str(number), None) for number in range(3)])


async def test_pages_need_their_plugin(disco: XEP_0030) -> None:
    with pytest.raises(PluginNotFound, match="xep_0059"):
        await disco.get_items("a@b.c", iterator=True)


@pytest.mark.parametrize("value", [b"", b"<query/>", b"\xff"])
async def test_a_kept_answer_that_cannot_be_read_is_left_out(disco: XEP_0030, value: bytes) -> None:
    info = DiscoInfo()
    info.features = {"urn:x"}
    await disco.api["cache_info"]("a@b.c", "n", None, info)
    kept = await disco.api["get_cached_info"]("a@b.c", "n")
    assert kept.features == {"urn:x"}
    assert await disco.api["get_cached_info"]("a@b.c", "m") is None
    assert await disco.api["get_cached_info"]("a@b.c", "n", "us@comp.example.org") is None
    values = disco.collection("cache", limit=1)
    (key,) = await values.keys()
    await values.put(key, value)
    assert await disco.api["get_cached_info"]("a@b.c", "n") is None
