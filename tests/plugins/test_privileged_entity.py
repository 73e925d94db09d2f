"""A privileged component (XEP-0356): what it is allowed, what it does then, and what nobody else can make it do."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0356 import (
    XEP_0356,
    IqPermission,
    MessagePermission,
    Permissions,
    PresencePermission,
    Privilege,
    PrivilegedIqError,
    RosterAccess,
)
from helixmpp.plugins.xep_0356.stanza import NS
from helixmpp.stanza import ChildText, ElementBase, Iq, IqError, Message
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

OWN = "pubsub.capulet.lit"
JULIET = "juliet@capulet.lit"
PUBSUB = "http://jabber.org/protocol/pubsub"
ROSTER = "<perm access='roster' type='both' push='true'/>"
OUTGOING = "<perm access='message' type='outgoing'/>"
IQS = f"<perm access='iq'><namespace ns='{PUBSUB}' type='set'/></perm>"


@pytest.fixture
async def component() -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent(OWN)
    xmpp.register_plugin("xep_0356")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def told(xmpp: OfflineComponent | OfflineClient, *events: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def note(event: str, data: Any) -> None:
        found.append((event, data))

    for event in events:
        xmpp.add_event_handler(event, partial(note, event))
    return found


def advertised(*perms: str, sender: str = "capulet.lit", attributes: str = "") -> str:
    return (
        f"<message from='{sender}' to='{OWN}' id='12345' {attributes}>"
        f"<privilege xmlns='{NS}'>{''.join(perms)}</privilege></message>"
    )


# -- what is allowed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("perms", "expected"),
    [
        ([ROSTER], Permissions(RosterAccess.BOTH, roster_push=True)),
        ([ROSTER, OUTGOING], Permissions(RosterAccess.BOTH, MessagePermission.OUTGOING, roster_push=True)),
        (
            [ROSTER, "<perm access='message' type='none'/>", IQS, "<perm access='presence' type='roster'/>"],
            Permissions(RosterAccess.BOTH, presence=PresencePermission.ROSTER, roster_push=True),
        ),
        (["<perm access='presence' type='managed_entity'/>"], Permissions(presence=PresencePermission.MANAGED_ENTITY)),
        # Without the attribute, changes are told where the roster may be read.
        (["<perm access='roster' type='get'/>"], Permissions(RosterAccess.GET, roster_push=True)),
        (["<perm access='roster' type='set'/>"], Permissions(RosterAccess.SET)),
        (["<perm access='roster' type='set' push='true'/>"], Permissions(RosterAccess.SET)),
        (["<perm access='roster' type='both' push='0'/>"], Permissions(RosterAccess.BOTH)),
        (["<perm access='roster' type='both' push='perhaps'/>"], Permissions(RosterAccess.BOTH)),
        # What is no permission is none.
        (["<perm access='roster' type='all'/>", "<perm access='moon' type='both'/>", "<perm/>"], Permissions()),
        ([OUTGOING, "<perm access='message'/>"], Permissions()),
    ],
)  # fmt: skip
async def test_a_server_says_what_is_allowed(
    component: OfflineComponent, perms: list[str], expected: Permissions
) -> None:
    events = told(component, "privileges_advertised")
    await component.receive(advertised(*perms))
    plugin = component.plugin[XEP_0356]
    found = plugin.granted_privileges["capulet.lit"]
    if IQS in perms:
        assert (found.iq[PUBSUB], found.iq["urn:other"]) == (IqPermission.SET, IqPermission.NONE)
        found.iq.clear()
    assert found == expected
    assert [name for name, _ in events] == ["privileges_advertised"]
    assert (
        events[0][1]["privilege"]["perms"][0]["access"] == Privilege(xml=events[0][1].xml[0]).perms[0].access
    )


async def test_what_is_said_later_counts(component: OfflineComponent) -> None:
    await component.receive(advertised(ROSTER, OUTGOING, IQS))
    await component.receive(advertised("<perm access='message' type='none'/>", "<perm access='iq'/>"))
    found = component.plugin[XEP_0356].granted_privileges[JID("capulet.lit")]
    assert found == Permissions(RosterAccess.BOTH, roster_push=True)
    component.event("session_end", None)
    await settle()
    assert not component.plugin[XEP_0356].granted_privileges


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # A user is no server, nor is a resource of one.
        (advertised(ROSTER, sender=JULIET), OfflineComponent),
        (advertised(ROSTER, sender="capulet.lit/x"), OfflineComponent),
        (advertised(ROSTER, sender="a@b@c"), OfflineComponent),
        (advertised(ROSTER, attributes="type='error'"), OfflineComponent),
        (advertised(), OfflineComponent),
        # Its own server alone says something to a client.
        (advertised(ROSTER, sender="capulet.lit"), OfflineClient),
    ],
)
async def test_who_may_not_say_it(text: str, kind: type[OfflineComponent] | type[OfflineClient]) -> None:
    xmpp = kind("pubsub.capulet.lit" if kind is OfflineComponent else "me@example.org/desk")
    xmpp.register_plugin("xep_0356")
    events = told(xmpp, "privileges_advertised")
    assert await xmpp.receive(text) == []
    assert (dict(xmpp.plugin[XEP_0356].granted_privileges), events) == ({}, [])
    assert not xmpp.failures
    await xmpp.aclose()


async def test_a_client_hears_it_from_its_own_server() -> None:
    xmpp = OfflineClient("me@example.org/desk")
    xmpp.register_plugin("xep_0356")
    await xmpp.receive(advertised(OUTGOING, sender="example.org"))
    assert xmpp.plugin[XEP_0356].granted_privileges["example.org"].message == "outgoing"
    await xmpp.aclose()


async def test_strangers_do_not_fill_the_memory(component: OfflineComponent) -> None:
    plugin = component.plugin[XEP_0356]
    plugin.max_servers = 5
    many = "".join(f"<namespace ns='urn:{number}' type='both'/>" for number in range(2000))
    await component.receive(
        advertised(ROSTER, f"<perm access='iq'>{many}<namespace ns='{'x' * 2000}'/></perm>")
    )
    for number in range(50):
        await component.receive(advertised(OUTGOING, sender=f"server{number}.example"))
    assert len(plugin.granted_privileges) == 5
    assert len(plugin.granted_privileges["capulet.lit"].iq) == 256
    # To ask is no way to fill it, either; and what a program writes has its place before what says nothing.
    for number in range(50):
        assert plugin.granted_privileges[f"other{number}.example"] == Permissions()
        with pytest.raises(PermissionError):
            await plugin.get_roster(f"x@another{number}.example")
    assert len(plugin.granted_privileges) == 5
    del plugin.granted_privileges["server0.example"]
    assert plugin.granted_privileges["idle.example"] == Permissions()
    plugin.granted_privileges["montague.lit"].message = MessagePermission.OUTGOING
    assert plugin.granted_privileges["montague.lit"].message == "outgoing"
    assert "idle.example" not in plugin.granted_privileges


# -- rosters --------------------------------------------------------------------------------------------------------


async def asked(component: OfflineComponent, coroutine: Any) -> tuple[asyncio.Task[Any], Any]:
    """A task that has sent its request, and the request."""
    before = len(component.sent)
    task = asyncio.ensure_future(coroutine)
    await settle()
    (request,) = component.sent[before:]
    return task, request


async def test_a_roster_is_read_and_changed(component: OfflineComponent) -> None:
    await component.receive(advertised(ROSTER))
    plugin = component.plugin[XEP_0356]
    task, request = await asked(component, plugin.get_roster(f"{JULIET}/balcony", timeout=5))
    assert (request.get("to"), request.get("from"), request.get("type")) == (JULIET, OWN, "get")
    assert request[0].tag == "{jabber:iq:roster}query"
    await component.receive(
        f"<iq id='{request.get('id')}' from='{JULIET}' to='{OWN}' type='result'><query xmlns='jabber:iq:roster' "
        "ver='ver7'><item jid='nurse@example.com'/><item jid='romeo@example.net'/></query></iq>"
    )
    assert list((await task)["roster"]["items"]) == ["nurse@example.com", "romeo@example.net"]
    items = {"nurse@gateway.lit": {"name": "Nurse", "subscription": "both", "groups": ["Home"]}}
    task, request = await asked(component, plugin.set_roster(JULIET, items))
    assert (request.get("type"), request[0][0].attrib) == (
        "set",
        {"name": "Nurse", "subscription": "both", "jid": "nurse@gateway.lit"},
    )
    await component.receive(
        f"<iq id='{request.get('id')}' from='{JULIET}' to='{OWN}' type='error'><error type='auth'>"
        "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="forbidden"):
        await task


@pytest.mark.parametrize(
    ("perm", "reads", "writes"),
    [(None, False, False), ("none", False, False), ("get", True, False), ("set", False, True), ("both", True, True)],
)  # fmt: skip
async def test_only_what_is_allowed_is_sent(
    component: OfflineComponent, perm: str | None, reads: bool, writes: bool
) -> None:
    if perm is not None:
        await component.receive(advertised(f"<perm access='roster' type='{perm}'/>"))
    plugin = component.plugin[XEP_0356]
    for allowed, coroutine in ((reads, plugin.get_roster(JULIET)), (writes, plugin.set_roster(JULIET, {}))):
        task = asyncio.ensure_future(coroutine)
        await settle()
        assert task.done() is not allowed
        if allowed:
            task.cancel()
        else:
            with pytest.raises(PermissionError, match="capulet"):
                await task
    assert len(component.sent) == reads + writes


def push(sender: str) -> str:
    return (
        f"<iq id='push' from='{sender}' to='{OWN}' type='set'><query xmlns='jabber:iq:roster'>"
        "<item jid='nurse@example.com'/></query></iq>"
    )


@pytest.mark.parametrize(
    ("perm", "sender", "is_told"),
    [
        (ROSTER, JULIET, True),
        ("<perm access='roster' type='get'/>", JULIET, True),
        ("<perm access='roster' type='both' push='false'/>", JULIET, False),
        ("<perm access='roster' type='set'/>", JULIET, False),
        (ROSTER, f"{JULIET}/balcony", False),
        (ROSTER, "capulet.lit", False),
        (ROSTER, "juliet@montague.lit", False),
    ],
)
async def test_changes_of_rosters(component: OfflineComponent, perm: str, sender: str, is_told: bool) -> None:
    await component.receive(advertised(perm))
    events = told(component, "privileged_roster_update")
    (answer,) = await component.receive(push(sender))
    assert (answer.get("type"), answer.get("to"), answer.get("id")) == (
        "result" if is_told else "error",
        sender,
        "push",
    )
    assert [(name, list(iq["roster"]["items"]), iq["from"]) for name, iq in events] == [
        ("privileged_roster_update", ["nurse@example.com"], sender)
    ] * is_told


async def test_the_own_roster_of_a_client_is_left_alone() -> None:
    xmpp = OfflineClient("me@example.org/desk")
    xmpp.register_plugin("xep_0356")
    (answer,) = await xmpp.receive(
        "<iq type='set' id='p'><query xmlns='jabber:iq:roster'><item jid='a@b.c'/></query></iq>"
    )
    assert answer.get("type") == "result"
    assert "a@b.c" in xmpp.client_roster
    await xmpp.aclose()


# -- messages -------------------------------------------------------------------------------------------------------


async def test_a_message_in_the_name_of_a_user(component: OfflineComponent) -> None:
    await component.receive(advertised(OUTGOING))
    plugin = component.plugin[XEP_0356]
    inner = component.make_message("romeo@montague.lit/orchard", "Ay me!", mfrom=JULIET)
    inner["id"] = "foo"
    sent = plugin.send_privileged_message(inner)
    (element,) = component.sent
    assert element.attrib == {"from": OWN, "to": "capulet.lit", "id": sent["id"]}
    # What is inside is a stanza of a client.
    (forwarded,) = element[0]
    assert (element[0].tag, forwarded.tag) == (f"{{{NS}}}privilege", "{urn:xmpp:forward:0}forwarded")
    assert (forwarded[0].tag, forwarded[0].get("from"), forwarded[0].get("id")) == (
        "{jabber:client}message",
        JULIET,
        "foo",
    )
    assert element[0][0][0].findtext("{jabber:client}body") == "Ay me!"
    events = told(component, "privileged_message_error")
    for server in ("capulet.lit", "evil.lit"):
        await component.receive(
            f"<message type='error' from='{server}' to='{OWN}'><privilege xmlns='{NS}'/><error type='auth'>"
            "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
        )
    assert [(name, m["from"], m["error"]["condition"]) for name, m in events] == [
        ("privileged_message_error", "capulet.lit", "forbidden")
    ]


@pytest.mark.parametrize(
    ("sender", "error"),
    [
        ("juliet@montague.lit", PermissionError),
        (f"{JULIET}/balcony", FieldValueError),
        ("", FieldValueError),
    ],
)
async def test_no_message_in_the_name_of_others(
    component: OfflineComponent, sender: str, error: type[Exception]
) -> None:
    await component.receive(advertised(OUTGOING))
    message = Message(sto="romeo@montague.lit", sfrom=sender or None)
    with pytest.raises(error):
        component.plugin[XEP_0356].send_privileged_message(message)
    assert component.sent == []


# -- requests -------------------------------------------------------------------------------------------------------


class Subscribe(ElementBase):
    name = "pubsub"
    namespace = PUBSUB
    plugin_attrib = "privileged_test"
    node = ChildText()


def request(itype: str = "set", sender: str = JULIET, payload: ElementBase | None = None) -> Iq:
    iq = Iq(stype=itype, sto="romeo@montaigu.lit", sfrom=sender)
    iq.append(payload or Subscribe())
    return iq


def answered(inner: str, kind: str = "result", sender: str = JULIET) -> str:
    return f"<iq type='{kind}' from='{sender}' to='{OWN}' id='priv_iq_1'>{inner}</iq>"


def told_by_server(inner: str) -> str:
    return f"<privilege xmlns='{NS}'><forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></privilege>"


def inner_iq(content: str, kind: str = "result", id_: str = "priv_iq_1") -> str:
    return f"<iq xmlns='jabber:client' type='{kind}' from='romeo@montaigu.lit' to='{JULIET}' id='{id_}'>{content}</iq>"


DENIED = "<error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
FORBIDDEN = "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"


async def test_a_request_in_the_name_of_a_user(component: OfflineComponent) -> None:
    await component.receive(advertised(IQS))
    plugin = component.plugin[XEP_0356]
    task, sent = await asked(component, plugin.send_privileged_iq(request(), "priv_iq_1"))
    assert sent.attrib == {"to": JULIET, "from": OWN, "type": "set", "id": "priv_iq_1"}
    assert sent[0].tag == f"{{{NS}}}privileged_iq"
    inner = sent[0][0]
    assert (inner.tag, inner.attrib, inner[0].tag) == (
        "{jabber:client}iq",
        {"type": "set", "to": "romeo@montaigu.lit", "from": JULIET, "id": "priv_iq_1"},
        f"{{{PUBSUB}}}pubsub",
    )
    # Nobody else answers for the server.
    await component.receive(
        answered(told_by_server(inner_iq("<spoof xmlns='u:v'/>")), sender="evil@evil.lit")
    )
    assert not task.done()
    await component.receive(answered(told_by_server(inner_iq("<subscription xmlns='u:v'/>"))))
    answer = await task
    assert (answer["from"], answer["type"], answer.xml[0].tag) == (
        "romeo@montaigu.lit",
        "result",
        "{u:v}subscription",
    )


@pytest.mark.parametrize(
    ("text", "error", "nested"),
    [
        # The server refuses to send it.
        (answered(FORBIDDEN, "error"), "forbidden", None),
        # The answer that the user got is an error, in an answer of either type.
        (answered(told_by_server(inner_iq(DENIED, "error"))), "not-allowed", "not-allowed"),
        (
            answered(told_by_server(inner_iq(DENIED, "error")) + FORBIDDEN, "error"),
            "not-allowed",
            "not-allowed",
        ),
    ],
)
async def test_a_request_that_is_refused(
    component: OfflineComponent, text: str, error: str, nested: str | None
) -> None:
    await component.receive(advertised(IQS))
    plugin = component.plugin[XEP_0356]
    task, _ = await asked(component, plugin.send_privileged_iq(request(), "priv_iq_1"))
    await component.receive(text)
    with pytest.raises(PrivilegedIqError, match=error) as raised:
        await task
    inner = raised.value.nested_error()
    assert (None if inner is None else inner.condition) == nested


@pytest.mark.parametrize(
    "inner",
    [
        "<query xmlns='jabber:iq:roster'/>",
        told_by_server(""),
        told_by_server(inner_iq("", "set")),
        told_by_server(inner_iq("") * 2),
        told_by_server(f"<message xmlns='jabber:client' from='{JULIET}'/>"),
    ],
)
async def test_an_answer_without_the_answer(component: OfflineComponent, inner: str) -> None:
    await component.receive(advertised(IQS))
    task, _ = await asked(component, component.plugin[XEP_0356].send_privileged_iq(request(), "priv_iq_1"))
    await component.receive(answered(inner))
    with pytest.raises(BadStanza, match="answer"):
        await task


async def test_an_empty_answer(component: OfflineComponent) -> None:
    await component.receive(advertised(IQS))
    task, _ = await asked(component, component.plugin[XEP_0356].send_privileged_iq(request(), "priv_iq_1"))
    await component.receive(answered(""))
    answer = await task
    assert (answer["type"], answer["from"], answer["id"]) == ("result", JULIET, "priv_iq_1")


async def test_the_server_says_which_request_it_answers(component: OfflineComponent) -> None:
    await component.receive(advertised(IQS))
    task, _ = await asked(component, component.plugin[XEP_0356].send_privileged_iq(request(), "priv_iq_1"))
    await component.receive(answered(told_by_server(inner_iq("", id_="another"))))
    assert (await task).xml.get("id") == "another"


@pytest.mark.parametrize("given", ["given", None])
async def test_who_is_not_allowed_may_send_it_himself(component: OfflineComponent, given: str | None) -> None:
    iq = request()
    assert not iq.xml.get("id")
    with pytest.raises(PermissionError):
        await component.plugin[XEP_0356].send_privileged_iq(iq, given)
    assert iq.xml.get("id") and given in (None, iq.xml.get("id"))
    assert component.sent == []


def two_payloads() -> Iq:
    iq = request()
    iq.append(Subscribe())
    return iq


@pytest.mark.parametrize(
    ("iq", "error"),
    [
        (request("get"), PermissionError),
        (request(sender="juliet@montague.lit"), PermissionError),
        (request(payload=Privilege()), PermissionError),
        (request(sender=f"{JULIET}/balcony"), FieldValueError),
        (request("result"), FieldValueError),
        (two_payloads(), FieldValueError),
        (Iq(stype="set", sfrom=JULIET), FieldValueError),
    ],
)
async def test_no_other_request_in_the_name_of_users(
    component: OfflineComponent, iq: Iq, error: type[Exception]
) -> None:
    await component.receive(advertised(IQS))
    with pytest.raises(error):
        await component.plugin[XEP_0356].send_privileged_iq(iq)
    assert component.sent == []


# -- the wire -------------------------------------------------------------------------------------------------------


def test_permissions_are_built_and_read() -> None:
    privilege = Privilege()
    privilege.add_perm("roster", "both").push = True
    privilege.add_perm("message", "none")
    perm = privilege.add_perm("iq")
    perm["namespace"]["ns"] = PUBSUB
    perm["namespace"]["type"] = "set"
    privilege.add_perm("presence", "roster")
    text = (
        f"<privilege xmlns='{NS}'>{ROSTER}<perm access='message' type='none'/>{IQS}"
        "<perm access='presence' type='roster'/></privilege>"
    )
    assert privilege == Privilege(xml=parse_one(text))
    assert (privilege.roster(), privilege.message(), privilege.presence()) == ("both", "none", "roster")
    assert privilege.permission("moon") is None
    assert [one["access"] for one in privilege["perms"]] == ["roster", "message", "iq", "presence"]
    assert privilege["perms"][2]["namespaces"][0]["ns"] == PUBSUB
