"""Rooms across sessions (XEP-0045 section 7.2.14; promise: rooms are joined again)."""

import asyncio
from typing import Any

import pytest

from helixmpp.errors import NotConnectedError
from helixmpp.plugins.xep_0045 import XEP_0045
from tests.plugins.conftest import LoopClock
from tests.plugins.offline import settle
from tests.plugins.test_muc_rooms import ROOM, SUBJECT, Member, groupchat, heard, muc, refusal, said, text_of

DELAY = "<delay xmlns='urn:xmpp:delay' from='coven@chat.shakespeare.lit' stamp='2002-10-13T23:58:37Z'/>"


async def begin(xmpp: Member) -> list[Any]:
    """A new session; what is sent at its beginning."""
    before = len(xmpp.sent)
    xmpp.begin()
    await asyncio.sleep(0.005)
    return xmpp.sent[before:]


def bodies(seen: list[tuple[str, Any]]) -> list[str]:
    return [str(data["body"]) for _, data in seen]


async def test_joined_again_with_what_was_said_since(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr(XEP_0045, "_now", staticmethod(lambda: now[0]))
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch", password="cauldronburn"))
    await settle()
    for text in (said("firstwitch"), said("thirdwitch", 110), SUBJECT):
        await xmpp.receive(text)
    await task
    seen = heard(xmpp, "groupchat_message")
    await xmpp.receive(groupchat("firstwitch", "<body>one</body>", id="1"))
    now[0] += 0.5
    await xmpp.receive(groupchat("firstwitch", "<body>two</body>", id="2"))
    now[0] += 60.2
    xmpp.end()
    assert muc(xmpp).get_joined_rooms() == []
    assert muc(xmpp).get_roster(ROOM) == []
    assert muc(xmpp).our_nicks == {ROOM: "thirdwitch"}
    (sent,) = await begin(xmpp)
    assert sent.get("to") == f"{ROOM}/thirdwitch"
    assert text_of(sent[0]) == (
        "<x xmlns='http://jabber.org/protocol/muc'><history seconds='62'/><password>cauldronburn</password></x>"
    )
    joined = heard(xmpp, "groupchat_joined")
    await xmpp.receive(said("thirdwitch", 110))
    for number, text in enumerate(("two", "three", "three"), 2):
        await xmpp.receive(groupchat("firstwitch", f"<body>{text}</body>{DELAY}", id=str(number)))
    await xmpp.receive(SUBJECT)
    # The same words at another time are another message; so is a live one, whatever its id.
    await xmpp.receive(groupchat("firstwitch", "<body>two</body>", id="2"))
    assert bodies(seen) == ["one", "two", "three", "three", "two"]
    assert len(joined) == 1
    assert muc(xmpp).get_joined_rooms() == [ROOM]
    await xmpp.aclose()


async def test_a_resumed_session_joins_nothing() -> None:
    xmpp = Member()
    await xmpp.enter("thirdwitch", "firstwitch")
    before = len(xmpp.sent)
    xmpp.session = False  # the stream is gone, the session is not
    xmpp.session = True
    xmpp.event("session_resumed")
    await asyncio.sleep(0.005)
    assert xmpp.sent[before:] == []
    assert muc(xmpp).get_roster(ROOM) == ["firstwitch", "thirdwitch"]
    await xmpp.aclose()


async def test_a_program_that_joins_by_itself_does_so_once() -> None:
    xmpp = Member()
    await xmpp.enter()

    async def start(_: object) -> None:
        await muc(xmpp).join_muc_wait(ROOM, "thirdwitch", maxstanzas=0)

    xmpp.add_event_handler("session_start", start)
    xmpp.end()
    (sent,) = await begin(xmpp)
    assert "maxstanzas='0'" in text_of(sent)
    await xmpp.receive(said("thirdwitch", 110))
    await xmpp.receive(SUBJECT)
    assert muc(xmpp).is_joined(ROOM)
    await xmpp.aclose()


async def test_a_program_that_joins_later_waits_for_what_is_under_way() -> None:
    xmpp = Member()
    await xmpp.enter()
    xmpp.end()
    assert len(await begin(xmpp)) == 1
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    for text in (said("firstwitch"), said("thirdwitch", 110), groupchat("x", "<body>a</body>"), SUBJECT):
        await xmpp.receive(text)
    result = await task
    assert len(xmpp.sent) == 2
    assert (len(result.occupants), len(result.history)) == (1, 1)
    await xmpp.aclose()


async def test_the_session_ends_before_the_room_answers() -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    xmpp.end()
    with pytest.raises(NotConnectedError):
        await task
    (sent,) = await begin(xmpp)
    # We were never in: nothing was missed.
    assert "<history maxchars='0'/>" in text_of(sent)
    await xmpp.aclose()


async def test_refused_where_we_were() -> None:
    xmpp = Member()
    await xmpp.enter()
    xmpp.end()
    await begin(xmpp)
    seen = heard(xmpp, "groupchat_left", f"muc::{ROOM}::presence-error")
    await xmpp.receive(refusal("registration-required"))
    assert [name for name, _ in seen] == [f"muc::{ROOM}::presence-error", "groupchat_left"]
    left = seen[1][1]
    assert (left.reason, left.comes_back) == ("refused", False)
    assert left.presence["error"]["condition"] == "registration-required"
    assert dict(muc(xmpp).rooms) == {}
    xmpp.end()
    assert await begin(xmpp) == []
    await xmpp.aclose()


async def test_silent_where_we_were(loop_clock: LoopClock) -> None:
    xmpp = Member()
    await xmpp.enter()
    xmpp.end()
    assert len(await begin(xmpp)) == 1
    await loop_clock.pass_(301)
    assert not muc(xmpp).is_joined(ROOM)
    assert muc(xmpp).our_nicks == {ROOM: "thirdwitch"}
    xmpp.end()
    assert len(await begin(xmpp)) == 1
    await xmpp.aclose()


@pytest.mark.parametrize("how", ["setting", "left", "left while away"])
async def test_what_is_not_joined_again(how: str) -> None:
    xmpp = Member(rejoin=how != "setting")
    await xmpp.enter()
    if how == "left":
        muc(xmpp).leave_muc(ROOM)
    xmpp.end()
    if how == "left while away":
        before = len(xmpp.sent)
        muc(xmpp).leave_muc(ROOM)
        assert len(xmpp.sent) == before  # nobody has to be told
    assert dict(muc(xmpp).rooms) == {}
    assert await begin(xmpp) == []
    await xmpp.aclose()


async def test_the_plugin_is_disabled_while_somebody_waits() -> None:
    xmpp = Member()
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "thirdwitch"))
    await settle()
    xmpp.plugin.disable("xep_0045")
    with pytest.raises(RuntimeError, match="disabled"):
        await task
    await xmpp.receive(said("thirdwitch", 110))
    assert xmpp.failures == []
    await xmpp.aclose()
