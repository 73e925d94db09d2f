"""Stream errors, read and written (RFC 6120 section 4.9)."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import ProtocolError
from helixmpp.stanza import StreamError
from helixmpp.stream.ledger import HandledCountTooHigh
from helixmpp.stream.textual import plain_line
from helixmpp.xml import NS_SM, NS_STREAM, NS_STREAM_ERRORS, serialize

__all__ = ["CONDITIONS", "STREAM_ERROR", "condition_and_text", "other_host", "parse_host", "stream_error"]

STREAM_ERROR: Final = f"{{{NS_STREAM}}}error"

# Section 4.9.3, and the one of RFC 3920 that servers still send.
CONDITIONS: Final = frozenset(StreamError.conditions)

# An address of IPv6 stands in brackets (section 4.9.3.19). What the name may be in detail, DNS decides;
# nothing may pass that could be taken for anything else than a name.
_OTHER_HOST: Final = re.compile(
    r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([^\s:/@\[\]<>\x00-\x20\x7f]{1,255}))(?::([0-9]{1,5}))?"
)


def stream_error(problem: ProtocolError) -> str:
    """A stream error as text. It has no words: what the peer did wrong is not repeated to it."""
    condition = problem.condition if problem.condition in CONDITIONS else "undefined-condition"
    error = Element(STREAM_ERROR)
    SubElement(error, f"{{{NS_STREAM_ERRORS}}}{condition}")
    if isinstance(problem, HandledCountTooHigh):
        counts = {"h": str(problem.h), "send-count": str(problem.sent)}
        SubElement(error, f"{{{NS_SM}}}handled-count-too-high", counts)
    return serialize(error)


def condition_and_text(error: Element, secret: str | None) -> tuple[str, str]:
    """The defined condition, and what the peer says for people, on one line of at most 1,000 characters.

    A server that was given the password may not have it written into a log: what repeats it is left out.
    """
    condition = "undefined-condition"
    for child in error:
        namespace, _, name = child.tag[1:].partition("}")
        if namespace == NS_STREAM_ERRORS and name in CONDITIONS:
            condition = name
            break
    text = error.findtext(f"{{{NS_STREAM_ERRORS}}}text", "")
    return condition, "" if secret and secret in text else plain_line(text, 1000)


def other_host(error: Element) -> tuple[str, int | None] | None:
    """Where ``see-other-host`` sends us: the host without brackets, and the port, if it names one."""
    return parse_host(error.findtext(f"{{{NS_STREAM_ERRORS}}}see-other-host", "").strip())


def parse_host(text: str) -> tuple[str, int | None] | None:
    """The host without brackets and the port, if there is one, of ``host:port``; None for what is neither."""
    found = _OTHER_HOST.fullmatch(text)
    if found is None:
        return None
    port = int(found[3]) if found[3] else None
    if port is not None and not 0 < port < 65_536:
        return None
    return found[1] or found[2], port
