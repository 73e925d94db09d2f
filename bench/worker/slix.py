"""slixmpp: its own entry for bytes, ``data_received``, on a transport without a socket.

It negotiates the same stream as the others. Its check for TLS is satisfied by its own setting for connections
that need none.
"""

import asyncio
import importlib
from typing import Any

from bench.peer import Peer
from bench.wire import FULL_JID, PASSWORD
from bench.worker.library import PLUGINS, Session, check
from bench.worker.shaped import ShapedSession
from bench.worker.task import until
from bench.worker.transport import FakeTransport

__all__ = ["Slixmpp"]

_PLAIN = {"feature_mechanisms": {"unencrypted_plain": True}}


class Slixmpp:
    """See :class:`bench.worker.library.Library`."""

    name = "slixmpp"

    def __init__(self) -> None:
        # Only this process has it, and it has no part in the project's types.
        self._module: Any = importlib.import_module("slixmpp")
        self.version: str = self._module.__version__

    def notes(self) -> list[str]:
        """What a reader of the numbers has to know."""
        return []

    def make_client(self, plugins: bool) -> Any:
        """Make a client as a program does."""
        xmpp = self._module.ClientXMPP(FULL_JID, PASSWORD, plugin_config=_PLAIN)
        if plugins:
            for name in PLUGINS:
                xmpp.register_plugin(name)
        return xmpp

    def check_plugins(self, client: Any) -> None:
        """Raise CheckFailed unless the client has all 21."""
        missing = [name for name in PLUGINS if name not in client.plugin]
        check(not missing, f"a client is without {missing}")

    async def open(self, client: Any) -> Session:
        """Negotiate a stream."""
        client.loop = asyncio.get_running_loop()
        peer = Peer()
        transport = FakeTransport(client, peer)
        # connect() starts it before it opens a socket.
        sending = asyncio.ensure_future(client.run_filters())
        started = asyncio.Event()

        def start(_: object) -> None:
            started.set()

        client.add_event_handler("session_start", start)
        client.connection_made(transport)
        await until(started.is_set, lambda: "slixmpp began no session", 30)

        async def end() -> None:
            transport.close()
            sending.cancel()
            await asyncio.wait((sending,))
            client.cancel_schedule("Whitespace Keepalive")

        muc = client.plugin.get("xep_0045", None)
        return ShapedSession(client, peer, muc, end)
