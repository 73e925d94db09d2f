"""In-band registration (XEP-0077 sections 3.1.1 and 8): the account is made on the stream that then logs in with it.

What to ask and what to answer is the program's affair. Here is only what may pass, and when: over TLS, before
authentication, one iq of ``jabber:iq:register`` at a time to the server, and its answer.
"""

import logging
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import InvalidJID, RegistrationFailed
from helixmpp.jid import JID
from helixmpp.stream.config import Registration
from helixmpp.stream.events import NeedRegistration
from helixmpp.stream.features.answer import IQ, is_answer
from helixmpp.stream.features.row import (
    AUTHENTICATED,
    SECURE,
    FeatureRow,
    Link,
    Negotiation,
    Then,
    next_element,
    program,
)
from helixmpp.xml import serialize

__all__ = ["REGISTER", "check_request", "is_request"]

log = logging.getLogger("helixmpp.stream")

NS_REGISTER: Final = "jabber:iq:register"
NS_REGISTER_FEATURE: Final = "http://jabber.org/features/iq-register"

_QUERY: Final = f"{{{NS_REGISTER}}}query"


def _wanted(link: Link, offer: Element) -> bool:
    # An account without a name is the server's to make (XEP-0175).
    return link.config.registration is not Registration.NEVER and bool(link.config.jid.local)


def _unoffered(link: Link) -> bool:
    # Section 8: a server "MAY announce" it.
    return link.config.registration is Registration.ALWAYS


def _negotiate(link: Link, offer: Element) -> Negotiation:
    if link.tls is None:
        # Section 10: a registration has the bare password in it, and what SASL PLAIN needs is not asked for here.
        if link.config.registration is Registration.ALWAYS:
            raise RegistrationFailed(
                "there is no TLS, and no account is made without", condition="policy-violation"
            )
        log.warning("%s: no account is made without TLS", link.config.jid.domain)
        return frozenset()
    request = yield from program(NeedRegistration())
    while request is not None:
        link.write(serialize(request))
        answer = yield from next_element()
        while not is_answer(answer, request.get("id", ""), link.config.jid):
            link.set_aside(answer)  # which nobody may send yet
            answer = yield from next_element()
        request = yield from program(NeedRegistration(answer))
    return frozenset()


def is_request(iq: Element, own: JID) -> bool:
    """Whether a stanza is one that may be sent before authentication."""
    if iq.tag != IQ or iq.get("type") not in {"get", "set"} or not iq.get("id"):
        return False
    if len(iq) != 1 or iq[0].tag != _QUERY:
        return False
    try:
        return str(JID.parse(iq.get("to", ""))) in {"", own.domain}
    except InvalidJID:
        return False


def check_request(iq: Element, own: JID) -> None:
    """Refuse what may not be sent before authentication.

    :raises ValueError: it is no request for registration to the server, or it cannot be written in XML 1.0.
    """
    if not is_request(iq, own):
        raise ValueError("only a request for registration to the server is sent before authentication")
    serialize(iq)


REGISTER: Final = FeatureRow(
    name="register",
    tag=f"{{{NS_REGISTER_FEATURE}}}register",
    order=15,
    needs=frozenset({SECURE}),
    forbids=frozenset({AUTHENTICATED}),
    then=Then.CONTINUE,
    negotiate=_negotiate,
    wanted=_wanted,
    unoffered=_unoffered,
)
