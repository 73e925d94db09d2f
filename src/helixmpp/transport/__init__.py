"""The only place with sockets and TLS: from a domain to a connection that is verified.

:func:`find_targets` says where to connect to, :func:`connect_tcp` connects, :func:`memory_pair` does without
a network. What they give is a :class:`Transport`; it talks to a :class:`Receiver`.
"""

from helixmpp.transport.cache import SRVCache
from helixmpp.transport.connect import connect_tcp
from helixmpp.transport.interface import Receiver, Target, Transport
from helixmpp.transport.link import LinkSettings
from helixmpp.transport.memory import MemoryTransport, memory_pair
from helixmpp.transport.proxy import ProxySettings
from helixmpp.transport.srv import RandomSource
from helixmpp.transport.targets import find_targets
from helixmpp.transport.tls import TLSSettings, client_context

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
