"""Requests for a subscription, and what is done about them by itself: for clients and for components."""

from collections.abc import Callable

import pytest

from helixmpp.stanza import Presence
from helixmpp.xml import NS_CLIENT, NS_COMPONENT
from tests.roster.fakes import FakeClient, FakeComponent, FakeStream, normal, roster_item, roster_push

JULIET = "juliet@example.net"
COMP = "comp.example.org"


def client(kind: str = "", to: str = JULIET) -> str:
    type_ = f" type='{kind}'" if kind else ""
    return normal(f"<presence{type_} to='{to}'/>", NS_CLIENT)


def component(kind: str = "", to: str = JULIET, sender: str = COMP) -> str:
    type_ = f" type='{kind}'" if kind else ""
    return normal(f"<presence{type_} to='{to}' from='{sender}'/>", NS_COMPONENT)


def asks(kind: str = "subscribe", sender: str = JULIET) -> str:
    return f"<presence type='{kind}' from='{sender}' to='{COMP}'/>"


def whitelist(xmpp: FakeStream) -> None:
    xmpp.me.add(JULIET, whitelisted=True)


def has_asked(xmpp: FakeStream) -> None:
    xmpp.me.add(JULIET, pending_out=True)


def sees_it(xmpp: FakeStream) -> None:
    xmpp.me.add(JULIET, ato=True)


def nothing(xmpp: FakeStream) -> None:
    del xmpp


# auto_authorize, auto_subscribe, what was before -> the types of what is sent ("": available)
AUTOMATIC: list[tuple[bool | None, bool, Callable[[FakeStream], None], list[str]]] = [
    (True, True, nothing, ["subscribed", "", "subscribe"]),
    (True, False, nothing, ["subscribed", ""]),
    (True, True, has_asked, ["subscribed", ""]),
    (True, True, sees_it, ["subscribed", ""]),
    (False, True, nothing, ["unsubscribed"]),
    (False, False, nothing, ["unsubscribed"]),
    (None, True, nothing, []),
    (None, True, whitelist, ["subscribed", "", "subscribe"]),
    (False, True, whitelist, ["subscribed", "", "subscribe"]),
    (False, False, whitelist, ["subscribed", ""]),
]


@pytest.mark.parametrize(("authorize", "subscribe", "before", "sent"), AUTOMATIC)
def test_a_client_answers_as_its_settings_say(
    authorize: bool | None, subscribe: bool, before: Callable[[FakeStream], None], sent: list[str]
) -> None:
    xmpp = FakeClient()
    xmpp.roster.auto_authorize, xmpp.roster.auto_subscribe = authorize, subscribe
    before(xmpp)
    xmpp.receive(asks())
    assert xmpp.sent == [client(kind) for kind in sent]


@pytest.mark.parametrize(("authorize", "subscribe", "before", "sent"), AUTOMATIC)
def test_a_component_answers_as_its_settings_say(
    authorize: bool | None, subscribe: bool, before: Callable[[FakeStream], None], sent: list[str]
) -> None:
    xmpp = FakeComponent()
    xmpp.roster.auto_authorize, xmpp.roster.auto_subscribe = authorize, subscribe
    before(xmpp)
    xmpp.receive(asks())
    assert xmpp.sent == [component(kind) for kind in sent]
    assert xmpp.me[JULIET].from_ is (authorize is True or before is whitelist)
    assert xmpp.me[JULIET].pending_in is (authorize is None and before is not whitelist)


def test_the_defaults_grant_and_ask_back() -> None:
    xmpp = FakeClient()
    assert (xmpp.roster.auto_authorize, xmpp.roster.auto_subscribe) == (True, True)
    assert (xmpp.me.auto_authorize, xmpp.me.auto_subscribe) == (True, True)


def test_a_setting_of_one_address_holds_until_all_are_set() -> None:
    xmpp = FakeComponent()
    node = xmpp.roster["one@comp.example.org"]
    node.auto_authorize, node.auto_subscribe = False, False
    assert xmpp.roster["one@comp.example.org"].auto_authorize is False
    assert xmpp.roster["two@comp.example.org"].auto_authorize is True
    xmpp.roster.auto_authorize = None
    settings: tuple[bool | None, bool] = (node.auto_authorize, node.auto_subscribe)
    assert settings == (None, False)
    xmpp.roster.auto_subscribe = True
    assert node.auto_subscribe is True


def test_what_goes_back_comes_from_the_address_that_was_asked() -> None:
    xmpp = FakeComponent()
    xmpp.receive(f"<presence type='subscribe' from='{JULIET}/x' to='bot@{COMP}'/>")
    assert xmpp.sent == [component(kind, JULIET, f"bot@{COMP}") for kind in ("subscribed", "", "subscribe")]
    assert xmpp.roster[f"bot@{COMP}"].keys() == [JULIET]
    assert JULIET not in xmpp.me


# -- a client's server keeps the state ---------------------------------------------------------------------

CLIENT_EVENTS = {
    "subscribe": "roster_subscription_request",
    "subscribed": "roster_subscription_authorized",
    "unsubscribe": "roster_subscription_remove",
    "unsubscribed": "roster_subscription_removed",
}


@pytest.mark.parametrize(("kind", "event"), CLIENT_EVENTS.items())
@pytest.mark.parametrize("before", ["none", "to", "from", "both"])
def test_a_client_tells_everything_and_changes_nothing(kind: str, event: str, before: str) -> None:
    xmpp = FakeClient()
    xmpp.roster.auto_authorize = None
    xmpp.receive(roster_push(roster_item(JULIET, before)))
    xmpp.take_sent()
    events = xmpp.receive_all(asks(kind))
    assert events == ["presence", f"presence_{kind}", event, "changed_subscription"]
    assert xmpp.me[JULIET].subscription == before
    assert xmpp.sent == []


def test_a_request_waits_at_a_client_until_it_is_answered_or_taken_back() -> None:
    xmpp = FakeClient()
    xmpp.roster.auto_authorize = None
    item = xmpp.me[JULIET]
    for end in (item.authorize, item.unauthorize, lambda: xmpp.receive(asks("unsubscribe"))):
        xmpp.receive(asks())
        assert item.pending_in is True
        end()
        assert item.pending_in is False
    xmpp.receive_all(asks(), roster_push(roster_item(JULIET, "from")))
    assert item.pending_in is False


def test_what_a_client_sends_goes_to_the_bare_address_and_waits_for_the_server() -> None:
    xmpp = FakeClient()
    for method in ("subscribe", "unsubscribe"):
        getattr(xmpp.me, method)(f"{JULIET}/desk")
    item = xmpp.me[JULIET]
    item.subscribed()
    item.unsubscribed()
    item.unauthorize()
    assert xmpp.sent == [
        client(kind) for kind in ("subscribe", "unsubscribe", "subscribed", "unsubscribed", "unsubscribed")
    ]
    assert (item.subscription, item.ask, JULIET in xmpp.me) == ("none", "", False)


def test_two_who_grant_and_ask_back_come_to_an_end() -> None:
    one, two = FakeComponent("one.example.org"), FakeComponent("two.example.org")
    one.me.subscribe("two.example.org")
    for _ in range(10):
        for text in one.take_sent():
            two.receive(text)
        for text in two.take_sent():
            one.receive(text)
    assert (one.sent, two.sent) == ([], [])
    assert one.me["two.example.org"].subscription == "both"
    assert two.me["one.example.org"].subscription == "both"
    assert one.me.presence("two.example.org") != {}


# -- taking reactions off ------------------------------------------------------------------------------------


def test_without_the_reaction_to_a_request_nothing_is_granted() -> None:
    xmpp = FakeClient()
    xmpp.without("subscribe")
    assert xmpp.receive_all(asks()) == ["presence", "presence_subscribe", "changed_subscription"]
    assert xmpp.sent == []


def test_a_program_that_decides_itself() -> None:
    class Choosy(FakeComponent):
        def _handle_new_subscription(self, pres: Presence) -> None:
            if pres.from_.domain == "example.net":
                super()._handle_new_subscription(pres)
            else:
                self.roster[pres["to"]][pres["from"]].unauthorize()

    xmpp = Choosy()
    xmpp.receive_all(asks(), asks(sender="eve@example.com"))
    assert xmpp.me.keys() == [JULIET]
    assert xmpp.sent[-1] == component("unsubscribed", "eve@example.com")


# -- removing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subscription", "sent"),
    [
        ("none", []),
        ("to", ["unsubscribe"]),
        ("from", ["unsubscribed", "unavailable"]),
        ("both", ["unsubscribe", "unsubscribed", "unavailable"]),
    ],
)
async def test_a_component_that_removes_an_item_ends_what_there_is(
    subscription: str, sent: list[str]
) -> None:
    xmpp = FakeComponent()
    xmpp.me.add(JULIET, name="Juliet").subscription = subscription
    assert await xmpp.me.remove(JULIET) is None
    assert xmpp.sent == [component(kind) for kind in sent]
    assert JULIET not in xmpp.me
    assert (xmpp.me[JULIET].name, xmpp.me[JULIET].subscription) == ("", "none")


async def test_a_component_changes_name_and_groups_itself() -> None:
    xmpp = FakeComponent()
    assert await xmpp.me.update(JULIET, name="Juliet", groups=["Capulet", "Capulet", "Friends"]) is None
    assert await xmpp.me[JULIET].update(name="J.") is None
    item = xmpp.me[JULIET]
    assert (item.name, item.groups, JULIET in xmpp.me, xmpp.sent) == ("J.", ["Capulet", "Friends"], True, [])


def test_an_item_that_is_no_longer_whitelisted_is_unsubscribed() -> None:
    xmpp = FakeComponent()
    item = xmpp.me.add(JULIET, ato=True, whitelisted=True)
    item.remove()
    assert (item.whitelisted, item.to, xmpp.sent) == (False, False, [component("unsubscribe")])
    romeo = xmpp.me.add("romeo@example.net", afrom=True, whitelisted=True)
    romeo.remove()
    assert (romeo.whitelisted, romeo.from_, len(xmpp.sent)) == (False, True, 1)


def test_whoever_asked_is_answered_under_the_name_that_he_has() -> None:
    """A letter that Unicode 3.2 does not assign is none of ours to give, and may be somebody's all the same."""
    xmpp = FakeComponent()
    stranger = "ja\u0560n@example.net"
    xmpp.receive(asks(sender=stranger))
    assert xmpp.sent == [component(kind, stranger) for kind in ("subscribed", "", "subscribe")]
