"""TLS as bytes in and bytes out, so that a connection can begin it at any point (STARTTLS) without a race.

With asyncio's own ``start_tls`` the transport changes hands in a task, while more bytes may be arriving; here
the connection calls two functions and nothing runs beside it.
"""

import ssl
from contextlib import suppress

__all__ = ["ServerTLS"]

CHUNK = 65536


class ServerTLS:
    """The server's end of one TLS session over bytes that somebody else carries.

    :param context: its settings, with the certificate.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._waiting: list[bytes] = []
        self.handshaken = False
        self.ended = False  # the peer said that it will send no more

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the wire and give the text that they carry.

        :raises ssl.SSLError: the peer broke the protocol; an alert may be in :meth:`data_to_send`.
        """
        self._incoming.write(data)
        if not self.handshaken:
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                return b""
            self.handshaken = True
            for text in self._waiting:
                self._object.write(text)
            self._waiting.clear()
        return self._read()

    def _read(self) -> bytes:
        parts: list[bytes] = []
        try:
            while part := self._object.read(CHUNK):
                parts.append(part)
            self.ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        return b"".join(parts)

    def write(self, text: bytes) -> None:
        """Encrypt; before the end of the handshake the text waits for it."""
        if not self.handshaken:
            self._waiting.append(text)
        elif text:
            self._object.write(text)

    def close(self) -> None:
        """Say that no more is to come (close_notify)."""
        if not self.handshaken:
            return
        with suppress(ssl.SSLError):  # it wants to read the peer's answer, and nobody waits for that
            self._object.unwrap()

    def data_to_send(self) -> bytes:
        """Take the bytes that are to go on the wire now."""
        return self._outgoing.read()
