"""XEP-0012 without a network: the wire, the store, who is told, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp.core import BaseXMPP
from helixmpp.errors import FieldValueError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0012 import XEP_0012, LastActivity, LastActivityStore
from helixmpp.stanza import Iq
from helixmpp.storage import MemoryEngine
from helixmpp.xml import NS_STANZA_ERRORS, parse_one
from tests.plugins.conftest import Clock
from tests.plugins.offline import OfflineClient, OfflineComponent

QUERY = "<query xmlns='jabber:iq:last'/>"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def with_plugin(xmpp: BaseXMPP, clock: Clock) -> XEP_0012:
    plugin = xmpp.register_plugin(XEP_0012)
    plugin._clock = clock  # pyright: ignore[reportPrivateUsage] - the clock is what tests replace
    return plugin


@pytest.fixture
async def client(clock: Clock) -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    with_plugin(xmpp, clock)
    yield xmpp
    await xmpp.aclose()


@pytest.fixture
async def component(clock: Clock) -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent()
    with_plugin(xmpp, clock)
    yield xmpp
    await xmpp.aclose()


WIRE: list[tuple[str, int | None, str]] = [
    ("<query xmlns='jabber:iq:last'/>", None, ""),
    ("<query xmlns='jabber:iq:last' seconds='903'/>", 903, ""),
    ("<query xmlns='jabber:iq:last' seconds='903'>Heading Home</query>", 903, "Heading Home"),
    ("<query xmlns='jabber:iq:last' seconds='0' x='y'><z xmlns='q'/></query>", 0, ""),
    ("<query xmlns='jabber:iq:last' seconds='18446744073709551615'/>", 2**64 - 1, ""),
]


@pytest.mark.parametrize(("text", "seconds", "status"), WIRE)
def test_the_wire(text: str, seconds: int | None, status: str) -> None:
    read = LastActivity(xml=parse_one(text))
    assert (read.seconds, read.status) == (read["seconds"], read["status"]) == (seconds, status)
    again = LastActivity(xml=parse_one(str(read)))
    assert again == read


@pytest.mark.parametrize("seconds", [-1, 2**64, 1.5, "soon", True])
def test_wrong_seconds_are_refused_at_the_assignment(seconds: Any) -> None:
    activity = LastActivity()
    with pytest.raises(FieldValueError):
        activity["seconds"] = seconds
    assert activity.seconds is None


def outcome(answers: list[Element]) -> str | tuple[str | None, str | None]:
    """Of the one answer the condition of the error, or seconds and status."""
    (answer,) = answers
    if answer.get("type") == "error":
        return next(
            child.tag.rpartition("}")[2]
            for child in answer.iter()
            if child.tag.startswith(f"{{{NS_STANZA_ERRORS}}}")
        )
    query = answer.find("{jabber:iq:last}query")
    assert query is not None
    return query.get("seconds"), query.text


async def test_the_seconds_go_on(client: OfflineClient, clock: Clock) -> None:
    plugin = client.plugin[XEP_0012]
    await plugin.begin_idle(status="at lunch")
    clock.now += 90.5
    answer = await plugin.get_last_activity()
    assert (answer["last_activity"]["seconds"], answer[LastActivity].status) == (90, "at lunch")
    await plugin.set_last_activity(seconds=1000)
    assert (await plugin.get_last_activity(local=True))[LastActivity].seconds == 1000
    clock.now -= 5000
    assert (await plugin.get_last_activity())[LastActivity].seconds == 0
    await plugin.end_idle()
    await plugin.end_idle()
    with pytest.raises(XMPPError, match="service-unavailable"):
        await plugin.get_last_activity()


async def test_the_account_is_one_whatever_the_resource(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0012]
    await plugin.begin_idle()
    client.boundjid = JID("me@example.org/another")
    assert (await plugin.get_last_activity())[LastActivity].seconds == 0


@pytest.mark.parametrize(
    ("subscription", "asker", "stored", "expected"),
    [
        ("both", "friend@example.net/x", True, ("10", "away")),
        ("from", "friend@example.net", True, ("10", "away")),
        ("to", "friend@example.net/x", True, "forbidden"),
        ("none", "friend@example.net/x", True, "forbidden"),
        ("both", "other@example.net/x", True, "forbidden"),
        ("both", "other@example.net/x", False, "forbidden"),
        ("both", "friend@example.net/x", False, "service-unavailable"),
        ("both", "example.org", True, "forbidden"),
        ("none", "me@example.org/phone", True, ("10", "away")),
        ("none", "", True, ("10", "away")),
    ],
)
async def test_who_is_told_by_a_client(
    client: OfflineClient, clock: Clock, subscription: str, asker: str, stored: bool, expected: object
) -> None:
    client.client_roster.add("friend@example.net")["subscription"] = subscription
    if stored:
        await client.plugin[XEP_0012].begin_idle(status="away")
        clock.now += 10
    sender = f"from='{asker}'" if asker else ""
    answers = await client.receive(f"<iq type='get' id='1' {sender} to='me@example.org/desk'>{QUERY}</iq>")
    assert outcome(answers) == expected
    assert answers[0].get("to", "") == asker
    assert not client.failures


async def test_a_component_has_an_uptime_and_its_users_have_rosters(
    component: OfflineComponent, clock: Clock
) -> None:
    plugin = component.plugin[XEP_0012]
    await plugin.start_uptime()
    await plugin.begin_idle("user@comp.example.org", "gone")
    component.roster["user@comp.example.org"].add("friend@example.net", afrom=True)
    clock.now += 7
    seen = {
        (asker, to): outcome(
            await component.receive(
                f"<iq type='get' id='1' from='{asker}@example.net/x' to='{to}'>{QUERY}</iq>"
            )
        )
        for asker in ("friend", "stranger")
        for to in ("comp.example.org", "user@comp.example.org", "nobody@comp.example.org")
    }
    assert seen == {
        ("friend", "comp.example.org"): ("7", None),
        ("friend", "user@comp.example.org"): ("7", "gone"),
        ("friend", "nobody@comp.example.org"): "forbidden",
        ("stranger", "comp.example.org"): ("7", None),
        ("stranger", "user@comp.example.org"): "forbidden",
        ("stranger", "nobody@comp.example.org"): "forbidden",
    }


async def test_nobody_is_told_where_that_is_off(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0012]
    await plugin.begin_idle()
    plugin.answer = False
    answers = await client.receive(f"<iq type='get' id='1' from='me@example.org/b'>{QUERY}</iq>")
    assert outcome(answers) == "service-unavailable"


class Recorder:
    """A store that only writes down what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.answer: Iq | Exception | None = None

    def get_last_activity(self, jid: JID, node: str, ifrom: JID | None, args: Iq | None) -> Iq | None:
        self.calls.append(("get", jid, node, ifrom, args is None))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def set_last_activity(self, jid: JID, node: str, ifrom: JID | None, args: Any) -> None:
        self.calls.append(("set", jid, node, ifrom, args))

    def del_last_activity(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        self.calls.append(("del", jid, node, ifrom, args))


async def test_each_operation_is_replaced(client: OfflineClient) -> None:
    plugin, store = client.plugin[XEP_0012], Recorder()
    typed: LastActivityStore = store
    plugin.api.bind(typed)
    own = JID("me@example.org/desk")
    await plugin.begin_idle(status="x")
    await plugin.set_last_activity("a@example.org/r", 5)
    await plugin.end_idle("a@example.org")
    with pytest.raises(XMPPError, match="service-unavailable"):
        await plugin.get_last_activity()
    question = f"<iq type='get' id='1' from='them@example.net/x' to='{own}'>{QUERY}</iq>"
    assert outcome(await client.receive(question)) == "service-unavailable"
    store.answer = client.Iq()
    store.answer["last_activity"]["seconds"] = 42
    assert await plugin.get_last_activity() is store.answer
    assert outcome(await client.receive(question)) == ("42", None)
    store.answer = XMPPError("forbidden")
    assert outcome(await client.receive(question)) == "forbidden"
    store.answer = OSError("a secret path")
    (refusal,) = await client.receive(question)
    assert outcome([refusal]) == "internal-server-error"
    assert "secret" not in str(LastActivity(xml=refusal))
    assert store.calls[:4] == [
        ("set", own, "", None, {"seconds": 0, "status": "x"}),
        ("set", JID("a@example.org/r"), "", None, {"seconds": 5, "status": None}),
        ("del", JID("a@example.org"), "", None, None),
        ("get", own, "", None, True),
    ]
    assert store.calls[4] == ("get", own, "", JID("them@example.net/x"), False)


async def test_the_store_is_bounded(clock: Clock) -> None:
    xmpp = OfflineComponent(
        storage=MemoryEngine(clock), plugin_config={"xep_0012": {"max_entries": 5, "max_status": 10}}
    )
    plugin = with_plugin(xmpp, clock)
    for number in range(100):
        await plugin.begin_idle(f"u{number}@comp.example.org", "s" * 1000)
        # Strangers that ask leave nothing at all.
        await xmpp.receive(
            f"<iq type='get' id='1' from='s{number}@example.net' to='comp.example.org'>{QUERY}</iq>"
        )
    kept = xmpp.collection("xep_0012.activities", limit=5, value_limit=1000)
    assert len(await kept.keys()) == 5
    answer = await plugin.get_last_activity("u99@comp.example.org", local=True)
    assert answer[LastActivity].status == "s" * 10
    await xmpp.aclose()


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"\xff", b'{"since": "x", "status": ""}'])
async def test_what_cannot_be_read_back_is_left_out(client: OfflineClient, value: bytes) -> None:
    plugin = client.plugin[XEP_0012]
    await plugin.begin_idle()
    await plugin.collection("activities", limit=1).put("me@example.org", value)
    with pytest.raises(XMPPError, match="service-unavailable"):
        await plugin.get_last_activity()


async def test_a_status_that_cannot_be_sent_is_refused_at_once(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0012]
    for arguments in ({"status": "a\0b"}, {"seconds": -1}):
        with pytest.raises(FieldValueError):
            await plugin.set_last_activity(**arguments)  # pyright: ignore[reportArgumentType] - as programs call it
    with pytest.raises(XMPPError):
        await plugin.get_last_activity()
