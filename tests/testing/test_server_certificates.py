"""The certificates that the test server makes: who trusts them, and for which names."""

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helixmpp.testing.certificates import Authority, Identity, server_context
from helixmpp.testing.tls import ServerTLS

NOW = datetime.now(UTC)
NAMES = ["test.example", "bücher.example", "127.0.0.1"]


def shake_hands(identity: Identity, folder: Path, trusted: Authority, name: str) -> bytes:
    """Connect a client of the standard library, in memory; gives what the server's first words are to it."""
    server = ServerTLS(server_context(identity, folder))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cadata=trusted.certificate.decode())
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT  # the default since Python 3.13
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    server.write(b"early ")  # waits for the end of the handshake
    for _ in range(5):
        try:
            client.do_handshake()
            client.write(b"hello")
        except ssl.SSLWantReadError:
            pass
        if server.receive(outgoing.read()):
            server.write(b"words")
        incoming.write(server.data_to_send())
    assert hashlib.sha256(client.getpeercert(binary_form=True) or b"").digest() == identity.server_end_point
    return client.read(100)


@pytest.fixture(scope="module", name="authority")
def fixture_authority() -> Authority:
    return Authority()


@pytest.mark.parametrize("name", ["test.example", "xn--bcher-kva.example", "127.0.0.1"])
def test_right_certificate(name: str, authority: Authority, tmp_path: Path) -> None:
    assert shake_hands(authority.issue(NAMES), tmp_path, authority, name).startswith(b"early ")
    assert list(tmp_path.iterdir()) == []  # the key does not stay there


@pytest.mark.parametrize(
    ("name", "valid_from", "valid_until", "reason"),
    [
        ("other.example", None, None, "ostname mismatch"),
        ("helixmpp test server", None, None, "ostname mismatch"),  # the common name counts for nothing
        ("127.0.0.2", None, None, "IP address mismatch"),
        ("test.example", None, NOW - timedelta(hours=1), "expired"),
        ("test.example", NOW + timedelta(hours=1), None, "not yet valid"),
    ],
)
def test_wrong_certificate(
    name: str,
    valid_from: datetime | None,
    valid_until: datetime | None,
    reason: str,
    authority: Authority,
    tmp_path: Path,
) -> None:
    identity = authority.issue(NAMES, valid_from=valid_from, valid_until=valid_until)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        shake_hands(identity, tmp_path, authority, name)


def test_another_authority(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="verify failed"):
        shake_hands(authority.issue(NAMES), tmp_path, Authority(), "test.example")


def test_the_key_is_not_shown(authority: Authority) -> None:
    identity = authority.issue(NAMES)
    assert b"PRIVATE KEY" in identity.private_key
    assert "PRIVATE KEY" not in repr(identity)


def test_before_tls_1_2_there_is_nothing(authority: Authority, tmp_path: Path) -> None:
    assert server_context(authority.issue(NAMES), tmp_path).minimum_version is ssl.TLSVersion.TLSv1_2
