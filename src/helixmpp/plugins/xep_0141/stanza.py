"""``<page/>``, ``<section/>`` and what refers to the fields of the form."""

from typing import Self

from helixmpp.stanza import Attr, ElementBase, Texts, register_stanza_plugin

__all__ = ["NAMESPACE", "FieldRef", "Page", "Part", "ReportedRef", "Section"]

NAMESPACE = "http://jabber.org/protocol/xdata-layout"


class FieldRef(ElementBase):
    """Here stands the field of the form that has the name ``ref.var``."""

    name = "fieldref"
    namespace = NAMESPACE
    plugin_attrib = "fieldref"
    plugin_multi_attrib = "fieldrefs"

    var = Attr(str, required=True)


class ReportedRef(ElementBase):
    """Here stands the table of the form."""

    name = "reportedref"
    namespace = NAMESPACE
    plugin_attrib = "reportedref"


class Part(ElementBase):
    """What pages and sections have in common: a label, texts, and parts in the order in which they are added."""

    name = "part"
    namespace = NAMESPACE

    label = Attr(str)
    texts = Texts(str, "text")

    @property
    def sections(self) -> "list[Section]":
        """The sections in here."""
        return self.children_of(Section)

    @property
    def fieldrefs(self) -> list[FieldRef]:
        """The references to fields in here, those within sections not included."""
        return self.children_of(FieldRef)

    def add_text(self, text: str) -> Self:
        """Add a sentence for people.

        :raises FieldValueError: it holds what XML forbids.
        """
        # Added at the end, because texts stand between the fields that they are about.
        made = Part()
        made["texts"] = [text]
        for child in made.xml:
            self.append(child)
        return self

    def add_field(self, var: str) -> Self:
        """Add the field of that name.

        :raises FieldValueError: it holds what XML forbids.
        """
        ref = FieldRef()
        ref["var"] = var
        self.append(ref)
        return self

    def add_table(self) -> Self:
        """Add the table of the form; once in a form (section 3.3)."""
        self.append(ReportedRef())
        return self

    def add_section(self, label: str = "") -> "Section":
        """Add a section, and give it.

        :raises FieldValueError: the label holds what XML forbids.
        """
        section = Section()
        section["label"] = label
        self.append(section)
        return section


class Section(Part):
    """A part of a page, or of another section."""

    name = "section"
    namespace = NAMESPACE
    plugin_attrib = "section"
    plugin_multi_attrib = "sections"


class Page(Part):
    """A page of the form."""

    name = "page"
    namespace = NAMESPACE
    plugin_attrib = "page"
    plugin_multi_attrib = "pages"


for _part in (Page, Section):
    register_stanza_plugin(_part, Section, iterable=True)
    register_stanza_plugin(_part, FieldRef, iterable=True)
    register_stanza_plugin(_part, ReportedRef, iterable=True)
