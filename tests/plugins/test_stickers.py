"""XEP-0449 without a server: stickers in messages, packs of them, and whether a pack is the one of its id."""

from collections.abc import Callable
from copy import copy
from xml.etree.ElementTree import Element

import pytest

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0447 import XEP_0447, StatelessFileSharing
from helixmpp.plugins.xep_0449 import (
    XEP_0449,
    Pack,
    StickerPackRefused,
    id_of,
    is_intact,
    pack_hash,
    pack_uri,
    read_pack_uri,
)
from helixmpp.stanza import IqError, Message
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient
from tests.plugins.test_pep import GOOD, NS, Account

NODE = "urn:xmpp:stickers:0"
ROMEO = "romeo@montague.lit"
KISS = "gw+6xdCgOcvCYSKuQNrXH33lV9NMzuDf/s0huByCDsY="
THUMB = "0AdP8lJOWJrugSKOIAqfEKqFatIpG5JBCjjxY253ojQ="


def item(desc: str, value: str, more: str = "") -> str:
    return (
        f"<item><file xmlns='urn:xmpp:file:metadata:0'><media-type>image/png</media-type><desc>{desc}</desc>"
        f"<size>71045</size><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>{value}</hash></file>"
        "<sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='https://x.y/z'/>"
        f"</sources>{more}</item>"
    )


def pack_of(*items: str, name: str = "Marsey the Cat", value: str = "", more: str = "") -> str:
    return (
        f"<pack xmlns='{NODE}'><name>{name}</name>"
        "<summary>Be cute or be cynical, this little kitten works both ways.</summary>"
        f"{''.join(items)}{more}<hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>{value}</hash></pack>"
    )


# The two stickers of the XEP's example that are written out; its own hash is of all, of which the others are left out.
# Another implementation of section 4.3.2 has the same value for these two.
VALUE = "N6zJI4PTGfFfSJbwakmBihwBdP6sPFSdhgKE5hzMH4w="
ID = VALUE[:24]
MARSEY = pack_of(item("👍", THUMB, "<suggest>+1</suggest>"), item("😘", KISS), value=VALUE)


def read(text: str) -> Pack:
    return Pack(xml=parse_one(text))


def test_the_hash_of_a_pack() -> None:
    pack = read(MARSEY)
    assert (pack_hash(pack).value, id_of(pack), is_intact(pack, ID)) == (VALUE, ID, True)


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        # The order does not count, and neither does what is no text, hash or name.
        (pack_of(item("😘", KISS), item("👍", THUMB), value=VALUE), True),
        (MARSEY.replace("71045", "1").replace("image/png", "x/y").replace("+1", "-1"), True),
        (MARSEY.replace("https://x.y/z", "https://evil.example"), True),
        (MARSEY.replace("👍", "👎"), False),
        (MARSEY.replace(THUMB, KISS), False),
        (MARSEY.replace("Marsey", "Garfield"), False),
        (MARSEY.replace("<name>", "<name xml:lang='en'>"), False),
        (MARSEY.replace("<name>", "<name xml:lang='de'>Mieze</name><name>"), False),
        (MARSEY.replace("works both ways", "works"), False),
        (MARSEY.replace(item("😘", KISS), ""), False),
        (pack_of(item("👍", THUMB), item("😘", KISS), item("x", THUMB), value=VALUE), False),
        (MARSEY.replace("<desc>👍", "<desc xml:lang='en'>x</desc><desc>👍"), True),
        (
            MARSEY.replace(
                f"</item><hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>{VALUE}</hash>", "</item>"
            ),
            False,
        ),
        (MARSEY.replace(f"algo='sha-256'>{VALUE}", f"algo='sha-1'>{VALUE}"), False),
        (MARSEY.replace(f"algo='sha-256'>{VALUE}", f"algo='unknown'>{VALUE}"), False),
        (MARSEY.replace(VALUE, "no base64 at all, but of a good length"), False),
        (MARSEY.replace(VALUE, ""), False),
        (f"<pack xmlns='{NODE}'/>", False),
    ],
)
def test_packs_that_were_changed(text: str, is_same: bool) -> None:
    assert is_intact(read(text), ID) is is_same


@pytest.mark.parametrize("id_", ["", ID[:-1], ID.lower(), VALUE, "EpRv28DHHzFrE4zd+xaNpVb4"])
def test_another_id(id_: str) -> None:
    assert not is_intact(read(MARSEY), id_)


def test_uris_of_packs() -> None:
    # Section 4.6.
    uri = "xmpp:romeo@montague.lit?pubsub;action=retrieve;node=urn:xmpp:stickers:0;item=EpRv28DHHzFrE4zd%2BxaNpVb4"
    assert pack_uri(ROMEO, "EpRv28DHHzFrE4zd+xaNpVb4") == uri
    assert read_pack_uri(uri) == (JID(ROMEO), "EpRv28DHHzFrE4zd+xaNpVb4", NODE)
    other = pack_uri("pubsub.example.org", "a/b", "my;node")
    assert read_pack_uri(other) == (JID("pubsub.example.org"), "a/b", "my;node")
    for wrong in (
        "xmpp:a@b.c", "xmpp:a@b.c?pubsub;action=subscribe;item=x", "xmpp:a@b.c?message;action=retrieve;item=x",
        "xmpp:a@b.c?pubsub;action=retrieve;node=x", "https://a.b/?pubsub;action=retrieve;item=x", "",
    ):  # fmt: skip
        assert read_pack_uri(wrong) is None


def made_by(xmpp: OfflineClient) -> tuple[StatelessFileSharing, StatelessFileSharing]:
    sharing = xmpp.plugin[XEP_0447]
    return (
        sharing.get_sfs(data=b"kiss", uris=["https://x.y/kiss.png"], media_type="image/png", desc="😘"),
        sharing.get_sfs(data=b"thumb", uris=["https://x.y/thumb.png"], desc="👍"),
    )


async def test_sending_stickers() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0449")
    plugin = xmpp.plugin[XEP_0449]
    kiss, thumb = made_by(xmpp)
    pack = plugin.make_pack("Cats", None, [kiss, thumb])
    plugin.send_sticker(ROMEO, kiss, mtype="chat")
    plain = Message(xml=xmpp.sent[-1])
    assert (plain["body"], plain["type"], plain["sticker"]["pack"], plain["sfs"]["file"]["desc"]) == (
        "😘",
        "chat",
        "",
        "😘",
    )
    plugin.send_sticker(ROMEO, pack.items[1], id_of(pack), "+1", jid="pubsub.example.org", node="cats")
    of_pack = Message(xml=xmpp.sent[-1])
    sticker = of_pack["sticker"]
    assert (of_pack["body"], sticker["pack"], sticker["jid"], sticker["node"]) == (
        "+1",
        id_of(pack),
        JID("pubsub.example.org"),
        "cats",
    )
    assert of_pack["sfs"]["sources"].urls == ["https://x.y/thumb.png"]
    # The pack is as it was: what is sent is a copy.
    assert is_intact(pack, id_of(pack))
    assert len(pack.items) == 2
    await xmpp.aclose()


SFS = "<file-sharing xmlns='urn:xmpp:sfs:0'/>"


@pytest.mark.parametrize(
    ("inner", "attributes", "count"),
    [
        (f"<sticker xmlns='{NODE}'/>{SFS}", "", 1),
        (f"<sticker xmlns='{NODE}' pack='x'/>{SFS}", "type='groupchat'", 1),
        (f"<sticker xmlns='{NODE}' jid='@'/>{SFS}", "", 1),
        (f"<sticker xmlns='{NODE}'/>", "", 0),
        (SFS, "", 0),
        (f"<sticker xmlns='urn:xmpp:stickers:1'/>{SFS}", "", 0),
        (f"<sticker xmlns='{NODE}'/>{SFS}", "type='error'", 0),
    ],
)
async def test_receiving_stickers(inner: str, attributes: str, count: int) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0449")
    seen: list[Message] = []
    xmpp.add_event_handler("sticker", seen.append)
    assert await xmpp.receive(f"<message from='{ROMEO}/x' {attributes}>{inner}</message>") == []
    assert len(seen) == count
    assert all(xmpp.plugin[XEP_0449].sticker_of(one) is not None for one in seen)
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_what_is_no_pack() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0449")
    plugin = xmpp.plugin[XEP_0449]
    kiss, thumb = made_by(xmpp)
    without_text, without_hash, other_hash = copy(kiss), copy(kiss), copy(thumb)
    del without_text["file"]["desc"]
    without_hash.file.hashes = []
    other_hash["file"]["hash"]["algo"] = "sha3-256"
    for stickers in ([], [without_text], [without_hash], [kiss, other_hash]):
        with pytest.raises(ValueError, match="sticker"):
            plugin.make_pack("Cats", "", stickers)
    with pytest.raises(ValueError, match="hash function"):
        plugin.make_pack("Cats", "", [kiss], algo="md5")
    changed = plugin.make_pack("Cats", "", [kiss])
    changed["name|de"] = "Katzen"
    with pytest.raises(ValueError, match="changed"):
        await plugin.publish_pack(changed)
    assert xmpp.sent == []
    changed.hash = pack_hash(changed)
    assert is_intact(changed, id_of(changed))
    await xmpp.aclose()


def account(answer: Callable[[Element], str]) -> Account:
    def reply(request: Element) -> str:
        return GOOD if "disco" in request[0].tag else answer(request)

    return Account(reply, "xep_0449")


async def test_publishing_and_retracting_a_pack() -> None:
    xmpp = account(lambda _: "")
    plugin = xmpp.plugin[XEP_0449]
    kiss, thumb = made_by(xmpp)
    pack = plugin.make_pack("Cats", "Be cute.", [kiss, thumb], restricted=True)
    id_ = await plugin.publish_pack(pack)
    (request,) = xmpp.requests
    publish, options = request[0]
    assert (publish.get("node"), publish[0].get("id"), len(id_)) == (NODE, id_, 24)
    assert is_intact(Pack(xml=publish[0][0]), id_)
    assert "pubsub#access_model" in serialize(options)
    assert ">open<" in serialize(options)
    assert Pack(xml=publish[0][0]).restricted
    await plugin.retract_pack(id_)
    assert xmpp.requests[-1][0][0][0].get("id") == id_
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_a_server_that_might_not_keep_to_the_options() -> None:
    xmpp = Account(lambda _: "<query xmlns='http://jabber.org/protocol/disco#info'/>", "xep_0449")
    plugin = xmpp.plugin[XEP_0449]
    with pytest.raises(XMPPError, match="options"):
        await plugin.publish_pack(plugin.make_pack("Cats", "", made_by(xmpp)))
    assert xmpp.requests == []
    await xmpp.aclose()


def items_of(*packs: tuple[str, str]) -> str:
    inner = "".join(f"<item id='{id_}'>{text}</item>" for id_, text in packs)
    return f"<pubsub xmlns='{NS}'><items node='{NODE}'>{inner}</items></pubsub>"


async def test_getting_a_pack() -> None:
    xmpp = account(lambda _: items_of((ID, MARSEY)))
    plugin = xmpp.plugin[XEP_0449]
    pack = await plugin.get_pack(ROMEO, ID)
    (request,) = xmpp.requests
    assert (request.get("to"), request[0][0].get("node"), request[0][0][0].get("id")) == (ROMEO, NODE, ID)
    assert (pack.name_, [one.file.desc for one in pack.items], pack.items[0].suggestions) == (
        "Marsey the Cat",
        ["👍", "😘"],
        ["+1"],
    )
    assert list(await plugin.get_packs(ROMEO)) == [ID]
    await xmpp.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        items_of((ID, MARSEY.replace("Marsey", "Garfield"))),
        items_of(("other", MARSEY)),
        items_of((ID, "<x xmlns='urn:x'/>")),
        items_of(),
        "",
        items_of((ID, pack_of(*[item(str(one), THUMB) for one in range(501)], value=VALUE))),
    ],
)
async def test_what_is_not_the_pack_that_was_asked_for(answer: str) -> None:
    xmpp = account(lambda _: answer)
    plugin = xmpp.plugin[XEP_0449]
    with pytest.raises(StickerPackRefused):
        await plugin.get_pack(ROMEO, ID)
    assert await plugin.get_packs(ROMEO) == {}
    with pytest.raises(StickerPackRefused):
        await plugin.import_pack(ROMEO, ID)
    # Nothing of it came to our account.
    assert all(one.get("type") == "get" for one in xmpp.requests)
    await xmpp.aclose()


async def test_a_pack_that_is_not_there() -> None:
    xmpp = account(lambda _: "item-not-found")
    with pytest.raises(IqError, match="item-not-found"):
        await xmpp.plugin[XEP_0449].get_pack(ROMEO, ID)
    await xmpp.aclose()


async def test_importing_a_pack() -> None:
    packs = {"free": MARSEY, "restricted": MARSEY.replace("<item>", "<restricted/><item>", 1)}
    current = "free"

    def answer(request: Element) -> str:
        return items_of((ID, packs[current])) if request.get("type") == "get" else ""

    xmpp = account(answer)
    plugin = xmpp.plugin[XEP_0449]
    pack = await plugin.import_pack(ROMEO, ID)
    publish = xmpp.requests[-1][0][0]
    assert (publish.get("node"), publish[0].get("id"), is_intact(pack, ID)) == (NODE, ID, True)
    before = len(xmpp.requests)
    current = "restricted"
    with pytest.raises(StickerPackRefused, match="not for others"):
        await plugin.import_pack(ROMEO, ID)
    assert [one.get("type") for one in xmpp.requests[before:]] == ["get"]
    await xmpp.aclose()
