"""Service discovery between two clients, a component and the server: embedded, and a real Prosody."""

import asyncio
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, IqError, IqTimeout, XMPPError
from helixmpp.core import BaseXMPP, Callback
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo, DiscoItems
from helixmpp.plugins.xep_0030.stanza import NS_INFO, NS_ITEMS
from helixmpp.stanza import StanzaPath
from helixmpp.storage import MemoryEngine
from helixmpp.xml import parse_one
from tests.plugins.conftest import Clock, World


def disco(xmpp: BaseXMPP) -> XEP_0030:
    return xmpp.plugin[XEP_0030]


async def both(world: World) -> tuple[ClientXMPP, ClientXMPP]:
    return await world.client("alice", "xep_0030", "xep_0199"), await world.client("bob", "xep_0030")


async def test_one_asks_the_other(any_world: World) -> None:
    alice, bob = await both(any_world)
    await disco(alice).add_identity("client", "pc", "Alice's", lang="en")
    await disco(alice).add_feature("urn:added")
    events: list[Iq] = []
    bob.add_event_handler("disco_info", events.append)
    answer = await disco(bob).get_info(alice.boundjid)
    assert isinstance(answer, Iq)
    assert answer["from"] == alice.boundjid
    assert answer["disco_info"]["identities"] == {("client", "pc", "en", "Alice's")}
    assert answer["disco_info"]["features"] == {NS_INFO, "urn:xmpp:ping", "urn:added"}
    assert answer["disco_info"]["node"] == ""
    assert events == [answer]
    info = await disco(bob).info_of(str(alice.boundjid), "")
    assert "urn:added" in info.features


async def test_what_belongs_to_the_other(any_world: World) -> None:
    alice, bob = await both(any_world)
    await disco(alice).add_item("a@b.c", "A", node="books", subnode="books/1")
    await disco(alice).add_item(name="Books", subnode="books")
    events: list[Iq] = []
    bob.add_event_handler("disco_items", events.append)
    answer = await disco(bob).get_items(alice.boundjid)
    assert answer["disco_items"]["items"] == {(alice.boundjid, "books", "Books")}
    assert events == [answer]
    items = await disco(bob).items_of(alice.boundjid, "books")
    assert (items["items"], items["node"]) == ({("a@b.c", "books/1", "A")}, "books")


async def test_the_node_is_mirrored_and_an_unknown_one_refused(any_world: World) -> None:
    alice, bob = await both(any_world)
    await disco(alice).add_feature("urn:a", node="n")
    info = await disco(bob).info_of(alice.boundjid, "n")
    assert (info.node, info.features, info.identities) == ("n", {"urn:a"}, set())
    assert (await disco(bob).items_of(alice.boundjid, "n")).node == "n"
    for asking in (disco(bob).get_info, disco(bob).get_items):
        with pytest.raises(IqError) as caught:
            await asking(alice.boundjid, "unknown")
        assert caught.value.condition == "item-not-found"


async def test_handlers_see_who_asks_and_may_refuse(any_world: World) -> None:
    alice, bob = await both(any_world)
    asked: list[tuple[JID, str, JID | None, Any]] = []

    async def get_info(jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoInfo:
        asked.append((jid, node, ifrom, args))
        if node == "secret":
            raise XMPPError("forbidden")
        info = DiscoInfo()
        info.features = {f"urn:{node}"}
        return info

    def get_items(jid: JID, node: str, ifrom: JID | None, args: Any) -> Iq:
        iq = alice.Iq()
        iq["disco_items"]["items"] = [("a@b.c", node, None)]
        return iq

    disco(alice).api.register(get_info, "get_info")
    disco(alice).api.register(get_items, "get_items")
    assert (await disco(bob).info_of(alice.boundjid, "n")).features == {"urn:n"}
    with pytest.raises(IqError) as caught:
        await disco(bob).get_info(alice.boundjid, "secret")
    assert caught.value.condition == "forbidden"
    assert [call[:3] for call in asked] == [(alice.boundjid, node, bob.boundjid) for node in ("n", "secret")]
    assert all(isinstance(call[3], Iq) for call in asked)
    assert (await disco(bob).items_of(alice.boundjid, "x"))["items"] == {("a@b.c", "x", None)}


async def test_operations_without_a_handler(any_world: World) -> None:
    alice, bob = await both(any_world)
    for op in ("get_info", "get_items"):
        disco(alice).api.unregister(op)
    assert (await disco(bob).info_of(alice.boundjid)).identities == {("client", "bot", None, None)}
    assert (await disco(bob).items_of(alice.boundjid))["items"] == set()
    for asking in (disco(bob).get_info, disco(bob).get_items):
        with pytest.raises(IqError, match="item-not-found"):
            await asking(alice.boundjid, "n")


async def test_a_component_has_many_addresses(any_world: World) -> None:
    comp = await any_world.component("xep_0030")
    bob = await any_world.client("bob", "xep_0030")
    domain = comp.boundjid.domain
    await disco(comp).add_identity("gateway", "sms", jid=f"one@{domain}")
    await disco(comp).add_item(f"one@{domain}", "One")
    answer = await disco(bob).get_info(f"one@{domain}")
    assert answer["from"] == f"one@{domain}"
    assert answer["disco_info"]["identities"] == {("gateway", "sms", None, None)}
    assert (await disco(bob).info_of(domain)).identities == {("component", "generic", None, None)}
    assert (await disco(bob).items_of(domain))["items"] == {(f"one@{domain}", None, "One")}
    await disco(bob).add_feature("urn:bob")
    answer = await disco(comp).get_info(bob.boundjid, ifrom=f"one@{domain}")
    assert (answer["to"], "urn:bob" in answer["disco_info"]["features"]) == (f"one@{domain}", True)


async def test_supports_and_has_identity_of_others(any_world: World) -> None:
    alice, bob = await both(any_world)
    supports, has = disco(bob).supports, disco(bob).has_identity
    assert await supports(alice.boundjid, feature="urn:xmpp:ping") is True
    assert await supports(alice.boundjid, feature="urn:x") is False
    assert await supports(alice.boundjid, node="unknown", feature="urn:x") is False
    assert await has(alice.boundjid, category="client", itype="bot") is True
    assert await has(alice.boundjid, category="client", itype="pc") is False
    assert await supports(any_world.domain, feature="urn:xmpp:ping") is True
    assert await has(any_world.domain, category="server", itype="im") is True


async def test_somebody_who_does_not_answer(world: World) -> None:
    alice, bob = await world.client("alice"), await world.client("bob", "xep_0030")
    alice.register_handler(Callback("silent", StanzaPath("iq"), lambda iq: None))
    bob.response_timeout = 0.05
    assert await disco(bob).supports(alice.boundjid, feature="urn:x") is None
    assert await disco(bob).has_identity(alice.boundjid, category="a", itype="b") is None
    with pytest.raises(IqTimeout):
        await disco(bob).get_info(alice.boundjid)


async def test_answers_are_kept_where_we_asked_for_a_while(world: World) -> None:
    clock = Clock()
    alice = await world.client("alice", "xep_0030")
    bob = await world.client("bob", "xep_0030", storage=MemoryEngine(clock))
    asked: list[str] = []

    def get_info(jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoInfo:
        asked.append(node)
        info = DiscoInfo()
        info.features = {f"urn:{len(asked)}"}
        return info

    disco(alice).api.register(get_info, "get_info")

    async def features(node: str = "", *, cached: bool = True) -> set[str]:
        return (await disco(bob).info_of(alice.boundjid, node, cached=cached)).features - {NS_INFO}

    assert [await features() for _ in range(3)] == [{"urn:1"}] * 3
    assert await features("n") == {"urn:2"}
    assert await features(cached=False) == {"urn:3"}
    assert await features() == {"urn:3"}
    clock.now += disco(bob).cache_age
    assert await features() == {"urn:4"}
    disco(bob).use_cache = False
    assert [await features() for _ in range(2)] == [{"urn:5"}, {"urn:6"}]


async def test_what_nobody_asked_for_is_not_kept(world: World) -> None:
    alice, bob = await both(world)
    events: list[Any] = []
    for event in ("disco_info", "disco_items"):
        bob.add_event_handler(event, events.append)
    for payload in (
        f"<query xmlns='{NS_INFO}'><feature var='urn:evil'/></query>",
        f"<query xmlns='{NS_ITEMS}'/>",
    ):
        iq = alice.make_iq_result("not-asked", ito=bob.boundjid)
        iq.append(parse_one(payload))
        iq.send()
    # Stanzas between two keep their order: the answer to this comes behind them.
    await disco(alice).get_info(bob.boundjid)
    await asyncio.sleep(0)
    assert events == []
    assert await disco(bob).collection("cache", limit=1).keys() == []


async def test_the_cache_is_bounded(world: World) -> None:
    comp, bob = await world.component("xep_0030"), await world.client("bob", "xep_0030")
    disco(bob).cache_limit = 10
    for number in range(30):
        await disco(bob).get_info(f"user{number}@{comp.boundjid.domain}")
    assert len(await disco(bob).collection("cache", limit=10).keys()) == 10
    await disco(comp).set_features(features={f"urn:{number:01000}" for number in range(100)})
    assert len((await disco(bob).info_of(comp.boundjid)).features) == 101
    assert await disco(bob).api["get_cached_info"](comp.boundjid) is None


@pytest.mark.parametrize("payload", [f"<query xmlns='{NS_INFO}'/>", f"<query xmlns='{NS_ITEMS}'/>"])
async def test_nothing_can_be_set(any_world: World, payload: str) -> None:
    alice, bob = await both(any_world)
    iq = bob.make_iq_set(parse_one(payload), ito=alice.boundjid)
    with pytest.raises(IqError) as caught:
        await iq.send()
    assert caught.value.condition == "service-unavailable"


async def test_a_server_and_its_services(any_world: World) -> None:
    comp = await any_world.component("xep_0030")
    bob = await any_world.client("bob", "xep_0030")
    await disco(comp).add_identity("store", "file")
    infos = await disco(bob).get_info_from_domain()
    assert any_world.domain in [info["from"] for info in infos]
    domains = [info["from"] for info in infos]
    found = await disco(bob).find_identities("store", "file")
    assert [info["from"] for info in found] == [jid for jid in domains if jid == comp.boundjid]
    assert list(disco(bob).domain_infos) == [any_world.domain]
    assert await disco(bob).get_info_from_domain(any_world.domain) == infos


async def test_of_very_many_services_only_some_are_asked(world: World) -> None:
    comp, bob = await world.component("xep_0030"), await world.client("bob", "xep_0030")
    domain = comp.boundjid.domain
    for number in range(50):
        await disco(comp).add_item(f"user{number}@{domain}")
    disco(bob).max_domain_items = 7
    seen: list[list[Iq]] = []
    infos = await disco(bob).get_info_from_domain(domain, cached=False, callback=seen.append)
    assert len(infos) == 8
    assert seen == [infos]
    # Who refuses is left out.
    disco(comp).api.register(refuse, "get_info", jid=f"user0@{domain}")
    assert len(await disco(bob).get_info_from_domain(domain, cached=False)) == 7
    assert len(await disco(bob).get_info_from_domain(domain)) == 7
    assert await disco(bob).get_info_from_domain(f"nobody@{world.domain}") == []


def refuse(jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
    raise XMPPError("forbidden")


async def test_items_of_a_peer_with_wrong_addresses(any_world: World) -> None:
    alice, bob = await both(any_world)

    def get_items(jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoItems:
        return DiscoItems(
            xml=parse_one(f"<query xmlns='{NS_ITEMS}'><item jid='@@'/><item/><item jid='a@b.c'/></query>")
        )

    disco(alice).api.register(get_items, "get_items")
    assert (await disco(bob).items_of(alice.boundjid))["items"] == {("a@b.c", None, None)}
