"""What programs find on clients and components, and may assign to."""

import asyncio
import ssl
import uuid
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from helixmpp import JID, ClientXMPP, ComponentXMPP, Message
from helixmpp.core.legacy_members import LegacyMembers
from helixmpp.errors import AuthenticationFailed, ConnectionFailure
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary
from helixmpp.stanza import StanzaBase
from helixmpp.testing import Server
from helixmpp.testing.slixtransport import TestTransport
from helixmpp.transport import TLSSettings

HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' xml:lang='de'>"


@pytest.fixture
def xmpp() -> Any:
    return ClientXMPP("me@example.org/desk", "secret")


@pytest.fixture
def component() -> Any:
    return ComponentXMPP("gate.example.org", "secret", "127.0.0.1", 5347)


# -- names that are old, and names that say nothing before there is a session --------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jid", "me@example.org"),
        ("fulljid", "me@example.org/desk"),
        ("username", "me"),
        ("server", "example.org"),
        ("resource", "desk"),
        ("sessionstarted", False),
    ],
)
def test_an_old_name_warns_once(xmpp: Any, name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vars(LegacyMembers)[name], "warned", False)
    with pytest.warns(DeprecationWarning, match=f"^{name} is deprecated"):
        assert getattr(xmpp, name) == value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert getattr(xmpp, name) == value
    setattr(xmpp, name, "mine")
    assert getattr(xmpp, name) == "mine"


def test_a_subclass_has_names_of_its_own() -> None:
    class Program(ClientXMPP):
        jid = "mine"
        server = property(lambda self: "a server")
        features = frozenset({"mine"})  # type: ignore[assignment,unused-ignore]  # as programs do

    xmpp: Any = Program("me@example.org", "secret")
    assert (xmpp.jid, xmpp.server, xmpp.features) == ("mine", "a server", {"mine"})


def test_no_lookup_goes_astray(xmpp: Any) -> None:
    # A __getattr__ on the class would make every attribute of every client slower.
    assert not hasattr(ClientXMPP, "__getattr__")
    assert not hasattr(ComponentXMPP, "__getattr__")
    assert "features" not in vars(xmpp)
    assert xmpp.features is xmpp.features
    assert not hasattr(xmpp, "nothing_of_the_kind")


def test_functions_of_old(xmpp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("getjidbare", "getjidresource"):
        monkeypatch.setattr(vars(LegacyMembers)[name], "warned", True)
    assert xmpp.getjidbare("a@b.example/c") == "a@b.example"
    assert xmpp.getjidresource("a@b.example/c") == "c"
    xmpp.set_jid("you@example.org/there")
    assert xmpp.boundjid == "you@example.org/there"
    query = xmpp.make_query_roster()
    assert query.tag == "{jabber:iq:roster}query"
    iq = xmpp.Iq()
    xmpp.make_query_roster(iq)
    assert iq["query"] == "jabber:iq:roster"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("features", set[str]()),
        ("transport", None),
        ("socket", None),
        ("peer_default_lang", None),
        ("stream_ns", "http://etherx.jabber.org/streams"),
        ("stream_footer", "</stream:stream>"),
        ("use_origin_id", False),
        ("_always_send_everything", False),
        ("credentials", {"password": "secret"}),
    ],
)
def test_before_there_is_a_session(xmpp: Any, name: str, value: object) -> None:
    assert getattr(xmpp, name) == value
    setattr(xmpp, name, value)
    assert getattr(xmpp, name) == value


def test_what_is_nowhere(xmpp: Any) -> None:
    with pytest.raises(AttributeError, match="'ClientXMPP' object has no attribute 'nothing'"):
        _ = xmpp.nothing


def test_headers(xmpp: Any, component: Any) -> None:
    assert xmpp.stream_header == (
        '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" '
        'to="example.org" version="1.0" xml:lang="en">'
    )
    assert component.stream_header == (
        '<stream:stream xmlns="jabber:component:accept" xmlns:stream="http://etherx.jabber.org/streams" '
        'to="gate.example.org">'
    )
    xmpp.stream_header = "mine"
    assert xmpp.stream_header == "mine"


# -- a stream that the program drives ------------------------------------------------------------------------------


def noting(seen: list[Any], name: str) -> Callable[[Any], None]:
    return lambda _: seen.append(name)


def driven(xmpp: Any) -> TestTransport:
    transport = TestTransport(xmpp)
    xmpp.connection_made(transport)
    return transport


async def test_a_driven_stream(xmpp: ClientXMPP) -> None:
    seen: list[Any] = []
    for name in ("connected", "message", "session_end", "disconnected", "killed"):
        xmpp.add_event_handler(name, noting(seen, name))
    transport = driven(xmpp)
    assert xmpp.transport is xmpp.socket is transport
    assert xmpp.is_connected()
    assert transport.next_sent() == xmpp.stream_header.encode()
    xmpp.data_received(HEADER)
    assert xmpp.peer_default_lang == "de"
    xmpp.data_received(b"<message><body>a</bo")
    assert seen == ["connected"]
    xmpp.data_received("dy></message>")
    xmpp.send_message("you@example.org", "b")
    xmpp.send_message("you@example.org", "c")
    xmpp.send_raw("<raw/>")
    assert [b"raw" in (transport.next_sent() or b"") for _ in range(3)] == [False, False, True]
    assert transport.next_sent() is None
    asked = xmpp.make_iq_get("urn:x", "you@example.org").send()
    await xmpp.disconnect()
    assert not xmpp.is_connected()
    assert transport.is_closed
    with pytest.raises(Exception, match=r"disconnected|ended"):
        await asked
    assert seen == ["connected", "message", "session_end", "disconnected"]
    xmpp.abort()
    assert seen[-1] == "killed"


async def test_a_driven_stream_begins_without_a_header_and_ends_by_one_that_is_wrong(
    xmpp: ClientXMPP,
) -> None:
    seen: list[Any] = []
    xmpp.add_event_handler("message", lambda m: seen.append(m["body"]))
    xmpp.add_event_handler("disconnected", seen.append)
    xmpp.add_event_handler("stream_error", lambda e: seen.append(e["condition"]))
    driven(xmpp)
    xmpp.data_received("  <message><body>a</body></message>")
    xmpp.data_received("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
    assert seen == ["a", "conflict"]
    xmpp.data_received("<!-- no -->")
    assert not xmpp.is_connected()
    assert "restricted-xml" in str(seen[2])
    with pytest.raises(Exception, match="connection_made"):
        xmpp.data_received("<message/>")


@pytest.mark.parametrize("end", ["footer", "eof", "lost"])
async def test_the_ends_of_a_driven_stream(xmpp: Any, end: str) -> None:
    driven(xmpp)
    xmpp.data_received(HEADER)
    if end == "footer":
        xmpp.data_received("</stream:stream>")
    elif end == "eof":
        xmpp.eof_received()
    else:
        xmpp.connection_lost(ConnectionResetError("gone"))
    assert not xmpp.is_connected()
    xmpp.connection_lost(None)


async def test_a_driven_component(component: ComponentXMPP) -> None:
    seen: list[Any] = []
    for name in ("session_bind", "session_start"):
        component.add_event_handler(name, noting(seen, name))
    transport = driven(component)
    transport.next_sent()
    component.data_received(component.stream_header.replace("to=", "id='3BF96D32' to="))
    # What sha1sum says of the stream's id and the secret.
    assert transport.next_sent() == b"<handshake>b09ea9b3b7f586be8a08d0a3dd7466f110aeb136</handshake>"
    component.data_received("<handshake/>")
    assert seen == ["session_bind", "session_start"]
    # What the program writes is what the test sees: no address is added, none is missing.
    component.send_raw("<iq/>")
    component.make_iq_get("urn:x").send(callback=lambda _: None)
    transport.next_sent()
    assert b"from" not in (transport.next_sent() or b"")


async def test_building_and_receiving_by_hand(xmpp: ClientXMPP) -> None:
    seen: list[Any] = []
    xmpp.add_event_handler("message", lambda m: seen.append(m["body"]))
    message = xmpp.Message()
    message["body"] = "x"
    made: Any = xmpp
    built = made._build_stanza(message.xml)
    assert isinstance(built, Message)
    assert built.stream is xmpp
    assert isinstance(made._build_stanza(xmpp.Iq().xml, "jabber:client"), StanzaBase)
    xmpp.recv_stanza(built)
    assert seen == ["x"]
    future = xmpp.wrap(asyncio.sleep(0, "done"))
    assert await future == "done"


# -- events, handlers, ids ----------------------------------------------------------------------------------------


def test_who_is_called_first(xmpp: ClientXMPP) -> None:
    called: list[str] = []
    xmpp.add_event_handler("x", lambda _: called.append("first"))
    xmpp.add_event_handler("x", lambda _: called.append("before"), priority=1)
    xmpp.add_event_handler("x", lambda _: called.append("once"), disposable=True)
    xmpp.event("x", {})
    xmpp.event("x")
    assert called == ["before", "first", "once", "before", "first"]


def test_ids_of_the_program(xmpp: Any) -> None:
    with mock.patch("uuid.uuid4", lambda: uuid.UUID(int=5)):
        assert xmpp.Iq()["id"] == f"{5:032x}"
    xmpp.new_id = lambda: "mine"
    assert [xmpp.Iq()["id"], xmpp.Message()["id"], xmpp.make_presence()["id"]] == ["mine"] * 3


def test_methods_replaced_at_run_time(xmpp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(self: Message) -> str:
        return "replaced"

    def set_bob(self: XEP_0231, data: bytes, kind: str) -> str:
        return "another"

    monkeypatch.setattr(Message, "reply", reply)
    assert xmpp.Message().reply() == "replaced"
    xmpp.register_plugin("xep_0231")
    monkeypatch.setattr(XEP_0231, "set_bob", set_bob)
    assert xmpp["xep_0231"].set_bob(b"", "") == "another"
    xmpp["xep_0231"].get_bob = lambda: "of the object"
    assert xmpp["xep_0231"].get_bob() == "of the object"


async def test_origin_ids(xmpp: Any) -> None:
    transport = driven(xmpp)
    transport.next_sent()
    xmpp.use_origin_id = True
    xmpp.use_origin_id = True
    message = xmpp.make_message("you@example.org", "x")
    message.send()
    message.send()
    xmpp.send_presence()
    wanted = f'<origin-id xmlns="urn:xmpp:sid:0" id="{message["id"]}"/>'.encode()
    assert [(transport.next_sent() or b"").count(wanted) for _ in range(3)] == [1, 1, 0]
    xmpp.use_origin_id = False
    xmpp.make_message("you@example.org", "x").send()
    assert b"origin-id" not in (transport.next_sent() or b"")


def test_features_are_negotiated_by_the_library(xmpp: Any, caplog: pytest.LogCaptureFixture) -> None:
    xmpp.register_feature("x", print, restart=True, order=5)
    xmpp.unregister_feature("x", 5)
    assert ["is not called" in record.getMessage() for record in caplog.records] == [True, False]
    xmpp.init_plugins()


# -- the plugins of the stream's features ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["bind", "limits", "mechanisms", "preapproval", "rosterver", "session", "starttls"]
)
def test_the_features_are_plugins(xmpp: Any, name: str) -> None:
    plugin = xmpp[f"feature_{name}"]
    assert plugin.name == f"feature_{name}"
    assert xmpp.plugin[f"feature_{name}"] is xmpp.register_plugin(f"feature_{name}") is plugin
    assert xmpp.plugin.registered(f"feature_{name}")


def test_settings_of_sasl(caplog: pytest.LogCaptureFixture) -> None:
    config = {"feature_mechanisms": {"unencrypted_plain": True, "use_mech": "PLAIN", "min_mech": "X"}}
    xmpp = ClientXMPP("me@example.org", "secret", plugin_config=config)
    assert xmpp.unsafe_plain_without_tls
    assert xmpp.sasl_mech == "PLAIN"
    assert ["min_mech" in record.getMessage() for record in caplog.records] == [True]
    other: Any = ClientXMPP("me@example.org", "secret")
    assert not other.unsafe_plain_without_tls
    other["feature_mechanisms"].unencrypted_plain = True
    assert other["feature_mechanisms"].unencrypted_plain
    assert other.unsafe_plain_without_tls
    assert other["feature_mechanisms"].mech_list == set()
    other.register_plugin("feature_mechanisms", {"unencrypted_plain": False, "unencrypted_scram": False})
    assert not other.unsafe_plain_without_tls
    with pytest.raises(LookupError):
        _ = other["feature_nothing"]
    assert not other.plugin.registered("feature_nothing")


async def test_a_program_chooses_among_mechanisms() -> None:
    # As apprise does: no channel binding.
    async with Server(accounts={"me": "secret"}) as server:
        xmpp = server.client("me")
        plugin = xmpp["feature_mechanisms"]
        original = plugin._send_auth

        def no_plus() -> None:
            plugin.mech_list = {name for name in plugin.mech_list if not name.endswith("-PLUS")}
            original()

        plugin._send_auth = no_plus
        used: list[str] = []
        xmpp.add_event_handler("auth_success", lambda event: used.append(event.mechanism))
        async with xmpp:
            assert used == ["SCRAM-SHA-512"]
            assert "SCRAM-SHA-512-PLUS" in plugin.mech_list
            plugin.mech_list = set[str]()  # only within _send_auth
            assert "SCRAM-SHA-512-PLUS" in plugin.mech_list


async def test_no_mechanism_is_left_by_the_program() -> None:
    async with Server(accounts={"me": "secret"}) as server:
        xmpp = server.client("me")
        plugin = xmpp["feature_mechanisms"]
        plugin._send_auth = lambda: setattr(plugin, "mech_list", ())
        with pytest.raises(AuthenticationFailed, match="no mechanism in common"):
            await xmpp.connect(*xmpp.address)
        await xmpp.aclose()


def _note(seen: list[str], name: str, data: object) -> None:
    seen.append(name)


# -- the server's certificate ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("direct_tls", [False, True])
async def test_the_certificate_is_told_before_the_password_is(direct_tls: bool) -> None:
    async with Server(accounts={"me": "secret"}) as server:
        xmpp = server.client("me")
        if direct_tls:
            xmpp.enable_starttls, xmpp.enable_direct_tls = False, True
            xmpp.address = (server.host, server.tls_port)
        seen: list[str] = []
        names = ["ssl_cert", "tls_success", "auth_success", "stream_negotiated", "connected", "session_start"]
        for name in names:
            xmpp.add_event_handler(name, partial(_note, seen, name))
        told: list[str] = []
        xmpp.add_event_handler("ssl_cert", told.append)
        async with xmpp:
            await asyncio.sleep(0)
        assert seen == names
        certificate = ssl.PEM_cert_to_DER_cert(told[0])
        assert certificate


@pytest.mark.parametrize("direct_tls", [False, True])
async def test_the_program_refuses_a_certificate(direct_tls: bool) -> None:
    async with Server(accounts={"me": "secret"}) as server:
        xmpp = server.client("me")
        if direct_tls:
            xmpp.enable_starttls, xmpp.enable_direct_tls = False, True
            xmpp.address = (server.host, server.tls_port)
        seen: list[str] = []
        xmpp.add_event_handler("auth_success", lambda _: seen.append("auth_success"))
        xmpp.add_event_handler("ssl_cert", lambda _: xmpp.abort())
        with pytest.raises(ConnectionFailure):
            await xmpp.connect(*xmpp.address)
        await xmpp.aclose()
        assert seen == []


# -- TLS by a context ------------------------------------------------------------------------------------------------


def test_no_context_changes_nothing(xmpp: Any) -> None:
    assert xmpp.tls_settings() == TLSSettings()


def test_a_context_that_verifies_nothing(xmpp: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    xmpp.ssl_context = context
    assert xmpp.tls_settings() == TLSSettings(unsafe_accept_any_certificate=True)


def test_the_context_that_is_there_is_changed(xmpp: Any) -> None:
    xmpp.ssl_context.check_hostname = False
    assert not xmpp.tls_settings().unsafe_accept_any_certificate
    xmpp.ssl_context.verify_mode = ssl.CERT_NONE
    assert xmpp.tls_settings().unsafe_accept_any_certificate


def test_get_ssl_context_is_overridden(tmp_path: Path) -> None:
    from tests.transport.ca import Authority

    authority = Authority("root")

    class Program(ClientXMPP):
        def get_ssl_context(self) -> ssl.SSLContext:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=authority.pem)
            return context

    xmpp = Program("me@example.org", "secret")
    found = xmpp.tls_settings().ca_certs
    assert isinstance(found, str)
    assert found.split() == authority.pem.split()
    xmpp.ca_certs = tmp_path / "mine.pem"
    assert xmpp.tls_settings().ca_certs == str(tmp_path / "mine.pem")


def test_what_it_belongs_to(xmpp: Any) -> None:
    assert xmpp.plugin.xmpp is xmpp
    xmpp.plugin.config["xep_0231"] = {"max_size": 9}
    xmpp.plugin.enable_all(["xep_0030", "xep_0231"], {"xep_0030": {}})
    assert xmpp["xep_0231"].max_size == 9
    assert xmpp.boundjid == JID("me@example.org/desk")


def test_the_stanza_module_of_a_plugin(xmpp: Any) -> None:
    for name in ("xep_0030", "xep_0231", "xep_0199"):
        xmpp.register_plugin(name)
    assert xmpp["xep_0231"].stanza.BitsOfBinary is BitsOfBinary
    assert xmpp["xep_0030"].stanza.DiscoInfo()["identities"] == set()
    with pytest.raises(AttributeError, match="'XEP_0199' has no attribute 'stanza'"):
        _ = xmpp["xep_0199"].stanza
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = xmpp["xep_0231"].nothing


async def test_a_driven_request_without_an_id_gets_one(xmpp: ClientXMPP) -> None:
    transport = driven(xmpp)
    transport.next_sent()
    xmpp.new_id = lambda: "given"  # type: ignore[method-assign]  # as programs do
    xmpp.data_received('<iq type="get" from="a@b.example/c"><unknown xmlns="urn:x"/></iq>')
    assert b'id="given"' in (transport.next_sent() or b"")


def test_the_origin_id_of_a_message() -> None:
    message = Message()
    assert message.get_origin_id() == ""
    message.set_origin_id("a")
    message.set_origin_id("b")
    assert message.get_origin_id() == "b"
    assert len(message.xml) == 1
    with pytest.raises(ValueError, match="origin_id"):
        message.set_origin_id("\x00")
    assert message.get_origin_id() == "b"
    message.del_origin_id()
    message.del_origin_id()
    assert len(message.xml) == 0
