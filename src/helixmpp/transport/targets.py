"""Where the servers of a domain are: what the program says, or what DNS says (RFC 6120 section 3.2)."""

import asyncio
import logging
from random import SystemRandom
from typing import TYPE_CHECKING, Literal

from helixmpp.errors import ConnectionFailure, DNSFailure
from helixmpp.transport.cache import SRVCache, shared_cache
from helixmpp.transport.dns import NoDNSAnswer, query_srv, system_resolver
from helixmpp.transport.interface import Target
from helixmpp.transport.names import address_of, ascii_domain, bare_host, is_host_name
from helixmpp.transport.proxy import ProxySettings
from helixmpp.transport.srv import RandomSource, SRVRecord, in_order

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

__all__ = ["find_targets"]

log = logging.getLogger(__name__)

_CLIENT_PORT = 5222  # RFC 6120 section 14.7
_DIRECT_TLS_PORT = 5223  # never registered, but what servers use
_COMPONENT_PORT = 5347  # what servers use for XEP-0114

# A domain may name any number of servers; so many are tried before the attempt has failed.
_MAX_TARGETS = 32

# The part of the time that the SRV records may take; the rest is for the domain's own address.
_SRV_SHARE = 2 / 3


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
    proxy: ProxySettings | None = None,
    srv: bool | None = None,
    cache: SRVCache | None = None,
) -> list[Target]:
    """Find out where to connect to for a domain, the best place first; at most 32.

    A host or port from the caller, a domain that is an IP address, and one without a dot need no DNS:
    one target is the answer, port 5222 with STARTTLS unless told otherwise (5223 with direct TLS where
    STARTTLS is off). The same is the answer where a domain has no SRV records (RFC 6120 section 3.2.2).
    Else the records of ``_xmpps-client`` and ``_xmpp-client`` count as one set (XEP-0368), sorted as
    RFC 2782 says. Targets that are no host names (an IP address among them) are left out.

    Where DNS servers say that they failed, that is the error. Where none says anything, the domain itself is
    tried if the system finds it (RFC 6120 section 3.2.1, 9): some networks drop questions for SRV records.

    Through a proxy names are the proxy's to resolve: nobody here asks DNS, so that the local network does not
    learn whom the program talks to, and the domain itself is the target. ``srv=True`` asks all the same.

    :param domain: the domain of the JID; it stays the name that the certificate has to be for.
    :param host: where to connect to instead.
    :param port: the port to connect to; SRV records are then not asked for.
    :param kind: ``"component"`` for a trusted link to the server (XEP-0114): port 5347, no SRV records.
    :param direct_tls: whether servers may be used that begin with TLS.
    :param starttls: whether servers may be used that begin in clear text.
    :param resolver: dnspython's; by default one with the machine's settings.
    :param timeout: seconds that DNS may take in all.
    :param random: what draws by the records' weights.
    :param proxy: the proxy that will be connected through.
    :param srv: whether DNS may be asked for SRV records; by default yes, but not with a proxy.
    :param cache: where answers are kept for as long as they hold; by default one for all connections where
        ``resolver`` is the machine's, and none for a resolver of the program, which may have one of its own.
    :raises DNSFailure: the domain says that it has no such service, its records name no host, or DNS fails or
        does not answer.
    :raises ConnectionFailure: neither direct TLS nor STARTTLS is allowed to a client.
    :raises InvalidJID: the domain is no name.
    """
    address = address_of(host or domain)
    place = str(address) if address else ascii_domain(bare_host(host or domain))
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
    asks = proxy is None if srv is None else srv
    if not asks or host or port or address or "." not in place:
        return [default]
    if resolver is None:
        resolver = await asyncio.to_thread(system_resolver)
        if resolver is None:
            return [default]
        cache = shared_cache() if cache is None else cache
    services = [secure for secure, wanted in ((True, direct_tls), (False, starttls)) if wanted]
    records, failures = await _ask(place, services, resolver, timeout * _SRV_SHARE, cache)
    found = _in_order(records, domain, random)
    if found:
        return found
    if failures:
        silent = all(isinstance(failure, NoDNSAnswer) for failure in failures)
        rest = timeout * (1 - _SRV_SHARE)
        if records or proxy or not silent or not await _is_found(default, rest):
            raise next((failure for failure in failures if not isinstance(failure, NoDNSAnswer)), failures[0])
        log.warning("%s; trying %s itself", failures[0], default)
    elif any(record.target for record in records):
        raise DNSFailure(
            "the domain's SRV records name no host that can be connected to", stage="dns", target=domain
        )
    elif records:
        # "." (RFC 2782); under either name it also rules out the fallback (XEP-0368 section 5).
        means = "" if starttls else " by direct TLS"
        raise DNSFailure(
            f'the domain offers no XMPP service to clients{means} (its SRV record is "."); '
            "check the JID's domain",
            stage="dns",
            target=domain,
        )
    return [default]


def _in_order(records: list[SRVRecord], domain: str, random: RandomSource | None) -> list[Target]:
    # An IP address or a name with a blank in it is no host's name (RFC 2782, "Target"): whoever writes DNS
    # answers is not to choose what else the system makes of it.
    offered = [record for record in records if record.port and is_host_name(record.target)]
    chosen = in_order(offered, random or SystemRandom(), limit=_MAX_TARGETS)
    return [
        Target(record.target, record.port, record.direct_tls, domain, record.priority) for record in chosen
    ]


async def _ask(
    name: str, services: list[bool], resolver: "Resolver", lifetime: float, cache: SRVCache | None
) -> tuple[list[SRVRecord], list[DNSFailure]]:
    """Ask for all services at once, and keep what is answered where something is not."""
    answers = await asyncio.gather(
        *(_answer(name, secure, resolver, lifetime, cache) for secure in services), return_exceptions=True
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


async def _answer(
    name: str, direct_tls: bool, resolver: "Resolver", lifetime: float, cache: SRVCache | None
) -> list[SRVRecord]:
    # Other servers may say something else: the machine may have changed to another network.
    question = (name, direct_tls, resolver.port, *map(str, resolver.nameservers))
    if cache is not None and (known := cache.get(question)) is not None:
        return list(known)
    answer = await query_srv(name, direct_tls=direct_tls, resolver=resolver, lifetime=lifetime)
    if cache is not None:
        cache.put(question, answer.records, answer.ttl)
    return answer.records


async def _is_found(target: Target, lifetime: float) -> bool:
    """Whether the system finds the host by its own means."""
    try:
        async with asyncio.timeout(lifetime):
            await asyncio.get_running_loop().getaddrinfo(target.host, target.port)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return False
    return True
