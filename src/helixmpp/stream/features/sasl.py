"""SASL negotiation (RFC 6120 section 6): the elements around what the mechanisms say.

``<success/>`` counts when the mechanism has nothing more to hear, and only then: what the server has to
prove, it has to prove before it or with it (section 6.4.6). Which mechanism follows on a refusal, see
:func:`~helixmpp.stream.sasl.choice.fallbacks`.
"""

import logging
from collections.abc import Generator
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import AuthenticationFailed, ProtocolError
from helixmpp.stream.events import Authenticated, NeedSaltedPassword
from helixmpp.stream.features.offered import MECHANISMS
from helixmpp.stream.features.row import (
    AUTHENTICATED,
    SECURE,
    Answer,
    Ask,
    FeatureRow,
    Link,
    Negotiation,
    Then,
    next_element,
    salted_password,
)
from helixmpp.stream.sasl.base64 import decode, encode
from helixmpp.stream.sasl.choice import binding_for, choose, fallbacks, offers_text
from helixmpp.stream.sasl.failure import condition_of, failure_error
from helixmpp.stream.sasl.mechanism import Conversation, Mechanism, anonymous, external, plain
from helixmpp.stream.sasl.scram import Scram, scram
from helixmpp.xml import NS_SASL, serialize

__all__ = ["SASL"]

log = logging.getLogger("helixmpp.stream")

_CHALLENGE: Final = f"{{{NS_SASL}}}challenge"
_SUCCESS: Final = f"{{{NS_SASL}}}success"
_FAILURE: Final = f"{{{NS_SASL}}}failure"


def _negotiate(link: Link, offer: Element) -> Negotiation:
    candidates = choose(link.config, link.tls, link.features)
    authzid = ""
    while True:
        mechanism = _make(candidates[0], link, authzid)
        log.debug("authenticating by %s", mechanism.name)
        failure = yield from _attempt(mechanism, link)
        if failure is None:
            link.emit(Authenticated(mechanism.name, link.features.sasl_mechanisms))
            return frozenset({AUTHENTICATED})
        condition = condition_of(failure)
        if (mechanism.name, condition, authzid) == (
            "EXTERNAL",
            "invalid-authzid",
            "",
        ) and link.config.jid.local:
            # XEP-0178 section 2: a certificate with several addresses leaves it to us to name one.
            authzid = link.config.jid.bare
            continue
        candidates = fallbacks(mechanism.name, candidates) if condition == "invalid-mechanism" else ()
        if not candidates:
            raise failure_error(failure, mechanism.name, link.config)


def _make(name: str, link: Link, authzid: str) -> Mechanism:
    config = link.config
    password = config.password or ""
    if name == "EXTERNAL":
        return external(authzid)
    if name == "PLAIN":
        return plain(config.jid.local, password)
    if name == "ANONYMOUS":
        return anonymous()
    return scram(
        Scram(
            name=name,
            username=config.jid.local,
            password=password,
            nonce=config.nonce(),
            binding=binding_for(name, link.tls, link.features),
            offers=offers_text(link.features),
            min_iterations=config.min_iterations,
            max_iterations=config.max_iterations,
        )
    )


def _attempt(mechanism: Mechanism, link: Link) -> Generator[Ask, Answer, Element | None]:
    """One conversation; the ``<failure/>`` that ended it, or None after a success that counts."""
    conversation = mechanism.conversation
    message = next(conversation)
    assert isinstance(message, bytes)  # noqa: S101 - every mechanism here begins with the client
    link.write(_element("auth", message, mechanism=mechanism.name))
    finished = False
    while True:
        element = yield from next_element()
        if element.tag == _FAILURE:
            return element
        if element.tag == _CHALLENGE and mechanism.challenged and not finished:
            reply = yield from _hear(conversation, _data(element, mechanism))
            # The last word may come in a challenge, too; an empty response then asks for <success/>.
            finished = reply is None
            link.write(_element("response", reply) if reply is not None else f'<response xmlns="{NS_SASL}"/>')
        elif element.tag == _CHALLENGE:
            raise _out_of_place(mechanism, "it goes on asking where there is nothing left to ask")
        elif element.tag == _SUCCESS:
            data = _data(element, mechanism)
            if finished:
                if data:
                    raise _out_of_place(mechanism, "it adds data where there can be none")
                return None
            if mechanism.challenged and not data:
                raise _out_of_place(mechanism, "it claims success without a proof that it knows the password")
            try:
                conversation.send(data)
            except StopIteration:
                return None
            raise _out_of_place(mechanism, "it claims success before the end")
        else:
            raise ProtocolError("unsupported-stanza-type", "something else arrived during the authentication")


def _hear(conversation: Conversation, data: bytes) -> Generator[Ask, Answer, bytes | None]:
    """What the mechanism says to the server's data; None when it has nothing more to say."""
    try:
        step = conversation.send(data)
        while isinstance(step, NeedSaltedPassword):
            step = conversation.send((yield from salted_password(step)))
    except StopIteration:
        return None
    return step


def _data(element: Element, mechanism: Mechanism) -> bytes:
    try:
        if len(element):
            raise ValueError("the data of SASL have no elements in them")
        return decode(element.text)
    except ValueError as error:
        raise AuthenticationFailed(
            f"the server's data cannot be read: {error}",
            condition="incorrect-encoding",
            mechanism=mechanism.name,
        ) from None


def _element(name: str, data: bytes, **attributes: str) -> str:
    element = Element(f"{{{NS_SASL}}}{name}", attributes)
    element.text = encode(data)
    return serialize(element)


def _out_of_place(mechanism: Mechanism, what: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"the server does not follow {mechanism.name}: {what}",
        condition="malformed-request",
        mechanism=mechanism.name,
    )


SASL: Final = FeatureRow(
    name="sasl",
    tag=MECHANISMS,
    order=20,
    needs=frozenset({SECURE}),
    forbids=frozenset({AUTHENTICATED}),
    then=Then.RESTART,
    negotiate=_negotiate,
)
