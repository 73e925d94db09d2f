"""The plugin ``xep_0356``; see the package's docstring."""

import logging
import uuid
from collections.abc import Mapping
from types import ModuleType
from typing import Any, ClassVar, Unpack

import helixmpp.plugins.xep_0356.stanza as privilege_stanza
from helixmpp.core.declare import Setting, listens, on
from helixmpp.core.handlers import Callback
from helixmpp.core.payload_matcher import PayloadMatcher
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import BadStanza, FieldValueError, XMPPError
from helixmpp.jid import JID
from helixmpp.plugins._requests import SendOptions
from helixmpp.plugins.xep_0297.stanza import Forwarded
from helixmpp.plugins.xep_0356.permissions import Granted, Permissions
from helixmpp.plugins.xep_0356.stanza import NAMESPACE, Privilege, PrivilegedIq
from helixmpp.plugins.xep_0356.taking import take_permission
from helixmpp.stanza import Iq, IqError, Message, Roster

__all__ = ["XEP_0356", "PrivilegedIqError"]

log = logging.getLogger(__name__)


class PrivilegedIqError(IqError):
    """A request in the name of a user failed; ``iq`` is the answer of the server.

    Its condition and text are those of the answer to the user, where there was one, and else those of the server,
    which has refused to send the request.
    """

    def __init__(self, iq: Iq) -> None:
        inner = _answer_in(iq)
        super().__init__(iq if inner is None else inner)
        self.iq = iq

    def nested_error(self) -> IqError | None:
        """The error that the user got as an answer; None where the server itself has refused."""
        inner = _answer_in(self.iq)
        return None if inner is None or inner.xml.get("type") != "error" else IqError(inner)


class XEP_0356(BasePlugin):  # noqa: N801 - the name that programs import
    """Privileged entity: acts for the users of a server that allows it."""

    name = "xep_0356"
    description = "Privileged entity: a component acts for the users of a server"
    xep_version = "0.4.1"
    dependencies: ClassVar[set[str]] = {"xep_0297"}
    extends = ((Message, Privilege), (Iq, Privilege), (Iq, PrivilegedIq))
    #: The module with the stanza classes, as programs reach it.
    stanza: ClassVar[ModuleType] = privilege_stanza
    #: The namespace of the protocol.
    namespace: ClassVar[str] = NAMESPACE

    max_servers = Setting(100, "of how many servers the permissions are kept")

    def plugin_init(self) -> None:
        """Begin with nothing allowed."""
        #: What each server allows, by its domain.
        self.granted_privileges = Granted(lambda: self.max_servers)
        if self.xmpp.is_component:
            # A client's own server pushes the client's own roster, which is none of our business.
            pushes = PayloadMatcher(Iq, Roster, "set")
            self.xmpp.register_handler(Callback(f"{self.name}.pushes", pushes, self._pushed))

    # -- rosters ------------------------------------------------------------------------------------------

    async def get_roster(self, jid: JID | str, **send_kwargs: Unpack[SendOptions]) -> Iq:
        """Fetch the roster of a user (section 4.3): ``iq["roster"]["items"]``.

        :param jid: the user.
        :raises PermissionError: the user's server does not allow it.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        self._check_roster(jid, "get")
        return await self._make_get_roster(jid).send(**send_kwargs)

    async def set_roster(
        self,
        jid: JID | str,
        roster_items: Mapping[str, Mapping[str, Any]] | Mapping[JID, Mapping[str, Any]],
        **send_kwargs: Unpack[SendOptions],
    ) -> Iq:
        """Add to the roster of a user, or change it (section 4.3).

        :param jid: the user.
        :param roster_items: by address ``name``, ``subscription`` (``remove`` takes the contact out) and ``groups``.
            RFC 6121 section 2.1.5 allows one contact a request, and so do most servers.
        :raises FieldValueError: a value is wrong.
        :raises PermissionError: the user's server does not allow it.
        :raises IqError: the server refuses.
        :raises IqTimeout: no answer came in time.
        """
        self._check_roster(jid, "set")
        return await self._make_set_roster(jid, roster_items).send(**send_kwargs)

    def _check_roster(self, jid: JID | str, itype: str) -> None:
        user = JID(jid)
        if not self._permissions_of(user).allows_roster(itype):
            raise PermissionError(f"{user.domain} does not allow to {itype} the rosters of its users")

    # Tests of programs call these, and the one for messages, by their names.

    def _make_get_roster(self, jid: JID | str) -> Iq:
        iq = self.xmpp.make_iq(itype="get", ito=JID(jid).bare_jid, ifrom=self._own())
        iq[Roster].attach()
        return iq

    def _make_set_roster(
        self, jid: JID | str, roster_items: Mapping[str, Mapping[str, Any]] | Mapping[JID, Mapping[str, Any]]
    ) -> Iq:
        iq = self.xmpp.make_iq(itype="set", ito=JID(jid).bare_jid, ifrom=self._own())
        iq[Roster].set_items({jid: values for jid, values in roster_items.items()})  # noqa: C416 - of either kind
        return iq

    # -- messages -----------------------------------------------------------------------------------------

    def send_privileged_message(self, msg: Message) -> Message:
        """Send a message in the name of a user, or of the server (section 5.3); what comes back was sent to the server.

        :param msg: the message; it is ``from`` the bare address of the user.
        :raises FieldValueError: it is from no bare address.
        :raises PermissionError: that server does not allow it.
        """
        user = _bare_sender(msg)
        if self._permissions_of(user).message != "outgoing":
            raise PermissionError(f"{user.domain} does not allow to send messages for its users")
        wrapper = self._make_privileged_message(msg)
        wrapper.send()
        return wrapper

    def _make_privileged_message(self, msg: Message) -> Message:
        wrapper = self.xmpp.make_message(msg.from_.domain, mfrom=self._own())
        # A message without a body may have any type; the server takes it out in any case.
        wrapper.xml.attrib.pop("type", None)
        wrapper[Privilege][Forwarded].stanza = msg
        return wrapper

    # -- requests -----------------------------------------------------------------------------------------

    async def send_privileged_iq(
        self, encapsulated_iq: Iq, iq_id: str | None = None, **send_kwargs: Unpack[SendOptions]
    ) -> Iq:
        """Send a request in the name of a user (section 6.3), and give the answer that the user got.

        :param encapsulated_iq: the request; it is ``from`` the bare address of the user.
        :param iq_id: its id, which it gets in any case; by default a new one.
        :returns: the answer in the server's answer; that one itself where it is empty.
        :raises BadStanza: the server's answer is no answer to this.
        :raises FieldValueError: it is no request, or it is from no bare address.
        :raises PermissionError: the user's server does not allow it.
        :raises PrivilegedIqError: the server refuses, or the answer is an error.
        :raises IqTimeout: no answer came in time.
        """
        user, itype = _bare_sender(encapsulated_iq), encapsulated_iq.xml.get("type", "")
        # Who is not allowed to do it for the user sends it himself then.
        encapsulated_iq["id"] = iq_id or str(uuid.uuid4())
        payload = [child.tag[1:].partition("}")[0] for child in encapsulated_iq.xml]
        if itype not in ("get", "set") or len(payload) != 1:
            raise FieldValueError("a request of type get or set with one payload is needed")
        if not self._permissions_of(user).allows_iq(payload[0], itype):
            raise PermissionError(f"{user.domain} does not allow to {itype} {payload[0]} for its users")
        outer = self.xmpp.make_iq(id=encapsulated_iq["id"], itype=itype, ito=user, ifrom=self._own())
        # Section 6.3: the inner one has the namespace of clients, which it gets by being put in.
        outer[PrivilegedIq].append(encapsulated_iq)
        try:
            answer = await outer.send(**send_kwargs)
        except IqError as error:
            raise PrivilegedIqError(error.iq) from error
        if not len(answer.xml):
            # Some say no more than that it is done.
            return answer
        inner = _answer_in(answer)
        # Which request it answers, the id of the server's answer tells; some have another in the inner one.
        if inner is None:
            raise BadStanza(f"{user.domain} has not put the answer into its answer")
        if inner.xml.get("type") == "error":
            raise PrivilegedIqError(answer)
        return inner

    # -- what servers say ---------------------------------------------------------------------------------

    @on(Message, Privilege)
    def _advertised(self, message: Message) -> None:
        try:
            server = message.from_
        except BadStanza:
            return
        if message.xml.get("type") == "error":
            self._refused(message, server)
            return
        perms = message[Privilege].perms
        # It is a server that says it, of its own users; a client hears it from its own one.
        if not perms or not server or server != server.domain:
            return
        if not self.xmpp.is_component and server != self.xmpp.boundjid.domain:
            return
        granted = self.granted_privileges.get(server.domain) or Permissions()
        if not self.granted_privileges.take(server.domain, granted):
            log.warning("permissions of %s are dropped: max_servers have given some", server)
            return
        for perm in perms:
            take_permission(granted, perm)
        self.xmpp.event("privileges_advertised", message)

    def _refused(self, message: Message, server: JID) -> None:
        # Section 5.1: the server answers with an error.
        if server.domain in self.granted_privileges:
            self.xmpp.event("privileged_message_error", message)

    def _pushed(self, iq: Iq) -> None:
        user = iq.from_
        if not user.local or not user.is_bare or not self._permissions_of(user).roster_push:
            # As without this plugin.
            raise XMPPError("service-unavailable")
        self.xmpp.event("privileged_roster_update", iq)
        iq.reply().send()

    @listens("session_end")
    def _session_ended(self, _: object) -> None:
        # The server says it anew to each session, and may say less.
        self.granted_privileges.clear()

    def _permissions_of(self, user: JID) -> Permissions:
        # Asking for strangers' servers must not fill the table.
        return self.granted_privileges.get(user.domain) or Permissions()

    def _own(self) -> JID | None:
        return self.xmpp.boundjid if self.xmpp.is_component else None


def _bare_sender(stanza: Message | Iq) -> JID:
    user = stanza.from_
    if not user or not user.is_bare:
        raise FieldValueError(f"it has to be from a bare address of a server's user, not from {user!r}")
    return user


def _answer_in(iq: Iq) -> Iq | None:
    """The answer that a user got, out of the one of the server."""
    found = iq[Privilege][Forwarded].stanza
    return found if isinstance(found, Iq) and not found.is_request else None
