"""Members that programs written for slixmpp find on a client or component, and that nothing else here needs.

What is read from the state of the connection is worked out when somebody asks: an object that never is asked carries
none of it. A program may assign to any of these names.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from helixmpp import stream as protocol
from helixmpp.core.late_members import Deprecated, Lazy
from helixmpp.core.lifecycle import Lifecycle
from helixmpp.core.receipt import Receipt
from helixmpp.core.xmlstream import XMLStream
from helixmpp.errors import ProtocolError, StateError
from helixmpp.jid import JID
from helixmpp.stanza import ElementBase, Message, StanzaBase, stanza_of
from helixmpp.xml import NS_STREAM, STREAM_FOOTER, stream_header

if TYPE_CHECKING:
    from helixmpp.core.connection import Connection
    from helixmpp.core.driven import DrivenStream, DrivenTransport
    from helixmpp.transport import TLSSettings

__all__ = ["HANDLERS_OF_PLUGINS", "LegacyMembers"]

log = logging.getLogger(__name__)

_ORIGIN_ID = "{urn:xmpp:sid:0}origin-id"


def _resource_of(jid: JID | str) -> str:
    return JID(jid).resource


def _bare_of(jid: JID | str) -> str:
    return JID(jid).bare


# The function that XMLStream has before a program patches it: some do, so as to paint the screen first.
_RECEIVE = vars(XMLStream)["_spawn_event"]

# What programs look for in ``features``, where that is not the name of the element.
_FEATURE_NAMES = {"ver": "rosterver", "sub": "preapproval"}

# Programs take these off to answer by themselves.
HANDLERS_OF_PLUGINS = {
    "Ad-Hoc Execute": ("xep_0050._asked",),
    "Bits of Binary - Iq": ("xep_0231._asked",),
    "Disco Info": ("xep_0030._info_asked",),
    "Disco Items": ("xep_0030._items_asked",),
    "Entity Time": ("xep_0202._asked",),
    "Last Activity": ("xep_0012._asked",),
    "Software Version": ("xep_0092._asked",),
    "Ping": ("xep_0199._pinged",),
    "VCardTemp": ("xep_0054._asked", "xep_0054._told"),
}


def _default_context(_: object) -> ssl.SSLContext:
    from helixmpp.core.ssl_contexts import default_context  # noqa: PLC0415 - few programs ask for one

    return default_context()


class LegacyMembers(Lifecycle):
    """A stream with the members that programs in slixmpp's style expect."""

    #: The namespace of the stream itself, and what ends it.
    stream_ns: str = NS_STREAM
    stream_footer: str = STREAM_FOOTER
    #: The language that the server's header names.
    peer_default_lang: str | None = None
    #: Kept because programs assign to them. They change nothing: IPv4 and IPv6 are tried beside each other, names
    #: are resolved by dnspython, and what is sent before a session is kept for it.
    use_ipv6: bool = True
    use_aiodns: bool = False
    use_cdata: bool = False
    end_session_on_disconnect: bool = True
    _always_send_everything: bool = False

    #: The SASL mechanisms that the server of the present or last session offered.
    offered_mechanisms: Collection[str] = ()

    _driven_: DrivenStream | None = None
    _origin_ids_: bool = False

    # -- what is worked out when it is asked for -----------------------------------------------------------------

    if TYPE_CHECKING:  # what is deprecated is not told to a checker
        features: set[str]
        scheduled_events: dict[str, Any]
        namespace_map: dict[str, str]
        ssl_context: ssl.SSLContext
        plugin_config: dict[str, Any]
        credentials: dict[str, Any]
    else:
        features = Lazy(lambda _: set())
        scheduled_events = Lazy(lambda _: {})
        namespace_map = Lazy(lambda _: {})
        ssl_context = Lazy(_default_context)
        plugin_config = Lazy(lambda xmpp: xmpp.plugin.config)
        credentials = Lazy(lambda xmpp: {"password": getattr(xmpp, "password", None)})

        jid = Deprecated("boundjid.bare", lambda xmpp: xmpp.boundjid.bare)
        fulljid = Deprecated("boundjid.full", lambda xmpp: xmpp.boundjid.full)
        username = Deprecated("boundjid.user", lambda xmpp: xmpp.boundjid.user)
        resource = Deprecated("boundjid.resource", lambda xmpp: xmpp.boundjid.resource)
        server = Deprecated("boundjid.host", lambda xmpp: xmpp.boundjid.host)
        getjidresource = Deprecated("JID(...).resource", lambda _: _resource_of)
        getjidbare = Deprecated("JID(...).bare", lambda _: _bare_of)
        sessionstarted = Deprecated("is_connected()", lambda xmpp: xmpp.is_connected())
        authenticated = Deprecated("is_connected()", lambda xmpp: xmpp.is_connected())
        bound = Deprecated("is_connected()", lambda xmpp: xmpp.is_connected())

    @property
    def stream_header(self) -> str:
        """What a stream of ours begins with (RFC 6120 section 4.2)."""
        given: str | None = self.__dict__.get("stream_header")
        if given is not None:
            return given
        domain = self.requested_jid.domain
        lang = None if self.is_component else self.default_lang or None
        # XEP-0114 section 3 is older than versions.
        version = "" if self.is_component else "1.0"
        header = stream_header(to=domain, stream_ns=self.default_ns, version=version, lang=lang)
        return header[header.index("<stream:stream") :]

    @stream_header.setter
    def stream_header(self, value: str) -> None:
        self.__dict__["stream_header"] = value

    @property
    def transport(self) -> Any:
        """What carries the bytes of the present session; None without one."""
        given = self.__dict__.get("transport")
        if given is not None:
            return given
        return self._session_.transport if self._session_ is not None else None

    @transport.setter
    def transport(self, value: Any) -> None:
        self.__dict__["transport"] = value

    @property
    def socket(self) -> Any:
        """The TLS of a transport that tells it, else its socket; None without one."""
        given = self.__dict__.get("socket")
        if given is not None:
            return given
        ask = getattr(self.transport, "get_extra_info", None)
        return (ask("ssl_object") or ask("socket")) if callable(ask) else None

    @socket.setter
    def socket(self, value: Any) -> None:
        self.__dict__["socket"] = value

    # -- TLS by an SSLContext --------------------------------------------------------------------------------

    def get_ssl_context(self) -> ssl.SSLContext:
        """The context that says how to verify; a program may override this, or assign to ``ssl_context``.

        What is taken from it is in :func:`helixmpp.core.ssl_contexts.settings_of`.
        """
        return self.ssl_context

    def tls_settings(self) -> TLSSettings:
        """How TLS is done; raises as :meth:`check_settings`."""
        settings = super().tls_settings()
        if "ssl_context" in self.__dict__ or type(self).get_ssl_context is not LegacyMembers.get_ssl_context:
            from helixmpp.core.ssl_contexts import settings_of  # noqa: PLC0415 - few programs give a context

            return settings_of(self.get_ssl_context(), settings)
        return settings

    # -- features ----------------------------------------------------------------------------------------------

    def register_feature(
        self, name: str, handler: Callable[..., Any], restart: bool = False, order: int = 5000
    ) -> None:
        """Call nothing, and say so in the log: which features are negotiated is a table of :mod:`helixmpp.stream`."""
        log.warning(
            "register_feature(%r): features are negotiated by helixmpp, the handler is not called", name
        )

    def unregister_feature(self, name: str, order: int = 5000) -> None:
        """Change nothing, and say so in the log, as :meth:`register_feature`."""
        log.warning("unregister_feature(%r): features are negotiated by helixmpp, nothing changes", name)

    def init_plugins(self) -> None:
        """Do nothing: each plugin was made ready when it was registered."""

    # -- small helpers --------------------------------------------------------------------------------------------

    def set_jid(self, jid: JID | str) -> None:
        """Set our address; a session that there is keeps its own."""
        self.requested_jid = self.boundjid = JID(jid)

    def make_query_roster(self, iq: Any = None) -> Element:
        """Put an empty roster query into an iq, or make one alone."""
        query = Element("{jabber:iq:roster}query")
        if iq is not None:
            iq.append(query)
        return query

    def wrap(self, coroutine: Awaitable[Any]) -> asyncio.Future[Any]:
        """Start an awaitable on our event loop."""
        return self.watch_task(coroutine, "wrap")

    def recv_stanza(self, stanza: StanzaBase) -> None:
        """Dispatch a stanza as if it had been received."""
        self.stanza_received(stanza.xml)

    def _build_stanza(self, xml: Element, default_ns: str | None = None) -> StanzaBase:
        """Make the object for an element of a stream of that namespace."""
        return stanza_of(xml, default_ns or self.default_ns, self)

    @property
    def use_origin_id(self) -> bool:
        """Whether each message that is sent carries its id as ``<origin-id/>``, too (XEP-0359 section 3.1)."""
        return self._origin_ids_

    @use_origin_id.setter
    def use_origin_id(self, value: bool) -> None:
        if bool(value) != self._origin_ids_:
            self._origin_ids_ = bool(value)
            if value:
                self.add_filter("out_sync", _with_origin_id)
            else:
                self.del_filter("out_sync", _with_origin_id)

    # -- stanza handlers -----------------------------------------------------------------------------------------

    def remove_handler(self, name: str) -> bool:
        """Take off the handler of that name, or those of a plugin that have it in slixmpp; whether there was one."""
        found = super().remove_handler(name)
        for ours in HANDLERS_OF_PLUGINS.get(name, ()):
            found = super().remove_handler(ours) or found
        return found

    def forget_requests(self) -> None:
        """Cancel whoever awaits the answer to a request: for the end of a test, where a failure helps nobody."""
        self._iqs_.discard_all()

    # -- event handlers ------------------------------------------------------------------------------------------

    def add_event_handler(
        self, name: str, pointer: Callable[[Any], Any], disposable: bool = False, *, priority: int = 0
    ) -> None:
        """Call ``pointer(data)`` at each event ``name``; see :meth:`XMLStream.add_event_handler`.

        :param priority: above 0, it is called before the handlers that are there already.
        """
        super().add_event_handler(name, pointer, disposable)
        if priority > 0:
            self._events_.to_front(name, pointer)

    # -- events of the session ----------------------------------------------------------------------------------

    def connection_secured(self, connection: Connection) -> None:
        """TLS stands and the certificate is verified: the events ``ssl_cert``, with the PEM text, and ``tls_success``.

        A handler that is no coroutine function is called before anything goes over this TLS, and may still
        :meth:`abort`.
        """
        super().connection_secured(connection)
        facts = connection.transport.tls if connection.transport is not None else None
        if facts is not None and facts.certificate is not None:
            self.event("ssl_cert", ssl.DER_cert_to_PEM_cert(facts.certificate))
        self.event("tls_success", None)

    def stream_event(self, event: protocol.StreamEvent) -> None:
        """Tell the program what the negotiation came to."""
        if isinstance(event, protocol.Authenticated):
            self.offered_mechanisms = event.offered
        super().stream_event(event)
        if isinstance(event, protocol.Ready):
            names = (tag.rpartition("}")[2] for tag in event.features)
            self.features.update(_FEATURE_NAMES.get(name, name) for name in names)

    def session_ready(self, connection: Connection) -> None:
        """There is a session: the event ``stream_negotiated`` comes before its own."""
        self._receive_as_program_says_()
        self.event("stream_negotiated", None)
        super().session_ready(connection)

    def _receive_as_program_says_(self) -> None:
        """Give what is received to the program's own function, where it has put one in the place of ours."""
        if getattr(self._spawn_event, "__func__", None) is not _RECEIVE:
            self.__dict__["stanza_received"] = self._spawn_event
        else:
            self.__dict__.pop("stanza_received", None)

    # -- a stream that somebody else drives: see helixmpp.core.driven ------------------------------------------

    def connection_made(self, transport: DrivenTransport) -> None:
        """Have what is sent written to ``transport``; what arrives is given to :meth:`data_received`.

        Nothing is negotiated: for tests. A program that wants a session calls :meth:`connect`.
        """
        from helixmpp.core.driven import DrivenStream  # noqa: PLC0415 - for tests of programs; it brings the parser

        self._receive_as_program_says_()
        self._driven_ = DrivenStream(self, transport, self.limits())
        # Tests leave addresses out.
        self.needs_sender = False
        self.transport = transport
        ask = getattr(transport, "get_extra_info", None)
        self.socket = (ask("socket") if callable(ask) else None) or transport
        self._driven_.write(self.stream_header)
        self.event("connected", None)

    def data_received(self, data: str | bytes) -> None:
        """Take what arrives on a stream that was begun by :meth:`connection_made`.

        :raises StateError: there is none.
        """
        if self._driven_ is None:
            raise StateError("data_received() needs connection_made(transport) before it")
        self._driven_.feed(data)

    def eof_received(self) -> None:
        """End such a stream."""
        self.driven_end(None)

    def connection_lost(self, exception: BaseException | None = None) -> None:
        """End such a stream, perhaps by an error."""
        self.driven_end(exception if isinstance(exception, Exception) else None)

    def driven_header(self, attributes: dict[str, str]) -> None:
        """Learn the language of the server; a component answers with its handshake (XEP-0114 section 3)."""
        self.peer_default_lang = attributes.get("{http://www.w3.org/XML/1998/namespace}lang")
        secret = getattr(self, "secret", None)
        if self.is_component and secret is not None:
            import hashlib  # noqa: PLC0415 - for tests of programs only

            value = f"{attributes.get('id', '')}{secret}".encode()
            # SHA-1 is what XEP-0114 has; the secret is not worth more than the loopback that it travels on.
            digest = hashlib.sha1(value, usedforsecurity=False).hexdigest()
            self.send_raw(f"<handshake>{digest}</handshake>")

    def driven_asked(self, id_: str) -> str:
        """Whom a request of ours asks; an answer that names nobody is his there."""
        return self._iqs_.asked(id_)

    def driven_handshake(self) -> None:
        """Begin the session of a component."""
        self.session_bind_event.set()
        self._session_begins_()
        self.event("session_bind", self.boundjid)
        self.event("session_start", None)

    def driven_error(self, element: Element) -> None:
        """Tell the program of a stream error."""
        from helixmpp.stanza import StreamError  # noqa: PLC0415 - few streams end so

        self.event("stream_error", StreamError(xml=element))

    def driven_end(self, error: Exception | None) -> None:
        """End the stream: what waits for an answer is told, and the events are raised."""
        driven, self._driven_ = self._driven_, None
        if driven is None:
            return
        self.needs_sender = self.is_component
        if isinstance(error, ProtocolError):
            log.error("the stream cannot go on: %s", error)
        driven.transport.close()
        self.session_over(error)

    def is_connected(self) -> bool:
        """Whether stanzas go out now."""
        return self._driven_ is not None or super().is_connected()

    def _stamp_(self, xml: Element) -> None:
        """Give an answer its id in a test whose request had none: tests count the ids that are made."""
        driven = self._driven_
        if driven is None or xml.get("type") not in ("result", "error"):
            return
        # The request is known by what it was given for an id.
        if driven.was_nameless(xml.get("id", "")) and self._dispatcher_.may_answer(xml):
            xml.set("id", self.new_id())

    def driven_write(self, text: str) -> bool:
        """Have a text written by somebody else who drives the stream; False: there is none."""
        if self._driven_ is None:
            return False
        self._driven_.write(text)
        return True

    def disconnect(
        self,
        wait: float = 2.0,
        reason: str | None = None,
        ignore_send_queue: bool = False,
        *,
        timeout: float | None = None,
    ) -> asyncio.Future[list[Receipt]]:
        """End the session; see :meth:`Lifecycle.disconnect`."""
        if self._driven_ is None:
            return super().disconnect(wait, reason, ignore_send_queue, timeout=timeout)
        self._reason_ = reason
        self._driven_.write(self.stream_footer)
        self.driven_end(None)
        ended: asyncio.Future[list[Receipt]] = self.loop.create_future()
        ended.set_result([])
        return ended

    def abort(self) -> None:
        """Cut the connection at once; the event ``killed`` tells it."""
        if self._driven_ is not None:
            self.driven_end(None)
        super().abort()
        self.event("killed", None)


def _with_origin_id(stanza: Any) -> Any:
    """Add the id of a message to it as its origin id."""
    if isinstance(stanza, Message) and stanza.xml.get("id") and stanza.xml.find(_ORIGIN_ID) is None:
        ElementBase.append(stanza, Element(_ORIGIN_ID, {"id": stanza.xml.get("id", "")}))
    return stanza
