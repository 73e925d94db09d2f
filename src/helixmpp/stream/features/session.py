"""Session establishment (RFC 3921 section 3), for servers that still insist on it.

RFC 6121 has dropped it. A server that offers it as ``<optional/>`` does not need it, so it costs no round
trip there; one that does not say so may send no presence before it.
"""

from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.stream.features.answer import request
from helixmpp.stream.features.row import BOUND, SECURE, SESSION, FeatureRow, Link, Negotiation, Then
from helixmpp.xml import NS_SESSION

__all__ = ["ESTABLISH_SESSION"]


def _wanted(link: Link, offer: Element) -> bool:
    return offer.find(f"{{{NS_SESSION}}}optional") is None


def _negotiate(link: Link, offer: Element) -> Negotiation:
    yield from request(link, "session", Element(f"{{{NS_SESSION}}}session"))
    return frozenset({SESSION})


ESTABLISH_SESSION: Final = FeatureRow(
    name="session",
    tag=f"{{{NS_SESSION}}}session",
    order=40,
    needs=frozenset({SECURE, BOUND}),
    forbids=frozenset({SESSION}),
    then=Then.CONTINUE,
    negotiate=_negotiate,
    wanted=_wanted,
)
