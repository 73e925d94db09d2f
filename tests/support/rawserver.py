"""A server without TLS whose every byte behind the negotiation is the test's: for what no good server would do.

It negotiates by itself (SASL PLAIN, binding, stream management, resumption; or a component's handshake), answers
pings and requests for acknowledgements unless told not to, and writes down what it was sent::

    async with RawServer() as server:
        xmpp = server.client()
        await xmpp.connect(*xmpp.address)
        server.link.say("<message from='eve@example.org'><body>hello</body></message>")
        await until(lambda: server.link.stanzas)
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast
from xml.etree.ElementTree import Element

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.errors import ProtocolError
from helixmpp.xml import (
    NS_BIND,
    NS_CLIENT,
    NS_COMPONENT,
    NS_SASL,
    NS_SM,
    NS_STREAM,
    StreamClose,
    StreamOpen,
    StreamParser,
)
from tests.support.processes import inside

__all__ = ["COMPONENT", "DOMAIN", "RawLink", "RawServer", "Session"]

DOMAIN = "example.org"
COMPONENT = "comp.example.org"
HOST = "127.0.0.1"
FOOTER = "</stream:stream>"


@dataclass
class Session:
    """One managed session (XEP-0198): how much of it the server has handled, and what it has not been told to have."""

    id: str
    handled: int = 0
    resumed: int = 0
    #: What is sent again when the session is resumed, behind ``<resumed/>``.
    again: str = ""
    got: list[Element] = field(default_factory=list[Element])


class RawLink(asyncio.Protocol):
    """The server's end of one connection."""

    def __init__(self, server: "RawServer", kind: str) -> None:
        self._server = server
        self._ns = NS_CLIENT if kind == "client" else NS_COMPONENT
        self._parser = StreamParser()
        self._transport: asyncio.Transport | None = None
        self._authenticated = False
        self._put_off = b""
        self._heard = asyncio.Event()
        #: Whether stanzas can be exchanged, whether the client has ended its stream, and the connection.
        self.ready = self.ended = self.closed = False
        self.session: Session | None = None
        #: What it was sent behind the negotiation: stanzas, and everything else.
        self.stanzas: list[Element] = []
        self.nonzas: list[Element] = []
        #: The stream error that ends the client's stream, if one does.
        self.error: Element | None = None

    # -- what tests do ---------------------------------------------------------------------------------------

    def say(self, text: str | bytes) -> None:
        """Send text as it is, in one write."""
        if self._transport is not None:
            self._transport.write(text.encode() if isinstance(text, str) else text)

    def cut(self) -> None:
        """Drop the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        """Read nothing more."""
        if self._transport is not None:
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Read again."""
        if self._transport is not None:
            self._transport.resume_reading()

    async def until(self, condition: Callable[[], object], seconds: float = 5) -> None:
        """Wait until what came makes the condition true, without looking all the time."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._heard.clear()
                await self._heard.wait()

    def bodies(self) -> list[str]:
        """The texts of the messages that came on this link."""
        return [body for one in self.stanzas if (body := one.findtext(f"{{{self._ns}}}body")) is not None]

    # -- asyncio.Protocol ------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport."""
        self._transport = cast(asyncio.Transport, transport)
        self._server.links.append(self)
        if self._server.refuses:
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self.closed = True
        self._heard.set()

    def proceed(self) -> None:
        """Go on with a negotiation that the server's ``stalls`` has put off."""
        early, self._put_off = self._put_off, b""
        self._take(early)

    def data_received(self, data: bytes) -> None:
        """Take bytes of the client."""
        if self._server.stalls and not self.ready:
            self._put_off += data
        else:
            self._take(data)
        self._heard.set()

    def _take(self, data: bytes) -> None:
        if not self.ready and data.lstrip().startswith((b"<?xml", b"<stream:stream")):
            self._parser = StreamParser()  # the stream starts anew behind SASL
            data = data.lstrip()
        for event in self._parser.feed(data):
            if isinstance(event, StreamOpen):
                self._opened(event)
            elif isinstance(event, StreamClose):
                self.ended = True
                if self._server.closes:
                    self.say(FOOTER)
                    if self._transport is not None:
                        self._transport.close()
            elif isinstance(event, ProtocolError):
                raise event
            elif self.ready:
                self._received(event)
            else:
                self._negotiate(event)

    # -- the negotiation -------------------------------------------------------------------------------------

    def _opened(self, header: StreamOpen) -> None:
        name = DOMAIN if self._ns == NS_CLIENT else COMPONENT
        self.say(
            f"<?xml version='1.0'?><stream:stream xmlns='{self._ns}' xmlns:stream='{NS_STREAM}' id='s1' from='{name}'"
            + (" version='1.0'>" if self._ns == NS_CLIENT else ">")
        )
        if self._ns != NS_CLIENT:
            return
        if not self._authenticated:
            offer = f"<mechanisms xmlns='{NS_SASL}'><mechanism>PLAIN</mechanism></mechanisms>"
        else:
            offer = f"<bind xmlns='{NS_BIND}'/>" + (f"<sm xmlns='{NS_SM}'/>" if self._server.offers else "")
        self.say(f"<stream:features>{offer}</stream:features>")

    def _negotiate(self, element: Element) -> None:
        match element.tag.rpartition("}")[2]:
            case "auth":
                self._authenticated = True
                self.say(f"<success xmlns='{NS_SASL}'/>")
            case "handshake":
                self.ready = True
                self.say("<handshake/>")
            case "resume":
                self._resume(element)
            case "iq":
                jid = f"alice@{DOMAIN}/desk"
                self.say(
                    f"<iq type='result' id='{element.get('id')}'><bind xmlns='{NS_BIND}'><jid>{jid}</jid></bind></iq>"
                )
                self.ready = True
            case _:
                self.say(f"<failed xmlns='{NS_SM}'/>")

    def _resume(self, element: Element) -> None:
        session = self._server.sessions.get(element.get("previd", ""))
        if session is None or self._server.refuses_resumption:
            h = f" h='{session.handled}'" if session is not None and self._server.tells_count else ""
            self.say(
                f"<failed xmlns='{NS_SM}'{h}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"
            )
            return
        self.session = session
        session.resumed += 1
        self.ready = True
        again, session.again = session.again, ""
        self.say(f"<resumed xmlns='{NS_SM}' previd='{session.id}' h='{session.handled}'/>{again}")

    # -- the session -----------------------------------------------------------------------------------------

    def _received(self, element: Element) -> None:
        name = element.tag.rpartition("}")[2]
        if element.tag.startswith(f"{{{NS_SM}}}"):
            self._manage(name, element)
        elif element.tag.startswith(f"{{{self._ns}}}") and name in {"message", "presence", "iq"}:
            self._stanza(name, element)
        else:
            if name == "error":
                self.error = element
            self.nonzas.append(element)

    def _manage(self, name: str, element: Element) -> None:
        if name == "enable":
            id_ = f"session-{len(self._server.sessions)}"
            self.session = self._server.sessions[id_] = Session(id_)
            self.say(f"<enabled xmlns='{NS_SM}' id='{id_}' resume='true'/>{self._server.behind_enabled}")
            return
        self.nonzas.append(element)
        if name == "r" and self._server.acknowledges:
            self.acknowledge()

    def acknowledge(self, less: int = 0) -> None:
        """Tell the client how much is handled, or ``less`` than that."""
        if self.session is not None:
            self.say(f"<a xmlns='{NS_SM}' h='{(self.session.handled - less) % 2**32}'/>")

    def _stanza(self, name: str, element: Element) -> None:
        self.stanzas.append(element)
        if self.session is not None:
            self.session.handled = (self.session.handled + 1) % 2**32
            self.session.got.append(element)
        is_ping = element.find("{urn:xmpp:ping}ping") is not None
        if name == "iq" and element.get("type") == "get" and is_ping and self._server.pongs:
            to = element.get("to", "")
            sender = f" from='{to}'" if to else ""
            receiver = f" to='{element.get('from')}'" if self._ns == NS_COMPONENT else ""
            self.say(f"<iq type='result' id='{element.get('id')}'{sender}{receiver}/>")


class RawServer:
    """Listens on 127.0.0.1 for one account (``alice@example.org``) and one component (``comp.example.org``)."""

    def __init__(self) -> None:
        #: Whether stream management is offered, requests for acknowledgements are answered, pings are answered,
        #: and the end of a stream is answered.
        self.offers = self.acknowledges = self.pongs = self.closes = True
        #: Whether resumptions are refused, and new connections are.
        self.refuses_resumption = self.refuses = False
        #: Whether a negotiation waits for the link's ``proceed()``.
        self.stalls = False
        #: Whether a refusal says how much was handled.
        self.tells_count = False
        #: What is sent in one piece with ``<enabled/>``.
        self.behind_enabled = ""
        self.sessions: dict[str, Session] = {}
        self.links: list[RawLink] = []
        self._servers: list[asyncio.Server] = []
        self._ports: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def client() -> RawLink:
            return RawLink(self, "client")

        def component() -> RawLink:
            return RawLink(self, "component")

        for kind, make in (("client", client), ("component", component)):
            server = await loop.create_server(make, HOST, 0)
            self._ports[kind] = server.sockets[0].getsockname()[1]
            self._servers.append(server)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.close()
        for link in self.links:
            link.cut()
        await asyncio.sleep(0)

    @property
    def link(self) -> RawLink:
        """The latest connection."""
        return self.links[-1]

    @property
    def got(self) -> list[str]:
        """The texts of all messages that any session has handled, in order of the sessions."""
        return [body for link in self.links for body in link.bodies()]

    def client(self, **options: Any) -> ClientXMPP:
        """A client for this server that does not wait between its attempts."""
        xmpp = ClientXMPP(f"alice@{DOMAIN}/desk", "secret", **options)
        xmpp.enable_plaintext = xmpp.unsafe_plain_without_tls = True
        xmpp.enable_direct_tls = xmpp.enable_starttls = False
        xmpp.address = (HOST, self._ports["client"])
        inside(xmpp, "_connector_").backoff.first = 0.01
        return xmpp

    def component(self, **options: Any) -> ComponentXMPP:
        """A component for this server that does not wait between its attempts."""
        xmpp = ComponentXMPP(COMPONENT, "secret", HOST, self._ports["component"], **options)
        inside(xmpp, "_connector_").backoff.first = 0.01
        return xmpp
