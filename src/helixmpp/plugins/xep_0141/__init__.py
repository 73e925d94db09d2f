"""XEP-0141, Data Forms Layout: a form in pages and sections.

A long form is easier to fill in when its fields stand on pages and in sections with headings. The layout is a
hint beside the form: who does not know it shows the fields as they come.

Use::

    xmpp.register_plugin("xep_0141")
    page = xmpp.plugin["xep_0141"].add_page(form, "Personal Information")
    page.add_text("This is page one of three.").add_field("name.first").add_field("name.last")

For a received form, ``xmpp.plugin["xep_0141"].layout(form)`` is a list of pages with their texts, fields and
sections, in order, and with every field at most once.

Events: none.

Operations: none.

Limits: those of the parser; sections stand in each other as deep as ``max_depth`` lets them.

Version: XEP-0141 1.0.
"""

from helixmpp.plugins.xep_0141.layout import XEP_0141, LayoutPart
from helixmpp.plugins.xep_0141.stanza import FieldRef, Page, ReportedRef, Section

__all__ = ["XEP_0141", "FieldRef", "LayoutPart", "Page", "ReportedRef", "Section"]
