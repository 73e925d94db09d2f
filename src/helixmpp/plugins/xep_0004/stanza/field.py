# ruff: noqa: N815 - programs also call the methods by the names that these had first, such as addOption
"""``<field/>`` and ``<option/>``: one question of a form, its choices and its answer."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, NoReturn, Protocol, runtime_checkable

from helixmpp.errors import BadStanza, FieldValueError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0004.stanza.types import (
    FIELD_TYPE,
    MULTI_TYPES,
    NAMESPACE,
    OPTION_TYPES,
    FieldTypes,
    FieldValue,
)
from helixmpp.plugins.xep_0004.stanza.values import is_mapping, read_value, texts_of
from helixmpp.stanza import Attr, ChildText, ElementBase, Flag, register_stanza_plugin

__all__ = ["FieldOption", "FieldRule", "FormField"]

_VALUE = f"{{{NAMESPACE}}}value"


@runtime_checkable
class FieldRule(Protocol):
    """A child of a field that has a say in which answers are right; other plugins bring such (XEP-0122)."""

    def allows_other_options(self) -> bool:
        """Whether an answer need not be one of the options."""
        ...

    def check_values(self, kind: str, texts: list[str], *, unsafe_regex: bool) -> None:
        """Raise ValueError, with a text for people, for an answer that is wrong."""
        ...


class FieldOption(ElementBase):
    """One of the choices of a field: ``option.value``, and ``option.label`` for people."""

    name = "option"
    namespace = NAMESPACE
    plugin_attrib = "option"

    label = Attr(str)
    value = ChildText()


class FormField(ElementBase):
    """One field of a form: ``field["var"]`` names it, ``field["type"]`` says what its value is.

    ``field["value"]`` is a ``bool`` in a field of type ``boolean``, a list of texts in one of type
    ``jid-multi``, ``list-multi``, ``text-multi`` or ``hidden``, and a text in any other; None where there is no
    value. Where the type is missing, as answers may leave it out, one value is a text and several are a list.
    """

    # The type that was left out of an answer: what is read and assigned here still goes by it.
    _left_out: FieldTypes = ""

    name = "field"
    namespace = NAMESPACE
    plugin_attrib = "field"
    plugin_multi_attrib = "fields"
    interfaces: ClassVar[set[str]] = {"answer", "options", "value"}

    var = Attr(str)
    type = Attr(FIELD_TYPE, default="")
    label = Attr(str)
    desc = ChildText()
    required = Flag()

    # -- the value --------------------------------------------------------------------------------------

    @property
    def value(self) -> FieldValue:
        """The value, typed by the field's type."""
        return self.get_value()

    @value.setter
    def value(self, value: object) -> None:
        self.set_value(value)

    @property
    def texts(self) -> list[str]:
        """Every value as it was sent."""
        return [child.text or "" for child in self._xml.iterfind(_VALUE)]

    @property
    def jids(self) -> list[JID]:
        """The values as addresses.

        :raises BadStanza: one of them is none.
        """
        kept = read_value("jid-multi", self.texts, self._where)
        return [JID.parse(text) for text in kept] if isinstance(kept, list) else []

    def get_value(self, convert: bool = True, convert_list: bool = False) -> FieldValue:
        """Return the value; None where there is none.

        :param convert: whether a boolean becomes a ``bool``; else it is the text that was sent.
        :param convert_list: whether the lines of a ``text-multi`` field become one text.
        :raises BadStanza: the peer sent what is no value of the field's type.
        """
        kind = self._kind() if convert or self._kind() != "boolean" else ""
        value = read_value(kind, self.texts, self._where)
        if convert_list and kind == "text-multi" and isinstance(value, list):
            return "\n".join(value)
        return value

    def set_value(self, value: object) -> None:
        """Set the value: a text, a bool, a number, an address, or a list of these where the type has several.

        :raises FieldValueError: it is no value of the field's type; nothing was changed.
        :raises InvalidJID: it is no address, in a field for addresses; nothing was changed.
        """
        texts = texts_of(self._kind(), value, self._where)
        self.del_value()
        place = self._value_place()
        for text in texts:
            child = self._xml.makeelement(_VALUE, {})
            child.text = text or None
            self._xml.insert(place, child)
            place += 1
        self.attach()

    def del_value(self) -> None:
        """Take every value out."""
        self._xml[:] = [child for child in self._xml if child.tag != _VALUE]

    def _value_place(self) -> int:
        # The schema has the values before the options.
        for place, child in enumerate(self._xml):
            if child.tag == FieldOption.tag_name():
                return place
        return len(self._xml)

    def get_answer(self) -> FieldValue:
        """The same as :meth:`get_value`."""
        return self.get_value()

    def set_answer(self, answer: object) -> None:
        """The same as :meth:`set_value`."""
        self.set_value(answer)

    def del_answer(self) -> None:
        """The same as :meth:`del_value`."""
        self.del_value()

    def set_true(self) -> None:
        """Set the value to true."""
        self.set_value(True)

    def set_false(self) -> None:
        """Set the value to false."""
        self.set_value(False)

    # -- options ----------------------------------------------------------------------------------------

    @property
    def options(self) -> list[FieldOption]:
        """The choices; assigning takes the place of all."""
        return self.get_options()

    @options.setter
    def options(self, options: Iterable[FieldOption | Mapping[str, str] | str]) -> None:
        self.set_options(options)

    def get_options(self) -> list[FieldOption]:
        """Return the choices: objects with the items ``label`` and ``value``."""
        return self.children_of(FieldOption)

    def set_options(self, options: Iterable[FieldOption | Mapping[str, str] | str]) -> None:
        """Put in these choices, in the place of all: values, or dictionaries with ``value`` and ``label``.

        :raises FieldValueError: one is none, or two have the same value; nothing was changed.
        """
        made = [_option(option) for option in options]
        if made:
            self._check_has_options()
        if len({option.value for option in made}) != len(made):
            raise FieldValueError(f"{self._where}: two options have the same value")
        self.replace_elements([option.xml for option in self.get_options()], made, "options")

    def del_options(self) -> None:
        """Take every choice out."""
        self.replace_elements([option.xml for option in self.get_options()], (), "options")

    def add_option(self, label: str = "", value: str = "") -> FieldOption:
        """Add a choice: ``value`` is what is answered, ``label`` is shown to people.

        :raises FieldValueError: the field's type has none, or there is one of that value already.
        """
        self._check_has_options()
        if any(child.findtext(_VALUE, "") == value for child in self._xml.iterfind(FieldOption.tag_name())):
            raise FieldValueError(f"{self._where}: it has an option of that value already")
        option = _option({"label": label, "value": value})
        self.append(option)
        return option

    def _check_has_options(self) -> None:
        kind = self._kind()
        if kind and kind not in OPTION_TYPES:
            raise FieldValueError(f"{self._where}: a field of type {kind} has no options")

    # -- answers ----------------------------------------------------------------------------------------

    def validate(self, texts: list[str], *, unsafe_regex: bool = False) -> FieldValue:
        """Check the values that somebody answered to this field; give them typed.

        :param texts: the values as they were sent.
        :param unsafe_regex: UNSAFE for a field that somebody else wrote: run its regular expressions.
        :raises XMPPError: ``not-acceptable``, with a text for people (section 4).
        """
        kind = self._kind()
        given = [text for text in texts if text] if kind not in ("text-multi", "hidden") else texts
        if self.required and not any(texts):
            self._refuse("an answer is needed")
        if not given:
            return None
        try:
            value = read_value(kind or "text-single", given, self._where)
        except BadStanza as error:
            self._refuse(error.text)
        rules = self._rules()
        if kind in OPTION_TYPES and not any(rule.allows_other_options() for rule in rules):
            known = {option.value for option in self.get_options()}
            if not known.issuperset(given):
                self._refuse("it is none of the options")
        for rule in rules:
            try:
                rule.check_values(kind, given, unsafe_regex=unsafe_regex)
            except ValueError as error:
                self._refuse(str(error))
        return value

    def _rules(self) -> list[FieldRule]:
        found: list[FieldRule] = []
        for cls in self.plugin_tag_map.values():
            child = self.get(cls)
            if isinstance(child, FieldRule):
                found.append(child)
        return found

    def _refuse(self, reason: str) -> NoReturn:
        # The name is ours, so that it may be repeated; what was answered is not.
        raise XMPPError("not-acceptable", f"field {self.var}: {reason}")

    # -- the type ---------------------------------------------------------------------------------------

    @property
    def allows_many(self) -> bool:
        """Whether a field of this type may have more than one value."""
        return self._kind() in MULTI_TYPES

    @property
    def _where(self) -> str:
        return f"FormField[{self._xml.get('var', '')[:50]!r}]"

    @property
    def kind(self) -> FieldTypes:
        """The type, also where an answer leaves it out."""
        return self._kind()

    def _kind(self) -> FieldTypes:
        return self.type or self._left_out

    def only_answer(self) -> None:
        """Leave out what who asked knows: all but the name and the values (section 3.2: "type" is optional there)."""
        if self.type != "hidden":
            self._left_out = self._kind()
            del self["type"]
        del self["label"]
        del self["desc"]
        self["required"] = False
        self.del_options()

    addOption = add_option
    delOptions = del_options
    getAnswer = get_answer
    getOptions = get_options
    getValue = get_value
    setAnswer = set_answer
    setOptions = set_options
    setValue = set_value
    setTrue = set_true
    setFalse = set_false
    delValue = del_value


def _option(option: object) -> FieldOption:
    made = FieldOption()
    if isinstance(option, FieldOption):
        made.label, made.value = option.label, option.value or None
    elif is_mapping(option):
        texts = dict(option)
        made["label"], value = texts.pop("label", ""), texts.pop("value", "")
        if texts:
            raise FieldValueError("an option has a 'label' and a 'value', and nothing else")
        made["value"] = value or None
    else:
        made["value"] = option or None
    if made.xml.find(_VALUE) is None:
        # There is "one and only one" value (section 3.2), also where it is empty.
        made.xml.append(made.xml.makeelement(_VALUE, {}))
    return made


register_stanza_plugin(FormField, FieldOption, iterable=True)
