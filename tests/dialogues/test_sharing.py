"""Files, stickers, mentions, places and links between two people, with the embedded server and a real Prosody."""

import io
from collections.abc import AsyncIterator

import pytest

from helixmpp import IqError
from helixmpp.core.handlers import Callback
from helixmpp.plugins.xep_0080 import XEP_0080
from helixmpp.plugins.xep_0231 import XEP_0231
from helixmpp.plugins.xep_0264 import XEP_0264
from helixmpp.plugins.xep_0300 import XEP_0300
from helixmpp.plugins.xep_0363 import XEP_0363, PutSettings, Slot
from helixmpp.plugins.xep_0363 import Place as UploadPlace
from helixmpp.plugins.xep_0372 import XEP_0372
from helixmpp.plugins.xep_0382 import XEP_0382
from helixmpp.plugins.xep_0385 import XEP_0385
from helixmpp.plugins.xep_0446 import XEP_0446
from helixmpp.plugins.xep_0447 import XEP_0447
from helixmpp.plugins.xep_0449 import XEP_0449, StickerPackRefused
from helixmpp.plugins.xep_0454 import XEP_0454
from helixmpp.plugins.xep_0511 import XEP_0511
from helixmpp.stanza import Iq, StanzaPath
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place, until
from tests.dialogues.test_chat import next_event
from tests.dialogues.test_pubsub import friends, heard, until_told

SHARING = ("xep_0372", "xep_0382", "xep_0385", "xep_0447", "xep_0449", "xep_0511")
URL = "https://download.example.org/summit.jpg"
UPLOAD = "urn:xmpp:http:upload:0"


async def test_sharing_a_file(place: Place) -> None:
    alice, bob = await place.connected("alice", *SHARING), await place.connected("bob", *SHARING)
    assert {"sha-256", "sha3-256"} <= await alice.plugin[XEP_0300].functions_of(bob.boundjid)
    to, sharing = bob.boundjid, alice.plugin[XEP_0447]
    sfs = sharing.get_sfs(data=b"a picture", uris=[URL], media_type="image/jpeg", name="../summit.jpg")
    sfs.file.append(await alice.plugin[XEP_0264].make_thumbnail(b"small", "image/png", 8, 8))
    received = await next_event(bob, "file_shared", sharing.make_share(to, sfs, mtype="chat").send)
    (file,) = bob.plugin[XEP_0447].files(received)
    assert (received["body"], file.file.safe_name(), file.file.size) == (URL, "summit.jpg", 9)
    assert bob.plugin[XEP_0446].check(file.file, data=b"a picture") is True
    assert bob.plugin[XEP_0446].check(file.file, data=b"a virus!!") is False
    # The small picture comes from alice, by its hash.
    thumbnail = file.file.thumbnails[0]
    assert await bob.plugin[XEP_0264].fetch(received["from"], thumbnail) == b"small"
    await alice.plugin[XEP_0231].del_bob(thumbnail.uri[4:])
    await bob.plugin[XEP_0231].del_bob(thumbnail.uri[4:])
    with pytest.raises(IqError, match="item-not-found"):
        await bob.plugin[XEP_0264].fetch(received["from"], thumbnail)
    # Where it is besides.
    more = sharing.make_sources(to, received["id"], ["https://cache.example/1"], mtype="chat")
    later = await next_event(bob, "file_sources", more.send)
    assert bob.plugin[XEP_0447].usable_urls(received, attached=[later]) == [URL, "https://cache.example/1"]
    message = alice.make_message(to, "Look at the nice view.", mtype="chat")
    message.append(alice.plugin[XEP_0385].get_sims(data=b"a picture", uris=[URL], media_type="image/jpeg"))
    received = await next_event(bob, "media_shared", message.send)
    (media,) = bob.plugin[XEP_0385].media(received)
    assert (media.sources.uris, bob.plugin[XEP_0446].check(media.file, data=b"a picture")) == ([URL], True)


async def test_what_else_a_message_carries(place: Place) -> None:
    alice, bob = await place.connected("alice", *SHARING), await place.connected("bob", *SHARING)
    message = alice.make_message(bob.boundjid, f"😀 bob, look: {URL}", mtype="chat")
    alice.plugin[XEP_0372].mention(message, bob.boundjid.bare, "bob")
    alice.plugin[XEP_0382].set_spoiler(message, {"en": "A view", "de": "Ein Ausblick"})
    alice.plugin[XEP_0511].add_metadata(message, URL, title="The summit", images=[URL])
    received = await next_event(bob, "references", message.send)
    assert bob.plugin[XEP_0372].is_mentioned(received)
    assert [one.text for one in bob.plugin[XEP_0372].mentions(received)] == ["bob"]
    assert bob.plugin[XEP_0382].hint(received, "de") == "Ein Ausblick"
    assert [(one.about, one.title) for one in bob.plugin[XEP_0511].metadata(received)] == [
        (URL, "The summit")
    ]
    sfs = alice.plugin[XEP_0447].get_sfs(data=b"kiss", uris=[URL], desc="😘")
    received = await next_event(
        bob, "sticker", lambda: alice.plugin[XEP_0449].send_sticker(bob.boundjid, sfs, mtype="chat")
    )
    assert (received["body"], received["sfs"]["file"]["desc"]) == ("😘", "😘")


async def test_an_encrypted_file(place: Place) -> None:
    component = place.component()
    component.register_plugin("xep_0363")
    component.plugin["xep_0030"].add_feature(UPLOAD)

    def give(iq: Iq) -> None:
        answer = iq.reply()
        answer[Slot].put_.url, answer[Slot].get_.url = "https://up.example/x", "https://down.example/x"
        answer.send()

    component.register_handler(Callback("give", StanzaPath("iq@type=get/http_upload_request"), give))
    await component.connect(*component.address)
    alice, bob = await place.connected("alice", "xep_0454"), await place.connected("bob", "xep_0454")
    put: list[bytes] = []

    async def take(
        place: UploadPlace, content: AsyncIterator[bytes], size: int, content_type: str, settings: PutSettings
    ) -> None:
        put.append(b"".join([chunk async for chunk in content]))

    alice.plugin[XEP_0363].http_put = take
    url = await alice.plugin[XEP_0454].upload_file("cat.jpg", input_file=io.BytesIO(b"a cat" * 10_000))
    received = await next_event(bob, "message", lambda: alice.send_message(bob.boundjid, url, mtype="chat"))
    shared = bob.plugin[XEP_0454].shared_in(received["body"])
    assert shared is not None
    assert shared.url == "https://down.example/x"
    assert bob.plugin[XEP_0454].decrypt(io.BytesIO(put[0]), shared.fragment) == b"a cat" * 10_000


@pytest.fixture
async def prosody() -> AsyncIterator[Place]:
    """A fresh Prosody, whose accounts are event services."""
    async with Prosody(accounts=ACCOUNTS) as real:
        place = Place(
            "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
        )
        async with place.stack:
            yield place


@pytest.mark.prosody
async def test_where_a_friend_is(prosody: Place) -> None:
    alice, bob = await friends(prosody, "xep_0080")
    told = heard(bob, "user_location_publish")
    await until_told(
        told,
        lambda: alice.plugin[XEP_0080].publish_location(lat=45.44, lon=12.33, locality="Venice", lang="it"),
    )
    geoloc = bob.plugin[XEP_0080].published(told[-1][1])
    assert geoloc is not None
    assert (geoloc.lat, geoloc.lon, geoloc.locality, geoloc.get_lang()) == (45.44, 12.33, "Venice", "it")
    await alice.plugin[XEP_0080].stop()

    def has_ended() -> bool:
        last = bob.plugin[XEP_0080].published(told[-1][1])
        return last is not None and len(last.xml) == 0

    await until(has_ended)


@pytest.mark.prosody
async def test_a_pack_of_stickers_goes_round(prosody: Place) -> None:
    # They need not be friends: the node is open.
    alice, bob = await prosody.connected("alice", "xep_0449"), await prosody.connected("bob", "xep_0449")
    cats, sharing = alice.plugin[XEP_0449], alice.plugin[XEP_0447]
    kiss = sharing.get_sfs(data=b"kiss", uris=["https://x.y/kiss.png"], desc="😘")
    thumb = sharing.get_sfs(data=b"thumb", uris=["https://x.y/thumb.png"], desc="👍")
    id_ = await cats.publish_pack(cats.make_pack("Cats", "Be cute.", [kiss, thumb]))
    secret = await cats.publish_pack(cats.make_pack("Mine", None, [kiss], restricted=True))
    sticker = await next_event(
        bob, "sticker", lambda: cats.send_sticker(bob.boundjid, kiss, id_, mtype="chat")
    )
    theirs = bob.plugin[XEP_0449]
    pack = await theirs.import_pack(sticker["from"].bare, sticker["sticker"]["pack"])
    assert [one.file.desc for one in pack.items] == ["😘", "👍"]
    assert set(await theirs.get_packs(alice.boundjid.bare)) == {id_, secret}
    with pytest.raises(StickerPackRefused):
        await theirs.import_pack(alice.boundjid.bare, secret)
    assert set(await theirs.get_packs()) == {id_}
    await cats.retract_pack(id_)
    with pytest.raises((IqError, StickerPackRefused)):
        await theirs.get_pack(alice.boundjid.bare, id_)
    assert (await theirs.get_pack(None, id_)).name_ == "Cats"
