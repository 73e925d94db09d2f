"""The dialogue tester itself: what it lets pass, and what it does not."""

import asyncio
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, Message
from helixmpp.stanza import StanzaBase
from helixmpp.testing.slixcompare import fix_namespaces, parse_xml, same
from helixmpp.testing.slixintegration import SlixIntegration
from helixmpp.testing.slixtest import SlixTest
from helixmpp.testing.slixtransport import TestTransport

MESSAGE = '<message from="a@b.example/c" type="chat"><body>hi</body></message>'


class Case(SlixTest):
    """One to call by hand."""

    def runTest(self) -> None:
        """unittest wants it."""


@pytest.fixture
def current_loop() -> Iterator[None]:
    """The thread's event loop; without one SlixTest makes one that it leaves to the next test."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def case(current_loop: None) -> Iterator[Case]:
    case = Case()
    yield case
    case.tearDown()


def echo(case: Case) -> None:
    def answer(message: Message) -> None:
        message.reply(f"{message['body']}!").send()

    case.xmpp.add_event_handler("message", answer)


# -- dialogues ------------------------------------------------------------------------------------------------------


def test_a_transport_is_true_though_nothing_waits_on_it(case: Case) -> None:
    # Programs that override send_raw() look whether there is a transport.
    case.stream_start(plugins=[])
    assert len(case.xmpp.transport) == 0
    assert case.xmpp.transport
    assert case.xmpp.socket


@pytest.mark.parametrize("namespace", ["", "jabber:client", "jabber:component:accept"])
def test_what_a_component_sends_is_written_in_either_namespace(case: Case, namespace: str) -> None:
    case.stream_start(mode="component", plugins=[], jid="gate.example.org")
    case.xmpp.make_message("a@b.example", "hi", mfrom="gate.example.org").send()
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    case.send(f'<message{xmlns} to="a@b.example" from="gate.example.org"><body>hi</body></message>')


def test_an_answer_of_nobody_is_his_who_was_asked(case: Case) -> None:
    case.stream_start(plugins=["xep_0030"])
    events: list[str] = []

    def answered(iq: Iq) -> None:
        events.append(str(iq["from"]))

    case.xmpp.add_event_handler("disco_info", answered)
    asked = case.xmpp.wrap(case.xmpp["xep_0030"].get_info("user@localhost", "foo"))
    case.wait_()
    sent = case.next_sent()
    assert sent is not None
    query = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    for sender in ("from='other@localhost'", ""):
        case.recv(f"<iq type='result' id='{sent['id']}' {sender}>{query}</iq>")
    assert case.run_coro(asked)["from"] == "user@localhost"
    assert events == ["user@localhost"]


def test_the_program_hears_nothing_of_the_end_of_a_test(case: Case) -> None:
    case.stream_start(plugins=["xep_0030"])
    heard: list[BaseException] = []
    case.xmpp.exception = heard.append

    async def ask(message: Message) -> None:
        await case.xmpp["xep_0030"].get_info("a@b.example/c")

    case.xmpp.add_event_handler("message", ask)
    case.recv(MESSAGE)
    assert case.next_sent() is not None
    case.stream_close()
    assert heard == []


def test_payloads_that_are_elements_have_values(case: Case) -> None:
    case.stream_start(plugins=["xep_0060", "xep_0297"])
    case.recv("<message from='a@b.example'><body>x</body></message>")
    item = "<item id='1'><x xmlns='urn:x'><y/></x></item>"
    event = f"<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='n'>{item}</items></event>"
    xml = parse_xml(f"<message xmlns='jabber:client' to='a@b.example'>{event}</message>")
    case.check(Message(xml=xml), f"<message to='a@b.example'>{event}</message>")
    inner = "<message xmlns='jabber:client'><body>x</body></message>"
    forwarded = f"<forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded>"
    xml = parse_xml(f"<message xmlns='jabber:client'>{forwarded}</message>")
    case.check(Message(xml=xml), f"<message>{forwarded}</message>")


@pytest.mark.parametrize("mode", ["client", "component"])
def test_a_dialogue(case: Case, mode: str) -> None:
    case.stream_start(mode=mode, plugins=[])
    echo(case)
    case.recv(MESSAGE)
    case.send('<message to="a@b.example/c" type="chat"><body>hi!</body></message>')
    case.send(None)


async def slow(message: Message) -> None:
    await asyncio.sleep(0.02)
    message.reply("slow").send()


async def in_a_thread(message: Message) -> None:
    await asyncio.to_thread(sum, [1, 2])
    message.reply("slow").send()


@pytest.mark.parametrize("handler", [slow, in_a_thread])
def test_a_handler_that_takes_its_time_is_waited_for(case: Case, handler: Callable[[Message], Any]) -> None:
    case.stream_start(plugins=[])
    case.xmpp.add_event_handler("message", handler)
    case.recv(MESSAGE)
    case.send('<message to="a@b.example/c" type="chat"><body>slow</body></message>')


@pytest.mark.parametrize(
    "wanted",
    [
        '<message to="a@b.example/c" type="chat"><body>other</body></message>',
        '<message to="a@b.example/c" type="normal"><body>hi!</body></message>',
        '<message to="a@b.example" type="chat"><body>hi!</body></message>',
        '<message to="a@b.example/c" type="chat"/>',
        '<message to="a@b.example/c" type="chat"><body>hi!</body><x xmlns="urn:x"/></message>',
        '<presence to="a@b.example/c" type="chat"><body>hi!</body></presence>',
        None,
    ],
)
def test_what_was_sent_is_not_what_is_wanted(case: Case, wanted: str | None) -> None:
    case.stream_start(plugins=[])
    echo(case)
    case.recv(MESSAGE)
    with pytest.raises(AssertionError):
        case.send(wanted)


@pytest.mark.parametrize("kind", ["error", "result"])
def test_what_has_an_error_is_one(case: Case, kind: str) -> None:
    """Reading the error of what is wanted makes it one in slixmpp, and tests have come to rely on it."""
    case.stream_start(plugins=[])
    case.recv('<iq type="get" from="a@b.example/c" id="1"><query xmlns="urn:nobody"/></iq>')
    case.send(
        f'<iq type="{kind}" to="a@b.example/c" id="1"><error type="cancel">'
        '<service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>'
    )


def test_nothing_was_sent(case: Case) -> None:
    case.stream_start(plugins=[])
    with pytest.raises(AssertionError, match="nothing was sent"):
        case.send("<message/>", timeout=0.01)


@pytest.mark.parametrize(
    ("method", "right", "wrong"),
    [
        ("stanzapath", "message@type=chat/body", "message@type=normal"),
        ("xpath", "{jabber:client}message/{jabber:client}body", "{jabber:client}message/{jabber:client}x"),
        ("mask", "<message xmlns='jabber:client' type='chat'/>", "<message xmlns='jabber:client' id='9'/>"),
        ("id", "7", "8"),
    ],
)
def test_other_ways_to_compare(case: Case, method: Any, right: str, wrong: str) -> None:
    case.stream_start(plugins=[])
    case.xmpp.make_message("a@b.example", "x", mtype="chat").send()
    message = case.Message(sid="7", stype="chat")
    message["body"] = "x"
    case.check(message, right, method=method)
    with pytest.raises(AssertionError):
        case.check(message, wrong, method=method)
    case.send("message@type=chat/body", method="stanzapath")
    with pytest.raises(ValueError, match="none of exact"):
        case.check(message, right, method="nothing")  # type: ignore[arg-type]  # as programs do


def test_a_sent_stanza_is_an_object(case: Case) -> None:
    case.stream_start(plugins=[])
    case.xmpp.send_presence(pshow="away")
    sent = case.next_sent()
    assert isinstance(sent, StanzaBase)
    assert sent["type"] == "away"
    assert case.next_sent() is None


def test_ids_are_counted_and_defaults_do_not_count(case: Case) -> None:
    case.stream_start()
    asked = case.xmpp.make_iq_get("urn:x", "a@b.example").send()
    case.send('<iq id="1" type="get" to="a@b.example"><query xmlns="urn:x"/></iq>')
    case.recv('<iq id="1" type="result" from="a@b.example"/>')
    assert case.run_coro(asked)["type"] == "result"
    case.xmpp.make_message("a@b.example", "x").send()
    case.send('<message to="a@b.example" type="normal"><body>x</body></message>')
    case.check(case.Presence(), "<presence/>")
    case.xmpp = None
    case.check(case.Iq(), '<iq id="0"/>')


def test_plugins_are_those_that_are_named(case: Case) -> None:
    case.stream_start(plugins=["xep_0199"], plugin_config={"xep_0199": {"keepalive": False}})
    assert set(case.xmpp.plugin) == {"xep_0199", "xep_0030"}
    case.recv('<iq type="get" id="p" from="a@b.example/c"><ping xmlns="urn:xmpp:ping"/></iq>')
    case.send('<iq type="result" id="p" to="a@b.example/c"/>')


def test_the_connection_breaks(case: Case) -> None:
    seen: list[object] = []
    case.stream_start(plugins=[])
    case.xmpp.add_event_handler("disconnected", seen.append)
    case.stream_disconnect()
    case.wait_(0.001)
    assert len(seen) == 1
    with pytest.raises(ConnectionResetError):
        case.xmpp.socket.write(b"x")


@pytest.mark.parametrize("arguments", [{"mode": "server"}, {"socket": "live"}])
def test_what_is_not_offered(case: Case, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mode=|socket="):
        case.stream_start(**arguments)


# -- the negotiation ---------------------------------------------------------------------------------------------


def test_the_test_is_the_server(case: Case) -> None:
    seen: list[str] = []
    case.stream_start(skip=False, plugins=[], sasl_mech="PLAIN")
    xmpp: ClientXMPP = case.xmpp
    xmpp.add_event_handler("session_start", lambda _: seen.append(str(xmpp.boundjid)))
    case.send_header(sto="localhost")
    case.recv_header(sfrom="localhost", sid="s1")
    case.recv_feature(
        "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
        "<mechanism>PLAIN</mechanism></mechanisms></stream:features>"
    )
    case.send_feature(
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHRlc3RlcgB0ZXN0</auth>"
    )
    case.recv("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
    case.send_header(sto="localhost", sfrom="tester@localhost")
    case.recv_header(sfrom="localhost", sid="s2")
    case.recv_feature("<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>")
    case.send_feature("<iq type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    assert seen == []
    case.recv(
        "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
        "<jid>tester@localhost/there</jid></bind></iq>"
    )
    assert seen == ["tester@localhost/there"]
    case.xmpp.send_message("a@b.example", "x")
    case.send("<message to='a@b.example'><body>x</body></message>")


@pytest.mark.parametrize(
    "wrong",
    [{"sto": "other"}, {"sto": "localhost", "sfrom": "x"}, {"sto": "localhost", "default_lang": "de"}],
)
def test_another_header_was_sent(case: Case, wrong: dict[str, Any]) -> None:
    case.stream_start(skip=False, plugins=[])
    with pytest.raises(AssertionError):
        case.send_header(**wrong)


def test_another_feature_was_sent(case: Case) -> None:
    case.stream_start(skip=False, plugins=[])
    case.send_header(sto="localhost")
    with pytest.raises(AssertionError, match="nothing was sent"):
        case.send_feature("<auth/>", timeout=0)
    with pytest.raises(AssertionError, match="no stream header"):
        case.send_header(timeout=0)


# -- helpers --------------------------------------------------------------------------------------------------------


def test_addresses(case: Case) -> None:
    from helixmpp import JID

    case.check_jid(
        JID("a@b.example/c"), "a", "b.example", "c", "a@b.example", "a@b.example/c", "a@b.example/c"
    )
    with pytest.raises(AssertionError, match="resource"):
        case.check_jid(JID("a@b.example/c"), resource="d")


def test_the_roster(case: Case) -> None:
    case.stream_start(plugins=[])
    xmpp: ClientXMPP = case.xmpp
    xmpp.get_roster(callback=lambda _: None)
    case.send('<iq type="get" id="1"><query xmlns="jabber:iq:roster"/></iq>')
    case.recv(
        '<iq type="result" id="1"><query xmlns="jabber:iq:roster">'
        '<item jid="a@b.example" name="A" subscription="both"><group>x</group></item></query></iq>'
    )
    me = "tester@localhost"
    case.check_roster(me, "a@b.example", "A", "both", True, True, False, False, ["x"])
    wrong: list[dict[str, Any]] = [{"name": "B"}, {"subscription": "to"}, {"afrom": False}, {"groups": []}]
    for arguments in wrong:
        with pytest.raises(AssertionError):
            case.check_roster(me, "a@b.example", **arguments)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("<a x='1' y='2'/>", "<a y='2' x='1'/>", True),
        ("<a><b/><c/></a>", "<a> <c/>\n<b/></a>", True),
        ("<a> text </a>", "<a>text</a>", True),
        ("<a><b/><b/></a>", "<a><b/></a>", False),
        ("<a><b/><b/></a>", "<a><b/><c/></a>", False),
        ("<a xmlns='urn:x'/>", "<a/>", False),
        ("<a x='1'/>", "<a/>", False),
        ("<a>b</a>", "<a>c</a>", False),
        ("<stream:a/>", "<a xmlns='http://etherx.jabber.org/streams'/>", True),
    ],
)
def test_what_is_the_same(case: Case, one: str, other: str, equal: bool) -> None:
    first, second = parse_xml(one), parse_xml(other.encode())
    assert same(first, second) is equal
    assert case.compare(first, second) is equal
    assert not case.compare(first)


@pytest.mark.parametrize("text", ["", "no", "<a>", "<b:a/>"])
def test_what_is_no_xml(case: Case, text: str) -> None:
    with pytest.raises(ValueError, match="this is not XML"):
        case.parse_xml(text)


def test_namespaces(case: Case) -> None:
    xml = case.parse_xml("<a><b xmlns='urn:x'><c/></b><d/></a>")
    fix_namespaces(xml)
    assert [each.tag for each in xml.iter()] == [
        "{jabber:client}a",
        "{urn:x}b",
        "{urn:x}c",
        "{jabber:client}d",
    ]
    other = case.parse_xml("<a/>")
    case.fix_namespaces(other, "urn:y")
    assert other.tag == "{urn:y}a"


def test_the_transport() -> None:
    transport = TestTransport()
    transport.write("a")
    transport.write(b"b")
    assert len(transport) == 2
    assert [transport.next_sent(timeout=5), transport.next_sent(), transport.next_sent()] == [
        b"a",
        b"b",
        None,
    ]
    assert transport.get_extra_info("socket") is transport
    assert transport.get_extra_info("peername", default=1) == 1
    assert not transport.is_closing()
    transport.abort()
    assert transport.is_closing()


@pytest.mark.usefixtures("current_loop")
def test_it_runs_under_unittest() -> None:
    class Test(SlixTest):
        def setUp(self) -> None:
            self.stream_start(plugins=[])

        def test_right(self) -> None:
            self.xmpp.send_message("a@b.example", "x")
            self.send('<message to="a@b.example"><body>x</body></message>')

        def test_wrong(self) -> None:
            self.send("<message/>", timeout=0)

    result = unittest.TestResult()
    unittest.TestLoader().loadTestsFromTestCase(Test).run(result)
    assert (result.testsRun, len(result.failures), len(result.errors)) == (2, 1, 0)


# -- on a real server ---------------------------------------------------------------------------------------------


class Integration(SlixIntegration):
    """Waits for what the test below gives it."""

    __test__ = False

    async def asyncSetUp(self) -> None:
        """Add a client."""
        self.add_client(self.envjid("CI_ACCOUNT"), self.envstr("CI_ACCOUNT_PASSWORD"))
        self.register_plugins(["xep_0199", "xep_0030"], [{"timeout": 5}, {}])

    async def test_it(self) -> None:
        """Look at it."""
        assert self.envjid("CI_NOTHING", default="a@b.example") == "a@b.example"
        assert self.clients[0]["xep_0199"].timeout == 5


@pytest.mark.parametrize(
    ("variables", "skipped"),
    [
        ({}, "CI_ACCOUNT is not set"),
        ({"CI_ACCOUNT": "a@b.example"}, "CI_ACCOUNT_PASSWORD is not set"),
        ({"CI_ACCOUNT": "a@b.example", "CI_ACCOUNT_PASSWORD": "x"}, ""),
    ],
)
def test_accounts_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], skipped: str
) -> None:
    for name in ("CI_ACCOUNT", "CI_ACCOUNT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = unittest.TestResult()
    Integration("test_it").run(result)
    assert result.failures == result.errors == []
    assert [reason.removeprefix("the environment variable ") for _, reason in result.skipped] == [
        skipped
    ] * bool(skipped)


async def test_clients_are_connected() -> None:
    from helixmpp.testing import Server

    class Connected(SlixIntegration):
        async def test_it(self) -> None:
            """Nothing: the methods are called below."""

    async with Server(accounts={"a": "secret of a", "b": "secret of b"}) as server:
        case = Connected("test_it")
        for name in ("a", "b"):
            case.add_client(server.jid(name), f"secret of {name}")
        for client in case.clients:
            client.ca_certs = server.ca_certs
            client.address = (server.host, server.port)
        await case.connect_clients()
        assert [client.is_connected() for client in case.clients] == [True, True]
        destroy: Callable[[], Any] = getattr(case, "_destroy")  # noqa: B009 - what unittest calls at the end
        await destroy()
        assert case.clients == []
