"""The plugin ``xep_0033``; see the package's docstring."""

from collections.abc import Iterable
from copy import copy
from typing import ClassVar

from helixmpp.core.declare import Setting, on
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.plugins.xep_0030 import XEP_0030, DiscoInfo
from helixmpp.plugins.xep_0033.delivery import copies_of, receivers_of
from helixmpp.plugins.xep_0033.replies import ReplyTo, reply_to
from helixmpp.plugins.xep_0033.service import Told, sent_on
from helixmpp.plugins.xep_0033.stanza import NAMESPACE, Addresses
from helixmpp.stanza import Message, Presence, make_error_reply
from helixmpp.xml import serialize

__all__ = ["XEP_0033"]


class XEP_0033(BasePlugin):  # noqa: N801 - the name that programs import
    """Extended stanza addressing: sends to several at once, and is the service that does so."""

    name = "xep_0033"
    description = "Extended stanza addressing: one stanza to several, with headers as in an e-mail"
    xep_version = "1.2.1"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Addresses), (Presence, Addresses))

    serves = Setting[Iterable[str]](
        frozenset(),
        "of a component: the domains whose users it sends on for; none: it is no such service",
        kinds=(set, frozenset, list, tuple),
    )
    # "The limit SHOULD be more than 20 and less than 100" (section 8).
    max_addresses = Setting(50, "how many addresses a stanza may have that is sent on")
    max_told = Setting(10_000, "how many receivers of presences a service remembers")

    def plugin_init(self) -> None:
        """Say that we know it: as a client, or as a service."""
        self._told = Told(lambda: self.max_told)

    def session_bind(self, jid: JID) -> None:
        """Announce it; a component only where it is a service (section 2.1)."""
        if not self.xmpp.is_component or self.serves:
            self.xmpp.plugin[XEP_0030].add_feature(NAMESPACE)

    def plugin_end(self) -> None:
        """Announce it no more."""
        disco = self.xmpp.plugin.get(XEP_0030)
        if disco is not None:
            disco.del_feature(feature=NAMESPACE)

    # -- sending ------------------------------------------------------------------------------------------

    async def find_service(
        self, domain: JID | str | None = None, *, timeout: float | None = None, cached: bool = True
    ) -> JID | None:
        """The service of a server that sends on to several; None where it has none (section 2.2).

        :param domain: whose; by default our own server's.
        :param timeout: seconds for each question; by default the client's ``response_timeout``.
        :param cached: whether what was found before will do.
        """
        infos = await self.xmpp.plugin[XEP_0030].get_info_from_domain(domain, timeout, cached)
        return next((info["from"] for info in infos if NAMESPACE in info[DiscoInfo].features), None)

    async def send(
        self, stanza: Message | Presence, service: JID | str | None = None, *, timeout: float | None = None
    ) -> JID | None:
        """Send a stanza to all its addresses: by a service, or to each from here where there is none.

        One without addresses is sent as it is.

        :param service: the service; by default the one that :meth:`find_service` finds.
        :param timeout: seconds for each question for a service.
        :returns: the service that it was sent by; None where it was sent from here.
        :raises ValueError: it has addresses, and none of them is one to send to.
        """
        headers = stanza.get(Addresses)
        if headers is None:
            await stanza.send()
            return None
        if not receivers_of(headers) and not any(one.uri for one in headers.addresses):
            raise ValueError("the stanza has no address of type to, cc or bcc to be sent to")
        found = JID(service) if service else await self.find_service(timeout=timeout)
        if found is None:
            for one in copies_of(stanza):
                await self.xmpp.send(one)
            return None
        # "MUST be addressed to the multicast service, with no username or resource" (section 3)
        stanza["to"] = found.domain
        await stanza.send()
        return found

    # -- answering ----------------------------------------------------------------------------------------

    def reply_to(self, message: Message) -> ReplyTo:
        """Whom the headers of a message ask to answer (section 7).

        :raises BadStanza: one of its addresses is none.
        """
        return reply_to(message, message["to"] if self.xmpp.is_component else self.xmpp.boundjid)

    def make_replies(self, message: Message, mbody: str | None = None) -> list[Message]:
        """Make the answers that the headers of a message ask for, to be sent by :meth:`send`.

        There is none where no answer is wanted, or rooms are to be joined instead: see :meth:`reply_to`.

        :param mbody: the text.
        :raises BadStanza: one of its addresses is none.
        """
        wanted = self.reply_to(message)
        if not wanted.allowed or wanted.rooms:
            return []
        kind = "chat" if message["type"] == "chat" else "normal"
        answers: list[Message] = []
        for jid in wanted.to or (message["from"],):
            answer = self.xmpp.make_message(jid, mbody=mbody, mtype=kind)
            if self.xmpp.is_component:
                answer["from"] = message["to"]
            if message["thread"]:
                answer["thread"] = message["thread"]
            if wanted.addresses:
                answer[Addresses].addresses = [copy(one) for one in wanted.addresses]
            answers.append(answer)
        return answers

    # -- being the service --------------------------------------------------------------------------------

    @on(Message, Addresses)
    @on(Presence, Addresses)
    async def _to_send_on(self, stanza: Message | Presence) -> None:
        if stanza.xml.get("type") == "error" or not self._is_for_service(stanza):
            return
        try:
            if stanza["from"].domain not in self.serves:
                raise XMPPError("forbidden")
            made = sent_on(stanza, self.max_addresses)
        except XMPPError as error:
            refusal = make_error_reply(stanza, error)
            if refusal is not None:
                refusal.send()
            return
        for one in made:
            await self._pass_on(one)
            if isinstance(one, Presence) and "type" not in one.xml.attrib:
                self._told.note(one["from"], one["to"])

        if stanza.xml.get("type") == "unavailable":
            await self._tell_gone(stanza, {one["to"] for one in made})

    @on(Presence, type="unavailable")
    async def _gone(self, presence: Presence) -> None:
        # One with addresses is sent on above.
        if self._is_for_service(presence) and presence.get(Addresses) is None:
            await self._tell_gone(presence, set())

    async def _tell_gone(self, presence: Message | Presence, already: set[JID]) -> None:
        for jid in self._told.gone(presence["from"]):
            if jid not in already:
                one = copy(presence)
                del one[Addresses]
                one["to"] = jid
                await self._pass_on(one)

    async def _pass_on(self, stanza: Message | Presence) -> None:
        # "MUST NOT change the 'from' address on the outer stanza" (section 3): an address that is none of the
        # component's, with which nothing else is sent.
        text = serialize(stanza.xml, stream_ns=self.xmpp.default_ns)
        await self.xmpp.send_raw(text).handed()

    def _is_for_service(self, stanza: Message | Presence) -> bool:
        own = self.xmpp.boundjid
        return self.xmpp.is_component and bool(self.serves) and stanza["to"].full == own.domain
