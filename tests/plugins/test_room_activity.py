"""In which rooms something was said (XEP-0437): heard from services that were asked, told by a component."""

from typing import Any

import pytest

from helixmpp.errors import FieldValueError, InvalidJID
from helixmpp.plugins.xep_0437 import RAI, XEP_0437
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent
from tests.plugins.test_muc_rooms import Member, heard, text_of

SERVICE = "conference.example.com"
NS = "urn:xmpp:rai:0"
ROOMS = [f"room1@{SERVICE}", f"room3@{SERVICE}"]


def rai(*rooms: str) -> str:
    return f"<rai xmlns='{NS}'>{''.join(f'<activity>{room}</activity>' for room in rooms)}</rai>"


def stanza(name: str, *rooms: str, sender: str = SERVICE, kind: str = "") -> str:
    attributes = f" type='{kind}'" if kind else ""
    return f"<{name} from='{sender}'{attributes}>{rai(*rooms)}</{name}>"


# -- the wire ---------------------------------------------------------------------------------------------------------


def test_the_example_of_the_xep() -> None:
    read = RAI(xml=parse_one(rai(*ROOMS)))
    made = RAI()
    made.activities = ROOMS
    assert made == read
    assert read["activities"] == read.get_activities() == ROOMS
    assert [one["jid"] for one in made] == ROOMS
    made["activities"] = [ROOMS[0], ROOMS[0]]
    assert made.activities == ROOMS[:1]
    del made["activities"]
    assert made == RAI()
    # What is no address is left out, and what is no list is refused.
    assert RAI(xml=parse_one(rai("a@b@c", "", f" {ROOMS[0]}\n", ROOMS[0]))).activities == ROOMS[:1]
    for wrong, error in ((ROOMS[0], FieldValueError), (["a@b@c"], InvalidJID)):
        with pytest.raises(error):
            made["activities"] = wrong


# -- asking -----------------------------------------------------------------------------------------------------------


async def test_a_service_is_asked_in_each_session() -> None:
    xmpp = Member("xep_0437")
    plugin = xmpp.plugin[XEP_0437]
    sent = plugin.subscribe(SERVICE)
    (element,) = xmpp.sent
    assert (element.get("to"), element.get("type"), sent["to"]) == (SERVICE, None, SERVICE)
    assert text_of(element[0]) == f"<rai xmlns='{NS}'/>"
    xmpp.end()
    xmpp.begin()
    assert [one.get("to") for one in xmpp.sent] == [SERVICE] * 2
    plugin.unsubscribe(SERVICE)
    assert (xmpp.sent[-1].get("to"), xmpp.sent[-1].get("type")) == (SERVICE, "unavailable")
    xmpp.end()
    xmpp.begin()
    assert len(xmpp.sent) == 3
    await xmpp.aclose()


@pytest.mark.parametrize("name", ["message", "presence"])
@pytest.mark.parametrize(
    ("rooms", "options", "expected"),
    [
        (ROOMS, {}, ROOMS),
        # A service tells of its own rooms.
        ([*ROOMS, "room@evil.lit", f"{ROOMS[0]}/nick", SERVICE, "a@b@c"], {}, ROOMS),
        (["room@evil.lit"], {}, None),
        ([], {}, []),
        # Nobody else tells, nor what was sent back.
        (ROOMS, {"sender": "evil.lit"}, None),
        (ROOMS, {"sender": ROOMS[0]}, None),
        (ROOMS, {"sender": f"{SERVICE}/x"}, None),
        (ROOMS, {"sender": "a@b@c"}, None),
        (ROOMS, {"kind": "error"}, None),
    ],
)
async def test_what_a_service_tells(
    name: str, rooms: list[str], options: dict[str, Any], expected: list[str] | None
) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0437")
    told = heard(xmpp, "room_activity", "room_activity_bare")
    await xmpp.receive(stanza(name, *rooms, **options))
    assert told == []
    xmpp.plugin[XEP_0437].subscribe(SERVICE)
    await xmpp.receive(stanza(name, *rooms, **options))
    if expected is None:
        assert told == []
    else:
        ((event, data),) = told
        assert (event, data["rai"]["activities"]) == (
            "room_activity" if expected else "room_activity_bare",
            expected,
        )
    assert not xmpp.failures
    await xmpp.aclose()


async def test_a_service_that_refuses() -> None:
    xmpp = Member("xep_0437")
    xmpp.plugin[XEP_0437].subscribe(SERVICE)
    told = heard(xmpp, "room_activity_error", "room_activity")
    await xmpp.receive(stanza("presence", sender="evil.lit", kind="error"))
    assert told == []
    await xmpp.receive(stanza("presence", kind="error"))
    assert [event for event, _ in told] == ["room_activity_error"]
    before = len(xmpp.sent)
    xmpp.end()
    xmpp.begin()
    await xmpp.receive(stanza("message", *ROOMS))
    assert (len(told), len(xmpp.sent)) == (1, before)
    await xmpp.aclose()


async def test_of_how_many_rooms() -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0437", {"max_rooms": 2})
    xmpp.plugin[XEP_0437].subscribe(SERVICE)
    told = heard(xmpp, "room_activity")
    await xmpp.receive(stanza("message", *(f"room{number}@{SERVICE}" for number in range(100))))
    assert [data["rai"]["activities"] for _, data in told] == [[f"room0@{SERVICE}", f"room1@{SERVICE}"]]
    await xmpp.aclose()


# -- telling ----------------------------------------------------------------------------------------------------------


async def test_a_component_that_is_a_service() -> None:
    xmpp = OfflineComponent(SERVICE)
    xmpp.register_plugin("xep_0437")
    told = heard(xmpp, "room_activity_bare", "room_activity")
    await xmpp.receive(
        f"<presence from='louise@example.com/desk' to='{SERVICE}' id='dwZ3vL'><rai xmlns='{NS}'/></presence>"
    )
    ((event, presence),) = told
    assert (event, presence["from"]) == ("room_activity_bare", "louise@example.com/desk")
    xmpp.plugin[XEP_0437].send_activity(presence["from"], ROOMS)
    element = xmpp.sent[-1]
    assert (element.get("to"), element.get("from"), element.get("type")) == (
        "louise@example.com/desk",
        SERVICE,
        None,
    )
    assert text_of(element[0]) == rai(*ROOMS)
    # Somebody who is no service, and says in which rooms something was said.
    await xmpp.receive(
        stanza("presence", *ROOMS, sender="louise@example.com").replace(
            "<presence", f"<presence to='{SERVICE}'"
        )
    )
    await xmpp.receive(
        stanza("presence", sender="louise@example.com", kind="unavailable").replace(
            "<presence", f"<presence to='{SERVICE}'"
        )
    )
    assert len(told) == 1
    assert not xmpp.failures
    await xmpp.aclose()


async def test_a_component_that_asks_for_its_users() -> None:
    xmpp = OfflineComponent("gateway.example.com")
    xmpp.register_plugin("xep_0437")
    plugin = xmpp.plugin[XEP_0437]
    plugin.subscribe(SERVICE, pfrom="louise@gateway.example.com")
    assert xmpp.sent[-1].get("from") == "louise@gateway.example.com"
    told = heard(xmpp, "room_activity")
    for to in ("peter@gateway.example.com", "gateway.example.com", "louise@gateway.example.com"):
        await xmpp.receive(stanza("message", *ROOMS).replace("<message", f"<message to='{to}'"))
    assert [data["to"] for _, data in told] == ["louise@gateway.example.com"]
    plugin.unsubscribe(SERVICE, pfrom="louise@gateway.example.com")
    assert (xmpp.sent[-1].get("from"), xmpp.sent[-1].get("type")) == (
        "louise@gateway.example.com",
        "unavailable",
    )
    await xmpp.aclose()
