"""``required = Flag()``: an empty child that means true."""

from __future__ import annotations

from helixmpp.errors import FieldValueError
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.fields.field import ChildOfField, wire_name

__all__ = ["Flag", "FlagField"]


class FlagField(ChildOfField[bool, bool | None]):
    """Whether there is such a child; made by :func:`Flag`."""

    listed_in = ("bool_interfaces",)

    def __init__(self, name: str | None, namespace: str | None, key: str | None) -> None:
        super().__init__(key)
        self.child = name or ""
        self.namespace = namespace

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.child = wire_name(self.child, name)

    def read(self, stanza: ItemAccess) -> bool:
        """Return whether there is such a child."""
        return stanza.xml.find(self.tag(stanza)) is not None

    def write(self, stanza: ItemAccess, value: object) -> None:
        """Put the child in, or take it out."""
        # Programs wrote any truth value where slixmpp had a bool; a text such as "false" is a mistake.
        if value is not None and not isinstance(value, bool | int):
            raise FieldValueError(f"{self.where}: a bool is needed, not {type(value).__name__}")
        if not value:
            self.delete(stanza)
        elif not self.read(stanza):
            stanza.xml.append(stanza.xml.makeelement(self.tag(stanza), {}))
        if value and stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Take the child out."""
        xml = stanza.xml
        for child in xml.findall(self.tag(stanza)):
            xml.remove(child)


def Flag(name: str | None = None, *, namespace: str | None = None, key: str | None = None) -> FlagField:
    """Declare an empty child that means true: ``required = Flag()``.

    :param name: the child's local name; by default that of the Python attribute with hyphens for underscores.
    :param namespace: the child's namespace, if it is not that of the stanza.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return FlagField(name, namespace, key)
