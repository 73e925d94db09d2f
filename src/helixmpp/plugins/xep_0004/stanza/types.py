"""The words that XEP-0004 has for types of forms and of fields."""

from typing import Final, Literal, get_args

from helixmpp.stanza import OneOf, one_of

__all__ = [
    "ANY_TYPE",
    "FIELD_TYPE",
    "FORM_TYPE",
    "MULTI_TYPES",
    "NAMESPACE",
    "OPTION_TYPES",
    "FieldTypes",
    "FieldValue",
    "FormTypes",
]

NAMESPACE: Final = "jabber:x:data"

#: Section 3.1.
FormTypes = Literal["cancel", "form", "result", "submit"]
#: Section 3.3; ``""`` is a field that does not say its type.
FieldTypes = Literal[
    "",
    "boolean",
    "fixed",
    "hidden",
    "jid-multi",
    "jid-single",
    "list-multi",
    "list-single",
    "text-multi",
    "text-private",
    "text-single",
]

#: What the value of a field is read as: None is no value at all.
FieldValue = str | bool | list[str] | None

#: Section 3.2: the types that may have more than one value.
MULTI_TYPES: Final = frozenset({"hidden", "jid-multi", "list-multi", "text-multi"})
#: Section 3.2: the types that have options.
OPTION_TYPES: Final = frozenset({"list-multi", "list-single"})

FORM_TYPE: OneOf[FormTypes] = one_of("cancel", "form", "result", "submit")

_FIELD_TYPES: dict[str, FieldTypes] = {word: word for word in get_args(FieldTypes)}


class _FieldType:
    """The type of a field. One that is unknown counts as ``text-single`` (section 3.3)."""

    def parse(self, text: str) -> FieldTypes:
        return _FIELD_TYPES.get(text.strip(" \t\r\n"), "text-single")

    def format(self, value: FieldTypes) -> str:
        if value not in _FIELD_TYPES:
            raise ValueError(f"one of {', '.join(word for word in _FIELD_TYPES if word)} is needed")
        return value


FIELD_TYPE: Final = _FieldType()
#: For a field that does not say its type: what it has decides how it is read.
ANY_TYPE: Final = ""
