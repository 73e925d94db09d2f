"""What a server and the services that belong to it are, asked once and kept."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from helixmpp.errors import HelixError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoItems
from helixmpp.stanza import Iq

__all__ = ["DomainAsker", "DomainInfo"]

log = logging.getLogger(__name__)

_MAX_DOMAINS = 16


class DomainAsker(Protocol):
    """What is asked of the plugin."""

    async def get_info(self, jid: str, *, local: bool, timeout: float | None) -> object:
        """The iq with what an entity is."""
        ...

    async def items_of(self, jid: str, *, local: bool, timeout: float | None) -> DiscoItems:
        """What belongs to an entity."""
        ...


class DomainInfo:
    """The services of a few domains."""

    def __init__(self, disco: DomainAsker, max_services: Callable[[], int]) -> None:
        self._disco = disco
        self._max_services = max_services
        self.known: OrderedDict[str, list[Iq]] = OrderedDict()

    async def get(self, domain: str, *, timeout: float | None, cached: bool) -> list[Iq]:
        """The answers of a domain and its services; of those that answered."""
        if cached and domain in self.known:
            self.known.move_to_end(domain)
            return list(self.known[domain])
        addresses = [domain, *await self._services(domain, timeout)]
        answers = await asyncio.gather(*(self._info(address, timeout) for address in addresses))
        infos = [answer for answer in answers if answer is not None]
        if infos:
            self.known[domain] = infos
            while len(self.known) > _MAX_DOMAINS:
                self.known.popitem(last=False)
        return list(infos)

    async def _services(self, domain: str, timeout: float | None) -> list[str]:
        try:
            items = await self._disco.items_of(domain, local=False, timeout=timeout)
        except HelixError as error:
            log.info("%s does not say what belongs to it: %s", domain, error)
            return []
        services = {str(jid) for jid, _, _ in items.get_items()} - {domain}
        # A pubsub service may list thousands of nodes; services have domains of their own and come first.
        ordered = sorted(services, key=lambda address: ("@" in address, address))
        return ordered[: self._max_services()]

    async def _info(self, address: str, timeout: float | None) -> Iq | None:
        try:
            answer = await self._disco.get_info(str(JID(address)), local=False, timeout=timeout)
        except HelixError as error:
            log.info("%s does not say what it is: %s", address, error)
            return None
        return answer if isinstance(answer, Iq) else None
