"""Where a domain's servers are, asked of a DNS server of the test's own."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from helixmpp.errors import ConnectionFailure, DNSFailure, InvalidJID
from helixmpp.transport import ProxySettings, Target, find_targets, targets
from helixmpp.transport.dns import query_srv, system_resolver
from tests.transport.nameserver import EMPTY, GARBAGE, LOOP, REFUSED, SERVFAIL, SILENT, Zone, nameserver

ORG = "example.org"
PLAIN, DIRECT = "_xmpp-client._tcp.example.org", "_xmpps-client._tcp.example.org"
# Nobody has this name (RFC 6761 section 6.4), so the system does not find it either.
NOBODY = "nobody.invalid"


def plain(host: str, port: int = 5222, domain: str = ORG) -> Target:
    return Target(host, port, direct_tls=False, domain=domain)


def direct(host: str, port: int = 5223, domain: str = ORG) -> Target:
    return Target(host, port, direct_tls=True, domain=domain)


ANSWERS: list[tuple[str, Zone, list[Target]]] = [
    ("one record", {PLAIN: ["5 0 5222 xmpp.example.net."]}, [plain("xmpp.example.net")]),
    (
        "both services are one set",
        {
            PLAIN: ["20 0 5222 b.example.net.", "0 0 5269 d.example.net."],
            DIRECT: ["10 0 443 a.example.net.", "30 0 5223 c.example.net."],
        },
        [
            plain("d.example.net", 5269),
            direct("a.example.net", 443),
            plain("b.example.net"),
            direct("c.example.net"),
        ],
    ),
    ("direct TLS only", {DIRECT: ["5 0 443 a.example.net."], PLAIN: EMPTY}, [direct("a.example.net", 443)]),
    ("no such names", {}, [plain(ORG)]),
    ("names without records", {PLAIN: EMPTY, DIRECT: EMPTY}, [plain(ORG)]),
    ("direct TLS not offered", {DIRECT: ["0 0 0 ."], PLAIN: ["5 0 5222 a.b."]}, [plain("a.b")]),
    ("STARTTLS not offered", {DIRECT: ["0 0 443 a.b."], PLAIN: ["0 0 0 ."]}, [direct("a.b", 443)]),
    ("one is not answered", {DIRECT: SERVFAIL, PLAIN: ["5 0 5222 a.b."]}, [plain("a.b")]),
    ("one is refused", {DIRECT: ["5 0 443 a.b."], PLAIN: REFUSED}, [direct("a.b", 443)]),
    ("a dot beside a server", {PLAIN: ["0 0 0 .", "5 0 5222 a.b."]}, [plain("a.b")]),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
async def test_answers(zone: Zone, expected: list[Target]) -> None:
    async with nameserver(zone) as (server, resolver):
        assert await find_targets(ORG, resolver=resolver, random=Random(1)) == expected
    assert sorted(set(server.asked)) == [PLAIN, DIRECT]


@pytest.mark.parametrize(
    ("switches", "asked", "expected"),
    [
        ({"starttls": False}, DIRECT, direct("s.example.net", 443)),
        ({"direct_tls": False}, PLAIN, plain("p.example.net")),
    ],
)
async def test_only_what_is_allowed_is_asked_for(
    switches: dict[str, Any], asked: str, expected: Target
) -> None:
    zone = {PLAIN: ["5 0 5222 p.example.net."], DIRECT: ["5 0 443 s.example.net."]}
    async with nameserver(zone) as (server, resolver):
        assert await find_targets(ORG, resolver=resolver, **switches) == [expected]
        assert server.asked == [asked]


async def test_fallback_of_direct_tls_alone() -> None:
    async with nameserver({}) as (_, resolver):
        assert await find_targets(ORG, resolver=resolver, starttls=False) == [direct(ORG, 5223)]


async def test_weights_decide_among_both_services() -> None:
    zone = {PLAIN: ["5 1 5222 p.example.net."], DIRECT: ["5 9 443 s.example.net."]}
    source = Random(2782)
    async with nameserver(zone) as (_, resolver):
        firsts = [(await find_targets(ORG, resolver=resolver, random=source))[0] for _ in range(200)]
    # Of the numbers 0 to 10 those up to 9 go to the weight of 9, which stands first; the deviation is 4.
    assert 165 <= sum(first.direct_tls for first in firsts) <= 195


async def test_at_most_32_targets() -> None:
    zone = {PLAIN: [f"{number} 0 5222 h{number}.example.net." for number in range(40)]}
    async with nameserver(zone) as (_, resolver):
        found = await find_targets(ORG, resolver=resolver)
    assert [target.host for target in found] == [f"h{number}.example.net" for number in range(32)]


@pytest.mark.parametrize(
    ("zone", "switches"),
    [
        ({PLAIN: ["0 0 0 ."], DIRECT: ["0 0 0 ."]}, {}),
        ({PLAIN: ["0 0 0 ."]}, {}),
        # XEP-0368 section 5: whoever says so for direct TLS has SRV records, so nothing is guessed.
        ({DIRECT: ["0 0 0 ."]}, {}),
        ({DIRECT: ["0 0 0 ."]}, {"starttls": False}),
    ],
)
async def test_not_offered(zone: Zone, switches: dict[str, Any]) -> None:
    async with nameserver(zone) as (_, resolver):
        with pytest.raises(DNSFailure, match="offers no XMPP service") as caught:
            await find_targets(ORG, resolver=resolver, **switches)
    assert (caught.value.stage, caught.value.target) == ("dns", ORG)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (dict.fromkeys((PLAIN, DIRECT), SILENT), r"no DNS server answered within 0\.2 s"),
        ({PLAIN: SILENT}, r"no DNS server answered within 0\.2 s"),
        ({PLAIN: SILENT, DIRECT: ["0 0 0 ."]}, r"no DNS server answered within 0\.2 s"),
        (dict.fromkeys((PLAIN, DIRECT), SERVFAIL), r"every DNS server failed to look it up \(SERVFAIL\)"),
        (dict.fromkeys((PLAIN, DIRECT), REFUSED), r"every DNS server failed to look it up \(REFUSED\)"),
        ({PLAIN: SERVFAIL}, "SERVFAIL"),
        ({PLAIN: SERVFAIL, DIRECT: ["0 0 0 ."]}, "SERVFAIL"),
        ({PLAIN: SERVFAIL, DIRECT: SILENT}, "SERVFAIL"),
        # What is no answer to the question may come from anybody, and is passed over.
        ({PLAIN: GARBAGE}, "no DNS server answered"),
        ({PLAIN: LOOP}, "cannot be looked up|every DNS server failed"),
    ],
)
async def test_no_answer(zone: Zone, words: str) -> None:
    zone = {name.replace(ORG, NOBODY): records for name, records in zone.items()}
    async with nameserver(zone) as (_, resolver):
        with pytest.raises(DNSFailure, match=words) as caught:
            await find_targets(NOBODY, resolver=resolver, timeout=0.3)
    assert NOBODY in str(caught.value)
    assert caught.value.stage == "dns"


async def test_no_answer_but_a_host_that_the_system_finds(caplog: pytest.LogCaptureFixture) -> None:
    # RFC 6120 section 3.2.1 (9). The system reads "127.1" as an address, and DNS has it for a name.
    zone = {name.replace(ORG, "127.1"): SILENT for name in (PLAIN, DIRECT)}
    async with nameserver(zone) as (server, resolver):
        assert await find_targets("127.1", resolver=resolver, timeout=0.3) == [plain("127.1", domain="127.1")]
    assert server.asked
    # Else nobody would know why it is not the server that DNS names.
    assert "no DNS server answered" in caplog.text


@pytest.mark.parametrize("trouble", [SERVFAIL, REFUSED])
async def test_failed_dns_is_not_taken_for_no_records(trouble: str) -> None:
    zone = {name.replace(ORG, "127.1"): trouble for name in (PLAIN, DIRECT)}
    async with nameserver(zone) as (_, resolver):
        with pytest.raises(DNSFailure, match="every DNS server failed"):
            await find_targets("127.1", resolver=resolver, timeout=5)


async def test_time_of_all_of_dns() -> None:
    zone = {name.replace(ORG, NOBODY): SILENT for name in (PLAIN, DIRECT)}
    loop = asyncio.get_running_loop()
    async with nameserver(zone) as (_, resolver):
        started = loop.time()
        with pytest.raises(DNSFailure):
            await find_targets(NOBODY, resolver=resolver, timeout=0.3)
        assert loop.time() - started < 1.0


NO_HOSTS = [
    "192.0.2.1.",
    "127.1.",
    "2130706433.",
    "0x7f000001.",
    "a\\032b.example.",
    "_s._tcp.example.",
    "-a.b.",
]


@pytest.mark.parametrize("record", [*(f"0 0 5222 {name}" for name in NO_HOSTS), "0 0 0 a.b."])
async def test_targets_that_are_no_hosts(record: str) -> None:
    async with nameserver({PLAIN: [record, "9 0 5222 good.example."]}) as (_, resolver):
        assert await find_targets(ORG, resolver=resolver) == [plain("good.example")]
    async with nameserver({PLAIN: [record]}) as (_, resolver):
        # There are records, so the domain itself is not guessed.
        with pytest.raises(DNSFailure, match="name no host"):
            await find_targets(ORG, resolver=resolver)


async def test_thousands_of_records() -> None:
    records = [f"{1 + number % 2} 1 5222 h{number}." for number in range(2_000)] + ["0 0 5222 best.example."]
    async with nameserver({PLAIN: records}) as (_, resolver):
        answer = await query_srv(ORG, direct_tls=False, resolver=resolver, lifetime=20)
        assert len(answer.records) == 256
        found = await find_targets(ORG, resolver=resolver, timeout=20)
    assert found[0] == plain("best.example")
    assert len(found) == 32
    assert [target.priority for target in found] == [0] + [1] * 31


PROXY = ProxySettings("socks5", "proxy.example", 1080)


async def test_proxy_and_no_question_to_dns() -> None:
    async with nameserver({PLAIN: ["5 0 5222 xmpp.example.net."]}) as (server, resolver):
        assert await find_targets(ORG, resolver=resolver, proxy=PROXY) == [plain(ORG)]
        assert await find_targets(ORG, resolver=resolver, srv=False) == [plain(ORG)]
        assert server.asked == []
        found = await find_targets(ORG, resolver=resolver, proxy=PROXY, srv=True)
        assert found == [plain("xmpp.example.net")]


async def test_proxy_and_silent_dns() -> None:
    # Whoever wants SRV records with a proxy does not want the system to be asked for the domain's address.
    zone = {name.replace(ORG, "127.1"): SILENT for name in (PLAIN, DIRECT)}
    async with nameserver(zone) as (_, resolver):
        with pytest.raises(DNSFailure, match="no DNS server answered"):
            await find_targets("127.1", resolver=resolver, proxy=PROXY, srv=True, timeout=0.2)


async def test_domain_with_letters_beyond_ascii() -> None:
    zone = {"_xmpp-client._tcp.xn--bcher-kva.example": ["5 0 5222 xmpp.example.net."]}
    async with nameserver(zone) as (_, resolver):
        found = await find_targets("bücher.example", resolver=resolver)
    # What the certificate has to be for stays the domain.
    assert found == [plain("xmpp.example.net", domain="bücher.example")]
    async with nameserver({}) as (_, resolver):
        found = await find_targets("bücher.example", resolver=resolver)
    assert found == [plain("xn--bcher-kva.example", domain="bücher.example")]


async def test_domain_too_long_for_srv_names() -> None:
    domain = ".".join(["a" * 60] * 4)
    async with nameserver({}) as (server, resolver):
        assert await find_targets(domain, resolver=resolver) == [plain(domain, domain=domain)]
    assert server.asked == []


@pytest.mark.parametrize(
    ("domain", "arguments", "expected"),
    [
        (ORG, {"host": "xmpp.example.net"}, plain("xmpp.example.net")),
        (ORG, {"host": "xmpp.example.net", "port": 80}, plain("xmpp.example.net", 80)),
        (ORG, {"port": 5269}, plain(ORG, 5269)),
        (ORG, {"host": "h", "starttls": False}, direct("h", 5223)),
        (ORG, {"host": "h", "starttls": False, "port": 443}, direct("h", 443)),
        (ORG, {"host": "h", "direct_tls": False}, plain("h")),
        (ORG, {"host": "bücher.example"}, plain("xn--bcher-kva.example")),
        (ORG, {"host": "[::1]"}, plain("::1")),
        (ORG, {"host": "2001:DB8::0:1", "port": 1}, plain("2001:db8::1", 1)),
        (ORG, {"host": "[fe80::1%7]"}, plain("fe80::1%7")),
        (ORG, {"host": "fe80::1%7"}, plain("fe80::1%7")),
        ("192.0.2.1", {}, plain("192.0.2.1", domain="192.0.2.1")),
        ("[2001:db8::1]", {}, plain("2001:db8::1", domain="[2001:db8::1]")),
        ("localhost", {}, plain("localhost", domain="localhost")),
        ("localhost.", {}, plain("localhost", domain="localhost.")),
        ("prosody", {"starttls": False}, direct("prosody", domain="prosody")),
        (ORG, {"kind": "component"}, plain(ORG, 5347)),
        (ORG, {"kind": "component", "direct_tls": False, "starttls": False, "port": 1}, plain(ORG, 1)),
        (ORG, {"kind": "component", "host": "h", "direct_tls": False}, plain("h", 5347)),
    ],
)
async def test_no_question_to_dns(domain: str, arguments: dict[str, Any], expected: Target) -> None:
    async with nameserver({}) as (server, resolver):
        if arguments.get("kind") == "component":
            arguments = {"direct_tls": False, **arguments}
        found = await find_targets(domain, resolver=resolver, **arguments)
    assert found == [expected]
    assert server.asked == []


async def test_neither_kind_of_tls_is_allowed() -> None:
    with pytest.raises(ConnectionFailure, match="neither direct TLS nor STARTTLS"):
        await find_targets(ORG, direct_tls=False, starttls=False)


async def test_no_domain() -> None:
    with pytest.raises(InvalidJID):
        await find_targets("ex☃mple.org")


@pytest.mark.skipif(sys.platform == "win32", reason="dnspython reads the registry there, and no file")
@pytest.mark.parametrize("settings", ["", "# nothing\n", "nameserver nonsense\n", None])
async def test_machine_without_dns(
    settings: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not the machine's own settings, but a file of the test.
    path = tmp_path / "resolv.conf"
    if settings is not None:
        path.write_text(settings)

    monkeypatch.setattr(targets, "system_resolver", partial(system_resolver, str(path)))
    assert system_resolver(str(path)) is None
    assert await find_targets(ORG) == [plain(ORG)]
