"""Tests with accounts on a real server, named by the environment, under the names that programs use."""

import asyncio
import os
import unittest
from collections.abc import Mapping
from typing import Any

from helixmpp.core import ClientXMPP
from helixmpp.jid import JID

__all__ = ["SlixIntegration"]

#: Seconds that :meth:`SlixIntegration.connect_clients` waits for all sessions.
TIMEOUT = 60


class SlixIntegration(unittest.IsolatedAsyncioTestCase):
    """A ``unittest`` case whose clients have accounts on a server.

    ::

        class TestRoster(SlixIntegration):
            async def asyncSetUp(self):
                self.add_client(self.envjid("CI_ACCOUNT1"), self.envstr("CI_ACCOUNT1_PASSWORD"))
                self.register_plugins(["xep_0199"])
                await self.connect_clients()

    Where a variable is not set, the test is skipped, and says which one it was.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: The clients, in the order in which they were added.
        self.clients: list[ClientXMPP] = []
        self.addAsyncCleanup(self._destroy)

    def envjid(self, name: str, *, default: str | None = None) -> JID:
        """Give the address that the variable ``name`` has, else ``default``.

        :raises unittest.SkipTest: there is neither.
        :raises InvalidJID: it is no address.
        """
        value = os.environ.get(name, default)
        if not value:
            self.skipTest(f"the environment variable {name} is not set")
        return JID(value)

    def envstr(self, name: str) -> str:
        """Give the text that the variable ``name`` has.

        :raises unittest.SkipTest: it is not set.
        """
        value = os.environ.get(name)
        if value is None:
            self.skipTest(f"the environment variable {name} is not set")
        return value

    def add_client(self, jid: JID, password: str) -> None:
        """Make one more client."""
        self.clients.append(ClientXMPP(jid, password))

    def register_plugins(self, plugins: list[str], configs: list[Mapping[str, Any]] | None = None) -> None:
        """Register plugins with all clients.

        :param configs: the settings of each plugin, in the order of ``plugins``.
        """
        for client in self.clients:
            for index, plugin in enumerate(plugins):
                client.register_plugin(plugin, configs[index] if configs else None)

    async def connect_clients(self) -> None:
        """Connect all clients, and wait until each has its session.

        :raises ConnectionFailure: one of them got none.
        :raises NotConnectedError: one of them got none, and it is not tried again.
        :raises TimeoutError: one of them has none after :data:`TIMEOUT` seconds.
        """
        async with asyncio.timeout(TIMEOUT):
            await asyncio.gather(*(client.connect(*client.address) for client in self.clients))
            # While helixmpp stands in for slixmpp, a failure is no exception.
            await asyncio.gather(*(client.connected() for client in self.clients))

    async def _destroy(self) -> None:
        """Disconnect all clients."""
        for client in self.clients:
            await client.disconnect()
            await client.aclose()
        self.clients.clear()
