"""What of an old session is still worth sending in a new one, and how it then looks.

A new session has no presence yet, asks nothing of what the old one asked, and owes no answer to what the old one
was asked. A message, and a change of a subscription, are meant for people and not for the session.
"""

import re
from typing import Final

from helixmpp.core.receipt import Receipt

__all__ = ["stamp_delay", "survives"]

_ATTRIBUTE: Final = r"""\s+([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')"""
# Compiled when a stream was lost, which not every program sees.
_HEAD: Final = rf"<(\w+)((?:{_ATTRIBUTE})*)\s*/?>"
_SUBSCRIPTIONS: Final = frozenset({"subscribe", "subscribed", "unsubscribe", "unsubscribed"})
_NS_DELAY: Final = "urn:xmpp:delay"


def survives(receipt: Receipt) -> bool:
    """Whether a stanza that no server has acknowledged is to be sent in another session."""
    head = re.match(_HEAD, receipt.text)
    if head is None or not receipt.stanza:
        return False
    name = head[1]
    type_ = next(
        (each[2] or each[3] or "" for each in re.finditer(_ATTRIBUTE, head[2]) if each[1] == "type"), ""
    )
    if name == "message":
        # A room takes nothing of somebody who is not in it, and the new session is in none yet.
        return type_ != "groupchat" or not receipt.written
    if name == "presence":
        return type_ in _SUBSCRIPTIONS or not receipt.written
    # An answer belongs to who asked the old session; a request that was written has failed with it.
    return not receipt.written and type_ in {"get", "set"}


def stamp_delay(receipt: Receipt) -> None:
    """Say in a message that is sent again when it was sent first (XEP-0198 section 4, XEP-0203)."""
    text = receipt.text
    end = "</message>"
    if receipt.time and text.endswith(end) and _NS_DELAY not in text:
        from datetime import UTC, datetime  # noqa: PLC0415 - for what outlives a stream

        when = datetime.fromtimestamp(receipt.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        receipt.text = f"{text[: -len(end)]}<delay xmlns='{_NS_DELAY}' stamp='{when}'/>{end}"
