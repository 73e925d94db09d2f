"""The plugin ``xep_0191``; see the package's docstring."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar

from helixmpp.core.declare import on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0191.stanza import Block, Blocked, BlockList, Unblock
from helixmpp.stanza import Error, Iq

__all__ = ["XEP_0191"]


class XEP_0191(BasePlugin):  # noqa: N801 - the name that programs import
    """Blocking: addresses that our server is to keep away from us."""

    name = "xep_0191"
    description = "Blocking: whom our server keeps away from us"
    xep_version = "1.3"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, BlockList), (Iq, Block), (Iq, Unblock), (Error, Blocked))

    # -- for programs -------------------------------------------------------------------------------------

    def get_blocked(
        self,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask whom we blocked: ``iq["blocklist"]["items"]``. From then on the server tells of changes, too.

        :param ifrom: the address to ask from.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the answer.
        :raises IqError: (when awaited) the server blocks nobody.
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get(ifrom=ifrom)
        request.enable(BlockList.plugin_attrib)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)

    async def get_blocked_jids(
        self, ifrom: JID | str | None = None, timeout: float | None = None
    ) -> set[JID]:
        """Ask whom we blocked; the parameters are those of :meth:`get_blocked`.

        :raises BadStanza: the server's list has what is no address.
        """
        return (await self.get_blocked(ifrom, timeout))[BlockList].items

    def block(
        self,
        jids: JID | str | Iterable[JID | str],
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Block addresses: an account with all its resources, one resource, or a whole domain (section 5).

        The other parameters are those of :meth:`get_blocked`.

        :raises ValueError: there is no address.
        """
        return self._change(Block(), _several(jids), ifrom, timeout, callback, timeout_callback)

    def unblock(
        self,
        jids: JID | str | Iterable[JID | str],
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Unblock addresses; the parameters are those of :meth:`block`."""
        return self._change(Unblock(), _several(jids), ifrom, timeout, callback, timeout_callback)

    def unblock_all(self, ifrom: JID | str | None = None, timeout: float | None = None) -> Awaitable[Iq]:
        """Unblock everybody (section 3.5)."""
        request = self.xmpp.make_iq_set(Unblock(), ifrom=ifrom)
        return request.send(timeout=timeout)

    # -- what the server tells ------------------------------------------------------------------------------

    @on(Iq, Block, type="set")
    def _blocked(self, iq: Iq) -> None:
        self._pushed(iq, Block, "blocked")

    @on(Iq, Unblock, type="set")
    def _unblocked(self, iq: Iq) -> None:
        self._pushed(iq, Unblock, "unblocked")

    def _pushed(self, iq: Iq, cls: type[BlockList], event: str) -> None:
        try:
            ours = iq["from"].full in ("", self.xmpp.boundjid.bare)
        except BadStanza:
            ours = False
        if self.xmpp.is_component or not ours:
            # Only our own server keeps our list; others are not told more than of a request that nobody knows.
            raise XMPPError("service-unavailable")
        if not iq[cls].items and cls is Block:
            raise XMPPError("bad-request", "nobody is named")
        iq.reply().send()
        self.xmpp.event(event, iq)

    def _change(
        self,
        payload: BlockList,
        jids: list[JID],
        ifrom: JID | str | None,
        timeout: float | None,
        callback: Callable[[Iq], Any] | None,
        timeout_callback: Callable[[Iq], Any] | None,
    ) -> Awaitable[Iq]:
        if not jids or not all(jids):
            # An empty <unblock/> unblocks everybody, which is not to happen by an empty list.
            raise ValueError("block() and unblock() need an address; unblock_all() unblocks everybody")
        payload.items = jids
        request = self.xmpp.make_iq_set(payload, ifrom=ifrom)
        return request.send(timeout=timeout, callback=callback, timeout_callback=timeout_callback)


def _several(jids: JID | str | Iterable[JID | str]) -> list[JID]:
    if isinstance(jids, JID | str):
        return [JID(jids)]
    return [JID(jid) for jid in jids]
