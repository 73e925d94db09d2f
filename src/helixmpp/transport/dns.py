"""Ask DNS for the SRV records of a domain, with dnspython: it works on every event loop.

dnspython takes a quarter of a second to load. It is loaded at the first question, in a thread.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from helixmpp.errors import DNSFailure
from helixmpp.transport.srv import SRVRecord

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

__all__ = ["NoDNSAnswer", "SRVAnswer", "query_srv", "system_resolver"]

# An answer may have thousands of records; whoever has more servers than this lists the best ones first.
_MAX_RECORDS = 256


class NoDNSAnswer(DNSFailure):
    """No DNS server said anything, not even that it failed."""


class SRVAnswer(NamedTuple):
    """The records of a service, none where DNS says that there are none, and for how many seconds that holds."""

    records: list[SRVRecord]
    ttl: float


def system_resolver(settings: str = "/etc/resolv.conf") -> "Resolver | None":
    """Make a resolver with the machine's settings; None where there are none that can be used.

    Blocks: it reads files, or the registry where dnspython finds itself on Windows.

    :param settings: the file that has them.
    """
    import dns.asyncresolver  # noqa: PLC0415 - slow to load
    import dns.exception  # noqa: PLC0415 - as above

    try:
        return dns.asyncresolver.Resolver(settings)
    except (dns.exception.DNSException, OSError, ValueError):
        # No file, no nameserver in it, or nonsense: the system may still know how to find a host.
        return None


async def query_srv(domain: str, *, direct_tls: bool, resolver: "Resolver", lifetime: float) -> SRVAnswer:
    """Ask for the SRV records of XMPP's client service (RFC 6120 section 3.2.1, XEP-0368).

    At most 256 records are taken, those with the lowest priority numbers.

    :param domain: with A-labels; the machine's search list is not used.
    :param direct_tls: whether ``_xmpps-client`` is asked for or ``_xmpp-client``.
    :param lifetime: seconds for all nameservers and repetitions together.
    :raises NoDNSAnswer: no DNS server answered in time.
    :raises DNSFailure: they answered, but said neither yes nor no.
    """
    import dns.asyncbackend  # noqa: PLC0415 - slow to load
    import dns.exception  # noqa: PLC0415 - as above
    import dns.name  # noqa: PLC0415 - as above
    import dns.resolver  # noqa: PLC0415 - as above

    service = "_xmpps-client" if direct_tls else "_xmpp-client"
    try:
        answer = await resolver.resolve(
            dns.name.from_text(f"{service}._tcp.{domain}."),
            "SRV",
            lifetime=lifetime,
            search=False,
            raise_on_no_answer=False,
            # Without it dnspython guesses; we are always called by asyncio.
            backend=dns.asyncbackend.get_backend("asyncio"),
        )
    except dns.resolver.NXDOMAIN as missing:
        return SRVAnswer([], _missing_ttl(missing))
    except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
        # Nothing has such a name, and a domain that leaves no room for the service's has no such records.
        return SRVAnswer([], 0.0)
    except dns.exception.Timeout:
        raise NoDNSAnswer(
            f"no DNS server answered within {lifetime:.3g} s", stage="dns", target=domain
        ) from None
    except dns.resolver.NoNameservers as error:
        raise DNSFailure(
            f"every DNS server failed to look it up ({_codes(error)})", stage="dns", target=domain
        ) from error
    except dns.exception.DNSException as error:
        raise DNSFailure(f"the name cannot be looked up: {error}", stage="dns", target=domain) from error
    if answer.rrset is None:
        return SRVAnswer([], _negative_ttl(answer.response))
    return SRVAnswer(_records(answer.rrset, direct_tls), float(answer.chaining_result.minimum_ttl))


# dnspython's records, messages and lists of errors have no types that say more than Any.
def _records(answer: Iterable[Any], direct_tls: bool) -> list[SRVRecord]:
    best = sorted(answer, key=lambda data: int(data.priority))[:_MAX_RECORDS]
    return [
        SRVRecord(
            priority=int(data.priority),
            weight=int(data.weight),
            port=int(data.port),
            # The root, "no such service" (RFC 2782), becomes the empty string.
            target=str(data.target.to_text(omit_final_dot=True)).removeprefix("."),
            direct_tls=direct_tls,
        )
        for data in best
    ]


def _negative_ttl(response: Any) -> float:
    """For how many seconds there are no records; 0 without the zone's SOA (RFC 2308 section 5)."""
    for rrset in response.authority:
        for data in rrset:
            if hasattr(data, "minimum"):
                return float(min(rrset.ttl, data.minimum))
    return 0.0


def _missing_ttl(missing: Any) -> float:
    """For how many seconds a name does not exist."""
    return min(map(_negative_ttl, missing.responses().values()), default=0.0)


def _codes(failure: Any) -> str:
    """What the servers answered, as DNS calls it: SERVFAIL, REFUSED; or that it was no DNS."""
    import dns.rcode  # noqa: PLC0415 - slow to load

    # Of each server the last thing is its answer, if it is one.
    answers = [entry[-1] for entry in failure.kwargs["errors"]]
    codes = {"no usable answer" if each is None else dns.rcode.to_text(each.rcode()) for each in answers}
    return ", ".join(sorted(codes)) or "there is none to ask"
