"""What a connection's two sides expect of each other: the transport below and its receiver above.

Whatever carries bytes (TCP, TLS, a pair in memory) is a :class:`Transport`; nothing above this package knows
more.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from helixmpp.stream.facts import TLSFacts

if TYPE_CHECKING:
    from helixmpp.transport.tls import TLSSettings

__all__ = ["Receiver", "Target", "Transport"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to, and for whom.

    :param host: a name or an IP address (IPv6 without brackets).
    :param port: the TCP port.
    :param direct_tls: whether TLS begins at once (XEP-0368) or is agreed on in the stream.
    :param domain: the domain of the JID. A certificate is checked against it and nothing else: neither DNS
        nor a redirect changes whom one wants to talk to (RFC 6120 section 13.7.2).
    :param priority: the priority of its SRV record. Targets of one priority may be tried side by side
        (XEP-0495); it does not count when targets are compared.
    """

    host: str
    port: int
    direct_tls: bool
    domain: str
    priority: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Give ``host:port`` as error messages have it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Receiver(Protocol):
    """Who is told what a transport sees; every method is called by the event loop and returns at once."""

    def data_received(self, data: bytes) -> None:
        """Take bytes from the peer, in order, in pieces of any size but zero."""
        ...

    def eof_received(self) -> None:
        """Learn that the peer sends no more; the transport then flushes and closes itself."""
        ...

    def connection_lost(self, error: Exception | None) -> None:
        """Learn that the connection is gone, exactly once and last; None after an orderly end."""
        ...

    def pause_writing(self) -> None:
        """Learn that the peer reads slower than we write; whoever goes on writing fills the memory."""
        ...

    def resume_writing(self) -> None:
        """Learn that the peer has caught up."""
        ...


class Transport(Protocol):
    """A connection that stands."""

    @property
    def target(self) -> Target:
        """Where this connection was made to."""
        ...

    @property
    def tls(self) -> TLSFacts | None:
        """What TLS there is below; None in clear text."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes; never waits. Dropped in silence once the connection is closing or lost.

        :raises StateError: while TLS is being agreed on, when a byte would leave in clear text.
        """
        ...

    def pause_reading(self) -> None:
        """Stop ``data_received`` until :meth:`resume_reading`; the peer is slowed down meanwhile."""
        ...

    def resume_reading(self) -> None:
        """Undo :meth:`pause_reading`."""
        ...

    def start_tls(self, settings: "TLSSettings", domain: str) -> Coroutine[Any, Any, TLSFacts]:
        """Begin TLS on a clear-text connection (STARTTLS) and verify the certificate for ``domain``.

        From the call on, and not only once it is awaited, not one clear-text byte reaches the receiver. What
        the peer sends inside TLS is held back until this has returned, and for as long as reading is paused.
        There is no deadline but 60 seconds for the handshake: the caller has one for the whole stage and
        calls :meth:`abort`.

        :raises TLSFailure: TLS did not come about; the connection is then gone.
        :raises CertificateError: the certificate is not one for the domain; the connection is then gone.
        :raises InvalidCABundle: ``ca_certs`` cannot be read; the connection is then gone.
        :raises InvalidTLSSettings: another setting cannot be used; the connection is then gone.
        :raises StateError: there is TLS already.
        """
        ...

    def close(self) -> None:
        """Send what is buffered, then end the connection; nothing more is received."""
        ...

    def abort(self) -> None:
        """End the connection at once; what is buffered is dropped."""
        ...

    def get_write_buffer_size(self) -> int:
        """Count the bytes that are written but not yet taken by the system."""
        ...
