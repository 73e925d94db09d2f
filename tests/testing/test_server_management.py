"""Stream management of the server (XEP-0198), seen by a client that is made of a socket: counting and resuming."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.testing import Server, StreamManagement
from helixmpp.testing.management import Ledger, Unacknowledged, read_count
from helixmpp.xml import NS_SM, NS_STANZA_ERRORS
from tests.testing.rawclient import RawClient, StreamEnded, differences

ACCOUNTS = {"alice": "secret", "bob": "secret"}
REFUSED = "<failed xmlns='urn:xmpp:sm:3'>{}</failed>"


def refusal(condition: str) -> str:
    return REFUSED.format(f"<{condition} xmlns='{NS_STANZA_ERRORS}'/>")


def bodies(elements: list[Element]) -> list[str]:
    return [text for one in elements if (text := one.findtext("{jabber:client}body"))]


def requests(elements: list[Element]) -> int:
    return sum(one.tag == f"{{{NS_SM}}}r" for one in elements)


def message(to: str, text: str, kind: str = "chat") -> str:
    return f"<message to='{to}' type='{kind}'><body>{text}</body></message>"


# -- enabling -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("management", "asked", "answer"),
    [
        (StreamManagement(), {}, "<enabled xmlns='urn:xmpp:sm:3'/>"),
        (StreamManagement(), {"resume": "false"}, "<enabled xmlns='urn:xmpp:sm:3'/>"),
        (
            StreamManagement(),
            {"resume": "true"},
            "<enabled xmlns='urn:xmpp:sm:3' id='*' resume='true' max='60'/>",
        ),
        (
            StreamManagement(),
            {"resume": "1"},
            "<enabled xmlns='urn:xmpp:sm:3' id='*' resume='true' max='60'/>",
        ),
        (
            StreamManagement(),
            {"resume": "1", "max": "7"},
            "<enabled xmlns='urn:xmpp:sm:3' id='*' resume='true' max='7'/>",
        ),
        (
            StreamManagement(),
            {"resume": "1", "max": "999"},
            "<enabled xmlns='urn:xmpp:sm:3' id='*' resume='true' max='60'/>",
        ),
        (
            StreamManagement(),
            {"resume": "1", "max": "-1"},
            "<enabled xmlns='urn:xmpp:sm:3' id='*' resume='true' max='60'/>",
        ),
        (
            StreamManagement(hibernation=5),
            {"resume": "1"},
            "<enabled xmlns='urn:xmpp:sm:3' id='*' resume='true' max='5'/>",
        ),
        (StreamManagement(resumption=False), {"resume": "true"}, "<enabled xmlns='urn:xmpp:sm:3'/>"),
        (StreamManagement(offered=False), {"resume": "true"}, refusal("feature-not-implemented")),
    ],
)
async def test_enable(management: StreamManagement, asked: dict[str, str], answer: str) -> None:
    async with Server(ACCOUNTS, stream_management=management) as server, RawClient(server) as alice:
        await alice.secure()
        await alice.plain("alice", "secret")
        features = await alice.open()
        assert (features.find(f"{{{NS_SM}}}sm") is not None) == management.offered
        await alice.bind()
        assert not differences([await alice.manage("enable", **asked)], [answer])
        assert await alice.settle() == []


async def test_an_anonymous_session_cannot_be_resumed() -> None:
    async with Server(anonymous=True) as server, RawClient(server) as client:
        await client.secure()
        await client.sasl("auth", "=", mechanism="ANONYMOUS")
        await client.open()
        await client.bind()
        assert await client.enable(resume="true") == ""


# -- what is said where it does not belong ---------------------------------------------------------------------------

OUT_OF_STATE = ["enable", "r", "a", "resumed", "enabled", "failed", "unheard-of"]


@pytest.mark.parametrize("name", OUT_OF_STATE)
async def test_before_binding(name: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.authenticated("alice")
        assert not differences([await alice.manage(name, h="0")], [refusal("unexpected-request")])
        assert (await alice.bind()).get("type") == "result"
        assert await alice.enable(resume="true")


@pytest.mark.parametrize("name", [*OUT_OF_STATE[1:], "resume"])
async def test_without_being_enabled(name: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        assert not differences([await alice.manage(name, h="0", previd="x")], [refusal("unexpected-request")])
        assert await alice.settle() == []


@pytest.mark.parametrize("name", ["enable", "resume", "resumed", "enabled", "failed", "unheard-of"])
async def test_when_it_is_enabled(name: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        assert await alice.enable(resume="true")
        assert not differences([await alice.manage(name, h="0", previd="x")], [refusal("unexpected-request")])
        assert requests(await alice.settle()) == 0  # none was ever sent anything but the answer to the ping


@pytest.mark.parametrize("name", ["enable", "resume", "r"])
async def test_before_authentication_nothing_is_answered(name: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.secure()
        alice.send(f"<{name} xmlns='{NS_SM}'/>")
        assert await alice.ended() == "not-authorized"


@pytest.mark.parametrize(
    ("attributes", "condition"),
    [
        ({"previd": "x"}, "bad-request"),
        ({"h": "0"}, "bad-request"),
        ({"previd": "x", "h": "-1"}, "bad-request"),
        ({"previd": "x", "h": "4294967296"}, "bad-request"),
        ({"previd": "x", "h": "٣"}, "bad-request"),
        ({"previd": "", "h": "0"}, "bad-request"),
        ({"previd": "x", "h": "0"}, "item-not-found"),
    ],
)
async def test_a_resumption_that_cannot_be(attributes: dict[str, str], condition: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.authenticated("alice")
        assert not differences([await alice.manage("resume", **attributes)], [refusal(condition)])
        assert (await alice.bind()).get("type") == "result"


# -- acknowledgements ----------------------------------------------------------------------------------------------


async def test_the_client_is_told_how_many_stanzas_were_handled() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        alice.send("<presence/>" * 3)  # before it is enabled: not counted
        await alice.enable()
        assert (await alice.manage("r")).get("h") == "0"
        alice.send("<presence/>" * 3)
        assert (await alice.manage("r")).get("h") == "3"
        alice.send(message("bob@test.example", "hi") + "<iq/>")  # what is refused was handled, too
        assert (await alice.manage("r")).get("h") == "5"
        alice.send(f"<a xmlns='{NS_SM}' h='0'/>")  # no stanza
        assert (await alice.manage("r")).get("h") == "5"


async def test_the_client_is_asked_once_until_it_answers() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice, RawClient(server) as bob:
        await bob.login("bob")
        await alice.login("alice", resource="x")
        await alice.enable()
        bob.send(message("alice@test.example/x", "one") + message("alice@test.example/x", "two"))
        await bob.settle()
        came = await alice.settle()  # with its answer three
        assert (bodies(came), requests(came)) == (["one", "two"], 1)
        alice.send(f"<a xmlns='{NS_SM}' h='1'/>")  # two are open: asked again; with the next answer three are
        assert requests(await alice.settle()) == 1
        alice.send(f"<a xmlns='{NS_SM}' h='4'/>")  # nothing is open before the next answer
        assert requests(await alice.settle()) == 0
        assert requests([await alice.next()]) == 1


@pytest.mark.parametrize("h", ["4", "4294967295"])
async def test_more_than_was_sent_cannot_be_handled(h: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        await alice.enable()
        for _ in range(3):
            await alice.settle()
        alice.send(f"<a xmlns='{NS_SM}' h='{h}'/>")
        assert await alice.ended() == "undefined-condition"


@pytest.mark.parametrize("h", ["", "h='x'", "h='-1'", "h='99999999999'"])
async def test_an_acknowledgement_without_a_number(h: str) -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        await alice.enable()
        alice.send(f"<a xmlns='{NS_SM}' {h}/>")
        assert await alice.ended() == "bad-format"


async def test_a_server_that_never_acknowledges_and_never_asks() -> None:
    settings = StreamManagement(acknowledge=False, request=False)
    async with Server(ACCOUNTS, stream_management=settings) as server, RawClient(server) as alice:
        await alice.login("alice")
        await alice.enable()
        alice.send(f"<presence/><r xmlns='{NS_SM}'/>")
        came = [*await alice.settle(), *await alice.settle()]
        assert [one.tag for one in came] == ["{jabber:client}presence"]


async def test_without_requests_for_acknowledgement() -> None:
    settings = StreamManagement(request=False)
    async with Server(ACCOUNTS, stream_management=settings) as server, RawClient(server) as alice:
        await alice.login("alice")
        await alice.enable()
        assert requests([*await alice.settle(), *await alice.settle()]) == 0


# -- the counters ----------------------------------------------------------------------------------------------------


@given(
    start=st.sampled_from([0, 1, 2**31, 2**32 - 3, 2**32 - 1]),
    steps=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=8),
)
def test_counting_goes_on_behind_the_last_number(start: int, steps: list[tuple[int, int]]) -> None:
    ledger = Ledger(handled=start, acknowledged=start)
    now = Unacknowledged(Element("x"), datetime.now(UTC))
    waiting = 0
    for sent, handled in steps:
        for _ in range(sent):
            ledger.open.append(now)
            ledger.received()
        waiting += sent
        h = (ledger.acknowledged + handled) % 2**32
        assert ledger.fits(h) == (handled <= waiting)
        if ledger.fits(h):
            ledger.acknowledge(h)
            waiting -= handled
        assert len(ledger.open) == waiting
        assert ledger.sent == ledger.handled


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        (" 7\n", 7),
        ("007", 7),
        ("4294967295", 2**32 - 1),
        ("4294967296", None),
        ("00000000001", None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("1_0", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_reading_a_count(text: str | None, number: int | None) -> None:
    assert read_count(text) == number


async def test_the_client_may_be_gone_before_it_is_answered() -> None:
    async with Server(ACCOUNTS) as server, RawClient(server) as alice:
        await alice.login("alice")
        await alice.enable(resume="true")
        alice.send("</stream:stream>")
        with pytest.raises(StreamEnded):
            await alice.settle()
        assert server.hibernating == []
