"""The plugin ``xep_0462``; see the package's docstring."""

from collections.abc import Iterable
from types import ModuleType
from typing import ClassVar

import helixmpp.plugins.xep_0462.stanza as filter_stanza
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0030.stanza.items import DiscoItems
from helixmpp.plugins.xep_0462.stanza import NAMESPACE, Filter

__all__ = ["XEP_0462"]


class XEP_0462(BasePlugin):  # noqa: N801 - the name that programs import
    """PubSub type filtering: asks a service for nodes of some types only."""

    name = "xep_0462"
    description = "PubSub type filtering: asks a service for nodes of some types only"
    xep_version = "0.1.1"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030"}
    extends = ((DiscoItems, Filter),)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = filter_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    def plugin_init(self) -> None:
        """Announce it where this program may be a service (section 3.1)."""
        if self.xmpp.is_component:
            disco = self.xmpp.plugin[XEP_0030]
            disco.add_feature(NAMESPACE)
            self._undo.append((self._withdraw, ()))

    def _withdraw(self) -> None:
        self.xmpp.plugin[XEP_0030].del_feature(feature=NAMESPACE)

    async def nodes(
        self,
        service: JID | str,
        included: Iterable[str] | None = None,
        excluded: Iterable[str] | None = None,
        *,
        node: str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
    ) -> dict[str, str]:
        """Ask a service for its nodes of some types: their names, by node.

        A service that does not know filters gives all its nodes: :meth:`is_supported` tells.

        :param included: of which types they are to be; ``""`` for nodes without one.
        :param excluded: of which types they are not to be.
        :param node: only the nodes below this one.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises ValueError: both are given (section 3.2).
        :raises IqError: the service refuses.
        :raises IqTimeout: no answer came in time.
        """
        if included is not None and excluded is not None:
            raise ValueError("types are either included or excluded (XEP-0462 section 3.2)")
        address = JID(service)
        asker = ifrom or (self.xmpp.boundjid if self.xmpp.is_component else None)
        request = self.xmpp.make_iq_get(ito=address, ifrom=asker)
        query = request[DiscoItems]
        query.attach()
        if node:
            query.node = node
        if included is not None:
            query[Filter].included_types = included
        if excluded is not None:
            query[Filter].excluded_types = excluded
        answer = await request.send(timeout=timeout)
        # What another address has is no node of the service.
        return {
            found: name or ""
            for jid, found, name in answer[DiscoItems].get_items()
            if found and jid == address
        }

    async def is_supported(self, service: JID | str, *, ifrom: JID | str | None = None) -> bool:
        """Whether a service knows filters (section 3.1)."""
        return bool(await self.xmpp.plugin[XEP_0030].supports(service, feature=NAMESPACE, ifrom=ifrom))
