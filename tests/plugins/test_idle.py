"""XEP-0319 without a network: the wire, the moment in presences that go out, and those that come in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0319 import XEP_0319, Idle, IdleStore
from helixmpp.stanza import Presence
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

MOMENT = datetime(1969, 7, 21, 2, 56, 15, tzinfo=UTC)
IDLE = "{urn:xmpp:idle:1}idle"


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0319")
    yield xmpp
    await xmpp.aclose()


def moments(xmpp: OfflineClient | OfflineComponent) -> list[str | None]:
    """Since when each presence that was sent says that we are idle, and forget them."""
    found = [idle.get("since") if (idle := sent.find(IDLE)) is not None else None for sent in xmpp.sent]
    xmpp.sent.clear()
    return found


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("1969-07-21T02:56:15Z", MOMENT),
        ("1969-07-21T04:56:15+02:00", MOMENT),
        ("1969-07-21T02:56:15.5Z", MOMENT.replace(microsecond=500_000)),
    ],
)
def test_the_wire(text: str, since: datetime) -> None:
    presence = Presence(
        xml=parse_one(
            f"<presence xmlns='jabber:client'><idle xmlns='urn:xmpp:idle:1' since='{text}'/></presence>"
        )
    )
    assert XEP_0319.extends[0] == (Presence, Idle)
    assert presence[Idle].since == since
    built = Presence()
    built[Idle].since = since
    assert Presence(xml=parse_one(str(built)))[Idle].since == since


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(FieldValueError):
        Idle().since = datetime(2020, 1, 1)
    with pytest.raises(BadStanza):
        _ = Idle(xml=parse_one("<idle xmlns='urn:xmpp:idle:1' since='yesterday'/>")).since


async def test_presences_say_it_while_we_are_idle(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0319]
    client.send_presence()
    await settle()
    assert moments(client) == [None]
    await plugin.idle(since=MOMENT.astimezone(timezone(timedelta(hours=2))))
    client.send_presence(pshow="away")
    client.send_presence(pto="room@muc.example.org/me")
    client.send_presence(ptype="unavailable", pto="room@muc.example.org/me")
    client.send_presence(ptype="subscribe", pto="friend@example.net")
    client.send_message("friend@example.net", "hello")
    await settle()
    assert moments(client) == ["1969-07-21T02:56:15Z"] * 2 + [None] * 3
    client.client_roster.send_last_presence()
    await settle()
    assert moments(client) == ["1969-07-21T02:56:15Z"]
    await plugin.active()
    # What is sent again had the moment in it.
    client.client_roster.send_last_presence()
    client.send_presence()
    await settle()
    assert moments(client) == [None, None]


async def test_a_moment_of_the_program_stays(client: OfflineClient) -> None:
    other = MOMENT + timedelta(days=1)
    for _ in range(2):
        presence = client.make_presence()
        presence["idle"]["since"] = other
        presence.send()
        await settle()
        assert moments(client) == ["1969-07-22T02:56:15Z"]
        await client.plugin[XEP_0319].idle(since=MOMENT)


async def test_by_default_it_is_since_now(client: OfflineClient) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    await client.plugin[XEP_0319].idle()
    since = await client.plugin[XEP_0319].api["get_idle"]()
    assert before <= since <= datetime.now(UTC)
    with pytest.raises(FieldValueError):
        await client.plugin[XEP_0319].idle(since=datetime(2020, 1, 1))
    assert await client.plugin[XEP_0319].api["get_idle"]() == since


async def test_each_address_of_a_component_has_its_own() -> None:
    xmpp = OfflineComponent(plugin_config={"xep_0319": {"max_entries": 3}})
    plugin = xmpp.register_plugin(XEP_0319)
    for number in range(20):
        await plugin.idle(f"u{number}@comp.example.org", MOMENT)
        xmpp.send_presence(pfrom=f"u{number}@comp.example.org", pto="friend@example.net")
    await settle()
    assert moments(xmpp)[-1] == "1969-07-21T02:56:15Z"
    assert len(await plugin.collection("idle", limit=3).keys()) == 3
    assert len(plugin._stamped) <= 3  # pyright: ignore[reportPrivateUsage] - the table that has to stay at its limit
    xmpp.send_presence(pfrom="other@comp.example.org", pto="friend@example.net")
    await settle()
    assert moments(xmpp) == [None]
    await xmpp.aclose()


@pytest.mark.parametrize(
    ("presence", "told"),
    [
        (
            "<presence from='a@b.c/d'><idle xmlns='urn:xmpp:idle:1' since='1969-07-21T02:56:15Z'/></presence>",
            1,
        ),
        ("<presence from='a@b.c/d'><idle xmlns='urn:xmpp:idle:1' since='yesterday'/></presence>", 0),
        ("<presence from='a@b.c/d'><idle xmlns='urn:xmpp:idle:1'/></presence>", 0),
        ("<presence from='a@b.c/d'/>", 0),
        (
            "<presence from='a@b.c/d' type='unavailable'>"
            "<idle xmlns='urn:xmpp:idle:1' since='1969-07-21T02:56:15Z'/></presence>",
            0,
        ),
    ],
)
async def test_the_event(client: OfflineClient, presence: str, told: int) -> None:
    seen: list[Any] = []
    client.add_event_handler("presence_idle", lambda event: seen.append(event["idle"]["since"]))
    assert await client.receive(presence) == []
    assert seen == [MOMENT] * told
    assert not client.failures


class Recorder:
    """A store that only writes down what it is asked."""

    def __init__(self, answer: datetime | Exception | None = None) -> None:
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def set_idle(self, jid: JID, node: str, ifrom: JID | None, args: datetime | None) -> None:
        self.calls.append(("set", jid, node, ifrom, args))

    def get_idle(self, jid: JID, node: str, ifrom: JID | None, args: None) -> datetime | None:
        self.calls.append(("get", jid, node, ifrom, args))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_each_operation_is_replaced(client: OfflineClient) -> None:
    store = Recorder(MOMENT)
    typed: IdleStore = store
    client.plugin[XEP_0319].api.bind(typed)
    own = JID("me@example.org/desk")
    await client.plugin[XEP_0319].idle("a@example.org", MOMENT)
    await client.plugin[XEP_0319].active()
    client.send_presence()
    await settle()
    assert moments(client) == ["1969-07-21T02:56:15Z"]
    assert store.calls == [
        ("set", JID("a@example.org"), "", None, MOMENT),
        ("set", own, "", None, None),
        ("get", own, "", None, None),
    ]


async def test_a_store_that_fails_stops_no_presence(client: OfflineClient) -> None:
    client.plugin[XEP_0319].api.bind(Recorder(OSError("disk")))
    client.send_presence()
    await settle()
    assert moments(client) == [None]
    assert [str(error) for error in client.failures] == ["disk"]


async def test_nothing_is_left_when_it_is_disabled(client: OfflineClient) -> None:
    await client.plugin[XEP_0319].idle(since=MOMENT)
    client.plugin.disable("xep_0319")
    client.send_presence()
    await settle()
    assert moments(client) == [None]
