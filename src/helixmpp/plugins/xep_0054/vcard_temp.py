"""The plugin ``xep_0054``; see the package's docstring."""

import logging
from collections.abc import Callable
from copy import copy
from types import ModuleType
from typing import Any, ClassVar

import helixmpp.plugins.xep_0054.stanza as vcard_stanza
from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins._kept import from_bytes, to_bytes
from helixmpp.plugins.xep_0054.stanza import NAMESPACE, VCardTemp
from helixmpp.plugins.xep_0054.store import VCardStore
from helixmpp.stanza import Iq

__all__ = ["XEP_0054"]

log = logging.getLogger(__name__)


class XEP_0054(BasePlugin):  # noqa: N801 - the name that programs import
    """vCards: gets those of others, publishes our own, and gives those of a component's addresses."""

    name = "xep_0054"
    description = "vcard-temp: business cards with name, addresses and picture"
    xep_version = "1.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0082"}
    extends = ((Iq, VCardTemp),)
    features = (NAMESPACE,)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = vcard_stanza
    api: PluginAPI[VCardStore]

    max_photo = Setting(262_144, "the largest picture that is published, in bytes")
    max_size = Setting(524_288, "the largest vCard that is published or kept, in bytes of XML")
    max_own = Setting(10_000, "how many vCards of our own the default store keeps")
    max_cached = Setting(500, "how many vCards of others it keeps")
    cache_age = Setting(86_400.0, "for how many seconds it keeps a vCard of somebody else")

    # -- for programs -----------------------------------------------------------------------------------

    def make_vcard(self) -> VCardTemp:
        """Make an empty vCard."""
        return VCardTemp()

    async def get_vcard(
        self,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        local: bool | None = None,
        cached: bool = False,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Iq:
        """Give the vCard of an account, a room's occupant, a service: ``iq["vcard_temp"]``.

        Who has none answers ``item-not-found``, ``service-unavailable``, or with an empty vCard (section 3.1).

        :param jid: whose; None is our own account.
        :param ifrom: the address to ask from, for components.
        :param local: answer from what is kept here; by default where ``jid`` is an address of this component.
        :param cached: whether one that was got or published before will do.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: the peer refuses.
        :raises IqTimeout: no answer came in time.
        :raises XMPPError: ``item-not-found``, when there is none here.
        """
        whose = JID(jid) if jid else None
        if local is None:
            local = self.xmpp.is_component and self.is_ours(whose)
        if local or cached:
            found: VCardTemp | Iq | None = await self.api["get_vcard"](whose, None, ifrom, None)
            if isinstance(found, Iq):
                return found
            if found is not None:
                iq = self.xmpp.make_iq_result(ito=ifrom, ifrom=whose)
                iq.append(copy(found))
                return iq
            if local:
                raise XMPPError("item-not-found")
        request = self.xmpp.make_iq_get(ito=self._address(whose), ifrom=ifrom)
        request[VCardTemp].attach()
        answer = await request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        await self._keep(answer, whose, ifrom)
        return answer

    async def publish_vcard(
        self,
        vcard: VCardTemp | None = None,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Iq | None:
        """Publish a vCard in the place of the whole old one (section 3.2).

        A client gives it to its server; for an address of a component it is kept here, and None comes back.

        :param vcard: the vCard; None is an empty one.
        :param jid: whose; None is our own account, or the component itself.
        :param ifrom: the address to send from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises ValueError: the vCard is larger than ``max_size``, or its picture than ``max_photo``.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        card = VCardTemp() if vcard is None else copy(vcard)
        self.check(card)
        whose = JID(jid) if jid else None
        if self.xmpp.is_component and self.is_ours(whose):
            await self.api["set_vcard"](whose, None, ifrom, card)
            return None
        request = self.xmpp.make_iq_set(card, ito=self._address(whose), ifrom=ifrom)
        answer = await request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        await self.api["set_vcard"](whose, None, ifrom, card)
        return answer

    def check(self, vcard: VCardTemp) -> None:
        """Refuse a vCard that is too large to be published.

        :raises ValueError: it is larger than ``max_size``, or its picture than ``max_photo``.
        """
        for picture in (*vcard.photos, *vcard.logos):
            try:
                size = len(picture.data)
            except BadStanza as error:
                raise ValueError("the picture of the vCard is no base64") from error
            if size > self.max_photo:
                raise ValueError(f"the picture has {size} bytes; max_photo is {self.max_photo}")
        size = len(to_bytes(vcard))
        if size > self.max_size:
            raise ValueError(f"the vCard has {size} bytes; max_size is {self.max_size}")

    def is_ours(self, jid: JID | None) -> bool:
        """Whether an address is the account of this client, or one of this component."""
        own = self.xmpp.boundjid
        if jid is None:
            return True
        return jid.domain == own.domain if self.xmpp.is_component else jid.bare == own.bare

    def _address(self, jid: JID | None) -> JID | None:
        # Sections 3.1 and 3.2: a client asks for its own vCard without an address.
        return None if not self.xmpp.is_component and self.is_ours(jid) else jid

    # -- what peers ask ---------------------------------------------------------------------------------

    @on(Iq, VCardTemp, type="get")
    async def _asked(self, iq: Iq) -> None:
        if not self.xmpp.is_component:
            # Section 3.3: it is the server that answers for an account.
            raise XMPPError("service-unavailable")
        found: VCardTemp | Iq | None = await self.api["get_vcard"](iq["to"], None, iq["from"], None)
        if found is None:
            raise XMPPError("item-not-found")
        send_answer(iq, found)

    @on(Iq, VCardTemp, type="set")
    def _told(self, iq: Iq) -> None:
        # Section 3.2: nobody sets the vCard of somebody else.
        raise XMPPError("forbidden" if self.xmpp.is_component else "service-unavailable")

    async def _keep(self, answer: Iq, whose: JID | None, ifrom: JID | str | None) -> None:
        """Keep what a peer answered; that it cannot be kept is no reason not to give it."""
        vcard = answer.get(VCardTemp)
        if vcard is None:
            return
        try:
            await self.api["set_vcard"](whose, None, ifrom, copy(vcard))
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the vCard itself is here and good
            self.xmpp.exception(error)

    # -- the default store ------------------------------------------------------------------------------

    @op("set_vcard")
    async def _set_vcard(self, jid: JID, node: str, ifrom: JID | None, args: VCardTemp) -> None:
        value = to_bytes(args)
        if len(value) > self.max_size:
            log.info("a vCard of %d bytes is not kept; max_size is %d", len(value), self.max_size)
            await self._del_vcard(jid, node, ifrom, None)
        elif self.is_ours(jid):
            await self._own().put(self._key(jid), value)
        else:
            await self._cached().put(self._key(jid), value, self.cache_age)

    @op("get_vcard")
    async def _get_vcard(self, jid: JID, node: str, ifrom: JID | None, args: None) -> VCardTemp | None:
        if self.is_ours(jid):
            value = await self._own().get(self._key(jid))
            if value is None and jid.resource:
                value = await self._own().get(jid.bare)
        elif ifrom is None or self.is_ours(ifrom):
            value = await self._cached().get(self._key(jid))
        else:
            return None  # what others gave us is nobody else's business
        return from_bytes(VCardTemp, value)

    @op("del_vcard")
    async def _del_vcard(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        collection = self._own() if self.is_ours(jid) else self._cached()
        await collection.delete(self._key(jid))

    def _key(self, jid: JID) -> str:
        # The occupants of a room have vCards of their own; a client is its account.
        own_account = not self.xmpp.is_component and self.is_ours(jid)
        return jid.bare if own_account else jid.full

    def _own(self) -> KeyValue:
        return self.collection("own", limit=self.max_own, value_limit=self.max_size)

    def _cached(self) -> KeyValue:
        return self.collection("cached", limit=self.max_cached, value_limit=self.max_size)
