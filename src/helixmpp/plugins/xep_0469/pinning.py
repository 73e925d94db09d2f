"""The plugin ``xep_0469``; see the package's docstring."""

from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0469.stanza as pinning_stanza
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins._bookmark_changes import change_bookmark
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0402 import XEP_0402, Extensions
from helixmpp.plugins.xep_0402.stanza import Conference
from helixmpp.plugins.xep_0469.stanza import Pinned
from helixmpp.stanza import Iq

__all__ = ["XEP_0469"]


class XEP_0469(BasePlugin):  # noqa: N801 - the name that programs import
    """Bookmark pinning: says which rooms are important."""

    name = "xep_0469"
    description = "Bookmark pinning: which of the bookmarked rooms are important"
    xep_version = "0.1.0"
    dependencies: ClassVar[set[str]] = {"xep_0402"}
    extends = ((Extensions, Pinned),)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = pinning_stanza

    @staticmethod
    def is_pinned(bookmark: Conference) -> bool:
        """Whether a bookmark is pinned."""
        return bookmark[Extensions].get(Pinned) is not None

    async def pinned(self, ifrom: OptJid = None, *, timeout: float | None = None) -> list[JID]:
        """Fetch the rooms whose bookmarks are pinned.

        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for the answer.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        bookmarks = await self.xmpp.plugin[XEP_0402].bookmarks(ifrom, timeout=timeout)
        return [room for room, bookmark in bookmarks.items() if self.is_pinned(bookmark)]

    async def pin(
        self, room: JID | str, pinned: bool = True, ifrom: OptJid = None, *, timeout: float | None = None
    ) -> Iq:
        """Pin the bookmark of a room, or unpin it; the rest of it stays as it is.

        :param room: the room.
        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for each answer.
        :raises XMPPError: ``item-not-found``: there is no bookmark; ``feature-not-implemented``: the server might show
            bookmarks to others.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """

        def change(extensions: Extensions) -> None:
            extensions["pinned"] = pinned

        return await change_bookmark(self.xmpp, room, change, ifrom, timeout)
