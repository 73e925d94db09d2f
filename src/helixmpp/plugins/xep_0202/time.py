"""The plugin ``xep_0202``; see the package's docstring."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0202.stanza import NAMESPACE, EntityTime
from helixmpp.stanza import Iq

__all__ = ["XEP_0202"]


class XEP_0202(BasePlugin):  # noqa: N801 - the name that programs import
    """Entity time: tells what our clock says, and asks for that of others."""

    name = "xep_0202"
    description = "Entity time: what somebody's clock says"
    xep_version = "2.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, EntityTime),)
    features = (NAMESPACE,)

    answer = Setting(True, "whether peers are told; else they get service-unavailable")
    tz_offset = Setting(0.0, "our zone, in seconds ahead of UTC; 0 does not tell where we are")
    local_time = Setting[Callable[[JID], datetime] | None](
        None,
        "a function that gives the time, with its zone, at one of our addresses; by default the machine's time",
    )

    # -- for programs -------------------------------------------------------------------------------------

    def get_entity_time(
        self,
        to: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask what somebody's clock says: ``iq["entity_time"]["time"]`` is a datetime with its zone.

        :param to: whom; None asks our own server.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) the peer does not tell.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=to or self.xmpp.boundjid.domain, ifrom=ifrom)
        request.enable(EntityTime.plugin_attrib)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    # -- what peers ask -----------------------------------------------------------------------------------

    @on(Iq, EntityTime, type="get")
    def _asked(self, iq: Iq) -> None:
        if not self.answer:
            raise XMPPError("service-unavailable")
        answer = iq.reply()
        answer[EntityTime].time = self._now(iq["to"])
        answer.send()

    def _now(self, jid: JID) -> datetime:
        if self.local_time is not None:
            return self.local_time(jid)
        return datetime.now(UTC).astimezone(timezone(timedelta(seconds=self.tz_offset)))
