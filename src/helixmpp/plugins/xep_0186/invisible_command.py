"""The plugin ``xep_0186``; see the package's docstring."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from helixmpp.core.declare import listens
from helixmpp.core.plugin import BasePlugin
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0186.stanza import NAMESPACE, Invisible, Visible
from helixmpp.stanza import Iq

__all__ = ["XEP_0186"]


class XEP_0186(BasePlugin):  # noqa: N801 - the name that programs import
    """Invisible command: online without being seen."""

    name = "xep_0186"
    description = "Invisible command: online without being seen"
    xep_version = "0.14.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Invisible), (Iq, Visible))

    def plugin_init(self) -> None:
        """Nobody asked for anything yet."""
        self._invisible = False

    @property
    def is_invisible(self) -> bool:
        """Whether the server hides us in this session."""
        return self._invisible

    async def is_supported(self, *, timeout: float | None = None) -> bool:
        """Whether our server has the command (section 4).

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: it does not tell.
        :raises IqTimeout: no answer came in time.
        """
        info = await self.xmpp.plugin[XEP_0030].info_of(
            self.xmpp.boundjid.domain, local=False, cached=True, timeout=timeout
        )
        return NAMESPACE in info.features

    def set_invisible(
        self,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
        *,
        probe: bool = False,
    ) -> Awaitable[Iq]:
        """Have the server hide us for the rest of the session (section 3.1).

        :param ifrom: the address to ask from.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :param timeout_callback: called with the request when no answer came in time.
        :param probe: whether the server asks contacts for their presence, by which some may find out about ours.
        :raises IqError: (when awaited) the server does not know the command, or refuses.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        payload = Invisible()
        # "The client SHOULD always include the 'probe' attribute" (section 3.1).
        payload.probe = probe
        return self._change(payload, ifrom, timeout, callback, timeout_callback)

    def set_visible(
        self,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Have the server hide us no more (section 3.2); contacts see us after the next presence that we send.

        The parameters are those of :meth:`set_invisible`.
        """
        return self._change(Visible(), ifrom, timeout, callback, timeout_callback)

    def _change(
        self,
        payload: Invisible | Visible,
        ifrom: JID | str | None,
        timeout: float | None,
        callback: Callable[[Iq], Any] | None,
        timeout_callback: Callable[[Iq], Any] | None,
    ) -> Awaitable[Iq]:
        def answered(iq: Iq) -> Any:
            if iq["type"] == "result":
                self._invisible = isinstance(payload, Invisible)
            return callback(iq) if callback is not None else None

        request = self.xmpp.make_iq_set(payload, ifrom=ifrom)
        return request.send(timeout=timeout, callback=answered, timeout_callback=timeout_callback)

    @listens("session_start")
    def _session_started(self, _: object) -> None:
        # "Invisible mode is active only for the current session" (section 2).
        self._invisible = False
