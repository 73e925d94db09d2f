"""The only place with sockets and TLS: from a domain to a connection that is verified.

:func:`find_targets` says where to connect to, :func:`connect_tcp` connects, :func:`memory_pair` does without
a network. What they give is a :class:`Transport`; it talks to a :class:`Receiver`.

The names are looked up when they are first used, so that who only makes a client pays for nothing of it.
"""

from typing import TYPE_CHECKING

from helixmpp._faces import face as _face

if TYPE_CHECKING:
    from helixmpp.transport.cache import SRVCache
    from helixmpp.transport.connect import connect_tcp
    from helixmpp.transport.interface import Receiver, Target, Transport
    from helixmpp.transport.link import LinkSettings
    from helixmpp.transport.memory import MemoryTransport, memory_pair
    from helixmpp.transport.proxy import ProxySettings
    from helixmpp.transport.srv import RandomSource
    from helixmpp.transport.targets import find_targets
    from helixmpp.transport.tls import TLSSettings, client_context

_PLACES = {
    "helixmpp.transport.cache": ("SRVCache",),
    "helixmpp.transport.connect": ("connect_tcp",),
    "helixmpp.transport.interface": ("Receiver", "Target", "Transport"),
    "helixmpp.transport.link": ("LinkSettings",),
    "helixmpp.transport.memory": ("MemoryTransport", "memory_pair"),
    "helixmpp.transport.proxy": ("ProxySettings",),
    "helixmpp.transport.srv": ("RandomSource",),
    "helixmpp.transport.targets": ("find_targets",),
    "helixmpp.transport.tls": ("TLSSettings", "client_context"),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "LinkSettings",
    "MemoryTransport",
    "ProxySettings",
    "RandomSource",
    "Receiver",
    "SRVCache",
    "TLSSettings",
    "Target",
    "Transport",
    "client_context",
    "connect_tcp",
    "find_targets",
    "memory_pair",
]

__getattr__, __dir__ = _face(globals(), _MODULE_OF)
