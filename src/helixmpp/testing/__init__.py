"""What helps people test their bots: an XMPP server inside the test's own process.

::

    from helixmpp.testing import Server

    async with Server(accounts={"alice": "secret", "bob": "secret"}) as server:
        async with server.client("alice") as alice:
            ...

:class:`Server` is a test tool, not a server to run: everything is in memory, and it trusts its machine.
Without a server, :class:`SlixTest` is a ``unittest`` case with a client on a transport that is a list, and
:class:`SlixIntegration` one with accounts on a real server; both have the names that tests written for slixmpp use.

pytest finds the fixtures ``xmpp_server`` and ``xmpp_client`` of :mod:`helixmpp.testing.pytest_plugin`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helixmpp.testing.management import StreamManagement
    from helixmpp.testing.server import Server
    from helixmpp.testing.settings import ServerLimits
    from helixmpp.testing.slixintegration import SlixIntegration
    from helixmpp.testing.slixtest import SlixTest
    from helixmpp.testing.transcript import Exchanged

__all__ = ["Exchanged", "Server", "ServerLimits", "SlixIntegration", "SlixTest", "StreamManagement"]

# pytest imports this package in every project that has helixmpp installed, so nothing heavy may be imported
# before a name is asked for (PEP 562).
_HOMES = {
    "Exchanged": "helixmpp.testing.transcript",
    "Server": "helixmpp.testing.server",
    "ServerLimits": "helixmpp.testing.settings",
    "SlixIntegration": "helixmpp.testing.slixintegration",
    "SlixTest": "helixmpp.testing.slixtest",
    "StreamManagement": "helixmpp.testing.management",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (kept out of pytest's start, see above)

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
