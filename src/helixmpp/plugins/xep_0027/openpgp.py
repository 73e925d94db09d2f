"""The plugin ``xep_0027``; see the package's docstring."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0027.gpg import GPG, GPGError, keyid
from helixmpp.plugins.xep_0027.stanza import NS_ENCRYPTED, NS_SIGNED, Encrypted, Signed
from helixmpp.plugins.xep_0027.store import KeyIdStore
from helixmpp.stanza import Message, Presence, StanzaBase

__all__ = ["XEP_0027"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_XHTML_IM = "{http://jabber.org/protocol/xhtml-im}html"


class XEP_0027(BasePlugin):  # noqa: N801 - the name that programs import
    """OpenPGP as Jabber first had it: signed presences and encrypted messages, by GnuPG."""

    name = "xep_0027"
    description = "OpenPGP as it was first used (obsolete): signed presences, encrypted messages"
    xep_version = "1.4"
    extends = ((Presence, Signed), (Message, Signed), (Message, Encrypted))
    features = (NS_SIGNED, NS_ENCRYPTED)
    api: PluginAPI[KeyIdStore]

    gpg_binary = Setting("", "the program of GnuPG, such as 'gpg'; without one nothing is ever run")
    gpg_home = Setting("", "the folder of its keys; by default its own")
    keyring = Setting("", "a further file of public keys")
    timeout = Setting(30.0, "for how many seconds it may run")
    max_size = Setting(262_144, "the most that it may put out, in bytes")
    max_waiting = Setting(100, "how many runs wait for the one before them; more are refused")
    max_keys = Setting(10_000, "of how many addresses the default store keeps the key id")

    def plugin_init(self) -> None:
        """Sign the presences that go out, once there is a key to sign with."""
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self.xmpp.add_filter("out", self._stamp)

    # -- whose key is which -----------------------------------------------------------------------------------

    def get_keyid(self, jid: JID | str | None = None) -> Awaitable[str | None]:
        """Give the id of the key of an address, by default our own."""
        return self.api["get_keyid"](jid, None, None, None)

    def set_keyid(self, jid: JID | str | None = None, key: str | None = None) -> Awaitable[None]:
        """Say which key an address has, by default our own; from then on our presences are signed.

        :param key: its id: 16 hexadecimal digits or the whole fingerprint. None forgets it.
        :raises ValueError: it is none.
        """
        if key is None:
            return self.del_keyid(jid)
        return self.api["set_keyid"](jid, None, None, keyid(key))

    def del_keyid(self, jid: JID | str | None = None) -> Awaitable[None]:
        """Forget which key an address has."""
        return self.api["del_keyid"](jid, None, None, None)

    def get_keyids(self) -> Awaitable[dict[JID, str]]:
        """Give the ids of all keys that are known, by address."""
        return self.api["get_keyids"](None, None, None, None)

    # -- signing and encrypting ---------------------------------------------------------------------------------

    async def sign(self, data: str, jid: JID | str | None = None) -> str:
        """Sign a text with the key of one of our addresses, by default our own; the signature for ``x``.

        :raises StateError: ``gpg_binary`` is not set, or no key is known.
        :raises GPGError: GnuPG could not be run, or it refused.
        """
        key = await self._need_key(jid)
        return await self._run(self._gpg().sign(data, key))

    async def verify(self, data: str, sig: str, jid: JID | str | None = None) -> str | None:
        """Check a signature: the fingerprint of the key that made it, or None when it is not good.

        :param jid: who is to have made it: it has to be the key that is known of this address.
        :raises StateError: ``gpg_binary`` is not set, or no key of ``jid`` is known.
        :raises GPGError: GnuPG could not be run.
        """
        key = await self._need_key(jid) if jid else ""
        found = await self._run(self._gpg().verify(data, sig))
        return found if found is not None and found.endswith(key) else None

    async def encrypt(self, data: str, jid: JID | str | None = None) -> str:
        """Encrypt a text for the key of an address; raises as :meth:`sign`."""
        key = await self._need_key(jid)
        return await self._run(self._gpg().encrypt(data, key))

    async def decrypt(self, data: str) -> str:
        """Decrypt what was encrypted for a key of ours; raises as :meth:`sign`."""
        return await self._run(self._gpg().decrypt(data))

    async def encrypt_message(self, message: Message, notice: str = "This message is encrypted.") -> None:
        """Put the encrypted body into a message, for the key of its ``to``; raises as :meth:`sign`.

        The body in its other languages, and what XEP-0071 has of it, is taken out: nobody is to read it there.

        :param notice: the body that is sent in its place (section 3).
        """
        message["encrypted"] = await self.encrypt(message["body"], message["to"].bare)
        del message["body"]
        for child in message.xml.findall(_XHTML_IM):
            message.xml.remove(child)
        message["body"] = notice

    async def decrypt_message(self, message: Message) -> str:
        """Give the body that was encrypted in a message; raises as :meth:`sign`."""
        return await self.decrypt(message["encrypted"])

    # -- stanzas ------------------------------------------------------------------------------------------------

    def _stamp(self, stanza: StanzaBase) -> "StanzaBase | Awaitable[StanzaBase]":
        if isinstance(stanza, Presence) and "type" not in stanza.xml.attrib and self.gpg_binary:
            return self._sign_presence(stanza)
        return stanza

    async def _sign_presence(self, presence: Presence) -> StanzaBase:
        try:
            if await self.get_keyid(presence["from"].bare or None) is not None:
                presence["signed"] = await self.sign(presence["status"], presence["from"].bare or None)
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the presence goes out all the same
            self.xmpp.exception(error)
        return presence

    @on(Presence, Signed)
    async def _signed(self, presence: Presence) -> None:
        if presence.xml.get("type") is not None:
            return
        is_good = False
        # For a stranger no program is started: it is for those whose key is known.
        if self.gpg_binary and await self.get_keyid(presence["from"].bare or None) is not None:
            try:
                sender = presence["from"].bare or self.xmpp.boundjid.bare
                is_good = await self.verify(presence["status"], presence["signed"], sender) is not None
            except GPGError as error:
                log.info("the signature of a presence could not be checked: %s", error)
        self.xmpp.event("signed_presence" if is_good else "unverified_signed_presence", presence)

    @on(Message, Encrypted)
    def _encrypted(self, message: Message) -> None:
        if message.xml.get("type") != "error":
            self.xmpp.event("encrypted_message", message)

    # -- GnuPG --------------------------------------------------------------------------------------------------

    def _gpg(self) -> GPG:
        if not self.gpg_binary:
            raise StateError("xep_0027 runs no program unless the setting gpg_binary names it, such as 'gpg'")
        return GPG(self.gpg_binary, self.gpg_home, self.keyring, self.timeout, self.max_size)

    async def _need_key(self, jid: JID | str | None) -> str:
        found = await self.get_keyid(jid)
        if found is None:
            raise StateError(f"no key of {jid or 'our own address'} is known; see set_keyid()")
        return keyid(found)

    async def _run(self, work: "Coroutine[Any, Any, T]") -> T:
        if self._waiting >= self.max_waiting:
            work.close()
            raise GPGError(f"{self._waiting} runs of {self.gpg_binary} wait already (max_waiting)")
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await work
        finally:
            self._waiting -= 1
            work.close()

    # -- the default store --------------------------------------------------------------------------------------

    @op("get_keyid")
    async def _get_keyid(self, jid: JID, node: str, ifrom: JID | None, args: None) -> str | None:
        value = await self._keys().get(jid.bare)
        return None if value is None else value.decode("ascii", "replace")

    @op("set_keyid")
    async def _set_keyid(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        await self._keys().put(jid.bare, keyid(args).encode())

    @op("del_keyid")
    async def _del_keyid(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        await self._keys().delete(jid.bare)

    @op("get_keyids")
    async def _get_keyids(self, jid: JID, node: str, ifrom: JID | None, args: None) -> dict[JID, str]:
        keys = self._keys()
        found = {JID.parse(whose): await keys.get(whose) for whose in await keys.keys()}
        return {
            whose: value.decode("ascii", "replace") for whose, value in found.items() if value is not None
        }

    def _keys(self) -> KeyValue:
        return self.collection("keyids", limit=self.max_keys, value_limit=40)
