"""A connection over TCP, with TLS from its start or from the middle of the stream, on any event loop.

TLS is put on top by the loop's ``start_tls``, for direct TLS and STARTTLS alike: there is one way to get it
right. Each layer reports to a ``_Wire`` of its own, so that a byte can never be taken for one of the other
layer.
"""

import asyncio
import importlib
import ssl
from collections.abc import Coroutine
from typing import Any

from helixmpp.errors import CertificateError, ConnectionFailure, StateError, TLSFailure
from helixmpp.stream.facts import TLSFacts
from helixmpp.transport.certificates import check_name, server_end_point
from helixmpp.transport.failures import handshake_failure
from helixmpp.transport.interface import Receiver, Target
from helixmpp.transport.names import address_of, ascii_domain
from helixmpp.transport.tls import TLSSettings, client_context

__all__ = ["TCPTransport"]


class TCPTransport:
    """A :class:`~helixmpp.transport.Transport` over a connected socket; made by :func:`connect_tcp`.

    Nothing reaches the receiver before :meth:`release`, so that whoever connects has the transport in hand
    when the first byte comes.
    """

    def __init__(self, target: Target, receiver: Receiver) -> None:
        self._target = target
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        self._wire = _Wire(self)
        self._raw: asyncio.Transport | None = None  # clear text, the lowest layer
        self._top: asyncio.Transport | None = None  # what we read from and write to
        self._tls: TLSFacts | None = None
        # What has come while nothing may be delivered: data, and that the peer sends no more.
        self._holding = True
        self._held: list[bytes] = []
        self._held_eof = False
        # Whether the connection is gone, with asyncio's reason; told to the receiver once, after what is held.
        self._loss: tuple[Exception | None] | None = None
        self._lost = False
        self._released = False
        self._securing = False
        self._reading_paused = False
        self._writing_paused = False
        self._closing = False
        self._failure: Exception | None = None

    @property
    def target(self) -> Target:
        """Where this connection was made to."""
        return self._target

    @property
    def tls(self) -> TLSFacts | None:
        """What TLS there is; None in clear text."""
        return self._tls

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Give what asyncio tells of the connection: ``peername``, ``socket``, ``ssl_object`` ..., else ``default``."""
        return default if self._top is None else self._top.get_extra_info(name, default)

    # -- what the program does -----------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send bytes; see :class:`~helixmpp.transport.Transport`."""
        if self._securing:
            raise StateError("nothing may be sent while TLS is being agreed on")
        if self._top is not None and data and not self._closing:
            self._top.write(data)

    def get_write_buffer_size(self) -> int:
        """Count the bytes that are written but not yet taken by the system, in all layers."""
        if self._raw is None or self._top is None or self._loss is not None:
            return 0
        size = self._raw.get_write_buffer_size()
        return size if self._top is self._raw else size + self._top.get_write_buffer_size()

    def pause_reading(self) -> None:
        """Stop ``data_received``."""
        self._reading_paused = True
        self._apply_reading()

    def resume_reading(self) -> None:
        """Undo :meth:`pause_reading`."""
        if self._reading_paused:
            self._reading_paused = False
            if self._held or self._held_eof:
                self._loop.call_soon(self._deliver_held)
            else:
                self._apply_reading()

    def close(self) -> None:
        """Send what is buffered, then end the connection; asyncio gives TLS 30 seconds for that."""
        if self._securing:
            self.abort()
        elif self._top is not None and not self._closing:
            self._closing = True
            # The end of TLS is a conversation: the peer's half of it has to be read.
            self._reading_paused = False
            if not self._top.is_closing():
                self._top.resume_reading()
            self._top.close()

    def abort(self) -> None:
        """End the connection at once."""
        self._closing = True
        if self._loss is not None:
            return  # it is gone already, and asyncio does not take it well to be told so again
        if self._securing and self._raw is not None:
            self._raw.abort()
            if self._released:
                # In the middle of a handshake asyncio reports no loss.
                self._loop.call_soon(self._report_loss, None)
        elif self._top is not None:
            self._top.abort()

    def start_tls(self, settings: TLSSettings, domain: str) -> Coroutine[Any, Any, TLSFacts]:
        """Begin TLS; see :class:`~helixmpp.transport.Transport`.

        Not ``async`` itself: reading stops at the call, and not only when somebody awaits the result.
        """
        if self._securing or self._tls is not None:
            raise StateError("there is TLS on this connection already")
        if self._writing_paused:
            raise StateError("TLS cannot begin before the clear text has been sent")
        self._securing = True
        self._holding = True
        self._wire.over = True
        if self._held:
            self._clear_text_came()
        if self._raw is not None and not self._raw.is_closing():
            self._raw.pause_reading()
        return self._start_tls(settings, domain)

    # -- what connect_tcp does -----------------------------------------------------------------------

    def made(self, raw: asyncio.Transport) -> None:
        """Take the connected transport of asyncio."""
        self._raw = self._top = raw

    def wire(self) -> asyncio.Protocol:
        """Give the protocol for the lowest layer."""
        return self._wire

    def release(self) -> None:
        """Let the receiver know what comes from now on, and soon what has come so far."""
        self._released = True
        self._loop.call_soon(self._let_go)

    # -- TLS -----------------------------------------------------------------------------------------

    async def _start_tls(self, settings: TLSSettings, domain: str) -> TLSFacts:
        try:
            facts = await self._handshake(settings, domain)
        except Exception as error:
            failure = self._explain(error, domain)
            self._give_up(failure)
            if failure is error:
                raise
            raise failure from error
        except BaseException:  # cancelled
            self._give_up(None)
            raise
        self._tls = facts
        self._securing = False
        if self._released:
            self._loop.call_soon(self._let_go)
        return facts

    async def _handshake(self, settings: TLSSettings, domain: str) -> TLSFacts:
        # In a thread, because the first time reads the machine's authorities and loads cryptography.
        context = await asyncio.to_thread(_prepare, settings, self._target.direct_tls)
        raw = self._raw
        if raw is None or raw.is_closing() or self._loss is not None or self._closing:
            raise self._failure or self._gone()
        address = address_of(domain)
        wire = _Wire(self)
        top = await self._loop.start_tls(
            raw,
            wire,
            context,
            # The server's name indication is the JID's domain, whatever the host is called (XEP-0368).
            server_hostname=str(address) if address else ascii_domain(domain),
        )
        if self._failure is not None:
            raise self._failure
        if top is None or self._closing:
            raise self._gone()
        self._wire = wire
        self._top = top
        # Held back until here: a name that does not fit is found before a byte is delivered or written.
        return _verified(top.get_extra_info("ssl_object"), settings, domain, self._target)

    def _explain(self, error: Exception, domain: str) -> Exception:
        if self._failure is not None:
            return self._failure
        if isinstance(error, ConnectionFailure) or not isinstance(error, OSError):
            return error
        return self._gone() if self._closing else handshake_failure(error, self._target, domain)

    def _gone(self) -> TLSFailure:
        return TLSFailure("the connection ended before TLS was there", stage="tls", target=str(self._target))

    def _give_up(self, failure: Exception | None) -> None:
        self._closing = True
        self._failure = self._failure or failure
        self._held.clear()
        self._held_eof = False
        if self._raw is not None and self._loss is None:
            self._raw.abort()
        if self._released:
            # asyncio reports no loss when it is the handshake that fails.
            self._loop.call_soon(self._report_loss, failure)
        else:
            self._lost = True

    # -- what the layers report ------------------------------------------------------------------------

    def received(self, wire: "_Wire", data: bytes) -> None:
        """Take bytes of a layer."""
        if wire.over:
            self._clear_text_came()
        elif self._closing:
            pass
        elif self._holding or self._held or self._reading_paused:
            self._held.append(data)
        else:
            self._receiver.data_received(data)

    def _clear_text_came(self) -> None:
        # Behind <proceed/> there is TLS and nothing else (RFC 6120 section 5.4.3.1); what is there was put in
        # on the way. With direct TLS it is the greeting of some other service: TLS servers do not speak
        # first.
        self._held.clear()
        self._failure = TLSFailure(
            "the server does not speak TLS on this port"
            if self._target.direct_tls
            else "clear text came after STARTTLS was agreed on",
            stage="tls",
            target=str(self._target),
        )
        self.abort()

    def ended(self) -> None:
        """Learn that the peer sends no more."""
        if self._holding or self._held:
            self._held_eof = True
        elif not self._closing:
            self._receiver.eof_received()

    def lost(self, error: Exception | None) -> None:
        """Learn that a layer is gone, and with it the connection."""
        if self._loss is None:
            self._loss = (error,)
        if self._securing and self._released:
            # Before the handshake has begun; it may never do so, when nobody awaits start_tls.
            if not self._closing:
                self._failure = self._gone()
            self._report_loss(error)
        elif not self._holding:
            self._deliver_held()

    def writing(self, *, paused: bool) -> None:
        """Learn that the system takes no more for now, or again."""
        if paused != self._writing_paused:
            self._writing_paused = paused
            (self._receiver.pause_writing if paused else self._receiver.resume_writing)()

    # -- what the receiver learns ----------------------------------------------------------------------

    def _let_go(self) -> None:
        if self._securing:
            return  # TLS has begun meanwhile, and lets go itself
        self._holding = False
        self._deliver_held()

    def _deliver_held(self) -> None:
        try:
            while self._held and self._may_deliver():
                self._receiver.data_received(self._held.pop(0))
            if self._held_eof and not self._held and self._may_deliver():
                self._held_eof = False
                self._receiver.eof_received()
        except BaseException:
            # As asyncio does it: the loop reports the exception, and the connection ends.
            self.abort()
            self._loop.call_soon(self._finish)
            raise
        self._finish()

    def _finish(self) -> None:
        if self._loss is not None:
            self._report_loss(self._loss[0])
        else:
            self._apply_reading()

    def _may_deliver(self) -> bool:
        return not (self._holding or self._reading_paused or self._closing)

    def _apply_reading(self) -> None:
        top = self._top
        # While holding, reading goes on for the turn or two of the loop that it takes: uvloop sends the last
        # message of our handshake only when it reads.
        if top is None or top.is_closing() or self._closing or self._holding:
            return
        if self._held or self._reading_paused:
            top.pause_reading()
        else:
            top.resume_reading()

    def _report_loss(self, error: Exception | None) -> None:
        if not self._lost:
            self._lost = True
            self._closing = True
            self._receiver.connection_lost(self._failure or error)


class _Wire(asyncio.Protocol):
    """What one layer of a connection reports to: clear text or TLS."""

    def __init__(self, owner: TCPTransport) -> None:
        self._owner = owner
        self.over = False  # whether another layer has taken its place

    def data_received(self, data: bytes) -> None:
        self._owner.received(self, data)

    def eof_received(self) -> None:
        self._owner.ended()

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.lost(exc)

    def pause_writing(self) -> None:
        self._owner.writing(paused=True)

    def resume_writing(self) -> None:
        self._owner.writing(paused=False)


def _prepare(settings: TLSSettings, direct_tls: bool) -> ssl.SSLContext:
    importlib.import_module("cryptography.x509")  # slow to load, and needed in a moment
    return client_context(settings, direct_tls=direct_tls)


def _verified(secured: ssl.SSLObject, settings: TLSSettings, domain: str, target: Target) -> TLSFacts:
    certificate = secured.getpeercert(binary_form=True)
    if not settings.unsafe_accept_any_certificate:
        if certificate is None:
            raise CertificateError("the server has no certificate", stage="tls", target=str(target))
        check_name(certificate, domain, target=str(target))
    cipher = secured.cipher()
    return TLSFacts(
        version=secured.version() or "",
        cipher=cipher[0] if cipher else "",
        server_end_point=None if certificate is None else server_end_point(certificate),
        # ssl has no function for exported keying material (RFC 9266).
        exporter=None,
        certificate=certificate,
    )
