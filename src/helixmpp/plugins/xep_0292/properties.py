"""The properties of a vCard in XML: RFC 6351, with what RFC 6350 section 6 says of each."""

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar, Final
from xml.etree.ElementTree import SubElement

from helixmpp.errors import FieldValueError
from helixmpp.stanza import Child, ChildText, ElementBase, Texts
from helixmpp.stanza.base.checks import checked_text

__all__ = [
    "NS",
    "Address",
    "Birthday",
    "Categories",
    "Email",
    "FullName",
    "Gender",
    "Geo",
    "Impp",
    "Key",
    "Kind",
    "Language",
    "Logo",
    "Name",
    "Nickname",
    "Note",
    "Organisation",
    "Parameters",
    "Photo",
    "Pronouns",
    "Property",
    "Role",
    "Sound",
    "Tel",
    "TextProperty",
    "TimeZone",
    "Title",
    "Type",
    "Uid",
    "UriProperty",
    "Url",
]

NS: Final = "urn:ietf:params:xml:ns:vcard-4.0"

_PARAMETERS: Final = f"{{{NS}}}parameters"
_TYPE: Final = f"{{{NS}}}type"
_PREF: Final = f"{{{NS}}}pref"
_TEXT: Final = f"{{{NS}}}text"
_INTEGER: Final = f"{{{NS}}}integer"


class Type(ElementBase):
    """What kind a property is of; ``property.types`` are all kinds."""

    name = "type"
    namespace = NS
    plugin_attrib = "type_"

    text = ChildText()


class Parameters(ElementBase):
    """The parameters of a property as elements: ``tel["parameters"]["type_"]["text"]``."""

    name = plugin_attrib = "parameters"
    namespace = NS

    type_ = Child(Type, key="type_")


class Property(ElementBase):
    """A property with its parameters: ``types``, such as ``["work", "voice"]``, and ``pref``, 1 for the best."""

    namespace = NS
    interfaces: ClassVar[set[str]] = {"types", "pref"}

    parameters = Child(Parameters)

    @property
    def types(self) -> list[str]:
        """What kind it is of, such as ``work`` and ``voice``."""
        return self.get_types()

    @types.setter
    def types(self, values: Iterable[str]) -> None:
        self.set_types(values)

    def get_types(self) -> list[str]:
        """Return what kind it is of."""
        return [one.text or "" for one in self.xml.iterfind(f"{_PARAMETERS}/{_TYPE}/{_TEXT}")]

    def set_types(self, values: Iterable[str]) -> None:
        """Have these kinds, in the place of all.

        :raises FieldValueError: one is no text that XML can hold; nothing was changed.
        """
        if isinstance(values, str):
            raise FieldValueError(f"{type(self).__name__}.types: a list of texts is needed, not str")
        texts = [checked_text(one, f"{type(self).__name__}.types") for one in values]
        self._set_parameter(_TYPE, _TEXT, texts)

    def del_types(self) -> None:
        """Take the kinds out."""
        self._set_parameter(_TYPE, _TEXT, [])

    @property
    def pref(self) -> int | None:
        """How much it is preferred, from 1, the most, to 100; None where nothing is said."""
        return self.get_pref()

    @pref.setter
    def pref(self, value: int) -> None:
        self.set_pref(value)

    def get_pref(self) -> int | None:
        """Return how much it is preferred; None where nothing is said that can be read."""
        found = self.xml.find(f"{_PARAMETERS}/{_PREF}")
        if found is None:
            return None
        # RFC 6351 has <integer/> in it; an example of XEP-0292 has the number itself.
        text = (found.findtext(_INTEGER) or found.text or "").strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
        return number if 1 <= number <= 100 else None

    def set_pref(self, value: int) -> None:
        """Say how much it is preferred.

        :raises FieldValueError: it is no number from 1 to 100 (RFC 6350 section 5.3).
        """
        if not 1 <= value <= 100:
            raise FieldValueError(f"{type(self).__name__}.pref: a number from 1 to 100 is needed")
        self._set_parameter(_PREF, _INTEGER, [str(value)])

    def del_pref(self) -> None:
        """Say nothing of it."""
        self._set_parameter(_PREF, _INTEGER, [])

    def _set_parameter(self, tag: str, inner: str, texts: list[str]) -> None:
        parameters = self.xml.find(_PARAMETERS)
        if parameters is None:
            parameters = self.xml.makeelement(_PARAMETERS, {})
            # "parameters" come before the value (RFC 6351 section 5).
            self.xml.insert(0, parameters)
        for old in parameters.findall(tag):
            parameters.remove(old)
        if texts:
            parameter = SubElement(parameters, tag)
            for text in texts:
                SubElement(parameter, inner).text = text
        if not len(parameters):
            self.xml.remove(parameters)
        self.attach()


class TextProperty(Property):
    """A property that is a text: ``card["note"]["text"]``."""

    text = ChildText()


class UriProperty(Property):
    """A property that is a URI: ``card["url"]["uri"]``."""

    uri = ChildText()


class FullName(TextProperty):
    """The whole name, as it is shown."""

    name = plugin_attrib = "fn"


class Nickname(TextProperty):
    """A nickname."""

    name = plugin_attrib = "nickname"


class Note(TextProperty):
    """A text about whom it is about."""

    name = plugin_attrib = "note"


class Title(TextProperty):
    """A title, such as of a profession."""

    name = plugin_attrib = "title"


class Role(TextProperty):
    """What somebody does."""

    name = plugin_attrib = "role"


class Email(TextProperty):
    """An address for e-mail."""

    name = plugin_attrib = "email"


class Kind(TextProperty):
    """What it is about: ``individual``, ``group``, ``org``, ``location``, or ``application`` (RFC 6473)."""

    name = plugin_attrib = "kind"


class Pronouns(TextProperty):
    """The pronouns somebody wants to be spoken of with (RFC 9554 section 3.5)."""

    name = plugin_attrib = "pronouns"


class Organisation(Property):
    """An organisation, and its parts: ``texts``."""

    name = plugin_attrib = "org"

    texts = Texts(str, "text")


class Categories(Property):
    """Keywords: ``texts``."""

    name = plugin_attrib = "categories"

    texts = Texts(str, "text")


class Impp(UriProperty):
    """An address for messages, such as ``xmpp:juliet@capulet.example``."""

    name = plugin_attrib = "impp"


class Url(UriProperty):
    """A page on the web."""

    name = plugin_attrib = "url"


class Photo(UriProperty):
    """A picture: an address on the web, or the picture itself as a ``data:`` URI (RFC 2397)."""

    name = plugin_attrib = "photo"


class Logo(UriProperty):
    """The sign of an organisation; as a :class:`Photo`."""

    name = plugin_attrib = "logo"


class Sound(UriProperty):
    """A sound, such as of the name spoken; as a :class:`Photo`."""

    name = plugin_attrib = "sound"


class Geo(UriProperty):
    """A place, such as ``geo:39.59,-105.01``."""

    name = plugin_attrib = "geo"


class Uid(UriProperty):
    """What this card is told from others by."""

    name = plugin_attrib = "uid"


class Key(Property):
    """A public key: its address as ``uri``, or itself as ``text``."""

    name = plugin_attrib = "key"

    uri = ChildText()
    text = ChildText()


class Tel(Property):
    """A telephone number, as a ``uri`` such as ``tel:+1-303-555-1212``, or as a ``text``."""

    name = plugin_attrib = "tel"

    uri = ChildText()
    text = ChildText()


class TimeZone(Property):
    """A time zone: its name as ``text``, or ``utc_offset`` such as ``-0600``, or a ``uri``."""

    name = plugin_attrib = "tz"

    text = ChildText()
    uri = ChildText()
    utc_offset = ChildText()


class Language(Property):
    """A language somebody speaks: ``language_tag``, such as ``en``."""

    name = plugin_attrib = "lang"

    language_tag = ChildText()


class Birthday(Property):
    """A birthday: ``date``, or ``date_time``, or a ``text``; none of them need be whole (RFC 6350 section 4.3)."""

    name = plugin_attrib = "bday"

    date = ChildText()
    date_time = ChildText()
    text = ChildText()

    def set_date(self, value: dt.date | str) -> None:
        """Set the date, as a text or as a ``datetime.date``.

        :raises FieldValueError: it is neither.
        """
        Birthday.date.write(self, value.isoformat()[:10] if isinstance(value, dt.date) else value)


class Gender(Property):
    """``sex`` is ``M``, ``F``, ``O``, ``N`` or ``U`` (RFC 6350 section 6.2.7), ``identity`` any text."""

    name = plugin_attrib = "gender"
    interfaces: ClassVar[set[str]] = {"sex"}

    identity = ChildText()

    def get_sex(self) -> str:
        """Return the letter; ``""`` for none."""
        found = self.xml.find(f"{{{NS}}}sex")
        # An example of XEP-0292 has a <text/> in it.
        return "" if found is None else (found.findtext(_TEXT) or found.text or "").strip()

    def set_sex(self, value: str) -> None:
        """Set the letter.

        :raises FieldValueError: there is no such one.
        """
        if value not in ("M", "F", "O", "N", "U", ""):
            raise FieldValueError("Gender.sex: one of M, F, O, N and U is needed")
        self.del_sex()
        if value:
            SubElement(self.xml, f"{{{NS}}}sex").text = value
        self.attach()

    def del_sex(self) -> None:
        """Take it out."""
        for found in self.xml.findall(f"{{{NS}}}sex"):
            self.xml.remove(found)


class Name(Property):
    """The parts of a name: ``surname``, ``given``, ``additional``, ``prefix`` and ``suffix``."""

    name = plugin_attrib = "n"

    surname = ChildText()
    given = ChildText()
    additional = ChildText()
    prefix = ChildText()
    suffix = ChildText()


class Address(Property):
    """A postal address: ``pobox``, ``ext``, ``street``, ``locality``, ``region``, ``code`` and ``country``."""

    name = plugin_attrib = "adr"

    pobox = ChildText()
    ext = ChildText()
    street = ChildText()
    locality = ChildText()
    region = ChildText()
    code = ChildText()
    country = ChildText()
