"""Certificates for tests: an authority that lives as long as a test, and what it signs."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import idna
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["Authority", "Identity", "server_context"]

# Clocks of test machines are wrong sometimes, and some tests turn them on purpose.
BEFORE_NOW = timedelta(days=1)
AFTER_NOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key, both as PEM."""

    certificate: bytes
    private_key: bytes = field(repr=False)
    server_end_point: bytes  # what tls-server-end-point is for it (RFC 5929 section 4)


class Authority:
    """A certificate authority of its own (EC P-256); nobody trusts it who is not given its certificate.

    :param name: the common name; it is seen in error messages only.
    """

    def __init__(self, name: str = "helixmpp test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key_id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BEFORE_NOW)
            .not_valid_after(now + AFTER_NOW)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .add_extension(self._key_id, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate: bytes = certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        names: Iterable[str],
        *,
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
    ) -> Identity:
        """Make a key and a certificate for a server of these names.

        :param names: domains (any script; they become A-labels) and IP addresses, all as subjectAltName:
            a common name counts for nothing (RFC 6120 section 13.7.1.2).
        :param valid_from: a day ago by default.
        :param valid_until: in thirty days by default.
        """
        now = datetime.now(UTC)
        alternative = x509.SubjectAlternativeName([_general_name(name) for name in names])
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "helixmpp test server")]))
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid_from or now - BEFORE_NOW)
            .not_valid_after(valid_until or now + AFTER_NOW)
            .add_extension(alternative, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self._key_id), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        return Identity(
            certificate.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
            # It is signed with SHA-256, which is then the hash to take (RFC 5929 section 4.1).
            certificate.fingerprint(hashes.SHA256()),
        )


def server_context(identity: Identity, folder: Path) -> ssl.SSLContext:
    """Make the TLS settings of a server with that identity; TLS 1.2 at least.

    :param folder: where the key lies for a moment, because ``ssl`` reads it from files only.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    chain = folder / "server.pem"
    chain.write_bytes(identity.certificate + identity.private_key)
    try:
        context.load_cert_chain(chain)
    finally:
        chain.unlink()
    return context


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(idna.encode(name, uts46=True).decode("ascii"))


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    # Stated because Python checks strictly since 3.13 (VERIFY_X509_STRICT).
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
