"""A component: a domain of its own beside a server, with every address below it (XEP-0114)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp import stream as protocol
from helixmpp import transport
from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.core.engines import AsyncStore, Engine
from helixmpp.core.settings import check_type
from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.xml import NS_COMPONENT

__all__ = ["ComponentXMPP"]

_DEFAULT_PORT = 5347
_LAST_PORT = 65_535
_STANZAS = ("message", "presence", "iq")


class ComponentXMPP(BaseXMPP):
    """A component's session: ``ComponentXMPP("echo.example.org", "secret", "127.0.0.1", 5347)``.

    XEP-0114 knows no TLS: connect over the loopback interface, or through a tunnel.

    :param jid: the component's domain.
    :param secret: what component and server share.
    :param host: the server's address; with ``port`` the default for :meth:`connect`.
    :param plugin_config: settings for plugins, by name.
    :param plugin_whitelist: the plugins that :meth:`register_plugins` enables.
    :param use_jc_ns: what programs in slixmpp's style may give, and only False: XEP-0114 has one namespace.
    :param fix_error_ns: likewise, and either way: an error always is in the namespace of its stanza.
    :param storage: where plugins keep their state: a URL, an engine, or None for memory.
    :raises InvalidJID: ``jid`` is no domain.
    :raises TypeError: an argument is of the wrong type; the message names it.
    :raises ValueError: ``port`` is none; or ``use_jc_ns`` is True.
    :raises StorageError: no engine answers to the scheme of ``storage``.
    """

    is_component = True
    needs_sender = True

    def __init__(
        self,
        jid: JID | str,
        secret: str,
        host: str | None = None,
        port: int | None = None,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
        plugin_whitelist: list[str] | None = None,
        use_jc_ns: bool = False,
        fix_error_ns: bool = False,
        *,
        storage: str | Engine | AsyncStore | None = None,
    ) -> None:
        super().__init__(jid, NS_COMPONENT, plugin_config, storage, plugin_whitelist)
        # XEP-0114 section 3: a component is a domain; the addresses below it are its own to give.
        if self.requested_jid != self.requested_jid.domain:
            raise InvalidJID(f"a component's address is a domain, not {str(jid)[:100]!r}")
        if use_jc_ns:
            raise ValueError(
                "use_jc_ns=True is not offered: a component's stanzas are in jabber:component:accept"
            )
        check_type("secret", secret, str)
        check_type("host", host, str, or_none=True)
        check_type("port", port, int, or_none=True)
        if port is not None and not 0 <= port <= _LAST_PORT:
            raise ValueError(f"port is a number from 1 to {_LAST_PORT}, not {port}")
        self.secret = secret
        self.server_host = host or ""
        self.server_port = port or 0
        #: Whether another connection of this domain was noticed: the server then gives an answer to any of them.
        self.shares_domain = False
        self._domain_ = self.requested_jid.domain
        # RFC 6121 section 4.3: a component answers probes and grants subscriptions itself.
        self.auto_authorize = True
        self.auto_subscribe = True

    async def connection_targets(self, host: str, port: int) -> list[transport.Target]:
        """The one place to connect to; raises as :meth:`check_settings`."""
        self.check_settings()
        return await transport.find_targets(
            self.requested_jid.domain,
            host=host or self.server_host or self.requested_jid.domain,
            port=port or self.server_port or _DEFAULT_PORT,
            kind="component",
            direct_tls=False,
            starttls=False,
            timeout=self.connect_timeout,
        )

    def make_machine(self) -> protocol.ComponentStream:
        """The protocol machine of one connection."""
        return protocol.ComponentStream(
            protocol.ComponentConfig(
                jid=self.requested_jid,
                secret=self.secret,
                limits=self.limits(),
                timeouts=self.stage_timeouts(),
            )
        )

    def stanza_received(self, element: Element) -> None:
        """Dispatch one element of the stream."""
        if not self.shares_domain and element.get("from") == self._domain_:
            # What the domain asks itself, or answers itself, is ours, or another worker's (see ask_server).
            self.shares_domain = element.tag.endswith("}iq") and element.get("id", "") not in self._iqs_
        super().stanza_received(element)

    @property
    def can_confirm(self) -> bool:
        """Whether what this component asks itself comes back to it."""
        return not self.shares_domain

    def ask_unanswered(self) -> None:
        """What was asked did not come back: some server passes nothing back, or passes it to somebody else."""
        self.shares_domain = True

    def _stamp_(self, xml: Element) -> None:
        """Complete a stanza, and refuse one for which the server would end the stream.

        XEP-0114 section 3: what a component sends says which of its addresses it is from, and who it is for.
        The stream's end (``invalid-from``, ``improper-addressing``) would hit everybody whom the component serves;
        the caller's mistake is told to the caller.

        :raises ValueError: there is no ``to``, or ``from`` is not in the component's domain.
        """
        kind = xml.tag.rpartition("}")[2]
        if kind not in _STANZAS:
            return
        if self._driven_ is not None:
            super()._stamp_(xml)
            return  # a test that drives the stream itself sees what the program wrote
        if not xml.get("to"):
            raise ValueError(f"a component's {kind} needs to=: the address that it is for")
        sender = xml.get("from")
        if not sender:
            xml.set("from", self.boundjid.full)
        elif not self._is_ours_(sender):
            raise ValueError(
                f"from={sender[:100]!r} of a component's {kind} is no address in {self.boundjid.domain}"
            )

    def _fix_error_ns(self) -> None:
        """Do nothing: an error has the namespace of its stanza anyway. Suites written for slixmpp call it."""

    def _is_ours_(self, address: str) -> bool:
        try:
            return JID.parse(address).domain == self.boundjid.domain
        except InvalidJID:
            return False
