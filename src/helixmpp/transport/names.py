"""The domain of a JID in the forms that DNS, TLS and certificates want."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from helixmpp.errors import InvalidJID

__all__ = ["address_of", "ascii_domain", "bare_host", "is_host_name"]

# RFC 952 and RFC 1123 section 2.1: letters, digits, and hyphens inside.
_LABEL = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?")
# The system reads "127.1", "2130706433" and "0x7f.1" as addresses, whatever DNS took them for.
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def address_of(domain: str) -> IPv4Address | IPv6Address | None:
    """Read a domain that is an IP address; None for a name.

    An IPv6 address may stand in brackets and may have a zone, ``fe80::1%eth0`` (RFC 4007 section 11).
    """
    try:
        return ip_address(bare_host(domain))
    except ValueError:
        return None


def bare_host(domain: str) -> str:
    """Take the brackets off an IPv6 address; sockets know it without them."""
    return domain[1:-1] if domain[:1] == "[" and domain[-1:] == "]" else domain


def ascii_domain(domain: str) -> str:
    """Give a domain with A-labels, in lower case, without the dot at the end (RFC 5890 section 2.3.2.1).

    DNS, the server name of TLS (RFC 6066 section 3) and the dNSName of a certificate all have this form.

    :raises InvalidJID: a label is none of IDNA 2008.
    """
    name = domain.lower().removesuffix(".")
    if name.isascii():
        # As it is: IDNA has nothing to say about names such as "my_server.lan".
        return name
    import idna  # noqa: PLC0415 - its tables take a while to load and few domains need them

    try:
        # Label by label, because the ASCII ones among them may have an underscore.
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(
            label if label.isascii() else idna.alabel(label).decode("ascii") for label in mapped.split(".")
        )
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidJID(f"the domain is no name of IDNA 2008: {error}") from None


def is_host_name(name: str) -> bool:
    """Tell whether a name is one of a host (RFC 1123 section 2.1), and nothing that is read as an address."""
    labels = name.split(".")
    return (
        len(name) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not _NUMBER.fullmatch(labels[-1])
    )
