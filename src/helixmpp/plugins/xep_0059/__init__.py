"""XEP-0059, Result Set Management: long results a page at a time.

A search, a room list or an archive may have more results than fit into one answer. Who asks says how many at a
time and from where on, and goes on to the next page.

Use::

    xmpp.register_plugin("xep_0059")
    async for page in xmpp.plugin["xep_0059"].iterate(request, "disco_items", amount=50):
        print(page["disco_items"]["items"])

To answer by pages, ``page, rsm = xmpp.plugin["xep_0059"].page_of(items, request["rsm"], uid=str)`` gives those
of one page and the ``<set/>`` that goes with them.

Events: none.

Operations: none.

Limits: at most ``max_pages`` pages and ``max_items`` results come from one iteration; one more, or a page that
was there before, raises :class:`EndlessResults`. To answer, a page has at most ``largest_page`` items.

Version: XEP-0059 1.0.
"""

from helixmpp.plugins.xep_0059.iterator import EndlessResults, ResultIterator
from helixmpp.plugins.xep_0059.rsm import XEP_0059
from helixmpp.plugins.xep_0059.stanza import Set

__all__ = ["XEP_0059", "EndlessResults", "ResultIterator", "Set"]
