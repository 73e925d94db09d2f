"""What the negotiation has to know of the TLS connection below it.

A value and nothing else, so that the machine needs no ``ssl`` and a test can invent a connection.
"""

from dataclasses import dataclass, field

__all__ = ["TLSFacts"]


@dataclass(frozen=True, slots=True)
class TLSFacts:
    """What an established and verified TLS connection is made of.

    :param version: the protocol's version in OpenSSL's words, such as ``"TLSv1.3"``.
    :param cipher: the cipher suite's name in OpenSSL's words.
    :param server_end_point: the channel binding ``tls-server-end-point`` (RFC 5929 section 4), the hash of
        the server's certificate; None where the RFC defines none, as for an Ed25519 signature.
    :param exporter: the channel binding ``tls-exporter`` (RFC 9266), 32 bytes; None where the TLS library
        does not hand it out.
    :param certificate: the server's certificate, in DER; None where it is not known.
    """

    version: str
    cipher: str
    server_end_point: bytes | None
    exporter: bytes | None = None
    certificate: bytes | None = field(default=None, repr=False)
