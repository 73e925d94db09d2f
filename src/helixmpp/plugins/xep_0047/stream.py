"""One in-band bytestream: a pipe of bytes in both directions between us and a peer."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, Self

from helixmpp.core.done import Done
from helixmpp.core.futures import mute
from helixmpp.errors import BadStanza, HelixError, NotConnectedError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0047.gathering import gathered
from helixmpp.plugins.xep_0047.inbox import Inbox
from helixmpp.plugins.xep_0047.stanza import LARGEST_BLOCK, Close, Data
from helixmpp.stanza import Iq, IqError, IqTimeout, Message

if TYPE_CHECKING:
    from helixmpp.core.basexmpp import BaseXMPP

__all__ = ["BytestreamClosed", "IBBytestream", "StreamLimits"]

_READ_AT_ONCE: Final = 262_144  # bytes that are read from a file in one go


class BytestreamClosed(HelixError, ConnectionError):
    """A bytestream has ended, and more was wanted of it; the message says why it ended."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Bytes that may be unread, bytes that ``gather()`` takes by itself, blocks that may be on their way."""

    max_unread: int
    max_gather: int
    window_size: int


class StreamOwner(Protocol):
    """What a bytestream asks of the plugin that it belongs to."""

    @property
    def xmpp(self) -> "BaseXMPP":
        """The client or component."""
        ...

    def limits(self) -> StreamLimits:
        """The settings of this moment."""
        ...

    def forget(self, stream: "IBBytestream") -> None:
        """Called once when a stream has ended."""
        ...


class IBBytestream:
    """A bytestream; the plugin makes it.

    ``await stream.sendall(data)`` sends, ``async for data in stream`` receives until the peer closes it, and
    ``async with stream`` closes it. The attributes ``sid``, ``block_size`` (bytes), ``self_jid``, ``peer_jid`` and
    ``use_messages`` say what was agreed on.
    """

    def __init__(
        self,
        owner: StreamOwner,
        sid: str,
        block_size: int,
        jid: JID,
        peer: JID,
        use_messages: bool = False,
        *,
        ifrom: JID | None = None,
    ) -> None:
        self._owner = owner
        self.xmpp = owner.xmpp
        self.sid = sid
        self.block_size = block_size
        self.self_jid = jid
        self.peer_jid = peer
        self.use_messages = use_messages
        self.stream_started = False
        # What stanzas are sent from; a client's server fills that in.
        self._ifrom = ifrom
        self._inbox = Inbox(lambda: owner.limits().max_unread)
        self._sending = asyncio.Lock()
        self._send_seq = 0
        self._recv_seq = 0
        self._closing = False
        self._error: BytestreamClosed | None = None
        self._ended: asyncio.Future[None] = self.xmpp.loop.create_future()
        # The ids of its messages begin so, which tells when one of them comes back as an error.
        self._token = secrets.token_hex(16)

    def __repr__(self) -> str:
        return f"<IBBytestream {self.sid!r} with {self.peer_jid}>"

    @property
    def stream_in_closed(self) -> bool:
        """Whether nothing comes any more; what has come before can still be read."""
        return self._ended.done()

    @property
    def stream_out_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closing or self._ended.done()

    @property
    def unread(self) -> int:
        """How many bytes have come and were not read yet."""
        return len(self._inbox)

    # -- sending --------------------------------------------------------------------------------------------

    async def send(self, data: bytes | str, timeout: float | None = None) -> int:
        """Send one block, and wait until the peer has taken it; give how many bytes of ``data`` it had.

        :param data: of which at most ``block_size`` bytes are sent; a text is those of its UTF-8.
        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises BytestreamClosed: the stream has ended, or ends before the answer.
        :raises IqError: the peer, or a server on the way, refused the block; the stream has ended (section 2.2).
        :raises IqTimeout: no answer came in time; the stream has ended.
        """
        return await self._send(_blocks_of(_bytes_of(data)[: self.block_size], self.block_size), timeout)

    async def sendall(self, data: bytes | str, timeout: float | None = None) -> None:
        """Send all of it, block by block; the parameter ``timeout`` and the errors are those of :meth:`send`.

        ``window_size`` blocks are on their way at a time.
        """
        await self._send(_blocks_of(_bytes_of(data), self.block_size), timeout)

    async def sendfile(self, file: IO[bytes], timeout: float | None = None) -> int:
        """Send a file, from where it stands to its end; give the number of bytes. It is read in a thread.

        The parameter ``timeout`` and the errors are those of :meth:`send`.
        """
        return await self._send(_blocks_of_file(file, self.block_size), timeout)

    async def _send(self, blocks: AsyncIterator[bytes], timeout: float | None) -> int:
        sent = 0
        on_the_way: deque[Awaitable[Any]] = deque()
        self._check_can_send()
        # What one call sends stays together.
        async with self._sending:
            self._check_can_send()
            async for block in blocks:
                while len(on_the_way) >= max(1, self._owner.limits().window_size):
                    await self._taken(on_the_way.popleft())
                self._check_can_send()
                on_the_way.append(self._put(block, timeout))
                sent += len(block)
            while on_the_way:
                await self._taken(on_the_way.popleft())
        return sent

    def _put(self, block: bytes, timeout: float | None) -> Awaitable[Any]:
        data = Data()
        data.sid, data.seq, data.data = self.sid, self._send_seq, block
        sent: Awaitable[Any]
        if self.use_messages:
            message = self.xmpp.make_message(self.peer_jid, mfrom=self._ifrom)
            message["id"] = f"{self._token}-{self._send_seq}"
            message.append(data)
            sent = message.send()
        else:
            sent = self.xmpp.make_iq_set(data, self.peer_jid, self._ifrom).send(timeout=timeout)
        self._send_seq = (self._send_seq + 1) % (LARGEST_BLOCK + 1)
        if isinstance(sent, asyncio.Future):
            mute(sent)
        return sent

    async def _taken(self, sent: Awaitable[Any]) -> None:
        """Wait until a block was taken, or the stream ends."""
        if isinstance(sent, Done):
            return
        future = asyncio.ensure_future(sent)
        mute(future)
        await asyncio.wait({future, self._ended}, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            future.cancel()
            raise self._why_closed()
        try:
            future.result()
        except (IqError, IqTimeout, NotConnectedError) as error:
            # Section 2.2: "Upon receiving an error related to the data packet, the sender MUST close".
            self.fail(f"a block was not taken: {error}", tell_peer=not isinstance(error, NotConnectedError))
            raise

    def _check_can_send(self) -> None:
        if self.stream_out_closed:
            raise self._why_closed()

    def _why_closed(self) -> BytestreamClosed:
        # A new one each time: an exception keeps the frames of who raised it.
        return BytestreamClosed(str(self._error) if self._error is not None else "the bytestream is closed")

    # -- receiving ------------------------------------------------------------------------------------------

    def read(self, size: int = -1) -> bytes:
        """Give what has come and was not read yet, at most ``size`` bytes; ``b""`` when there is nothing.

        :raises BytestreamClosed: there is nothing, and the stream has ended by an error.
        """
        if not self._inbox and self._error is not None:
            raise self._why_closed()
        return self._inbox.take(size)

    def recv(self, size: int = -1) -> bytes:
        """The same as :meth:`read`."""
        return self.read(size)

    async def receive(self, size: int = -1) -> bytes:
        """Wait until something has come and give it, at most ``size`` bytes; ``b""`` at the end of the stream.

        :raises BytestreamClosed: the stream has ended by an error, and nothing is left of what came before.
        """
        while not self._inbox and not self._ended.done():
            await self._inbox.wait()
        return self.read(size)

    async def gather(self, max_data: int | None = None, timeout: float | None = 3600) -> bytes:
        """Give all that comes until the stream ends.

        :param max_data: stop at that many bytes; None means all, of which there may be ``max_gather``.
        :param timeout: seconds for all of it; None waits for ever.
        :raises BytestreamClosed: the stream ended by an error, or there was more than ``max_gather`` bytes.
        :raises TimeoutError: it did not end in time. What has come is lost.
        """
        limit = self._owner.limits().max_gather

        def too_much() -> Exception:
            self.fail(f"more than {limit} bytes came (max_gather)", tell_peer=True)
            return self._why_closed()

        return await gathered(self.receive, max_data, limit, timeout, too_much)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        data = await self.receive()
        if not data:
            raise StopAsyncIteration
        return data

    # -- the end --------------------------------------------------------------------------------------------

    async def close(self, timeout: float | None = None) -> None:
        """End the stream in both directions; until the peer agrees, what it still sends is received.

        What waits in :meth:`send` raises ``BytestreamClosed``. A stream that has ended can be closed again.

        :param timeout: seconds to wait for the peer's answer; by default the client's ``response_timeout``.
        :raises IqTimeout: the peer did not answer; the stream has ended all the same.
        """
        if self.stream_out_closed:
            return
        self._closing = True
        try:
            await self._close_request().send(timeout=timeout)
        except IqError:
            pass  # section 2.3: "In either case, both parties MUST consider the bytestream to be closed"
        finally:
            self._end(None)

    async def wait_closed(self) -> None:
        """Wait until the stream has ended, however that comes."""
        await asyncio.shield(self._ended)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def fail(self, reason: str, *, tell_peer: bool) -> None:
        """End the stream by an error; ``tell_peer`` also sends ``<close/>``, whose answer nobody waits for."""
        if self._ended.done():
            return
        if tell_peer and not self._closing:
            answer = self._close_request().send()
            if isinstance(answer, asyncio.Future):
                mute(answer)
        self._end(BytestreamClosed(f"the bytestream with {self.peer_jid} has ended: {reason}"))

    def _close_request(self) -> Iq:
        close = Close()
        close.sid = self.sid
        return self.xmpp.make_iq_set(close, self.peer_jid, self._ifrom)

    def _end(self, error: BytestreamClosed | None) -> None:
        if self._ended.done():
            return
        self._error = error
        self._ended.set_result(None)
        self._inbox.drop_held()
        self._inbox.wake()
        self._owner.forget(self)
        if self.stream_started:
            self.xmpp.event("ibb_stream_end", self)

    # -- what the plugin hands over ---------------------------------------------------------------------------

    def data_received(self, stanza: Iq | Message) -> None:
        """Take in a block that the peer sent, or refuse it and end the stream (section 2.2)."""
        payload = stanza[Data]
        try:
            seq, block = payload.seq, payload.data
        except BadStanza as error:
            self._refuse(stanza, "bad-request", f"the block is wrong: {error.text}")
            return
        if seq != self._recv_seq:
            self._refuse(stanza, "unexpected-request", f"block {self._recv_seq} was to come, not {seq}")
            return
        if len(block) > self.block_size:
            self._refuse(
                stanza, "bad-request", f"a block of {len(block)} bytes; {self.block_size} were agreed on"
            )
            return
        answer = stanza.reply() if isinstance(stanza, Iq) else None
        if not self._inbox.put(block, answer):
            self._refuse(stanza, "resource-constraint", f"{self.unread} bytes are unread, more are not kept")
            return
        self._recv_seq = (seq + 1) % (LARGEST_BLOCK + 1)
        self.xmpp.event("ibb_stream_data", self)

    def close_received(self) -> None:
        """The peer has closed the stream."""
        self._inbox.release()
        self._end(None)

    def owns_message(self, id_: str) -> bool:
        """Whether a message of that id was one of the blocks."""
        return self.use_messages and id_.startswith(f"{self._token}-")

    def _refuse(self, stanza: Iq | Message, condition: str, reason: str) -> None:
        # The error goes first: it tells the peer that this is no orderly end. A message is never answered.
        if isinstance(stanza, Iq):
            answer = stanza.error_reply(XMPPError(condition, reason, "cancel"))
            if answer is not None:
                answer.send()
        self.fail(reason, tell_peer=True)


def _bytes_of(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


async def _blocks_of(data: bytes, size: int) -> AsyncIterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(view), size):
        yield bytes(view[start : start + size])


async def _blocks_of_file(file: IO[bytes], size: int) -> AsyncIterator[bytes]:
    while data := await asyncio.to_thread(file.read, max(size, _READ_AT_ONCE // size * size)):
        async for block in _blocks_of(data, size):
            yield block
