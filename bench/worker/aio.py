"""aioxmpp: a client of its own with a connector of ours, the place where it lets a program bring a transport.

From there all is its own: the XML stream, SASL, binding, the queue that stanzas go through.
"""

import asyncio
import importlib
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from bench.peer import Peer
from bench.wire import DOMAIN, FULL_JID, PASSWORD, ROOM, Contact, Said
from bench.worker.library import Handler, Session, check
from bench.worker.task import settle, until
from bench.worker.transport import FakeTransport

__all__ = ["Aioxmpp"]

# Its services, and the plugins that they are the counterpart of.
_SERVICES = {
    "xep_0030": "aioxmpp.DiscoServer",
    "xep_0045": "aioxmpp.MUCClient",
    "xep_0115": "aioxmpp.EntityCapsService",
    "xep_0163": "aioxmpp.PEPClient",
    "xep_0184": "aioxmpp.DeliveryReceiptsService",
    "xep_0199": "aioxmpp.PingService",
    "xep_0280": "aioxmpp.CarbonsClient",
}
# These are attributes of its stanzas, and always there.
_PAYLOADS = ("xep_0085", "xep_0203", "xep_0308", "xep_0333", "xep_0359", "xep_0363")


class Aioxmpp:
    """See :class:`bench.worker.library.Library`."""

    name = "aioxmpp"

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It asks for the event loop at import, and for modules that Python is about to drop.
            warnings.simplefilter("ignore")
            self._module: Any = importlib.import_module("aioxmpp")
            self._services = [_find(path) for path in _SERVICES.values()]
        self.version: str = self._module.__version__

    def notes(self) -> list[str]:
        """Which of the plugins it has."""
        have = sorted((*_SERVICES, *_PAYLOADS))
        return [f"of the 21 plugins it has a counterpart to {len(have)}, and those are on: {', '.join(have)}"]

    def make_client(self, plugins: bool) -> Any:
        """Make a client as a program does."""
        lib = self._module
        client = lib.PresenceManagedClient(
            lib.JID.fromstr(FULL_JID), lib.make_security_layer(PASSWORD, no_verify=True)
        )
        if plugins:
            for service in self._services:
                client.summon(service)
        return client

    def check_plugins(self, client: Any) -> None:
        """Raise CheckFailed unless the client has all that there are."""
        for service in self._services:
            # Summoning a service again gives the one that is there.
            check(client.summon(service) is client.summon(service), f"{service} is not on")

    async def open(self, client: Any) -> Session:
        """Negotiate a stream."""
        peer = Peer()
        client.override_peer = [("memory.invalid", 5223, _connector(peer))]
        client.start()
        await until(client.established_event.is_set, lambda: "aioxmpp began no session", 30)
        return AioSession(self._module, client, peer)


def _connector(peer: Peer) -> Any:
    base: Any = _find("aioxmpp.connector.BaseConnector")
    stream_class: Any = _find("aioxmpp.protocol.XMLStream")

    async def connect(self: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        features: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        stream = stream_class(to=DOMAIN, features_future=features)
        # PLAIN is for TLS only: it asks the transport.
        transport = FakeTransport(stream, peer, {"sslcontext": True, "ssl_object": True})
        stream.connection_made(transport)
        return transport, stream, await features

    members = {"tls_supported": True, "dane_supported": False, "connect": connect}
    return type("MemoryConnector", (base,), members)()


def _seen(joined: "asyncio.Future[Any]") -> None:
    """Look at how a join ended: it never does where nobody answers."""
    if not joined.cancelled():
        joined.exception()


def _find(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


class AioSession:
    """See :class:`bench.worker.library.Session`."""

    def __init__(self, module: Any, client: Any, peer: Peer) -> None:
        self.peer = peer
        self._lib = module
        self._client = client
        self._room: Any = None
        self._roster: Any = None

    def on_message(self, handler: Handler) -> None:
        """Call a handler with each message of type chat."""
        dispatcher = self._client.summon(_find("aioxmpp.dispatcher.SimpleMessageDispatcher"))
        dispatcher.register_callback(self._lib.MessageType.CHAT, None, handler)

    def on_presence(self, handler: Handler) -> None:
        """Call a handler with each presence, beside what its services do with them."""

        def take(stanza: Any) -> Any:
            handler(stanza)
            return stanza

        self._client.stream.service_inbound_presence_filter.register(take, order=0)

    def count_chat_states(self) -> Callable[[], int] | None:
        """Nothing in it handles them: they are a part of the message."""
        return None

    def said(self, message: Any) -> Said:
        """What a message says."""
        return Said(message.id_, str(message.from_), message.body.any())

    def sender(self, presence: Any) -> str:
        """Whom a presence is from."""
        return str(presence.from_)

    def _message(self, to: str, text: str) -> Any:
        message = self._lib.Message(type_=self._lib.MessageType.CHAT, to=self._lib.JID.fromstr(to))
        message.body[None] = text
        return message

    def send_chat(self, to: str, text: str) -> None:
        """Build a chat message and send it."""
        self._client.enqueue(self._message(to, text))

    def send_payloads(self, to: str, text: str, id_: str) -> None:
        """Build a message with three payloads and send it."""
        message = self._message(to, text)
        message.xep0308_replace = self._lib.misc.Replace()
        message.xep0308_replace.id_ = id_
        message.xep0359_origin_id = self._lib.misc.OriginID()
        message.xep0359_origin_id.id_ = id_
        message.xep0333_markable = True
        self._client.enqueue(message)

    def echo(self, message: Any) -> None:
        """Answer a message with its own text."""
        reply = message.make_reply()
        reply.body[None] = message.body.any()
        self._client.enqueue(reply)

    def ask(self, to: str) -> Awaitable[Any]:
        """Send an iq request; the answer when awaited."""
        lib = self._lib
        iq = lib.IQ(
            type_=lib.IQType.GET,
            to=lib.JID.fromstr(to),
            payload=_find("aioxmpp.version.xso.Query")(),
        )
        return asyncio.ensure_future(self._ask(iq))

    async def _ask(self, iq: Any) -> Any:
        # What it gives is the payload alone, so that id and sender are those that it had to believe.
        payload = await self._client.send(iq)
        return iq, payload

    def answered(self, answer: Any) -> tuple[str, str, str]:
        """Id, sender and text of an answer."""
        iq, payload = answer
        return iq.id_, payload.name, payload.version

    async def fetch_roster(self) -> None:
        """Ask for the roster and take it over: it does when a stream is established."""
        self._roster = self._client.summon(self._lib.RosterClient)
        await self._client.before_stream_established()

    def roster(self) -> list[Contact]:
        """The roster as it is known now."""
        return [
            Contact(str(jid), item.name, ",".join(item.groups), item.subscription)
            for jid, item in self._roster.items.items()
        ]

    def join(self, room: str, nick: str) -> None:
        """Begin to join a room."""
        muc = self._client.summon(self._lib.MUCClient)
        self._room, joined = muc.join(self._lib.JID.fromstr(room), nick)
        joined.add_done_callback(_seen)

    def occupants(self) -> int | None:
        """How many are in the room."""
        # Members are ourselves and the others; the room itself is none.
        return len(self._room.members) if str(self._room.jid) == ROOM else None

    async def close(self) -> None:
        """End it."""
        client = self._client
        client.stop()
        await settle()
        self.peer.say(b"</stream:stream>")
        await until(lambda: not client.running, lambda: "aioxmpp did not stop", 30)
