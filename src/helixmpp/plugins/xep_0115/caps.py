"""The plugin ``xep_0115``; see the package's docstring."""

import logging
from collections.abc import Awaitable
from copy import copy
from typing import Any, ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on, op
from helixmpp.core.done import Done
from helixmpp.core.engines import KeyValue
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, HelixError, InvalidJID, StorageError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.disco import XEP_0030
from helixmpp.plugins.xep_0030.stanza import DiscoInfo
from helixmpp.plugins.xep_0030.store import HasIdentityArgs, SupportsArgs
from helixmpp.plugins.xep_0115.asking import Advertised, Asker, AskLimits
from helixmpp.plugins.xep_0115.keeping import CapsCache, Keeping
from helixmpp.plugins.xep_0115.stanza import NAMESPACE, Capabilities
from helixmpp.plugins.xep_0115.store import CacheCapsArgs, CapsStore, VerstringArgs
from helixmpp.plugins.xep_0115.verstring import HASHES, IllFormedInfo, make_verstring, verified_part
from helixmpp.stanza import Iq, Presence

__all__ = ["XEP_0115"]

log = logging.getLogger(__name__)

OptJid = JID | str | None

# The longest hash has 88 characters; a node is an address on the web. What is longer is somebody's joke.
_LONGEST = 1024
_AVAILABLE = ("", "available")


class XEP_0115(BasePlugin):  # noqa: N801 - the name that programs import
    """Entity capabilities: learns what others can do, and says what we can."""

    name = "xep_0115"
    description = "Entity capabilities: what everybody can do, by a hash in the presence"
    xep_version = "1.6.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0004", "xep_0128"}
    extends = ((Presence, Capabilities),)
    features = (NAMESPACE,)
    api: PluginAPI[CapsStore]

    caps_node = Setting(
        "https://pypi.org/project/helixmpp", "the address on the web that names this software"
    )
    hash = Setting(
        "sha-1", "the hash function of our own capabilities; sha-1 is the one that everybody knows"
    )
    broadcast = Setting(True, "whether our presences say what we can do")
    cache = Setting[CapsCache | None](
        None, "an object with retrieve() and store() that keeps what was learnt"
    )
    max_caps = Setting(1_000, "how many hashes are remembered")
    max_jids = Setting(10_000, "of how many addresses it is remembered which hash they sent")
    jid_age = Setting(86_400.0, "for how many seconds")
    # Each is a node of service discovery, of which there are max_nodes (XEP-0030): strangers, whose presences make a
    # component answer from the address that they chose, leave room for those of the program.
    max_own = Setting(5_000, "how many addresses of our own have capabilities, at a component")
    max_queries = Setting(5, "how many questions for capabilities are on their way at a time")
    max_waiting = Setting(1_000, "how many hashes wait to be asked for")
    max_tries = Setting(3, "how many of those who sent a hash are asked until one tells the truth")
    query_timeout = Setting(15.0, "seconds to wait for the answer to one question")

    def plugin_init(self) -> None:
        """Put the hash on presences, and take over two operations of XEP-0030."""
        if self.hash not in HASHES:
            raise ValueError(f"no hash {self.hash!r} here; give one of {', '.join(HASHES)}")
        self._kept = Keeping(
            self._open, lambda: self.cache, lambda: self.jid_age, lambda: self.max_own, self._forget_own
        )
        self._asker = Asker(self, lambda work: self.xmpp.watch_task(work, self.name))
        self.xmpp.add_filter("out", self._filter_add_caps)
        disco = self.xmpp.plugin[XEP_0030]
        for name in ("supports", "has_identity"):
            # As a default: what the program put there itself stays in force.
            disco.api.register_default(self.api[name], name)
            self._undo.append((_give_back, (disco, name)))
        self._undo.append((self.xmpp.plugin.watch(self._plugins_changed, self._plugins_changed), ()))

    def plugin_end(self) -> None:
        """Ask nobody any more."""
        self._asker.clear()

    def session_bind(self, jid: JID) -> None:
        """Begin anew: the address and the features may be others than in the session before."""
        self._kept.clear_own()

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        self._asker.clear()

    # -- for programs -----------------------------------------------------------------------------------

    def generate_verstring(self, info: DiscoInfo, hash: str | None = None) -> str:
        """The verification string of what an entity says of itself (section 5.1).

        :param hash: the algorithm; by default the setting ``hash``.
        :raises IllFormedInfo: something is there twice, or a value holds ``<``.
        :raises ValueError: the algorithm is not known.
        """
        return make_verstring(info, hash or self.hash, typeless=True)

    async def update_caps(
        self,
        jid: OptJid = None,
        node: str | None = None,
        preserve: bool = False,
        broadcast: bool = True,
    ) -> str | None:
        """Work out our own verification string, answer for it, and tell everybody if it is another than before.

        :param jid: which address of ours; by default the one of the stream.
        :param node: which node of it says what we can do; by default the entity itself.
        :param preserve: send each contact the presence that it got last, with what was sent to it alone.
        :param broadcast: whether presence is sent again.
        :returns: the string; None where it cannot be worked out, which goes to the log.
        """
        own = JID(jid) if jid else self.xmpp.boundjid
        before = await self._verstring_of(own)
        try:
            made = await self._make_own(own, node)
        except (XMPPError, IllFormedInfo, StorageError) as error:
            log.warning("our own capabilities cannot be worked out: %s", error)
            return None
        if broadcast and self.broadcast and made != before and self._presence_was_sent(own):
            roster = self.xmpp.roster[own]
            if preserve:
                for item in roster.values():
                    item.send_last_presence()
            else:
                roster.send_last_presence()
        return made

    async def get_caps(self, jid: OptJid = None, verstring: str | None = None) -> DiscoInfo | None:
        """What an address that sent presence, or a verification string, can do; None where it is not known.

        Nobody is asked: :meth:`XEP_0030.supports` does that where need be.
        """
        if verstring is None:
            if not jid:
                return None
            verstring = await self.get_verstring(jid)
        if not verstring:
            return None
        found: DiscoInfo | None = await self.api["get_caps"](jid, None, None, {"verstring": verstring})
        return found

    def get_verstring(self, jid: OptJid = None) -> Awaitable[str | None]:
        """The verification string of an address, by default our own, which is worked out; None where there is none."""
        found = self._verstring_of(jid)
        if jid and JID(jid) != self.xmpp.boundjid:
            return found
        return self._own_verstring(found)

    def _verstring_of(self, jid: OptJid) -> Awaitable[str | None]:
        return self.api["get_verstring"](jid, None, None, None)

    async def _own_verstring(self, found: Awaitable[str | None]) -> str | None:
        return await found or await self.update_caps(broadcast=False)

    def assign_verstring(self, jid: OptJid = None, verstring: str | None = None) -> Awaitable[None]:
        """Say which verification string an address has, by default our own."""
        return self.api["assign_verstring"](jid, None, None, {"verstring": verstring or ""})

    def cache_caps(self, verstring: str, info: DiscoInfo | Iq) -> Awaitable[None]:
        """Say what a verification string stands for. It is believed; what a stranger says is verified before."""
        if isinstance(info, Iq):
            info = info[DiscoInfo]
        return self.api["cache_caps"](None, None, None, {"verstring": verstring, "info": info})

    # -- our own ------------------------------------------------------------------------------------------

    def _filter_add_caps(self, stanza: Any) -> Any:
        """Put our capabilities on a presence that says that we are there (section 6.1)."""
        if not isinstance(stanza, Presence) or not self.broadcast:
            return stanza
        if stanza.xml.get("type", "") not in _AVAILABLE:
            return stanza
        there = stanza.get(Capabilities)
        if there is not None and there.node != self.caps_node:
            return stanza  # the program's own, or those of somebody for whom a gateway speaks
        try:
            own = stanza["from"] or self.xmpp.boundjid
        except (BadStanza, InvalidJID):
            return stanza
        found = self._verstring_of(own)
        if isinstance(found, Done):
            known: str | None = found.result()
            if known:
                return self._annotated(stanza, known)
        return self._annotate_later(stanza, own, found)

    async def _annotate_later(self, stanza: Presence, own: JID, found: Awaitable[str | None]) -> Presence:
        try:
            verstring = await found or await self.update_caps(own, broadcast=False)
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the presence has to go out
            self.xmpp.exception(error)
            return stanza
        return self._annotated(stanza, verstring) if verstring else stanza

    def _annotated(self, stanza: Presence, verstring: str) -> Presence:
        caps = stanza[Capabilities]
        caps.hash = self.hash
        caps.node = self.caps_node
        caps.ver = verstring
        return stanza

    async def _make_own(self, own: JID, node: str | None) -> str:
        disco = self.xmpp.plugin[XEP_0030]
        info = copy(await disco.info_of(own, node, local=True))
        verstring = self.generate_verstring(info)
        info.node = f"{self.caps_node}#{verstring}"
        # Who is asked for the node of the hash gives what the hash is of, also when more was added since.
        await disco.set_info(own, info.node, info)
        await self.cache_caps(verstring, info)
        await self.assign_verstring(own, verstring)
        return verstring

    def _forget_own(self, own: str, verstring: str) -> None:
        """No longer answer for the hash of an address of ours."""
        disco = self.xmpp.plugin.get(XEP_0030)
        if disco is not None:
            disco.static.del_info(JID.parse(own), f"{self.caps_node}#{verstring}")

    def _presence_was_sent(self, own: JID) -> bool:
        return self.xmpp.is_connected() and self.xmpp.roster[own].last_status is not None

    def _plugins_changed(self, plugin: Any) -> None:
        """A plugin that comes or goes in the middle of a session brings or takes features."""
        if plugin is self or not getattr(plugin, "features", ()) or not self._kept.own:
            return
        if self.xmpp.session_bind_event.is_set():
            for own in tuple(self._kept.own):
                self.xmpp.watch_task(self._update_safely(own), self.name)

    async def _update_safely(self, own: str) -> None:
        try:
            await self.update_caps(own)
        except Exception as error:  # noqa: BLE001 - a store may raise anything, and nobody awaits this
            self.xmpp.exception(error)

    # -- those of others ----------------------------------------------------------------------------------

    @on(Presence, Capabilities)
    def _came(self, presence: Presence) -> None:
        if presence.xml.get("type", "") not in _AVAILABLE:
            return
        try:
            sender = presence["from"]
        except BadStanza:
            return  # who has no valid address cannot be asked
        if not sender or sender == self.xmpp.boundjid:
            return
        caps = presence[Capabilities]
        if not caps.hash:
            # Section 13: what cannot be verified is ignored.
            self.xmpp.event("entity_caps_legacy", presence)
            return
        self.xmpp.event("entity_caps", presence)
        asker = None
        if self.xmpp.is_component:
            asker = _address_of(presence.xml.get("to", "")) or self.xmpp.boundjid
        self.learn(sender, caps, asker)

    def learn(self, jid: JID, caps: Capabilities, asker: JID | None = None) -> None:
        """Look into the ``<c/>`` that an address sent, such as that of a server in its stream features.

        :param asker: the address of ours that may ask it, for components.
        """
        said = Advertised(jid, caps.node, caps.hash, caps.ver, asker)
        if not said.ver or not said.hash or any(len(text) > _LONGEST for text in said[1:4]):
            log.info("capabilities of %s are ignored: they have no hash, or are too long", jid)
            return
        self._asker.add(said)

    # What the asker asks of the plugin.

    def limits(self) -> AskLimits:
        """The settings that the asking keeps to."""
        return AskLimits(self.max_queries, self.max_waiting, self.max_tries, self.max_jids)

    async def is_known(self, said: Advertised) -> bool:
        """Whether a hash is known already; then it is noted who sent it."""
        if said.hash not in HASHES:
            # Kept for its sender alone, by XEP-0030 (section 5.4, number 2).
            info = await self.xmpp.plugin[XEP_0030].api["get_cached_info"](said.jid, None, said.asker, {})
            return info is not None
        if await self.get_caps(said.jid, said.ver) is None:
            return False
        await self.assign(said)
        return True

    async def ask(self, said: Advertised) -> bool | None:
        """Ask an address what its hash stands for; whether its answer is believed, None where nobody can say."""
        disco = self.xmpp.plugin[XEP_0030]
        node = f"{said.node}#{said.ver}"
        try:
            info = await disco.info_of(
                said.jid, node, local=False, ifrom=said.asker, timeout=self.query_timeout
            )
        except HelixError as error:
            log.info("%s does not say what it can do: %s", said.jid, error)
            return None
        if said.hash not in HASHES:
            await disco.api["cache_info"](said.jid, None, said.asker, info)
            return None
        verified = verified_part(info, said.hash, said.ver)
        if verified is None:
            log.info("%s says that it can do what is not of the hash that it sends", said.jid)
            return False
        await self.cache_caps(said.ver, verified)
        return True

    async def assign(self, said: Advertised) -> None:
        """Note who sent a hash that is known."""
        if await self.get_verstring(said.jid) != said.ver:
            await self.assign_verstring(said.jid, said.ver)

    def failed(self, error: Exception) -> None:
        """Tell of an error that nobody awaits."""
        self.xmpp.exception(error)

    # -- the default store ----------------------------------------------------------------------------------

    @op("cache_caps")
    async def _cache_caps(self, jid: JID, node: str, ifrom: JID | None, args: CacheCapsArgs) -> None:
        await self._kept.put(args["verstring"], args["info"])

    @op("get_caps")
    async def _get_caps(
        self, jid: JID, node: str, ifrom: JID | None, args: VerstringArgs
    ) -> DiscoInfo | None:
        return await self._kept.get(args["verstring"])

    @op("assign_verstring")
    def _assign_verstring(
        self, jid: JID, node: str, ifrom: JID | None, args: VerstringArgs
    ) -> Awaitable[None] | None:
        if self._is_own(jid):
            self._kept.assign_own(jid, args["verstring"])
            return None
        return self._kept.assign(jid, args["verstring"])

    @op("get_verstring")
    def _get_verstring(
        self, jid: JID, node: str, ifrom: JID | None, args: Any
    ) -> Awaitable[str | None] | str | None:
        # Plain for our own, so that presences need not wait for it.
        return self._kept.own.get(jid.full) if self._is_own(jid) else self._kept.assigned(jid)

    @op("supports")
    async def _supports(self, jid: JID, node: str, ifrom: JID | None, args: SupportsArgs) -> bool | None:
        info = await self._believed(jid, node, args)
        if info is not None:
            return args["feature"] in info.features
        return await self.xmpp.plugin[XEP_0030].static.supports(jid, node, ifrom, args)

    @op("has_identity")
    async def _has_identity(
        self, jid: JID, node: str, ifrom: JID | None, args: HasIdentityArgs
    ) -> bool | None:
        info = await self._believed(jid, node, args)
        if info is not None:
            wanted = (args["category"], args["itype"], args["lang"] or None)
            return any(identity[:3] == wanted for identity in info.identities)
        return await self.xmpp.plugin[XEP_0030].static.has_identity(jid, node, ifrom, args)

    async def _believed(self, jid: JID, node: str, args: SupportsArgs | HasIdentityArgs) -> DiscoInfo | None:
        if node or args.get("local") or not args.get("cached", True) or self._is_own(jid):
            return None
        return await self.get_caps(jid)

    def _is_own(self, jid: JID) -> bool:
        own = self.xmpp.boundjid
        return jid.domain == own.domain if self.xmpp.is_component else jid == own

    def _open(self, name: str) -> KeyValue:
        if name == "caps":
            return self.collection(name, limit=self.max_caps, value_limit=65_536)
        return self.collection(name, limit=self.max_jids, value_limit=_LONGEST)


def _address_of(text: str) -> JID | None:
    """The address of a text; None where it is none."""
    try:
        return JID.parse(text) if text else None
    except InvalidJID:
        return None


def _give_back(disco: XEP_0030, name: str) -> None:
    disco.api.register_default(getattr(disco.static, name), name)
