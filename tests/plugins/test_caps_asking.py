"""Whom XEP-0115 asks for what a hash stands for: once for each hash, a few at a time, and no liar twice."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP, IqError, Presence
from helixmpp.core import BaseXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.plugins.xep_0115 import XEP_0115, Capabilities, CapsStore, make_verstring
from helixmpp.plugins.xep_0115.asking import Advertised, Asker, AskLimits
from helixmpp.storage import MemoryEngine
from helixmpp.xml import parse_one, serialize
from tests.plugins.conftest import Clock

# -- the asker alone ----------------------------------------------------------------------------------------------


class Host:
    """Stands for the plugin: every answer waits until the test lets it come."""

    def __init__(self, limits: AskLimits) -> None:
        self._limits = limits
        self.known: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.assigned: dict[str, str] = {}
        self.liars: set[str] = set()
        self.silent: set[str] = set()
        self.most = self.running = 0
        self.gate = asyncio.Event()
        self.errors: list[Exception] = []

    def limits(self) -> AskLimits:
        return self._limits

    async def is_known(self, said: Advertised) -> bool:
        if said.ver == "broken":
            raise OSError("the store is broken")
        if said.ver in self.known:
            await self.assign(said)
        return said.ver in self.known

    async def ask(self, said: Advertised) -> bool | None:
        self.asked.append((said.jid.local, said.ver))
        self.running += 1
        self.most = max(self.most, self.running)
        await self.gate.wait()
        self.running -= 1
        if said.jid.local in self.silent:
            return None
        if said.jid.local in self.liars:
            return False
        self.known.add(said.ver)
        return True

    async def assign(self, said: Advertised) -> None:
        self.assigned[said.jid.local] = said.ver

    def failed(self, error: Exception) -> None:
        self.errors.append(error)


def asker_of(host: Host) -> Asker:
    return Asker(host, asyncio.ensure_future)


def said(name: str, ver: str, algorithm: str = "sha-1") -> Advertised:
    return Advertised(JID(f"{name}@example.org/r"), "urn:node", algorithm, ver)


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


LIMITS = AskLimits(max_queries=2, max_waiting=5, max_tries=3, max_jids=100)


async def test_one_question_for_all_who_send_a_hash() -> None:
    host = Host(LIMITS)
    asker = asker_of(host)
    for number in range(60):
        asker.add(said(f"u{number}", "A"))
        if number == 30:
            await settle()
    await settle()
    assert host.asked == [("u0", "A")]
    host.gate.set()
    await settle()
    await settle()
    assert host.assigned == {f"u{number}": "A" for number in range(60)}
    asker.add(said("late", "A"))
    await settle()
    assert (host.assigned["late"], len(host.asked), len(asker)) == ("A", 1, 0)


async def test_few_questions_at_a_time_and_few_that_wait() -> None:
    host = Host(LIMITS)
    asker = asker_of(host)
    for number in range(50):
        asker.add(said(f"u{number}", f"V{number}"))
    await settle()
    assert (len(host.asked), len(asker)) == (2, 5)
    host.gate.set()
    await settle()
    assert (host.most, len(host.asked), len(asker)) == (2, 5, 0)
    asker.add(said("u40", "V40"))
    await settle()
    assert host.asked[-1] == ("u40", "V40")


async def test_the_table_of_addresses_has_a_limit() -> None:
    host = Host(LIMITS)
    asker = asker_of(host)
    for number in range(10_000):
        asker.add(said(f"u{number}", "A"))
        if number % 50 == 0:
            await settle()
    assert len(asker) == 100
    host.gate.set()
    await settle()
    await asyncio.sleep(0)
    for _ in range(10):
        await settle()
    assert len(host.assigned) == 100


async def test_the_next_one_is_asked_where_one_lies() -> None:
    host = Host(LIMITS)
    host.liars = {"u0", "u1"}
    host.gate.set()
    asker = asker_of(host)
    for name in ("u0", "u1", "u2", "u3"):
        asker.add(said(name, "A"))
    await settle()
    assert host.asked == [("u0", "A"), ("u1", "A"), ("u2", "A")]
    assert host.assigned == {"u2": "A", "u3": "A"}


async def test_a_liar_is_not_asked_again_and_who_was_silent_is() -> None:
    host = Host(LIMITS)
    host.liars, host.silent = {"liar"}, {"silent"}
    host.gate.set()
    asker = asker_of(host)
    for _ in range(3):
        for name in ("liar", "silent"):
            asker.add(said(name, f"of {name}"))
        await settle()
    assert host.asked.count(("liar", "of liar")) == 1
    assert host.asked.count(("silent", "of silent")) == 3
    asker.add(said("liar", "another"))
    await settle()
    assert host.asked[-1] == ("liar", "another")
    assert (host.assigned, len(asker)) == ({}, 0)


async def test_only_so_many_are_tried() -> None:
    host = Host(LIMITS)
    host.liars = {f"u{number}" for number in range(9)}
    host.gate.set()
    asker = asker_of(host)
    for number in range(9):
        asker.add(said(f"u{number}", "A"))
    await settle()
    assert (len(host.asked), len(asker)) == (3, 0)


async def test_what_an_address_sent_last_counts() -> None:
    host = Host(LIMITS)
    host.known = {"B"}
    asker = asker_of(host)
    asker.add(said("u", "A"))
    await settle()
    asker.add(said("u", "B"))
    await settle()
    host.gate.set()
    await settle()
    assert host.assigned == {"u": "B"}


async def test_the_same_text_of_another_algorithm_is_another_hash() -> None:
    host = Host(LIMITS)
    host.gate.set()
    asker = asker_of(host)
    asker.add(said("u", "A"))
    asker.add(said("v", "A", "sha-256"))
    await settle()
    assert host.assigned == {"u": "A", "v": "A"}


async def test_nothing_goes_on_after_the_end() -> None:
    host = Host(LIMITS)
    asker = asker_of(host)
    for name in ("u", "v", "w"):
        asker.add(said(name, f"of {name}"))
    await settle()
    asker.clear()
    host.gate.set()
    asker.add(said("x", "X"))
    await settle()
    assert (host.assigned, len(asker)) == ({"x": "X"}, 0)
    asker.add(said("y", "broken"))
    asker.add(said("z", "Z"))
    await settle()
    assert ("z" in host.assigned, [str(error) for error in host.errors]) == (True, ["the store is broken"])


# -- the plugin, without a network ------------------------------------------------------------------------------------


@pytest.fixture
async def xmpp() -> AsyncIterator[ClientXMPP]:
    xmpp = ClientXMPP("me@example.org/desk", "secret", storage=MemoryEngine(Clock()))
    xmpp.register_plugin("xep_0115")
    yield xmpp
    await xmpp.aclose()


def caps(xmpp: BaseXMPP) -> XEP_0115:
    return xmpp.plugin[XEP_0115]


class Network:
    """Sees what is sent, and answers questions for capabilities."""

    def __init__(self, xmpp: BaseXMPP, answers: dict[str, DiscoInfo]) -> None:
        self.xmpp = xmpp
        self.answers = answers
        self.asked: list[tuple[str, str]] = []
        self.presences: list[Presence] = []
        xmpp.add_filter("out_sync", self.sent)

    def sent(self, stanza: Any) -> Any:
        if isinstance(stanza, Presence):
            self.presences.append(stanza)
            return None
        jid, node = str(stanza["to"]), stanza[DiscoInfo].node
        self.asked.append((jid, node))
        info = self.answers.get(jid)
        if info is not None:
            text = serialize(info.xml)
            sender = f"from='{jid}' id='{stanza['id']}'"
            reply = parse_one(f"<iq xmlns='jabber:client' type='result' {sender}>{text}</iq>")
            asyncio.get_running_loop().call_soon(self.xmpp.stanza_received, reply)
        return None

    def presence(self, jid: str, ver: str, algorithm: str = "sha-1", rest: str = "") -> None:
        c = f"<c xmlns='http://jabber.org/protocol/caps' node='urn:n' ver='{ver}' hash='{algorithm}'/>"
        c = c.replace(" hash=''", "")
        self.xmpp.stanza_received(
            parse_one(f"<presence xmlns='{self.xmpp.default_ns}' from='{jid}' {rest}>{c}</presence>")
        )


def info_with(*features: str) -> DiscoInfo:
    info = DiscoInfo()
    info.add_identity("client", "pc", "Test")
    info.features = set(features)
    return info


async def test_what_was_learnt_from_one_holds_for_all(xmpp: ClientXMPP) -> None:
    info = info_with("urn:a", "urn:b")
    ver = make_verstring(info)
    network = Network(xmpp, {"a@b.c/r": info})
    events: list[Presence] = []
    xmpp.add_event_handler("entity_caps", events.append)
    for jid in ("a@b.c/r", "d@e.f/r", "a@b.c/r"):
        network.presence(jid, ver)
        await settle()
    assert network.asked == [("a@b.c/r", f"urn:n#{ver}")]
    assert [str(event["from"]) for event in events] == ["a@b.c/r", "d@e.f/r", "a@b.c/r"]
    for jid in ("a@b.c/r", "d@e.f/r"):
        found = await caps(xmpp).get_caps(jid)
        assert found is not None
        assert (await caps(xmpp).get_verstring(jid), found.features) == (ver, {"urn:a", "urn:b"})
        disco = xmpp.plugin[XEP_0030]
        assert await disco.supports(jid, feature="urn:a") is True
        assert await disco.supports(jid, feature="urn:c") is False
        assert await disco.has_identity(jid, category="client", itype="pc") is True
        assert await disco.has_identity(jid, category="client", itype="bot") is False
    assert len(network.asked) == 1
    assert await caps(xmpp).get_caps("no@where.org/r") is None
    assert await caps(xmpp).get_caps() is None


async def test_a_poisoner_is_not_believed(xmpp: ClientXMPP) -> None:
    truth = info_with("urn:omemo")
    ver = make_verstring(truth)
    network = Network(xmpp, {"evil@b.c/r": info_with("urn:none"), "good@b.c/r": truth})
    network.presence("evil@b.c/r", ver)
    await settle()
    assert await caps(xmpp).get_caps(verstring=ver) is None
    assert await caps(xmpp).get_verstring("evil@b.c/r") is None
    network.presence("evil@b.c/r", ver)
    network.presence("good@b.c/r", ver)
    await settle()
    assert [jid for jid, _ in network.asked] == ["evil@b.c/r", "good@b.c/r"]
    found = await caps(xmpp).get_caps("good@b.c/r")
    assert found is not None
    assert found.features == {"urn:omemo"}


async def test_a_hash_that_is_not_known_here_holds_for_its_sender_alone(xmpp: ClientXMPP) -> None:
    info = info_with("urn:a")
    network = Network(xmpp, {"a@b.c/r": info})
    for _ in range(2):
        network.presence("a@b.c/r", "AAAA", "sha-9")
        await settle()
    assert len(network.asked) == 1
    assert await caps(xmpp).get_caps(verstring="AAAA") is None
    assert await xmpp.plugin[XEP_0030].supports("a@b.c/r", feature="urn:a") is True
    assert len(network.asked) == 1


@pytest.mark.parametrize(
    ("jid", "ver", "algorithm", "rest", "event"),
    [
        ("a@b.c/r", "1.0", "", "", "entity_caps_legacy"),
        ("a@b.c/r", "", "sha-1", "", "entity_caps"),
        ("a@b.c/r", "x" * 1025, "sha-1", "", "entity_caps"),
        ("a@b.c/r", "x", "h" * 1025, "", "entity_caps"),
        ("a@b.c/r", "x", "sha-1", "type='unavailable'", None),
        ("a@b.c/r", "x", "sha-1", "type='subscribe'", None),
        ("a@b.c/r", "x", "sha-1", "type='error'", None),
        ("@", "x", "sha-1", "", None),
        ("me@example.org/desk", "x", "sha-1", "", None),
        ("", "x", "sha-1", "", None),
    ],
)
async def test_presences_that_nobody_is_asked_about(
    xmpp: ClientXMPP, jid: str, ver: str, algorithm: str, rest: str, event: str | None
) -> None:
    network = Network(xmpp, {})
    xmpp.auto_authorize = None
    events: list[str] = []
    for name in ("entity_caps", "entity_caps_legacy"):
        xmpp.add_event_handler(name, partial(_note, events, name))
    network.presence(jid, ver, algorithm, rest)
    await settle()
    assert (network.asked, events) == ([], [event] if event else [])


def _note(events: list[str], name: str, _: object) -> None:
    events.append(name)


async def test_many_strangers_leave_the_tables_at_their_limits(xmpp: ClientXMPP) -> None:
    plugin = caps(xmpp)
    plugin.max_jids, plugin.max_caps, plugin.max_waiting = 50, 20, 10
    xmpp.response_timeout = None
    info = info_with("urn:a")
    ver = make_verstring(info)
    network = Network(xmpp, {})
    await plugin.cache_caps(ver, info)
    for number in range(2_000):
        network.presence(f"u{number}@b.c/r", f"V{number}")
        network.presence(f"w{number}@b.c/r", ver)
        if number % 20 == 0:
            await settle()
        await plugin.cache_caps(f"other{number}", info)
    await settle()
    assert len(network.asked) == plugin.max_queries
    assert len(await plugin.collection("jids", limit=0).keys()) <= 50
    assert len(await plugin.collection("caps", limit=0).keys()) == 20


async def test_our_own_are_put_on_presences(xmpp: ClientXMPP) -> None:
    network = Network(xmpp, {})
    await xmpp.plugin[XEP_0030].add_identity("client", "bot", "Echo")
    xmpp.send_presence()
    xmpp.send_presence(ptype="unavailable")
    xmpp.send_presence(pshow="away", pto="room@example.org/me")
    xmpp.send_presence(pto="a@b.c", ptype="subscribe")
    await settle()
    first, gone, away, asking = network.presences
    ver = await caps(xmpp).get_verstring()
    assert (first["caps"]["hash"], first["caps"]["ver"]) == ("sha-1", ver)
    assert first["caps"]["node"] == caps(xmpp).caps_node
    assert away[Capabilities] == first[Capabilities]
    assert (gone.get(Capabilities), asking.get(Capabilities)) == (None, None)
    disco = xmpp.plugin[XEP_0030]
    plain = await disco.info_of()
    assert make_verstring(plain) == ver
    assert make_verstring(await disco.info_of(node=f"{caps(xmpp).caps_node}#{ver}")) == ver


async def test_features_that_come_later(xmpp: ClientXMPP) -> None:
    network = Network(xmpp, {})
    xmpp.send_presence()
    await settle()
    before = await caps(xmpp).get_verstring()
    await xmpp.plugin[XEP_0030].add_feature("urn:new")
    assert await caps(xmpp).update_caps() not in (None, before)
    xmpp.send_presence()
    other = xmpp.make_presence()
    other[Capabilities].node, other[Capabilities].ver = "urn:other", "x"
    other.send()
    await settle()
    assert network.presences[1]["caps"]["ver"] == await caps(xmpp).get_verstring() != before
    assert network.presences[2]["caps"]["ver"] == "x"
    # Who asks for what the first presence said gets what its hash is of.
    old = await xmpp.plugin[XEP_0030].info_of(node=f"{caps(xmpp).caps_node}#{before}")
    assert (make_verstring(old), "urn:new" in old.features) == (before, False)


async def test_nothing_is_said_where_it_was_said_so(
    xmpp: ClientXMPP, caplog: pytest.LogCaptureFixture
) -> None:
    network = Network(xmpp, {})
    caps(xmpp).broadcast = False
    xmpp.send_presence()
    caps(xmpp).broadcast = True
    await xmpp.plugin[XEP_0030].add_feature("urn:a<b")
    xmpp.send_presence()
    await settle()
    assert [presence.get(Capabilities) for presence in network.presences] == [None, None]
    assert "cannot be worked out" in caplog.text
    untyped: Any = caps(xmpp)  # programs take the filter off by this name
    xmpp.del_filter("out", untyped._filter_add_caps)
    xmpp.plugin.disable("xep_0115")
    xmpp.send_presence()
    assert len(network.presences) == 3


async def test_every_operation_is_replaced(xmpp: ClientXMPP) -> None:
    class Store:
        def __init__(self) -> None:
            self.caps: dict[str, DiscoInfo] = {}
            self.vers: dict[str, str] = {}
            self.calls: list[str] = []

        def cache_caps(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
            self.caps[args["verstring"]] = args["info"]

        async def get_caps(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoInfo | None:
            return self.caps.get(args["verstring"])

        def assign_verstring(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
            self.vers[jid.full] = args["verstring"]

        async def get_verstring(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> str | None:
            return self.vers.get(jid.full)

        def supports(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> bool | None:
            self.calls.append(args["feature"])
            return True

        def has_identity(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> bool | None:
            self.calls.append(args["category"])
            return None

    store = Store()
    typed: CapsStore = store
    caps(xmpp).api.bind(typed)
    info = info_with("urn:a")
    ver = make_verstring(info)
    network = Network(xmpp, {"a@b.c/r": info})
    network.presence("a@b.c/r", ver)
    xmpp.send_presence()
    await settle()
    assert set(store.caps) == set(store.vers.values()) == {ver, network.presences[0]["caps"]["ver"]}
    assert set(store.vers) == {"a@b.c/r", "me@example.org/desk"}
    disco = xmpp.plugin[XEP_0030]
    assert await disco.supports("x@y.z/r", feature="urn:q") is True
    assert await disco.has_identity("x@y.z/r", category="client", itype="pc") is None
    assert store.calls == ["urn:q", "client"]


async def test_a_cache_object_of_the_program() -> None:
    class Cache(dict[str, DiscoInfo]):
        def retrieve(self, key: str) -> DiscoInfo | None:
            return self.get(key)

        def store(self, key: str, value: DiscoInfo) -> None:
            self[key] = value

    cache = Cache()
    xmpp = ClientXMPP("me@example.org/desk", "secret")
    xmpp.register_plugin("xep_0115", {"cache": cache})
    info = info_with("urn:a")
    await caps(xmpp).cache_caps("V", info)
    assert cache == {"V": info}
    assert await caps(xmpp).get_caps(verstring="V") is info
    await xmpp.aclose()


async def test_what_was_learnt_is_there_after_a_restart() -> None:
    engine = MemoryEngine(Clock())
    info = info_with("urn:a")
    for restarted in (False, True):
        xmpp = ClientXMPP("me@example.org/desk", "secret", storage=engine)
        xmpp.register_plugin("xep_0115")
        if not restarted:
            await caps(xmpp).cache_caps(make_verstring(info), info)
        found = await caps(xmpp).get_caps(verstring=make_verstring(info))
        assert found == info
        await xmpp.aclose()


async def test_the_operations_of_disco_come_back_when_it_is_disabled(xmpp: ClientXMPP) -> None:
    disco = xmpp.plugin[XEP_0030]
    xmpp.plugin.disable("xep_0115")
    network = Network(xmpp, {"a@b.c/r": info_with("urn:a")})
    assert await disco.supports("a@b.c/r", feature="urn:a") is True
    assert network.asked == [("a@b.c/r", "")]
    xmpp.register_plugin("xep_0115")

    def mine(jid: JID, node: str, ifrom: JID | None, args: Any) -> str:
        return "mine"

    disco.api.register(mine, "supports")
    xmpp.plugin.disable("xep_0115")
    xmpp.register_plugin("xep_0115")
    answer: Any = await disco.supports("a@b.c/r", feature="urn:b")
    assert answer == "mine"


async def test_a_component_asks_from_the_address_that_was_written_to() -> None:
    xmpp = ComponentXMPP("comp.example.org", "secret")
    xmpp.register_plugin("xep_0115")
    asked: list[tuple[str, str]] = []

    def sent(stanza: Any) -> None:
        if not isinstance(stanza, Presence):
            asked.append((str(stanza["from"]), str(stanza["to"])))

    xmpp.add_filter("out_sync", sent)
    for to in ("puppet@comp.example.org", ""):
        c = f"<c xmlns='http://jabber.org/protocol/caps' node='urn:n' ver='of {to}' hash='sha-1'/>"
        xmpp.stanza_received(
            parse_one(f"<presence xmlns='{xmpp.default_ns}' from='a@b.c/{len(to)}' to='{to}'>{c}</presence>")
        )
        await settle()
    assert asked == [("puppet@comp.example.org", "a@b.c/23"), ("comp.example.org", "a@b.c/0")]
    await xmpp.aclose()


def test_a_hash_that_is_not_known_cannot_be_ours() -> None:
    with pytest.raises(ValueError, match="md5"):
        ClientXMPP("a@b.c", "x").register_plugin("xep_0115", {"hash": "md5"})


async def test_one_who_refuses_to_say(xmpp: ClientXMPP) -> None:
    disco = xmpp.plugin[XEP_0030]

    def refuse(stanza: Any) -> None:
        text = f"<iq xmlns='jabber:client' type='error' from='{stanza['to']}' id='{stanza['id']}'/>"
        asyncio.get_running_loop().call_soon(xmpp.stanza_received, parse_one(text))

    network = Network(xmpp, {})
    xmpp.del_filter("out_sync", network.sent)
    xmpp.add_filter("out_sync", refuse)
    network.presence("a@b.c/r", "V")
    await settle()
    assert await caps(xmpp).get_caps("a@b.c/r") is None
    with pytest.raises(IqError):
        await disco.get_info("a@b.c/r")
