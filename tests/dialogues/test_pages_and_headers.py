"""Results by pages, and headers of messages, between two clients and with the server."""

import asyncio
from typing import Any

from helixmpp import Message
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoItems
from helixmpp.plugins.xep_0059 import XEP_0059, Set
from helixmpp.plugins.xep_0131 import XEP_0131
from helixmpp.stanza import Iq
from tests.dialogues.conftest import Place


async def test_items_are_given_and_asked_for_by_pages(place: Place) -> None:
    alice = await place.connected("alice/a", "xep_0059")
    bob = await place.connected("bob/b", "xep_0059")
    rooms = [f"room{number:02}@example.org" for number in range(25)]

    def get_items(jid: JID, node: str, ifrom: JID | None, args: Any) -> DiscoItems:
        assert isinstance(args, Iq)
        page, rsm = alice.plugin[XEP_0059].page_of(rooms, args[DiscoItems][Set], uid=str)
        items = DiscoItems()
        for room in page:
            items.add_item(room)
        items.append(rsm)
        return items

    alice.plugin[XEP_0030].api.register(get_items, "get_items")
    for reverse in (False, True):
        iterator = await bob.plugin[XEP_0030].get_items(alice.boundjid, iterator=True)
        iterator.reverse = reverse
        pages = [[str(item["jid"]) for item in page["disco_items"]] async for page in iterator]
        assert [len(page) for page in pages] == [10, 10, 5]
        assert sorted(room for page in pages for room in page) == rooms
    asking = bob.make_iq_get(ito=alice.boundjid)
    asking[DiscoItems].attach()
    assert await bob.plugin[XEP_0059].count(asking, "disco_items") == 25


async def test_the_server_is_asked_by_pages(place: Place) -> None:
    bob = await place.connected("bob/b", "xep_0059")
    asking = bob.make_iq_get(ito=place.domain)
    asking[DiscoItems].attach()
    pages = [page async for page in bob.plugin[XEP_0059].iterate(asking, "disco_items", timeout=10)]
    assert len(pages) <= 1


async def test_headers_travel_and_are_announced(place: Place) -> None:
    alice = place.client("alice/a")
    alice.register_plugin("xep_0131", {"supported_headers": ["Urgency"]})
    await alice.connect(*alice.address)
    bob = await place.connected("bob/b", "xep_0131")
    came: asyncio.Queue[Message] = asyncio.Queue()
    alice.add_event_handler("message", came.put_nowait)
    assert await bob.plugin[XEP_0131].supports(alice.boundjid, "Urgency") is True
    assert await bob.plugin[XEP_0131].supports(alice.boundjid, "Store") is False
    message = bob.make_message(alice.boundjid, "hello", mtype="chat")
    message["headers"] = {"Urgency": "high", "Keywords": ["<xmpp/>", "b & c"]}
    message.send()
    async with asyncio.timeout(10):
        got = await came.get()
    assert got["headers"] == {"Urgency": "high", "Keywords": "<xmpp/>"}
    assert got["headers"].get_all("Keywords") == ["<xmpp/>", "b & c"]
