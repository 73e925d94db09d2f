"""What is asked of a proxy: by python-socks (the extra ``proxy``), over a socket that is connected to it.

python-socks would connect by itself, to the first of the proxy's addresses. But it also goes through a chain of
proxies, and asks the one before (``forward``) for the connection to the next: there it gets ours.
"""

import re
import socket
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio.v2 import Proxy

from helixmpp.errors import InvalidJID
from helixmpp.transport.conversation import Conversation, ProxyRefusal
from helixmpp.transport.interface import Target
from helixmpp.transport.names import address_of, ascii_domain
from helixmpp.transport.proxy import ProxyKind, ProxySettings

__all__ = ["tunnel"]

_TYPES: Mapping[ProxyKind, ProxyType] = MappingProxyType(
    {"socks5": ProxyType.SOCKS5, "socks4a": ProxyType.SOCKS4, "http": ProxyType.HTTP}
)
# What every kind of proxy can be told (RFC 1035 section 2.3.4); names of local networks may have an underscore.
_ASKABLE = re.compile(r"(?=.{1,253}\Z)[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*")


async def tunnel(proxy: ProxySettings, connection: socket.socket, target: Target, timeout: float) -> None:
    """Have the proxy connect a socket to the target; the proxy resolves the name.

    :param connection: a socket connected to the proxy; it stays the caller's, who closes it after an error.
    :param timeout: seconds for all of it.
    :raises ProxyRefusal: the proxy does not, or cannot be asked for this host.
    :raises TimeoutError: it did not answer in time.
    :raises OSError: the connection to it broke.
    """
    host = _host(proxy, target)
    username, password, stream = _login(proxy, connection)
    client = Proxy(
        _TYPES[proxy.kind],
        proxy.host,
        proxy.port,
        username,
        password,
        rdns=True,  # SOCKS4a and not SOCKS4: the name goes to the proxy
        forward=_Connected(stream),
    )
    try:
        await client.connect(host, target.port, timeout=timeout)
    except ProxyError as error:
        if proxy.kind != "http":
            # Of python-socks' own words and of numbers: nothing in it is the proxy's.
            raise ProxyRefusal(str(error)) from None
        status = error.error_code or 0
        # Any of these means a tunnel (RFC 9110 section 9.3.6), but python-socks knows 200 alone.
        if not 200 <= status < 300:
            raise ProxyRefusal(f"it refused to connect, with {_status(status)}") from None
    except ValueError:
        # Such as an address in SOCKS5's reply that is no UTF-8.
        raise ProxyRefusal("its answer makes no sense") from None


def _host(proxy: ProxySettings, target: Target) -> str:
    address = address_of(target.host)
    if address is not None and address.version == 6 and proxy.kind == "socks4a":
        raise ProxyRefusal("SOCKS4a cannot connect to an IPv6 address")
    try:
        host = str(address) if address else ascii_domain(target.host)
    except InvalidJID:
        host = ""
    # A zone (RFC 4007) means something on this machine alone; anything else could end the line of a request.
    if "%" in host or not (address or _ASKABLE.fullmatch(host)):
        raise ProxyRefusal("it cannot be asked for this host")
    return host


def _status(status: int) -> str:
    """Give the status with the standard's words, because the proxy's own may be anything."""
    known = status in {each.value for each in HTTPStatus}
    return f"HTTP status {status}" + (f" ({HTTPStatus(status).phrase})" if known else "")


def _login(proxy: ProxySettings, connection: socket.socket) -> tuple[str | None, str | None, Conversation]:
    """Give what python-socks is told of user name and password, and what it is to speak over."""
    username, password = proxy.username, proxy.password or ""
    if username is None:
        return None, None, Conversation(connection)
    if proxy.kind == "http":
        # python-socks encodes in Latin-1, RFC 7617 section 2.1 wishes UTF-8.
        username, password = (each.encode().decode("latin-1") for each in (username, password))
    elif proxy.kind == "socks5" and not (username and password and f"{username}{password}".isascii()):
        return _Login.STAND_IN, _Login.STAND_IN, _Login(connection, username, password)
    return username, password, Conversation(connection)


class _Login(Conversation):
    """Says a user name and password that python-socks cannot say in SOCKS5: not in ASCII, or one of them empty.

    RFC 1929 names no encoding, so proxies have passwords in UTF-8; and there are some without a password. With
    such credentials python-socks fails with an error that has them in it, or does not offer to log in. It gets
    others in their place, and the one message that has these is replaced.
    """

    STAND_IN = "-"
    _SAID_FOR_IT = b"\x01\x01-\x01-"  # all others begin with 5

    def __init__(self, connection: socket.socket, username: str, password: str) -> None:
        super().__init__(connection)
        user, secret = username.encode(), password.encode()
        # RFC 1929 section 2.
        self._login = bytes([1, len(user)]) + user + bytes([len(secret)]) + secret

    async def write(self, data: bytes) -> None:
        """Send everything."""
        await super().write(self._login if data == self._SAID_FOR_IT else data)


class _Connected(Proxy):
    """Stands for the proxy before in a chain, whose connection to ours is there already."""

    def __init__(self, stream: Conversation) -> None:
        super().__init__(ProxyType.SOCKS5, "", 0)
        self._stream = stream

    async def connect(self, *_args: Any, **_kwargs: Any) -> Any:
        """Give the connection; of its type python-socks wants only the methods."""
        return self._stream
