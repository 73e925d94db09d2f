"""The plugin ``xep_0048``; see the package's docstring."""

from collections.abc import Awaitable, Mapping
from copy import copy
from types import MappingProxyType, ModuleType
from typing import ClassVar, Literal, Unpack

import helixmpp.plugins.xep_0048.stanza as bookmarks_stanza
from helixmpp.core.declare import Setting
from helixmpp.core.futures import begun
from helixmpp.plugins.xep_0048.stanza import NS, Bookmarks
from helixmpp.plugins.xep_0049 import XEP_0049, PrivateXML
from helixmpp.plugins.xep_0060 import XEP_0060, EventItem, Item, Items, Pubsub, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0163 import Storing
from helixmpp.stanza import Iq, IqError

__all__ = ["XEP_0048", "StorageMethods"]

#: Where the bookmarks are: private XML (XEP-0049), or a private node of the account (XEP-0223).
StorageMethods = Literal["xep_0049", "xep_0223"]

_METHODS = ("xep_0049", "xep_0223")
# Section 3.1: there is one item, of this id.
_ITEM = "current"


class XEP_0048(Storing):  # noqa: N801 - the name that programs import
    """Bookmarks of before XEP-0402: all rooms and pages in one element."""

    name = "xep_0048"
    description = "Bookmarks: rooms and pages on the web, as older clients keep them"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0049", "xep_0060", "xep_0163"}
    extends = ((Item, Bookmarks), (EventItem, Bookmarks))
    # Asks our own account for its events.
    features = (f"{NS}+notify",)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = bookmarks_stanza

    storage_method = Setting[str]("xep_0049", "where bookmarks are kept: xep_0049 or xep_0223")

    #: XEP-0223 section 2.
    profile: ClassVar[Mapping[str, object]] = MappingProxyType(
        {"pubsub#persist_items": True, "pubsub#access_model": "whitelist"}
    )

    def plugin_init(self) -> None:
        """Give the node a name, and believe nobody else's events of it."""
        pubsub = self.xmpp.plugin[XEP_0060]
        pubsub.map_node_event(NS, "bookmarks", payload=Bookmarks)
        pubsub.add_private_node(NS)
        self._undo.append((pubsub.unmap_node_event, (NS, "bookmarks")))
        self._undo.append((pubsub.remove_private_node, (NS,)))

    def get_bookmarks(
        self,
        method: StorageMethods | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Fetch the bookmarks.

        With ``xep_0049`` they are ``iq["private"]["bookmarks"]``, with ``xep_0223``
        ``iq["pubsub"]["items"]["item"]["bookmarks"]``; :meth:`bookmarks` gives them in either case.

        :param method: where they are; by default the setting ``storage_method``.
        :param ifrom: the account, for components; by default our own.
        :raises ValueError: there is no such method.
        """
        if self._method(method) == "xep_0223":
            return self.retrieve(NS, ifrom=ifrom, **send_options)
        return self.xmpp.plugin[XEP_0049].retrieve(Bookmarks, ifrom, **send_options)

    async def bookmarks(
        self,
        method: StorageMethods | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Bookmarks:
        """Fetch the bookmarks; without any it is empty. The parameters are those of :meth:`get_bookmarks`."""
        try:
            answer = await self.get_bookmarks(method, ifrom, **send_options)
        except IqError as error:
            if error.condition == "item-not-found":
                return Bookmarks()
            raise
        if self._method(method) == "xep_0049":
            return copy(answer[PrivateXML].get(Bookmarks) or Bookmarks())
        for item in answer[Pubsub][Items].items:
            found = item.get(Bookmarks)
            if found is not None:
                return copy(found)
        return Bookmarks()

    @begun
    async def set_bookmarks(
        self,
        bookmarks: Bookmarks,
        method: StorageMethods | None = None,
        ifrom: OptJid = None,
        **send_options: Unpack[SendOptions],
    ) -> Iq:
        """Store bookmarks, in the place of all that are there.

        :param method: where; by default the setting ``storage_method``.
        :param ifrom: the account, for components; by default our own.
        :raises ValueError: there is no such method.
        :raises XMPPError: ``feature-not-implemented``: with ``xep_0223`` the server might show them to others.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        if self._method(method) == "xep_0223":
            return await self.store(bookmarks, NS, _ITEM, ifrom, **send_options)
        return await self.xmpp.plugin[XEP_0049].store(bookmarks, ifrom, **send_options)

    def _method(self, method: str | None) -> str:
        chosen = method or self.storage_method
        if chosen not in _METHODS:
            raise ValueError(f"bookmarks are kept by {' or '.join(_METHODS)}, not by {chosen!r}")
        return chosen
