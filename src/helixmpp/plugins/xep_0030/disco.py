"""The plugin ``xep_0030``; see the package's docstring."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from copy import copy
from typing import Any, TypeVar

from helixmpp.core.api import OperationPlan
from helixmpp.core.declare import Setting, on
from helixmpp.core.engines import KeyValue
from helixmpp.core.futures import begun
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins.xep_0030.domain import DomainInfo
from helixmpp.plugins.xep_0030.saying import Saying
from helixmpp.plugins.xep_0030.stanza import NS_INFO, DiscoInfo, DiscoItems
from helixmpp.plugins.xep_0030.static import DiscoLimits, StaticDisco
from helixmpp.plugins.xep_0030.store import OPERATIONS
from helixmpp.stanza import Iq

__all__ = ["XEP_0030"]

log = logging.getLogger(__name__)

P = TypeVar("P", DiscoInfo, DiscoItems)

OptJid = JID | str | None

# Each operation has the method of its name for its default handler.
_DEFAULTS: OperationPlan = {op: (op, False) for op in OPERATIONS}


class XEP_0030(Saying):  # noqa: N801 - the name that programs import
    """Service discovery: answers for this program, and asks others."""

    name = "xep_0030"
    description = "Service discovery: what an entity is, what it can do, what belongs to it"
    xep_version = "2.5.0"
    extends = ((Iq, DiscoInfo), (Iq, DiscoItems))
    features = (NS_INFO,)  # the one that every entity has (section 3.1)

    use_cache = Setting(True, "whether answers to our own queries are kept, for get_info(cached=True)")
    wrap_results = Setting(False, "whether what is known here is given inside an iq, as what peers answer is")
    always_info_feature = Setting(
        True,
        "whether an answer names disco#info in any case (section 3.1), or only where no feature was said",
    )
    mirrors_node = Setting(
        True,
        "whether the items of a node name it (section 4.2) also where the program's own handler does not",
    )
    features_at_once = Setting(
        True, "whether the plugins' features are said as soon as they are there, or from the first session on"
    )
    cache_limit = Setting(500, "how many answers are kept")
    cache_age = Setting(3600.0, "for how many seconds")
    max_nodes = Setting(10_000, "how many nodes of our own the default store holds")
    max_items = Setting(10_000, "how many items each of them has")
    max_domain_items = Setting(20, "how many services of a domain are asked (XEP-0030 section 6.2)")

    def plugin_init(self) -> None:
        """Register the default handlers, and follow which plugins come and go."""
        self.static = StaticDisco(
            self,
            lambda: self.collection("cache", limit=self.cache_limit, value_limit=65_536),
            self.limits,
        )
        self.xmpp.api.declare(self.name, self.static, _DEFAULTS)
        self._domains = DomainInfo(self, lambda: self.max_domain_items)
        self._announced: dict[str, int] = {}
        self._undo.append((self.xmpp.plugin.watch(self._plugin_added, self._plugin_removed), ()))
        if self.always_info_feature:
            self._count(self.features, 1)

    def session_bind(self, jid: JID) -> None:
        """Say what the plugins can do under the address that is now ours."""
        for feature in self._announced:
            self.add_feature(feature)
        # What was said of nodes before there was an event loop.
        self.static.kept.write()

    # -- the features of the plugins ----------------------------------------------------------------------

    def _plugin_added(self, plugin: Any) -> None:
        if plugin is not self:
            self._count(getattr(plugin, "features", ()), 1)

    def _plugin_removed(self, plugin: Any) -> None:
        if plugin is not self:
            self._count(getattr(plugin, "features", ()), -1)

    def _count(self, features: Iterable[str], step: int) -> None:
        """A feature is announced for as long as any plugin has it."""
        for feature in features:
            before = self._announced.get(feature, 0)
            after = before + step
            if after > 0:
                self._announced[feature] = after
            else:
                self._announced.pop(feature, None)
            if before == 0 and after > 0:
                if self.features_at_once or self.xmpp.session_bind_event.is_set():
                    self.add_feature(feature)
            elif before > 0 and after <= 0:
                self.del_feature(feature=feature)

    # -- asking -------------------------------------------------------------------------------------------

    async def get_info(
        self,
        jid: OptJid = None,
        node: str | None = None,
        local: bool | None = None,
        cached: bool | None = None,
        *,
        ifrom: OptJid = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Iq | DiscoInfo:
        """Ask what an entity is and can do.

        A peer's answer is an iq with ``iq["disco_info"]``. What is known here is a ``DiscoInfo``, unless the
        setting ``wrap_results`` is on; :meth:`info_of` gives a ``DiscoInfo`` in each case.

        :param jid: whom; None is this program itself.
        :param node: which of its nodes.
        :param local: answer from what this program says of ``jid``; by default where ``jid`` is our own.
        :param cached: whether an earlier answer will do.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: the peer refused.
        :raises IqTimeout: no answer came in time.
        :raises XMPPError: ``item-not-found``, for a node that is unknown here.
        """
        peer = JID(jid) if jid else None
        asker = self._asker(ifrom)
        if self._is_local(peer, local):
            return self._wrapped(await self._local_info(peer, node, asker), peer, asker)
        if cached and self.use_cache:
            known: DiscoInfo | None = await self.api["get_cached_info"](peer, node, asker, {})
            if known is not None:
                return self._wrapped(known, peer, asker)
        request = self.xmpp.make_iq_get(ito=peer, ifrom=asker)
        request[DiscoInfo].attach()
        if node:
            request[DiscoInfo].node = node
        answer = await request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        if self.use_cache and peer is not None:
            await self.api["cache_info"](peer, node, asker, answer)
        self.xmpp.event("disco_info", answer)
        return answer

    async def info_of(
        self,
        jid: OptJid = None,
        node: str | None = None,
        *,
        local: bool | None = None,
        cached: bool = False,
        ifrom: OptJid = None,
        timeout: float | None = None,
    ) -> DiscoInfo:
        """The same as :meth:`get_info`, and always a ``DiscoInfo``."""
        found = await self.get_info(jid, node, local, cached, ifrom=ifrom, timeout=timeout)
        return found[DiscoInfo] if isinstance(found, Iq) else found

    async def get_items(
        self,
        jid: OptJid = None,
        node: str | None = None,
        local: bool | None = None,
        iterator: bool = False,
        *,
        ifrom: OptJid = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Any:
        """Ask what belongs to an entity; the parameters and the result are as those of :meth:`get_info`.

        :param iterator: give an asynchronous iterator over the pages of the answer instead (XEP-0059).
        :raises PluginNotFound: ``iterator`` is set, and the plugin ``xep_0059`` is not registered.
        """
        peer = JID(jid) if jid else None
        asker = self._asker(ifrom)
        if not iterator and self._is_local(peer, local):
            return self._wrapped(await self._local_items(peer, node, asker), peer, asker)
        request = self.xmpp.make_iq_get(ito=peer, ifrom=asker)
        request[DiscoItems].attach()
        if node:
            request[DiscoItems].node = node
        if iterator:
            return self.xmpp.plugin["xep_0059"].iterate(request, "disco_items")
        answer = await request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)
        self.xmpp.event("disco_items", answer)
        return answer

    async def items_of(
        self,
        jid: OptJid = None,
        node: str | None = None,
        *,
        local: bool | None = None,
        ifrom: OptJid = None,
        timeout: float | None = None,
    ) -> DiscoItems:
        """The same as :meth:`get_items`, and always a ``DiscoItems``."""
        found: Iq | DiscoItems = await self.get_items(jid, node, local, ifrom=ifrom, timeout=timeout)
        return found[DiscoItems] if isinstance(found, Iq) else found

    @begun
    async def supports(
        self,
        jid: OptJid = None,
        node: str | None = None,
        feature: str | None = None,
        local: bool = False,
        cached: bool = True,
        ifrom: OptJid = None,
    ) -> bool | None:
        """Whether an entity has a feature: True, False (also if it refuses to say), None when it does not answer."""
        answer: bool | None = await self.api["supports"](
            jid, node, ifrom, {"feature": feature or "", "local": local or not jid, "cached": cached}
        )
        return answer

    @begun
    async def has_identity(
        self,
        jid: OptJid = None,
        node: str | None = None,
        category: str | None = None,
        itype: str | None = None,
        lang: str | None = None,
        local: bool = False,
        cached: bool = True,
        ifrom: OptJid = None,
    ) -> bool | None:
        """Whether an entity has an identity: True, False (also if it refuses to say), None when it does not answer."""
        answer: bool | None = await self.api["has_identity"](
            jid,
            node,
            ifrom,
            {
                "category": category or "",
                "itype": itype or "",
                "lang": lang,
                "local": local or not jid,
                "cached": cached,
            },
        )
        return answer

    async def get_info_from_domain(
        self,
        domain: OptJid = None,
        timeout: float | None = None,
        cached: bool = True,
        callback: Callable[[list[Iq]], Any] | None = None,
    ) -> list[Iq]:
        """Ask a server and the services that belong to it what they are: the answers of all that answered.

        :param domain: whose; by default our own server.
        :param timeout: seconds for each of them.
        :param cached: whether what was found before will do.
        :param callback: called with the result.
        """
        infos = await self._domains.get(
            str(domain or self.xmpp.boundjid.domain), timeout=timeout, cached=cached
        )
        if callback is not None:
            callback(infos)
        return infos

    @property
    def domain_infos(self) -> Mapping[str, list[Iq]]:
        """What :meth:`get_info_from_domain` found, by domain."""
        return self._domains.known

    async def find_identities(
        self,
        category: str,
        itype: str,
        domain: OptJid = None,
        timeout: float | None = None,
        cached: bool = True,
    ) -> list[Iq]:
        """Of a server and its services those with an identity, such as ``"store", "file"`` for uploads.

        The parameters are those of :meth:`get_info_from_domain`.
        """
        infos = await self.get_info_from_domain(domain, timeout, cached)
        return [
            info
            for info in infos
            if any(found[:2] == (category, itype) for found in info[DiscoInfo].identities)
        ]

    # -- what peers ask -------------------------------------------------------------------------------------

    @on(Iq, DiscoInfo, type="get")
    async def _info_asked(self, iq: Iq) -> None:
        node = iq[DiscoInfo].node
        info: DiscoInfo | Iq | None = await self.api["get_info"](iq["to"], node, iq["from"], iq)
        if not isinstance(info, Iq):
            info = self._complete(info, node)
        send_answer(iq, info)

    @on(Iq, DiscoItems, type="get")
    async def _items_asked(self, iq: Iq) -> None:
        node = iq[DiscoItems].node
        items: DiscoItems | Iq | None = await self.api["get_items"](iq["to"], node, iq["from"], iq)
        if not isinstance(items, Iq):
            items = self._with_node(items, node)
        send_answer(iq, items)

    # -- what is known here ---------------------------------------------------------------------------------

    def limits(self) -> DiscoLimits:
        """The settings that the default store keeps to."""
        return DiscoLimits(self.max_nodes, self.max_items, self.cache_age)

    def node_collection(self) -> KeyValue | None:
        """Where nodes are kept besides memory; None where nothing lasts."""
        if not self.xmpp.has_lasting_storage:
            return None
        return self.collection("nodes", limit=self.max_nodes)

    def is_main(self, key: tuple[str, str]) -> bool:
        """Whether it is the program itself, which says at each start what it is and can do."""
        address, node = key
        return not node and address in ("", self.xmpp.boundjid.full)

    def start(self, awaitable: Awaitable[Any], what: str) -> "asyncio.Future[Any]":
        """Start a task of the client."""
        return self.xmpp.watch_task(awaitable, what)

    def own_address(self) -> JID:
        """The address that this program has now."""
        return self.xmpp.boundjid

    def is_own_account(self, jid: JID) -> bool:
        """Whether an address is the one account that a client has; a component has every address of its domain."""
        own = self.xmpp.boundjid.bare
        return not self.xmpp.is_component and jid.bare in (own, self.xmpp.requested_jid.bare, "")

    def _asker(self, ifrom: OptJid) -> JID | None:
        """Who asks: an address of a component is said in any case (XEP-0114 section 3)."""
        if ifrom:
            return JID(ifrom)
        return self.xmpp.boundjid if self.xmpp.is_component else None

    def _is_local(self, jid: JID | None, local: bool | None) -> bool:
        if local is not None:
            return local
        own = self.xmpp.boundjid
        if jid is None or jid == own:
            return True
        return self.xmpp.is_component and jid.domain == own.domain

    async def _local_info(self, jid: JID | None, node: str | None, ifrom: JID | None) -> DiscoInfo | Iq:
        info: DiscoInfo | Iq | None = await self.api["get_info"](jid, node, ifrom, {})
        return info if isinstance(info, Iq) else self._complete(info, node or "")

    async def _local_items(self, jid: JID | None, node: str | None, ifrom: JID | None) -> DiscoItems | Iq:
        items: DiscoItems | Iq | None = await self.api["get_items"](jid, node, ifrom, {})
        return items if isinstance(items, Iq) else self._with_node(items, node or "")

    def _complete(self, found: DiscoInfo | None, node: str) -> DiscoInfo:
        """What an entity has to say at least (XEP-0030 section 3.1); of a node nothing is made up."""
        if node:
            if found is None:
                raise XMPPError("item-not-found")
            info = copy(found)
            # "the response MUST mirror the specified 'node' attribute" (section 3.2)
            info.node = node
            return info
        info = DiscoInfo() if found is None else copy(found)
        if not info.identities:
            if self.xmpp.is_component:
                info.add_identity("component", "generic")
            else:
                info.add_identity("client", "bot")
        if self.always_info_feature or not info.features:
            info.add_feature(NS_INFO)
        return info

    def _with_node(self, found: DiscoItems | None, node: str) -> DiscoItems:
        if found is None and node:
            raise XMPPError("item-not-found")
        items = DiscoItems() if found is None else copy(found)
        if node and self.mirrors_node:
            items.node = node
        return items

    def _wrapped(self, payload: P | Iq, jid: JID | None, ifrom: JID | None) -> P | Iq:
        """Put a payload into an iq, where the program wants that always."""
        if isinstance(payload, Iq) or not self.wrap_results:
            return payload
        iq = self.xmpp.make_iq_result(ito=ifrom, ifrom=jid)
        iq.append(payload)
        return iq
