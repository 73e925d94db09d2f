"""The plugin ``xep_0153``; see the package's docstring."""

import logging
from collections.abc import Awaitable
from typing import ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, FieldValueError, HelixError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0054 import XEP_0054, Photo, VCardTemp
from helixmpp.plugins.xep_0153.pictures import kind_of, sha1_of
from helixmpp.plugins.xep_0153.stanza import VCardTempUpdate, hash_of
from helixmpp.plugins.xep_0153.store import AvatarStore
from helixmpp.stanza import Presence, StanzaBase

__all__ = ["XEP_0153"]

log = logging.getLogger(__name__)

_SMALL = 8192  # section 4.5: "The image SHOULD use less than eight kilobytes (8k) of data"
_NO_VCARD = frozenset({"item-not-found", "service-unavailable"})  # XEP-0054 sections 3.1 and 3.3
_OCCUPANT = "{http://jabber.org/protocol/muc#user}x"
_LONGEST = 40  # bytes of a hash


class XEP_0153(BasePlugin):  # noqa: N801 - the name that programs import
    """vCard-based avatars: announces our picture, and tells of those of others."""

    name = "xep_0153"
    description = "vCard-based avatars: the picture of the vCard, announced in presences"
    xep_version = "1.1.1"
    dependencies: ClassVar[set[str]] = {"xep_0054"}
    extends = ((Presence, VCardTempUpdate),)
    api: PluginAPI[AvatarStore]

    max_own = Setting(10_000, "of how many addresses of our own the default store keeps the hash")
    max_others = Setting(1_000, "of how many addresses of others it keeps the hash")
    hash_age = Setting(86_400.0, "for how many seconds it keeps the hash of somebody else")
    max_conflicts = Setting(20, "how many hashes of other clients of the account are followed in a session")

    def plugin_init(self) -> None:
        """Put the hash into the presences that go out."""
        self._timer = f"{self.name}: our vCard"
        self._forget_session()
        self.xmpp.add_filter("out", self._stamp)

    def plugin_end(self) -> None:
        """Look at no vCard any more."""
        self.xmpp.cancel_schedule(self._timer)

    def session_bind(self, jid: JID) -> None:
        """Look at our vCard, as soon as the session goes on; a component's is here already."""
        self._forget_session()
        if not self.xmpp.is_component:
            self.xmpp.cancel_schedule(self._timer)
            self.xmpp.schedule(self._timer, 0, self._look)

    def _forget_session(self) -> None:
        # Section 4.2: nothing is announced before the vCard was seen. A component's is here.
        self._vcard_seen = self.xmpp.is_component
        # The other clients of our account that do not know of this protocol (section 4.3).
        self._unaware: set[str] = set()
        self._busy = False
        self._announced: str | None = None
        self._refuted: set[str] = set()

    @property
    def _vcards(self) -> XEP_0054:
        return self.xmpp.plugin[XEP_0054]

    # -- for programs -----------------------------------------------------------------------------------

    @begun
    async def set_avatar(
        self,
        jid: JID | str | None = None,
        avatar: bytes | None = None,
        mtype: str | None = None,
        timeout: float | None = None,
    ) -> None:
        """Put a picture into our vCard and announce it; the rest of the vCard stays.

        :param jid: the address of this component whose picture it is; by default our own.
        :param avatar: the bytes, at best fewer than 8,192, of a square PNG; None or nothing takes the picture away.
        :param mtype: its MIME type; by default what the bytes say of PNG, JPEG, GIF and WebP, else
            ``application/octet-stream``.
        :param timeout: seconds to wait for each answer.
        :raises ValueError: it is larger than ``max_photo`` of ``xep_0054``.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        data = _bytes_of(avatar)
        # A photo without a type is none (XEP-0054's DTD), and the type is only a hint for who shows it.
        kind = mtype or kind_of(data) or "application/octet-stream"
        if len(data) > self._vcards.max_photo:
            raise ValueError(f"the picture has {len(data)} bytes; max_photo is {self._vcards.max_photo}")
        if len(data) > _SMALL:
            log.warning("an avatar of %d bytes: XEP-0153 asks for less than %d", len(data), _SMALL)
        owner = JID(jid) if jid else None
        vcard = await self._vcard_of(owner, timeout)
        if _picture_of(vcard) != data:
            # Section 4.2: a picture that is there already is not uploaded again.
            photo = Photo()
            photo.type = kind
            photo.data = data
            vcard.photos = [photo] if data else []
            await self._vcards.publish_vcard(vcard, owner, timeout=timeout)
        self._refuted.clear()
        self._vcard_seen = True
        await self.api["reset_hash"](owner, None, None, None)

    async def _vcard_of(self, jid: JID | None, timeout: float | None) -> VCardTemp:
        try:
            answer = await self._vcards.get_vcard(jid.bare if jid else None, timeout=timeout)
        except XMPPError as error:
            if error.condition in _NO_VCARD:
                return VCardTemp()
            raise
        return answer[VCardTemp]

    # -- presences that go out --------------------------------------------------------------------------

    def _stamp(self, stanza: StanzaBase) -> "StanzaBase | Awaitable[StanzaBase]":
        # Section 4.1: in every presence broadcast, and in those to one address.
        if isinstance(stanza, Presence) and "type" not in stanza.xml.attrib:
            return self._stamp_presence(stanza)
        return stanza

    async def _stamp_presence(self, presence: Presence) -> StanzaBase:
        known: str | None = None
        if self._vcard_seen:
            try:
                known = await self.api["get_hash"](presence["from"].bare, None, None, None)
            except Exception as error:  # noqa: BLE001 - a store may raise anything; the presence goes out all the same
                self.xmpp.exception(error)
        update = presence[VCardTempUpdate]
        update.attach()
        update.photo = known
        return presence

    def _send_again(self, jid: JID) -> None:
        """Send our last presence with what is known now; who sent none is not made visible by it."""
        if not self.xmpp.is_component or jid.bare in self.xmpp.roster:
            node = self.xmpp.roster[jid if self.xmpp.is_component else None]
            if node.last_status is not None and node.last_status.xml.get("type") is None:
                node.send_last_presence()

    # -- presences that come in ---------------------------------------------------------------------------

    @on(Presence)
    async def _came(self, presence: Presence) -> None:
        if presence.xml.get("type") not in (None, "unavailable"):
            return
        sender = presence["from"]
        if self.xmpp.is_component or sender.bare not in (self.xmpp.boundjid.bare, ""):
            await self._of_somebody(presence, sender)
        elif sender.resource and sender != self.xmpp.boundjid:
            await self._of_ourselves(presence, sender.resource)

    async def _of_somebody(self, presence: Presence, sender: JID) -> None:
        update = presence.get(VCardTempUpdate)
        if update is None or "type" in presence.xml.attrib or presence.xml.find(_OCCUPANT) is not None:
            return
        announced = hash_of(update)
        if announced is None:
            return
        try:
            if await self.api["get_hash"](sender.bare_jid, None, None, None) != announced:
                await self.api["set_hash"](sender.bare_jid, None, None, announced)
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the event is told all the same
            self.xmpp.exception(error)
        self.xmpp.event("vcard_avatar_update", presence)

    async def _of_ourselves(self, presence: Presence, resource: str) -> None:
        """Section 4.3: what another client of our account says of the picture that is common to all."""
        own = self.xmpp.boundjid.bare_jid
        was_unaware = resource in self._unaware
        if "type" in presence.xml.attrib:
            self._unaware.discard(resource)
            if was_unaware and not self._unaware:
                # It may have changed the vCard, and is gone now.
                await self.api["reset_hash"](own, None, None, None)
            return
        update = presence.get(VCardTempUpdate)
        if update is None:
            if len(self._unaware) < self.xmpp.roster.max_resources:
                self._unaware.add(resource)
            await self.api["set_hash"](own, None, None, None)
            return
        self._unaware.discard(resource)
        announced = hash_of(update)
        if announced is not None and not self._unaware:
            self._announced = announced
            if not self._busy:
                await self._follow()

    async def _follow(self) -> None:
        """Look at the vCard when another client announces another picture than we do.

        What it announced and the vCard does not have is not looked for again: else two clients, each of which
        answers a presence with a presence, would never come to an end.
        """
        own = self.xmpp.boundjid.bare_jid
        self._busy = True
        try:
            while self._announced is not None:
                announced, self._announced = self._announced, None
                if announced in self._refuted or announced == await self._hash(own):
                    continue
                if len(self._refuted) >= self.max_conflicts:
                    log.warning("another client of this account announces one avatar after the other")
                    break
                await self.api["reset_hash"](own, None, None, None)
                found = await self._hash(own)
                if found is not None and found != announced:
                    self._refuted.add(announced)
        finally:
            self._busy = False

    async def _hash(self, jid: JID) -> str | None:
        known: str | None = await self.api["get_hash"](jid, None, None, None)
        return known

    # -- sessions -----------------------------------------------------------------------------------------

    async def _look(self) -> None:
        own = self.xmpp.boundjid.bare_jid
        self._busy = True
        try:
            # What an earlier session knew may have changed since.
            await self.api["set_hash"](own, None, None, None)
            self._vcard_seen = True
            known = await self._hash_in_vcard(own, None)
            if known is not None and not self._unaware:
                await self.api["set_hash"](own, None, None, known)
                self._send_again(own)
        finally:
            self._busy = False
        await self._follow()

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        self._forget_session()

    # -- the default store --------------------------------------------------------------------------------

    @op("set_hash")
    async def _set_hash(self, jid: JID, node: str, ifrom: JID | None, args: str | None) -> None:
        if self._vcards.is_ours(jid):
            collection, max_age = self._own(), None
        else:
            collection, max_age = self._others(), self.hash_age
        if args is None:
            await collection.delete(jid.bare)
        else:
            await collection.put(jid.bare, args.encode(), max_age)

    @op("get_hash")
    async def _get_hash(self, jid: JID, node: str, ifrom: JID | None, args: None) -> str | None:
        collection = self._own() if self._vcards.is_ours(jid) else self._others()
        value = await collection.get(jid.bare)
        return None if value is None else value.decode("ascii", "replace")

    @op("reset_hash")
    async def _reset_hash(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        """The steps of section 4.4."""
        ours = self._vcards.is_ours(jid)
        await self.api["set_hash"](jid, None, None, None)
        if ours and not self.xmpp.is_component:
            self._send_again(jid)
        known = await self._hash_in_vcard(jid, ifrom)
        await self.api["set_hash"](jid, None, None, known)
        if ours and known is not None:
            self._send_again(jid)

    async def _hash_in_vcard(self, jid: JID, ifrom: JID | None) -> str | None:
        try:
            answer = await self._vcards.get_vcard(jid.bare, ifrom)
        except XMPPError as error:
            return "" if error.condition in _NO_VCARD else None
        except HelixError as error:
            log.info("the vCard with the avatar could not be read: %s", error)
            return None
        return sha1_of(_picture_of(answer[VCardTemp]))

    def _own(self) -> KeyValue:
        return self.collection("own", limit=self.max_own, value_limit=_LONGEST)

    def _others(self) -> KeyValue:
        return self.collection("others", limit=self.max_others, value_limit=_LONGEST)


def _picture_of(vcard: VCardTemp) -> bytes:
    try:
        return vcard.photo.data
    except BadStanza:
        return b""  # what cannot be read can be shown by nobody


def _bytes_of(avatar: object) -> bytes:
    if avatar is None:
        return b""
    if not isinstance(avatar, bytes | bytearray):
        raise FieldValueError(f"an avatar is bytes, not {type(avatar).__name__}")
    return bytes(avatar)
