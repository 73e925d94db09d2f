# ruff: noqa: N815 - programs also call the methods by the names that these had first, such as addField
"""``<x xmlns='jabber:x:data'/>``: a form, an answer to one, or a result."""

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, ClassVar, NoReturn, Self
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError, XMPPError
from helixmpp.plugins.xep_0004.stanza.field import FieldOption, FieldRule, FormField
from helixmpp.plugins.xep_0004.stanza.types import FORM_TYPE, NAMESPACE, FieldValue, FormTypes
from helixmpp.plugins.xep_0004.stanza.values import is_mapping
from helixmpp.stanza import Attr, ChildText, ElementBase, register_stanza_plugin
from helixmpp.xml import check_text

__all__ = ["FieldOption", "FieldRule", "Form", "FormField"]

_FIELD = FormField.tag_name()
_INSTRUCTIONS = f"{{{NAMESPACE}}}instructions"
_REPORTED = f"{{{NAMESPACE}}}reported"
_ITEM = f"{{{NAMESPACE}}}item"

# What add_field() takes, by the names of its parameters.
FieldData = Mapping[str, Any]
Fields = Mapping[str, FormField | FieldData] | Iterable[FormField | str | tuple[str, FieldData]]


class Form(ElementBase):
    """A data form: ``form["type"]`` is ``form``, ``submit``, ``cancel`` or ``result``.

    ``form["fields"]`` is the list of :class:`FormField` objects, ``form["values"]`` the dictionary of their
    values, which can be assigned; ``form["title"]`` and ``form["instructions"]`` are texts for people.
    ``form["reported"]`` and ``form["items"]`` are the head and the rows of a table (section 3.4).
    """

    name = "x"
    namespace = NAMESPACE
    plugin_attrib = "form"
    plugin_multi_attrib = "forms"
    interfaces: ClassVar[set[str]] = {"instructions", "items", "reported", "values"}

    type = Attr(FORM_TYPE, default="form")
    title = ChildText()

    # -- the type -----------------------------------------------------------------------------------------

    def set_type(self, value: FormTypes | None) -> None:
        """Set the type; the item ``form["type"]`` does this.

        An answer, ``submit``, keeps the names and values of its fields and nothing else of them: who asked knows
        the rest. A refusal, ``cancel``, has no fields (section 3.2).

        :raises FieldValueError: there is no such type; nothing was changed.
        """
        Form.type.write(self, value)
        if value == "submit":
            for field in self.fields:
                field.only_answer()
        elif value == "cancel":
            self.del_fields()

    def __init__(self, xml: Element | None = None, parent: Any = None, title: str = "") -> None:
        """Wrap an element, or build a form; ``title`` is for people."""
        super().__init__(xml, parent)
        if title:
            self["title"] = title

    def setup(self, xml: Element | None = None) -> bool:
        """Build an empty form; the schema asks for a type."""
        made = super().setup(xml)
        if made:
            self._xml.set("type", "form")
        return made

    # -- instructions -----------------------------------------------------------------------------------

    @property
    def instructions(self) -> str:
        """The instructions, one to a line; a text or a list of texts may be assigned."""
        return self.get_instructions()

    @instructions.setter
    def instructions(self, instructions: str | Iterable[str] | None) -> None:
        self.set_instructions(instructions)

    def get_instructions(self) -> str:
        """Return the instructions, one to a line."""
        return "\n".join(child.text or "" for child in self._xml.iterfind(_INSTRUCTIONS))

    def set_instructions(self, instructions: str | Iterable[str] | None) -> None:
        """Put in instructions, in the place of all: a text with an element for each line, or a list.

        :raises FieldValueError: one is no text that XML can hold; nothing was changed.
        """
        lines = instructions.splitlines() if isinstance(instructions, str) else instructions or ()
        made: list[Element] = []
        for line in lines:
            child = self._xml.makeelement(_INSTRUCTIONS, {})
            child.text = _text(line, "instructions")
            made.append(child)
        self.del_instructions()
        # People read them before the fields.
        self._xml[0:0] = made
        self.attach()

    def del_instructions(self) -> None:
        """Take every instruction out."""
        self._xml[:] = [child for child in self._xml if child.tag != _INSTRUCTIONS]

    # -- fields -----------------------------------------------------------------------------------------

    @property
    def fields(self) -> list[FormField]:
        """Every field, in the order of the form."""
        return self.children_of(FormField)

    @property
    def field(self) -> dict[str, FormField]:
        """Every field by its name; of two with one name the first."""
        return self.get_fields()

    def get_fields(self, use_dict: bool = True) -> dict[str, FormField]:
        """Return every field by its name; of two with one name the first."""
        found: dict[str, FormField] = {}
        for field in self.fields:
            found.setdefault(field.var, field)
        return found

    def set_fields(self, fields: Fields) -> None:
        """Put in these fields, in the place of all: objects, names, or names with what :meth:`add_field` takes.

        :raises FieldValueError: one is wrong; nothing was changed.
        """
        made = _fields_of(fields)
        if self.type == "submit":
            for field in made:
                field.only_answer()
        self.replace_elements([field.xml for field in self.fields], made, "fields")

    def del_fields(self) -> None:
        """Take every field out."""
        self.replace_elements([field.xml for field in self.fields], (), "fields")

    def add_field(
        self,
        var: str = "",
        ftype: str | None = None,
        label: str = "",
        desc: str = "",
        required: bool = False,
        value: object = None,
        options: Iterable[FieldOption | Mapping[str, str] | str] | None = None,
        **kwargs: Any,
    ) -> FormField:
        """Add a field, and give it back.

        :param var: its name; only a field of type ``fixed`` needs none (section 3.2).
        :param ftype: its type, such as ``list-single``; ``type=`` says the same.
        :param label: its name for people.
        :param desc: a sentence about it.
        :param required: whether it has to be answered.
        :param value: the default, the answer, or the result.
        :param options: the choices: values, or dictionaries with ``value`` and ``label``.
        :raises FieldValueError: something of it is wrong; nothing was changed.
        """
        kind = kwargs.pop("type", ftype) or ""
        if kwargs:
            raise TypeError(f"add_field() has no parameter {', '.join(sorted(kwargs))}")
        field = _make_field(var, kind, label, desc, required, self._lines(kind, value), options)
        if self.type == "submit":
            field.only_answer()
        self.append(field)
        return field

    def _lines(self, kind: str, value: object) -> object:
        # An answer need not say the type, and its lines are values of their own (section 3.3, "text-multi").
        if not kind and isinstance(value, str) and "\n" in value and self.type == "submit":
            return value.replace("\r\n", "\n").split("\n")
        return value

    # -- values -----------------------------------------------------------------------------------------

    def get_values(self) -> dict[str, FieldValue]:
        """Return the value of every field that has a name.

        :raises BadStanza: the peer sent what is no value of a field's type.
        """
        return {var: field.value for var, field in self.get_fields().items() if var}

    def set_values(self, values: Mapping[str, object]) -> None:
        """Set values by the names of fields; a field that is not there is added, others stay as they are.

        :raises FieldValueError: one is no value of its field's type; nothing was changed.
        """
        known = self.get_fields()
        # All are tried out before one is written.
        for var, value in values.items():
            field = known.get(var)
            _make_field(var, field.kind if field is not None else "", value=value)
        for var, value in values.items():
            if var in known:
                known[var].set_value(self._lines(known[var].kind, value))
            else:
                self.add_field(var=var, value=value)

    def del_values(self) -> None:
        """Take the values out of every field."""
        for field in self.fields:
            field.del_value()

    def merge(self, other: "Form | Mapping[str, object]") -> "Form":
        """Make a form that has also the fields of another form, or the values of a dictionary."""
        new = copy(self)
        if not isinstance(other, Form):
            new.set_values(other)
            return new
        taken = {field.var for field in other.fields if field.var}
        old = [field.xml for field in new.fields if field.var in taken]
        new.replace_elements(old, [copy(field) for field in other.fields], "fields")
        return new

    @property
    def form_type(self) -> str | None:
        """The value of ``FORM_TYPE``, which says what the fields mean (XEP-0068); None where it does not count.

        It counts in a hidden field, and in an answer also where the field does not say its type
        (XEP-0068 section 5).
        """
        field = self.get_fields().get("FORM_TYPE")
        if field is None:
            return None
        kind = field.xml.get("type")
        if kind == "hidden" or (kind is None and self.xml.get("type") == "submit"):
            return next(iter(field.texts), None)
        return None

    # -- tables -----------------------------------------------------------------------------------------

    def get_reported(self) -> dict[str, FormField]:
        """Return the head of the table: its fields by name."""
        head = self._xml.find(_REPORTED)
        fields = [] if head is None else [FormField(xml=child) for child in head.iterfind(_FIELD)]
        return {field.var: field for field in fields}

    def set_reported(self, reported: Fields) -> None:
        """Have these fields as the head of the table: objects, names, or names with what :meth:`add_reported` takes.

        :raises FieldValueError: one is wrong; nothing was changed.
        """
        made = _fields_of(reported)
        self.del_reported()
        for field in made:
            self._head().append(field.xml)

    def del_reported(self) -> None:
        """Take the head of the table out."""
        self._xml[:] = [child for child in self._xml if child.tag != _REPORTED]

    def add_reported(
        self, var: str, ftype: str | None = None, label: str = "", desc: str = "", **kwargs: Any
    ) -> FormField:
        """Add a column to the table.

        :raises FieldValueError: something of it is wrong; nothing was changed.
        """
        kind = kwargs.pop("type", ftype) or ""
        if kwargs:
            raise TypeError(f"add_reported() has no parameter {', '.join(sorted(kwargs))}")
        field = _make_field(var, kind, label, desc)
        self._head().append(field.xml)
        return field

    def get_items(self) -> list[dict[str, FieldValue]]:
        """Return the rows of the table: values by the names of the columns.

        :raises BadStanza: the peer sent what is no value of a field's own type.
        """
        rows: list[dict[str, FieldValue]] = []
        for item in self._xml.iterfind(_ITEM):
            fields = [FormField(xml=child) for child in item.iterfind(_FIELD)]
            rows.append({field.var: field.value for field in fields})
        return rows

    def set_items(self, items: Iterable[Mapping[str, object]]) -> None:
        """Have these rows, in the place of all; see :meth:`add_item`.

        :raises FieldValueError: a value is wrong; nothing was changed.
        """
        columns = self.get_reported()
        made = [_row(columns, item) for item in items]
        self.del_items()
        self._xml.extend(made)
        self.attach()

    def del_items(self) -> None:
        """Take every row out."""
        self._xml[:] = [child for child in self._xml if child.tag != _ITEM]

    def add_item(self, values: Mapping[str, object]) -> None:
        """Add a row: a value for each column that was reported; without columns, all that are given.

        :raises FieldValueError: a value is wrong; nothing was changed.
        """
        self._xml.append(_row(self.get_reported(), values))
        self.attach()

    def _head(self) -> Element:
        head = self._xml.find(_REPORTED)
        if head is None:
            head = self._xml.makeelement(_REPORTED, {})
            # "MUST appear before any <item/> element" (section 3.4)
            place = next((i for i, child in enumerate(self._xml) if child.tag == _ITEM), len(self._xml))
            self._xml.insert(place, head)
            self.attach()
        return head

    # -- answering --------------------------------------------------------------------------------------

    def reply(self) -> Self:
        """Turn a form into the answer to it, and an answer into its result."""
        following: dict[str, Any] = {"form": "submit", "submit": "result"}
        self["type"] = following.get(self.type, self.type)
        return self

    def cancel(self) -> Self:
        """Turn a form into the refusal to answer it: without fields (section 3.2)."""
        self["type"] = "cancel"
        return self

    def validate(self, answer: "Form", *, unsafe_regex: bool = False) -> dict[str, FieldValue]:
        """Check an answer to this form, and give the values of its fields, typed.

        Fields that this form does not have are ignored, as section 3.1 says. Those that may be left out and
        were keep the value that they have (section 3.5): they are not in the result.

        :param unsafe_regex: UNSAFE for a form that somebody else wrote: run its regular expressions (XEP-0122).
        :raises XMPPError: ``not-acceptable``, with a text for people, as section 4 says.
        """
        if answer.xml.get("type") != "submit":
            _refuse("this is no answer to the form")
        wanted, given = self.form_type, answer.form_type
        if wanted is not None and given is not None and wanted != given:
            _refuse("this is the answer to a form of another FORM_TYPE")
        fields = answer.fields
        by_name = {field.var: field for field in fields if field.var}
        if len(by_name) != sum(1 for field in fields if field.var):
            _refuse("a field is answered twice")
        values: dict[str, FieldValue] = {}
        for var, field in self.get_fields().items():
            if not var or field.type == "fixed":
                continue
            answered = by_name.get(var)
            value = field.validate(answered.texts if answered is not None else [], unsafe_regex=unsafe_regex)
            if answered is not None:
                values[var] = value
        return values

    addField = add_field
    addItem = add_item
    addReported = add_reported
    delFields = del_fields
    delInstructions = del_instructions
    delItems = del_items
    delReported = del_reported
    getFields = get_fields
    getInstructions = get_instructions
    getItems = get_items
    getReported = get_reported
    getValues = get_values
    setFields = set_fields
    setInstructions = set_instructions
    setItems = set_items
    setReported = set_reported
    setValues = set_values


def _make_field(
    var: str,
    kind: str = "",
    label: str = "",
    desc: str = "",
    required: bool = False,
    value: object = None,
    options: Iterable[FieldOption | Mapping[str, str] | str] | None = None,
) -> FormField:
    field = FormField()
    field["var"] = var or None
    field["type"] = kind or None
    field["label"] = label or None
    field["desc"] = desc or None
    field["required"] = required
    field.set_value(value)
    if options is not None:
        field.set_options(options)
    return field


def _fields_of(fields: Fields) -> list[FormField]:
    entries: Iterable[Any] = fields.items() if is_mapping(fields) else fields
    made: list[FormField] = []
    for entry in entries:
        if isinstance(entry, FormField):
            made.append(copy(entry))
        elif isinstance(entry, str):
            made.append(_make_field(entry))
        else:
            made.append(_field_of(*entry))
    return made


def _field_of(var: str, data: FormField | FieldData) -> FormField:
    if isinstance(data, FormField):
        field = copy(data)
        field["var"] = var
        return field
    known = {key: value for key, value in data.items() if key != "var"}
    kind = known.pop("type", known.pop("ftype", None)) or ""
    return _make_field(var, kind, **known)


def _row(columns: Mapping[str, FormField], values: Mapping[str, object]) -> Element:
    item = Element(_ITEM)
    for var in columns or values:
        kind = columns[var].type if var in columns else ""
        field = _make_field(var, kind, value=values.get(var))
        # The head says the type; "MUST contain each field specified in the <reported/> element" (section 3.4).
        field.xml.attrib.pop("type", None)
        item.append(field.xml)
    return item


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise FieldValueError(f"Form.{where}: a str is needed, not {type(value).__name__}")
    try:
        return check_text(value)
    except ValueError as error:
        raise FieldValueError(f"Form.{where}: {error}") from None


def _refuse(reason: str) -> NoReturn:
    raise XMPPError("not-acceptable", reason)


register_stanza_plugin(Form, FormField, iterable=True)
