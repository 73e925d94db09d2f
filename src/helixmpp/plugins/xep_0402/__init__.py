"""XEP-0402, PEP Native Bookmarks: the rooms that all clients of an account share.

Each room is an item of a private node of the account, with a name, a nickname, and whether to join it at once.

Use::

    xmpp.register_plugin("xep_0402")
    bookmarks = xmpp.plugin["xep_0402"]
    await bookmarks.set_bookmark("council@rooms.example.org", name="Council", autojoin=True, nick="Puck")
    for room, bookmark in (await bookmarks.bookmarks()).items():
        if bookmark.autojoin:
            print("join", room, bookmark.nick)

Events: ``bookmark_publish``, with the message, when another client of the account added or changed a bookmark:
the item is ``message["pubsub_event"]["items"]["item"]``, its ``id`` the room, its ``["conference"]`` the bookmark;
``bookmark_retract`` when it took one away; ``bookmark_purge`` and ``bookmark_delete`` when it took all away.

Operations: none; it is the account's server that keeps them.

Limits: events are believed only from our own account. Nothing is stored at a server that might show it to
others. What another program put into a bookmark stays there when it is changed. Rooms are joined by the program,
not by this plugin.

Version: XEP-0402 1.2.0.
"""

from helixmpp.plugins.xep_0402.bookmarks import XEP_0402
from helixmpp.plugins.xep_0402.stanza import Conference, Extensions

__all__ = ["XEP_0402", "Conference", "Extensions"]
