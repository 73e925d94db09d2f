"""Stream management (XEP-0198): resume the session of before, or have a new one managed.

They are two rows, because the first stands in for resource binding, and the second comes after it.
"""

import logging
import re
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.errors import ProtocolError
from helixmpp.stream.events import Acknowledged, Bound, Managed, ResumptionRefused
from helixmpp.stream.features.row import (
    AUTHENTICATED,
    BOUND,
    MANAGED,
    RESUMED,
    SECURE,
    SESSION,
    FeatureRow,
    Link,
    Negotiation,
    Then,
    next_element,
)
from helixmpp.stream.textual import plain_line
from helixmpp.xml import NS_SM, NS_STANZA_ERRORS, serialize

__all__ = ["MANAGE", "RESUME", "counter"]

log = logging.getLogger("helixmpp.stream")

_SM: Final = f"{{{NS_SM}}}sm"
_ENABLED: Final = f"{{{NS_SM}}}enabled"
_RESUMED: Final = f"{{{NS_SM}}}resumed"
_FAILED: Final = f"{{{NS_SM}}}failed"

# Section 5: an SM-ID should have at most 4,000 bytes. It is kept, and written with each resumption.
_LONGEST_ID: Final = 16_384
_LONGEST_LOCATION: Final = 300

_COUNTER: Final = re.compile(r"[0-9]{1,10}")
_DIGITS: Final = re.compile(r"[0-9]{1,9}")


def counter(text: str | None) -> int | None:
    """The value of an attribute ``h``; None for what is no unsigned number of 32 bits."""
    if text is None or not _COUNTER.fullmatch(text.strip()):
        return None
    value = int(text)
    return value if value < 2**32 else None


def _wants_resumption(link: Link, offer: Element) -> bool:
    management = link.config.management
    return management is not None and management.resumable and link.config.resumption


def _resume(link: Link, offer: Element) -> Negotiation:
    management = link.config.management
    assert management is not None  # noqa: S101 - as _wants_resumption says
    link.write(
        serialize(Element(f"{{{NS_SM}}}resume", {"h": str(management.handled), "previd": management.id}))
    )
    while True:
        answer = yield from next_element()
        if answer.tag == _FAILED:
            return _refused(link, answer)
        if answer.tag == _RESUMED:
            break
        # Nothing is bound on this stream yet, so nobody may send anything else.
        link.set_aside(answer)
    h = counter(answer.get("h"))
    try:
        if h is None or answer.get("previd") != management.id:
            raise ProtocolError("bad-format", "the server resumed another session, or says no valid h")
        acknowledged = management.ledger.acknowledge(h)
    except ProtocolError:
        # The next attempt could only fail in the same way: it begins another session.
        management.forget()
        raise
    management.ledger.rewind()
    if acknowledged:
        link.emit(Acknowledged(acknowledged))
    assert management.jid is not None  # noqa: S101 - it is resumable
    link.emit(Bound(management.jid))
    return frozenset({BOUND, SESSION, RESUMED, MANAGED})


def _refused(link: Link, answer: Element) -> frozenset[str]:
    """The session is over; how much of it the server had handled, it may still say (section 5)."""
    management = link.config.management
    assert management is not None  # noqa: S101 - as above
    h = counter(answer.get("h"))
    if h is not None:
        try:
            acknowledged = management.ledger.acknowledge(h)
        except ProtocolError as error:
            log.warning("a refused resumption came with a wrong count, which is ignored: %s", error)
        else:
            if acknowledged:
                link.emit(Acknowledged(acknowledged))
    management.forget()
    link.emit(ResumptionRefused(_condition(answer)))
    return frozenset()


def _wants_management(link: Link, offer: Element) -> bool:
    return link.config.management is not None


def _manage(link: Link, offer: Element) -> Negotiation:
    management = link.config.management
    assert management is not None  # noqa: S101 - as _wants_management says
    wish = {"resume": "true"} if link.config.resumption else {}
    link.write(serialize(Element(f"{{{NS_SM}}}enable", wish)))
    while True:
        answer = yield from next_element()
        if answer.tag == _FAILED:
            # Section 6: recoverable. The session is as good as one where it was not offered.
            log.warning("the server refused stream management: %s", _condition(answer))
            return frozenset()
        if answer.tag == _ENABLED:
            break
        link.set_aside(answer)
    management.handled = 0
    # Both ends count from here on; an acknowledgement may stand right behind.
    management.ledger.restart()
    id_ = answer.get("id", "")
    resumable = (
        link.config.resumption
        and answer.get("resume", "").strip() in {"true", "1"}
        and 0 < len(id_) <= _LONGEST_ID
    )
    seconds = answer.get("max", "").strip()
    location = answer.get("location", "").strip()
    management.id = id_ if resumable else ""
    management.seconds = int(seconds) if _DIGITS.fullmatch(seconds) else None
    management.location = location if len(location) <= _LONGEST_LOCATION else ""
    link.emit(Managed(resumable, management.seconds))
    return frozenset({MANAGED})


def _condition(answer: Element) -> str:
    for child in answer:
        namespace, _, name = child.tag[1:].partition("}")
        if namespace == NS_STANZA_ERRORS and name != "text":
            return plain_line(name, 40)
    return "undefined-condition"


RESUME: Final = FeatureRow(
    name="resume",
    tag=_SM,
    order=25,
    needs=frozenset({SECURE, AUTHENTICATED}),
    forbids=frozenset({BOUND}),
    then=Then.CONTINUE,
    negotiate=_resume,
    wanted=_wants_resumption,
)

# The last one: what arrives behind <enabled/> is counted, what arrived before it is not.
MANAGE: Final = FeatureRow(
    name="management",
    tag=_SM,
    order=90,
    needs=frozenset({SECURE, BOUND}),
    forbids=frozenset({MANAGED}),
    then=Then.CONTINUE,
    negotiate=_manage,
    wanted=_wants_management,
)
