"""A scripted server that makes accounts at connecting (XEP-0077), and a client for it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from pathlib import Path

from helixmpp import ClientXMPP
from helixmpp.stanza import Iq
from tests.support.scripted import STREAM, Script, ScriptedServer, Wire, features, mechanisms

__all__ = [
    "FORM",
    "NS",
    "OFFER",
    "Client",
    "Host",
    "Part",
    "accepts",
    "answers_form",
    "at",
    "request",
    "script",
]

NS = "jabber:iq:register"
OFFER = "<register xmlns='http://jabber.org/features/iq-register'/>"
FORM = "<instructions>Choose.</instructions><username/><password/>"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"


class Host:
    """The server's part of one connection, after TLS."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.id = ""

    async def offers(self, *offers: str) -> None:
        """Open the stream within TLS."""
        await self.wire.upgrade()
        await self.wire.say(STREAM + features(*(offers or (OFFER,)), mechanisms("PLAIN")))

    async def asked(self) -> str:
        """Wait for a request; its text."""
        text = (await self.wire.expect(b"</iq>")).decode()
        found = re.search(r"id=\"([^\"]+)\"", text)
        assert found is not None
        self.id = found[1]
        return text

    async def answers(self, content: str = "", *, sender: str = "", id_: str = "") -> None:
        """Grant the request."""
        payload = f"<query xmlns='{NS}'>{content}</query>" if content else ""
        address = f" from='{sender}'" if sender else ""
        await self.wire.say(f"<iq type='result' id='{id_ or self.id}'{address}>{payload}</iq>")

    async def refuses(self, condition: str, kind: str = "cancel", text: str = "") -> None:
        """Refuse the request, and say it all again, as section 3.1 has it."""
        ns = "urn:ietf:params:xml:ns:xmpp-stanzas"
        words = f"<text xmlns='{ns}'>{text}</text>" if text else ""
        await self.wire.say(
            f"<iq type='error' id='{self.id}'><query xmlns='{NS}'><password>secret</password></query>"
            f"<error type='{kind}'><{condition} xmlns='{ns}'/>{words}</error></iq>"
        )

    async def lets_in(self, *offers: str) -> None:
        """Authenticate and bind."""
        await self.wire.expect(b"</auth>")
        await self.wire.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
        await self.wire.expect(b"<stream:stream")
        await self.wire.say(STREAM + features(BIND, *offers))
        await self.asked()
        await self.wire.say(
            f"<iq type='result' id='{self.id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            "<jid>bill@example.org/desk</jid></bind></iq>"
        )

    async def gives_form(self, content: str = FORM) -> None:
        """Offer, be asked for the form, and give it."""
        await self.offers()
        assert f'type="get"><query xmlns="{NS}"/>' in re.sub(r" id=\"[^\"]+\"", "", await self.asked())
        await self.answers(content)


Part = Callable[[Host], Awaitable[None]]


def script(part: Part) -> Script:
    return lambda wire: part(Host(wire))


class Client(ClientXMPP):
    """A client that keeps what its handlers raised."""

    def __init__(self, server: ScriptedServer) -> None:
        super().__init__("bill@example.org", "secret")
        self.ca_certs = server.ca_certs
        self.enable_direct_tls = False
        self.auto_reconnect = False
        self.address = (server.host, server.port)
        self.failures: list[BaseException] = []
        self.seen: list[str] = []
        for name in ("auth_success", "session_start", "failed_auth", "connection_failed", "disconnected"):
            self.add_event_handler(name, partial(self._see, name))

    def _see(self, name: str, data: object) -> None:
        self.seen.append(name)

    def exception(self, exception: BaseException) -> None:
        self.failures.append(exception)


@contextlib.asynccontextmanager
async def at(part: Part, folder: Path) -> AsyncGenerator[tuple[Client, ScriptedServer]]:
    """A client before a server that does its part."""
    async with ScriptedServer(script(part), folder) as server:
        xmpp = Client(server)
        xmpp.register_plugin("xep_0077")
        try:
            async with asyncio.timeout(20):
                yield xmpp, server
        finally:
            xmpp.abort()  # no script ends a stream, and nobody waits for that
            await xmpp.aclose()


async def accepts(host: Host) -> None:
    """A server as it should be, which calls itself by its name."""
    await host.gives_form()
    text = await host.asked()
    assert f'<query xmlns="{NS}"><username>bill</username><password>secret</password></query>' in text
    await host.answers(sender="example.org")
    await host.lets_in()


async def answers_form(host: Host) -> None:
    """The same, up to the form, and lets in who is there."""
    await host.gives_form()
    await host.lets_in()


def request(xmpp: ClientXMPP) -> Iq:
    """What programs that were written for slixmpp send."""
    answer = xmpp.Iq()
    answer["type"] = "set"
    answer["register"]["username"] = xmpp.boundjid.user
    answer["register"]["password"] = xmpp.password
    return answer
