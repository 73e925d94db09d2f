"""What went wrong, in words: each with the stage, the target and a reason that helps."""

import errno
import socket
import ssl

import pytest

from helixmpp.errors import CertificateError, ConnectionFailure, DNSFailure, StageTimeout, TLSFailure
from helixmpp.transport import Target
from helixmpp.transport.failures import handshake_failure, no_connection, resolution_failure, stage_timeout
from helixmpp.transport.handshake import CertificateRefused

ORG = "example.org"
STARTTLS = Target("h.example", 5222, direct_tls=False, domain=ORG)
DIRECT = Target("h.example", 443, direct_tls=True, domain=ORG)


def tls_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] words of OpenSSL")
    error.reason = reason
    return error


def refused(code: int, certificate: bytes | None = None) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = "words of OpenSSL"
    return CertificateRefused(error, certificate)


@pytest.mark.parametrize(
    ("error", "target", "kind", "words"),
    [
        (tls_error("WRONG_VERSION_NUMBER"), DIRECT, TLSFailure, "does not speak TLS on this port"),
        (tls_error("RECORD_LAYER_FAILURE"), DIRECT, TLSFailure, "may want STARTTLS"),
        (tls_error("WRONG_VERSION_NUMBER"), STARTTLS, TLSFailure, "after agreeing on STARTTLS is not TLS"),
        (tls_error("UNSUPPORTED_PROTOCOL"), DIRECT, TLSFailure, r"no TLS 1\.2 or later"),
        (tls_error("TLSV1_ALERT_PROTOCOL_VERSION"), DIRECT, TLSFailure, r"no TLS 1\.2 or later"),
        (tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), DIRECT, TLSFailure, "no safe cipher in common"),
        (tls_error("DH_KEY_TOO_SMALL"), DIRECT, TLSFailure, "too weak"),
        (tls_error("TLSV1_UNRECOGNIZED_NAME"), DIRECT, TLSFailure, "for this domain"),
        (tls_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"), DIRECT, TLSFailure, "wants a client certificate"),
        (tls_error("NO_APPLICATION_PROTOCOL"), DIRECT, TLSFailure, "does not offer XMPP on this port"),
        (tls_error("SOMETHING_NEW"), DIRECT, TLSFailure, "the handshake failed: something new"),
        (ssl.SSLError(1, "no reason"), DIRECT, TLSFailure, "the handshake failed: .*no reason"),
        (ConnectionResetError(), DIRECT, TLSFailure, "closed the connection during the TLS handshake"),
        (ConnectionAbortedError("SSL handshake is taking longer"), DIRECT, StageTimeout, "did not end"),
        (StageTimeout("told already"), DIRECT, StageTimeout, "told already"),
        (
            refused(9),
            DIRECT,
            CertificateError,
            "for example.org is not yet valid .this machine.s clock says 20",
        ),
        (refused(10), DIRECT, CertificateError, "for example.org has expired .this machine.s clock says 20"),
        (refused(10, b"damaged"), DIRECT, CertificateError, "for example.org has expired"),
        (refused(18), DIRECT, CertificateError, 'self-signed.*ca_certs="server.pem"'),
        (refused(19), DIRECT, CertificateError, "authority that is not trusted here; "),
        (refused(20), DIRECT, CertificateError, 'ca_certs="authority.pem"'),
        (refused(23), DIRECT, CertificateError, "does not hold: it has been revoked"),
        (refused(26), DIRECT, CertificateError, "not meant for a server"),
        (refused(67), DIRECT, CertificateError, "key of its authority is too weak"),
        (refused(99), DIRECT, CertificateError, "does not hold: words of OpenSSL"),
    ],
)
def test_handshake(error: Exception, target: Target, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        raise handshake_failure(error, target, ORG)
    assert isinstance(caught.value, ConnectionFailure)
    if caught.value is not error:
        assert (caught.value.stage, caught.value.target) == ("tls", str(target))


V4, V6 = "192.0.2.1", "2001:db8::1"


@pytest.mark.parametrize(
    ("attempts", "words"),
    [
        ([(V4, ConnectionRefusedError(errno.ECONNREFUSED, "x"))], "connection refused, nothing listens"),
        ([(V4, OSError(errno.ENETUNREACH, "x"))], r"the network is unreachable \(192\.0\.2\.1\)$"),
        (
            [(V4, OSError(errno.EHOSTUNREACH, "x")), (V6, OSError(errno.EHOSTUNREACH, "y"))],
            r"unreachable \(192\.0\.2\.1, 2001:db8::1\)$",
        ),
        (
            [(V4, TimeoutError(errno.ETIMEDOUT, "x")), (V6, OSError(errno.ENETUNREACH, "y"))],
            r": 192\.0\.2\.1: no answer; 2001:db8::1: the network is unreachable$",
        ),
        ([(V4, OSError(errno.EADDRNOTAVAIL, "x"))], "address"),
        ([(V4, OSError("in plain words"))], "in plain words"),
        ([(V4, OSError())], "OSError"),
    ],
)
def test_tcp(attempts: list[tuple[str, OSError]], words: str) -> None:
    with pytest.raises(ConnectionFailure, match=words) as caught:
        raise no_connection(attempts, STARTTLS)
    assert (caught.value.stage, caught.value.target) == ("tcp", "h.example:5222")


@pytest.mark.parametrize(
    ("error", "domain", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "h.example", "no such domain; check the JID's domain"),
        (
            socket.gaierror(socket.EAI_NONAME, "x"),
            ORG,
            "no such name .it is to be the server for example.org",
        ),
        (socket.gaierror(socket.EAI_AGAIN, "x"), ORG, "no DNS server answers at present"),
        (UnicodeError("label too long"), "h.example", "no such domain"),
    ],
)
def test_dns(error: Exception, domain: str, words: str) -> None:
    with pytest.raises(DNSFailure, match=words) as caught:
        raise resolution_failure(error, Target("h.example", 5222, direct_tls=False, domain=domain))
    assert (caught.value.stage, caught.value.target) == ("dns", "h.example:5222")


def test_timeout() -> None:
    assert str(stage_timeout("tcp", DIRECT, 15.0)) == "tcp (h.example:443): no answer within 15 s"
