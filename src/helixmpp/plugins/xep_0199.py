"""XEP-0199, XMPP Ping: whether somebody is there, and how long the way to them is.

Peers and servers that ping this program are answered. With ``keepalive`` the own server is pinged again and
again; when it does not answer, the connection is dead and another one is made.

Use::

    xmpp.register_plugin("xep_0199", {"keepalive": True, "interval": 60})
    seconds = await xmpp.plugin["xep_0199"].ping("example.org")
    xmpp.plugin["xep_0199"].enable_keepalive(interval=30, timeout=10)

Events: none.

Operations: none.

Limits: one ping of the keepalive is on its way at a time; it waits ``timeout`` seconds for its answer.

Version: XEP-0199 2.0.1.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from helixmpp.core.declare import Setting, listens, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import NotConnectedError
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Iq, IqError, IqTimeout

__all__ = ["NAMESPACE", "XEP_0199", "Ping"]

log = logging.getLogger(__name__)

NAMESPACE = "urn:xmpp:ping"

# RFC 6120 section 8.3.3: what our server says instead of passing the ping on to the one who was asked.
_NOT_REACHED = frozenset({"remote-server-not-found", "remote-server-timeout", "recipient-unavailable"})


class Ping(ElementBase):
    """``<ping xmlns='urn:xmpp:ping'/>``."""

    name = "ping"
    namespace = NAMESPACE
    plugin_attrib = "ping"


class XEP_0199(BasePlugin):  # noqa: N801 - the name that programs import
    """Ping: answers pings, sends them, and keeps a connection by them."""

    name = "xep_0199"
    description = "Ping: whether somebody is there; keeps a connection alive"
    xep_version = "2.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Ping),)
    features = (NAMESPACE,)

    keepalive = Setting(False, "whether the server is pinged as soon as there is a session")
    interval = Setting(300.0, "seconds from the answer to one ping of the keepalive to the next ping")
    timeout = Setting(30.0, "seconds to wait for its answer")

    def plugin_init(self) -> None:
        """Begin with no ping on its way."""
        self._pinging = False
        self._timer = f"{self.name}: keepalive"

    def plugin_end(self) -> None:
        """Ping no more."""
        self._stop()

    def session_bind(self, jid: JID) -> None:
        """Begin to ping, where that is set."""
        if self.keepalive:
            self._start()

    @on(Iq, Ping, type="get")
    def _pinged(self, iq: Iq) -> None:
        iq.reply().send()

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        self._stop()

    # -- pinging ----------------------------------------------------------------------------------------

    def send_ping(
        self,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Send a ping; the answer when awaited.

        :param jid: whom; by default our own server.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the setting ``timeout``.
        :raises IqError: (when awaited) the answer is an error.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        iq = self.xmpp.make_iq_get(ito=jid or self._server(), ifrom=ifrom)
        iq[Ping].attach()
        return iq.send(
            timeout=self.timeout if timeout is None else timeout,
            callback=callback,
            timeout_callback=timeout_callback,
        )

    async def ping(
        self,
        jid: JID | str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> float:
        """Ping somebody, and give the seconds until the answer came.

        An entity that does not know pings answers with an error (XEP-0199 section 4), which shows as well
        that it is there. Of a server that is believed. Of anybody else it is not: a server refuses in the
        same words for somebody who is offline (section 8).

        :raises IqError: the answer is an error that does not show that the one who was asked is there.
        :raises IqTimeout: no answer came in time.

        The parameters are those of :meth:`send_ping`.
        """
        asked = JID(jid) if jid else self._server()
        start = time.perf_counter()
        try:
            await self.send_ping(asked, ifrom, timeout, timeout_callback=timeout_callback)
        except IqError as error:
            if asked.local or asked.resource or error.condition in _NOT_REACHED:
                raise
        return time.perf_counter() - start

    def _server(self) -> JID:
        own = self.xmpp.boundjid
        if self.xmpp.is_component:
            # The parent domain is where the server of a component usually is; it answers for itself.
            return JID(domain=own.domain.partition(".")[2] or own.domain)
        return JID(domain=own.domain)

    # -- keeping a connection ---------------------------------------------------------------------------

    def enable_keepalive(self, interval: float | None = None, timeout: float | None = None) -> None:
        """Ping the server every ``interval`` seconds; without an answer in ``timeout`` seconds, connect anew.

        What is not given stays as the settings say.
        """
        if interval is not None:
            self.interval = interval
        if timeout is not None:
            self.timeout = timeout
        self.keepalive = True
        self._stop()
        if self.xmpp.session_bind_event.is_set():
            self._start()

    def disable_keepalive(self, event: object = None) -> None:
        """Ping no more."""
        self.keepalive = False
        self._stop()

    def _start(self) -> None:
        self.xmpp.cancel_schedule(self._timer)
        self.xmpp.schedule(self._timer, self.interval, self._keep_alive)

    def _stop(self) -> None:
        self.xmpp.cancel_schedule(self._timer)

    async def _keep_alive(self) -> None:
        if self._pinging:
            return
        self._pinging = True
        try:
            seconds = await self.ping()
            log.debug("the server answered a ping after %.3f seconds", seconds)
        except IqTimeout:
            text = f"the server did not answer a ping within {self.timeout} seconds"
            log.warning("%s; connecting anew", text)
            # It does not answer this either: there is nothing to wait for.
            self.xmpp.reconnect(0, text)
        except IqError as error:
            # Whoever refuses is there.
            log.debug("the server refused a ping: %s", error)
        except NotConnectedError:
            log.debug("the session ended before a ping was answered")
        finally:
            self._pinging = False
            if self.keepalive and self.xmpp.session_bind_event.is_set():
                self._start()
