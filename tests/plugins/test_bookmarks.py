"""Bookmarks, by room (XEP-0402) and all in one (XEP-0048): kept privately, and believed only from ourselves."""

from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError, Message, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0048 import XEP_0048, Bookmarks
from helixmpp.plugins.xep_0402 import XEP_0402, Conference
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient
from tests.plugins.test_pep import GOOD, Account, info, options_of

NS = "http://jabber.org/protocol/pubsub"
ROOM = "council@rooms.example.org"
STATE = "<state xmlns='http://myclient.example/bookmark/state' minimized='true'/>"


def items(*inner: str, node: str = "urn:xmpp:bookmarks:1") -> str:
    return f"<pubsub xmlns='{NS}'><items node='{node}'>{''.join(inner)}</items></pubsub>"


def room(id: str = ROOM, attributes: str = "", inner: str = "") -> str:
    return (
        f"<item id='{id}'><conference xmlns='urn:xmpp:bookmarks:1' {attributes}>{inner}</conference></item>"
    )


class Keeper:
    """An account that has items, and takes what is stored."""

    def __init__(self, answer: str, account: str = GOOD) -> None:
        self.answer = answer
        self.account = account
        self.stored: list[Element] = []

    def __call__(self, request: Element) -> str:
        if "disco" in request[0].tag:
            return self.account
        if request.get("type") == "get":
            return self.answer
        self.stored.append(request)
        return ""


# -- XEP-0402 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("item-not-found", {}),
        (items(), {}),
        (items(room()), {ROOM: ("", False, "", "")}),
        (
            items(room(ROOM, "name='C' autojoin='1'", "<nick>P</nick><password>s</password>"), room("b@c.d")),
            {ROOM: ("C", True, "P", "s"), "b@c.d": ("", False, "", "")},
        ),
        # What is no bookmark spoils no other one.
        (
            items(
                room("a@b@c"),
                room("", "autojoin='1'"),
                room("b@c.d/nick", "autojoin='1'"),
                room("x@y.z", "autojoin='perhaps'"),
                "<item id='q@r.s'/>",
                "<item><other xmlns='urn:other'/></item>",
                room("b@c.d", "autojoin='0'"),
            ),
            {"b@c.d": ("", False, "", "")},
        ),
        ("", {}),
    ],
)
async def test_every_bookmark(answer: str, expected: dict[str, Any]) -> None:
    xmpp = Account(Keeper(answer), "xep_0402")
    found = await xmpp.plugin[XEP_0402].bookmarks()
    assert {
        jid.full: (one.name_, one.autojoin, one.nick, one.password) for jid, one in found.items()
    } == expected
    await xmpp.aclose()


async def test_a_refusal_is_not_taken_for_no_bookmarks() -> None:
    xmpp = Account(Keeper("forbidden"), "xep_0402")
    with pytest.raises(IqError, match="forbidden"):
        await xmpp.plugin[XEP_0402].bookmarks()
    with pytest.raises(IqError, match="forbidden"):
        await xmpp.plugin[XEP_0402].set_bookmark(ROOM)
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("there", "arguments", "expected"),
    [
        ("item-not-found", {}, "<conference/>"),
        (items(), {"name": "C", "autojoin": True}, "<conference name='C' autojoin='true'/>"),
        # Another item than was asked for is none of ours.
        (items(room("other@rooms.example.org", "name='X'")), {"name": "C"}, "<conference name='C'/>"),
        (
            items(room(ROOM, "name='C' unknown='u'", f"<nick>P</nick><extensions>{STATE}</extensions>")),
            {"autojoin": False, "password": "s"},
            f"<conference name='C' unknown='u' autojoin='false'><nick>P</nick><extensions>{STATE}</extensions>"
            "<password>s</password></conference>",
        ),
        (items(room(ROOM, "name='C'", "<nick>P</nick>")), {"name": "", "nick": ""}, "<conference/>"),
    ],
)
async def test_a_bookmark_is_added_or_changed(there: str, arguments: dict[str, Any], expected: str) -> None:
    keeper = Keeper(there)
    xmpp = Account(keeper, "xep_0402")
    await xmpp.plugin[XEP_0402].set_bookmark(f"{ROOM}/nick", **arguments)
    (request,) = keeper.stored
    item = request[0][0][0]
    assert (request[0][0].get("node"), item.get("id")) == ("urn:xmpp:bookmarks:1", ROOM)
    wanted = parse_one(expected.replace("<conference", "<conference xmlns='urn:xmpp:bookmarks:1'", 1))
    assert Conference(xml=item[0]) == Conference(xml=wanted)
    values = options_of(request)
    del values["FORM_TYPE"]
    assert values == {
        "pubsub#persist_items": "1",
        "pubsub#max_items": "max",
        "pubsub#send_last_published_item": "never",
        "pubsub#access_model": "whitelist",
    }
    await xmpp.aclose()


async def test_a_bookmark_is_taken_away() -> None:
    keeper = Keeper("")
    xmpp = Account(keeper, "xep_0402")
    await xmpp.plugin[XEP_0402].remove_bookmark(ROOM)
    (retract,) = keeper.stored[0][0]
    assert (retract.attrib, retract[0].get("id")) == (
        {"node": "urn:xmpp:bookmarks:1", "notify": "true"},
        ROOM,
    )
    await xmpp.aclose()


@pytest.mark.parametrize("account", [info(), "service-unavailable"])
async def test_nothing_is_stored_where_others_might_see_it(account: str) -> None:
    keeper = Keeper("item-not-found", account)
    xmpp = Account(keeper, "xep_0402", "xep_0048")
    with pytest.raises(XMPPError, match="feature-not-implemented"):
        await xmpp.plugin[XEP_0402].set_bookmark(ROOM)
    with pytest.raises(XMPPError, match="feature-not-implemented"):
        await xmpp.plugin[XEP_0048].set_bookmarks(Bookmarks(), "xep_0223")
    assert keeper.stored == []
    await xmpp.aclose()


def published(inner: str, node: str) -> str:
    return f"<event xmlns='{NS}#event'><items node='{node}'>{inner}</items></event>"


NATIVE = published(room(), "urn:xmpp:bookmarks:1")
RETRACTED = published(f"<retract id='{ROOM}'/>", "urn:xmpp:bookmarks:1")
OLD = published("<item id='current'><storage xmlns='storage:bookmarks'/></item>", "storage:bookmarks")


NAMES = ("bookmark_publish", "bookmark_retract", "bookmarks_publish", "pubsub_publish", "pubsub_retract")


def seen_by_name(seen: list[str], name: str, _: Message) -> None:
    seen.append(name)


@pytest.mark.parametrize(
    ("sender", "event", "told"),
    [
        ("me@example.org", NATIVE, ["bookmark_publish"]),
        ("", NATIVE, ["bookmark_publish"]),
        ("me@example.org", RETRACTED, ["bookmark_retract"]),
        ("me@example.org", OLD, ["bookmarks_publish"]),
        ("", OLD, ["bookmarks_publish"]),
        *[
            (sender, event, [])
            for sender in ("friend@example.org", "example.org", "me@example.com", "me@example.org/x", "a@b@c")
            for event in (NATIVE, RETRACTED, OLD)
        ],
    ],
)
async def test_whose_events_are_believed(sender: str, event: str, told: list[str]) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0402")
    xmpp.register_plugin("xep_0048")
    seen: list[str] = []
    for name in NAMES:
        xmpp.add_event_handler(name, partial(seen_by_name, seen, name))
    await xmpp.receive(f"<message {f'from={sender!r}' if sender else ''}>{event}</message>")
    assert [name for name in seen if not name.startswith("pubsub")] == told
    # Not by the common names either.
    assert len(seen) == 2 * len(told)
    features = (await xmpp.plugin["xep_0030"].info_of())["features"]
    assert {"urn:xmpp:bookmarks:1+notify", "storage:bookmarks+notify"} <= set(features)
    xmpp.plugin.disable("xep_0402")
    xmpp.plugin.disable("xep_0048")
    assert xmpp.plugin["xep_0060"].private_nodes == frozenset()
    await xmpp.aclose()


# -- XEP-0048 -------------------------------------------------------------------------------------------------------

STORAGE = (
    "<storage xmlns='storage:bookmarks'>"
    f"<conference jid='{ROOM}' name='C' autojoin='1'><nick>P</nick><password>s</password></conference>"
    "<url url='https://example.org/' name='H'/><unknown/></storage>"
)


@pytest.mark.parametrize(
    ("method", "answer", "count"),
    [
        ("xep_0049", f"<query xmlns='jabber:iq:private'>{STORAGE}</query>", 1),
        ("xep_0049", "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>", 0),
        ("xep_0049", "<query xmlns='jabber:iq:private'/>", 0),
        ("xep_0049", "", 0),
        ("xep_0049", "item-not-found", 0),
        ("xep_0223", items(f"<item id='current'>{STORAGE}</item>", node="storage:bookmarks"), 1),
        ("xep_0223", items("<item/>", f"<item id='other'>{STORAGE}</item>", node="storage:bookmarks"), 1),
        ("xep_0223", items(node="storage:bookmarks"), 0),
        ("xep_0223", "item-not-found", 0),
    ],
)
async def test_the_old_bookmarks(method: Any, answer: str, count: int) -> None:
    keeper = Keeper(answer)
    xmpp = Account(keeper, "xep_0048")
    plugin = xmpp.plugin[XEP_0048]
    plugin.storage_method = method
    bookmarks = await plugin.bookmarks()
    found = [
        (one["jid"], one["name"], one["autojoin"], one["nick"], one["password"])
        for one in bookmarks.conferences
    ]
    assert found == [(JID(ROOM), "C", True, "P", "s")] * count
    assert [(one["url"], one["name"]) for one in bookmarks["urls"]] == [("https://example.org/", "H")] * count
    # What is read can be changed and stored again, with what is not known of it.
    bookmarks.add_conference("other@rooms.example.org", nick="Q", autojoin=False)
    bookmarks.add_url("https://example.net/")
    await plugin.set_bookmarks(bookmarks)
    text = serialize(keeper.stored[0])
    assert ("<unknown/>" in text) is bool(count)
    assert '<conference jid="other@rooms.example.org" autojoin="false"><nick>Q</nick></conference>' in text
    assert ("jabber:iq:private" in text) is (method == "xep_0049")
    if method == "xep_0223":
        assert options_of(keeper.stored[0])["pubsub#access_model"] == "whitelist"
        assert keeper.stored[0][0][0][0].get("id") == "current"
    await xmpp.aclose()


async def test_a_method_that_is_none() -> None:
    xmpp = Account(Keeper(""), "xep_0048")
    plugin = xmpp.plugin[XEP_0048]
    plugin.storage_method = "xep_0001"
    with pytest.raises(ValueError, match="xep_0001"):
        plugin.get_bookmarks()
    with pytest.raises(ValueError, match="xep_0001"):
        await plugin.set_bookmarks(Bookmarks())
    await xmpp.aclose()
    refused = Account(Keeper("forbidden"), "xep_0048")
    with pytest.raises(IqError, match="forbidden"):
        await refused.plugin[XEP_0048].bookmarks()
    await refused.aclose()
