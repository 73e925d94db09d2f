"""``<error/>`` in a stanza (RFC 6120 section 8.3)."""

from typing import Any, ClassVar

from helixmpp.errors import DEFAULT_ERROR_TYPES
from helixmpp.jid import JID
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.registry import register_stanza_plugin
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.fields.choice import Choice
from helixmpp.stanza.fields.raw import Raw
from helixmpp.stanza.iq import Iq
from helixmpp.stanza.message import Message
from helixmpp.stanza.presence import Presence
from helixmpp.stanza.types import ERROR_TYPE
from helixmpp.xml import NS_STANZA_ERRORS

__all__ = ["Error"]


class Error(ElementBase):
    """What went wrong with a stanza: ``iq["error"]["condition"]``.

    To write to it makes the stanza one of type ``error``.
    """

    name = "error"
    plugin_attrib = "error"
    #: The namespace of the conditions.
    condition_ns: ClassVar[str] = NS_STANZA_ERRORS
    #: The conditions that RFC 6120 section 8.3.3 defines.
    conditions: ClassVar[set[str]] = set(DEFAULT_ERROR_TYPES)
    types: ClassVar[set[str]] = {"auth", "cancel", "continue", "modify", "wait"}

    type = Attr(ERROR_TYPE, default="")
    code = Attr(str)
    by = Attr(JID, default=JID(""))
    condition = Choice(*sorted(DEFAULT_ERROR_TYPES), namespace=NS_STANZA_ERRORS)
    text = ChildText(lang=True, namespace=NS_STANZA_ERRORS)
    #: Where the entity is now (RFC 6120 sections 8.3.3.5 and 8.3.3.14).
    gone = ChildText(namespace=NS_STANZA_ERRORS)
    redirect = ChildText(namespace=NS_STANZA_ERRORS)
    #: The application-specific condition, as an element (RFC 6120 section 8.3.4).
    application_condition = Raw()

    def attached(self) -> None:
        """Make the stanza one of type error; RFC 6120 section 8.3.2 requires a type and a condition."""
        owner = self._owner()
        if owner is not None and "type" in owner.interfaces:
            owner["type"] = "error"
        if not Error.condition.read(self):
            Error.condition.write(self, "feature-not-implemented")
        if "type" not in self._xml.attrib:
            self._xml.set("type", DEFAULT_ERROR_TYPES[Error.condition.read(self)])

    def set_condition(self, value: str) -> None:
        """Set the condition, and its own type where none is set.

        :raises FieldValueError: RFC 6120 does not define it.
        """
        Error.condition.write(self, value)
        if value and "type" not in self._xml.attrib:
            self._xml.set("type", DEFAULT_ERROR_TYPES[value])

    def set_gone(self, value: str) -> None:
        """Set the condition ``gone`` and the address (a URI) that the entity has now."""
        self._set_moved("gone", value)

    def set_redirect(self, value: str) -> None:
        """Set the condition ``redirect`` and the address (a URI) to turn to."""
        self._set_moved("redirect", value)

    def _set_moved(self, condition: str, value: Any) -> None:
        field = Error.gone if condition == "gone" else Error.redirect
        if not value:
            # Not to say where is no condition of its own.
            found = self._xml.find(f"{{{NS_STANZA_ERRORS}}}{condition}")
            if found is not None:
                found.text = None
            return
        field.format(value)
        self["condition"] = condition
        field.write(self, value)


for _stanza in (Message, Presence, Iq):
    register_stanza_plugin(_stanza, Error)
