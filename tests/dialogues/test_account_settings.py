"""What clients of one account keep for each other, with a real Prosody: notifications, what was read ..."""

from collections.abc import AsyncIterator

import pytest

from helixmpp import IqError, Message, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060 import XEP_0060
from helixmpp.plugins.xep_0402 import XEP_0402
from helixmpp.plugins.xep_0469 import XEP_0469
from helixmpp.plugins.xep_0490 import XEP_0490
from helixmpp.plugins.xep_0492 import XEP_0492
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place, until
from tests.dialogues.test_rooms import heard

pytestmark = pytest.mark.prosody

ROOM, OTHER = "council@rooms.example.org", "other@rooms.example.org"
PLUGINS = ("xep_0402", "xep_0469", "xep_0490", "xep_0492")


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A fresh Prosody with an archive, which gives ids to messages."""
    async with Prosody(accounts=ACCOUNTS, modules=["mam"]) as real:
        place = Place(
            "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
        )
        async with place.stack:
            yield place


async def test_important_rooms_and_notifications(place: Place) -> None:
    desk, phone = [await place.connected(f"alice/{name}", *PLUGINS) for name in ("desk", "phone")]
    phone.send_presence()
    await phone.get_roster()
    changed: list[Message] = heard(phone, "bookmark_publish")
    with pytest.raises(XMPPError, match="item-not-found"):
        await desk.plugin[XEP_0469].pin(ROOM)
    for room in (ROOM, OTHER):
        await desk.plugin[XEP_0402].set_bookmark(room, name="Council", nick="Puck")
    await desk.plugin[XEP_0469].pin(ROOM)
    await desk.plugin[XEP_0492].configure(ROOM, "never", "pc")
    await desk.plugin[XEP_0492].configure(ROOM, "on-mention")
    await desk.plugin[XEP_0492].configure(OTHER, "always")

    def last() -> tuple[bool, str | None]:
        if not changed or changed[-1]["pubsub_event"]["items"]["item"]["id"] != OTHER:
            return False, None
        extensions = changed[-1]["pubsub_event"]["items"]["item"]["conference"]["extensions"]
        return extensions["pinned"], extensions["notify"].get_config()

    await until(lambda: last() == (False, "always"))
    assert await phone.plugin[XEP_0469].pinned() == [ROOM]
    settings = phone.plugin[XEP_0492].settings
    assert await settings() == {ROOM: "on-mention", OTHER: "always"}
    assert await settings("pc") == {ROOM: "never", OTHER: "always"}
    await phone.plugin[XEP_0469].pin(ROOM, False)
    assert await desk.plugin[XEP_0469].pinned() == []
    # The rest of it is as it was.
    bookmark = (await desk.plugin[XEP_0402].bookmarks())[JID(ROOM)]
    assert (bookmark.name_, bookmark.nick) == ("Council", "Puck")


async def test_what_was_read_on_another_device(place: Place) -> None:
    desk, phone = [await place.connected(f"alice/{name}", *PLUGINS) for name in ("desk", "phone")]
    for xmpp in (desk, phone):
        xmpp.send_presence()
        await xmpp.get_roster()
    bob = await place.connected("bob", "xep_0060", "xep_0333")
    bob.send_presence()
    markers: list[Message] = heard(bob, "marker_displayed")
    came: list[Message] = heard(desk, "message")
    told: list[Message] = heard(phone, "message_displayed_synchronization_publish")
    assert await desk.plugin[XEP_0490].displayed() == {}
    bob.send_message(desk.boundjid.bare, "Hi. How are you?", mtype="chat")
    await until(lambda: len(came) == 1)
    assert await desk.plugin[XEP_0490].flag_message(came[0], tell_sender=True)
    await until(lambda: len(told) == 1 and len(markers) == 1)
    stanza_id = came[0]["stanza_id"]["id"]
    assert phone.plugin[XEP_0490].displayed_in(told[0]) == {bob.boundjid.bare: stanza_id}
    assert await phone.plugin[XEP_0490].displayed() == {bob.boundjid.bare: stanza_id}
    assert not await desk.plugin[XEP_0490].is_assisted()
    # Nobody else can read it.
    with pytest.raises(IqError):
        await bob.plugin[XEP_0060].get_items(desk.boundjid.bare, XEP_0490.namespace)
