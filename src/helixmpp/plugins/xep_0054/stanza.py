"""``<vCard/>`` and its parts, by the DTD of XEP-0054 section 8.

Each field has its element's name as the key (``vcard["FN"]``), and a name in Python beside (``vcard.full_name``).
"""

from helixmpp.jid import JID
from helixmpp.plugins.xep_0054.values import COMMAS, MOMENT
from helixmpp.stanza import Child, Children, ChildText, ElementBase, Flag, Texts, register_stanza_plugin

__all__ = [
    "NAMESPACE",
    "Address",
    "Agent",
    "Categories",
    "Classification",
    "Email",
    "Geo",
    "Key",
    "Label",
    "Logo",
    "Name",
    "Org",
    "Photo",
    "Sound",
    "Telephone",
    "VCardTemp",
]

NAMESPACE = "vcard-temp"


class Name(ElementBase):
    """``<N/>``: the parts of a person's name."""

    name = "N"
    namespace = NAMESPACE
    plugin_attrib = "N"

    family = ChildText(name="FAMILY", key="FAMILY")
    given = ChildText(name="GIVEN", key="GIVEN")
    middle = ChildText(name="MIDDLE", key="MIDDLE")
    prefix = ChildText(name="PREFIX", key="PREFIX")
    suffix = ChildText(name="SUFFIX", key="SUFFIX")


class _Picture(ElementBase):
    namespace = NAMESPACE

    type = ChildText(name="TYPE", key="TYPE")
    data = ChildText(bytes, "BINVAL", key="BINVAL", default=b"")
    url = ChildText(name="EXTVAL", key="EXTVAL")


class Photo(_Picture):
    """``<PHOTO/>``: a picture as ``data`` with its MIME ``type``, or elsewhere at a ``url``."""

    name = "PHOTO"
    plugin_attrib = "PHOTO"
    plugin_multi_attrib = "photos"


class Logo(_Picture):
    """``<LOGO/>``: the picture of an organization."""

    name = "LOGO"
    plugin_attrib = "LOGO"
    plugin_multi_attrib = "logos"


class Sound(ElementBase):
    """``<SOUND/>``: how the name is pronounced: in letters, as ``data``, or elsewhere at a ``url``."""

    name = "SOUND"
    namespace = NAMESPACE
    plugin_attrib = "SOUND"
    plugin_multi_attrib = "sounds"

    phonetic = ChildText(name="PHONETIC", key="PHONETIC")
    data = ChildText(bytes, "BINVAL", key="BINVAL", default=b"")
    url = ChildText(name="EXTVAL", key="EXTVAL")


class _Place(ElementBase):
    namespace = NAMESPACE

    home = Flag("HOME", key="HOME")
    work = Flag("WORK", key="WORK")
    postal = Flag("POSTAL", key="POSTAL")
    parcel = Flag("PARCEL", key="PARCEL")
    domestic = Flag("DOM", key="DOM")
    international = Flag("INTL", key="INTL")
    preferred = Flag("PREF", key="PREF")


class Address(_Place):
    """``<ADR/>``: a postal address in its parts."""

    name = "ADR"
    plugin_attrib = "ADR"
    plugin_multi_attrib = "addresses"

    post_office_box = ChildText(name="POBOX", key="POBOX")
    extended = ChildText(name="EXTADD", key="EXTADD")
    street = ChildText(name="STREET", key="STREET")
    locality = ChildText(name="LOCALITY", key="LOCALITY")
    region = ChildText(name="REGION", key="REGION")
    postal_code = ChildText(name="PCODE", key="PCODE")
    country = ChildText(name="CTRY", key="CTRY")


class Label(_Place):
    """``<LABEL/>``: a postal address as it is written on an envelope, line by line."""

    name = "LABEL"
    plugin_attrib = "LABEL"
    plugin_multi_attrib = "labels"

    lines = Texts(str, "LINE", key="lines")


class Telephone(ElementBase):
    """``<TEL/>``: a number, and what it is for."""

    name = "TEL"
    namespace = NAMESPACE
    plugin_attrib = "TEL"
    plugin_multi_attrib = "telephone_numbers"

    home = Flag("HOME", key="HOME")
    work = Flag("WORK", key="WORK")
    voice = Flag("VOICE", key="VOICE")
    fax = Flag("FAX", key="FAX")
    pager = Flag("PAGER", key="PAGER")
    message = Flag("MSG", key="MSG")
    cell = Flag("CELL", key="CELL")
    video = Flag("VIDEO", key="VIDEO")
    bulletin_board = Flag("BBS", key="BBS")
    modem = Flag("MODEM", key="MODEM")
    isdn = Flag("ISDN", key="ISDN")
    pcs = Flag("PCS", key="PCS")
    preferred = Flag("PREF", key="PREF")
    # Section 7: "If no telephone number is included [...], an empty <NUMBER/> child MUST be included."
    number = ChildText(name="NUMBER", key="NUMBER", default=None)


class Email(ElementBase):
    """``<EMAIL/>``: an address of electronic mail."""

    name = "EMAIL"
    namespace = NAMESPACE
    plugin_attrib = "EMAIL"
    plugin_multi_attrib = "emails"

    home = Flag("HOME", key="HOME")
    work = Flag("WORK", key="WORK")
    internet = Flag("INTERNET", key="INTERNET")
    preferred = Flag("PREF", key="PREF")
    x400 = Flag("X400", key="X400")
    address = ChildText(name="USERID", key="USERID")


class Geo(ElementBase):
    """``<GEO/>``: a place on the earth, in degrees."""

    name = "GEO"
    namespace = NAMESPACE
    plugin_attrib = "GEO"
    plugin_multi_attrib = "geolocations"

    latitude = ChildText(float, "LAT", key="LAT")
    longitude = ChildText(float, "LON", key="LON")


class Org(ElementBase):
    """``<ORG/>``: an organization and the units in it."""

    name = "ORG"
    namespace = NAMESPACE
    plugin_attrib = "ORG"
    plugin_multi_attrib = "organizations"

    organization = ChildText(name="ORGNAME", key="ORGNAME")
    unit = ChildText(name="ORGUNIT", key="ORGUNIT")
    units = Texts(str, "ORGUNIT", key="orgunits")


class Categories(ElementBase):
    """``<CATEGORIES/>``: words that the card is filed under; ``vcard["CATEGORIES"]`` is their list."""

    name = "CATEGORIES"
    namespace = NAMESPACE
    plugin_attrib = "CATEGORIES"
    is_extension = True

    keywords = Texts(str, "KEYWORD", key="CATEGORIES")


class Classification(ElementBase):
    """``<CLASS/>``: how confidential the card is meant to be."""

    name = "CLASS"
    namespace = NAMESPACE
    plugin_attrib = "CLASS"

    public = Flag("PUBLIC", key="PUBLIC")
    private = Flag("PRIVATE", key="PRIVATE")
    confidential = Flag("CONFIDENTIAL", key="CONFIDENTIAL")


class Key(ElementBase):
    """``<KEY/>``: a public key or certificate, as text, and its type."""

    name = "KEY"
    namespace = NAMESPACE
    plugin_attrib = "KEY"
    plugin_multi_attrib = "keys"

    type = ChildText(name="TYPE", key="TYPE")
    credential = ChildText(name="CRED", key="CRED")


class Agent(ElementBase):
    """``<AGENT/>``: somebody who acts for the person: a vCard (``agent[VCardTemp]``), or a ``url``."""

    name = "AGENT"
    namespace = NAMESPACE
    plugin_attrib = "AGENT"
    plugin_multi_attrib = "agents"

    url = ChildText(name="EXTVAL", key="EXTVAL")


class VCardTemp(ElementBase):
    """A vCard.

    A part that is an element with parts of its own is an object: ``vcard.photo.data``,
    ``vcard["PHOTO"]["BINVAL"]``. Of what may be there several times, a name in the plural has the list.
    """

    name = "vCard"
    namespace = NAMESPACE
    plugin_attrib = "vcard_temp"

    version = ChildText(name="VERSION", key="VERSION")
    full_name = ChildText(name="FN", key="FN")
    nicknames = ChildText(COMMAS, "NICKNAME", key="NICKNAME")
    birthday = ChildText(MOMENT, "BDAY", key="BDAY")
    jabber_id = ChildText(JID, "JABBERID", key="JABBERID")
    jabber_ids = Texts(JID, "JABBERID", key="jids")
    mailer = ChildText(name="MAILER", key="MAILER")
    time_zone = ChildText(name="TZ", key="TZ")
    title = ChildText(name="TITLE", key="TITLE")
    titles = Texts(str, "TITLE", key="titles")
    role = ChildText(name="ROLE", key="ROLE")
    roles = Texts(str, "ROLE", key="roles")
    note = ChildText(name="NOTE", key="NOTE")
    notes = Texts(str, "NOTE", key="notes")
    product_id = ChildText(name="PRODID", key="PRODID")
    revised = ChildText(MOMENT, "REV", key="REV")
    sort_string = ChildText(name="SORT-STRING", key="SORTSTRING")
    uid = ChildText(name="UID", key="UID")
    url = ChildText(name="URL", key="URL")
    urls = Texts(str, "URL", key="urls")
    description = ChildText(name="DESC", key="DESC")
    descriptions = Texts(str, "DESC", key="descriptions")

    names = Child(Name, key="N")
    photo = Child(Photo, key="PHOTO")
    photos = Children(Photo, key="photos")
    logo = Child(Logo, key="LOGO")
    logos = Children(Logo, key="logos")
    sound = Child(Sound, key="SOUND")
    sounds = Children(Sound, key="sounds")
    address = Child(Address, key="ADR")
    addresses = Children(Address, key="addresses")
    label = Child(Label, key="LABEL")
    labels = Children(Label, key="labels")
    telephone = Child(Telephone, key="TEL")
    telephones = Children(Telephone, key="telephone_numbers")
    email = Child(Email, key="EMAIL")
    emails = Children(Email, key="emails")
    geo = Child(Geo, key="GEO")
    geolocations = Children(Geo, key="geolocations")
    organization = Child(Org, key="ORG")
    organizations = Children(Org, key="organizations")
    key = Child(Key, key="KEY")
    public_keys = Children(Key, key="keys")
    agent = Child(Agent, key="AGENT")
    agents = Children(Agent, key="agents")
    classification = Child(Classification, key="CLASS")


# A card may hold that of an agent: neither class can name the other in its own body.
register_stanza_plugin(Agent, VCardTemp)
register_stanza_plugin(VCardTemp, Categories)
