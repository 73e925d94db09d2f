"""The server's end of a connection in memory: it negotiates by a script, then keeps what it is sent, or answers.

It is the same for every library. What it costs is in every library's time, so that it makes ratios smaller
and never larger.
"""

import re
from collections.abc import Callable
from xml.sax.saxutils import escape

from bench.wire import FULL_JID, HEADER, Contact, roster_result

__all__ = ["VERSION", "Peer", "VersionServer", "roster_server"]

#: The namespace of what is asked in the round trips (XEP-0092): a small query that every library can send.
VERSION = "jabber:iq:version"

_IQ = re.compile(rb"<iq\b([^>]*)>.*?</iq>", re.DOTALL)
_ID = re.compile(rb"\bid=[\"']([^\"']*)[\"']")
_TO = re.compile(rb"\bto=[\"']([^\"']*)[\"']")

_ANSWER = re.compile(rb"\btype=[\"'](?:result|error)")

_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
_LOGIN = f"<stream:features><mechanisms xmlns='{_SASL}'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"
_SUCCESS = f"<success xmlns='{_SASL}'/>"
_BINDING = f"<stream:features><bind xmlns='{_BIND}'/></stream:features>"


class Peer:
    """One server's end.

    :param deliver: takes bytes to the library, as a socket would.
    """

    def __init__(self, deliver: Callable[[bytes], None] | None = None) -> None:
        self.deliver: Callable[[bytes], None] | None = deliver
        #: What arrived while there was no ``answer``, and was not :meth:`taken`.
        self.received: list[bytes] = []
        #: Called with what arrives; None to keep it. At first requests are refused: some ask their server for
        #: what it can do as soon as there is a session, and wait.
        self.answer: Callable[[bytes], None] | None = self.refuse
        self._stage = 0
        self._buffer = b""

    @property
    def is_ready(self) -> bool:
        """Whether the negotiation is over."""
        return self._stage == len(_SCRIPT)

    def say(self, data: bytes) -> None:
        """Send bytes to the library."""
        if self.deliver is None:
            raise RuntimeError("the peer is connected to nobody")
        self.deliver(data)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the library."""
        if self.is_ready:
            if self.answer is None:
                self.received.append(data)
            else:
                self.answer(data)
            return
        self._buffer += data
        end, reply = _SCRIPT[self._stage]
        if end.search(self._buffer):
            heard, self._buffer = self._buffer, b""
            self._stage += 1
            self.say(reply(heard))

    def refuse(self, data: bytes) -> None:
        """Answer iq requests as a server that knows nothing (RFC 6120 section 8.4); what else comes is dropped."""
        for request in _IQ.finditer(data):
            if not _ANSWER.search(request[1]):
                id_ = _attribute(_ID, request[1])
                self.say(
                    f"<iq type='error' id='{id_}' from='{escape(_attribute(_TO, request[1]))}'><error type='cancel'>"
                    "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>".encode()
                )

    def keep(self) -> None:
        """Keep what arrives from now on, and look at nothing."""
        self.answer = None
        self.received.clear()

    def taken(self) -> bytes:
        """Take what arrived."""
        data = b"".join(self.received)
        self.received.clear()
        return data


def _bound(heard: bytes) -> bytes:
    id_ = _attribute(_ID, heard)
    return (f"<iq type='result' id='{id_}'><bind xmlns='{_BIND}'><jid>{FULL_JID}</jid></bind></iq>").encode()


def _attribute(pattern: re.Pattern[bytes], text: bytes) -> str:
    found = pattern.search(text)
    return found[1].decode() if found else ""


# What the library says, and what it is told then: SASL PLAIN (RFC 6120 section 6.4), a new stream, binding.
# Some write a prefix before the names of elements, and one the header attribute by attribute.
_OPENED = re.compile(rb"<stream:stream\b[^>]*>\s*$")
_SCRIPT: tuple[tuple[re.Pattern[bytes], Callable[[bytes], bytes]], ...] = (
    (_OPENED, lambda heard: HEADER + _LOGIN.encode()),
    (re.compile(rb"</(\w+:)?auth>"), lambda heard: _SUCCESS.encode()),
    (_OPENED, lambda heard: HEADER + _BINDING.encode()),
    (re.compile(rb"</iq>"), _bound),
)


class VersionServer:
    """Answers iq requests, each with a text that belongs to it alone.

    :param hold: answer nothing until so many requests are there, so that all of them are in flight at once.
    """

    def __init__(self, peer: Peer, hold: int = 1) -> None:
        self._peer = peer
        self._hold = hold
        self._held: list[bytes] = []
        self._rest = b""
        #: How many requests came.
        self.asked = 0

    def __call__(self, data: bytes) -> None:
        """Take bytes; answer the requests that are complete."""
        text = self._rest + data
        end = 0
        for request in _IQ.finditer(text):
            end = request.end()
            self.asked += 1
            self._held.append(self._reply(request[1]))
        self._rest = text[end:]
        if self._held and self.asked >= self._hold:
            held, self._held = self._held, []
            self._peer.say(b"".join(held))

    def _reply(self, attributes: bytes) -> bytes:
        id_, to = _attribute(_ID, attributes), _attribute(_TO, attributes)
        return (
            f"<iq type='result' id='{id_}' from='{escape(to)}' to='{FULL_JID}'><query xmlns='{VERSION}'>"
            f"<name>{escape(to)}</name><version>{id_}</version></query></iq>"
        ).encode()


def roster_server(peer: Peer, items: list[Contact]) -> Callable[[bytes], None]:
    """Answer the request for the roster with these items; anything else is refused."""
    empty = roster_result("\0", items)

    def answer(data: bytes) -> None:
        for request in _IQ.finditer(data):
            if b"jabber:iq:roster" in request[0]:
                peer.say(empty.replace(b"\0", _attribute(_ID, request[1]).encode(), 1))
                return
        peer.refuse(data)

    return answer
