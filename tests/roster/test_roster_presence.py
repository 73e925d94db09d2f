"""Presences that arrive: which events they are, and what is known of a contact's resources then."""

import pytest

from helixmpp.core.roster import ResourceDict
from helixmpp.stanza import Presence
from tests.roster.fakes import OWN, FakeClient, FakeComponent

JULIET = "juliet@example.net"
ONLINE = ["got_online", "changed_status"]


def available(show: str = "", status: str = "", priority: str = "", resource: str = "desk") -> str:
    inner = "".join(
        f"<{name}>{value}</{name}>"
        for name, value in (("show", show), ("status", status), ("priority", priority))
        if value
    )
    return f"<presence from='{slashed(resource)}'>{inner}</presence>"


def unavailable(resource: str = "desk") -> str:
    return f"<presence type='unavailable' from='{slashed(resource)}'/>"


def slashed(resource: str) -> str:
    return f"{JULIET}/{resource}" if resource else JULIET


def seen(show: str = "", status: str = "", priority: int = 0) -> ResourceDict:
    return {"show": show, "status": status, "priority": priority}


# presences that arrive; the events of the last one; the resources after it
TABLE: list[tuple[str, list[str], list[str], dict[str, ResourceDict]]] = [
    ("first", [available()], ["presence_available", *ONLINE], {"desk": seen()}),
    (
        "all there is",
        [available("away", "out", "5")],
        ["presence_away", *ONLINE],
        {"desk": seen("away", "out", 5)},
    ),
    ("chat", [available("chat")], ["presence_chat", *ONLINE], {"desk": seen("chat")}),
    ("dnd", [available("dnd")], ["presence_dnd", *ONLINE], {"desk": seen("dnd")}),
    ("xa", [available("xa")], ["presence_xa", *ONLINE], {"desk": seen("xa")}),
    ("same again", [available(), available()], ["presence_available"], {"desk": seen()}),
    (
        "other show",
        [available(), available("away")],
        ["presence_away", "changed_status"],
        {"desk": seen("away")},
    ),
    (
        "other status",
        [available("away"), available("away", "lunch")],
        ["presence_away", "changed_status"],
        {"desk": seen("away", "lunch")},
    ),
    (
        "other priority",
        [available(), available(priority="7")],
        ["presence_available"],
        {"desk": seen(priority=7)},
    ),
    (
        "second resource",
        [available(), available(resource="phone")],
        ["presence_available", "changed_status"],
        {"desk": seen(), "phone": seen()},
    ),
    (
        "one of two goes",
        [available(), available(resource="phone"), unavailable()],
        ["presence_unavailable", "changed_status"],
        {"phone": seen()},
    ),
    (
        "the last one goes",
        [available(), unavailable()],
        ["presence_unavailable", "changed_status", "got_offline"],
        {},
    ),
    ("who was never there goes", [unavailable()], ["presence_unavailable"], {}),
    (
        "all at once",
        [available(), available(resource="phone"), unavailable("")],
        ["presence_unavailable", "changed_status", "got_offline"],
        {},
    ),
    ("from the bare address", [available(resource="")], ["presence_available", *ONLINE], {"": seen()}),
    (
        "comes back",
        [available(), unavailable(), available("dnd")],
        ["presence_dnd", *ONLINE],
        {"desk": seen("dnd")},
    ),
    (
        "unknown show",
        [available("partying", "hi")],
        ["presence_available", *ONLINE],
        {"desk": seen("", "hi")},
    ),
    (
        "no number for a priority",
        [available("away", "", "high")],
        ["presence_away", *ONLINE],
        {"desk": seen("away")},
    ),
    (
        "priority out of range",
        [available("away", "", "128")],
        ["presence_away", *ONLINE],
        {"desk": seen("away")},
    ),
    (
        "written out type",
        [f"<presence type='available' from='{JULIET}/desk'/>"],
        ["presence_available", *ONLINE],
        {"desk": seen()},
    ),
    ("error", [f"<presence type='error' from='{JULIET}/desk'/>"], ["presence_error"], {}),
    ("probe", [f"<presence type='probe' from='{JULIET}/desk'/>"], ["presence_probe"], {}),
]


@pytest.mark.parametrize(
    ("stanzas", "events", "resources"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
@pytest.mark.parametrize("in_roster", [True, False], ids=["contact", "stranger"])
def test_events_and_resources(
    stanzas: list[str], events: list[str], resources: dict[str, ResourceDict], in_roster: bool
) -> None:
    xmpp = FakeClient()
    if in_roster:
        xmpp.me.add(JULIET, ato=True)
    xmpp.receive_all(*stanzas[:-1])
    assert xmpp.receive_all(stanzas[-1]) == ["presence", *events]
    assert xmpp.me.presence(JULIET) == resources
    assert (JULIET in xmpp.me) is in_roster
    assert xmpp.sent == []
    assert xmpp.errors == []


@pytest.mark.parametrize("kind", ["subscribe", "subscribed", "unsubscribe", "unsubscribed"])
def test_what_is_about_a_subscription_is_an_event_of_its_own(kind: str) -> None:
    xmpp = FakeClient()
    xmpp.roster.auto_authorize = None
    events = xmpp.receive_all(f"<presence type='{kind}' from='{JULIET}'/>")
    assert events[:2] == ["presence", f"presence_{kind}"]
    assert events[-1] == "changed_subscription"


def test_each_event_carries_the_presence() -> None:
    xmpp = FakeClient()
    stanza = xmpp.receive(available("away"))
    assert [data for _, data in xmpp.raised] == [stanza] * 4


BAD_STANZAS = {
    "two at signs": "<presence from='a@b@c'/>",
    "no domain": "<presence from='/desk'/>",
    "empty local part": "<presence from='@example.net'/>",
    "forbidden letter": "<presence from='a b@example.net'/>",
    "part too long": f"<presence from='{'x' * 2000}@example.net'/>",
    "bad from, subscribe": "<presence type='subscribe' from='a b@example.net'/>",
    "bad from, unavailable": "<presence type='unavailable' from='@'/>",
    "bad to": f"<presence from='{JULIET}' to='@'/>",
    "unknown type": f"<presence type='form' from='{JULIET}'/>",
    "empty type": f"<presence type='' from='{JULIET}'/>",
    "a show as type": f"<presence type='away' from='{JULIET}'/>",
}


@pytest.mark.parametrize("text", BAD_STANZAS.values(), ids=BAD_STANZAS.keys())
@pytest.mark.parametrize("make", [FakeClient, FakeComponent])
def test_promise_h_a_bad_presence_goes_to_the_log_and_nowhere_else(
    make: type[FakeClient | FakeComponent], text: str, caplog: pytest.LogCaptureFixture
) -> None:
    xmpp = make()
    assert xmpp.receive_all(text) == []
    assert (xmpp.sent, xmpp.errors) == ([], [])
    assert "dropped" in caplog.text
    assert "b@c" not in caplog.text
    assert xmpp.receive_all(f"<presence from='{JULIET}/desk' to='{xmpp.boundjid}'/>")[0] == "presence"


def test_a_presence_from_no_address_is_from_our_own_account() -> None:
    xmpp = FakeClient()
    xmpp.receive("<presence><show>xa</show></presence>")
    assert xmpp.me.presence(OWN) == {"": seen("xa")}


def test_a_component_is_told_who_sends() -> None:
    xmpp = FakeComponent()
    assert xmpp.receive_all("<presence to='comp.example.org'/>") == []


def test_code_points_that_unicode_3_2_does_not_assign_pass() -> None:
    xmpp = FakeClient()
    xmpp.receive(f"<presence from='{JULIET}/\N{ROCKET}'/>")
    assert xmpp.me.presence(JULIET, "\N{ROCKET}") == seen()
    assert list(xmpp.me.presence(JULIET)) == ["\N{ROCKET}"]


def test_the_presence_of_one_resource_and_of_nobody() -> None:
    xmpp = FakeClient()
    xmpp.receive(available("away", "out", "5"))
    assert xmpp.me.presence(f"{JULIET.upper()}/x", "desk") == seen("away", "out", 5)
    assert xmpp.me.presence(JULIET, "phone") == seen()
    assert xmpp.me.presence("nobody@example.net") == {}
    assert xmpp.me.presence("nobody@example.net", "desk") == seen()


def test_a_component_keeps_its_addresses_apart() -> None:
    xmpp = FakeComponent()
    xmpp.receive(f"<presence from='{JULIET}/a' to='one@comp.example.org/x'/>")
    xmpp.receive(f"<presence from='{JULIET}/b' to='two@comp.example.org'/>")
    assert list(xmpp.roster["one@comp.example.org"].presence(JULIET)) == ["a"]
    assert list(xmpp.roster["two@comp.example.org"].presence(JULIET)) == ["b"]
    assert xmpp.event_names().count("got_online") == 2


def test_at_the_end_of_a_session_nobody_is_online_and_the_items_stay() -> None:
    xmpp = FakeClient()
    xmpp.me.add(JULIET, name="Juliet", ato=True)
    xmpp.receive_all(available(), "<presence from='stranger@example.net/x'/>")
    xmpp.roster.reset()
    assert xmpp.me.presence(JULIET) == xmpp.me.presence("stranger@example.net") == {}
    assert xmpp.me[JULIET].name == "Juliet"
    assert xmpp.receive_all(available()) == ["presence", "presence_available", *ONLINE]


def test_a_default_reaction_that_is_taken_off_does_not_run() -> None:
    xmpp = FakeClient()
    xmpp.without("available")
    assert xmpp.receive_all(available()) == ["presence", "presence_available"]
    assert xmpp.me.presence(JULIET) == {}


def test_a_subclass_overrides_a_default_reaction() -> None:
    class Quiet(FakeClient):
        def _handle_available(self, pres: Presence) -> None:
            if pres.show != "dnd":
                super()._handle_available(pres)

    xmpp = Quiet()
    assert xmpp.receive_all(available("dnd")) == ["presence", "presence_dnd"]
    assert xmpp.receive_all(available("away")) == ["presence", "presence_away", *ONLINE]
