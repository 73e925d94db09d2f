"""The plugin ``xep_0231``; see the package's docstring."""

import logging
import re
from collections.abc import Awaitable
from contextlib import suppress
from copy import copy
from typing import ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.done import Done, chain
from helixmpp.core.engines import KeyValue
from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, FieldValueError, HelixError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins.xep_0231.cids import can_check, fits, make_cid
from helixmpp.plugins.xep_0231.keeping import Keeping
from helixmpp.plugins.xep_0231.stanza import NAMESPACE, BitsOfBinary
from helixmpp.plugins.xep_0231.store import BobStore
from helixmpp.stanza import ElementBase, Iq, Message, Presence

__all__ = ["XEP_0231", "BlobRefused"]

log = logging.getLogger(__name__)

# XEP-0231 section 2.1: "In general, the data SHOULD NOT be more than 8 kilobytes".
_SMALL = 8192
# A cid is a name, not a place to put data; the longest hash here takes 128 characters.
_LONGEST_CID = 1024
_OVERHEAD = 8192  # bytes of XML around a blob's base64
# RFC 2045 section 5.1: type "/" subtype *(";" parameter)
_MIME_TYPE = re.compile(r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+/[!#$%&'*+.^_`{|}~0-9A-Za-z-]+([ \t]*;[\t -~]*)?")


class BlobRefused(HelixError):
    """What a peer sent as a blob is none: other bytes than those of the cid, too many of them, or no answer."""


class XEP_0231(BasePlugin):  # noqa: N801 - the name that programs import
    """Bits of Binary: keeps blobs, gives them to peers, and gets those of peers."""

    name = "xep_0231"
    description = "Bits of binary: small blobs, sent along or fetched by their hash"
    xep_version = "1.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, BitsOfBinary), (Message, BitsOfBinary), (Presence, BitsOfBinary))
    features = (NAMESPACE,)
    api: PluginAPI[BobStore]

    max_size = Setting(65_536, "the largest blob that is kept, sent or accepted, in bytes")
    max_blobs = Setting(1_000, "how many of our own blobs the default store keeps")
    max_received = Setting(256, "how many blobs of others it keeps; as many again whose cid is no hash")
    received_age = Setting(86_400.0, "how many seconds it keeps a blob that came without max-age")
    keep_unasked = Setting(True, "whether blobs in messages and presences are kept")
    tells_cid = Setting(False, "whether who asks for a blob that is not here is told again which one it was")
    algorithm = Setting("sha1", "the hash function of the cids that are made here")

    def plugin_init(self) -> None:
        """Prepare the default store; its collections are opened when they are first used."""
        self._kept = Keeping(self._open)
        self._ends: set[str] = set()

    def plugin_end(self) -> None:
        """Let nothing happen any more."""
        for cid in tuple(self._ends):
            self._cancel_end(cid)

    # -- for programs -----------------------------------------------------------------------------------

    async def set_bob(
        self,
        data: bytes,
        mtype: str,
        cid: str | None = None,
        max_age: int | None = None,
        *,
        algo: str | None = None,
    ) -> str:
        """Keep a blob, so that peers may ask for it, and give its cid.

        :param data: the bytes; XEP-0231 asks for no more than 8 KiB.
        :param mtype: its MIME type, such as ``image/png``.
        :param cid: a name for it; by default one that holds the hash of the bytes, which is better in all
            ways.
        :param max_age: seconds after which others need not keep it any more, and neither do we; 0 asks others
            not to keep it at all.
        :param algo: the hash function, such as ``sha-256``; by default the setting ``algorithm``.
        :raises TypeError: ``mtype``, ``cid`` or ``algo`` is no text.
        :raises ValueError: it is too large, the MIME type is none, or the cid holds the hash of other bytes.
        :raises StorageError: it could not be kept.
        """
        bob = self.make_bob(data, mtype, cid, max_age, algo=algo)
        cid = bob.cid
        self._cancel_end(cid)
        await self.api["set_bob"](self.xmpp.boundjid, None, None, bob)
        if max_age:
            # A store that a program put here need not know about ages.
            self._ends.add(cid)
            self.xmpp.schedule(self._timer(cid), max_age, self.del_bob, (cid,))
        return cid

    async def get_bob(
        self,
        jid: JID | str | None = None,
        cid: str | None = None,
        cached: bool = True,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
    ) -> Iq:
        """Give the blob of a cid: the one that is kept here, or else the one that ``jid`` gives.

        :param jid: who has it; None asks our own server.
        :param cached: whether one that is kept here will do.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :returns: an iq with ``iq["bob"]["data"]``, ``iq["bob"]["type"]``; or typed,
            ``iq[BitsOfBinary].data``.
        :raises IqError: the peer has none (``item-not-found``) or gives none.
        :raises IqTimeout: no answer came in time.
        :raises BlobRefused: the bytes are not those of the cid, or too many, or their MIME type is none.
        :raises TypeError: ``cid`` is no text, or a handler of the operation ``get_bob`` gave what is no blob.
        :raises ValueError: there is no ``cid``; or no ``jid``, and a component has to ask somebody.
        """
        if cid is not None:
            _check_text("cid", cid)
        if not cid:
            raise ValueError("get_bob() needs the cid of a blob")
        peer = JID(jid) if jid else None
        if cached:
            found = await self._find(peer, cid, ifrom)
            if isinstance(found, Iq):
                return found
            if found is not None:
                iq = self.xmpp.Iq()
                iq["type"] = "result"
                iq.append(copy(found))
                return iq
        if peer is None and self.xmpp.is_component:
            # XEP-0114 section 3: it has no server that answers a request to nobody.
            raise ValueError("get_bob() of a component needs the jid that has the blob: it is not kept here")
        request = self.xmpp.make_iq_get(ito=peer, ifrom=ifrom)
        request[BitsOfBinary].cid = cid
        answer = await request.send(timeout=timeout)
        bob = answer.get(BitsOfBinary)
        if bob is None or not _is_of(cid, bob):
            raise BlobRefused(f"{peer or 'the server'} gave no <data/> of the cid that was asked for")
        self._check(bob)
        try:
            await self.keep(bob, peer or self.xmpp.boundjid.bare_jid, answer["to"])
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the blob itself is here and good
            self.xmpp.exception(error)
        self.xmpp.event("bob", answer)
        return answer

    @begun
    async def del_bob(self, cid: str) -> None:
        """Forget the blob of a cid; it need not be there. TypeError when ``cid`` is no text."""
        _check_text("cid", cid)
        self._cancel_end(cid)
        await self.api["del_bob"](self.xmpp.boundjid, None, None, cid)

    def make_bob(
        self,
        data: bytes,
        mtype: str,
        cid: str | None = None,
        max_age: int | None = None,
        *,
        algo: str | None = None,
    ) -> BitsOfBinary:
        """Make the ``<data/>`` of a blob without keeping it; the parameters are those of :meth:`set_bob`."""
        data = _bytes_of(data)
        _check_text("mtype", mtype)
        for name, value in (("cid", cid), ("algo", algo)):
            if value is not None:
                _check_text(name, value)
        bob = BitsOfBinary()
        bob.data = data
        if len(data) > self.max_size:
            raise ValueError(f"the blob has {len(data)} bytes; max_size is {self.max_size}")
        if len(data) > _SMALL:
            log.warning("a blob of %d bytes: XEP-0231 asks for no more than %d", len(data), _SMALL)
        if not _MIME_TYPE.fullmatch(mtype):
            raise ValueError(f"{mtype!r} is no MIME type such as image/png")
        if cid is None:
            cid = make_cid(data, algo or self.algorithm)
        elif not cid or len(cid) > _LONGEST_CID:
            raise ValueError(f"a cid has between 1 and {_LONGEST_CID} characters")
        elif fits(cid, data) is False:
            raise ValueError(f"the cid {cid!r} holds the hash of other bytes")
        bob.cid = cid
        bob.type = mtype
        bob.max_age = max_age
        return bob

    def include(
        self,
        stanza: ElementBase,
        data: bytes,
        mtype: str,
        cid: str | None = None,
        max_age: int | None = None,
        *,
        algo: str | None = None,
    ) -> str:
        """Put a very small blob (less than 1 KiB, says XEP-0231) right into a message, presence or payload.

        It is not kept here. The other parameters are those of :meth:`set_bob`.

        :raises ValueError: the stanza is an iq, where it has to stand in the payload (section 2.1); or as
            there.
        """
        if isinstance(stanza, Iq):
            raise ValueError("in an iq a blob is a child of the payload: include(iq['its_payload'], ...)")
        bob = self.make_bob(data, mtype, cid, max_age, algo=algo)
        stanza.append(bob)
        return bob.cid

    async def keep(self, bob: BitsOfBinary, sender: JID, receiver: JID) -> bool:
        """Keep a blob that a peer sent, if it may be kept; other plugins give those here that stand in payloads.

        :returns: whether it is kept.
        :raises BlobRefused: the bytes are not those of the cid, or too many.
        """
        data = self._check(bob)
        try:
            max_age = bob.max_age
        except BadStanza:
            return False
        if max_age == 0:
            return False
        # A copy of what is known, so that nothing else that a stranger wrote is kept or sent on.
        kept = BitsOfBinary()
        kept.cid = bob.cid
        kept.type = bob.type
        kept.max_age = max_age
        kept.data = data
        if can_check(kept.cid):
            await self.api["set_bob"](sender, None, receiver or self.xmpp.boundjid, kept)
        else:
            await self._kept.put_unchecked(sender, kept, self._age(kept))
        return True

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Iq, BitsOfBinary, type="get")
    async def _asked(self, iq: Iq) -> None:
        cid = iq[BitsOfBinary].cid
        if not cid or len(cid) > _LONGEST_CID:
            raise XMPPError("bad-request", "a request for a blob names its cid")
        found = await self._ask_store(iq["to"], iq["from"], cid)
        if found is None:
            raise XMPPError(
                "item-not-found", f"Bits of binary {cid!r} is not available" if self.tells_cid else ""
            )
        send_answer(iq, found)

    @on(Message, BitsOfBinary)
    @on(Presence, BitsOfBinary)
    async def _came(self, stanza: Message | Presence) -> None:
        if stanza["type"] == "error":
            return
        good = 0
        for bob in stanza.children_of(BitsOfBinary):
            try:
                self._check(bob)
                if self.keep_unasked:
                    await self.keep(bob, stanza["from"] or self.xmpp.boundjid.bare_jid, stanza["to"])
            except BlobRefused as error:
                log.info("a blob from %s is refused: %s", stanza["from"], error)
            else:
                good += 1
        if good:
            self.xmpp.event("bob", stanza)

    def _check(self, bob: BitsOfBinary) -> bytes:
        try:
            data = bob.data
        except BadStanza as error:
            raise BlobRefused("the blob is no base64") from error
        if not bob.cid or len(bob.cid) > _LONGEST_CID or len(bob.type) > _LONGEST_CID:
            raise BlobRefused("the blob has no cid, or one that is too long")
        if len(data) > self.max_size:
            raise BlobRefused(f"the blob has {len(data)} bytes; max_size is {self.max_size}")
        # XEP-0231 section 2.5: the type is required where there are bytes.
        if (data or bob.type) and not _MIME_TYPE.fullmatch(bob.type):
            raise BlobRefused("the blob has no MIME type, or one that is none")
        if fits(bob.cid, data) is False:
            raise BlobRefused("the bytes are not those that the cid names")
        return data

    # -- the store ------------------------------------------------------------------------------------------

    async def _find(self, peer: JID | None, cid: str, ifrom: JID | str | None) -> BitsOfBinary | Iq | None:
        """A blob that is kept here; one whose cid proves nothing only as a blob of exactly this peer."""
        if can_check(cid) or peer is None or self._is_ours(peer):
            return await self._ask_store(None, ifrom, cid)
        return await self._kept.unchecked(peer, cid)

    async def _ask_store(
        self, jid: JID | None, ifrom: JID | str | None, cid: str
    ) -> BitsOfBinary | Iq | None:
        try:
            found: object = await self.api["get_bob"](jid, None, ifrom, cid)
        except FileNotFoundError:
            # The way in which a store of files says that it has none.
            return None
        if found is None or isinstance(found, BitsOfBinary | Iq):
            return found
        raise TypeError(
            f"a handler of {self.name}.api['get_bob'] gives a BitsOfBinary, an Iq or None, "
            f"not {type(found).__name__}"
        )

    @op("set_bob")
    async def _set_bob(self, jid: JID, node: str, ifrom: JID | None, args: BitsOfBinary) -> None:
        if ifrom is None:
            await self._kept.put_own(args)
        else:
            await self._kept.put_received(args, self._age(args))

    @op("get_bob")
    def _get_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> Awaitable[BitsOfBinary | None]:
        found = self._kept.own(args)
        if isinstance(found, Done) and found.result() is not None:
            return found
        if ifrom is not None and not self._is_ours(ifrom):
            # What others sent us is nobody else's business.
            return found
        return chain(found, lambda own: self._kept.received(args) if own is None else Done(own))

    @op("del_bob")
    async def _del_bob(self, jid: JID, node: str, ifrom: JID | None, args: str) -> None:
        await self._kept.delete(args)

    def _is_ours(self, jid: JID) -> bool:
        own = self.xmpp.boundjid
        return jid.domain == own.domain if self.xmpp.is_component else jid.bare == own.bare

    def _age(self, bob: BitsOfBinary) -> float:
        return self.received_age if bob.max_age is None else bob.max_age

    def _open(self, name: str) -> KeyValue:
        limit = self.max_blobs if name == "blobs" else self.max_received
        return self.collection(name, limit=limit, value_limit=self.max_size * 4 // 3 + _OVERHEAD)

    # -- the end of our own blobs ---------------------------------------------------------------------------

    def _timer(self, cid: str) -> str:
        return f"{self.name}: end of {cid}"

    def _cancel_end(self, cid: str) -> None:
        self._ends.discard(cid)
        self.xmpp.cancel_schedule(self._timer(cid))


def _bytes_of(data: object) -> bytes:
    # None would be taken for "no data", which is a blob of no bytes.
    if not isinstance(data, bytes | bytearray):
        raise FieldValueError(f"the data of a blob is bytes, not {type(data).__name__}")
    return bytes(data)


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text, not {type(value).__name__}")


def _is_of(cid: str, bob: BitsOfBinary) -> bool:
    """Whether it is the blob of a cid; by another spelling too, which it then has no longer."""
    if bob.cid == cid:
        return True
    # Some clients answer "sha-1+..." where "sha1+..." was asked for: the bytes tell.
    with suppress(BadStanza):
        if fits(cid, bob.data):
            bob.cid = cid
            return True
    return False
