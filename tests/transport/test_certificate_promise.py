"""Promise A, certificates: only the right ones connect, and the error says why the others do not."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from helixmpp.errors import CertificateError, TLSFailure
from helixmpp.stream.facts import TLSFacts
from helixmpp.transport import TLSSettings, Transport, connect_tcp
from tests.transport.ca import DAY, NOW, Authority, Issued, dns_name, srv_name, xmpp_addr
from tests.transport.recorder import Recorder
from tests.transport.servers import PROCEED, STARTTLS, TLSServer, listening, refusing, target


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("The test authority")


@dataclass(frozen=True)
class Case:
    """A certificate of a server for a domain, and what an error has to say; None: it is right."""

    name: str
    domain: str
    issue: Callable[[Authority], Issued]
    says: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return self.name


def names(*names: x509.GeneralName, common: str | None = None) -> Callable[[Authority], Issued]:
    return lambda authority: authority.issue(names, common=common)


def dated(since: datetime, until: datetime) -> Callable[[Authority], Issued]:
    return lambda authority: authority.issue([dns_name("example.org")], since=since, until=until)


def day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


ORG = "example.org"
IDN, IDN_A = "bücher.example", "xn--bcher-kva.example"

CASES = [
    Case("right", ORG, names(dns_name(ORG))),
    Case("right among others", ORG, names(dns_name("other.example"), dns_name("Example.ORG"))),
    Case("wildcard", "chat.example.org", names(dns_name("*.example.org"))),
    Case("SRV-ID", ORG, names(srv_name("_xmpp-client.example.org"))),
    Case("SRV-ID of direct TLS", ORG, names(srv_name("_xmpps-client.example.org"))),
    Case("XmppAddr", ORG, names(xmpp_addr(ORG))),
    Case("IDN as U-label", IDN, names(dns_name(IDN_A))),
    Case("IDN as A-label", IDN_A, names(dns_name(IDN_A))),
    Case("IDN as XmppAddr", IDN, names(xmpp_addr(IDN))),
    Case("IDN as A-label, XmppAddr as U-label", IDN_A, names(xmpp_addr(IDN))),
    Case("IDN as SRV-ID", IDN, names(srv_name("_xmpp-client." + IDN_A))),
    Case("IPv4", "127.0.0.1", names(x509.IPAddress(ip_address("127.0.0.1")))),
    Case("IPv6", "[::1]", names(x509.IPAddress(ip_address("::1")))),
    Case("wrong name", ORG, names(dns_name("evil.example")), ("evil.example", "not for example.org")),
    Case("longer name", ORG, names(dns_name("example.org.evil.example")), ("not for example.org",)),
    Case("subdomain", ORG, names(dns_name("chat.example.org")), ("chat.example.org", "not for example.org")),
    Case("the host and not the domain", ORG, names(dns_name("127.0.0.1")), ("not for example.org",)),
    Case(
        "no name but many others",
        ORG,
        names(*(dns_name(f"d{number}.example") for number in range(12))),
        ("d0.example", "and 2 more"),
    ),
    Case("common name only", ORG, names(common=ORG), ("common name", "'example.org'", "does not count")),
    Case("common name beside another", ORG, names(dns_name("a.example"), common=ORG), ("for a.example",)),
    Case("no name at all", ORG, names(), ("no name at all",)),
    Case("wildcard for the parent", ORG, names(dns_name("*.example.org")), ("*.example.org",)),
    Case("wildcard two labels deep", "a.b.example.org", names(dns_name("*.example.org")), ("*.example.org",)),
    Case("wildcard of all", ORG, names(dns_name("*")), ("for *, not",)),
    Case("wildcard of a top level", "example.com", names(dns_name("*.com")), ("*.com",)),
    Case("wildcard of a top level, deeper", "chat.example.com", names(dns_name("*.com")), ("*.com",)),
    Case("two wildcards", ORG, names(dns_name("*.*")), ("*.*",)),
    Case("two wildcards, deeper", "chat.example.org", names(dns_name("*.*.org")), ("*.*.org",)),
    Case("part of a label", "chat.example.org", names(dns_name("c*.example.org")), ("c*.example.org",)),
    Case("wildcard inside", "a.chat.example.org", names(dns_name("a.*.example.org")), ("not for",)),
    Case(
        "wildcard as SRV-ID", "chat.example.org", names(srv_name("_xmpp-client.*.example.org")), ("not for",)
    ),
    Case("wildcard as XmppAddr", "chat.example.org", names(xmpp_addr("*.example.org")), ("not for",)),
    Case(
        "SRV-ID of servers", ORG, names(srv_name("_xmpp-server.example.org")), ("_xmpp-server.example.org",)
    ),
    Case("SRV-ID of another domain", ORG, names(srv_name("_xmpp-client.evil.example")), ("not for",)),
    Case("SRV-ID of HTTP", ORG, names(srv_name("_http.example.org")), ("_http.example.org",)),
    Case("XmppAddr of a user", ORG, names(xmpp_addr("admin@example.org")), ("admin@example.org",)),
    Case("IDN, another one", IDN, names(dns_name("xn--bcher-n2a.example")), ("not for bücher.example",)),
    Case("IPv4, another one", "127.0.0.1", names(x509.IPAddress(ip_address("127.0.0.2"))), ("127.0.0.2",)),
    Case("IPv4 as a name", "127.0.0.1", names(dns_name("127.0.0.1")), ("not for 127.0.0.1",)),
    Case("control characters", ORG, names(xmpp_addr("a\n\x1b[31mb")), (r"a\x0a\x1b[31mb",)),
    Case(
        "expired",
        ORG,
        dated(NOW - 9 * DAY, NOW - 2 * DAY),
        ("expired on " + day(NOW - 2 * DAY), "clock says"),
    ),
    Case(
        "not yet valid", ORG, dated(NOW + DAY, NOW + 9 * DAY), ("not valid before " + day(NOW + DAY), "clock")
    ),
    Case(
        "self-signed",
        ORG,
        lambda authority: authority.issue([dns_name(ORG)], common="me", self_signed=True),
        ("self-signed", "ca_certs="),
    ),
    Case(
        "another authority",
        ORG,
        lambda _: Authority("Mallory's authority").issue([dns_name(ORG)]),
        ("not trusted", "Mallory's authority", "ca_certs="),
    ),
]


async def connect(
    port: int, domain: str, settings: TLSSettings, receiver: Recorder, *, direct: bool
) -> Transport:
    """Connect as a client does it: STARTTLS is asked for in clear text."""
    transport = await connect_tcp(target(port, domain, direct=direct), receiver, settings, timeout=10)
    if not direct:
        assert transport.tls is None
        transport.write(STARTTLS)
        await receiver.has(PROCEED)
        assert await transport.start_tls(settings, domain) is transport.tls
    return transport


@pytest.mark.parametrize("direct", [True, False], ids=["direct TLS", "STARTTLS"])
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_promise_a_certificate(case: Case, direct: bool, authority: Authority, tmp_path: Path) -> None:
    issued = case.issue(authority)
    server = TLSServer(issued.server_context(tmp_path), direct)
    receiver = Recorder()
    settings = TLSSettings(cadata=authority.pem)
    async with server.running() as port:
        if case.says is None:
            transport = await connect(port, case.domain, settings, receiver, direct=direct)
            assert isinstance(transport.tls, TLSFacts)
            transport.write(b"<presence/>")
            await receiver.has(b"<presence/>")
            transport.close()
            assert await receiver.lost() is None
            assert bytes(server.application) == b"<presence/>"
            return
        with pytest.raises(CertificateError) as caught:
            await connect(port, case.domain, settings, receiver, direct=direct)
        assert caught.value.stage == "tls"
        assert caught.value.target == f"127.0.0.1:{port}"
        for words in case.says:
            assert words in str(caught.value)
        assert "\n" not in str(caught.value)
        async with asyncio.timeout(10):
            if not direct:
                await server.ended.wait()
        assert not server.application
        if direct:
            # Never connected, as far as the receiver knows.
            assert receiver.log == []
        else:
            assert await receiver.lost() is caught.value
            assert bytes(receiver.data) == PROCEED


@pytest.mark.parametrize("direct", [True, False], ids=["direct TLS", "STARTTLS"])
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
async def test_promise_a_tls_floor(version: str, direct: bool, authority: Authority, tmp_path: Path) -> None:
    context = authority.issue([dns_name(ORG)]).server_context(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[version]
    async with listening(refusing(context, direct=direct)) as port:
        with pytest.raises(TLSFailure, match=r"no TLS 1\.2 or later"):
            await connect(port, ORG, TLSSettings(cadata=authority.pem), Recorder(), direct=direct)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
async def test_promise_a_tls_versions(version: str, authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue([dns_name(ORG)])
    context = issued.server_context(tmp_path)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    server = TLSServer(context, direct=True)
    receiver = Recorder()
    async with server.running() as port:
        transport = await connect(port, ORG, TLSSettings(cadata=authority.pem), receiver, direct=True)
        facts = transport.tls
        transport.abort()
        await receiver.lost()
    assert facts is not None
    assert facts.version == version.replace("_", ".")
    assert facts.cipher
    # The certificate is signed with SHA-256 (RFC 5929 section 4.1).
    assert facts.server_end_point == issued.certificate.fingerprint(hashes.SHA256())


@pytest.mark.parametrize(
    ("domain", "direct", "name", "protocol"),
    [
        (ORG, True, ORG, "xmpp-client"),
        (IDN, True, IDN_A, "xmpp-client"),
        (ORG, False, ORG, None),
        (IDN, False, IDN_A, None),
        ("127.0.0.1", True, None, "xmpp-client"),
    ],
)
async def test_server_name_and_alpn(
    domain: str, direct: bool, name: str | None, protocol: str | None, authority: Authority, tmp_path: Path
) -> None:
    # XEP-0368 section 3: the server name is the domain of the JID; RFC 6066 section 3: an address is none.
    issued = authority.issue([dns_name(ORG), dns_name(IDN_A), x509.IPAddress(ip_address("127.0.0.1"))])
    server = TLSServer(issued.server_context(tmp_path), direct)
    receiver = Recorder()
    async with server.running() as port:
        transport = await connect(port, domain, TLSSettings(cadata=authority.pem), receiver, direct=direct)
        transport.write(b"x")
        await receiver.has(b"x")
        transport.abort()
        await receiver.lost()
    assert server.names == [name]
    assert server.protocols == [protocol]


@pytest.mark.parametrize("direct", [True, False], ids=["direct TLS", "STARTTLS"])
async def test_unsafe_setting_takes_anybody(direct: bool, authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue([dns_name("evil.example")], self_signed=True, until=NOW - DAY / 2)
    server = TLSServer(issued.server_context(tmp_path), direct)
    receiver = Recorder()
    async with server.running() as port:
        settings = TLSSettings(unsafe_accept_any_certificate=True)
        transport = await connect(port, ORG, settings, receiver, direct=direct)
        transport.write(b"x")
        await receiver.has(b"x")
        transport.abort()
        await receiver.lost()


async def test_the_machines_authorities_are_not_asked_where_others_are_given(
    authority: Authority, tmp_path: Path
) -> None:
    server = TLSServer(authority.issue([dns_name(ORG)]).server_context(tmp_path), direct=True)
    async with server.running() as port:
        with pytest.raises(CertificateError, match="The test authority"):
            await connect(port, ORG, TLSSettings(), Recorder(), direct=True)


async def test_a_certificate_of_the_chain_that_expired(authority: Authority, tmp_path: Path) -> None:
    middle = Authority("Middle")
    cross = authority.issue(
        common="Middle", key=middle.key, authority=True, since=NOW - 9 * DAY, until=NOW - DAY
    )
    leaf = middle.issue([dns_name(ORG)])
    context = leaf.server_context(tmp_path)
    chain = tmp_path / "chain.pem"
    chain.write_text(leaf.pem + cross.pem + leaf.key_pem())
    context.load_cert_chain(chain)
    async with TLSServer(context, direct=True).running() as port:
        with pytest.raises(CertificateError, match="a certificate in the chain of the one for"):
            await connect(port, ORG, TLSSettings(cadata=authority.pem), Recorder(), direct=True)
