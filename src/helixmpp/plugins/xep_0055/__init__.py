"""XEP-0055, Jabber Search: finding people in a directory that a server or component keeps.

Use::

    # A client:
    xmpp.register_plugin("xep_0055")
    form = await xmpp.plugin["xep_0055"].get_search_form("directory.example.org")  # which fields there are
    answer = await xmpp.plugin["xep_0055"].search({"last": "Capulet"}, "directory.example.org")
    people = xmpp.plugin["xep_0055"].results_of(answer)  # [{"jid": "juliet@example.org", "first": "Juliet", ...}]

    # A component, which says who is found:
    async def query(jid, node, ifrom, iq):
        wanted = xmpp.plugin["xep_0055"].wanted_by(iq)  # {"last": "Capulet"}
        return xmpp.plugin["xep_0055"].make_result(iq, await look_up(wanted))

    xmpp.plugin["xep_0055"].api.register(query, "search_query")

The payload is ``iq["search"]``, typed ``iq[Search]``; a data form in it is ``iq["search"]["form"]``.

Events: none.

Operations: ``search_get_form`` and ``search_query``, typed by :class:`SearchStore`; both are for components. The
default ones give a form with the fields of ``form_fields``, and find nobody: what there is to be found, the
program knows.

Limits: nothing is kept. At most ``max_results`` people are given in one answer.

Version: XEP-0055 1.3.
"""

from helixmpp.plugins.xep_0055.search import XEP_0055
from helixmpp.plugins.xep_0055.stanza import Search, SearchItem
from helixmpp.plugins.xep_0055.store import SearchStore

__all__ = ["XEP_0055", "Search", "SearchItem", "SearchStore"]
