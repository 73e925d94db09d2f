"""vCard4 over XMPP (XEP-0292): the card, everybody's own at a node, and notes about contacts."""

from datetime import date, datetime
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from helixmpp import IqError, Message, XMPPError
from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0054.stanza import VCardTemp
from helixmpp.plugins.xep_0060 import XEP_0060
from helixmpp.plugins.xep_0292 import XEP_0292, VCard4
from helixmpp.plugins.xep_0292 import stanza as vcard_stanza
from helixmpp.plugins.xep_0292.migration import from_vcard_temp
from helixmpp.plugins.xep_0292.properties import Gender, Name, TimeZone
from helixmpp.stanza import ElementBase, Iq
from helixmpp.xml import parse_one, serialize
from tests.plugins.offline import OfflineClient
from tests.plugins.test_bookmarks import Keeper
from tests.plugins.test_pep import Account, info, options_of

NS = "urn:ietf:params:xml:ns:vcard-4.0"
PUBSUB = "http://jabber.org/protocol/pubsub"


def types(*names: str) -> str:
    return f"<type>{''.join(f'<text>{name}</text>' for name in names)}</type>"


PREF = "<pref><integer>1</integer></pref>"

# The example of section 4.1.1, but for the white space.
STPETER = (
    f"<vcard xmlns='{NS}'><fn><text>Peter Saint-Andre</text></fn>"
    "<n><surname>Saint-Andre</surname><given>Peter</given><additional/></n>"
    "<nickname><text>stpeter</text></nickname><nickname><text>psa</text></nickname>"
    "<photo><uri>https://stpeter.im/images/stpeter_oscon.jpg</uri></photo>"
    "<bday><date>1966-08-06</date></bday>"
    f"<adr><parameters>{types('work', 'voice')}{PREF}</parameters><ext>Suite 600</ext>"
    "<street>1899 Wynkoop Street</street><locality>Denver</locality><region>CO</region><code>80202</code>"
    "<country>USA</country></adr>"
    f"<adr><parameters>{types('home')}</parameters><ext/><street/><locality>Parker</locality></adr>"
    f"<tel><parameters>{types('work', 'voice')}{PREF}</parameters><uri>tel:+1-303-308-3282</uri></tel>"
    f"<tel><parameters>{types('home')}</parameters><uri>tel:+1-303-555-1212</uri></tel>"
    "<geo><uri>geo:39.59,-105.01</uri></geo><title><text>Executive Director</text></title>"
    "<role><text>Patron Saint</text></role>"
    f"<org><parameters>{types('work')}</parameters><text>XMPP Standards Foundation</text></org>"
    "<url><uri>https://stpeter.im/</uri></url><note><text>More about me</text></note>"
    "<gender><sex><text>M</text></sex></gender>"
    "<lang><parameters><pref>1</pref></parameters><language-tag>en</language-tag></lang>"
    f"<email><parameters>{types('work')}</parameters><text>psaintan@cisco.com</text></email>"
    f"<email><parameters>{types('home')}</parameters><text>stpeter@jabber.org</text></email>"
    f"<impp><parameters>{types('work')}</parameters><uri>xmpp:psaintan@cisco.com</uri></impp>"
    "<key><uri>https://stpeter.im/stpeter.asc</uri></key></vcard>"
)


def card(text: str = STPETER) -> VCard4:
    return VCard4(xml=parse_one(text))


def test_the_example_is_read() -> None:
    found = card()
    assert (found.full_name, found.given, found.surname) == ("Peter Saint-Andre", "Peter", "Saint-Andre")
    assert (found["full_name"], found["given"], found["surname"]) == (
        "Peter Saint-Andre",
        "Peter",
        "Saint-Andre",
    )
    assert found["birthday"] == found.birthday == date(1966, 8, 6)
    assert [one.text for one in found.nicknames] == ["stpeter", "psa"]
    assert [one["text"] for one in found["emails"]] == ["psaintan@cisco.com", "stpeter@jabber.org"]
    assert [(one.uri, one.types, one.pref) for one in found.tels] == [
        ("tel:+1-303-308-3282", ["work", "voice"], 1),
        ("tel:+1-303-555-1212", ["home"], None),
    ]
    work, home = found.addresses
    assert (work.ext, work.street, work.locality, work.code, work.country, work.pref) == (
        *("Suite 600", "1899 Wynkoop Street", "Denver", "80202", "USA"),
        1,
    )
    assert (home.street, home.locality, home["types"]) == ("", "Parker", ["home"])
    assert [one.language_tag for one in found.langs] == ["en"]
    assert found.langs[0].pref == 1
    assert found["gender"]["sex"] == "M"
    assert [one.texts for one in found.orgs] == [["XMPP Standards Foundation"]]
    singles = {
        "geo/uri": "geo:39.59,-105.01",
        "title/text": "Executive Director",
        "role/text": "Patron Saint",
        "url/uri": "https://stpeter.im/",
        "note/text": "More about me",
        "impp/uri": "xmpp:psaintan@cisco.com",
        "key/uri": "https://stpeter.im/stpeter.asc",
        "photo/uri": "https://stpeter.im/images/stpeter_oscon.jpg",
        "n/additional": "",
        "pronouns/text": "",
        "uid/uri": "",
        "tz/text": "",
    }
    for path, value in singles.items():
        first, second = path.split("/")
        assert found[first][second] == value
    assert found == card()


def test_a_card_is_built() -> None:
    made = VCard4()
    made["full_name"] = "Full Name"
    made["surname"], made["given"] = "Name", "Full"
    made["birthday"] = datetime(1984, 5, 21, 3, 4)
    for nickname in ("nick1", "nick2"):
        made.add_nickname(nickname)
    made.add_tel("+33", "work")
    made.add_tel("tel:+34")
    made.add_email("a@b.c").types = ["home"]
    made.add_url("https://example.org/?a=1&b=2")
    made.add_impp("xmpp:a@b.c")
    made.add_note("A <note>")
    made.add_address("France", "Paris").pref = 100
    made.add_organisation("XSF", "Council")
    made["pronouns"]["text"] = "they/them"
    made["gender"]["sex"] = "O"
    made["gender"]["identity"] = "it's complicated"
    expected = (
        f"<vcard xmlns='{NS}'><fn><text>Full Name</text></fn><n><surname>Name</surname><given>Full</given></n>"
        "<bday><date>1984-05-21</date></bday><nickname><text>nick1</text></nickname>"
        f"<nickname><text>nick2</text></nickname><tel><parameters>{types('work')}</parameters><uri>tel:+33</uri></tel>"
        f"<tel><uri>tel:+34</uri></tel><email><parameters>{types('home')}</parameters><text>a@b.c</text></email>"
        "<url><uri>https://example.org/?a=1&amp;b=2</uri></url><impp><uri>xmpp:a@b.c</uri></impp>"
        "<note><text>A &lt;note></text></note><adr><parameters><pref><integer>100</integer></pref></parameters>"
        "<locality>Paris</locality><country>France</country></adr><org><text>XSF</text><text>Council</text></org>"
        "<pronouns><text>they/them</text></pronouns><gender><sex>O</sex><identity>it's complicated</identity></gender>"
        "</vcard>"
    )
    assert made == card(expected), serialize(made.xml)
    # A text of it can be stored, and a card made of that.
    assert card(str(made)) == made
    del made["full_name"], made["birthday"], made["given"], made["surname"]
    assert (made.full_name, made.birthday, made.given, made.surname) == ("", None, "", "")
    made.birthday = date(2000, 2, 29)
    made.birthday = date(2001, 1, 1)
    assert made["bday"]["date"] == "2001-01-01"


@pytest.mark.parametrize(
    ("inner", "birthday"),
    [
        ("<date>19660806</date>", date(1966, 8, 6)),
        ("<date-time>19531015T231000Z</date-time>", date(1953, 10, 15)),
        ("<date>--0412</date>", None),
        ("<date>1985-04</date>", None),
        ("<date>1985-13-40</date>", None),
        ("<date>٢٠٠١-٠١-٠١</date>", None),
        ("<text>circa 1800</text>", None),
        ("", None),
    ],
)
def test_birthdays(inner: str, birthday: date | None) -> None:
    assert card(f"<vcard xmlns='{NS}'><bday>{inner}</bday></vcard>").birthday == birthday


@pytest.mark.parametrize(
    ("inner", "pref"),
    [
        ("<pref>7</pref>", 7),
        ("<pref><integer>0</integer></pref>", None),
        ("<pref>101</pref>", None),
        ("<pref>x</pref>", None),
        ("<pref>٣</pref>", None),
        ("<pref/>", None),
    ],
)
def test_preferences(inner: str, pref: int | None) -> None:
    found = card(f"<vcard xmlns='{NS}'><tel><parameters>{inner}</parameters></tel></vcard>").tels[0]
    assert found.pref == pref
    del found["pref"]
    assert found.xml.find(f"{{{NS}}}parameters") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("full_name", "\x00"),
        ("full_name", 5),
        ("given", "\x0b"),
        ("birthday", "2000-01-01"),
        ("birthday", "soon"),
        ("tels", "tel:+1"),
    ],
)
def test_wrong_values(key: str, value: Any) -> None:
    made = VCard4()
    with pytest.raises(FieldValueError):
        made[key] = value
    for property_, wrong in ((Name, {"types": "work"}), (Name, {"types": ["\x00"]}), (TimeZone, {"pref": 0})):
        for name, bad in wrong.items():
            with pytest.raises(FieldValueError):
                property_()[name] = bad
    with pytest.raises(FieldValueError):
        Gender()["sex"] = "X"


# -- everybody's own ------------------------------------------------------------------------------------------------


def items(*inner: str, node: str = "urn:xmpp:vcard4") -> str:
    return f"<pubsub xmlns='{PUBSUB}'><items node='{node}'>{''.join(inner)}</items></pubsub>"


async def test_publishing() -> None:
    keeper = Keeper("")
    xmpp = Account(keeper, "xep_0292")
    await xmpp.plugin[XEP_0292].publish_vcard(
        full_name="Juliet Capulet",
        given="Juliet",
        surname="Capulet",
        birthday=date(1583, 7, 31),
        nickname="J",
        phone="+39",
        note="n",
        url="https://x.y",
        email="j@c.x",
        country="Italy",
        locality="Verona",
        impp="xmpp:j@c.x",
    )
    (request,) = keeper.stored
    publish = request[0][0]
    assert (publish.get("node"), publish[0].get("id")) == ("urn:xmpp:vcard4", "current")
    sent = VCard4(xml=publish[0][0])
    assert (sent.full_name, sent.birthday, sent["n"]["given"]) == (
        "Juliet Capulet",
        date(1583, 7, 31),
        "Juliet",
    )
    assert (sent["adr"]["country"], sent["adr"]["locality"]) == ("Italy", "Verona")
    found = [sent["nickname"]["text"], sent["tel"]["uri"], sent["note"]["text"], sent["url"]["uri"]]
    assert found == ["J", "tel:+39", "n", "https://x.y"]
    assert (sent["email"]["text"], sent["impp"]["uri"]) == ("j@c.x", "xmpp:j@c.x")
    values = options_of(request)
    assert values["pubsub#persist_items"] == "1"
    await xmpp.plugin[XEP_0292].publish(sent, options={"pubsub#access_model": "open"})
    assert options_of(keeper.stored[1])["pubsub#access_model"] == "open"
    refused = Account(Keeper("", info()), "xep_0292")
    with pytest.raises(XMPPError, match="feature-not-implemented"):
        await refused.plugin[XEP_0292].publish(sent)
    await xmpp.aclose()
    await refused.aclose()


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (items(f"<item id='e0bf'>{STPETER}</item>"), "Peter Saint-Andre"),
        (items("<item id='x'/>", f"<item id='e0bf'>{STPETER}</item>"), "Peter Saint-Andre"),
        (items("<item id='x'><other xmlns='urn:x'/></item>"), None),
        (items(), None),
        ("", None),
        ("item-not-found", None),
    ],
)
async def test_somebodys_card(answer: str, name: str | None) -> None:
    xmpp = Account(lambda request: answer, "xep_0292")
    plugin = xmpp.plugin[XEP_0292]
    found = await plugin.vcard_of("stpeter@jabber.org/home")
    request = xmpp.requests[-1]
    assert (request.get("to"), request[0][0].get("node")) == ("stpeter@jabber.org", "urn:xmpp:vcard4")
    assert (found.full_name if found is not None else None) == name
    if name and answer.count("<item ") == 1:
        iq = await plugin.retrieve_vcard("stpeter@jabber.org")
        assert iq["pubsub"]["items"]["item"]["vcard"]["full_name"] == name
    await xmpp.aclose()


async def test_a_card_that_is_not_for_us() -> None:
    xmpp = Account(lambda request: "forbidden", "xep_0292")
    for ask in (xmpp.plugin[XEP_0292].vcard_of, xmpp.plugin[XEP_0292].contacts):
        with pytest.raises(IqError, match="forbidden"):
            await ask()
    await xmpp.aclose()


async def test_by_a_plain_iq() -> None:
    xmpp = Account(lambda request: STPETER, "xep_0292")
    iq = await xmpp.plugin[XEP_0292].ask_vcard("stpeter@jabber.org", timeout=3)
    assert iq["vcard"]["full_name"] == "Peter Saint-Andre"
    assert (xmpp.sent[-1].get("type"), xmpp.sent[-1][0].tag) == ("get", f"{{{NS}}}vcard")
    # It is the program that answers: nobody else does.
    (answer,) = await xmpp.receive(f"<iq type='get' id='9' from='a@b.c/d'><vcard xmlns='{NS}'/></iq>")
    assert answer.get("type") == "error"
    assert Iq(xml=parse_one(f"<iq xmlns='jabber:client' type='get'><vcard xmlns='{NS}'/></iq>")).match(
        "iq@type=get/vcard"
    )
    assert xmpp.plugin["xep_0292"].stanza.NS == vcard_stanza.NS == NS
    features = set((await xmpp.plugin["xep_0030"].info_of())["features"])
    assert {NS, "urn:xmpp:vcard4+notify", "urn:xmpp:contacts+notify"} <= features
    await xmpp.aclose()


# -- notes about contacts -------------------------------------------------------------------------------------------

SAM = "samizzi@cisco.com"


async def test_a_note_about_a_contact() -> None:
    keeper = Keeper("")
    xmpp = Account(keeper, "xep_0292")
    plugin = xmpp.plugin[XEP_0292]
    noted = VCard4()
    noted.add_note("My co-author on XEP-0292. She's cool!")
    await plugin.store_contact(f"{SAM}/x", noted)
    publish = keeper.stored[0][0][0]
    assert (publish.get("node"), publish[0].get("id")) == ("urn:xmpp:contacts", SAM)
    assert VCard4(xml=publish[0][0]) == noted
    values = options_of(keeper.stored[0])
    assert (values["pubsub#access_model"], values["pubsub#persist_items"]) == ("whitelist", "1")
    await plugin.remove_contact(f"{SAM}/x")
    retract = keeper.stored[1][0][0]
    assert (retract.get("node"), retract[0].get("id")) == ("urn:xmpp:contacts", SAM)
    await xmpp.aclose()
    exposed = Account(Keeper("", info()), "xep_0292")
    with pytest.raises(XMPPError, match="feature-not-implemented"):
        await exposed.plugin[XEP_0292].store_contact(SAM, noted)
    await exposed.aclose()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (items(f"<item id='{SAM}'>{STPETER}</item>", node="urn:xmpp:contacts"), {SAM}),
        (
            items(
                f"<item id='a@b@c'>{STPETER}</item>",
                f"<item>{STPETER}</item>",
                "<item id='x@y.z'/>",
                f"<item id='{SAM}'>{STPETER}</item>",
                node="urn:xmpp:contacts",
            ),
            {SAM},
        ),
        ("item-not-found", set[str]()),
        ("", set[str]()),
    ],
)
async def test_all_notes(answer: str, expected: set[str]) -> None:
    xmpp = Account(lambda request: answer, "xep_0292")
    found = await xmpp.plugin[XEP_0292].contacts()
    assert set(found) == {JID(one) for one in expected}
    assert all(one.full_name == "Peter Saint-Andre" for one in found.values())
    await xmpp.aclose()


def event(node: str, inner: str) -> str:
    return f"<event xmlns='{PUBSUB}#event'><items node='{node}'>{inner}</items></event>"


CHANGED = event("urn:xmpp:vcard4", "<item id='1e3f'/>")
NOTED = event("urn:xmpp:contacts", f"<item id='{SAM}'>{STPETER}</item>")
GONE = event("urn:xmpp:contacts", f"<retract id='{SAM}'/>")


def note(seen: list[str], name: str, message: Message) -> None:
    seen.append(name)


@pytest.mark.parametrize(
    ("sender", "payload", "told"),
    [
        ("romeo@montague.lit", CHANGED, ["vcard4_publish"]),
        ("me@example.org", CHANGED, ["vcard4_publish"]),
        ("me@example.org", NOTED, ["vcard4_contact_publish"]),
        ("me@example.org", GONE, ["vcard4_contact_retract"]),
        # What only we note, nobody else says.
        ("romeo@montague.lit", NOTED, []),
        ("romeo@montague.lit", GONE, []),
        ("me@example.org/other", NOTED, []),
        ("example.org", NOTED, []),
    ],
)
async def test_events(sender: str, payload: str, told: list[str]) -> None:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0292")
    seen: list[str] = []
    for name in ("vcard4_publish", "vcard4_contact_publish", "vcard4_contact_retract"):
        xmpp.add_event_handler(name, partial(note, seen, name))
    await xmpp.receive(f"<message from='{sender}' type='headline'>{payload}</message>")
    assert seen == told
    xmpp.plugin.disable("xep_0292")
    assert "urn:xmpp:contacts" not in xmpp.plugin[XEP_0060].private_nodes
    assert not xmpp.failures
    await xmpp.aclose()


def test_nothing_else_is_lost() -> None:
    more = (
        f"<vcard xmlns='{NS}'><fn><text>x</text></fn><member><uri>u</uri></member><x xmlns='urn:x'/></vcard>"
    )
    found = card(more)
    assert [one.tag for one in found.others] == [f"{{{NS}}}member", "{urn:x}x"]
    found.full_name = "y"
    assert found == ElementBase(xml=parse_one(more.replace(">x<", ">y<")))
    assert isinstance(found.xml, Element)


# -- from cards of the older kind (section 10) ----------------------------------------------------------------------

OLD = (
    "<vCard xmlns='vcard-temp'><FN>Peter Saint-Andre</FN>"
    "<N><FAMILY>Saint-Andre</FAMILY><GIVEN>Peter</GIVEN><MIDDLE/></N><NICKNAME>stpeter</NICKNAME>"
    "<NICKNAME>psa</NICKNAME><PHOTO><EXTVAL>http://stpeter.im/images/stpeter_oscon.jpg</EXTVAL></PHOTO>"
    "<BDAY>1966-08-06</BDAY><ADR><WORK/><PREF/><POSTAL/><EXTADD>Suite 600</EXTADD>"
    "<STREET>1899 Wynkoop Street</STREET><LOCALITY>Denver</LOCALITY><REGION>CO</REGION><PCODE>80202</PCODE>"
    "<CTRY>USA</CTRY></ADR><ADR><HOME/><EXTADD/><STREET/><LOCALITY>Parker</LOCALITY></ADR>"
    "<TEL><PREF/><WORK/><VOICE/><NUMBER>+1-303-308-3282</NUMBER></TEL>"
    "<TEL><CELL/><VOICE/><TEXT/><MODEM/><NUMBER>+1-720-256-6756</NUMBER></TEL><TEL><HOME/><NUMBER/></TEL>"
    "<EMAIL><INTERNET/><USERID>stpeter@jabber.org</USERID></EMAIL>"
    "<EMAIL><WORK/><USERID>psaintan@cisco.com</USERID></EMAIL><JABBERID>stpeter@jabber.org</JABBERID>"
    "<TZ>America/Denver</TZ><GEO><LAT>39.59</LAT><LON>-105.01</LON></GEO><TITLE>Executive Director</TITLE>"
    "<ROLE>Patron Saint</ROLE><LOGO><TYPE>image/jpeg</TYPE><BINVAL>\n0vx/\n+oqw=\n</BINVAL></LOGO>"
    "<ORG><ORGNAME>XMPP Standards Foundation</ORGNAME><ORGUNIT/></ORG><URL>https://stpeter.im/</URL>"
    "<KEY><CRED>\n-----BEGIN\n</CRED></KEY><SOUND><PHONETIC>x</PHONETIC></SOUND>"
    "<SOUND><BINVAL>AAAA</BINVAL></SOUND><UID>urn:uuid:1</UID><MAILER>m</MAILER>"
    "<CATEGORIES><KEYWORD>a</KEYWORD><KEYWORD/></CATEGORIES><DESC>\nMore about me\n</DESC></vCard>"
)
NEW = (
    f"<vcard xmlns='{NS}'><fn><text>Peter Saint-Andre</text></fn>"
    "<n><surname>Saint-Andre</surname><given>Peter</given></n><nickname><text>stpeter</text></nickname>"
    "<nickname><text>psa</text></nickname><bday><date>1966-08-06</date></bday>"
    "<photo><uri>http://stpeter.im/images/stpeter_oscon.jpg</uri></photo>"
    "<logo><uri>data:image/jpeg;base64,0vx/+oqw=</uri></logo><sound><uri>data:audio/basic;base64,AAAA</uri></sound>"
    f"<adr><parameters>{types('work')}{PREF}</parameters><ext>Suite 600</ext><street>1899 Wynkoop Street</street>"
    "<locality>Denver</locality><region>CO</region><code>80202</code><country>USA</country></adr>"
    f"<adr><parameters>{types('home')}</parameters><locality>Parker</locality></adr>"
    f"<tel><parameters>{types('work', 'voice')}{PREF}</parameters><uri>tel:+1-303-308-3282</uri></tel>"
    f"<tel><parameters>{types('cell', 'voice', 'text')}</parameters><uri>tel:+1-720-256-6756</uri></tel>"
    f"<email><text>stpeter@jabber.org</text></email>"
    f"<email><parameters>{types('work')}</parameters><text>psaintan@cisco.com</text></email>"
    "<impp><uri>xmpp:stpeter@jabber.org</uri></impp><tz><text>America/Denver</text></tz>"
    "<geo><uri>geo:39.59,-105.01</uri></geo><title><text>Executive Director</text></title>"
    "<role><text>Patron Saint</text></role><org><text>XMPP Standards Foundation</text></org>"
    "<uid><uri>urn:uuid:1</uri></uid><url><uri>https://stpeter.im/</uri></url><key><text>-----BEGIN</text></key>"
    "<categories><text>a</text></categories><note><text>More about me</text></note></vcard>"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, NEW),
        ("<vCard xmlns='vcard-temp'/>", f"<vcard xmlns='{NS}'/>"),
        (
            "<vCard xmlns='vcard-temp'><BDAY>soon</BDAY><GEO><LAT>x</LAT></GEO>"
            "<PHOTO><BINVAL>no base64!</BINVAL></PHOTO><N/><ORG/><KEY/><EMAIL/></vCard>",
            f"<vcard xmlns='{NS}'><bday><date>soon</date></bday>"
            "<photo><uri>data:image/jpeg;base64,nobase64!</uri></photo></vcard>",
        ),
    ],
)
def test_from_cards_of_the_older_kind(old: str, new: str) -> None:
    given = VCardTemp(xml=parse_one(old))
    made = from_vcard_temp(given)
    assert made == card(new), serialize(made.xml)
    assert given == VCardTemp(xml=parse_one(old))


def test_a_card_of_a_service() -> None:
    found = card(
        f"<vcard xmlns='{NS}'><fn><text>jabber.org IM service</text></fn>"
        "<logo><uri>http://www.jabber.org/images/logo.png</uri></logo><tz><text>America/Chicago</text></tz>"
        "<kind><text>application</text></kind></vcard>"
    )
    assert (found.kind.text, found.tz.text) == ("application", "America/Chicago")
    assert found["logos"][0]["uri"] == "http://www.jabber.org/images/logo.png"


def test_a_card_as_a_dictionary() -> None:
    card = VCard4()
    card["bday"]["date_time"] = "1984-05-21T10:00:00"
    card["bday"]["types"] = ["x"]
    card.add_tel("+1", "work")
    card.given = ""
    text = str(card)
    card.values = card.values
    assert str(card) == text
    card.full_name, card.surname = "Juliet", "Capulet"
    text = str(card)
    card.values = card.values
    assert sorted(str(card)) == sorted(text)
    card.full_name = card.surname = card.given = ""
    assert card.xml.find("{urn:ietf:params:xml:ns:vcard-4.0}fn") is None


def test_a_birthday_that_is_a_date_object() -> None:
    card = VCard4()
    card["bday"]["date"] = date(1984, 5, 21)
    assert card.bday.date == "1984-05-21"


def test_kinds_by_their_elements() -> None:
    card = VCard4()
    tel = card.add_tel("+1", "work")
    assert tel.parameters.type_.text == "work"
    tel.parameters.type_.text = "home"
    assert tel.types == ["home"]
