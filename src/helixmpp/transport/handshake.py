"""A TLS handshake that remembers the certificate it refused.

``ssl`` tells only a number when a certificate does not hold, and asyncio throws the TLS object away with it.
Which certificate it was, until when it held and who issued it is what its owner has to know to mend it.
"""

import ssl
from typing import Any

__all__ = ["CertificateRefused", "RememberingSSLObject"]


class CertificateRefused(ssl.SSLCertVerificationError):
    """The failed verification, with the server's certificate where OpenSSL gives it (3.0 and later do).

    :param certificate: in DER, not verified: good for the text of an error and nothing else.
    """

    def __init__(self, error: ssl.SSLCertVerificationError, certificate: bytes | None) -> None:
        super().__init__(*error.args)
        self.verify_code = error.verify_code
        self.verify_message = error.verify_message
        self.certificate = certificate


class RememberingSSLObject(ssl.SSLObject):
    """What ``SSLContext.sslobject_class`` wants: every event loop makes its TLS from that class."""

    def do_handshake(self) -> None:
        """Go on with the handshake.

        :raises CertificateRefused: instead of ``ssl.SSLCertVerificationError``.
        """
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            raise CertificateRefused(error, self._first_certificate()) from error

    def _first_certificate(self) -> bytes | None:
        # Public since Python 3.13; 3.11 and 3.12, which do not change any more, have it one level below.
        source = self if hasattr(self, "get_unverified_chain") else getattr(self, "_sslobj", None)
        chain: list[Any] | None = getattr(source, "get_unverified_chain", _nothing)()
        if not chain:
            return None
        first = chain[0]
        return first if isinstance(first, bytes) else bytes(first.public_bytes(_DER))


_DER = 2  # ENCODING_DER of the certificate objects that 3.11 and 3.12 give


def _nothing() -> None:
    return None
