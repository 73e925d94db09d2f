"""Nodes of a pubsub service and of accounts, with a real Prosody: its mod_pubsub and its mod_pep."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from hashlib import sha1
from typing import Any

import pytest

from helixmpp import ClientXMPP, IqError
from helixmpp.core import BaseXMPP
from helixmpp.jid import JID
from helixmpp.plugins.xep_0048 import XEP_0048
from helixmpp.plugins.xep_0060 import XEP_0060, Item
from helixmpp.plugins.xep_0084 import XEP_0084, AvatarRefused, Data, Info
from helixmpp.plugins.xep_0163 import XEP_0163
from helixmpp.plugins.xep_0172 import XEP_0172, UserNick
from helixmpp.plugins.xep_0222 import XEP_0222
from helixmpp.plugins.xep_0223 import XEP_0223
from helixmpp.plugins.xep_0402 import XEP_0402, Conference
from helixmpp.stanza import Attr, ElementBase, Message
from helixmpp.testing.prosody import Prosody
from helixmpp.xml import parse_one
from tests.dialogues.conftest import ACCOUNTS, Place, until

pytestmark = pytest.mark.prosody

SERVICE = "pubsub.test.example"
CONFIG = f"""
Component "{SERVICE}" "pubsub"
    admins = {{ "alice@test.example" }}
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
ROOM = "council@rooms.example.org"


class Note(ElementBase):
    name = "note"
    namespace = "urn:example:note"
    plugin_attrib = "note"
    text = Attr(str)


def note(text: str) -> Note:
    made = Note()
    made.text = text
    return made


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A fresh Prosody with a pubsub service that alice may make nodes at."""
    async with Prosody(accounts=ACCOUNTS, extra_config=CONFIG) as real:
        place = Place(
            "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
        )
        async with place.stack:
            yield place


def pubsub(xmpp: BaseXMPP) -> XEP_0060:
    return xmpp.plugin[XEP_0060]


def note_down(seen: list[tuple[str, Message]], name: str, message: Message) -> None:
    seen.append((name, message))


def heard(xmpp: ClientXMPP, *events: str) -> list[tuple[str, Message]]:
    """The events of these names that are raised from now on."""
    seen: list[tuple[str, Message]] = []
    for event in events:
        xmpp.add_event_handler(event, partial(note_down, seen, event))
    return seen


async def until_told(seen: list[Any], publish: Callable[[], Awaitable[Any]]) -> None:
    """Publish until somebody was told.

    Who is interested says so in a presence, and the server asks what its hash stands for: nobody is told when
    that has come to an end.
    """
    async with asyncio.timeout(10):
        while not seen:
            await publish()
            await asyncio.sleep(0.02)


async def friends(place: Place, *plugins: str) -> tuple[ClientXMPP, ClientXMPP]:
    """Alice and bob, who see each other's presence."""
    alice, bob = await place.connected("alice", *plugins), await place.connected("bob", *plugins)
    for one in (alice, bob):
        await one.get_roster()
        one.send_presence()
    alice.client_roster.subscribe(bob.boundjid.bare)
    await until(lambda: alice.client_roster[bob.boundjid.bare].subscription == "both")
    await until(lambda: bob.client_roster[alice.boundjid.bare].subscription == "both")
    await until(lambda: bool(alice.client_roster.presence(bob.boundjid.bare)))
    return alice, bob


async def test_a_node_from_beginning_to_end(place: Place) -> None:
    alice, bob = await place.connected("alice", "xep_0060"), await place.connected("bob", "xep_0060")
    bob.send_presence()
    pubsub(bob).map_node_event("news", "news")
    seen = heard(bob, "pubsub_publish", "pubsub_retract", "pubsub_purge", "pubsub_delete", "news_publish")
    with pytest.raises(IqError) as refused:
        await pubsub(bob).create_node(SERVICE, "news")
    assert refused.value.condition == "forbidden"

    await pubsub(alice).create_node(SERVICE, "news", {"pubsub#title": "News", "pubsub#max_items": 3})
    assert "news" in {node for _, node, _ in (await pubsub(bob).get_nodes(SERVICE))["disco_items"]["items"]}
    form = (await pubsub(alice).get_node_config(SERVICE, "news"))["pubsub_owner"]["configure"]["form"]
    assert (form["values"]["pubsub#title"], form["values"]["pubsub#max_items"]) == ("News", "3")
    form["values"] = {"pubsub#title": "All the news"}
    await pubsub(alice).set_node_config(SERVICE, "news", form)
    form = (await pubsub(alice).get_node_config(SERVICE, "news"))["pubsub_owner"]["configure"]["form"]
    assert form["values"]["pubsub#title"] == "All the news"

    answer = await pubsub(bob).subscribe(SERVICE, "news")
    assert answer["pubsub"]["subscription"]["subscription"] == "subscribed"
    assert answer["pubsub"]["subscription"]["jid"] == bob.boundjid.bare
    (own,) = (await pubsub(bob).get_subscriptions(SERVICE))["pubsub"]["subscriptions"]
    assert (own["node"], own["jid"], own["subscription"]) == ("news", bob.boundjid.bare, "subscribed")
    (theirs,) = (await pubsub(alice).get_node_subscriptions(SERVICE, "news"))["pubsub_owner"]["subscriptions"]
    assert (theirs["jid"], theirs["subscription"]) == (bob.boundjid.bare, "subscribed")

    for number in range(4):
        answer = await pubsub(alice).publish(SERVICE, "news", f"n{number}", note(f"note {number}"))
    assert answer["pubsub"]["publish"]["item"]["id"] == "n3"
    await until(lambda: len(seen) == 8)
    assert {name for name, _ in seen} == {"pubsub_publish", "news_publish"}
    event = seen[-1][1]
    assert event["from"] == SERVICE
    assert event["pubsub_event"]["items"]["node"] == "news"
    assert event["pubsub_event"]["items"]["item"]["id"] == "n3"
    assert event["pubsub_event"]["items"]["item"]["payload"].get("text") == "note 3"

    items = (await pubsub(bob).get_items(SERVICE, "news"))["pubsub"]["items"]
    assert sorted(item["id"] for item in items) == ["n1", "n2", "n3"]
    items = (await pubsub(bob).get_items(SERVICE, "news", max_items=1))["pubsub"]["items"]
    assert [item["id"] for item in items] == ["n3"]
    items = (await pubsub(bob).get_items(SERVICE, "news", ["n1", "n2"]))["pubsub"]["items"]
    assert sorted(item["id"] for item in items) == ["n1", "n2"]
    item = (await pubsub(bob).get_item(SERVICE, "news", "n2"))["pubsub"]["items"]["item"]
    assert item["payload"].get("text") == "note 2"
    ids = (await pubsub(bob).get_item_ids(SERVICE, "news"))["disco_items"]["items"]
    assert {name for _, _, name in ids} == {"n1", "n2", "n3"}
    paged = [
        item["id"]
        async for page in pubsub(bob).get_items(SERVICE, "news", max_items=2, iterator=True)
        for item in page["pubsub"]["items"]
    ]
    assert paged  # a service that knows no pages gives one

    del seen[:]
    await pubsub(alice).retract(SERVICE, "news", "n1", notify=True)
    await until(lambda: bool(seen))
    assert seen[0][0] == "pubsub_retract"
    assert [one["id"] for one in seen[0][1]["pubsub_event"]["items"]] == ["n1"]
    await pubsub(alice).purge(SERVICE, "news")
    await until(lambda: any(name == "pubsub_purge" for name, _ in seen))
    assert len((await pubsub(bob).get_items(SERVICE, "news"))["pubsub"]["items"]) == 0

    await pubsub(bob).unsubscribe(SERVICE, "news")
    assert len((await pubsub(bob).get_subscriptions(SERVICE))["pubsub"]["subscriptions"]) == 0
    with pytest.raises(IqError) as refused:
        await pubsub(bob).unsubscribe(SERVICE, "news")
    assert refused.value.iq["error"]["pubsub"]["condition"] == "not-subscribed"
    await pubsub(bob).subscribe(SERVICE, "news", subscribee=bob.boundjid)
    await pubsub(alice).delete_node(SERVICE, "news")
    await until(lambda: any(name == "pubsub_delete" for name, _ in seen))
    with pytest.raises(IqError, match="item-not-found"):
        await pubsub(bob).get_items(SERVICE, "news")


async def test_who_may_publish(place: Place) -> None:
    alice, bob = await place.connected("alice", "xep_0060"), await place.connected("bob", "xep_0060")
    await pubsub(alice).create_node(SERVICE, "news")
    with pytest.raises(IqError, match="forbidden"):
        await pubsub(bob).publish(SERVICE, "news", "1", note("x"))
    await pubsub(alice).modify_affiliations(SERVICE, "news", [(bob.boundjid.bare, "publisher")])
    affiliations = (await pubsub(alice).get_node_affiliations(SERVICE, "news"))["pubsub_owner"][
        "affiliations"
    ]
    assert {(one["jid"].bare, one["affiliation"]) for one in affiliations} == {
        (alice.boundjid.bare, "owner"),
        (bob.boundjid.bare, "publisher"),
    }
    await pubsub(bob).publish(SERVICE, "news", "1", note("x"))


async def test_an_event_of_a_friend_who_is_interested(place: Place) -> None:
    alice, bob = await friends(place, "xep_0172")
    seen = heard(bob, "user_nick_publish")
    await until_told(seen, lambda: alice.plugin[XEP_0172].publish_nick("Ishmael"))
    message = seen[0][1]
    assert (message["from"], message["pubsub_event"]["items"]["item"][UserNick].nick) == (
        alice.boundjid.bare,
        "Ishmael",
    )
    assert bob.plugin[XEP_0172].published_nick(message) == "Ishmael"
    assert await alice.plugin[XEP_0163].is_supported(publish_options=True)
    assert not await alice.plugin[XEP_0163].is_supported("nobody@elsewhere.invalid")


async def test_an_interest_of_the_middle_of_a_session(place: Place) -> None:
    alice, bob = await friends(place, "xep_0163")
    seen = heard(bob, "note_publish")
    await alice.plugin[XEP_0163].publish(note("before"))
    bob.plugin[XEP_0163].register_pep("note", Note)
    await until_told(seen, lambda: alice.plugin[XEP_0163].publish(note("after")))
    assert seen[0][1]["pubsub_event"]["items"]["item"]["note"]["text"] in ("before", "after")


async def test_an_avatar(place: Place) -> None:
    alice, bob = await friends(place, "xep_0084")
    told: list[list[Info]] = []
    bob.add_event_handler(
        "avatar_metadata_publish",
        lambda message: told.append(message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]),
    )
    await until_told(told, lambda: alice.plugin[XEP_0084].set_avatar(PNG, height=64, width=64))
    (info,) = told[0]
    assert (info["id"], info["bytes"], info["type"], info["height"]) == (
        sha1(PNG).hexdigest(),
        len(PNG),
        "image/png",
        64,
    )
    avatars = bob.plugin[XEP_0084]
    answer = await avatars.retrieve_avatar(alice.boundjid.bare, info["id"])
    assert answer["pubsub"]["items"]["item"]["avatar_data"]["value"] == PNG
    assert answer["pubsub"]["items"][Item][Data].value == PNG
    assert await avatars.fetch(alice.boundjid.bare, info) == PNG
    with pytest.raises(AvatarRefused, match="no avatar in it"):
        await avatars.retrieve_avatar(alice.boundjid.bare, "0" * 40)
    await alice.plugin[XEP_0084].stop()
    await until(lambda: told[-1] == [])


async def test_what_is_private_stays_private(place: Place) -> None:
    alice, bob = await friends(place, "xep_0223", "xep_0222")
    # Somebody made the node with other rights before: it is put right before anything is stored.
    await pubsub(alice).create_node(None, Note.namespace, {"pubsub#access_model": "open"})
    await pubsub(bob).get_items(alice.boundjid.bare, Note.namespace)
    await alice.plugin[XEP_0223].store(note("secret"), id="current")
    answer = await alice.plugin[XEP_0223].retrieve(Note.namespace, "current")
    assert answer["pubsub"]["items"]["item"]["payload"].get("text") == "secret"
    with pytest.raises(IqError) as refused:
        await pubsub(bob).get_items(alice.boundjid.bare, Note.namespace)
    assert refused.value.condition in ("forbidden", "not-allowed", "not-authorized")

    await alice.plugin[XEP_0222].store(
        note("public"), "urn:example:public", "current", options={"pubsub#access_model": "open"}
    )
    answer = await bob.plugin[XEP_0222].retrieve("urn:example:public", jid=alice.boundjid.bare)
    assert answer["pubsub"]["items"]["item"]["payload"].get("text") == "public"
    await alice.plugin[XEP_0223].configure("urn:example:public")
    with pytest.raises(IqError):
        await bob.plugin[XEP_0222].retrieve("urn:example:public", jid=alice.boundjid.bare)


async def test_bookmarks_of_two_clients(place: Place) -> None:
    desk, phone = (
        await place.connected("alice/desk", "xep_0402"),
        await place.connected("alice/phone", "xep_0402"),
    )
    seen = heard(phone, "bookmark_publish", "bookmark_retract")
    for one in (desk, phone):
        one.send_presence()
    plugin = desk.plugin[XEP_0402]
    assert await plugin.bookmarks() == {}
    bookmark = Conference()
    bookmark.name_ = "Council"
    bookmark["extensions"].append(parse_one("<state xmlns='urn:example:client' minimized='true'/>"))
    await until_told(seen, lambda: plugin.store(bookmark, bookmark.namespace, ROOM))
    item = seen[0][1]["pubsub_event"]["items"]["item"]
    assert (plugin.room_of(item), item["conference"]["name"], item["conference"]["autojoin"]) == (
        JID(ROOM),
        "Council",
        False,
    )
    del seen[:]
    await plugin.set_bookmark(ROOM, autojoin=True, nick="Puck")
    await until(lambda: any(one["pubsub_event"]["items"]["item"][Conference].autojoin for _, one in seen))
    found = await phone.plugin[XEP_0402].bookmarks()
    assert list(found) == [JID(ROOM)]
    kept = found[JID(ROOM)]
    assert (kept.name_, kept.autojoin, kept.nick, kept.password) == ("Council", True, "Puck", "")
    (extension,) = kept["extensions"]["payload"]
    assert extension.get("minimized") == "true"
    await plugin.set_bookmark("other@rooms.example.org", name="Other")
    assert len(await plugin.bookmarks()) == 2
    await plugin.remove_bookmark(ROOM)
    await until(lambda: any(name == "bookmark_retract" for name, _ in seen))
    assert list(await plugin.bookmarks()) == [JID("other@rooms.example.org")]


@pytest.mark.parametrize("method", ["xep_0049", "xep_0223"])
async def test_bookmarks_the_old_way(place: Place, method: Any) -> None:
    alice = await place.connected("alice", "xep_0048")
    plugin = alice.plugin[XEP_0048]
    bookmarks = await plugin.bookmarks(method)
    assert (bookmarks["conferences"], bookmarks["urls"]) == ([], [])
    bookmarks.add_conference(ROOM, nick="Puck", name="Council", autojoin=True)
    bookmarks.add_url("https://example.org/", "Home")
    await plugin.set_bookmarks(bookmarks, method)
    answer = await plugin.get_bookmarks(method)
    kept = answer["private"] if method == "xep_0049" else answer["pubsub"]["items"]["item"]
    (room,) = kept["bookmarks"]["conferences"]
    assert (room["jid"], room["nick"], room["name"], room["autojoin"]) == (ROOM, "Puck", "Council", True)
    (page,) = (await plugin.bookmarks(method))["urls"]
    assert (page["url"], page["name"]) == ("https://example.org/", "Home")
