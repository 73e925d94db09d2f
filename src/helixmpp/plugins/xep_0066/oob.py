"""The plugin ``xep_0066``; see the package's docstring."""

import inspect
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any, ClassVar

import helixmpp.plugins.xep_0066.stanza as oob_stanza
from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0066.stanza import NS_IQ, NS_X, OOB, OOBTransfer
from helixmpp.stanza import Iq, Message, Presence

__all__ = ["XEP_0066"]

UrlHandler = Callable[[Iq], Any]

_LONGEST_URL = 8_192


class XEP_0066(BasePlugin):  # noqa: N801 - the name that programs import
    """Out-of-band data: URLs in messages, and files that others are asked to fetch."""

    name = "xep_0066"
    description = "Out-of-band data: URLs beside a text, files that others fetch"
    xep_version = "1.5"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, OOB), (Presence, OOB), (Iq, OOBTransfer))
    features = (NS_IQ, NS_X)
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = oob_stanza

    max_handlers = Setting(1_000, "how many senders may have a handler of their own")

    def plugin_init(self) -> None:
        """Begin without handlers: every offer is refused."""
        #: The handlers: ``"global"`` for everybody, ``"jid"`` by sender.
        self.url_handlers: dict[str, Any] = {"global": None, "jid": {}}

    # -- for programs -------------------------------------------------------------------------------------

    def register_url_handler(self, jid: JID | str | None = None, handler: UrlHandler | None = None) -> None:
        """Have ``handler(iq)`` decide about files that we are asked to fetch.

        It fetches ``iq["oob_transfer"]["url"]`` and returns, which is the answer that it is here; it raises
        ``XMPPError("item-not-found")`` where that failed, or ``XMPPError("not-acceptable")`` where it does not want to.
        It may be a coroutine function. Anybody may ask for any URL, also of hosts that only we can reach.

        :param jid: for offers of this sender alone: a bare or a full address.
        :param handler: None takes the handler off.
        :raises ValueError: there are ``max_handlers`` senders with one.
        """
        if jid is None:
            self.url_handlers["global"] = handler
            return
        by_sender: dict[str, UrlHandler] = self.url_handlers["jid"]
        key = JID(jid).full
        if handler is None:
            by_sender.pop(key, None)
            return
        if key not in by_sender and len(by_sender) >= self.max_handlers:
            raise ValueError(
                f"no more than {self.max_handlers} senders (max_handlers) have a handler of their own"
            )
        by_sender[key] = handler

    def send_oob(
        self,
        to: JID | str,
        url: str,
        desc: str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask somebody to fetch a file; the answer comes when it was fetched.

        :param to: a full address.
        :param url: where it is.
        :param desc: what it is, for people.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) it could not be fetched (``item-not-found``), or was not wanted.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_set(ito=to, ifrom=ifrom)
        request[OOBTransfer].url = url
        request[OOBTransfer].desc = desc
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    # -- what peers ask -----------------------------------------------------------------------------------

    @on(Iq, OOBTransfer, type="set")
    async def _offered(self, iq: Iq) -> None:
        url = iq[OOBTransfer].url
        if not url or len(url) > _LONGEST_URL:
            raise XMPPError("bad-request", "a URL is needed")
        sender = iq["from"]
        by_sender: dict[str, UrlHandler] = self.url_handlers["jid"]
        handler: UrlHandler | None = (
            by_sender.get(sender.full) or by_sender.get(sender.bare) or self.url_handlers["global"]
        )
        if handler is None:
            raise XMPPError("service-unavailable")
        result = handler(iq)
        if inspect.isawaitable(result):
            await result
        # "MUST NOT send the IQ result until it has retrieved the complete file" (section 2)
        iq.reply().send()
