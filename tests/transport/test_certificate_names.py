"""Names of certificates, byte by byte: what is odd in one must neither pass nor raise something of its own."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from hypothesis import given
from hypothesis import strategies as st

from helixmpp.errors import CertificateError, InvalidJID
from helixmpp.transport.certificates import (
    CertificateNames,
    check_name,
    der_string,
    printable,
    read_names,
    server_end_point,
)
from helixmpp.transport.names import address_of, ascii_domain, bare_host
from tests.transport.ca import DAY, NOW, Authority

Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

UTF8, IA5 = 0x0C, 0x16
XMPP, SRV = "1.3.6.1.5.5.7.8.5", "1.3.6.1.5.5.7.8.7"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("The test authority")


def other(type_id: str, value: bytes) -> x509.OtherName:
    return x509.OtherName(x509.ObjectIdentifier(type_id), value)


@pytest.mark.parametrize(
    ("name", "xmpp", "srv"),
    [
        (other(XMPP, b"\x0c\x03a.b"), ("a.b",), ()),
        (other(SRV, b"\x16\x03a.b"), (), ("a.b",)),
        (other(XMPP, b"\x0c\x82\x01\x00" + b"a" * 256), ("a" * 256,), ()),
        (other(XMPP, b"\x16\x03a.b"), (), ()),  # not a UTF8String
        (other(SRV, b"\x0c\x03a.b"), (), ()),  # not an IA5String
        (other("1.2.3.4", b"\x0c\x03a.b"), (), ()),
    ],
)
def test_other_names(
    name: x509.OtherName, xmpp: tuple[str, ...], srv: tuple[str, ...], authority: Authority
) -> None:
    names = read_names(authority.issue([name]).certificate)
    assert (names.xmpp, names.srv) == (xmpp, srv)


@pytest.mark.parametrize(
    ("data", "tag", "text"),
    [
        (b"\x0c\x00", UTF8, ""),
        (b"\x0c\x03a.b", UTF8, "a.b"),
        (b"\x0c\x03a.b", IA5, None),
        (b"\x0c\x81\x80" + b"a" * 128, UTF8, "a" * 128),
        (b"\x0c\x04a.b", UTF8, None),  # too short
        (b"\x0c\x02a.b", UTF8, None),  # something behind
        (b"\x0c\x80a.b\0\0", UTF8, None),  # no length, which is BER
        (b"\x0c\xff", UTF8, None),
        (b"\x0c\x82\x01", UTF8, None),
        (b"\x0c", UTF8, None),
        (b"", UTF8, None),
        (b"\x0c\x02\xc3\xbc", UTF8, "ü"),
        (b"\x0c\x02\xc3\x28", UTF8, None),  # no UTF-8
        (b"\x16\x02\xc3\xbc", IA5, None),  # no ASCII
    ],
)
def test_der_string(data: bytes, tag: int, text: str | None) -> None:
    assert der_string(data, tag) == text


@given(st.binary(max_size=300), st.sampled_from([0x0C, 0x16]))
def test_any_bytes_are_a_string_or_none(value: bytes, tag: int) -> None:
    found = der_string(value, tag)
    assert found is None or value.endswith(found.encode())


@pytest.mark.parametrize(
    ("names", "domain", "fits"),
    [
        (CertificateNames(dns=("EXAMPLE.org.",)), "example.org", True),
        (CertificateNames(dns=("example.org",)), "Example.Org.", True),
        (CertificateNames(dns=("*.example.org",)), "*.example.org", False),
        (CertificateNames(dns=("*.example.org",)), ".example.org", False),
        (CertificateNames(dns=("",)), "example.org", False),
        (CertificateNames(dns=("example.org\0.evil.example",)), "example.org", False),
        (CertificateNames(dns=("*.0.0.1",)), "127.0.0.1", False),
        (CertificateNames(dns=("bücher.example",)), "bücher.example", False),
        (CertificateNames(addresses=("2001:db8::1",)), "[2001:DB8:0::1]", True),
        (CertificateNames(addresses=("192.0.2.1",)), "[::ffff:192.0.2.1]", False),
        (CertificateNames(xmpp=("BÜCHER.example",)), "bücher.example", True),
        (CertificateNames(xmpp=("☃\u2028",)), "example.org", False),
        (CertificateNames(xmpp=("example.org/resource",)), "example.org", False),
        (CertificateNames(srv=("_XMPP-Client.Example.org",)), "example.org", True),
        (CertificateNames(srv=("_xmpp-client._tcp.example.org",)), "example.org", False),
        (CertificateNames(srv=("_xmpp-client.",)), "", False),
        (CertificateNames(common=("example.org",)), "example.org", False),
        (CertificateNames(dns=("ex☃mple.org",)), "ex☃mple.org", False),
        (CertificateNames(dns=("my_server.example",)), "my_server.example", True),
    ],
)
def test_comparison(names: CertificateNames, domain: str, fits: bool) -> None:
    assert names.are_for(domain) is fits


@given(st.text(max_size=30), st.text(max_size=30))
def test_names_of_strangers_never_raise(presented: str, domain: str) -> None:
    names = CertificateNames(dns=(presented,), srv=(presented,), xmpp=(presented,))
    assert names.are_for(domain) in {True, False}


@pytest.mark.parametrize("certificate", [b"", b"nonsense", b"\x30\x03\x02\x01\x00"])
def test_damaged_certificate(certificate: bytes) -> None:
    with pytest.raises(CertificateError, match="damaged"):
        check_name(certificate, "example.org", target="127.0.0.1:5222")
    assert server_end_point(certificate) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("example.org", "example.org"),
        ("bücher", "bücher"),
        ("a\r\nb\0", r"a\x0d\x0ab\x00"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u202eevil", r"\x202eevil"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 100 + "..."),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def sign(
    key: CertificateIssuerPrivateKeyTypes, algorithm: Hash | None, scheme: padding.PSS | None = None
) -> bytes:
    name = x509.Name([])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + DAY)
        .sign(key, algorithm, rsa_padding=scheme)
    )
    return certificate.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    "algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda a: a.name
)
def test_server_end_point_has_the_hash_of_the_signature(algorithm: Hash) -> None:
    # RFC 5929 section 4.1.
    certificate = sign(ec.generate_private_key(ec.SECP256R1()), algorithm)
    assert server_end_point(certificate) == hashlib.new(algorithm.name, certificate).digest()


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("last_byte", [4, 5], ids=["MD5", "SHA-1"])
def test_server_end_point_of_a_weak_signature_is_sha256(last_byte: int, rsa_key: rsa.RSAPrivateKey) -> None:
    # Nobody signs with these any more, so the name of the algorithm (RFC 8017 appendix A.2.4) is changed by hand.
    strong = sign(rsa_key, hashes.SHA256())
    oid = bytes.fromhex("06092a864886f70d0101")
    weak = strong.replace(oid + b"\x0b", oid + bytes([last_byte]))
    assert weak != strong
    assert server_end_point(weak) == hashlib.sha256(weak).digest()


def test_server_end_point_of_rsa_pss(rsa_key: rsa.RSAPrivateKey) -> None:
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), padding.PSS.DIGEST_LENGTH)
    certificate = sign(rsa_key, hashes.SHA384(), scheme)
    assert server_end_point(certificate) == hashlib.sha384(certificate).digest()


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()])
def test_server_end_point_is_not_defined_without_a_hash(key: CertificateIssuerPrivateKeyTypes) -> None:
    assert server_end_point(sign(key, None)) is None


@pytest.mark.parametrize(
    ("domain", "ascii_form"),
    [
        ("example.org", "example.org"),
        ("Example.ORG.", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER。example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),  # IDNA 2008, where 2003 has "strasse"
        ("bücher.my_server.lan", "xn--bcher-kva.my_server.lan"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("xn--i-7iq.example", "xn--i-7iq.example"),  # an emoji: no name of IDNA 2008, but one of DNS
    ],
)
def test_ascii_domain(domain: str, ascii_form: str) -> None:
    assert ascii_domain(domain) == ascii_form


@pytest.mark.parametrize("domain", ["ex☃mple.org", "a\u200d.example", "ü" * 64])
def test_no_ascii_domain(domain: str) -> None:
    with pytest.raises(InvalidJID):
        ascii_domain(domain)


@pytest.mark.parametrize(
    ("domain", "address", "host"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]", "2001:db8::1", "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1", "2001:DB8::1"),
        ("127.1", None, "127.1"),
        ("example.org", None, "example.org"),
        ("[", None, "["),
        ("", None, ""),
    ],
)
def test_addresses(domain: str, address: str | None, host: str) -> None:
    assert (None if (found := address_of(domain)) is None else str(found)) == address
    assert bare_host(domain) == host
