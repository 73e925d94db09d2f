"""What is the same for all clients of a process is there once; what a client has of its own comes when it is wanted."""

import gc
import tracemalloc
from typing import Any, ClassVar

import pytest

from helixmpp import ClientXMPP, Iq, StanzaPath
from helixmpp.core import BasePlugin, Callback, Setting, listens, on, op
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoInfo

# The plugins that the benchmark loads.
PLUGINS = [
    f"xep_{number:04}"
    for number in (
        30,
        45,
        85,
        115,
        163,
        184,
        199,
        203,
        231,
        280,
        308,
        313,
        333,
        334,
        359,
        363,
        380,
        394,
        424,
        444,
        461,
    )
]
MOST_BYTES = 56 * 1024


class Boxes(BasePlugin):
    """A plugin that declares one of each."""

    name = "test_shared_boxes"
    operations: ClassVar[tuple[str, ...]] = ("del_box",)
    limit = Setting(10, "how many")

    def plugin_init(self) -> None:
        self.heard: list[Any] = []

    @on("iq@type=get/ping")
    def _asked(self, iq: Iq) -> None:
        self.heard.append(iq)

    @listens("box")
    def _listened(self, data: Any) -> None:
        self.heard.append(data)

    @op("get_box")
    def get_box(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
        return f"box {args}"


def make(*plugins: str | type[Any]) -> ClientXMPP:
    xmpp = ClientXMPP("alice@example.org/desk", "secret")
    for plugin in plugins:
        xmpp.register_plugin(plugin)
    return xmpp


def handlers_of(xmpp: ClientXMPP) -> list[Any]:
    return list(vars(xmpp)["_router_"])


def operations_made(xmpp: ClientXMPP, plugin: str) -> list[str]:
    return sorted(vars(xmpp.api)["_operations"].get(plugin, ()))


def test_a_client_takes_little_memory() -> None:
    """What one more client with 21 plugins takes; its objects are counted, which no other program disturbs."""
    first = make(*PLUGINS)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        clients = [make(*PLUGINS) for _ in range(20)]
        gc.collect()
        taken = (tracemalloc.get_traced_memory()[0] - before) / len(clients)
    finally:
        tracemalloc.stop()
    assert all(name in client.plugin for client in (first, *clients) for name in PLUGINS)
    assert taken < MOST_BYTES


@pytest.mark.parametrize("plugins", [(), (Boxes,), tuple(PLUGINS)], ids=["none", "one", "21"])
def test_matchers_and_names_of_handlers_are_shared(plugins: tuple[Any, ...]) -> None:
    one, other = handlers_of(make(*plugins)), handlers_of(make(*plugins))
    assert [handler.name for handler in one] == [handler.name for handler in other]
    own = [
        a.name
        for a, b in zip(one, other, strict=True)
        if a.matcher is not b.matcher and not a.name.startswith("xep_0359.")
    ]
    assert own == []


async def test_an_operation_is_made_when_it_is_asked_for() -> None:
    xmpp = make(Boxes)
    plugin = xmpp.plugin[Boxes]
    assert operations_made(xmpp, plugin.name) == []
    assert xmpp.api.operations(plugin.name) == ["del_box", "get_box"]
    assert await plugin.api["get_box"](None, "", None, 1) == "box 1"
    assert await plugin.api["get_box"](args=2) == "box 2"
    assert await plugin.api["del_box"]() is None
    assert await plugin.api["no_such"]() is None
    assert operations_made(xmpp, plugin.name) == ["del_box", "get_box"]


async def test_a_program_may_be_there_before_the_plugin_and_after_it() -> None:
    xmpp = make()

    def mine(jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
        return "mine"

    xmpp.api.register("test_shared_boxes", mine, "get_box")
    plugin = xmpp.register_plugin(Boxes)
    assert await plugin.api["get_box"]() == "mine"
    plugin.api.restore_default("get_box")
    assert await plugin.api["get_box"](args=3) == "box 3"
    plugin.api.unregister("get_box")
    assert await plugin.api["get_box"]() is None
    xmpp.plugin.disable("test_shared_boxes")
    assert xmpp.api.operations("test_shared_boxes") == ["del_box", "get_box"]
    assert await xmpp.api.run("test_shared_boxes", "get_box") is None
    xmpp.register_plugin(Boxes)
    assert await xmpp.api.run("test_shared_boxes", "get_box", args=4) == "box 4"


async def test_a_disabled_plugin_answers_no_more_and_is_let_go() -> None:
    xmpp = make(Boxes)
    xmpp.plugin.disable("test_shared_boxes")
    assert await xmpp.api.run("test_shared_boxes", "get_box") is None
    xmpp.event("box", 1)
    assert len(handlers_of(xmpp)) == len(handlers_of(make()))
    gc.collect()
    assert not [found for found in gc.get_objects() if type(found) is Boxes and found.xmpp is xmpp]


def test_only_its_own_handlers_go_with_a_plugin() -> None:
    xmpp = make(Boxes)
    name = "test_shared_boxes._asked"
    xmpp.register_handler(Callback(name, StanzaPath("message"), lambda stanza: None))
    assert [handler.name for handler in handlers_of(xmpp)].count(name) == 2
    xmpp.plugin.disable("test_shared_boxes")
    left = [handler for handler in handlers_of(xmpp) if handler.name == name]
    assert [type(handler.matcher) for handler in left] == [StanzaPath]
    assert left[0].matcher.match(xmpp.Message())


class Fails(Boxes):
    """One that registers something and then gives up."""

    name = "test_shared_fails"

    def plugin_init(self) -> None:
        super().plugin_init()
        self.xmpp.add_event_handler("fails", self._listened)
        raise RuntimeError("no")


def test_nothing_is_left_of_a_plugin_that_fails() -> None:
    xmpp = make()
    before = len(handlers_of(xmpp))
    with pytest.raises(RuntimeError):
        xmpp.register_plugin(Fails)
    assert len(handlers_of(xmpp)) == before
    assert [xmpp.event_handled(name) for name in ("box", "fails")] == [0, 0]


class Inner(Boxes):
    name = "test_shared_inner"


class Outer(Boxes):
    """One that enables another while it is enabled itself."""

    name = "test_shared_outer"

    def plugin_init(self) -> None:
        super().plugin_init()
        self.xmpp.register_plugin(Inner)
        self.xmpp.add_event_handler("outer", self._listened)


def test_each_plugin_takes_its_own_with_it() -> None:
    xmpp = make(Outer)
    assert [xmpp.event_handled(name) for name in ("box", "outer")] == [2, 1]
    xmpp.plugin.disable("test_shared_outer")
    assert [xmpp.event_handled(name) for name in ("box", "outer")] == [1, 0]
    assert "test_shared_inner" in xmpp.plugin


def test_settings_are_kept_once_there_are_any() -> None:
    xmpp = make(Boxes)
    plugin = xmpp.plugin[Boxes]
    assert (plugin.limit, plugin.given_config) == (10, None)
    plugin.config["limit"] = 5
    assert (plugin.limit, plugin.config) == (5, {"limit": 5})
    plugin.limit = 6
    assert plugin.config == {"limit": 6}
    plugin.config = {"limit": 7}
    assert plugin.limit == 7
    assert make(Boxes).plugin[Boxes].limit == 10


async def test_clients_that_share_features_do_not_share_what_they_are() -> None:
    one, other = make(*PLUGINS), make(*PLUGINS)
    disco = one.plugin["xep_0030"]
    before: DiscoInfo = await other.plugin["xep_0030"].info_of(None, local=True)
    given: DiscoInfo = await disco.info_of(None, local=True)
    assert given.features == before.features
    for child in given.xml:
        child.set("var", "urn:example:changed")
    await disco.add_feature("urn:example:one")
    await disco.del_feature(feature="urn:xmpp:ping")
    assert (await disco.info_of(None, local=True)).features == before.features - {"urn:xmpp:ping"} | {
        "urn:example:one"
    }
    assert (await other.plugin["xep_0030"].info_of(None, local=True)).features == before.features
