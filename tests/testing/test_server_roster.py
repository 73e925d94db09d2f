"""Rosters, subscriptions and presence between clients, as dialogues (RFC 6121 sections 2 to 4)."""

import re
from contextlib import AsyncExitStack

import pytest

from helixmpp.testing import Server, ServerLimits
from helixmpp.xml import serialize
from tests.testing.rawclient import RawClient, condition, differences

A, B = "alice@test.example", "bob@test.example"
ROSTER = "jabber:iq:roster"
ACCOUNTS = {"alice": "secret", "bob": "secret"}


async def enter(stack: AsyncExitStack, server: Server, user: str, resource: str, text: str = "") -> RawClient:
    client = await stack.enter_async_context(RawClient(server))
    await client.login(user, resource=resource)
    client.send(text)
    await client.settle()
    return client


ASK = f"<iq type='get' id='roster'><query xmlns='{ROSTER}'/></iq>"


def push(jid: str, subscription: str, more: str = "") -> str:
    """A roster push as a test expects it."""
    return (
        f"<iq type='set' id='*' to='*'><query xmlns='{ROSTER}' ver='*'>"
        f"<item jid='{jid}' subscription='{subscription}' {more}/></query></iq>"
    )


def presence(from_: str, to: str, kind: str = "") -> str:
    type_ = f" type='{kind}'" if kind else ""
    return f"<presence from='{from_}' to='{to}'{type_}/>"


# Each line: who sends what, and what alice/a and bob/b get by it. Both are online and have asked for the roster.
SUBSCRIBE = f"<presence to='{B}' type='subscribe'/>"
BECOME_FRIENDS: list[tuple[str, str, list[str], list[str]]] = [
    ("alice", SUBSCRIBE, [push(B, "none", "ask='subscribe'")], [presence(A, B, "subscribe")]),
    (
        "bob",
        f"<presence to='{A}' type='subscribed'/>",
        [presence(B, A, "subscribed"), push(B, "to"), presence(f"{B}/b", A)],
        [push(A, "from")],
    ),
    (
        "bob",
        f"<presence to='{A}/a' type='subscribe'/>",
        [presence(B, A, "subscribe")],
        [push(A, "from", "ask='subscribe'")],
    ),
    (
        "alice",
        f"<presence to='{B}' type='subscribed'/>",
        [push(B, "both")],
        [presence(A, B, "subscribed"), push(A, "both"), presence(f"{A}/a", B)],
    ),
]
DIALOGUES: dict[str, list[tuple[str, str, list[str], list[str]]]] = {
    "both subscribe and see each other": [
        *BECOME_FRIENDS,
        ("alice", "<presence/>", [presence(f"{A}/a", f"{A}/a")], [presence(f"{A}/a", B)]),
        ("alice", SUBSCRIBE, [], []),
    ],
    "a request is shown once": [
        ("alice", SUBSCRIBE, [push(B, "none", "ask='subscribe'")], [presence(A, B, "subscribe")]),
        ("alice", SUBSCRIBE, [], []),
    ],
    "a request is refused": [
        ("alice", SUBSCRIBE, [push(B, "none", "ask='subscribe'")], [presence(A, B, "subscribe")]),
        (
            "bob",
            f"<presence to='{A}' type='unsubscribed'/>",
            [presence(B, A, "unsubscribed"), push(B, "none")],
            [],
        ),
    ],
    "a request is taken back": [
        ("alice", SUBSCRIBE, [push(B, "none", "ask='subscribe'")], [presence(A, B, "subscribe")]),
        (
            "alice",
            f"<presence to='{B}' type='unsubscribe'/>",
            [push(B, "none")],
            [presence(A, B, "unsubscribe")],
        ),
    ],
    "alice does not want to see bob any more": [
        *BECOME_FRIENDS,
        (
            "alice",
            f"<presence to='{B}' type='unsubscribe'/>",
            [presence(f"{B}/b", A, "unavailable"), push(B, "from")],
            [presence(A, B, "unsubscribe"), push(A, "to")],
        ),
        ("bob", "<presence/>", [], [presence(f"{B}/b", f"{B}/b")]),
    ],
    "alice does not want to be seen by bob any more": [
        *BECOME_FRIENDS,
        (
            "alice",
            f"<presence to='{B}' type='unsubscribed'/>",
            [push(B, "to")],
            [presence(A, B, "unsubscribed"), push(A, "from"), presence(f"{A}/a", B, "unavailable")],
        ),
        ("alice", "<presence/>", [presence(f"{A}/a", f"{A}/a")], []),
    ],
    "alice removes bob": [
        *BECOME_FRIENDS,
        (
            "alice",
            f"<iq type='set' id='r'><query xmlns='{ROSTER}'><item jid='{B}' subscription='remove'/></query></iq>",
            [
                presence(f"{B}/b", A, "unavailable"),
                push(B, "remove"),
                "<iq type='result' id='r' to='*'/>",
            ],
            [
                presence(A, B, "unsubscribe"),
                push(A, "to"),
                presence(A, B, "unsubscribed"),
                push(A, "none"),
                presence(f"{A}/a", B, "unavailable"),
            ],
        ),
    ],
    "approval without a request is not passed on": [
        ("bob", f"<presence to='{A}' type='subscribed'/>", [], []),
        ("bob", f"<presence to='{A}' type='unsubscribed'/>", [], []),
        ("bob", f"<presence to='{A}' type='unsubscribe'/>", [], []),
    ],
    "oneself": [
        ("alice", f"<presence to='{A}' type='subscribe'/>", [], []),
        ("alice", f"<presence to='{A}' type='unsubscribed'/>", [], []),
    ],
    "subscription stanzas without an address": [
        (
            "alice",
            "<presence type='subscribe'/>",
            [
                "<presence type='error' to='*'><error type='modify'>"
                "<bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>*</text></error></presence>"
            ],
            [],
        ),
        ("alice", "<presence type='error'/>", [], []),
    ],
    "accounts that do not exist": [
        (
            "alice",
            "<presence to='nobody@test.example' type='subscribe'/>",
            [push("nobody@test.example", "none", "ask='subscribe'")],
            [],
        ),
        ("alice", "<presence to='nobody@test.example'/>", [], []),
        ("alice", "<presence to='nobody@test.example/x' type='probe'/>", [], []),
    ],
    "directed presence": [
        ("alice", f"<presence to='{B}/b'/>", [], [presence(f"{A}/a", f"{B}/b")]),
        (
            "alice",
            "<presence type='unavailable'/>",
            [],
            [presence(f"{A}/a", f"{B}/b", "unavailable")],
        ),
        ("alice", "<presence type='unavailable'/>", [], []),
        ("alice", f"<presence to='{B}'/>", [], [presence(f"{A}/a", B)]),
        (
            "alice",
            f"<presence to='{B}' type='unavailable'/>",
            [],
            [presence(f"{A}/a", B, "unavailable")],
        ),
        ("alice", "<presence type='unavailable'/>", [], []),
    ],
    "directed presence to a friend is not taken back twice": [
        *BECOME_FRIENDS,
        ("alice", f"<presence to='{B}'/>", [], [presence(f"{A}/a", B)]),
        ("alice", "<presence type='unavailable'/>", [], [presence(f"{A}/a", B, "unavailable")]),
    ],
    "a probe": [
        ("alice", f"<presence to='{B}' type='probe'/>", [], []),
        *BECOME_FRIENDS,
        ("alice", f"<presence to='{B}' type='probe'/>", [presence(f"{B}/b", f"{A}/a")], []),
        ("bob", "<presence type='unavailable'/>", [presence(f"{B}/b", A, "unavailable")], []),
        ("alice", f"<presence to='{B}' type='probe'/>", [presence(B, f"{A}/a", "unavailable")], []),
        ("alice", f"<presence to='{A}' type='probe'/>", [presence(f"{A}/a", f"{A}/a")], []),
    ],
    "presence errors reach a full JID only": [
        ("alice", f"<presence to='{B}' type='error'/>", [], []),
        ("alice", f"<presence to='{B}/b' type='error'/>", [], [presence(f"{A}/a", f"{B}/b", "error")]),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_dialogue(name: str) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        clients = {
            "alice": await enter(stack, server, "alice", "a", ASK + "<presence/>"),
            "bob": await enter(stack, server, "bob", "b", ASK + "<presence/>"),
        }
        for number, (who, text, for_alice, for_bob) in enumerate(DIALOGUES[name]):
            sender = clients[who]
            sender.send(text)
            came = {who: await sender.settle()}
            for other, client in clients.items():
                if other != who:
                    came[other] = await client.settle()
            for name_of, expected in (("alice", for_alice), ("bob", for_bob)):
                seen = "\n".join(map(serialize, came[name_of]))
                assert differences(came[name_of], expected) == "", f"step {number}, {name_of} got:\n{seen}"


# -- logging in and out ----------------------------------------------------------------------------------------


async def test_initial_presence_shows_who_is_there() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        server.befriend("alice", "bob")
        bob = await enter(stack, server, "bob", "b", "<presence><show>away</show></presence>")
        phone = await enter(stack, server, "alice", "phone", "<presence/>")
        await bob.settle()
        desk = await enter(stack, server, "alice", "desk")
        desk.send("<presence><status>hi</status></presence>")
        expected = [
            f"<presence from='{A}/desk' to='{A}/desk'><status>hi</status></presence>",
            presence(f"{A}/phone", f"{A}/desk"),
            f"<presence from='{B}/b' to='{A}/desk'><show>away</show></presence>",
        ]
        assert differences(await desk.settle(), expected) == ""
        own = f"<presence from='{A}/desk' to='{A}/phone'><status>hi</status></presence>"
        assert differences(await phone.settle(), [own]) == ""
        seen = f"<presence from='{A}/desk' to='{B}'><status>hi</status></presence>"
        assert differences(await bob.settle(), [seen]) == ""
        # The second presence is an update: nobody is asked again.
        desk.send("<presence/>")
        assert differences(await desk.settle(), [presence(f"{A}/desk", f"{A}/desk")]) == ""


@pytest.mark.parametrize("end", ["</stream:stream>", "<message from='x@y.z' to='a'/>", "</x>", None])
async def test_contacts_see_the_end_of_a_session(end: str | None) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        server.befriend("alice", "bob")
        bob = await enter(stack, server, "bob", "b", "<presence/>")
        alice = await enter(stack, server, "alice", "a", "<presence/>")
        await bob.settle()
        if end is None:
            await server.cut(alice.jid)
        else:
            alice.send(end)
        await alice.ended()
        assert differences(await bob.settle(), [presence(f"{A}/a", B, "unavailable")]) == ""


async def test_requests_wait_for_the_next_login_until_they_are_answered() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        alice.send(f"<presence to='{B}' type='subscribe'><status>please</status></presence>")
        await alice.settle()
        request = f"<presence from='{A}' to='{B}' type='subscribe'><status>please</status></presence>"
        for resource in ("1", "2"):
            bob = await enter(stack, server, "bob", resource)
            bob.send("<presence/>")
            came = [s for s in await bob.settle() if s.get("type") == "subscribe"]
            assert differences(came, [request]) == ""
        answer = await bob.ask(ASK)
        assert len(answer[0]) == 0  # who only asks is not in the roster
        bob.send(f"<presence to='{A}' type='subscribed'/>")
        await bob.settle()
        later = await enter(stack, server, "bob", "3")
        later.send("<presence/>")
        assert [s for s in await later.settle() if s.get("type") == "subscribe"] == []


@pytest.mark.parametrize("text", ["128", "-129", "1.5", "high", "1 2"])
async def test_wrong_priority(text: str) -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        alice.send(f"<presence><priority>{text}</priority></presence>")
        (error,) = await alice.settle()
        assert condition(error) == "bad-request"


async def test_directed_presence_is_bounded() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(directed=2)) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        bobs = [await enter(stack, server, "bob", name) for name in "123"]
        for bob in bobs:
            alice.send(f"<presence to='{bob.jid}'/>")
        alice.send("<presence type='unavailable'/>")
        await alice.settle()
        came = [[s.get("type") for s in await bob.settle()] for bob in bobs]
        assert came == [[None], [None, "unavailable"], [None, "unavailable"]]


# -- the roster (section 2) ------------------------------------------------------------------------------------


def roster_set(inner: str) -> str:
    return f"<iq type='set' id='set'><query xmlns='{ROSTER}'>{inner}</query></iq>"


async def test_roster_items_are_pushed_to_those_who_asked_and_kept() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        one = await enter(stack, server, "alice", "1", ASK)
        two = await enter(stack, server, "alice", "2", ASK)
        deaf = await enter(stack, server, "alice", "3")
        item = f"<item jid='{B}' name='Bob' %s><group>friends</group><group>work</group></item>"
        one.send(
            roster_set(item % "subscription='both' ask='subscribe' approved='true'")
        )  # not for it to say
        shown = item % "subscription='none'"
        pushed = f"<iq type='set' id='*' to='*'><query xmlns='{ROSTER}' ver='1'>{shown}</query></iq>"
        result = "<iq type='result' id='set' to='*'/>"
        assert differences(await one.settle(), [pushed, result]) == ""
        assert differences(await two.settle(), [pushed]) == ""
        assert await deaf.settle() == []
        two.send("<iq type='result' id='push-1'/>")  # the answer to a push leads to nothing
        assert await two.settle() == []
        answer = await deaf.ask(ASK)
        whole = f"<iq type='result' id='roster' to='*'><query xmlns='{ROSTER}' ver='1'>{shown}</query></iq>"
        assert differences([answer], [whole]) == ""
        # An item is replaced as a whole.
        one.send(roster_set(f"<item jid='{B}/ignored'/>"))
        assert differences((await two.settle())[:1], [push(B, "none")]) == ""
        one.send(roster_set(f"<item jid='{B}' subscription='remove'/>"))
        await one.settle()
        assert differences(await two.settle(), [push(B, "remove")]) == ""
        assert len((await one.ask(ASK))[0]) == 0


async def test_roster_versions() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a")
        server.befriend("alice", "bob")
        first = await alice.ask(ASK)
        version = first[0].get("ver")
        assert version
        ask = f"<iq type='get' id='again'><query xmlns='{ROSTER}' ver='{version}'/></iq>"
        assert len(await alice.ask(ask)) == 0
        await alice.ask(roster_set("<item jid='x@y.z'/>"))
        again = await alice.ask(ask)
        assert [item.get("jid") for item in again[0]] == [B, "x@y.z"]
        assert again[0].get("ver") != version


BAD_ITEMS = [
    ("", "bad-request"),
    ("<item jid='a@b'/><item jid='c@d'/>", "bad-request"),
    ("<thing jid='a@b'/>", "bad-request"),
    ("<item/>", "bad-request"),
    ("<item jid=''/>", "bad-request"),
    ("<item jid='@@'/>", "jid-malformed"),
    ("<item jid='a@b' subscription='remove'/>", "item-not-found"),
    (f"<item jid='{A}'/>", "not-allowed"),
    ("<item jid='a@b'><group>x</group><group>x</group></item>", "bad-request"),
    ("<item jid='a@b'><group/></item>", "not-acceptable"),
    (f"<item jid='a@b'><group>{'x' * 1024}</group></item>", "not-acceptable"),
    (f"<item jid='a@b' name='{'x' * 1024}'/>", "not-acceptable"),
    ("<item jid='a@b'><group>1</group><group>2</group><group>3</group></item>", "not-acceptable"),
]


@pytest.mark.parametrize(("inner", "expected"), BAD_ITEMS)
async def test_bad_roster_set(inner: str, expected: str) -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(groups=2)) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a", ASK)
        assert condition(await alice.ask(roster_set(inner))) == expected
        assert len((await alice.ask(ASK))[0]) == 0


async def test_the_roster_is_bounded() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(roster=2)) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a", ASK)
        for jid in ("1@x.example", "2@x.example"):
            assert (await alice.ask(roster_set(f"<item jid='{jid}'/>"))).get("type") == "result"
        assert condition(await alice.ask(roster_set("<item jid='3@x.example'/>"))) == "resource-constraint"
        alice.send(SUBSCRIBE)
        (error,) = await alice.settle()
        assert condition(error) == "resource-constraint"
        bob = await enter(stack, server, "bob", "b")
        bob.send(f"<presence to='{A}' type='subscribe'/>")
        await bob.settle()
        assert await alice.settle() == []


async def test_nobody_reads_or_writes_anothers_roster() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        server.befriend("alice", "bob")
        alice = await enter(stack, server, "alice", "a")
        for text in (ASK, roster_set(f"<item jid='{A}'/>")):
            stolen = re.sub("<iq ", f"<iq to='{B}' ", text)
            assert condition(await alice.ask(stolen)) == "service-unavailable"
        own = re.sub("<iq ", f"<iq to='{A}' ", ASK)
        assert len((await alice.ask(own))[0]) == 1


async def test_befriend_while_both_are_online() -> None:
    async with Server(ACCOUNTS) as server, AsyncExitStack() as stack:
        alice = await enter(stack, server, "alice", "a", ASK + "<presence/>")
        bob = await enter(stack, server, "bob", "b", ASK + "<presence/>")
        server.befriend("alice", "bob")
        assert differences(await alice.settle(), [push(B, "both"), presence(f"{B}/b", A)]) == ""
        assert differences(await bob.settle(), [presence(f"{A}/a", B), push(A, "both")]) == ""
        with pytest.raises(LookupError, match="carol"):
            server.befriend("carol", "bob")
