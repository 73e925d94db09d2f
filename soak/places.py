"""Where people meet: a real Prosody, a real ejabberd, or the embedded test server, each with two accounts."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from helixmpp import ClientXMPP
from helixmpp.jid import JID
from helixmpp.testing import Server, ServerLimits, StreamManagement
from helixmpp.testing.prosody import Prosody
from tests.support.ejabberd import Ejabberd

__all__ = ["SERVERS", "Place", "place"]

SERVERS = ("prosody", "ejabberd", "embedded")
ACCOUNTS = {"alice": "secret-of-alice", "bob": "secret-of-bob"}
# Prosody gives a session up when more than 500 stanzas wait for a client that is away: its right, not our subject.
QUEUE = "smacks_max_queue_size = 100000"
WITHOUT = 'modules_disabled = { "s2s", "smacks" }'
# A transcript or offline storage of the test's size would be the test's own limit.
LIMITS = ServerLimits(unacknowledged=100_000, offline=100_000)


@dataclass(frozen=True, slots=True)
class Place:
    """A running server."""

    name: str
    host: str
    port: int
    domain: str
    ca_certs: Path

    def jid(self, name: str, resource: str = "") -> JID:
        """The address of one of the two."""
        return JID(local=name, domain=self.domain, resource=resource)

    def client(self, name: str, port: int | None = None, *, storage: str | None = None) -> ClientXMPP:
        """A client of one of the two, ready to connect; it comes back from a cut as fast as it can.

        :param port: another than the server's, of a proxy before it.
        """
        xmpp = ClientXMPP(self.jid(name, "soak"), ACCOUNTS[name], storage=storage)
        xmpp.ca_certs = self.ca_certs
        xmpp.address = (self.host, port or self.port)
        xmpp.enable_direct_tls = False
        hurry(xmpp)
        return xmpp


def hurry(xmpp: ClientXMPP) -> None:
    """Shorten the delays between attempts, which would be most of a run's time."""
    xmpp.reconnect_delay, xmpp.reconnect_max_delay = 0.02, 0.2


@asynccontextmanager
async def place(server: str, *, management: bool = True) -> AsyncGenerator[Place]:
    """Start a server.

    :param server: one of ``SERVERS``.
    :param management: whether it does stream management.
    """
    if server == "prosody":
        async with Prosody(ACCOUNTS, extra_config=QUEUE if management else WITHOUT) as prosody:
            yield Place(server, prosody.host, prosody.port, prosody.domain, prosody.ca_file)
    elif server == "ejabberd":
        with Ejabberd(ACCOUNTS, management=management) as ejabberd:
            yield Place(server, ejabberd.host, ejabberd.port, ejabberd.domain, ejabberd.ca_file)
    else:
        settings = StreamManagement(offered=management)
        async with Server(ACCOUNTS, limits=LIMITS, stream_management=settings) as embedded:
            yield Place(server, embedded.host, embedded.port, embedded.domain, embedded.ca_certs)
