"""Which proxy to connect through, as a program says it: ``socks5://user:secret@proxy.example:1080``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

from helixmpp.errors import InvalidJID
from helixmpp.transport.names import address_of, ascii_domain, bare_host, is_host_name

__all__ = ["ProxyKind", "ProxySettings"]

ProxyKind = Literal["socks5", "socks4a", "http"]

# What stands in URLs. With socks5h and socks4a the proxy resolves names; here it always does.
_KINDS: Mapping[str, ProxyKind] = MappingProxyType(
    {"socks5": "socks5", "socks5h": "socks5", "socks4a": "socks4a", "http": "http"}
)
_SOCKS_PORT = 1080  # RFC 1928 section 3


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """A SOCKS5, SOCKS4a or HTTP CONNECT proxy; nothing that is shown or logged has its user name or password.

    The proxy resolves names: nobody here asks DNS for the server, so that the local network does not learn whom
    the program talks to. TLS goes through the proxy and its certificate is checked for the JID's domain as
    ever: the proxy sees what anybody on the path sees.

    Connecting through one needs the extra ``proxy``: ``pip install helixmpp[proxy]``.

    :param kind: ``"socks5"`` (RFC 1928, RFC 1929), ``"socks4a"`` or ``"http"`` (CONNECT, RFC 9110 section 9.3.6).
    :param host: a name or an IP address.
    :param port: the TCP port.
    :param username: for the proxy; SOCKS4a has no password.
    :param password: for the proxy. It goes there in clear text.
    :raises ValueError: a part is missing, too long or not possible for this kind of proxy; the text repeats
        neither user name nor password.
    """

    kind: ProxyKind
    host: str
    port: int
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", _host(self.host))
        if self.kind not in _KINDS.values():
            raise ValueError("a proxy is of the kind socks5, socks4a or http")
        if not 0 < self.port < 65_536:
            raise ValueError("the proxy's port is a number from 1 to 65535")
        if self.password is not None and self.username is None:
            raise ValueError("a password for the proxy wants a user name")
        reason = _unfit(self.kind, self.username or "", self.password or "")
        if reason:
            raise ValueError(reason)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``scheme://user:password@host:port``; special characters in user and password are %-encoded.

        The schemes are ``socks5`` (and ``socks5h``, which is the same here), ``socks4a`` and ``http``. For SOCKS
        the port is 1080 by default; a path, a query and a fragment are refused.

        :raises ValueError: it is no such URL; the text does not repeat it, because it may have a password.
        """
        found = _split(url)
        if found is None:
            raise ValueError("the proxy is no URL such as socks5://user:password@host:1080")
        parts, port = found
        kind = _KINDS.get(parts.scheme)
        if kind is None:
            raise ValueError("the proxy's URL begins with none of socks5://, socks4a:// and http://")
        if parts.path not in ("", "/") or parts.query or parts.fragment or not parts.hostname:
            raise ValueError(
                "the proxy's URL is scheme://user:password@host:port and nothing more; "
                "a special character in the password is written as %XX"
            )
        if port is None:
            if kind == "http":
                raise ValueError("the proxy's URL names no port")
            port = _SOCKS_PORT
        username = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        # The host of an URL is in lower case already, and urlsplit has taken the brackets off.
        return cls(kind, parts.hostname, port, username, password)

    def __str__(self) -> str:
        """Give the URL without user name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"


def _split(url: str) -> tuple[SplitResult, int | None] | None:
    # The errors of urllib quote the URL, so nothing of them is kept, not even as a cause.
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        return None


def _host(host: str) -> str:
    address = address_of(host)
    if address is not None:
        return str(address)
    try:
        name = ascii_domain(bare_host(host))
    except InvalidJID:
        name = ""
    # Names of machines on local networks may have an underscore.
    if not is_host_name(name.replace("_", "x")):
        raise ValueError("the proxy's host is neither a name nor an IP address")
    return name


def _unfit(kind: ProxyKind, username: str, password: str) -> str:
    """Why the protocol cannot carry this user name or password; empty where it can."""
    match kind:
        case "socks5" if max(len(username.encode()), len(password.encode())) > 255:
            return "SOCKS5 takes at most 255 bytes each of user name and password"
        case "socks4a" if password:
            return "SOCKS4a knows a user name but no password"
        case "socks4a" if "\0" in username or not username.isascii() or len(username) > 255:
            return "SOCKS4a takes a user name of at most 255 ASCII characters without a NUL"
        case "http" if ":" in username or (password and not username):
            return "HTTP takes no user name that is empty or has a colon"
        case _:
            return ""
