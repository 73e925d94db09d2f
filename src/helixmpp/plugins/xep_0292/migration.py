"""A vCard of XEP-0054 as one of XEP-0292: its section 10."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.plugins.xep_0054.stanza import VCardTemp
from helixmpp.plugins.xep_0292.properties import (
    Address,
    Email,
    Key,
    Logo,
    Organisation,
    Photo,
    Property,
    Role,
    Sound,
    Tel,
    TextProperty,
    Title,
    UriProperty,
    Url,
)
from helixmpp.plugins.xep_0292.stanza import VCard4

__all__ = ["from_vcard_temp"]

_NS: Final = f"{{{VCardTemp.namespace}}}"
_NAME: Final = {
    "FAMILY": "surname",
    "GIVEN": "given",
    "MIDDLE": "additional",
    "PREFIX": "prefix",
    "SUFFIX": "suffix",
}
_ADDRESS: Final = {
    "POBOX": "pobox",
    "EXTADD": "ext",
    "STREET": "street",
    "LOCALITY": "locality",
    "REGION": "region",
    "PCODE": "code",
    "CTRY": "country",
}
# The others were removed from vCard4 (sections 10.3.1 and 10.3.5).
_PLACES: Final = ("HOME", "WORK")
_PHONES: Final = (*_PLACES, "CELL", "VOICE", "FAX", "VIDEO", "PAGER", "TEXT", "TEXTPHONE")
_TEXTS: Final[dict[str, type[TextProperty]]] = {"TITLE": Title, "ROLE": Role}
_MEDIA: Final[dict[str, type[UriProperty]]] = {"PHOTO": Photo, "LOGO": Logo, "SOUND": Sound}


def from_vcard_temp(card: VCardTemp) -> VCard4:
    """Make a vCard4 of what is known of a card of the older kind; the card stays as it is.

    What vCard4 has no place for (labels, mail programs, parts of an organisation, agents, how a name is pronounced) is
    left out, and so is what is empty. What is wrong there stays wrong: texts are taken over as they are.
    """
    made = VCard4()
    for _, full_name in _texts(card.xml, "FN"):
        made.full_name = full_name
    for names in card.xml.findall(f"{_NS}N")[:1]:
        for old, new in _NAME.items():
            if part := _text(names, old):
                made.n[new] = part
    for _, nickname in _texts(card.xml, "NICKNAME"):
        made.add_nickname(nickname)
    for _, birthday in _texts(card.xml, "BDAY"):
        made.bday.date = birthday
    _add_media(card.xml, made)
    for old_address in card.xml.iterfind(f"{_NS}ADR"):
        address = Address()
        for old, new in _ADDRESS.items():
            address[new] = _text(old_address, old)
        _add(made, address, old_address, _PLACES)
    for old_number in card.xml.iterfind(f"{_NS}TEL"):
        number = _text(old_number, "NUMBER")
        if number:
            tel = Tel()
            tel.uri = f"tel:{number}"
            _add(made, tel, old_number, _PHONES)
    for old_email in card.xml.iterfind(f"{_NS}EMAIL"):
        user = _text(old_email, "USERID")
        if user:
            email = Email()
            email.text = user
            _add(made, email, old_email, _PLACES)
    for _, jid in _texts(card.xml, "JABBERID"):
        made.add_impp(f"xmpp:{jid}")
    for _, zone in _texts(card.xml, "TZ"):
        made.tz.text = zone
    for old_geo in card.xml.findall(f"{_NS}GEO")[:1]:
        latitude, longitude = _text(old_geo, "LAT"), _text(old_geo, "LON")
        if latitude and longitude:
            made.geo.uri = f"geo:{latitude},{longitude}"
    for name, cls in _TEXTS.items():
        for _, text in _texts(card.xml, name):
            one = cls()
            one.text = text
            made.append(one)
    _add_rest(card.xml, made)
    return made


def _add_media(card: Element, made: VCard4) -> None:
    for name, cls in _MEDIA.items():
        for old in card.iterfind(f"{_NS}{name}"):
            uri, data = _text(old, "EXTVAL"), "".join(_text(old, "BINVAL").split())
            if data and not uri:
                # RFC 2397; a sound of vcard-temp does not say of what type it is.
                kind = _text(old, "TYPE") or ("audio/basic" if cls is Sound else "image/jpeg")
                uri = f"data:{kind};base64,{data}"
            if uri:
                one = cls()
                one.uri = uri
                made.append(one)


def _add_rest(card: Element, made: VCard4) -> None:
    for old in card.iterfind(f"{_NS}ORG"):
        name = _text(old, "ORGNAME")
        if name:
            organisation = Organisation()
            organisation.texts = [name]
            made.append(organisation)
    for _, uid in _texts(card, "UID"):
        made.uid.uri = uid
    for _, address in _texts(card, "URL"):
        url = Url()
        url.uri = address
        made.append(url)
    for old in card.iterfind(f"{_NS}KEY"):
        credential = _text(old, "CRED")
        if credential:
            key = Key()
            key.text = credential
            made.append(key)
    keywords = [one.text or "" for one in card.iterfind(f"{_NS}CATEGORIES/{_NS}KEYWORD")]
    if any(keywords):
        made.categories.texts = [one for one in keywords if one]
    for _, note in _texts(card, "NOTE", "DESC"):
        made.add_note(note)


def _add(made: VCard4, property: Property, old: Element, kinds: tuple[str, ...]) -> None:
    types = [kind.lower() for kind in kinds if old.find(f"{_NS}{kind}") is not None]
    if types:
        property.types = types
    if old.find(f"{_NS}PREF") is not None:
        property.pref = 1
    made.append(property)


def _texts(card: Element, *names: str) -> Iterator[tuple[str, str]]:
    for name in names:
        for child in card.iterfind(f"{_NS}{name}"):
            text = (child.text or "").strip()
            if text:
                yield name, text


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{_NS}{name}") or "").strip()
