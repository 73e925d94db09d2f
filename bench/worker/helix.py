"""helixmpp: the real connection and machine, on the in-memory transport, after a real negotiation."""

from typing import Any

import helixmpp
from bench.peer import Peer
from bench.wire import DOMAIN, FULL_JID, PASSWORD, PIECE
from bench.worker.library import PLUGINS, Session, check
from bench.worker.shaped import ShapedSession
from bench.worker.standins import StandIn, StandIns
from helixmpp.core.connection import Connection, SaltedPasswords
from helixmpp.transport import Target, memory_pair

__all__ = ["Helixmpp"]

# The in-memory transport then says that there is TLS, without which nothing would be sent.
_TARGET = Target("memory.invalid", 5223, direct_tls=True, domain=DOMAIN)


class _ServerEnd:
    """The receiver at the server's end of the pair."""

    def __init__(self, peer: Peer) -> None:
        self.data_received = peer.data_received

    def eof_received(self) -> None: ...

    def connection_lost(self, error: Exception | None) -> None: ...

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...


class Helixmpp:
    """See :class:`bench.worker.library.Library`."""

    name = "helixmpp"
    version = helixmpp.__version__

    def __init__(self) -> None:
        self._stand_ins = StandIns()

    def notes(self) -> list[str]:
        """Which plugins are stand-ins."""
        return self._stand_ins.notes()

    def make_client(self, plugins: bool) -> helixmpp.ClientXMPP:
        """Make a client as a program does."""
        xmpp = helixmpp.ClientXMPP(FULL_JID, PASSWORD)
        if plugins:
            self._stand_ins.install()
            for name in PLUGINS:
                xmpp.register_plugin(name)
        return xmpp

    def check_plugins(self, client: Any) -> None:
        """Raise CheckFailed unless the client has all 21."""
        missing = [name for name in PLUGINS if name not in client.plugin]
        check(not missing, f"a client is without {missing}")
        self._stand_ins.check(client)

    async def open(self, client: Any) -> Session:
        """Negotiate a stream."""
        xmpp: helixmpp.ClientXMPP = client
        connection = Connection(xmpp.make_machine(), xmpp, _TARGET, xmpp.tls_settings(), SaltedPasswords())
        peer = Peer()
        ours, theirs = memory_pair(connection, _ServerEnd(peer), target=_TARGET, split=PIECE)
        peer.deliver = theirs.write
        connection.start(ours)
        await connection.ready
        # What the connector does with a connection that is ready, and with one that has ended.
        xmpp.session_ready(connection)

        async def end() -> None:
            connection.abort()
            xmpp.session_over(None)
            await xmpp.aclose()

        muc = None
        if "xep_0045" in xmpp.plugin and "xep_0045" not in self._stand_ins.names:
            muc = xmpp.plugin["xep_0045"]
        return ShapedSession(xmpp, peer, muc, end, lambda plugin: isinstance(plugin, StandIn))
