"""The default store of XEP-0115: what hashes stand for, and who sent which."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from helixmpp.core.engines import KeyValue
from helixmpp.errors import HelixError, StorageError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030.stanza import DiscoInfo
from helixmpp.xml import parse_one, serialize

__all__ = ["CapsCache", "Keeping"]

log = logging.getLogger(__name__)


class CapsCache(Protocol):
    """A cache object of a program, which holds what verification strings stand for."""

    def retrieve(self, key: str) -> DiscoInfo | None:
        """What a verification string stands for, or None."""
        ...

    def store(self, key: str, value: DiscoInfo) -> object:
        """Keep it."""
        ...


class Keeping:
    """Capabilities by hash, hashes by address; our own hashes in memory, as each session makes them anew.

    :param collection: gives the collection of a name.
    :param cache: gives the object that a program has in the place of the first collection, or None.
    :param jid_age: gives how many seconds an address keeps its hash.
    :param max_own: how many addresses of our own have one.
    :param forgotten: told of an address of ours, with its hash, that has none any more.
    """

    def __init__(
        self,
        collection: Callable[[str], KeyValue],
        cache: Callable[[], CapsCache | None],
        jid_age: Callable[[], float],
        max_own: Callable[[], int],
        forgotten: Callable[[str, str], object],
    ) -> None:
        self._collection = collection
        self._cache = cache
        self._jid_age = jid_age
        self._max_own = max_own
        self._forgotten = forgotten
        self.own: OrderedDict[str, str] = OrderedDict()

    async def put(self, verstring: str, info: DiscoInfo) -> None:
        """Keep what a hash stands for; what is too large is not kept."""
        cache = self._cache()
        if cache is not None:
            cache.store(verstring, info)
            return
        try:
            await self._collection("caps").put(verstring, serialize(info.xml).encode())
        except StorageError as error:
            log.info("the capabilities of a hash are not kept: %s", error)

    async def get(self, verstring: str) -> DiscoInfo | None:
        """What a hash stands for."""
        cache = self._cache()
        if cache is not None:
            return cache.retrieve(verstring)
        value = await self._collection("caps").get(verstring)
        if value is None:
            return None
        try:
            element = parse_one(value)
            if element.tag != DiscoInfo.tag_name():
                raise ValueError(f"it is no {DiscoInfo.tag_name()}")
        except (HelixError, ValueError) as error:
            log.warning("capabilities cannot be read back and are left out: %s", error)
            return None
        return DiscoInfo(xml=element)

    def assign_own(self, jid: JID, verstring: str) -> None:
        """Keep the hash of an address of ours."""
        self.own[jid.full] = verstring
        self.own.move_to_end(jid.full)
        while len(self.own) > self._max_own():
            self._forgotten(*self.own.popitem(last=False))

    def clear_own(self) -> None:
        """Forget the hashes of all addresses of ours."""
        while self.own:
            self._forgotten(*self.own.popitem())

    async def assign(self, jid: JID, verstring: str) -> None:
        """Keep the hash that an address sent."""
        await self._collection("jids").put(jid.full, verstring.encode(), self._jid_age())

    async def assigned(self, jid: JID) -> str | None:
        """The hash that an address sent."""
        value = await self._collection("jids").get(jid.full)
        return None if value is None else value.decode("utf-8", "replace")
