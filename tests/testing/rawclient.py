"""A client made of nothing but a socket and the parser, so that the server is not tested by our own client."""

import asyncio
import base64
import hashlib
import importlib
import itertools
import ssl
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self
from xml.etree.ElementTree import Element

from helixmpp.errors import ProtocolError
from helixmpp.testing import Server
from helixmpp.xml import (
    NS_BIND,
    NS_SASL,
    NS_SM,
    NS_STREAM,
    NS_TLS,
    StreamClose,
    StreamOpen,
    StreamParser,
    parse_one,
)


class ScramClient(Protocol):
    """The part of scramp that is used; the library itself says nothing of types."""

    def get_client_first(self) -> str: ...
    def set_server_first(self, message: str) -> None: ...
    def get_client_final(self) -> str: ...
    def set_server_final(self, message: str) -> None: ...


# It is untyped, so that an import statement would be an error for the checkers.
scramp: Any = importlib.import_module("scramp")

PATIENCE = 10.0  # seconds; what takes longer never comes
FEATURES = f"{{{NS_STREAM}}}features"


class StreamEnded(Exception):
    """The server closed; ``condition`` is its stream error, or empty."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


class RawClient:
    """One connection; each method does one step of RFC 6120, and the test decides which."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.jid = ""
        self._parser = StreamParser()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._connected = False
        self._events: list[Element | StreamClose] = []
        self._stream_id = ""
        self._error = ""
        self._ids = itertools.count(1)
        self.ns = "jabber:client"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connected:
            self._writer.close()
            with suppress(ConnectionError, ssl.SSLError):  # the server may have been faster
                await self._writer.wait_closed()

    # -- bytes and elements ------------------------------------------------------------------------------

    async def connect(self, *, port: int | None = None, direct_tls: bool = False) -> None:
        """Open the socket."""
        if direct_tls:
            self._reader, self._writer = await asyncio.open_connection(
                self.server.host,
                self.server.tls_port,
                ssl=self.tls_context(),
                server_hostname=self.server.domain,
            )
        else:
            self._reader, self._writer = await asyncio.open_connection(
                self.server.host, port or self.server.port
            )
        self._connected = True

    def deaf(self) -> None:
        """Read nothing any more."""
        transport = self._writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    def abort(self) -> None:
        """Close without a word, and without waiting for the server's."""
        self._writer.transport.abort()

    def tls_context(self) -> ssl.SSLContext:
        """Trust the server's own authority and nobody else."""
        return ssl.create_default_context(cafile=self.server.ca_certs)

    def send(self, text: str | bytes) -> None:
        """Write something, right or wrong."""
        self._writer.write(text.encode() if isinstance(text, str) else text)

    async def next(self) -> Element:
        """Give the next element; StreamEnded when there will be none."""
        while not self._events:
            await self._read()
        event = self._events.pop(0)
        if not isinstance(event, Element):
            raise StreamEnded(self._error)
        if event.tag == f"{{{NS_STREAM}}}error":
            self._error = event[0].tag.partition("}")[2]
            return await self.next()
        return event

    async def ended(self) -> str:
        """Wait for the end of the stream; gives the condition of its error."""
        try:
            while True:
                await self.next()
        except StreamEnded as end:
            return end.condition

    async def _read(self) -> None:
        async with asyncio.timeout(PATIENCE):
            try:
                data = await self._reader.read(65536)
            except (ConnectionError, ssl.SSLError):
                data = b""
        if not data:
            raise StreamEnded(self._error)
        for event in self._parser.feed(data):
            assert not isinstance(event, ProtocolError), event  # the server's XML is never wrong
            if isinstance(event, StreamOpen):
                self._stream_id = event.attrib["id"]
            else:
                self._events.append(event)

    # -- the negotiation ---------------------------------------------------------------------------------

    def header(self, to: str | None = None, **changes: str) -> str:
        """Make a stream header."""
        values = {
            "to": self.server.domain if to is None else to,
            "version": "1.0",
            "xmlns": self.ns,
            "xmlns:stream": NS_STREAM,
            **changes,
        }
        attributes = " ".join(f"{name}='{value}'" for name, value in values.items() if value)
        return f"<?xml version='1.0'?><stream:stream {attributes}>"

    async def open(self, to: str | None = None) -> Element:
        """Open a stream, or open it again; gives the features."""
        self.open_again(self.header(to))
        return await self.next()

    def open_again(self, header: str) -> None:
        """Send a header and expect one."""
        self._parser = StreamParser()
        self._stream_id = ""
        self.send(header)

    async def stream_id(self) -> str:
        """Wait for the server's header; gives the id in it."""
        while not self._stream_id:
            await self._read()
        return self._stream_id

    async def starttls(self) -> None:
        """Upgrade to TLS."""
        self.send(f"<starttls xmlns='{NS_TLS}'/>")
        proceed = await self.next()
        assert proceed.tag == f"{{{NS_TLS}}}proceed"
        await self._writer.start_tls(self.tls_context(), server_hostname=self.server.domain)

    async def secure(self, *, direct_tls: bool = False, to: str | None = None) -> Element:
        """Go as far as the features within TLS."""
        await self.connect(direct_tls=direct_tls)
        if not direct_tls:
            await self.open(to)
            await self.starttls()
        return await self.open(to)

    def end_point(self) -> bytes:
        """What tls-server-end-point is for the certificate that we were shown (it is signed with SHA-256)."""
        tls = self._writer.get_extra_info("ssl_object")
        assert isinstance(tls, (ssl.SSLObject, ssl.SSLSocket))
        certificate = tls.getpeercert(binary_form=True)
        assert certificate is not None
        return hashlib.sha256(certificate).digest()

    async def sasl(self, name: str, text: str = "", **attributes: str) -> Element:
        """Send an element of SASL and give the answer."""
        more = "".join(f" {key}='{value}'" for key, value in attributes.items())
        self.send(f"<{name} xmlns='{NS_SASL}'{more}>{text}</{name}>")
        return await self.next()

    async def scram(
        self,
        mechanism: str,
        user: str,
        password: str,
        *,
        end_point: bytes | None = None,
        initial: bool = True,
    ) -> Element:
        """Authenticate with the library scramp as the client; gives the last element of the server."""
        binding = None
        if mechanism.endswith("-PLUS"):
            binding = ("tls-server-end-point", self.end_point() if end_point is None else end_point)
        client: ScramClient = scramp.ScramClient([mechanism], user, password, channel_binding=binding)
        first = base64.b64encode(client.get_client_first().encode()).decode()
        if initial:
            challenge = await self.sasl("auth", first, mechanism=mechanism)
        else:
            empty = await self.sasl("auth", mechanism=mechanism)
            assert empty.tag == f"{{{NS_SASL}}}challenge"
            assert not empty.text
            challenge = await self.sasl("response", first)
        if challenge.tag != f"{{{NS_SASL}}}challenge":
            return challenge
        client.set_server_first(base64.b64decode(challenge.text or "").decode())
        final = base64.b64encode(client.get_client_final().encode()).decode()
        answer = await self.sasl("response", final)
        if answer.tag == f"{{{NS_SASL}}}success":
            client.set_server_final(base64.b64decode(answer.text or "").decode())  # checks the signature
        return answer

    async def plain(self, user: str, password: str, authzid: str = "") -> Element:
        """Authenticate by PLAIN."""
        message = f"{authzid}\0{user}\0{password}".encode()
        return await self.sasl("auth", base64.b64encode(message).decode(), mechanism="PLAIN")

    async def bind(self, resource: str = "") -> Element:
        """Ask for a resource; gives the answer and keeps the full JID."""
        inner = f"<resource>{resource}</resource>" if resource else ""
        self.send(f"<iq type='set' id='bind'><bind xmlns='{NS_BIND}'>{inner}</bind></iq>")
        answer = await self.next()
        self.jid = answer.findtext(f".//{{{NS_BIND}}}jid") or ""
        return answer

    async def login(
        self, user: str, password: str = "secret", resource: str = "", to: str | None = None
    ) -> Self:
        """Do all of it, the shortest way."""
        await self.secure(to=to)
        answer = await self.plain(user, password)
        assert answer.tag == f"{{{NS_SASL}}}success"
        await self.open(to)
        await self.bind(resource)
        return self

    # -- stream management (XEP-0198) ----------------------------------------------------------------------

    async def manage(self, name: str, **attributes: str) -> Element:
        """Send an element of stream management and give its answer; what comes before it is dropped."""
        more = "".join(f" {key}='{value}'" for key, value in attributes.items())
        self.send(f"<{name} xmlns='{NS_SM}'{more}/>")
        while not (element := await self.next()).tag.startswith(f"{{{NS_SM}}}") or element.tag.endswith("}r"):
            pass
        return element

    async def enable(self, **attributes: str) -> str:
        """Enable stream management; gives the id of the session, or an empty text."""
        enabled = await self.manage("enable", **attributes)
        assert enabled.tag == f"{{{NS_SM}}}enabled"
        return enabled.get("id", "")

    async def authenticated(self, user: str, password: str = "secret") -> Self:
        """Go as far as the features with binding and stream management."""
        await self.secure()
        assert (await self.plain(user, password)).tag == f"{{{NS_SASL}}}success"
        await self.open()
        return self

    # -- after it ----------------------------------------------------------------------------------------

    async def settle(self) -> list[Element]:
        """Give everything that came until the server answered a ping: what was sent before it is dealt with."""
        ping = f"settle-{next(self._ids)}"
        sender = f"from='{self.jid}'" if self.jid else ""
        payload = "<ping xmlns='urn:xmpp:ping'/>"
        self.send(f"<iq type='get' id='{ping}' {sender} to='{self.server.domain}'>{payload}</iq>")
        came: list[Element] = []
        while (element := await self.next()).get("id") != ping:
            came.append(element)
        return came

    async def ask(self, xml: str) -> Element:
        """Send an iq and give the answer; what comes before it is dropped."""
        self.send(xml)
        wanted = parse_one(xml).get("id")
        while (element := await self.next()).get("id") != wanted:
            pass
        return element


def condition(stanza: Element) -> str:
    """Give the condition of an error: of a stanza, or of SASL's failure."""
    if stanza.tag == f"{{{NS_SASL}}}failure":
        return stanza[0].tag.partition("}")[2]
    assert stanza.get("type") == "error", stanza.attrib
    error = stanza.find("{jabber:client}error")
    assert error is not None
    return error[0].tag.partition("}")[2]


def differences(found: Sequence[Element], expected: Sequence[str]) -> str:
    """Say where elements differ from what is expected; ``*`` as a value stands for any. Empty: nowhere."""
    trees = [parse_one(text) for text in expected]
    if len(found) != len(trees):
        return f"{len(found)} came and {len(trees)} were expected"
    return "".join(_difference(one, other) for one, other in zip(found, trees, strict=True))


def _difference(found: Element, expected: Element) -> str:
    where = expected.tag
    if found.tag != expected.tag:
        return f"{found.tag} instead of {where}; "
    if set(found.attrib) != set(expected.attrib):
        return f"{where}: attributes {sorted(found.attrib)} instead of {sorted(expected.attrib)}; "
    text = "".join(
        f"{where}: {key}={found.attrib[key]!r} instead of {value!r}; "
        for key, value in expected.attrib.items()
        if value not in ("*", found.attrib[key])
    )
    if (expected.text or "").strip() not in ("*", (found.text or "").strip()):
        text += f"{where}: text {found.text!r} instead of {expected.text!r}; "
    if len(found) != len(expected):
        return text + f"{where}: {[c.tag for c in found]} instead of {[c.tag for c in expected]}; "
    return text + "".join(_difference(one, other) for one, other in zip(found, expected, strict=True))
