"""A client: an account on a server, with a password, a resource and a roster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from helixmpp import stream as protocol
from helixmpp import transport
from helixmpp.core.basexmpp import BaseXMPP
from helixmpp.core.engines import AsyncStore, Engine
from helixmpp.core.roster import ClientRoster
from helixmpp.core.settings import check_type
from helixmpp.errors import AuthenticationFailed, InvalidJID
from helixmpp.jid import JID
from helixmpp.xml import NS_CLIENT

if TYPE_CHECKING:
    from helixmpp.core.connection import Connection
    from helixmpp.core.registering import Registrar

__all__ = ["ClientXMPP"]


class ClientXMPP(ClientRoster, BaseXMPP):
    """A client's session: ``ClientXMPP("me@example.org/desk", "secret")``.

    ::

        async with ClientXMPP("me@example.org", "secret") as xmpp:
            xmpp.send_message("you@example.org", "hello")

    :param jid: the address of the account; a resource in it is asked for, but the server decides.
    :param password: its password; None with ``anonymous=True`` or a client certificate (``certfile``).
    :param plugin_config: settings for plugins, by name.
    :param plugin_whitelist: the plugins that :meth:`register_plugins` enables.
    :param sasl_mech: use this SASL mechanism only.
    :param lang: the language of the stream.
    :param storage: where plugins keep their state: a URL such as ``"file:///var/lib/bot"``, an engine, or None
        for memory.
    :param anonymous: ask for a session without an account (SASL ANONYMOUS); the JID is then a domain.
    :raises InvalidJID: the address is none, or a domain alone without ``anonymous=True``.
    :raises TypeError: an argument is of the wrong type; the message names it.
    :raises ValueError: ``sasl_mech`` is not known here.
    :raises StorageError: no engine answers to the scheme of ``storage``.
    """

    #: Who makes our account before we log in: the plugin ``xep_0077``, where it is registered.
    account_registrar: Registrar | None = None

    def __init__(
        self,
        jid: JID | str,
        password: str | None = None,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
        plugin_whitelist: list[str] | None = None,
        sasl_mech: str | None = None,
        lang: str = "en",
        *,
        storage: str | Engine | AsyncStore | None = None,
        anonymous: bool = False,
    ) -> None:
        super().__init__(jid, NS_CLIENT, plugin_config, storage, plugin_whitelist)
        # The password itself is in no message: messages end up in logs.
        check_type("password", password, str, or_none=True)
        check_type("lang", lang, str)
        if not anonymous and not self.requested_jid.local:
            raise InvalidJID(
                f"{str(jid)[:100]!r} has no local part: give the account's address, or anonymous=True"
            )
        if sasl_mech is not None and sasl_mech not in protocol.RANKING:
            raise ValueError(f"sasl_mech={sasl_mech!r} is none of {', '.join(protocol.RANKING)}")
        self.password = password
        self.default_lang = lang
        self.sasl_mech = sasl_mech
        self.anonymous = anonymous
        #: Whether the server keeps versions of the roster (RFC 6121 section 2.6).
        self.roster_versioning = False
        # The best mechanism that the server was seen to have; a later attempt accepts nothing weaker.
        self._least_mechanism_ = ""
        if plugin_config and "feature_mechanisms" in plugin_config:
            self.register_plugin("feature_mechanisms")

    async def connection_targets(self, host: str, port: int) -> list[transport.Target]:
        """Where to connect to: what the program says, or else what DNS says of the domain.

        :raises TypeError: a setting is of the wrong type.
        :raises ValueError: a setting's value leaves no way to connect.
        """
        self.check_settings()
        if not (self.enable_direct_tls or self.enable_starttls or self.enable_plaintext):
            raise ValueError(
                "enable_direct_tls and enable_starttls are both False, so there is no way to connect: "
                "set one of them to True"
            )
        return await transport.find_targets(
            self.requested_jid.domain,
            host=host or None,
            port=port or None,
            kind="client",
            direct_tls=self.enable_direct_tls,
            starttls=self.enable_starttls or self.enable_plaintext,
            timeout=self.connect_timeout,
            proxy=self.proxy_settings(),
            srv=self.srv_with_proxy or None,
        )

    def make_machine(self) -> protocol.ClientStream:
        """The protocol machine of one connection."""
        machine = protocol.ClientStream(
            protocol.StreamConfig(
                jid=self.requested_jid,
                password=self.password,
                resource=self.requested_jid.resource,
                lang=self.default_lang,
                limits=self.limits(),
                timeouts=self.stage_timeouts(),
                mechanisms=self._mechanisms_(),
                least_mechanism=self._least_mechanism_,
                anonymous=self.anonymous,
                external=self.certfile is not None,
                min_iterations=self.min_iterations,
                max_iterations=self.max_iterations,
                require_tls=not self.enable_plaintext,
                unsafe_plain_without_tls=self.unsafe_plain_without_tls,
                management=self._outbox_.management if self.stream_management else None,
                resumption=self.resumption,
                registration=self.account_registrar.registration()
                if self.account_registrar
                else protocol.Registration.NEVER,
            )
        )
        for id_ in self._owed_:
            machine.expect_owed(id_)
        return machine

    def _mechanisms_(self) -> tuple[str, ...] | None:
        """The SASL mechanisms that may be used, where the program says which."""
        if self.sasl_mech:
            return (self.sasl_mech,)
        if "feature_mechanisms" not in self.plugin:
            return None
        # A program may have a plugin of its own there.
        allowed = getattr(self.plugin["feature_mechanisms"], "allowed", None)
        found: tuple[str, ...] | None = allowed() if allowed is not None else None
        return found

    # -- an account that is made before we log in (XEP-0077) -------------------------------------------------

    async def account_wanted(self, connection: Connection) -> None:
        """Have the account made on a stream that nobody has logged in on yet."""
        registrar = self.account_registrar
        if registrar is None:
            return
        from helixmpp.core.registering import Registering  # noqa: PLC0415 - few make an account

        self._registering_ = registering = Registering(connection, self._iqs_)
        try:
            await registrar.register_account()
            await registering.settled()
            if self._connector_.ending:
                # Who was told that the account cannot be had has called disconnect(), and does not log in.
                await self._connector_.stopped()
        finally:
            if self._registering_ is registering:
                self._registering_ = None
            registering.over()
            if registering.granted:
                registrar.account_made()

    def account_answered(self, answer: Element) -> None:
        """Give the server's answer to whoever asked."""
        if self._registering_ is not None:
            self._registering_.answered(answer)
            self.stanza_received(answer)

    # -- what the negotiation comes to -----------------------------------------------------------------------

    def stream_event(self, event: protocol.StreamEvent) -> None:
        """Keep what the negotiation taught for the next one."""
        if isinstance(event, protocol.Authenticated):
            self._least_mechanism_ = event.mechanism
        elif isinstance(event, protocol.Ready):
            self.roster_versioning = event.features.roster_versioning
        super().stream_event(event)

    def attempt_failed(self, error: Exception) -> None:
        """Tell the program of an attempt that failed."""
        if isinstance(error, AuthenticationFailed):
            self.event("failed_auth", error)
        super().attempt_failed(error)
