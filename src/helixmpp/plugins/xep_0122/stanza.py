"""``<validate/>``: which values a field takes."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeGuard
from xml.etree.ElementTree import Element

from helixmpp.plugins.xep_0122.datatypes import parse_value
from helixmpp.plugins.xep_0122.patterns import MAX_VALUE, compile_pattern
from helixmpp.stanza import Attr, ChildAttr, ElementBase, Text, codec_for

__all__ = ["NAMESPACE", "FormValidation"]

NAMESPACE = "http://jabber.org/protocol/xdata-validate"

_METHODS = ("basic", "open", "range", "regex")


class _Count:
    """``xs:unsignedInt``."""

    def parse(self, text: str) -> int:
        number = codec_for(int).parse(text)
        if not 0 <= number < 2**32:
            raise ValueError("a number of values is from 0 to 4294967295")
        return number

    def format(self, value: int) -> str:
        text = codec_for(int).format(value)
        self.parse(text)
        return text


class FormValidation(ElementBase):
    """The datatype of a field, and one method: ``basic``, ``open``, ``range`` or ``regex``.

    ``validate.datatype`` is a name such as ``xs:integer``. To set one method takes the others out (section 3.2).
    ``validate["range"]`` is a dictionary with ``minimum`` and ``maximum``, each a text or None, or None;
    ``validate["regex"]`` is the pattern or ``""``; ``validate["basic"]`` and ``validate["open"]`` are bools.
    ``least`` and ``most`` are how many values a field of type ``list-multi`` takes.
    """

    name = "validate"
    namespace = NAMESPACE
    plugin_attrib = "validate"
    interfaces: ClassVar[set[str]] = {"basic", "open", "range", "regex"}

    datatype = Attr(str, default="xs:string")
    least = ChildAttr(_Count(), "list-range", "min")
    most = ChildAttr(_Count(), "list-range", "max")

    # -- the method -------------------------------------------------------------------------------------

    @property
    def method(self) -> str:
        """``basic``, ``open``, ``range`` or ``regex``; ``basic`` where nothing is said (section 3.2)."""
        for child in self._xml:
            name = child.tag.rpartition("}")[2]
            if name in _METHODS and child.tag == _tag(name):
                return name
        return "basic"

    def remove_all(self, except_tag: str | None = None) -> None:
        """Take the method out, except the one of that name."""
        doomed = {_tag(name) for name in _METHODS if name != except_tag}
        self._xml[:] = [child for child in self._xml if child.tag not in doomed]

    def get_basic(self) -> bool:
        """Whether the value is checked against the datatype alone."""
        return self._xml.find(_tag("basic")) is not None

    def set_basic(self, value: bool) -> None:
        """Check the value against the datatype alone."""
        self._set_method("basic", value)

    def del_basic(self) -> None:
        """Take the method out."""
        self._set_method("basic", False)

    def get_open(self) -> bool:
        """Whether the value need not be one of the options."""
        return self._xml.find(_tag("open")) is not None

    def set_open(self, value: bool) -> None:
        """Let the value be another than the options."""
        self._set_method("open", value)

    def del_open(self) -> None:
        """Take the method out."""
        self._set_method("open", False)

    def get_range(self) -> dict[str, str | None] | None:
        """The smallest and the largest value, as texts of the datatype; None where there is no range."""
        found = self._xml.find(_tag("range"))
        return None if found is None else {"minimum": found.get("min"), "maximum": found.get("max")}

    def set_range(self, value: Any, minimum: object = None, maximum: object = None) -> None:
        """Let values be from ``minimum`` to ``maximum``; either may be missing.

        :param value: whether there is a range; or a dictionary as :meth:`get_range` gives it.
        :raises FieldValueError: one of them holds what XML forbids.
        """
        if _is_mapping(value):
            minimum, maximum = value.get("minimum"), value.get("maximum")
            value = True
        made = _Range()
        made["min"] = None if minimum is None else str(minimum)
        made["max"] = None if maximum is None else str(maximum)
        self._set_method("range", bool(value), made.xml)

    def del_range(self) -> None:
        """Take the method out."""
        self._set_method("range", False)

    def get_regex(self) -> str:
        """The pattern, a POSIX extended regular expression; ``""`` where there is none."""
        return self._xml.findtext(_tag("regex"), "")

    def set_regex(self, regex: str) -> None:
        """Let values be those that the pattern matches, all of it.

        :raises FieldValueError: it holds what XML forbids.
        """
        made = _Regex()
        made["pattern"] = regex
        self._set_method("regex", bool(regex), made.xml)

    def del_regex(self) -> None:
        """Take the method out."""
        self._set_method("regex", False)

    def _set_method(self, name: str, there: bool, element: Element | None = None) -> None:
        if there:
            self.remove_all()
            # The schema has the method before <list-range/>.
            self._xml.insert(0, self._xml.makeelement(_tag(name), {}) if element is None else element)
            self.attach()
        else:
            self._xml[:] = [child for child in self._xml if child.tag != _tag(name)]

    # -- checking ---------------------------------------------------------------------------------------

    def allows_other_options(self) -> bool:
        """Whether an answer need not be one of the options: with every method but ``basic`` (section 3.2)."""
        return self.method != "basic"

    def check_values(self, kind: str, texts: list[str], *, unsafe_regex: bool = False) -> None:
        """Check the values of a field.

        :param kind: the type of the field.
        :param texts: its values.
        :param unsafe_regex: UNSAFE for a form that somebody else wrote: run its regular expression; otherwise
            the datatype alone is checked, as for a method that is not understood (section 4.1).
        :raises ValueError: one is wrong; the message says what is needed.
        :raises BadStanza: the peer sent a number of values that is none.
        """
        method = self.method
        if kind == "text-multi" and method == "basic":
            # Only the other methods make a list of the lines (section 3.2.2).
            texts = ["\n".join(texts)]
        values = [parse_value(self.datatype, text) for text in texts]
        if method == "range":
            self._check_range(values)
        elif method == "regex" and unsafe_regex:
            self._check_regex(texts)
        if kind == "list-multi":
            least, most = self.least, self.most
            if (least is not None and len(texts) < least) or (most is not None and len(texts) > most):
                raise ValueError(f"{_span(least, most)} values are needed")

    def _check_range(self, values: list[Any]) -> None:
        if self.datatype == "xs:string":
            return  # section 4.7: "MUST NOT be used with xs:string"
        limits = self.get_range() or {}
        try:
            least, most = (
                None if text is None else parse_value(self.datatype, text)
                for text in (limits.get("minimum"), limits.get("maximum"))
            )
        except ValueError:
            return  # no limits of this datatype are no limits
        for value in values:
            if isinstance(value, str):
                continue  # of a datatype that is not known here nobody knows what is less
            if not ((least is None or least <= value) and (most is None or value <= most)):
                raise ValueError(f"a value {_span(limits.get('minimum'), limits.get('maximum'))} is needed")

    def _check_regex(self, texts: list[str]) -> None:
        try:
            pattern = compile_pattern(self.get_regex())
        except ValueError:
            return  # a method that is not understood is as basic (section 4.1)
        for text in texts:
            if len(text) > MAX_VALUE:
                raise ValueError(f"at most {MAX_VALUE} characters are allowed")
            if not pattern.fullmatch(text):
                raise ValueError("it is not of the form that is asked for")


class _Range(ElementBase):
    name = "range"
    namespace = NAMESPACE
    plugin_attrib = "range"
    interfaces: ClassVar[set[str]] = {"min", "max"}


class _Regex(ElementBase):
    name = "regex"
    namespace = NAMESPACE
    plugin_attrib = "regex"

    pattern = Text(str)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _span(least: object, most: object) -> str:
    if least is None:
        return f"up to {most}"
    return f"from {least}" if most is None else f"from {least} to {most}"


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)
