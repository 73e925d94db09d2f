"""How TLS is done: the settings, and the one ``ssl`` context that equal settings share.

A context is dear (the authorities of a machine take tens of milliseconds to read), a connection on it is
cheap.
"""

import os
import ssl
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from helixmpp.errors import InvalidTLSSettings
from helixmpp.transport.authorities import load_authorities
from helixmpp.transport.handshake import RememberingSSLObject

__all__ = ["TLSSettings", "client_context"]

ALPN = "xmpp-client"  # XEP-0368, for direct TLS only

_MAX_CONTEXTS = 32


@dataclass(frozen=True, slots=True)
class TLSSettings:
    """How TLS is to be done; equal settings share one context.

    TLS 1.2 is the least, whatever is set here.

    :param ca_certs: the authorities to trust instead of the machine's: a file of PEM certificates, a folder
        of such files, or the PEM text itself. A server's own certificate may be among them and is then
        trusted.
    :param cadata: more of them, as PEM text.
    :param certfile: our own certificate in PEM with its intermediates, for SASL EXTERNAL.
    :param keyfile: its private key; by default it stands in ``certfile``, too.
    :param password: what the key is encrypted with.
    :param ciphers: what TLS 1.2 may use, in OpenSSL's words; by default what Python takes to be safe.
    :param unsafe_accept_any_certificate: True checks nothing, so that anybody on the way can read the
        password and every message. For tests on one's own machine.
    """

    ca_certs: str | os.PathLike[str] | None = None
    cadata: str | None = None
    certfile: str | os.PathLike[str] | None = None
    keyfile: str | os.PathLike[str] | None = None
    password: str | None = field(default=None, repr=False)
    ciphers: str | None = None
    unsafe_accept_any_certificate: bool = False


# By settings and by the state of the files that they name, so that a renewed certificate is noticed.
_Key = tuple[TLSSettings, bool, tuple[tuple[int, int] | None, ...]]
_contexts: OrderedDict[_Key, ssl.SSLContext] = OrderedDict()
_lock = Lock()


def client_context(settings: TLSSettings, *, direct_tls: bool = False) -> ssl.SSLContext:
    """Give the context for these settings, the same one for equal settings; at most 32 are kept.

    Blocks while it reads files. Any thread may call it.

    :param direct_tls: whether TLS begins at once; the protocol is then named in ALPN (XEP-0368).
    :raises InvalidCABundle: ``ca_certs`` or ``cadata`` cannot be read.
    :raises InvalidTLSSettings: the client certificate, its key or the ciphers cannot be used.
    """
    files = (settings.ca_certs, settings.certfile, settings.keyfile)
    key = (settings, direct_tls, tuple(_state(path) for path in files))
    with _lock:
        context = _contexts.get(key)
        if context is None:
            context = _contexts[key] = _make(settings, direct_tls)
        _contexts.move_to_end(key)
        while len(_contexts) > _MAX_CONTEXTS:
            _contexts.popitem(last=False)
    return context


def _state(path: str | os.PathLike[str] | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None  # reading it will say why
    return found.st_mtime_ns, found.st_size


def _make(settings: TLSSettings, direct_tls: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The name is checked by helixmpp.transport.certificates: ssl knows neither SRV-ID nor XmppAddr.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE if settings.unsafe_accept_any_certificate else ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # RFC 7590 section 3.2: no compression. Without renegotiation the certificate that was verified stays.
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # What is given as ca_certs is trusted, whether it is a root or not (Python 3.13 does so by default).
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.sslobject_class = RememberingSSLObject
    if direct_tls:
        context.set_alpn_protocols([ALPN])
    if settings.ciphers is not None:
        try:
            context.set_ciphers(settings.ciphers)
        except ssl.SSLError as error:
            raise InvalidTLSSettings(
                f"ciphers={settings.ciphers!r} has none that this OpenSSL knows"
            ) from error
    if not settings.unsafe_accept_any_certificate:
        load_authorities(context, settings.ca_certs, settings.cadata)
    _load_own_certificate(context, settings)
    return context


def _load_own_certificate(context: ssl.SSLContext, settings: TLSSettings) -> None:
    if settings.certfile is None:
        if settings.keyfile is not None:
            raise InvalidTLSSettings(f"keyfile={str(settings.keyfile)!r} is given without certfile")
        return

    def password() -> str:
        # Without this function OpenSSL would ask on the terminal, and the program would stand still.
        if settings.password is None:
            raise InvalidTLSSettings("the private key is encrypted; give its password")
        return settings.password

    try:
        context.load_cert_chain(settings.certfile, settings.keyfile, password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        if isinstance(error, InvalidTLSSettings):
            raise
        names = ", ".join(
            f"{name}={str(path)!r}"
            for name, path in (("certfile", settings.certfile), ("keyfile", settings.keyfile))
            if path is not None
        )
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else str(error)
        raise InvalidTLSSettings(f"the client certificate cannot be used ({names}): {reason}") from error
