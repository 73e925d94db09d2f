"""Resource binding (RFC 6120 section 7): the server gives this stream an address."""

from typing import Final
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import InvalidJID, ProtocolError
from helixmpp.jid import JID
from helixmpp.stream.config import StreamConfig
from helixmpp.stream.events import Bound
from helixmpp.stream.features.answer import request
from helixmpp.stream.features.row import AUTHENTICATED, BOUND, SECURE, FeatureRow, Link, Negotiation, Then
from helixmpp.xml import NS_BIND

__all__ = ["BIND", "check_bound"]


def _wanted(link: Link, offer: Element) -> bool:
    return link.config.bind


def _negotiate(link: Link, offer: Element) -> Negotiation:
    config = link.config
    payload = Element(f"{{{NS_BIND}}}bind")
    if config.resource:
        SubElement(payload, f"{{{NS_BIND}}}resource").text = config.resource
    answer = yield from request(link, "bind", payload)
    text = answer.findtext(f"{{{NS_BIND}}}bind/{{{NS_BIND}}}jid", "")
    link.emit(Bound(check_bound(text, config)))
    return frozenset({BOUND})


def check_bound(text: str, config: StreamConfig) -> JID:
    """The bound address, which has to be the account's.

    The server may give another resource than asked for (section 7.7). Another account it may not give:
    whatever the program sends would be another person's. Only who did not name an account takes the one that
    he gets (XEP-0175 section 2; XEP-0178 section 2), of the same domain.

    :raises ProtocolError: no address, one without a resource, or another account's.
    """
    try:
        jid = JID.parse(text.strip())
    except InvalidJID:
        raise ProtocolError("bad-format", "the bound address is not a JID") from None
    if not jid.local or not jid.resource:
        raise ProtocolError("bad-format", "the bound address is not a full JID")
    unnamed = config.anonymous or (config.external and not config.jid.local)
    if jid.domain != config.jid.domain or (jid.bare != config.jid.bare and not unnamed):
        raise ProtocolError(
            "undefined-condition", f"the server bound an address that is not {config.jid.bare}"
        )
    return jid


BIND: Final = FeatureRow(
    name="bind",
    tag=f"{{{NS_BIND}}}bind",
    order=30,
    needs=frozenset({SECURE, AUTHENTICATED}),
    forbids=frozenset({BOUND}),
    then=Then.CONTINUE,
    negotiate=_negotiate,
    wanted=_wanted,
)
