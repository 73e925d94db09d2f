"""Blobs between two clients, on the embedded server and on a real Prosody."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, IqError, Message, Presence, XMPPError
from helixmpp.core import BaseXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0199 import XEP_0199
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary, BlobRefused, make_cid
from helixmpp.storage import FolderEngine, MemoryEngine
from helixmpp.xml import parse_one
from tests.plugins.conftest import Clock, World

BOTH = ("xep_0231", "xep_0199")


def bobs(xmpp: BaseXMPP) -> XEP_0231:
    return xmpp.plugin[XEP_0231]


async def is_alive(xmpp: BaseXMPP) -> bool:
    return await xmpp.plugin[XEP_0199].ping() >= 0


async def request(xmpp: ClientXMPP, to: JID, payload: str, type_: str = "get") -> Iq:
    """Send an iq with any payload, and give the answer."""
    iq = xmpp.make_iq(ito=to, itype=type_)
    iq.append(parse_one(payload))
    return await iq.send()


@pytest.mark.parametrize("size", [0, 1, 8192, 65_536])
async def test_a_blob_is_fetched_once(any_world: World, size: int) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    data = bytes(number % 251 for number in range(size))
    cid = await bobs(alice).set_bob(data, "image/png", max_age=86400)
    content = await bobs(bob).get_bob(jid=alice.boundjid, cid=cid)
    assert content["bob"]["data"] == content[BitsOfBinary].data == data
    assert (content["bob"]["type"], content["bob"]["cid"], content["bob"]["max_age"]) == (
        "image/png",
        cid,
        86400,
    )
    assert content["from"] == alice.boundjid
    await bobs(alice).del_bob(cid)
    assert (await bobs(bob).get_bob(jid=str(alice.boundjid), cid=cid))["bob"]["data"] == data
    with pytest.raises(IqError) as caught:
        await bobs(bob).get_bob(alice.boundjid, cid, cached=False)
    assert caught.value.condition == "item-not-found"


@pytest.mark.parametrize(
    "cid", [make_cid(b"x"), make_cid(b"x", "sha-256"), "x@example.org", "../../x", "/etc/passwd", "x" * 1000]
)
async def test_an_absent_blob_is_item_not_found(any_world: World, cid: str) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    with pytest.raises(IqError) as caught:
        await bobs(bob).get_bob(alice.boundjid, cid)
    assert (caught.value.condition, caught.value.etype) == ("item-not-found", "cancel")
    assert caught.value.iq["from"] == alice.boundjid


@pytest.mark.parametrize(
    ("cid", "data"),
    [(make_cid(b"right"), b"wrong"), (make_cid(b"right", "sha3-512"), b"wrong"), (make_cid(b"right"), b"")],
)
async def test_a_blob_with_a_wrong_hash_is_refused_and_never_served(
    any_world: World, cid: str, data: bytes
) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    liar = BitsOfBinary()
    liar.cid, liar.type, liar.data = cid, "text/plain", data
    events: list[Any] = []
    bob.add_event_handler("bob", events.append)

    def lie(jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary:
        return liar

    bobs(alice).api.register(lie, "get_bob")
    for _ in range(2):
        with pytest.raises(BlobRefused, match="not those that the cid names"):
            await bobs(bob).get_bob(alice.boundjid, cid)
    bobs(alice).api.restore_default("get_bob")
    with pytest.raises(IqError, match="item-not-found"):
        await bobs(bob).get_bob(alice.boundjid, cid)
    assert events == []
    await bobs(alice).set_bob(b"right", "text/plain", cid)
    assert (await bobs(bob).get_bob(alice.boundjid, cid))["bob"]["data"] == b"right"
    assert len(events) == 1


ANSWERS = {
    "another cid": "<data xmlns='urn:xmpp:bob' cid='other@example.org' type='a/b'>eA==</data>",
    "no data": "<other xmlns='urn:x'/>",
    "no base64": "<data xmlns='urn:xmpp:bob' cid='x@example.org' type='a/b'>!</data>",
    "too large": f"<data xmlns='urn:xmpp:bob' cid='x@example.org' type='a/b'>{'A' * 100_000}</data>",
}


@pytest.mark.parametrize("payload", ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_answer_that_is_none(world: World, payload: str) -> None:
    alice, bob = await world.client("alice", *BOTH), await world.client("bob", *BOTH)

    def answer(jid: JID, node: str, ifrom: JID | None, args: str) -> Iq:
        iq = alice.Iq()
        iq.append(parse_one(payload))
        return iq

    bobs(alice).api.register(answer, "get_bob")
    with pytest.raises(BlobRefused):
        await bobs(bob).get_bob(alice.boundjid, "x@example.org")
    assert await bobs(bob).collection("unchecked", limit=1).keys() == []


@pytest.mark.parametrize(
    ("asked", "answered", "data", "good"),
    [
        ("sha1+{}@bob.xmpp.org", "sha-1+{}@bob.xmpp.org", "eA==", True),
        ("sha1+{}@bob.xmpp.org", "other@example.org", "eA==", True),
        ("sha1+{}@bob.xmpp.org", "sha-1+{}@bob.xmpp.org", "eQ==", False),
        ("sha1+{}@bob.xmpp.org", "sha-1+{}@bob.xmpp.org", "!", False),
        ("x@example.org", "y@example.org", "eA==", False),
    ],
)
async def test_another_spelling_of_the_same_bytes(
    world: World, asked: str, answered: str, data: str, good: bool
) -> None:
    alice, bob = await world.client("alice", *BOTH), await world.client("bob", *BOTH)
    digest = hashlib.sha1(b"x").hexdigest()

    def answer(jid: JID, node: str, ifrom: JID | None, args: str) -> Iq:
        iq = alice.Iq()
        cid = answered.format(digest)
        iq.append(parse_one(f"<data xmlns='urn:xmpp:bob' cid='{cid}' type='a/b'>{data}</data>"))
        return iq

    bobs(alice).api.register(answer, "get_bob")
    asking = bobs(bob).get_bob(alice.boundjid, asked.format(digest))
    if not good:
        with pytest.raises(BlobRefused):
            await asking
        return
    found = await asking
    assert (found["bob"]["cid"], found["bob"]["data"]) == (asked.format(digest), b"x")
    bobs(alice).api.restore_default("get_bob")
    assert (await bobs(bob).get_bob(alice.boundjid, asked.format(digest)))["bob"]["data"] == b"x"


def gives_none(jid: JID, node: str, ifrom: JID | None, args: str) -> None:
    return None


def is_no_file(jid: JID, node: str, ifrom: JID | None, args: str) -> None:
    raise FileNotFoundError(args)


async def is_no_file_later(jid: JID, node: str, ifrom: JID | None, args: str) -> None:
    raise FileNotFoundError(args)


def forbids(jid: JID, node: str, ifrom: JID | None, args: str) -> None:
    raise XMPPError("forbidden", "not for you")


def fails(jid: JID, node: str, ifrom: JID | None, args: str) -> None:
    raise RuntimeError("the secret reason")


def gives_nonsense(jid: JID, node: str, ifrom: JID | None, args: str) -> Any:
    return {"data": b"x"}


@pytest.mark.parametrize(
    ("handler", "condition"),
    [
        (gives_none, "item-not-found"),
        (is_no_file, "item-not-found"),
        (is_no_file_later, "item-not-found"),
        (forbids, "forbidden"),
        (fails, "internal-server-error"),
        (gives_nonsense, "internal-server-error"),
    ],
)
async def test_what_a_handler_says_reaches_the_one_who_asks(
    any_world: World, handler: Callable[..., Any], condition: str
) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    bobs(alice).api.register(handler, "get_bob")
    with pytest.raises(IqError) as caught:
        await bobs(bob).get_bob(alice.boundjid, make_cid(b"x"))
    assert caught.value.condition == condition
    assert "secret" not in str(caught.value.iq)
    assert await is_alive(alice)
    assert await is_alive(bob)


@pytest.mark.parametrize("handler", [gives_none, is_no_file, is_no_file_later])
async def test_what_is_not_here_is_asked_of_the_network(
    any_world: World, handler: Callable[..., Any]
) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    cid = await bobs(alice).set_bob(b"coucou", "text/plain")
    bobs(bob).api.register(handler, "get_bob")
    assert (await bobs(bob).get_bob(alice.boundjid, cid))["bob"]["data"] == b"coucou"


async def test_handlers_decide_by_who_asks(any_world: World) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    asked: list[tuple[JID, str, JID | None, str]] = []
    cid = make_cid(b"for bob")

    async def for_bob(jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary:
        asked.append((jid, node, ifrom, args))
        if ifrom is None or ifrom.bare != bob.boundjid.bare:
            raise XMPPError("forbidden")
        return bobs(alice).make_bob(b"for bob", "text/plain")

    bobs(alice).api.register(for_bob, "get_bob")
    assert (await bobs(bob).get_bob(alice.boundjid, cid))["bob"]["data"] == b"for bob"
    with pytest.raises(XMPPError, match="forbidden"):
        await bobs(alice).get_bob(cid=cid)
    assert asked == [(alice.boundjid, "", bob.boundjid, cid), (alice.boundjid, "", None, cid)]


async def test_what_a_peer_sent_goes_to_the_operation_with_its_sender(any_world: World) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    kept: list[tuple[JID, str, JID | None, bytes]] = []

    def set_bob(jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        kept.append((jid, node, ifrom, args["data"]))

    bobs(bob).api.register(set_bob, "set_bob")
    cid = await bobs(alice).set_bob(b"x", "text/plain")
    await bobs(bob).get_bob(alice.boundjid, cid, cached=False)
    message = alice.make_message(bob.boundjid, "look")
    bobs(alice).include(message, b"y", "text/plain")
    came = asyncio.ensure_future(bob.wait_until("bob", 5))
    await asyncio.sleep(0)
    message.send()
    await came
    assert kept == [
        (alice.boundjid, "", bob.boundjid, b"x"),
        (alice.boundjid, "", bob.boundjid, b"y"),
    ]


async def test_a_store_that_fails_does_not_hide_the_blob(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    alice, bob = await world.client("alice", *BOTH), await world.client("bob", *BOTH)

    async def full(jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        raise OSError("the disk is full")

    bobs(bob).api.register(full, "set_bob")
    cid = await bobs(alice).set_bob(b"x", "text/plain")
    assert (await bobs(bob).get_bob(alice.boundjid, cid))["bob"]["data"] == b"x"
    assert "the disk is full" in caplog.text


async def sent_to(
    sender: ClientXMPP, receiver: ClientXMPP, *payloads: str, kind: type[Any] = Message
) -> None:
    """Send payloads in one stanza, and wait until the receiver has dealt with it."""
    stanza = kind()
    stanza.stream = sender
    stanza["to"] = receiver.boundjid
    for payload in payloads:
        stanza.append(parse_one(payload))
    stanza.send()
    # Stanzas between two keep their order, so that the answer to this comes after them.
    await sender.plugin[XEP_0199].ping(receiver.boundjid)
    # The handler is a task by now; in memory all that it waits for is there at once.
    for _ in range(50):
        await asyncio.sleep(0)


def data(cid: str, text: str = "eA==", more: str = "") -> str:
    return f"<data xmlns='urn:xmpp:bob' cid='{cid}' type='text/plain' {more}>{text}</data>"


GOOD = make_cid(b"x")


@pytest.mark.parametrize("kind", [Message, Presence])
@pytest.mark.parametrize(
    ("payloads", "received", "unchecked", "events"),
    [
        ([data(GOOD)], 1, 0, 1),
        ([data(GOOD, more="max-age='60'")], 1, 0, 1),
        ([data(GOOD), data(make_cid(b"x", "sha-256"))], 2, 0, 1),
        ([data("x@example.org")], 0, 1, 1),
        ([data("../../x")], 0, 1, 1),
        ([data(GOOD, "eQ==")], 0, 0, 0),
        ([data(GOOD, "eQ=="), data("x@example.org")], 0, 1, 1),
        ([data(GOOD, "")], 0, 0, 0),
        ([data(GOOD, "!")], 0, 0, 0),
        ([data("")], 0, 0, 0),
        ([data("x" * 1025)], 0, 0, 0),
        ([data(GOOD, more="max-age='0'")], 0, 0, 1),
        ([data(GOOD, more="max-age='soon'")], 0, 0, 1),
        ([data("x@example.org", "A" * 100_000)], 0, 0, 0),
    ],
)
async def test_blobs_that_come_without_being_asked_for(
    world: World,
    kind: type[Message | Presence],
    payloads: list[str],
    received: int,
    unchecked: int,
    events: int,
) -> None:
    alice, bob = await world.client("alice", *BOTH), await world.client("bob", *BOTH)
    came: list[Any] = []
    bob.add_event_handler("bob", came.append)
    await sent_to(alice, bob, *payloads, kind=kind)
    assert len(await bobs(bob).collection("received", limit=1).keys()) == received
    assert len(await bobs(bob).collection("unchecked", limit=1).keys()) == unchecked
    assert await bobs(bob).collection("blobs", limit=1).keys() == []
    assert [type(stanza) for stanza in came] == [kind] * events
    assert await is_alive(bob)


async def test_blobs_that_nobody_asked_for_can_be_left_out(world: World) -> None:
    alice, bob = await world.client("alice", *BOTH), await world.client("bob", *BOTH)
    bobs(bob).keep_unasked = False
    came: list[Any] = []
    bob.add_event_handler("bob", came.append)
    await sent_to(alice, bob, data(GOOD))
    assert await bobs(bob).collection("received", limit=1).keys() == []
    assert len(came) == 1


@pytest.mark.parametrize(
    ("payload", "type_", "condition"),
    [
        ("<data xmlns='urn:xmpp:bob'/>", "get", "bad-request"),
        ("<data xmlns='urn:xmpp:bob' cid=''/>", "get", "bad-request"),
        (f"<data xmlns='urn:xmpp:bob' cid='{'x' * 1025}'/>", "get", "bad-request"),
        (data(GOOD), "set", "service-unavailable"),
    ],
)
async def test_requests_that_are_none(any_world: World, payload: str, type_: str, condition: str) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    with pytest.raises(IqError) as caught:
        await request(bob, alice.boundjid, payload, type_)
    assert caught.value.condition == condition
    assert await bobs(alice).collection("received", limit=1).keys() == []
    assert await is_alive(alice)


async def test_max_age_ends_what_was_received(any_world: World) -> None:
    clock = Clock()
    alice = await any_world.client("alice", *BOTH)
    bob = await any_world.client("bob", *BOTH, storage=MemoryEngine(clock))
    cids = {age: await bobs(alice).set_bob(b"%d" % age, "text/plain", max_age=age) for age in (0, 60)}
    for cid in cids.values():
        await bobs(bob).get_bob(alice.boundjid, cid)
        await bobs(alice).del_bob(cid)
    with pytest.raises(IqError, match="item-not-found"):
        await bobs(bob).get_bob(alice.boundjid, cids[0])
    assert (await bobs(bob).get_bob(alice.boundjid, cids[60]))["bob"]["data"] == b"60"
    clock.now += 61
    with pytest.raises(IqError, match="item-not-found"):
        await bobs(bob).get_bob(alice.boundjid, cids[60])


def outside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_storage_over_a_restart_and_names_that_lead_outside(any_world: World, tmp_path: Path) -> None:
    url = (tmp_path / "deep" / "kept").as_uri()
    cids: dict[str, bytes] = {}
    alice = await any_world.client("alice", *BOTH, storage=url)
    for name in (None, "../../x", "../x", "/x", "x"):
        content = f"content of {name}".encode()
        cids[await bobs(alice).set_bob(content, "text/plain", name)] = content
    await alice.disconnect()
    await alice.aclose()
    alice = await any_world.client("alice", *BOTH, storage=url)
    bob = await any_world.client("bob", *BOTH, storage=FolderEngine(tmp_path / "deep" / "kept"))
    for cid, content in cids.items():
        assert (await bobs(bob).get_bob(alice.boundjid, cid))["bob"]["data"] == content
        assert (await bobs(alice).get_bob(cid=cid))["bob"]["data"] == content
    # A stranger's cid that leads outside, asked for and sent.
    with pytest.raises(IqError, match="item-not-found"):
        await bobs(bob).get_bob(alice.boundjid, "../../../y")
    await sent_to(bob, alice, data("../../../y"), data("/y"))
    assert outside(tmp_path) == ["deep"]
    assert outside(tmp_path / "deep") == ["kept"]


async def test_a_component_answers_for_each_of_its_addresses(any_world: World) -> None:
    comp = await any_world.component(*BOTH)
    bob = await any_world.client("bob", *BOTH)
    plugin = bobs(comp)
    shared = await plugin.set_bob(b"shared", "text/plain")

    def for_one(jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary:
        return plugin.make_bob(f"{jid} to {ifrom}".encode(), "text/plain", args)

    one = JID(f"one@{comp.boundjid.domain}")
    plugin.api.register(for_one, "get_bob", jid=one)
    answer = await bobs(bob).get_bob(one, "x@example.org", cached=False)
    assert answer["bob"]["data"] == f"{one} to {bob.boundjid}".encode()
    assert answer["from"] == one
    two = JID(f"two@{comp.boundjid.domain}/desk")
    answer = await bobs(bob).get_bob(two, shared)
    assert (answer["bob"]["data"], answer["from"]) == (b"shared", two)
    cid = await bobs(bob).set_bob(b"of bob", "text/plain")
    answer = await plugin.get_bob(bob.boundjid, cid, ifrom=two)
    assert (answer["bob"]["data"], answer["to"]) == (b"of bob", two)


async def test_the_feature_is_announced(any_world: World) -> None:
    alice, bob = await any_world.client("alice", "xep_0231"), await any_world.client("bob", "xep_0030")
    assert await bob.plugin["xep_0030"].supports(alice.boundjid, feature="urn:xmpp:bob") is True
    alice.plugin.disable("xep_0231")
    assert (
        await bob.plugin["xep_0030"].supports(alice.boundjid, feature="urn:xmpp:bob", cached=False) is False
    )


async def test_many_at_the_same_time(any_world: World) -> None:
    alice, bob = await any_world.client("alice", *BOTH), await any_world.client("bob", *BOTH)
    contents = [b"%d" % number * 100 for number in range(50)]
    cids = [await bobs(alice).set_bob(content, "text/plain") for content in contents]
    answers = await asyncio.gather(*(bobs(bob).get_bob(alice.boundjid, cid) for cid in cids))
    assert [answer["bob"]["data"] for answer in answers] == contents
