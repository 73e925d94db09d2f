"""What the server itself answers: disco (XEP-0030), ping (XEP-0199), the roster, the legacy session."""

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.testing.accounts import Account, Resource
from helixmpp.testing.directory import Directory
from helixmpp.testing.names import NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_REGISTER
from helixmpp.testing.presence import PresenceRouter
from helixmpp.testing.registration import REGISTER_QUERY, change, registration
from helixmpp.testing.stanzas import result_of
from helixmpp.xml import NS_BIND, NS_ROSTER, NS_SESSION

__all__ = ["Services"]

ROSTER_QUERY = f"{{{NS_ROSTER}}}query"
GROUP = f"{{{NS_ROSTER}}}group"
MAX_NAME = 1023  # characters of a roster item's name or group; the length of a part of a JID

SERVER_FEATURES = (NS_DISCO_INFO, NS_DISCO_ITEMS, NS_ROSTER, NS_PING, "msgoffline")
ACCOUNT_FEATURES = (NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING)


class Services:
    """Answers iq requests to the server and to accounts, each with a payload or an :class:`XMPPError`."""

    def __init__(self, directory: Directory, presence: PresenceRouter) -> None:
        self._directory = directory
        self._presence = presence
        self._of_server: dict[tuple[str | None, str], Callable[[Element], Element | None]] = {
            ("get", f"{{{NS_DISCO_INFO}}}query"): self._server_info,
            ("get", f"{{{NS_DISCO_ITEMS}}}query"): self._server_items,
            ("get", f"{{{NS_PING}}}ping"): _nothing,
        }
        self._of_account: dict[tuple[str | None, str], Callable[[Element], Element | None]] = {
            ("get", f"{{{NS_DISCO_INFO}}}query"): _account_info,
            ("get", f"{{{NS_DISCO_ITEMS}}}query"): _account_items,
            ("get", f"{{{NS_PING}}}ping"): _nothing,
        }
        self._of_owner: dict[tuple[str | None, str], Callable[[Resource, Element], Element | None]] = {
            ("get", ROSTER_QUERY): self._roster_get,
            ("set", ROSTER_QUERY): self._roster_set,
            ("set", f"{{{NS_SESSION}}}session"): _session,
            ("set", f"{{{NS_BIND}}}bind"): _bound_already,
        }
        if directory.registration:
            self._of_owner["get", REGISTER_QUERY] = _registration_get
            self._of_owner["set", REGISTER_QUERY] = self._registration_set

    def to_server(self, request: Element) -> Element:
        """Answer a request that is addressed to the domain."""
        return self._answer(self._of_server, request)

    def to_own_account(self, resource: Resource, request: Element) -> Element:
        """Answer a client's request to its own account, or to no address (RFC 6120 section 10.3.3)."""
        handler = self._of_owner.get((request.get("type"), request[0].tag))
        if handler is not None:
            return result_of(request, handler(resource, request[0]))
        return self._answer(self._of_account, request)

    def to_account(self, account: Account, request: Element) -> Element:
        """Answer a request to somebody else's account: only who is subscribed learns that there is one."""
        sender = JID.parse(request.get("from", ""))
        item = account.roster.get(sender)
        if item is None or not item.from_:
            raise XMPPError("service-unavailable")
        return self._answer(self._of_account, request)

    @staticmethod
    def _answer(
        table: dict[tuple[str | None, str], Callable[[Element], Element | None]], request: Element
    ) -> Element:
        handler = table.get((request.get("type"), request[0].tag))
        if handler is None:
            raise XMPPError("service-unavailable")
        return result_of(request, handler(request[0]))

    # -- disco ---------------------------------------------------------------------------------------------

    def _server_info(self, query: Element) -> Element:
        more = (NS_REGISTER,) if self._directory.registration else ()
        return _info(query, ("server", "im", "helixmpp test server"), SERVER_FEATURES + more)

    def _server_items(self, query: Element) -> Element:
        _refuse_node(query)
        items = Element(query.tag)
        for domain in self._directory.components:
            SubElement(items, f"{{{NS_DISCO_ITEMS}}}item", {"jid": domain})
        return items

    # -- the roster (RFC 6121 section 2) ---------------------------------------------------------------------

    def _roster_get(self, resource: Resource, query: Element) -> Element | None:
        resource.interested = True
        roster = resource.account.roster
        # An empty result says that the client's copy is the current one (section 2.6.3).
        return None if query.get("ver") == str(roster.version) else roster.query()

    def _roster_set(self, resource: Resource, query: Element) -> None:
        items = list(query)
        if len(items) != 1 or items[0].tag != f"{{{NS_ROSTER}}}item":
            raise XMPPError("bad-request", "one item at a time (RFC 6121 section 2.1.5)")
        asked = items[0]
        try:
            contact = JID.parse(asked.get("jid", "")).bare_jid
        except InvalidJID:
            raise XMPPError("jid-malformed") from None
        if not contact:
            raise XMPPError("bad-request", "the item has no address")
        account = resource.account
        if asked.get("subscription") == "remove":
            item = account.roster.get(contact)
            if item is None or not item.listed:
                raise XMPPError("item-not-found")
            self._presence.remove_contact(account, item)
            return
        if contact == account.jid:
            raise XMPPError("not-allowed", "nobody is a contact of oneself")
        name, groups = asked.get("name", ""), _groups(asked, self._directory.limits.groups)
        if len(name) > MAX_NAME:
            raise XMPPError("not-acceptable", "the name is too long")
        if account.roster.get(contact) is None and len(account.roster) >= self._directory.limits.roster:
            raise XMPPError("resource-constraint", "the roster is full")
        item = account.roster.get_or_add(contact)
        item.name, item.groups, item.listed = name, groups, True
        self._presence.push(account, item)

    # -- registration (XEP-0077) ---------------------------------------------------------------------------

    def _registration_set(self, resource: Resource, query: Element) -> None:
        # Who asks for the end of his account is still told that it was heard.
        resource.account.leaving = change(self._directory, resource.account.jid, query)


def _registration_get(resource: Resource, query: Element) -> Element:
    return registration(resource.account.jid)


def _groups(item: Element, most: int) -> tuple[str, ...]:
    """Read the groups; section 2.3.3 names the errors."""
    groups = tuple(group.text or "" for group in item.iterfind(GROUP))
    if len(set(groups)) < len(groups):
        raise XMPPError("bad-request", "a group is named twice")
    if len(groups) > most or not all(0 < len(group) <= MAX_NAME for group in groups):
        raise XMPPError("not-acceptable", "a group has no name or too long a one, or there are too many")
    return groups


def _info(query: Element, identity: tuple[str, str, str], features: tuple[str, ...]) -> Element:
    _refuse_node(query)
    info = Element(query.tag)
    category, type_, name = identity
    SubElement(info, f"{{{NS_DISCO_INFO}}}identity", {"category": category, "type": type_, "name": name})
    for feature in features:
        SubElement(info, f"{{{NS_DISCO_INFO}}}feature", {"var": feature})
    return info


def _account_info(query: Element) -> Element:
    return _info(query, ("account", "registered", "an account of a test"), ACCOUNT_FEATURES)


def _account_items(query: Element) -> Element:
    _refuse_node(query)
    return Element(query.tag)


def _refuse_node(query: Element) -> None:
    if query.get("node"):
        raise XMPPError("item-not-found")


def _nothing(payload: Element) -> None:
    """The empty result is the whole answer."""


def _session(resource: Resource, payload: Element) -> None:
    """The session of RFC 3921 section 3 begins with binding now; asking for it changes nothing."""


def _bound_already(resource: Resource, payload: Element) -> None:
    raise XMPPError("not-allowed", "one stream has one resource")
