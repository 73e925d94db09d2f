"""The plugin ``xep_0095``; see the package's docstring."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on, op
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0047 import NAMESPACE as IBB
from helixmpp.plugins.xep_0047 import XEP_0047, IBBytestream
from helixmpp.plugins.xep_0065 import NAMESPACE as SOCKS5
from helixmpp.plugins.xep_0065 import XEP_0065, Socks5Stream
from helixmpp.plugins.xep_0095.stanza import NAMESPACE, SI
from helixmpp.plugins.xep_0095.store import Pending, StreamInitiationStore
from helixmpp.stanza import ElementBase, Iq

__all__ = ["IBB", "SOCKS5", "XEP_0095", "Bytestream", "Profile"]

log = logging.getLogger(__name__)

_LONGEST_SID: Final = 1024

Key = tuple[str, str, str]

#: What a stream is when it is open.
Bytestream = IBBytestream | Socks5Stream


@runtime_checkable
class Profile(Protocol):
    """What the plugin of a profile may have to be told of offers."""

    def offer_received(self, iq: Iq) -> bool:
        """Look at an offer, and pass it on; whether there is anybody to answer it.

        :raises XMPPError: what the peer gets as an answer.
        """
        ...


class XEP_0095(BasePlugin):  # noqa: N801 - the name that programs import
    """Stream Initiation: offers streams, and accepts or declines those of peers."""

    name = "xep_0095"
    description = "Stream initiation: agrees on what a bytestream is for and how it is opened"
    xep_version = "1.2"
    dependencies: ClassVar[set[str]] = {"xep_0004", "xep_0030", "xep_0047", "xep_0065"}
    # Each is one way of several to send.
    optional: ClassVar[set[str]] = {"xep_0047", "xep_0065"}
    extends = ((Iq, SI),)
    features = (NAMESPACE,)
    api: PluginAPI[StreamInitiationStore]

    max_pending = Setting(100, "how many offers may wait to be accepted or declined; the oldest is forgotten")
    max_pending_of_peer = Setting(5, "how many of them may be of one bare address")
    max_accepted = Setting(1_000, "how many accepted streams with a stream_handler may wait to be opened")

    def plugin_init(self) -> None:
        """Begin with the two methods that XEP-0096 asks for, in its order."""
        self._profiles: dict[str, object] = {}
        # name of the method -> its place in the order, and its plugin
        self._methods: dict[str, tuple[int, str]] = {}
        # with the bare address of who offers
        self._pending: dict[Key, tuple[str, Pending]] = {}
        # Who waits for the streams that were accepted, by the event of each; the oldest first.
        self._awaited: dict[str, Callable[[Any], Any]] = {}
        self.register_method(SOCKS5, "xep_0065", 50)
        self.register_method(IBB, "xep_0047", 100)

    def plugin_end(self) -> None:
        """Hand over no streams any more."""
        for event in tuple(self._awaited):
            self._forget_awaited(event)

    # -- profiles and methods ---------------------------------------------------------------------------------

    def register_profile(self, profile_name: str, plugin: object = None) -> None:
        """Take offers of a profile, and announce it.

        :param profile_name: its namespace.
        :param plugin: who handles it; one that is a :class:`Profile` is told of each offer.
        """
        self._profiles[profile_name] = plugin
        self.xmpp.plugin[XEP_0030].add_feature(profile_name)

    def unregister_profile(self, profile_name: str) -> None:
        """Take no more offers of a profile; it need not be known."""
        if profile_name in self._profiles:
            del self._profiles[profile_name]
            self.xmpp.plugin[XEP_0030].del_feature(feature=profile_name)

    def register_method(self, name: str, plugin_name: str, order: int = 50) -> None:
        """Have a method by which streams can be opened, while its plugin is there.

        :param name: its namespace.
        :param plugin_name: a plugin with the operation ``preauthorize_sid``.
        :param order: the lower, the sooner it is chosen.
        """
        self._methods[name] = (order, plugin_name)

    def unregister_method(self, name: str, plugin_name: str = "", order: int = 0) -> None:
        """Have a method no more; it need not be known. What else is given does not matter."""
        self._methods.pop(name, None)

    @property
    def methods(self) -> list[str]:
        """The methods that can be used now, the best one first."""
        found = [
            (order, name) for name, (order, plugin) in self._methods.items() if plugin in self.xmpp.plugin
        ]
        return [name for _, name in sorted(found)]

    @listens("session_bind")
    def _bound(self, jid: object) -> None:
        # Under the address that is ours now.
        for profile in self._profiles:
            self.xmpp.plugin[XEP_0030].add_feature(profile)

    # -- offering -----------------------------------------------------------------------------------------------

    def offer(
        self,
        jid: JID | str,
        sid: str | None = None,
        mime_type: str | None = None,
        profile: str | None = None,
        methods: Iterable[str] | None = None,
        payload: ElementBase | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        timeout_callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Offer a stream to a peer; the answer says by which method it is to be opened: :meth:`open_stream`.

        :param jid: the peer, a full address.
        :param sid: the name of the stream that is to come; by default a new one, which nothing tells later.
        :param mime_type: what will come by it; by default ``application/octet-stream``.
        :param profile: the namespace that says what it is for.
        :param methods: the namespaces of the methods to choose from; by default :attr:`methods`.
        :param payload: what the profile says of it.
        :param ifrom: the address to offer it from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: (when awaited) ``forbidden`` when the peer declines; ``bad-request`` when it does not know
            the profile, or none of the methods.
        :raises IqTimeout: (when awaited) no answer came in time.
        :raises ValueError: there is no profile, or ``sid`` is none.
        """
        if not profile:
            raise ValueError("an offer has a profile")
        if sid is not None and not 0 < len(sid) <= _LONGEST_SID:
            raise ValueError(f"a sid has between 1 and {_LONGEST_SID} characters")
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        si = request[SI]
        si.id = sid or self.xmpp.new_id()
        si.mime_type = mime_type or "application/octet-stream"
        si.profile = profile
        if payload is not None:
            si.append(payload)
        si.offer(self.methods if methods is None else methods)
        return request.send(callback=callback, timeout=timeout, timeout_callback=timeout_callback)

    async def open_stream(
        self,
        jid: JID | str,
        sid: str,
        answer: Iq,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
    ) -> Bytestream:
        """Open a stream that a peer has accepted.

        :param answer: that to :meth:`offer`.
        :raises StateError: the peer has chosen none of the methods of this package, which are SOCKS5 and in-band.

        The other parameters are those of :meth:`offer`; the errors also those of the methods.
        """
        method = answer[SI].chosen
        if method == SOCKS5:
            return await self.xmpp.plugin[XEP_0065].handshake(jid, ifrom, sid, timeout)
        if method == IBB:
            return await self.xmpp.plugin[XEP_0047].open_stream(jid, sid=sid, ifrom=ifrom, timeout=timeout)
        raise StateError(f"{answer['from']} has chosen no method that is known here")

    # -- accepting ----------------------------------------------------------------------------------------------

    async def accept(
        self,
        jid: JID | str,
        sid: str,
        payload: ElementBase | None = None,
        ifrom: JID | str | None = None,
        stream_handler: Callable[[Any], Any] | None = None,
    ) -> None:
        """Accept an offer; the peer will open the stream.

        :param jid: the peer.
        :param sid: the ``id`` of the offer.
        :param payload: what the profile says in an acceptance.
        :param ifrom: the address that it was offered to, for components.
        :param stream_handler: called with the stream when it is open.
        :raises StateError: there is no such offer.
        """
        pending = await self._take(jid, sid, ifrom)
        method = pending["method"]
        peer = JID(jid)
        known = self._methods.get(method)
        if known is None or known[1] not in self.xmpp.plugin:
            self._refuse(pending, peer, ifrom)
            raise StateError(f"the plugin for {method} is not there any more")
        answer = self.xmpp.make_iq_result(pending["response_id"], peer, ifrom)
        si = answer[SI]
        if payload is not None:
            si.append(payload)
        si.choose(method)
        if stream_handler is not None:
            self._await(f"stream:{sid}:{peer}", stream_handler)
        # Before the answer: the stream may come right behind it.
        await self.xmpp.plugin[known[1]].api["preauthorize_sid"](ifrom, sid, peer, None)
        answer.send()

    async def decline(self, jid: JID | str, sid: str, ifrom: JID | str | None = None) -> None:
        """Decline an offer; the parameters and errors are those of :meth:`accept`."""
        self._refuse(await self._take(jid, sid, ifrom), jid, ifrom)

    def _refuse(self, pending: Pending, jid: JID | str, ifrom: JID | str | None) -> None:
        self.xmpp.make_iq_error(
            pending["response_id"], "cancel", "forbidden", "Offer Declined", ito=jid, ifrom=ifrom
        ).send()

    def _await(self, event: str, handler: Callable[[Any], Any]) -> None:
        """Have a stream handed over when it is open; of peers that never open theirs, the oldest are forgotten."""
        self._forget_awaited(event)

        def take(stream: Any) -> Any:
            self._forget_awaited(event)
            return handler(stream)

        self._awaited[event] = take
        self.xmpp.add_event_handler(event, take)
        while len(self._awaited) > max(1, self.max_accepted):
            self._forget_awaited(next(iter(self._awaited)))

    def _forget_awaited(self, event: str) -> None:
        handler = self._awaited.pop(event, None)
        if handler is not None:
            self.xmpp.del_event_handler(event, handler)

    async def _take(self, jid: JID | str, sid: str, ifrom: JID | str | None) -> Pending:
        pending: Pending | None = await self.api["get_pending"](ifrom, sid, jid, None)
        if pending is None:
            raise StateError(f"{jid} has offered no stream {sid!r}, or it was answered")
        await self.api["del_pending"](ifrom, sid, jid, None)
        return pending

    @on(Iq, SI, type="set")
    async def _offered(self, iq: Iq) -> None:
        si = iq[SI]
        sid, profile, offered = si.id, si.profile, si.offered
        if not 0 < len(sid) <= _LONGEST_SID:
            raise XMPPError("bad-request", "an offer has an id")
        if profile not in self._profiles:
            raise XMPPError("bad-request", etype="modify", extension="bad-profile", extension_ns=NAMESPACE)
        method = next((name for name in self.methods if name in offered), None)
        if method is None:
            raise XMPPError(
                "bad-request", etype="cancel", extension="no-valid-streams", extension_ns=NAMESPACE
            )
        pending: Pending = {"response_id": iq["id"], "method": method, "profile": profile}
        await self.api["add_pending"](iq["to"], sid, iq["from"], pending)
        plugin = self._profiles[profile]
        try:
            wanted = isinstance(plugin, Profile) and plugin.offer_received(iq)
            if not wanted and not self.xmpp.event_handled("si_request"):
                raise XMPPError("forbidden", "Offer Declined", "cancel")
        except XMPPError:
            await self.api["del_pending"](iq["to"], sid, iq["from"], None)
            raise
        self.xmpp.event("si_request", iq)

    # -- the default store ----------------------------------------------------------------------------------------

    @op("add_pending")
    def _add_pending(self, jid: JID, node: str, ifrom: JID | None, args: Pending) -> None:
        key = _key(jid, node, ifrom)
        if key in self._pending:
            raise XMPPError("conflict", "there is an offer of that id")
        bare = ifrom.bare if ifrom is not None else ""
        if sum(1 for who, _ in self._pending.values() if who == bare) >= self.max_pending_of_peer:
            raise XMPPError("resource-constraint", "too many offers wait for an answer")
        self._pending[key] = (bare, args)
        while len(self._pending) > max(1, self.max_pending):
            del self._pending[next(iter(self._pending))]

    @op("get_pending")
    def _get_pending(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Pending | None:
        found = self._pending.get(_key(jid, node, ifrom))
        return found[1] if found is not None else None

    @op("del_pending")
    def _del_pending(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        self._pending.pop(_key(jid, node, ifrom), None)

    @listens("session_end")
    def _session_over(self, reason: object) -> None:
        # Nobody waits for an answer any more.
        self._pending.clear()
        for event in tuple(self._awaited):
            self._forget_awaited(event)


def _key(jid: JID, sid: str, peer: JID | None) -> Key:
    return (str(jid), sid, str(peer or ""))
