"""Extended stanza addressing (XEP-0033): headers, sending to several, answering, and being the service."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0033 import XEP_0033, Address, Addresses
from helixmpp.plugins.xep_0033.delivery import copies_of
from helixmpp.stanza import ElementBase, Message, Presence
from helixmpp.xml import parse_one
from tests.plugins.offline import OfflineClient, OfflineComponent
from tests.plugins.test_pep import Account

NS = "xmlns='http://jabber.org/protocol/address'"
SERVICE = "multicast.jabber.org"
ALICE = "a@header1.org/work"
ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"


def headers(*addresses: str) -> str:
    return f"<addresses {NS}>{''.join(f'<address {one}/>' for one in addresses)}</addresses>"


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient(ALICE)
    xmpp.register_plugin("xep_0033")
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


@pytest.fixture
async def service() -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent(SERVICE)
    xmpp.register_plugin("xep_0033", {"serves": {"header1.org"}})
    yield xmpp
    assert not xmpp.failures
    await xmpp.aclose()


def read(inner: str, cls: type[Message] | type[Presence] = Message) -> Any:
    return cls(xml=parse_one(f"<{cls.name} xmlns='jabber:client'>{inner}</{cls.name}>"))


def shown(xml: Any) -> list[tuple[str | None, ...]]:
    """The addresses of something that was sent: type, jid, delivered."""
    found = xml.find("{http://jabber.org/protocol/address}addresses")
    return [(one.get("type"), one.get("jid"), one.get("delivered")) for one in found]


# -- the headers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "inner", "key", "expected"),
    [
        (
            Message,
            headers(
                "type='to' jid='hildjj@jabber.org/Work' desc='Joe Hildebrand'",
                "type='cc' jid='jer@jabber.org/Home' desc='Jeremie Miller'",
            ),
            "to",
            [("to", "hildjj@jabber.org/Work", "", "", "Joe Hildebrand", False)],
        ),
        (
            Presence,
            headers("type='bcc' jid='temas@jabber.org'", "type='bcc' jid='jer@jabber.org'"),
            "bcc",
            [("bcc", "temas@jabber.org", "", "", "", False), ("bcc", "jer@jabber.org", "", "", "", False)],
        ),
        (
            Message,
            f"<addresses {NS}><address type='to' desc='Foo Group'><group xmlns='some:funny:group:ns'>foo</group>"
            "</address><address type='replyroom' jid='jdev@conference.jabber.org'/></addresses>",
            "replyroom",
            [("replyroom", "jdev@conference.jabber.org", "", "", "", False)],
        ),
        (
            Message,
            headers("type='to' jid='a@b.c' delivered='true'", "type='to' uri='sip:x@y.z' node='n'"),
            "all",
            [("to", "a@b.c", "", "", "", True), ("to", "", "sip:x@y.z", "n", "", False)],
        ),
        (Message, headers("type='noreply'"), "noreply", [("noreply", "", "", "", "", False)]),
        (Message, headers("type='ofrom' jid='a@b.c/d'"), "ofrom", [("ofrom", "a@b.c/d", "", "", "", False)]),
        (Message, "", "to", []),
        # A type that there is not is none of those that there are.
        (Message, headers("type='new' jid='a@b.c'"), "to", []),
    ],
)
def test_what_is_read(
    client: OfflineClient, cls: type[Message] | type[Presence], inner: str, key: str, expected: list[Any]
) -> None:
    stanza = read(inner, cls)
    found = stanza["addresses"][key]
    assert found == getattr(stanza[Addresses], key)
    assert [(a.type, a["jid"], a["uri"], a.node, a.desc, a.delivered) for a in found] == expected
    if inner:
        # What is not known stays there (section 4.7).
        assert ElementBase(xml=stanza.xml[0]) == ElementBase(xml=parse_one(inner))


@pytest.mark.parametrize(
    ("field", "attribute"), [("jid", "jid='a@b@c'"), ("type", "type='x'"), ("delivered", "delivered='x'")]
)
def test_wrong_values(client: OfflineClient, field: str, attribute: str) -> None:
    (address,) = read(headers(attribute))[Addresses].all
    with pytest.raises(BadStanza):
        getattr(address, field)


def test_building(client: OfflineClient) -> None:
    message = client.make_message(SERVICE)
    found = message["addresses"]
    found.add_address(jid="a@b.c", desc="A & B")
    found.add_address("cc", "d@e.f/g", "node", delivered=True)
    found.add_address("to", uri="sip:x@y.z")
    found.add_address("noreply")
    found["bcc"] = [{"jid": "h@i.j"}, Address(xml=parse_one(f"<address {NS} type='to' jid='k@l.m'/>"))]
    expected = headers(
        "type='to' jid='a@b.c' desc='A &amp; B'",
        "type='cc' jid='d@e.f/g' node='node' delivered='true'",
        "type='to' uri='sip:x@y.z'",
        "type='noreply'",
        "type='bcc' jid='h@i.j'",
        "type='bcc' jid='k@l.m'",
    )
    assert ElementBase(xml=message.xml[0]) == ElementBase(xml=parse_one(expected))
    found.cc[0].delivered = False
    assert "delivered" not in found.cc[0].xml.attrib
    del found["to"]
    del found["bcc"]
    assert [one.type for one in found.addresses] == ["cc", "noreply"]
    found["addresses"] = [{"type": "to", "jid": "n@o.p"}]
    assert [one["jid"] for one in found["to"]] == ["n@o.p"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"jid": "a@b.c", "uri": "sip:a@b.c"},
        {"uri": "sip:a@b.c", "node": "n"},
        {"atype": "to"},
        {"atype": "from", "jid": "a@b.c"},
        {"jid": "a@b@c"},
        {"jid": "a@b.c", "desc": "\x00"},
    ],
)
def test_what_cannot_be_built(client: OfflineClient, wrong: dict[str, Any]) -> None:
    message = client.make_message(SERVICE)
    with pytest.raises(ValueError, match=r".+"):
        message[Addresses].add_address(**wrong)
    for value in ("a@b.c", {"jid": "a@b.c"}):
        with pytest.raises(FieldValueError, match="list"):
            message["addresses"]["to"] = value
    assert message.xml.find(f"{{{Addresses.namespace}}}addresses") is None


# -- sending --------------------------------------------------------------------------------------------------------


def server(*services: str) -> Callable[[Element], str]:
    """A server that other services belong to, and which of them send to several."""
    items = "".join(f"<item jid='{one}'/>" for one in ("rooms.header1.org", SERVICE))

    def told(request: Element) -> str:
        query = request[0].tag[1:].partition("}")[0]
        inner = items if query.endswith("#items") else ""
        if query.endswith("#info") and request.get("to") in services:
            inner = "<feature var='http://jabber.org/protocol/address'/>"
        return f"<query xmlns='{query}'>{inner}</query>"

    return told


def messages(xmpp: Account) -> list[Element]:
    return [one for one in xmpp.sent if not one.tag.endswith("}iq")]


@pytest.mark.parametrize(
    ("services", "found"),
    [
        ((SERVICE,), SERVICE),
        (("example.org",), "example.org"),
        (("example.org", SERVICE), "example.org"),
        ((), None),
    ],
)
async def test_a_service_is_found_and_used(services: tuple[str, ...], found: str | None) -> None:
    xmpp = Account(server(*services), "xep_0033")
    message = xmpp.make_message("", mbody="Hello, world!")
    message["addresses"].add_address("to", "b@c.d")
    service = await xmpp.plugin[XEP_0033].send(message)
    assert service == (JID(found) if found else None)
    (sent,) = messages(xmpp)
    assert sent.get("to") == (found or "b@c.d")
    assert shown(sent) == [("to", "b@c.d", None if found else "true")]
    await xmpp.aclose()


async def test_without_a_service_each_gets_one() -> None:
    xmpp = Account(server(), "xep_0033")
    plugin = xmpp.plugin[XEP_0033]
    message = xmpp.make_message("", mbody="Hello")
    for kind, jid in (
        ("to", "to@x.y"),
        ("cc", "cc@x.y"),
        ("bcc", "b1@x.y"),
        ("bcc", "b2@x.y"),
        ("to", "cc@x.y"),
    ):
        message["addresses"].add_address(kind, jid)
    message["addresses"].add_address("to", "done@x.y", delivered=True)
    message["addresses"].add_address("replyto", "re@x.y")
    assert await plugin.send(message) is None
    common = [
        *(("to", "to@x.y", "true"), ("cc", "cc@x.y", "true"), ("to", "cc@x.y", "true")),
        *(("to", "done@x.y", "true"), ("replyto", "re@x.y", None)),
    ]
    assert [(one.get("to"), shown(one)) for one in messages(xmpp)] == [
        ("to@x.y", common),
        ("cc@x.y", common),
        ("b1@x.y", [*common, ("bcc", "b1@x.y", None)]),
        ("b2@x.y", [*common, ("bcc", "b2@x.y", None)]),
    ]
    # The message itself stays as it was.
    assert len(message["addresses"]["bcc"]) == 2
    assert await plugin.send(message, "other.example/x") == JID("other.example/x")
    assert messages(xmpp)[-1].get("to") == "other.example"
    await plugin.send(xmpp.make_message("plain@x.y", mbody="x"))
    assert messages(xmpp)[-1].get("to") == "plain@x.y"
    empty = xmpp.make_message("")
    empty["addresses"].add_address("replyto", "re@x.y")
    with pytest.raises(ValueError, match="no address"):
        await plugin.send(empty)
    await xmpp.aclose()


JIDS = st.sampled_from([f"u{n}@h{n % 2}.example" for n in range(6)])
LISTED = st.lists(
    st.tuples(st.sampled_from(["to", "cc", "bcc", "replyto"]), JIDS, st.booleans()), max_size=12
)


@given(LISTED)
def test_nobody_sees_a_blind_copy_of_somebody_else(listed: list[tuple[str, str, bool]]) -> None:
    message = Message()
    message.append(Addresses())
    for kind, jid, delivered in listed:
        message[Addresses].add_address(kind, jid, delivered=delivered)
    copies = copies_of(message)
    asked = {jid for kind, jid, delivered in listed if kind != "replyto" and not delivered}
    assert sorted(one["to"].full for one in copies) == sorted(asked)
    for one in copies:
        own = one["to"]
        assert all(blind.jid == own for blind in one[Addresses].bcc)
        assert all(address.delivered for address in (*one[Addresses].to, *one[Addresses].cc))
        # Whoever is asked to send it on again, sends it to nobody but the blind copy's own receiver.
        assert {again["to"] for again in copies_of(one)} <= {own}


# -- answering ------------------------------------------------------------------------------------------------------

BOB = "bob@other.org/x"
REPLIES: list[tuple[list[str], dict[str, Any], list[tuple[str, Any]]]] = [
    ([], {}, [(BOB, None)]),
    (["type='noreply'", "type='replyto' jid='x@y.z'"], {"allowed": False}, []),
    (["type='replyroom' jid='r@muc.z'"], {"rooms": (JID("r@muc.z"),), "elsewhere": True}, []),
    (["type='replyto' jid='bob@other.org'"], {"elsewhere": False}, [("bob@other.org", None)]),
    (
        ["type='replyto' jid='x@y.z'", "type='replyto' jid='u@v.w'", "type='to' jid='q@r.s'"],
        {"elsewhere": True},
        [("x@y.z", None), ("u@v.w", None)],
    ),
    # We are the only receiver.
    ([f"type='to' jid='{ALICE}' delivered='true'", "type='bcc' jid='a@header1.org'"], {}, [(BOB, None)]),
    (
        ["type='to' jid='a@header1.org' delivered='true'", "type='cc' jid='c@d.e' delivered='true'"],
        {},
        [(BOB, [("to", BOB, None), ("cc", "c@d.e", None)])],
    ),
    (
        ["type='to' jid='bob@other.org'", "type='cc' jid='c@d.e' delivered='true'"],
        {},
        [(BOB, [("to", "bob@other.org", None), ("cc", "c@d.e", None)])],
    ),
]


@pytest.mark.parametrize(("addresses", "wanted", "answers"), REPLIES)
async def test_whom_an_answer_goes_to(
    client: OfflineClient, addresses: list[str], wanted: dict[str, Any], answers: list[Any]
) -> None:
    message = read(f"<thread>t</thread>{headers(*addresses) if addresses else ''}")
    message["from"], message["to"], message["type"] = BOB, ALICE, "chat"
    plugin = client.plugin[XEP_0033]
    found = plugin.reply_to(message)
    for name, value in wanted.items():
        assert getattr(found, name) == value
    made = plugin.make_replies(message, "Thanks!")
    assert [(one.xml.get("to"), shown(one.xml) if one.get(Addresses) else None) for one in made] == answers
    assert all((one["thread"], one["type"], one["body"]) == ("t", "chat", "Thanks!") for one in made)


def test_an_answer_to_what_is_no_address(client: OfflineClient) -> None:
    message = read(headers("type='replyto' jid='a@b@c'"))
    message["from"] = BOB
    with pytest.raises(BadStanza):
        client.plugin[XEP_0033].make_replies(message)


# -- being the service ----------------------------------------------------------------------------------------------


async def features(xmpp: OfflineClient | OfflineComponent) -> set[str]:
    return set((await xmpp.plugin["xep_0030"].info_of())["features"])


async def test_who_announces_it(client: OfflineClient, service: OfflineComponent) -> None:
    other = OfflineComponent()
    other.register_plugin("xep_0033")
    for xmpp in (client, service, other):
        xmpp.plugin[XEP_0033].session_bind(xmpp.boundjid)
    assert Addresses.namespace in await features(client)
    assert Addresses.namespace in await features(service)
    assert Addresses.namespace not in await features(other)
    service.plugin.disable("xep_0033")
    assert Addresses.namespace not in await features(service)
    await other.aclose()


SENT = headers(*(f"type='{kind}' jid='{kind}@header{n}.org'" for n in (1, 2) for kind in ("to", "cc", "bcc")))


async def test_the_flow_of_the_xep(service: OfflineComponent) -> None:
    sent = await service.receive(
        f"<message to='{SERVICE}' from='{ALICE}' id='1'><body>Hello, World!</body>{SENT}</message>"
    )
    common = [(kind, f"{kind}@header{n}.org", "true") for n in (1, 2) for kind in ("to", "cc")]
    expected = {
        f"{kind}@header{n}.org": [*common, *([("bcc", f"bcc@header{n}.org", None)] if kind == "bcc" else [])]
        for n in (1, 2)
        for kind in ("to", "cc", "bcc")
    }
    assert {one.get("to"): shown(one) for one in sent} == expected
    assert {(one.get("from"), one.findtext("{jabber:component:accept}body")) for one in sent} == {
        (ALICE, "Hello, World!")
    }
    # None is sent on again.
    again = headers("type='to' jid='x@y.z' delivered='true'")
    assert await service.receive(f"<message to='{SERVICE}' from='{ALICE}'>{again}</message>") == []


@pytest.mark.parametrize(
    ("attributes", "inner", "condition"),
    [
        (f"from='eve@evil.example' to='{SERVICE}'", headers("type='to' jid='x@y.z'"), "forbidden"),
        (f"from='{ALICE}' to='{SERVICE}'", headers("type='to' uri='sip:x@y.z'"), "jid-malformed"),
        (f"from='{ALICE}' to='{SERVICE}'", headers("type='cc' desc='x'"), "jid-malformed"),
        (f"from='{ALICE}' to='{SERVICE}'", headers("type='to' jid='a@b@c'"), "jid-malformed"),
        (
            f"from='{ALICE}' to='{SERVICE}'",
            headers(*(f"type='to' jid='u{n}@x.y'" for n in range(51))),
            "not-acceptable",
        ),
        (f"from='{ALICE}' to='{SERVICE}' type='error'", headers("type='to' jid='x@y.z'"), None),
        (f"from='eve@evil.example' to='{SERVICE}' type='error'", headers("type='to' jid='x@y.z'"), None),
        # What is for a user of the component's is no business of the service.
        (f"from='{ALICE}' to='user@{SERVICE}'", headers("type='to' jid='x@y.z'"), None),
        (f"from='{ALICE}' to='{SERVICE}/x'", headers("type='to' jid='x@y.z'"), None),
    ],
)
async def test_what_is_not_sent_on(
    service: OfflineComponent, attributes: str, inner: str, condition: str | None
) -> None:
    for kind in ("message", "presence"):
        if kind == "presence" and condition is None and "type" not in attributes:
            continue
        sent = await service.receive(f"<{kind} {attributes}>{inner}</{kind}>")
        if condition is None:
            assert sent == []
        else:
            (refusal,) = sent
            assert refusal.get("type") == "error"
            assert refusal.find(f".//{ERRORS}{condition}") is not None


async def test_a_client_or_another_component_sends_nothing_on(client: OfflineClient) -> None:
    other = OfflineComponent(SERVICE)
    other.register_plugin("xep_0033")
    for xmpp, to in ((client, ALICE), (client, "header1.org"), (other, SERVICE)):
        assert await xmpp.receive(f"<message from='{ALICE}' to='{to}'>{SENT}</message>") == []
    await other.aclose()


async def test_who_was_told_of_a_presence_is_told_of_its_end(service: OfflineComponent) -> None:
    def presence(kind: str, *jids: str, sender: str = ALICE) -> str:
        inner = headers(*(f"type='bcc' jid='{jid}'" for jid in jids)) if jids else ""
        return f"<presence from='{sender}' to='{SERVICE}' {kind}>{inner}</presence>"

    def told(sent: list[Any]) -> list[tuple[str | None, ...]]:
        return [(one.get("to"), one.get("type"), one.get("from")) for one in sent]

    for jid in ("x@y.z", "u@v.w", "x@y.z"):
        await service.receive(presence("", jid))
    # A subscription is no presence that ends.
    await service.receive(presence("type='subscribe'", "s@t.u"))
    gone = await service.receive(presence("type='unavailable'"))
    assert told(gone) == [("x@y.z", "unavailable", ALICE), ("u@v.w", "unavailable", ALICE)]
    assert [len(one) for one in gone] == [0, 0]
    assert await service.receive(presence("type='unavailable'")) == []
    # Each is told once, also where the end has addresses itself.
    await service.receive(presence("", "x@y.z", "u@v.w"))
    ended = await service.receive(presence("type='unavailable'", "x@y.z", "q@r.s"))
    assert sorted(one[0] or "" for one in told(ended)) == ["q@r.s", "u@v.w", "x@y.z"]
    # The table has its limit; the longest known go first.
    service.plugin[XEP_0033].max_told = 3
    for n in range(5):
        await service.receive(presence("", f"x{n}@y.z", sender=f"u{n}@header1.org/x"))
    left = [
        await service.receive(presence("type='unavailable'", sender=f"u{n}@header1.org/x")) for n in range(5)
    ]
    assert [len(one) for one in left] == [0, 0, 1, 1, 1]


def test_an_address_that_becomes_another(client: OfflineClient) -> None:
    addresses = Message()["addresses"]
    address = addresses.add_address("to", jid="a@example.org", node="n", desc="A")
    address["uri"] = ""
    assert address["jid"] == "a@example.org"
    address["uri"] = "mailto:a@example.org"
    assert address.xml.attrib == {"type": "to", "desc": "A", "uri": "mailto:a@example.org"}
