"""The base of all fields: one declaration gives an attribute, an item and three methods.

``bob.data``, ``bob["data"]`` and ``bob.get_data()`` are one code path. The method is what counts: a class
that overrides ``get_data`` changes all three.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NoReturn, Self, TypeGuard, TypeVar, overload

from helixmpp.errors import BadStanza, FieldValueError, InvalidJID
from helixmpp.jid import JID
from helixmpp.stanza.base.checks import checked_name
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.codecs import Codec

__all__ = ["ChildOfField", "Field", "ValueField", "is_field", "wire_name"]

G = TypeVar("G")
S = TypeVar("S")


class Field(Generic[G, S]):
    """Something of a stanza that is read as ``G`` and assigned as ``S``; None or ``del`` takes it away.

    A kind of field of your own derives from it and has :meth:`read`, :meth:`write` and :meth:`delete`.

    :ivar key: the key of the item; by default the attribute's name without an underscore at its end.
    """

    #: Of the sets of keys that classes have, those besides ``interfaces`` that the key is put into.
    listed_in: tuple[str, ...] = ()

    def __init__(self, key: str | None = None) -> None:
        self.key = key or ""
        self.attribute = ""
        self.owner_name = ""
        self.getter = self.setter = self.deleter = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name
        self.owner_name = owner.__name__
        if not self.key:
            self.key = name.removesuffix("_")
        method = self.key.lower().replace("-", "_")
        self.getter, self.setter, self.deleter = f"get_{method}", f"set_{method}", f"del_{method}"

    # -- what a kind of field has to say ----------------------------------------------------------------

    def read(self, stanza: ItemAccess) -> G:
        """Return the value.

        :raises BadStanza: the peer sent a value that does not parse, or left out what is required.
        """
        raise NotImplementedError

    def write(self, stanza: ItemAccess, value: S) -> None:
        """Set the value; None deletes it.

        :raises FieldValueError: the value is wrong; nothing was changed.
        """
        raise NotImplementedError

    def delete(self, stanza: ItemAccess) -> None:
        """Take the value away; nothing happens where there is none."""
        raise NotImplementedError

    def claims(self, stanza: ItemAccess) -> tuple[str, ...]:
        """The names of the child elements that are this field's own."""
        return ()

    def check(self) -> None:
        """Refuse a declaration that makes no sense; called by the class statement.

        :raises FieldValueError: a name that XML cannot have.
        """

    # -- the attribute ----------------------------------------------------------------------------------

    @overload
    def __get__(self, stanza: None, owner: type) -> Self: ...
    @overload
    def __get__(self, stanza: ItemAccess, owner: type) -> G: ...
    def __get__(self, stanza: ItemAccess | None, owner: type) -> Self | G:
        if stanza is None:
            return self
        if stanza.plugin_overrides:
            value: G = stanza[self.key]
            return value
        method: Callable[[], G] = getattr(stanza, self.getter)
        return method()

    def __set__(self, stanza: ItemAccess, value: S) -> None:
        if value is None:
            self.__delete__(stanza)
        elif stanza.plugin_overrides:
            stanza[self.key] = value
        else:
            getattr(stanza, self.setter)(value)
            if stanza.is_loose:
                stanza.attach()

    def __delete__(self, stanza: ItemAccess) -> None:
        if stanza.plugin_overrides:
            del stanza[self.key]
        else:
            getattr(stanza, self.deleter)()

    # -- the methods ------------------------------------------------------------------------------------

    def methods(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
        """Make the three methods that the class gets."""
        read, write, delete = self.read, self.write, self.delete

        def get(self: ItemAccess) -> G:
            return read(self)

        def set_(self: ItemAccess, value: S) -> None:
            write(self, value)

        def del_(self: ItemAccess) -> None:
            delete(self)

        return get, set_, del_

    # -- errors -----------------------------------------------------------------------------------------

    @property
    def where(self) -> str:
        """The field's name in messages."""
        return f"{self.owner_name}.{self.attribute}"


class ValueField(Field[G, S]):
    """A field with a text on the wire that a codec converts.

    :param default: what an absent one is read as. With a default of ``""``, assigning ``""`` deletes: the two
        cannot be told apart anyway.
    :param required: reading an absent one raises ``BadStanza``.
    """

    def __init__(
        self,
        codec: Codec[Any],
        default: Any = None,
        required: bool = False,
        key: str | None = None,
    ) -> None:
        super().__init__(key)
        self.codec = codec
        self.default = default
        self.required = required
        # Whether to assign "" means to delete, as it does for None.
        self.blank_deletes = isinstance(default, str | JID) and default == "" and not required

    def parse(self, text: str) -> Any:
        """Return the value of a text from the wire; ``BadStanza`` names the field, never the text."""
        try:
            return self.codec.parse(text)
        except InvalidJID:
            raise BadStanza(f"{self.where} is no valid address", "jid-malformed") from None
        except ValueError:
            raise BadStanza(f"{self.where} has a value that does not parse") from None

    def format(self, value: Any) -> str:
        """Return the text for a value from a program."""
        try:
            return self.codec.format(value)
        except (InvalidJID, FieldValueError):
            raise
        except (ValueError, TypeError) as error:
            raise FieldValueError(f"{self.where}: {error}") from None

    def absent(self) -> Any:
        """Return what an absent one is read as."""
        if self.required:
            self.missing()
        return self.default

    def missing(self) -> NoReturn:
        """Say that the peer left out what is required."""
        raise BadStanza(f"{self.where} is missing")


class ChildOfField(Field[G, S]):
    """A field that is a child element of one name; it is in the namespace of the stanza where none is declared.

    :ivar child: the child's local name.
    :ivar namespace: the child's namespace, if it is not that of the stanza.
    """

    child: str = ""
    namespace: str | None = None

    def tag(self, stanza: ItemAccess) -> str:
        """Return the child's name in Clark notation."""
        return f"{{{self.namespace or stanza.namespace}}}{self.child}"

    def claims(self, stanza: ItemAccess) -> tuple[str, ...]:
        """Return the child's name."""
        return (self.tag(stanza),)

    def check(self) -> None:
        """Refuse a name that XML cannot have."""
        super().check()
        checked_name(f"{{{self.namespace}}}{self.child}" if self.namespace else self.child, self.where)


def is_field(value: object) -> TypeGuard[Field[Any, Any]]:
    """Whether a member of a class is a field."""
    return isinstance(value, Field)


def wire_name(name: str | None, attribute: str) -> str:
    """The name on the wire of an attribute in Python: ``max_age`` is ``max-age`` and ``from_`` is ``from``.

    XMPP writes hyphens; where the protocol has another name it is given to the field.
    """
    return name or attribute.removesuffix("_").replace("_", "-")
