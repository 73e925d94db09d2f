"""The server of :mod:`helixmpp.testing`: what a test gives it, asks it and does with it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from helixmpp.core import ClientXMPP, ComponentXMPP
from helixmpp.errors import StateError
from helixmpp.jid import JID
from helixmpp.testing.accounts import Account, Component
from helixmpp.testing.connection import Connection
from helixmpp.testing.directory import Directory
from helixmpp.testing.listening import HOST, Listening
from helixmpp.testing.management import StreamManagement
from helixmpp.testing.sasl import MECHANISMS
from helixmpp.testing.settings import ServerLimits
from helixmpp.testing.transcript import Exchanged, Transcript

__all__ = ["Server"]


class Server:
    """An XMPP server on 127.0.0.1 inside the test's own process. A test tool: use it for nothing else.

    Everything is in memory and gone at the end, nothing is federated, and its machine is trusted. ::

        async with Server(accounts={"alice": "secret", "bob": "secret"}) as server:
            async with server.client("alice") as alice:
                alice.send_message(server.jid("bob"), "hello")
                await server.wait_received(lambda line: line.stanza["body"] == "hello")

    What it speaks: streams, STARTTLS and direct TLS, SASL SCRAM with and without channel binding, PLAIN,
    resource binding (RFC 6120); rosters, presence, subscriptions, messages with offline storage (RFC 6121);
    disco#info and #items (XEP-0030), ping (XEP-0199), components (XEP-0114), stream limits (XEP-0478),
    stream management (XEP-0198), in-band registration (XEP-0077).

    :param accounts: passwords by account: ``"alice"`` is one on ``domain``; ``"bob@other.example"`` makes
        that a domain of the server, too.
    :param domain: where names without a domain belong.
    :param components: secrets of external components by their domain.
    :param anonymous: whether SASL ANONYMOUS is offered.
    :param mechanisms: the SASL mechanisms offered, in this order; by default all, the strongest first.
    :param iterations: of SCRAM.
    :param limits: how much is taken from clients.
    :param stream_management: how stream management is done, for example not at all.
    :param registration: whether people make accounts by themselves, change their passwords and remove them.
    :raises ValueError: a name, a password or a mechanism that cannot be.
    """

    def __init__(
        self,
        accounts: Mapping[str, str] | None = None,
        *,
        domain: str = "test.example",
        components: Mapping[str, str] | None = None,
        anonymous: bool = False,
        mechanisms: Sequence[str] | None = None,
        iterations: int = 4096,
        limits: ServerLimits | None = None,
        stream_management: StreamManagement | None = None,
        registration: bool = False,
    ) -> None:
        home = JID(domain=domain)
        self.host = HOST
        self.domain: str = home.domain
        self.limits = limits or ServerLimits()
        self._directory = Directory(
            home,
            iterations=iterations,
            limits=self.limits,
            now=lambda: datetime.now(UTC),
            registration=registration,
        )
        self._listening = Listening(
            self._directory,
            _checked_mechanisms(mechanisms, anonymous=anonymous),
            stream_management or StreamManagement(),
        )
        self._presence = self._listening.router.presence
        for name, password in (accounts or {}).items():
            self.add_account(name, password)
        for name, secret in (components or {}).items():
            component = JID(domain=name).domain
            self._directory.components[component] = Component(component, secret)

    async def start(self) -> None:
        """Make the certificates and listen on free ports; ``async with`` does it.

        :raises StateError: it was started before.
        """
        await self._listening.start()

    async def stop(self) -> None:
        """End all connections with ``system-shutdown`` and stop listening; ``async with`` does it."""
        await self._listening.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    # -- where it is -------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port for clients that use STARTTLS."""
        return self._listening.port("starttls")

    @property
    def tls_port(self) -> int:
        """The port for clients that use direct TLS (XEP-0368)."""
        return self._listening.port("direct TLS")

    @property
    def component_port(self) -> int:
        """The port for components (XEP-0114); StateError when the server was given none."""
        return self._listening.port("component")

    @property
    def ca_certs(self) -> Path:
        """The certificate of the authority to trust, as a PEM file in a folder that is removed at the end."""
        return self._listening.ca_certs

    # -- accounts and those who use them -----------------------------------------------------------------

    def jid(self, name: str) -> JID:
        """Give the address of an account or component: ``server.jid("alice")``.

        :raises LookupError: there is none of that name.
        """
        account = self._account(name)
        if account is not None:
            return account.jid
        if name in self._directory.components:
            return JID(name)
        known = ", ".join(sorted(map(str, [*self._directory.accounts, *self._directory.components])))
        raise LookupError(f"the test server has neither account nor component {name!r}; it has: {known}")

    def add_account(self, name: str, password: str) -> JID:
        """Add an account, also while the server runs; gives its address.

        :raises ValueError: no such name or password can be, or the running server is not for its domain.
        """
        jid = self._read_name(name)
        if not jid.local or jid.resource:
            raise ValueError(f"{name!r} is no name for an account")
        if self._listening.started and jid.domain not in self._directory.domains:
            raise ValueError(f"the certificate of the running server is not for {jid.domain}")
        self._directory.add_account(jid, password)
        return jid

    def client(
        self, name: str, *, resource: str = "", direct_tls: bool = False, **options: Any
    ) -> ClientXMPP:
        """Make a client for an account, ready for ``async with`` or ``connect(*client.address)``.

        :param resource: asked for when it binds.
        :param direct_tls: connect by direct TLS instead of STARTTLS.
        :param options: as for :class:`helixmpp.ClientXMPP`; ``password=`` replaces the right one.
        :raises LookupError: there is no account of that name.
        """
        jid = self.jid(name)
        account = self._directory.account_of(jid)
        if account is None:
            raise LookupError(f"{name!r} is a component: use component({name!r})")
        options.setdefault("password", account.credentials.password)
        client = ClientXMPP(JID(local=jid.local, domain=jid.domain, resource=resource), **options)
        client.ca_certs = self.ca_certs
        client.enable_direct_tls, client.enable_starttls = direct_tls, not direct_tls
        client.address = (self.host, self.tls_port if direct_tls else self.port)
        return client

    def component(self, domain: str, **options: Any) -> ComponentXMPP:
        """Make a component, ready for ``async with`` or ``connect()``.

        :param options: as for :class:`helixmpp.ComponentXMPP`.
        :raises LookupError: the server was not given its secret.
        """
        known = self._directory.components.get(domain)
        if known is None:
            raise LookupError(f"the test server has no component {domain!r}")
        return ComponentXMPP(domain, known.secret, self.host, self.component_port, **options)

    def befriend(self, name: str, other: str | JID) -> None:
        """Subscribe two to each other's presence, as if each had asked and been approved.

        :param name: an account.
        :param other: another, or any address (of a component, say), whose side is then its own affair.
        :raises LookupError: there is no such account.
        """
        first, second = self._account(name), self._account(other)
        if first is None:
            raise LookupError(f"the test server has no account {name!r}")
        self._presence.befriend(first, self._read_name(other) if second is None else second.jid)
        if second is not None:
            self._presence.befriend(second, first.jid)

    @property
    def online(self) -> list[JID]:
        """The full JIDs of the clients and the domains of the components that are connected, oldest first."""
        return [jid for connection in self._listening.connections if (jid := connection.jid) is not None]

    # -- links that break --------------------------------------------------------------------------------

    @property
    def stream_management(self) -> StreamManagement:
        """How stream management is done; may be set while the server runs, for the streams to come."""
        return self._listening.sessions.settings

    @stream_management.setter
    def stream_management(self, settings: StreamManagement) -> None:
        self._listening.sessions.settings = settings

    @property
    def hibernating(self) -> list[JID]:
        """The full JIDs of the sessions that wait to be resumed (XEP-0198), the oldest cut first."""
        return [session.resource.jid for session in self._listening.sessions.hibernating]

    async def cut(self, who: str | JID) -> None:
        """Drop a connection without a word; returns when it is gone.

        A session that can be resumed then hibernates; of any other the client's contacts are told that it ended.

        :param who: a full JID, an account (all its connections) or a component.
        :raises StateError: it has no connection.
        """
        connections = self._connections_of(who)
        for connection in connections:
            connection.abort()
        await asyncio.wait([connection.closed for connection in connections])

    def hold(self, who: str | JID) -> None:
        """Let a link go silent, as one that is half-open: nothing passes, and nobody closes it.

        It stays so until :meth:`release` or :meth:`cut`.

        :param who: a full JID, an account (all its connections) or a component.
        :raises StateError: it has no connection.
        """
        for connection in self._connections_of(who):
            connection.hold()

    def release(self, who: str | JID) -> None:
        """Let a silent link work again, with all that was kept back.

        :raises StateError: there is no such connection any more.
        """
        for connection in self._connections_of(who):
            connection.release()

    def expire(self, who: str | JID) -> None:
        """End sessions that wait to be resumed, as if their time were over.

        What their clients have not acknowledged is kept for them, goes to another resource or back to its sender.

        :param who: a full JID, or an account (all its sessions).
        :raises StateError: none of its sessions hibernates.
        """
        wanted = self._read_name(who)
        sessions = self._listening.sessions
        over = [one for one in sessions.hibernating if wanted in (one.resource.jid, one.resource.account.jid)]
        if not over:
            raise StateError(f"no session of {wanted} waits to be resumed; {self.hibernating} do")
        for session in over:
            sessions.end(session)

    def _connections_of(self, who: str | JID) -> list[Connection]:
        wanted = self._read_name(who)
        found = [
            connection
            for connection in self._listening.connections
            if (jid := connection.jid) is not None and wanted in (jid, jid.bare_jid)
        ]
        if not found:
            online = ", ".join(map(str, self.online)) or "nobody"
            raise StateError(f"{wanted} has no connection; online: {online}")
        return found

    # -- what was said -----------------------------------------------------------------------------------

    @property
    def sent(self) -> Transcript:
        """The stanzas that the server sent, the last ``limits.transcript`` of them."""
        return self._listening.sent

    @property
    def received(self) -> Transcript:
        """The stanzas that the server received, the last ``limits.transcript`` of them."""
        return self._listening.received

    async def wait_received(
        self,
        matches: Callable[[Exchanged], bool],
        timeout: float = 10.0,
    ) -> Exchanged:
        """Give the first stanza of ``received`` that matches; waits for one when there is none.

        :param timeout: seconds.
        :raises TimeoutError: none came.
        """
        for line in self.received:
            if matches(line):
                return line
        found: asyncio.Future[Exchanged] = asyncio.get_running_loop().create_future()

        def look(line: Exchanged) -> None:
            if not found.done() and matches(line):
                found.set_result(line)

        end = self.received.watch(look)
        try:
            async with asyncio.timeout(timeout):
                return await found
        finally:
            end()

    def _account(self, who: str | JID) -> Account | None:
        return self._directory.account_of(self._read_name(who))

    def _read_name(self, name: str | JID) -> JID:
        """Read ``alice``, ``alice@domain``, a component's domain or an address."""
        if isinstance(name, JID):
            return name
        if "@" in name or name in self._directory.components:
            return JID(name)
        return JID(local=name, domain=self.domain)


def _checked_mechanisms(names: Sequence[str] | None, *, anonymous: bool) -> tuple[str, ...]:
    if names is None:
        return tuple(name for name in MECHANISMS if anonymous or name != "ANONYMOUS")
    unknown = set(names) - set(MECHANISMS)
    if unknown:
        raise ValueError(f"no such SASL mechanisms: {', '.join(sorted(unknown))}")
    return tuple(names)
