"""XEP-0153 without a network: what presences say of our picture, and what is done about those of others."""

from collections.abc import AsyncIterator
from hashlib import sha1
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0054 import XEP_0054, VCardTemp
from helixmpp.plugins.xep_0153 import XEP_0153, AvatarStore, VCardTempUpdate
from helixmpp.storage import MemoryEngine
from helixmpp.xml import parse_one
from tests.plugins.conftest import Clock
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

UPDATE = "{vcard-temp:x:update}x"
PHOTO = "{vcard-temp:x:update}photo"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
HASH = sha1(PNG).hexdigest()
OTHER = "0" * 40
OWN = JID("me@example.org")


class Server:
    """The server of a client: it has a vCard, and answers requests for it."""

    def __init__(self, xmpp: OfflineClient, picture: bytes | None = None) -> None:
        self.xmpp = xmpp
        self.vcard: VCardTemp | None = None
        self.condition = "item-not-found"
        self.gets = self.sets = self.seen = 0
        if picture is not None:
            self.vcard = VCardTemp()
            self.vcard.full_name = "Me"
            self.vcard.photo.data = picture

    async def work(self, *, until_quiet: bool = True) -> list[Element]:
        """Answer what was asked since; the presences that were sent meanwhile."""
        presences: list[Element] = []
        while True:
            await settle()
            fresh, self.seen = self.xmpp.sent[self.seen :], len(self.xmpp.sent)
            presences += [sent for sent in fresh if sent.tag.endswith("}presence")]
            requests = [sent for sent in fresh if sent.get("type") in ("get", "set")]
            for request in requests:
                await self.answer(request)
            if not requests or not until_quiet:
                return presences

    async def answer(self, request: Element) -> None:
        id_ = request.get("id")
        if request.get("type") == "set":
            self.sets += 1
            self.vcard = VCardTemp(xml=request[0])
            await self.xmpp.receive(f"<iq type='result' id='{id_}'/>")
            return
        self.gets += 1
        if self.vcard is not None:
            await self.xmpp.receive(f"<iq type='result' id='{id_}'>{self.vcard}</iq>")
        else:
            await self.xmpp.receive(
                f"<iq type='error' id='{id_}'><error type='cancel'>"
                f"<{self.condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            )


def announced(presences: list[Element]) -> list[str | None]:
    """What each presence says of the picture: a hash, nothing for none, "?" for unknown; None if it says nothing."""
    found: list[str | None] = []
    for presence in presences:
        updates = presence.findall(UPDATE)
        assert len(updates) <= 1
        photo = updates[0].find(PHOTO) if updates else None
        found.append(None if not updates else "?" if photo is None else photo.text or "")
    return found


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0153")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


async def started(xmpp: OfflineClient, picture: bytes | None = PNG) -> Server:
    """A session in which the vCard was read and a presence was sent."""
    server = Server(xmpp, picture)
    xmpp.plugin.session_bind(xmpp.boundjid)
    await server.work()
    xmpp.send_presence()
    await server.work()
    return server


@pytest.mark.parametrize(
    ("text", "photo"),
    [
        ("<x xmlns='vcard-temp:x:update'/>", None),
        ("<x xmlns='vcard-temp:x:update'><photo/></x>", ""),
        (f"<x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x>", HASH),
        (f"<x xmlns='vcard-temp:x:update' a='b'><photo>{HASH}</photo><y/></x>", HASH),
    ],
)
def test_the_wire(text: str, photo: str | None) -> None:
    update = VCardTempUpdate(xml=parse_one(text))
    assert update.photo == update["photo"] == photo
    built = VCardTempUpdate()
    built.photo = photo
    again = VCardTempUpdate(xml=parse_one(str(built)))
    assert (again.photo, again.xml.find(PHOTO) is None) == (photo, photo is None)


@pytest.mark.parametrize(
    ("picture", "condition", "later"),
    [
        (PNG, "", HASH),
        (b"", "", ""),
        (None, "item-not-found", ""),
        (None, "service-unavailable", ""),
        (None, "internal-server-error", "?"),
    ],
)
async def test_nothing_is_announced_before_the_vcard_was_seen(
    client: OfflineClient, picture: bytes | None, condition: str, later: str
) -> None:
    # What an earlier session left, such as a folder of files does.
    await client.plugin[XEP_0153].api["set_hash"](OWN, None, None, OTHER)
    server = Server(client, picture)
    server.condition = condition
    client.send_presence()
    client.plugin.session_bind(client.boundjid)
    client.send_presence(pshow="away")
    before = await server.work(until_quiet=False)
    assert announced(before) == ["?", "?"]
    after = await server.work()
    # Section 4.1: "it SHOULD then publish a new presence"
    assert announced(after) == ([later] if later != "?" else [])
    assert all(presence.find("{jabber:client}show") is not None for presence in after)
    client.send_presence(pto="room@muc.example.org/me")
    client.send_presence(ptype="unavailable")
    client.send_presence(ptype="subscribe", pto="a@b.c")
    assert announced(await server.work()) == [later, None, None]
    assert server.gets == 1
    client.event("session_end")
    client.send_presence()
    assert announced(await server.work()) == ["?"]


async def test_who_sent_no_presence_is_not_made_visible(client: OfflineClient) -> None:
    server = Server(client, PNG)
    client.plugin.session_bind(client.boundjid)
    assert await server.work() == []
    await client.receive(
        f"<presence from='{OWN}/other'><x xmlns='vcard-temp:x:update'><photo>{OTHER}</photo></x></presence>"
    )
    assert await server.work() == []
    assert server.gets == 2


@pytest.mark.parametrize("picture", [PNG, b"\xff\xd8\xff-", b"GIF89a-", b"RIFF1234WEBP", b""])
async def test_a_picture_is_put_into_the_vcard_and_announced(client: OfflineClient, picture: bytes) -> None:
    server = await started(client, b"old")
    task = client.plugin[XEP_0153].set_avatar(avatar=picture)
    said = announced(await server.work())
    await task
    digest = sha1(picture).hexdigest() if picture else ""
    assert said == ["?", digest]
    assert server.vcard is not None
    assert (server.vcard.photo.data, server.vcard.full_name) == (picture, "Me")
    assert await client.plugin[XEP_0153].api["get_hash"]() == digest
    # Section 4.2: it is not uploaded again.
    task = client.plugin[XEP_0153].set_avatar(avatar=picture)
    await server.work()
    await task
    assert server.sets == 1


@pytest.mark.parametrize(
    ("mtype", "sent"), [("image/svg+xml", "image/svg+xml"), (None, "application/octet-stream")]
)
async def test_a_first_vcard_is_made(client: OfflineClient, mtype: str | None, sent: str) -> None:
    server = await started(client, None)
    task = client.plugin[XEP_0153].set_avatar(avatar=b"svg", mtype=mtype)
    assert announced(await server.work())[-1] == sha1(b"svg").hexdigest()
    await task
    assert server.vcard is not None
    assert server.vcard["PHOTO"]["TYPE"] == sent


@pytest.mark.parametrize(
    ("avatar", "error", "text"),
    [
        (PNG + b"x" * 300_000, ValueError, "max_photo is 262144"),
        ("text", FieldValueError, "not str"),
    ],
)
async def test_what_is_wrong_is_told_before_anything_is_sent(
    client: OfflineClient, avatar: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        await client.plugin[XEP_0153].set_avatar(avatar=avatar)
    assert client.sent == []


def of_other(resource: str, photo: str | None, type_: str = "") -> str:
    """The presence of another client of our account."""
    inner = "" if photo is None else "" if photo == "?" else f"<photo>{photo}</photo>"
    update = "" if photo is None else f"<x xmlns='vcard-temp:x:update'>{inner}</x>"
    return (
        f"<presence from='{OWN}/{resource}' {type_ and f'type={chr(39)}{type_}{chr(39)}'}>{update}</presence>"
    )


@pytest.mark.parametrize(
    ("photo", "gets"),
    [("?", 1), (HASH, 1), (HASH.upper(), 1), ("", 2), (OTHER, 2), ("no hash", 1), ("z" * 40, 1)],
)
async def test_another_client_announces(client: OfflineClient, photo: str, gets: int) -> None:
    """Section 4.3: only another picture makes us look at the vCard again."""
    server = await started(client)
    await client.receive(of_other("phone", photo))
    said = announced(await server.work())
    assert server.gets == gets
    assert said == (["?", HASH] if gets == 2 else [])
    assert server.sets == 0


async def test_another_client_has_changed_the_picture(client: OfflineClient) -> None:
    server = await started(client)
    new, back = PNG + b"new", PNG
    for picture in (new, back, new, back):
        assert server.vcard is not None
        server.vcard.photo.data = picture
        await client.receive(of_other("phone", sha1(picture).hexdigest()))
        assert announced(await server.work()) == ["?", sha1(picture).hexdigest()]
    assert server.gets == 5


async def test_two_clients_never_keep_each_other_busy(client: OfflineClient) -> None:
    server = await started(client)
    sent = 0
    for _ in range(100):
        # Another client that answers each of our presences, and sticks to what the vCard does not have.
        await client.receive(of_other("phone", OTHER))
        sent += len(await server.work())
    assert (server.gets, sent) == (2, 2)


async def test_many_wrong_hashes_are_followed_up_to_a_limit(client: OfflineClient) -> None:
    client.plugin[XEP_0153].max_conflicts = 5
    server = await started(client)
    for number in range(100):
        await client.receive(of_other(f"phone{number % 3}", f"{number:040x}"))
        await server.work()
    assert server.gets == 6
    client.send_presence()
    assert announced(await server.work()) == [HASH]


async def test_a_flood_while_the_vcard_is_read_is_one_more_look(client: OfflineClient) -> None:
    server = Server(client, PNG)
    client.plugin.session_bind(client.boundjid)
    await settle()
    for number in range(50):
        await client.receive(of_other("phone", f"{number:040x}"))
    await server.work()
    assert server.gets == 2


async def test_a_client_that_does_not_know_of_avatars_silences_us_while_it_is_there(
    client: OfflineClient,
) -> None:
    server = await started(client)
    for resource in ("old", "older", "older"):
        await client.receive(of_other(resource, None))
    await client.receive(of_other("phone", OTHER))
    client.send_presence()
    assert announced(await server.work()) == ["?"]
    await client.receive(of_other("old", None, "unavailable"))
    assert await server.work() == []
    await client.receive(of_other("older", None, "unavailable"))
    assert announced(await server.work()) == ["?", HASH]
    assert server.gets == 2
    # Our own presence, which the server sends back, is no other client.
    await client.receive(of_other("desk", None))
    client.send_presence()
    assert announced(await server.work()) == [HASH]


async def test_a_plugin_that_comes_late_looks_at_once(client: OfflineClient) -> None:
    client.plugin.disable("xep_0153")
    client.session_bind_event.set()
    client.send_presence()
    server = Server(client, PNG)
    assert announced(await server.work()) == [None]
    client.register_plugin("xep_0153")
    assert announced(await server.work()) == [HASH]
    # One that goes before it has looked does not look.
    client.plugin.session_bind(client.boundjid)
    client.plugin.disable("xep_0153")
    assert await server.work() == []
    assert server.gets == 1


MUC = "<x xmlns='http://jabber.org/protocol/muc#user'/>"


@pytest.mark.parametrize(
    ("inner", "type_", "photos"),
    [
        (f"<x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x>", "", [HASH]),
        ("<x xmlns='vcard-temp:x:update'><photo/></x>", "", [""]),
        ("<x xmlns='vcard-temp:x:update'/>", "", []),
        ("<x xmlns='vcard-temp:x:update'><photo>../../etc</photo></x>", "", []),
        (f"<x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x>{MUC}", "", []),
        (f"<x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x>", "type='unavailable'", []),
        (f"<x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x>", "type='error'", []),
        ("", "", []),
    ],
)
async def test_the_event_about_others(
    client: OfflineClient, inner: str, type_: str, photos: list[str]
) -> None:
    plugin, seen = client.plugin[XEP_0153], list[str]()
    client.add_event_handler("vcard_avatar_update", lambda p: seen.append(p["vcard_temp_update"]["photo"]))
    assert await client.receive(f"<presence from='them@example.net/x' {type_}>{inner}</presence>") == []
    assert seen == photos
    assert await plugin.api["get_hash"]("them@example.net") == (photos[0] if photos else None)


async def test_the_hash_of_somebody_is_found_out_on_demand(client: OfflineClient) -> None:
    task = client.loop.create_task(_reset(client, "them@example.net/x"))
    server = Server(client, PNG)
    await settle()
    request = client.sent[-1]
    assert request.get("to") == "them@example.net"
    await client.receive(
        f"<iq type='result' from='them@example.net' id='{request.get('id')}'>{server.vcard}</iq>"
    )
    await task
    assert await client.plugin[XEP_0153].api["get_hash"]("them@example.net") == HASH
    assert len(client.sent) == 1


async def _reset(xmpp: OfflineClient | OfflineComponent, jid: str) -> None:
    await xmpp.plugin[XEP_0153].api["reset_hash"](jid)


async def test_a_component_has_one_for_each_address() -> None:
    xmpp = OfflineComponent()
    plugin = xmpp.register_plugin(XEP_0153)
    xmpp.roster["user@comp.example.org"].add("friend@example.net", afrom=True)
    xmpp.roster["user@comp.example.org"].send_presence()
    await settle()
    await plugin.set_avatar("user@comp.example.org", PNG)
    await plugin.set_avatar(avatar=PNG + b"2")
    await settle()
    xmpp.send_presence(pfrom="other@comp.example.org", pto="friend@example.net")
    xmpp.send_presence(pto="friend@example.net")
    await settle()
    assert [(sent.get("from"), *announced([sent])) for sent in xmpp.sent] == [
        ("user@comp.example.org", "?"),
        ("user@comp.example.org", HASH),
        ("other@comp.example.org", "?"),
        ("comp.example.org", sha1(PNG + b"2").hexdigest()),
    ]
    vcard = (await xmpp.plugin[XEP_0054].get_vcard("user@comp.example.org"))[VCardTemp]
    assert (vcard.photo.type, vcard.photo.data) == ("image/png", PNG)
    assert not xmpp.failures
    await xmpp.aclose()


async def test_the_hashes_of_strangers_stay_at_their_limit() -> None:
    clock = Clock()
    xmpp = OfflineClient(
        storage=MemoryEngine(clock), plugin_config={"xep_0153": {"max_others": 5, "hash_age": 60}}
    )
    plugin = xmpp.register_plugin(XEP_0153)
    await plugin.api["set_hash"](OWN, None, None, HASH)
    for number in range(200):
        await xmpp.receive(
            f"<presence from='s{number}@example.net/x'>"
            f"<x xmlns='vcard-temp:x:update'><photo>{OTHER}</photo></x></presence>"
        )
    assert len(await plugin.collection("others", limit=5).keys()) == 5
    clock.now += 60
    assert await plugin.collection("others", limit=5).keys() == []
    assert await plugin.api["get_hash"](OWN) == HASH
    xmpp.roster.max_resources = 10
    for number in range(200):
        await xmpp.receive(of_other(f"r{number}", None))
    assert len(plugin._unaware) == 10  # pyright: ignore[reportPrivateUsage] - the table that has to stay at its limit
    await xmpp.aclose()


class Recorder:
    """A store that writes down what it is asked."""

    def __init__(self, answer: str | Exception | None = None) -> None:
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def set_hash(self, jid: JID, node: str, ifrom: JID | None, args: str | None) -> None:
        self.calls.append(("set", jid, node, ifrom, args))

    def get_hash(self, jid: JID, node: str, ifrom: JID | None, args: None) -> str | None:
        self.calls.append(("get", jid, node, ifrom, args))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def reset_hash(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        self.calls.append(("reset", jid, node, ifrom, args))


async def test_each_operation_is_replaced() -> None:
    xmpp, store = OfflineComponent(), Recorder(OTHER)
    plugin = xmpp.register_plugin(XEP_0153)
    typed: AvatarStore = store
    plugin.api.bind(typed)
    user, them = JID("user@comp.example.org"), JID("them@example.net")
    await plugin.set_avatar(user, PNG)
    xmpp.send_presence(pfrom=f"{user}/x", pto=them)
    await xmpp.receive(
        f"<presence from='{them}/x' to='{user}'><x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x></presence>"
    )
    assert announced(xmpp.sent) == [OTHER]
    assert store.calls == [
        ("reset", user, "", None, None),
        ("get", user, "", None, None),
        ("get", them, "", None, None),
        ("set", them, "", None, HASH),
    ]
    store.answer = OSError("disk")
    xmpp.send_presence(pto=them)
    seen: list[Any] = []
    xmpp.add_event_handler("vcard_avatar_update", seen.append)
    await xmpp.receive(
        f"<presence from='{them}/x' to='{user}'><x xmlns='vcard-temp:x:update'><photo>{HASH}</photo></x></presence>"
    )
    assert (announced(xmpp.sent)[-1], len(seen)) == ("?", 1)
    assert [str(error) for error in xmpp.failures] == ["disk", "disk"]
    await xmpp.aclose()
