"""XEP-0469, Bookmark Pinning: which of the bookmarked rooms (``xep_0402``) are important.

Clients of the account show these first.

Use::

    xmpp.register_plugin("xep_0469")
    await xmpp.plugin["xep_0469"].pin("theplay@conference.shakespeare.lit")
    for room in await xmpp.plugin["xep_0469"].pinned():
        print("important:", room)

Events: none of its own; those of ``xep_0402`` tell of a bookmark that was pinned:
``item["conference"]["extensions"]["pinned"]``.

Operations: none; it is the account's server that keeps bookmarks.

Limits: those of ``xep_0402``.

Version: XEP-0469 0.1.0.
"""

from helixmpp.plugins.xep_0469.pinning import XEP_0469
from helixmpp.plugins.xep_0469.stanza import Pinned

__all__ = ["XEP_0469", "Pinned"]
