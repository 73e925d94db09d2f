"""XEP-0068, Field Standardization for Data Forms: what the fields of a form mean, by its FORM_TYPE.

A form that programs fill in names a namespace in its hidden field ``FORM_TYPE``; that says which fields it has
and of what type they are. An answer may leave the types out: who knows the FORM_TYPE reads it all the same.

Use::

    xmpp.register_plugin("xep_0068")
    fields = [FieldDefinition("size", "list-single"), FieldDefinition("gift", "boolean")]
    xmpp.plugin["xep_0068"].define("urn:example:order", fields)
    form = xmpp.plugin["xep_0068"].make_form("urn:example:order", {"size": "small", "gift": True})
    values = xmpp.plugin["xep_0068"].read(received["form"])  # {"size": "small", "gift": True}

Events: none.

Operations: none; what is defined is part of the program, not of its state.

Limits: those of XEP-0004. A FORM_TYPE counts only in a hidden field, and in an answer also where the field says
no type; names are compared as strings, and ``{FORM_TYPE}name`` is the same as ``name``.

Version: XEP-0068 1.3.0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0004.stanza import FieldTypes, FieldValue, Form, FormField, FormTypes

__all__ = ["XEP_0068", "FieldDefinition"]

_FORM_TYPE = "FORM_TYPE"


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a FORM_TYPE: its name, its type, its name for people, its choices."""

    var: str
    type: FieldTypes = "text-single"
    label: str = ""
    options: tuple[str, ...] = ()


class XEP_0068(BasePlugin):  # noqa: N801 - the name that programs import
    """What fields mean: definitions of FORM_TYPEs, forms made and read by them."""

    name = "xep_0068"
    description = "Field standardization: what the fields of a form mean, by its FORM_TYPE"
    xep_version = "1.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0004"}

    def plugin_init(self) -> None:
        """Begin with no definitions."""
        self._known: dict[str, dict[str, FieldDefinition]] = {}

    # -- definitions ------------------------------------------------------------------------------------

    def define(self, form_type: str, fields: Iterable[FieldDefinition]) -> None:
        """Say what the fields of a FORM_TYPE are; fields that were defined before stay, unless named again.

        :raises ValueError: the FORM_TYPE or the name of a field is empty.
        """
        if not form_type:
            raise ValueError("a FORM_TYPE is not empty")
        new = {_plain(field.var, form_type): field for field in fields}
        if "" in new:
            raise ValueError("a field of a FORM_TYPE has a name")
        self._known.setdefault(form_type, {}).update(new)

    def forget(self, form_type: str) -> None:
        """Forget a FORM_TYPE; it need not be defined."""
        self._known.pop(form_type, None)

    def definitions(self, form_type: str) -> dict[str, FieldDefinition]:
        """The fields of a FORM_TYPE by name; none where it is not defined."""
        return dict(self._known.get(form_type, {}))

    def field_type(self, form_type: str, var: str) -> FieldTypes:
        """The type of a field; ``""`` where it is not defined."""
        found = self._known.get(form_type, {}).get(_plain(var, form_type))
        return "" if found is None else found.type

    # -- forms ------------------------------------------------------------------------------------------

    def form_type(self, form: Form) -> str | None:
        """The FORM_TYPE of a form; None where there is none that counts (XEP-0068 sections 4.1, 4.3 and 5)."""
        return form.form_type

    def make_form(
        self,
        form_type: str,
        values: Mapping[str, object] | None = None,
        ftype: FormTypes = "submit",
        title: str = "",
    ) -> Form:
        """Make a form of a FORM_TYPE: an answer or result with these values, or all its fields to fill in.

        :param values: by name; a form to fill in has them as defaults, any other has only these fields.
        :raises FieldValueError: a value is none of its field's type.
        """
        form = Form()
        form.type = ftype
        form.title = title
        form.add_field(_FORM_TYPE, "hidden", value=form_type)
        given = {_plain(var, form_type): (var, value) for var, value in (values or {}).items()}
        known = self._known.get(form_type, {})
        names = list(given)
        if ftype == "form":
            names = [*known, *(name for name in given if name not in known)]
        for name in names:
            defined = known.get(name)
            var, value = given.get(name, (defined.var if defined is not None else name, None))
            if defined is None:
                form.add_field(var, value=value)
            elif ftype == "form":
                form.add_field(var, defined.type, defined.label, value=value, options=defined.options or None)
            else:
                form.add_field(var, defined.type, value=value)
        return form

    def read(self, form: Form, *form_types: str) -> dict[str, FieldValue]:
        """The values of a received form by the names of its fields, typed as its FORM_TYPE says.

        Fields that are not defined are left out, as are those whose own type is another than the defined one:
        "be careful to process only agreed-upon fields with agreed-upon types" (XEP-0068 section 6).

        :param form_types: those that will do; by default every one that is defined here.
        :raises BadStanza: it is a form of another FORM_TYPE, or a value is none of its field's type.
        """
        form_type = form.form_type
        wanted: Iterable[str] = form_types or self._known
        if form_type is None or form_type not in wanted:
            raise BadStanza("the form is none of a FORM_TYPE that is expected here")
        values: dict[str, FieldValue] = {}
        for field in form.fields:
            defined = self._known.get(form_type, {}).get(_plain(field.var, form_type))
            if defined is None or (field.type and field.type != defined.type):
                continue
            if field.type:
                values.setdefault(defined.var, field.value)
            else:
                typed = FormField()
                typed["var"], typed["type"] = field.var, defined.type
                typed.xml.extend(child for child in field.xml if child.tag.endswith("}value"))
                values.setdefault(defined.var, typed.value)
        return values


def _plain(var: str, form_type: str) -> str:
    # XEP-0068 section 3.4: a field's namespace is inherited from the FORM_TYPE.
    return var.removeprefix(f"{{{form_type}}}")
