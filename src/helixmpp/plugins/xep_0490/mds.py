"""The plugin ``xep_0490``; see the package's docstring."""

import logging
from collections.abc import Awaitable, Iterable, Mapping
from functools import partial
from types import MappingProxyType, ModuleType
from typing import ClassVar, Unpack

import helixmpp.plugins.xep_0490.stanza as mds_stanza
from helixmpp.errors import BadStanza, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0045 import XEP_0045
from helixmpp.plugins.xep_0060 import XEP_0060, Event, EventItem, EventItems, Item, Items, Pubsub, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0163 import XEP_0163, Storing
from helixmpp.plugins.xep_0333.stanza import Displayed as DisplayedMarker
from helixmpp.plugins.xep_0359 import XEP_0359
from helixmpp.plugins.xep_0359.stanza import StanzaID
from helixmpp.plugins.xep_0490.stanza import NAMESPACE, NS_ASSIST, Displayed
from helixmpp.stanza import Iq, IqError, Message

__all__ = ["XEP_0490"]

log = logging.getLogger(__name__)

_EVENTS = "message_displayed_synchronization"


class XEP_0490(Storing):  # noqa: N801 - the name that programs import
    """Message displayed synchronization: up to which message each chat was shown on any device."""

    name = "xep_0490"
    description = "Message displayed synchronization: what other clients of the account have shown"
    xep_version = "1.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0060", "xep_0163", "xep_0359"}
    extends = ((Item, Displayed), (EventItem, Displayed))
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = mds_stanza
    #: The namespace of the protocol, and the node.
    namespace: ClassVar[str] = NAMESPACE

    #: Section 4.2.
    profile: ClassVar[Mapping[str, object]] = MappingProxyType(
        {
            "pubsub#persist_items": True,
            "pubsub#max_items": "max",
            "pubsub#send_last_published_item": "never",
            "pubsub#access_model": "whitelist",
        }
    )

    def plugin_init(self) -> None:
        """Give the node a name, ask for its events (section 4.3), and believe nobody else's."""
        pep = self.xmpp.plugin[XEP_0163]
        # To a gateway the accounts of its users tell it: ``message["from"]`` is whose chats they are.
        private = not self.xmpp.is_component
        pep.register_pep(_EVENTS, Displayed, private=private)
        self.xmpp.plugin[XEP_0060].map_node_event(NAMESPACE, _EVENTS, payload=Displayed)
        self._undo.append((partial(pep.unregister_pep, private=private), (_EVENTS, Displayed)))

    # -- what other clients have shown ----------------------------------------------------------------------

    def catch_up(self, ifrom: OptJid = None, **send_options: Unpack[SendOptions]) -> Awaitable[Iq]:
        """Fetch the state of every chat (section 4.4): ``for item in iq["pubsub"]["items"]``, each with its
        ``item["displayed"]``; :meth:`displayed` gives the same as a dictionary.

        :param ifrom: the account, for components; by default our own.
        """
        return self.retrieve(NAMESPACE, ifrom=ifrom, jid=self._account(ifrom), **send_options)

    async def displayed(self, ifrom: OptJid = None, *, timeout: float | None = None) -> dict[JID, str]:
        """Fetch up to which message each chat was shown: the stanza id (XEP-0359), by the address of the chat.

        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for the answer.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        try:
            answer = await self.catch_up(ifrom, timeout=timeout)
        except IqError as error:
            if error.condition == "item-not-found":
                return {}
            raise
        return self._read(answer[Pubsub][Items].items, self._account(ifrom))

    def displayed_in(self, message: Message) -> dict[JID, str]:
        """Return what an event tells, as :meth:`displayed` does; to a component, of the account that it is from."""
        items = message[Event][EventItems]
        if items.node != NAMESPACE:
            return {}
        return self._read(items.items, self._account(message["from"] if self.xmpp.is_component else None))

    def _read(self, items: Iterable[Item | EventItem], account: JID) -> dict[JID, str]:
        found: dict[JID, str] = {}
        for item in items:
            displayed = item.get(Displayed)
            if displayed is None:
                continue
            try:
                chat, ids = JID.parse(item.id), displayed.children_of(StanzaID)
                # Section 4.1: "exactly one"; and it is by the account or by the room that has the chat.
                if chat and len(ids) == 1 and ids[0].id and ids[0].by in (account, chat.bare_jid):
                    found[chat] = ids[0].id
            except (BadStanza, InvalidJID):
                log.info("what was displayed of a chat cannot be read and is left out")
        return found

    # -- what we have shown ---------------------------------------------------------------------------------

    def flag_chat(
        self,
        chat: JID | str,
        stanza_id: str,
        ifrom: OptJid = None,
        *,
        by: JID | str | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Awaitable[Iq]:
        """Tell the other clients that a chat was displayed up to a message (section 4.2).

        :param chat: the bare address of the contact or room; of another occupant of a room the full one.
        :param stanza_id: the id of the message that our account, or the room, gave it (XEP-0359).
        :param ifrom: the account, for components; by default our own.
        :param by: who gave the id; by default the room where we are in it, and else our account.
        :raises ValueError: there is no id.
        :raises XMPPError: (when awaited) ``feature-not-implemented``: the server might show it to others.
        :raises IqError: (when awaited) the server refuses.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        address = JID(chat)
        payload = self._payload(address, stanza_id, by, ifrom)
        return self.store(payload, NAMESPACE, address.full, ifrom, **send_options)

    async def flag_message(
        self, message: Message, *, tell_sender: bool = False, timeout: float | None = None
    ) -> bool:
        """Tell the other clients that a chat was displayed up to a message that was received.

        :param tell_sender: tell the sender, too, by a displayed marker (XEP-0333): he learns that we are there. A
            server that assists (section 4.5.1) does both by one message.
        :param timeout: seconds to wait for each answer.
        :returns: False for a message that nothing can refer to: neither our account nor the room gave it an id.
        :raises XMPPError: ``feature-not-implemented``: the server might show it to others.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        stanza_id = self.xmpp.plugin[XEP_0359].stanza_id(message)
        if not stanza_id or message.xml.get("type") == "error":
            return False
        room = message["type"] == "groupchat"
        own = message["to"].bare_jid if self.xmpp.is_component else None
        chat: JID = (
            message["from"] if self._is_occupant(message["from"]) and not room else message["from"].bare_jid
        )
        by = chat if room else self._account(own)
        marked = message.xml.get("id", "") if not room else stanza_id
        if not tell_sender or not marked:
            await self.flag_chat(chat, stanza_id, own, by=by, timeout=timeout)
            return True
        marker = self.xmpp.make_message(chat, mtype="groupchat" if room else "chat", mfrom=own)
        marker[DisplayedMarker].id = marked
        if await self.is_assisted(own):
            marker.append(self._payload(chat, stanza_id, by, own))
        else:
            # First what may fail.
            await self.flag_chat(chat, stanza_id, own, by=by, timeout=timeout)
        marker.send()
        return True

    async def is_assisted(self, ifrom: OptJid = None) -> bool:
        """Whether the server publishes what it finds in a message that goes out (section 4.5.1.1)."""
        disco = self.xmpp.plugin[XEP_0030]
        return bool(await disco.supports(self._account(ifrom), feature=NS_ASSIST, ifrom=ifrom))

    def _payload(self, chat: JID, stanza_id: str, by: JID | str | None, ifrom: OptJid) -> Displayed:
        if not stanza_id:
            raise ValueError("what was displayed needs the id of a message")
        if by is None:
            rooms = self.xmpp.plugin.get("xep_0045")
            is_room = isinstance(rooms, XEP_0045) and chat.is_bare and rooms.room(chat, ifrom) is not None
            by = chat if is_room else self._account(ifrom)
        payload = Displayed()
        payload[StanzaID].by = by
        payload[StanzaID].id = stanza_id
        return payload

    def _is_occupant(self, jid: JID) -> bool:
        rooms = self.xmpp.plugin.get("xep_0045")
        return isinstance(rooms, XEP_0045) and bool(jid.resource) and rooms.room(jid.bare_jid) is not None

    def _account(self, ifrom: OptJid) -> JID:
        return self.xmpp.plugin[XEP_0060].service_of(ifrom).bare_jid
