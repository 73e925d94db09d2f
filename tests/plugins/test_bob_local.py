"""Blobs of this program itself, without a connection: made, kept, given back, forgotten, and refused."""

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP, Iq, Message, Presence, XMPPError
from helixmpp.errors import FieldValueError, StorageError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary, BlobRefused, BobStore, make_cid
from helixmpp.storage import MemoryEngine
from tests.plugins.conftest import Clock, LoopClock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def xmpp(clock: Clock) -> AsyncIterator[ClientXMPP]:
    xmpp = ClientXMPP("me@example.org/desk", "secret", storage=MemoryEngine(clock))
    xmpp.register_plugin("xep_0231")
    yield xmpp
    await xmpp.aclose()


@pytest.fixture
def bobs(xmpp: ClientXMPP) -> XEP_0231:
    return xmpp.plugin[XEP_0231]


async def kept(bobs: XEP_0231, cid: str) -> BitsOfBinary | None:
    """What the operation gives to this program."""
    found: BitsOfBinary | None = await bobs.api["get_bob"](None, None, None, cid)
    return found


@pytest.mark.parametrize("data", [b"", b"c", b"coucou", bytes(range(256)) * 32, b"x" * 65_536])
async def test_a_blob_comes_back(bobs: XEP_0231, data: bytes) -> None:
    cid = await bobs.set_bob(data, "text/plain", max_age=60)
    assert cid == make_cid(data)
    content = await bobs.get_bob(cid=cid)
    assert isinstance(content, Iq)
    assert content["type"] == "result"
    assert content["bob"]["data"] == content[BitsOfBinary].data == data
    assert (content["bob"]["type"], content["bob"]["cid"], content["bob"]["max_age"]) == (
        "text/plain",
        cid,
        60,
    )


@pytest.mark.parametrize("algo", ["sha-256", "sha512", "sha3-256", "blake2b-512"])
async def test_other_hashes(bobs: XEP_0231, algo: str) -> None:
    cid = await bobs.set_bob(b"coucou", "text/plain", algo=algo)
    assert cid == make_cid(b"coucou", algo)
    assert (await bobs.get_bob(cid=cid))["bob"]["data"] == b"coucou"
    bobs.algorithm = algo
    assert await bobs.set_bob(b"coucou", "text/plain") == cid


@pytest.mark.parametrize("cid", ["logo@example.org", "../../x", "/etc/passwd", "a\nb", "x" * 1024])
async def test_a_cid_of_ones_own(bobs: XEP_0231, cid: str) -> None:
    assert await bobs.set_bob(b"one", "text/plain", cid) == cid
    assert await bobs.set_bob(b"two", "text/plain", cid) == cid
    assert (await bobs.get_bob(cid=cid))["bob"]["data"] == b"two"
    assert (await bobs.get_bob(jid="me@example.org/desk", cid=cid))["bob"]["data"] == b"two"
    await bobs.del_bob(cid)
    await bobs.del_bob(cid)
    assert await kept(bobs, cid) is None


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"data": "text"}, FieldValueError, "bytes"),
    ({"data": None}, FieldValueError, "is bytes, not NoneType"),
    ({"data": b"x" * 65_537}, ValueError, "max_size is 65536"),
    ({"mtype": "png"}, ValueError, "no MIME type"),
    ({"mtype": ""}, ValueError, "no MIME type"),
    ({"mtype": "image/"}, ValueError, "no MIME type"),
    ({"mtype": "image/png\n"}, ValueError, "no MIME type"),
    ({"mtype": "a b/c"}, ValueError, "no MIME type"),
    ({"cid": ""}, ValueError, "between 1 and 1024"),
    ({"cid": "x" * 1025}, ValueError, "between 1 and 1024"),
    ({"cid": "a\0b"}, FieldValueError, "cid"),
    ({"cid": make_cid(b"other")}, ValueError, "other bytes"),
    ({"max_age": -1}, FieldValueError, "max_age"),
    ({"max_age": 1.5}, FieldValueError, "max_age"),
    ({"algo": "md5"}, ValueError, "sha-256"),
]


@pytest.mark.parametrize(("changed", "error", "text"), WRONG, ids=lambda value: str(value)[:40])
async def test_what_is_wrong_is_told_at_the_call(
    bobs: XEP_0231, changed: dict[str, Any], error: type[Exception], text: str
) -> None:
    arguments: dict[str, Any] = {"data": b"x", "mtype": "image/png", **changed}
    with pytest.raises(error, match=text):
        await bobs.set_bob(**arguments)
    assert await kept(bobs, make_cid(b"x")) is None


@pytest.mark.parametrize(
    "mtype", ["image/png", "text/plain; charset=utf-8", 'audio/ogg; codecs="opus"', "x/x+y.z-1"]
)
async def test_mime_types(bobs: XEP_0231, mtype: str) -> None:
    cid = await bobs.set_bob(b"x", mtype)
    assert (await bobs.get_bob(cid=cid))["bob"]["type"] == mtype


async def test_the_limit_of_size_is_a_setting(xmpp: ClientXMPP) -> None:
    other = ClientXMPP("me@example.org", "secret", plugin_config={"xep_0231": {"max_size": 10}})
    other.register_plugin("xep_0231")
    await other.plugin[XEP_0231].set_bob(b"x" * 10, "text/plain")
    with pytest.raises(ValueError, match="max_size is 10"):
        await other.plugin[XEP_0231].set_bob(b"x" * 11, "text/plain")
    with pytest.raises(TypeError, match="max_size"):
        other.plugin[XEP_0231].max_size = "large"  # type: ignore[assignment] # pyright: ignore[reportAttributeAccessIssue] - the mistake is the point
    await other.aclose()


async def test_our_own_are_at_most_so_many(bobs: XEP_0231) -> None:
    bobs.max_blobs = 3
    cids = [await bobs.set_bob(b"%d" % number, "text/plain") for number in range(5)]
    assert [await kept(bobs, cid) is not None for cid in cids] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("max_age", "passed", "there"), [(None, 1e9, True), (10, 9, True), (10, 10, False), (0, 1e9, True)]
)
async def test_our_own_are_forgotten_after_their_age(
    bobs: XEP_0231, clock: Clock, max_age: int | None, passed: float, there: bool
) -> None:
    # XEP-0231 section 2.4: 0 asks those who receive it not to keep it; here it has to be for them to ask for.
    cid = await bobs.set_bob(b"x", "text/plain", max_age=max_age)
    clock.now += passed
    assert (await kept(bobs, cid) is not None) is there


class Recorder:
    """A store that only writes down what it is asked."""

    def __init__(self, answer: BitsOfBinary | Iq | Exception | None = None) -> None:
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        self.calls.append(("set", jid, node, ifrom, args.cid, args.data))

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary | Iq | None:
        self.calls.append(("get", jid, node, ifrom, args))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        self.calls.append(("del", jid, node, ifrom, args))


async def test_a_store_of_ones_own_is_asked_for_everything(bobs: XEP_0231) -> None:
    blob = bobs.make_bob(b"theirs", "text/plain", "a@b")
    store = Recorder(blob)
    typed: BobStore = store
    bobs.api.bind(typed)
    own = JID("me@example.org/desk")
    cid = await bobs.set_bob(b"x", "text/plain")
    content = await bobs.get_bob(cid=cid, ifrom="somebody@example.org")
    await bobs.get_bob("them@example.org", cid)
    await bobs.del_bob(cid)
    assert content["bob"]["data"] == b"theirs"
    assert store.calls == [
        ("set", own, "", None, cid, b"x"),
        ("get", own, "", JID("somebody@example.org"), cid),
        ("get", own, "", None, cid),
        ("del", own, "", None, cid),
    ]
    # The store's object is its own: what is done to the answer does not reach it.
    content["bob"]["data"] = b"changed"
    assert blob.data == b"theirs"


async def test_a_store_may_give_an_iq(xmpp: ClientXMPP, bobs: XEP_0231) -> None:
    iq = xmpp.Iq()
    iq["bob"]["data"] = b"x"
    bobs.api.bind(Recorder(iq))
    assert await bobs.get_bob(cid="a@b") is iq


@pytest.mark.parametrize("error", [XMPPError("forbidden"), PermissionError("x"), KeyError("x")])
async def test_what_a_store_raises_comes_out(bobs: XEP_0231, error: Exception) -> None:
    bobs.api.bind(Recorder(error))
    with pytest.raises(type(error)) as caught:
        await bobs.get_bob(cid=make_cid(b"x"))
    assert caught.value is error


async def test_a_max_age_ends_a_blob_of_a_store_that_knows_no_ages(
    bobs: XEP_0231, loop_clock: LoopClock
) -> None:
    store = Recorder()
    bobs.api.bind(store)
    cids = {
        word: await bobs.set_bob(word.encode(), "text/plain", max_age=max_age)
        for word, max_age in {
            "for ever": None,
            "not to keep": 0,
            "short": 60,
            "long": 100,
            "again": 60,
        }.items()
    }
    assert await bobs.set_bob(b"again", "text/plain", max_age=1000) == cids["again"]
    store.calls.clear()
    ended: list[list[str]] = []
    for seconds in (59, 2, 38, 2, 890, 20, 10**9):
        await loop_clock.pass_(seconds)
        ended.append([word for word, cid in cids.items() for call in store.calls if call[-1] == cid])
        store.calls.clear()
    assert ended == [[], ["short"], [], ["long"], [], ["again"], []]


async def test_a_blob_that_was_deleted_is_not_deleted_again_at_its_end(
    bobs: XEP_0231, loop_clock: LoopClock
) -> None:
    store = Recorder()
    bobs.api.bind(store)
    cid = await bobs.set_bob(b"x", "text/plain", max_age=60)
    await bobs.del_bob(cid)
    await loop_clock.pass_(61)
    assert [call[0] for call in store.calls] == ["set", "del"]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class Loader:
    """The handlers of the tutorial: plain functions, JSON files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, cid: str) -> Path:
        return self.folder / f"{sha256(cid.encode()).hexdigest()}.json"

    def set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        self.path(args["cid"]).write_text(
            json.dumps(
                {"type": args["type"], "max_age": args["max_age"], "data": b64encode(args["data"]).decode()}
            )
        )

    def get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> BitsOfBinary:
        content = json.loads(self.path(args).read_text())
        bob = BitsOfBinary()
        bob["cid"] = args
        bob["type"] = content["type"]
        bob["max_age"] = content["max_age"]
        bob["data"] = b64decode(content["data"])
        return bob

    def del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        self.path(args).unlink(missing_ok=True)


@pytest.mark.parametrize("blocking", [False, True])
async def test_the_tutorial(xmpp: ClientXMPP, tmp_path: Path, blocking: bool) -> None:
    loader = Loader(tmp_path)
    xmpp.plugin["xep_0231"].api.register(loader.set_bob, "set_bob", blocking=blocking)
    xmpp.plugin["xep_0231"].api.register(loader.get_bob, "get_bob", blocking=blocking)
    xmpp.plugin["xep_0231"].api.register(loader.del_bob, "del_bob", blocking=blocking)
    cid = await xmpp.plugin["xep_0231"].set_bob(b"coucou", "text/plain")
    content = await xmpp.plugin["xep_0231"].get_bob(cid=cid)
    assert content["bob"]["data"] == b"coucou"
    assert content["bob"]["max_age"] is None
    (file,) = files_in(tmp_path)
    assert json.loads(loader.path(cid).read_text())["data"] == b64encode(b"coucou").decode()
    assert file == loader.path(cid)
    await xmpp.plugin["xep_0231"].del_bob(cid)
    assert files_in(tmp_path) == []


async def test_storage_keeps_blobs_over_a_restart(tmp_path: Path) -> None:
    url = (tmp_path / "kept").as_uri()
    cids: list[str] = []
    for turn in range(2):
        xmpp = ClientXMPP("me@example.org", "secret", storage=url)
        xmpp.register_plugin("xep_0231")
        bobs = xmpp.plugin[XEP_0231]
        if not turn:
            cids = [await bobs.set_bob(b"x" * 8192, "text/plain"), await bobs.set_bob(b"y", "a/b", "../../x")]
        contents = [(await bobs.get_bob(cid=cid))["bob"]["data"] for cid in cids]
        assert contents == [b"x" * 8192, b"y"]
        await xmpp.aclose()
    assert all(path.is_relative_to(tmp_path / "kept") for path in files_in(tmp_path))
    names = [path.name for path in files_in(tmp_path) if path.name != "helixmpp-storage"]
    assert [len(name) for name in names] == [64, 64]


async def test_a_folder_that_cannot_be_used_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    xmpp = ClientXMPP("me@example.org", "secret", storage=(tmp_path / "file" / "x").as_uri())
    xmpp.register_plugin("xep_0231")
    with pytest.raises(StorageError, match="cannot be made"):
        await xmpp.plugin[XEP_0231].set_bob(b"x", "text/plain")
    await xmpp.aclose()


@pytest.mark.parametrize("value", [b"", b"x", b"<data/>", b"<data xmlns='urn:xmpp:bob'>", b"\xff"])
async def test_what_cannot_be_read_back_is_left_out(
    xmpp: ClientXMPP, bobs: XEP_0231, value: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cid = await bobs.set_bob(b"x", "text/plain")
    values = bobs.collection("blobs", limit=bobs.max_blobs)
    await values.put(cid, value)
    assert await kept(bobs, cid) is None
    assert "cannot be read back" in caplog.text


@pytest.mark.parametrize("kind", [Message, Presence])
async def test_a_small_blob_stands_in_a_stanza(bobs: XEP_0231, kind: type[Message | Presence]) -> None:
    stanza = kind()
    cid = bobs.include(stanza, b"coucou", "text/plain", max_age=0)
    assert (stanza[BitsOfBinary].data, stanza["bob"]["cid"]) == (b"coucou", cid)
    assert await kept(bobs, cid) is None


async def test_in_an_iq_it_stands_in_the_payload(bobs: XEP_0231) -> None:
    with pytest.raises(ValueError, match="payload"):
        bobs.include(Iq(), b"x", "text/plain")


async def test_asking_without_a_cid(bobs: XEP_0231) -> None:
    for cid in (None, ""):
        with pytest.raises(ValueError, match="needs the cid"):
            await bobs.get_bob("them@example.org", cid)


SENDER = JID("them@example.net/phone")


def received(cid: str, data: bytes, max_age: int | None = None) -> BitsOfBinary:
    bob = BitsOfBinary()
    bob.cid, bob.type, bob.data = cid, "text/plain", data
    bob.max_age = max_age
    return bob


@pytest.mark.parametrize("max_age", [None, 1, 86400])
async def test_a_blob_of_a_peer_is_kept_when_its_bytes_fit(bobs: XEP_0231, max_age: int | None) -> None:
    cid = make_cid(b"x")
    assert await bobs.keep(received(cid, b"x", max_age), SENDER, JID(""))
    assert (await bobs.get_bob(SENDER, cid))["bob"]["data"] == b"x"
    # What somebody sent us is nobody else's business: a peer who asks gets only what is ours.
    assert await bobs.api["get_bob"](None, None, "stranger@example.net", cid) is None
    await bobs.del_bob(cid)
    assert await kept(bobs, cid) is None


async def test_a_blob_of_a_peer_expires(bobs: XEP_0231, clock: Clock) -> None:
    bobs.received_age = 100
    short, usual = make_cid(b"short"), make_cid(b"usual")
    await bobs.keep(received(short, b"short", 10), SENDER, JID(""))
    await bobs.keep(received(usual, b"usual"), SENDER, JID(""))
    clock.now += 10
    assert await kept(bobs, short) is None
    assert await kept(bobs, usual) is not None
    clock.now += 90
    assert await kept(bobs, usual) is None


@pytest.mark.parametrize("cid", [make_cid(b"x"), "x@example.net"])
async def test_max_age_0_is_never_kept(bobs: XEP_0231, cid: str) -> None:
    store = Recorder()
    bobs.api.register(store.set_bob, "set_bob")
    assert not await bobs.keep(received(cid, b"x", 0), SENDER, JID(""))
    assert store.calls == []
    wrong = received(cid, b"x")
    wrong.xml.set("max-age", "-5")
    assert not await bobs.keep(wrong, SENDER, JID(""))
    assert store.calls == []


@pytest.mark.parametrize(
    ("cid", "data", "text"),
    [
        (make_cid(b"x"), b"y", "not those that the cid names"),
        (make_cid(b"x"), b"", "not those that the cid names"),
        (make_cid(b"x", "sha-256"), b"y", "not those that the cid names"),
        ("sha1+00@bob.xmpp.org", b"x", "not those that the cid names"),
        ("", b"x", "no cid"),
        ("x" * 1025, b"x", "too long"),
        (make_cid(b"x" * 70_000), b"x" * 70_000, "max_size is 65536"),
        ("x@example.net", b"x" * 70_000, "max_size is 65536"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_is_no_blob_is_refused_and_never_kept(
    bobs: XEP_0231, cid: str, data: bytes, text: str
) -> None:
    with pytest.raises(BlobRefused, match=text):
        await bobs.keep(received(cid, data), SENDER, JID(""))
    for name in ("blobs", "received", "unchecked"):
        assert await bobs.collection(name, limit=1).keys() == []


async def test_no_base64_is_refused(bobs: XEP_0231) -> None:
    bob = received("x@example.net", b"")
    bob.xml.text = "!"
    with pytest.raises(BlobRefused, match="no base64"):
        await bobs.keep(bob, SENDER, JID(""))


@pytest.mark.parametrize("cid", ["logo@example.net", f"md5+{'0' * 32}@bob.xmpp.org", "../../x"])
async def test_a_cid_that_proves_nothing_is_its_senders_alone(bobs: XEP_0231, cid: str) -> None:
    store = Recorder()
    bobs.api.register(store.set_bob, "set_bob")
    others = [SENDER, JID("them@example.net/desk"), JID("else@example.net/phone")]
    for number, sender in enumerate(others):
        assert await bobs.keep(received(cid, b"%d" % number), sender, JID(""))
    for number, sender in enumerate(others):
        assert (await bobs.get_bob(sender, cid))["bob"]["data"] == b"%d" % number
    # Neither the program's store nor anybody who asks us sees what nobody vouches for.
    assert store.calls == []
    assert await kept(bobs, cid) is None
    await bobs.del_bob(cid)
    assert await bobs.collection("unchecked", limit=1).keys() == []


async def test_an_own_cid_that_proves_nothing_is_not_taken_for_that_of_a_peer(bobs: XEP_0231) -> None:
    await bobs.set_bob(b"ours", "text/plain", "logo@example.org")
    await bobs.keep(received("logo@example.org", b"theirs"), SENDER, JID(""))
    assert (await bobs.get_bob(SENDER, "logo@example.org"))["bob"]["data"] == b"theirs"
    assert (await bobs.get_bob(cid="logo@example.org"))["bob"]["data"] == b"ours"


async def test_strangers_fill_only_their_own_room(bobs: XEP_0231) -> None:
    bobs.max_received = 20
    own = await bobs.set_bob(b"ours", "text/plain")
    for number in range(100):
        data = b"%d" % number
        await bobs.keep(received(make_cid(data), data), SENDER, JID(""))
        await bobs.keep(received(f"{number}@example.net", data), SENDER, JID(""))
    assert len(await bobs.collection("received", limit=1).keys()) == 20
    assert len(await bobs.collection("unchecked", limit=1).keys()) == 20
    assert await kept(bobs, own) is not None


async def test_only_what_is_known_of_a_received_blob_is_kept(bobs: XEP_0231) -> None:
    bob = received(make_cid(b"x"), b"x", 60)
    bob.xml.set("evil", "1")
    bob.xml.append(received("a@b", b"inner").xml)
    await bobs.keep(bob, SENDER, JID(""))
    found = await kept(bobs, bob.cid)
    assert found is not None
    assert (found.cid, found.type, found.max_age, found.data) == (bob.cid, "text/plain", 60, b"x")
    assert (len(found.xml), "evil" in found.xml.attrib) == (0, False)


async def test_a_disabled_plugin_leaves_nothing_behind(
    xmpp: ClientXMPP, bobs: XEP_0231, loop_clock: LoopClock
) -> None:
    store = Recorder()
    bobs.api.register(store.del_bob, "del_bob")
    await bobs.set_bob(b"x", "text/plain", max_age=1)
    xmpp.plugin.disable("xep_0231")
    assert await xmpp.api.run("xep_0231", "get_bob", args=make_cid(b"x")) is None
    await loop_clock.pass_(2)
    assert store.calls == []
    xmpp.register_plugin("xep_0231")
    assert xmpp.plugin[XEP_0231] is not bobs
    assert (await xmpp.plugin[XEP_0231].get_bob(cid=make_cid(b"x")))["bob"]["data"] == b"x"
