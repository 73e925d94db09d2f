"""``<attention/>`` of XEP-0224 section 3."""

from typing import ClassVar

from helixmpp.stanza import ElementBase

__all__ = ["NAMESPACE", "Attention"]

NAMESPACE = "urn:xmpp:attention:0"


class Attention(ElementBase):
    """Asks for the user's attention: ``message["attention"]`` is a bool."""

    name = "attention"
    namespace = NAMESPACE
    plugin_attrib = "attention"
    interfaces: ClassVar[set[str]] = {"attention"}
    is_extension = True

    def get_attention(self) -> bool:
        """Return whether attention is asked for."""
        return self._owner() is not None and not self.is_loose

    def set_attention(self, value: object) -> None:
        """Ask for attention, or do not."""
        if value:
            self.attach()
        else:
            self.del_attention()

    def del_attention(self) -> None:
        """Do not ask for attention."""
        owner = self._owner()
        if owner is not None:
            del owner[Attention]
