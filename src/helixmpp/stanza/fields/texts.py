"""``groups = Texts(str, "group")``: a list of the texts of children of one name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, overload

from helixmpp.errors import FieldValueError
from helixmpp.jid import JID
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.codecs import Codec, codec_for
from helixmpp.stanza.fields.field import ChildOfField, G, S, ValueField

__all__ = ["Texts", "TextsField"]

T = TypeVar("T")


class TextsField(ChildOfField[G, S], ValueField[G, S]):
    """The texts of all children of one name; made by :func:`Texts`.

    The list is a copy: it is assigned as a whole.
    """

    def __init__(self, kind: Any, name: str, namespace: str | None, key: str | None) -> None:
        super().__init__(codec_for(kind), key=key)
        self.child = name
        self.namespace = namespace

    def read(self, stanza: ItemAccess) -> G:
        """Return the values of the texts, in their order."""
        found: Any = [self.parse(child.text or "") for child in stanza.xml.iterfind(self.tag(stanza))]
        values: G = found
        return values

    def write(self, stanza: ItemAccess, value: Any) -> None:
        """Set all the texts, in place of those that are there."""
        if value is None:
            self.delete(stanza)
            return
        if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
            raise FieldValueError(f"{self.where}: a list of values is needed, not {type(value).__name__}")
        texts = [self.format(one) for one in value]
        self.delete(stanza)
        xml = stanza.xml
        tag = self.tag(stanza)
        for text in texts:
            child = xml.makeelement(tag, {})
            child.text = text
            xml.append(child)
        if texts and stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Take all these children out."""
        xml = stanza.xml
        tag = self.tag(stanza)
        if xml.find(tag) is not None:
            xml[:] = [child for child in xml if child.tag != tag]


@overload
def Texts(
    kind: type[JID], name: str, *, namespace: str | None = ..., key: str | None = ...
) -> TextsField[list[JID], Iterable[JID | str] | None]: ...
@overload
def Texts(
    kind: type[T] | Codec[T], name: str, *, namespace: str | None = ..., key: str | None = ...
) -> TextsField[list[T], Iterable[T] | None]: ...
def Texts(
    kind: Any, name: str, *, namespace: str | None = None, key: str | None = None
) -> TextsField[Any, Any]:
    """Declare a list of the texts of children of one name: ``groups = Texts(str, "group")``.

    :param kind: the Python type of one (see :func:`~helixmpp.stanza.codec_for`) or a codec.
    :param name: the children's local name.
    :param namespace: the children's namespace, if it is not that of the stanza.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return TextsField(kind, name, namespace, key)
