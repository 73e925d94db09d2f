"""Is this certificate one for the domain? (RFC 6120 section 13.7, with the rules of RFC 6125.)

The chain and the dates are checked by ``ssl``. The name is checked here, because ``ssl`` knows only two of
the four forms in which an XMPP server may be named: a DNS name, an IP address, an SRV name (RFC 4985) and an
XMPP address (id-on-xmppAddr). The common name (CN) counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helixmpp.errors import CertificateError, InvalidJID
from helixmpp.transport.names import address_of, ascii_domain

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, OtherName

__all__ = ["CertificateNames", "check_name", "der_string", "printable", "read_names", "server_end_point"]

_ID_ON_XMPP_ADDR = "1.3.6.1.5.5.7.8.5"  # RFC 6120 section 13.7.1.4
_ID_ON_DNS_SRV = "1.3.6.1.5.5.7.8.7"  # RFC 4985 section 2
_UTF8_STRING = 0x0C
_IA5_STRING = 0x16

# XEP-0368 has a name of its own for direct TLS; the certificate is the same server's either way.
_SERVICES = ("_xmpp-client.", "_xmpps-client.")

_SHOWN_NAMES = 10
_SHOWN_LENGTH = 100


@dataclass(frozen=True, slots=True)
class CertificateNames:
    """For whom a certificate is, as it says itself.

    :param dns: dNSName, with a wildcard or not.
    :param addresses: iPAddress, in its shortest form.
    :param srv: SRVName, such as ``_xmpp-client.example.org``.
    :param xmpp: id-on-xmppAddr.
    :param common: the common names (CN) of the subject; they identify nobody (RFC 6120 section 13.7.1.2).
    """

    dns: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    srv: tuple[str, ...] = ()
    xmpp: tuple[str, ...] = ()
    common: tuple[str, ...] = ()

    def are_for(self, domain: str) -> bool:
        """Whether one of the names is the domain, which may have U-labels or A-labels or be an IP address."""
        if (address := address_of(domain)) is not None:
            return str(address) in self.addresses
        try:
            wanted = ascii_domain(domain)
        except InvalidJID:
            return False
        return (
            any(_is_dns_id(name, wanted) for name in self.dns)
            or any(_same(name, service + wanted) for name in self.srv for service in _SERVICES)
            or any(_same(name, wanted) for name in self.xmpp)
        )

    def __str__(self) -> str:
        """List the names for an error message, at most ten."""
        names = list(dict.fromkeys((*self.dns, *self.addresses, *self.srv, *self.xmpp)))
        shown = ", ".join(printable(name) for name in names[:_SHOWN_NAMES])
        more = len(names) - _SHOWN_NAMES
        return f"{shown} and {more} more" if more > 0 else shown


def check_name(certificate: bytes, domain: str, *, target: str = "") -> None:
    """Check that a certificate names the domain.

    :param certificate: the server's, in DER; its chain has been verified already.
    :param domain: the domain of the JID, in any form.
    :param target: ``host:port`` for the error.
    :raises CertificateError: it does not, or it cannot be read; the text says for whom it is.
    """
    from cryptography import x509  # noqa: PLC0415 - slow to load

    try:
        names = read_names(x509.load_der_x509_certificate(certificate))
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise CertificateError(
            f"the certificate is damaged, so it cannot be one for {domain}: {printable(str(error))}",
            stage="tls",
            target=target,
        ) from error
    if not names.are_for(domain):
        raise CertificateError(_wrong_name(names, domain), stage="tls", target=target)


def _wrong_name(names: CertificateNames, domain: str) -> str:
    if shown := str(names):
        told = f"the certificate is for {shown}, not for {domain}"
    elif names.common:
        told = (
            f"the certificate is not one for {domain}: it has no subjectAltName, and its common name (CN) "
            f"{printable(names.common[0])!r} does not count"
        )
    else:
        told = f"the certificate is not one for {domain}: it has no name at all"
    return (
        f"{told}; check the JID's domain, or the server needs a certificate with that name as subjectAltName"
    )


def read_names(certificate: "Certificate") -> CertificateNames:
    """Read for whom a certificate is.

    :raises ValueError: the extension is damaged.
    """
    from cryptography import x509  # noqa: PLC0415 - slow to load

    common = tuple(
        str(attribute.value)
        for attribute in certificate.subject.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)
    )
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return CertificateNames(common=common)
    others = [name for name in extension.value if isinstance(name, x509.OtherName)]
    return CertificateNames(
        dns=tuple(extension.value.get_values_for_type(x509.DNSName)),
        addresses=tuple(str(address) for address in extension.value.get_values_for_type(x509.IPAddress)),
        srv=tuple(_texts(others, _ID_ON_DNS_SRV, _IA5_STRING)),
        xmpp=tuple(_texts(others, _ID_ON_XMPP_ADDR, _UTF8_STRING)),
        common=common,
    )


def _texts(names: "list[OtherName]", type_id: str, tag: int) -> Iterator[str]:
    for name in names:
        if name.type_id.dotted_string == type_id and (text := der_string(name.value, tag)) is not None:
            yield text


def der_string(data: bytes, tag: int) -> str | None:
    """Read one string in DER (X.690 section 8.1); None where it is none of that type, or not whole."""
    if len(data) < 2 or data[0] != tag or data[1] == 0x80:
        return None
    size, start = data[1], 2
    if size > 0x80:
        start += size - 0x80
        size = int.from_bytes(data[2:start])
    if len(data) != start + size:
        return None
    try:
        return data[start:].decode("utf-8" if tag == _UTF8_STRING else "ascii")
    except UnicodeDecodeError:
        return None


def _is_dns_id(presented: str, wanted: str) -> bool:
    """Compare a dNSName (RFC 6125 section 6.4), where ``*`` may stand for the whole first label.

    Behind the wildcard there have to be two labels at least, so that nobody is given all of ``*.com``.
    """
    name = presented.lower().removesuffix(".")
    if not name.startswith("*."):
        return name == wanted and "*" not in name
    parent = name[2:]
    label, _, rest = wanted.partition(".")
    return rest == parent and "." in parent and "*" not in wanted and label != ""


def _same(presented: str, wanted: str) -> bool:
    """Compare an SRVName or XMPP address, without wildcards; the latter may have U-labels."""
    try:
        return ascii_domain(presented) == wanted
    except InvalidJID:
        return False


def printable(text: str) -> str:
    """Make what a stranger wrote fit for a message: one line, at most 100 characters, no control codes."""
    shown = "".join(
        letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text[:_SHOWN_LENGTH]
    )
    return shown + "..." if len(text) > _SHOWN_LENGTH else shown


def server_end_point(certificate: bytes) -> bytes | None:
    """Hash the server's certificate for the channel binding ``tls-server-end-point`` (RFC 5929 section 4.1).

    The hash is that of the certificate's own signature, with SHA-256 in place of MD5 and SHA-1. None where
    the signature has no hash of its own (Ed25519, Ed448) or an unknown one: the binding is then not defined.
    """
    from cryptography import x509  # noqa: PLC0415 - slow to load
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as above

    try:
        parsed = x509.load_der_x509_certificate(certificate)
        algorithm = parsed.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if algorithm is None:
        return None
    weak = isinstance(algorithm, hashes.MD5 | hashes.SHA1)
    return parsed.fingerprint(hashes.SHA256() if weak else algorithm)
