"""In-band registration (XEP-0077): people make accounts, change their passwords and go."""

from typing import Protocol
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.testing.names import NS_REGISTER
from helixmpp.testing.stanzas import IQ

__all__ = ["REGISTER_QUERY", "change", "is_request", "registration", "sign_up"]

REGISTER_QUERY = f"{{{NS_REGISTER}}}query"
FIELDS = ("username", "password")


class Opens(Protocol):
    """Who makes accounts."""

    def open_account(self, jid: JID, password: str) -> None:
        """Make an account for a stranger; XMPPError when that cannot be."""
        ...


class Changes(Protocol):
    """Who changes them."""

    def change_password(self, jid: JID, password: str) -> None:
        """Change an account's password; XMPPError when that cannot be."""
        ...


def is_request(iq: Element, domain: str) -> bool:
    """Whether a stanza asks the server itself for an account, or to make one (section 3.1)."""
    return (
        iq.tag == IQ
        and iq.get("type") in {"get", "set"}
        and bool(iq.get("id"))
        and iq.get("to", domain) == domain
        and [child.tag for child in iq] == [REGISTER_QUERY]
    )


def registration(account: JID | None) -> Element:
    """Say what is to be filled in; to who has an account, what is on file (section 3.1)."""
    query = Element(REGISTER_QUERY)
    if account is not None:
        SubElement(query, f"{{{NS_REGISTER}}}registered")
    else:
        SubElement(query, f"{{{NS_REGISTER}}}instructions").text = "Choose a user name and a password."
    for field in FIELDS:
        element = SubElement(query, f"{{{NS_REGISTER}}}{field}")
        if account is not None and field == "username":
            element.text = account.local
    return query


def sign_up(book: Opens, domain: str, query: Element) -> JID:
    """Make the account that somebody has filled in, and give its address.

    :raises XMPPError: it cannot be had; section 3.1 names the conditions.
    """
    username, password = (query.findtext(f"{{{NS_REGISTER}}}{field}") or "" for field in FIELDS)
    if not username or not password:
        raise XMPPError("not-acceptable", "a user name and a password are wanted")
    try:
        jid = JID(local=username, domain=domain)
    except InvalidJID:
        raise XMPPError("not-acceptable", "that is no user name") from None
    book.open_account(jid, password)
    return jid


def change(book: Changes, account: JID, query: Element) -> bool:
    """Change a password, or tell that the account is to be removed: True (sections 3.2 and 3.3).

    :raises XMPPError: neither is asked for in the right way.
    """
    if query.find(f"{{{NS_REGISTER}}}remove") is not None:
        if len(query) != 1:
            raise XMPPError("bad-request", "<remove/> stands alone")
        return True
    username, password = (query.findtext(f"{{{NS_REGISTER}}}{field}") or "" for field in FIELDS)
    if username != account.local or not password:
        raise XMPPError("bad-request", "the own user name and a password are wanted")
    book.change_password(account, password)
    return False
