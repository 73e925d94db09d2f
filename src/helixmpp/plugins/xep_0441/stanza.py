"""``<prefs/>`` of XEP-0441: which messages an archive keeps."""

from collections.abc import Iterable
from typing import ClassVar, Final, Literal
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza import Attr, ElementBase, OneOf, one_of

__all__ = ["NAMESPACE", "Behaviour", "Preferences"]

NAMESPACE = "urn:xmpp:mam:2"

Behaviour = Literal["always", "never", "roster"]
_BEHAVIOUR: Final[OneOf[Behaviour]] = one_of("always", "never", "roster")
_JID = f"{{{NAMESPACE}}}jid"


class Preferences(ElementBase):
    """Which messages are kept: ``prefs["default"]``, and the sets ``prefs["always"]`` and ``prefs["never"]``."""

    name = "prefs"
    namespace = NAMESPACE
    plugin_attrib = "mam_prefs"
    interfaces: ClassVar[set[str]] = {"always", "never"}

    default = Attr(_BEHAVIOUR)

    @property
    def always(self) -> set[JID]:
        """The addresses with which every message is kept."""
        return self.get_always()

    @always.setter
    def always(self, jids: Iterable[JID | str]) -> None:
        self.set_always(jids)

    @property
    def never(self) -> set[JID]:
        """The addresses with which none is."""
        return self.get_never()

    @never.setter
    def never(self, jids: Iterable[JID | str]) -> None:
        self.set_never(jids)

    def get_always(self) -> set[JID]:
        """Return the addresses with which every message is kept."""
        return self._jids("always")

    def set_always(self, jids: Iterable[JID | str]) -> None:
        """Keep every message with these addresses."""
        self._set_jids("always", jids)

    def del_always(self) -> None:
        """Say nothing of them."""
        self._del_jids("always")

    def get_never(self) -> set[JID]:
        """Return the addresses with which no message is kept."""
        return self._jids("never")

    def set_never(self, jids: Iterable[JID | str]) -> None:
        """Keep no message with these addresses."""
        self._set_jids("never", jids)

    def del_never(self) -> None:
        """Say nothing of them."""
        self._del_jids("never")

    def _list(self, name: str) -> Element | None:
        return self.xml.find(f"{{{NAMESPACE}}}{name}")

    def _jids(self, name: str) -> set[JID]:
        found = self._list(name)
        try:
            texts = [child.text or "" for child in (found if found is not None else ()) if child.tag == _JID]
            return {JID.parse(text.strip(), lenient=True) for text in texts if text.strip()}
        except InvalidJID:
            raise BadStanza(f"Preferences.{name} has what is no address", "jid-malformed") from None

    def _set_jids(self, name: str, jids: Iterable[JID | str]) -> None:
        if isinstance(jids, str):
            # A text is a list of letters, too.
            raise FieldValueError(f"Preferences.{name}: a list of addresses is needed, not str")
        given = sorted({JID(jid) for jid in jids})
        self._del_jids(name)
        made = SubElement(self.xml, f"{{{NAMESPACE}}}{name}")
        for jid in given:
            SubElement(made, _JID).text = jid.full
        self.attach()

    def _del_jids(self, name: str) -> None:
        found = self._list(name)
        if found is not None:
            self.xml.remove(found)
