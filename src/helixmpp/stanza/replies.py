"""Error answers (RFC 6120 section 8.3)."""

from contextlib import suppress
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import DEFAULT_ERROR_TYPES, InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.stanza.root import StanzaBase
from helixmpp.stanza.types import ERROR_TYPE
from helixmpp.xml import NS_STANZA_ERRORS, check_name, check_text

__all__ = ["make_error_reply"]


def make_error_reply(stanza: StanzaBase, error: XMPPError) -> StanzaBase | None:
    """Make the error that answers a stanza, or None: an error or a result is never answered (section 8.3.1).

    It never fails: what cannot be sent, such as a text with a forbidden character, is left out.
    """
    if stanza.xml.get("type") in ("error", "result"):
        return None
    answer = stanza.answer(clear=error.clear)
    answer.xml.set("type", "error")
    answer.xml.append(_error_element(error, answer.namespace))
    return answer


def _error_element(error: XMPPError, namespace: str) -> Element:
    condition = error.condition if error.condition in DEFAULT_ERROR_TYPES else "undefined-condition"
    etype = error.etype if error.etype in ERROR_TYPE.values else DEFAULT_ERROR_TYPES[condition]
    element = Element(f"{{{namespace}}}error", {"type": etype})
    if error.by:
        with suppress(InvalidJID):
            element.set("by", str(JID(str(error.by))))
    SubElement(element, f"{{{NS_STANZA_ERRORS}}}{condition}")
    if error.text and _is_text(error.text):
        SubElement(element, f"{{{NS_STANZA_ERRORS}}}text").text = error.text
    extension = _extension(error)
    if extension is not None:
        element.append(extension)
    return element


def _extension(error: XMPPError) -> Element | None:
    if not error.extension:
        return None
    tag = f"{{{error.extension_ns}}}{error.extension}" if error.extension_ns else error.extension
    if not _is_name(tag):
        return None
    arguments = {
        name: value for name, value in error.extension_args.items() if _is_name(name) and _is_text(value)
    }
    return Element(tag, arguments)


def _is_text(text: object) -> bool:
    try:
        return isinstance(text, str) and check_text(text) == text
    except ValueError:
        return False


def _is_name(name: str) -> bool:
    try:
        return check_name(name) == name
    except ValueError:
        return False
