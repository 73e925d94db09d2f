"""Clients of a server, for the dialogues of plugins: on the embedded one, and on a real Prosody."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.core import BaseXMPP
from helixmpp.testing import Server
from helixmpp.testing.prosody import Prosody

# Those of the fixture prosody in tests/conftest.py.
ACCOUNTS = {"alice": "secret-of-alice", "bob": "secret-of-bob"}
COMPONENT = "comp.test.example"
SECRET = "secret-of-comp"


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class LoopClock:
    """Lets the timers of the running event loop believe that time has passed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._passed = 0.0
        loop = asyncio.get_running_loop()
        real = loop.time
        monkeypatch.setattr(loop, "time", lambda: real() + self._passed)

    async def pass_(self, seconds: float) -> None:
        """Let that much time pass, and let what is due then happen."""
        self._passed += seconds
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def loop_clock(monkeypatch: pytest.MonkeyPatch) -> LoopClock:
    """The clock of this test's event loop."""
    return LoopClock(monkeypatch)


@dataclass
class World:
    """A server that runs, and a way to be connected to it."""

    domain: str
    host: str
    port: int
    component_port: int
    ca_file: Path
    stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def client(self, name: str, *plugins: str, **options: Any) -> ClientXMPP:
        """Connect a client with plugins; it is disconnected when the test ends."""
        xmpp = ClientXMPP(f"{name}@{self.domain}", ACCOUNTS[name], **options)
        xmpp.ca_certs = self.ca_file
        await self._connect(xmpp, plugins, self.port)
        return xmpp

    async def component(self, *plugins: str, **options: Any) -> ComponentXMPP:
        """Connect the component with plugins; it is disconnected when the test ends."""
        xmpp = ComponentXMPP(COMPONENT, SECRET, **options)
        await self._connect(xmpp, plugins, self.component_port)
        return xmpp

    async def _connect(self, xmpp: BaseXMPP, plugins: tuple[str, ...], port: int) -> None:
        xmpp.response_timeout = 20.0
        for plugin in plugins:
            xmpp.register_plugin(plugin)
        self.stack.push_async_callback(xmpp.aclose)
        await xmpp.connect(self.host, port)


@contextlib.asynccontextmanager
async def embedded_world() -> AsyncGenerator[World]:
    """The server of :mod:`helixmpp.testing`, new for each test."""
    async with Server(accounts=ACCOUNTS, components={COMPONENT: SECRET}) as server:
        world = World(server.domain, server.host, server.port, server.component_port, server.ca_certs)
        async with world.stack:
            yield world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The embedded server."""
    async with embedded_world() as world:
        yield world


@pytest.fixture(params=["embedded", pytest.param("prosody", marks=pytest.mark.prosody)])
async def any_world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each server in turn."""
    if request.param == "embedded":
        async with embedded_world() as world:
            yield world
        return
    prosody: Prosody = request.getfixturevalue("prosody")
    world = World(prosody.domain, prosody.host, prosody.port, prosody.component_port, prosody.ca_file)
    async with world.stack:
        yield world
