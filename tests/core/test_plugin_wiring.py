"""What a plugin declares is wired when it is enabled, and gone when it is disabled."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from helixmpp import ClientXMPP, PluginImportError, PluginNotFound, register_plugin
from helixmpp.core import BasePlugin, Callback, Setting, listens, on, op
from helixmpp.core import plugin_loader as loader
from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase, Iq, StanzaPath
from helixmpp.xml import parse_one


class Note(ElementBase):
    name = "note"
    namespace = "urn:example:note"
    plugin_attrib = "note"
    key = Attr(str)


class Notes(BasePlugin):
    """A plugin that uses everything that can be declared."""

    name = "test_notes"
    description = "notes"
    extends = ((Iq, Note),)
    features = ("urn:example:note",)
    operations: ClassVar[tuple[str, ...]] = ("get_note",)
    limit = Setting(10, "how many notes are kept")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.calls: list[str] = []

    def plugin_init(self) -> None:
        self.calls.append("init")
        self.xmpp.add_event_handler("own", lambda data: self.calls.append("own"))
        self.xmpp.register_handler(Callback("own", StanzaPath("message"), lambda stanza: None))
        self.xmpp.add_filter("in", self.passing)

    def plugin_end(self) -> None:
        self.calls.append("end")

    def session_bind(self, jid: JID) -> None:
        self.calls.append(f"bind {jid}")

    def passing(self, stanza: Any) -> Any:
        return stanza

    @on(Iq, Note, type="get")
    def asked(self, iq: Iq) -> None:
        self.calls.append(f"asked {iq[Note].key}")

    @on("iq@type=set/note")
    def told(self, iq: Iq) -> None:
        self.calls.append(f"told {iq['note']['key']}")

    @listens("something")
    def heard(self, data: Any) -> None:
        self.calls.append(f"heard {data}")

    @op("set_note")
    def set_note(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
        return f"kept {args}"


@pytest.fixture
def xmpp() -> ClientXMPP:
    return ClientXMPP("alice@example.org", "secret")


@pytest.fixture(autouse=True)
def clean_registry() -> Iterator[None]:
    known: dict[str, Any] = vars(loader)["_registered"]
    before = dict(known)
    yield
    known.clear()
    known.update(before)


def receive(xmpp: ClientXMPP, text: str) -> None:
    xmpp.stanza_received(parse_one(text))


NOTE_GET = "<iq type='get' id='1' from='bob@example.org/x'><note xmlns='urn:example:note' key='k'/></iq>"
NOTE_SET = "<iq type='set' id='2' from='bob@example.org/x'><note xmlns='urn:example:note' key='k'/></iq>"


async def test_everything_declared_is_wired(xmpp: ClientXMPP) -> None:
    plugin = xmpp.plugin.register(Notes)
    receive(xmpp, NOTE_GET)
    receive(xmpp, NOTE_SET)
    xmpp.event("something", 5)
    xmpp.event("own")
    assert plugin.calls == ["init", "asked k", "told k", "heard 5", "own"]
    assert await plugin.api["set_note"](args="this") == "kept this"
    assert await plugin.api["get_note"]() is None
    assert xmpp.plugin[Notes] is plugin
    assert xmpp.plugin["test_notes"] is plugin
    assert xmpp["test_notes"] is plugin


async def test_everything_is_undone(xmpp: ClientXMPP) -> None:
    before = len(vars(xmpp)["_router_"])
    plugin = xmpp.plugin.register(Notes)
    xmpp.plugin.disable("test_notes")
    plugin.calls.clear()
    receive(xmpp, NOTE_GET)
    receive(xmpp, NOTE_SET)
    xmpp.event("something", 5)
    xmpp.event("own")
    assert plugin.calls == []
    assert len(vars(xmpp)["_router_"]) == before
    assert vars(xmpp)["_filters_"].incoming == []
    assert await plugin.api["set_note"](args="this") is None
    assert "test_notes" not in xmpp.plugin
    with pytest.raises(PluginNotFound, match="register_plugin"):
        xmpp.plugin["test_notes"]


async def test_a_programs_override_outlives_the_plugin(xmpp: ClientXMPP) -> None:
    plugin = xmpp.plugin.register(Notes)

    def mine(jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
        return "mine"

    plugin.api.register(mine, "set_note")
    xmpp.plugin.disable("test_notes")
    again = xmpp.plugin.register(Notes)
    assert await again.api["set_note"]() == "mine"
    again.api.restore_default("set_note")
    assert await again.api["set_note"](args="this") == "kept this"


def test_a_plugin_that_fails_to_start_leaves_nothing_behind(xmpp: ClientXMPP) -> None:
    class Failing(Notes):
        name = "test_failing"

        def plugin_init(self) -> None:
            super().plugin_init()
            raise RuntimeError("no")

    before = len(vars(xmpp)["_router_"])
    with pytest.raises(RuntimeError, match="no"):
        xmpp.plugin.register(Failing)
    assert "test_failing" not in xmpp.plugin
    assert len(vars(xmpp)["_router_"]) == before
    assert xmpp.event_handled("own") == 0


def test_settings(xmpp: ClientXMPP) -> None:
    plugin = xmpp.plugin.register(Notes, {"limit": 3})
    assert plugin.limit == 3
    plugin.limit = 4
    assert plugin.config["limit"] == 4
    with pytest.raises(TypeError, match="'limit' takes int, not str"):
        plugin.limit = "many"  # type: ignore[assignment]  # the mistake is what is tested
    assert plugin.limit == 4
    with pytest.raises(TypeError, match="'limit' takes int, not str"):
        ClientXMPP("a@b.example", "x").plugin.register(Notes, {"limit": "many"})


def test_plugin_config_of_the_client_is_given_to_the_plugin() -> None:
    xmpp = ClientXMPP("alice@example.org", "secret", plugin_config={"test_notes": {"limit": 7}})
    plugin = xmpp.plugin.register(Notes)
    assert plugin.limit == 7


def test_dependencies_come_first_and_may_be_mutual(xmpp: ClientXMPP) -> None:
    class First(BasePlugin):
        name = "test_first"
        dependencies: ClassVar[set[str]] = {"test_second"}

    class Second(BasePlugin):
        name = "test_second"
        dependencies: ClassVar[set[str]] = {"test_first"}

    register_plugin(First)
    register_plugin(Second)
    xmpp.register_plugin("test_first")
    assert xmpp.plugin.keys() == ["test_second", "test_first"]


def test_a_programs_class_takes_a_standard_name(xmpp: ClientXMPP) -> None:
    class Own(BasePlugin):
        name = "xep_0199"

    register_plugin(Own)
    assert isinstance(xmpp.register_plugin("xep_0199"), Own)


def test_third_party_plugins_keep_their_shape(xmpp: ClientXMPP) -> None:
    class Old(BasePlugin):
        name = "test_old"
        dependencies: ClassVar[set[str]] = set()
        default_config: ClassVar[dict[str, Any]] = {"interval": 30}

        def plugin_init(self) -> None:
            self.seen: int = getattr(self, "interval")  # noqa: B009 - no checker knows what stands in default_config

    module = ModuleType("test_old_module")
    vars(module)["Old"] = Old
    plugin = xmpp.register_plugin("test_old", {"interval": 5}, module=module)
    assert plugin.seen == 5
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(plugin, "nothing")  # noqa: B009 - a checker would rightly refuse the direct way


@pytest.mark.parametrize(("registered", "found"), [(False, 0), (True, 1)])
def test_who_finishes_the_class_of_a_library_has_both_in_his_module(
    xmpp: ClientXMPP, monkeypatch: pytest.MonkeyPatch, registered: bool, found: int
) -> None:
    monkeypatch.setattr(loader, "_registered", dict(vars(loader)["_registered"]))

    class Unfinished(BasePlugin):
        name = "test_old"

    class Finished(Unfinished):
        name = "test_old"

    class Other(BasePlugin):
        name = "test_old"

    register_plugin(Finished if registered else Other)
    module = ModuleType("test_old_module")
    vars(module).update(Unfinished=Unfinished, Finished=Finished)
    assert type(xmpp.register_plugin("test_old", module=module)) is (Unfinished, Finished)[found]


@pytest.mark.parametrize("name", ["xep_9999", "xep_23", "nonsense", "xep_0231.stanza", "", "../x"])
def test_a_wrong_plugin_name_is_one_clear_error(xmpp: ClientXMPP, name: str) -> None:
    with pytest.raises(PluginNotFound) as caught:
        xmpp.register_plugin(name)
    assert repr(name) in str(caught.value)
    assert "xep_0" in str(caught.value)


def test_a_close_name_is_suggested(xmpp: ClientXMPP) -> None:
    with pytest.raises(PluginNotFound, match=r"did you mean .*'xep_0319'"):
        xmpp.register_plugin("xep_0319x")


def test_a_plugin_that_fails_to_import_says_why(
    xmpp: ClientXMPP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "helix_test_plugins"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "broken.py").write_text("import a_library_that_is_not_installed\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(PluginImportError, match="a_library_that_is_not_installed") as caught:
        xmpp.register_plugin("broken", module="helix_test_plugins.broken")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    with pytest.raises(PluginNotFound, match="no module"):
        xmpp.register_plugin("absent", module="helix_test_plugins.absent")
    for name in [name for name in sys.modules if name.startswith("helix_test_plugins")]:
        monkeypatch.delitem(sys.modules, name)


def test_a_plugin_by_the_wrong_class(xmpp: ClientXMPP) -> None:
    xmpp.plugin.register(Notes)

    class Other(BasePlugin):
        name = "test_notes"

    with pytest.raises(PluginNotFound, match="is a Notes, not a Other"):
        xmpp.plugin[Other]
    assert xmpp.plugin.get(Other) is None
