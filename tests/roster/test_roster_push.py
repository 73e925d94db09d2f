"""Roster pushes (RFC 6121 section 2.1.6): believed from our own account alone."""

import pytest

from tests.roster.fakes import OWN, FakeClient, FakeComponent, normal, roster_item, roster_push

JULIET = "juliet@example.net"
RESULT = normal("<iq type='result' id='push'/>")

SPOOFED = {
    "stranger": "eve@example.com",
    "stranger's session": "eve@example.com/desk",
    "contact": JULIET,
    "contact's session": f"{JULIET}/desk",
    "own server": "example.org",
    "other server": "example.com",
    "own session": f"{OWN}/desk",
    "another session of ours": f"{OWN}/phone",
    "other account here": "you@example.org",
    "same name elsewhere": "me@example.com",
    "our address as a resource": f"eve@example.com/{OWN}",
    "our address as a local part": "me\\40example.org@example.com",
    "subdomain": "me@sub.example.org",
    "our address and more": f"{OWN}.example.com",
    "with a slash": f"{OWN}/",
    "no address": "@",
    "two at signs": f"{OWN}@example.com",
    "space": " ",
    "letter that looks the same": "m\u0435@example.org",
}


@pytest.mark.parametrize("sender", SPOOFED.values(), ids=SPOOFED.keys())
@pytest.mark.parametrize("change", ["add", "change", "remove"])
def test_promise_f_a_push_from_anybody_else_changes_nothing(
    sender: str, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    xmpp = FakeClient()
    xmpp.receive(roster_push(roster_item(JULIET, "to", "Friends", name="Juliet"), ver="1"))
    xmpp.take_sent()
    before = xmpp.me[JULIET].state()
    item = {
        "add": roster_item("mallory@example.com", "both"),
        "change": roster_item(JULIET, "both", name="Mallory"),
        "remove": roster_item(JULIET, "remove"),
    }[change]
    assert xmpp.receive_all(roster_push(item, sender=sender, ver="2")) == []
    assert xmpp.me.keys() == [JULIET]
    assert xmpp.me[JULIET].state() == before
    assert xmpp.me.version == "1"
    # Section 2.1.6: no answer, so that a stranger does not learn that we are online.
    assert xmpp.sent == []
    assert "roster push" in caplog.text


@pytest.mark.parametrize("sender", [None, OWN, "ME@Example.ORG"], ids=["none", "own", "own, spelt otherwise"])
def test_a_push_of_our_own_account_is_taken_over_and_answered(sender: str | None) -> None:
    xmpp = FakeClient()
    events = xmpp.receive_all(
        roster_push(roster_item(JULIET, "both", "A", "B", name="Juliet"), sender=sender, ver="9")
    )
    item = xmpp.me[JULIET]
    assert (item.name, item.groups, item.subscription) == ("Juliet", ["A", "B"], "both")
    assert xmpp.me.version == "9"
    assert events == ["roster_update"]
    to = "" if sender is None else f" to='{sender}'"
    assert xmpp.sent == [normal(f"<iq type='result' id='push'{to}/>")]


def test_the_event_carries_the_push() -> None:
    xmpp = FakeClient()
    iq = xmpp.receive(roster_push(roster_item(JULIET)))
    assert xmpp.raised == [("roster_update", iq)]
    assert list(iq["roster"]["items"]) == [JULIET]


# what the push says; from, to, pending out, approved afterwards
PUSHED = [
    (roster_item(JULIET, "none"), (False, False, False, False)),
    (roster_item(JULIET, "none", ask="subscribe"), (False, False, True, False)),
    (roster_item(JULIET, "to"), (False, True, False, False)),
    (roster_item(JULIET, "from"), (True, False, False, False)),
    (roster_item(JULIET, "from", ask="subscribe"), (True, False, True, False)),
    (roster_item(JULIET, "both"), (True, True, False, False)),
    (roster_item(JULIET, "none", approved="true"), (False, False, False, True)),
    (roster_item(JULIET, "none", approved="false"), (False, False, False, False)),
    (f"<item jid='{JULIET}'/>", (False, False, False, False)),
    (f"<item jid='{JULIET.upper()}/desk' subscription='to'/>", (False, True, False, False)),
]


@pytest.mark.parametrize(("item", "flags"), PUSHED)
@pytest.mark.parametrize("before", ["none", "to", "from", "both"])
def test_subscriptions(item: str, flags: tuple[bool, ...], before: str) -> None:
    xmpp = FakeClient()
    xmpp.receive_all(
        roster_push(roster_item(JULIET, before, ask="subscribe", approved="1")), roster_push(item)
    )
    found = xmpp.me[JULIET]
    assert (found.from_, found.to, found.pending_out, found.approved) == flags
    assert xmpp.me.keys() == [JULIET]


def test_a_removed_item_is_gone_and_who_is_online_of_it_is_a_stranger() -> None:
    xmpp = FakeClient()
    xmpp.receive_all(
        roster_push(roster_item(JULIET, "both", name="Juliet")),
        f"<presence from='{JULIET}/desk'/>",
        roster_push(roster_item(JULIET, "remove"), ver="2"),
    )
    assert JULIET not in xmpp.me
    assert xmpp.me[JULIET].subscription == "none"
    assert list(xmpp.me.presence(JULIET)) == ["desk"]
    assert xmpp.receive_all(f"<presence type='unavailable' from='{JULIET}/desk'/>")[-1] == "got_offline"


def test_what_was_known_of_a_stranger_is_known_of_the_new_item() -> None:
    xmpp = FakeClient()
    item = xmpp.me[JULIET]
    xmpp.receive_all(f"<presence from='{JULIET}/desk'/>", roster_push(roster_item(JULIET, "to")))
    assert xmpp.me[JULIET] is item
    assert list(item.resources) == ["desk"]


BAD_ITEMS = {
    "no address": "<item subscription='both'/>",
    "empty address": "<item jid='' subscription='both'/>",
    "bad address": "<item jid='a@b@c' subscription='both'/>",
    "unknown subscription": f"<item jid='{JULIET}' subscription='friends'/>",
    "other namespace": f"<item xmlns='urn:x' jid='{JULIET}' subscription='both'/>",
}


@pytest.mark.parametrize("item", BAD_ITEMS.values(), ids=BAD_ITEMS.keys())
def test_an_item_that_makes_no_sense_is_left_out_and_the_push_is_answered(item: str) -> None:
    xmpp = FakeClient()
    assert xmpp.receive_all(roster_push(item)) == ["roster_update"]
    assert len(xmpp.me) == 0
    assert xmpp.sent == [RESULT]


def test_groups_and_names_as_they_come() -> None:
    xmpp = FakeClient()
    text = "<group>A</group><group/><group> A </group><group>A</group><x xmlns='urn:x'>B</x>"
    xmpp.receive(roster_push(f"<item jid='{JULIET}' name='&lt;&amp;&gt;'>{text}</item>"))
    assert (xmpp.me[JULIET].name, xmpp.me[JULIET].groups) == ("<&>", ["A", " A "])


def test_our_own_settings_survive_a_push() -> None:
    xmpp = FakeClient()
    xmpp.me.add(JULIET, whitelisted=True)
    xmpp.receive(roster_push(roster_item(JULIET, "to")))
    assert xmpp.me[JULIET].whitelisted is True


def test_a_push_without_a_version_leaves_the_version() -> None:
    xmpp = FakeClient()
    xmpp.receive_all(roster_push(roster_item(JULIET), ver="5"), roster_push(roster_item(JULIET, "to")))
    assert xmpp.me.version == "5"


def refused(**addresses: str) -> str:
    """The answer to a request that nobody here deals with (RFC 6120 section 8.4)."""
    attributes = "".join(f" {name}='{value}'" for name, value in addresses.items())
    condition = "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
    return normal(f"<iq id='push' type='error'{attributes}><error type='cancel'>{condition}</error></iq>")


@pytest.mark.parametrize(("type_", "sent"), [("get", [refused()]), ("result", []), ("error", [])])
def test_only_a_set_is_a_push(type_: str, sent: list[str]) -> None:
    xmpp = FakeClient()
    assert xmpp.receive_all(roster_push(roster_item(JULIET, "both")).replace("'set'", f"'{type_}'")) == []
    assert (len(xmpp.me), xmpp.sent) == (0, sent)


def test_promise_f_a_component_has_no_server_that_pushes() -> None:
    xmpp = FakeComponent()
    assert xmpp.receive_all(roster_push(roster_item(JULIET, "both"), sender="example.org")) == []
    assert len(xmpp.me) == 0
    # It is a request that a component does not know.
    assert xmpp.sent == [refused(**{"from": "comp.example.org", "to": "example.org"})]
