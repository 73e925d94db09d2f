"""The one table of everybody whom the server serves, and delivery to somebody in it."""

import secrets
from collections.abc import Callable
from datetime import datetime
from xml.etree.ElementTree import Element

from helixmpp.errors import XMPPError
from helixmpp.jid import JID
from helixmpp.stream.sasl.saslprep import saslprep
from helixmpp.testing.accounts import Account, Component, Resource
from helixmpp.testing.credentials import Credentials
from helixmpp.testing.settings import ServerLimits
from helixmpp.testing.stanzas import address, error_reply

__all__ = ["Directory"]


class Directory:
    """Accounts and components by their addresses.

    :param domain: the domain of names without one.
    :param iterations: of SCRAM.
    :param now: the clock, for the time of offline messages (XEP-0203).
    :param registration: whether people make accounts by themselves (XEP-0077).
    """

    def __init__(
        self,
        domain: JID,
        *,
        iterations: int,
        limits: ServerLimits,
        now: Callable[[], datetime],
        registration: bool = False,
    ) -> None:
        self.domain = domain
        self.registration = registration
        self.limits = limits
        self.now = now
        self.domains: set[str] = {domain.domain}
        self.accounts: dict[JID, Account] = {}
        self.components: dict[str, Component] = {}
        self._iterations = iterations
        # What the password of an account that does not exist is compared with: the exchange looks the same.
        self._nobody = Credentials(secrets.token_urlsafe(), iterations)

    def add_account(self, jid: JID, password: str) -> Account:
        """Add an account, with its domain.

        :raises ValueError: SASLprep (RFC 4013) does not allow such a password.
        """
        account = self.accounts[jid] = Account(jid, Credentials(saslprep(password), self._iterations))
        self.domains.add(jid.domain)
        return account

    def open_account(self, jid: JID, password: str) -> None:
        """Add an account for a stranger (XEP-0077 section 3.1).

        :raises XMPPError: the name is taken, the password cannot be, or there are too many accounts.
        """
        if jid in self.accounts:
            raise XMPPError("conflict", "the user name is taken")
        if len(self.accounts) >= self.limits.accounts:
            raise XMPPError("resource-constraint", "there are too many accounts")
        try:
            self.add_account(jid, password)
        except ValueError:
            raise XMPPError("not-acceptable", "SASLprep does not allow that password") from None

    def change_password(self, jid: JID, password: str) -> None:
        """Have another password from now on (XEP-0077 section 3.3).

        :raises XMPPError: the password cannot be.
        """
        try:
            self.accounts[jid].credentials = Credentials(saslprep(password), self._iterations)
        except ValueError:
            raise XMPPError("not-acceptable", "SASLprep does not allow that password") from None

    def new_anonymous(self, domain: str) -> JID:
        """Add an account for one session, with a name that nobody can guess."""
        jid = JID(local=f"anonymous-{secrets.token_hex(8)}", domain=domain)
        self.add_account(jid, secrets.token_urlsafe()).temporary = True
        return jid

    def drop_anonymous(self, jid: JID) -> None:
        """Forget an account that was made for one session; any other stays."""
        account = self.accounts.get(jid)
        if account is not None and account.temporary:
            del self.accounts[jid]

    def credentials_of(self, account: JID) -> Credentials:
        """Give an account's credentials, or some that nobody has."""
        known = self.accounts.get(account)
        return self._nobody if known is None or known.temporary else known.credentials

    def account_of(self, jid: JID) -> Account | None:
        """Give the account that an address belongs to."""
        return self.accounts.get(jid.bare_jid)

    def resource_of(self, jid: JID) -> Resource | None:
        """Give the connected resource with this full JID."""
        account = self.account_of(jid)
        return None if account is None else account.resources.get(jid.resource)

    def is_local(self, jid: JID) -> bool:
        """Tell whether the address is on a domain of the server itself (not a component's)."""
        return jid.domain in self.domains

    def deliver(self, stanza: Element, to: JID) -> bool:
        """Hand a stanza to one connection, a full JID's or a component's; False when there is none."""
        component = self.components.get(to.domain)
        if component is not None:
            if component.link is None:
                return False
            component.link.send(stanza)
            return True
        resource = self.resource_of(to)
        if resource is None:
            return False
        resource.link.send(stanza)
        return True

    def bounce(self, stanza: Element, condition: str, text: str = "") -> None:
        """Send the error for a stanza, where there may be one, to its sender; ``from`` is stamped already."""
        reply = error_reply(stanza, condition, text)
        sender = address(stanza, "from")
        if reply is not None and sender is not None:
            self.deliver(reply, sender)
