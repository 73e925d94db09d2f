"""Who gets which stanza (RFC 6120 section 8, RFC 6121 section 8), as tables."""

from contextlib import AsyncExitStack
from xml.etree.ElementTree import Element

import pytest

from helixmpp.testing import Server, ServerLimits
from helixmpp.xml import parse_one
from tests.testing.rawclient import RawClient, condition, differences

BODY = "{jabber:client}body"
ACCOUNTS = {"alice": "secret", "bob": "secret", "carol@other.example": "secret"}


async def enter(
    stack: AsyncExitStack, server: Server, user: str, resource: str, presence: str = ""
) -> RawClient:
    """Log a client in, send its presence and drop what that brings."""
    client = await stack.enter_async_context(RawClient(server))
    await client.login(user.partition("@")[0], resource=resource, to=user.partition("@")[2] or None)
    client.send(presence)
    await client.settle()
    return client


def bodies(stanzas: list[Element]) -> list[str | None]:
    return [stanza.findtext(BODY) for stanza in stanzas if stanza.tag == "{jabber:client}message"]


# -- messages: the table of RFC 6121 section 8.5.4 ---------------------------------------------------------

BARE, DESK, GONE = "bob@test.example", "bob@test.example/desk", "bob@test.example/gone"
# Bob's resources and their priorities ("": connected and not available), the message's type, to whom; then who gets
# it, and what the sender gets; "kept" is what the next resource of Bob's gets.
NONE: dict[str, str] = {}
NEGATIVE = {"desk": "-1", "phone": ""}
ONE = {"desk": "0", "phone": "-1"}
MANY = {"desk": "1", "phone": "5", "watch": "5", "car": "-1"}
MESSAGES: list[tuple[dict[str, str], str, str, list[str], str]] = [
    (NONE, "chat", BARE, [], "kept"),
    (NONE, "normal", BARE, [], "kept"),
    (NONE, "", BARE, [], "kept"),
    (NONE, "unheard-of", BARE, [], "kept"),
    (NONE, "groupchat", BARE, [], "service-unavailable"),
    (NONE, "headline", BARE, [], ""),
    (NONE, "error", BARE, [], ""),
    (NONE, "chat", GONE, [], "kept"),
    (NONE, "normal", GONE, [], "kept"),
    (NONE, "groupchat", GONE, [], "service-unavailable"),
    (NONE, "headline", GONE, [], ""),
    (NONE, "error", GONE, [], ""),
    (NEGATIVE, "chat", BARE, [], "kept"),
    (NEGATIVE, "normal", BARE, [], "kept"),
    (NEGATIVE, "headline", BARE, [], ""),
    (NEGATIVE, "groupchat", BARE, [], "service-unavailable"),
    (NEGATIVE, "chat", DESK, ["desk"], ""),
    (NEGATIVE, "groupchat", DESK, ["desk"], ""),
    (NEGATIVE, "headline", DESK, ["desk"], ""),
    (NEGATIVE, "error", DESK, ["desk"], ""),
    (NEGATIVE, "chat", "bob@test.example/phone", ["phone"], ""),
    (ONE, "chat", BARE, ["desk"], ""),
    (ONE, "normal", BARE, ["desk"], ""),
    (ONE, "headline", BARE, ["desk"], ""),
    (ONE, "groupchat", BARE, [], "service-unavailable"),
    (ONE, "error", BARE, [], ""),
    (ONE, "chat", GONE, ["desk"], ""),
    (ONE, "normal", GONE, ["desk"], ""),
    (ONE, "headline", GONE, [], ""),
    (ONE, "groupchat", GONE, [], "service-unavailable"),
    (MANY, "chat", BARE, ["desk", "phone", "watch"], ""),
    (MANY, "headline", BARE, ["desk", "phone", "watch"], ""),
    (MANY, "normal", BARE, ["watch"], ""),
    (MANY, "chat", "bob@test.example/car", ["car"], ""),
    (NONE, "chat", "nobody@test.example", [], "service-unavailable"),
    (NONE, "chat", "nobody@test.example/x", [], "service-unavailable"),
    (NONE, "error", "nobody@test.example", [], ""),
    (NONE, "chat", "test.example", [], "service-unavailable"),
    (NONE, "chat", "bob@elsewhere.example", [], "remote-server-not-found"),
    (NONE, "error", "bob@elsewhere.example", [], ""),
    (NONE, "chat", "@@@", [], "jid-malformed"),
    (NONE, "error", "@@@", [], ""),
]


@pytest.mark.parametrize(("resources", "kind", "to", "receivers", "outcome"), MESSAGES)
async def test_messages(
    resources: dict[str, str], kind: str, to: str, receivers: list[str], outcome: str
) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        bobs: dict[str, RawClient] = {}
        for name, priority in resources.items():
            presence = f"<presence><priority>{priority}</priority></presence>" if priority else ""
            bobs[name] = await enter(stack, server, "bob", name, presence)
        for bob in bobs.values():
            await bob.settle()  # each was told of the others
        type_ = f" type='{kind}'" if kind else ""
        alice.send(f"<message id='m'{type_} to='{to}'><body>hi</body></message>")
        back = await alice.settle()
        came = {name: await bob.settle() for name, bob in bobs.items()}
        expected = f"<message id='m'{type_} to='{to}' from='{alice.jid}'><body>hi</body></message>"
        for name, stanzas in came.items():
            assert differences(stanzas, [expected] if name in receivers else []) == "", name
        assert [condition(stanza) for stanza in back] == ([outcome] if "-" in outcome else [])
        for stanza in back:
            assert stanza.get("from") == (None if to == "@@@" else to)
            assert (stanza.get("to"), stanza.get("id")) == (alice.jid, "m")
        later = await stack.enter_async_context(RawClient(server))
        await later.login("bob", resource="later")
        later.send("<presence/>")
        assert bodies(await later.settle()) == (["hi"] if outcome == "kept" else [])


async def test_offline_messages_are_delivered_once_in_order_with_their_time() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(offline=3)) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        for number in range(4):
            alice.send(f"<message id='{number}' to='{BARE}' type='chat'><body>{number}</body></message>")
        assert [(s.get("id"), condition(s)) for s in await alice.settle()] == [("3", "service-unavailable")]
        bob = await stack.enter_async_context(RawClient(server))
        await bob.login("bob", resource="desk")
        assert await bob.settle() == []
        bob.send("<presence><priority>-1</priority></presence>")
        assert bodies(await bob.settle()) == []
        bob.send("<presence><priority>0</priority></presence>")
        came = [stanza for stanza in await bob.settle() if stanza.tag.endswith("message")]
        assert bodies(came) == ["0", "1", "2"]
        expected = (
            f"<message id='0' to='{BARE}' type='chat' from='{alice.jid}'><body>0</body>"
            "<delay xmlns='urn:xmpp:delay' from='test.example' stamp='*'/></message>"
        )
        assert not differences(came[:1], [expected])
        bob.send("<presence/>")
        assert bodies(await bob.settle()) == []


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ("<body>hi</body>", True),
        ("<composing xmlns='http://jabber.org/protocol/chatstates'/>", False),
        ("<composing xmlns='http://jabber.org/protocol/chatstates'/><body>hi</body>", True),
        ("<body>hi</body><no-store xmlns='urn:xmpp:hints'/>", False),
        ("<body>hi</body><no-permanent-store xmlns='urn:xmpp:hints'/>", False),
        ("", False),
    ],
)
async def test_what_is_kept_for_later(payload: str, kept: bool) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        alice.send(f"<message to='{BARE}' type='chat'>{payload}</message>")
        assert await alice.settle() == []
        bob = await stack.enter_async_context(RawClient(server))
        await bob.login("bob")
        bob.send("<presence/>")
        messages = [s for s in await bob.settle() if s.tag == "{jabber:client}message"]
        assert len(messages) == kept


async def test_message_without_an_address_is_to_the_own_account() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x", "<presence/>")
        alice.send("<message type='chat'><body>note</body></message>")
        assert bodies(await alice.settle()) == ["note"]


async def test_domains_of_one_server_reach_each_other() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x", "<presence/>")
        carol = await enter(stack, server, "carol@other.example", "y", "<presence/>")
        alice.send("<message to='carol@other.example'><body>hi</body></message>")
        await alice.settle()
        assert bodies(await carol.settle()) == ["hi"]


# -- iq ------------------------------------------------------------------------------------------------------

QUERY = "<x xmlns='urn:x'/>"
IQS = [
    # type, attributes, payload, what the sender gets
    ("get", f"id='i' to='{DESK}'", QUERY, "delivered"),
    ("set", f"id='i' to='{DESK}'", QUERY, "delivered"),
    ("result", f"id='i' to='{DESK}'", "", "delivered"),
    ("error", f"id='i' to='{DESK}'", "", "delivered"),
    ("get", f"id='i' to='{GONE}'", QUERY, "service-unavailable"),
    ("result", f"id='i' to='{GONE}'", "", ""),
    ("error", f"id='i' to='{GONE}'", "", ""),
    ("get", f"id='i' to='{BARE}'", QUERY, "service-unavailable"),
    ("result", f"id='i' to='{BARE}'", "", ""),
    ("get", "id='i' to='nobody@test.example'", QUERY, "service-unavailable"),
    ("get", "id='i' to='nobody@test.example/x'", QUERY, "service-unavailable"),
    ("get", "id='i' to='bob@elsewhere.example'", QUERY, "remote-server-not-found"),
    ("get", "id='i' to='@@@'", QUERY, "jid-malformed"),
    ("result", "id='i' to='@@@'", "", ""),
    ("get", "id='i' to='test.example'", QUERY, "service-unavailable"),
    ("get", "id='i'", QUERY, "service-unavailable"),
    ("set", "id='i' to='alice@test.example'", QUERY, "service-unavailable"),
    ("result", "id='i'", "", ""),
    ("get", f"id='i' to='{DESK}'", "", "bad-request"),
    ("get", f"id='i' to='{DESK}'", QUERY + QUERY, "bad-request"),
    ("get", f"to='{DESK}'", QUERY, "bad-request"),
    ("getx", f"id='i' to='{DESK}'", QUERY, "bad-request"),
    ("", f"id='i' to='{DESK}'", QUERY, "bad-request"),
    ("result", f"to='{DESK}'", "", ""),
]


@pytest.mark.parametrize(("kind", "attributes", "payload", "outcome"), IQS)
async def test_iqs(kind: str, attributes: str, payload: str, outcome: str) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        bob = await enter(stack, server, "bob", "desk")
        type_ = f" type='{kind}'" if kind else ""
        alice.send(f"<iq{type_} {attributes}>{payload}</iq>")
        back, came = await alice.settle(), await bob.settle()
        expected = f"<iq{type_} {attributes} from='{alice.jid}'>{payload}</iq>"
        assert differences(came, [expected] if outcome == "delivered" else []) == ""
        assert [condition(stanza) for stanza in back] == ([outcome] if "-" in outcome else [])


# -- who says it (RFC 6120 section 8.1.2.1) ------------------------------------------------------------------

SENDERS = [
    ("from='alice@test.example/x'", ""),
    ("from='alice@test.example'", ""),
    ("from='Alice@TEST.example'", ""),
    ("from=''", ""),
    ("from='alice@test.example/y'", "invalid-from"),
    ("from='bob@test.example'", "invalid-from"),
    ("from='test.example'", "invalid-from"),
    ("from='@@@'", "invalid-from"),
]


@pytest.mark.parametrize("name", ["message", "presence", "iq"])
@pytest.mark.parametrize(("attribute", "outcome"), SENDERS)
async def test_from_is_checked_and_stamped(name: str, attribute: str, outcome: str) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        bob = await enter(stack, server, "bob", "desk")
        alice.send(f"<{name} id='1' to='{DESK}' {attribute}/><presence/>")
        if outcome:
            assert await alice.ended() == outcome
        else:
            await alice.settle()
        came = await bob.settle()
        if name == "iq":
            assert came == []  # without a type it is no iq
        else:
            assert [stanza.get("from") for stanza in came] == ([] if outcome else [alice.jid])


async def test_unknown_kind_of_stanza() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        alice.send("<post xmlns='urn:x'/>")
        assert await alice.ended() == "unsupported-stanza-type"


async def test_what_is_not_understood_is_passed_on_as_it_is() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "x")
        bob = await enter(stack, server, "bob", "desk")
        inner = (
            "<body xml:lang='de'>Grüße &lt;&amp;&gt;</body><a:x xmlns:a='urn:a' a:b='1' c=' 2 '>t<y/>u</a:x>"
            "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>b</body></message></forwarded>"
        )
        alice.send(f"<message to='{DESK}' type='chat' unknown='1' xml:lang='de'>{inner}</message>")
        await alice.settle()
        (came,) = await bob.settle()
        expected = (
            f"<message to='{DESK}' type='chat' unknown='1' xml:lang='de' from='{alice.jid}'>{inner}</message>"
        )
        assert differences([came], [expected]) == ""
        assert came[1][0].tail == parse_one(expected)[1][0].tail == "u"
