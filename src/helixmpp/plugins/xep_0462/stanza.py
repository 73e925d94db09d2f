"""``<filter/>`` of XEP-0462 section 3.2, which stands in a question for the nodes of a service."""

from collections.abc import Iterable
from typing import Any, ClassVar

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0004.stanza import Form
from helixmpp.stanza import ElementBase, register_stanza_plugin

__all__ = ["NAMESPACE", "NS", "Filter"]

NAMESPACE = "urn:xmpp:pubsub-filter:0"
#: The name that programs import.
NS = NAMESPACE

_INCLUDED, _EXCLUDED = "included-types", "excluded-types"


class Filter(ElementBase):
    """Which nodes are wanted: ``iq["disco_items"]["filter"]["included_types"]`` is a list, or ``["excluded_types"]``.

    ``""`` stands for nodes without a type. An empty list is the same as none.
    """

    name = "filter"
    namespace = NAMESPACE
    plugin_attrib = "filter"
    interfaces: ClassVar[set[str]] = {"excluded_types", "included_types"}

    @property
    def included_types(self) -> list[str]:
        """Of which types the nodes are to be."""
        return self.get_included_types()

    @included_types.setter
    def included_types(self, types: Iterable[str]) -> None:
        self.set_included_types(types)

    @property
    def excluded_types(self) -> list[str]:
        """Of which types they are not to be."""
        return self.get_excluded_types()

    @excluded_types.setter
    def excluded_types(self, types: Iterable[str]) -> None:
        self.set_excluded_types(types)

    def get_included_types(self) -> list[str]:
        """Return of which types the nodes are to be."""
        return self._types(_INCLUDED)

    def set_included_types(self, types: Iterable[str]) -> None:
        """Say of which types the nodes are to be.

        :raises FieldValueError: it is no list of texts; nothing was changed.
        """
        self._set_types(_INCLUDED, types)

    def del_included_types(self) -> None:
        """Do not say it any more."""
        self._set_types(_INCLUDED, ())

    def get_excluded_types(self) -> list[str]:
        """Return of which types the nodes are not to be."""
        return self._types(_EXCLUDED)

    def set_excluded_types(self, types: Iterable[str]) -> None:
        """Say of which types the nodes are not to be.

        :raises FieldValueError: it is no list of texts; nothing was changed.
        """
        self._set_types(_EXCLUDED, types)

    def del_excluded_types(self) -> None:
        """Do not say it any more."""
        self._set_types(_EXCLUDED, ())

    def selects(self, pubsub_type: str) -> bool:
        """Whether a node of that ``pubsub#type`` is wanted; ``""`` for one without.

        :raises BadStanza: both types to include and to exclude are given, or the form is none of this protocol.
        """
        form = self.get(Form)
        if form is None:
            return True
        if form.form_type != NAMESPACE:
            raise BadStanza("the filter's form is none of XEP-0462")
        fields = form.get_fields()
        if _INCLUDED in fields and _EXCLUDED in fields:
            raise BadStanza("a filter either includes or excludes")
        if _INCLUDED in fields:
            return pubsub_type in fields[_INCLUDED].texts
        return _EXCLUDED not in fields or pubsub_type not in fields[_EXCLUDED].texts

    def _types(self, var: str) -> list[str]:
        form = self.get(Form)
        field = None if form is None else form.get_fields().get(var)
        return [] if field is None else field.texts

    def _set_types(self, var: str, types: Iterable[str]) -> None:
        wanted: list[Any] = [] if isinstance(types, str) else list(types)
        if isinstance(types, str) or not all(isinstance(one, str) for one in wanted):
            raise FieldValueError("Filter: a list of texts is needed")
        form = Form()
        form["type"] = "submit"
        form.add_field(var="FORM_TYPE", ftype="hidden", value=NAMESPACE)
        for name in (_INCLUDED, _EXCLUDED):
            values = wanted if name == var else self._types(name)
            if values:
                form.add_field(var=name, ftype="list-multi", value=values)
        self[Form] = form


register_stanza_plugin(Filter, Form)
