"""Changing what is kept with the bookmark of a room (XEP-0402), and leaving the rest of it as it is."""

from collections.abc import Callable
from copy import copy

from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060 import Items, Pubsub
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0402 import XEP_0402, Extensions
from helixmpp.plugins.xep_0402.stanza import NS, Conference
from helixmpp.stanza import Iq

__all__ = ["change_bookmark"]


async def change_bookmark(
    xmpp: BaseXMPP,
    room: JID | str,
    change: Callable[[Extensions], None],
    ifrom: OptJid,
    timeout: float | None,
) -> Iq:
    """Fetch the bookmark of a room, change its extensions, and store it again.

    :param change: called with the extensions of the bookmark.
    :raises XMPPError: ``item-not-found``: there is no bookmark; ``feature-not-implemented``: the server might show
        bookmarks to others.
    :raises IqError: the server refuses.
    :raises IqTimeout: no answer came in time.
    """
    address = JID(room).bare
    bookmarks = xmpp.plugin[XEP_0402]
    answer = await bookmarks.retrieve(NS, address, ifrom=ifrom, timeout=timeout)
    for item in answer[Pubsub][Items].items:
        found = item.get(Conference)
        if item.id == address and found is not None:
            bookmark = copy(found)
            change(bookmark[Extensions])
            return await bookmarks.store(bookmark, NS, address, ifrom, timeout=timeout)
    raise XMPPError("item-not-found", "there is no bookmark of that room")
