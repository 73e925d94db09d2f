"""The plugin ``xep_0449``; see the package's docstring."""

from collections.abc import Awaitable, Iterable, Mapping
from copy import copy
from types import MappingProxyType
from typing import ClassVar, Unpack

from helixmpp.core.declare import Setting, on
from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0060 import XEP_0060, EventItem, Item, Items, Pubsub, SendOptions
from helixmpp.plugins.xep_0060.requests import OptJid
from helixmpp.plugins.xep_0163 import Storing
from helixmpp.plugins.xep_0447.stanza import Sources, StatelessFileSharing
from helixmpp.plugins.xep_0449.packs import id_of, is_intact, pack_hash
from helixmpp.plugins.xep_0449.stanza import NAMESPACE, Pack, PackItem, Sticker
from helixmpp.stanza import Iq, Message, MessageTypes

__all__ = ["XEP_0449", "StickerPackRefused"]


class StickerPackRefused(HelixError):
    """What somebody gave as a sticker pack is another one than that of its id, too large, or not for others."""


class XEP_0449(Storing):  # noqa: N801 - the name that programs import
    """Stickers: sends them, and publishes, gets and imports packs of them."""

    name = "xep_0449"
    description = "Stickers: pictures in place of words, and packs of them"
    xep_version = "0.2.0"
    dependencies: ClassVar[set[str]] = {
        *("xep_0004", "xep_0060", "xep_0163", "xep_0300", "xep_0446", "xep_0447"),
    }
    extends = ((Message, Sticker), (Item, Pack), (EventItem, Pack))
    #: The namespace of the protocol, and the node of packs.
    namespace: ClassVar[str] = NAMESPACE

    max_stickers = Setting(500, "how many stickers a pack has at most that is got or imported")

    #: "The pubsub node's access model SHOULD be set to 'open'" (section 4.3); and one node keeps all packs.
    profile: ClassVar[Mapping[str, object]] = MappingProxyType(
        {"pubsub#persist_items": True, "pubsub#max_items": "max", "pubsub#access_model": "open"}
    )

    # -- stickers -----------------------------------------------------------------------------------------

    def make_sticker(
        self,
        mto: JID | str,
        sticker: StatelessFileSharing | PackItem,
        pack: str | None = None,
        mbody: str | None = None,
        mtype: MessageTypes | None = None,
        *,
        jid: JID | str | None = None,
        node: str | None = None,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Make a message that is a sticker (sections 4.1 and 4.4).

        :param sticker: its file, as ``xep_0447`` makes it, or an item of a pack.
        :param pack: the id of that pack.
        :param mbody: the text in its place, such as the suggestion that it was chosen by; by default its description.
        :param jid: whose pack it is, where it is not one of our account's own.
        :param node: the node of that pack, where it is another one.
        :param mfrom: the address to send from, for components.
        """
        if isinstance(sticker, PackItem):
            file = StatelessFileSharing()
            file.file = copy(sticker.file)
            if sticker.get(Sources) is not None:
                file.sources = copy(sticker.sources)
        else:
            file = sticker
        message = self.xmpp.make_message(mto, mbody=mbody or file.file.desc, mtype=mtype, mfrom=mfrom)
        marked = Sticker()
        marked.pack, marked.jid, marked.node = pack, jid, node
        message.append(marked)
        message.append(file)
        return message

    def send_sticker(
        self,
        mto: JID | str,
        sticker: StatelessFileSharing | PackItem,
        pack: str | None = None,
        mbody: str | None = None,
        mtype: MessageTypes | None = None,
        *,
        jid: JID | str | None = None,
        node: str | None = None,
        mfrom: JID | str | None = None,
    ) -> Message:
        """Send a sticker; what comes back was sent. See :meth:`make_sticker`."""
        message = self.make_sticker(mto, sticker, pack, mbody, mtype, jid=jid, node=node, mfrom=mfrom)
        message.send()
        return message

    @staticmethod
    def sticker_of(message: Message) -> StatelessFileSharing | None:
        """The file of a message that is a sticker; None where it is none."""
        return message.get(StatelessFileSharing) if message.get(Sticker) is not None else None

    # -- packs --------------------------------------------------------------------------------------------

    @staticmethod
    def make_pack(
        name: str,
        summary: str | None,
        stickers: Iterable[StatelessFileSharing | PackItem],
        *,
        restricted: bool = False,
        algo: str = "sha-256",
    ) -> Pack:
        """Make a pack of stickers, with its hash; ``id_of(pack)`` is its id.

        Names and summaries in more languages are put in before the hash: ``pack["name|de"] = ...`` and then
        ``pack.hash = pack_hash(pack)``.

        :param summary: what it is; copyright and license stand here, too.
        :param stickers: each with a description, its text for who cannot see it, and hashes of one function.
        :param restricted: others may not use them.
        :param algo: the hash function of the pack.
        :raises ValueError: a sticker has no description or no hash, or hashes of other functions than the first; or
            there is no sticker.
        """
        made = Pack()
        made.name_, made.summary, made.restricted = name, summary, restricted
        functions: list[list[str]] = []
        for sticker in stickers:
            item = PackItem()
            item.file, item.sources = copy(sticker.file), copy(sticker.sources)
            if isinstance(sticker, PackItem):
                item.suggestions = sticker.suggestions
            functions.append(sorted(one.algo for one in item.file.hashes))
            if not item.file.desc or not functions[-1] or functions[-1] != functions[0]:
                raise ValueError(
                    "each sticker of a pack needs a description, and hashes of the same function"
                )
            made.append(item)
        if not functions:
            raise ValueError("a pack has one sticker at least")
        made.hash = pack_hash(made, algo)
        return made

    async def publish_pack(self, pack: Pack, ifrom: OptJid = None, *, timeout: float | None = None) -> str:
        """Publish a pack at our account, where everybody may get it, and give its id (section 4.3).

        :param ifrom: the account, for components; by default our own.
        :param timeout: seconds to wait for each answer.
        :raises ValueError: its hash is not that of what is in it.
        :raises XMPPError: ``feature-not-implemented``: the server would not keep to the node's options.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        id_ = id_of(pack)
        if not is_intact(pack, id_):
            raise ValueError("the pack was changed since its hash was made: pack.hash = pack_hash(pack)")
        await self.store(pack, NAMESPACE, id_, ifrom, timeout=timeout)
        return id_

    def retract_pack(
        self, id: str, ifrom: OptJid = None, **send_options: Unpack[SendOptions]
    ) -> Awaitable[Iq]:
        """Take a pack of ours back; who imported it has it.

        :raises IqError: (when awaited) ``item-not-found``: there is none.
        """
        return self.xmpp.plugin[XEP_0060].retract(ifrom, NAMESPACE, id, True, ifrom, **send_options)

    async def get_pack(
        self,
        jid: OptJid,
        id: str,
        node: str = NAMESPACE,
        ifrom: OptJid = None,
        *,
        timeout: float | None = None,
    ) -> Pack:
        """Get a pack, of which it is sure that it is the one of its id.

        :param jid: whose; by default our own.
        :param node: where it is, if not where packs are by default.
        :param ifrom: the account that asks, for components; by default our own.
        :raises StickerPackRefused: it is another one, or too large.
        :raises IqError: there is none, or it is not for us.
        :raises IqTimeout: no answer came in time.
        """
        answer = await self.retrieve(node, id, ifrom=ifrom, jid=jid, timeout=timeout)
        for item in answer[Pubsub][Items].items:
            pack = item.get(Pack)
            if item.id == id and pack is not None:
                return copy(self._checked(pack, id))
        raise StickerPackRefused("what was given is no sticker pack of that id")

    async def get_packs(
        self, jid: OptJid = None, node: str = NAMESPACE, ifrom: OptJid = None, *, timeout: float | None = None
    ) -> dict[str, Pack]:
        """Get all packs of an account by their ids; what is no pack, or another one than its id says, is left out.

        :param jid: whose; by default our own. The other parameters and the errors are those of :meth:`get_pack`.
        """
        answer = await self.retrieve(node, ifrom=ifrom, jid=jid, timeout=timeout)
        found: dict[str, Pack] = {}
        for item in answer[Pubsub][Items].items:
            pack = item.get(Pack)
            if pack is not None and len(pack.items) <= self.max_stickers and is_intact(pack, item.id):
                found[item.id] = copy(pack)
        return found

    async def import_pack(
        self,
        jid: JID | str,
        id: str,
        node: str = NAMESPACE,
        ifrom: OptJid = None,
        *,
        timeout: float | None = None,
    ) -> Pack:
        """Copy somebody's pack to our account, under the same id (section 4.5); the files stay where they are.

        :param jid: whose. The other parameters and errors are those of :meth:`get_pack` and :meth:`publish_pack`.
        :raises StickerPackRefused: its author does not want others to use it; or as of :meth:`get_pack`.
        """
        pack = await self.get_pack(jid, id, node, ifrom, timeout=timeout)
        if pack.restricted:
            raise StickerPackRefused("the stickers of this pack are not for others")
        await self.publish_pack(pack, ifrom, timeout=timeout)
        return pack

    def _checked(self, pack: Pack, id: str) -> Pack:
        if len(pack.items) > self.max_stickers:
            raise StickerPackRefused(f"the pack has more than {self.max_stickers} stickers")
        if not is_intact(pack, id):
            raise StickerPackRefused("the pack is not the one of its id")
        return pack

    # -- what peers send ----------------------------------------------------------------------------------

    @on(Message, Sticker)
    def _came(self, message: Message) -> None:
        if message.xml.get("type") != "error" and self.sticker_of(message) is not None:
            self.xmpp.event("sticker", message)
