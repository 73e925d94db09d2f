"""What a class statement with fields does: methods are written, keys are listed, clashes are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from helixmpp.errors import FieldValueError
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.base.registry import merge_bases
from helixmpp.stanza.fields.field import Field, is_field
from helixmpp.xml import check_name

__all__ = ["Declared"]

_KEY_SETS = ("interfaces", "sub_interfaces", "bool_interfaces", "lang_interfaces")


class Declared(ItemAccess):
    """A node whose classes may have fields."""

    # By key, those of the bases included.
    _fields: ClassVar[dict[str, Field[Any, Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = cls._own_fields()
        for field in own.values():
            field.check()
            cls._check_hides(field)
            cls._write_methods(field)
        cls._check_names()
        cls._list_keys(own)
        if len(cls.__bases__) > 1:
            merge_bases(cls)

    @classmethod
    def _check_names(cls) -> None:
        """Refuse a name that no element can have: an element of this class could never be sent."""
        own = vars(cls)
        for name in cls.name.split("/") if "name" in own or "namespace" in own else ():
            # A class that only extends its parent may have no element at all.
            if name:
                try:
                    check_name(f"{{{cls.namespace}}}{name}" if cls.namespace else name)
                except ValueError as error:
                    raise FieldValueError(f"class {cls.__name__}: {error}") from None

    @classmethod
    def _own_fields(cls) -> dict[str, Field[Any, Any]]:
        """The fields of the class body, and of bases that are no stanza classes, by key."""
        fields: dict[str, Field[Any, Any]] = {}
        for base in reversed(cls.__mro__):
            if base is not cls and issubclass(base, ItemAccess):
                continue
            for field in vars(base).values():
                if is_field(field):
                    known = fields.get(field.key)
                    if known is not None and known is not field and known.attribute != field.attribute:
                        raise TypeError(f"class {cls.__name__}: two fields have the key {field.key!r}")
                    fields[field.key] = field
        return fields

    @classmethod
    def _check_hides(cls, field: Field[Any, Any]) -> None:
        for base in cls.__mro__[1:-1]:
            body = vars(base)
            if field.attribute in body and not isinstance(body[field.attribute], Field):
                raise TypeError(
                    f"class {cls.__name__}: the field {field.attribute!r} hides a member of {base.__name__}; "
                    f"call it {field.attribute}_ (its key stays {field.key!r})"
                )
            if issubclass(base, ItemAccess) and field.key in base.interfaces:
                continue
            for method in (field.getter, field.setter, field.deleter):
                if method in body:
                    raise TypeError(
                        f"class {cls.__name__}: the method {method}() of the field {field.attribute!r} "
                        f"would hide that of {base.__name__}; give the field another key"
                    )

    def claimed_tags(self) -> frozenset[str]:
        """The names of the children that belong to fields of this class."""
        return frozenset(tag for field in self._fields.values() for tag in field.claims(self))

    @classmethod
    def field_of(cls, key: str) -> Field[Any, Any] | None:
        """The field of a key, or None where no field has it."""
        return cls._fields.get(key)

    def is_of_child(self, key: str) -> bool:
        """Whether the item of that key is what a child element says, such as its text, and no attribute."""
        if key in self.sub_interfaces or key in self.bool_interfaces:
            return True
        field = self._fields.get(key)
        return field is not None and bool(field.claims(self))

    @classmethod
    def _write_methods(cls, field: Field[Any, Any]) -> None:
        methods: tuple[Callable[..., Any], ...] = field.methods()
        verbs = ("Return", "Set", "Delete")
        for name, method, verb in zip(
            (field.getter, field.setter, field.deleter), methods, verbs, strict=True
        ):
            if name not in vars(cls):
                method.__name__ = name
                method.__qualname__ = f"{cls.__qualname__}.{name}"
                method.__doc__ = f"{verb} the item ``{field.key}``."
                setattr(cls, name, method)

    @classmethod
    def _list_keys(cls, own: dict[str, Field[Any, Any]]) -> None:
        if own:
            cls._fields = {**cls._fields, **own}
        body = vars(cls)
        for name in _KEY_SETS:
            declared = name in body
            # A class body may give any collection, and its set is its own.
            keys: set[str] = set(getattr(cls, name))
            # The interfaces that every class has without saying so are for classes without fields.
            if name == "interfaces" and own and not declared and getattr(cls, name) is ItemAccess.interfaces:
                keys = set()
            fields = cls._fields.values() if declared else own.values()
            keys.update(field.key for field in fields if name == "interfaces" or name in field.listed_in)
            if declared or own:
                setattr(cls, name, keys)
