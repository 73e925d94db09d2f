"""``<query/>`` of XEP-0077 section 11.1, and the stream feature of section 8."""

from collections.abc import Iterable
from typing import ClassVar, Final

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.stanza import ChildText, ElementBase, Flag, register_stanza_plugin

__all__ = ["FIELDS", "NAMESPACE", "Register", "RegisterFeature"]

NAMESPACE = "jabber:iq:register"
NS_OOB = "jabber:x:oob"

_URL: Final = f"{{{NS_OOB}}}x/{{{NS_OOB}}}url"

# In the order of the schema. Section 4: "A host MUST NOT add new fields": further ones go into a data form.
FIELDS: Final = (
    "username",
    "nick",
    "password",
    "name",
    "first",
    "last",
    "email",
    "address",
    "city",
    "state",
    "zip",
    "phone",
    "url",
    "date",
    "misc",
    "text",
    "key",
)


class Register(ElementBase):
    """A registration: what is asked for, what is answered, or that it is to be removed.

    Each field is a text, such as ``register.username`` or ``register["username"]``; ``register["fields"]`` is the
    set of those that are there, empty or not.
    """

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "register"
    interfaces: ClassVar[set[str]] = {"fields"}
    form_fields: ClassVar[set[str]] = set(FIELDS)

    registered = Flag()
    remove = Flag()
    instructions = ChildText()
    username = ChildText()
    nick = ChildText()
    password = ChildText()
    # "name" is the name of the element.
    name_ = ChildText()
    first = ChildText()
    last = ChildText()
    email = ChildText()
    address = ChildText()
    city = ChildText()
    state = ChildText()
    zip = ChildText()
    phone = ChildText()
    url = ChildText()
    date = ChildText()
    misc = ChildText()
    text = ChildText()
    key = ChildText()

    @property
    def redirect(self) -> str:
        """Where to register instead, a URL (section 5); ``""`` for nowhere."""
        return self.xml.findtext(_URL, "")

    def add_field(self, value: str) -> None:
        """Put in an empty field: it is to be filled in.

        :raises FieldValueError: there is no such field.
        """
        if value not in FIELDS:
            raise FieldValueError(f"a registration has no field {value!r}; it has: {', '.join(FIELDS)}")
        self._set_sub_text(value, self._get_sub_text(value), keep=True)

    def get_fields(self) -> set[str]:
        """Return the names of the fields that are there."""
        return {name for name in FIELDS if self.xml.find(f"{{{NAMESPACE}}}{name}") is not None}

    def set_fields(self, fields: Iterable[str]) -> None:
        """Have these fields, empty, in the place of all."""
        self.del_fields()
        for name in fields:
            self.add_field(name)

    def del_fields(self) -> None:
        """Take every field out."""
        for name in FIELDS:
            self._del_sub(name)


class RegisterFeature(ElementBase):
    """What a server offers that lets people register before they log in."""

    name = "register"
    namespace = "http://jabber.org/features/iq-register"
    plugin_attrib = "register"


# Section 4: a form "shall be contained as a child element of the <query/>".
register_stanza_plugin(Register, Form)
