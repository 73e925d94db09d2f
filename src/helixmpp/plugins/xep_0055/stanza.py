"""``<query/>`` of XEP-0055 section 8: the fields to search by, what is searched for, or who was found."""

from typing import Final

from helixmpp.jid import JID
from helixmpp.plugins.xep_0004 import Form
from helixmpp.stanza import Attr, Children, ChildText, ElementBase, register_stanza_plugin

__all__ = ["FIELDS", "NAMESPACE", "Search", "SearchItem"]

NAMESPACE = "jabber:iq:search"

# In the order of the schema. Section 3: "a host MUST NOT add new fields": further ones go into a data form.
FIELDS: Final = ("first", "last", "nick", "email")


class SearchItem(ElementBase):
    """Somebody who was found: ``jid``, ``first``, ``last``, ``nick`` and ``email``."""

    name = "item"
    namespace = NAMESPACE
    plugin_attrib = "item"
    plugin_multi_attrib = "items"

    jid = Attr(JID)
    first = ChildText()
    last = ChildText()
    nick = ChildText()
    email = ChildText()


class Search(ElementBase):
    """A search: empty fields that may be filled in, filled ones, or ``items``."""

    name = "query"
    namespace = NAMESPACE
    plugin_attrib = "search"

    instructions = ChildText()
    first = ChildText()
    last = ChildText()
    nick = ChildText()
    email = ChildText()
    items = Children(SearchItem)

    def add_field(self, name: str) -> None:
        """Put in an empty field: it may be filled in."""
        self._set_sub_text(name, self._get_sub_text(name), keep=True)


# Section 3: a form stands in the <query/>.
register_stanza_plugin(Search, Form)
