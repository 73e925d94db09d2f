"""The plugin ``xep_0492``; see the package's docstring."""

from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0492.stanza as notify_stanza
from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins._bookmark_changes import change_bookmark
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0402 import XEP_0402, Extensions
from helixmpp.plugins.xep_0492 import version_0
from helixmpp.plugins.xep_0492.stanza import Notify, WhenLiteral
from helixmpp.stanza import Iq, register_stanza_plugin, unregister_stanza_plugin

__all__ = ["XEP_0492"]


class XEP_0492(BasePlugin):  # noqa: N801 - the name that programs import
    """Chat notification settings: about which messages of a room a person is notified."""

    name = "xep_0492"
    description = "Chat notification settings: about which messages people are notified"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0402"}
    extends = ((Extensions, Notify),)

    namespace_version = Setting(1, "0: settings are as before version 0.2.0, in the whole process")

    def plugin_init(self) -> None:
        """Have bookmarks hold the settings of the older version where that is wanted."""
        if self.namespace_version == 0:
            for holder, payload in version_0.EXTENDS:
                register_stanza_plugin(holder, payload)
                self._undo.append((unregister_stanza_plugin, (holder, payload)))

    @property
    def stanza(self) -> ModuleType:
        """The module with the stanza classes, as programs reach it."""
        return version_0 if self.namespace_version == 0 else notify_stanza

    async def settings(
        self,
        client_type: str | None = None,
        category: str = "client",
        ifrom: OptJid = None,
        *,
        timeout: float | None = None,
    ) -> dict[JID, WhenLiteral]:
        """Fetch what the bookmarks say, by room; a room of which nothing is said is left out.

        :param client_type: the type of this application, such as ``pc``; see :meth:`Notify.get_config`.
        :param category: its category.
        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for the answer.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        bookmarks = await self.xmpp.plugin[XEP_0402].bookmarks(ifrom, timeout=timeout)
        found: dict[JID, WhenLiteral | None] = {
            room: bookmark[Extensions][Notify].get_config(client_type, category)
            for room, bookmark in bookmarks.items()
        }
        return {room: when for room, when in found.items() if when is not None}

    async def configure(
        self,
        room: JID | str,
        when: WhenLiteral,
        client_type: str | None = None,
        category: str | None = None,
        ifrom: OptJid = None,
        *,
        timeout: float | None = None,
    ) -> Iq:
        """Say about which messages of a bookmarked room a person is notified.

        :param room: the room.
        :param when: ``never``, ``always`` or ``on-mention``.
        :param client_type: only by applications of this type; see :meth:`Notify.configure`.
        :param category: only by applications of this category.
        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for each answer.
        :raises FieldValueError: there is no such setting.
        :raises XMPPError: ``item-not-found``: there is no bookmark; ``feature-not-implemented``: the server might show
            bookmarks to others.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        # What is wrong is found out before anything is asked.
        Notify().configure(when, client_type, category)

        def change(extensions: Extensions) -> None:
            extensions[Notify].configure(when, client_type, category)

        return await change_bookmark(self.xmpp, room, change, ifrom, timeout)
