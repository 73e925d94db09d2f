"""Accounts that people make, change and remove by themselves, spoken by a client that is not ours (XEP-0077)."""

from contextlib import AsyncExitStack

import pytest

from helixmpp.testing import Server, ServerLimits
from helixmpp.xml import NS_SASL
from tests.testing.rawclient import RawClient, StreamEnded, condition, differences

NS = "jabber:iq:register"
OFFER = "{http://jabber.org/features/iq-register}register"
ACCOUNTS = {"alice": "secret"}
FAILURE = f"{{{NS_SASL}}}failure"


def query(content: str = "") -> str:
    return f"<query xmlns='{NS}'>{content}</query>"


def filled_in(user: str, password: str) -> str:
    return query(f"<username>{user}</username><password>{password}</password>")


async def test_it_is_offered_within_tls_to_who_is_nobody_yet() -> None:
    async with Server(ACCOUNTS, registration=True) as server, RawClient(server) as client:
        await client.connect()
        assert (await client.open()).find(OFFER) is None
        await client.starttls()
        assert (await client.open()).find(OFFER) is not None
        await client.plain("alice", "secret")
        assert (await client.open()).find(OFFER) is None
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        assert (await client.secure()).find(OFFER) is None
        for type_ in ("get", "set"):
            answer = await client.ask(f"<iq type='{type_}' id='1'>{filled_in('bill', 'Calliope')}</iq>")
            assert condition(answer) == "service-unavailable"
        with pytest.raises(LookupError):
            server.jid("bill")


async def test_an_account_is_made_and_used_on_one_stream() -> None:
    async with Server(ACCOUNTS, registration=True) as server, RawClient(server) as client:
        await client.secure()
        found = await client.ask(f"<iq type='get' id='1' to='test.example'>{query()}</iq>")
        words = "Choose a user name and a password."
        wanted = query(f"<instructions>{words}</instructions><username/><password/>")
        assert not differences([found], [f"<iq type='result' id='1' from='test.example'>{wanted}</iq>"])
        assert (await client.ask(f"<iq type='set' id='2'>{filled_in('bill', 'Calliope')}</iq>")).get(
            "type"
        ) == "result"
        # One stream makes one.
        again = await client.ask(f"<iq type='set' id='3'>{filled_in('bill2', 'Calliope')}</iq>")
        assert condition(again) == "not-acceptable"
        assert (await client.plain("bill", "Calliope")).tag != FAILURE
        await client.open()
        await client.bind("desk")
        assert server.jid("bill") == "bill@test.example"
        assert server.client("bill").password == "Calliope"


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (filled_in("alice", "x"), "conflict"),
        (filled_in("ALICE", "x"), "conflict"),
        (filled_in("bill", ""), "not-acceptable"),
        (filled_in("", "x"), "not-acceptable"),
        (filled_in("a@b", "x"), "not-acceptable"),
        (filled_in("bill", "&#x7f;"), "not-acceptable"),
        (query(), "not-acceptable"),
        (query("<remove/>"), "not-acceptable"),
        (filled_in("carol", "x"), "resource-constraint"),
    ],
)
async def test_refusals(content: str, refusal: str) -> None:
    limits = ServerLimits(accounts=1 if refusal == "resource-constraint" else 10)
    async with Server(ACCOUNTS, registration=True, limits=limits) as server, RawClient(server) as client:
        await client.secure()
        assert condition(await client.ask(f"<iq type='set' id='1'>{content}</iq>")) == refusal
        # It may be tried again, and what was there is as it was.
        assert (await client.plain("alice", "secret")).tag != FAILURE


@pytest.mark.parametrize(
    "stanza",
    [
        f"<iq type='get'>{query()}</iq>",
        f"<iq type='get' id='1' to='alice@test.example'>{query()}</iq>",
        f"<iq type='get' id='1' to='other.example'>{query()}</iq>",
        f"<iq type='result' id='1'>{query()}</iq>",
        f"<iq type='get' id='1'>{query()}{query()}</iq>",
        "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
        "<iq type='get' id='1'/>",
        "<message/>",
    ],
)
async def test_nothing_else_is_taken_before_authentication(stanza: str) -> None:
    async with Server(ACCOUNTS, registration=True) as server, RawClient(server) as client:
        await client.secure()
        client.send(stanza)
        assert await client.ended() == "not-authorized"


async def test_who_is_registered() -> None:
    async with Server(ACCOUNTS, registration=True) as server, RawClient(server) as client:
        await client.login("alice")
        on_file = query("<registered/><username>alice</username><password/>")
        found = await client.ask(f"<iq type='get' id='1'>{query()}</iq>")
        assert not differences([found], [f"<iq type='result' id='1' to='{client.jid}'>{on_file}</iq>"])
        for content, refusal in [
            (filled_in("bob", "x"), "bad-request"),
            (filled_in("alice", ""), "bad-request"),
            (filled_in("alice", "&#x7f;"), "not-acceptable"),
            (query("<remove/><username>alice</username>"), "bad-request"),
        ]:
            assert condition(await client.ask(f"<iq type='set' id='2'>{content}</iq>")) == refusal
        changed = await client.ask(f"<iq type='set' id='3'>{filled_in('alice', 'another')}</iq>")
        assert changed.get("type") == "result"
        async with RawClient(server) as other:
            await other.secure()
            assert (await other.plain("alice", "secret")).tag == FAILURE
            assert (await other.plain("alice", "another")).tag != FAILURE


async def test_an_account_that_ends() -> None:
    async with (
        Server({"alice": "secret", "bob": "x"}, registration=True) as server,
        AsyncExitStack() as stack,
    ):
        server.befriend("alice", "bob")
        clients = [await stack.enter_async_context(RawClient(server)) for _ in range(3)]
        for client, user in zip(clients, ("alice", "alice", "bob"), strict=True):
            await client.login(user, password="x" if user == "bob" else "secret")
            client.send("<presence/>")
            await client.settle()
        alice, elsewhere, bob = clients
        await bob.settle()
        assert (await alice.ask(f"<iq type='set' id='1'>{query('<remove/>')}</iq>")).get("type") == "result"
        assert await alice.ended() == "not-authorized"
        assert await elsewhere.ended() == "not-authorized"
        told = {stanza.get("type") for stanza in await bob.settle()}
        assert {"unavailable", "unsubscribe", "unsubscribed"} <= told
        with pytest.raises(LookupError):
            server.jid("alice")
        async with RawClient(server) as client:
            await client.secure()
            assert (await client.plain("alice", "secret")).tag == FAILURE


async def test_who_is_asked_to_change_nothing() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as client:
        await client.login("alice")
        for type_, content in (("get", query()), ("set", query("<remove/>"))):
            answer = await client.ask(f"<iq type='{type_}' id='1'>{content}</iq>")
            assert condition(answer) == "service-unavailable"
        with pytest.raises(StreamEnded):
            client.send("</stream:stream>")
            await client.next()
