"""What a program gets wrong is told where it is wrong, by the name that the program used, and once."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, InvalidJID, PluginNotFound, register_plugin
from helixmpp.core import BasePlugin, Setting, op
from helixmpp.core.settings import ConnectionSettings
from helixmpp.errors import ConnectionFailure, StorageError
from helixmpp.jid import JID
from helixmpp.storage import MemoryEngine
from helixmpp.stream import ClientStream
from helixmpp.xml import parse_one

ME = "alice@example.org"
SECRET = "correct horse"

# -- at construction ---------------------------------------------------------------------------------------

Make = Callable[[], object]

# Arguments of any type, as a program without a type checker gives them.
client: Callable[..., Any] = ClientXMPP
component: Callable[..., Any] = ComponentXMPP

CONSTRUCTION: dict[str, tuple[Make, type[Exception], str]] = {
    "password of bytes": (lambda: client(ME, b"secret"), TypeError, "password is str or None, not bytes"),
    "password a number": (lambda: client(ME, 5), TypeError, "password is str or None, not int"),
    "an empty JID": (lambda: client("", SECRET), InvalidJID, "jid is empty"),
    "an empty JID object": (lambda: client(JID(""), SECRET), InvalidJID, "jid is empty"),
    "no JID": (lambda: client(None, SECRET), TypeError, "jid is str or JID, not NoneType"),
    "a JID that is a number": (lambda: client(5, SECRET), TypeError, "jid is str or JID, not int"),
    "a JID of bytes": (lambda: client(b"a@b", SECRET), TypeError, "jid is str or JID, not bytes"),
    "a JID that is none": (
        lambda: client("a b@c", SECRET),
        InvalidJID,
        "'a b@c' is no address: the local part",
    ),
    "a domain with a password": (
        lambda: client("example.org", SECRET),
        InvalidJID,
        "'example.org' has no local part",
    ),
    "a domain without a password": (lambda: client("example.org"), InvalidJID, "anonymous=True"),
    "a mechanism that is none": (
        lambda: client(ME, SECRET, sasl_mech="MD5"),
        ValueError,
        "sasl_mech='MD5' is none of",
    ),
    "a language that is a number": (lambda: client(ME, SECRET, lang=5), TypeError, "lang is str, not int"),
    "a whitelist that is a text": (
        lambda: client(ME, SECRET, plugin_whitelist="xep_0030"),
        TypeError,
        "plugin_whitelist is a list of names, not str",
    ),
    "a config that is a list": (
        lambda: client(ME, SECRET, ["x"]),
        TypeError,
        "plugin_config is Mapping or None",
    ),
    "a component with a local part": (
        lambda: component("user@b.example", SECRET),
        InvalidJID,
        "a component's address is a domain, not 'user@b.example'",
    ),
    "a component with a resource": (lambda: component("b.example/x", SECRET), InvalidJID, "is a domain"),
    "a component without an address": (lambda: component("", SECRET), InvalidJID, "jid is empty"),
    "a secret of bytes": (lambda: component("b.example", b"x"), TypeError, "secret is str, not bytes"),
    "no secret": (lambda: component("b.example", None), TypeError, "secret is str, not NoneType"),
    "a port that is a text": (
        lambda: component("b.example", SECRET, "127.0.0.1", "1"),
        TypeError,
        "port is int or None, not str",
    ),
    "a port that is True": (
        lambda: component("b.example", SECRET, "127.0.0.1", True),
        TypeError,
        "port is int or None, not bool",
    ),
    "a port that is none": (
        lambda: component("b.example", SECRET, "127.0.0.1", 65_536),
        ValueError,
        "port is a number from 1 to 65535, not 65536",
    ),
    "a host that is a number": (
        lambda: component("b.example", SECRET, 5),
        TypeError,
        "host is str or None, not int",
    ),
    "a storage of another scheme": (
        lambda: client(ME, SECRET, storage="nosuch://user:hidden@host/x"),
        StorageError,
        "no storage engine for the scheme 'nosuch'",
    ),
    "a storage without a scheme": (lambda: client(ME, SECRET, storage=""), StorageError, "scheme ''"),
    "a storage that is a path": (
        lambda: client(ME, SECRET, storage=Path("bot")),
        TypeError,
        "storage is a URL .* not ",
    ),
    "a storage that is a class": (
        lambda: client(ME, SECRET, storage=MemoryEngine),
        TypeError,
        "storage is a URL .* not MemoryEngine",
    ),
    "a component's storage": (
        lambda: component("b.example", SECRET, storage=5),
        TypeError,
        "storage is a URL",
    ),
}


@pytest.mark.parametrize("case", CONSTRUCTION)
def test_a_wrong_argument_is_named_at_construction(case: str) -> None:
    make, kind, says = CONSTRUCTION[case]
    with pytest.raises(kind, match=says) as caught:
        make()
    assert not isinstance(caught.value, ConnectionFailure)
    # What ends up in a log has no secret in it.
    assert "secret" not in str(caught.value).replace("secret is", "")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: client("example.org", anonymous=True),
        lambda: client(JID(ME), None),
        lambda: client(ME, SECRET, plugin_whitelist=("xep_0030",)),
        lambda: component("b.example", SECRET, None, None),
        lambda: component("b.example", SECRET, "127.0.0.1", 0),
        lambda: client(ME, SECRET, storage=MemoryEngine()),
    ],
)
def test_right_arguments_pass(make: Make) -> None:
    assert make() is not None


def test_a_storage_is_opened_at_its_first_use_only(tmp_path: Path) -> None:
    folder = tmp_path / "bot"
    xmpp = ClientXMPP(ME, SECRET, storage=folder.as_uri())
    assert not folder.exists()
    xmpp.collection("x", limit=1, value_limit=1)
    assert folder.exists()


def test_the_default_storage_imports_no_engine_before_it_is_used() -> None:
    import subprocess

    code = (
        "import sys; from helixmpp import ClientXMPP; ClientXMPP('a@b.example', 'x');"
        "print([m for m in sys.modules if m.startswith('helixmpp.storage') or m == 'importlib.metadata'])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# -- when a connection is made --------------------------------------------------------------------------------

SETTINGS: list[tuple[str, object, type[Exception], str]] = [
    ("stage_timeout", "15", TypeError, "stage_timeout is int or float, not str"),
    ("stage_timeout", 0, ValueError, "stage_timeout is a number of seconds above 0"),
    ("stage_timeout", float("nan"), ValueError, "stage_timeout"),
    ("connect_timeout", None, TypeError, "connect_timeout is int or float, not NoneType"),
    ("connect_timeout", -1, ValueError, "connect_timeout"),
    ("response_timeout", "30", TypeError, "response_timeout is int or float or None"),
    ("whitespace_keepalive_interval", 0, ValueError, "whitespace_keepalive_interval"),
    ("ack_delay", 0, ValueError, "ack_delay is a number of seconds above 0"),
    ("reconnect_delay", 0, ValueError, "reconnect_delay is a number of seconds above 0"),
    ("reconnect_max_delay", "5", TypeError, "reconnect_max_delay is int or float, not str"),
    ("ack_timeout", 0, ValueError, "ack_timeout is a number of seconds above 0"),
    ("ack_every", 0, ValueError, "ack_every is at least 1"),
    ("keepalive_interval", -1, ValueError, "keepalive_interval is a number of seconds"),
    ("keepalive_interval", None, TypeError, "keepalive_interval is int or float"),
    ("keepalive_timeout", 0, ValueError, "keepalive_timeout"),
    ("proxy", 5, TypeError, "proxy is str or ProxySettings or None, not int"),
    ("proxy", "ftp://user:hidden@host", ValueError, "^(?!.*hidden).*proxy"),
    ("link", 5, TypeError, "link is LinkSettings, not int"),
    ("resumption", None, TypeError, "resumption is bool, not NoneType"),
    ("stream_management", "yes", TypeError, "stream_management is bool, not str"),
    ("durable_outbox", 1, TypeError, "durable_outbox is bool or None, not int"),
    ("max_redirects", "5", TypeError, "max_redirects is int, not str"),
    ("max_handler_tasks", 0, ValueError, "max_handler_tasks is at least 1"),
    ("max_open_requests", 0, ValueError, "max_open_requests is at least 1"),
    ("outbox_limit", 1.5, TypeError, "outbox_limit is int, not float"),
    ("max_stanza_size", "1", TypeError, "max_stanza_size is int, not str"),
    ("max_stanza_size", 0, ValueError, "max_stanza_size is at least 1"),
    ("max_depth", True, TypeError, "max_depth is int, not bool"),
    ("max_attributes", None, TypeError, "max_attributes"),
    ("max_children", -1, ValueError, "max_children"),
    ("max_owed_size", 0, ValueError, "max_owed_size"),
    ("min_iterations", "4096", TypeError, "min_iterations"),
    ("max_iterations", 1, ValueError, "min_iterations=4096 is more than max_iterations=1"),
    ("enable_plaintext", "no", TypeError, "enable_plaintext is bool, not str"),
    ("unsafe_plain_without_tls", 1, TypeError, "unsafe_plain_without_tls is bool, not int"),
    ("unsafe_accept_any_certificate", "no", TypeError, "unsafe_accept_any_certificate is bool"),
    ("ca_certs", b"/etc/ssl", TypeError, "ca_certs is str or "),
    ("certfile", 5, TypeError, "certfile is str or "),
    ("keyfile", 5, TypeError, "keyfile is str or "),
    ("ciphers", ["x"], TypeError, "ciphers is str or None, not list"),
]


@pytest.mark.parametrize(("name", "value", "kind", "says"), SETTINGS)
async def test_a_wrong_setting_ends_the_trying(
    name: str, value: object, kind: type[Exception], says: str
) -> None:
    for make in (lambda: ClientXMPP(ME, SECRET), lambda: ComponentXMPP("b.example", SECRET)):
        xmpp = make()
        setattr(xmpp, name, value)
        failures: list[object] = []
        xmpp.add_event_handler("connection_failed", failures.append)
        with pytest.raises(kind, match=says) as caught:
            await xmpp.connect("127.0.0.1", 9)
        await xmpp.disconnected
        assert not xmpp.is_connecting()
        assert failures == [caught.value]
        await xmpp.aclose()


@pytest.mark.parametrize("part", ["limits", "stage_timeouts", "tls_settings"])
def test_each_part_of_the_settings_is_checked(part: str) -> None:
    settings = ConnectionSettings()
    getattr(settings, part)()
    setattr(settings, "max_depth", "deep")  # noqa: B010 - a wrong type, which a checker would find
    with pytest.raises(TypeError, match="max_depth"):
        getattr(settings, part)()


def test_every_number_among_the_settings_is_checked() -> None:
    checked = {name for name, *_ in SETTINGS}
    numbers = {
        name
        for name, value in vars(ConnectionSettings).items()
        if isinstance(value, int | float) and not isinstance(value, bool) and not name.startswith("__")
    }
    assert numbers <= checked


async def test_no_way_to_connect_is_the_programs_mistake() -> None:
    xmpp = ClientXMPP(ME, SECRET)
    xmpp.enable_direct_tls = xmpp.enable_starttls = False
    with pytest.raises(ValueError, match="enable_direct_tls and enable_starttls") as caught:
        await xmpp.connect("127.0.0.1", 9)
    assert not isinstance(caught.value, ConnectionFailure)
    await xmpp.disconnected
    assert not xmpp.is_connecting()
    await xmpp.aclose()


@pytest.mark.parametrize("unsafe", [False, True])
def test_the_password_in_clear_text_is_a_setting_of_its_own(unsafe: bool) -> None:
    xmpp = ClientXMPP(ME, SECRET)
    xmpp.unsafe_plain_without_tls = unsafe
    machine = xmpp.make_machine()
    assert isinstance(machine, ClientStream)
    assert machine.config.unsafe_plain_without_tls is unsafe
    assert machine.config.require_tls


def test_unsafe_certificates_are_given_on() -> None:
    settings = ConnectionSettings()
    assert settings.tls_settings().unsafe_accept_any_certificate is False
    settings.unsafe_accept_any_certificate = True
    assert settings.tls_settings().unsafe_accept_any_certificate is True


# -- what a component sends --------------------------------------------------------------------------------------

BAD_STANZAS: dict[str, tuple[str, str]] = {
    "a message to nobody": ("<message><body>x</body></message>", "a component's message needs to="),
    "an empty to": ("<presence to=''/>", "a component's presence needs to="),
    "an iq to nobody": ("<iq type='get' id='1'/>", "a component's iq needs to="),
    "a result to nobody": ("<iq type='result' id='1'/>", "a component's iq needs to="),
    "an error to nobody": ("<iq type='error' id='1'/>", "a component's iq needs to="),
    "from another domain": (
        "<message to='a@b.example' from='eve@other.example'/>",
        "from='eve@other.example' of a component's message is no address in comp.example",
    ),
    "from a domain below": (
        "<message to='a@b.example' from='x@sub.comp.example'/>",
        "no address in comp.example",
    ),
    "from what is no address": (
        "<iq type='result' id='1' to='a@b.example' from='@'/>",
        "from='@' of a component's iq",
    ),
}


@pytest.mark.parametrize("case", BAD_STANZAS)
async def test_what_would_end_a_components_stream_is_refused(case: str) -> None:
    text, says = BAD_STANZAS[case]
    xmpp = ComponentXMPP("comp.example", SECRET)
    with pytest.raises(ValueError, match=says):
        xmpp.send(parse_one(text, stream_ns="jabber:component:accept"))


@pytest.mark.parametrize(
    ("sender", "sent"),
    [
        ("", "comp.example"),
        ("bot@comp.example/x", "bot@comp.example/x"),
        ("Comp.Example", "Comp.Example"),
    ],
)
async def test_what_a_component_may_send(sender: str, sent: str) -> None:
    xmpp = ComponentXMPP("comp.example", SECRET)
    message = xmpp.make_message("a@b.example", "x")
    if sender:
        message.xml.set("from", sender)
    xmpp.send(message)
    assert message.xml.get("from") == sent


async def test_a_client_may_leave_to_out() -> None:
    ClientXMPP(ME, SECRET).send_presence()


# -- plugins --------------------------------------------------------------------------------------------------


class Boxes(BasePlugin):
    name = "test_boxes"
    description = "boxes"
    max_size = Setting(10, "how large a box is")
    colour = Setting("red", "of what colour it is")

    @op("get_box")
    def get_box(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
        return "a box"


class Old(BasePlugin):
    """As third parties write theirs."""

    name = "test_old_settings"
    default_config: ClassVar[dict[str, Any]] = {"depth": 1}


@pytest.fixture
def xmpp() -> ClientXMPP:
    return ClientXMPP(ME, SECRET)


def test_an_enabled_plugin_takes_over_settings(xmpp: ClientXMPP) -> None:
    plugin = xmpp.register_plugin(Boxes)
    again = xmpp.register_plugin(Boxes, {"max_size": 5})
    assert again is plugin
    assert plugin.max_size == 5
    xmpp.plugin.configure("test_boxes", {"colour": "blue"})
    assert (plugin.max_size, plugin.colour) == (5, "blue")


def test_a_dependency_takes_over_settings(xmpp: ClientXMPP) -> None:
    xmpp.register_plugin("xep_0231")
    disco = xmpp.plugin["xep_0030"]
    assert disco.cache_limit == 500
    assert xmpp.register_plugin("xep_0030", {"cache_limit": 7}) is disco
    assert disco.cache_limit == 7


@pytest.mark.parametrize("enabled", [False, True])
def test_a_wrong_setting_of_a_plugin_changes_nothing(xmpp: ClientXMPP, enabled: bool) -> None:
    if enabled:
        xmpp.register_plugin(Boxes)
    with pytest.raises(TypeError, match="'max_size' takes int, not str"):
        xmpp.register_plugin(Boxes, {"colour": "blue", "max_size": "x"})
    assert ("test_boxes" in xmpp.plugin) is enabled
    # It is not tried again with the wrong ones.
    plugin = xmpp.register_plugin(Boxes)
    assert (plugin.max_size, plugin.colour) == (10, "red")


@pytest.mark.parametrize(
    ("cls", "config", "says"),
    [
        (Boxes, {"max_sizee": 5}, "plugin test_boxes has no setting 'max_sizee': did you mean 'max_size'?"),
        (Boxes, {"zzz": 5}, "plugin test_boxes has no setting 'zzz': it has colour, max_size"),
        (Boxes, {"name": "x"}, "plugin test_boxes has no setting 'name'"),
        (Boxes, {"max_size": 5}, None),
        (Old, {"depth": 2}, None),
        (Old, {"whatever": 2}, None),
    ],
)
def test_unknown_settings_are_told(
    xmpp: ClientXMPP,
    caplog: pytest.LogCaptureFixture,
    cls: type[BasePlugin],
    config: dict[str, Any],
    says: str | None,
) -> None:
    with caplog.at_level(logging.WARNING, "helixmpp"):
        plugin = xmpp.register_plugin(cls, config)
    assert [says in record.getMessage() for record in caplog.records if says] == ([True] if says else [])
    assert bool(caplog.records) is bool(says)
    for key, value in config.items():
        assert plugin.config[key] == value


class Nameless(BasePlugin):
    pass


@pytest.mark.parametrize(
    ("plugin", "says"),
    [
        (None, "a plugin is a name such as 'xep_0030' or a class derived from BasePlugin, not None"),
        (5, "not 5"),
        (int, "not the class int"),
        (b"xep_0030", "not b'xep_0030'"),
        (Nameless, "Nameless says no name"),
    ],
)
def test_what_is_no_plugin(xmpp: ClientXMPP, plugin: Any, says: str) -> None:
    for register in (xmpp.register_plugin, xmpp.plugin.register):
        with pytest.raises(TypeError, match=says):
            register(plugin)
    if not isinstance(plugin, str):
        with pytest.raises(TypeError, match=says):
            register_plugin(plugin)


def test_a_config_that_is_none(xmpp: ClientXMPP) -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="the config of a plugin is Mapping, not int"):
        xmpp.register_plugin(Boxes, wrong)


def test_the_whitelist_is_registered() -> None:
    xmpp = ClientXMPP(ME, SECRET, {"xep_0231": {"max_size": 7}}, plugin_whitelist=["xep_0030", "xep_0231"])
    xmpp.register_plugins()
    assert xmpp.plugin.keys() == ["xep_0030", "xep_0231"]
    assert xmpp.plugin["xep_0231"].max_size == 7


def test_an_empty_whitelist_is_told(xmpp: ClientXMPP, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "helixmpp"):
        xmpp.register_plugins()
    assert len(xmpp.plugin) == 0
    assert ["plugin_whitelist is empty" in record.getMessage() for record in caplog.records] == [True]


def test_a_whitelist_with_an_unknown_name() -> None:
    xmpp = ComponentXMPP("b.example", SECRET, plugin_whitelist=["xep_023"])
    with pytest.raises(PluginNotFound, match="xep_0231"):
        xmpp.register_plugins()


def test_the_manager_enables_by_name(xmpp: ClientXMPP) -> None:
    assert xmpp.plugin.registered("xep_0231")
    assert not xmpp.plugin.registered("xep_9999")
    plugin = xmpp.plugin.enable("xep_0231", {"max_size": 9})
    assert plugin.max_size == 9
    assert xmpp.plugin.enabled("xep_0231")


# -- the internal API -----------------------------------------------------------------------------------------


async def test_asking_makes_no_operation(xmpp: ClientXMPP) -> None:
    plugin = xmpp.register_plugin(Boxes)
    call = plugin.api["nothing"]
    assert await call(None, None, None, 1) is None
    assert await plugin.api.run("nothing") is None
    plugin.api.unregister("nothing")
    plugin.api.restore_default("nothing")
    assert xmpp.api.operations("test_boxes") == ["get_box"]

    class Store:
        def nothing(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
            return "something"

    with pytest.raises(TypeError, match=r"none of the operations of test_boxes: get_box$"):
        plugin.api.bind(Store())
    # What was asked for before it was registered answers once it is.
    plugin.api.register(Store().nothing, "nothing")
    assert await call() == "something"
    assert await plugin.api["nothing"]() == "something"
    assert xmpp.api.operations("test_boxes") == ["get_box", "nothing"]


# -- addresses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: JID("a b@c"), "'a b@c' is no address: the local part has the character ' '"),
        (lambda: JID("a@b..c/x"), "'a@b..c/x' is no address: the domain has an empty label"),
        (lambda: JID("@c"), "'@c' is no address: the local part is empty"),
        (lambda: JID("a@c/\ud800"), r"'a@c/\ud800' is no address: the resource has U+D800"),
        (
            lambda: JID(f"{'a' * 2000}@c"),
            f"'{'a' * 100}...' is no address: the local part has more than 1023",
        ),
        (lambda: JID(local="a b", domain="c"), "'a b@c' is no address"),
        (lambda: JID.from_parts("", "c", "\0"), r"'c/\x00' is no address: the resource has U+0000"),
        (lambda: JID(local="a"), "'a@' is no address: the domain is empty"),
    ],
)
def test_an_address_that_is_none_is_named(make: Make, says: str) -> None:
    with pytest.raises(InvalidJID) as caught:
        make()
    assert str(caught.value).startswith(says)
    assert str(caught.value).count("is no address") == 1


@pytest.mark.parametrize("text", ["evil text@c", "evil@b..c", "c/evil\0"])
def test_a_peers_address_is_not_repeated(text: str) -> None:
    with pytest.raises(InvalidJID) as caught:
        JID.parse(text)
    assert "evil" not in str(caught.value)


# -- names that programs import -------------------------------------------------------------------------------


def test_names_of_the_plugins_package() -> None:
    import helixmpp
    from helixmpp import plugins

    assert plugins.BasePlugin is BasePlugin
    assert plugins.register_plugin is register_plugin
    assert plugins.PluginNotFound is PluginNotFound
    assert set(plugins.__all__) <= set(dir(plugins))
    with pytest.raises(AttributeError, match="nothing"):
        getattr(plugins, "nothing")  # noqa: B009 - a checker knows that there is none
    assert helixmpp.ET.fromstring("<a/>").tag == "a"
    assert issubclass(ClientXMPP, helixmpp.XMLStream)
