"""The import hook: every name that programs use, one object for each, and clear words for the rest."""

import copy
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

import helixmpp
from helixmpp.as_slixmpp import API_VERSION, missing_plugins, table, uninstall_as_slixmpp
from helixmpp.as_slixmpp.plugin_paths import our_plugins, plugin_modules
from helixmpp.core import ClientXMPP
from helixmpp.core.plugin_loader import PLUGINS
from helixmpp.errors import FieldValueError, StateError
from helixmpp.stanza import Attr
from tests.as_slixmpp.conftest import run_python
from tests.as_slixmpp.surface import SURFACE

pytestmark = pytest.mark.usefixtures("hook")


def surface() -> Iterator[tuple[str, str]]:
    module = ""
    for line in SURFACE.splitlines():
        first, *names = [*line.split()] or [""]
        if line[:1].strip():
            module = first
        elif first:
            names.insert(0, first)
        yield from ((module, name) for name in names)


def plugin_of(module: str) -> str:
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[2].startswith("xep_") else ""


ALL = list(surface())
HERE = [(module, name) for module, name in ALL if plugin_of(module) not in missing_plugins()]
MISSING = [(module, name) for module, name in ALL if plugin_of(module) in missing_plugins()]


@pytest.mark.parametrize(("module", "name"), HERE)
def test_a_name_that_programs_import(module: str, name: str) -> None:
    assert getattr(importlib.import_module(module), name) is not None
    # As a program writes it.
    space: dict[str, Any] = {}
    exec(f"from {module} import {name}", space)
    assert space[name] is getattr(sys.modules[module], name)


# While every plugin is there, there is nothing to try this on.
@pytest.mark.parametrize(("module", "name"), MISSING or [("slixmpp.plugins.xep_0000", "X")])
def test_a_plugin_that_is_missing_says_so(module: str, name: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'slixmpp\.plugins\.xep_") as caught:
        importlib.import_module(module)
    if (module, name) in MISSING:
        assert f"helixmpp has no plugin {plugin_of(module)} yet" in str(caught.value)


@pytest.mark.parametrize("name", table.modules())
def test_every_module_of_the_table(name: str) -> None:
    module = importlib.import_module(name)
    place: Any = vars(module)["_place"]
    names: list[str] = module.__all__
    for each in names:
        home = place.names.get(each, "")
        if (
            home.startswith("helixmpp.plugins.")
            and importlib.util.find_spec(home.partition(":")[0].rpartition(".")[0]) is None
        ):
            with pytest.raises(ModuleNotFoundError):
                getattr(module, each)
        else:
            assert getattr(module, each) is not None
    for each in place.missing:
        with pytest.raises(ImportError, match=each):
            getattr(module, each)
    assert set(names) | set(place.children) <= set(dir(module))


@pytest.mark.parametrize("name", plugin_modules())
def test_every_module_of_a_plugin(name: str) -> None:
    plugin = plugin_of(name)
    if plugin in missing_plugins():
        with pytest.raises(ModuleNotFoundError, match=f"helixmpp has no plugin {plugin} yet"):
            importlib.import_module(name)
    else:
        cls: Any = getattr(importlib.import_module(name), plugin.upper(), None)
        # Each of them shows the plugin's class, and what the plugin has besides.
        assert cls is getattr(importlib.import_module(f"helixmpp.plugins.{plugin}"), plugin.upper())


PATHS = {
    "JID": ["slixmpp", "slixmpp.jid", "slixmpp.xmlstream", "helixmpp"],
    "ElementBase": ["slixmpp", "slixmpp.xmlstream", "slixmpp.xmlstream.stanzabase", "helixmpp.stanza"],
    "register_stanza_plugin": ["slixmpp", "slixmpp.xmlstream", "slixmpp.xmlstream.stanzabase", "helixmpp"],
    "Iq": ["slixmpp", "slixmpp.stanza", "slixmpp.stanza.iq", "helixmpp"],
    "Message": ["slixmpp", "slixmpp.stanza", "slixmpp.stanza.message", "helixmpp"],
    "Presence": ["slixmpp", "slixmpp.stanza", "slixmpp.stanza.presence", "helixmpp"],
    "ET": ["slixmpp", "slixmpp.xmlstream", "slixmpp.xmlstream.stanzabase", "helixmpp"],
    "Form": [
        "slixmpp.plugins.xep_0004",
        "slixmpp.plugins.xep_0004.stanza",
        "slixmpp.plugins.xep_0004.stanza.form",
        "helixmpp.plugins.xep_0004",
    ],
    "RosterNode": ["slixmpp.roster", "slixmpp.roster.single", "helixmpp.core"],
    "ComponentXMPP": ["slixmpp", "slixmpp.componentxmpp", "slixmpp.test.slixtest", "helixmpp"],
    "BasePlugin": ["slixmpp.plugins", "slixmpp.plugins.base", "helixmpp"],
    "Callback": ["slixmpp", "slixmpp.xmlstream.handler", "slixmpp.xmlstream.handler.callback", "helixmpp"],
}


@pytest.mark.parametrize("name", PATHS)
def test_one_object_however_it_is_reached(name: str) -> None:
    objects = {id(getattr(importlib.import_module(path), name)) for path in PATHS[name]}
    assert len(objects) == 1


def test_tostring_is_a_function_and_a_module() -> None:
    package: Any = importlib.import_module("slixmpp.xmlstream")
    module = importlib.import_module("slixmpp.xmlstream.tostring")
    element = package.ET.fromstring("<a xmlns='urn:x' b='1'><c>&lt;</c></a>")
    wanted = '<a xmlns="urn:x" b="1"><c>&lt;</c></a>'
    assert module.tostring(element) == wanted
    # Both before and after the module was imported.
    assert package.tostring(element) == wanted
    assert importlib.import_module("slixmpp.xmlstream").tostring is module
    space: dict[str, Any] = {}
    exec("from slixmpp.xmlstream import tostring", space)
    assert space["tostring"](element) == wanted
    with pytest.raises(TypeError, match="cannot be called"):
        package()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("slixmpp.nothing", "No module named 'slixmpp.nothing'"),
        ("slixmpp.plugins.xep_9999", "No module named 'slixmpp.plugins.xep_9999'"),
        ("slixmpp.plugins.xep_0004.nothing", "No module named 'slixmpp.plugins.xep_0004.nothing'"),
        ("slixmpp.jid.nothing", "No module named 'slixmpp.jid.nothing'"),
        ("slixmpp.thirdparty.gnupg", "other projects' modules"),
        ("slixmpp.util.sasl.client", "SASL is in helixmpp.stream"),
    ],
)
def test_a_module_that_is_not_there(name: str, says: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=says) as caught:
        importlib.import_module(name)
    assert isinstance(caught.value.name, str)
    assert name.startswith(caught.value.name)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from slixmpp.xmlstream import nothing")
    with pytest.raises(ImportError, match=r"slixmpp\.util\.XOR: helixmpp has no counterpart"):
        exec("from slixmpp.util import XOR")
    assert not hasattr(importlib.import_module("slixmpp"), "nothing")


def test_the_versions() -> None:
    slixmpp: Any = importlib.import_module("slixmpp")
    version: Any = importlib.import_module("slixmpp.version")
    assert slixmpp.__version__ == version.__version__ == API_VERSION == "1.17.0"
    assert slixmpp.__version_info__ == (1, 17, 0)
    assert importlib.metadata.version("slixmpp") == API_VERSION
    assert importlib.metadata.metadata("slixmpp")["Name"] == "slixmpp"
    assert importlib.metadata.distribution("slixmpp").files is None
    # Others are found as before, and a list of all does not have it twice.
    assert importlib.metadata.version("dnspython")
    assert [each.name for each in importlib.metadata.distributions() if each.name == "slixmpp"] in (
        [],
        ["slixmpp"],
    )


def test_without_the_hook_there_is_none() -> None:
    uninstall_as_slixmpp()
    assert [name for name in sys.modules if name.partition(".")[0] == "slixmpp"] == []
    assert PLUGINS == []
    uninstall_as_slixmpp()


def test_twice_is_as_once() -> None:
    before = list(sys.meta_path)
    helixmpp.install_as_slixmpp()
    assert sys.meta_path == before


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType | None]:
    """Another package of that name is installed."""
    package = tmp_path / "slixmpp"
    package.mkdir()
    (package / "__init__.py").write_text("who = 'somebody else'\n")
    (package / "other.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield None
    sys.modules.pop("slixmpp", None)


@pytest.mark.usefixtures("other")
def test_the_hook_is_asked_before_what_is_installed() -> None:
    slixmpp: Any = importlib.import_module("slixmpp")
    assert slixmpp.ClientXMPP is ClientXMPP
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("slixmpp.other")


@pytest.mark.usefixtures("other")
def test_it_is_too_late_once_the_other_was_imported() -> None:
    uninstall_as_slixmpp()
    slixmpp: Any = importlib.import_module("slixmpp")
    assert slixmpp.who == "somebody else"
    with pytest.raises(StateError, match="imported already"):
        helixmpp.install_as_slixmpp()


def test_what_a_program_puts_there_is_put_where_it_is_used() -> None:
    module: Any = importlib.import_module("slixmpp.plugins.xep_0092.version")
    ours: Any = importlib.import_module("helixmpp.plugins.xep_0092.version")
    before = ours.XEP_0092
    with mock.patch("slixmpp.plugins.xep_0092.version.XEP_0092", "another"):
        assert ours.XEP_0092 == module.XEP_0092 == "another"
    assert ours.XEP_0092 is module.XEP_0092 is before
    with mock.patch("slixmpp.plugins.xep_0092.version.brand_new", 5, create=True):
        assert ours.brand_new == 5
    assert not hasattr(ours, "brand_new")
    with pytest.raises(AttributeError):
        del module.nothing


def test_a_star_takes_what_there_is() -> None:
    space: dict[str, Any] = {}
    exec("from slixmpp import *\nfrom slixmpp.plugins import *\nfrom slixmpp.types import *", space)
    assert space["ClientXMPP"] is ClientXMPP
    assert space["OptJid"] is not None


def test_the_plugins_are_listed_and_more_can_be_added(caplog: pytest.LogCaptureFixture) -> None:
    plugins: Any = importlib.import_module("slixmpp.plugins")
    assert plugins.PLUGINS is PLUGINS
    assert our_plugins() == PLUGINS

    class Mine(plugins.BasePlugin):  # type: ignore[misc]  # the module is not known to a checker
        name = "mine_alone"

    plugins.register_plugin(Mine)
    plugins.PLUGINS[:] = ["xep_0030", "mine_alone", "xep_0004"]
    xmpp = ClientXMPP("me@example.org", "secret")
    xmpp.register_plugins()
    assert list(xmpp.plugin) == ["xep_0030", "mine_alone", "xep_0004"]
    assert isinstance(xmpp["mine_alone"], Mine)
    assert xmpp.get("xep_0077") is None
    assert caplog.records == []


def test_what_a_plugin_adds_is_there_with_its_module(tmp_path: Path) -> None:
    program = (
        "import helixmpp; helixmpp.install_as_slixmpp()\n"
        "from slixmpp import Iq\n"
        "assert Iq()['pubsub'] == ''\n"
        "import slixmpp.plugins.xep_0060.stanza as stanza\n"
        "stanza.register_plugins(); stanza.register_plugin()\n"
        "iq = Iq(); iq['pubsub']['create']['node'] = 'n'; print(iq['pubsub'])\n"
    )
    done = run_python(["-c", program], folder=tmp_path)
    assert (done.stderr, done.stdout) == (
        "",
        '<pubsub xmlns="http://jabber.org/protocol/pubsub"><create node="n" /></pubsub>\n',
    )


def test_a_number_that_is_not_there_is_empty() -> None:
    class Numbers(helixmpp.ElementBase):
        name = "numbers"
        namespace = "urn:numbers"
        amount = Attr(int)
        chosen = Attr(int, default=5)
        text = Attr(str)

    numbers = Numbers()
    assert (numbers["amount"], numbers.amount, numbers["chosen"], numbers["text"]) == ("", None, 5, "")
    numbers["amount"] = 3
    assert (numbers["amount"], numbers.amount) == (3, 3)
    numbers["amount"] = ""
    assert str(numbers) == '<numbers xmlns="urn:numbers" />'
    again = Numbers()
    again.values = numbers.values
    assert again["amount"] == ""
    uninstall_as_slixmpp()
    assert numbers["amount"] is None
    with pytest.raises(FieldValueError):
        numbers["amount"] = ""


def test_no_plugin_is_both_missing_and_there() -> None:
    assert not set(missing_plugins()) & set(our_plugins())
    assert "xep_0030" in our_plugins()


def test_an_address_can_be_changed_by_who_has_it() -> None:
    slixmpp: Any = importlib.import_module("slixmpp")
    one, other = slixmpp.JID("a@b.example/c"), slixmpp.JID("a@b.example/c")
    one.resource = "d"
    assert (one, other, slixmpp.JID("a@b.example/c")) == ("a@b.example/d", "a@b.example/c", "a@b.example/c")
    again = slixmpp.JID(other)
    again.user = "x"
    again.server = "y.example"
    assert (again, other) == ("x@y.example/c", "a@b.example/c")
    again.bare = "p@q.example"
    assert str(again) == "p@q.example/c"
    again.resource = None
    assert again.bare_jid is not again
    again.full = "r@s.example/t"
    assert (str(again), again.jid, again.local) == ("r@s.example/t", "r@s.example/t", "r")
    with pytest.raises(slixmpp.InvalidJID):
        again.domain = "no domain"
    assert str(again) == "r@s.example/t"
    with pytest.raises(AttributeError, match="no part 'nothing'"):
        again.nothing = 1
    empty = slixmpp.JID("")
    with pytest.raises(AttributeError, match="belongs to nobody"):
        slixmpp.Message()["from"].resource = "x"
    assert not empty


def test_a_stanza_gives_everybody_an_address_of_his_own() -> None:
    slixmpp: Any = importlib.import_module("slixmpp")
    message = slixmpp.Message()
    message["from"] = "a@b.example/c"
    mine = message["from"]
    mine.resource = "d"
    assert message["from"] == "a@b.example/c"
    copied = copy.copy(mine)
    copied.resource = "e"
    assert (mine, copied, copy.deepcopy(mine)) == ("a@b.example/d", "a@b.example/e", "a@b.example/d")
    assert hash(mine) == hash("a@b.example/d")


def test_without_the_hook_no_address_changes() -> None:
    uninstall_as_slixmpp()
    address: Any = helixmpp.JID("a@b.example/c")
    with pytest.raises(AttributeError, match="does not change"):
        address.resource = "d"
    assert helixmpp.JID("a@b.example/c") is helixmpp.JID("a@b.example/c")
    assert address.jid == "a@b.example/c"
