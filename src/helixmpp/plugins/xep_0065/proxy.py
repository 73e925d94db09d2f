"""The plugin ``xep_0065``; see the package's docstring."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Final

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on
from helixmpp.errors import BadStanza, StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0047.accepting import Accepting
from helixmpp.plugins.xep_0065.dialing import connect_to, local_addresses
from helixmpp.plugins.xep_0065.listener import Listener
from helixmpp.plugins.xep_0065.socks5 import Socks5Failure, destination, is_destination
from helixmpp.plugins.xep_0065.stanza import NAMESPACE, Socks5, StreamHostUsed
from helixmpp.plugins.xep_0065.store import Socks5Store
from helixmpp.plugins.xep_0065.stream import Connection, Socks5Stream
from helixmpp.stanza import Iq, IqError, IqTimeout

__all__ = ["XEP_0065"]

log = logging.getLogger(__name__)

_LONGEST_SID: Final = 1024

# A streamhost as it is offered: its address, and the host and port to connect to.
Offer = tuple[JID, str, int]
Key = tuple[str, str, str]


class XEP_0065(Accepting):  # noqa: N801 - the name that programs import
    """SOCKS5 Bytestreams: starts them, over a proxy or directly, and accepts those of peers."""

    name = "xep_0065"
    description = "SOCKS5 bytestreams: TCP connections between two addresses, direct or over a proxy"
    xep_version = "1.8.2"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Socks5),)
    features = (NAMESPACE,)
    api: PluginAPI[Socks5Store]

    direct = Setting(False, "whether peers may connect to this machine, which tells them its addresses")
    hosts: "Setting[tuple[str, ...]]" = Setting(
        (), "names or addresses under which peers reach it; by default those that it has", kinds=(tuple, list)
    )
    external_port = Setting(0, "the port under which they reach it, if a router forwards another one")
    listen_hosts: "Setting[tuple[str, ...]]" = Setting(
        ("0.0.0.0", "::"),  # noqa: S104 - who sets `direct` wants peers to connect, and it is for one bytestream
        "the local addresses that it listens on then",
        kinds=(tuple, list),
    )
    listen_port = Setting(0, "the port that it listens on; 0 for any that is free")
    private_hosts = Setting(True, "whether to connect to streamhosts outside of the public internet")
    connect_timeout = Setting(8.0, "seconds to connect to one streamhost")
    negotiation_timeout = Setting(25.0, "seconds to connect to any of those that a peer offers")
    max_streamhosts = Setting(8, "how many of them are tried")
    max_proxies = Setting(5, "how many proxies are asked for their address and offered to peers")
    max_gather = Setting(67_108_864, "how many bytes gather() takes where it is not told how many")

    def plugin_init(self) -> None:
        """Begin without streams."""
        self._streams: dict[Key, Socks5Stream] = {}
        # Those of peers, by bare address, from the request on.
        self._of_peers: dict[Key, str] = {}
        #: Proxies that a program knows: host and port by address. Those of our server are looked for without these.
        self.proxies: dict[JID, tuple[str, int]] = {}
        self._found: dict[JID, tuple[str, int]] = {}
        self._begin_accepting()
        # What is under way is for one session; the number of the one that goes on.
        self._session = 0

    def plugin_end(self) -> None:
        """End every stream."""
        self._session += 1
        self.close()

    # -- starting -------------------------------------------------------------------------------------------

    async def handshake(
        self,
        to: JID | str,
        ifrom: JID | str | None = None,
        sid: str | None = None,
        timeout: float | None = None,
    ) -> Socks5Stream:
        """Start a bytestream to a peer, over a proxy of our server or, with the setting ``direct``, to this machine.

        :param to: the peer, as a full address.
        :param ifrom: the address to start it from, for components.
        :param sid: a name for it that no other one with this peer has; by default a new one.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        :raises IqError: the peer does not want it (``not-acceptable``), could not connect to any streamhost
            (``item-not-found``), or the proxy refused to start it.
        :raises IqTimeout: an answer did not come in time.
        :raises Socks5Failure: there is no streamhost to offer, or ours is not connected to it.
        :raises StateError: there is a bytestream of that sid with that peer.
        :raises ValueError: ``sid`` is none.
        """
        peer, own = JID(to), JID(ifrom) if ifrom else self.xmpp.boundjid
        sid = self.xmpp.new_id() if sid is None else sid
        _check_sid(sid)
        if _key(own, sid, peer) in self._streams:
            raise StateError(f"there is a bytestream {sid!r} with {peer} already")
        if not self._found and not self.proxies:
            await self.discover_proxies(ifrom=ifrom, timeout=timeout)
        dstaddr = destination(sid, own, peer)
        listener = Listener(dstaddr, self.xmpp.watch_task)
        try:
            offers = [*await self._listen(listener, own), *self._offers_of_proxies()]
            if not offers:
                raise Socks5Failure(
                    "there is no proxy, and the setting 'direct' is off: no streamhost to offer"
                )
            answer = await self.request_stream(peer, sid, ifrom, timeout, streamhosts=offers)
            used = _used(answer)
            if used == own and listener.port:
                connection = listener.take()
                if connection is None:
                    raise Socks5Failure(f"{peer} says that it is connected to us, which it is not")
            else:
                connection = await self._over_proxy(used, sid, dstaddr, peer, ifrom, timeout)
        finally:
            listener.close()
        return self._established(connection, sid, own, peer, used)

    def request_stream(
        self,
        to: JID | str,
        sid: str | None = None,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
        *,
        streamhosts: Iterable[Offer] | None = None,
    ) -> Awaitable[Iq]:
        """Offer streamhosts to a peer, by default the proxies that are known; the answer says which one it took.

        A step of :meth:`handshake`, whose other parameters it has. The answer has
        ``iq["socks"]["streamhost_used"]["jid"]``.
        """
        sid = self.xmpp.new_id() if sid is None else sid
        request = self.xmpp.make_iq_set(ito=to, ifrom=ifrom)
        query = request[Socks5]
        query.sid = sid
        # Section 7: in a room the peer knows neither our address nor its own as we do.
        query.dstaddr = destination(sid, JID(ifrom) if ifrom else self.xmpp.boundjid, to)
        for jid, host, port in self._offers_of_proxies() if streamhosts is None else streamhosts:
            query.add_streamhost(jid, host, port)
        return request.send(timeout=timeout, callback=callback)

    async def _listen(self, listener: Listener, own: JID) -> list[Offer]:
        if not self.direct:
            return []
        try:
            await listener.start(self.listen_hosts, self.listen_port)
        except OSError as error:
            log.warning("this machine cannot be a streamhost: %s", error)
            return []
        port = self.external_port or listener.port
        return [(own, host, port) for host in self.hosts or local_addresses()]

    async def _over_proxy(
        self, proxy: JID, sid: str, dstaddr: str, peer: JID, ifrom: JID | str | None, timeout: float | None
    ) -> Connection:
        address = dict(self._all_proxies()).get(proxy)
        if address is None:
            raise Socks5Failure(f"{peer} is connected to a streamhost that was not offered")
        connection = await self._connect(proxy, *address, dstaddr)
        try:
            await self.activate(proxy, sid, peer, ifrom, timeout)
        except BaseException:
            connection[1].transport.abort()
            raise
        return connection

    async def _connect(self, jid: JID, host: str, port: int, dstaddr: str) -> Connection:
        try:
            return await connect_to(
                host, port, dstaddr, timeout=self.connect_timeout, private=self.private_hosts
            )
        except Socks5Failure as error:
            raise Socks5Failure(f"{jid} at {host!r}, port {port}: {error}") from error

    # -- proxies --------------------------------------------------------------------------------------------

    async def discover_proxies(
        self, jid: JID | str | None = None, ifrom: JID | str | None = None, timeout: float | None = None
    ) -> dict[JID, tuple[str, int]]:
        """Find the proxies of a server: the host and port of each, by its address. They are offered from then on.

        :param jid: the server; by default our own.
        :param ifrom: the address to ask from, for components.
        :param timeout: seconds to wait for each answer; by default the client's ``response_timeout``.
        """
        try:
            infos = await self.xmpp.plugin[XEP_0030].find_identities("proxy", "bytestreams", jid, timeout)
        except (IqError, IqTimeout) as error:
            log.info("no proxies were found: %s", error)
            return {}
        addresses = [info["from"] for info in infos[: self.max_proxies]]
        found = await asyncio.gather(*(self._address_of(one, ifrom, timeout) for one in addresses))
        proxies = {one: address for one, address in zip(addresses, found, strict=True) if address is not None}
        self._found.update(proxies)
        return proxies

    async def _address_of(
        self, proxy: JID, ifrom: JID | str | None, timeout: float | None
    ) -> tuple[str, int] | None:
        try:
            answer = await self.get_network_address(proxy, ifrom, timeout)
            for streamhost in answer[Socks5].streamhosts[: self.max_streamhosts]:
                if streamhost.jid == proxy:
                    return streamhost.host, streamhost.port
        except (IqError, IqTimeout, BadStanza) as error:
            log.info("the proxy %s does not give its address: %s", proxy, error)
        return None

    def get_network_address(
        self,
        proxy: JID | str,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Ask a proxy where it can be connected to; the answer has ``iq["socks"]["streamhosts"]``."""
        request = self.xmpp.make_iq_get(ito=proxy, ifrom=ifrom)
        request[Socks5].attach()
        return request.send(timeout=timeout, callback=callback)

    def activate(
        self,
        proxy: JID | str,
        sid: str,
        target: JID | str,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[Iq], Any] | None = None,
    ) -> Awaitable[Iq]:
        """Let a proxy start a bytestream that both sides are connected to (section 6.3.5).

        A step of :meth:`handshake`, whose other parameters it has.
        """
        request = self.xmpp.make_iq_set(ito=proxy, ifrom=ifrom)
        request[Socks5].sid = sid
        request[Socks5].activate = str(JID(target))
        return request.send(timeout=timeout, callback=callback)

    def _offers_of_proxies(self) -> list[Offer]:
        return [(jid, host, port) for jid, (host, port) in self._all_proxies()]

    def _all_proxies(self) -> list[tuple[JID, tuple[str, int]]]:
        return list({**self._found, **self.proxies}.items())[-self.max_proxies :]

    # -- streams --------------------------------------------------------------------------------------------

    def get_socket(self, sid: str) -> Socks5Stream | None:
        """Give the open bytestream of a sid; None when there is none."""
        return next((stream for key, stream in self._streams.items() if key[1] == sid), None)

    def deactivate(self, sid: str) -> None:
        """Close the bytestream of a sid; it need not be there."""
        stream = self.get_socket(sid)
        if stream is not None:
            stream.transport.close()

    def close(self) -> None:
        """Close every bytestream, once what is buffered has been sent."""
        for stream in tuple(self._streams.values()):
            stream.transport.close()

    def gather_limit(self) -> int:
        """Called by the streams: the setting ``max_gather``."""
        return self.max_gather

    def forget(self, stream: Socks5Stream, error: Exception | None) -> None:
        """Called by a stream that has ended."""
        key = _key(stream.self_jid, stream.sid, stream.peer_jid)
        if self._streams.get(key) is stream:
            del self._streams[key]
            self._of_peers.pop(key, None)
        self.xmpp.event("socks5_closed", error)

    def _established(
        self, connection: Connection, sid: str, own: JID, peer: JID, streamhost: JID
    ) -> Socks5Stream:
        stream = Socks5Stream(self, connection, sid, own, peer, streamhost)
        self._streams[_key(own, sid, peer)] = stream
        self.xmpp.watch_task(stream.watch(), f"xep_0065 {sid}")
        event = f"stream:{sid}:{peer}"
        # Whoever waits for this very stream reads it.
        pumped = not self.xmpp.event_handled(event)
        self.xmpp.event("socks5_connected", sid)
        self.xmpp.event("socks5_stream", stream)
        self.xmpp.event(event, stream)
        if pumped and self.xmpp.event_handled("socks5_data"):
            self.xmpp.watch_task(self._pump(stream), f"xep_0065 data of {sid}")
        return stream

    async def _pump(self, stream: Socks5Stream) -> None:
        """Raise an event for what comes; its handlers set the pace."""
        try:
            async for data in stream:
                await self.xmpp.event_async("socks5_data", data)
            await stream.close()
        except Socks5Failure as error:
            log.info("%r: %s", stream, error)
            stream.abort()

    # -- what peers send ------------------------------------------------------------------------------------

    @on(Iq, Socks5, type="set")
    async def _requested(self, iq: Iq) -> None:
        request = iq[Socks5]
        sid, dstaddr, peer, own = request.sid, request.dstaddr, iq["from"], iq["to"] or self.xmpp.boundjid
        offers = [(one.jid, one.host, one.port) for one in request.streamhosts[: self.max_streamhosts]]
        if not 0 < len(sid) <= _LONGEST_SID or not offers or (dstaddr and not is_destination(dstaddr)):
            raise XMPPError("bad-request", "a bytestream has a sid and streamhosts")
        if request.mode != "tcp":
            raise XMPPError("not-acceptable", "only TCP")
        key = _key(own, sid, peer)
        self._check_new(key, peer)
        if not await self._is_accepted(own, sid, peer, iq):
            raise XMPPError("not-acceptable")
        # Others may have come while the operations were asked.
        self._check_new(key, peer)
        self._of_peers[key] = peer.bare
        session = self._session
        try:
            used, connection = await self._connect_to_any(offers, dstaddr or destination(sid, peer, own))
            if session != self._session:
                # Who asked has no use for an answer any more, and the next session none for the connection.
                connection[1].transport.abort()
                raise XMPPError("not-acceptable", "the session is over")
        except BaseException:
            self._of_peers.pop(key, None)
            raise
        answer = iq.reply()
        answer[Socks5].sid = sid
        answer[Socks5][StreamHostUsed].jid = used
        answer.send()
        self._established(connection, sid, own, peer, used)

    def _check_new(self, key: Key, peer: JID) -> None:
        if key in self._streams or key in self._of_peers:
            raise XMPPError("not-acceptable", "there is a bytestream of that sid")
        self._check_room(list(self._of_peers.values()), peer)

    async def _connect_to_any(self, offers: list[Offer], dstaddr: str) -> tuple[JID, Connection]:
        """Connect to the first streamhost that can be connected to, in their order (section 5.3.2)."""
        try:
            async with asyncio.timeout(self.negotiation_timeout):
                for jid, host, port in offers:
                    try:
                        return jid, await self._connect(jid, host, port, dstaddr)
                    except Socks5Failure as error:
                        log.info("a streamhost cannot be used: %s", error)
        except TimeoutError:
            log.info("no streamhost could be connected to within %s seconds", self.negotiation_timeout)
        raise XMPPError("item-not-found", "none of the streamhosts can be connected to")

    @listens("session_end")
    def _session_over(self, reason: object) -> None:
        # The connections go on without the session; the proxies of the next server may be others.
        self._session += 1
        self._found.clear()


def _check_sid(sid: str) -> None:
    if not 0 < len(sid) <= _LONGEST_SID:
        raise ValueError(f"a sid has between 1 and {_LONGEST_SID} characters")


def _used(answer: Iq) -> JID:
    query = answer.get(Socks5)
    used = query.get(StreamHostUsed) if query is not None else None
    try:
        if used is not None:
            return used.jid
    except BadStanza:
        pass
    raise Socks5Failure(f"{answer['from']} does not say which streamhost it is connected to")


def _key(jid: JID, sid: str, peer: JID) -> Key:
    return (str(jid), sid, str(peer))
