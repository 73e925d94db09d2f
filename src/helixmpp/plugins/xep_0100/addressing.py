"""How people find the address of a legacy contact (XEP-0100 section 6): a gateway's side, and a client's."""

from collections.abc import Awaitable

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.core.roster import RosterNode
from helixmpp.errors import BadStanza, InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0100.stanza import GatewayQuery
from helixmpp.plugins.xep_0106 import escape_node
from helixmpp.stanza import Iq

__all__ = ["Addressing"]


class Addressing(BasePlugin):
    """The part of the plugin that is about addresses."""

    finds_addresses = Setting(True, "whether people may ask for the address of a contact")
    prompt = Setting("Contact ID", "what the name of a contact is called, for people")
    prompt_text = Setting("", "what people are told who look for a contact")

    # -- a client's side --------------------------------------------------------------------------------------

    def get_prompt(
        self, jid: JID | str, *, ifrom: JID | str | None = None, timeout: float | None = None
    ) -> Awaitable[Iq]:
        """Ask a gateway what people have to be asked for: ``iq["gateway"]["prompt"]`` and ``["desc"]``.

        :param timeout: seconds to wait for the answer; by default the client's ``response_timeout``.
        :raises IqError: (when awaited) it does not say: its contacts have escaped names then (XEP-0106).
        :raises IqTimeout: (when awaited) no answer came in time.
        """
        request = self.xmpp.make_iq_get(ito=jid, ifrom=ifrom)
        request[GatewayQuery].attach()
        return request.send(timeout=timeout)

    async def get_legacy_jid(
        self, jid: JID | str, name: str, *, ifrom: JID | str | None = None, timeout: float | None = None
    ) -> JID:
        """Ask a gateway for the address of a legacy contact; the parameters and errors are as there.

        :param name: what somebody typed in.
        :raises BadStanza: the answer has no address.
        """
        request = self.xmpp.make_iq_set(ito=jid, ifrom=ifrom)
        request[GatewayQuery].prompt = name
        answer = await request.send(timeout=timeout)
        found = answer[GatewayQuery].jid
        if not found:
            raise BadStanza("the gateway's answer has no address")
        return found

    # -- a gateway's side -------------------------------------------------------------------------------------

    def legacy_jid(self, name: str, ifrom: JID) -> "JID | Awaitable[JID]":
        """Give the address of the contact of that name; a program overrides it, or puts its own in its place.

        Here it is the name, escaped (XEP-0106), in the component's domain.

        :param name: what the user ``ifrom`` typed in.
        :raises XMPPError: what the user is told, such as ``item-not-found``.
        :raises InvalidJID: no address can have that name: ``not-acceptable``.
        """
        return JID(local=escape_node(name), domain=self._own.domain)

    @on(Iq, GatewayQuery, type="get")
    def _prompt_asked(self, iq: Iq) -> None:
        self._only_gateway(iq)
        answer = iq.reply()
        query = answer[GatewayQuery]
        query.desc = self.prompt_text
        query.prompt = self.prompt
        answer.send()

    @on(Iq, GatewayQuery, type="set")
    async def _address_asked(self, iq: Iq) -> None:
        self._only_gateway(iq)
        name = iq[GatewayQuery].prompt.strip()
        if not name:
            raise XMPPError("bad-request")
        try:
            given = self.legacy_jid(name, iq["from"])
            found = given if isinstance(given, JID) else await given
        except InvalidJID:
            raise XMPPError("not-acceptable") from None
        answer = iq.reply()
        answer[GatewayQuery].jid = found
        answer.send()

    def _only_gateway(self, iq: Iq) -> None:
        if not self.xmpp.is_component or not self._is_gateway(iq["to"]):
            raise XMPPError("service-unavailable")

    # -- our own address --------------------------------------------------------------------------------------

    @property
    def _own(self) -> JID:
        return self.xmpp.boundjid.bare_jid

    def _own_roster(self) -> RosterNode:
        return self.xmpp.roster[self._own]

    def _is_gateway(self, jid: JID) -> bool:
        return jid.bare == self._own.bare
