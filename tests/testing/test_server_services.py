"""What the server answers itself, and components beside it (XEP-0030, XEP-0199, XEP-0114)."""

import hashlib
from contextlib import AsyncExitStack
from xml.etree.ElementTree import Element

import pytest

from helixmpp.testing import Server
from helixmpp.xml import NS_STREAM
from tests.testing.rawclient import RawClient, condition, differences

INFO, ITEMS = "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items"
A, B, COMP = "alice@test.example", "bob@test.example", "comp.test.example"
ACCOUNTS = {"alice": "secret", "bob": "secret"}


async def enter(stack: AsyncExitStack, server: Server, user: str, resource: str, text: str = "") -> RawClient:
    client = await stack.enter_async_context(RawClient(server))
    await client.login(user, resource=resource)
    client.send(text)
    await client.settle()
    return client


def features(*names: str) -> str:
    return "".join(f"<feature var='{name}'/>" for name in names)


SERVER_INFO = (
    f"<query xmlns='{INFO}'><identity category='server' type='im' name='*'/>"
    + features(INFO, ITEMS, "jabber:iq:roster", "urn:xmpp:ping", "msgoffline")
    + "</query>"
)
ACCOUNT_INFO = (
    f"<query xmlns='{INFO}'><identity category='account' type='registered' name='*'/>"
    + features(INFO, ITEMS, "urn:xmpp:ping")
    + "</query>"
)
PING = "<ping xmlns='urn:xmpp:ping'/>"
ANSWERS = [
    ("test.example", f"<query xmlns='{INFO}'/>", SERVER_INFO),
    ("test.example", f"<query xmlns='{ITEMS}'/>", f"<query xmlns='{ITEMS}'><item jid='{COMP}'/></query>"),
    ("test.example", PING, ""),
    ("test.example/x", PING, ""),
    ("", f"<query xmlns='{INFO}'/>", ACCOUNT_INFO),
    (A, f"<query xmlns='{INFO}'/>", ACCOUNT_INFO),
    (A, f"<query xmlns='{ITEMS}'/>", f"<query xmlns='{ITEMS}'/>"),
    (A, PING, ""),
    (B, f"<query xmlns='{INFO}'/>", ACCOUNT_INFO),  # a friend's
]


@pytest.mark.parametrize(("to", "query", "answer"), ANSWERS)
async def test_answers(to: str, query: str, answer: str) -> None:
    async with Server(ACCOUNTS, components={COMP: "x"}) as server, AsyncExitStack() as stack:
        server.befriend("alice", "bob")
        alice = await enter(stack, server, "alice", "a")
        address = f"to='{to}'" if to else ""
        found = await alice.ask(f"<iq type='get' id='1' {address}>{query}</iq>")
        sender = f"from='{to}'" if to else ""
        expected = f"<iq type='result' id='1' to='{alice.jid}' {sender}>{answer}</iq>"
        assert differences([found], [expected]) == ""


REFUSALS = [
    ("test.example", "get", f"<query xmlns='{INFO}' node='x'/>", "item-not-found"),
    ("test.example", "get", f"<query xmlns='{ITEMS}' node='x'/>", "item-not-found"),
    (A, "get", f"<query xmlns='{INFO}' node='x'/>", "item-not-found"),
    ("test.example", "set", PING, "service-unavailable"),
    ("test.example", "get", "<query xmlns='jabber:iq:roster'/>", "service-unavailable"),
    ("test.example", "get", "<ping xmlns='urn:x'/>", "service-unavailable"),
    (B, "get", f"<query xmlns='{INFO}'/>", "service-unavailable"),  # a stranger's
    ("nobody@test.example", "get", f"<query xmlns='{INFO}'/>", "service-unavailable"),
]


@pytest.mark.parametrize(("to", "kind", "query", "expected"), REFUSALS)
async def test_refusals(to: str, kind: str, query: str, expected: str) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        found = await alice.ask(f"<iq type='{kind}' id='1' to='{to}'>{query}</iq>")
        assert condition(found) == expected
        assert found.get("from") == to


async def test_a_contact_that_may_not_see_the_account_learns_nothing_of_it() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        # Alice is in Bob's roster now, but he is not in the state to show her anything.
        await enter(stack, server, "bob", "b", f"<presence to='{A}' type='subscribe'/>")
        answer = await alice.ask(f"<iq type='get' id='1' to='{B}'><query xmlns='{INFO}'/></iq>")
        assert condition(answer) == "service-unavailable"


# -- components ------------------------------------------------------------------------------------------------


class RawComponent(RawClient):
    """A component, as raw as the client."""

    def __init__(self, server: Server, secret: str = "hush") -> None:
        super().__init__(server)
        self.ns = "jabber:component:accept"
        self.secret = secret

    async def handshake(self, domain: str = COMP) -> None:
        await self.connect(port=self.server.component_port)
        self.open_again(self.header(domain, version=""))
        digest = hashlib.sha1(f"{await self.stream_id()}{self.secret}".encode()).hexdigest()
        self.send(f"<handshake>{digest}</handshake>")
        self.jid = domain

    async def connected(self) -> "RawComponent":
        await self.handshake()
        assert (await self.next()).tag == "{jabber:component:accept}handshake"
        return self


BOT = f"bot@{COMP}"
ASK = "<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>"


def push(subscription: str, more: str = "") -> str:
    return (
        "<iq type='set' id='*' to='*'><query xmlns='jabber:iq:roster' ver='*'>"
        f"<item jid='{BOT}' subscription='{subscription}' {more}/></query></iq>"
    )


def summary(stanzas: list[Element]) -> list[tuple[str | None, str | None, str | None]]:
    return [(stanza.get("type"), stanza.get("from"), stanza.get("to")) for stanza in stanzas]


@pytest.fixture(name="secrets")
def fixture_secrets() -> dict[str, str]:
    return {COMP: "hush", "other.test.example": "hush"}


async def test_component_speaks_with_a_client(secrets: dict[str, str]) -> None:
    async with Server(ACCOUNTS, components=secrets) as server, AsyncExitStack() as stack:
        component = await (await stack.enter_async_context(RawComponent(server))).connected()
        alice = await enter(stack, server, "alice", "a", "<presence/>")
        inner = (
            "<body>hi</body><forwarded xmlns='urn:xmpp:forward:0'>"
            "<message xmlns='jabber:client'><body>inner</body></message></forwarded>"
        )
        alice.send(f"<message to='bot@{COMP}/x' type='chat'>{inner}</message>")
        came = await component.next()
        message = "{jabber:component:accept}message"
        assert (came.tag, came.get("from"), came.get("to")) == (message, alice.jid, f"bot@{COMP}/x")
        assert came[0].tag == "{jabber:component:accept}body"
        assert came[1][0].tag == "{jabber:client}message"  # it says its namespace itself
        component.send(f"<message from='bot@{COMP}' to='{A}' type='chat'>{inner}</message>")
        expected = f"<message from='bot@{COMP}' to='{A}' type='chat'>{inner}</message>"
        assert differences([await alice.next()], [expected]) == ""
        # iq, both ways, and an error
        component.send(f"<iq type='get' id='1' from='{COMP}' to='{alice.jid}'>{PING}</iq>")
        assert (await alice.next()).get("from") == COMP
        alice.send(f"<iq type='result' id='1' to='{COMP}'/>")
        assert (await component.next()).get("type") == "result"
        component.send(f"<iq type='get' id='2' from='bot@{COMP}' to='{A}/gone'>{PING}</iq>")
        error = await component.next()
        assert error.get("to") == f"bot@{COMP}"
        assert error[0].tag == "{jabber:component:accept}error"
        component.send(f"<iq type='get' id='3' from='bot@{COMP}' to='test.example'>{PING}</iq>")
        pong = await component.next()
        assert (pong.get("type"), pong.get("id"), pong.get("to")) == ("result", "3", f"bot@{COMP}")


async def test_subscription_to_a_component(secrets: dict[str, str]) -> None:
    async with Server(ACCOUNTS, components=secrets) as server, AsyncExitStack() as stack:
        component = await (await stack.enter_async_context(RawComponent(server))).connected()
        alice = await enter(stack, server, "alice", "a", ASK)
        alice.send(f"<presence to='{BOT}' type='subscribe'/>")
        assert differences(await alice.settle(), [push("none", "ask='subscribe'")]) == ""
        assert summary(await component.settle()) == [("subscribe", A, BOT)]
        for kind in ("subscribed", "subscribe"):
            component.send(f"<presence from='{BOT}' to='{A}' type='{kind}'/>")
        await component.settle()
        approved = f"<presence from='{BOT}' to='{A}' type='subscribed'/>"
        assert differences(await alice.settle(), [approved, push("to")]) == ""
        alice.send("<presence/>")
        # The request waited for her; the component is probed, and sees nothing as long as it is not approved.
        assert summary(await alice.settle()) == [(None, alice.jid, alice.jid), ("subscribe", BOT, A)]
        assert summary(await component.settle()) == [("probe", alice.jid, BOT)]
        component.send(f"<presence from='{BOT}/x' to='{alice.jid}'/>")
        await component.settle()
        assert summary(await alice.settle()) == [(None, f"{BOT}/x", alice.jid)]
        alice.send(f"<presence to='{BOT}' type='subscribed'/>")
        assert differences(await alice.settle(), [push("both")]) == ""
        assert summary(await component.settle()) == [("subscribed", A, BOT), (None, alice.jid, BOT)]
        component.send(f"<presence from='{BOT}' to='{A}' type='probe'/>")
        assert summary(await component.settle()) == [(None, alice.jid, BOT)]
        await server.cut(alice.jid)
        assert summary(await component.settle()) == [("unavailable", alice.jid, BOT)]
        component.send(f"<presence from='stranger@{COMP}' to='{A}' type='probe'/>")
        assert summary(await component.settle()) == [("unsubscribed", A, f"stranger@{COMP}")]


async def test_component_that_is_not_connected(secrets: dict[str, str]) -> None:
    async with Server(ACCOUNTS, components=secrets) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        alice.send(f"<message id='1' to='x@{COMP}'><body>hi</body></message>")
        alice.send(f"<iq id='2' type='get' to='{COMP}'>{PING}</iq>")
        alice.send(f"<presence to='x@{COMP}'/>")
        answers = await alice.settle()
        assert [(s.get("id"), condition(s)) for s in answers] == [
            ("1", "recipient-unavailable"),
            ("2", "recipient-unavailable"),
        ]
        component = await (await stack.enter_async_context(RawComponent(server))).connected()
        assert COMP in map(str, server.online)
        await server.cut(COMP)
        assert await component.ended() == ""
        again = await (await stack.enter_async_context(RawComponent(server))).connected()
        second = await stack.enter_async_context(RawComponent(server))
        await second.handshake()
        assert await second.ended() == "conflict"
        alice.send(f"<message to='x@{COMP}'><body>hi</body></message>")
        assert (await again.next()).get("from") == alice.jid


@pytest.mark.parametrize(
    ("domain", "secret", "expected"),
    [
        (COMP, "wrong", "not-authorized"),
        ("nobody.test.example", "hush", "host-unknown"),
        ("test.example", "hush", "host-unknown"),
        ("@", "hush", "host-unknown"),
    ],
)
async def test_component_is_refused(domain: str, secret: str, expected: str, secrets: dict[str, str]) -> None:
    async with Server(components=secrets) as server, RawComponent(server, secret) as component:
        await component.handshake(domain)
        assert await component.ended() == expected


BAD_COMPONENT_STANZAS = [
    (f"<message from='x@{COMP}'/>", "improper-addressing"),
    (f"<message to='{A}'/>", "improper-addressing"),
    (f"<message from='@' to='{A}'/>", "invalid-from"),
    (f"<message from='x@other.test.example' to='{A}'/>", "invalid-from"),
    (f"<message from='{B}' to='{A}'/>", "invalid-from"),
    ("<handshake/>", "unsupported-stanza-type"),
    ("<x xmlns='jabber:component:accept'>&x;</x>", "restricted-xml"),
]


@pytest.mark.parametrize(("text", "expected"), BAD_COMPONENT_STANZAS)
async def test_bad_stanza_of_a_component(text: str, expected: str, secrets: dict[str, str]) -> None:
    async with Server(ACCOUNTS, components=secrets) as server, AsyncExitStack() as stack:
        component = await (await stack.enter_async_context(RawComponent(server))).connected()
        component.send(text)
        assert await component.ended() == expected


async def test_component_says_nothing_before_the_handshake(secrets: dict[str, str]) -> None:
    async with Server(ACCOUNTS, components=secrets) as server, RawComponent(server) as component:
        await component.connect(port=server.component_port)
        component.send(component.header(COMP, version="") + f"<message from='{COMP}' to='{A}'/>")
        assert await component.ended() == "not-authorized"
        assert len(server.received) == 0


async def test_client_on_the_port_for_components(secrets: dict[str, str]) -> None:
    async with Server(ACCOUNTS, components=secrets) as server, RawClient(server) as client:
        await client.connect(port=server.component_port)
        client.send(
            f"<stream:stream xmlns='jabber:client' xmlns:stream='{NS_STREAM}' to='{COMP}' version='1.0'>"
        )
        assert await client.ended() == "invalid-namespace"
