"""Self-ping (XEP-0410): does the room still know us?"""

import asyncio
from typing import Any

import pytest

from helixmpp.jid import JID
from helixmpp.plugins.xep_0410 import XEP_0410, PingStatus
from tests.plugins.conftest import LoopClock
from tests.plugins.offline import OfflineComponent, settle
from tests.plugins.test_muc_rooms import ROOM, SUBJECT, Member, groupchat, heard, muc, said, text_of

STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
OWN = f"{ROOM}/thirdwitch"


def pings(xmpp: Any) -> list[Any]:
    return [stanza for stanza in xmpp.sent if len(stanza) and stanza[0].tag == "{urn:xmpp:ping}ping"]


async def answer(xmpp: Any, condition: str = "") -> None:
    """Answer the last ping."""
    ping = pings(xmpp)[-1]
    to = f" to='{ping.get('from')}'" if ping.get("from") else ""
    if condition:
        kind, inner = "error", f"<error type='cancel'><{condition} xmlns='{STANZAS}'/></error>"
    else:
        kind, inner = "result", ""
    await xmpp.receive(f"<iq from='{ping.get('to')}'{to} id='{ping.get('id')}' type='{kind}'>{inner}</iq>")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("", PingStatus.JOINED),
        ("service-unavailable", PingStatus.JOINED),
        ("feature-not-implemented", PingStatus.JOINED),
        ("item-not-found", PingStatus.JOINED),
        ("remote-server-not-found", PingStatus.TIMEOUT),
        ("remote-server-timeout", PingStatus.TIMEOUT),
        ("not-acceptable", PingStatus.DISCONNECTED),
        ("not-allowed", PingStatus.DISCONNECTED),
        ("bad-request", PingStatus.DISCONNECTED),
    ],
)
async def test_what_an_answer_means(condition: str, status: PingStatus) -> None:
    xmpp = Member("xep_0410")
    task = asyncio.ensure_future(xmpp.plugin[XEP_0410].send_self_ping(OWN))
    await settle()
    assert pings(xmpp)[0].get("to") == OWN
    await answer(xmpp, condition)
    assert await task is status
    await xmpp.aclose()


async def test_no_answer() -> None:
    xmpp = Member("xep_0410")
    assert await xmpp.plugin[XEP_0410].send_self_ping(OWN, timeout=0.01) is PingStatus.TIMEOUT
    await xmpp.aclose()


async def test_a_silent_room_is_asked_and_joined_again(loop_clock: LoopClock) -> None:
    xmpp = Member("xep_0410")
    plugin = xmpp.plugin[XEP_0410]
    changed = heard(xmpp, "muc_ping_changed")
    await xmpp.enter()
    await loop_clock.pass_(800)
    assert pings(xmpp) == []
    await xmpp.receive(groupchat("firstwitch", "<body>hi</body>"))
    # It has spoken: 900 seconds from then.
    await loop_clock.pass_(200)
    assert pings(xmpp) == []
    await loop_clock.pass_(701)
    assert len(pings(xmpp)) == 1
    await loop_clock.pass_(20)
    assert len(pings(xmpp)) == 1
    await answer(xmpp)
    assert plugin.get_ping_status(OWN) is PingStatus.JOINED
    await loop_clock.pass_(901)
    await answer(xmpp, "not-acceptable")
    assert [data["result"] for _, data in changed] == [PingStatus.JOINED, PingStatus.DISCONNECTED]
    assert changed[1][1] == {
        "key": (JID(OWN), xmpp.boundjid),
        "previous": PingStatus.JOINED,
        "result": PingStatus.DISCONNECTED,
    }
    again = xmpp.sent[-1]
    assert (again.get("to"), again.get("type")) == (OWN, None)
    assert "<history seconds=" in text_of(again)
    await xmpp.receive(said("thirdwitch", 110))
    await xmpp.receive(SUBJECT)
    assert plugin.get_ping_status(OWN) is PingStatus.JOINED
    assert muc(xmpp).is_joined(ROOM)
    await xmpp.aclose()


@pytest.mark.parametrize("why", ["no session", "new nickname", "left", "setting", "another nickname"])
async def test_when_nobody_is_asked(loop_clock: LoopClock, why: str) -> None:
    xmpp = Member("xep_0410")
    if why == "setting":
        xmpp.plugin[XEP_0410].automatic = False
    await xmpp.enter()
    if why == "no session":
        xmpp.session_bind_event.clear()
    elif why == "new nickname":
        muc(xmpp).set_self_nick(ROOM, "oldhag", timeout=5_000)
    elif why == "left":
        await xmpp.receive(said("thirdwitch", 110, type="unavailable"))
    elif why == "another nickname":
        await xmpp.receive(said("thirdwitch", 303, 110, type="unavailable", item="nick='oldhag'"))
        await xmpp.receive(said("oldhag", 110))
    await loop_clock.pass_(901)
    if why == "another nickname":
        assert [ping.get("to") for ping in pings(xmpp)] == [f"{ROOM}/oldhag"]
    else:
        assert pings(xmpp) == []
    if why == "no session":
        xmpp.session_bind_event.set()
        await loop_clock.pass_(901)
        assert len(pings(xmpp)) == 1
    await xmpp.aclose()


async def test_who_was_removed_by_an_error_comes_back(loop_clock: LoopClock) -> None:
    xmpp = Member("xep_0410")
    await xmpp.enter()
    await xmpp.receive(said("thirdwitch", 110, 332, type="unavailable"))
    await loop_clock.pass_(901)
    await answer(xmpp, "remote-server-not-found")
    assert not muc(xmpp).is_joined(ROOM)
    await loop_clock.pass_(901)
    await answer(xmpp, "not-acceptable")
    assert (xmpp.sent[-1].get("to"), xmpp.sent[-1].get("type")) == (OWN, None)
    await xmpp.receive(said("thirdwitch", 110))
    assert muc(xmpp).is_joined(ROOM)
    await xmpp.aclose()


async def test_rooms_that_a_program_watches_by_itself(loop_clock: LoopClock) -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0410", {"ping_interval": 60})
    xmpp.session_bind_event.set()
    plugin = xmpp.plugin[XEP_0410]
    changed = heard(xmpp, "muc_ping_changed")
    user = "user@comp.example.org/x"
    plugin.enable_self_ping(JID(OWN), JID(user))
    await loop_clock.pass_(61)
    (ping,) = pings(xmpp)
    assert (ping.get("from"), ping.get("to")) == (user, OWN)
    await answer(xmpp)
    assert plugin.get_ping_status(JID(OWN), JID(user)) is PingStatus.JOINED
    assert plugin.get_ping_status(JID(OWN)) is PingStatus.UNSET
    plugin.update_nick(JID(OWN), "oldhag", JID(user))
    await loop_clock.pass_(61)
    assert pings(xmpp)[-1].get("to") == f"{ROOM}/oldhag"
    await answer(xmpp, "not-acceptable")
    assert [(data["key"][1], data["result"]) for _, data in changed] == [
        (user, PingStatus.JOINED),
        (user, PingStatus.DISCONNECTED),
    ]
    # To join again is the program's: nobody here knows how it was done.
    assert len(xmpp.sent) == 2
    plugin.update_nick(f"{ROOM}/oldhag", JID(f"{ROOM}/third"), user)
    plugin.disable_self_ping(f"{ROOM}/third", user)
    plugin.disable_self_ping(f"{ROOM}/third", user)
    plugin.update_nick(f"{ROOM}/third", "x", user)
    await loop_clock.pass_(61)
    assert len(xmpp.sent) == 2
    await xmpp.aclose()
