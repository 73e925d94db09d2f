"""Avatars (XEP-0084): what is published, what is believed, and what is kept."""

from base64 import b64encode
from hashlib import sha1
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0084 import XEP_0084, AvatarRefused, Info, MetaData
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient
from tests.plugins.test_pep import Account

NS = "http://jabber.org/protocol/pubsub"
PICTURE = b"\x89PNG picture"
ID = sha1(PICTURE).hexdigest()
WHO = "juliet@capulet.lit"


def answer(data: bytes | str, id: str = ID) -> str:
    text = data if isinstance(data, str) else b64encode(data).decode()
    return (
        f"<pubsub xmlns='{NS}'><items node='urn:xmpp:avatar:data'><item id='{id}'>"
        f"<data xmlns='urn:xmpp:avatar:data'>{text}</data></item></items></pubsub>"
    )


@pytest.mark.parametrize("id", [ID, ID.upper()])
@pytest.mark.parametrize("text", [answer(PICTURE), answer(f"\n {b64encode(PICTURE).decode()}\n")])
async def test_a_picture_is_fetched_once(id: str, text: str) -> None:
    xmpp = Account(lambda _: text, "xep_0084")
    avatars = xmpp.plugin[XEP_0084]
    for _ in range(2):
        found = await avatars.retrieve_avatar(WHO, id)
        assert found["pubsub"]["items"]["item"]["avatar_data"]["value"] == PICTURE
        assert found["from"] == WHO
        assert found["type"] == "result"
    assert len(xmpp.sent) == 1
    assert [item.get("id") for item in xmpp.sent[0][0][0]] == [id]
    # It is the same picture whoever has it.
    info = Info()
    info.id = ID
    assert await avatars.fetch("romeo@montague.lit", info) == await avatars.fetch(WHO, ID) == PICTURE
    assert len(xmpp.sent) == 1
    await avatars.retrieve_avatar(WHO, id, cached=False)
    assert len(xmpp.sent) == 2
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (answer(b"other"), "not those"),
        (answer(""), "not those"),
        (answer("no base64!"), "base64"),
        (answer(b"x" * 2_000), "max_size is 1000"),
        (f"<pubsub xmlns='{NS}'><items node='urn:xmpp:avatar:data'/></pubsub>", "no avatar in it"),
        (
            f"<pubsub xmlns='{NS}'><items node='urn:xmpp:avatar:data'><item id='{ID}'/></items></pubsub>",
            "not those",
        ),
        ("", "no avatar in it"),
    ],
)
async def test_what_is_no_picture_is_refused_and_not_kept(text: str, why: str) -> None:
    xmpp = Account(lambda _: text, "xep_0084")
    avatars = xmpp.plugin[XEP_0084]
    avatars.max_size = 1_000
    with pytest.raises(AvatarRefused, match=why):
        await avatars.retrieve_avatar(WHO, ID)
    assert await avatars.api["get_data"](WHO, None, None, ID) is None
    await xmpp.aclose()


async def test_an_id_that_is_no_hash_names_no_file() -> None:
    xmpp = Account(lambda _: "item-not-found", "xep_0084")
    avatars = xmpp.plugin[XEP_0084]
    for id in ("../../x", "", "x" * 300, "0" * 39):
        with pytest.raises(IqError):
            await avatars.retrieve_avatar(WHO, id)
        assert await avatars.api["get_data"](WHO, None, None, id) is None
    await xmpp.aclose()


async def test_a_store_that_fails_loses_no_picture() -> None:
    xmpp = Account(lambda _: answer(PICTURE), "xep_0084")
    avatars = xmpp.plugin[XEP_0084]

    def full(jid: Any, node: Any, ifrom: Any, args: Any) -> None:
        raise OSError("full")

    avatars.api.register(full, "set_data")
    assert await avatars.fetch(WHO, ID) == PICTURE
    assert [str(error) for error in xmpp.failures] == ["full"]
    xmpp.failures.clear()
    await xmpp.aclose()


async def test_strangers_fill_only_a_bounded_room() -> None:
    xmpp = OfflineClient()
    avatars = xmpp.register_plugin(XEP_0084)
    avatars.max_kept = 10
    for number in range(50):
        data = b"%d" % number
        await avatars.api["set_data"](WHO, None, None, {"id": avatars.generate_id(data), "data": data})
    assert len(await avatars.collection("pictures", limit=1).keys()) == 10
    await xmpp.aclose()


async def test_what_is_on_the_web_is_not_fetched() -> None:
    xmpp = OfflineClient()
    avatars = xmpp.register_plugin(XEP_0084)
    info = MetaData().add_info(ID, "image/gif", 5, url="http://127.0.0.1/admin")
    with pytest.raises(ValueError, match="web"):
        await avatars.fetch(WHO, info)
    assert xmpp.sent == []
    await xmpp.aclose()


# -- our own ------------------------------------------------------------------------------------------------------


def published(request: Element) -> tuple[str | None, str | None, Element]:
    publish = request[0][0]
    return publish.get("node"), publish[0].get("id"), publish[0][0]


async def test_a_picture_is_there_before_anybody_is_told() -> None:
    xmpp = Account(lambda _: "", "xep_0084")
    id = await xmpp.plugin[XEP_0084].set_avatar(
        PICTURE, height=64, width=32, options={"pubsub#access_model": "open"}
    )
    (node, first, data), (meta_node, second, metadata) = map(published, xmpp.sent)
    assert (id, first, second) == (ID, ID, ID)
    assert (node, meta_node) == ("urn:xmpp:avatar:data", "urn:xmpp:avatar:metadata")
    assert (data.text, data.attrib) == (b64encode(PICTURE).decode(), {})
    assert [info.attrib for info in metadata] == [
        {"id": ID, "type": "image/png", "bytes": str(len(PICTURE)), "height": "64", "width": "32"}
    ]
    assert all(len(request[0]) == 2 for request in xmpp.sent)
    await xmpp.aclose()


async def test_nobody_is_told_of_a_picture_that_is_not_there() -> None:
    xmpp = Account(lambda _: "not-acceptable payload-too-big", "xep_0084")
    with pytest.raises(IqError):
        await xmpp.plugin[XEP_0084].set_avatar(PICTURE)
    assert len(xmpp.sent) == 1
    await xmpp.aclose()


PNG_INFO = {"id": ID, "type": "image/png", "bytes": 5}
WEB_INFO = {**PNG_INFO, "id": "0" * 40, "url": "https://example.org/x.gif", "height": 1, "width": 2}


@pytest.mark.parametrize(
    ("items", "id", "count"),
    [
        (None, None, 0),
        ([], None, 0),
        (PNG_INFO, ID, 1),
        ([WEB_INFO, PNG_INFO], ID, 2),
        ([WEB_INFO], "0" * 40, 1),
    ],
)
async def test_metadata(items: Any, id: str | None, count: int) -> None:
    xmpp = Account(lambda _: "", "xep_0084")
    pointer = parse_one("<x xmlns='http://example.com/virtualworlds'/>")
    await xmpp.plugin[XEP_0084].publish_avatar_metadata(items, [pointer])
    node, found, element = published(xmpp.sent[0])
    metadata = MetaData(xml=element)
    assert (node, found, len(metadata["items"])) == ("urn:xmpp:avatar:metadata", id, count)
    assert [one.payload is not None and one.payload.tag for one in metadata["pointers"]] == [pointer.tag]
    expected: list[Any] = [items] if isinstance(items, dict) else items or []
    for info, given in zip(metadata.items, expected, strict=True):
        assert {key: info[key] for key in given} == given
    await xmpp.plugin[XEP_0084].stop()
    assert len(published(xmpp.sent[1])[2]) == 0
    await xmpp.aclose()


@pytest.mark.parametrize(("data", "error"), [(b"x" * 600_000, ValueError), ("text", FieldValueError)])
async def test_what_cannot_be_published(data: Any, error: type[Exception]) -> None:
    xmpp = OfflineClient()
    avatars = xmpp.register_plugin(XEP_0084)
    with pytest.raises(error):
        avatars.publish_avatar(data)
    with pytest.raises(error):
        await avatars.set_avatar(data)
    assert xmpp.sent == []
    await xmpp.aclose()


async def test_a_contact_has_another_avatar() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0084")
    told: list[list[Info]] = []
    xmpp.add_event_handler(
        "avatar_metadata_publish",
        lambda message: told.append(message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]),
    )
    for inner in (
        f"<metadata xmlns='urn:xmpp:avatar:metadata'><info id='{ID}' bytes='5' type='image/png'/></metadata>",
        "<metadata xmlns='urn:xmpp:avatar:metadata'/>",
        "<metadata xmlns='other'/>",
    ):
        await xmpp.receive(
            f"<message from='{WHO}'><event xmlns='{NS}#event'><items node='urn:xmpp:avatar:metadata'>"
            f"<item id='{ID}'>{inner}</item></items></event></message>"
        )
    assert [[info["id"] for info in infos] for infos in told] == [[ID], []]
    features = (await xmpp.plugin["xep_0030"].info_of())["features"]
    assert "urn:xmpp:avatar:metadata+notify" in features
    xmpp.plugin.disable("xep_0084")
    assert xmpp.plugin["xep_0060"].node_event_map == {}
    await xmpp.aclose()


async def test_nothing_is_no_picture() -> None:
    xmpp = Account(lambda _: answer(b""), "xep_0084")
    with pytest.raises(AvatarRefused, match="not those"):
        await xmpp.plugin[XEP_0084].retrieve_avatar(WHO, XEP_0084.generate_id(b""))
    await xmpp.aclose()
