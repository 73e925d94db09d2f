"""The plugin ``xep_0402``; see the package's docstring."""

import logging
from collections.abc import Awaitable, Mapping
from copy import copy
from types import MappingProxyType, ModuleType
from typing import ClassVar, Unpack

import helixmpp.plugins.xep_0402.stanza as bookmarks_stanza
from helixmpp.errors import BadStanza, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060 import XEP_0060, EventItem, Item, Items, Pubsub, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0163 import Storing
from helixmpp.plugins.xep_0402.stanza import NS, Conference
from helixmpp.stanza import Iq, IqError

__all__ = ["XEP_0402"]

log = logging.getLogger(__name__)


class XEP_0402(Storing):  # noqa: N801 - the name that programs import
    """Native bookmarks: each room an item at our account."""

    name = "xep_0402"
    description = "PEP native bookmarks: the rooms that all clients of an account share"
    xep_version = "1.2.0"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0060", "xep_0163"}
    extends = ((Item, Conference), (EventItem, Conference))
    # Asks our own account for its events (section 3.1).
    features = (f"{NS}+notify",)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = bookmarks_stanza

    #: Section 3.3.
    profile: ClassVar[Mapping[str, object]] = MappingProxyType(
        {
            "pubsub#persist_items": True,
            "pubsub#max_items": "max",
            "pubsub#send_last_published_item": "never",
            "pubsub#access_model": "whitelist",
        }
    )

    def plugin_init(self) -> None:
        """Give the node a name, and believe nobody else's events of it."""
        pubsub = self.xmpp.plugin[XEP_0060]
        pubsub.map_node_event(NS, "bookmark")
        pubsub.add_private_node(NS)
        self._undo.append((pubsub.unmap_node_event, (NS, "bookmark")))
        self._undo.append((pubsub.remove_private_node, (NS,)))

    def get_bookmarks(self, ifrom: OptJid = None, **send_options: Unpack[SendOptions]) -> Awaitable[Iq]:
        """Fetch every bookmark (section 3.2): ``for item in iq["pubsub"]["items"]``, each with ``item["conference"]``.

        :param ifrom: the account, for components; by default our own.
        """
        return self.retrieve(NS, ifrom=ifrom, **send_options)

    async def bookmarks(self, ifrom: OptJid = None, *, timeout: float | None = None) -> dict[JID, Conference]:
        """Fetch every bookmark, by room; what is no bookmark is left out. Without any, or a node for them, it is empty.

        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        try:
            answer = await self.get_bookmarks(ifrom, timeout=timeout)
        except IqError as error:
            if error.condition == "item-not-found":
                return {}
            raise
        found: dict[JID, Conference] = {}
        for item in answer[Pubsub][Items].items:
            room = self.room_of(item)
            if room is not None:
                found[room] = item[Conference]
        return found

    @staticmethod
    def room_of(item: Item | EventItem) -> JID | None:
        """The room that an item is a bookmark of; None where it is no bookmark that can be read."""
        conference = item.get(Conference)
        try:
            # What cannot be read is found out here, and not where a room is to be joined.
            if conference is not None and conference.autojoin in (True, False):
                room = JID.parse(item.id)
                # Section 2: the id is the bare address of the room.
                return room if room and room.is_bare else None
        except (BadStanza, InvalidJID):
            log.info("an item that is no bookmark is left out")
        return None

    async def set_bookmark(
        self,
        jid: JID | str,
        name: str | None = None,
        autojoin: bool | None = None,
        nick: str | None = None,
        password: str | None = None,
        ifrom: OptJid = None,
        *,
        timeout: float | None = None,
    ) -> Iq:
        """Add a bookmark, or change one (sections 3.3 and 3.4).

        What is None stays as it is, and so does what other programs keep there; ``""`` takes a text out.

        :param jid: the room.
        :param name: for people.
        :param autojoin: whether the account's clients join it by themselves.
        :param nick: our nickname there.
        :param password: its password; every client of the account and its server can read it.
        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for each answer.
        :raises XMPPError: ``feature-not-implemented``: the server might show bookmarks to others.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        room = JID(jid).bare
        conference = await self._present(room, ifrom, timeout) or Conference()
        if name is not None:
            conference.name_ = name
        if autojoin is not None:
            conference.autojoin = autojoin
        if nick is not None:
            conference.nick = nick
        if password is not None:
            conference.password = password
        return await self.store(conference, NS, room, ifrom, timeout=timeout)

    async def remove_bookmark(
        self, jid: JID | str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Iq:
        """Take a bookmark away (section 3.5); the account's other clients are told.

        :raises IqError: ``item-not-found``: there is none.
        """
        pubsub = self.xmpp.plugin[XEP_0060]
        return await pubsub.retract(ifrom, NS, JID(jid).bare, True, ifrom, **send_options)

    async def _present(self, room: str, ifrom: OptJid, timeout: float | None) -> Conference | None:
        try:
            answer = await self.retrieve(NS, room, ifrom=ifrom, timeout=timeout)
        except IqError as error:
            if error.condition == "item-not-found":
                return None
            raise
        for item in answer[Pubsub][Items].items:
            conference = item.get(Conference)
            if item.id == room and conference is not None:
                return copy(conference)
        return None
