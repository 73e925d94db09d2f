"""The two servers that every dialogue is run against: the embedded one and a real Prosody."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.testing import Server
from helixmpp.testing.prosody import Prosody
from tests.support import waiting

ACCOUNTS = {"alice": "secret of alice", "bob": "secret of bob"}
COMPONENT: tuple[str, str] = ("comp.test.example", "secret of comp")


@dataclass
class Place:
    """A server that runs, and the clients that a test made for it."""

    kind: str
    domain: str
    host: str
    port: int
    tls_port: int
    component_port: int
    ca_file: Path
    stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    def client(
        self, name: str, password: str | None = None, *, direct: bool = False, **options: Any
    ) -> ClientXMPP:
        """A client that knows where the server is; it is closed with the test."""
        user, _, resource = name.partition("/")
        jid = f"{user}@{self.domain}" + (f"/{resource}" if resource else "")
        xmpp = ClientXMPP(jid, ACCOUNTS.get(user, "") if password is None else password, **options)
        xmpp.ca_certs = self.ca_file
        xmpp.enable_starttls = not direct
        xmpp.address = (self.host, self.tls_port if direct else self.port)
        self.stack.push_async_callback(xmpp.aclose)
        return xmpp

    async def connected(self, name: str, *plugins: str, **options: Any) -> ClientXMPP:
        """A client with a session, its presence sent."""
        xmpp = self.client(name, **options)
        for plugin in plugins:
            xmpp.register_plugin(plugin)
        await xmpp.connect(*xmpp.address)
        return xmpp

    def component(self, secret: str = COMPONENT[1]) -> ComponentXMPP:
        """A component that knows where the server is; it is closed with the test."""
        xmpp = ComponentXMPP(COMPONENT[0], secret, self.host, self.component_port)
        xmpp.address = (self.host, self.component_port)
        self.stack.push_async_callback(xmpp.aclose)
        return xmpp


@pytest.fixture(params=["embedded", pytest.param("prosody", marks=pytest.mark.prosody)])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """A fresh server with alice, bob and a component, once each kind."""
    components = dict([COMPONENT])
    async with contextlib.AsyncExitStack() as stack:
        if request.param == "prosody":
            real = await stack.enter_async_context(Prosody(accounts=ACCOUNTS, components=components))
            place = Place(
                "prosody", real.domain, real.host, real.port, real.tls_port, real.component_port, real.ca_file
            )
        else:
            own = await stack.enter_async_context(Server(accounts=ACCOUNTS, components=components))
            place = Place(
                "embedded", own.domain, own.host, own.port, own.tls_port, own.component_port, own.ca_certs
            )
        async with place.stack:
            yield place


async def until(condition: Callable[[], bool], timeout: float = 5.0) -> None:
    """Wait until something holds; there is not an event for everything."""
    await waiting.until(condition, timeout)
