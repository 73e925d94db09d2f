"""Out of rooms, whoever wants it, and other nicknames there (XEP-0045 sections 7.6, 7.14 and 11)."""

import asyncio

import pytest

from helixmpp.errors import NotConnectedError, StateError
from helixmpp.plugins.xep_0045 import Left
from helixmpp.stanza import PresenceError
from tests.plugins.offline import settle
from tests.plugins.test_muc_rooms import (
    ROOM,
    SUBJECT,
    USER,
    Member,
    groupchat,
    heard,
    muc,
    refusal,
    said,
    text_of,
)

# -- out of it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason", "comes_back"),
    [
        (said("thirdwitch", 110, 301, type="unavailable"), "banned", False),
        (said("thirdwitch", 110, 307, type="unavailable"), "kicked", False),
        (said("thirdwitch", 307, type="unavailable"), "kicked", False),  # as before version 1.30
        (said("thirdwitch", 110, 321, type="unavailable"), "affiliation", False),
        (said("thirdwitch", 110, 322, type="unavailable"), "members-only", False),
        (said("thirdwitch", 110, 332, type="unavailable"), "shutdown", True),
        (said("thirdwitch", 110, 333, type="unavailable"), "error", True),
        (said("thirdwitch", 110, 307, 333, type="unavailable"), "error", True),  # section 7.2.18
        (said("thirdwitch", 110, type="unavailable"), "left", False),
        (
            f"<presence from='{ROOM}/thirdwitch' type='unavailable'><x xmlns='{USER}'><item role='none'/>"
            "<destroy jid='other@chat.shakespeare.lit'><reason>Macbeth doth come.</reason></destroy></x></presence>",
            "destroyed",
            False,
        ),
        (f"<presence from='{ROOM}/thirdwitch' type='unavailable'/>", "left", False),
    ],
)
async def test_who_is_out(text: str, reason: str, comes_back: bool) -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    seen = heard(xmpp, "groupchat_left", f"muc::{ROOM}::left", f"muc::{ROOM}::got_offline")
    await xmpp.receive(text)
    assert [name for name, _ in seen] == [f"muc::{ROOM}::got_offline", "groupchat_left", f"muc::{ROOM}::left"]
    left: Left = seen[1][1]
    assert (str(left.room), left.nick, left.reason, left.comes_back) == (
        ROOM,
        "thirdwitch",
        reason,
        comes_back,
    )
    assert left.presence is not None
    if reason == "destroyed":
        assert left.presence["muc"]["destroy"]["jid"] == "other@chat.shakespeare.lit"
        assert left.presence["muc"]["destroy"]["reason"] == "Macbeth doth come."
    assert not muc(xmpp).is_joined(ROOM)
    assert muc(xmpp).get_joined_rooms() == []
    assert (ROOM in muc(xmpp).rooms) is comes_back
    # And it stays so, whatever else the room says.
    messages = heard(xmpp, "groupchat_message", "groupchat_presence")
    await xmpp.receive(said("firstwitch"))
    await xmpp.receive(groupchat("firstwitch", "<body>late</body>"))
    assert messages == []
    xmpp.end()
    before = len(xmpp.sent)
    xmpp.begin()
    await asyncio.sleep(0.01)
    assert len(xmpp.sent) - before == comes_back
    await xmpp.aclose()


async def test_others_who_are_out() -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    seen = heard(xmpp, "groupchat_left")
    await xmpp.receive(said("firstwitch", 307, type="unavailable"))
    assert seen == []
    assert muc(xmpp).get_roster(ROOM) == ["thirdwitch"]
    assert muc(xmpp).is_joined(ROOM)
    await xmpp.aclose()


async def test_leaving() -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    seen = heard(xmpp, "groupchat_left", "groupchat_message")
    muc(xmpp).leave_muc(ROOM, msg="gone where the goblins go")
    assert text_of(xmpp.sent[-1]).count("gone where the goblins go") == 1
    assert (xmpp.sent[-1].get("to"), xmpp.sent[-1].get("type")) == (f"{ROOM}/thirdwitch", "unavailable")
    assert dict(muc(xmpp).rooms) == {}
    # What the room says before it has heard of that concerns us no more.
    await xmpp.receive(groupchat("firstwitch", "<body>wait</body>"))
    await xmpp.receive(said("secondwitch"))
    assert seen == []
    await xmpp.receive(said("thirdwitch", 110, 307, type="unavailable"))
    assert [data.reason for _, data in seen] == ["left"]
    await xmpp.aclose()


async def test_leaving_before_the_room_has_answered() -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    muc(xmpp).leave_muc(ROOM)
    with pytest.raises(StateError):
        await task
    await xmpp.receive(said("thirdwitch", 110))
    assert not muc(xmpp).is_joined(ROOM)
    await xmpp.receive(said("thirdwitch", 110, type="unavailable"))
    assert muc(xmpp).room(ROOM) is None
    await xmpp.aclose()


# -- the nickname -----------------------------------------------------------------------------------------


async def test_changing_the_nickname() -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    seen = heard(xmpp, f"muc::{ROOM}::got_offline", f"muc::{ROOM}::got_online", "groupchat_left")
    future = muc(xmpp).set_self_nick(ROOM, "oldhag")
    assert xmpp.sent[-1].get("to") == f"{ROOM}/oldhag"
    assert len(xmpp.sent[-1]) == 0
    with pytest.raises(StateError, match="already"):
        muc(xmpp).set_self_nick(ROOM, "other")
    await xmpp.receive(said("thirdwitch", 303, 110, type="unavailable", item="nick='oldhag'"))
    assert muc(xmpp).our_nicks == {ROOM: "oldhag"}
    await xmpp.receive(said("oldhag", 110))
    assert await future == "oldhag"
    assert [name.rpartition("::")[2] for name, _ in seen] == ["got_offline", "got_online"]
    assert muc(xmpp).get_roster(ROOM) == ["firstwitch", "oldhag"]
    # Somebody else does the same.
    await xmpp.receive(said("firstwitch", 303, type="unavailable", item="nick='hecate'"))
    await xmpp.receive(said("hecate"))
    assert muc(xmpp).get_roster(ROOM) == ["oldhag", "hecate"]
    assert muc(xmpp).our_nicks == {ROOM: "oldhag"}
    await xmpp.aclose()


async def test_a_nickname_that_is_refused() -> None:
    xmpp = Member()
    await xmpp.enter()
    future = asyncio.ensure_future(muc(xmpp).set_self_nick(ROOM, "oldhag"))
    await xmpp.receive(said("thirdwitch", 110))  # something else of ours
    assert not future.done()
    await xmpp.receive(refusal("conflict"))
    with pytest.raises(PresenceError, match="conflict"):
        await future
    assert muc(xmpp).our_nicks == {ROOM: "thirdwitch"}
    assert muc(xmpp).is_joined(ROOM)
    late = muc(xmpp).set_self_nick(ROOM, "oldhag", timeout=0.01)
    with pytest.raises(TimeoutError):
        await late
    last = muc(xmpp).set_self_nick(ROOM, "oldhag")
    xmpp.end()
    with pytest.raises(NotConnectedError):
        await last
    with pytest.raises(StateError):
        muc(xmpp).set_self_nick(ROOM, "oldhag")
    await xmpp.aclose()


@pytest.mark.parametrize("confirmed", [True, False])
async def test_leaving_and_coming_back_at_once(confirmed: bool) -> None:
    xmpp = Member()
    await xmpp.enter()
    seen = heard(xmpp, "groupchat_left")
    muc(xmpp).leave_muc(ROOM)
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    if confirmed:
        await xmpp.receive(said("thirdwitch", 110, type="unavailable"))
    await xmpp.receive(said("thirdwitch", 110))
    await xmpp.receive(SUBJECT)
    await task
    assert muc(xmpp).is_joined(ROOM)
    assert seen == []
    # From now on it means what it says.
    await xmpp.receive(said("thirdwitch", 110, 307, type="unavailable"))
    assert [data.reason for _, data in seen] == ["kicked"]
    await xmpp.aclose()


async def test_a_nickname_that_cannot_be() -> None:
    xmpp = Member()
    await xmpp.enter()
    await xmpp.receive(said("thirdwitch", 303, 110, type="unavailable", item=f"nick='{'x' * 2000}'"))
    assert muc(xmpp).get_our_jid_in_room(ROOM) == f"{ROOM}/thirdwitch"
    await xmpp.receive(said("oldhag", 110))
    assert muc(xmpp).get_our_jid_in_room(ROOM) == f"{ROOM}/oldhag"
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_no_password_in_a_log() -> None:
    xmpp = Member()
    muc(xmpp).join_muc(ROOM, "thirdwitch", password="cauldronburn")
    assert "cauldronburn" not in repr(muc(xmpp).room(ROOM))
    await xmpp.aclose()
