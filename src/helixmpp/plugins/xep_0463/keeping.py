"""Where the lists of rooms are kept (XEP-0463): the default operations, and writing one version after the other."""

import asyncio
from typing import Any

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0463.store import Affiliations, AffiliationsStore, from_bytes, to_bytes

__all__ = ["Keeping", "Key"]

#: Our address and that of the room; that of a client is the bare one.
Key = tuple[str, str]


class Keeping(BasePlugin):
    """Keeps the lists of rooms, of which what is written last is the latest."""

    api: PluginAPI[AffiliationsStore]

    max_kept = Setting(500, "the lists of how many rooms the default store keeps")
    kept_size = Setting(4_194_304, "how many bytes the lists of one room may have there")

    def _begin_keeping(self) -> None:
        self._unsaved: dict[Key, Affiliations | None] = {}
        self._saving: asyncio.Future[Any] | None = None

    def _save(self, key: Key, lists: Affiliations | None) -> None:
        """Keep the lists of a room; None for none."""
        self._unsaved[key] = lists
        if self._saving is None or self._saving.done():
            self._saving = self.xmpp.watch_task(self._write(), self.name)

    async def _write(self) -> None:
        # One after the other, and of several changes in a row the last one.
        while self._unsaved:
            key, lists = self._unsaved.popitem()
            own = JID(key[0])
            if lists is None:
                await self.api["del_affiliations"](own, key[1], None, None)
            else:
                copied = Affiliations(lists.version, dict(lists.members))
                await self.api["set_affiliations"](own, key[1], None, copied)

    @op("get_affiliations")
    async def _get_affiliations(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Affiliations | None:
        return from_bytes(await self._kept().get(f"{jid.bare} {node}"))

    @op("set_affiliations")
    async def _set_affiliations(self, jid: JID, node: str, ifrom: JID | None, args: Affiliations) -> None:
        value = to_bytes(args)
        if len(value) > self.kept_size:
            # An older one would do no good.
            await self._kept().delete(f"{jid.bare} {node}")
        else:
            await self._kept().put(f"{jid.bare} {node}", value)

    @op("del_affiliations")
    async def _del_affiliations(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        await self._kept().delete(f"{jid.bare} {node}")

    def _kept(self) -> KeyValue:
        return self.collection("affiliations", limit=self.max_kept, value_limit=self.kept_size)
