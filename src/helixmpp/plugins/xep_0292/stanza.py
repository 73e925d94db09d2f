"""``<vcard/>`` of RFC 6351 section 5, which XEP-0292 section 3 takes over."""

import re
from datetime import date, datetime
from typing import ClassVar, Final

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0292.properties import (
    NS,
    Address,
    Birthday,
    Categories,
    Email,
    FullName,
    Gender,
    Geo,
    Impp,
    Key,
    Kind,
    Language,
    Logo,
    Name,
    Nickname,
    Note,
    Organisation,
    Photo,
    Pronouns,
    Property,
    Role,
    Sound,
    Tel,
    TextProperty,
    TimeZone,
    Title,
    Uid,
    UriProperty,
    Url,
)
from helixmpp.stanza import Child, Children, ElementBase, Raw

__all__ = ["CONTACTS", "NODE", "NS", "Address", "Name", "Property", "TextProperty", "UriProperty", "VCard4"]

#: The node of everybody's own card.
NODE: Final = "urn:xmpp:vcard4"
#: The node of what we note about contacts.
CONTACTS: Final = "urn:xmpp:contacts"

# RFC 6350 section 4.3.1; XEP-0292's examples have the longer form of ISO 8601.
_DATE: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)


class VCard4(ElementBase):
    """A vCard: ``full_name``, ``given``, ``surname``, ``birthday``, and every property by its name on the wire.

    Of properties that may be there several times there is a list: ``card.tels``; ``card["tel"]`` is the first.
    """

    name = "vcard"
    namespace = NS
    plugin_attrib = "vcard"
    interfaces: ClassVar[set[str]] = {"full_name", "given", "surname", "birthday"}

    fn = Child(FullName)
    n = Child(Name)
    bday = Child(Birthday)
    gender = Child(Gender)
    geo = Child(Geo)
    tz = Child(TimeZone)
    uid = Child(Uid)
    pronouns = Child(Pronouns)
    kind = Child(Kind)
    categories = Child(Categories)
    nicknames = Children(Nickname)
    notes = Children(Note)
    titles = Children(Title)
    roles = Children(Role)
    emails = Children(Email)
    orgs = Children(Organisation)
    impps = Children(Impp)
    urls = Children(Url)
    photos = Children(Photo)
    logos = Children(Logo)
    sounds = Children(Sound)
    keys_ = Children(Key)
    tels = Children(Tel)
    langs = Children(Language)
    addresses = Children(Address)
    #: Whatever else it has.
    others = Raw(many=True)

    # -- the name -----------------------------------------------------------------------------------------

    @property
    def full_name(self) -> str:
        """The whole name, as it is shown."""
        return self.get_full_name()

    @full_name.setter
    def full_name(self, value: str) -> None:
        self.set_full_name(value)

    def get_full_name(self) -> str:
        """Return the whole name."""
        return self[FullName].text

    def set_full_name(self, full_name: str) -> None:
        """Set the whole name."""
        if full_name:
            self[FullName].text = full_name
        else:
            self.del_full_name()

    def del_full_name(self) -> None:
        """Take the whole name out."""
        del self[FullName]

    @property
    def given(self) -> str:
        """The given name."""
        return self.get_given()

    @given.setter
    def given(self, value: str) -> None:
        self.set_given(value)

    def get_given(self) -> str:
        """Return the given name."""
        return self[Name].given

    def set_given(self, given: str) -> None:
        """Set the given name."""
        if given:
            self[Name].given = given
        else:
            self.del_given()

    def del_given(self) -> None:
        """Take the given name out."""
        del self[Name].given

    @property
    def surname(self) -> str:
        """The family's name."""
        return self.get_surname()

    @surname.setter
    def surname(self, value: str) -> None:
        self.set_surname(value)

    def get_surname(self) -> str:
        """Return the family's name."""
        return self[Name].surname

    def set_surname(self, surname: str) -> None:
        """Set the family's name."""
        if surname:
            self[Name].surname = surname
        else:
            self.del_surname()

    def del_surname(self) -> None:
        """Take the family's name out."""
        del self[Name].surname

    # -- the birthday -------------------------------------------------------------------------------------

    @property
    def birthday(self) -> date | None:
        """The birthday; None where there is no whole date: ``card["bday"]["date"]`` is what stands there."""
        return self.get_birthday()

    @birthday.setter
    def birthday(self, value: date) -> None:
        self.set_birthday(value)

    def get_birthday(self) -> date | None:
        """Return the birthday; None where there is no whole date."""
        found = self[Birthday]
        match = _DATE.match(found.date.strip() or found.date_time.strip())
        if match is None:
            return None
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None

    def set_birthday(self, birthday: object) -> None:
        """Set the birthday.

        :raises FieldValueError: it is no date.
        """
        if not isinstance(birthday, date):
            raise FieldValueError(f"VCard4.birthday: a date is needed, not {type(birthday).__name__}")
        day = birthday.date() if isinstance(birthday, datetime) else birthday
        if day != self.get_birthday():
            self.del_birthday()
            self[Birthday].date = day.isoformat()

    def del_birthday(self) -> None:
        """Take the birthday out."""
        del self[Birthday]

    # -- what there may be several times ------------------------------------------------------------------

    def add_nickname(self, nickname: str) -> Nickname:
        """Add a nickname, and give it back."""
        made = Nickname()
        made.text = nickname
        self.append(made)
        return made

    def add_note(self, note: str) -> Note:
        """Add a text about whom it is about, and give it back."""
        made = Note()
        made.text = note
        self.append(made)
        return made

    def add_email(self, email: str) -> Email:
        """Add an address for e-mail, and give it back."""
        made = Email()
        made.text = email
        self.append(made)
        return made

    def add_url(self, url: str) -> Url:
        """Add a page on the web, and give it back."""
        made = Url()
        made.uri = url
        self.append(made)
        return made

    def add_impp(self, uri: str) -> Impp:
        """Add an address for messages, such as ``xmpp:juliet@capulet.example``, and give it back."""
        made = Impp()
        made.uri = uri
        self.append(made)
        return made

    def add_tel(self, number: str, name: str | None = None) -> Tel:
        """Add a telephone number, and give it back.

        :param number: a number, or a URI.
        :param name: its kind, such as ``work``.
        """
        made = Tel()
        made.uri = number if _SCHEME.match(number) else f"tel:{number}"
        if name:
            made.types = [name]
        self.append(made)
        return made

    def add_address(self, country: str | None = None, locality: str | None = None) -> Address:
        """Add a postal address, and give it back, to be filled in further."""
        made = Address()
        made.locality = locality
        made.country = country
        self.append(made)
        return made

    def add_organisation(self, *names: str) -> Organisation:
        """Add an organisation, and its parts, the largest first, and give it back."""
        made = Organisation()
        made.texts = names
        self.append(made)
        return made
