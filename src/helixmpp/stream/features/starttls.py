"""STARTTLS (RFC 6120 section 5): agree in clear text to go on under TLS."""

from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import TLSFailure
from helixmpp.stream.features.row import (
    SECURE,
    TLS,
    FeatureRow,
    Link,
    Negotiation,
    Then,
    next_element,
    start_tls,
)
from helixmpp.xml import NS_TLS

__all__ = ["STARTTLS"]


def _negotiate(link: Link, offer: Element) -> Negotiation:
    link.write(f'<starttls xmlns="{NS_TLS}"/>')
    answer = yield from next_element()
    if answer.tag == f"{{{NS_TLS}}}failure":
        # Section 5.4.2.2. Who says so is not known; to go on without TLS is what he would like.
        raise TLSFailure("the server offers STARTTLS and then refuses it", stage="starttls")
    if answer.tag != f"{{{NS_TLS}}}proceed":
        raise TLSFailure("the server answered STARTTLS with something else", stage="starttls")
    # Section 5.4.3.3: from here on not one byte more is clear text. The machine reads none until this
    # returns.
    yield from start_tls()
    return frozenset({TLS, SECURE})


STARTTLS: Final = FeatureRow(
    name="starttls",
    tag=f"{{{NS_TLS}}}starttls",
    order=10,
    needs=frozenset(),
    forbids=frozenset({TLS}),
    then=Then.RESTART,
    negotiate=_negotiate,
)
