"""URIs of the scheme ``xmpp`` (RFC 5122): an address, as a reference has it."""

from typing import Final
from urllib.parse import quote, unquote

from helixmpp.errors import InvalidJID
from helixmpp.jid import JID

__all__ = ["jid_of", "uri_of"]

# Section 2.2: what may stand unencoded besides letters, digits and "-._~".
_IN_LOCAL: Final = "!$()*+,;="
_IN_RESOURCE: Final = "!$&'()*+,:;="
_LONGEST: Final = 10_000  # an address has 3 parts of 1,023 bytes, each of which may be three characters


def uri_of(jid: JID | str) -> str:
    """The URI of an address: ``xmpp:juliet@capulet.lit``."""
    address = JID(jid)
    local = f"{quote(address.local, safe=_IN_LOCAL)}@" if address.local else ""
    resource = f"/{quote(address.resource, safe=_IN_RESOURCE)}" if address.resource else ""
    return f"xmpp:{local}{quote(address.domain, safe='[]:')}{resource}"


def jid_of(uri: str) -> JID | None:
    """The address that a URI is of; None where it is of none. What is to be done there (``?``) is left out."""
    scheme, _, rest = uri.partition(":")
    if scheme.strip().lower() != "xmpp" or len(rest) > _LONGEST:
        return None
    if rest.startswith("//"):
        # "xmpp://guest@example.com/support@example.com": the first says who asks, not who is asked.
        rest = rest[2:].partition("/")[2]
    path = rest.partition("#")[0].partition("?")[0]
    try:
        return JID.parse(unquote(path, errors="strict").strip()) or None
    except (InvalidJID, UnicodeDecodeError):
        return None
