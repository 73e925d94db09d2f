"""An authority that signs whatever a test wants, right or wrong."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def key_pem(self, password: str | None = None) -> str:
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password is not None:
            encryption = serialization.BestAvailableEncryption(password.encode())
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ).decode()

    def server_context(self, folder: Path) -> ssl.SSLContext:
        chain = folder / f"{self.certificate.serial_number:x}.pem"
        chain.write_text(self.pem + self.key_pem())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


class Authority:
    """An authority of its own; whoever is to trust it gets ``pem``."""

    def __init__(self, name: str) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._sign(self.name, self.key, None, authority=True)

    @property
    def pem(self) -> str:
        return self.root.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self,
        names: Sequence[x509.GeneralName] = (),
        *,
        common: str | None = None,
        since: datetime = NOW - DAY,
        until: datetime = NOW + DAY,
        self_signed: bool = False,
        key: Key | None = None,
        authority: bool = False,
    ) -> Issued:
        key = key or ec.generate_private_key(ec.SECP256R1())
        attributes = [] if common is None else [x509.NameAttribute(NameOID.COMMON_NAME, common)]
        alternatives = x509.SubjectAlternativeName(names) if names else None
        certificate = self._sign(
            x509.Name(attributes),
            key,
            alternatives,
            since=since,
            until=until,
            self_signed=self_signed,
            authority=authority,
        )
        return Issued(certificate, key)

    def _sign(
        self,
        subject: x509.Name,
        key: Key,
        alternatives: x509.SubjectAlternativeName | None,
        *,
        since: datetime = NOW - DAY,
        until: datetime = NOW + DAY,
        self_signed: bool = False,
        authority: bool = False,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        signer: Key = key if self_signed else self.key
        return builder.sign(
            signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        )


def dns_name(name: str) -> x509.GeneralName:
    return x509.DNSName(name)


def srv_name(name: str) -> x509.GeneralName:
    return _other("1.3.6.1.5.5.7.8.7", 0x16, name.encode("ascii"))


def xmpp_addr(name: str) -> x509.GeneralName:
    return _other("1.3.6.1.5.5.7.8.5", 0x0C, name.encode())


def _other(type_id: str, tag: int, text: bytes) -> x509.GeneralName:
    size = bytes([len(text)]) if len(text) < 128 else bytes([0x81, len(text)])
    return x509.OtherName(x509.ObjectIdentifier(type_id), bytes([tag]) + size + text)
