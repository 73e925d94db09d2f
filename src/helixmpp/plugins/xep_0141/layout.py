"""The plugin ``xep_0141``; see the package's docstring."""

import dataclasses
from typing import ClassVar, Literal

from helixmpp.core.plugin import BasePlugin
from helixmpp.plugins.xep_0004.stanza import Form, FormField
from helixmpp.plugins.xep_0141.stanza import NAMESPACE, FieldRef, Page, ReportedRef, Section
from helixmpp.stanza import register_stanza_plugin

__all__ = ["XEP_0141", "LayoutPart"]

_TEXT = f"{{{NAMESPACE}}}text"


@dataclasses.dataclass(slots=True)
class LayoutPart:
    """One thing to show: ``kind`` says which of the others are set.

    A ``page`` and a ``section`` have a ``label`` and ``parts``, a ``text`` has ``text``, a ``field`` has
    ``field``, and a ``table`` is the one of the form.
    """

    kind: Literal["page", "section", "text", "field", "table"]
    label: str = ""
    text: str = ""
    field: FormField | None = None
    parts: "list[LayoutPart]" = dataclasses.field(default_factory=list["LayoutPart"])


class XEP_0141(BasePlugin):  # noqa: N801 - the name that programs import
    """The layout of forms: writes it, and reads it as it is meant."""

    name = "xep_0141"
    description = "Data forms layout: forms in pages and sections"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0004"}
    features = (NAMESPACE,)

    def plugin_init(self) -> None:
        """Make pages known to forms; there may be several."""
        register_stanza_plugin(Form, Page, iterable=True)

    def add_page(self, form: Form, label: str = "") -> Page:
        """Add a page to a form, and give it.

        :raises FieldValueError: the label holds what XML forbids.
        """
        page = Page()
        page["label"] = label
        form.append(page)
        return page

    def pages(self, form: Form) -> list[Page]:
        """The pages of a form, as they were sent."""
        return form.children_of(Page)

    def layout(self, form: Form) -> list[LayoutPart]:
        """What to show on which page, in order; empty for a form without a layout.

        A reference to a field that is not there, or the second one to the same, is left out, and so is one to
        the table where there is none (sections 3.3 and 4.2).
        """
        fields = {var: one for var, one in form.get_fields().items() if var}
        has_table = bool(form.get_reported())
        pages: list[LayoutPart] = []
        for page in self.pages(form):
            top = LayoutPart("page", page.label)
            pages.append(top)
            # A peer decides how deep sections stand in each other, so there is no recursion.
            open_parts = [(iter(page.xml), top)]
            while open_parts:
                children, part = open_parts[-1]
                child = next(children, None)
                if child is None:
                    open_parts.pop()
                elif child.tag == _TEXT:
                    part.parts.append(LayoutPart("text", text=(child.text or "").strip()))
                elif child.tag == Section.tag_name():
                    inner = LayoutPart("section", child.get("label", ""))
                    part.parts.append(inner)
                    open_parts.append((iter(child), inner))
                elif child.tag == FieldRef.tag_name():
                    found = fields.pop(child.get("var", ""), None)
                    if found is not None:
                        part.parts.append(LayoutPart("field", found.label, field=found))
                elif child.tag == ReportedRef.tag_name() and has_table:
                    has_table = False
                    part.parts.append(LayoutPart("table"))
        return pages

    def unplaced(self, form: Form) -> list[FormField]:
        """The fields that people can fill in and that are on no page (section 4.2)."""
        placed = {ref.get("var") for ref in form.xml.iter(FieldRef.tag_name())}
        return [
            one
            for var, one in form.get_fields().items()
            if var and var not in placed and one.type not in ("fixed", "hidden")
        ]
