"""The plugin ``xep_0292``; see the package's docstring."""

import logging
from collections.abc import Awaitable
from copy import copy
from datetime import date
from types import ModuleType
from typing import ClassVar, Unpack

import helixmpp.plugins.xep_0292.stanza as vcard_stanza
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0060 import XEP_0060, EventItem, FormLike, Item, Items, Pubsub
from helixmpp.plugins.xep_0222 import XEP_0222
from helixmpp.plugins.xep_0223 import XEP_0223
from helixmpp.plugins.xep_0292.stanza import CONTACTS, NODE, NS, VCard4
from helixmpp.stanza import Iq, IqError

__all__ = ["XEP_0292"]

log = logging.getLogger(__name__)

OptJid = JID | str | None
# A card is one item, which the next one replaces.
_CURRENT = "current"


class XEP_0292(BasePlugin):  # noqa: N801 - the name that programs import
    """vCard4: publishes ours, gets those of others, and keeps what we note about contacts."""

    name = "xep_0292"
    description = "vCard4: who somebody is, and what we note about contacts"
    xep_version = "0.12.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0060", "xep_0163", "xep_0222", "xep_0223"}
    extends = ((Iq, VCard4), (Item, VCard4), (EventItem, VCard4))
    # The others ask the accounts of contacts, and our own, for their events (XEP-0163 section 4.2).
    features = (NS, f"{NODE}+notify", f"{CONTACTS}+notify")
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = vcard_stanza

    def plugin_init(self) -> None:
        """Give the nodes names, and believe nobody else's events of our notes."""
        pubsub = self.xmpp.plugin[XEP_0060]
        for node, event in ((NODE, "vcard4"), (CONTACTS, "vcard4_contact")):
            pubsub.map_node_event(node, event)
            self._undo.append((pubsub.unmap_node_event, (node, event)))
        pubsub.add_private_node(CONTACTS)
        self._undo.append((pubsub.remove_private_node, (CONTACTS,)))

    # -- everybody's own card -----------------------------------------------------------------------------

    async def publish_vcard(
        self,
        full_name: str | None = None,
        given: str | None = None,
        surname: str | None = None,
        birthday: date | None = None,
        nickname: str | None = None,
        phone: str | None = None,
        note: str | None = None,
        url: str | None = None,
        email: str | None = None,
        country: str | None = None,
        locality: str | None = None,
        impp: str | None = None,
        ifrom: OptJid = None,
        options: FormLike | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Iq:
        """Publish our card, made of a few texts, in the place of the one that is there; see :meth:`publish`.

        :param phone: a telephone number.
        :param impp: an address for messages, such as ``xmpp:juliet@capulet.example``.
        """
        card = VCard4()
        if full_name:
            card.full_name = full_name
        if surname:
            card.surname = surname
        if given:
            card.given = given
        if birthday:
            card.birthday = birthday
        if country or locality:
            card.add_address(country, locality)
        for add, value in (
            (card.add_nickname, nickname),
            (card.add_tel, phone),
            (card.add_email, email),
            (card.add_impp, impp),
            (card.add_url, url),
            (card.add_note, note),
        ):
            if value:
                add(value)
        return await self.publish(card, ifrom, options, **send_options)

    async def publish(
        self,
        card: VCard4,
        ifrom: OptJid = None,
        options: FormLike | None = None,
        **send_options: Unpack[SendOptions],
    ) -> Iq:
        """Publish our card, the whole of it (section 4.1.2); contacts who want to know are told.

        Who may read it is the server's default (contacts) unless ``options`` says more:
        ``options={"pubsub#access_model": "open"}``.

        :param ifrom: the account, for components; by default our own.
        :param options: what the node's configuration has to be besides, as a form or by names.
        :param send_options: by name: ``timeout`` in seconds, ``callback``, ``timeout_callback``.
        :raises XMPPError: ``feature-not-implemented``: the server does not check the options.
        :raises IqError: the server refuses, or has no such service.
        :raises IqTimeout: no answer came in time.
        """
        return await self.xmpp.plugin[XEP_0222].store(card, NODE, _CURRENT, ifrom, options, **send_options)

    def retrieve_vcard(
        self, jid: OptJid = None, ifrom: OptJid = None, **options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Get somebody's card (section 4.1.1): ``iq["pubsub"]["items"]["item"]["vcard"]``.

        :param jid: whose; by default our own.
        :param ifrom: the address to ask from, for components.
        :param options: by name: ``timeout`` in seconds, ``callback``, ``timeout_callback``.
        :raises IqError: (when awaited) there is none, or it is not for us.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        account = JID(jid).bare if jid else None
        return self.xmpp.plugin[XEP_0222].retrieve(NODE, ifrom=ifrom, jid=account, **options)

    async def vcard_of(
        self, jid: OptJid = None, ifrom: OptJid = None, *, timeout: float | None = None
    ) -> VCard4 | None:
        """Get somebody's card; None where there is none. The parameters are those of :meth:`retrieve_vcard`.

        :raises IqError: it is not for us.
        :raises IqTimeout: no answer came in time.
        """
        try:
            answer = await self.retrieve_vcard(jid, ifrom, timeout=timeout)
        except IqError as error:
            if error.condition == "item-not-found":
                return None
            raise
        cards = [item.get(VCard4) for item in answer[Pubsub][Items].items]
        # Some programs let the server make up ids; the newest comes first (XEP-0060 section 6.5.2).
        return next((copy(card) for card in cards if card is not None), None)

    def ask_vcard(
        self, jid: OptJid = None, ifrom: OptJid = None, **options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Ask for a card by a plain iq, as before version 0.12 of the XEP: ``iq["vcard"]``.

        The parameters are those of :meth:`retrieve_vcard`. Gateways and older servers answer it.
        """
        request = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request[VCard4].attach()
        return request.send(**options)

    # -- what we note about contacts ----------------------------------------------------------------------

    async def store_contact(
        self, jid: JID | str, card: VCard4, ifrom: OptJid = None, **options: Unpack[SendOptions]
    ) -> Iq:
        """Note something about a contact, where only our own clients can read it (section 5.2).

        :param jid: the contact.
        :raises XMPPError: ``feature-not-implemented``: the server might show it to others.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        return await self.xmpp.plugin[XEP_0223].store(card, CONTACTS, JID(jid).bare, ifrom, **options)

    async def contacts(self, ifrom: OptJid = None, *, timeout: float | None = None) -> dict[JID, VCard4]:
        """What we noted about contacts; without anything, or a node for it, it is empty.

        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        try:
            answer = await self.xmpp.plugin[XEP_0223].retrieve(CONTACTS, ifrom=ifrom, timeout=timeout)
        except IqError as error:
            if error.condition == "item-not-found":
                return {}
            raise
        found: dict[JID, VCard4] = {}
        for item in answer[Pubsub][Items].items:
            card = item.get(VCard4)
            try:
                contact = JID.parse(item.id)
            except InvalidJID:
                contact = JID("")
            if card is not None and contact:
                found[contact] = copy(card)
            else:
                log.info("an item that is no note about a contact is left out")
        return found

    async def remove_contact(
        self, jid: JID | str, ifrom: OptJid = None, **options: Unpack[SendOptions]
    ) -> Iq:
        """Take away what we noted about a contact.

        :raises IqError: ``item-not-found``: there is nothing.
        """
        pubsub = self.xmpp.plugin[XEP_0060]
        return await pubsub.retract(ifrom, CONTACTS, JID(jid).bare, True, ifrom, **options)
