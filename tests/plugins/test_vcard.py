"""XEP-0054 without a network: every part of a vCard, the store, who is given what, and the limits."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from helixmpp.errors import BadStanza, FieldValueError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0054 import XEP_0054, Address, Email, Telephone, VCardStore, VCardTemp
from helixmpp.stanza import Iq, IqError
from helixmpp.storage import MemoryEngine
from helixmpp.xml import parse_one, serialize
from tests.plugins.conftest import Clock
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

# Section 3.1, example 2.
EXAMPLE = """<vCard xmlns='vcard-temp'>
    <FN>Peter Saint-Andre</FN>
    <N><FAMILY>Saint-Andre</FAMILY><GIVEN>Peter</GIVEN><MIDDLE/></N>
    <NICKNAME>stpeter</NICKNAME>
    <URL>http://www.xmpp.org/xsf/people/stpeter.shtml</URL>
    <BDAY>1966-08-06</BDAY>
    <ORG><ORGNAME>XMPP Standards Foundation</ORGNAME><ORGUNIT/></ORG>
    <TITLE>Executive Director</TITLE>
    <ROLE>Patron Saint</ROLE>
    <TEL><WORK/><VOICE/><NUMBER>303-308-3282</NUMBER></TEL>
    <TEL><WORK/><FAX/><NUMBER/></TEL>
    <ADR><WORK/><EXTADD>Suite 600</EXTADD><STREET>1899 Wynkoop Street</STREET><LOCALITY>Denver</LOCALITY>
      <REGION>CO</REGION><PCODE>80202</PCODE><CTRY>USA</CTRY></ADR>
    <ADR><HOME/><EXTADD/><STREET/><LOCALITY>Denver</LOCALITY></ADR>
    <EMAIL><INTERNET/><PREF/><USERID>stpeter@jabber.org</USERID></EMAIL>
    <JABBERID>stpeter@jabber.org</JABBERID>
    <DESC>More information</DESC>
    <X-OTHER a='b'>kept</X-OTHER>
  </vCard>"""


def test_the_example() -> None:
    vcard = VCardTemp(xml=parse_one(EXAMPLE))
    assert vcard["FN"] == vcard.full_name == "Peter Saint-Andre"
    assert (vcard["N"]["FAMILY"], vcard.names.given, vcard["N"]["MIDDLE"]) == ("Saint-Andre", "Peter", "")
    assert vcard["NICKNAME"] == vcard.nicknames == ["stpeter"]
    assert vcard["BDAY"] == vcard.birthday == date(1966, 8, 6)
    assert vcard["ORG"]["ORGNAME"] == vcard.organization.organization == "XMPP Standards Foundation"
    assert [tel.number for tel in vcard.telephones] == ["303-308-3282", ""]
    assert [tel["FAX"] for tel in vcard["telephone_numbers"]] == [False, True]
    assert [adr.home for adr in vcard["addresses"]] == [False, True]
    assert (vcard["ADR"]["PCODE"], vcard.address.country) == ("80202", "USA")
    assert (vcard["EMAIL"]["USERID"], vcard.email.preferred) == ("stpeter@jabber.org", True)
    assert vcard["JABBERID"] == vcard.jabber_id == JID("stpeter@jabber.org")
    assert VCardTemp(xml=parse_one(str(vcard))) == vcard
    assert "X-OTHER" in str(vcard)


# The key of a part, the key in it or nothing, what is written, and what is on the wire and read then.
PARTS: list[tuple[str, str, Any, str, Any]] = [
    *(
        (key, "", "text", f"<{element}>text</{element}>", "text")
        for key, element in [
            ("VERSION", "VERSION"),
            ("FN", "FN"),
            ("MAILER", "MAILER"),
            ("TZ", "TZ"),
            ("TITLE", "TITLE"),
            ("ROLE", "ROLE"),
            ("NOTE", "NOTE"),
            ("PRODID", "PRODID"),
            ("SORTSTRING", "SORT-STRING"),
            ("UID", "UID"),
            ("URL", "URL"),
            ("DESC", "DESC"),
        ]
    ),
    *(
        ("N", part, "x", f"<N><{part}>x</{part}></N>", "x")
        for part in ["FAMILY", "GIVEN", "MIDDLE", "PREFIX", "SUFFIX"]
    ),
    ("NICKNAME", "", ["a", "b"], "<NICKNAME>a,b</NICKNAME>", ["a", "b"]),
    ("NICKNAME", "", "a, b", "<NICKNAME>a, b</NICKNAME>", ["a", "b"]),
    ("BDAY", "", date(1999, 2, 1), "<BDAY>1999-02-01</BDAY>", date(1999, 2, 1)),
    ("BDAY", "", "4 July", "<BDAY>4 July</BDAY>", "4 July"),
    (
        "REV",
        "",
        datetime(2020, 1, 2, 3, tzinfo=UTC),
        "<REV>2020-01-02T03:00:00Z</REV>",
        datetime(2020, 1, 2, 3, tzinfo=UTC),
    ),
    ("JABBERID", "", "a@b.c", "<JABBERID>a@b.c</JABBERID>", JID("a@b.c")),
    *(
        (part, "TYPE", "image/png", f"<{part}><TYPE>image/png</TYPE></{part}>", "image/png")
        for part in ["PHOTO", "LOGO"]
    ),
    *(
        (part, "BINVAL", b"\0\xff", f"<{part}><BINVAL>AP8=</BINVAL></{part}>", b"\0\xff")
        for part in ["PHOTO", "LOGO", "SOUND"]
    ),
    *(
        (part, "EXTVAL", "u:v", f"<{part}><EXTVAL>u:v</EXTVAL></{part}>", "u:v")
        for part in ["PHOTO", "LOGO", "SOUND", "AGENT"]
    ),
    ("SOUND", "PHONETIC", "x", "<SOUND><PHONETIC>x</PHONETIC></SOUND>", "x"),
    *(
        ("ADR", part, "x", f"<ADR><{part}>x</{part}></ADR>", "x")
        for part in ["POBOX", "EXTADD", "STREET", "LOCALITY", "REGION", "PCODE", "CTRY"]
    ),
    *(
        (place, flag, True, f"<{place}><{flag}/></{place}>", True)
        for place in ["ADR", "LABEL"]
        for flag in ["HOME", "WORK", "POSTAL", "PARCEL", "DOM", "INTL", "PREF"]
    ),
    ("LABEL", "lines", ["a", "b"], "<LABEL><LINE>a</LINE><LINE>b</LINE></LABEL>", ["a", "b"]),
    *(
        ("TEL", flag, True, f"<TEL><{flag}/></TEL>", True)
        for flag in [
            "HOME",
            "WORK",
            "VOICE",
            "FAX",
            "PAGER",
            "MSG",
            "CELL",
            "VIDEO",
            "BBS",
            "MODEM",
            "ISDN",
            "PCS",
            "PREF",
        ]
    ),
    ("TEL", "NUMBER", "1", "<TEL><NUMBER>1</NUMBER></TEL>", "1"),
    ("TEL", "NUMBER", "", "<TEL><NUMBER/></TEL>", ""),
    *(
        ("EMAIL", flag, True, f"<EMAIL><{flag}/></EMAIL>", True)
        for flag in ["HOME", "WORK", "INTERNET", "PREF", "X400"]
    ),
    ("EMAIL", "USERID", "a@b", "<EMAIL><USERID>a@b</USERID></EMAIL>", "a@b"),
    ("GEO", "LAT", 37.5, "<GEO><LAT>37.5</LAT></GEO>", 37.5),
    ("GEO", "LON", "-122", "<GEO><LON>-122.0</LON></GEO>", -122.0),
    ("ORG", "ORGNAME", "x", "<ORG><ORGNAME>x</ORGNAME></ORG>", "x"),
    ("ORG", "orgunits", ["a", "b"], "<ORG><ORGUNIT>a</ORGUNIT><ORGUNIT>b</ORGUNIT></ORG>", ["a", "b"]),
    (
        "CATEGORIES",
        "",
        ["a", "b"],
        "<CATEGORIES><KEYWORD>a</KEYWORD><KEYWORD>b</KEYWORD></CATEGORIES>",
        ["a", "b"],
    ),
    *(
        ("CLASS", flag, True, f"<CLASS><{flag}/></CLASS>", True)
        for flag in ["PUBLIC", "PRIVATE", "CONFIDENTIAL"]
    ),
    ("KEY", "TYPE", "x", "<KEY><TYPE>x</TYPE></KEY>", "x"),
    ("KEY", "CRED", "x", "<KEY><CRED>x</CRED></KEY>", "x"),
]


@pytest.mark.parametrize(("part", "key", "value", "wire", "read"), PARTS)
def test_every_part(part: str, key: str, value: Any, wire: str, read: Any) -> None:
    vcard = VCardTemp()
    if key:
        vcard[part][key] = value
    else:
        vcard[part] = value
    assert vcard == VCardTemp(xml=parse_one(f"<vCard xmlns='vcard-temp'>{wire}</vCard>"))
    again = VCardTemp(xml=parse_one(str(vcard)))
    assert (again[part][key] if key else again[part]) == read
    del vcard[part]
    assert len(vcard.xml) == 0


def test_parts_that_are_there_several_times() -> None:
    vcard = VCardTemp()
    for kind in (Address, Telephone, Telephone, Email):
        part = kind()
        part.attach()
        vcard.append(part)
    vcard.descriptions = ["a", "b"]
    assert (len(vcard.addresses), len(vcard["telephone_numbers"]), len(vcard["emails"])) == (1, 2, 1)
    assert vcard.description == "a"
    agent = vcard.agent[VCardTemp]
    agent.full_name = "Nurse"
    assert vcard["AGENT"]["vcard_temp"]["FN"] == "Nurse"
    assert VCardTemp(xml=parse_one(str(vcard))) == vcard


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("PHOTO", "BINVAL", "text"),
        ("PHOTO", "TYPE", "a\0"),
        ("NICKNAME", "", ["a", 5]),
        ("BDAY", "", datetime(2020, 1, 1)),
        ("GEO", "LAT", "north"),
        ("FN", "", 5),
        ("JABBERID", "", "@"),
    ],
)
def test_what_is_wrong_is_told_at_the_assignment(part: str, key: str, value: Any) -> None:
    vcard = VCardTemp()
    with pytest.raises(ValueError):
        if key:
            vcard[part][key] = value
        else:
            vcard[part] = value
    assert len(vcard.xml) == 0


@pytest.mark.parametrize(
    ("text", "part", "key"),
    [("<PHOTO><BINVAL>!</BINVAL></PHOTO>", "PHOTO", "BINVAL"), ("<GEO><LAT>x</LAT></GEO>", "GEO", "LAT")],
)
def test_what_a_peer_wrote_wrong(text: str, part: str, key: str) -> None:
    vcard = VCardTemp(xml=parse_one(f"<vCard xmlns='vcard-temp'>{text}</vCard>"))
    with pytest.raises(BadStanza):
        _ = vcard[part][key]


@pytest.fixture
async def client() -> AsyncIterator[OfflineClient]:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0054")
    yield xmpp
    await xmpp.aclose()


@pytest.fixture
async def component() -> AsyncIterator[OfflineComponent]:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0054")
    yield xmpp
    await xmpp.aclose()


def card(name: str) -> VCardTemp:
    vcard = VCardTemp()
    vcard.full_name = name
    return vcard


async def asked(
    xmpp: OfflineClient | OfflineComponent, answer: str, **arguments: Any
) -> tuple[str | None, Iq]:
    """Ask for a vCard, answer with that, and give whom was asked and the result."""
    task = xmpp.loop.create_task(xmpp.plugin[XEP_0054].get_vcard(**arguments))
    await settle()
    request = xmpp.sent[-1]
    assert [child.tag for child in request] == ["{vcard-temp}vCard"]
    sender = f"from='{request.get('to')}'" if request.get("to") else ""
    await xmpp.receive(f"<iq type='result' id='{request.get('id')}' {sender}>{answer}</iq>")
    return request.get("to"), await task


@pytest.mark.parametrize(
    "jid", [None, "me@example.org", "me@example.org/desk", "you@example.org", "room@muc.c/nick"]
)
async def test_a_client_asks_and_keeps_the_answer(client: OfflineClient, jid: str | None) -> None:
    plugin = client.plugin[XEP_0054]
    to, answer = await asked(client, str(card("Juliet")), jid=jid)
    assert to == (None if jid in (None, "me@example.org", "me@example.org/desk") else jid)
    assert answer["vcard_temp"]["FN"] == "Juliet"
    before = len(client.sent)
    again = await plugin.get_vcard(jid, cached=True)
    assert again[VCardTemp].full_name == "Juliet"
    assert (await plugin.get_vcard(jid, local=True))[VCardTemp].full_name == "Juliet"
    # The copy that came out does not change what is kept.
    again[VCardTemp].full_name = "Romeo"
    assert (await plugin.get_vcard(jid, cached=True))[VCardTemp].full_name == "Juliet"
    assert len(client.sent) == before
    await plugin.api["del_vcard"](jid)
    with pytest.raises(XMPPError, match="item-not-found"):
        await plugin.get_vcard(jid, local=True)


async def test_only_answers_to_our_own_questions_are_kept(client: OfflineClient) -> None:
    await client.receive(f"<iq type='result' id='x' from='them@example.net'>{card('Fake')}</iq>")
    with pytest.raises(XMPPError, match="item-not-found"):
        await client.plugin[XEP_0054].get_vcard("them@example.net", local=True)
    task = client.loop.create_task(client.plugin[XEP_0054].get_vcard("them@example.net"))
    await settle()
    id_ = client.sent[-1].get("id")
    await client.receive(f"<iq type='result' id='{id_}' from='other@example.net'>{card('Fake')}</iq>")
    assert not task.done()
    await client.receive(f"<iq type='result' id='{id_}' from='them@example.net'>{card('True')}</iq>")
    assert (await task)["vcard_temp"]["FN"] == "True"


@pytest.mark.parametrize("type_", ["get", "set"])
async def test_a_client_answers_for_nobody(client: OfflineClient, type_: str) -> None:
    await client.plugin[XEP_0054].api["set_vcard"](None, None, None, card("Me"))
    (answer,) = await client.receive(
        f"<iq type='{type_}' id='1' from='a@b.c/d'><vCard xmlns='vcard-temp'/></iq>"
    )
    assert "service-unavailable" in serialize(answer)


async def test_a_client_publishes(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0054]
    vcard = plugin.make_vcard()
    vcard["FN"] = "Me"
    task = client.loop.create_task(plugin.publish_vcard(vcard))
    await settle()
    request = client.sent[-1]
    assert (request.get("type"), request.get("to")) == ("set", None)
    assert VCardTemp(xml=request[0]) == vcard
    vcard["FN"] = "Changed later"
    await client.receive(f"<iq type='result' id='{request.get('id')}'/>")
    assert isinstance(await task, Iq)
    assert (await plugin.get_vcard(cached=True))["vcard_temp"]["FN"] == "Me"


async def test_what_the_server_refuses_is_not_kept(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0054]
    task = client.loop.create_task(plugin.publish_vcard(card("Me")))
    await settle()
    await client.receive(
        f"<iq type='error' id='{client.sent[-1].get('id')}'><error type='cancel'>"
        "<not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
    )
    with pytest.raises(IqError, match="not-allowed"):
        await task
    with pytest.raises(XMPPError, match="item-not-found"):
        await plugin.get_vcard(local=True)


async def test_a_component_gives_the_cards_of_its_addresses(component: OfflineComponent) -> None:
    plugin = component.plugin[XEP_0054]
    assert await plugin.publish_vcard(card("Component")) is None
    await plugin.publish_vcard(card("User"), "user@comp.example.org")
    await plugin.publish_vcard(card("Nick"), "room@comp.example.org/nick")
    await plugin.api["set_vcard"]("them@example.net", None, None, card("Theirs"))
    question = "<iq type='{}' id='1' from='a@b.c/d' to='{}'><vCard xmlns='vcard-temp'/></iq>"
    seen: dict[str, str] = {}
    for to in ("comp", "user@comp", "room@comp", "no@comp"):
        for end in ("", "/nick"):
            jid = f"{to}.example.org{end}"
            (answer,) = await component.receive(question.format("get", jid))
            assert (answer.get("from"), answer.get("to")) == (jid, "a@b.c/d")
            seen[to + end] = serialize(answer)
    names = {
        key: next((name for name in ("Component", "User", "Nick") if name in text), "")
        for key, text in seen.items()
    }
    assert names == {
        "comp": "Component", "comp/nick": "Component", "user@comp": "User", "user@comp/nick": "User",
        "room@comp": "", "room@comp/nick": "Nick", "no@comp": "", "no@comp/nick": "",
    }  # fmt: skip
    assert all("item-not-found" in seen[key] for key, name in names.items() if not name)
    (answer,) = await component.receive(question.format("set", "user@comp.example.org"))
    assert "forbidden" in serialize(answer)
    # What others gave us is given to nobody.
    assert await plugin.api["get_vcard"]("them@example.net", None, "a@b.c/d", None) is None
    assert (await plugin.get_vcard("them@example.net", cached=True))["vcard_temp"]["FN"] == "Theirs"
    assert (await plugin.get_vcard("user@comp.example.org"))["vcard_temp"]["FN"] == "User"
    with pytest.raises(XMPPError, match="item-not-found"):
        await plugin.get_vcard("no@comp.example.org")


async def test_a_card_that_is_too_large_is_refused_at_the_call(component: OfflineComponent) -> None:
    plugin = component.plugin[XEP_0054]
    plugin.max_photo, plugin.max_size = 100, 400
    vcard = card("x")
    vcard.photo.data = b"x" * 100
    await plugin.publish_vcard(vcard)
    vcard.photo.data = b"x" * 101
    with pytest.raises(ValueError, match="max_photo is 100"):
        await plugin.publish_vcard(vcard)
    with pytest.raises(ValueError, match="max_size is 400"):
        await plugin.publish_vcard(card("x" * 400))
    assert (await plugin.get_vcard())[VCardTemp].photo.data == b"x" * 100


async def test_a_card_of_somebody_else_that_is_too_large_is_given_and_not_kept(client: OfflineClient) -> None:
    plugin = client.plugin[XEP_0054]
    plugin.max_size = 400
    await asked(client, str(card("small")), jid="them@example.net")
    _, answer = await asked(client, str(card("x" * 400)), jid="them@example.net")
    assert answer[VCardTemp].full_name == "x" * 400
    with pytest.raises(XMPPError, match="item-not-found"):
        await plugin.get_vcard("them@example.net", local=True)
    assert not client.failures


async def test_the_cards_of_strangers_stay_at_their_limit() -> None:
    clock = Clock()
    xmpp = OfflineComponent(
        storage=MemoryEngine(clock),
        plugin_config={"xep_0054": {"max_cached": 5, "max_own": 3, "cache_age": 60}},
    )
    plugin = xmpp.register_plugin(XEP_0054)
    await plugin.publish_vcard(card("ours"))
    for number in range(100):
        await plugin.api["set_vcard"](f"s{number}@example.net", None, None, card("x"))
        await xmpp.receive(
            f"<iq type='get' id='1' from='s{number}@example.net'><vCard xmlns='vcard-temp'/></iq>"
        )
    assert len(await plugin.collection("cached", limit=5).keys()) == 5
    # Strangers push nothing of ours out.
    assert (await plugin.get_vcard())["vcard_temp"]["FN"] == "ours"
    clock.now += 60
    assert await plugin.api["get_vcard"]("s99@example.net") is None
    for number in range(100):
        await plugin.publish_vcard(card("x"), f"u{number}@comp.example.org")
    assert len(await plugin.collection("own", limit=3).keys()) == 3
    await xmpp.aclose()


class Recorder:
    """A store that only writes down what it is asked."""

    def __init__(self) -> None:
        self.answer: VCardTemp | Iq | Exception | None = None
        self.calls: list[tuple[Any, ...]] = []

    def set_vcard(self, jid: JID, node: str, ifrom: JID | None, args: VCardTemp) -> None:
        self.calls.append(("set", jid, node, ifrom, args.full_name))

    def get_vcard(self, jid: JID, node: str, ifrom: JID | None, args: None) -> VCardTemp | Iq | None:
        self.calls.append(("get", jid, node, ifrom, args))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def del_vcard(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        self.calls.append(("del", jid, node, ifrom, args))


async def test_each_operation_is_replaced(component: OfflineComponent) -> None:
    plugin, store = component.plugin[XEP_0054], Recorder()
    typed: VCardStore = store
    plugin.api.bind(typed)
    own, user = JID("comp.example.org"), JID("user@comp.example.org")
    question = f"<iq type='get' id='1' from='a@b.c/d' to='{user}'><vCard xmlns='vcard-temp'/></iq>"
    await plugin.publish_vcard(card("x"), user, ifrom=user)
    store.answer = card("theirs")
    given = await plugin.get_vcard(user)
    assert given["vcard_temp"]["FN"] == "theirs"
    # The store's object is its own: what is done to the answer does not reach it.
    given["vcard_temp"]["FN"] = "changed"
    assert store.answer.full_name == "theirs"
    assert "theirs" in serialize((await component.receive(question))[0])
    iq = component.Iq()
    iq["vcard_temp"]["FN"] = "in an iq"
    store.answer = iq
    assert await plugin.get_vcard() is iq
    assert "in an iq" in serialize((await component.receive(question))[0])
    store.answer = None
    assert "item-not-found" in serialize((await component.receive(question))[0])
    store.answer = XMPPError("forbidden")
    assert "forbidden" in serialize((await component.receive(question))[0])
    store.answer = OSError("secret")
    (answer,) = await component.receive(question)
    assert "internal-server-error" in serialize(answer)
    assert "secret" not in serialize(answer)
    asker = JID("a@b.c/d")
    assert store.calls == [
        ("set", user, "", user, "x"),
        ("get", user, "", None, None),
        ("get", user, "", asker, None),
        ("get", own, "", None, None),
        *[("get", user, "", asker, None)] * 4,
    ]


async def test_a_store_that_fails_does_not_hide_the_card(client: OfflineClient) -> None:
    def fails(jid: JID, node: str, ifrom: JID | None, args: VCardTemp) -> None:
        raise OSError("disk")

    client.plugin[XEP_0054].api.register(fails, "set_vcard")
    _, answer = await asked(client, str(card("x")), jid="them@example.net")
    assert answer[VCardTemp].full_name == "x"
    assert [str(error) for error in client.failures] == ["disk"]


@pytest.mark.parametrize("value", [b"", b"x", b"<vCard/>", b"<vCard xmlns='vcard-temp'>", b"\xff"])
async def test_what_cannot_be_read_back_is_left_out(client: OfflineClient, value: bytes) -> None:
    plugin = client.plugin[XEP_0054]
    await plugin.api["set_vcard"](None, None, None, card("x"))
    await plugin.collection("own", limit=1).put("me@example.org", value)
    assert await plugin.api["get_vcard"]() is None


def test_the_typed_attributes_refuse_as_well() -> None:
    with pytest.raises(FieldValueError):
        VCardTemp().photo.data = "text"  # type: ignore[assignment] # pyright: ignore[reportAttributeAccessIssue] - the mistake is the point
