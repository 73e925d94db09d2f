"""Making stanzas out of stanzas: copies with other addresses, errors, another stream's namespace.

The server looks at elements, not at stanza classes: it has to pass on what it does not understand. A stanza
that was received is never changed, because the transcript keeps it; what is sent on is a new element.
"""

from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.xml import NS_CLIENT, NS_STANZA_ERRORS, copy_element

__all__ = [
    "IQ",
    "MESSAGE",
    "PRESENCE",
    "address",
    "error_reply",
    "readdressed",
    "renamed",
    "result_of",
]

MESSAGE = f"{{{NS_CLIENT}}}message"
PRESENCE = f"{{{NS_CLIENT}}}presence"
IQ = f"{{{NS_CLIENT}}}iq"


def address(stanza: Element, name: str) -> JID | None:
    """Read ``to`` or ``from``; None when it is absent or empty.

    :raises InvalidJID: it is no address.
    """
    text = stanza.get(name)
    return JID.parse(text) if text else None


def readdressed(stanza: Element, **addresses: JID | None) -> Element:
    """Copy a stanza with other addresses (``to=``, ``from_=``); None leaves the attribute out."""
    copy = Element(stanza.tag, dict(stanza.attrib))
    copy.text = stanza.text
    copy.extend(stanza)
    for key, jid in addresses.items():
        name = key.removesuffix("_")
        if jid is None:
            copy.attrib.pop(name, None)
        else:
            copy.set(name, str(jid))
    return copy


def result_of(request: Element, payload: Element | None = None) -> Element:
    """Make the result of an iq request, in the name of whom it was sent to (RFC 6120 section 8.2.3)."""
    result = Element(IQ, _reply_attributes(request, "result"))
    if payload is not None:
        result.append(payload)
    return result


def error_reply(stanza: Element, condition: str, text: str = "") -> Element | None:
    """Make the error for a stanza (RFC 6120 section 8.3), or None where none may be sent.

    An error or a result is never answered (section 8.3.1), or two entities could do so for ever.
    """
    if stanza.get("type") in {"error", "result"}:
        return None
    problem = XMPPError(condition, text)
    reply = Element(stanza.tag, _reply_attributes(stanza, "error"))
    error = SubElement(reply, f"{{{NS_CLIENT}}}error", {"type": problem.etype})
    SubElement(error, f"{{{NS_STANZA_ERRORS}}}{condition}")
    if text:
        SubElement(error, f"{{{NS_STANZA_ERRORS}}}text").text = text
    return reply


def _reply_attributes(stanza: Element, type_: str) -> dict[str, str]:
    attributes = {"type": type_}
    for name, source in (("to", "from"), ("from", "to"), ("id", "id")):
        value = stanza.get(source)
        if value:
            attributes[name] = value
    if "from" in attributes:
        try:
            JID.parse(attributes["from"])
        except InvalidJID:
            # The sender wrote no address there, and a reply must not come from nobody (section 8.1.2.2).
            del attributes["from"]
    return attributes


def renamed(stanza: Element, from_ns: str, to_ns: str) -> Element:
    """Copy a stanza into the stream namespace of another kind of connection (RFC 6120 section 4.8.3).

    A stanza inside another (a forwarded one, XEP-0297) says its namespace itself and keeps it.
    """
    copy = copy_element(stanza)
    if from_ns == to_ns:
        return copy
    old, new = f"{{{from_ns}}}", f"{{{to_ns}}}"
    waiting = [copy]
    while waiting:
        element = waiting.pop()
        if element.tag.startswith(old):
            element.tag = new + element.tag[len(old) :]
            waiting.extend(element)
    return copy
