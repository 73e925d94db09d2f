"""The plugin ``xep_0100``; see the package's docstring."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from helixmpp.core.api import PluginAPI
from helixmpp.core.declare import Setting, listens, on
from helixmpp.core.roster import RosterItem
from helixmpp.errors import BadStanza, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030
from helixmpp.plugins.xep_0100.addressing import Addressing
from helixmpp.plugins.xep_0100.logins import Logins
from helixmpp.plugins.xep_0100.stanza import NAMESPACE, GatewayQuery
from helixmpp.plugins.xep_0100.store import GatewayStore, LegacyError
from helixmpp.plugins.xep_0100.turns import Turns
from helixmpp.stanza import Iq, Message, Presence, StanzaBase, make_error_reply

__all__ = ["XEP_0100"]

log = logging.getLogger(__name__)


class XEP_0100(Addressing):  # noqa: N801 - the name that programs import
    """Gateways: what a component does between the users of XMPP and another service."""

    name = "xep_0100"
    description = "Gateway interaction: a component between XMPP and another messaging service"
    xep_version = "1.0"
    dependencies: ClassVar[set[str]] = {"xep_0030", "xep_0077"}
    extends = ((Iq, GatewayQuery),)
    operations = ("legacy_contact_add", "legacy_contact_remove")
    api: PluginAPI[GatewayStore]

    component_name = Setting("Gateway", "the name of the gateway, for people")
    type = Setting("xmpp", "the type of its identity: the legacy service, such as irc or sms")
    needs_registration = Setting(True, "whether only users who are registered (XEP-0077) are served")
    announce = Setting(True, "whether users are told at the start of each session that the gateway is there")
    max_logins = Setting(100_000, "how many users are known to be logged in; the oldest are forgotten first")

    def plugin_init(self) -> None:
        """Be a gateway, where this is a component; a client only asks gateways."""
        self._turns = Turns()
        # Users and contacts that the program is just adding.
        self._adding: set[tuple[JID, JID]] = set()
        self._logins = Logins(lambda: (self.max_logins, self.xmpp.roster.max_resources))
        if not self.xmpp.is_component:
            return
        # Requests for a subscription are granted only when the legacy service agrees.
        granted_before = self.xmpp.roster.auto_authorize
        self.xmpp.roster.auto_authorize = None
        self._undo.append((partial(setattr, self.xmpp.roster, "auto_authorize", granted_before), ()))
        disco = self.xmpp.plugin[XEP_0030]
        disco.add_identity("gateway", self.type, self.component_name)
        if self.finds_addresses:
            disco.add_feature(NAMESPACE)
        else:
            # The program may do that by itself.
            for method in ("_prompt_asked", "_address_asked"):
                self.xmpp.remove_handler(f"{self.name}.{method}")
        identity = {"category": "gateway", "itype": self.type, "name": self.component_name}
        self._undo.append((partial(disco.del_identity, **identity), ()))
        self._undo.append((partial(disco.del_feature, feature=NAMESPACE), ()))

    # -- for programs ---------------------------------------------------------------------------------------

    def add_component_to_roster(self, jid: JID | str) -> None:
        """Ask a user to have the gateway in the roster (section 4.1.1); done for each one who registers."""
        item = self._own_roster()[jid]
        if not item.to:
            item.subscribe()

    def login_failed(self, jid: JID | str, condition: str = "not-authorized", text: str = "") -> None:
        """Tell a user that the login with the legacy service failed (section 4.4.2).

        :param jid: the user; the next presence is a new attempt.
        :param condition: ``not-authorized`` for a wrong password, ``remote-server-timeout`` where the service is down.
        :param text: for people.
        """
        self._logins.forget(JID(jid))
        presence = self.xmpp.make_presence(pto=JID(jid).bare_jid, pfrom=self._own)
        presence["type"] = "error"
        presence["error"]["condition"] = condition
        if text:
            presence["error"]["text"] = text
        self.xmpp.send(presence)

    def is_logged_in(self, jid: JID | str) -> bool:
        """Whether a user is logged in: available to the gateway."""
        return JID(jid) in self._logins

    def sign_off(self) -> None:
        """Tell every user that the gateway goes away (section 8); call it before ``disconnect()``."""
        self._own_roster().send_presence(ptype="unavailable")
        self._logins.clear()

    # -- registration -----------------------------------------------------------------------------------------

    @listens("user_register")
    async def _registered(self, iq: Iq) -> None:
        if self.xmpp.is_component:
            self.add_component_to_roster(iq["from"].bare_jid)
            await self._log_in(iq)

    @listens("user_unregister")
    async def _unregistered(self, iq: Iq) -> None:
        if not self.xmpp.is_component:
            return
        self._logins.forget(iq["from"])
        await self.xmpp.event_async("legacy_logout", iq)
        # Section 4.3.1, steps 5 and 6.
        item = self._own_roster()[iq["from"].bare_jid]
        was_subscribed = item.from_
        item.unsubscribe()
        item.unauthorize()
        if not was_subscribed:
            self._send_unavailable(iq["from"].bare_jid)

    # -- presence ---------------------------------------------------------------------------------------------

    @on(Presence)
    async def _presence_came(self, presence: Presence) -> None:
        kind = presence.xml.get("type")
        user = _sender(presence)
        if not self.xmpp.is_component or kind not in (None, "unavailable") or not user:
            return
        is_ours = self._is_gateway(presence["to"])
        async with self._turns.of(user.bare):
            if not await self._serves(presence):
                return
            if kind is None:
                # Section 4.4.1: the first presence, to the gateway or to a legacy contact.
                changed = self._logins.add(user)
            elif is_ours:
                # Who was logged in with an earlier run of the program is not known here.
                changed = self._is_gone(user) and (user not in self._logins or self._logins.remove(user))
            else:
                self.xmpp.event("legacy_presence_unavailable", presence)
                return
        # The next stanza of the user waits no longer: what the program does now may take its time.
        if changed and kind is None:
            await self._log_in(presence)
        elif changed:
            await self.xmpp.event_async("legacy_logout", presence)
            self._send_unavailable(user)

    def _is_gone(self, user: JID) -> bool:
        # RFC 6121 section 4.3.2: without a resource it says that no client is there, to who is subscribed. Servers
        # also acknowledge a request for a subscription by it, whose user may well be there.
        item = self._own_roster().peek(user)
        return bool(user.resource) or (item is not None and item.to)

    async def _log_in(self, stanza: StanzaBase) -> None:
        user: JID = stanza["from"]
        self._logins.add(user)
        await self.xmpp.event_async("legacy_login", stanza)
        item = self._own_roster()[user]
        # Section 4.1.1: who has just registered asks for our presence first.
        if user in self._logins and (isinstance(stanza, Presence) or item.from_):
            item.send_presence(pto=user.bare_jid)

    def _send_unavailable(self, user: JID) -> None:
        self.xmpp.send_presence(ptype="unavailable", pto=user, pfrom=self._own)

    @listens("session_start")
    def _began(self, _: object) -> None:
        self._logins.clear()
        if self.xmpp.is_component and self.announce:
            self._own_roster().send_presence()

    # -- subscriptions ----------------------------------------------------------------------------------------

    @listens("roster_subscription_request")
    async def _subscription_asked(self, presence: Presence) -> None:
        if not self.xmpp.is_component:
            return
        user, contact = presence["from"].bare_jid, presence["to"].bare_jid
        item = self.xmpp.roster[contact][user]
        if not _waits(item):
            return  # the program has answered already
        try:
            is_granted = await self._serves(presence) and (item.kept or not self.xmpp.roster.is_full)
            if is_granted and not self._is_gateway(contact):
                await self._add(user, contact)
        except LegacyError as error:
            log.info("a legacy contact was not added: %s", error)
            is_granted = False
        if not _waits(item):
            return  # the user has thought better of it meanwhile
        if not is_granted:
            item.unauthorize()
            return
        item.authorize()
        if not item.to and not item.pending_out:
            item.subscribe()

    async def _add(self, user: JID, contact: JID) -> None:
        self._adding.add((user, contact))
        try:
            await self.api["legacy_contact_add"](None, None, user, contact)
        finally:
            self._adding.discard((user, contact))

    @listens("presence_unsubscribe")
    async def _subscription_removed(self, presence: Presence) -> None:
        user, contact = _sender(presence).bare_jid, presence["to"].bare_jid
        if not self.xmpp.is_component or self._is_gateway(contact) or (user, contact) in self._adding:
            return  # a request that is withdrawn before anything came of it
        if not await self._serves(presence):
            return
        try:
            await self.api["legacy_contact_remove"](None, None, user, contact)
        except LegacyError as error:
            log.info("a legacy contact was not removed: %s", error)
        # The contact is none any more, in either direction; also where the roster here did not know of it.
        item = self.xmpp.roster[contact].peek(user)
        if item is not None and (item.to or item.pending_out):
            item.unsubscribe()
        else:
            self.xmpp.send_presence(ptype="unsubscribe", pto=user, pfrom=contact)
        for kind in ("unsubscribed", "unavailable"):
            self.xmpp.send_presence(ptype=kind, pto=user, pfrom=contact)

    # -- messages ---------------------------------------------------------------------------------------------

    @listens("message")
    async def _message_came(self, message: Message) -> None:
        user = _sender(message)
        if not self.xmpp.is_component or message["type"] not in ("chat", "normal") or not user:
            return
        async with self._turns.of(user.bare):
            if await self._serves(message):
                name = "gateway_message" if self._is_gateway(message["to"]) else "legacy_message"
                self.xmpp.event(name, message)
                return
        # Section 4.8.2.
        refusal = XMPPError("registration-required", "You are not registered with this gateway.")
        answer = make_error_reply(message, refusal)
        if answer is not None:
            self.xmpp.send(answer)

    def transform_legacy_message(
        self, jabber_user_jid: JID | str, legacy_contact_id: str, body: str, mtype: str | None = None
    ) -> None:
        """Send what a legacy contact wrote to a user.

        :param legacy_contact_id: the local part of the contact's address, escaped where that is needed (XEP-0106).
        :param mtype: the type of the message.
        :raises InvalidJID: no address can have that local part.
        """
        contact = JID(local=legacy_contact_id, domain=self._own.domain)
        self.xmpp.send_message(mto=jabber_user_jid, mfrom=contact, mbody=body, mtype=mtype)

    # -- who is served ----------------------------------------------------------------------------------------

    async def _serves(self, stanza: StanzaBase) -> bool:
        if not self.needs_registration:
            return True
        # Section 4.2.1: one registration for each user, whose clients are the same to the gateway.
        users: Callable[..., Awaitable[Mapping[str, Any] | None]] = self.xmpp.plugin["xep_0077"].api[
            "user_get"
        ]
        return await users(None, None, None, stanza) is not None


def _sender(stanza: StanzaBase) -> JID:
    """The address that a stanza is from; the empty one where there is none, or one that is none."""
    try:
        return stanza.from_
    except BadStanza:
        return JID("")


def _waits(item: RosterItem) -> bool:
    return item.pending_in and not item.from_
