"""The settings of a connection, as attributes that a program sets before it connects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from helixmpp import stream as protocol
from helixmpp import transport, xml
from helixmpp.errors import InvalidCABundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["ConnectionSettings", "check_type"]

# The least that each number may be; a time has to be more than it.
_TIMES: Mapping[str, float] = MappingProxyType(
    {
        "connect_timeout": 0,
        "stage_timeout": 0,
        "response_timeout": 0,
        "whitespace_keepalive_interval": 0,
        "reconnect_delay": 0,
        "reconnect_max_delay": 0,
        "ack_delay": 0,
        "ack_timeout": 0,
        "keepalive_timeout": 0,
    }
)
_COUNTS: Mapping[str, int] = MappingProxyType(
    {
        "max_redirects": 0,
        "max_handler_tasks": 1,
        "max_open_requests": 1,
        "outbox_limit": 0,
        "ack_every": 1,
        "max_stanza_size": 1,
        "max_depth": 1,
        "max_attributes": 1,
        "max_children": 1,
        "max_owed_size": 1,
        "min_iterations": 1,
        "max_iterations": 1,
    }
)
# What is unsafe is asked for by True and by nothing that merely is not empty, such as "no".
_FLAGS = (
    "enable_plaintext",
    "unsafe_plain_without_tls",
    "unsafe_accept_any_certificate",
    "stream_management",
    "resumption",
    "srv_with_proxy",
)
_PATHS = ("certfile", "keyfile")


@cache
def _default_link() -> transport.LinkSettings:
    return transport.LinkSettings()


class _DefaultLink:
    """What ``link`` is until a program says otherwise: the same for all, and made for the first who connects."""

    def __get__(self, settings: Any, owner: type) -> transport.LinkSettings:
        return _default_link()


class ConnectionSettings:
    """What a program may set on a client or component; units are seconds and bytes.

    Everything here takes effect with the next connection, and is checked then: a wrong value ends the trying
    with a ``TypeError`` or ``ValueError`` that names the setting.
    """

    #: Connect by direct TLS (XEP-0368) where the server offers it.
    enable_direct_tls: bool = True
    #: Connect in clear text and upgrade by STARTTLS (RFC 6120 section 5).
    enable_starttls: bool = True
    #: UNSAFE: go on without TLS where the server offers none. Passwords and messages can be read on the way.
    enable_plaintext: bool = False
    #: UNSAFE: where ``enable_plaintext`` led to a stream without TLS, send even the bare password (SASL PLAIN).
    #: Without this, a clear-text stream takes SCRAM, which does not show it.
    unsafe_plain_without_tls: bool = False
    #: UNSAFE: accept any certificate of anybody. For tests only; whoever is on the path can take over.
    unsafe_accept_any_certificate: bool = False
    #: A file or folder of PEM certificates to trust instead of the system's; of several, the first that is there.
    ca_certs: str | Path | Sequence[str | Path] | None = None
    #: A certificate of our own, in PEM, for SASL EXTERNAL, and its key.
    certfile: str | Path | None = None
    keyfile: str | Path | None = None
    #: OpenSSL's cipher list for TLS 1.2.
    ciphers: str | None = None

    #: Seconds for TCP, and for direct TLS, with one target.
    connect_timeout: float = 15.0
    #: Seconds for each stage of the negotiation.
    stage_timeout: float = 15.0
    #: Seconds until an iq request without an answer raises IqTimeout.
    response_timeout: float | None = 30.0
    #: How often see-other-host is followed in one attempt.
    max_redirects: int = 5
    #: Whether a lost connection, or an attempt that failed for a passing reason, is followed by another.
    auto_reconnect: bool = True
    #: Seconds before another attempt, at most: the first time, and ever. The delay is drawn at random from 0 to that;
    #: it doubles with each attempt that fails, and begins anew with a session.
    reconnect_delay: float = 1.0
    reconnect_max_delay: float = 300.0
    #: How many handlers may run as tasks at a time before reading stops until half of them have ended.
    max_handler_tasks: int = 1000
    #: How many received requests are watched until they are answered, the latest ones.
    max_open_requests: int = 10_000
    #: How many stanzas are kept while there is no session.
    outbox_limit: int = 10_000
    #: Have the server count stanzas, and resume a session whose stream was lost (XEP-0198), where it offers that.
    stream_management: bool = True
    #: Whether such a session may be resumed; without, only acknowledgements are had.
    resumption: bool = True
    #: Ask the server which stanzas it has after so many of them, or so many seconds.
    ack_every: int = 100
    ack_delay: float = 1.0
    #: Seconds that it has to answer; behind that, the session is given up and another one begins.
    ack_timeout: float = 30.0
    #: Write what is sent into the storage before it goes out, so that it survives the process. None: a client
    #: does where ``storage=`` names a lasting place, a component does not, because several may share one storage.
    durable_outbox: bool | None = None
    #: Seconds of silence after which the server is asked for a sign of life, and seconds that it has for that.
    #: 0 for the first switches it off; a dead link is then found only when TCP finds it.
    keepalive_interval: float = 25.0
    keepalive_timeout: float = 15.0
    #: Seconds between keepalives (a space, RFC 6120 section 4.6.1), where nothing else is sent.
    whitespace_keepalive: bool = True
    whitespace_keepalive_interval: float = 300.0

    #: Connect through a proxy: ``"socks5://user:password@host:1080"``, ``"http://host:8080"`` or a
    #: :class:`~helixmpp.transport.ProxySettings`. Names are then resolved by it, and DNS is asked for SRV records
    #: only with ``srv_with_proxy``, because that tells the local network whom the program talks to.
    proxy: str | transport.ProxySettings | None = None
    srv_with_proxy: bool = False
    #: How soon TCP itself notices a dead connection.
    link: transport.LinkSettings
    if not TYPE_CHECKING:
        link = _DefaultLink()

    #: xml.Limits of what is received: see :class:`helixmpp.xml.Limits`.
    max_stanza_size: int = 1_048_576
    max_depth: int = 100
    max_attributes: int = 100
    max_children: int = 10_000
    max_owed_size: int = 33_554_432

    #: SCRAM iterations below which a server is not believed, and above which it wastes our time.
    min_iterations: int = 4096
    max_iterations: int = 1_000_000

    def check_settings(self) -> None:
        """Refuse settings with which no connection can be made.

        :raises TypeError: one is of the wrong type; the message names it.
        :raises ValueError: a number is too small, or ``min_iterations`` is more than ``max_iterations``.
        """
        for name, least in _TIMES.items():
            value = getattr(self, name)
            check_type(name, value, int, float, or_none=name == "response_timeout")
            if value is not None and not value > least:
                raise ValueError(f"{name} is a number of seconds above {least}, not {value!r}")
        check_type("keepalive_interval", self.keepalive_interval, int, float)
        if not self.keepalive_interval >= 0:
            raise ValueError(f"keepalive_interval is a number of seconds, not {self.keepalive_interval!r}")
        for name, least in _COUNTS.items():
            value = getattr(self, name)
            check_type(name, value, int)
            if value < least:
                raise ValueError(f"{name} is at least {least}, not {value!r}")
        if self.min_iterations > self.max_iterations:
            raise ValueError(
                f"min_iterations={self.min_iterations} is more than max_iterations={self.max_iterations}"
            )
        for name in _FLAGS:
            check_type(name, getattr(self, name), bool)
        check_type("durable_outbox", self.durable_outbox, bool, or_none=True)
        from pathlib import Path  # noqa: PLC0415 - for who connects

        for name in _PATHS:
            check_type(name, getattr(self, name), str, Path, or_none=True)
        if not isinstance(self.ca_certs, (list, tuple)):
            check_type("ca_certs", self.ca_certs, str, Path, or_none=True)
        else:
            for bundle in self.ca_certs:
                check_type("each of ca_certs", bundle, str, Path)
        check_type("link", self.link, transport.LinkSettings)
        self.proxy_settings()
        check_type("ciphers", self.ciphers, str, or_none=True)

    def limits(self) -> xml.Limits:
        """The limits of the parser; raises as :meth:`check_settings`."""
        self.check_settings()
        return xml.Limits(
            max_stanza_size=self.max_stanza_size,
            max_depth=self.max_depth,
            max_attributes=self.max_attributes,
            max_children=self.max_children,
            max_owed_size=self.max_owed_size,
        )

    def stage_timeouts(self) -> protocol.StageTimeouts:
        """The deadline of each stage; raises as :meth:`check_settings`."""
        self.check_settings()
        return protocol.StageTimeouts.all(self.stage_timeout)

    def proxy_settings(self) -> transport.ProxySettings | None:
        """The proxy to connect through, if any.

        :raises TypeError: ``proxy`` is neither a URL nor an object for one.
        :raises ValueError: it is no URL of a proxy; the text does not repeat it.
        """
        check_type("proxy", self.proxy, str, transport.ProxySettings, or_none=True)
        return transport.ProxySettings.from_url(self.proxy) if isinstance(self.proxy, str) else self.proxy

    def tls_settings(self) -> transport.TLSSettings:
        """How TLS is done; equal settings share one SSL context. Raises as :meth:`check_settings`.

        :raises InvalidCABundle: ``ca_certs`` names several files, and none is there.
        """
        self.check_settings()
        return transport.TLSSettings(
            ca_certs=_bundle(self.ca_certs),
            certfile=_path(self.certfile),
            keyfile=_path(self.keyfile),
            ciphers=self.ciphers,
            unsafe_accept_any_certificate=self.unsafe_accept_any_certificate,
        )


def check_type(name: str, value: object, *kinds: type, or_none: bool = False) -> None:
    """Raise TypeError, with the name of an argument or setting, for a value of none of these types."""
    if or_none and value is None:
        return
    # True is an int to Python, and to nobody who sets a limit.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = " or ".join([*(kind.__name__ for kind in kinds), *(["None"] if or_none else [])])
        # The value is left out: it may be a password.
        raise TypeError(f"{name} is {wanted}, not {type(value).__name__}")


def _path(value: str | Path | None) -> str | None:
    # Programs hand on what an empty line of their configuration says.
    return str(value) if value else None


def _bundle(value: str | Path | Sequence[str | Path] | None) -> str | None:
    """The authorities to trust; of several files or folders, the first that is there."""
    if value is None or not isinstance(value, (list, tuple)):
        return None if value is None else str(value)
    found = next((str(path) for path in value if os.path.exists(path)), None)
    if found is None:
        raise InvalidCABundle(list(value), "there is none of them")
    return found
