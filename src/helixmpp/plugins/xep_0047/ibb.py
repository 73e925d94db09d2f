"""The plugin ``xep_0047``; see the package's docstring."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on, op
from helixmpp.core.done import Done
from helixmpp.errors import BadStanza, StateError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0047.accepting import Accepting
from helixmpp.plugins.xep_0047.stanza import LARGEST_BLOCK, NAMESPACE, Close, Data, Open
from helixmpp.plugins.xep_0047.store import BytestreamStore
from helixmpp.plugins.xep_0047.stream import IBBytestream, StreamLimits
from helixmpp.stanza import Iq, IqTimeout, Message

__all__ = ["XEP_0047"]

log = logging.getLogger(__name__)

# A sid is a name; that of a stream which XEP-0095 agreed on may be any string.
_LONGEST_SID: Final = 1024

Key = tuple[str, str, str]


class XEP_0047(Accepting):  # noqa: N801 - the name that programs import
    """In-Band Bytestreams: opens them, accepts those of peers, and hands over what comes by them."""

    name = "xep_0047"
    description = "In-band bytestreams: pipes of bytes through the stream itself"
    xep_version = "2.0.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Iq, Open), (Iq, Data), (Iq, Close), (Message, Data))
    features = (NAMESPACE,)
    api: PluginAPI[BytestreamStore]

    block_size = Setting(4096, "the most bytes of a block in streams that are opened here")
    max_block_size = Setting(8192, "the most bytes of a block in streams that a peer opens")
    window_size = Setting(1, "how many blocks are on their way before the first is acknowledged")
    max_unread = Setting(1_048_576, "how many bytes of a stream may be unread before its peer has to wait")
    max_gather = Setting(67_108_864, "how many bytes gather() takes where it is not told how many")

    def plugin_init(self) -> None:
        """Begin without streams."""
        self._streams: dict[Key, IBBytestream] = {}
        self._begin_accepting()
        # Whatever the operations make of them: the streams that are open, and those of peers by bare address.
        self._open: dict[IBBytestream, str] = {}

    def plugin_end(self) -> None:
        """End every stream."""
        self._end_all("the plugin was disabled", tell_peer=True)

    # -- for programs -----------------------------------------------------------------------------------------

    async def open_stream(
        self,
        jid: JID | str,
        *,
        block_size: int | None = None,
        sid: str | None = None,
        use_messages: bool = False,
        ifrom: JID | str | None = None,
        timeout: float | None = None,
        callback: Callable[[IBBytestream], Any] | None = None,
    ) -> IBBytestream:
        """Open a bytestream to a peer, and give it once the peer has accepted it.

        :param jid: the peer, a full address.
        :param block_size: the most bytes of a block, up to 65535; by default the setting ``block_size``.
        :param sid: a name for the stream that no other one with this peer has; by default a new one.
        :param use_messages: let the blocks travel in messages, which nobody acknowledges (section 4).
        :param ifrom: the address to open it from, for components.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :param callback: called with the stream, too.
        :raises IqError: the peer does not accept: ``not-acceptable``, or ``resource-constraint`` of type
            ``modify`` when it wants smaller blocks.
        :raises IqTimeout: no answer came in time.
        :raises StateError: there is a stream of that sid with that peer.
        :raises ValueError: ``block_size`` or ``sid`` is none.
        """
        size = self.block_size if block_size is None else block_size
        if not 1 <= size <= LARGEST_BLOCK:
            raise ValueError(f"block_size is a number of bytes from 1 to {LARGEST_BLOCK}, not {size}")
        sid = self.xmpp.new_id() if sid is None else sid
        if not 0 < len(sid) <= _LONGEST_SID:
            raise ValueError(f"a sid has between 1 and {_LONGEST_SID} characters")
        peer = JID(jid)
        own = JID(ifrom) if ifrom else self.xmpp.boundjid
        if await self.api["get_stream"](own, sid, peer, None) is not None:
            raise StateError(f"there is a bytestream {sid!r} with {peer} already")
        opening = Open()
        opening.sid, opening.block_size = sid, size
        opening.stanza = "message" if use_messages else "iq"
        stream = IBBytestream(self, sid, size, own, peer, use_messages, ifrom=JID(ifrom) if ifrom else None)
        # Before the request: what the peer sends right behind its answer has to find the stream.
        self._open[stream] = ""
        try:
            await self.api["set_stream"](own, sid, peer, stream)
            await self.xmpp.make_iq_set(opening, peer, ifrom).send(timeout=timeout)
        except BaseException as error:
            # The peer may still accept what nobody waits for any more.
            unsure = isinstance(error, IqTimeout | asyncio.CancelledError)
            stream.fail(f"it was not opened: {error}", tell_peer=unsure)
            raise
        self._started(stream)
        if callback is not None:
            callback(stream)
        return stream

    # -- what peers send --------------------------------------------------------------------------------------

    @on(Iq, Open, type="set")
    async def _opened(self, iq: Iq) -> None:
        opening = iq[Open]
        sid, size, peer = opening.sid, opening.block_size, iq["from"]
        use_messages = opening.stanza == "message"
        if not 0 < len(sid) <= _LONGEST_SID or size == 0:
            raise XMPPError("bad-request", "a bytestream has a sid and blocks of one byte or more")
        self._check_room(self._of_peers(), peer)
        if size > self.max_block_size:
            raise XMPPError("resource-constraint", f"blocks of {self.max_block_size} bytes, please", "modify")
        own = iq["to"] or self.xmpp.boundjid
        if not await self._is_accepted(own, sid, peer, iq):
            raise XMPPError("not-acceptable", etype="cancel")
        # Others may have come while the operations were asked.
        self._check_room(self._of_peers(), peer)
        if await self.api["get_stream"](own, sid, peer, None) is not None:
            raise XMPPError("not-acceptable", "there is a bytestream of that sid", "cancel")
        ifrom = own if self.xmpp.is_component else None
        stream = IBBytestream(self, sid, size, own, peer, use_messages, ifrom=ifrom)
        self._open[stream] = peer.bare
        try:
            await self.api["set_stream"](own, sid, peer, stream)
        except BaseException as error:
            stream.fail(f"it was not kept: {error}", tell_peer=False)
            raise
        iq.reply().send()
        self._started(stream)

    @on(Iq, Data, type="set")
    def _data(self, iq: Iq) -> Awaitable[None] | None:
        found = self._find(iq, iq[Data].sid)
        if isinstance(found, Done):
            # At once, so that blocks that are not waited for keep their order.
            self._take(found.result(), iq)
            return None
        return self._take_later(found, iq)

    @on(Message, Data)
    def _message_data(self, message: Message) -> Awaitable[None] | None:
        if message["type"] == "error":
            return None  # the event message_error tells of it, too, and of those that came back without the block
        try:
            found = self._find(message, message[Data].sid)
        except BadStanza:
            return None  # from nobody, or to nobody, that it could be a stream with
        if isinstance(found, Done):
            self._take(found.result(), message)
            return None
        return self._take_later(found, message)

    @on(Iq, Close, type="set")
    async def _closed(self, iq: Iq) -> None:
        stream = await self._find(iq, iq[Close].sid)
        if stream is None:
            raise XMPPError("item-not-found")
        stream.close_received()
        iq.reply().send()

    @listens("message_error")
    def _message_came_back(self, message: Message) -> None:
        id_ = message["id"]
        for stream in tuple(self._open):
            if stream.owns_message(id_) and message["from"] == stream.peer_jid:
                stream.fail(f"a block came back: {message['error']['condition']}", tell_peer=True)

    @listens("session_end")
    def _session_over(self, reason: object) -> None:
        self._end_all(f"the session is over: {reason or 'disconnected'}", tell_peer=False)

    def _find(self, stanza: Iq | Message, sid: str) -> Awaitable[IBBytestream | None]:
        return self.api["get_stream"](stanza["to"], sid, stanza["from"], None)

    async def _take_later(self, found: Awaitable[IBBytestream | None], stanza: Iq | Message) -> None:
        self._take(await found, stanza)

    def _take(self, stream: IBBytestream | None, stanza: Iq | Message) -> None:
        if stream is not None and stream.use_messages == isinstance(stanza, Message):
            stream.data_received(stanza)
        elif isinstance(stanza, Iq):
            raise XMPPError("item-not-found")
        else:
            log.debug("a block of an unknown bytestream from %s is dropped", stanza["from"])

    def _of_peers(self) -> list[str]:
        return [bare for bare in self._open.values() if bare]

    # -- streams ----------------------------------------------------------------------------------------------

    def _started(self, stream: IBBytestream) -> None:
        stream.stream_started = True
        self.xmpp.event("ibb_stream_start", stream)
        self.xmpp.event(f"stream:{stream.sid}:{stream.peer_jid}", stream)

    def _end_all(self, reason: str, *, tell_peer: bool) -> None:
        for stream in tuple(self._open):
            stream.fail(reason, tell_peer=tell_peer)

    def limits(self) -> StreamLimits:
        """Called by the streams: the settings of this moment."""
        return StreamLimits(self.max_unread, self.max_gather, self.window_size)

    def forget(self, stream: IBBytestream) -> None:
        """Called by a stream that has ended."""
        if self._open.pop(stream, None) is None:
            return
        result = self.api["del_stream"](stream.self_jid, stream.sid, stream.peer_jid, None)
        if not isinstance(result, Done):
            self.xmpp.watch_task(result, "xep_0047.del_stream")

    # -- the default store ------------------------------------------------------------------------------------

    @op("get_stream")
    def _get_stream(self, jid: JID, node: str, ifrom: JID | None, args: None) -> IBBytestream | None:
        return self._streams.get(_key(jid, node, ifrom))

    @op("set_stream")
    def _set_stream(self, jid: JID, node: str, ifrom: JID | None, args: IBBytestream) -> None:
        self._streams[_key(jid, node, ifrom)] = args

    @op("del_stream")
    def _del_stream(self, jid: JID, node: str, ifrom: JID | None, args: None) -> None:
        self._streams.pop(_key(jid, node, ifrom), None)


def _key(jid: JID, sid: str, peer: JID | None) -> Key:
    return (str(jid), sid, str(peer or ""))
