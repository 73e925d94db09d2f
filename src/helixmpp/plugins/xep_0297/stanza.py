"""``<forwarded/>`` of XEP-0297 section 3: a stanza inside another one, and when it came."""

from typing import ClassVar
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0203.stanza import Delay
from helixmpp.stanza import (
    ElementBase,
    Iq,
    Message,
    Presence,
    StanzaBase,
    register_stanza_plugin,
    stanza_of,
)
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["NAMESPACE", "Forwarded"]

NAMESPACE = "urn:xmpp:forward:0"

_KINDS = {
    f"{{{namespace}}}{kind.name}"
    for namespace in (NS_CLIENT, NS_COMPONENT, "jabber:server")
    for kind in (Message, Presence, Iq)
}


class Forwarded(ElementBase):
    """A stanza that somebody passes on: ``forwarded["stanza"]``, with ``forwarded["delay"]["stamp"]``.

    By its kind it is ``forwarded["message"]``, ``["presence"]`` or ``["iq"]``, too; empty where it is another one.
    What is in it proves nothing: its ``from`` is what the one who forwards says (section 6).
    """

    name = "forwarded"
    namespace = NAMESPACE
    plugin_attrib = "forwarded"
    interfaces: ClassVar[set[str]] = {"stanza"}

    @property
    def stanza(self) -> StanzaBase | None:
        """The stanza that is forwarded; None where there is none, or more than one."""
        return self.get_stanza()

    @stanza.setter
    def stanza(self, value: StanzaBase | Element | None) -> None:
        self.set_stanza(value)

    @property
    def message(self) -> Message | None:
        """The stanza, if it is a message."""
        found = self.get_stanza()
        return found if isinstance(found, Message) else None

    def get_stanza(self) -> StanzaBase | None:
        """Return the stanza that is forwarded; None where there is none, or more than one."""
        found = self._stanzas()
        if len(found) != 1:
            return None
        element = found[0]
        namespace = element.tag[1:].partition("}")[0]
        owner = self._owner()
        while owner is not None and not isinstance(owner, StanzaBase):
            owner = owner.parent() if owner.parent is not None else None
        return stanza_of(element, namespace, owner.stream if isinstance(owner, StanzaBase) else None)

    def set_stanza(self, value: StanzaBase | Element | None) -> None:
        """Put a copy of a stanza in, in the place of what is there.

        :raises FieldValueError: it is no stanza.
        """
        if value is None:
            self.del_stanza()
            return
        if getattr(value, "tag", None) not in _KINDS:
            raise FieldValueError(f"Forwarded.stanza: a stanza is needed, not {type(value).__name__}")
        self.replace_elements(self._stanzas(), [value], "stanza")
        self.attach()

    def del_stanza(self) -> None:
        """Take the stanza out."""
        self.replace_elements(self._stanzas(), (), "stanza")

    def _stanzas(self) -> list[Element]:
        return [child for child in self.xml if child.tag in _KINDS]


register_stanza_plugin(Forwarded, Delay)
for _kind in (Message, Presence, Iq):
    register_stanza_plugin(Forwarded, _kind)
