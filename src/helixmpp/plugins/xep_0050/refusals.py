"""The errors of XEP-0050 section 4.4, by the name of their specific condition."""

from typing import Literal

from helixmpp.errors import XMPPError
from helixmpp.plugins.xep_0050.stanza import NAMESPACE

__all__ = ["Refusal", "refusal"]

Refusal = Literal[
    "bad-action", "bad-locale", "bad-payload", "bad-sessionid", "malformed-action", "session-expired"
]


def refusal(condition: Refusal, text: str = "") -> XMPPError:
    """Make the error for a request that cannot be granted; a handler raises it.

    :param condition: such as ``bad-payload``, where a form was not filled in as it has to be.
    :param text: for people.
    """
    general = "not-allowed" if condition == "session-expired" else "bad-request"
    return XMPPError(general, text, extension=condition, extension_ns=NAMESPACE)
