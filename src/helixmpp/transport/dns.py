"""Ask DNS for the SRV records of a domain, with dnspython: it works on every event loop.

dnspython takes a quarter of a second to load. It is loaded at the first question, in a thread.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from helixmpp.errors import DNSFailure
from helixmpp.transport.srv import SRVRecord

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

__all__ = ["query_srv", "system_resolver"]


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


async def query_srv(
    domain: str, *, direct_tls: bool, resolver: "Resolver", lifetime: float
) -> list[SRVRecord]:
    """Ask for the SRV records of XMPP's client service (RFC 6120 section 3.2.1, XEP-0368).

    :param domain: with A-labels; the machine's search list is not used.
    :param direct_tls: whether ``_xmpps-client`` is asked for or ``_xmpp-client``.
    :param lifetime: seconds for all nameservers and repetitions together.
    :returns: the records; none where DNS says that there are none.
    :raises DNSFailure: no answer, or none that says yes or no.
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
    except (dns.resolver.NXDOMAIN, dns.name.NameTooLong):
        # A domain that leaves no room for the service's name cannot have such records.
        return []
    except dns.exception.Timeout:
        raise _failure(domain, f"no DNS server answered within {lifetime:g} s") from None
    except dns.resolver.NoNameservers as error:
        raise _failure(domain, "every DNS server failed to look it up (SERVFAIL or refused)") from error
    except dns.exception.DNSException as error:
        raise _failure(domain, f"the name cannot be looked up: {error}") from error
    return _records(answer.rrset or (), direct_tls)


# dnspython's records have no types.
def _records(answer: Iterable[Any], direct_tls: bool) -> list[SRVRecord]:
    return [
        SRVRecord(
            priority=int(data.priority),
            weight=int(data.weight),
            port=int(data.port),
            # The root, "no such service" (RFC 2782), becomes the empty string.
            target=str(data.target.to_text(omit_final_dot=True)).removeprefix("."),
            direct_tls=direct_tls,
        )
        for data in answer
    ]


def _failure(domain: str, reason: str) -> DNSFailure:
    return DNSFailure(reason, stage="dns", target=domain)
