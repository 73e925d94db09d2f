"""An external component's stream to its server (XEP-0114): a header, a handshake, and it is ready."""

import hashlib
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import AuthenticationFailed, HelixError, ProtocolError
from helixmpp.stream.config import ComponentConfig
from helixmpp.stream.events import Authenticated, Bound
from helixmpp.stream.machine import Machine
from helixmpp.stream.states import Phase
from helixmpp.xml import NS_COMPONENT, StreamOpen, stream_header

__all__ = ["ComponentStream"]

_HANDSHAKE: Final = f"{{{NS_COMPONENT}}}handshake"


class ComponentStream(Machine):
    """The stream of a component. See :class:`Machine` for how to drive it.

    The protocol knows neither features nor TLS, and the server proves nothing: it belongs on one host or into
    a network that is trusted (XEP-0114 section 5).
    """

    stream_ns = NS_COMPONENT

    def __init__(self, config: ComponentConfig) -> None:
        # There is one stream from the handshake to the end, and so one set of limits.
        super().__init__(config.jid, config.secret, config.limits, config.limits, config.timeouts)
        self.config = config
        self._accepted = False

    def _connected(self) -> None:
        pass  # clear text or TLS, there is nothing to decide

    def _is_authenticated(self) -> bool:
        return self._accepted

    def _header(self) -> str:
        return stream_header(to=self.config.jid.domain, stream_ns=NS_COMPONENT, version="")

    def _header_received(self, header: StreamOpen) -> None:
        # Section 3, example 2; there is no version, and "from" is the component's own name or the server's.
        if header.nsmap.get("", NS_COMPONENT) != NS_COMPONENT:
            raise ProtocolError("invalid-namespace", "this is not a stream for components")
        stream_id = header.attrib.get("id")
        if not stream_id:
            raise ProtocolError(
                "bad-format", "the server's stream has no id, so the handshake cannot be made"
            )
        # The protocol has SHA-1 and no other: it is what the server compares with.
        digest = hashlib.sha1(f"{stream_id}{self.config.secret}".encode(), usedforsecurity=False)
        self._write(f"<handshake>{digest.hexdigest()}</handshake>")
        self._enter(Phase.ANSWER, "handshake")

    def _answered(self, element: Element) -> None:
        if element.tag != _HANDSHAKE:
            raise ProtocolError("not-authorized", "something else arrived during the handshake")
        self._accepted = True
        self.events.append(Authenticated("handshake"))
        self.events.append(Bound(self.config.jid))
        self._ready()

    def _features_received(self, element: Element) -> None:
        raise ProtocolError("unsupported-feature", "a component's stream has no features")

    def _failure_of(self, condition: str, text: str) -> HelixError:
        if condition == "not-authorized" and self.stage == "handshake":
            return AuthenticationFailed(
                f"the server refused the secret for the component {self.config.jid}; check both",
                condition=condition,
                mechanism="handshake",
            )
        return super()._failure_of(condition, text)
