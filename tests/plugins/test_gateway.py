"""XEP-0100 without a network: logins, contacts, messages, addresses, and who is served."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0100 import XEP_0100, GatewayQuery, LegacyError
from helixmpp.plugins.xep_0100.logins import Logins
from helixmpp.plugins.xep_0100.turns import Turns
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

ROMEO = "romeo@montague.lit"
NS = "jabber:iq:gateway"
EVENTS = ("legacy_login", "legacy_logout", "legacy_presence_unavailable", "legacy_message", "gateway_message")


class Gateway(OfflineComponent):
    """A gateway where romeo is registered, whose events are written down."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, str]] = []
        self.gate = self.register_plugin(XEP_0100, {"type": "aim", "component_name": "AIM", **settings})
        self.plugin["xep_0077"].api.register(self.user_get, "user_get")
        for event in EVENTS:
            self.add_event_handler(event, partial(self.note, event))

    async def user_get(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> dict[str, str] | None:
        assert ifrom is None
        await asyncio.sleep(0)
        return {"username": "r"} if args["from"].bare == ROMEO else None

    def note(self, event: str, stanza: Any) -> None:
        self.seen.append((event, str(stanza["from"]), str(stanza["to"])))

    def taken(self) -> list[tuple[str, str, str]]:
        seen, self.seen = self.seen, []
        return seen


@pytest.fixture
async def xmpp() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    yield gateway
    await gateway.aclose()
    assert not gateway.failures


def presence(kind: str = "", to: str = "comp.example.org", user: str = f"{ROMEO}/orchard") -> str:
    return f"<presence from='{user}' to='{to}'" + (f" type='{kind}'" if kind else "") + "/>"


def shape(sent: list[Element]) -> list[tuple[str, str, str]]:
    return [(one.get("type", ""), one.get("from", ""), one.get("to", "")) for one in sent]


GATE = "comp.example.org"
NURSE = "nurse@comp.example.org"


async def test_logging_in_and_out(xmpp: Gateway) -> None:
    assert shape(await xmpp.receive(presence())) == [("", GATE, ROMEO)]
    assert xmpp.taken() == [("legacy_login", f"{ROMEO}/orchard", GATE)]
    assert xmpp.gate.is_logged_in(ROMEO)
    assert await xmpp.receive(presence(user=f"{ROMEO}/phone")) == []
    assert await xmpp.receive(presence("unavailable")) == []
    await xmpp.receive(presence("unavailable", NURSE, f"{ROMEO}/phone"))
    assert xmpp.taken() == [("legacy_presence_unavailable", f"{ROMEO}/phone", NURSE)]
    assert shape(await xmpp.receive(presence("unavailable", user=f"{ROMEO}/phone"))) == [
        ("unavailable", GATE, f"{ROMEO}/phone")
    ]
    assert xmpp.taken() == [("legacy_logout", f"{ROMEO}/phone", GATE)]
    # An earlier run of the program may have logged him in.
    assert shape(await xmpp.receive(presence("unavailable"))) == [("unavailable", GATE, f"{ROMEO}/orchard")]
    assert xmpp.taken() == [("legacy_logout", f"{ROMEO}/orchard", GATE)]
    # A presence to a contact is a login, too, and one without a resource ends all, if we are subscribed.
    await xmpp.receive(presence(to=NURSE))
    await xmpp.receive(presence("unavailable", user=ROMEO))
    assert xmpp.gate.is_logged_in(ROMEO)
    xmpp.roster[GATE][ROMEO].to = True
    await xmpp.receive(presence("unavailable", user=ROMEO))
    assert [event for event, _, _ in xmpp.taken()] == ["legacy_login", "legacy_logout"]


async def test_what_comes_quickly_stays_in_order(xmpp: Gateway) -> None:
    for text in (
        presence(), f"<message from='{ROMEO}/orchard' to='{NURSE}' type='chat'><body>1</body></message>",
        presence("unavailable"), presence(),
    ):  # fmt: skip
        stanza = parse_one(f"<stream xmlns='jabber:component:accept'>{text}</stream>")[0]
        xmpp.stanza_received(stanza)
    await settle()
    assert [event for event, _, _ in xmpp.taken()] == [
        "legacy_login", "legacy_message", "legacy_logout", "legacy_login",
    ]  # fmt: skip


async def test_a_login_that_fails(xmpp: Gateway) -> None:
    def fail(stanza: Any) -> None:
        xmpp.gate.login_failed(stanza["from"], "not-authorized", "Wrong password.")

    with xmpp.event_handler("legacy_login", fail):
        (error,) = await xmpp.receive(presence())
    assert (error.get("type"), error.get("to"), error.get("from")) == ("error", ROMEO, GATE)
    assert "Wrong password." in "".join(error.itertext())
    assert not xmpp.gate.is_logged_in(ROMEO)
    assert shape(await xmpp.receive(presence())) == [("", GATE, ROMEO)]


@pytest.mark.parametrize(
    "text",
    [
        presence(user="eve@b.lit/x"),
        presence("unavailable", user="eve@b.lit/x"),
        presence("unavailable", NURSE, "eve@b.lit/x"),
        presence("error"),
        f"<message from='{ROMEO}/x' to='{NURSE}' type='groupchat'><body>x</body></message>",
        f"<message from='{ROMEO}/x' to='{NURSE}' type='error'><body>x</body></message>",
        f"<message from='eve@b.lit/x' to='{NURSE}' type='error'><body>x</body></message>",
        f"<message from='eve@b.lit/x' to='{NURSE}' type='headline'><body>x</body></message>",
        f"<message from='{ROMEO}/x' to='{NURSE}' type='chat'/>",
        presence(user="a@@b"),
        presence("unavailable", user=""),
        f"<message from='a@@b' to='{NURSE}'><body>x</body></message>",
        f"<message to='{NURSE}'><body>x</body></message>",
    ],
)
async def test_what_is_passed_over(xmpp: Gateway, text: str) -> None:
    assert await xmpp.receive(text) == []
    assert xmpp.taken() == []


@pytest.mark.parametrize(("to", "event"), [(NURSE, "legacy_message"), (GATE, "gateway_message")])
async def test_messages(xmpp: Gateway, to: str, event: str) -> None:
    text = f"<message from='{ROMEO}/x' to='{to}' type='chat'><body>Hello</body></message>"
    assert await xmpp.receive(text) == []
    assert xmpp.taken() == [(event, f"{ROMEO}/x", to)]
    (refusal,) = await xmpp.receive(text.replace("romeo", "eve"))
    assert shape([refusal]) == [("error", to, "eve@montague.lit/x")]
    assert refusal.find(".//{*}registration-required") is not None
    assert xmpp.taken() == []


async def test_without_registration() -> None:
    xmpp = Gateway(needs_registration=False)
    await xmpp.receive(f"<message from='eve@b.lit/x' to='{GATE}'><body>Hello</body></message>")
    await xmpp.receive(presence(user="eve@b.lit/x"))
    assert [event for event, _, _ in xmpp.taken()] == ["gateway_message", "legacy_login"]
    await xmpp.aclose()


async def test_a_user_whose_address_nobody_could_write_here() -> None:
    # Unicode 3.2 does not assign it: a program cannot build such an address, and has to take it when it comes.
    xmpp = Gateway(needs_registration=False)
    (answer,) = await xmpp.receive(presence(user="💩@b.lit/x"))
    assert shape([answer]) == [("", GATE, "💩@b.lit")]
    xmpp.gate.login_failed(JID.parse("💩@b.lit/x", lenient=True))
    assert shape(xmpp.sent[1:]) == [("error", GATE, "💩@b.lit")]
    assert not xmpp.failures
    await xmpp.aclose()


async def test_registering_and_its_end(xmpp: Gateway) -> None:
    iq = f"<iq type='set' id='1' from='{ROMEO}/orchard' to='{GATE}'><query xmlns='jabber:iq:register'>%s</query></iq>"
    fields = "<username>r</username><password>p</password>"
    sent = await xmpp.receive(iq % fields)
    assert shape(sent) == [
        ("result", GATE, f"{ROMEO}/orchard"), ("subscribe", GATE, ROMEO),
    ]  # fmt: skip
    assert [event for event, _, _ in xmpp.taken()] == ["legacy_login"]
    await xmpp.receive(presence("subscribed", user=ROMEO))
    sent = await xmpp.receive(presence("subscribe", user=ROMEO))
    assert shape(sent) == [("subscribed", GATE, ROMEO), ("", GATE, ROMEO)]
    assert xmpp.roster[GATE][ROMEO].subscription == "both"
    assert await xmpp.receive(presence()) == []
    sent = await xmpp.receive((iq % "<remove/>").replace("id='1'", "id='2'"))
    assert shape(sent) == [
        ("result", GATE, f"{ROMEO}/orchard"), ("unsubscribe", GATE, ROMEO), ("unsubscribed", GATE, ROMEO),
        ("unavailable", GATE, ROMEO),
    ]  # fmt: skip
    assert [event for event, _, _ in xmpp.taken()] == ["legacy_logout"]
    assert not xmpp.gate.is_logged_in(ROMEO)


class Contacts:
    """The operations of a program."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str, str]] = []
        self.refuses = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def legacy_contact_add(self, jid: JID, node: str, ifrom: JID, args: JID) -> None:
        self.calls.append(("add", str(jid), str(ifrom), str(args)))
        await self.gate.wait()
        if self.refuses:
            raise LegacyError("no such contact")

    def legacy_contact_remove(self, jid: JID, node: str, ifrom: JID, args: JID) -> None:
        self.calls.append(("remove", str(jid), str(ifrom), str(args)))
        if self.refuses:
            raise LegacyError("no such contact")


async def test_contacts(xmpp: Gateway) -> None:
    contacts = Contacts()
    xmpp.gate.api.bind(contacts)
    subscribe, unsubscribe = [presence(kind, NURSE, ROMEO) for kind in ("subscribe", "unsubscribe")]
    sent = await xmpp.receive(subscribe)
    assert shape(sent) == [("subscribed", NURSE, ROMEO), ("", NURSE, ROMEO), ("subscribe", NURSE, ROMEO)]
    gone = [("unsubscribe", NURSE, ROMEO), ("unsubscribed", NURSE, ROMEO), ("unavailable", NURSE, ROMEO)]
    assert shape(await xmpp.receive(unsubscribe)) == [("unavailable", NURSE, ROMEO), *gone]
    # Rosters may be lost: what a user takes off is gone, whether or not it was known here.
    assert shape(await xmpp.receive(unsubscribe)) == gone
    contacts.refuses = True
    assert shape(await xmpp.receive(subscribe)) == [("unsubscribed", NURSE, ROMEO)]
    assert contacts.calls == [
        ("add", GATE, ROMEO, NURSE), ("remove", GATE, ROMEO, NURSE), ("remove", GATE, ROMEO, NURSE),
        ("add", GATE, ROMEO, NURSE),
    ]  # fmt: skip
    contacts.calls.clear()
    assert shape(await xmpp.receive(subscribe.replace("romeo", "eve"))) == [
        ("unsubscribed", NURSE, "eve@montague.lit")
    ]
    await xmpp.receive(unsubscribe.replace("romeo", "eve"))
    assert contacts.calls == []


async def test_a_request_that_is_withdrawn_meanwhile(xmpp: Gateway) -> None:
    contacts = Contacts()
    xmpp.gate.api.bind(contacts)
    contacts.gate.clear()
    assert await xmpp.receive(presence("subscribe", NURSE, ROMEO)) == []
    assert await xmpp.receive(presence("unsubscribe", NURSE, ROMEO)) == []
    before = len(xmpp.sent)
    contacts.gate.set()
    await settle()
    assert xmpp.sent[before:] == []
    assert xmpp.roster[NURSE][ROMEO].subscription == "none"


async def test_contacts_without_operations_are_granted(xmpp: Gateway) -> None:
    assert shape(await xmpp.receive(presence("subscribe", NURSE, ROMEO)))[0] == ("subscribed", NURSE, ROMEO)


async def test_the_beginning_and_the_end_of_a_session(xmpp: Gateway) -> None:
    xmpp.roster[GATE][ROMEO].authorize()
    await xmpp.receive(presence())
    before = len(xmpp.sent)
    xmpp.event("session_start")
    assert shape(xmpp.sent[before:]) == [("", GATE, ROMEO)]
    assert not xmpp.gate.is_logged_in(ROMEO)
    before = len(xmpp.sent)
    xmpp.gate.sign_off()
    assert shape(xmpp.sent[before:]) == [("unavailable", GATE, ROMEO)]


def query(inner: str, type_: str = "set", to: str = GATE) -> str:
    return f"<iq type='{type_}' id='1' from='{ROMEO}/x' to='{to}'><query xmlns='{NS}'>{inner}</query></iq>"


async def test_the_prompt_and_an_address(xmpp: Gateway) -> None:
    xmpp.gate.prompt_text = "Please enter the name."
    (found,) = await xmpp.receive(query("", "get"))
    prompt = GatewayQuery(xml=found[0])
    assert (prompt["desc"], prompt["prompt"]) == ("Please enter the name.", "Contact ID")
    (found,) = await xmpp.receive(query("<prompt> Foo Bar@x </prompt>"))
    assert GatewayQuery(xml=found[0]).jid == JID(r"foo\20bar\40x@comp.example.org")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (query("<prompt> </prompt>"), "bad-request"),
        (query(""), "bad-request"),
        (query("<prompt>" + "x" * 1100 + "</prompt>"), "not-acceptable"),
        (query("", "get", NURSE), "service-unavailable"),
        (query("<prompt>x</prompt>", to=NURSE), "service-unavailable"),
        (query("<prompt>gone</prompt>"), "item-not-found"),
    ],
)
async def test_addresses_that_are_refused(
    xmpp: Gateway, monkeypatch: pytest.MonkeyPatch, text: str, condition: str
) -> None:
    usual = xmpp.gate.legacy_jid

    async def legacy_jid(name: str, ifrom: JID) -> JID:
        if name == "gone":
            raise XMPPError("item-not-found")
        found = usual(name, ifrom)
        assert isinstance(found, JID)
        return found

    monkeypatch.setattr(xmpp.gate, "legacy_jid", legacy_jid)
    (answer,) = await xmpp.receive(text)
    assert answer.find(f".//{{*}}{condition}") is not None


async def test_the_side_of_a_client() -> None:
    xmpp = OfflineClient()
    plugin = xmpp.register_plugin(XEP_0100)

    async def answer(asked: Any, inner: str) -> Any:
        task = asyncio.ensure_future(asked)
        await settle()
        sent = xmpp.sent[-1]
        await xmpp.receive(
            f"<iq type='result' id='{sent.get('id')}' from='{GATE}'><query xmlns='{NS}'>{inner}</query></iq>"
        )
        return await task

    found = await answer(plugin.get_prompt(GATE), "<desc>d</desc><prompt>p</prompt>")
    assert (found["gateway"]["desc"], found["gateway"]["prompt"]) == ("d", "p")
    assert await answer(plugin.get_legacy_jid(GATE, "Foo"), f"<jid>{NURSE}</jid>") == JID(NURSE)
    assert xmpp.sent[-1][0][0].text == "Foo"
    with pytest.raises(BadStanza):
        await answer(plugin.get_legacy_jid(GATE, "Foo"), "")
    # A client is no gateway.
    (refusal,) = await xmpp.receive(query("", "get", "me@example.org/desk"))
    assert refusal.find(".//{*}service-unavailable") is not None
    assert (
        await xmpp.receive(f"<message from='{ROMEO}/x' to='me@example.org/desk'><body>x</body></message>")
        == []
    )
    assert xmpp.roster.auto_authorize is not None or xmpp.auto_authorize is None
    await xmpp.aclose()


def test_logins_are_bounded() -> None:
    logins = Logins(lambda: (3, 2))
    for number in range(100):
        assert logins.add(JID(f"u{number}@b.lit/x"))
    assert len(logins) == 3
    for number in range(100):
        logins.add(JID(f"u99@b.lit/{number}"))
    assert [logins.remove(JID(f"u99@b.lit/{number}")) for number in (98, 99)] == [False, True]


async def test_turns_leave_nothing_behind() -> None:
    turns, order = Turns(), list[int]()

    async def take(number: int) -> None:
        async with turns.of("x"):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(take(number) for number in range(5)))
    assert (order, len(turns)) == ([0, 1, 2, 3, 4], 0)


async def test_taking_it_off(xmpp: Gateway) -> None:
    disco = xmpp.plugin["xep_0030"]
    assert ("gateway", "aim", None, "AIM") in (await disco.info_of()).identities
    assert xmpp.auto_authorize is None
    xmpp.plugin.disable("xep_0100")
    info = await disco.info_of()
    assert ("gateway", "aim", None, "AIM") not in info.identities
    assert NS not in info.features
    assert xmpp.auto_authorize is True


async def test_a_message_of_a_contact(xmpp: Gateway) -> None:
    xmpp.gate.transform_legacy_message(ROMEO, "nurse", "Hello", "chat")
    (sent,) = xmpp.sent
    assert (sent.get("from"), sent.get("to"), sent.get("type")) == (NURSE, ROMEO, "chat")
    assert sent.findtext("{*}body") == "Hello"


async def test_a_program_may_find_addresses_itself() -> None:
    gateway = Gateway(finds_addresses=False)
    (answer,) = await gateway.receive(
        f"<iq type='get' id='1' from='{ROMEO}' to='{GATE}'><query xmlns='{NS}'/></iq>"
    )
    assert answer.find(".//{*}service-unavailable") is not None
    info = await gateway.plugin["xep_0030"].info_of(GATE, local=True)
    assert NS not in info["features"]
    await gateway.aclose()
