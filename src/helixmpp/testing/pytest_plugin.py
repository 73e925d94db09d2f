"""Fixtures for pytest: a server of one's own for each test, and clients that are connected to it.

::

    import pytest


    @pytest.mark.xmpp_server(accounts={"alice": "secret", "bot": "secret"})
    async def test_bot_answers(xmpp_server, xmpp_client):
        bot = await xmpp_client("bot", plugins=["xep_0030"])
        alice = await xmpp_client("alice")
        ...

Without the marker the server has the accounts ``alice`` and ``bob``. The fixtures are asynchronous and need
pytest-asyncio (both of its modes); a project without it can have helixmpp installed all the same, and is told
only when it asks for one of them.
"""

from collections.abc import AsyncIterator, Awaitable, Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import pytest

if TYPE_CHECKING:
    from helixmpp.core import ClientXMPP
    from helixmpp.testing.server import Server

__all__ = ["ClientFactory", "pytest_configure", "xmpp_client", "xmpp_server"]

MARKER = (
    "xmpp_server(accounts=..., domain=..., components=..., ...): "
    "what the fixture xmpp_server gives to helixmpp.testing.Server"
)
DEFAULT_ACCOUNTS = {"alice": "secret", "bob": "secret"}


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, so that ``--strict-markers`` allows it."""
    config.addinivalue_line("markers", MARKER)


class ClientFactory(Protocol):
    """What the fixture ``xmpp_client`` gives: makes clients that are connected to ``xmpp_server``."""

    def __call__(self, name: str, *, plugins: Iterable[str] = (), **options: Any) -> "Awaitable[ClientXMPP]":
        """Connect a client for the account of that name; returns it when its session has started.

        :param plugins: names of plugins to register before it connects.
        :param options: as for :meth:`helixmpp.testing.Server.client`.
        """
        ...


async def _serve(request: pytest.FixtureRequest) -> "AsyncIterator[Server]":
    """Run a :class:`helixmpp.testing.Server` during one test; the marker has its options."""
    from helixmpp.testing.server import Server  # noqa: PLC0415  (nothing heavy when pytest loads its plugins)

    options: dict[str, Any] = {"accounts": DEFAULT_ACCOUNTS}
    # The nearest marker wins, one option at a time: a class may set the domain and a test the accounts.
    for marker in reversed(list(request.node.iter_markers("xmpp_server"))):
        if marker.args:
            raise pytest.UsageError("the marker xmpp_server takes keyword arguments only")
        options.update(marker.kwargs)
    async with Server(**options) as server:
        yield server


async def _clients(xmpp_server: "Server") -> AsyncIterator[ClientFactory]:
    """Give a function that connects clients to ``xmpp_server``; they are disconnected when the test ends."""
    clients: list[ClientXMPP] = []

    async def connect(name: str, *, plugins: Iterable[str] = (), **options: Any) -> "ClientXMPP":
        client = xmpp_server.client(name, **options)
        for plugin in plugins:
            client.register_plugin(plugin)
        clients.append(client)
        await client.connect(*client.address)
        return client

    yield connect
    for client in reversed(clients):
        await client.disconnect()
        await client.aclose()


def _without_asyncio() -> NoReturn:
    raise pytest.UsageError(
        "the fixtures xmpp_server and xmpp_client need pytest-asyncio: pip install pytest-asyncio"
    )


if find_spec("pytest_asyncio") is not None:
    import pytest_asyncio

    # No loop_scope of our own: the project's asyncio_default_fixture_loop_scope decides, as for its own ones.
    xmpp_server = pytest_asyncio.fixture(name="xmpp_server")(_serve)
    xmpp_client = pytest_asyncio.fixture(name="xmpp_client")(_clients)
else:
    xmpp_server = pytest.fixture(name="xmpp_server")(_without_asyncio)
    xmpp_client = pytest.fixture(name="xmpp_client")(_without_asyncio)
