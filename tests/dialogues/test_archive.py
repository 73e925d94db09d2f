"""A real archive: Prosody's, of an account."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helixmpp import ClientXMPP, IqError, Message
from helixmpp.plugins.xep_0199 import XEP_0199
from helixmpp.plugins.xep_0313 import XEP_0313, Result
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0424 import XEP_0424
from helixmpp.plugins.xep_0441 import XEP_0441
from helixmpp.testing.prosody import Prosody
from tests.dialogues.conftest import ACCOUNTS, Place

pytestmark = pytest.mark.prosody


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A Prosody with an archive."""
    async with contextlib.AsyncExitStack() as stack:
        real = await stack.enter_async_context(
            Prosody(
                accounts=ACCOUNTS, modules=["mam", "csi_simple"], extra_config="default_archive_policy = true"
            )
        )
        place = Place("prosody", real.domain, real.host, real.port, real.tls_port, 0, real.ca_file)
        async with place.stack:
            yield place


async def say(alice: ClientXMPP, bob: ClientXMPP, *bodies: str) -> None:
    for body in bodies:
        alice.send_message(bob.boundjid.bare, body, mtype="chat")
    await alice.plugin[XEP_0199].ping(bob.boundjid)


PLUGINS = ("xep_0313", "xep_0199", "xep_0424", "xep_0441", "xep_0352")


async def bodies_of(messages: AsyncIterator[Message]) -> list[str]:
    return [message["mam_result"]["forwarded"]["stanza"]["body"] async for message in messages]


async def test_what_was_said(place: Place) -> None:
    alice, bob = await place.connected("alice", *PLUGINS), await place.connected("bob", *PLUGINS)
    bob.send_presence()
    said = [f"number {number}" for number in range(12)]
    await say(alice, bob, *said)
    archive = alice.plugin[XEP_0313]
    for size in (1, 5, 12, 50):
        assert await bodies_of(archive.iterate(rsm={"max": size})) == said
        assert await bodies_of(archive.iterate(rsm={"max": size}, reverse=True)) == said[::-1]
    assert await bodies_of(archive.iterate(reverse=True, total=3)) == said[:8:-1]
    assert await bodies_of(archive.iterate(with_jid=bob.boundjid.bare)) == said
    assert await bodies_of(archive.iterate(with_jid="nobody@test.example")) == []
    assert await bodies_of(archive.iterate(start=datetime.now(UTC) + timedelta(hours=1))) == []
    assert await bodies_of(archive.iterate(end=datetime.now(UTC) + timedelta(hours=1))) == said
    page = await archive.retrieve(rsm={"max": 2})
    assert len(page["mam"]["results"]) == 2
    assert not page["mam_fin"]["complete"]
    with pytest.raises(IqError, match="item-not-found"):
        await bodies_of(archive.iterate(rsm={"after": "nothing"}))
    with pytest.raises(IqError):
        await archive.retrieve(bob.boundjid.bare)
    assert "with" in (await archive.get_fields()).field
    assert await alice.plugin[XEP_0359].is_trusted(alice.boundjid.bare)


async def test_the_ids_of_live_messages_are_those_of_the_archive(place: Place) -> None:
    alice, bob = await place.connected("alice", *PLUGINS), await place.connected("bob", *PLUGINS)
    bob.send_presence()
    live: list[str] = []
    bob.add_event_handler("message", lambda message: live.append(bob.plugin[XEP_0359].stanza_id(message)))
    await say(alice, bob, "a", "b", "c")
    archived = [message[Result].id async for message in bob.plugin[XEP_0313].iterate()]
    assert live == archived
    assert all(live)


async def test_catching_up_over_restarts(place: Place, tmp_path: Path) -> None:
    alice = await place.connected("alice", *PLUGINS)
    storage = tmp_path.as_uri()

    async def bob() -> ClientXMPP:
        xmpp = await place.connected("bob", *PLUGINS, storage=storage)
        xmpp.send_presence(ppriority=-1)
        return xmpp

    first = await bob()
    assert await bodies_of(first.plugin[XEP_0313].catch_up()) == []
    await say(alice, first, "live")
    await first.aclose()
    second = await bob()
    # With a negative priority nothing came by itself.
    assert await bodies_of(second.plugin[XEP_0313].catch_up(page=1)) == ["live"]
    await second.aclose()
    for body in ("one", "two", "three"):
        alice.send_message("bob@test.example", body, mtype="chat")
    await alice.plugin[XEP_0199].ping()
    third = await bob()
    assert await bodies_of(third.plugin[XEP_0313].catch_up(page=2)) == ["one", "two", "three"]
    assert await bodies_of(third.plugin[XEP_0313].catch_up(page=2)) == []
    # From here on what comes by itself counts as read.
    third.send_presence(ppriority=1)
    await third.plugin[XEP_0199].ping()
    before = await third.plugin[XEP_0313].api["get_position"]()
    await say(alice, third, "by itself")
    async with asyncio.timeout(5):
        while await third.plugin[XEP_0313].api["get_position"]() == before:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.005)
    await third.aclose()
    fourth = await bob()
    assert await bodies_of(fourth.plugin[XEP_0313].catch_up()) == []


async def test_a_retraction_is_archived(place: Place) -> None:
    alice, bob = await place.connected("alice", *PLUGINS), await place.connected("bob", *PLUGINS)
    bob.send_presence()
    sent = alice.send_message(bob.boundjid.bare, "wrong", mtype="chat")
    alice.plugin[XEP_0424].send_retraction(bob.boundjid.bare, sent["id"])
    await alice.plugin[XEP_0199].ping(bob.boundjid)
    found = [message[Result].message async for message in bob.plugin[XEP_0313].iterate()]
    assert [one["retract"]["id"] for one in found if one is not None] == ["", sent["id"]]


async def test_preferences(place: Place) -> None:
    alice = await place.connected("alice", *PLUGINS)
    plugin = alice.plugin[XEP_0441]
    await plugin.set_preferences("roster", never=["tybalt@elsewhere.example"])
    answer = await plugin.get_preferences()
    assert (answer["mam_prefs"]["default"], answer["mam_prefs"]["never"]) == (
        "roster",
        {"tybalt@elsewhere.example"},
    )
    # The same Prosody makes use of the client's state.
    assert alice.plugin["xep_0352"].enabled
    alice.plugin["xep_0352"].send_inactive()
    assert await alice.plugin[XEP_0199].ping() > 0
