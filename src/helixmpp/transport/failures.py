"""What went wrong, said in sentences: errors of sockets and of OpenSSL become ours.

Each says the stage, the target, the reason, and where there is something to be done, what.
"""

import errno
import os
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

from helixmpp.errors import CertificateError, ConnectionFailure, DNSFailure, StageTimeout, TLSFailure
from helixmpp.transport.certificates import printable
from helixmpp.transport.handshake import CertificateRefused
from helixmpp.transport.interface import Target
from helixmpp.transport.proxy import ProxySettings

__all__ = ["handshake_failure", "no_connection", "proxy_failure", "resolution_failure", "stage_timeout"]


def stage_timeout(stage: str, target: Target, timeout: float) -> StageTimeout:
    """Say that a stage took too long; ``timeout`` in seconds."""
    return StageTimeout(f"no answer within {timeout:g} s", stage=stage, target=str(target))


# -- the host's name ---------------------------------------------------------------------------------


def resolution_failure(error: Exception, target: Target) -> DNSFailure:
    """Say why the host's name gave no address; the host of a proxy is for no domain."""
    code = error.errno if isinstance(error, socket.gaierror) else None
    if code == socket.EAI_AGAIN:
        reason = f"the name {target.host} could not be looked up: no DNS server answers at present"
    elif target.host == target.domain:
        reason = f"unknown host {target.host}: no such domain; check the JID's domain"
    elif not target.domain:
        reason = f"unknown host {target.host}: no such name"
    else:
        reason = f"unknown host {target.host}: no such name (it is to be the server for {target.domain})"
    return DNSFailure(reason, stage="dns", target=str(target))


# -- TCP ---------------------------------------------------------------------------------------------

_SOCKET_REASONS = {
    errno.ECONNREFUSED: "connection refused, nothing listens on this port",
    errno.ENETUNREACH: "the network is unreachable",
    errno.EHOSTUNREACH: "the host is unreachable",
    errno.ETIMEDOUT: "no answer",
    errno.ECONNRESET: "the connection was reset",
    errno.EACCES: "not permitted; a firewall of this machine may forbid it",
    errno.EPERM: "not permitted; a firewall of this machine may forbid it",
}


def no_connection(attempts: Sequence[tuple[str, OSError]], target: Target) -> ConnectionFailure:
    """Say why none of the host's addresses could be connected to."""
    reasons = {address: _socket_reason(error) for address, error in attempts}
    if len(set(reasons.values())) == 1:
        reason = next(iter(reasons.values()))
        if len(reasons) > 1 or target.host not in reasons:
            reason += f" ({', '.join(reasons)})"
    else:
        reason = "; ".join(f"{address}: {reason}" for address, reason in reasons.items())
    return ConnectionFailure(reason, stage="tcp", target=str(target))


def proxy_failure(reason: str, proxy: ProxySettings, target: Target) -> ConnectionFailure:
    """Say why the proxy is of no help."""
    return ConnectionFailure(f"the proxy {proxy}: {reason}", stage="proxy", target=str(target))


def _socket_reason(error: OSError) -> str:
    if error.errno is None:
        return str(error) or type(error).__name__
    return _SOCKET_REASONS.get(error.errno) or os.strerror(error.errno).lower()


# -- TLS ---------------------------------------------------------------------------------------------

# OpenSSL's names, which are not the same in all its versions.
_NOT_TLS = frozenset(
    (
        "BAD_RECORD_TYPE",
        "ENCRYPTED_LENGTH_TOO_LONG",
        "HTTPS_PROXY_REQUEST",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNKNOWN_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    )
)
_TOO_OLD = "the server has no TLS 1.2 or later, and less is not safe"
_NO_CIPHER = "the server and this program have no safe cipher in common, or it wants a client certificate"
_TOO_WEAK = "the server's key or its certificate is too weak for this OpenSSL"
_NOT_HERE = "the server does not take connections for this domain"
_OUR_CERTIFICATE = "the server wants a client certificate, or refuses the one it got"
_NO_ALPN = "the server does not offer XMPP on this port (it refused the protocol xmpp-client of ALPN)"
_REASONS = {
    "UNSUPPORTED_PROTOCOL": _TOO_OLD,
    "TLSV1_ALERT_PROTOCOL_VERSION": _TOO_OLD,
    "NO_PROTOCOLS_AVAILABLE": _TOO_OLD,
    "VERSION_TOO_LOW": _TOO_OLD,
    "WRONG_SSL_VERSION": _TOO_OLD,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _NO_CIPHER,
    "SSL/TLS_ALERT_HANDSHAKE_FAILURE": _NO_CIPHER,
    "NO_SHARED_CIPHER": _NO_CIPHER,
    "NO_CIPHERS_AVAILABLE": _NO_CIPHER,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": _NO_CIPHER,
    "DH_KEY_TOO_SMALL": _TOO_WEAK,
    "EE_KEY_TOO_SMALL": _TOO_WEAK,
    "CA_KEY_TOO_SMALL": _TOO_WEAK,
    "CA_MD_TOO_WEAK": _TOO_WEAK,
    "BAD_DH_VALUE": _TOO_WEAK,
    "TLSV1_UNRECOGNIZED_NAME": _NOT_HERE,
    "TLSV1_ALERT_UNRECOGNIZED_NAME": _NOT_HERE,
    "TLSV1_ALERT_UNKNOWN_CA": _OUR_CERTIFICATE,
    "SSLV3_ALERT_BAD_CERTIFICATE": _OUR_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": _OUR_CERTIFICATE,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _OUR_CERTIFICATE,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": _OUR_CERTIFICATE,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _OUR_CERTIFICATE,
    "NO_APPLICATION_PROTOCOL": _NO_ALPN,
    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL": _NO_ALPN,
}


def handshake_failure(error: Exception, target: Target, domain: str) -> ConnectionFailure:
    """Say why a TLS handshake failed."""
    if isinstance(error, ConnectionFailure):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateError(_refusal(error, domain), stage="tls", target=str(target))
    if isinstance(error, ssl.SSLError):
        return TLSFailure(_handshake_reason(error, target), stage="tls", target=str(target))
    if isinstance(error, ConnectionAbortedError | TimeoutError):
        # asyncio's own deadline for handshakes.
        return StageTimeout("the TLS handshake did not end", stage="tls", target=str(target))
    return TLSFailure(
        "the server closed the connection during the TLS handshake", stage="tls", target=str(target)
    )


def _handshake_reason(error: ssl.SSLError, target: Target) -> str:
    # Those that Python makes itself may have no such attribute.
    reason: str = getattr(error, "reason", None) or ""
    if reason in _NOT_TLS:
        if target.direct_tls:
            return "the server does not speak TLS on this port (it may want STARTTLS)"
        return "what the server sent after agreeing on STARTTLS is not TLS"
    return _REASONS.get(reason) or f"the handshake failed: {reason.lower().replace('_', ' ') or error}"


# X509_V_ERR_... of OpenSSL's x509_vfy.h, which are the same in all its versions.
_NOT_YET_VALID = 9
_EXPIRED = 10
_SELF_SIGNED = 18
_UNKNOWN_AUTHORITY = frozenset((2, 19, 20, 21, 27))
_VERDICTS = {
    22: "its chain is too long",
    23: "it has been revoked",
    24: "one of its chain is no certificate of an authority",
    26: "it is not meant for a server",
    28: "its authority is not trusted for servers",
    47: "its authority may not certify this name",
    48: "its authority may not certify this name",
    66: "its key is too weak",
    67: "the key of its authority is too weak",
    68: "its authority signs with a hash that is too weak",
}


def _refusal(error: ssl.SSLCertVerificationError, domain: str) -> str:
    seen = _Seen(error.certificate if isinstance(error, CertificateRefused) else None)
    code = error.verify_code
    if code in (_NOT_YET_VALID, _EXPIRED):
        told = seen.dates(domain, expired=code == _EXPIRED)
        return f"{told} (this machine's clock says {_date(datetime.now(UTC))})"
    if code == _SELF_SIGNED:
        return (
            f"the certificate for {domain} is self-signed, so nobody vouches for it; if it is really the "
            'server\'s, give it as ca_certs="server.pem"'
        )
    if code in _UNKNOWN_AUTHORITY:
        return (
            f"the certificate for {domain} comes from an authority that is not trusted here{seen.issuer()}; "
            'if it is your own, give its certificate as ca_certs="authority.pem"'
        )
    told = _VERDICTS.get(code) or error.verify_message or str(error)
    return f"the certificate for {domain} does not hold: {told}"


class _Seen:
    """What the refused certificate says; none of it is verified."""

    def __init__(self, certificate: bytes | None) -> None:
        from cryptography import x509  # noqa: PLC0415 - slow to load

        try:
            self._parsed = None if certificate is None else x509.load_der_x509_certificate(certificate)
        except ValueError:
            self._parsed = None

    def dates(self, domain: str, *, expired: bool) -> str:
        what = "has expired" if expired else "is not yet valid"
        if self._parsed is None:
            return f"the certificate for {domain} {what}"
        since, until = self._parsed.not_valid_before_utc, self._parsed.not_valid_after_utc
        if expired and until < datetime.now(UTC):
            return f"the certificate for {domain} expired on {_date(until)}"
        if not expired and since > datetime.now(UTC):
            return f"the certificate for {domain} is not valid before {_date(since)}"
        return f"a certificate in the chain of the one for {domain} {what}"

    def issuer(self) -> str:
        if self._parsed is None:
            return ""
        return f" ({printable(self._parsed.issuer.rfc4514_string())})"


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
