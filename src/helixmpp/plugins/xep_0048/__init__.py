"""XEP-0048, Bookmarks: rooms and pages on the web, as older clients keep them, all in one element.

Newer clients keep each room by itself: see ``xep_0402``. Many servers turn the ones into the others.

Use::

    xmpp.register_plugin("xep_0048", {"storage_method": "xep_0223"})
    plugin = xmpp.plugin["xep_0048"]
    bookmarks = await plugin.bookmarks()
    bookmarks.add_conference("council@rooms.example.org", nick="Puck", autojoin=True)
    await plugin.set_bookmarks(bookmarks)

Events: ``bookmarks_publish``, with the message, when another client of the account changed them, and
``storage_method`` is ``xep_0223`` there: they are ``message["pubsub_event"]["items"]["item"]["bookmarks"]``.

Operations: none; it is the account's server that keeps them.

Limits: events are believed only from our own account. ``storage_method`` is ``xep_0049``, private XML, by default;
with ``xep_0223`` nothing is stored at a server that might show it to others. Two clients that change the bookmarks
at the same time undo each other's changes. Rooms are joined by the program, not by this plugin.

Version: XEP-0048 1.2.
"""

from helixmpp.plugins.xep_0048.bookmarks import XEP_0048, StorageMethods
from helixmpp.plugins.xep_0048.stanza import URL, Bookmarks, Conference

__all__ = ["URL", "XEP_0048", "Bookmarks", "Conference", "StorageMethods"]
