"""The plugin ``xep_0319``; see the package's docstring."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.plugins.xep_0319.stanza import NAMESPACE, Idle
from helixmpp.plugins.xep_0319.store import IdleStore
from helixmpp.stanza import Presence, StanzaBase, codec_for

__all__ = ["XEP_0319"]

_LONGEST = 100  # bytes of a date and time


class XEP_0319(BasePlugin):  # noqa: N801 - the name that programs import
    """Last user interaction: says in presences since when we have been idle."""

    name = "xep_0319"
    description = "Last user interaction: since when the person behind a presence has been idle"
    xep_version = "1.0.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Presence, Idle),)
    features = (NAMESPACE,)
    api: PluginAPI[IdleStore]

    max_entries = Setting(10_000, "of how many addresses the default store keeps since when they are idle")

    def plugin_init(self) -> None:
        """Put the moment into the presences that go out."""
        # What was put in last, by the sender: a presence that is sent again still has it, and programs put
        # in moments of their own, which are none of our business.
        self._stamped: dict[str, str] = {}
        self.xmpp.add_filter("out", self._stamp)

    # -- for programs -----------------------------------------------------------------------------------

    def idle(self, jid: JID | str | None = None, since: datetime | None = None) -> Awaitable[None]:
        """Say in presences from now on that we have been idle.

        :param jid: which of our addresses; by default the one that we have.
        :param since: since when, with its zone; by default now.
        :raises FieldValueError: ``since`` has no zone.
        """
        moment = datetime.now(UTC).replace(microsecond=0) if since is None else since
        Idle().since = moment  # refuses what cannot be sent
        return self.api["set_idle"](jid, None, None, moment)

    def active(self, jid: JID | str | None = None) -> Awaitable[None]:
        """Say so no more: the person is back."""
        return self.api["set_idle"](jid, None, None, None)

    # -- presences --------------------------------------------------------------------------------------

    async def _stamp_async(self, presence: Presence) -> StanzaBase:
        sender = presence.xml.get("from", "")
        old = presence.get(Idle)
        if old is not None and old.xml.get("since") != self._stamped.get(sender):
            return presence  # the program's own
        try:
            since: datetime | None = await self.api["get_idle"](presence["from"], None, None, None)
            if since is None:
                presence[Idle] = None
                self._stamped.pop(sender, None)
            else:
                idle = presence[Idle]
                idle.since = since
                while len(self._stamped) >= self.max_entries:
                    del self._stamped[next(iter(self._stamped))]
                self._stamped[sender] = idle.xml.get("since", "")
        except Exception as error:  # noqa: BLE001 - a store may raise anything; the presence goes out all the same
            self.xmpp.exception(error)
        return presence

    def _stamp(self, stanza: StanzaBase) -> "StanzaBase | Awaitable[StanzaBase]":
        # Only who is available can be idle.
        if isinstance(stanza, Presence) and "type" not in stanza.xml.attrib:
            return self._stamp_async(stanza)
        return stanza

    @on(Presence, Idle)
    def _came(self, presence: Presence) -> None:
        if "type" in presence.xml.attrib:
            return
        try:
            known = presence[Idle].since is not None
        except BadStanza:
            known = False
        if known:
            self.xmpp.event("presence_idle", presence)

    # -- the default store ------------------------------------------------------------------------------

    @op("set_idle")
    async def _set_idle(self, jid: JID, node: str, ifrom: JID | None, args: datetime | None) -> None:
        if args is None:
            await self._entries().delete(self._key(jid))
        else:
            await self._entries().put(self._key(jid), codec_for(datetime).format(args).encode())

    @op("get_idle")
    async def _get_idle(self, jid: JID, node: str, ifrom: JID | None, args: None) -> datetime | None:
        value = await self._entries().get(self._key(jid))
        try:
            return None if value is None else codec_for(datetime).parse(value.decode())
        except ValueError:
            return None

    def _entries(self) -> KeyValue:
        return self.collection("idle", limit=self.max_entries, value_limit=_LONGEST)

    def _key(self, jid: JID) -> str:
        # The one account of a client: the server may give it another resource each time.
        if not self.xmpp.is_component and jid.bare == self.xmpp.boundjid.bare:
            return jid.bare
        return jid.full
