"""Where the servers of a domain are: what the program says, or what DNS says (RFC 6120 section 3.2)."""

import asyncio
from random import SystemRandom
from typing import TYPE_CHECKING, Literal

from helixmpp.errors import ConnectionFailure, DNSFailure
from helixmpp.transport.dns import query_srv, system_resolver
from helixmpp.transport.interface import Target
from helixmpp.transport.names import address_of, ascii_domain, bare_host
from helixmpp.transport.srv import RandomSource, SRVRecord, in_order

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

__all__ = ["find_targets"]

_CLIENT_PORT = 5222  # RFC 6120 section 14.7
_DIRECT_TLS_PORT = 5223  # never registered, but what servers use
_COMPONENT_PORT = 5347  # what servers use for XEP-0114

# A domain may name any number of servers; so many are tried before the attempt has failed.
_MAX_TARGETS = 32


async def find_targets(
    domain: str,
    *,
    host: str | None = None,
    port: int | None = None,
    kind: Literal["client", "component"] = "client",
    direct_tls: bool = True,
    starttls: bool = True,
    resolver: "Resolver | None" = None,
    timeout: float = 5.0,
    random: RandomSource | None = None,
) -> list[Target]:
    """Find out where to connect to for a domain, the best place first; at most 32.

    A host or port from the caller, a domain that is an IP address, and one without a dot need no DNS:
    one target is the answer, port 5222 with STARTTLS unless told otherwise (5223 with direct TLS where
    STARTTLS is off). The same is the answer where a domain has no SRV records (RFC 6120 section 3.2.2).
    Else the records of ``_xmpps-client`` and ``_xmpp-client`` count as one set (XEP-0368), sorted as
    RFC 2782 says.

    :param domain: the domain of the JID; it stays the name that the certificate has to be for.
    :param host: where to connect to instead.
    :param port: the port to connect to; SRV records are then not asked for.
    :param kind: ``"component"`` for a trusted link to the server (XEP-0114): port 5347, no SRV records.
    :param direct_tls: whether servers may be used that begin with TLS.
    :param starttls: whether servers may be used that begin in clear text.
    :param resolver: dnspython's; by default one with the machine's settings.
    :param timeout: seconds that DNS may take.
    :param random: what draws by the records' weights.
    :raises DNSFailure: the domain says that it has no such service, or DNS does not answer.
    :raises ConnectionFailure: neither direct TLS nor STARTTLS is allowed to a client.
    :raises InvalidJID: the domain is no name.
    """
    place = bare_host(host or domain)
    place = place if address_of(place) else ascii_domain(place)
    if kind == "component":
        return [Target(place, port or _COMPONENT_PORT, direct_tls, domain)]
    if not (direct_tls or starttls):
        raise ConnectionFailure(
            "neither direct TLS nor STARTTLS is enabled, so there is no way to connect", target=domain
        )
    default = Target(
        place,
        port or (_CLIENT_PORT if starttls else _DIRECT_TLS_PORT),
        direct_tls=not starttls,
        domain=domain,
    )
    if host or port or address_of(domain) or "." not in place:
        return [default]
    resolver = resolver or await asyncio.to_thread(system_resolver)
    if resolver is None:
        return [default]
    services = [secure for secure, wanted in ((True, direct_tls), (False, starttls)) if wanted]
    records, failures = await _ask(place, services, resolver, timeout)
    offered = [record for record in records if record.target]
    if offered:
        chosen = in_order(offered, random or SystemRandom())[:_MAX_TARGETS]
        return [Target(record.target, record.port, record.direct_tls, domain) for record in chosen]
    if records and not failures:
        # "." (RFC 2782); under either name it also rules out the fallback (XEP-0368 section 5).
        means = "" if starttls else " by direct TLS"
        raise DNSFailure(
            f'the domain offers no XMPP service to clients{means} (its SRV record is "."); '
            "check the JID's domain",
            stage="dns",
            target=domain,
        )
    if failures and (records or not await _is_found(default, timeout)):
        raise failures[0]
    # RFC 6120 section 3.2.1 (9) wants the fallback also where nobody answers: there are networks that
    # drop questions for SRV records and nothing else.
    return [default]


async def _ask(
    name: str, services: list[bool], resolver: "Resolver", lifetime: float
) -> tuple[list[SRVRecord], list[DNSFailure]]:
    """Ask for all services at once, and keep what is answered where something is not."""
    answers = await asyncio.gather(
        *(query_srv(name, direct_tls=secure, resolver=resolver, lifetime=lifetime) for secure in services),
        return_exceptions=True,
    )
    records: list[SRVRecord] = []
    failures: list[DNSFailure] = []
    for answer in answers:
        if isinstance(answer, DNSFailure):
            failures.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            records += answer
    return records, failures


async def _is_found(target: Target, lifetime: float) -> bool:
    """Whether the system finds the host by its own means."""
    try:
        async with asyncio.timeout(lifetime):
            await asyncio.get_running_loop().getaddrinfo(target.host, target.port)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return False
    return True
