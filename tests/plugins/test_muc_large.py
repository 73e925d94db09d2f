"""A room of ten thousand occupants (promise Q), and strangers who are many (promise V)."""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from helixmpp.xml import NS_CLIENT, parse_one
from tests.plugins.test_muc_rooms import ROOM, SUBJECT, USER, Member, muc, said

MANY = 10_000
LONGEST_BLOCK = 0.05  # seconds
AT_ONCE = 100  # stanzas: about what one read from the network brings


def stanza(text: str) -> Element:
    (element,) = parse_one(f"<stream xmlns='{NS_CLIENT}'>{text}</stream>")
    return element


def occupant(number: int) -> Element:
    return stanza(
        said(
            f"occupant number {number}",
            item=f"affiliation='none' role='participant' jid='user{number}@example.org/client'",
            more="<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='QgayPKawpkPSDYmwT/U='/>",
        )
    )


class Blocks:
    """The time that one turn of the event loop takes at most."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._before = time.perf_counter()

    def __enter__(self) -> None:
        self._before = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.longest = max(self.longest, time.perf_counter() - self._before)


@pytest.fixture
def frozen() -> Iterator[None]:
    """Let what other tests left in memory be nothing that the collector looks through while this one is timed."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
async def test_ten_thousand_come_and_the_loop_goes_on() -> None:
    xmpp = Member()
    elements = [occupant(number) for number in range(MANY)]
    last = [stanza(said("me", 110)), stanza(SUBJECT)]
    task = asyncio.ensure_future(muc(xmpp).join_muc_wait(ROOM, "me"))
    await asyncio.sleep(0)
    blocks = Blocks()
    started = time.perf_counter()
    for start in range(0, MANY, AT_ONCE):
        with blocks:
            for element in elements[start : start + AT_ONCE]:
                xmpp.stanza_received(element)
        await asyncio.sleep(0)
    with blocks:
        for element in last:
            xmpp.stanza_received(element)
    with blocks:
        result = await task
    assert time.perf_counter() - started < 2
    assert len(result.occupants) == MANY
    assert len(muc(xmpp).get_roster(ROOM) or []) == MANY + 1
    with blocks:
        nick = muc(xmpp).get_nick(ROOM, f"user{MANY - 1}@example.org/client")
    assert nick == f"occupant number {MANY - 1}"
    with blocks:
        xmpp.end()
    assert blocks.longest < LONGEST_BLOCK
    assert xmpp.failures == []
    await xmpp.aclose()


async def test_what_each_of_them_takes() -> None:
    xmpp = Member()
    await xmpp.enter("me")
    few = MANY // 5
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(few):
            xmpp.stanza_received(occupant(number))
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(muc(xmpp).get_roster(ROOM) or []) == few + 1
    assert taken / few < 1024  # bytes, the address and the contact list's part included
    await xmpp.aclose()


async def test_strangers_leave_nothing_behind() -> None:
    xmpp = Member()
    await xmpp.enter("me")
    room = muc(xmpp).room(ROOM)
    for number in range(1_000):
        who = f"room{number}@evil.example"
        for text in (
            f"<presence from='{who}/x'><x xmlns='{USER}'><item role='moderator'/><status code='110'/></x></presence>",
            f"<message from='{who}/x' type='groupchat'><body>hi</body></message>",
            f"<message from='{who}'><x xmlns='{USER}'><invite from='a@b.example'/></x></message>",
        ):
            xmpp.stanza_received(stanza(text))
    assert list(muc(xmpp).rooms) == [ROOM]
    assert muc(xmpp).room(ROOM) is room
    assert muc(xmpp).get_roster(ROOM) == ["me"]
    assert xmpp.failures == []
    await xmpp.aclose()
