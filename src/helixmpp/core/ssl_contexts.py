"""What a program says about TLS by an ``ssl.SSLContext``, as programs written for slixmpp do, in helixmpp's settings.

The connection itself is made with a context of our own: the name in the certificate is checked in the way that XMPP
needs, which ``ssl`` cannot do, and TLS 1.2 is the least.
"""

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helixmpp.transport import TLSSettings

__all__ = ["default_context", "settings_of"]


def default_context() -> ssl.SSLContext:
    """A context to change and give back; reads the machine's authorities, so that it may take some milliseconds."""
    return ssl.create_default_context()


def settings_of(context: ssl.SSLContext, settings: "TLSSettings") -> "TLSSettings":
    """The settings with what the context says otherwise.

    ``verify_mode = ssl.CERT_NONE`` accepts any certificate. The authorities that the context has loaded are trusted
    instead of the machine's. A client certificate cannot be read from a context: set ``certfile`` and ``keyfile``.
    """
    import dataclasses  # noqa: PLC0415 - for who connects

    if context.verify_mode == ssl.CERT_NONE:
        return dataclasses.replace(settings, unsafe_accept_any_certificate=True)
    loaded = context.get_ca_certs(binary_form=True)
    if not loaded or settings.ca_certs is not None:
        return settings
    return dataclasses.replace(settings, ca_certs="".join(map(ssl.DER_cert_to_PEM_cert, loaded)))
