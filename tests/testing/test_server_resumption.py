"""Resumption of the server's sessions (XEP-0198 section 5), and what becomes of a session that is not resumed."""

import asyncio
from contextlib import AsyncExitStack
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.testing import Server, ServerLimits, StreamManagement
from helixmpp.xml import NS_SM, NS_STANZA_ERRORS
from tests.testing.rawclient import RawClient, condition, differences

ACCOUNTS = {"alice": "secret", "bob": "secret"}
HOME = "alice@test.example/home"
LOST = f"<failed xmlns='{NS_SM}' h='{{}}'><item-not-found xmlns='{NS_STANZA_ERRORS}'/></failed>"
UNKNOWN = f"<failed xmlns='{NS_SM}'><item-not-found xmlns='{NS_STANZA_ERRORS}'/></failed>"
DELAY = "{urn:xmpp:delay}delay"


def bodies(elements: list[Element]) -> list[str]:
    return [text for one in elements if (text := one.findtext("{jabber:client}body"))]


def message(to: str, text: str, kind: str = "chat") -> str:
    return f"<message to='{to}' type='{kind}'><body>{text}</body></message>"


class Place:
    """A server with Bob connected, and as many connections of Alice as a test wants."""

    def __init__(self, settings: StreamManagement | None = None) -> None:
        self.server = Server(ACCOUNTS, stream_management=settings)
        self._stack = AsyncExitStack()
        self.bob = RawClient(self.server)

    async def __aenter__(self) -> "Place":
        await self._stack.enter_async_context(self.server)
        await self._stack.enter_async_context(self.bob)
        await self.bob.login("bob", resource="x")
        return self

    async def __aexit__(self, *unused: object) -> None:
        await self._stack.aclose()

    async def alice(self) -> RawClient:
        """Alice, authenticated."""
        return await (await self._stack.enter_async_context(RawClient(self.server))).authenticated("alice")

    async def session(self, resource: str = "home", **attributes: str) -> tuple[RawClient, str]:
        """Alice with a session that can be resumed, and its id."""
        alice = await self.alice()
        await alice.bind(resource)
        return alice, await alice.enable(**{"resume": "true", **attributes})

    async def say(self, *texts: str, to: str = HOME, kind: str = "chat") -> list[Element]:
        """Bob says something; what he hears meanwhile."""
        for text in texts:
            self.bob.send(message(to, text, kind))
        return await self.bob.settle()

    async def offline(self) -> list[Element]:
        """What Alice gets when she comes back with a new session."""
        alice = await self.alice()
        await alice.bind("new")
        alice.send("<presence/>")
        came = await alice.settle()
        return [one for one in came if one.tag.endswith("}message")]


async def test_a_cut_session_goes_on() -> None:
    async with Place() as place:
        server = place.server
        server.befriend("alice", "bob")
        alice, previd = await place.session()
        alice.send("<presence/>")
        await alice.settle()  # Alice sent 2, and was sent 3: her own presence, Bob's, and the answer
        await place.say("one", "two")
        assert bodies([await alice.next() for _ in range(2)]) == ["one", "two"]
        await place.bob.settle()
        await server.cut("alice")
        assert server.online == [JID("bob@test.example/x")]
        assert server.hibernating == [JID(HOME)]
        assert await place.say("three", "four") == []  # neither an error nor a presence
        again = await place.alice()
        resumed = await again.manage("resume", previd=previd, h="4")  # "two" was not handled
        assert not differences([resumed], [f"<resumed xmlns='{NS_SM}' previd='{previd}' h='2'/>"])
        assert bodies(await again.settle()) == ["two", "three", "four"]
        assert server.hibernating == []
        assert JID(HOME) in server.online
        await place.say("five")
        assert bodies(await again.settle()) == ["five"]
        assert (await again.manage("r")).get("h") == "4"
        assert await place.bob.settle() == []


async def test_a_session_is_resumed_again_and_again() -> None:
    async with Place() as place:
        _, previd = await place.session()
        for number in range(5):
            await place.server.cut(HOME)
            await place.say(str(number))
            alice = await place.alice()
            resumed = await alice.manage("resume", previd=previd, h=str(number))
            assert resumed.get("h") == "0"
            assert bodies([await alice.next()]) == [str(number)]


async def test_what_is_sent_again_can_be_cut_again() -> None:
    async with Place() as place:
        _, previd = await place.session()
        await place.server.cut("alice")
        await place.say("one", "two", "three")
        for handled, left in (("0", ["one", "two", "three"]), ("1", ["two", "three"]), ("3", [])):
            alice = await place.alice()
            await alice.manage("resume", previd=previd, h=handled)
            alice.send(f"<r xmlns='{NS_SM}'/>")
            came: list[Element] = []
            while (element := await alice.next()).tag != f"{{{NS_SM}}}a":
                came.append(element)
            assert bodies(came) == left
            await place.server.cut("alice")


async def test_the_older_stream_ends_when_its_session_is_resumed() -> None:
    async with Place() as place:
        alice, previd = await place.session()
        again = await place.alice()
        assert (await again.manage("resume", previd=previd, h="0")).get("previd") == previd
        assert await alice.ended() == "conflict"
        await place.say("hi")
        assert bodies(await again.settle()) == ["hi"]
        assert place.server.online.count(JID(HOME)) == 1


async def test_a_client_that_closes_without_an_end_of_stream_may_come_back() -> None:
    async with Place() as place:
        alice, previd = await place.session()
        await alice.__aexit__(None, None, None)
        await place.say("hi")
        again = await place.alice()
        await again.manage("resume", previd=previd, h="0")
        assert bodies(await again.settle()) == ["hi"]


@pytest.mark.parametrize(
    ("user", "previd"), [("bob", None), ("alice", "some-long-sm-id")], ids=["another's", "unknown"]
)
async def test_nobody_else_resumes_a_session(user: str, previd: str | None) -> None:
    async with Place() as place:
        _, own = await place.session()
        async with RawClient(place.server) as mallory:
            await mallory.authenticated(user)
            answer = await mallory.manage("resume", previd=previd or own, h="0")
            assert not differences([answer], [UNKNOWN])
        assert JID(HOME) in place.server.online


@pytest.mark.parametrize("cut", [True, False])
async def test_more_than_was_sent_cannot_be_handled(cut: bool) -> None:
    async with Place() as place:
        _, previd = await place.session()
        await place.say("one")
        if cut:
            await place.server.cut("alice")
        again = await place.alice()
        again.send(f"<resume xmlns='{NS_SM}' previd='{previd}' h='2'/>")
        assert await again.ended() == "undefined-condition"
        right = await place.alice()
        assert (await right.manage("resume", previd=previd, h="0")).get("previd") == previd


# -- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tell", [True, False])
@pytest.mark.parametrize("cut", [True, False])
async def test_a_refused_resumption(cut: bool, tell: bool) -> None:
    async with Place(StreamManagement(refuse_resumption=1.0, tell_count=tell)) as place:
        alice, previd = await place.session()
        await alice.settle()
        await place.say("one", "two")
        if cut:
            await place.server.cut("alice")
        again = await place.alice()
        answer = await again.manage("resume", previd=previd, h="2")
        assert not differences([answer], [LOST.format("1") if tell else UNKNOWN])
        await again.bind("other")
        again.send("<presence/>")
        came = [one for one in await again.settle() if one.tag.endswith("}message")]
        assert bodies(came) == ["one", "two"]  # with the session its h was lost
        assert [len(one.findall(DELAY)) for one in came] == [1, 1]


async def test_the_seed_decides_which_resumptions_are_refused() -> None:
    async def refusals(seed: int) -> list[bool]:
        async with Place(StreamManagement(refuse_resumption=0.5, seed=seed)) as place:
            told: list[bool] = []
            for _ in range(8):
                _, previd = await place.session()
                again = await place.alice()
                told.append((await again.manage("resume", previd=previd, h="0")).tag.endswith("failed"))
            return told

    first, same, other = await asyncio.gather(refusals(3), refusals(3), refusals(4))
    assert first == same
    assert True in first
    assert False in first
    assert other != first


# -- sessions that end -----------------------------------------------------------------------------------------------


async def test_hibernation_ends() -> None:
    async with Place(StreamManagement(hibernation=0.05)) as place:
        place.server.befriend("alice", "bob")
        place.bob.send("<presence/>")
        alice, previd = await place.session()
        alice.send("<presence/>")
        await alice.settle()
        await place.say("one")
        await place.bob.settle()
        await place.server.cut("alice")
        gone = await place.bob.next()  # the contacts learn of it now and not at the cut
        assert (gone.get("type"), gone.get("from")) == ("unavailable", HOME)
        assert place.server.hibernating == []
        again = await place.alice()
        assert not differences([await again.manage("resume", previd=previd, h="2")], [LOST.format("2")])
        assert bodies(await place.offline()) == ["one"]


async def test_what_is_not_acknowledged_is_kept_in_order() -> None:
    async with Place() as place:
        alice, _ = await place.session()
        alice.send(f"<presence/><a xmlns='{NS_SM}' h='1'/>")
        await alice.settle()
        await place.server.cut("alice")
        await place.say("one", "two")
        await place.say("three", to="alice@test.example")
        place.server.expire("alice")
        await place.say("four")
        assert bodies(await place.offline()) == ["one", "two", "three", "four"]


@pytest.mark.parametrize("resume", ["true", "false"])
async def test_a_session_that_ends_in_peace_does_not_hibernate(resume: str) -> None:
    async with Place() as place:
        alice, _ = await place.session(resume=resume)
        await place.say("one", "two", "three")
        alice.send(f"<a xmlns='{NS_SM}' h='1'/></stream:stream>")
        assert await alice.ended() == ""
        assert place.server.hibernating == []
        assert bodies(await place.offline()) == ["two", "three"]


async def test_a_session_that_cannot_be_resumed_ends_with_its_connection() -> None:
    async with Place() as place:
        await place.session(resume="false")
        await place.say("one")
        await place.server.cut("alice")
        assert place.server.hibernating == []
        assert bodies(await place.offline()) == ["one"]


async def test_requests_that_nobody_answers_come_back() -> None:
    async with Place() as place:
        await place.session()
        await place.server.cut("alice")
        place.bob.send(
            f"<iq type='get' id='1' to='{HOME}'><x xmlns='urn:x'/></iq><iq type='result' id='2' to='{HOME}'/>"
        )
        assert await place.bob.settle() == []
        place.server.expire(HOME)
        answers = await place.bob.settle()
        assert [(one.get("id"), condition(one)) for one in answers] == [("1", "service-unavailable")]


@pytest.mark.parametrize("kind", ["chat", "headline", "normal"])
async def test_what_another_resource_has_is_not_sent_to_it_again(kind: str) -> None:
    async with Place() as place:
        phone, _ = await place.session("phone")
        phone.send("<presence/>")
        await phone.settle()
        alice, _ = await place.session("home")
        alice.send("<presence/>")
        await alice.settle()
        # A chat message goes to both; a normal one to the latest, and to the other when that one is gone.
        await place.say("one", to="alice@test.example", kind=kind)
        assert bodies(await alice.settle()) == ["one"]
        await place.server.cut(HOME)
        place.server.expire(HOME)
        assert bodies(await phone.settle()) == ["one"]


async def test_another_session_takes_the_resource_of_one_that_hibernates() -> None:
    async with Place() as place:
        _, previd = await place.session()
        await place.server.cut("alice")
        await place.say("one")
        alice, _ = await place.session()  # the same resource
        assert place.server.hibernating == []
        alice.send("<presence/>")
        assert bodies(await alice.settle()) == ["one"]
        again = await place.alice()
        assert not differences([await again.manage("resume", previd=previd, h="0")], [LOST.format("0")])


# -- links that break ------------------------------------------------------------------------------------------------


async def test_a_silent_link() -> None:
    async with Place() as place:
        alice, _ = await place.session()
        place.server.hold("alice")
        place.server.hold("alice")  # a second time: nothing happens
        await place.say("one")
        alice.send(message("bob@test.example/x", "two"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await alice.next()
        assert await place.bob.settle() == []
        place.server.release("alice")
        assert bodies([await alice.next()]) == ["one"]
        assert bodies([await place.bob.next()]) == ["two"]
        place.server.release("alice")  # nothing is held: nothing happens


async def test_a_silent_link_is_replaced() -> None:
    async with Place() as place:
        alice, previd = await place.session()
        place.server.hold("alice")
        await place.say("one")
        alice.send("<presence/>")  # never arrives
        again = await place.alice()
        resumed = await again.manage("resume", previd=previd, h="0")
        assert resumed.get("h") == "0"
        assert bodies(await again.settle()) == ["one"]
        with pytest.raises(TimeoutError):  # not even the end of the old stream arrives
            async with asyncio.timeout(0.1):
                await alice.next()
        alice.abort()


async def test_a_silent_link_that_is_cut() -> None:
    async with Place() as place:
        alice, _ = await place.session()
        place.server.hold("alice")
        await place.say("one")
        await place.server.cut("alice")
        assert await alice.ended() == ""
        assert place.server.hibernating == [JID(HOME)]


async def test_the_end_of_a_stream_arrives_when_the_link_works_again() -> None:
    async with Place() as place:
        alice, _ = await place.session()
        place.server.hold("alice")
        again, _ = await place.session()  # takes the resource
        assert place.server.online.count(JID(HOME)) == 2
        place.server.release("alice")
        assert await alice.ended() == "conflict"
        assert await again.settle() == []


@pytest.mark.parametrize("call", ["hold", "release", "expire"])
@pytest.mark.parametrize("who", ["alice", HOME, "unheard-of"])
async def test_nobody_there(call: str, who: str) -> None:
    async with Server(ACCOUNTS) as server:
        with pytest.raises(StateError, match=who):
            getattr(server, call)(who)


async def test_settings_change_while_the_server_runs() -> None:
    async with Place() as place:
        place.server.stream_management = StreamManagement(offered=False)
        assert place.server.stream_management.offered is False
        alice = await place.alice()
        await alice.bind()
        assert (await alice.manage("enable")).tag == f"{{{NS_SM}}}failed"


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [True, False])
async def test_too_much_is_not_acknowledged(cut: bool) -> None:
    async with Place() as place:
        place.server = Server(ACCOUNTS)
        limits = ServerLimits(unacknowledged=3)
        async with Server(ACCOUNTS, limits=limits) as server, RawClient(server) as bob:
            place.server, place.bob = server, bob
            await bob.login("bob", resource="x")
            alice, previd = await place.session()
            if cut:
                await server.cut("alice")
            await place.say("1", "2", "3")
            assert len([*server.online, *server.hibernating]) == 2
            await place.say("4")
            assert server.hibernating == []
            if not cut:
                assert await alice.ended() == "policy-violation"
            assert bodies(await place.offline()) == ["1", "2", "3", "4"]
            again = await place.alice()
            assert not differences([await again.manage("resume", previd=previd, h="0")], [LOST.format("0")])


async def test_too_many_hibernate() -> None:
    async with Server(ACCOUNTS, limits=ServerLimits(hibernating=2)) as server, AsyncExitStack() as stack:
        for resource in "abc":
            alice = await stack.enter_async_context(RawClient(server))
            await alice.login("alice", resource=resource)
            await alice.enable(resume="true")
            await server.cut(f"alice@test.example/{resource}")
        assert list(map(str, server.hibernating)) == ["alice@test.example/b", "alice@test.example/c"]


async def test_the_end_of_the_server_ends_all_that_hibernates() -> None:
    async with Place() as place:
        await place.session()
        await place.server.cut("alice")
        await place.session("other")
        await place.server.stop()
        assert place.server.hibernating == []
