"""The few iqs of the negotiation: a request, and the one answer that is its own."""

from collections.abc import Generator
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import ConnectionFailure, InvalidJID
from helixmpp.jid import JID
from helixmpp.stream.features.row import Answer, Ask, Link, next_element
from helixmpp.xml import NS_CLIENT, NS_STANZA_ERRORS, serialize

__all__ = ["is_answer", "request"]

IQ: Final = f"{{{NS_CLIENT}}}iq"


def request(link: Link, name: str, payload: Element) -> Generator[Ask, Answer, Element]:
    """Send an iq of type set and wait for its result (RFC 6120 section 8.2.3).

    What else arrives is set aside.

    :param name: the stage, and the id of the iq.
    :raises ConnectionFailure: the server answers with an error.
    :raises ProtocolError: something that nobody may send before a resource is bound.
    """
    iq = Element(IQ, {"type": "set", "id": name})
    iq.append(payload)
    link.write(serialize(iq))
    while True:
        answer = yield from next_element()
        if not is_answer(answer, name, link.config.jid):
            link.set_aside(answer)
        elif answer.get("type") == "error":
            raise ConnectionFailure(f"the server refused: {_condition(answer)}", stage=name)
        else:
            return answer


def is_answer(element: Element, id_: str, own: JID) -> bool:
    """Whether an element is the server's answer to our request of that id."""
    return (
        element.tag == IQ
        and element.get("type") in {"result", "error"}
        and element.get("id") == id_
        and _is_own(element.get("from"), own)
    )


def _is_own(sender: str | None, own: JID) -> bool:
    """Whether an answer for the account may be from there: no address, the account's, or the server's own.

    RFC 6120 section 8.1.2.1. Who did not name an account is told at binding which one it is.
    """
    if not sender:
        return True
    try:
        jid = JID.parse(sender)
    except InvalidJID:
        return False
    return jid.full == own.domain or jid.bare == own.bare or (not own.local and jid.domain == own.domain)


def _condition(answer: Element) -> str:
    """The defined condition of a stanza error (RFC 6120 section 8.3.3), or what stands for it."""
    error = answer.find(f"{{{NS_CLIENT}}}error")
    for child in error if error is not None else ():
        namespace, _, name = child.tag[1:].partition("}")
        if namespace == NS_STANZA_ERRORS and name != "text":
            return name[:40]
    return "undefined-condition"
