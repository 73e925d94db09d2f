"""An entry of Atom (RFC 4287), which programs publish by XEP-0060 and XEP-0277."""

from helixmpp.stanza import ChildText, ElementBase, register_stanza_plugin

__all__ = ["AtomAuthor", "AtomEntry"]

NAMESPACE = "http://www.w3.org/2005/Atom"


class AtomAuthor(ElementBase):
    """Who wrote an entry (RFC 4287 section 4.2.1)."""

    name = "author"
    namespace = NAMESPACE
    plugin_attrib = "author"

    # "name" is the name of the element.
    name_ = ChildText()
    uri = ChildText()


class AtomEntry(ElementBase):
    """One entry (RFC 4287 section 4.1.2); the author is ``entry["author"]``."""

    name = "entry"
    namespace = NAMESPACE
    plugin_attrib = "entry"

    title = ChildText()
    summary = ChildText()
    id = ChildText()
    published = ChildText()
    updated = ChildText()


register_stanza_plugin(AtomEntry, AtomAuthor)
