"""The presence that we send: remembered, spread, and what probes are answered with."""

import pytest

from helixmpp.xml import NS_CLIENT, NS_COMPONENT
from tests.roster.fakes import OWN, FakeClient, FakeComponent, normal

JULIET = "juliet@example.net"
ROMEO = "romeo@example.net"
BOT = "bot@comp.example.org"


def of_client(text: str) -> str:
    return normal(text, NS_CLIENT)


def of_component(text: str) -> str:
    return normal(text, NS_COMPONENT)


PROBE = f"<presence type='probe' from='{JULIET}' to='{BOT}'/>"


def test_a_probe_is_answered_with_the_last_presence() -> None:
    xmpp = FakeComponent()
    xmpp.roster[BOT].add(JULIET, afrom=True)
    xmpp.roster[BOT].send_presence(pshow="away", pstatus="out", pfrom=f"{BOT}/1")
    xmpp.take_sent()
    xmpp.receive(PROBE)
    assert xmpp.sent == [
        of_component(
            f"<presence from='{BOT}/1' to='{JULIET}'><show>away</show><status>out</status></presence>"
        )
    ]


def test_a_probe_is_answered_with_what_was_sent_to_the_one_who_asks() -> None:
    xmpp = FakeComponent()
    xmpp.roster[BOT].add(JULIET, afrom=True)
    xmpp.roster[BOT].send_presence(pshow="away")
    xmpp.send_presence(pto=f"{JULIET}/x", pfrom=BOT, pshow="dnd")
    xmpp.take_sent()
    xmpp.receive(PROBE)
    assert xmpp.sent == [of_component(f"<presence from='{BOT}' to='{JULIET}'><show>dnd</show></presence>")]
    xmpp.roster[BOT].send_presence(ptype="unavailable")
    xmpp.take_sent()
    xmpp.receive(PROBE)
    assert xmpp.sent == [of_component(f"<presence type='unavailable' from='{BOT}' to='{JULIET}'/>")]


def test_a_probe_before_any_presence_is_answered_with_being_there() -> None:
    xmpp = FakeComponent()
    xmpp.roster[BOT].add(JULIET, afrom=True)
    xmpp.receive(PROBE)
    assert xmpp.sent == [of_component(f"<presence from='{BOT}' to='{JULIET}'/>")]


@pytest.mark.parametrize(("ato", "pending_in"), [(False, False), (True, False), (False, True)])
def test_a_probe_of_who_is_not_subscribed_tells_nothing(ato: bool, pending_in: bool) -> None:
    xmpp = FakeComponent()
    xmpp.roster[BOT].add(JULIET, ato=ato, pending_in=pending_in)
    xmpp.roster[BOT].send_presence(pshow="away")
    xmpp.receive(PROBE)
    assert xmpp.sent == [of_component(f"<presence type='unsubscribed' from='{BOT}' to='{JULIET}'/>")]


def test_a_probe_shows_that_a_request_may_be_sent_again() -> None:
    xmpp = FakeComponent()
    xmpp.roster[BOT].add(JULIET, afrom=True, pending_out=True)
    xmpp.receive(PROBE)
    assert xmpp.sent[1:] == [of_component(f"<presence type='subscribe' from='{BOT}' to='{JULIET}'/>")]


def test_a_client_leaves_probes_to_its_server() -> None:
    xmpp = FakeClient()
    xmpp.me.add(JULIET, afrom=True)
    xmpp.send_presence()
    xmpp.take_sent()
    assert xmpp.receive_all(f"<presence type='probe' from='{JULIET}'/>") == ["presence", "presence_probe"]
    assert xmpp.sent == []


def test_a_new_subscriber_gets_the_last_presence() -> None:
    xmpp = FakeClient()
    xmpp.roster.auto_subscribe = False
    xmpp.send_presence(pshow="xa", pstatus="away")
    xmpp.take_sent()
    xmpp.receive(f"<presence type='subscribe' from='{JULIET}'/>")
    assert xmpp.sent == [
        of_client(f"<presence type='subscribed' to='{JULIET}'/>"),
        of_client(f"<presence to='{JULIET}'><show>xa</show><status>away</status></presence>"),
    ]


def test_a_component_sends_from_the_address_that_it_is_about() -> None:
    xmpp = FakeComponent()
    node = xmpp.roster[BOT]
    node.send_presence(pto=JULIET, pshow="away")
    node.send_presence(pto=JULIET, pfrom=f"{BOT}/1")
    node[JULIET].send_presence(pstatus="hi")
    xmpp.roster.send_presence(pto=JULIET, pfrom=BOT)
    assert xmpp.sent == [
        of_component(f"<presence from='{BOT}' to='{JULIET}'><show>away</show></presence>"),
        of_component(f"<presence from='{BOT}/1' to='{JULIET}'/>"),
        of_component(f"<presence from='{BOT}' to='{JULIET}'><status>hi</status></presence>"),
        of_component(f"<presence from='{BOT}' to='{JULIET}'/>"),
    ]


def test_what_goes_to_no_address_is_not_remembered() -> None:
    xmpp = FakeClient()
    presence = xmpp.make_presence()
    presence.xml.set("to", "@")
    xmpp.send(presence)
    assert (xmpp.me.last_status, len(xmpp.sent)) == (None, 1)


def test_who_is_subscribed_again_is_not_told_that_we_are_gone() -> None:
    xmpp = FakeComponent()
    xmpp.roster.auto_subscribe = False
    for kind in ("subscribe", "unsubscribe", "subscribe"):
        xmpp.take_sent()
        xmpp.receive(f"<presence type='{kind}' from='{JULIET}' to='{BOT}'/>")
    assert xmpp.sent[1:] == [of_component(f"<presence from='{BOT}' to='{JULIET}'/>")]


def test_a_component_sends_its_presence_to_each_subscriber() -> None:
    xmpp = FakeComponent()
    node = xmpp.roster[BOT]
    node.add(JULIET, afrom=True)
    node.add(ROMEO, afrom=True, ato=True)
    node.add("tybalt@example.net", ato=True)
    node.send_presence(pshow="dnd")
    sent = [
        of_component(f"<presence from='{BOT}' to='{to}'><show>dnd</show></presence>")
        for to in (JULIET, ROMEO)
    ]
    assert xmpp.take_sent() == sent
    xmpp.send_presence(pto=JULIET, pfrom=BOT, pshow="away")
    xmpp.take_sent()
    node.send_last_presence()
    assert xmpp.take_sent() == sent
    assert node[JULIET].last_status is None


def test_a_client_leaves_the_spreading_to_its_server() -> None:
    xmpp = FakeClient()
    xmpp.me.add(JULIET, afrom=True)
    xmpp.me.send_presence(pshow="dnd")
    xmpp.me.send_last_presence()
    xmpp.roster.send_presence(pstatus="hi")
    xmpp.me[JULIET].send_presence(pshow="away")
    xmpp.me.send_presence(pto=ROMEO)
    assert xmpp.sent == [
        of_client("<presence><show>dnd</show></presence>"),
        of_client("<presence><show>dnd</show></presence>"),
        of_client("<presence><status>hi</status></presence>"),
        of_client(f"<presence to='{JULIET}'><show>away</show></presence>"),
        of_client(f"<presence to='{ROMEO}'/>"),
    ]


def test_without_a_last_presence_it_is_being_there() -> None:
    xmpp = FakeClient()
    xmpp.me.send_last_presence()
    assert xmpp.sent == [of_client("<presence/>")]


def test_what_is_remembered_is_a_copy() -> None:
    xmpp = FakeClient()
    presence = xmpp.send_presence(pshow="away")
    presence["show"] = "dnd"
    last = xmpp.me.last_status
    assert last is not None
    assert last.show == "away"
    assert not last.xml.get("id")


@pytest.mark.parametrize("kind", ["subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "error"])
def test_only_what_says_whether_we_are_there_is_remembered(kind: str) -> None:
    xmpp = FakeClient()
    xmpp.send_presence(ptype=kind)
    xmpp.send_presence(ptype=kind, pto=JULIET)
    assert (xmpp.me.last_status, xmpp.me[JULIET].last_status) == (None, None)
    assert "sent_presence" not in xmpp.event_names()


def test_the_first_presence_of_a_session_is_an_event() -> None:
    xmpp = FakeClient()
    xmpp.send_presence(pto=JULIET)
    assert xmpp.event_names() == []
    xmpp.send_presence()
    xmpp.send_presence(pshow="away")
    assert xmpp.event_names() == ["sent_presence"]
    xmpp.roster.reset()
    assert xmpp.me.last_status is None
    xmpp.send_presence()
    assert xmpp.event_names() == ["sent_presence"] * 2


def test_what_was_sent_to_one_alone_holds_until_the_next_to_all() -> None:
    xmpp = FakeClient()
    xmpp.send_presence(pto=f"{JULIET}/desk", pshow="dnd")
    directed = xmpp.me[JULIET].last_status
    assert directed is not None
    assert directed.show == "dnd"
    xmpp.send_presence()
    assert xmpp.me[JULIET].last_status is None


def test_last_status_can_be_set_and_forgotten() -> None:
    xmpp = FakeComponent()
    node = xmpp.roster[BOT]
    node.last_status = xmpp.make_presence(pshow="xa", pto=ROMEO)
    node[JULIET].last_status = xmpp.make_presence(pshow="dnd")
    node[ROMEO].last_status = None
    node[JULIET].send_last_presence()
    node[JULIET].last_status = None
    node[ROMEO].send_last_presence()
    assert xmpp.sent == [
        of_component(f"<presence from='{sender}' to='{to}'><show>{show}</show></presence>")
        for sender, to, show in (("comp.example.org", JULIET, "dnd"), ("comp.example.org", ROMEO, "xa"))
    ]


def test_an_own_address_is_the_default() -> None:
    xmpp = FakeClient()
    assert xmpp.me.jid == OWN
    assert xmpp.me[JULIET].owner == OWN
    assert xmpp.me[JULIET].jid == JULIET
