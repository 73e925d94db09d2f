"""The plugin ``xep_0012``; see the package's docstring."""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, on, op
from helixmpp.core.engines import KeyValue
from helixmpp.core.futures import begun
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._answers import send_answer
from helixmpp.plugins.xep_0012.stanza import NAMESPACE, LastActivity
from helixmpp.plugins.xep_0012.store import ActivityArgs, LastActivityStore
from helixmpp.stanza import Iq

__all__ = ["XEP_0012"]

log = logging.getLogger(__name__)

_OVERHEAD = 200  # bytes of a record besides the status
_BYTES_OF_A_CHARACTER = 12  # at most, in JSON


class XEP_0012(BasePlugin):  # noqa: N801 - the name that programs import
    """Last activity: says when we, or the addresses of a component, were last active, and asks others."""

    name = "xep_0012"
    description = "Last activity: how long ago somebody was active, how long a service has been running"
    xep_version = "2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, LastActivity),)
    features = (NAMESPACE,)
    api: PluginAPI[LastActivityStore]

    answer = Setting(True, "whether peers are told; else they get service-unavailable")
    max_entries = Setting(10_000, "of how many addresses the default store keeps the last activity")
    max_status = Setting(1_024, "the longest status that it keeps, in characters")

    def plugin_init(self) -> None:
        """Take the clock that tells wall time: what is kept has to make sense after a restart."""
        self._clock: Callable[[], float] = time.time

    # -- for programs -----------------------------------------------------------------------------------

    def begin_idle(self, jid: JID | str | None = None, status: str | None = None) -> Awaitable[None]:
        """Count the seconds from now on: the user went away."""
        return self.set_last_activity(jid, 0, status)

    def end_idle(self, jid: JID | str | None = None) -> Awaitable[None]:
        """Count no more: the user is back."""
        return self.del_last_activity(jid)

    def start_uptime(self, status: str | None = None) -> Awaitable[None]:
        """Count the seconds from now on as the uptime of this component."""
        return self.set_last_activity(None, 0, status)

    def set_last_activity(
        self, jid: JID | str | None = None, seconds: int | None = None, status: str | None = None
    ) -> Awaitable[None]:
        """Say when the last activity of an address was.

        :param jid: whose; by default our own.
        :param seconds: how many seconds ago it was; None is now.
        :param status: what was said with it.
        """
        return self.api["set_last_activity"](jid, None, None, {"seconds": seconds, "status": status})

    def del_last_activity(self, jid: JID | str | None = None) -> Awaitable[None]:
        """Forget the last activity of an address, by default our own."""
        return self.api["del_last_activity"](jid, None, None, None)

    @begun
    async def get_last_activity(
        self,
        jid: JID | str | None = None,
        local: bool = False,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Iq:
        """Ask when somebody was last active; the answer is ``iq["last_activity"]``.

        :param jid: whom: an account, a connected client, a server; by default this program itself.
        :param local: answer from what is kept here.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: the peer refuses: ``forbidden``, ``service-unavailable`` ...
        :raises IqTimeout: no answer came in time.
        :raises XMPPError: ``service-unavailable``, when nothing is known here.
        """
        peer = JID(jid) if jid else None
        if local or peer is None or peer == self.xmpp.boundjid:
            found: Iq | None = await self.api["get_last_activity"](peer, None, ifrom, None)
            if found is None:
                raise XMPPError("service-unavailable")
            return found
        request = self.xmpp.make_iq_get(ito=peer, ifrom=ifrom)
        request[LastActivity].attach()
        return await request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    # -- what peers ask ---------------------------------------------------------------------------------

    @on(Iq, LastActivity, type="get")
    async def _asked(self, iq: Iq) -> None:
        if not self.answer:
            # Section 5: "A client MUST provide a way for a human user to disable sending".
            raise XMPPError("service-unavailable")
        found: Iq | None = await self.api["get_last_activity"](iq["to"], None, iq["from"], iq)
        if found is None:
            raise XMPPError("service-unavailable")
        send_answer(iq, found)

    # -- the default store ------------------------------------------------------------------------------

    @op("set_last_activity")
    async def _set(self, jid: JID, node: str, ifrom: JID | None, args: ActivityArgs) -> None:
        seconds = args.get("seconds") or 0
        status = (args.get("status") or "")[: self.max_status]
        # A status that cannot be sent is refused now, and not when somebody asks.
        activity = LastActivity()
        activity.seconds = seconds
        activity.status = status
        record = {"since": self._clock() - seconds, "status": status}
        await self._entries().put(self._key(jid), json.dumps(record).encode())

    @op("get_last_activity")
    async def _get(self, jid: JID, node: str, ifrom: JID | None, args: Iq | None) -> Iq:
        if ifrom is not None and not self._may_see(jid, ifrom):
            # Before anything is looked up: who may not see our presence does not learn whether we are there.
            raise XMPPError("forbidden")
        since, status = _record(await self._entries().get(self._key(jid)))
        answer = args.reply() if isinstance(args, Iq) else self.xmpp.make_iq_result(ito=ifrom, ifrom=jid)
        activity = answer[LastActivity]
        # The clock of the machine may have been set back since.
        activity.seconds = max(0, int(self._clock() - since))
        if status:
            activity.status = status
        return answer

    @op("del_last_activity")
    async def _del(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        await self._entries().delete(self._key(jid))

    def _entries(self) -> KeyValue:
        size = self.max_status * _BYTES_OF_A_CHARACTER + _OVERHEAD
        return self.collection("activities", limit=self.max_entries, value_limit=size)

    def _key(self, jid: JID) -> str:
        # The one account of a client: the server may give it another resource each time.
        if not self.xmpp.is_component and jid.bare == self.xmpp.boundjid.bare:
            return jid.bare
        return jid.full

    def _may_see(self, jid: JID, asker: JID) -> bool:
        own = self.xmpp.boundjid
        if asker.bare in (jid.bare, own.bare, ""):
            # RFC 6120 section 8.1.2.1: from no address is from our own account.
            return True
        if self.xmpp.is_component and not jid.local:
            return True  # the uptime of a service is no presence
        item = self.xmpp.roster[jid if self.xmpp.is_component else None].peek(asker)
        return item is not None and item.from_


def _record(value: bytes | None) -> tuple[float, str]:
    if value is not None:
        try:
            record = json.loads(value)
            return float(record["since"]), str(record["status"])
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a last activity that was kept cannot be read back and is left out: %s", error)
    raise XMPPError("service-unavailable")
