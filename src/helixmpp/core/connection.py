"""One connection: the glue between a protocol machine, which does no I/O, and a transport, which does only I/O.

Bytes go from the transport into the machine, events come out and go to the owner, and what the machine has to say
goes back. Everything that takes time is here: deadlines of the stages, key derivation in a thread, TLS.
"""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol
from xml.etree.ElementTree import Element

from helixmpp.core.futures import mute
from helixmpp.errors import (
    ConnectionFailure,
    HelixError,
    NotConnectedError,
    ProtocolError,
    StateError,
    StreamFailure,
)
from helixmpp.stream import (
    Acknowledged,
    ClientStream,
    Closed,
    ComponentStream,
    Failed,
    NeedRegistration,
    NeedSaltedPassword,
    Ready,
    Redirected,
    StageChanged,
    StanzaReceived,
    StartTLS,
    StreamEvent,
    TLSFacts,
)
from helixmpp.transport import (
    LinkSettings,
    ProxySettings,
    Target,
    TLSSettings,
    Transport,
    connect_tcp,
)

__all__ = ["Connection", "ConnectionOwner", "SaltedPasswords"]

log = logging.getLogger(__name__)

# What is handed to the transport at once: a write costs a system call, and a stanza is small. 64 KiB is what
# asyncio buffers by default before it asks a writer to pause.
_FLUSH_BYTES = 65_536

# What is parsed in one turn of the event loop. A transport may hand over four times as much at once; hostile bytes
# of that size would keep the loop from everybody else for more than 50 ms (promise C).
_SLICE_BYTES = 16_384

Machine = ClientStream | ComponentStream


class ConnectionOwner(Protocol):
    """Who is told what happens on a connection."""

    @property
    def stanza_receiver(self) -> Callable[[Element], None]:
        """What takes the stanzas of the negotiated stream."""
        ...

    def stream_event(self, event: StreamEvent) -> None:
        """Anything else that programs may want to know of."""
        ...

    def connection_secured(self, connection: "Connection") -> None:
        """TLS stands, and the certificate is verified; nothing has gone over it yet."""
        ...

    async def account_wanted(self, connection: "Connection") -> None:
        """Make our account before it is authenticated; what this raises ends the connection."""
        ...

    def account_answered(self, answer: Element) -> None:
        """What the server answered to ``connection.register(request)``."""
        ...


class SaltedPasswords:
    """The keys derived for one account, so that a reconnect does not derive them again.

    Key derivation is slow on purpose; servers keep salt and iterations of an account for years.
    """

    _LIMIT = 8

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str, bytes, int], bytes] = {}

    async def derive(self, request: NeedSaltedPassword) -> bytes:
        """The salted password (RFC 5802 section 3), computed in a thread."""
        key = (request.hash_name, request.password, request.salt, request.iterations)
        found = self._keys.get(key)
        if found is None:
            found = await asyncio.to_thread(
                hashlib.pbkdf2_hmac,
                request.hash_name,
                request.password.encode(),
                request.salt,
                request.iterations,
            )
            while len(self._keys) >= self._LIMIT:
                del self._keys[next(iter(self._keys))]
            self._keys[key] = found
        return found


class Connection:
    """A machine on a transport, from the first byte to the last.

    ``ready`` is done once stanzas can be sent, or fails with the reason why that never happened;
    ``closed`` is done once the transport is gone, with the error that ended the stream or None.
    """

    def __init__(
        self,
        machine: Machine,
        owner: ConnectionOwner,
        target: Target,
        tls: TLSSettings,
        keys: SaltedPasswords,
        began: "Callable[[Connection], None] | None" = None,
        *,
        proxy: ProxySettings | None = None,
        link: LinkSettings | None = None,
    ) -> None:
        self.machine = machine
        self._began = began
        self.target = target
        self.error: Exception | None = None
        self.redirect: Redirected | None = None
        self.transport: Transport | None = None
        self._owner = owner
        self._tls = tls
        self._keys = keys
        self._proxy = proxy
        self._link = link or LinkSettings()
        self._loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self._loop.create_future()
        self.closed: asyncio.Future[Exception | None] = self._loop.create_future()
        mute(self.ready)
        self._timer: asyncio.TimerHandle | None = None
        self._pending = 0
        self._flush_scheduled = False
        #: Whether the peer reads too slowly.
        self.writing_paused = False
        self._writable: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._dialing: asyncio.Task[None] | None = None
        #: Called when the peer reads again, before those who wait.
        self.on_writable: Callable[[], None] | None = None
        #: Whether both sides ended the stream, or we did: then no session is left to resume.
        self.ended = False
        #: The same, with both sides heard: what was written before has been read.
        self.ended_by_both = False
        #: When bytes last came, in seconds of the event loop's clock.
        self.last_heard = self._loop.time()
        self._over = False
        self._aborted = False
        self._reading = True
        self._unparsed: deque[bytes] = deque()
        self._slice_scheduled = False

    @property
    def is_ready(self) -> bool:
        """Whether stanzas can be sent."""
        return not self._over and self.ready.done() and self.ready.exception() is None

    @property
    def is_open(self) -> bool:
        """Whether a stanza that is sent now goes out on this stream."""
        return not self._over and self.machine.stage == "ready"

    # -- opening ------------------------------------------------------------------------------------

    async def open(self, timeout: float, alternatives: list[Target] | None = None) -> None:
        """Connect and negotiate until stanzas can be sent.

        :param timeout: seconds for TCP and for direct TLS.
        :param alternatives: other targets, which may win the race for TCP; the list is then changed.
        :raises ConnectionFailure: with the stage, the target and the reason.
        """
        self._dialing = self._loop.create_task(self._dial(timeout, alternatives))
        try:
            try:
                await self._dialing
            except asyncio.CancelledError:
                if not self._aborted:
                    raise
                raise ConnectionFailure(
                    "the attempt was cut by abort()", stage="tcp", target=str(self.target)
                ) from None
            await self.ready
        except BaseException:
            self.abort()
            raise

    async def _dial(self, timeout: float, alternatives: list[Target] | None) -> None:
        transport = await connect_tcp(
            self.target,
            self,
            self._tls,
            timeout=timeout,
            proxy=self._proxy,
            link=self._link,
            alternatives=alternatives,
        )
        self.target = transport.target
        # In the same step of the task: with the next turn of the loop the first bytes come.
        self.start(transport)

    def start(self, transport: Transport | None = None) -> None:
        """Begin the negotiation on a transport that stands."""
        if transport is not None:
            self.transport = transport
        if self.transport is None or self._over:
            return
        if self.transport.tls is not None:
            self._owner.connection_secured(self)
        if not self._over:
            self.machine.connection_made(self.transport.tls)
            self._pump()

    # -- what the transport calls --------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes from the peer."""
        if self._over:
            return
        self.last_heard = self._loop.time()
        # Before the session everything is small, and what stands behind <proceed/> must not be put aside.
        if self.is_ready and (self._unparsed or len(data) > _SLICE_BYTES):
            self._unparsed.extend(data[at : at + _SLICE_BYTES] for at in range(0, len(data), _SLICE_BYTES))
            self._schedule_slice()
        else:
            self.machine.receive_data(data)
            self._pump()

    def _schedule_slice(self) -> None:
        if self._unparsed and self._reading and not self._slice_scheduled:
            self._slice_scheduled = True
            self._loop.call_soon(self._next_slice)

    def _next_slice(self) -> None:
        """Parse and dispatch one slice; others have their turn on the event loop before the next."""
        self._slice_scheduled = False
        if self._unparsed and self._reading and not self._over:
            self.machine.receive_data(self._unparsed.popleft())
            self._pump()
            self._schedule_slice()

    def eof_received(self) -> None:
        """The peer will send no more."""
        if not self._over:
            self._take_rest()
            self.machine.receive_eof()
            self._pump()

    def _take_rest(self) -> None:
        """Dispatch what was read and had to wait: nothing more follows that could be too much."""
        self._reading = True
        self._pump()
        while self._unparsed and not self._over:
            self.machine.receive_data(self._unparsed.popleft())
            self._pump()

    def connection_lost(self, error: Exception | None) -> None:
        """The transport is gone."""
        try:
            if not self._over:
                self._take_rest()
                self.machine.receive_eof()
                self._pump()
        finally:
            if self.error is None and error is not None:
                self.error = ConnectionFailure(
                    f"the connection broke: {error}", stage=self.machine.stage, target=str(self.target)
                )
            self._end()

    def pause_writing(self) -> None:
        """The peer reads too slowly: whoever awaits a send waits from now on."""
        self.writing_paused = True
        if self._writable is None:
            self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self.writing_paused = False
        waiting, self._writable = self._writable, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        if self.on_writable is not None and not self._over:
            self.on_writable()

    @property
    def unsent(self) -> int:
        """How many bytes wait for the peer to read, if it reads too slowly; 0 if it does not."""
        return (
            self.transport.get_write_buffer_size()
            if self.transport is not None and self.writing_paused
            else 0
        )

    @property
    def reading(self) -> bool:
        """Whether what comes is read: not while a program does not keep up."""
        return self._reading

    # -- the flow ------------------------------------------------------------------------------------

    def set_reading(self, reading: bool) -> None:
        """Stop reading and dispatching, or go on; what has been read and not dispatched waits here."""
        if reading == self._reading or self._over:
            return
        self._reading = reading
        if self.transport is not None:
            if reading:
                self.transport.resume_reading()
                self._loop.call_soon(self._go_on)
            else:
                self.transport.pause_reading()

    def _go_on(self) -> None:
        self._pump()
        self._schedule_slice()

    # -- sending --------------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """Send serialized elements; whether the peer reads too slowly, :attr:`writing_paused` says.

        :raises NotConnectedError: the stream has ended, or is ending.
        """
        if self._over:
            raise NotConnectedError("the connection has ended")
        try:
            self.machine.send(text)
        except StateError as error:
            # The stream ends in this moment, which nobody has been told yet.
            raise NotConnectedError("the stream is ending") from error
        self._pending += len(text)
        if self._pending >= _FLUSH_BYTES:
            self.flush()
        elif not self._flush_scheduled:
            self._flush_scheduled = True
            self._loop.call_soon(self.flush)

    def request_ack(self) -> None:
        """Ask the server what it has of ours (XEP-0198); nothing happens when the stream is ending."""
        self._say(self.machine.request_ack)

    def acknowledge(self, handled: int) -> None:
        """Tell the server how many of its stanzas are handled (XEP-0198).

        :raises NotConnectedError: the stream has ended, or is ending.
        """
        if not self._say(lambda: self.machine.acknowledge(handled)):
            raise NotConnectedError("the stream is ending")

    def _say(self, say: Callable[[], None]) -> bool:
        if self._over:
            return False
        try:
            say()
        except StateError:
            return False
        if not self._flush_scheduled:
            self._flush_scheduled = True
            self._loop.call_soon(self.flush)
        return True

    def may_register(self, request: Element) -> bool:
        """Whether a stanza is a request for an account, which goes out before authentication."""
        return isinstance(self.machine, ClientStream) and self.machine.may_register(request)

    def register(self, request: Element) -> None:
        """Send a request for an account, while :meth:`ConnectionOwner.account_wanted` runs.

        :raises NotConnectedError: the stream has ended.
        :raises ValueError: it is another stanza, or has something that XML 1.0 forbids.
        """
        if self._over or not isinstance(self.machine, ClientStream):
            raise NotConnectedError("the connection has ended")
        self.machine.register(request)
        self._pump()

    def flush(self) -> None:
        """Hand everything that the machine has to say to the transport."""
        self._flush_scheduled = False
        self._pending = 0
        data = self.machine.data_to_send()
        if data and self.transport is not None:
            self.transport.write(data)

    async def drain(self) -> None:
        """Wait until the transport takes more."""
        self.flush()
        while self._writable is not None and not self._over:
            await asyncio.shield(self._writable)

    # -- ending ---------------------------------------------------------------------------------------

    async def close(self, wait: float) -> None:
        """End the stream with its footer, wait up to ``wait`` seconds for the peer's, and let the transport go."""
        if not self._over and self.transport is not None:
            self.ended = True
            self.machine.close()
            self._pump()
        if self.transport is not None and not self.closed.done():
            await asyncio.wait((self.closed,), timeout=wait)
            if not self.closed.done():
                self.transport.abort()
                await asyncio.wait((self.closed,), timeout=wait)
        self._end()

    def give_up(self, error: Exception) -> None:
        """Let go of the transport because of an error that only we have noticed."""
        if not self._over and self.error is None:
            self.error = error
        self.abort()

    def abort(self) -> None:
        """Let go of the transport at once, whatever is still to be sent."""
        self._aborted = True
        self._tell_acknowledged()
        if self._dialing is not None:
            self._dialing.cancel()
        if self.transport is not None:
            self.transport.abort()
        self._end()

    def _tell_acknowledged(self) -> None:
        """Tell what the server has: the ledger let go of it as it was read, and nothing more is dispatched."""
        while (event := self.machine.next_event()) is not None:
            if isinstance(event, Acknowledged):
                self._owner.stream_event(event)

    def _end(self) -> None:
        self._over = True
        self._set_timer("", None)
        self.resume_writing()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        if not self.ready.done():
            self.ready.set_exception(
                self.error
                or ConnectionFailure(
                    "the connection ended before the session began",
                    stage=self.machine.stage,
                    target=str(self.target),
                )
            )
        if not self.closed.done():
            self.closed.set_result(self.error)

    # -- events of the machine -----------------------------------------------------------------------

    def _pump(self) -> None:
        machine, received = self.machine, self._owner.stanza_receiver
        events = machine.events
        while events and self._reading and not self._aborted:
            event = events.popleft()
            if isinstance(event, StanzaReceived):
                received(event.element)
                if event.counted:
                    machine.stanza_handled()
            else:
                self._handle(event)
        self.flush()
        if self._over and self.transport is not None:
            self.transport.close()

    def _handle(self, event: StreamEvent) -> None:
        match event:
            case StageChanged(stage=stage, timeout=timeout):
                self._set_timer(stage, timeout)
            case StartTLS():
                if self.transport is not None:
                    # Called now and awaited later: from the call on nothing is read in clear text, not even
                    # what has arrived already.
                    facts = self.transport.start_tls(self._tls, self.target.domain)
                    self._run(self._start_tls(facts))
            case NeedSaltedPassword():
                self._run(self._derive(event))
            case NeedRegistration(answer=None) if isinstance(self.machine, ClientStream):
                self._run(self._register(self.machine))
            case NeedRegistration(answer=answer) if answer is not None:
                self._owner.account_answered(answer)
            case Redirected():
                self.redirect = event
            case Failed(error=error):
                if isinstance(error, StreamFailure) and isinstance(self.machine, ClientStream):
                    error.in_clear_text = self.machine.tls is None
                self.error = _with_target(error, self.target)
            case Closed(clean=clean):
                self.ended_by_both = clean and self.ended
                self.ended = self.ended or clean
                self._over = True
                self._set_timer("", None)
                if not self.ready.done() and self.error is not None:
                    self.ready.set_exception(self.error)
            case _:
                self._owner.stream_event(event)
                if isinstance(event, Ready) and not self.ready.done():
                    self.ready.set_result(None)
                    # At once: the stanzas of this session may stand right behind.
                    if self._began is not None:
                        self._began(self)

    def _run(self, awaitable: Awaitable[Callable[[], None]]) -> None:
        async def run() -> None:
            try:
                proceed = await awaitable
                self._task = None
                if not self._over:
                    proceed()
                    self._pump()
            except Exception as error:  # noqa: BLE001 - it is what ends the connection, and is told to the owner
                self._task = None
                self.error = _with_target(error, self.target) if isinstance(error, HelixError) else error
                self.abort()

        self._task = self._loop.create_task(run())

    async def _start_tls(self, secured: Awaitable[TLSFacts]) -> Callable[[], None]:
        facts = await secured
        if not self._over:
            self._owner.connection_secured(self)
        return lambda: self.machine.tls_started(facts)

    async def _derive(self, request: NeedSaltedPassword) -> Callable[[], None]:
        value = await self._keys.derive(request)
        return lambda: self.machine.salted_password(request, value)

    async def _register(self, machine: ClientStream) -> Callable[[], None]:
        await self._owner.account_wanted(self)
        return machine.registration_done

    def _set_timer(self, stage: str, timeout: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if timeout is not None:
            self._timer = self._loop.call_later(timeout, self._stage_timed_out, stage)

    def _stage_timed_out(self, stage: str) -> None:
        self._timer = None
        if not self._over:
            self.machine.stage_timed_out(stage)
            self._pump()


def _with_target(error: HelixError, target: Target) -> Exception:
    """The machine knows the stage and the reason; the target is added here."""
    if isinstance(error, ConnectionFailure):
        error.target = error.target or str(target)
        return error
    if isinstance(error, ProtocolError):
        failure = ConnectionFailure(str(error), stage="stream", target=str(target))
        failure.__cause__ = error
        return failure
    return error
